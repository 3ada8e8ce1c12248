// Package notice is 成员通知: what members were told in their WeCom, what the corp wants them to
// be told, and what each of them does not.
//
// The mechanism is internal/notice; this feature shows it. The log lists every message with
// its state (off; waiting or held → sent | failed) within the viewer's scope, and what failed
// can be sent again. The setting holds the quiet hours (免打扰时段) and, for each kind of notice,
// whether it is off, left to the members, or forced. Everybody has a page of his own with
// what he was told and the switches that are left to him.
//
// It hears MemberChanged (another userid), says nothing, and owns no tables.
package notice

import (
	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/notice"
	"github.com/queqiao-scrm/queqiao/internal/platform/bus"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

const slug = "notice"

type service struct {
	db      *db.DB
	corps   *corp.Registry
	notices *notice.Notices
}

// New builds the feature.
func New(d feature.Deps) feature.Feature {
	s := &service{db: d.DB, corps: d.Corps, notices: d.Notices}
	return feature.Feature{
		Slug: slug,
		Routes: []web.Route{
			web.Get("/messages", "notice.read", "查看成员通知记录", s.List),
			web.Get("/messages/count", "notice.read", "统计成员通知记录", s.Count),
			web.Post("/messages/{id}/again", "notice.again", "重新发送成员通知", s.Again),
			web.Get("/setting", "notice.read", "查看成员通知设置", s.GetSetting),
			web.Put("/setting", "notice.setting", "修改成员通知设置", s.PutSetting, web.Sets("notice:setting")),
			web.Get("/mine", "", "查看我的通知", s.Mine, web.SignedIn()),
			web.Get("/mine/choices", "", "查看我的通知开关", s.GetChoices, web.SignedIn()),
			web.Put("/mine/choices", "", "修改我的通知开关", s.PutChoice, web.SignedIn()),
		},
		Lists: []feature.List{{Key: "notice.messages", Permission: "notice.read"}},
		Permissions: []feature.Permission{
			{Key: "notice.read", ZH: "查看成员通知记录与设置", EN: "View notices to members and their settings"},
			{Key: "notice.again", ZH: "重新发送失败的成员通知", EN: "Send failed notices again"},
			{Key: "notice.setting", ZH: "修改成员通知设置", EN: "Change the settings of notices"},
		},
		Answers:   ask.Answers{Personal: notice.Personal()},
		Listeners: []bus.Listener{bus.On("renamed", mirror.Renamed(d.DB, notice.Named()...))},
		Menu: []feature.MenuEntry{
			{Group: feature.GroupManagement, Key: slug, Path: "/notice", Permission: "notice.read", Order: 40},
			{Group: feature.GroupHome, Key: "notice.mine", Path: "/notice/mine", Order: 90},
		},
	}
}
