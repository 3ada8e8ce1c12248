// Package ask is the vocabulary of questions: what one part of the product may ask the
// others without knowing them. Questions are few, typed and synchronous; each file says
// who asks, who answers, and what holds when several answer. News is not asked but told:
// see internal/event.
//
// The answers come from the features' manifests; the host collects them in Asks before
// the program starts.
package ask

import "context"

// Asks holds the registered answers. The zero value answers everything with nothing,
// which is what a program without features should do.
type Asks struct {
	welcomes  []named[Welcome]
	timelines []named[Timeline]
	finds     []named[Find]
	tiles     []named[Tiles]
	trends    []named[Trends]
	fields    []named[Fields]
	selects   []named[Select]
	sizes     []named[Size]
	columns   []named[Columns]
	badges    []Column
	personal  []named[Personal]
	seats     []named[Seats]
}

type named[T any] struct {
	slug   string
	answer T
}

// Answers is what one feature answers; a nil field means it has nothing to say.
type Answers struct {
	Welcome  Welcome
	Timeline Timeline
	Find     Find
	Tiles    Tiles
	Trends   Trends
	Fields   Fields
	Select   Select
	Size     Size
	Columns  Columns
	Badges   []Column // columns that stand beside the name in every row; see Asks.Badges
	Personal Personal
	Seats    Seats
}

// Register adds a feature's answers. Called by the host before start, in menu order.
func (a *Asks) Register(slug string, answers Answers) {
	if answers.Welcome != nil {
		a.welcomes = append(a.welcomes, named[Welcome]{slug, answers.Welcome})
	}
	if answers.Timeline != nil {
		a.timelines = append(a.timelines, named[Timeline]{slug, answers.Timeline})
	}
	if answers.Find != nil {
		a.finds = append(a.finds, named[Find]{slug, answers.Find})
	}
	if answers.Tiles != nil {
		a.tiles = append(a.tiles, named[Tiles]{slug, answers.Tiles})
	}
	if answers.Trends != nil {
		a.trends = append(a.trends, named[Trends]{slug, answers.Trends})
	}
	if answers.Fields != nil {
		a.fields = append(a.fields, named[Fields]{slug, answers.Fields})
	}
	if answers.Select != nil {
		a.selects = append(a.selects, named[Select]{slug, answers.Select})
	}
	if answers.Size != nil {
		a.sizes = append(a.sizes, named[Size]{slug, answers.Size})
	}
	a.badges = append(a.badges, answers.Badges...)
	if answers.Columns != nil {
		a.columns = append(a.columns, named[Columns]{slug, answers.Columns})
	}
	if answers.Seats != nil {
		a.seats = append(a.seats, named[Seats]{slug, answers.Seats})
	}
	a.personal = append(a.personal, named[Personal]{slug, answers.Personal})
}

// each runs fn for every answer and stops at the first error.
func each[T any](ctx context.Context, answers []named[T], fn func(slug string, answer T) error) error {
	for _, n := range answers {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := fn(n.slug, n.answer); err != nil {
			return err
		}
	}
	return nil
}
