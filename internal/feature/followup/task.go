package followup

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/notice"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

type taskRow struct {
	bun.BaseModel `bun:"table:followup_task,alias:t"`

	ID         id.ID  `bun:"id,pk"`
	Corp       string `bun:"corp_id"`
	Customer   string `bun:"customer"`
	CustomerID id.ID  `bun:"customer_id"`
	Title      string `bun:"title"`
	Member     string `bun:"member_id"`
	Author     string `bun:"author"`
	Name       string `bun:"name"`
	DueAt      int64  `bun:"due_at"`
	RemindAt   int64  `bun:"remind_at"`
	DoneAt     int64  `bun:"done_at"`
	DoneBy     string `bun:"done_by"`
	CreatedAt  int64  `bun:"created_at"`
}

// TaskForm is what is to be done.
type TaskForm struct {
	Title  string    `json:"title" minLength:"1" maxLength:"100"`
	Member string    `json:"member" maxLength:"64" doc:"userid of who is to do it"`
	DueAt  time.Time `json:"dueAt"`
}

// Task is one as the pages show it.
type Task struct {
	ID           id.ID      `json:"id"`
	Title        string     `json:"title"`
	CustomerID   id.ID      `json:"customerId"`
	CustomerName string     `json:"customerName"`
	Member       string     `json:"member"`
	MemberName   string     `json:"memberName"`
	By           string     `json:"by"`
	DueAt        time.Time  `json:"dueAt"`
	DoneAt       *time.Time `json:"doneAt,omitempty"`
	DoneBy       string     `json:"doneBy,omitempty"`
	Overdue      bool       `json:"overdue"`
	Mine         bool       `json:"mine" doc:"the viewer may change it and tick it off"`
	Removable    bool       `json:"removable"`
}

type tasksOfInput struct {
	ID id.ID `path:"id" doc:"of the customer"`
}

// TaskList are the tasks of one customer.
type TaskList struct {
	Items []Task `json:"items"`
}

// mostOfOne is how many tasks of one customer are shown.
const mostOfOne = 100

