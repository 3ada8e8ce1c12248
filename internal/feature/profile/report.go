package profile

import (
	"net/http"
	"slices"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// report streams what became of each line of a run as CSV, in English when asked.
func (s *service) report(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	wanted, err := id.Parse(r.PathValue("id"))
	if err != nil {
		return fault.Missing("任务").Because(err)
	}
	v, run, err := s.seenRun(ctx, wanted)
	if err != nil {
		return err
	}
	said := sheetWords(r.URL.Query().Get("english") == "true")
	rows := func(yield func([]any, error) bool) {
		after := int64(0)
		for {
			items, err := s.itemsOf(ctx, run, "", after, maxIn)
			if err == nil {
				err = s.dressItems(ctx, v, items)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for _, i := range items {
				after = i.Seq
				if !yield([]any{i.Seq, i.Label, i.Name, i.Customer, said.states[i.State], said.reasons(i), i.Text}, nil) {
					return
				}
			}
			if len(items) < maxIn {
				return
			}
		}
	}
	web.Note(ctx, web.Change{Object: "profile:run:" + run.ID.String(), Name: run.Title})
	return web.CSV(w, said.name+run.Title, said.header, rows)
}

// reportWords are the words of a report in one language.
type reportWords struct {
	english bool
	name    string
	header  []string
	states  map[string]string
}

func sheetWords(english bool) reportWords {
	if english {
		return reportWords{
			english: true, name: "Results-",
			header: []string{"Line", "Customer in the table", "Customer", "external_userid", "Result", "Reason", "Changes"},
			states: map[string]string{itemChanged: "Changed", itemSame: "No change", itemFailed: "Failed", itemUndone: "Undone", itemKept: "Not undone (changed again since)"},
		}
	}
	return reportWords{
		name:   "处理结果-",
		header: []string{"行号", "表格中的客户", "客户", "external_userid", "结果", "原因", "修改内容"},
		states: map[string]string{itemChanged: "已修改", itemSame: "没有变化", itemFailed: "失败", itemUndone: "已撤销", itemKept: "未撤销（之后又被修改）"},
	}
}

// reasons are why an item failed.
func (w reportWords) reasons(i Item) string {
	words, mark := make([]string, len(i.Reasons)), "；"
	for n, r := range i.Reasons {
		words[n] = r.In(w.english, becauses())
	}
	if w.english {
		mark = "; "
	}
	return strings.Join(words, mark)
}

// template gives an empty table with the columns that the viewer may import.
func (s *service) template(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := viewer.From(ctx)
	if err != nil {
		return err
	}
	fields, err := fieldsOf(ctx, s.db.Read(), v.Corp)
	if err != nil {
		return err
	}
	header := []string{"external_userid", "备注", "成员"}
	for _, f := range fields {
		if !f.Archived && f.Kind != File && f.filledBy(v) && !slices.Contains(header, f.Name) {
			header = append(header, f.Name)
		}
	}
	return web.XLSX(w, "客户资料导入模板", "客户资料", header, func(func([]any, error) bool) {})
}
