package profile_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/feature/profile"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// TestFieldsAreDefined: names, options, order, putting away, removing.
func TestFieldsAreDefined(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		grade := h.field(profile.Form{Name: "等级", Kind: profile.Choice, Options: []profile.Option{{Name: "金"}, {Name: "银"}}})
		h.refused("POST", "/fields", profile.Form{Name: " 等级 ", Kind: profile.Text}, 422, "同名")
		h.refused("POST", "/fields", profile.Form{Name: "爱好", Kind: profile.Multi}, 422, "选项")
		h.refused("POST", "/fields", profile.Form{Name: "爱好", Kind: profile.Multi, Options: []profile.Option{{Name: "茶"}, {Name: "茶"}}}, 422, "重复")
		h.refused("PUT", "/fields/"+grade.ID.String(), profile.Form{Name: "等级", Kind: profile.Text, Version: 1}, 422, "类型")
		birthday := h.field(profile.Form{Name: "生日", Kind: profile.Date})

		// An option is renamed, another comes, one that somebody has cannot go.
		wang, _ := h.meet(who{member: "zhang", customer: "wmWang", name: "王小明"})
		h.fill(wang, value(grade, grade.Options[0].Key))
		next := profile.Form{Name: "客户等级", Kind: profile.Choice, Version: 1, Options: []profile.Option{{Key: grade.Options[1].Key, Name: "银"}, {Name: "铜"}}}
		h.refused("PUT", "/fields/"+grade.ID.String(), next, 409, "1 位客户")
		next.Options = append(next.Options, profile.Option{Key: grade.Options[0].Key, Name: "黄金", Archived: true})
		var changed profile.Field
		h.do("PUT", "/fields/"+grade.ID.String(), next, &changed)
		if h.of(wang, grade) != grade.Options[0].Key || changed.Options[1].Key == "" || changed.Options[1].Key == grade.Options[0].Key {
			t.Errorf("%+v", changed)
		}
		h.refused("PUT", "/fields/"+grade.ID.String(), next, 409, "刚被别人修改过")
		// Who has an option that was put away keeps it; nobody else gets it.
		h.fill(wang, value(grade, grade.Options[0].Key))
		li, _ := h.meet(who{member: "zhang", customer: "wmLi", name: "李"})
		h.refused("PUT", "/customers/"+li.String()+"/values", map[string]any{"values": []profile.Value{value(grade, grade.Options[0].Key)}}, 422, "已停用")

		h.do("PUT", "/order", map[string]any{"fields": []string{birthday.ID.String(), grade.ID.String()}}, nil)
		h.refused("PUT", "/order", map[string]any{"fields": []string{grade.ID.String()}}, 409, "增减")
		var list profile.FieldList
		h.do("GET", "/fields", nil, &list)
		if len(list.Items) != 2 || list.Items[0].Name != "生日" || !list.Items[0].Fills {
			t.Errorf("%+v", list)
		}

		h.refused("DELETE", "/fields/"+grade.ID.String(), nil, 409, "1 位客户")
		h.do("PUT", "/fields/"+grade.ID.String()+"/state", map[string]any{"archived": true, "version": 2}, nil)
		if got := h.of(wang, grade); got != "-" {
			t.Errorf("a field that was put away shows %q", got)
		}
		h.do("PUT", "/fields/"+grade.ID.String()+"/state", map[string]any{"archived": false, "version": 3}, nil)
		if h.of(wang, grade) != grade.Options[0].Key {
			t.Error("its values are gone")
		}
		h.do("DELETE", "/fields/"+birthday.ID.String(), nil, nil)

		// Another corp has fields of its own.
		h.Viewer.Corp = another
		h.do("GET", "/fields", nil, &list)
		if len(list.Items) != 0 {
			t.Errorf("%+v", list)
		}
		h.refused("DELETE", "/fields/"+grade.ID.String(), nil, 404, "字段")
	})
}

// TestAtMostAHundredFields, those put away included.
func TestAtMostAHundredFields(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		for i := range 100 {
			h.field(profile.Form{Name: "字段" + strings.Repeat("i", i%20) + string(rune('a'+i/20)), Kind: profile.Text})
		}
		h.refused("POST", "/fields", profile.Form{Name: "多", Kind: profile.Text}, 422, "最多 100 个字段")
	})
}

