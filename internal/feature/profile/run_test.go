package profile_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/queqiao-scrm/queqiao/internal/feature/profile"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// settled works until nothing is due and gives the run as it stands.
func (h *house) settled(run id.ID) profile.Run {
	h.T.Helper()
	h.Must(h.Queue.Settle(context.Background()))
	var r profile.Run
	h.do("GET", "/runs/"+run.String(), nil, &r)
	return r
}

// reasons gives "line reason" of the items in a state.
func (h *house) reasons(run id.ID, state string) []string {
	h.T.Helper()
	var page struct{ Items []profile.Item }
	h.do("GET", "/runs/"+run.String()+"/items?limit=200&state="+state, nil, &page)
	var list []string
	for _, i := range page.Items {
		list = append(list, strings.TrimSpace(fmt.Sprintf("%d %s%s", i.Seq, why(i.Reasons), i.Text)))
	}
	return list
}

// TestBatchEdit: many customers in steps, each with its result; undone but for what
// somebody changed since.
func TestBatchEdit(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		const n = 450 // more than two steps
		ids := make([]id.ID, n)
		for i := range n {
			ids[i], _ = h.meet(who{member: "zhang", customer: fmt.Sprintf("wm%03d", i), name: fmt.Sprintf("客户%d", i)})
		}
		h.meet(who{member: "li", customer: "wmOther", name: "别人"})
		grade := h.field(profile.Form{Name: "等级", Kind: profile.Choice, Options: []profile.Option{{Name: "金"}, {Name: "银"}}})
		must := h.field(profile.Form{Name: "城市", Kind: profile.Text, Required: true})
		gold, silver := grade.Options[0].Key, grade.Options[1].Key
		h.fill(ids[0], value(grade, gold), value(must, "杭州"))
		h.fill(ids[1], value(grade, silver), value(must, "杭州"))

		h.Viewer = sees(viewer.Self, "zhang")
		body := map[string]any{"selection": map[string]any{"rule": map[string]any{}}, "values": []profile.Value{value(grade, gold)}}
		h.slow = true // nobody knows how many there are: that is no reason to refuse
		h.refused("POST", "/edits", map[string]any{"selection": map[string]any{}, "values": []profile.Value{value(must)}}, 422, "必填")
		h.refused("POST", "/edits", map[string]any{"selection": map[string]any{}, "values": []profile.Value{value(grade, "x")}}, 422, "没有这个选项")
		var r profile.Run
		h.do("POST", "/edits", body, &r)
		if r = h.settled(r.ID); r.State != "done" || r.Done != n || r.Changed != n-1 || r.Failed != 0 || r.Title != "等级" {
			t.Fatalf("%+v", r)
		}
		if got := h.reasons(r.ID, "changed"); len(got) != 200 || !strings.Contains(got[0], "等级：银 → 金") {
			t.Errorf("%d %s", len(got), got[0])
		}
		if lines := h.story("wm001"); lines[0] != "batch 等级：银 → 金" {
			t.Errorf("%q", lines)
		}
		if got := h.matching("profile."+grade.ID.String(), "any", gold); strings.Contains(got, "wmOther") {
			t.Error("one out of scope was changed")
		}
		h.fill(ids[2], value(grade, silver), value(must, "上海"))
		h.do("POST", "/runs/"+r.ID.String()+"/undo", nil, nil)
		if r = h.settled(r.ID); r.State != "undone" || r.Undone != n-2 || r.Kept != 1 {
			t.Fatalf("%+v", r)
		}
		if h.of(ids[0], grade) != gold || h.of(ids[1], grade) != silver || h.of(ids[2], grade) != silver || h.of(ids[3], grade) != "" {
			t.Errorf("%s %s %s %s", h.of(ids[0], grade), h.of(ids[1], grade), h.of(ids[2], grade), h.of(ids[3], grade))
		}
		h.refused("POST", "/runs/"+r.ID.String()+"/undo", nil, 409, "不能这样操作")

		// Somebody else does not see the run; who sees all does.
		h.Viewer = sees(viewer.Self, "li")
		h.refused("GET", "/runs/"+r.ID.String(), nil, 404, "任务")
		var page struct{ Items []profile.Run }
		h.do("GET", "/runs", nil, &page)
		if len(page.Items) != 0 {
			t.Errorf("%+v", page.Items)
		}
		h.Viewer = sees(viewer.All, "")
		h.do("GET", "/runs", nil, &page)
		if len(page.Items) != 1 {
			t.Errorf("%+v", page.Items)
		}
	})
}

