package channelcode

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/message"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// demo makes the codes a company of the demo's kind would have, once.
func (s *service) demo(ctx context.Context, v viewer.Viewer) error {
	existing, err := listed(ctx, s.db.Read(), v, ListInput{}, nil)
	if err != nil || len(existing) > 0 {
		return err
	}
	members, err := mirror.ContactMembers(ctx, s.db.Read(), v.Corp)
	if err != nil || len(members) < 6 {
		return err
	}
	m := func(from, to int) []string {
		var ids []string
		for _, x := range members[from:to] {
			ids = append(ids, x.ID)
		}
		return ids
	}
	var tag []string
	groups, err := mirror.TagLibrary(ctx, s.db.Read(), v.Corp)
	if err != nil {
		return err
	}
	if len(groups) > 0 && len(groups[0].Tags) > 0 {
		tag = []string{groups[0].Tags[0].ID}
	}
	workdays := []int{1, 2, 3, 4, 5}
	for _, f := range []Form{
		{
			Name: "秋季展会", Remark: "展台与易拉宝", Members: m(0, 3), SkipVerify: true, Tags: tag, Greeting: GreetOwn,
			Content: message.Content{Text: "{客户昵称}您好，我是{成员姓名}，感谢您来到我们的展台！需要产品资料或报价，随时告诉我。"},
		},
		{
			Name: "官网咨询", Remark: "官网右下角", Members: m(2, 4), SkipVerify: true, Greeting: GreetOwn,
			Shifts:  []Shift{{Days: workdays, From: 9 * 60, To: 18 * 60, Members: m(0, 2)}, {Days: workdays, From: 18 * 60, To: 22 * 60, Members: m(2, 4)}},
			Content: message.Content{Text: "您好，我是{成员姓名}。请问想了解哪款产品？"},
		},
		{
			Name: "门店收银台", Remark: "徐家汇店", Members: m(4, 5), DailyCap: 20, Backup: m(5, 6), SkipVerify: true, Greeting: GreetDefault,
		},
		{Name: "老客户转介绍", Remark: "售后卡片", Members: m(3, 6), SkipVerify: false, CustomerRemark: "转介绍-", Greeting: GreetDefault},
	} {
		if _, err := s.Create(viewer.With(ctx, v), &createInput{Body: f}); err != nil {
			return err
		}
	}
	return nil
}
