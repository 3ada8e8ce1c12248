package mirror

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/callback"
)

// groupArgs name a group to be read anew.
type groupArgs struct {
	Chat string `json:"chat"`
	// Version, when set, is the member_version that the answer should have.
	Version string `json:"version,omitempty"`
	// Tell: nobody told who came and went, so the reading does.
	Tell bool `json:"tell,omitempty"`
}

// groupReading says where a shown group comes from.
type groupReading struct {
	corp     string
	at       int64
	run      id.ID // the sync, 0 for a single group
	status   int   // from groupchat/list; -1 when not known
	quiet    bool
	people   bool // tell who came and went
	repaired bool
}

// refreshGroup reads one group (groupchat/get, doc 92122). Reading again does no harm.
func (m *Mirror) refreshGroup(ctx context.Context, j job.Job[groupArgs]) error {
	client, err := m.corps.Client(ctx, j.Corp)
	if err != nil {
		return outcome(err)
	}
	at := db.NowMS(m.clock)
	answer, err := client.GetGroupChat(ctx, j.Args.Chat, true)
	switch {
	case wecom.IsItem(err):
		return job.Cancel(err) // gone, or outside the app's range
	case err != nil:
		return outcome(err)
	}
	g := answer.GroupChat
	g.ChatID = j.Args.Chat
	if want := j.Args.Version; want != "" && db.Clean(g.MemberVersion) != want {
		// The answer lags, or is newer than the callback: only a later look can tell.
		if wait, ok := lagWait(j.Attempt); ok && j.Attempt < 3 {
			return job.RetryIn(wait, fmt.Errorf("mirror: WeCom shows another version of group %s", j.Args.Chat))
		}
	}
	return m.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := m.applyGroup(ctx, tx, groupReading{corp: j.Corp, at: at, status: -1, people: j.Args.Tell}, g); err != nil {
			return err
		}
		return j.Done(ctx, tx)
	})
}

// applyGroup writes a shown group with its people and tells what differs.
func (m *Mirror) applyGroup(ctx context.Context, tx db.Tx, r groupReading, s wecom.GroupChat) error {
	g, made, err := m.lockGroup(ctx, tx, r.corp, db.Clean(s.ChatID), r.at)
	if err != nil {
		return err
	}
	if g.DissolvedAt > 0 && g.ToldAt >= r.at-settleLag {
		return nil // the answer is older than the end
	}
	before := g
	g.Name, g.Notice, g.Version = db.Clean(s.Name), db.Clean(s.Notice), db.Clean(s.MemberVersion)
	if g.Owner, err = memberKey(ctx, tx, r.corp, s.Owner); err != nil {
		return err
	}
	if s.CreateTime > 0 && s.CreateTime < maxUnix {
		g.CreatedAt = s.CreateTime * 1000
	}
	if r.status >= 0 {
		g.Status = r.status
	}
	g.DissolvedAt, g.ReadAt = 0, r.at
	if r.run != 0 {
		g.SyncRun = r.run
	}
	came, went, err := m.applyGroupMembers(ctx, tx, &g, s.Members)
	if err != nil {
		return err
	}
	if err := m.writeGroup(ctx, tx, g); err != nil {
		return err
	}
	if g.Name != before.Name {
		if err := m.search.Put(ctx, tx, search.Document{Corp: g.Corp, Kind: "group", Ref: g.ID, Text: []string{g.Name}}); err != nil {
			return err
		}
	}
	if r.quiet {
		return nil
	}
	if made {
		return m.holdBackGroup(ctx, tx, g)
	}
	if before.blank() {
		return nil // the first look at a group whose callback was told
	}
	if err := m.tellGroupChanges(ctx, tx, r, before, g); err != nil || !r.people {
		return err
	}
	return m.tellPeople(ctx, tx, r, g.Chat, came, went)
}

func (r groupReading) meta(m *Mirror) event.Meta {
	return event.Meta{Event: m.ids.New(), Corp: r.corp, At: db.FromMS(r.at), Repaired: r.repaired}
}

func (m *Mirror) tellGroupChanges(ctx context.Context, tx db.Tx, r groupReading, before, now Group) error {
	for _, d := range []struct {
		differs bool
		detail  string
	}{
		{before.Owner != now.Owner, callback.DetailChangeOwner},
		{before.Name != now.Name, callback.DetailChangeName},
		{before.Notice != now.Notice, callback.DetailChangeNotice},
	} {
		if !d.differs {
			continue
		}
		if err := m.bus.Publish(ctx, tx, event.GroupChanged{Meta: r.meta(m), Group: now.Chat, Detail: d.detail}); err != nil {
			return err
		}
	}
	return nil
}

func (m *Mirror) tellPeople(ctx context.Context, tx db.Tx, r groupReading, chat string, came, went []GroupMember) error {
	for _, p := range came {
		if err := m.bus.Publish(ctx, tx, event.GroupMemberJoined{Meta: r.meta(m), Group: chat, Who: p.Who, External: p.External}); err != nil {
			return err
		}
	}
	for _, p := range went {
		if err := m.bus.Publish(ctx, tx, event.GroupMemberLeft{Meta: r.meta(m), Group: chat, Who: p.Who, External: p.External, JoinedAt: db.FromMS(p.JoinedAt)}); err != nil {
			return err
		}
	}
	return nil
}

// applyGroupMembers replaces the people of a group and says who came and who went.
func (m *Mirror) applyGroupMembers(ctx context.Context, tx db.Tx, g *Group, list []wecom.GroupChatMember) (came, went []GroupMember, err error) {
	known, err := GroupMembers(ctx, tx, g.Corp, g.ID)
	if err != nil {
		return nil, nil, err
	}
	before := make(map[string]GroupMember, len(known))
	for _, p := range known {
		before[p.Who] = p
	}
	var write []*GroupMember
	seen := make(map[string]bool, len(list))
	for _, s := range list {
		p := groupMember(*g, s)
		if seen[p.Who] || p.Who == "" {
			continue
		}
		seen[p.Who] = true
		old, ok := before[p.Who]
		if !ok {
			came = append(came, p)
		}
		if old != p {
			write = append(write, &p)
		}
		delete(before, p.Who)
	}
	gone := make([]string, 0, len(before))
	for who, p := range before {
		went = append(went, p)
		gone = append(gone, who)
	}
	slices.Sort(gone)
	if err := inBatches(gone, func(part []string) error {
		_, err := tx.NewRaw(`DELETE FROM mirror_group_member WHERE group_id = ? AND who IN (?)`, g.ID, bun.List(part)).Exec(ctx)
		return err
	}); err != nil {
		return nil, nil, err
	}
	if err := writeGroupMembers(ctx, tx, write); err != nil {
		return nil, nil, err
	}
	return came, went, countGroup(ctx, tx, g)
}

func groupMember(g Group, s wecom.GroupChatMember) GroupMember {
	p := GroupMember{
		Corp: g.Corp, Group: g.ID, Who: db.Clean(s.UserID), External: s.Type == wecom.GroupMemberOutside,
		Name: db.Clean(s.Name), UnionID: db.Clean(s.UnionID), JoinScene: s.JoinScene, State: db.Clean(s.State),
	}
	if s.Invitor != nil {
		p.Invitor = db.Clean(s.Invitor.UserID)
	}
	if p.Name == "" {
		p.Name = db.Clean(s.GroupNickname)
	}
	if s.JoinTime > 0 && s.JoinTime < maxUnix {
		p.JoinedAt = s.JoinTime * 1000
	}
	return p
}
