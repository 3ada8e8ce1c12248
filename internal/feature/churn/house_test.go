package churn_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/feature/churn"
	"github.com/queqiao-scrm/queqiao/internal/notice"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

const (
	corpID  = apptest.RoomCorp
	another = "ww0000000000000002"
	day     = 24 * time.Hour
)

// house is the churn feature over a mirror that the test fills by hand; no notice leaves it.
type house struct {
	*apptest.Room
	notices *notice.Notices
}

func each(t *testing.T, story func(t *testing.T, h *house)) {
	t.Helper()
	tables := []db.Migrations{notice.Migrations(), {Set: "churn", FS: churn.New(feature.Deps{Asks: &ask.Asks{}}).Migrations}}
	apptest.EachRoom(t, apptest.RoomOptions{Tables: tables}, func(t *testing.T, r *apptest.Room) { story(t, open(r)) })
}

func sees(reach viewer.Reach, member string, of ...string) viewer.Viewer {
	return viewer.Viewer{Corp: corpID, Account: 1, Member: member, Permissions: []string{"churn.*"}, Scope: viewer.Scope{Reach: reach, Members: of}}
}

func open(r *apptest.Room) *house {
	h := &house{Room: r}
	h.Viewer = sees(viewer.All, "")
	h.notices = notice.New(notice.Deps{
		DB: h.DB, Jobs: job.Scoped(h.Queue, notice.Slug), Corps: h.Corps, Clock: h.Clock, IDs: h.IDs, Live: h.Live, Log: h.Log, PublicURL: "https://scrm.test",
	})
	h.Asks.Register("channelcode", ask.Answers{Fields: func(context.Context, viewer.Viewer) ([]ask.Field, error) {
		return []ask.Field{{Key: "channelcode.code", Kind: ask.KindChoice, Options: []ask.Choice{{Value: "1", Name: "门店"}, {Value: "2", Name: "展会"}}}}, nil
	}})
	deps := h.Deps()
	deps.Notices = h.notices
	h.Open(churn.New(deps))
	h.notices.Register(h.Feature.Slug, h.Feature.Notices...)
	h.Queue.Register(job.Prefixed(notice.Slug, h.notices.Jobs()...)...)
	h.Exec(`INSERT INTO notice_kind (corp_id, kind, policy, updated_by, updated_at) VALUES (?, 'churn.lost', 'off', '', 0), (?, 'churn.lost', 'off', '', 0)`, corpID, another)
	h.Work()
	return h
}

// department puts a department into the contact book, with its members.
func (h *house) department(department, parent int64, members ...string) {
	h.T.Helper()
	h.Exec(`INSERT INTO mirror_department (corp_id, id, parent_id, name, position) VALUES (?, ?, ?, ?, 0)`, corpID, department, parent, "部门")
	for _, m := range members {
		h.Exec(`INSERT INTO mirror_member (corp_id, id, lookup, name, pinyin, alias, title, avatar, status, main_department,
				can_contact, left_at, told_at, read_at, sync_run, updated_at)
			VALUES (?, ?, ?, ?, '', '', '', '', 1, ?, TRUE, 0, 0, 0, 0, 0)`, corpID, m, strings.ToLower(m), "成员"+m, department)
		h.Exec(`INSERT INTO mirror_member_department (corp_id, member_id, department_id, leader, position) VALUES (?, ?, ?, FALSE, 0)`, corpID, m, department)
	}
}

// loss is one as a test wants it.
type loss struct {
	corp                           string // corpID when empty
	member, customer, name, remark string
	tags                           []string
	kept, ago                      time.Duration // added so long before it was lost, which is so long ago
	returned                       bool
	followedStill                  bool // by somebody else
	unknown                        bool
	state                          string // contact way state by which the customer came
	deleted, handed                bool   // by the member; by WeCom after a hand-over
}

// lose makes the pair in the mirror and tells of its end.
func (h *house) lose(l loss) {
	h.T.Helper()
	if l.corp == "" {
		l.corp = corpID
	}
	now := h.Clock.Now()
	lostAt := now.Add(-l.ago)
	customer, follow := h.IDs.New(), h.IDs.New()
	follows := 0
	if l.followedStill {
		follows = 1
	}
	h.Exec(`INSERT INTO mirror_customer (id, corp_id, customer, name, type, avatar, gender, unionid, company, title, follows,
			added_at, lost_at, updated_at, read_at) VALUES (?, ?, ?, ?, 1, '', 0, '', '', '', ?, 0, 0, 0, 1)`, customer, l.corp, l.customer, l.name, follows)
	h.Exec(`INSERT INTO mirror_follow (id, corp_id, member_id, customer, customer_id, standing, remark, description, company, mobiles,
			add_way, operator, state, added_at, ended_at, told_at, read_at, found_at, sync_run, updated_at)
		VALUES (?, ?, ?, ?, ?, 3, ?, '', '', '[]', 1, '', ?, ?, ?, 0, 1, 0, 0, 0)`,
		follow, l.corp, l.member, l.customer, customer, l.remark, l.state, db.MS(lostAt.Add(-l.kept)), db.MS(lostAt))
	for _, t := range l.tags {
		h.Exec(`INSERT INTO mirror_tag (corp_id, id, group_id, name, position, created_at) VALUES (?, ?, 'g', ?, 0, 0) ON CONFLICT DO NOTHING`, l.corp, t, t)
		h.Exec(`INSERT INTO mirror_follow_tag (corp_id, follow_id, customer_id, tag_id, kind, added_at) VALUES (?, ?, ?, ?, 1, 0)`, l.corp, follow, customer, t)
	}
	h.Findable(l.corp, "follow", follow, l.name, l.remark)
	meta := event.Meta{Event: h.IDs.New(), Corp: l.corp, At: lostAt}
	if l.deleted || l.handed {
		h.tell(event.CustomerDeleted{Meta: meta, Member: l.member, Customer: l.customer, ByTransfer: l.handed})
	} else {
		h.tell(event.CustomerLost{Meta: meta, Member: l.member, Customer: l.customer, Unknown: l.unknown})
	}
	if l.returned {
		h.tell(event.CustomerAdded{Meta: event.Meta{Event: h.IDs.New(), Corp: l.corp, At: lostAt.Add(time.Minute)}, Member: l.member, Customer: l.customer, Again: true})
	}
}

// tell publishes news and waits until it was heard.
func (h *house) tell(news event.Event) {
	h.T.Helper()
	ctx := context.Background()
	h.Must(h.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error { return h.Bus.Publish(ctx, tx, news) }))
	h.Must(h.Queue.Settle(ctx))
}

// listed gives "customer/member" of a filtered list, page by page, and checks its count.
func (h *house) listed(query string) []string {
	h.T.Helper()
	found := []string{}
	after := ""
	for range 50 {
		var page web.Page[churn.View]
		h.Get("/losses?limit=2&after="+after+"&"+query, &page)
		for _, l := range page.Items {
			found = append(found, l.Customer+"/"+l.Member)
		}
		if after = page.Next; after == "" {
			break
		}
	}
	var total web.Total
	h.Get("/losses/count?"+query, &total)
	if !total.Exact || int(total.Count) != len(found) {
		h.T.Errorf("%s: counted %+v, listed %d", query, total, len(found))
	}
	if len(slices.Compact(slices.Sorted(slices.Values(found)))) != len(found) {
		h.T.Errorf("%s: rows come twice: %v", query, found)
	}
	return found
}
