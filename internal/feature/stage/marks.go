package stage

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// What became of the tags that a move set.
const (
	marksWaiting = "waiting" // on their way to WeCom
	marksDone    = "done"
	marksRefused = "refused"
	marksLost    = "lost" // all of them had been deleted
)

// mark is a tag as it was called when it was set.
type mark struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// marking is which tags a move puts on and takes off.
type marking struct {
	Add    []mark `json:"add,omitempty"`
	Remove []mark `json:"remove,omitempty"`
	Lost   int    `json:"lost,omitempty"` // had been deleted: WeCom would refuse the others with them
}

// marking reckons what the stage that was left and the one that was entered ask for: the one
// entered has the last word.
func (s *service) marking(ctx context.Context, q db.Querier, corpID string, leave, enter Acts) (set marking, err error) {
	add, remove := list(append(append([]string{}, leave.Tag...), enter.Tag...)), []string{}
	for _, t := range list(append(append([]string{}, leave.Untag...), enter.Untag...)) {
		if !contains(enter.Tag, t) && !(contains(leave.Tag, t) && !contains(enter.Untag, t)) {
			remove = append(remove, t)
		}
	}
	add = slices.DeleteFunc(add, func(t string) bool { return contains(remove, t) })
	if len(add)+len(remove) == 0 {
		return set, nil
	}
	known, err := mirror.TagsByID(ctx, q, corpID, append(slices.Clone(add), remove...))
	if err != nil {
		return set, err
	}
	named := func(tags []string) (out []mark) {
		for _, t := range tags {
			if tag, there := known[t]; there {
				out = append(out, mark{t, tag.Name})
			} else {
				set.Lost++
			}
		}
		return out
	}
	set.Add, set.Remove = named(add), named(remove)
	return set, nil
}

// none tells that there is no tag to set.
func (x marking) none() bool { return len(x.Add)+len(x.Remove) == 0 }

// begun is how a move keeps it: the state and the tags.
func (x marking) begun() (state, tags string) {
	switch {
	case !x.none():
		return marksWaiting, jsonOf(x)
	case x.Lost > 0:
		return marksLost, jsonOf(x)
	}
	return "", ""
}

func idsOf(marks []mark) []string {
	ids := make([]string, len(marks))
	for i, m := range marks {
		ids[i] = m.ID
	}
	return ids
}

// movesPrefix begins the name under which a move asks for tags; its id follows.
const movesPrefix = slug + "/moves/"

// act does what the stage that was left and the one that was entered ask for. Tags are
// put on a follow that stands only. Twice is harmless: tags are a set, and a notice has
// the move's key.
func (s *service) act(ctx context.Context, tx db.Tx, f Flow, from, to Stage, p placement, m moveRow, set marking) error {
	if from.Leave.none() && to.Enter.none() {
		return nil
	}
	if !set.none() {
		by := mirror.By("stage", f.ID, f.Name)
		if err := s.mirror.MarkTagsFor(ctx, tx, f.Corp, p.Member, p.Customer, idsOf(set.Add), idsOf(set.Remove), by, movesPrefix+m.ID.String()); err != nil {
			return err
		}
	}
	return s.tellMove(ctx, tx, f, from, to, p, m)
}

// marksSettled keeps with a move what WeCom made of its tags. Twice is harmless: it says the
// same. What was given up may still be taken later, when a person has it tried again.
func (s *service) marksSettled(ctx context.Context, e event.MarksSettled) error {
	of, ours := strings.CutPrefix(e.For, movesPrefix)
	if !ours {
		return nil
	}
	move, err := id.Parse(of)
	if err != nil {
		return err
	}
	as := marksDone
	if e.Refused {
		as = marksRefused
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		var flow id.ID
		err := tx.NewRaw("UPDATE stage_move SET marks = ?, errcode = ?, advice = ? WHERE corp_id = ? AND id = ? AND marks IN ('waiting', 'refused') RETURNING flow_id",
			as, e.Errcode, db.Clean(e.Advice), e.Corp, move).Scan(ctx, &flow)
		if db.NoRows(err) {
			return nil // erased meanwhile, or told before
		}
		if err != nil {
			return err
		}
		return s.live.Publish(ctx, tx, e.Corp, slug, flow.String())
	})
}

// marksTold puts into a move's line of the story what became of its tags, those named that
// the viewer may see: +A · −B.
func marksTold(m moveRow, hidden []string, values map[string]string) error {
	if m.Marks == "" {
		return nil
	}
	var set marking
	if err := json.Unmarshal([]byte(m.Tags), &set); err != nil {
		return err
	}
	var words []string
	for sign, marks := range map[string][]mark{"+": set.Add, "−": set.Remove} {
		for _, x := range marks {
			if !contains(hidden, x.ID) {
				words = append(words, sign+x.Name)
			}
		}
	}
	slices.Sort(words)
	if len(words) < len(set.Add)+len(set.Remove) {
		words = append(words, "…")
	}
	values["detail"] = "stage.marks." + m.Marks
	if set.Lost > 0 && m.Marks != marksLost {
		values["detail"] += ".some"
	}
	values["tags"], values["lost"] = strings.Join(words, " · "), strconv.Itoa(set.Lost)
	if m.Marks == marksRefused {
		values["advice"], values["adviceEn"] = corp.Advice(m.Errcode, m.Advice)
	}
	return nil
}

// markIDs are the tags that moves set.
func markIDs(rows []moveRow) []string {
	var ids []string
	for _, m := range rows {
		var set marking
		if m.Marks != "" && json.Unmarshal([]byte(m.Tags), &set) == nil {
			ids = append(append(ids, idsOf(set.Add)...), idsOf(set.Remove)...)
		}
	}
	return ids
}

// refusals are the placements whose tags WeCom refused with the last move that set some.
func refusals(ctx context.Context, q db.Querier, corpID string, rows []placement) (map[id.ID]*corp.Words, error) {
	found := map[id.ID]*corp.Words{}
	if len(rows) == 0 {
		return found, nil
	}
	places := make([]id.ID, len(rows))
	for i, p := range rows {
		places[i] = p.ID
	}
	var moves []moveRow
	err := q.NewSelect().Model(&moves).Where("m.placement_id IN (?) AND m.marks <> '' AND m.corp_id || '' = ?", bun.List(places), corpID).OrderExpr("m.at, m.id").Scan(ctx)
	for _, m := range moves {
		delete(found, m.Placement)
		if m.Marks == marksRefused {
			zh, en := corp.Advice(m.Errcode, m.Advice)
			found[m.Placement] = &corp.Words{ZH: zh, EN: en}
		}
	}
	return found, err
}