// TasksOf lists the tasks of a customer: the open ones first, the earliest due in front.
func (s *service) TasksOf(ctx context.Context, in *tasksOfInput) (*TaskList, error) {
	v, c, err := s.about(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	var rows []taskRow
	err = s.db.Read().NewSelect().Model(&rows).Where("t.corp_id = ? AND t.customer = ?", v.Corp, c.Customer).
		OrderExpr("t.done_at, t.due_at, t.id").Limit(mostOfOne).Scan(ctx)
	if err != nil {
		return nil, err
	}
	tasks, err := s.tasks(ctx, v, rows)
	return &TaskList{Items: tasks}, err
}

// TaskFilter narrows the list of tasks.
type TaskFilter struct {
	Mine    bool     `query:"mine" doc:"only the viewer's own"`
	Members []string `query:"member,explode" maxItems:"100" doc:"userids of who is to do them"`
	State   string   `query:"state" enum:"open,overdue,done" default:"open"`
}

type tasksInput struct {
	web.Paging
	TaskFilter
}

// Tasks lists tasks of members in the viewer's scope: open ones by due date, done ones the
// latest first.
func (s *service) Tasks(ctx context.Context, in *tasksInput) (*web.Page[Task], error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	after, err := web.After[place](in.Paging)
	if err != nil {
		return nil, err
	}
	done := in.State == "done"
	var rows []taskRow
	scope := v.Where("t.corp_id", "t.member_id")
	query := s.db.Read().NewSelect().Model(&rows).Where(scope.SQL, scope.Args...).Limit(int64(in.Limit + 1))
	if in.Mine {
		query = query.Where("t.member_id = ? AND t.member_id <> ''", v.Member)
	}
	if len(in.Members) > 0 {
		query = query.Where("t.member_id IN (?)", bun.List(in.Members))
	}
	switch in.State {
	case "done":
		query = query.Where("t.done_at > 0").OrderExpr("t.done_at DESC, t.id DESC")
	case "overdue":
		query = query.Where("t.done_at = 0 AND t.due_at < ?", db.NowMS(s.clock)).OrderExpr("t.due_at, t.id")
	default:
		query = query.Where("t.done_at = 0").OrderExpr("t.due_at, t.id")
	}
	if after != nil && done {
		query = query.Where("(t.done_at, t.id) < (?, ?)", after.At, after.ID)
	} else if after != nil {
		query = query.Where("(t.due_at, t.id) > (?, ?)", after.At, after.ID)
	}
	if err := query.Scan(ctx); err != nil {
		return nil, err
	}
	p := web.NewPage(rows, in.Limit, func(r taskRow) place {
		if done {
			return place{r.DoneAt, r.ID}
		}
		return place{r.DueAt, r.ID}
	})
	tasks, err := s.tasks(ctx, v, p.Items)
	return &web.Page[Task]{Items: tasks, Next: p.Next}, err
}

// tasks dresses rows with names: two queries, however many rows.
func (s *service) tasks(ctx context.Context, v viewer.Viewer, rows []taskRow) ([]Task, error) {
	var members, customers []string
	for _, r := range rows {
		members, customers = append(members, r.Member), append(customers, r.Customer)
	}
	names, people, err := mirror.Faces(ctx, s.db.Read(), v.Corp, members, customers)
	if err != nil {
		return nil, err
	}
	now := db.NowMS(s.clock)
	out := make([]Task, len(rows))
	for i, r := range rows {
		out[i] = Task{
			ID: r.ID, Title: r.Title, CustomerID: r.CustomerID, CustomerName: people[r.Customer].Name, Member: r.Member, MemberName: names[r.Member],
			By: r.Name, DueAt: db.FromMS(r.DueAt), DoneBy: r.DoneBy, Overdue: r.DoneAt == 0 && r.DueAt < now,
			Mine: r.mayTick(v), Removable: r.mayRemove(v),
		}
		if r.DoneAt > 0 {
			at := db.FromMS(r.DoneAt)
			out[i].DoneAt = &at
		}
	}
	return out, nil
}

func (r taskRow) mayTick(v viewer.Viewer) bool {
	return v.Can("followup.write") && (v.Sees(r.Member) || r.Author == v.Actor())
}

func (r taskRow) mayRemove(v viewer.Viewer) bool {
	return r.Author == v.Actor() || v.Can("followup.manage")
}

type addTaskInput struct {
	ID   id.ID `path:"id" doc:"of the customer"`
	Body TaskForm
}

// AddTask gives a member something to do for a customer.
func (s *service) AddTask(ctx context.Context, in *addTaskInput) (*Task, error) {
	v, c, err := s.about(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	form, err := s.taskForm(ctx, v, in.Body, taskRow{})
	if err != nil {
		return nil, err
	}
	r := taskRow{
		ID: s.ids.New(), Corp: v.Corp, Customer: c.Customer, CustomerID: c.ID, Title: form.Title, Member: form.Member, Author: v.Actor(), Name: v.Name,
		DueAt: db.MS(form.DueAt), RemindAt: db.MS(form.DueAt), CreatedAt: db.NowMS(s.clock),
	}
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "followup:task:" + r.ID.String(), Name: r.Title, Of: "customer:" + c.ID.String(), After: form})
		if r.Member != v.Member {
			if err := s.tellTask(ctx, tx, r, c.Name, noticeAssigned, v.Name+" 给您安排了待办"); err != nil {
				return err
			}
		}
		return s.live.Publish(ctx, tx, v.Corp, slug, c.ID.String())
	})
	if err != nil {
		return nil, err
	}
	tasks, err := s.tasks(ctx, v, []taskRow{r})
	if err != nil {
		return nil, err
	}
	return &tasks[0], nil
}

