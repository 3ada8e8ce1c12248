package mirror

import (
	"context"
	"slices"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/wecom"
)

// This file keeps platform tags (平台标签): tags that WeCom never hears of, for what its
// limits or its ownership rules do not allow. They are the one thing in the mirror that no
// re-sync could rebuild (ADR 0016): they lie beside WeCom's so that each list, filter,
// index and picker of tags has them too, and whatever comes from WeCom leaves them alone.

// ownPrefix begins the ids of platform tags and of their groups.
const ownPrefix = "own:"

// IsOwnTag tells whether an id is that of a platform tag, or of a group of them.
func IsOwnTag(tag string) bool { return strings.HasPrefix(tag, ownPrefix) }

// OwnTagID makes the id of a platform tag or group.
func OwnTagID(i id.ID) string { return ownPrefix + i.String() }

// onlyOwn is the part of a library that is ours, or WeCom's.
func onlyOwn(library []TagGroup, own bool) []TagGroup {
	return slices.DeleteFunc(slices.Clone(library), func(g TagGroup) bool { return g.Own() != own })
}

// ChangeOwnTags rewrites the groups of platform tags: change is given them as they are and
// gives them as they should be. Tags that are no longer there come off their customers.
func (m *Mirror) ChangeOwnTags(ctx context.Context, tx db.Tx, corp string, change func([]TagGroup) ([]TagGroup, error)) error {
	if _, err := lockLibrary(ctx, tx, corp, 0); err != nil {
		return err
	}
	all, err := TagLibrary(ctx, tx, corp)
	if err != nil {
		return err
	}
	known := onlyOwn(all, true)
	wanted := make([]TagGroup, len(known))
	for i, g := range known {
		g.Tags = slices.Clone(g.Tags)
		wanted[i] = g
	}
	if wanted, err = change(wanted); err != nil {
		return err
	}
	for i, g := range wanted {
		if !g.Own() || len(g.Tags) == 0 {
			return fault.New(fault.Invalid, "平台标签组中至少要有一个标签")
		}
		wanted[i].Corp = corp
		for k := range g.Tags {
			g.Tags[k].Corp, g.Tags[k].Group = corp, g.ID
		}
	}
	differs, err := m.replaceLibrary(ctx, tx, corp, known, wanted)
	if err != nil || differs == 0 {
		return err
	}
	return m.bus.Publish(ctx, tx, event.TagsChanged{Meta: event.Meta{Event: m.ids.New(), Corp: corp, At: m.clock.Now()}})
}

// ReadLibrary reads WeCom's library now and writes it together with what the caller adds.
// Whoever has changed the library at WeCom calls it: WeCom tells nothing about changes that
// come through its API. Another reading is asked for, in case an older one is on its way.
func (m *Mirror) ReadLibrary(ctx context.Context, corp string, then func(ctx context.Context, tx db.Tx) error) error {
	client, err := m.corps.Client(ctx, corp)
	if err != nil {
		return err
	}
	shown, err := m.shownLibrary(ctx, client, corp)
	if err != nil {
		return err
	}
	return m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := m.applyLibrary(ctx, tx, corp, shown); err != nil {
			return err
		}
		if err := m.askForTags(ctx, tx, corp); err != nil {
			return err
		}
		return then(ctx, tx)
	})
}

// callMark is mark_tag without the platform tags; without others WeCom is not asked.
func callMark(ctx context.Context, client *wecom.Client, member, customer string, add, remove []string) error {
	request := wecom.MarkTagRequest{
		UserID: member, ExternalUserID: customer,
		AddTags:    slices.DeleteFunc(slices.Clone(add), IsOwnTag),
		RemoveTags: slices.DeleteFunc(slices.Clone(remove), IsOwnTag),
	}
	if len(request.AddTags)+len(request.RemoveTags) == 0 {
		return nil
	}
	return client.MarkTag(ctx, request)
}

