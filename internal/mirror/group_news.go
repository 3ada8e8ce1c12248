package mirror

import (
	"context"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/callback"
)

// This file hears change_external_chat (doc 92130). A callback about members carries the
// list of those who came or went and two versions: it is applied when the group here has
// the version before it, and otherwise the group is read anew. Who came and went is told
// by the callbacks alone, each once; a reading tells it only after callbacks were missed
// (refreshGroup).

func (m *Mirror) groupCreated(ctx context.Context, tx db.Tx, in Inbox, e *callback.CreateExternalChat) error {
	g, _, err := m.lockGroup(ctx, tx, in.Corp, db.Clean(e.ChatID), in.ToldAt)
	if err != nil {
		return err
	}
	if g.DissolvedAt == 0 {
		g.ToldAt = max(g.ToldAt, in.ToldAt)
		if err := m.writeGroup(ctx, tx, g); err != nil {
			return err
		}
		if err := m.askForGroup(ctx, tx, in.Corp, groupArgs{Chat: g.Chat}); err != nil {
			return err
		}
	}
	return m.bus.Publish(ctx, tx, event.GroupCreated{Meta: in.meta(0), Group: g.Chat})
}

func (m *Mirror) groupDismissed(ctx context.Context, tx db.Tx, in Inbox, e *callback.DismissExternalChat) error {
	g, _, err := m.lockGroup(ctx, tx, in.Corp, db.Clean(e.ChatID), in.ToldAt)
	if err != nil {
		return err
	}
	if g.DissolvedAt == 0 {
		g.DissolvedAt = in.ToldAt
	}
	g.ToldAt = max(g.ToldAt, in.ToldAt)
	if err := m.writeGroup(ctx, tx, g); err != nil {
		return err
	}
	return m.bus.Publish(ctx, tx, event.GroupDissolved{Meta: in.meta(0), Group: g.Chat})
}

func (m *Mirror) groupUpdated(ctx context.Context, tx db.Tx, in Inbox, e *callback.UpdateExternalChat) error {
	g, _, err := m.lockGroup(ctx, tx, in.Corp, db.Clean(e.ChatID), in.ToldAt)
	if err != nil {
		return err
	}
	g.ToldAt = max(g.ToldAt, in.ToldAt)
	joined, left := e.UpdateDetail == callback.DetailAddMember, e.UpdateDetail == callback.DetailDelMember
	ask := groupArgs{Chat: g.Chat, Version: db.Clean(e.CurMemVer)}
	inOrder := false
	switch {
	case (joined || left) && len(e.MemChangeList) > 0:
		if err := m.tellGroupMembers(ctx, tx, in, g, e); err != nil {
			return err
		}
		inOrder = g.DissolvedAt == 0 && e.LastMemVer != "" && e.CurMemVer != "" && g.Version == db.Clean(e.LastMemVer)
		if inOrder {
			if err := changeGroupMembers(ctx, tx, in, &g, e); err != nil {
				return err
			}
		}
	case joined || left:
		ask.Tell = true // the callback does not say who: the reading finds out
	}
	if err := m.writeGroup(ctx, tx, g); err != nil {
		return err
	}
	if g.DissolvedAt > 0 || (inOrder && left) {
		return nil
	}
	// Names of those who came, and what of name, owner or notice changed, only a reading tells.
	return m.askForGroup(ctx, tx, in.Corp, ask)
}

// tellGroupMembers tells one piece of news for each person in the list.
func (m *Mirror) tellGroupMembers(ctx context.Context, tx db.Tx, in Inbox, g Group, e *callback.UpdateExternalChat) error {
	people := cleanAll(e.MemChangeList)
	outside, err := outsiders(ctx, tx, in.Corp, people)
	if err != nil {
		return err
	}
	since, err := joinedSince(ctx, tx, g, people)
	if err != nil {
		return err
	}
	for i, who := range people {
		var news event.Event = event.GroupMemberJoined{Meta: in.meta(i), Group: g.Chat, Who: who, External: outside[who]}
		if e.UpdateDetail == callback.DetailDelMember {
			news = event.GroupMemberLeft{
				Meta: in.meta(i), Group: g.Chat, Who: who, External: outside[who], JoinedAt: since[who],
				Removed: e.QuitScene != nil && *e.QuitScene == callback.QuitSceneRemoved,
			}
		}
		if err := m.bus.Publish(ctx, tx, news); err != nil {
			return err
		}
	}
	return nil
}