// tellTask sends its member a card about a task; the key lets each be told once.
func (s *service) tellTask(ctx context.Context, tx db.Tx, r taskRow, customer, kind, title string) error {
	due := db.FromMS(r.DueAt).In(s.corps.Location(ctx, r.Corp)).Format("2006-01-02 15:04")
	return s.notices.Send(ctx, tx, notice.Message{
		Corp: r.Corp, Member: r.Member, Kind: kind, Title: title, Text: "待办：" + r.Title + "\n客户：" + customer + "\n截止：" + due,
		Href: "/customer/" + r.CustomerID.String(), Key: r.ID.String() + "/" + due,
	})
}

type taskInput struct {
	ID id.ID `path:"id"`
}

type tickInput struct {
	ID   id.ID `path:"id"`
	Body struct {
		Done bool `json:"done"`
	}
}

// taskSeen finds a task that the viewer sees: of a member in his scope, or of a customer whom he sees.
func (s *service) taskSeen(ctx context.Context, q db.Querier, v viewer.Viewer, which id.ID) (taskRow, error) {
	var r taskRow
	err := q.NewSelect().Model(&r).Where("t.corp_id = ? AND t.id = ?", v.Corp, which).Scan(ctx)
	if db.NoRows(err) {
		return r, fault.Missing("待办")
	}
	if err != nil || v.Sees(r.Member) {
		return r, err
	}
	if _, err = s.customer(ctx, q, v, r.CustomerID); fault.CodeOf(err) == fault.NotFound {
		err = fault.Missing("待办")
	}
	return r, err
}

// TickTask ticks a task off, or opens it again. Done, it is a follow-up of who did it.
func (s *service) TickTask(ctx context.Context, in *tickInput) (*web.None, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	return &web.None{}, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		r, err := s.taskSeen(ctx, tx, v, in.ID)
		if err != nil {
			return err
		}
		if !r.mayTick(v) {
			return fault.New(fault.Conflict, "只有负责人、其主管和安排人能完成待办")
		}
		change := web.Change{Object: "followup:task:" + r.ID.String(), Name: r.Title, Of: "customer:" + r.CustomerID.String()}
		if (r.DoneAt > 0) == in.Body.Done {
			web.Note(ctx, change)
			return nil
		}
		now, by, remind := s.clock.Now(), v.Name, int64(0)
		at := db.MS(now)
		if !in.Body.Done {
			at, by = 0, ""
			if r.DueAt > db.MS(now) {
				remind = r.DueAt
			}
		}
		if _, err := tx.NewRaw("UPDATE followup_task SET done_at = ?, done_by = ?, remind_at = ? WHERE corp_id = ? AND id = ?", at, by, remind, v.Corp, r.ID).Exec(ctx); err != nil {
			return err
		}
		if in.Body.Done && v.Member != "" {
			meta := event.Meta{Event: s.ids.New(), Corp: v.Corp, At: now}
			if err := s.events.Publish(ctx, tx, event.FollowedUp{Meta: meta, Member: v.Member, Customer: r.Customer, How: "task"}); err != nil {
				return err
			}
		}
		change.Before, change.After = map[string]bool{"done": r.DoneAt > 0}, map[string]bool{"done": in.Body.Done}
		web.Note(ctx, change)
		return s.live.Publish(ctx, tx, v.Corp, slug, r.CustomerID.String())
	})
}

// RemoveTask takes a task away: one that the viewer gave, or anybody's for who manages.
func (s *service) RemoveTask(ctx context.Context, in *taskInput) (*web.None, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	return &web.None{}, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		r, err := s.taskSeen(ctx, tx, v, in.ID)
		if err != nil {
			return err
		}
		if !r.mayRemove(v) {
			return fault.New(fault.Conflict, "只能删除自己安排的待办")
		}
		if _, err := tx.NewRaw("DELETE FROM followup_task WHERE corp_id = ? AND id = ?", v.Corp, r.ID).Exec(ctx); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "followup:task:" + r.ID.String(), Name: r.Title, Of: "customer:" + r.CustomerID.String(), Before: map[string]string{"title": r.Title, "member": r.Member}})
		return s.live.Publish(ctx, tx, v.Corp, slug, r.CustomerID.String())
	})
}
