package stage

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// knowsPulls refuses tags and groups that do not exist, or that the viewer may not see; what
// the stage had before may stay when it is merely out of his sight.
func (s *service) knowsPulls(ctx context.Context, v viewer.Viewer, form FlowForm, before *Flow) error {
	var tags, groups []string
	for _, x := range form.Stages {
		tags, groups = append(tags, x.Pull.Tags...), append(groups, x.Pull.Groups...)
	}
	known, err := mirror.TagsByID(ctx, s.db.Read(), v.Corp, tags)
	if err != nil {
		return err
	}
	hidden, err := s.mirror.HiddenTags(ctx, v, tags)
	if err != nil {
		return err
	}
	chats, err := mirror.GroupsByChat(ctx, s.db.Read(), v.Corp, groups)
	if err != nil {
		return err
	}
	var check fault.Check
	for i, x := range form.Stages {
		at, old := "stages["+strconv.Itoa(i)+"].pull.", Pull{}
		if before != nil && x.ID != 0 {
			old = stageIn([]Flow{*before}, x.ID).Pull
		}
		for _, t := range x.Pull.Tags {
			_, there := known[t]
			check.That(there && (!contains(hidden, t) || contains(old.Tags, t)), at+"tags", "阶段「"+x.Name+"」自动移入的标签已不存在，请重新选择")
		}
		for _, g := range x.Pull.Groups {
			chat, there := chats[g]
			check.That(there && (v.Sees(chat.Owner) || contains(old.Groups, g)), at+"groups", "阶段「"+x.Name+"」自动移入的客户群不存在，或不在您的数据范围内")
		}
	}
	return check.Err()
}

// customerTagged lets tags that came onto a follow pull its places.
func (s *service) customerTagged(ctx context.Context, e event.CustomerTagged) error {
	return s.pull(ctx, e.Meta, e.Member, e.Customer, came{tags: e.Tags}, untouched(e.At))
}

// groupJoined lets a group that a customer joined pull all his places.
func (s *service) groupJoined(ctx context.Context, e event.GroupMemberJoined) error {
	if !e.External {
		return nil
	}
	return s.pull(ctx, e.Meta, "", e.Who, came{groups: []string{e.Group}}, untouched(e.At))
}

// untouched leaves out places that were moved after the news: the last who moves has his way,
// also when the news is heard late or twice. WeCom tells whole seconds.
func untouched(at time.Time) func(p placement) bool {
	return func(p placement) bool {
		return p.EnteredAt == p.JoinedAt || !at.Before(db.FromMS(p.EnteredAt).Truncate(time.Second))
	}
}

// bears lets what a customer has already pull him, once he has come in: his tags and groups
// may have come before his place did. It is a transaction of its own behind the one that made
// the place, so that at least one of the two, this and who hears of the tag, sees both.
// Twice is harmless: he is not pulled to where he stands, and not when he was moved since.
func (s *service) bears(ctx context.Context, e event.CustomerAdded, follow id.ID) error {
	all, err := flows(ctx, s.db.Read(), e.Corp, false)
	if err != nil || !slices.ContainsFunc(all, Flow.pulls) {
		return err
	}
	rows, err := placements(ctx, s.db.Read(), e.Corp, e.Member, e.Customer)
	fresh := func(p placement) bool { return p.JoinedAt == db.MS(e.At) && p.EnteredAt == p.JoinedAt }
	if err != nil || !slices.ContainsFunc(rows, fresh) {
		return err
	}
	tags, err := mirror.TagsOfFollows(ctx, s.db.Read(), e.Corp, []id.ID{follow})
	if err != nil {
		return err
	}
	groups, err := mirror.GroupsWith(ctx, s.db.Read(), e.Corp, e.Customer)
	if err != nil {
		return err
	}
	var c came
	for _, t := range tags[follow] {
		c.tags = append(c.tags, t.ID)
	}
	for _, g := range groups {
		c.groups = append(c.groups, g.Chat)
	}
	return s.pullIn(ctx, all, e.Meta, e.Member, e.Customer, c, fresh)
}

// pull moves a customer's places to where what came to him pulls them: those of one member,
// of all with an empty one. Twice is harmless, because it goes forward only.
func (s *service) pull(ctx context.Context, m event.Meta, member, customer string, c came, which func(p placement) bool) error {
	all, err := flows(ctx, s.db.Read(), m.Corp, false)
	if err != nil {
		return err
	}
	return s.pullIn(ctx, all, m, member, customer, c, which)
}

func (s *service) pullIn(ctx context.Context, all []Flow, m event.Meta, member, customer string, c came, which func(p placement) bool) (err error) {
	if !slices.ContainsFunc(all, func(f Flow) bool { return f.asks(c) }) {
		return nil
	}
	// A tag and a group, or a tag and the add, are heard at the same time: who finds that the
	// other has just moved a place looks again.
	for range looks {
		if err = s.pullAll(ctx, all, m, member, customer, c, which); fault.CodeOf(err) != fault.Conflict {
			return err
		}
	}
	return err
}

// looks is how often a listener looks again by itself, before its job does.
const looks = 3

func (s *service) pullAll(ctx context.Context, all []Flow, m event.Meta, member, customer string, c came, which func(p placement) bool) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		var rows []placement
		query := tx.NewSelect().Model(&rows).Where("p.corp_id = ? AND p.customer = ? AND p.gone_at = 0", m.Corp, customer).OrderExpr("p.id")
		if member != "" {
			query = query.Where("p.member_id = ?", member)
		}
		if err := query.Scan(ctx); err != nil || len(rows) == 0 {
			return err
		}
		r, err := s.reckoning(ctx, tx, m.Corp)
		if err != nil {
			return err
		}
		for _, p := range rows {
			i := slices.IndexFunc(all, func(f Flow) bool { return f.ID == p.Flow })
			if i < 0 || !which(p) {
				continue
			}
			if err := s.pullOne(ctx, tx, r, all[i], p, c, m.At); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *service) pullOne(ctx context.Context, tx db.Tx, r reckoning, f Flow, p placement, c came, at time.Time) error {
	to, why, cause, ok := f.pulled(p.Stage, c)
	if !ok {
		return nil
	}
	serves, err := s.serves(ctx, tx, f, p.Member)
	if err != nil || !serves {
		return err
	}
	if entered := db.FromMS(p.EnteredAt); at.Before(entered) {
		at = entered // the history keeps its order
	}
	return s.shift(ctx, tx, r, f, to, p, step{why: why, cause: cause, at: at})
}

// causes names what pulled customers, for who may see it: by tag or chat_id.
func (s *service) causes(ctx context.Context, v viewer.Viewer, rows []moveRow) (map[string]string, error) {
	var tags, groups []string
	for _, m := range rows {
		switch m.Why {
		case byTag:
			tags = append(tags, m.Cause)
		case byGroup:
			groups = append(groups, m.Cause)
		}
	}
	names := map[string]string{}
	if len(tags)+len(groups) == 0 {
		return names, nil
	}
	known, err := mirror.TagsByID(ctx, s.db.Read(), v.Corp, tags)
	if err != nil {
		return nil, err
	}
	hidden, err := s.mirror.HiddenTags(ctx, v, tags)
	if err != nil {
		return nil, err
	}
	for _, t := range tags {
		if !contains(hidden, t) {
			names[t] = known[t].Name
		}
	}
	chats, err := mirror.GroupsByChat(ctx, s.db.Read(), v.Corp, groups)
	for chat, g := range chats {
		if v.Sees(g.Owner) {
			names[chat] = g.Name
		}
	}
	return names, err
}
