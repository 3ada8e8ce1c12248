package followup

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// taskForm checks what is to be done and gives it in its plain form. What a task has
// already, before, may stay: a member outside the viewer's contact book, a time that is past.
func (s *service) taskForm(ctx context.Context, v viewer.Viewer, f TaskForm, before taskRow) (TaskForm, error) {
	f.Title = strings.TrimSpace(f.Title)
	known, err := mirror.MembersByID(ctx, s.db.Read(), v.Corp, []string{f.Member})
	if err != nil {
		return f, err
	}
	m, there := known[f.Member]
	if there {
		f.Member = m.ID
	}
	var check fault.Check
	check.That(f.Title != "" && f.Title == db.Clean(f.Title) && utf8.RuneCountInString(f.Title) <= 100, "title", "请填写 1 至 100 个字的内容")
	check.That(before.ID != 0 && f.Member == before.Member || there && m.LeftAt == 0 && v.Knows(m.ID), "member", "没有这位成员，或不在您的通讯录范围内")
	check.That(before.ID != 0 && db.MS(f.DueAt) == before.DueAt || f.DueAt.After(s.clock.Now()), "dueAt", "截止时间须晚于现在")
	return f, check.Err()
}

type editTaskInput struct {
	ID   id.ID `path:"id"`
	Body TaskForm
}

// EditTask changes what is to be done, by when, or by whom. Who gets it by this is told; at
// a new time its member is reminded anew.
func (s *service) EditTask(ctx context.Context, in *editTaskInput) (*Task, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	var r taskRow
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		var err error
		if r, err = s.taskSeen(ctx, tx, v, in.ID); err != nil {
			return err
		}
		if !r.mayTick(v) {
			return fault.New(fault.Conflict, "只有负责人、其主管和安排人能修改待办")
		}
		if r.DoneAt > 0 {
			return fault.New(fault.Conflict, "待办已经完成").WithAdvice("请先重新打开，再修改")
		}
		form, err := s.taskForm(ctx, v, in.Body, r)
		if err != nil {
			return err
		}
		before := TaskForm{Title: r.Title, Member: r.Member, DueAt: db.FromMS(r.DueAt)}
		given := form.Member != r.Member
		if due := db.MS(form.DueAt); due != r.DueAt {
			r.RemindAt = due
		}
		r.Title, r.Member, r.DueAt = form.Title, form.Member, db.MS(form.DueAt)
		res, err := tx.NewRaw("UPDATE followup_task SET title = ?, member_id = ?, due_at = ?, remind_at = ? WHERE corp_id = ? AND id = ? AND done_at = 0",
			r.Title, r.Member, r.DueAt, r.RemindAt, v.Corp, r.ID).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			if err == nil {
				err = fault.New(fault.Conflict, "待办刚刚被完成，请刷新后查看")
			}
			return err
		}
		if given && r.Member != v.Member {
			names, err := mirror.CustomerNames(ctx, tx, v.Corp, []string{r.Customer})
			if err != nil {
				return err
			}
			if err := s.tellTask(ctx, tx, r, names[r.Customer], noticeAssigned, v.Name+" 给您安排了待办"); err != nil {
				return err
			}
		}
		web.Note(ctx, web.Change{Object: "followup:task:" + r.ID.String(), Name: r.Title, Of: "customer:" + r.CustomerID.String(), Before: before, After: form})
		return s.live.Publish(ctx, tx, v.Corp, slug, r.CustomerID.String())
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

// atOnce is how many reminders one transaction asks for.
const atOnce = 200

// remind tells members of tasks that fall due, in bounded batches. Twice is harmless: the
// moment is taken away in the transaction that asks for the message.
func (s *service) remind(ctx context.Context, _ job.Job[job.Tick]) error {
	for {
		n, err := s.remindSome(ctx)
		if err != nil || n < atOnce {
			return err
		}
	}
}

func (s *service) remindSome(ctx context.Context) (n int, err error) {
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		var rows []taskRow
		if err := tx.NewSelect().Model(&rows).Where("t.remind_at > 0 AND t.remind_at <= ?", db.NowMS(s.clock)).OrderExpr("t.remind_at, t.id").Limit(atOnce).Scan(ctx); err != nil {
			return err
		}
		n = len(rows)
		of := map[string][]string{} // customers by corp
		for _, r := range rows {
			of[r.Corp] = append(of[r.Corp], r.Customer)
		}
		names := map[string]map[string]string{}
		for corp, customers := range of {
			var err error
			if names[corp], err = mirror.CustomerNames(ctx, tx, corp, customers); err != nil {
				return err
			}
		}
		for _, r := range rows {
			res, err := tx.NewRaw("UPDATE followup_task SET remind_at = 0 WHERE corp_id = ? AND id = ? AND remind_at = ?", r.Corp, r.ID, r.RemindAt).Exec(ctx)
			if err != nil {
				return err
			}
			changed, err := res.RowsAffected()
			if err != nil {
				return err
			}
			if changed == 0 {
				continue // done, removed or put off in this moment
			}
			if err := s.tellTask(ctx, tx, r, names[r.Corp][r.Customer], noticeTask, "待办到期"); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}
