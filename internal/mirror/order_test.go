package mirror_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// TestOrderDoesNotMatter lets people act at random, delivers the callbacks once in order
// and once shuffled and repeated, and wants the same mirror both times, which is also
// what the simulated world is.
func TestOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) {
				v := &visit{TB: t}
				defer v.leave()
				inOrder := newHouse(v, dbtest.Open(v, e, sets(e)...), small())
				mixed := newHouse(v, dbtest.Open(v, e, sets(e)...), small())
				synced := rapid.Bool().Draw(rt, "synced before")
				for _, h := range []*house{inOrder, mixed} {
					if synced {
						h.sync(mirror.ScopeFull)
					}
				}
				n := rapid.IntRange(1, 14).Draw(rt, "acts")
				log := ""
				for i := range n {
					act := drawAct(rt, i)
					log += fmt.Sprintf("%+v\n", act)
					for _, h := range []*house{inOrder, mixed} {
						act.play(h)
						h.pass(act.wait)
					}
				}
				told := inOrder.told()
				if same := mixed.told(); cmp.Diff(told, same) != "" {
					rt.Fatalf("the two worlds tell different things: %s", cmp.Diff(told, same))
				}
				inOrder.deliver(told...)
				mixed.cut(rapid.SampledFrom([]int{0, 0, 1, 4}).Draw(rt, "calls that break off"))
				order := rapid.Permutation(append(told, drawSome(rt, told)...)).Draw(rt, "order")
				for len(order) > 0 { // some are translated before others arrive
					n := rapid.IntRange(1, len(order)).Draw(rt, "at once")
					mixed.deliver(order[:n]...)
					mixed.settle()
					order = order[n:]
				}
				inOrder.quiet()
				mixed.quiet()
				ours := drawWrites(rt)
				for _, h := range []*house{inOrder, mixed} {
					for _, a := range ours {
						h.write(a)
					}
				}
				if diff := cmp.Diff(inOrder.world(), inOrder.mirroredHeard(synced)); diff != "" {
					rt.Fatalf("acts:\n%sin order, the mirror differs from the world (-world +mirror):\n%s", log, diff)
				}
				if diff := cmp.Diff(inOrder.mirroredHeard(synced), mixed.mirroredHeard(synced)); diff != "" {
					rt.Fatalf("acts:\n%sthe order matters (-in order +mixed):\n%s", log, diff)
				}
				if diff := cmp.Diff(inOrder.pairs(), mixed.pairs()); diff != "" {
					rt.Fatalf("acts:\n%sthe order matters for follows (-in order +mixed):\n%s", log, diff)
				}
				if diff := cmp.Diff(inOrder.newsCount(), mixed.newsCount()); diff != "" {
					rt.Fatalf("acts:\n%sthe order changes what is told (-in order +mixed):\n%s", log, diff)
				}
			})
		})
	}
}

// act is something that people do.
type act struct {
	what           string
	member, person int
	wait           time.Duration
	text           string
}

func drawAct(rt *rapid.T, i int) act {
	return act{
		what: rapid.SampledFrom([]string{
			"add", "add", "add", "lose", "delete", "edit",
			"found", "join", "join", "leave", "rename", "dismiss", "tag", "untag", "title", "assign", "agree", "agree", "refuse",
			"resign",
		}).Draw(rt, "what"),
		member: rapid.IntRange(0, 1).Draw(rt, "member"),
		person: rapid.IntRange(0, 1).Draw(rt, "person"),
		// Often several things happen within one second.
		wait: rapid.SampledFrom([]time.Duration{0, 0, 300 * time.Millisecond, time.Second, time.Minute}).Draw(rt, "wait"),
		text: fmt.Sprint("n", i),
	}
}

func drawSome(rt *rapid.T, list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return rapid.SliceOfN(rapid.SampledFrom(list), 0, 6).Draw(rt, "repeated")
}

