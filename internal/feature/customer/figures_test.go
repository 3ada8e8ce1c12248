package customer_test

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/feature/customer"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/wecom"
)

// today is the day of the test, by the corp's midnight.
func today() ask.Day {
	from := time.Date(2026, 11, 23, 0, 0, 0, 0, time.FixedZone("CST", 8*3600))
	return ask.Day{From: from, To: from.AddDate(0, 0, 1)}
}

// figures gives "total begun lost", each as "customers/follows" and what they are compared with.
func (h *house) figures(query string) string {
	h.t.Helper()
	var f customer.Figures
	h.get("/figures"+query, &f)
	one := func(f *customer.Figure) string {
		switch {
		case f == nil:
			return "?"
		case f.FollowsBefore == nil:
			return fmt.Sprintf("%d/%d", f.Customers, f.Follows)
		}
		return fmt.Sprintf("%d/%d<%d/%d", f.Customers, f.Follows, *f.CustomersBefore, *f.FollowsBefore)
	}
	return one(f.Total) + " " + one(f.Begun) + " " + one(f.Lost)
}

// today gives the value of today's tile and of today in its trend.
func (h *house) today(tile, trend string) string {
	h.t.Helper()
	tiles, err := h.f.Answers.Tiles(context.Background(), h.viewer)
	h.must(err)
	trends, err := h.f.Answers.Trends(context.Background(), h.viewer, []ask.Day{today()})
	h.must(err)
	got := ""
	for _, t := range tiles {
		if t.Key == tile {
			got += strconv.FormatInt(t.Value, 10)
		}
	}
	for _, t := range trends {
		if t.Key == trend {
			got += " " + strconv.FormatInt(t.Values[0], 10)
		}
	}
	return got
}

// TestNewToday: who came by a hand-over is new nowhere: not in the tile, not in its trend,
// not above the list, not in the list behind them.
func TestNewToday(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.follow(pair{member: "zhang", customer: "wmNew", name: "新来", added: time.Hour})
		h.follow(pair{member: "li", customer: "wmTaken", name: "转来", added: time.Hour, addWay: wecom.AddWayAssignedByAdmin})
		if got := h.today("customer.newToday", "customer.added"); got != "1 1" {
			t.Errorf("tile and trend: %s", got)
		}
		if got := h.figures(""); got != "2/2 1/1<0/0 0/0<0/0" {
			t.Errorf("above the list: %s", got)
		}
		rows := h.follows(url.Values{
			"standing": {"all"}, "from": {"2026-11-23T00:00:00+08:00"}, "to": {"2026-11-24T00:00:00+08:00"},
			"rule": {`{"field":"addWay","op":"none","values":["202"]}`},
		})
		if len(rows) != 1 {
			t.Errorf("behind the tile: %v", rows)
		}
	})
}

// TestDaysStay: who comes back today still came on the day on which he came first, told by
// an event or found by the first reading; and a confirmation is not a second coming.
func TestDaysStay(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		first := ask.Day{From: today().From.AddDate(0, 0, -2), To: today().From.AddDate(0, 0, -1)}
		added := func() string {
			t.Helper()
			got, err := h.f.Answers.Trends(context.Background(), h.viewer, []ask.Day{first, today()})
			h.must(err)
			return fmt.Sprint(got[0].Values)
		}
		h.tell(event.CustomerAdded{Meta: h.meta(2 * day), Member: "zhang", Customer: "wmTold"})
		h.follow(pair{member: "zhang", customer: "wmTold", added: 2 * day})
		h.follow(pair{member: "zhang", customer: "wmFound", added: 2 * day})
		h.tell(event.CustomerAdded{Meta: h.meta(2 * day), Member: "li", Customer: "wmHalf", Half: true})
		h.follow(pair{member: "li", customer: "wmHalf", added: 2 * day})
		if got := added(); got != "[3 0]" {
			t.Fatalf("before: %s", got)
		}
		for _, c := range []string{"wmTold", "wmFound"} {
			h.exec("UPDATE mirror_follow SET standing = 3, ended_at = ? WHERE customer = ?", h.clock.Now().Add(-day).UnixMilli(), c)
			h.lose("zhang", c, day)
		}
		for _, c := range []string{"wmTold", "wmFound"} {
			h.exec("UPDATE mirror_follow SET standing = ?, ended_at = 0, added_at = ? WHERE customer = ?", mirror.Stands, h.clock.Now().Add(-time.Hour).UnixMilli(), c)
			h.tell(event.CustomerAdded{Meta: h.meta(time.Hour), Member: "zhang", Customer: c, Again: true})
		}
		h.tell(event.CustomerAdded{Meta: h.meta(time.Hour), Member: "li", Customer: "wmHalf"})
		if got := added(); got != "[3 2]" {
			t.Errorf("afterwards: %s", got)
		}
		if got := h.figures(""); got != "3/3 2/2<0/0 0/0<2/2" {
			t.Errorf("above the list: %s", got)
		}
	})
}

