package stage

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// placement is where one pair stands in one flow.
type placement struct {
	bun.BaseModel `bun:"table:stage_placement,alias:p"`

	ID         id.ID  `bun:"id,pk"`
	Corp       string `bun:"corp_id"`
	Flow       id.ID  `bun:"flow_id"`
	Stage      id.ID  `bun:"stage_id"`
	Member     string `bun:"member_id"`
	Customer   string `bun:"customer"`
	CustomerID id.ID  `bun:"customer_id"`
	Follow     id.ID  `bun:"follow_id"`
	JoinedAt   int64  `bun:"joined_at"`
	EnteredAt  int64  `bun:"entered_at"`
	FollowedAt int64  `bun:"followed_at"`
	BaseAt     int64  `bun:"base_at"`
	DueAt      int64  `bun:"due_at"`
	RemindAt   int64  `bun:"remind_at"`
	Reminded   int    `bun:"reminded"`
	GoneAt     int64  `bun:"gone_at"`
	Before     id.ID  `bun:"before_id"`
	Shown      bool   `bun:"shown"`
}

// moveRow is one line of the history.
type moveRow struct {
	bun.BaseModel `bun:"table:stage_move,alias:m"`

	ID        id.ID  `bun:"id,pk"`
	Corp      string `bun:"corp_id"`
	Flow      id.ID  `bun:"flow_id"`
	Placement id.ID  `bun:"placement_id"`
	Member    string `bun:"member_id"`
	Customer  string `bun:"customer"`
	From      id.ID  `bun:"from_id"`
	To        id.ID  `bun:"to_id"`
	FromName  string `bun:"from_name"`
	ToName    string `bun:"to_name"`
	FlowName  string `bun:"flow_name"`
	Why       string `bun:"why"`
	By        string `bun:"by_member"`
	ByName    string `bun:"by_name"`
	Note      string `bun:"note"`
	Stayed    int64  `bun:"stayed"`
	At        int64  `bun:"at"`
	Cause     string `bun:"cause"`   // of byTag the tag, of byGroup the chat_id
	Marks     string `bun:"marks"`   // what became of the tags that the stages set: see marking
	Tags      string `bun:"tags"`    // JSON marking, "" when none were to be set
	Errcode   int    `bun:"errcode"` // WeCom's, when it refused them
	Advice    string `bun:"advice"`  // what is known of a refusal without errcode
}

// Why somebody was moved.
const (
	byHand     = "hand"
	byBatch    = "bulk"
	byRule     = "rule"
	byLoss     = "lost"
	byReturn   = "back"
	byRemoval  = "removed"
	byTransfer = "transfer"
	byUndo     = "undo"
	byTag      = "tag"   // pulled by a tag
	byGroup    = "group" // pulled by a customer group
)

// step is one move as it was asked for.
type step struct {
	why      string
	by, name string // userid and name of who moves; "" for a rule
	note     string
	cause    string // what pulled
	at       time.Time
}

// reckoning is what a corp's moments are reckoned with.
type reckoning struct {
	setting Setting
	zone    *time.Location
	now     time.Time
}

func (s *service) reckoning(ctx context.Context, q db.Querier, corp string) (reckoning, error) {
	setting, err := settingOf(ctx, q, corp)
	return reckoning{setting: setting, zone: s.corps.Location(ctx, corp), now: s.clock.Now()}, err
}

// anew sets when the follow-up is due and the first reminder comes.
func (r reckoning) anew(p *placement, in Stage) {
	p.Reminded, p.DueAt, p.RemindAt = 0, 0, 0
	if p.GoneAt > 0 {
		return
	}
	due := Due(db.FromMS(p.BaseAt), in.Cycle, r.setting.Calendar, r.zone)
	p.DueAt, p.RemindAt = db.MS(due), db.MS(First(due, in.Cycle, r.setting.Calendar, r.zone, r.now))
}

// placed reads where a pair stands in a flow; false when it is not in it.
func placed(ctx context.Context, q db.Querier, corp string, flow id.ID, member, customer string) (placement, bool, error) {
	var p placement
	err := q.NewSelect().Model(&p).Where("p.corp_id = ? AND p.flow_id = ? AND p.member_id = ? AND p.customer = ?", corp, flow, member, customer).Scan(ctx)
	if db.NoRows(err) {
		return p, false, nil
	}
	return p, err == nil, err
}

// placements reads all of a pair.
func placements(ctx context.Context, q db.Querier, corp, member, customer string) ([]placement, error) {
	var rows []placement
	err := q.NewSelect().Model(&rows).Where("p.corp_id = ? AND p.customer = ? AND p.member_id = ?", corp, customer, member).OrderExpr("p.id").Scan(ctx)
	return rows, err
}

// pair is whom a move concerns.
type pair struct {
	Follow, CustomerID id.ID
	Member, Customer   string
}