// TestValuesByRole: who sees a field and who fills it in, required ones, telephones.
func TestValuesByRole(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		wang, _ := h.meet(who{member: "zhang", customer: "wmWang", name: "王小明"})
		open := h.field(profile.Form{Name: "爱好", Kind: profile.Text})
		secret := h.field(profile.Form{Name: "信用", Kind: profile.Number, Visible: []string{"manager"}, Editable: []string{"manager"}})
		shown := h.field(profile.Form{Name: "评级", Kind: profile.Text, Editable: []string{"manager"}})
		phone := h.field(profile.Form{Name: "座机", Kind: profile.Phone})
		h.fill(wang, value(open, "茶"), value(secret, "1,200.50"), value(shown, "A"), value(phone, "13812345678"))

		h.Viewer = clerk("zhang", "staff")
		if h.of(wang, secret) != "-" || h.of(wang, shown) != "A" || h.of(wang, phone) != "138****5678" {
			t.Errorf("a clerk reads %q %q %q", h.of(wang, secret), h.of(wang, shown), h.of(wang, phone))
		}
		values := "/customers/" + wang.String() + "/values"
		h.refused("PUT", values, map[string]any{"values": []profile.Value{value(shown, "B")}}, 422, "不能修改")
		h.refused("PUT", values, map[string]any{"values": []profile.Value{value(secret, "1")}}, 422, "没有这个字段")
		// What he sends back as he was shown it changes nothing.
		h.fill(wang, value(open, "咖啡"), value(phone, "138****5678"))
		var phones profile.PhoneValues
		h.do("GET", "/customers/"+wang.String()+"/phones", nil, &phones)
		if len(phones.Items) != 1 || phones.Items[0].Values[0] != "138****5678" {
			t.Errorf("a clerk reads %+v", phones)
		}
		if lines := h.story("wmWang"); lines[0] != "edited 爱好：茶 → 咖啡" || strings.Contains(strings.Join(lines, ""), "信用") || !strings.Contains(lines[1], "138****5678") {
			t.Errorf("a clerk reads the history %q", lines)
		}

		h.Viewer = clerk("zhang", "manager")
		h.Viewer.Permissions = append(h.Viewer.Permissions, viewer.PermissionPhone)
		if h.of(wang, secret) != "1200.5" {
			t.Errorf("a manager reads %q", h.of(wang, secret))
		}
		h.fill(wang, value(shown, "B"))
		h.do("GET", "/customers/"+wang.String()+"/phones", nil, &phones)
		if len(phones.Items) != 1 || !slices.Equal(phones.Items[0].Values, []string{"13812345678"}) {
			t.Errorf("%+v", phones)
		}
		for _, e := range h.Audited {
			if told := fmt.Sprintf("%+v", e.Changes); strings.Contains(told, "13812345678") {
				t.Errorf("the audit log has the number: %s", told)
			}
		}

		// A required field: the form is refused without it, and it cannot be emptied.
		must := h.field(profile.Form{Name: "城市", Kind: profile.Text, Required: true})
		h.refused("PUT", values, map[string]any{"values": []profile.Value{value(open, "酒")}}, 422, "请填写「城市」")
		p := h.fill(wang, value(must, "杭州"))
		if p.Missing != 0 {
			t.Errorf("%d are missing", p.Missing)
		}
		h.refused("PUT", values, map[string]any{"values": []profile.Value{value(must)}}, 422, "请填写「城市」")

		// Out of scope there is no such customer.
		h.Viewer = clerk("li")
		h.refused("GET", "/customers/"+wang.String(), nil, 404, "客户")
		h.refused("PUT", values, map[string]any{"values": []profile.Value{value(open, "x")}}, 404, "客户")
		h.Viewer = sees(viewer.All, "")
		h.Viewer.Corp = another
		h.refused("GET", "/customers/"+wang.String(), nil, 404, "客户")
	})
}