// TestLossesAreCountedAsListed: each time the same two part, also of those whose end a
// reading found.
func TestLossesAreCountedAsListed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.lose("zhang", "wmTwice", 2*time.Hour)
		h.lose("zhang", "wmTwice", time.Hour)
		h.tell(event.CustomerLost{Meta: h.meta(time.Hour), Member: "li", Customer: "wmGone", Unknown: true})
		if got := h.today("customer.lostToday", "customer.lost"); got != "3 3" {
			t.Errorf("tile and trend: %s", got)
		}
		if got := h.figures(""); got != "0/0 0/0<0/0 2/3<0/0" {
			t.Errorf("above the list: %s", got)
		}
	})
}

// TestFiguresOfSome: by member, by department and by period, never beyond the scope.
func TestFiguresOfSome(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.department(1, 0, "zhang")
		h.department(2, 1, "li")
		h.follow(pair{member: "zhang", customer: "wmA", added: time.Hour})
		h.follow(pair{member: "li", customer: "wmA", added: 26 * time.Hour})
		h.follow(pair{member: "li", customer: "wmB", added: 50 * time.Hour})
		h.follow(pair{member: "li", customer: "wmC", added: 5 * day, standing: mirror.Lost, ended: time.Hour})
		h.lose("li", "wmC", 26*time.Hour)
		const days = "from=2026-11-21T00:00:00%2B08:00&to=2026-11-23T00:00:00%2B08:00"
		for _, c := range []struct {
			who   string
			query string
			want  string
		}{
			{"", "", "2/3 1/1<1/1 0/0<1/1"},
			{"", "?member=li", "2/2 0/0<1/1 0/0<1/1"},
			{"", "?member=zhang&member=li", "2/3 1/1<1/1 0/0<1/1"},
			{"", "?department=2", "2/2 0/0<1/1 0/0<1/1"},
			{"", "?department=1", "2/3 1/1<1/1 0/0<1/1"},
			{"", "?department=9", "0/0 0/0<0/0 0/0<0/0"},
			{"", "?" + days, "2/3 2/2<0/0 1/1<0/0"},
			{"", "?member=zhang&" + days, "1/1 0/0<0/0 0/0<0/0"},
			{"", "?from=2026-11-23T00:00:00%2B08:00&to=2026-11-24T00:00:00%2B08:00", "2/3 1/1<1/1 0/0<1/1"},
			{"zhang", "?member=li", "0/0 0/0<0/0 0/0<0/0"},
			{"zhang", "?member=zhang", "1/1 1/1<0/0 0/0<0/0"},
		} {
			h.viewer = everything()
			if c.who != "" {
				h.viewer = self(c.who)
			}
			if got := h.figures(c.query); got != c.want {
				t.Errorf("%s %q: %s, want %s", c.who, c.query, got, c.want)
			}
		}
		if status, _ := h.call("GET", "/figures?to=2026-11-24T00:00:00%2B08:00"); status != 422 {
			t.Errorf("an end without a beginning: %d", status)
		}
	})
}
