package mirror_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

const groupPath = "/cgi-bin/externalcontact/groupchat/get"

func (h *house) group(chat string) mirror.Group {
	h.t.Helper()
	g, err := mirror.GroupByChat(context.Background(), h.db.Read(), h.corp, chat)
	h.check(err)
	return g
}

func TestGroupVersions(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		members, people := h.members(), h.people()
		h.sync(mirror.ScopeContacts)
		made, err := h.sim.CreateGroup(wecomsim.CreateGroup{Owner: members[0], Name: "茶友群", People: people[:1]})
		h.check(err)
		h.happen()
		if created := heard[event.GroupCreated](h); len(created) != 1 || created[0].Group != made.ChatID || created[0].Repaired {
			t.Errorf("created = %+v", created)
		}
		g := h.group(made.ChatID)
		if g.Name != "茶友群" || g.Members != 2 || g.Customers != 1 || g.Version == "" {
			t.Errorf("group = %+v", g)
		}

		// A callback that fits the version is applied without asking WeCom.
		h.pass(time.Minute)
		h.check2(h.sim.JoinGroup(wecomsim.JoinGroup{Group: made.ChatID, Person: people[1]}))
		h.check2(h.sim.LeaveGroup(wecomsim.LeaveGroup{Group: made.ChatID, Person: people[0], Removed: true}))
		calls := h.sim.Counters()[groupPath].Calls
		callbacks := h.told()
		h.deliver(callbacks...)
		h.settle()
		joined, left := heard[event.GroupMemberJoined](h), heard[event.GroupMemberLeft](h)
		if len(joined) != 1 || !joined[0].External || len(left) != 1 || !left[0].Removed || !left[0].External {
			t.Errorf("joined %+v, left %+v", joined, left)
		}
		g = h.group(made.ChatID)
		if g.Members != 2 || g.Customers != 1 {
			t.Errorf("group = %+v", g)
		}
		if n := h.sim.Counters()[groupPath].Calls - calls; n > 1 {
			t.Errorf("%d readings for two callbacks that fit", n)
		}

		// One that came twice or too late changes nothing; one that does not fit causes a reading.
		h.deliver(callbacks[1], callbacks[0])
		h.settle()
		h.pass(time.Minute)
		h.check2(h.sim.JoinGroup(wecomsim.JoinGroup{Group: made.ChatID, Person: people[2]}))
		h.check2(h.sim.JoinGroup(wecomsim.JoinGroup{Group: made.ChatID, Person: people[3]}))
		h.deliver(h.told()[1])
		h.quiet()
		if g = h.group(made.ChatID); g.Members != 4 {
			t.Errorf("after a lost callback: %+v", g)
		}
		if joined = heard[event.GroupMemberJoined](h); len(joined) != 1 {
			t.Errorf("joined = %+v, want only the one that was told", joined)
		}
		h.equalWorldOf("group ")

		name := "新名字"
		h.check2(h.sim.RenameGroup(wecomsim.RenameGroup{Group: made.ChatID, Name: &name}))
		h.happen()
		if changed := heard[event.GroupChanged](h); len(changed) != 1 || changed[0].Detail != "change_name" || h.group(made.ChatID).Name != name {
			t.Errorf("changed = %+v", changed)
		}

		h.pass(time.Minute)
		h.check2(h.sim.DismissGroup(wecomsim.DismissGroup{Group: made.ChatID}))
		h.happen()
		if gone := heard[event.GroupDissolved](h); len(gone) != 1 || h.group(made.ChatID).DissolvedAt != h.clock.Now().UnixMilli() {
			t.Errorf("dissolved = %+v, group %+v", gone, h.group(made.ChatID))
		}
		h.deliver(callbacks...)
		h.quiet()
		if g = h.group(made.ChatID); g.DissolvedAt == 0 || g.Members != 4 {
			t.Errorf("a late callback brought a dissolved group back: %+v", g)
		}
	})
}

