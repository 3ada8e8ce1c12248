package customer_test

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// meta is news of some time ago.
func (h *house) meta(ago time.Duration) event.Meta {
	return event.Meta{Event: h.ids.New(), Corp: corpID, At: h.clock.Now().Add(-ago)}
}

// tell publishes news and waits until it was heard.
func (h *house) tell(news ...event.Event) {
	h.t.Helper()
	ctx := context.Background()
	h.must(h.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		for _, n := range news {
			if err := h.bus.Publish(ctx, tx, n); err != nil {
				return err
			}
		}
		return nil
	}))
	h.must(h.queue.Settle(ctx))
}

// lose tells of a loss some time ago.
func (h *house) lose(member, external string, ago time.Duration) {
	h.t.Helper()
	h.tell(event.CustomerLost{Meta: h.meta(ago), Member: member, Customer: external})
}

// story reads a customer's timeline in pages of two: "kind/member", newest first.
func (h *house) story(c id.ID) []string {
	h.t.Helper()
	told := []string{}
	after := ""
	for range 50 {
		var page web.Page[ask.Entry]
		h.get("/customers/"+c.String()+"/timeline?limit=2&after="+after, &page)
		for _, e := range page.Items {
			line := e.Kind + "/" + e.Member
			if e.Values["repaired"] == "true" {
				line += " (repaired)"
			}
			told = append(told, line)
		}
		if after = page.Next; after == "" {
			return told
		}
	}
	h.t.Fatal("the timeline has no end")
	return nil
}

func TestHistory(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.department(1, 0, "zhang", "li")
		alice, _ := h.follow(pair{member: "zhang", customer: "wmAlice", name: "爱丽丝", added: 30 * time.Hour})
		h.follow(pair{member: "li", customer: "wmAlice", name: "爱丽丝", added: 9 * day})
		zhang := func(ago time.Duration) (event.Meta, string, string) { return h.meta(ago), "zhang", "wmAlice" }
		added := func(ago time.Duration, change func(*event.CustomerAdded)) event.CustomerAdded {
			m, member, c := zhang(ago)
			e := event.CustomerAdded{Meta: m, Member: member, Customer: c}
			change(&e)
			return e
		}
		lost := func(ago time.Duration, unknown bool) event.CustomerLost {
			m, member, c := zhang(ago)
			return event.CustomerLost{Meta: m, Member: member, Customer: c, Unknown: unknown}
		}
		deleted := func(ago time.Duration, byTransfer bool) event.CustomerDeleted {
			m, member, c := zhang(ago)
			return event.CustomerDeleted{Meta: m, Member: member, Customer: c, ByTransfer: byTransfer}
		}
		half := added(70*time.Hour, func(e *event.CustomerAdded) { e.Half = true })
		first := lost(60*time.Hour, false)
		h.tell(half, first,
			added(50*time.Hour, func(e *event.CustomerAdded) { e.Again = true }), deleted(49*time.Hour, false),
			added(48*time.Hour, func(e *event.CustomerAdded) { e.Transferred = true }), deleted(47*time.Hour, true),
			lost(46*time.Hour, true))
		// The details came with a createtime of some seconds before: the same beginning.
		h.tell(added(30*time.Hour-20*time.Second, func(*event.CustomerAdded) {}))
		// Told twice, and once more by another app of the corp.
		again := first
		again.Event = h.ids.New()
		h.tell(first, again, half)
		want := []string{
			"customer.added/zhang", "customer.gone/zhang", "customer.handed/zhang", "customer.taken/zhang", "customer.deleted/zhang",
			"customer.again/zhang", "customer.lost/zhang", "customer.half/zhang", "customer.added/li",
		}
		if got := h.story(alice); !slices.Equal(got, want) {
			t.Errorf("told\n%v, want\n%v", got, want)
		}
		h.viewer = self("li")
		if got := h.story(alice); !slices.Equal(got, []string{"customer.added/li"}) {
			t.Errorf("li is told %v", got)
		}
	})
}

// TestRepairedHistory: the news is of the discovery, the history of the fact.
func TestRepairedHistory(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.department(1, 0, "zhang")
		c, _ := h.follow(pair{member: "zhang", customer: "wmMissed", name: "漏掉的", added: 5 * day})
		m := h.meta(time.Hour)
		m.Repaired = true
		h.tell(event.CustomerAdded{Meta: m, Member: "zhang", Customer: "wmMissed"})
		if got := h.story(c); !slices.Equal(got, []string{"customer.added/zhang (repaired)"}) {
			t.Errorf("told %v", got)
		}
		var page web.Page[ask.Entry]
		h.get("/customers/"+c.String()+"/timeline", &page)
		if at := page.Items[0].At; !at.Equal(h.clock.Now().Add(-5 * day)) {
			t.Errorf("it began %v ago", h.clock.Now().Sub(at))
		}
	})
}

