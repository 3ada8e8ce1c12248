package intention

import (
	"context"
	"fmt"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/notice"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// The kinds of what members are told.
const (
	kindHot     = "intention.hot"
	kindCooling = "intention.cooling"
)

// Who of the members that follow a customer is told.
const (
	Newest = "newest"
	All    = "all"
)

// noticesAnHour is how many of each kind a member gets one by one: whoever is told of a
// sixth within the hour calls nobody, he scrolls.
const noticesAnHour = 5

// mostTold bounds how many members hear of one customer.
const mostTold = 50

// tell has the members hear of a change, at most once a customer in the corp's pause.
func (s *service) tell(ctx context.Context, tx db.Tx, st setting, r *score, kind string, at int64) error {
	if r.ToldAt > 0 && at-r.ToldAt < int64(st.PauseDays)*millisADay {
		return nil
	}
	limit := 1
	if st.Receivers == All {
		limit = mostTold
	}
	var follows []struct {
		Member string `bun:"member_id"`
		Remark string `bun:"remark"`
		Name   string `bun:"name"`
	}
	err := tx.NewRaw(`SELECT f.member_id, f.remark, c.name FROM mirror_follow AS f JOIN mirror_customer AS c ON c.id = f.customer_id
		JOIN mirror_member AS m ON m.corp_id = f.corp_id AND m.id = f.member_id
		WHERE f.customer_id = ? AND f.standing = 1 AND m.left_at = 0 ORDER BY f.added_at DESC, f.id DESC LIMIT ?`, r.ID, limit).Scan(ctx, &follows)
	if err != nil || len(follows) == 0 {
		return err
	}
	points := st.model.shown(r.OneAt, at)
	messages := make([]notice.Message, len(follows))
	for i, f := range follows {
		called := calledAs(f.Name, f.Remark)
		title, text := "客户变为高意向", fmt.Sprintf("客户 %s 的意向分升至 %d（%s）。\n最近：%s", called, points, r.Level.ZH(), signalOf(r.Signal).ZH)
		if kind == kindCooling {
			title, text = "高意向客户降温", fmt.Sprintf("客户 %s 的意向分降至 %d（%s），建议尽快联系。", called, points, r.Level.ZH())
		}
		messages[i] = notice.Message{
			Corp: r.Corp, Member: f.Member, Kind: kind, Title: title, Text: text, Href: "/customer/" + r.ID.String(),
			Key: fmt.Sprintf("%s.%d", r.ID, at),
		}
	}
	r.ToldAt = at
	return s.notices.Send(ctx, tx, messages...)
}

// calledAs is how a member knows a customer.
func calledAs(name, remark string) string {
	name, remark = strings.TrimSpace(name), strings.TrimSpace(remark)
	switch {
	case remark != "" && name != "" && remark != name:
		return remark + "（" + name + "）"
	case remark != "":
		return remark
	case name != "":
		return name
	}
	return "未知客户"
}