func TestGroupsAreRepaired(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		members, people := h.members(), h.people()
		stays, err := h.sim.CreateGroup(wecomsim.CreateGroup{Owner: members[0], Name: "留", People: people[:1]})
		h.check(err)
		goes, err := h.sim.CreateGroup(wecomsim.CreateGroup{Owner: members[1], Name: "散", People: people[:1]})
		h.check(err)
		h.sync(mirror.ScopeFull)
		h.told()
		h.pass(time.Hour)
		h.check2(h.sim.JoinGroup(wecomsim.JoinGroup{Group: stays.ChatID, Person: people[1]}))
		h.check2(h.sim.DismissGroup(wecomsim.DismissGroup{Group: goes.ChatID}))
		comes, err := h.sim.CreateGroup(wecomsim.CreateGroup{Owner: members[2], Name: "新", People: people[:2]})
		h.check(err)
		h.told() // lost on the way
		h.pass(time.Hour)
		h.sync(mirror.ScopeGroups)
		h.pass(time.Minute)
		h.settle()
		h.equalWorldOf("group ")
		joined, created, gone := heard[event.GroupMemberJoined](h), heard[event.GroupCreated](h), heard[event.GroupDissolved](h)
		if len(joined) != 1 || !joined[0].Repaired || joined[0].Group != stays.ChatID {
			t.Errorf("joined = %+v", joined)
		}
		if len(created) != 1 || !created[0].Repaired || created[0].Group != comes.ChatID {
			t.Errorf("created = %+v", created)
		}
		if len(gone) != 1 || !gone[0].Repaired || gone[0].Group != goes.ChatID {
			t.Errorf("dissolved = %+v", gone)
		}
	})
}

func TestMembersComeMoveAndLeave(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		var mu sync.Mutex
		var placed []string
		h.mirror.WatchPlacesBy(func(_ context.Context, tx db.Tx, _ string, before, now mirror.Placed) error {
			if before.Here != now.Here || !slices.Equal(before.Departments, now.Departments) {
				tx.AfterCommit(func() {
					mu.Lock()
					defer mu.Unlock()
					placed = append(placed, fmt.Sprintf("%s %v %v %v %v", now.Member, before.Here, before.Departments, now.Here, now.Departments))
				})
			}
			return nil
		})
		var reshaped []string
		h.mirror.WatchTreeBy(func(ctx context.Context, tx db.Tx, corp string, going []int64) (func() error, error) {
			before, err := mirror.Departments(ctx, tx, corp)
			return func() error {
				now, err := mirror.Departments(ctx, tx, corp)
				tx.AfterCommit(func() {
					mu.Lock()
					defer mu.Unlock()
					reshaped = append(reshaped, fmt.Sprint(len(now)-len(before), len(going)))
				})
				return err
			}, err
		})
		h.sync(mirror.ScopeFull) // the first look, of which nobody is told
		h.pass(time.Minute)
		name := "新部门"
		department, err := h.sim.ChangeDepartment(wecomsim.ChangeDepartment{Action: "create", Name: &name})
		h.check(err)
		h.happen()
		h.pass(time.Minute)
		h.check2(h.sim.ChangeDepartment(wecomsim.ChangeDepartment{Action: "delete", ID: department.ID}))
		h.happen()
		h.pass(time.Minute)
		who := h.members()[0]
		title := "店长"
		h.check2(h.sim.ChangeMember(wecomsim.ChangeMember{Member: who, Position: &title}))
		h.happen()
		if changed := heard[event.MemberChanged](h); len(changed) != 1 || changed[0].Member != who {
			t.Errorf("changed = %+v", changed)
		}
		h.check2(h.sim.JoinMember(wecomsim.JoinMember{UserID: "NewOne", Name: "新人", Departments: []int{2}}))
		h.happen()
		h.pass(time.Minute)
		h.settle()
		if joined := heard[event.MemberJoined](h); len(joined) != 1 || joined[0].Member != "NewOne" {
			t.Errorf("joined = %+v", joined)
		}
		h.pass(time.Minute)
		h.check2(h.sim.Resign(wecomsim.Resign{Member: "NewOne"}))
		callbacks := h.told()
		h.deliver(callbacks...)
		h.deliver(callbacks...)
		h.quiet()
		left := heard[event.MemberLeft](h)
		m, err := mirror.MemberByID(context.Background(), h.db.Read(), h.corp, "newone")
		if err != nil || len(left) != 1 || m.LeftAt == 0 || m.CanServe() || m.ID != "NewOne" {
			t.Errorf("left = %+v, member %+v, %v", left, m, err)
		}
		mu.Lock()
		defer mu.Unlock()
		if want := []string{"NewOne false [] true [2]", "NewOne true [2] false [2]"}; !slices.Equal(placed, want) {
			t.Errorf("told in the transactions: %q", placed)
		}
		if want := []string{"1 0", "-1 1"}; !slices.Equal(reshaped, want) {
			t.Errorf("told of the tree in the transactions: %q", reshaped)
		}
		h.equalWorldOf("member ", "department ")
	})
}