// TestLossBeforeFirstSync: of a pair that ended before anybody read it only the end is known.
func TestLossBeforeFirstSync(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.department(1, 0, "zhang")
		c, _ := h.follow(pair{member: "zhang", customer: "wmUnmet", standing: mirror.Lost, added: time.Hour, ended: time.Hour, unread: true})
		h.lose("zhang", "wmUnmet", time.Hour)
		if got := h.story(c); !slices.Equal(got, []string{"customer.lost/zhang"}) {
			t.Errorf("told %v", got)
		}
		var rows struct {
			Items []struct{ AddedAt, EndedAt int64 }
		}
		h.get("/follows?standing=lost", &rows)
		if len(rows.Items) != 1 || rows.Items[0].AddedAt != 0 || rows.Items[0].EndedAt == 0 {
			t.Errorf("%+v", rows)
		}
	})
}

// TestTimelinePages merges what two features tell, many at one moment, without loss or repetition.
func TestTimelinePages(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.department(1, 0, "zhang")
		c, _ := h.follow(pair{member: "zhang", customer: "wmBusy", name: "忙", added: day})
		at := h.clock.Now().Add(-time.Hour)
		want := map[string]bool{"customer.added/zhang": true}
		h.asks.Register("other", ask.Answers{Timeline: func(_ context.Context, q ask.TimelineQuery) ([]ask.Entry, error) {
			var all []ask.Entry
			for i := range 7 {
				e := ask.Entry{At: at, Key: "other." + strconv.Itoa(i), Kind: "other.k" + strconv.Itoa(i), Member: "zhang"}
				if q.Covers(e) {
					all = append(all, e)
				}
			}
			slices.Reverse(all)
			return all[:min(len(all), q.Limit)], nil
		}})
		for i := range 7 {
			want["other.k"+strconv.Itoa(i)+"/zhang"] = true
		}
		for i := range 4 {
			m := h.meta(time.Hour)
			m.At = m.At.Add(time.Duration(i/2) * time.Millisecond)
			if i%2 == 0 {
				h.tell(event.CustomerLost{Meta: m, Member: "zhang", Customer: "wmBusy"})
			} else {
				h.tell(event.CustomerDeleted{Meta: m, Member: "zhang", Customer: "wmBusy"})
			}
		}
		got := h.story(c)
		counts := map[string]int{}
		for _, line := range got {
			counts[line]++
		}
		if counts["customer.lost/zhang"] != 2 || counts["customer.deleted/zhang"] != 2 || len(got) != 12 {
			t.Errorf("told %v", got)
		}
		for line := range want {
			if counts[line] != 1 {
				t.Errorf("%s told %d times", line, counts[line])
			}
		}
	})
}

// TestDetail shows only what the viewer's scope knows, groups included.
func TestDetail(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.company()
		for i, owner := range []string{"zhang", "wang"} {
			g := h.ids.New()
			h.exec(`INSERT INTO mirror_group (id, corp_id, chat, name, owner_id, notice, status, members, customers, version,
					created_at, dissolved_at, told_at, read_at, sync_run, updated_at)
				VALUES (?, ?, ?, ?, ?, '', 0, 3, 2, '', ?, 0, 0, 1, 0, 0)`, g, corpID, "wr"+owner, "群"+owner, owner, i)
			h.exec(`INSERT INTO mirror_group_member (corp_id, group_id, who, external, name, unionid, join_scene, invitor, state, joined_at)
				VALUES (?, ?, 'wmAlice', TRUE, '', '', 1, '', '', 0)`, corpID, g)
		}
		alice, err := mirror.CustomerByExternal(t.Context(), h.db.Read(), corpID, "wmAlice")
		h.must(err)
		for name, c := range map[string]struct {
			viewer    viewer.Viewer
			followers []string
			groups    []string
			added     time.Duration
		}{
			"the corp": {everything(), []string{"zhang", "wang"}, []string{"群wang", "群zhang"}, 2 * day},
			"zhang":    {self("zhang"), []string{"zhang"}, []string{"群zhang"}, day},
			"wang":     {manager("wang", "zhao"), []string{"wang"}, []string{"群wang"}, 2 * day},
		} {
			h.viewer = c.viewer
			var d struct {
				Follows   int
				AddedAt   int64
				Followers []struct{ Member, MemberName string }
				Groups    []struct{ Name string }
			}
			h.get("/customers/"+alice.ID.String(), &d)
			var followers, groups []string
			for _, f := range d.Followers {
				followers = append(followers, f.Member)
			}
			for _, g := range d.Groups {
				groups = append(groups, g.Name)
			}
			if !slices.Equal(followers, c.followers) || !slices.Equal(groups, c.groups) || d.Follows != len(c.followers) ||
				d.AddedAt != db.MS(h.clock.Now().Add(-c.added)) {
				t.Errorf("%s sees %+v", name, d)
			}
		}
	})
}

