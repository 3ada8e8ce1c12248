package customer

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/saved"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// fieldSegment asks for a saved segment by its id; before a rule is compiled the
// segment's own rule takes its place.
const fieldSegment = "segment"

// Segment is a saved condition (客户分群): whoever opens it sees, of his own scope, the
// customers who match at that moment.
type Segment struct {
	saved.Head
	Rule ask.Rule `json:"rule"`
	// Broken says why the rule cannot be asked any more, e.g. because a field was removed.
	Broken string `json:"broken,omitempty" doc:"why the condition cannot be asked by the viewer"`
}

// SegmentForm is what a person fills in.
type SegmentForm struct {
	saved.Form
	Rule ask.Rule `json:"rule"`
}

type newSegmentInput struct{ Body SegmentForm }

type segmentInput struct {
	ID   id.ID `path:"id"`
	Body SegmentForm
}

type savedInput struct {
	ID id.ID `path:"id"`
}

// SegmentList is all of them: as many as people wrote by hand.
type SegmentList struct {
	Items []Segment `json:"items"`
}

// Segments lists those that the viewer saved or was shared with.
func (s *service) Segments(ctx context.Context, _ *struct{}) (*SegmentList, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	all, err := saved.Visible(ctx, s.db.Read(), v, segments())
	if err != nil {
		return nil, err
	}
	fields, err := s.asks.Fields(ctx, v)
	if err != nil {
		return nil, err
	}
	out := &SegmentList{Items: []Segment{}}
	for _, x := range all {
		out.Items = append(out.Items, segmentOf(v, x, fields))
	}
	return out, nil
}

func segmentOf(v viewer.Viewer, x saved.Item, fields []ask.Field) Segment {
	g := Segment{Head: segments().HeadOf(v, x)}
	rule, err := ruleOf(x, fields)
	if g.Rule = rule; err != nil {
		g.Broken = fault.As(err).Message
		if f := fault.As(err).Fields; len(f) > 0 {
			g.Broken = f[0].Message
		}
	}
	return g
}

// ruleOf is the saved condition, checked against the fields there are now. Its error is
// always a fault.
func ruleOf(x saved.Item, fields []ask.Field) (ask.Rule, error) {
	var r ask.Rule
	if err := json.Unmarshal([]byte(x.Content), &r); err != nil {
		return r, fault.New(fault.Internal, "条件无法识别").Because(err)
	}
	return r, r.Check("rule", withoutSegments(fields))
}

func withoutSegments(fields []ask.Field) []ask.Field {
	return slices.DeleteFunc(slices.Clone(fields), func(f ask.Field) bool { return f.Key == fieldSegment })
}

// CreateSegment saves a new one.
func (s *service) CreateSegment(ctx context.Context, in *newSegmentInput) (*Segment, error) {
	return s.saveSegment(ctx, 0, in.Body)
}

// UpdateSegment saves over the version that was read.
func (s *service) UpdateSegment(ctx context.Context, in *segmentInput) (*Segment, error) {
	return s.saveSegment(ctx, in.ID, in.Body)
}

func (s *service) saveSegment(ctx context.Context, wanted id.ID, f SegmentForm) (*Segment, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	fields, err := s.asks.Fields(ctx, v)
	if err != nil {
		return nil, err
	}
	if err := f.Rule.Check("rule", withoutSegments(fields)); err != nil {
		return nil, err
	}
	content, err := json.Marshal(f.Rule)
	if err != nil {
		return nil, err
	}
	var g Segment
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		x, change, err := s.keeper.Put(ctx, tx, v, segments(), wanted, f.Form, string(content))
		if err != nil {
			return err
		}
		web.Note(ctx, change)
		g = segmentOf(v, x, fields)
		return nil
	})
	return &g, err
}

// DeleteSegment forgets one; the customers stay as they are.
func (s *service) DeleteSegment(ctx context.Context, in *savedInput) (*web.None, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	return nil, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		change, err := s.keeper.Remove(ctx, tx, v, segments(), in.ID)
		if err != nil {
			return err
		}
		web.Note(ctx, change)
		return nil
	})
}

// segmentField lets conditions name saved segments.
func (s *service) segmentField(ctx context.Context, v viewer.Viewer) (ask.Field, error) {
	f := ask.Field{Key: fieldSegment, Kind: ask.KindChoice, Ops: []ask.Op{ask.OpAny, ask.OpNone}, Options: []ask.Choice{}}
	all, err := saved.Visible(ctx, s.db.Read(), v, segments())
	for _, x := range all {
		f.Options = append(f.Options, ask.Choice{Value: x.ID.String(), Name: x.Name})
	}
	return f, err
}

// expanded puts the rules of segments in the place of their names.
func (s *service) expanded(ctx context.Context, v viewer.Viewer, r ask.Rule) (ask.Rule, error) {
	named := false
	r.Leaves(func(leaf ask.Rule, _ bool) { named = named || leaf.Field == fieldSegment })
	if !named {
		return r, nil
	}
	all, err := saved.Visible(ctx, s.db.Read(), v, segments())
	if err != nil {
		return r, err
	}
	fields, err := s.asks.Fields(ctx, v)
	if err != nil {
		return r, err
	}
	rules := map[string]ask.Rule{}
	for _, x := range all {
		rules[x.ID.String()], err = ruleOf(x, fields)
		used := false
		r.Leaves(func(leaf ask.Rule, _ bool) {
			used = used || leaf.Field == fieldSegment && slices.Contains(leaf.Values, x.ID.String())
		})
		if err != nil && used {
			return r, fault.New(fault.Conflict, "客户分群「"+x.Name+"」的条件已失效："+fault.As(err).Message).Because(err).
				WithAdvice("其中的字段或选项可能已被删除，或您没有权限使用；请编辑该分群")
		}
	}
	return replaced(r, rules), nil
}

func replaced(r ask.Rule, rules map[string]ask.Rule) ask.Rule {
	each := func(parts []ask.Rule) []ask.Rule {
		parts = slices.Clone(parts)
		for i := range parts {
			parts[i] = replaced(parts[i], rules)
		}
		return parts
	}
	r.All, r.Any = each(r.All), each(r.Any)
	if r.Not != nil {
		not := replaced(*r.Not, rules)
		r.Not = &not
	}
	if r.Field != fieldSegment {
		return r
	}
	var one ask.Rule
	for _, v := range r.Values {
		one.Any = append(one.Any, rules[v])
	}
	if r.Op == ask.OpNone {
		return ask.Rule{Not: &one}
	}
	return one
}

// SizeInput is a condition to be counted.
type SizeInput struct {
	Rule string `query:"rule" maxLength:"20000" doc:"a condition (ask.Rule) as JSON; everybody when empty"`
}

// SizeOf counts the customers and follows in scope that match, for the rule builder and
// the list of segments.
func (s *service) SizeOf(ctx context.Context, in *SizeInput) (*ask.Count, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	p, err := s.prepare(ctx, v, Filter{Rule: in.Rule, AddWay: -1}, perFollow)
	if err != nil || p.nothing {
		return &ask.Count{}, err
	}
	n, err := s.sized(ctx, p)
	return &n, err
}