// TestRightsAreAskedAgain: who loses the permission changes nobody any more.
func TestRightsAreAskedAgain(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		wang, _ := h.meet(who{member: "zhang", customer: "wmWang", name: "王"})
		city := h.field(profile.Form{Name: "城市", Kind: profile.Text})
		less := clerk("zhang")
		h.later = &less
		var r profile.Run
		h.do("POST", "/edits", map[string]any{"selection": map[string]any{"rule": map[string]any{}}, "values": []profile.Value{value(city, "杭州")}}, &r)
		if r = h.settled(r.ID); r.State != "failed" || r.Error.Code != "mayNot" || h.of(wang, city) != "" {
			t.Errorf("%+v %q", r, h.of(wang, city))
		}
		h.later = nil
		h.do("POST", "/runs/"+r.ID.String()+"/retry", nil, nil)
		if r = h.settled(r.ID); r.State != "done" || h.of(wang, city) != "杭州" {
			t.Errorf("%+v %q", r, h.of(wang, city))
		}
	})
}

// TestBatchBlacklist and its undo.
func TestBatchBlacklist(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a, _ := h.meet(who{member: "zhang", customer: "a", name: "甲"})
		h.meet(who{member: "zhang", customer: "b", name: "乙"})
		h.do("PUT", "/customers/"+a.String()+"/blacklist", profile.Reason{Reason: "旧的"}, nil)
		selection := map[string]any{"rule": map[string]any{}}
		h.refused("POST", "/blacklist", map[string]any{"selection": selection}, 422, "原因")
		var r profile.Run
		h.do("POST", "/blacklist", map[string]any{"selection": selection, "reason": "同行"}, &r)
		if r = h.settled(r.ID); r.State != "done" || r.Changed != 1 || h.matching("profile.blacklisted", "is", "true") != "a b" {
			t.Errorf("%+v", r)
		}
		h.do("POST", "/runs/"+r.ID.String()+"/undo", nil, nil)
		if r = h.settled(r.ID); r.State != "undone" || h.matching("profile.blacklisted", "is", "true") != "a" {
			t.Errorf("%+v", r)
		}
		var off profile.Run
		h.do("POST", "/blacklist", map[string]any{"selection": selection, "remove": true}, &off)
		if off = h.settled(off.ID); off.Changed != 1 || h.matching("profile.blacklisted", "is", "true") != "" {
			t.Errorf("%+v", off)
		}
		h.do("POST", "/runs/"+off.ID.String()+"/undo", nil, nil)
		h.settled(off.ID)
		var p profile.Profile
		h.do("GET", "/customers/"+a.String(), nil, &p)
		if p.Blacklist == nil || p.Blacklist.Reason != "旧的" {
			t.Errorf("%+v", p.Blacklist)
		}
	})
}