// TestAnotherUserID: a member whose userid changes keeps everything; callbacks under the old
// userid that come late, and work that waited for him, are about the new one.
func TestAnotherUserID(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		who, person, late := h.members()[0], h.people()[0], h.people()[1]
		r, err := h.sim.Add(wecomsim.Add{Person: person, Member: who})
		h.check(err)
		h.check2(h.sim.CreateGroup(wecomsim.CreateGroup{Owner: who, Name: "群", People: []string{person}}))
		h.sync(mirror.ScopeFull)
		h.told()
		h.pass(time.Minute)
		h.check2(h.sim.Add(wecomsim.Add{Person: late, Member: who}))
		behind := h.told()
		h.pass(time.Minute)
		h.check2(h.sim.ChangeUserID(wecomsim.ChangeUserID{Member: who, UserID: "BrandNew"}))
		h.deliver(h.told()...)
		h.settle()
		h.tx(func(ctx context.Context, tx db.Tx) error {
			return h.mirror.Remark(ctx, tx, h.corp, who, r.ExternalUserID, "老客户", mirror.Cause{How: "test"})
		})
		h.deliver(behind...)
		h.quiet()
		changed := heard[event.MemberChanged](h)
		if len(changed) == 0 || changed[0].WasMember != who || changed[0].Member != "BrandNew" {
			t.Errorf("changed = %+v", changed)
		}
		if added := heard[event.CustomerAdded](h); len(added) != 1 || added[0].Member != "BrandNew" {
			t.Errorf("added = %+v", added)
		}
		h.sync(mirror.ScopeFull)
		h.quiet()
		h.equalWorld()
		if f := h.follow("BrandNew", r.ExternalUserID); f.Remark != "老客户" {
			t.Errorf("follow = %+v", f)
		}
		if lost, left, joined := heard[event.CustomerLost](h), heard[event.MemberLeft](h), heard[event.MemberJoined](h); len(lost)+len(left)+len(joined) > 0 {
			t.Errorf("told of %+v %+v %+v", lost, left, joined)
		}
		if n := h.count(`SELECT count(*) FROM mirror_member WHERE id = ?`, who); n != 0 {
			t.Errorf("%d rows under the old id", n)
		}
	})
}

func TestTagLibrary(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		h.sync(mirror.ScopeFull)
		heard[event.TagsChanged](h)
		member, person := h.members()[0], h.people()[0]
		made, err := h.sim.ChangeTag(wecomsim.ChangeTag{Action: wecomsim.TagCreate, GroupName: "渠道", Name: "展会"})
		h.check(err)
		r, err := h.sim.Add(wecomsim.Add{Person: person, Member: member})
		h.check(err)
		tags := []string{made.Tag}
		h.check2(h.sim.EditFollow(wecomsim.EditFollow{Person: person, Member: member, Tags: &tags}))
		h.happen()
		if changed := heard[event.TagsChanged](h); len(changed) != 1 {
			t.Errorf("changed = %+v", changed)
		}
		f := h.follow(member, r.ExternalUserID)
		if n := h.count(`SELECT count(*) FROM mirror_follow_tag WHERE follow_id = ? AND tag_id = ? AND kind = 1`, f.ID, made.Tag); n != 1 {
			t.Errorf("the tag is on %d follows", n)
		}
		// Deleting a group is one callback, and takes its tags with it, from follows too.
		h.check2(h.sim.ChangeTag(wecomsim.ChangeTag{Action: wecomsim.TagDelete, Group: made.Group}))
		h.happen()
		if n := h.count(`SELECT count(*) FROM mirror_follow_tag WHERE tag_id = ?`, made.Tag); n != 0 {
			t.Errorf("the deleted tag is still on %d follows", n)
		}
		h.equalWorldOf("tag ")
	})
}
