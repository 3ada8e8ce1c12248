package profile

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Kind is what a field holds.
type Kind string

// The kinds of fields. A field keeps its kind for life.
const (
	Text    Kind = "text"
	Number  Kind = "number"
	Date    Kind = "date"   // a day without a time zone: a birthday is the same everywhere
	Choice  Kind = "choice" // one option
	Multi   Kind = "multi"  // some options
	Phone   Kind = "phone"
	Address Kind = "address"
	File    Kind = "file"
)

// The limits of fields.
const (
	maxFields  = 100 // of a corp, those put away included
	maxOptions = 200
	maxRoles   = 50
)

// Field is one thing that a corp keeps of its customers (自定义字段).
type Field struct {
	ID       id.ID    `json:"id"`
	Name     string   `json:"name"`
	Kind     Kind     `json:"kind" enum:"text,number,date,choice,multi,phone,address,file"`
	Section  string   `json:"section" doc:"heading under which it stands; empty for none"`
	Note     string   `json:"note" doc:"what to write here"`
	Unit     string   `json:"unit" doc:"of a number"`
	Required bool     `json:"required"`
	Options  []Option `json:"options" doc:"of a choice, in their order"`
	Visible  []string `json:"visible" doc:"keys of roles that see it; empty for everybody"`
	Editable []string `json:"editable" doc:"keys of roles that fill it in; empty for everybody who may edit customers"`
	Archived bool     `json:"archived" doc:"put away: neither shown nor filled in, its values are kept"`
	Version  int64    `json:"version"`
}

// Option is one choice. Its key stays when it is renamed.
type Option struct {
	Key      string `json:"key,omitempty" maxLength:"20" doc:"empty for a new one"`
	Name     string `json:"name" minLength:"1" maxLength:"30"`
	Archived bool   `json:"archived,omitempty" doc:"not to be chosen any more; who has it keeps it"`
}

// Form is what an editor says of a field.
type Form struct {
	Name     string   `json:"name" minLength:"1" maxLength:"30"`
	Kind     Kind     `json:"kind" enum:"text,number,date,choice,multi,phone,address,file"`
	Section  string   `json:"section,omitempty" maxLength:"20"`
	Note     string   `json:"note,omitempty" maxLength:"100"`
	Unit     string   `json:"unit,omitempty" maxLength:"10"`
	Required bool     `json:"required,omitempty"`
	Options  []Option `json:"options,omitempty" maxItems:"200"`
	Visible  []string `json:"visible,omitempty" maxItems:"50"`
	Editable []string `json:"editable,omitempty" maxItems:"50"`
	Version  int64    `json:"version,omitempty" doc:"of the field that was read; not of a new one"`
}

// fieldOf checks a form against the corp's other fields. before is the field it changes,
// the zero Field for a new one.
func fieldOf(f Form, before Field, others []Field) (Field, error) {
	var check fault.Check
	next := before
	next.Name, next.Section, next.Note, next.Unit = strings.TrimSpace(f.Name), strings.TrimSpace(f.Section), strings.TrimSpace(f.Note), strings.TrimSpace(f.Unit)
	next.Kind, next.Required = f.Kind, f.Required
	for field, text := range map[string]string{"name": next.Name, "section": next.Section, "note": next.Note, "unit": next.Unit} {
		check.That(text == db.Clean(text) && !strings.ContainsAny(text, "\r\n\t"), field, "含有无效字符")
	}
	check.That(next.Name != "" && utf8.RuneCountInString(next.Name) <= 30, "name", "请填写 1 至 30 个字的名称")
	check.That(before.ID == 0 || before.Kind == f.Kind, "kind", "字段的类型创建后不能更改；请新建字段")
	check.That(next.Unit == "" || f.Kind == Number, "unit", "只有数字字段有单位")
	for _, o := range others {
		check.That(o.ID == before.ID || !strings.EqualFold(o.Name, next.Name), "name", "已有同名的字段")
	}
	check.That(before.ID != 0 || len(others) < maxFields, "name", "最多 100 个字段，停用的也计算在内；请先删除不用的字段")
	next.Options = options(&check, f, before)
	next.Visible, next.Editable = roles(&check, "visible", f.Visible), roles(&check, "editable", f.Editable)
	if len(next.Visible) > 0 {
		for _, role := range next.Editable {
			check.That(slices.Contains(next.Visible, role), "editable", "可编辑的角色须同时可见")
		}
	}
	return next, check.Err()
}

