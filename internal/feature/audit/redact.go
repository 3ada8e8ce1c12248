package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// change is what the log keeps of a web.Change: redacted.
type change struct {
	Object string `json:"object"`
	Name   string `json:"name,omitempty"`
	Of     string `json:"of,omitempty"`
	Before any    `json:"before,omitempty"`
	After  any    `json:"after,omitempty"`
}

// What stands in the log instead of a secret. A secret that was replaced shows as
// changed, though neither is told.
const (
	hidden        = "••••••"
	hiddenChanged = "•••••• (changed)"
)

// maxState is the most that is kept of one state of one object, in bytes of JSON.
const maxState = 64 << 10

// redactAll makes changes fit for the log.
func redactAll(changes []web.Change) ([]change, error) {
	out := make([]change, len(changes))
	for i, c := range changes {
		before, err := treeOf(c.Before)
		if err != nil {
			return nil, fmt.Errorf("audit: %s: %w", c.Object, err)
		}
		after, err := treeOf(c.After)
		if err != nil {
			return nil, fmt.Errorf("audit: %s: %w", c.Object, err)
		}
		before, after = hide("", before, after, ruleOf(c.Before, c.After))
		if strings.HasPrefix(c.Object, ofCustomer) {
			c.Name = "" // looked up when it is read: the log outlives what is kept of him
		}
		out[i] = change{
			Object: clean(c.Object, maxName), Name: clean(maskText(c.Name), maxName), Of: clean(c.Of, maxName), Before: bounded(before), After: bounded(after),
		}
	}
	return out, nil
}

// treeOf is a state as JSON shows it.
func treeOf(state any) (any, error) {
	if state == nil {
		return nil, nil
	}
	raw, err := json.Marshal(state)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var tree any
	err = decoder.Decode(&tree)
	return tree, err
}

// bounded keeps a state that is too large as its size and its hash only.
func bounded(tree any) any {
	raw, err := json.Marshal(tree)
	if err != nil || len(raw) <= maxState {
		return tree
	}
	sum := sha256.Sum256(raw)
	return map[string]any{"tooLarge": len(raw), "sha256": hex.EncodeToString(sum[:])}
}

// rule says what happens to a value.
type rule int

const (
	byName   rule = iota // by the rules for names
	open                 // kept, whatever its name
	secrecy              // not kept
	personal             // kept in part
	left                 // left out
)

// tagged reads the struct tag `audit`.
func tagged(tag string) rule {
	switch tag {
	case "open":
		return open
	case "secret":
		return secrecy
	case "personal":
		return personal
	case "-":
		return left
	default:
		return byName
	}
}

// rules are the struct tags of a type, by JSON name; for lists and maps those of their
// elements stand under "".
type rules struct {
	own    rule
	fields map[string]*rules
}

func ruleOf(states ...any) *rules {
	for _, s := range states {
		if s != nil {
			return rulesOf(reflect.TypeOf(s), 0)
		}
	}
	return nil
}

// deepest is how far types are followed; a type may contain itself.
const deepest = 8

func rulesOf(t reflect.Type, depth int) *rules {
	if depth > deepest {
		return nil
	}
	switch t.Kind() {
	case reflect.Pointer:
		return rulesOf(t.Elem(), depth+1)
	case reflect.Slice, reflect.Array, reflect.Map:
		return &rules{fields: map[string]*rules{"": rulesOf(t.Elem(), depth+1)}}
	case reflect.Struct:
		r := &rules{fields: map[string]*rules{}}
		for f := range t.Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			inner := rulesOf(f.Type, depth+1)
			if f.Anonymous && name == "" && inner != nil {
				maps.Copy(r.fields, inner.fields)
				continue
			}
			if name == "" {
				name = f.Name
			}
			if own := tagged(f.Tag.Get("audit")); own != byName {
				if inner == nil {
					inner = &rules{}
				}
				inner.own = own
			}
			r.fields[name] = inner
		}
		return r
	default:
		return nil
	}
}

func (r *rules) of(name string) *rules {
	if r == nil {
		return nil
	}
	if inner, ok := r.fields[name]; ok {
		return inner
	}
	return r.fields[""]
}

// hide redacts two states of one thing side by side, so that a hidden change shows.
func hide(name string, before, after any, r *rules) (any, any) {
	what := byName
	if r != nil {
		what = r.own
	}
	if what == byName {
		what = ruleFor(name)
	}
	switch {
	case what == left:
		return nil, nil
	case what == secrecy && (lonely(before) || lonely(after)):
		return conceal(before, after, func(any) string { return hidden })
	case what == personal && (lonely(before) || lonely(after)):
		return conceal(before, after, func(v any) string { return maskPerson(fmt.Sprint(v)) })
	}
	return hideInside(before, after, r, what)
}