// TestSegments: each kind of field tells customers apart.
func TestSegments(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.Viewer.Permissions = append(h.Viewer.Permissions, viewer.PermissionPhone)
		a, _ := h.meet(who{member: "zhang", customer: "a", name: "甲"})
		b, _ := h.meet(who{member: "zhang", customer: "b", name: "乙", union: "u"})
		h.meet(who{member: "li", customer: "c", name: "丙", union: "u"})
		text := h.field(profile.Form{Name: "爱好", Kind: profile.Text})
		number := h.field(profile.Form{Name: "预算", Kind: profile.Number, Unit: "万元"})
		date := h.field(profile.Form{Name: "生日", Kind: profile.Date})
		multi := h.field(profile.Form{Name: "产品", Kind: profile.Multi, Options: []profile.Option{{Name: "一"}, {Name: "二"}, {Name: "三"}}})
		phone := h.field(profile.Form{Name: "座机", Kind: profile.Phone})
		h.fill(a, value(text, "喝茶 100%"), value(number, "-3"), value(date, "2026年11月23日"), value(multi, multi.Options[2].Key, multi.Options[0].Key), value(phone, "+86 138 1234 5678"))
		h.fill(b, value(text, "Coffee"), value(number, "20"), value(date, "2026-11-01"), value(multi, multi.Options[1].Key), value(phone, "010-87654321"))
		one, two := multi.Options[0].Key, multi.Options[1].Key
		for _, row := range []struct {
			field  profile.Field
			op     ask.Op
			values []string
			want   string
		}{
			{text, ask.OpHas, []string{"茶"}, "a"},
			{text, ask.OpHas, []string{"100%"}, "a"},
			{text, ask.OpHas, []string{"%"}, "a"},
			{text, ask.OpHas, []string{"_"}, ""},
			{text, ask.OpHas, []string{"COF"}, "b"},
			{text, ask.OpIs, []string{"coffee"}, "b"},
			{text, ask.OpEmpty, nil, "c"},
			{text, ask.OpSet, nil, "a b"},
			{number, ask.OpLess, []string{"0"}, "a"},
			{number, ask.OpMore, []string{"-3"}, "b"},
			{number, ask.OpIs, []string{"20"}, "b"},
			{number, ask.OpBetween, []string{"-3", "20"}, "a b"},
			{date, ask.OpWithin, []string{"1"}, "a"},
			{date, ask.OpWithin, []string{"23"}, "a b"},
			{date, ask.OpBeyond, []string{"21"}, "b"},
			{date, ask.OpBeyond, []string{"22"}, ""},
			{date, ask.OpLess, []string{"2026-11-23"}, "b"},
			{date, ask.OpBetween, []string{"2026-11-01", "2026-11-22"}, "b"},
			{multi, ask.OpAny, []string{one, two}, "a b"},
			{multi, ask.OpNone, []string{one}, "b c"},
			{multi, ask.OpEmpty, nil, "c"},
			{phone, ask.OpHas, []string{"1234"}, "a"},
			{phone, ask.OpIs, []string{"010 87654321"}, "b"},
		} {
			if got := h.matching("profile."+row.field.ID.String(), row.op, row.values...); got != row.want {
				t.Errorf("%s %s %v: %q, want %q", row.field.Name, row.op, row.values, got, row.want)
			}
		}
		if got := h.matching("profile.duplicate", ask.OpIs, "true"); got != "b c" {
			t.Errorf("duplicates: %q", got)
		}
		h.do("PUT", "/customers/"+a.String()+"/blacklist", profile.Reason{Reason: "恶意退款"}, nil)
		if got := h.matching("profile.blacklisted", ask.OpIs, "true"); got != "a" {
			t.Errorf("blacklisted: %q", got)
		}
		if got := h.matching("profile.blacklisted", ask.OpIs, "false"); got != "b c" {
			t.Errorf("not blacklisted: %q", got)
		}
		// Without the permission a number cannot be guessed by looking for it.
		h.Viewer = clerk("zhang")
		fields, err := h.Asks.Fields(t.Context(), h.Viewer)
		h.Must(err)
		for _, f := range fields {
			if f.Key == "profile."+phone.ID.String() {
				t.Error("a clerk may look for numbers")
			}
		}
	})
}

// TestBlacklist: reason, list in scope, removal, history.
func TestBlacklist(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		wang, _ := h.meet(who{member: "zhang", customer: "wmWang", name: "王小明"})
		li, _ := h.meet(who{member: "li", customer: "wmLi", name: "李小红"})
		h.refused("PUT", "/customers/"+wang.String()+"/blacklist", profile.Reason{Reason: " "}, 422, "原因")
		h.do("PUT", "/customers/"+wang.String()+"/blacklist", profile.Reason{Reason: "恶意退款"}, nil)
		h.do("PUT", "/customers/"+wang.String()+"/blacklist", profile.Reason{Reason: "再来一次"}, nil) // stands already
		h.do("PUT", "/customers/"+li.String()+"/blacklist", profile.Reason{Reason: "同行"}, nil)
		listed := func() string {
			var page struct{ Items []profile.BlackRow }
			var names []string
			after := ""
			for range 5 {
				var next struct {
					Items []profile.BlackRow
					Next  string
				}
				h.do("GET", "/blacklist?limit=1&after="+after, nil, &next)
				page.Items = append(page.Items, next.Items...)
				if after = next.Next; after == "" {
					break
				}
			}
			for _, r := range page.Items {
				names = append(names, r.Name+"/"+r.Reason)
			}
			return strings.Join(names, " ")
		}
		if got := listed(); got != "李小红/同行 王小明/恶意退款" && got != "王小明/恶意退款 李小红/同行" {
			t.Errorf("%s", got)
		}
		if lines := h.story("wmWang"); !slices.Equal(lines, []string{"blacklisted 恶意退款"}) {
			t.Errorf("%q", lines)
		}
		h.do("DELETE", "/customers/"+wang.String()+"/blacklist", nil, nil)
		h.Viewer = clerk("li")
		if got := listed(); got != "李小红/同行" {
			t.Errorf("li sees %s", got)
		}
		h.refused("PUT", "/customers/"+li.String()+"/blacklist", profile.Reason{Reason: "x"}, 403, "")
	})
}

