package privacy

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// args name the request; never the person, since finished jobs are kept for a while.
type args struct {
	Request id.ID `json:"request"`
}

const (
	// eraseStep is how many rows one transaction removes.
	eraseStep = 500
	// rounds bound how often what came in while erasing is erased too.
	rounds = 3
)

// erase removes a person from all holdings, each in small transactions that count what
// went: a process that died goes on with the part and the row where it was. Twice is
// harmless: what is gone is not found again.
func (s *service) erase(ctx context.Context, j job.Job[args]) error {
	r, p, err := s.load(ctx, j)
	if err != nil {
		return err
	}
	parts, err := s.survey(ctx, &r, p)
	if err != nil {
		return err
	}
	holdings := s.asks.Personal().Holdings
	for round := 0; ; round++ {
		for i := range holdings {
			if h := holdings[i]; h.Erase != nil && !parts[i].Done {
				if err := s.eraseOne(ctx, r, p, h, parts, i); err != nil {
					return err
				}
			}
		}
		again, err := s.left(ctx, p, holdings, parts)
		if err != nil {
			return err
		}
		if !again || round == rounds {
			break
		}
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		var follows int64
		c, err := mirror.CustomerByID(ctx, tx, r.Corp, r.CustomerID)
		switch {
		case err == nil:
			follows = int64(c.Follows)
		case fault.CodeOf(err) != fault.NotFound:
			return err
		}
		first, err := erased(ctx, tx, r, follows, db.NowMS(s.clock))
		if err == nil && first {
			err = s.ended(ctx, tx, r.Corp, r.ID, web.Done)
		}
		if err != nil {
			return err
		}
		if err := s.live.Publish(ctx, tx, r.Corp, slug, r.ID.String()); err != nil {
			return err
		}
		return j.Done(ctx, tx)
	})
}

// load finds an open request and whom it is for, unless who took it up may not any more.
func (s *service) load(ctx context.Context, j job.Job[args]) (request, ask.Person, error) {
	r, err := byID(ctx, s.db.Read(), j.Corp, j.Args.Request)
	if fault.CodeOf(err) == fault.NotFound || err == nil && !r.State.open() {
		return r, ask.Person{}, job.Cancel(err)
	}
	if err != nil {
		return r, ask.Person{}, err
	}
	p := ask.Person{Corp: r.Corp, Customer: r.Customer, ID: r.CustomerID}
	if r.State == Running && r.Kind == Erase {
		return r, p, nil // half erased is the worst of all: what was begun is finished
	}
	v, err := s.rights.Resolve(ctx, r.who())
	if err != nil {
		return r, p, err
	}
	need := map[Kind]string{Export: mayExport, Erase: mayErase}[r.Kind]
	_, err = s.whole(ctx, v, r.CustomerID)
	switch code := fault.CodeOf(err); {
	case err == nil && v.Can(need):
		return r, p, nil
	case err == nil || code == fault.Conflict:
		return r, p, s.end(ctx, r, web.Why("mayNot"))
	case code == fault.NotFound:
		return r, p, s.end(ctx, r, web.Why("gone"))
	default:
		return r, p, err
	}
}

// end records why a request comes to nothing; trying again would not help.
func (s *service) end(ctx context.Context, r request, why web.Because) error {
	if err := s.fail(ctx, r, why); err != nil {
		return err
	}
	return job.Cancel(fault.New(fault.Conflict, why.In(false, becauses())))
}

func (s *service) fail(ctx context.Context, r request, why web.Because) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		first, err := settle(ctx, tx, r, Failed, why, db.NowMS(s.clock))
		if err == nil && first {
			err = s.ended(ctx, tx, r.Corp, r.ID, web.Failed)
		}
		if err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, r.Corp, slug, r.ID.String())
	})
}

// givenUp marks a request that could not be carried out.
func (s *service) givenUp(ctx context.Context, j job.Job[args], _ error) {
	r := request{ID: j.Args.Request, Corp: j.Corp}
	if err := s.fail(ctx, r, web.Why("broke")); err != nil {
		s.log.ErrorContext(ctx, "a personal data request stays running", "request", r.ID.String(), "error", err.Error())
	}
}

// survey counts what there is when a request begins. One that goes on has it already.
func (s *service) survey(ctx context.Context, r *request, p ask.Person) ([]Part, error) {
	holdings := s.asks.Personal().Holdings
	parts, err := r.parts()
	if err != nil || len(parts) == len(holdings) {
		return parts, err
	}
	parts = make([]Part, len(holdings))
	for i, h := range holdings {
		rows, goes, err := h.Count(ctx, s.db.Read(), p)
		if err != nil {
			return nil, err
		}
		parts[i] = Part{Key: h.Key, ZH: h.ZH, EN: h.EN, Rows: rows, Done: h.Erase == nil && r.Kind == Erase}
		if r.Kind == Erase && rows > goes {
			parts[i].StaysZH, parts[i].StaysEN = h.StaysZH, h.StaysEN
		}
	}
	r.State = Running
	return parts, s.note(ctx, *r, parts, nil)
}

// note writes the progress, together with a piece of work that belongs to it.
func (s *service) note(ctx context.Context, r request, parts []Part, work func(ctx context.Context, tx db.Tx) error) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if work != nil {
			if err := work(ctx, tx); err != nil {
				return err
			}
		}
		wanted, err := advance(ctx, tx, r, parts)
		if err != nil {
			return err
		}
		if !wanted {
			return job.Cancel(nil)
		}
		return s.live.Publish(ctx, tx, r.Corp, slug, r.ID.String())
	})
}

// eraseOne empties one holding: first its files, so that no file is left without a row that
// leads to it, then its rows.
func (s *service) eraseOne(ctx context.Context, r request, p ask.Person, h ask.Holding, parts []Part, at int) error {
	if h.Files != nil {
		files, err := h.Files(ctx, s.db.Read(), p)
		if err != nil {
			return err
		}
		for _, f := range files {
			// Twice is harmless: none is no error.
			if err := s.files.Blob.Delete(ctx, f.Key); err != nil {
				return err
			}
		}
	}
	for !parts[at].Done {
		before := parts[at]
		err := s.note(ctx, r, parts, func(ctx context.Context, tx db.Tx) error {
			parts[at] = before // a transaction that is repeated counts once
			gone, err := h.Erase(ctx, tx, p, eraseStep)
			parts[at].Gone += gone
			parts[at].Done = gone == 0
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// left tells whether something came in meanwhile, and marks its part to be done again.
func (s *service) left(ctx context.Context, p ask.Person, holdings []ask.Holding, parts []Part) (again bool, err error) {
	for i, h := range holdings {
		_, goes, err := h.Count(ctx, s.db.Read(), p)
		if err != nil {
			return false, err
		}
		if goes > 0 {
			parts[i].Done, again = false, true
		}
	}
	return again, nil
}