// book makes a workbook of rows; numbers stay numbers, as a sheet has them.
func book(t *testing.T, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i, r := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &r); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if _, err := f.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestImport: columns are guessed, wrong lines are told and the others taken, undone as a whole.
func TestImport(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		a, _ := h.meet(who{member: "zhang", customer: "wmA", name: "甲"})
		b, _ := h.meet(who{member: "zhang", customer: "wmB", name: "乙"})
		h.meet(who{member: "li", customer: "wmC", name: "丙"})
		birthday := h.field(profile.Form{Name: "生日", Kind: profile.Date})
		multi := h.field(profile.Form{Name: "产品", Kind: profile.Multi, Options: []profile.Option{{Name: "基础版"}, {Name: "专业 版"}}})
		phone := h.field(profile.Form{Name: "电话", Kind: profile.Phone})
		h.fill(b, value(birthday, "1999-09-09"))
		file := book(t,
			[]any{"external_userid", "生日", "产品", "电话", "没人认识"},
			[]any{"wmA", 32947, "专业版、基础版", 13812345678, "x"},
			[]any{"wmB", "1990/3/8", "旗舰版", "", ""},
			[]any{"", "", "", "", ""},
			[]any{"wmNobody", "1990-01-01", "", "", ""},
			[]any{"wmC", "不是日期", "", "12", ""},
			[]any{"wmB", "1991年2月3日", "", "", ""},
		)
		h.Viewer = sees(viewer.Self, "zhang")
		var d profile.Draft
		h.do("POST", "/imports", upload{"客户.xlsx", file}, &d)
		if len(d.Columns) != 5 || d.Columns[0].Role != "external" || d.Columns[1].Field != birthday.ID || d.Columns[3].Role != "phone" || d.Columns[3].Field != phone.ID || d.Columns[4].Field != 0 || d.Columns[3].Samples[0] != "13812345678" {
			t.Fatalf("%+v", d.Columns)
		}
		plan := map[string]any{"match": "external", "key": 0, "columns": []map[string]any{
			{"index": 1, "field": birthday.ID}, {"index": 2, "field": multi.ID}, {"index": 3, "field": phone.ID},
		}}
		path := "/imports/" + d.ID.String()
		h.refused("POST", path+"/start", nil, 409, "不能这样操作") // not checked yet
		h.refused("PUT", path, map[string]any{"match": "phone", "key": 3, "columns": plan["columns"]}, 422, "完整电话")
		h.do("PUT", path, plan, nil)
		r := h.settled(d.ID)
		if r.State != "checked" || r.Total != 5 || r.Changed != 2 || r.Failed != 3 || h.of(a, birthday) != "" {
			t.Fatalf("%+v", r)
		}
		want := []string{
			`3 {"because":"wrongWord","field":"产品","option":"旗舰版"}`, `5 {"because":"nobody"}`,
			`6 {"because":"nobody"};{"because":"wrongDate","field":"生日"};{"because":"wrongPhone","field":"电话"}`,
		}
		if got := h.reasons(d.ID, "failed"); !slices.Equal(got, want) {
			t.Errorf("%q", got)
		}
		h.refused("POST", "/runs/"+d.ID.String()+"/undo", nil, 409, "还没有开始")
		// Rights that are gone end it; what it may have changed can still be undone, so that it is not checked anew.
		clerk := clerk("zhang")
		h.later = &clerk
		h.do("POST", path+"/start", nil, nil)
		if r = h.settled(d.ID); r.State != "failed" {
			t.Fatalf("%+v", r)
		}
		h.refused("PUT", path, plan, 409, "已经开始")
		h.later = nil
		h.do("POST", "/runs/"+d.ID.String()+"/retry", nil, nil)
		r = h.settled(d.ID)
		if r.State != "done" || r.Changed != 2 || r.Failed != 3 || r.Done != 5 || h.of(a, birthday) != "1990-03-15" || h.of(a, phone) != "138****5678" || h.of(b, birthday) != "1991-02-03" {
			t.Fatalf("%+v %s %s %s", r, h.of(a, birthday), h.of(a, phone), h.of(b, birthday))
		}
		if got := h.of(a, multi); got != multi.Options[0].Key+"|"+multi.Options[1].Key {
			t.Errorf("%s", got)
		}
		status, csv := h.call("GET", "/runs/"+d.ID.String()+"/report.csv", nil)
		if status != http.StatusOK || strings.Count(csv, "\n") != 6 || !strings.Contains(csv, "「产品」没有选项「旗舰版」") || strings.Contains(csv, "13812345678") {
			t.Errorf("%d %s", status, csv)
		}
		if !strings.Contains(csv, "没有找到客户，或不在您的数据范围内；「生日」不是日期，请写成 2026-11-22；「电话」不是电话号码") {
			t.Errorf("several reasons of a line: %s", csv)
		}
		status, csv = h.call("GET", "/runs/"+d.ID.String()+"/report.csv?english=true", nil)
		if status != http.StatusOK || !strings.Contains(csv, `""产品"" has no option ""旗舰版""`) || !strings.Contains(csv, `is outside your scope; ""生日"" is not a date`) || !strings.Contains(csv, ",Failed,") {
			t.Errorf("in English: %d %s", status, csv)
		}
		// The failed lines are tried anew once the reason is gone.
		h.meet(who{member: "zhang", customer: "wmNobody", name: "丁"})
		h.do("POST", "/runs/"+d.ID.String()+"/retry", nil, nil)
		if r = h.settled(d.ID); r.State != "done" || r.Changed != 3 || r.Failed != 2 {
			t.Fatalf("%+v", r)
		}
		h.do("POST", "/runs/"+d.ID.String()+"/undo", nil, nil)
		if r = h.settled(d.ID); r.State != "undone" || r.Undone != 3 || h.of(a, birthday)+h.of(a, phone) != "" || h.of(b, birthday) != "1999-09-09" {
			t.Fatalf("%+v %s", r, h.of(b, birthday))
		}

		// The file is kept as long as lines can be tried anew, one that nobody explained too.
		h.do("POST", "/imports", upload{"客户.xlsx", file}, &d)
		h.Clock.Advance(29 * day)
		h.sweep()
		h.do("PUT", "/imports/"+d.ID.String(), plan, nil)
		if r = h.settled(d.ID); r.State != "checked" {
			t.Errorf("after 29 days: %+v", r)
		}
		h.Clock.Advance(2 * day)
		h.sweep()
		h.do("PUT", "/imports/"+d.ID.String(), plan, nil)
		if r = h.settled(d.ID); r.State != "failed" || r.Error.Code != "uploadGone" {
			t.Errorf("after 31 days: %+v", r)
		}
		h.sweep()
	})
}

