package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"slices"
	"sort"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/knadh/koanf/parsers/toml/v2"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"

	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
)

// Sources are where settings come from, weakest first.
type Sources struct {
	// File is a TOML file, "" for none. A file that was named must exist.
	File string
	// Environ is the environment as os.Environ gives it.
	Environ []string
	// Flags are settings given on the command line, by field name ("http.listen").
	Flags map[string]string
}

// Origins of a value, as Explain names them.
const (
	fromDefault = "default"
	fromFlag    = "flag"
)

// Loaded is a configuration that knows where each value came from.
type Loaded struct {
	Config
	origin map[string]string // field name → origin, when not the default
}

// Setting is one line of Explain.
type Setting struct {
	Name     string // "http.listen"
	Env      string // "QUEQIAO_HTTP__LISTEN"
	Value    string // "••••" for a secret that is set
	Origin   string // "default", "file <path>", "env <NAME>" or "flag"
	About    string
	IsSecret bool
}

// Load reads all sources, then checks the result. The error names every field and source
// that is wrong.
func Load(s Sources) (*Loaded, error) {
	known := fieldsOf(reflect.TypeFor[Config](), "")
	l := &Loaded{Config: Default(), origin: map[string]string{}}
	all := koanf.New(".")
	err := errors.Join(
		loadFile(all, s.File, known, l.origin),
		loadEnviron(all, s.Environ, known, l.origin),
		loadFlags(all, s.Flags, known, l.origin),
	)
	if err != nil {
		return nil, err
	}
	err = all.UnmarshalWithConf("", &l.Config, koanf.UnmarshalConf{Tag: "koanf", DecoderConfig: &mapstructure.DecoderConfig{
		Result: &l.Config, TagName: "koanf", WeaklyTypedInput: true,
		// A list replaces the default list; it does not write over its beginning.
		ZeroFields: true,
		DecodeHook: mapstructure.ComposeDecodeHookFunc(splitList, mapstructure.TextUnmarshallerHookFunc()),
	}})
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	if err := l.Check(); err != nil {
		return nil, err
	}
	return l, nil
}

// splitList lets a list be written "a,b" where only text can be given.
func splitList(_, to reflect.Type, data any) (any, error) {
	text, ok := data.(string)
	if !ok || to.Kind() != reflect.Slice {
		return data, nil
	}
	parts := []string{}
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts, nil
}

func loadFile(all *koanf.Koanf, path string, known []field, origin map[string]string) error {
	if path == "" {
		return nil
	}
	one := koanf.New(".")
	if err := one.Load(file.Provider(path), toml.Parser()); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("config: file %s does not exist", path)
		}
		return fmt.Errorf("config: file %s: %w", path, err)
	}
	return take(all, one, known, origin, func(string) string { return "file " + path })
}

func loadEnviron(all *koanf.Koanf, environ []string, known []field, origin map[string]string) error {
	byEnv := map[string]string{}
	for _, f := range known {
		byEnv[f.env()], byEnv[f.shortEnv()] = f.name, f.name
	}
	given := map[string]string{} // field name → variable
	var wrong []error
	one := koanf.New(".")
	err := one.Load(env.Provider(".", env.Opt{
		Prefix:      envPrefix,
		EnvironFunc: func() []string { return environ },
		TransformFunc: func(name, value string) (string, any) {
			if foreign(name) || value == "" {
				return "", nil // set to nothing is not set
			}
			f, ok := byEnv[name]
			if !ok {
				wrong = append(wrong, fmt.Errorf("config: environment variable %s is no setting%s", name, suggest(name, slices.Collect(keysOf(byEnv)))))
				return "", nil
			}
			if other, twice := given[f]; twice && other != name {
				wrong = append(wrong, fmt.Errorf("config: %s and %s set the same field; keep one", other, name))
			}
			given[f] = name
			return f, value
		},
	}), nil)
	if err = errors.Join(append(wrong, err)...); err != nil {
		return err
	}
	return take(all, one, known, origin, func(name string) string { return "env " + given[name] })
}