// TestRecordsOfOnePerson: merged they share a profile, parted each has his own again.
func TestRecordsOfOnePerson(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		old, _ := h.meet(who{member: "zhang", customer: "wmOld", name: "王", union: "u1"})
		fresh, _ := h.meet(who{member: "li", customer: "wmNew", name: "王（新号）", union: "u1"})
		third, _ := h.meet(who{member: "li", customer: "wmThird", name: "王（又一个）", union: "u1"})
		stranger, _ := h.meet(who{member: "li", customer: "wmElse", name: "别人", union: "u2"})
		nobody, _ := h.meet(who{member: "li", customer: "wmNobody", name: "无名"})
		unknown, _ := h.meet(who{member: "li", customer: "wmUnknown", name: "无名"})
		city := h.field(profile.Form{Name: "城市", Kind: profile.Text})
		tea := h.field(profile.Form{Name: "爱好", Kind: profile.Text})
		h.fill(old, value(city, "杭州"))
		h.fill(fresh, value(city, "上海"), value(tea, "茶"))

		var page struct{ Items []profile.Duplicate }
		h.do("GET", "/duplicates", nil, &page)
		if len(page.Items) != 1 || len(page.Items[0].Records) != 3 || page.Items[0].Merge != nil {
			t.Fatalf("%+v", page)
		}
		var m profile.Merge
		for name, two := range map[string][2]id.ID{"strangers": {old, stranger}, "the other way": {stranger, old}, "without unionids": {nobody, unknown}} {
			t.Log(name)
			h.refused("POST", "/merges", map[string]any{"main": two[0], "others": []string{two[1].String()}}, 422, "unionid")
		}
		h.refused("POST", "/merges", map[string]any{"main": old, "others": []string{fresh.String(), stranger.String()}}, 422, "unionid")
		h.do("POST", "/merges", map[string]any{"main": old, "others": []string{fresh.String()}}, &m)
		h.refused("POST", "/merges", map[string]any{"main": fresh, "others": []string{stranger.String()}}, 422, "unionid")
		h.refused("POST", "/merges", map[string]any{"main": fresh, "others": []string{third.String()}}, 409, "已经与别的记录合并")
		if h.of(old, city)+h.of(old, tea) != "杭州茶" || h.of(fresh, city)+h.of(fresh, tea) != "杭州茶" {
			t.Errorf("shared: %s%s %s%s", h.of(old, city), h.of(old, tea), h.of(fresh, city), h.of(fresh, tea))
		}
		if got := h.matching("profile."+tea.ID.String(), ask.OpIs, "茶"); got != "wmNew wmOld" {
			t.Errorf("told apart: %q", got)
		}
		var p profile.Profile
		h.do("GET", "/customers/"+fresh.String(), nil, &p)
		if len(p.Same.Records) != 2 || !p.Same.Records[0].Main || p.Same.Records[1].Merged || p.Same.Merge == nil || p.Same.Merge.ID != m.ID {
			t.Errorf("%+v", p.Same)
		}
		// Written by one, read by the other; the blacklist means the person.
		h.fill(fresh, value(city, "苏州"))
		h.do("PUT", "/customers/"+fresh.String()+"/blacklist", profile.Reason{Reason: "同行"}, nil)
		if got := h.matching("profile.blacklisted", ask.OpIs, "true"); got != "wmNew wmOld" || h.of(old, city) != "苏州" {
			t.Errorf("%q, %s", got, h.of(old, city))
		}
		if lines := strings.Join(h.story("wmOld"), "\n"); !strings.Contains(lines, "城市：杭州 → 苏州") || !strings.Contains(lines, "merged") {
			t.Errorf("the history of both together: %s", lines)
		}
		// A viewer who sees one of them reads nothing of who the other is.
		h.Viewer = sees(viewer.Self, "zhang")
		h.do("GET", "/customers/"+old.String(), nil, &p)
		if len(p.Same.Records) != 0 {
			t.Errorf("zhang sees %+v", p.Same.Records)
		}
		h.refused("DELETE", "/merges/"+m.ID.String(), nil, 404, "合并")
		h.Viewer = sees(viewer.All, "")
		h.do("DELETE", "/merges/"+m.ID.String(), nil, nil)
		if h.of(old, city)+h.of(old, tea) != "苏州" || h.of(fresh, city)+h.of(fresh, tea) != "上海茶" {
			t.Errorf("parted: %s%s %s%s", h.of(old, city), h.of(old, tea), h.of(fresh, city), h.of(fresh, tea))
		}
		h.refused("DELETE", "/merges/"+m.ID.String(), nil, 404, "合并")
	})
}