// TestImportFindsCustomers by each of the ways, in each encoding.
func TestImportFindsCustomers(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.Viewer.Permissions = append(h.Viewer.Permissions, viewer.PermissionPhone)
		h.Exec(`INSERT INTO mirror_member (corp_id, id, lookup, name, pinyin, alias, title, avatar, status, main_department,
			can_contact, left_at, told_at, read_at, sync_run, updated_at) VALUES (?, 'Zhang', 'zhang', '张三', '', '', '', '', 1, 1, TRUE, 0, 0, 0, 0, 0)`, corpID)
		a, _ := h.meet(who{member: "Zhang", customer: "wmA", name: "甲", union: "uA", remark: "甲总", mobile: "+86 13812345678"})
		b, _ := h.meet(who{member: "Zhang", customer: "wmB", name: "乙", union: "uB", remark: "重名"})
		c, _ := h.meet(who{member: "Zhang", customer: "wmC", name: "丙", union: "uB", remark: "重名"})
		city := h.field(profile.Form{Name: "城市", Kind: profile.Text})
		own := h.field(profile.Form{Name: "座机", Kind: profile.Phone})
		h.fill(b, value(own, "010-87654321"))
		gbk, err := simplifiedchinese.GB18030.NewEncoder().String("备注,成员,城市\n甲总,张三,杭州\n重名,zhang,上海\n甲总,李四,北京\n")
		h.Must(err)
		for _, row := range []struct {
			match, file string
			raw         []byte
			member      int
			changed     int64
			says        string
		}{
			{"remark", "备注.csv", []byte(gbk), 1, 1, `{"because":"manyMatch","n":"2"}`},
			{"unionid", "u.csv", []byte("\xef\xbb\xbfunionid;x;城市\nuA;;苏州\nuB;;上海\n"), 0, 1, `{"because":"manyMatch","n":"2"}`},
			{"phone", "p.csv", []byte("手机号\tx\t城市\n138 1234 5678\t\t宁波\n01087654321\t\t嘉兴\n13900000000\t\t\n"), 0, 2, `{"because":"nobody"}`},
		} {
			var d profile.Draft
			h.do("POST", "/imports", upload{row.file, row.raw}, &d)
			h.do("PUT", "/imports/"+d.ID.String(), map[string]any{"match": row.match, "key": 0, "member": row.member, "columns": []map[string]any{{"index": 2, "field": city.ID}}}, nil)
			h.settled(d.ID)
			h.do("POST", "/imports/"+d.ID.String()+"/start", nil, nil)
			r := h.settled(d.ID)
			if r.State != "done" || r.Changed != row.changed || !strings.Contains(strings.Join(h.reasons(d.ID, "failed"), "\n"), row.says) {
				t.Errorf("%s: %+v %q", row.match, r, h.reasons(d.ID, "failed"))
			}
		}
		if h.of(a, city) != "宁波" || h.of(b, city) != "嘉兴" || h.of(c, city) != "" {
			t.Errorf("%s %s %s", h.of(a, city), h.of(b, city), h.of(c, city))
		}
	})
}

