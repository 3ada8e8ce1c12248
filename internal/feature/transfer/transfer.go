package transfer

import (
	"slices"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// WeCom's limits: developer.work.weixin.qq.com/document/path/92125, 94081, 92127, 95703.
const (
	perCall       = 100 // customers or groups of one call
	groupsPerDay  = 300 // groups of one old owner a natural day, both calls together
	perCustomer   = 2   // transfers on the job of one customer, or group, …
	perDays       = 90  // … in so many natural days
	maxMessage    = 200 // characters of transfer_success_msg
	refusalTime   = 24 * time.Hour
	pollFor       = 72 * time.Hour // WeCom is asked no longer than this
	clockApart    = time.Minute    // WeCom's clock and ours may be so far apart
	settledWithin = 2 * time.Minute
)

// Limits of ours.
const (
	maxCustomers = 20_000 // of one hand-over
	maxGroups    = 5_000
	maxFrom      = 50
	maxTakers    = 100
)

// Kind is what an item hands over.
type Kind string

// The kinds.
const (
	OfCustomer Kind = "customer"
	OfGroup    Kind = "group"
)

// State is where an item stands.
type State string

// The states: planned → sent → waiting → accepted | refused | full | failed. What WeCom
// will not begin goes from sent to failed; what was not sent can be cancelled.
const (
	Planned   State = "planned"
	Sent      State = "sent" // the call is under way, or its answer was lost
	Waiting   State = "waiting"
	Accepted  State = "accepted"
	Refused   State = "refused"
	Full      State = "full" // the taker has reached his limit of customers
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

// Open tells whether the item may still change by itself.
func (s State) Open() bool { return s == Planned || s == Sent || s == Waiting }

// Again tells whether the item may be tried again.
func (s State) Again() bool { return s == Refused || s == Full || s == Failed || s == Cancelled }

// Item is one customer or group on its way from a member to another.
type Item struct {
	ID        id.ID  `bun:"id"`
	Transfer  id.ID  `bun:"transfer_id"`
	Corp      string `bun:"corp_id"`
	Kind      Kind   `bun:"kind"`
	Subject   string `bun:"subject"` // external_userid or chat_id
	From      string `bun:"from_member"`
	To        string `bun:"to_member"`
	Resigned  bool   `bun:"resigned"`
	Friends   bool   `bun:"friends"`
	State     State  `bun:"state"`
	Code      int    `bun:"code"`
	Reason    string `bun:"reason"`
	Attempt   int    `bun:"attempt"`
	DueAt     int64  `bun:"due_at"`
	SentAt    int64  `bun:"sent_at"`
	PollAt    int64  `bun:"poll_at"`
	SettledAt int64  `bun:"settled_at"`
	Noticed   bool   `bun:"noticed"`
	RetriedBy id.ID  `bun:"retried_by"`
}

// Transfer is what one person started at once.
type Transfer struct {
	ID        id.ID  `bun:"id"`
	Corp      string `bun:"corp_id"`
	RetryOf   id.ID  `bun:"retry_of"`
	Spread    Spread `bun:"spread"`
	Message   string `bun:"message"`
	Problem   string `bun:"problem"`
	CreatedBy string `bun:"created_by"`
	Creator   string `bun:"creator"`
	CreatedAt int64  `bun:"created_at"`
	Seated    bool   `bun:"seated"` // it was said at the start who takes the leavers' seats
}

// nextPoll is when WeCom is asked again about an item that was sent then. A refusal is
// told by a callback; asking is for callbacks that got lost, so the waits grow, and the
// end of the 24 hours is not missed.
func nextPoll(sent, now time.Time) time.Time {
	age := now.Sub(sent)
	var wait time.Duration
	switch {
	case age < time.Hour:
		wait = 20 * time.Minute
	case age < 6*time.Hour:
		wait = time.Hour
	case age < refusalTime:
		wait = 4 * time.Hour
	case age < refusalTime+2*time.Hour:
		wait = 15 * time.Minute
	case age < 2*refusalTime:
		wait = 2 * time.Hour
	default:
		wait = 6 * time.Hour
	}
	next := now.Add(wait)
	if end := sent.Add(refusalTime + settledWithin); now.Before(end) && next.After(end) {
		return end
	}
	return next
}

// nextDay is when the next natural day in Beijing has begun, by which WeCom counts.
func nextDay(now time.Time) time.Time {
	d := now.In(beijing())
	return time.Date(d.Year(), d.Month(), d.Day()+1, 0, 1, 0, 0, d.Location())
}

// dayBegan is when the natural day began so many days ago, today's for 0.
func dayBegan(now time.Time, ago int) time.Time {
	d := now.In(beijing())
	return time.Date(d.Year(), d.Month(), d.Day()-ago, 0, 0, 0, 0, d.Location())
}

func beijing() *time.Location { return time.FixedZone("UTC+8", 8*60*60) }

// ofTaker tells whether a refused call says that the taker, or the old member, cannot
// take part: then it concerns the pair alone and not the whole app.
func ofTaker(code int) bool {
	return slices.Contains([]int{
		errcode.NoExternalContactRight, errcode.NotActivated, errcode.NotVerified, errcode.TakerBanned, errcode.UserIDNotFound,
		errcode.MemberOutOfRange, errcode.MemberNotVisible, errcode.NoPermissionForTarget, errcode.NotFollowed,
	}, code)
}

// underWay tells whether WeCom refused because a transfer of the customer or group waits.
func underWay(code int) bool {
	return code == errcode.InTransfer || code == errcode.BeingTransferred || code == errcode.GroupTransferRunning
}