// play does it, if it is possible just now.
func (a act) play(h *house) {
	member, person := h.members()[a.member], h.people()[a.person]
	var group string
	able := h.members()
	h.sim.Inspect(func(w *wecomsim.World) {
		for chat, g := range w.Corp(h.corp).Groups {
			// What happens in a group whose owner has left an app is not told, for he is in no range.
			if !g.Dismissed && slices.Contains(able, g.Owner) && chat > group {
				group = chat
			}
		}
	})
	var tags []string
	h.sim.Inspect(func(w *wecomsim.World) {
		for _, g := range w.Corp(h.corp).TagGroups {
			for _, t := range g.Tags {
				if !t.Deleted && !g.Deleted {
					tags = append(tags, t.ID)
				}
			}
		}
	})
	// What is not possible just now is refused by the simulator, which is no matter.
	switch a.what {
	case "add":
		_, _ = h.sim.Add(wecomsim.Add{Person: person, Member: member})
	case "lose", "delete":
		// Both sides ending within one second, with a beginning in between or not, nobody can
		// put in order: WeCom's times have no finer grain.
		pair := member + " " + person
		if last, ok := h.ended[pair]; ok && last.what != a.what && last.at == h.sim.Clock().Now().Unix() {
			return
		}
		h.ended[pair] = ending{a.what, h.sim.Clock().Now().Unix()}
		if a.what == "delete" {
			_, _ = h.sim.DeleteCustomer(wecomsim.Pair{Person: person, Member: member})
			return
		}
		_, _ = h.sim.DeleteMember(wecomsim.Pair{Person: person, Member: member})
	case "edit":
		personal := []string{"自定" + a.text}
		in := wecomsim.EditFollow{Person: person, Member: member, Remark: &a.text, PersonalTags: &personal}
		if len(tags) > 0 {
			some := tags[:1+a.member%len(tags)]
			in.Tags = &some
		}
		_, _ = h.sim.EditFollow(in)
	case "assign":
		_, _ = h.sim.AssignCustomer(wecomsim.AssignCustomer{Person: person, Handover: member, Takeover: h.members()[1-a.member]})
	case "agree":
		_, _ = h.sim.AcceptTransfer(wecomsim.AcceptTransfer{Person: person})
	case "refuse":
		_, _ = h.sim.RefuseTransfer(wecomsim.RefuseTransfer{Person: person})
	case "resign":
		if len(h.members()) > 2 { // the other acts need two
			_, _ = h.sim.Resign(wecomsim.Resign{Member: member})
		}
	case "found":
		_, _ = h.sim.CreateGroup(wecomsim.CreateGroup{Owner: member, Name: a.text, People: []string{person}})
	case "join":
		_, _ = h.sim.JoinGroup(wecomsim.JoinGroup{Group: group, Person: person})
	case "leave":
		_, _ = h.sim.LeaveGroup(wecomsim.LeaveGroup{Group: group, Person: person})
	case "rename":
		_, _ = h.sim.RenameGroup(wecomsim.RenameGroup{Group: group, Name: &a.text})
	case "dismiss":
		_, _ = h.sim.DismissGroup(wecomsim.DismissGroup{Group: group})
	case "tag":
		_, _ = h.sim.ChangeTag(wecomsim.ChangeTag{Action: wecomsim.TagCreate, GroupName: "组" + a.text, Name: "签" + a.text})
	case "untag":
		if len(tags) > 0 {
			_, _ = h.sim.ChangeTag(wecomsim.ChangeTag{Action: wecomsim.TagDelete, Tag: tags[0]})
		}
	case "title":
		_, _ = h.sim.ChangeMember(wecomsim.ChangeMember{Member: member, Position: &a.text})
	}
}

// drawWrites are acts of ours. They come after the callbacks: what we write to somebody of
// whom no callback has told yet is a discovery, which is told as such.
func drawWrites(rt *rapid.T) []act {
	return rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) act {
		return act{
			what:   rapid.SampledFrom([]string{"remark", "mark"}).Draw(rt, "write"),
			member: rapid.IntRange(0, 1).Draw(rt, "member"), person: rapid.IntRange(0, 1).Draw(rt, "person"),
			text: rapid.SampledFrom([]string{"一", "二"}).Draw(rt, "text"),
		}
	}), 0, 3).Draw(rt, "ours")
}