// joinedSince is since when people are in a group, of those whom the mirror knows there.
func joinedSince(ctx context.Context, tx db.Tx, g Group, people []string) (map[string]time.Time, error) {
	var rows []GroupMember
	if len(people) == 0 {
		return nil, nil
	}
	err := tx.NewRaw(`SELECT who, joined_at FROM mirror_group_member WHERE group_id = ? AND who IN (?) AND joined_at > 0`, g.ID, bun.List(people)).Scan(ctx, &rows)
	since := make(map[string]time.Time, len(rows))
	for _, r := range rows {
		since[r.Who] = db.FromMS(r.JoinedAt)
	}
	return since, err
}

// changeGroupMembers applies the list of a callback that fits the version held.
func changeGroupMembers(ctx context.Context, tx db.Tx, in Inbox, g *Group, e *callback.UpdateExternalChat) error {
	people := cleanAll(e.MemChangeList)
	if e.UpdateDetail == callback.DetailDelMember {
		if _, err := tx.NewRaw(`DELETE FROM mirror_group_member WHERE group_id = ? AND who IN (?)`, g.ID, bun.List(people)).Exec(ctx); err != nil {
			return err
		}
	} else {
		outside, err := outsiders(ctx, tx, in.Corp, people)
		if err != nil {
			return err
		}
		rows := make([]*GroupMember, len(people))
		for i, who := range people {
			rows[i] = &GroupMember{Corp: in.Corp, Group: g.ID, Who: who, External: outside[who], JoinScene: joinScene(e.JoinScene), JoinedAt: in.ToldAt}
		}
		if err := writeGroupMembers(ctx, tx, rows); err != nil {
			return err
		}
	}
	g.Version = db.Clean(e.CurMemVer)
	return countGroup(ctx, tx, g)
}

// joinScene puts the callback's number into that of groupchat/get, which differ.
func joinScene(of *int) int {
	switch {
	case of == nil:
		return 0
	case *of == callback.JoinSceneQRCode:
		return wecom.JoinByQRCode
	default:
		return wecom.JoinInvited
	}
}

// outsiders tells who of the people is no member: an external_userid begins with wm
// (WeChat) or wo (WeCom), as a userid may by chance.
func outsiders(ctx context.Context, tx db.Tx, corp string, people []string) (map[string]bool, error) {
	members, err := MembersByID(ctx, tx, corp, people)
	outside := make(map[string]bool, len(people))
	for _, who := range people {
		_, internal := members[who]
		outside[who] = !internal && (strings.HasPrefix(who, "wm") || strings.HasPrefix(who, "wo"))
	}
	return outside, err
}

func cleanAll(list []string) []string {
	out := make([]string, 0, len(list))
	seen := make(map[string]bool, len(list))
	for _, s := range list {
		if s = db.Clean(s); s != "" && !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// askForGroup queues a reading of the group. One that waits already serves both, unless
// it is to tell what it finds.
func (m *Mirror) askForGroup(ctx context.Context, tx db.Tx, corp string, a groupArgs) error {
	unique := a.Chat + "/" + a.Version
	if a.Tell {
		unique += "/tell"
	}
	_, err := m.jobs.Insert(ctx, tx, job.Insert{
		Kind: kindRefreshGroup, Corp: corp, Args: a,
		Key: "refresh-group/" + a.Chat, Unique: unique, UniqueFor: job.HoldWaiting,
	})
	return err
}
