package stage

import (
	"context"
	"fmt"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/notice"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

const (
	noticeDue     = slug + ".due"
	noticeEscaled = slug + ".escalated"
	noticeMoved   = slug + ".moved"
	// noticesAnHour is how many of each kind a member gets one by one; what is more, such as
	// on the morning on which twenty customers are due, comes as one digest at the full hour.
	noticesAnHour = 5
)

func noticeKinds() []notice.Kind {
	return []notice.Kind{
		{Key: noticeDue, ZH: "客户跟进提醒", EN: "Follow-up due", PerHour: noticesAnHour},
		{Key: noticeEscaled, ZH: "下属逾期未跟进", EN: "Follow-up overdue in the team", PerHour: noticesAnHour},
		{Key: noticeMoved, ZH: "客户阶段变化", EN: "Customer changed stage", PerHour: noticesAnHour},
	}
}

// tellDue reminds the member of a follow-up, and from the stage's so-many-th reminder on
// his leaders. The key names the due moment and the number: told once, however often asked.
func (s *service) tellDue(ctx context.Context, tx db.Tx, r *round, p placement, in Stage, n int) error {
	name, err := s.called(ctx, tx, p)
	if err != nil {
		return err
	}
	last := "从未跟进"
	if p.FollowedAt > 0 {
		last = "上次跟进：" + db.FromMS(p.FollowedAt).In(r.zone).Format("2006-01-02 15:04")
	}
	f := r.flowOfStage(in.ID)
	once := fmt.Sprintf("%s/%d/%d", p.ID, p.DueAt, n)
	title, text := "客户跟进提醒", fmt.Sprintf("客户：%s\n阶段：%s / %s\n%s", name, f.Name, in.Name, last)
	if n > 1 {
		title = fmt.Sprintf("客户跟进提醒（第 %d 次）", n)
	}
	href := "/customer/" + p.CustomerID.String()
	messages := []notice.Message{{Corp: p.Corp, Member: p.Member, Kind: noticeDue, Title: title, Text: text, Href: href, Key: once}}
	if in.Cycle.Escalate > 0 && n == in.Cycle.Escalate {
		names, err := mirror.Names(ctx, tx, p.Corp, []string{p.Member})
		if err != nil {
			return err
		}
		messages = append(messages, notice.Message{
			Corp: p.Corp, To: notice.Receivers{LeadersOf: p.Member}, Kind: noticeEscaled, Title: "下属逾期未跟进",
			Text: fmt.Sprintf("成员：%s\n%s\n已提醒 %d 次", names[p.Member], text, n), Href: href, Key: once,
		})
	}
	return s.notices.Send(ctx, tx, messages...)
}

// tellMove tells of a move whom the stages name. Who moved the customer himself need not
// be told.
func (s *service) tellMove(ctx context.Context, tx db.Tx, f Flow, from, to Stage, p placement, m moveRow) error {
	tell := list(append(append([]string{}, from.Leave.Tell...), to.Enter.Tell...))
	if len(tell) == 0 {
		return nil
	}
	name, err := s.called(ctx, tx, p)
	if err != nil {
		return err
	}
	where := fmt.Sprintf("进入「%s」", to.Name)
	switch {
	case to.ID == 0:
		where = fmt.Sprintf("离开「%s」", from.Name)
	case from.ID != 0:
		where = fmt.Sprintf("「%s」→「%s」", from.Name, to.Name)
	}
	names, err := mirror.Names(ctx, tx, p.Corp, []string{p.Member})
	if err != nil {
		return err
	}
	text := fmt.Sprintf("客户：%s\n成员：%s\n%s：%s", name, names[p.Member], f.Name, where)
	if m.Note != "" {
		text += "\n备注：" + m.Note
	}
	message := notice.Message{Corp: p.Corp, Kind: noticeMoved, Title: "客户阶段变化", Text: text, Href: "/customer/" + p.CustomerID.String(), Key: m.ID.String()}
	if contains(tell, "member") && m.By != p.Member {
		message.Member = p.Member
	}
	if contains(tell, "leader") {
		message.To.LeadersOf = p.Member
	}
	return s.notices.Send(ctx, tx, message)
}

// called is how the member knows the customer: his remark, else the name, else a hint.
func (s *service) called(ctx context.Context, q db.Querier, p placement) (string, error) {
	var name, remark string
	err := q.NewRaw(`SELECT c.name, f.remark FROM mirror_follow AS f JOIN mirror_customer AS c ON c.id = f.customer_id
		WHERE f.corp_id = ? AND f.id = ?`, p.Corp, p.Follow).Scan(ctx, &name, &remark)
	if err != nil && !db.NoRows(err) {
		return "", err
	}
	switch {
	case remark != "" && name != "" && remark != name:
		return remark + "（" + name + "）", nil
	case remark != "":
		return remark, nil
	case name != "":
		return name, nil
	}
	return "未知客户", nil
}