// Marking is a change of tags on one follow.
type Marking struct {
	Follow      id.ID
	Add, Remove []string
}

// CallMark makes one change at WeCom at once; RecordMarks writes it here. Batch acts use the
// two instead of MarkTags. Twice is harmless: tags are a set.
func (m *Mirror) CallMark(ctx context.Context, corp, member, customer string, add, remove []string) error {
	client, err := m.corps.Client(ctx, corp)
	if err != nil {
		return err
	}
	return callMark(ctx, client, member, customer, add, remove)
}

// RecordMarks writes changes that WeCom has taken. A follow that something else changed
// after since (unix ms, when the caller last looked) is read anew, because nobody knows
// which of the two WeCom took last. All of it is kept with its cause, in one statement.
func (m *Mirror) RecordMarks(ctx context.Context, tx db.Tx, corp string, since int64, marks []Marking, by Cause) error {
	ids := make([]id.ID, len(marks))
	for i, x := range marks {
		ids[i] = x.Follow
	}
	follows, err := FollowsByID(ctx, tx, corp, ids)
	if err != nil {
		return err
	}
	// All who lock several customers do so in the order of their names.
	slices.SortFunc(marks, func(a, b Marking) int { return strings.Compare(follows[a.Follow].Customer, follows[b.Follow].Customer) })
	var changes []MarkChange
	for _, x := range marks {
		f, ok := follows[x.Follow]
		if !ok {
			continue
		}
		// Locks the customer, and leaves one alone who was erased meanwhile.
		if _, err := tx.NewRaw("UPDATE mirror_customer SET updated_at = ? WHERE corp_id = ? AND id = ?", db.NowMS(m.clock), corp, f.CustomerID).Exec(ctx); err != nil {
			return err
		}
		again, err := FollowsByID(ctx, tx, corp, []id.ID{x.Follow})
		if err != nil {
			return err
		}
		if f, ok = again[x.Follow]; !ok {
			continue // erased meanwhile
		}
		differs, err := m.markRows(ctx, tx, f, x.Add, x.Remove)
		if err != nil {
			return err
		}
		changes = append(append(changes, differs.changes(f, db.NowMS(m.clock), Causes{"": by})...), x.already(f, differs, since, by)...)
		if f.UpdatedAt > since {
			if err := m.askForDetails(ctx, tx, refreshArgs{Customer: f.Customer}, corp); err != nil {
				return err
			}
		}
		if !differs.differs() {
			continue
		}
		f.UpdatedAt = db.NowMS(m.clock)
		if err := writeFollows(ctx, tx, []*Follow{&f}); err != nil {
			return err
		}
		meta := event.Meta{Event: m.ids.New(), Corp: f.Corp, At: m.clock.Now()}
		if err := m.bus.Publish(ctx, tx, event.CustomerChanged{Meta: meta, Member: f.Member, Customer: f.Customer}); err != nil {
			return err
		}
		if err := m.tellTagged(ctx, tx, f, differs.fresh); err != nil {
			return err
		}
		if err := m.tellPages(ctx, tx, corp, []id.ID{f.CustomerID}, []id.ID{f.ID}); err != nil {
			return err
		}
	}
	return m.keepMarks(ctx, tx, changes)
}

// already are the tags of a marking that were as it wants them.
func (x Marking) already(f Follow, differs marked, since int64, by Cause) []MarkChange {
	var all []MarkChange
	for _, want := range []struct {
		tags  []string
		moved []*tagRow
		added bool
	}{{x.Add, differs.fresh, true}, {x.Remove, differs.gone, false}} {
		for _, t := range want.tags {
			if !slices.ContainsFunc(want.moved, func(r *tagRow) bool { return r.Tag == t }) {
				all = append(all, MarkChange{Corp: f.Corp, Member: f.Member, Customer: f.Customer, Tag: t, Added: want.added, By: by, Since: since})
			}
		}
	}
	return all
}
