package intention

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

// seed gives the customers whom the first sync found their score. That sync tells no news,
// so what began and ended before is taken from the mirror: follows and groups. It happens
// once a corp, in bounded parts. Twice is harmless: what stands is not written again.
func (s *service) seed(ctx context.Context, j job.Job[struct{}]) error {
	return s.seedCorp(ctx, j.Corp)
}

func (s *service) seedCorp(ctx context.Context, corp string) error {
	read, err := mirror.LastSync(ctx, s.db.Read(), corp, mirror.ScopeCustomers)
	if err != nil || read == 0 {
		return err
	}
	for more := true; more; {
		err := s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			var err error
			more, err = s.seedBatch(ctx, tx, corp)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *service) seedBatch(ctx context.Context, tx db.Tx, corp string) (more bool, err error) {
	var place struct {
		Place string `bun:"place"`
		Done  bool   `bun:"done"`
	}
	err = tx.NewRaw("SELECT place, done FROM intention_seed WHERE corp_id = ?", corp).Scan(ctx, &place)
	if err != nil && !db.NoRows(err) || place.Done {
		return false, err
	}
	var people []struct {
		ID       id.ID  `bun:"id"`
		Customer string `bun:"customer"`
	}
	err = tx.NewRaw("SELECT id, customer FROM mirror_customer WHERE corp_id = ? AND customer > ? ORDER BY corp_id, customer LIMIT ?",
		corp, place.Place, batch).Scan(ctx, &people)
	if err != nil {
		return false, err
	}
	var ids []id.ID
	var customers []string
	rows := make(db.Rows, 0, len(people))
	for _, p := range people {
		ids, customers = append(ids, p.ID), append(customers, p.Customer)
		rows = append(rows, []any{p.ID, corp, p.Customer, 0, 0, 0, "", 0, 0, -1, sampleOf(p.Customer)})
	}
	if len(people) > 0 {
		_, err := tx.NewRaw("INSERT INTO intention_score ("+scoreColumns+") VALUES ? ON CONFLICT DO NOTHING", rows).Exec(ctx)
		if err != nil {
			return false, err
		}
		if err := s.seedEntries(ctx, tx, corp, ids, customers); err != nil {
			return false, err
		}
		st, err := settingOf(ctx, tx, corp)
		if err != nil {
			return false, err
		}
		if err := s.reckonMany(ctx, tx, st, customers, true); err != nil {
			return false, err
		}
		place.Place = customers[len(customers)-1]
	}
	_, err = tx.NewRaw(`INSERT INTO intention_seed (corp_id, place, done) VALUES (?, ?, ?)
		ON CONFLICT (corp_id) DO UPDATE SET place = excluded.place, done = excluded.done`, corp, place.Place, len(people) == 0).Exec(ctx)
	if err != nil {
		return false, err
	}
	return len(people) > 0, s.live.Publish(ctx, tx, corp, slug)
}

// seedEntries writes what the mirror knows of some customers, but for what news has told.
func (s *service) seedEntries(ctx context.Context, tx db.Tx, corp string, ids []id.ID, customers []string) error {
	told, err := entriesOf(ctx, tx, corp, customers)
	if err != nil {
		return err
	}
	st, err := settingOf(ctx, tx, corp)
	if err != nil {
		return err
	}
	oldest := db.NowMS(s.clock) - int64(forgotten*st.model.HalfLife)*millisADay
	found := map[string][]Entry{}
	add := func(customer string, e Entry) {
		known := func(o Entry) bool {
			return o.Member == e.Member && o.Subject == e.Subject && (o.Subject != "" || o.At/millisADay == e.At/millisADay)
		}
		if e.At > oldest && !slices.ContainsFunc(told[customer], known) {
			e.ID = s.ids.New()
			found[customer] = append(found[customer], e)
		}
	}
	follows, err := mirror.FollowsOfCustomers(ctx, tx, corp, ids)
	if err != nil {
		return err
	}
	for _, of := range follows {
		for _, f := range of {
			if f.Standing != mirror.Half && f.AddedAt > 0 && f.Standing != mirror.HandedOver {
				add(f.Customer, Entry{Signal: beginningOf(f), Member: f.Member, At: f.AddedAt})
			}
			if signal := endOf(f.Standing); signal != "" {
				add(f.Customer, Entry{Signal: signal, Member: f.Member, At: f.EndedAt})
			}
		}
	}
	var groups []struct {
		Customer string `bun:"who"`
		Chat     string `bun:"chat"`
		At       int64  `bun:"joined_at"`
	}
	err = tx.NewRaw(`SELECT x.who, g.chat, x.joined_at FROM mirror_group_member AS x JOIN mirror_group AS g ON g.id = x.group_id
		WHERE x.corp_id = ? AND x.who IN (?) AND g.dissolved_at = 0`, corp, bun.List(customers)).Scan(ctx, &groups)
	if err != nil {
		return err
	}
	for _, g := range groups {
		add(g.Customer, Entry{Signal: GroupJoined, Subject: g.Chat, At: g.At})
	}
	_, err = insertEntries(ctx, tx, corp, found)
	return err
}

// beginningOf is the signal of how a follow began.
func beginningOf(f mirror.Follow) string {
	switch {
	case f.State != "":
		return AddedChannel
	case f.Operator == f.Member:
		return AddedByMember
	default:
		return AddedSelf
	}
}

// endOf is the signal of how a follow ended, "" for none.
func endOf(st mirror.Standing) string {
	return map[mirror.Standing]string{mirror.Lost: LostUs, mirror.Deleted: DeletedByUs, mirror.Gone: GoneUnknown}[st]
}