// TestFilesThatAreNone are refused with advice.
func TestFilesThatAreNone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.refused("POST", "/imports", upload{"x.xlsx", []byte("PK\x03\x04nonsense")}, 422, "另存为")
		h.refused("POST", "/imports", upload{"x.csv", []byte("a\x00b,c\n1,2\n")}, 422, "另存为")
		h.refused("POST", "/imports", upload{"x.csv", []byte("只有标题\n")}, 422, "没有数据")
		h.refused("POST", "/imports", upload{"x.csv", nil}, 422, "空的")
		h.refused("POST", "/imports", upload{"x.xlsx", bomb(t)}, 413, "太大")
		h.refused("POST", "/imports", upload{"x.xlsx", archive(t, 600, "")}, 413, "太大")
		h.refused("POST", "/imports", upload{"x.xlsx", archive(t, 0, strings.Repeat(`<row/>`, 1_048_577))}, 413, "太大")
		h.refused("POST", "/imports", upload{"x.xlsx", archive(t, 0, strings.Repeat(`<row><c r="XFD1"><v>1</v></c></row>`, 50_000))}, 422, "没有数据")
		var many bytes.Buffer
		many.WriteString("external_userid,城市\n")
		for range 100_001 {
			many.WriteString("wm,x\n")
		}
		city := h.field(profile.Form{Name: "城市", Kind: profile.Text})
		var d profile.Draft
		h.do("POST", "/imports", upload{"many.csv", many.Bytes()}, &d)
		h.do("PUT", "/imports/"+d.ID.String(), map[string]any{"match": "external", "key": 0, "columns": []map[string]any{{"index": 1, "field": city.ID}}}, nil)
		if h.DB.Engine() == "sqlite" { // five hundred steps; once is enough
			if r := h.settled(d.ID); r.State != "failed" || r.Error.Code != "tooLarge" || r.Error.Values["n"] != "100000" {
				t.Errorf("%+v", r)
			}
		}
		if status, _ := h.call("GET", "/imports/template.xlsx", nil); status != http.StatusOK {
			t.Errorf("template: %d", status)
		}
	})
}

// TestProfileFiles: told by their content, downloaded by who sees customer and field.
func TestProfileFiles(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		wang, _ := h.meet(who{member: "zhang", customer: "wmWang", name: "王"})
		li, _ := h.meet(who{member: "li", customer: "wmLi", name: "李"})
		contract := h.field(profile.Form{Name: "合同", Kind: profile.File})
		path := "/customers/" + wang.String() + "/files?field=" + contract.ID.String()
		h.refused("POST", path, upload{"x.html", []byte("<html><script>alert(1)</script>")}, 422, "不支持")
		h.refused("POST", path, upload{"x.exe", []byte("MZ\x90\x00\x03")}, 422, "不支持")
		h.refused("POST", path, upload{"x.xlsx", archive(t, 10_000, "")}, 422, "不支持")
		var file profile.FileView
		h.do("POST", path, upload{`C:\合同/一 "号".pdf`, []byte("%PDF-1.7 hello")}, &file)
		if file.Type != "application/pdf" || strings.ContainsAny(file.Name, `\/"`) {
			t.Errorf("%+v", file)
		}
		h.refused("PUT", "/customers/"+li.String()+"/values", map[string]any{"values": []profile.Value{value(contract, file.ID.String())}}, 422, "重新上传")
		p := h.fill(wang, value(contract, file.ID.String()))
		if len(p.Fields[0].Files) != 1 || p.Fields[0].Files[0].Name != file.Name {
			t.Errorf("%+v", p.Fields)
		}
		h.Viewer = clerk("zhang")
		if status, body := h.call("GET", "/files/"+file.ID.String(), nil); status != http.StatusOK || body != "%PDF-1.7 hello" {
			t.Errorf("%d %s", status, body)
		}
		h.Viewer = clerk("li")
		h.refused("GET", "/files/"+file.ID.String(), nil, 404, "文件")
		h.Viewer = sees(viewer.All, "")
		// A file that no value holds goes after thirty days, not before.
		h.fill(wang, value(contract))
		h.Clock.Advance(29 * day)
		h.sweep()
		if status, _ := h.call("GET", "/files/"+file.ID.String(), nil); status != http.StatusOK {
			t.Errorf("%d after 29 days", status)
		}
		h.Clock.Advance(2 * day)
		// Whatever becomes of the file itself, nothing leads to it any more; it goes in the end.
		h.stuck = true
		h.sweep()
		h.refused("GET", "/files/"+file.ID.String(), nil, 404, "文件")
		h.refused("PUT", "/customers/"+wang.String()+"/values", map[string]any{"values": []profile.Value{value(contract, file.ID.String())}}, 422, "重新上传")
		if n := h.files(); n != 1 {
			t.Errorf("%d files", n)
		}
		h.stuck = false
		h.Clock.Advance(day)
		h.Must(h.Queue.Settle(t.Context()))
		if n := h.files(); n != 0 {
			t.Errorf("%d files are left", n)
		}
	})
}