// options gives each option a key of its own.
func options(check *fault.Check, f Form, before Field) []Option {
	if f.Kind != Choice && f.Kind != Multi {
		check.That(len(f.Options) == 0, "options", "只有单选和多选字段有选项")
		return []Option{}
	}
	check.That(len(f.Options) > 0, "options", "请至少填写一个选项")
	check.That(len(f.Options) <= maxOptions, "options", "最多 200 个选项")
	next, keys, names := make([]Option, 0, len(f.Options)), map[string]bool{}, map[string]bool{}
	known := map[string]bool{}
	for _, o := range before.Options {
		known[o.Key] = true
	}
	for i, o := range f.Options {
		at := "options[" + strconv.Itoa(i) + "].name"
		o.Name = strings.TrimSpace(o.Name)
		check.That(o.Name != "" && utf8.RuneCountInString(o.Name) <= 30 && o.Name == db.Clean(o.Name), at, "请填写 1 至 30 个字")
		check.That(!strings.ContainsAny(o.Name, optionMarks), at, "选项名称不能包含顿号、逗号、分号、竖线和换行")
		check.That(!names[strings.ToLower(o.Name)], at, "选项重复")
		names[strings.ToLower(o.Name)] = true
		check.That(o.Key == "" || known[o.Key] && !keys[o.Key], at, "没有这样的选项")
		keys[o.Key] = true
		next = append(next, o)
	}
	// Keys are numbers that are never given twice, not even of options that were removed:
	// the field's version grows with each change of it.
	n := 0
	for i := range next {
		if next[i].Key == "" {
			n++
			next[i].Key = strconv.FormatInt(before.Version+1, 36) + "-" + strconv.Itoa(n)
		}
	}
	return next
}

// optionMarks part the options of a multi-choice in files.
const optionMarks = "、,，;；|｜\n\r"

func roles(check *fault.Check, field string, keys []string) []string {
	check.That(len(keys) <= maxRoles, field, "最多 50 个角色")
	list := []string{}
	for _, k := range keys {
		check.That(k != "" && len(k) <= 64 && k == db.Clean(k), field, "没有这样的角色")
		list = append(list, k)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// removed are the options of a field that a change takes away for good.
func removed(before, after Field) []string {
	left := map[string]bool{}
	for _, o := range after.Options {
		left[o.Key] = true
	}
	var gone []string
	for _, o := range before.Options {
		if !left[o.Key] {
			gone = append(gone, o.Key)
		}
	}
	return gone
}

// seenBy tells whether the viewer sees the field's values. Who defines fields sees all of
// them: he could let himself see them.
func (f Field) seenBy(v viewer.Viewer) bool {
	return len(f.Visible) == 0 || v.Can(permissionField) || slices.ContainsFunc(v.Roles, func(r string) bool { return slices.Contains(f.Visible, r) })
}

// filledBy tells whether the viewer may fill the field in.
func (f Field) filledBy(v viewer.Viewer) bool {
	return f.seenBy(v) && (len(f.Editable) == 0 || v.Can(permissionField) || slices.ContainsFunc(v.Roles, func(r string) bool { return slices.Contains(f.Editable, r) }))
}

// option finds an option by its key.
func (f Field) option(key string) (Option, bool) {
	i := slices.IndexFunc(f.Options, func(o Option) bool { return o.Key == key })
	if i < 0 {
		return Option{}, false
	}
	return f.Options[i], true
}
