package stage

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

func contains(list []string, one string) bool { return slices.Contains(list, one) }

type settingInput struct{ Body Setting }

// GetSetting shows what counts as a follow-up and the corp's calendar.
func (s *service) GetSetting(ctx context.Context, _ *struct{}) (*Setting, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	setting, err := settingOf(ctx, s.db.Read(), v.Corp)
	return &setting, err
}

// PutSetting changes them; what is due by working days is reckoned anew in the background.
func (s *service) PutSetting(ctx context.Context, in *settingInput) (*Setting, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	var check fault.Check
	setting := Setting{Counts: list(in.Body.Counts)}
	for _, w := range setting.Counts {
		check.That(contains(ways(), w), "counts", "没有这样的跟进方式")
	}
	setting.Calendar = in.Body.Calendar.tidy(&check)
	if err := check.Err(); err != nil {
		return nil, err
	}
	if err := s.ensure(ctx, v.Corp); err != nil {
		return nil, err
	}
	return &setting, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		before, err := settingOf(ctx, tx, v.Corp)
		if err != nil {
			return err
		}
		if err := putSetting(ctx, tx, v.Corp, setting, v.Actor(), db.NowMS(s.clock)); err != nil {
			return err
		}
		if jsonOf(before.Calendar) != jsonOf(setting.Calendar) {
			all, err := flows(ctx, tx, v.Corp, false)
			if err != nil {
				return err
			}
			for _, f := range all {
				for _, x := range f.Stages {
					if x.Cycle.on() && x.Cycle.Unit == Workdays {
						if err := s.reckonLater(ctx, tx, v.Corp, x.ID); err != nil {
							return err
						}
					}
				}
			}
		}
		web.Note(ctx, web.Change{Object: "stage:setting", Before: before, After: setting})
		return s.live.Publish(ctx, tx, v.Corp, slug)
	})
}

type moveInput struct {
	Body struct {
		Follow id.ID  `json:"follow"`
		Stage  id.ID  `json:"stage"`
		Note   string `json:"note,omitempty" maxLength:"500" doc:"why, or what was agreed; stands in the history"`
	}
}

// Move brings a customer of a member into a stage, into the flow when he is not in it yet.
func (s *service) Move(ctx context.Context, in *moveInput) (*web.None, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	follow, err := mirror.FollowByID(ctx, s.db.Read(), v.Corp, in.Body.Follow)
	if err != nil {
		return nil, err
	}
	if !v.Sees(follow.Member) {
		return nil, fault.Missing("跟进关系")
	}
	if !follow.Standing.Open() {
		return nil, fault.New(fault.Conflict, "该成员与客户已不是好友，无法移动").WithAdvice("客户重新添加后会回到原来的阶段")
	}
	note := strings.TrimSpace(in.Body.Note)
	return &web.None{}, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		f, to, err := s.stageOf(ctx, tx, v.Corp, in.Body.Stage)
		if err != nil {
			return err
		}
		if err := s.mayEnter(ctx, tx, v, f, follow.Member); err != nil {
			return err
		}
		r, err := s.reckoning(ctx, tx, v.Corp)
		if err != nil {
			return err
		}
		who := pair{Follow: follow.ID, CustomerID: follow.CustomerID, Member: follow.Member, Customer: follow.Customer}
		from, moved, err := s.put(ctx, tx, r, f, to, who, step{why: byHand, by: v.Member, name: v.Name, note: note, at: s.clock.Now()})
		if err != nil {
			return err
		}
		change := web.Change{Object: "follow:" + follow.ID.String(), Name: f.Name}
		if moved { // else he stands there already
			change.Before, change.After = map[string]string{"stage": stageIn([]Flow{f}, from).Name}, map[string]string{"stage": to.Name}
		}
		web.Note(ctx, change)
		return nil
	})
}

// mayEnter refuses a flow that is not for the member of a pair.
func (s *service) mayEnter(ctx context.Context, q db.Querier, v viewer.Viewer, f Flow, member string) error {
	his, err := s.isFor(ctx, v, f)
	if err == nil && !his {
		err = fault.Missing("阶段")
	}
	if err != nil {
		return err
	}
	serves, err := s.serves(ctx, q, f, member)
	if err == nil && !serves {
		err = fault.New(fault.Conflict, "该成员不在流程「"+f.Name+"」的适用范围内").WithAdvice("请在流程设置里调整适用的成员或部门")
	}
	return err
}

type placementInput struct {
	ID id.ID `path:"id" doc:"of the card"`
}

// Leave takes a customer out of a flow.
func (s *service) Leave(ctx context.Context, in *placementInput) (*web.None, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	return &web.None{}, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		var p placement
		scope := v.Where("p.corp_id", "p.member_id")
		err := tx.NewSelect().Model(&p).Where(scope.SQL, scope.Args...).Where("p.id = ?", in.ID).Scan(ctx)
		if db.NoRows(err) {
			return fault.Missing("客户")
		}
		if err != nil {
			return err
		}
		f, err := flowByID(ctx, tx, v.Corp, p.Flow)
		if err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "follow:" + p.Follow.String(), Name: f.Name, Before: map[string]string{"stage": stageIn([]Flow{f}, p.Stage).Name}})
		return s.drop(ctx, tx, f, p, step{why: byHand, by: v.Member, name: v.Name, at: s.clock.Now()})
	})
}

type customerInput struct {
	ID id.ID `path:"id" doc:"of the customer"`
}

