package transfer

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// exportPage is how many items are read at a time; memory does not grow with the file.
const exportPage = 500

func exportColumns(context.Context, viewer.Viewer) ([]feature.ExportColumn, error) {
	return []feature.ExportColumn{
		{Key: "kind", ZH: "类型", EN: "Kind", Chosen: true},
		{Key: "name", ZH: "名称", EN: "Name", Chosen: true},
		{Key: "subject", ZH: "外部联系人 ID 或群 ID", EN: "External user id or chat id"},
		{Key: "from", ZH: "原成员", EN: "Old member", Chosen: true},
		{Key: "to", ZH: "接替成员", EN: "Taker", Chosen: true},
		{Key: "how", ZH: "转接方式", EN: "Why", Chosen: true},
		{Key: "friends", ZH: "接替成员此前已是好友", EN: "Taker had the customer already"},
		{Key: "state", ZH: "状态", EN: "State", Chosen: true},
		{Key: "reason", ZH: "原因", EN: "Reason", Chosen: true},
		{Key: "code", ZH: "错误码", EN: "Code"},
		{Key: "created", ZH: "创建时间", EN: "Created at", Chosen: true},
		{Key: "sent", ZH: "发出时间", EN: "Sent at", Chosen: true},
		{Key: "settled", ZH: "完成时间", EN: "Settled at", Chosen: true},
	}, nil
}

// exportFilter reads the list's own filter, as the page sent it.
func exportFilter(raw json.RawMessage) (ItemFilter, error) {
	var given struct {
		Transfer id.ID     `json:"transfer"`
		Kind     string    `json:"kind"`
		State    []string  `json:"state"`
		Member   string    `json:"member"`
		Resigned string    `json:"resigned"`
		Text     string    `json:"q"`
		From     time.Time `json:"from"`
		To       time.Time `json:"to"`
	}
	if len(raw) > 0 {
		decoder := json.NewDecoder(bytes.NewReader(raw))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&given); err != nil {
			return ItemFilter{}, fault.New(fault.Invalid, "筛选条件无效").Because(err)
		}
	}
	f := ItemFilter(given)
	var check fault.Check
	check.That(slices.Contains([]string{"", "customer", "group"}, f.Kind), "kind", "须为 customer 或 group")
	check.That(slices.Contains([]string{"", "yes", "no"}, f.Resigned), "resigned", "须为 yes 或 no")
	check.That(utf8.RuneCountInString(f.Text) <= 50, "q", "最多 50 个字")
	check.That(len(f.Member) <= 64, "member", "成员账号无效")
	check.That(len(f.State) <= 8, "state", "最多 8 个状态")
	if err := check.Err(); err != nil {
		return f, err
	}
	return f, f.check()
}

func (s *service) exportCheck(_ context.Context, q feature.ExportQuery) error {
	_, err := exportFilter(q.Filter)
	return err
}

func (s *service) exportTotal(ctx context.Context, q feature.ExportQuery) (int64, error) {
	f, err := exportFilter(q.Filter)
	if err != nil {
		return 0, err
	}
	n, err := s.total(ctx, items(s.db.Read(), q.Viewer, f))
	if err != nil {
		return 0, err
	}
	return n.Count, nil
}

// exportRows reads the filtered items in the order of the list.
func (s *service) exportRows(ctx context.Context, q feature.ExportQuery) web.Rows {
	return func(yield func([]any, error) bool) {
		f, err := exportFilter(q.Filter)
		zone := s.corps.Location(ctx, q.Viewer.Corp)
		var after id.ID
		for {
			var items []Item
			var views []ItemView
			if err == nil {
				items, err = itemPage(ctx, s.db.Read(), q.Viewer, f, after, exportPage)
			}
			if err == nil {
				views, err = s.itemViews(ctx, q.Viewer.Corp, items)
			}
			if err != nil {
				yield(nil, err)
				return
			}
			for _, x := range views {
				if !yield(x.cells(q.Columns, zone, q.English), nil) {
					return
				}
			}
			if len(items) < exportPage {
				return
			}
			after = items[len(items)-1].ID
		}
	}
}

// stateWords are the states in the words of a file, Chinese and English.
func stateWords(s State, english bool) string {
	words := map[State][2]string{
		Planned: {"待发出", "Planned"}, Sent: {"发出中", "Being sent"}, Waiting: {"等待接替", "Waiting"}, Accepted: {"接替完毕", "Taken over"},
		Refused: {"客户拒绝", "Refused by the customer"}, Full: {"接替成员客户达上限", "Taker is full"}, Failed: {"转接失败", "Failed"}, Cancelled: {"已取消", "Cancelled"},
	}[s]
	return one(english, words[0], words[1])
}

func one(english bool, zh, en string) string {
	if english {
		return en
	}
	return zh
}

// cells are a line of the file.
func (x ItemView) cells(columns []string, zone *time.Location, english bool) []any {
	stamp := func(t *time.Time) any {
		if t == nil {
			return nil
		}
		return t.In(zone)
	}
	kind, how, friends := one(english, "客户", "Customer"), one(english, "在职继承", "On the job"), one(english, "否", "No")
	if x.Kind == OfGroup {
		kind = one(english, "客户群", "Group")
	}
	if x.Resigned {
		how = one(english, "离职继承", "After leaving")
	}
	if x.Friends {
		friends = one(english, "是", "Yes")
	}
	var code any
	if x.Code != 0 {
		code = x.Code
	}
	all := map[string]any{
		"kind": kind, "name": x.Name, "subject": x.Subject, "from": x.From.Name, "to": x.To.Name, "how": how, "friends": friends,
		"state": stateWords(x.State, english), "reason": x.Reason.In(english, becauses()), "code": code, "created": stamp(&x.CreatedAt), "sent": stamp(x.SentAt), "settled": stamp(x.SettledAt),
	}
	cells := make([]any, len(columns))
	for i, c := range columns {
		cells[i] = all[c]
	}
	return cells
}