// hideInside redacts objects, lists and plain texts. A list or object under a name of a
// secret hides all its values.
func hideInside(before, after any, r *rules, what rule) (any, any) {
	under := func(name string) *rules {
		inner := r.of(name)
		if what == secrecy || what == personal || what == open {
			if inner == nil || inner.own == byName {
				copied := rules{own: what}
				if inner != nil {
					copied.fields = inner.fields
				}
				return &copied
			}
		}
		return inner
	}
	b, isB := before.(map[string]any)
	a, isA := after.(map[string]any)
	if (isB || before == nil) && (isA || after == nil) && (isB || isA) {
		names := map[string]bool{}
		for _, m := range []map[string]any{b, a} {
			for name := range m {
				names[name] = true
			}
		}
		for name := range names {
			hb, ha := hide(name, b[name], a[name], under(name))
			put(b, name, hb)
			put(a, name, ha)
		}
		return before, after
	}
	return hideOne(before, under), hideOne(after, under)
}

// put replaces a value that is there.
func put(m map[string]any, name string, v any) {
	if old, ok := m[name]; ok {
		if v == nil && old != nil {
			delete(m, name)
			return
		}
		m[name] = v
	}
}

// hideOne redacts a value that has no counterpart to compare with.
func hideOne(v any, under func(string) *rules) any {
	switch v := v.(type) {
	case map[string]any:
		for name := range v {
			inner, _ := hide(name, v[name], nil, under(name))
			put(v, name, inner)
		}
		return v
	case []any:
		for i := range v {
			v[i], _ = hide("", v[i], nil, under(""))
		}
		return v
	case string:
		return maskText(v)
	default:
		return v
	}
}

// lonely tells a value that can be hidden by itself: a text or number. Whether something
// is on or off is no secret.
func lonely(v any) bool {
	switch v.(type) {
	case nil, bool, map[string]any, []any:
		return false
	default:
		return true
	}
}

// conceal shows that there is a value, and whether it is another one than before.
func conceal(before, after any, show func(any) string) (any, any) {
	empty := func(v any) bool { return v == nil || v == "" || v == false }
	one := func(v any) any {
		if empty(v) {
			return v
		}
		return show(v)
	}
	b, a := one(before), one(after)
	if !empty(before) && !empty(after) && fmt.Sprint(before) != fmt.Sprint(after) && b == a {
		a = strings.TrimSuffix(fmt.Sprint(a), " (changed)") + " (changed)"
	}
	return b, a
}

// ruleFor decides by name.
func ruleFor(name string) rule {
	plain := strings.Map(func(r rune) rune {
		if r == '_' || r == '-' || r == '.' || unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(plain, w) })
	}
	switch {
	case has("password", "passwd", "secret", "token", "credential", "cookie", "authorization", "recoverycode", "totp"):
		return secrecy
	// "key" alone names roles and places too.
	case plain != "key" && plain != "keys" && (strings.HasSuffix(plain, "key") || strings.HasSuffix(plain, "keys")):
		return secrecy
	case has("mobile", "phone", "email", "idcard", "idnumber", "bankcard", "birthday", "passport"):
		return personal
	default:
		return byName
	}
}

var (
	mobile = regexp.MustCompile(`(^|[^0-9A-Za-z])(1[3-9]\d)\d{4}(\d{4})($|[^0-9A-Za-z])`)
	idCard = regexp.MustCompile(`(^|[^0-9A-Za-z])(\d{6})\d{8}(\d{3}[0-9Xx])($|[^0-9A-Za-z])`)
	inLink = regexp.MustCompile(`(?i)([?&](?:key|token|secret|access_token|sig|sign|signature|password|code|ticket)=)[^&#\s"]+`)
)

// maskText hides what is recognised inside a text of any name: telephone and identity
// card numbers, keys in links.
func maskText(s string) string {
	s = mobile.ReplaceAllString(s, "${1}${2}****${3}${4}")
	s = idCard.ReplaceAllString(s, "${1}${2}********${3}${4}")
	return inLink.ReplaceAllString(s, "${1}"+hidden)
}

// maskPerson keeps the ends of personal data, so that people who know it recognise it.
func maskPerson(s string) string {
	r := []rune(s)
	if at := strings.IndexRune(s, '@'); at > 0 {
		return string(r[0]) + "***" + s[at:]
	}
	if len(r) < 8 {
		return "***"
	}
	return string(r[:3]) + "****" + string(r[len(r)-4:])
}