// Standing is where one customer stands, with each member in scope.
type Standing struct {
	Items []Place `json:"items"`
}

// Place is one follow and where it stands in one flow.
type Place struct {
	Follow     id.ID      `json:"follow"`
	Member     string     `json:"member"`
	MemberName string     `json:"memberName"`
	Open       bool       `json:"open" doc:"the follow stands, so that it can be moved"`
	Flow       id.ID      `json:"flow"`
	Card       id.ID      `json:"card,omitzero" doc:"absent when the pair is not in the flow"`
	Stage      id.ID      `json:"stage,omitzero"`
	EnteredAt  *time.Time `json:"enteredAt,omitempty"`
	FollowedAt *time.Time `json:"followedAt,omitempty"`
	DueAt      *time.Time `json:"dueAt,omitempty"`
	Overdue    bool       `json:"overdue"`
}

// Of shows where a customer stands in the flows that the viewer sees.
func (s *service) Of(ctx context.Context, in *customerInput) (*Standing, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	c, err := mirror.CustomerByID(ctx, s.db.Read(), v.Corp, in.ID)
	if err != nil {
		return nil, err
	}
	follows, err := mirror.FollowsOf(ctx, s.db.Read(), v.Corp, c.ID)
	if err != nil {
		return nil, err
	}
	follows = slices.DeleteFunc(follows, func(f mirror.Follow) bool { return !v.Sees(f.Member) })
	if len(follows) == 0 && v.Scope.Reach != viewer.All {
		return nil, fault.Missing("客户")
	}
	seen, err := s.flowsFor(ctx, v)
	if err != nil {
		return nil, err
	}
	var rows []placement
	scope := v.Where("p.corp_id", "p.member_id")
	if err := s.db.Read().NewSelect().Model(&rows).Where(scope.SQL, scope.Args...).Where("p.customer = ?", c.Customer).Scan(ctx); err != nil {
		return nil, err
	}
	var members []string
	for _, f := range follows {
		members = append(members, f.Member)
	}
	names, err := mirror.Names(ctx, s.db.Read(), v.Corp, members)
	if err != nil {
		return nil, err
	}
	out := &Standing{Items: []Place{}}
	for _, flow := range seen {
		his, err := s.membersOf(ctx, s.db.Read(), flow)
		if err != nil {
			return nil, err
		}
		for _, f := range follows {
			place := Place{Follow: f.ID, Member: f.Member, MemberName: names[f.Member], Open: f.Standing.Open(), Flow: flow.ID}
			i := slices.IndexFunc(rows, func(p placement) bool { return p.Flow == flow.ID && p.Member == f.Member })
			if i >= 0 {
				p := rows[i]
				place.Card, place.Stage, place.EnteredAt, place.FollowedAt, place.DueAt = p.ID, p.Stage, moment(p.EnteredAt), moment(p.FollowedAt), moment(p.DueAt)
				place.Overdue = p.DueAt > 0 && p.DueAt <= db.NowMS(s.clock)
			}
			if i >= 0 || place.Open && (flow.Seen.All || slices.Contains(his, f.Member)) {
				out.Items = append(out.Items, place)
			}
		}
	}
	return out, nil
}

// timeline tells of the moves of a customer.
func (s *service) timeline(ctx context.Context, q ask.TimelineQuery) ([]ask.Entry, error) {
	var rows []moveRow
	scope := q.Viewer.Where("m.corp_id", "m.member_id")
	under := q.Under("m.at", "m.id", "stage.")
	query := s.db.Read().NewSelect().Model(&rows).Where(scope.SQL, scope.Args...).
		Where("m.customer = ?", q.Customer).Where(under.SQL, under.Args...).OrderExpr("m.at DESC, m.id DESC").Limit(int64(q.Limit + 1))
	if err := query.Scan(ctx); err != nil {
		return nil, err
	}
	causes, err := s.causes(ctx, q.Viewer, rows)
	if err != nil {
		return nil, err
	}
	hidden, err := s.mirror.HiddenTags(ctx, q.Viewer, markIDs(rows))
	if err != nil {
		return nil, err
	}
	var entries []ask.Entry
	for _, m := range rows {
		e := ask.Entry{
			At: db.FromMS(m.At), Key: "stage." + m.ID.String(), Kind: "stage.moved", Member: m.Member,
			Values: map[string]string{"flow": m.FlowName, "from": m.FromName, "to": m.ToName, "by": m.ByName, "note": m.Note},
		}
		switch {
		case m.Why == byTransfer:
			e = withKind(e, "stage.handed")
		case m.Why == byLoss:
			e = withKind(e, "stage.lost")
		case m.Why == byReturn:
			e = withKind(e, "stage.back")
		case m.Why == byTag || m.Why == byGroup:
			e = withKind(e, "stage.pulled")
			if name := causes[m.Cause]; name != "" {
				e = withKind(e, map[string]string{byTag: "stage.pulledByTag", byGroup: "stage.pulledByGroup"}[m.Why])
				e.Values["cause"] = name
			}
		case m.From == 0:
			e = withKind(e, "stage.joined")
		case m.To == 0:
			e = withKind(e, "stage.left")
		case m.Note != "":
			e = withKind(e, "stage.movedWith")
		}
		if err := marksTold(m, hidden, e.Values); err != nil {
			return nil, err
		}
		if q.Covers(e) {
			entries = append(entries, e)
		}
	}
	return entries, nil
}

func withKind(e ask.Entry, kind string) ask.Entry {
	e.Kind = kind
	return e
}
