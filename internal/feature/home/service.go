package home

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Tiles are the figures of the first page.
type Tiles struct {
	AsOf  int64      `json:"asOf" doc:"unix milliseconds"`
	Tiles []ask.Tile `json:"tiles"`
}

// Tiles asks all features for their figures.
func (s *service) Tiles(ctx context.Context, _ *struct{}) (*Tiles, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	now := db.NowMS(s.deps.Clock)
	tiles, err := s.deps.Asks.Tiles(ctx, v)
	return &Tiles{AsOf: now, Tiles: tiles}, err
}

type trendInput struct {
	Days int `query:"days" minimum:"2" maximum:"90" default:"30" doc:"how many days, today among them"`
}

// Trend is figures by day.
type Trend struct {
	Days   []string    `json:"days" doc:"YYYY-MM-DD in the corp's time zone, today last"`
	Trends []ask.Trend `json:"trends"`
}

// Trend asks all features for their figures of the last days. Today is not over yet.
func (s *service) Trend(ctx context.Context, in *trendInput) (*Trend, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	now := s.deps.Clock.Now().In(s.deps.Corps.Location(ctx, v.Corp))
	out := &Trend{}
	var days []ask.Day
	for ago := in.Days - 1; ago >= 0; ago-- {
		// Midnight by the calendar, whatever the clock did in between.
		from := time.Date(now.Year(), now.Month(), now.Day()-ago, 0, 0, 0, 0, now.Location())
		days = append(days, ask.Day{From: from, To: time.Date(from.Year(), from.Month(), from.Day()+1, 0, 0, 0, 0, from.Location())})
		out.Days = append(out.Days, from.Format(time.DateOnly))
	}
	out.Trends, err = s.deps.Asks.Trends(ctx, v, days)
	return out, err
}

const (
	// maxText is the longest text that is looked for, in characters.
	maxText = 50
	// hitsPerBlock keeps the answer to what fits on a screen.
	hitsPerBlock = 5
)

// Hits are what a search found, a block for each kind of object.
type Hits struct {
	Groups []ask.Found `json:"groups"`
}

type searchInput struct {
	Text string `query:"q" maxLength:"200" doc:"one to 50 characters of a name"`
}

// Search looks in all features for objects by a few characters. Nothing typed finds
// nothing.
func (s *service) Search(ctx context.Context, in *searchInput) (*Hits, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	text := strings.TrimSpace(db.Clean(in.Text))
	if text == "" {
		return &Hits{Groups: []ask.Found{}}, nil
	}
	var check fault.Check
	check.That(utf8.RuneCountInString(text) <= maxText, "q", "最多 50 个字符")
	if err := check.Err(); err != nil {
		return nil, err
	}
	found, err := s.deps.Asks.Find(ctx, ask.FindQuery{Viewer: v, Text: text, Limit: hitsPerBlock})
	return &Hits{Groups: found}, err
}

// Job is one long job under way, as the top bar shows it.
type Job struct {
	ID        id.ID  `json:"id"`
	Kind      string `json:"kind" doc:"its title is the text job.<kind>"`
	Done      int64  `json:"done"`
	Total     int64  `json:"total,omitempty" doc:"absent while unknown"`
	StartedAt int64  `json:"startedAt" doc:"unix milliseconds"`
}

// Jobs are those under way.
type Jobs struct {
	Jobs []Job `json:"jobs"`
}

// Jobs lists the corp's jobs that work on something long: those that report progress.
// Notes and arguments are left to the event log, which asks for a permission.
func (s *service) Jobs(ctx context.Context, _ *struct{}) (*Jobs, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := s.deps.Queue.Running(ctx, v.Corp)
	if err != nil {
		return nil, err
	}
	list := &Jobs{Jobs: []Job{}}
	for _, r := range rows {
		if reports(r) {
			list.Jobs = append(list.Jobs, Job{ID: r.ID, Kind: r.Kind, Done: r.Done, Total: r.Total, StartedAt: db.MS(r.StartedAt)})
		}
	}
	return list, nil
}

func reports(r job.Row) bool { return r.Done > 0 || r.Total > 0 || r.Note != "" }