// TestGroupsStandInTheStory: as far as their owners are in the viewer's scope.
func TestGroupsStandInTheStory(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.told()
		alice, err := mirror.CustomerByExternal(t.Context(), h.db.Read(), corpID, "wmAlice")
		h.must(err)
		h.exec("UPDATE mirror_group_member SET joined_at = ? WHERE corp_id = ? AND who = 'wmAlice'", db.MS(h.clock.Now().Add(-time.Hour)), corpID)
		h.exec("UPDATE mirror_group SET name = '' WHERE corp_id = ? AND owner_id = 'wang'", corpID)
		groups := func(v viewer.Viewer) (told []string) {
			h.viewer = v
			for _, line := range h.story(alice.ID) {
				if kind, _, _ := strings.Cut(line, "/"); strings.HasPrefix(kind, "customer.joined") {
					told = append(told, kind)
				}
			}
			slices.Sort(told)
			return told
		}
		for name, c := range map[string]struct {
			as   viewer.Viewer
			want []string
		}{
			"the corp": {everything(), []string{"customer.joined", "customer.joinedUnnamed"}},
			"an owner": {self("zhang"), []string{"customer.joined"}},
			"another":  {self("wang"), []string{"customer.joinedUnnamed"}},
		} {
			if got := groups(c.as); !slices.Equal(got, c.want) {
				t.Errorf("%s is told %v, want %v", name, got, c.want)
			}
		}
		h.exec("UPDATE mirror_group SET dissolved_at = 1 WHERE corp_id = ?", corpID)
		if got := groups(everything()); len(got) != 0 {
			t.Errorf("of dissolved groups %v", got)
		}
	})
}

// TestStoryIsChosen asks only some features and only a while.
func TestStoryIsChosen(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.department(1, 0, "zhang")
		c, _ := h.follow(pair{member: "zhang", customer: "wmAlice", name: "爱丽丝", added: 9 * day})
		now := h.clock.Now()
		h.lose("zhang", "wmAlice", 2*day)
		h.asks.Register("stage", ask.Answers{Timeline: func(_ context.Context, q ask.TimelineQuery) ([]ask.Entry, error) {
			e := ask.Entry{At: now.Add(-5 * day), Key: "stage.1", Kind: "stage.joined", Member: "zhang"}
			if !q.Covers(e) {
				return nil, nil
			}
			return []ask.Entry{e}, nil
		}})
		h.asks.Register("welcome", ask.Answers{Timeline: func(context.Context, ask.TimelineQuery) ([]ask.Entry, error) { return nil, nil }})
		on := func(ago time.Duration) string { return now.Add(-ago).Format(time.RFC3339) }
		for name, q := range map[string]struct {
			query url.Values
			want  []string
		}{
			"everything":              {url.Values{}, []string{"customer.lost", "stage.joined", "customer.added"}},
			"one feature":             {url.Values{"about": {"stage"}}, []string{"stage.joined"}},
			"two features":            {url.Values{"about": {"stage", "customer"}}, []string{"customer.lost", "stage.joined", "customer.added"}},
			"one with nothing":        {url.Values{"about": {"welcome"}}, nil},
			"since a day":             {url.Values{"from": {on(5 * day)}}, []string{"customer.lost", "stage.joined"}},
			"until a day":             {url.Values{"to": {on(5 * day)}}, []string{"customer.added"}},
			"a while":                 {url.Values{"from": {on(6 * day)}, "to": {on(3 * day)}}, []string{"stage.joined"}},
			"a feature and a while":   {url.Values{"about": {"customer"}, "from": {on(6 * day)}}, []string{"customer.lost"}},
			"a while before it began": {url.Values{"to": {on(30 * day)}}, nil},
		} {
			var told []string
			after := ""
			for range 9 {
				var page web.Page[ask.Entry]
				h.get("/customers/"+c.String()+"/timeline?limit=1&after="+after+"&"+q.query.Encode(), &page)
				for _, e := range page.Items {
					told = append(told, e.Kind)
				}
				if after = page.Next; after == "" {
					break
				}
			}
			if !slices.Equal(told, q.want) {
				t.Errorf("%s: told %v, want %v", name, told, q.want)
			}
		}
		if status, body := h.call("GET", "/customers/"+c.String()+"/timeline?from="+url.QueryEscape(on(0))+"&to="+url.QueryEscape(on(day))); status != 422 || !strings.Contains(body, `"to"`) {
			t.Errorf("a while that ends before it begins: %d %s", status, body)
		}
		if status, body := h.call("GET", "/customers/"+c.String()+"/timeline?about=stage&about=nobody"); status != 422 || !strings.Contains(body, `"about[1]"`) || !strings.Contains(body, "customer、stage、welcome") {
			t.Errorf("a feature that tells nothing: %d %s", status, body)
		}
	})
}
