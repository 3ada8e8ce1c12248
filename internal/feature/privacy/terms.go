package privacy

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

const (
	// leastDays keeps a slip of the finger from emptying a table.
	leastDays = 30
	mostDays  = 3650
	// nightHour is when old things go, in the corp's zone: after the nightly sync, which has
	// found by then who came back.
	nightHour = 4
	// termStep is how many rows one transaction removes.
	termStep = 500
	// countMost is how far a preview counts.
	countMost = 100_000
)

// Term is one retention as the console shows it.
type Term struct {
	Key       string `json:"key"`
	ZH        string `json:"zh"`
	EN        string `json:"en"`
	HintZH    string `json:"hintZh"`
	HintEN    string `json:"hintEn"`
	Days      int    `json:"days" doc:"0 keeps it for ever"`
	UpdatedBy string `json:"updatedBy,omitempty"`
	UpdatedAt int64  `json:"updatedAt,omitempty"`
	SweptAt   int64  `json:"sweptAt,omitempty" doc:"last night that something went"`
	Swept     int64  `json:"swept,omitempty" doc:"rows that went that night"`
}

// TermList is every retention there is.
type TermList struct {
	Terms []Term `json:"terms"`
	Least int    `json:"least" doc:"fewest days that can be set"`
	Most  int    `json:"most"`
}

// Terms lists for how long what is kept.
func (s *service) Terms(ctx context.Context, _ *struct{}) (*TermList, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	set, err := termsOf(ctx, s.db.Read(), v.Corp)
	list := TermList{Terms: []Term{}, Least: leastDays, Most: mostDays}
	for _, t := range s.asks.Personal().Terms {
		list.Terms = append(list.Terms, termView(t, set.of(t)))
	}
	return &list, err
}

func termView(t ask.Term, set setTerm) Term {
	return Term{
		Key: t.Key, ZH: t.ZH, EN: t.EN, HintZH: t.HintZH, HintEN: t.HintEN,
		Days: set.Days, UpdatedBy: set.UpdatedBy, UpdatedAt: set.UpdatedAt, SweptAt: set.SweptAt, Swept: set.Swept,
	}
}

func (s *service) term(key string) (ask.Term, error) {
	all := s.asks.Personal().Terms
	i := slices.IndexFunc(all, func(t ask.Term) bool { return t.Key == key })
	if i < 0 {
		return ask.Term{}, fault.Missing("保留期限")
	}
	return all[i], nil
}

// checkDays refuses what is neither for ever nor a reasonable time.
func checkDays(days int) error {
	var check fault.Check
	check.That(days == 0 || days >= leastDays && days <= mostDays, "days", fmt.Sprintf("请填写 %d 至 %d 天，或 0 表示一直保留", leastDays, mostDays))
	return check.Err()
}

type previewInput struct {
	Term string `path:"term" maxLength:"60"`
	Days int    `query:"days"`
}

// PreviewView is how much would go.
type PreviewView struct {
	Rows int64 `json:"rows"`
	More bool  `json:"more" doc:"there are more than that; nobody counted further"`
}

// Preview counts what a retention would remove now.
func (s *service) Preview(ctx context.Context, in *previewInput) (*PreviewView, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	t, err := s.term(in.Term)
	if err != nil {
		return nil, err
	}
	if err := checkDays(in.Days); err != nil || in.Days == 0 {
		return &PreviewView{}, err
	}
	q := s.db.Read()
	var p PreviewView
	err = q.NewSelect().TableExpr("(?) AS old", q.NewRaw(t.Find, v.Corp, before(s.clock.Now(), in.Days), countMost+1)).ColumnExpr("COUNT(*)").Scan(ctx, &p.Rows)
	if p.Rows > countMost {
		p.Rows, p.More = countMost, true
	}
	return &p, err
}

func before(now time.Time, days int) int64 { return db.MS(now.AddDate(0, 0, -days)) }

type termInput struct {
	Term string `path:"term" maxLength:"60"`
	Body struct {
		Days int `json:"days" doc:"0 keeps it for ever"`
	}
}

// PutTerm decides for how long something is kept: everybody's, so by who sees everybody.
func (s *service) PutTerm(ctx context.Context, in *termInput) (*Term, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	if !v.SeesAll() {
		return nil, fault.New(fault.Forbidden, "保留期限会删除整个企业的记录，您的数据范围不足").WithAdvice("请由数据范围为「全部」的管理员修改")
	}
	t, err := s.term(in.Term)
	if err != nil {
		return nil, err
	}
	if err := checkDays(in.Body.Days); err != nil {
		return nil, err
	}
	var view Term
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		set, err := termsOf(ctx, tx, v.Corp)
		if err != nil {
			return err
		}
		old := set.of(t)
		now := old
		now.Term, now.Days, now.UpdatedBy, now.UpdatedAt = t.Key, in.Body.Days, v.Name, db.NowMS(s.clock)
		view = termView(t, now)
		web.Note(ctx, web.Change{Object: "privacy:term:" + t.Key, Name: t.ZH, Before: map[string]any{"days": old.Days}, After: map[string]any{"days": now.Days}})
		if err := putTerm(ctx, tx, v.Corp, now); err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, v.Corp, slug)
	})
	return &view, err
}

// nightly is asked each hour, so that any time zone has its night.
func (s *service) nightly(ctx context.Context, j job.Job[job.Tick]) error {
	at := j.Args.At.In(s.corps.Location(ctx, j.Corp))
	if at.Hour() != nightHour {
		return nil
	}
	set, err := termsOf(ctx, s.db.Read(), j.Corp)
	if err != nil {
		return err
	}
	for _, t := range s.asks.Personal().Terms {
		if days := set.of(t).Days; days > 0 {
			if err := s.retain(ctx, j.Corp, t, before(at, days), db.MS(at)); err != nil {
				return fmt.Errorf("retention of %s: %w", t.Key, err)
			}
		}
	}
	return nil
}

// retain removes what is too old, found without a lock and removed in small transactions.
// Twice is harmless: what is gone is not found again.
func (s *service) retain(ctx context.Context, corp string, t ask.Term, before, night int64) error {
	for {
		var rows []id.ID
		if err := s.db.Read().NewRaw(t.Find, corp, before, termStep).Scan(ctx, &rows); err != nil || len(rows) == 0 {
			return err
		}
		if t.Files != nil {
			keys, err := t.Files(ctx, s.db.Read(), corp, rows)
			if err != nil {
				return err
			}
			for _, k := range keys {
				// Twice is harmless: none is no error.
				if err := s.files.Blob.Delete(ctx, k); err != nil {
					return err
				}
			}
		}
		var gone int64
		err := s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			var err error
			if gone, err = t.Drop(ctx, tx, corp, rows); err != nil {
				return err
			}
			return swept(ctx, tx, corp, t.Key, gone, night)
		})
		if err != nil || gone == 0 || len(rows) < termStep {
			return err
		}
	}
}