// write is an act of ours: a remark or a tag goes to WeCom. Where they are no friends it
// comes to nothing.
func (h *house) write(a act) {
	member, person := h.members()[a.member], h.people()[a.person]
	var external string
	var tags []string
	h.sim.Inspect(func(w *wecomsim.World) {
		for _, g := range w.Corp(h.corp).TagGroups {
			for _, t := range g.Tags {
				if !t.Deleted && !g.Deleted {
					tags = append(tags, t.ID)
				}
			}
		}
		for _, c := range w.Corp(h.corp).Customers {
			if c.Person == person {
				external = c.ExternalUserID
			}
		}
	})
	if external == "" || a.what == "mark" && len(tags) == 0 {
		return
	}
	h.tx(func(ctx context.Context, tx db.Tx) error {
		if a.what == "remark" {
			return h.mirror.Remark(ctx, tx, h.corp, member, external, "我们"+a.text, mirror.Cause{How: "test"})
		}
		return h.mirror.MarkTags(ctx, tx, h.corp, member, external, tags[:1], nil, nil)
	})
	h.settle()
}

// cut lets the next calls to WeCom break off.
func (h *house) cut(calls int) {
	var n atomic.Int64
	h.interrupt.Store(func(*http.Request) bool { return n.Add(1) <= int64(calls) })
}

// mirroredHeard is what the mirror shows of what it can know.
func (h *house) mirroredHeard(synced bool) map[string]string {
	facts, world := h.mirrored(), h.world()
	for key, fact := range facts {
		// Where both sides ended it the world has forgotten; here the first end counts.
		if pair, ok := strings.CutPrefix(key, "follow "); ok && world[key] == "" && strings.HasPrefix(fact, fmt.Sprint(mirror.Lost)) {
			delete(facts, key)
			delete(facts, "details "+pair)
		}
	}
	if synced {
		return facts
	}
	// Without a sync only what callbacks touched is known; the rest is taken as right.
	for key, fact := range world {
		if _, ok := facts[key]; !ok && h.untouched(key) {
			facts[key] = fact
		}
	}
	return facts
}

// untouched tells whether no callback can have brought the fact.
func (h *house) untouched(key string) bool {
	var what, who string
	_, _ = fmt.Sscan(key, &what, &who)
	switch what {
	case "member":
		return h.count(`SELECT count(*) FROM mirror_inbox WHERE subject = ?`, "contacts/member/"+who) == 0
	case "department":
		return true
	case "tag":
		return h.count(`SELECT count(*) FROM mirror_inbox WHERE subject = 'tags'`) == 0
	default:
		return false
	}
}

// pairs are all follows, ended ones too, as callbacks left them.
func (h *house) pairs() map[string]string {
	h.t.Helper()
	var rows []mirror.Follow
	h.check(h.db.Read().NewRaw(`SELECT * FROM mirror_follow`).Scan(context.Background(), &rows))
	facts := map[string]string{}
	for _, f := range rows {
		facts[f.Member+" "+f.Customer] = fmt.Sprint(f.Standing, " added ", f.AddedAt, " ended ", f.EndedAt, " told ", f.ToldAt, f.State)
	}
	return facts
}

// newsCount counts what was told by kind and subject.
func (h *house) newsCount() map[string]int {
	h.mu.Lock()
	defer h.mu.Unlock()
	counts := map[string]int{}
	for _, e := range h.news {
		switch e := e.(type) {
		case event.CustomerAdded:
			counts["added "+e.Member+" "+e.Customer+" "+e.WelcomeCode]++
		case event.CustomerLost:
			counts["lost "+e.Member+" "+e.Customer+" "+e.At.String()]++
		case event.CustomerDeleted:
			counts["deleted "+e.Member+" "+e.Customer+" "+e.At.String()]++
		case event.GroupCreated:
			counts["created "+e.Group]++
		case event.GroupDissolved:
			counts["dissolved "+e.Group]++
		case event.GroupMemberJoined:
			counts["joined "+e.Group+" "+e.Who]++
		case event.GroupMemberLeft:
			counts["left "+e.Group+" "+e.Who]++
		}
	}
	return counts
}

// ending is the last end of a pair.
type ending struct {
	what string
	at   int64 // unix seconds
}
