package churn_test

import (
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/feature/churn"
	"github.com/queqiao-scrm/queqiao/internal/feature/customer"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// TestStories plays the stories of this folder.
func TestStories(t *testing.T) {
	apptest.Stories(t, "testdata/*.story", customer.New, churn.New)
}

func TestLossIsToldAtOnceWithALinkThatWorks(t *testing.T) {
	stories(t, apptest.Options{}, func(d *desk) {
		member, person := d.cast()
		d.meet(member, person)
		d.Advance(50 * time.Hour)
		d.leave(member, person)
		l := d.only()
		if l.Notice != churn.NoticeSent || l.DaysKept != 2 || l.Unknown || !l.Company || l.ReturnedAt != nil || l.Name == "" || l.CustomerID == 0 {
			d.t.Errorf("%+v", l)
		}
		cards := d.cards(member)
		if len(cards) != 1 || !strings.Contains(cards[0].Description, l.Name) || !strings.Contains(cards[0].Description, "添加 2 天") {
			d.t.Fatalf("the member got %+v", cards)
		}
		// The phone has no session: WeCom signs it in silently, and it ends on the customer's page.
		page := "/customer/" + l.CustomerID.String()
		if where := d.tap(member, cards[0].URL); where != page {
			d.t.Errorf("the card leads to %s, want %s", where, page)
		}
		var tiles struct {
			Tiles []struct {
				Key   string
				Value int64
			}
		}
		d.call("GET", "/api/home/tiles", "", &tiles)
		for _, tile := range tiles.Tiles {
			if tile.Key == "customer.lostToday" && tile.Value != 1 {
				d.t.Errorf("the home page counts %d lost", tile.Value)
			}
		}
		var story struct{ Items []struct{ Kind string } }
		d.call("GET", "/api/customer/customers/"+l.CustomerID.String()+"/timeline", "", &story)
		var kinds []string
		for _, e := range story.Items {
			kinds = append(kinds, e.Kind)
		}
		if strings.Join(kinds, " ") != "churn.noticed customer.lost customer.added" {
			d.t.Errorf("the customer's story is %v", kinds)
		}
	})
}

func TestLossBeforeTheFirstSync(t *testing.T) {
	stories(t, apptest.Options{NoSync: true}, func(d *desk) {
		member, person := d.cast()
		_, err := d.Sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultDrop})
		d.must(err)
		d.meet(member, person) // nobody tells us
		d.Sim.ClearFaults()
		d.leave(member, person)
		l := d.only()
		if l.AddedAt != nil || l.DaysKept != -1 || l.Notice != churn.NoticeSent || l.Unknown {
			d.t.Errorf("%+v", l)
		}
		if cards := d.cards(member); len(cards) != 1 {
			d.t.Errorf("the member got %+v", cards)
		}
		d.Sync()
		if l := d.only(); l.Name == "" {
			d.t.Errorf("the sync did not teach the name: %+v", l)
		}
	})
}

// TestNoticeRefused: what WeCom will never take is not tried for hours, and the row says why.
func TestNoticeRefused(t *testing.T) {
	stories(t, apptest.Options{}, func(d *desk) {
		member, person := d.cast()
		d.meet(member, person)
		for code, want := range map[int]string{81013: "outOfRange", 60020: "（60020）", 48002: "（48002）"} {
			fault, err := d.Sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultCode, Path: "/cgi-bin/message/send", Code: code})
			d.must(err)
			d.leave(member, person)
			l := d.losses()[0]
			if l.Notice != churn.NoticeFailed || !strings.Contains(l.Reason.Code+l.Reason.Text, want) || strings.Contains(l.Reason.Text, "errmsg") {
				d.t.Errorf("%d: %s %+v", code, l.Notice, l.Reason)
			}
			d.Sim.ClearFaults(fault)
			d.Advance(time.Hour)
			d.meet(member, person)
			d.Advance(time.Hour)
		}
		if cards := d.cards(member); len(cards) != 0 {
			d.t.Errorf("the member got %d cards all the same", len(cards))
		}
	})
}

// TestNoticeWaitsForWeCom: down for an hour and back, the card still comes, once.
func TestNoticeWaitsForWeCom(t *testing.T) {
	stories(t, apptest.Options{}, func(d *desk) {
		member, person := d.cast()
		d.meet(member, person)
		_, err := d.Sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultHTTP, Path: "/cgi-bin/message/send", Status: 503})
		d.must(err)
		d.leave(member, person)
		if l := d.only(); l.Notice != churn.NoticeWaiting {
			d.t.Errorf("while WeCom is down: %+v", l)
		}
		for range 12 {
			d.Advance(5 * time.Minute)
		}
		if l := d.only(); l.Notice != churn.NoticeWaiting {
			d.t.Errorf("after an hour: %+v", l)
		}
		d.Sim.ClearFaults()
		d.Advance(15 * time.Minute)
		if l := d.only(); l.Notice != churn.NoticeSent {
			d.t.Errorf("when WeCom is back: %+v", l)
		}
		if cards := d.cards(member); len(cards) != 1 {
			d.t.Errorf("the member got %d cards", len(cards))
		}
	})
}

// TestNoticeGivesUp: a notice that could not be sent for hours says so.
func TestNoticeGivesUp(t *testing.T) {
	stories(t, apptest.Options{}, func(d *desk) {
		member, person := d.cast()
		d.meet(member, person)
		_, err := d.Sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultHTTP, Path: "/cgi-bin/message/send", Status: 503})
		d.must(err)
		d.leave(member, person)
		for range 30 {
			d.Advance(13 * time.Minute)
		}
		if l := d.only(); l.Notice != churn.NoticeFailed || !strings.Contains(l.Reason.Text, "企业微信") || !strings.Contains(l.Reason.EN, "WeCom") {
			d.t.Errorf("%s %+v", l.Notice, l.Reason)
		}
	})
}

// TestSyncFindsALoss nobody told of: recorded as such, without an alarm.
func TestSyncFindsALoss(t *testing.T) {
	stories(t, apptest.Options{}, func(d *desk) {
		member, person := d.cast()
		d.meet(member, person)
		d.Advance(time.Hour)
		_, err := d.Sim.AddFault(wecomsim.Fault{Kind: wecomsim.FaultDrop})
		d.must(err)
		_, err = d.Sim.DeleteCustomer(wecomsim.Pair{Corp: d.Corp, Member: member, Person: person})
		d.must(err)
		d.Settle()
		d.Sim.ClearFaults()
		d.Advance(time.Hour)
		d.Sync()
		d.Advance(time.Hour)
		if l := d.only(); !l.Unknown || l.Notice != churn.NoticeOff {
			d.t.Errorf("%+v", l)
		}
		if cards := d.cards(member); len(cards) != 0 {
			d.t.Errorf("the member was alarmed: %+v", cards)
		}
	})
}