// put brings a pair into a stage, into the flow when it is not there yet; false when it
// stood there. It tells the news, keeps the history and does what the stages ask for. From
// is the stage where the pair stood, 0 when it was not in the flow.
func (s *service) put(ctx context.Context, tx db.Tx, r reckoning, f Flow, to Stage, who pair, st step) (from id.ID, moved bool, err error) {
	p, there, err := placed(ctx, tx, f.Corp, f.ID, who.Member, who.Customer)
	if err != nil || there && p.Stage == to.ID && p.GoneAt == 0 {
		return p.Stage, false, err
	}
	if !there {
		p = placement{
			ID: s.ids.New(), Corp: f.Corp, Flow: f.ID, Stage: to.ID, Member: who.Member, Customer: who.Customer, CustomerID: who.CustomerID, Follow: who.Follow,
			JoinedAt: db.MS(st.at), EnteredAt: db.MS(st.at), BaseAt: db.MS(st.at), Shown: true,
		}
		r.anew(&p, to)
		res, err := tx.NewInsert().Model(&p).On("CONFLICT DO NOTHING").Exec(ctx)
		if err != nil {
			return 0, false, err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return 0, false, err // somebody else placed it in this moment
		}
		return 0, true, s.moved(ctx, tx, f, Stage{}, to, p, 0, st)
	}
	return p.Stage, true, s.shift(ctx, tx, r, f, to, p, st)
}

// shift brings a placement into another stage of its flow, and back into the cycle.
func (s *service) shift(ctx context.Context, tx db.Tx, r reckoning, f Flow, to Stage, p placement, st step) error {
	was := p
	p.Stage, p.EnteredAt, p.GoneAt, p.Before, p.Shown = to.ID, db.MS(st.at), 0, 0, true
	if was.GoneAt > 0 {
		p.BaseAt = db.MS(st.at)
	}
	if st.why == byHand && st.by == p.Member && r.setting.counts("move") {
		p.FollowedAt, p.BaseAt = db.MS(st.at), db.MS(st.at)
	}
	r.anew(&p, to)
	if err := write(ctx, tx, was, p); err != nil {
		return err
	}
	if was.Stage == p.Stage {
		return s.live.Publish(ctx, tx, p.Corp, slug, f.ID.String())
	}
	return s.moved(ctx, tx, f, stageIn([]Flow{f}, was.Stage), to, p, max(0, p.EnteredAt-was.EnteredAt), st)
}

// write changes a placement, unless somebody else did since it was read.
func write(ctx context.Context, tx db.Tx, was, p placement) error {
	res, err := tx.NewRaw(`UPDATE stage_placement SET stage_id = ?, member_id = ?, follow_id = ?, entered_at = ?, followed_at = ?, base_at = ?, due_at = ?, remind_at = ?,
		reminded = ?, gone_at = ?, before_id = ?, shown = ? WHERE id = ? AND corp_id = ? AND stage_id = ? AND entered_at = ?`,
		p.Stage, p.Member, p.Follow, p.EnteredAt, p.FollowedAt, p.BaseAt, p.DueAt, p.RemindAt, p.Reminded, p.GoneAt, p.Before, p.Shown,
		was.ID, was.Corp, was.Stage, was.EnteredAt).Exec(ctx)
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		err = fault.New(fault.Conflict, "客户刚刚被移动过，请刷新后再试")
	}
	return err
}

// moved keeps the history of a move and lets follow what follows from it.
func (s *service) moved(ctx context.Context, tx db.Tx, f Flow, from, to Stage, p placement, stayed int64, st step) error {
	m := moveRow{
		ID: s.ids.New(), Corp: f.Corp, Flow: f.ID, Placement: p.ID, Member: p.Member, Customer: p.Customer, From: from.ID, To: to.ID,
		FromName: from.Name, ToName: to.Name, FlowName: f.Name, Why: st.why, By: st.by, ByName: st.name, Note: db.Clean(st.note), Stayed: stayed, At: db.MS(st.at), Cause: st.cause,
	}
	var set marking
	if st.why != byRemoval && p.GoneAt == 0 {
		var err error
		if set, err = s.marking(ctx, tx, f.Corp, from.Leave, to.Enter); err != nil {
			return err
		}
		m.Marks, m.Tags = set.begun()
	}
	if _, err := tx.NewInsert().Model(&m).Exec(ctx); err != nil {
		return err
	}
	meta := event.Meta{Event: m.ID, Corp: f.Corp, At: st.at}
	changed := event.StageChanged{Meta: meta, Member: p.Member, Customer: p.Customer, Flow: f.ID.String(), By: st.by}
	if from.ID != 0 {
		changed.From = from.ID.String()
	}
	if to.ID != 0 {
		changed.To = to.ID.String()
	}
	if st.why != byRemoval {
		changed.Way = f.way(from, to)
	}
	if err := s.events.Publish(ctx, tx, changed); err != nil {
		return err
	}
	if st.why == byHand && st.by != "" && from.ID != 0 && to.ID != 0 {
		meta.Event = s.ids.New()
		if err := s.events.Publish(ctx, tx, event.FollowedUp{Meta: meta, Member: st.by, Customer: p.Customer, How: "move"}); err != nil {
			return err
		}
	}
	if st.why != byRemoval {
		if err := s.act(ctx, tx, f, from, to, p, m, set); err != nil {
			return err
		}
	}
	return s.live.Publish(ctx, tx, f.Corp, slug, f.ID.String())
}

// drop takes a placement out of its flow.
func (s *service) drop(ctx context.Context, tx db.Tx, f Flow, p placement, st step) error {
	res, err := tx.NewRaw("DELETE FROM stage_placement WHERE corp_id = ? AND id = ?", p.Corp, p.ID).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return err
	}
	return s.moved(ctx, tx, f, stageIn([]Flow{f}, p.Stage), Stage{}, p, max(0, db.MS(st.at)-p.EnteredAt), st)
}