// foreign are variables with our prefix that belong to the tests and the tool chain.
func foreign(name string) bool {
	return strings.HasPrefix(name, "QUEQIAO_TEST_") || strings.HasPrefix(name, "QUEQIAO_REQUIRE_") ||
		slices.Contains([]string{"QUEQIAO_CONFIG", "QUEQIAO_URL"}, name)
}

func loadFlags(all *koanf.Koanf, flags map[string]string, known []field, origin map[string]string) error {
	one := koanf.New(".")
	for name, value := range flags {
		if err := one.Set(name, value); err != nil {
			return fmt.Errorf("config: flag %s: %w", name, err)
		}
	}
	return take(all, one, known, origin, func(string) string { return fromFlag })
}

// take moves the settings of one source into all, if each of them exists.
func take(all, one *koanf.Koanf, known []field, origin map[string]string, from func(name string) string) error {
	names := make([]string, 0, len(known))
	for _, f := range known {
		names = append(names, f.name)
	}
	keys := one.Keys()
	sort.Strings(keys)
	var wrong []error
	for _, key := range keys {
		if !slices.Contains(names, key) {
			wrong = append(wrong, fmt.Errorf("config: %s: %q is no setting%s", from(key), key, suggest(key, names)))
			continue
		}
		origin[key] = from(key)
	}
	if len(wrong) > 0 {
		return errors.Join(wrong...)
	}
	return all.Merge(one)
}

// Explain lists every setting with its value and where it came from; secrets are masked.
func (l *Loaded) Explain() []Setting {
	var list []Setting
	for _, f := range fieldsOf(reflect.TypeFor[Config](), "") {
		v := reflect.ValueOf(l.Config).FieldByIndex(f.index).Interface()
		s := Setting{Name: f.name, Env: f.env(), About: f.about, IsSecret: f.secret, Origin: fromDefault, Value: textOf(v)}
		if o, ok := l.origin[f.name]; ok {
			s.Origin = o
		}
		list = append(list, s)
	}
	return list
}

func textOf(v any) string {
	if r := reflect.ValueOf(v); r.Kind() == reflect.Slice {
		parts := make([]string, r.Len())
		for i := range parts {
			parts[i] = fmt.Sprint(r.Index(i).Interface())
		}
		return strings.Join(parts, ",")
	}
	return fmt.Sprint(v)
}

// envPrefix begins each of our environment variables.
const envPrefix = "QUEQIAO_"

// field is one leaf of Config.
type field struct {
	name   string // "http.public_url"
	about  string
	index  []int
	secret bool
}

func (f field) env() string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(f.name, ".", "__"))
}

// shortEnv also works, because QUEQIAO_ADMIN_PASSWORD is what people write.
func (f field) shortEnv() string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(f.name, ".", "_"))
}

func fieldsOf(t reflect.Type, prefix string) []field {
	var list []field
	for i := range t.NumField() {
		f := t.Field(i)
		name := prefix + f.Tag.Get("koanf")
		if f.Type.Kind() == reflect.Struct && f.Type != reflect.TypeFor[secret.Text]() {
			for _, inner := range fieldsOf(f.Type, name+".") {
				inner.index = append([]int{i}, inner.index...)
				list = append(list, inner)
			}
			continue
		}
		list = append(list, field{name: name, about: f.Tag.Get("about"), index: []int{i}, secret: f.Type == reflect.TypeFor[secret.Text]()})
	}
	return list
}

// FileFrom gives the configuration file to use: the one named, else $QUEQIAO_CONFIG, else
// queqiao.toml in the working folder when it is there, else none.
func FileFrom(named string, environ []string) string {
	if named != "" {
		return named
	}
	for _, e := range environ {
		if path, ok := strings.CutPrefix(e, "QUEQIAO_CONFIG="); ok && path != "" {
			return path
		}
	}
	if _, err := os.Stat("queqiao.toml"); err == nil {
		return "queqiao.toml"
	}
	return ""
}
