package tag_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// TestBothSidesConverge: whichever side changes first, with callbacks lost, doubled and out
// of order, WeCom away and answers lost, and the program started anew in between: once it is
// quiet the library and the marks here are those at WeCom, and every run has come to an end.
func TestBothSidesConverge(t *testing.T) {
	stories(t, func(d *desk) {
		for _, seed := range apptest.Seeds(d.t, map[db.Engine]int{db.SQLite: 2, db.Postgres: 1}[d.App.DB.Engine()]) {
			c := chaos{desk: d, dice: rand.New(rand.NewPCG(seed, 5))}
			for step := range 18 {
				c.trouble()
				if c.dice.IntN(2) == 0 {
					c.here(step)
				} else {
					c.there(step)
				}
				if c.dice.IntN(3) > 0 { // else the next act meets this one on its way
					d.Advance([]time.Duration{time.Second, time.Minute, 20 * time.Minute}[c.dice.IntN(3)])
				}
			}
			d.Sim.ClearFaults()
			d.line.Mend()
			for range 8 {
				d.Advance(30 * time.Minute)
			}
			d.Sync()
			for range 4 {
				d.Advance(time.Hour)
			}
			if diff := cmp.Diff(c.atWeCom(), c.atHome()); diff != "" {
				t.Fatalf("seed %d, acts:\n%s\nhere differs from WeCom (-WeCom +here):\n%s", seed, strings.Join(c.acts, "\n"), diff)
			}
			var open int
			d.must(d.App.DB.Read().NewRaw(`SELECT (SELECT count(*) FROM tag_run WHERE state IN ('collecting', 'running'))
				+ (SELECT count(*) FROM tag_change WHERE state = 'waiting')`).Scan(t.Context(), &open))
			if open != 0 {
				t.Fatalf("seed %d, acts:\n%s\n%d runs and changes have come to no end", seed, strings.Join(c.acts, "\n"), open)
			}
		}
	})
}

// chaos lets both sides act at random, with everything that can go wrong between them.
type chaos struct {
	*desk

	dice *rand.Rand
	acts []string // what was done, for whoever has to understand a failure
}

func (c *chaos) note(format string, args ...any) {
	c.acts = append(c.acts, fmt.Sprintf(format, args...))
}

func one[T any](c *chaos, list []T) T { return list[c.dice.IntN(len(list))] }

// trouble changes what goes wrong.
func (c *chaos) trouble() {
	c.t.Helper()
	add := func(f wecomsim.Fault) {
		c.note("fault %s %s", f.Kind, f.Path)
		_, err := c.Sim.AddFault(f)
		c.must(err)
	}
	operation := one(c, []string{"mark_tag", "add_corp_tag", "edit_corp_tag", "del_corp_tag", "get_corp_tag_list", "get"})
	path := "/cgi-bin/externalcontact/" + operation
	switch c.dice.IntN(12) {
	case 0:
		add(wecomsim.Fault{Kind: wecomsim.FaultDrop, Count: 2})
	case 1:
		add(wecomsim.Fault{Kind: wecomsim.FaultDuplicate})
	case 2:
		add(wecomsim.Fault{Kind: wecomsim.FaultReorder})
	case 3:
		add(wecomsim.Fault{Kind: wecomsim.FaultBusy, Path: path, Count: 2})
	case 4:
		add(wecomsim.Fault{Kind: wecomsim.FaultHTTP, Status: 503, Path: path, Count: 2})
	case 5:
		c.note("lose %s", operation)
		c.line.Lose(operation, 1+c.dice.IntN(2))
	case 6:
		c.note("cut %s", operation)
		c.line.Cut(operation, 1+c.dice.IntN(2))
	case 7, 8:
		c.note("heal")
		c.Sim.ClearFaults()
		c.line.Mend()
	}
}

// here is an act on our side. What is not possible just now is refused, which is no matter.
func (c *chaos) here(step int) {
	c.t.Helper()
	group, tags := c.some()
	name := fmt.Sprint("此", step)
	send := func(method, path string, body any) {
		status, answer := c.ask("owner", method, path, body)
		c.note("here: %s %s %v: %d", method, path, body, status)
		if status >= 500 {
			c.t.Errorf("%s %s: %d %s", method, path, status, answer)
		}
	}
	switch c.dice.IntN(10) {
	case 0:
		send("POST", "tag/groups", names{"name": name, "tags": []string{name + "甲", name + "乙"}})
	case 1:
		send("POST", "tag/groups/"+group+"/tags", names{"tags": []string{name}})
	case 2:
		tag := one(c, tags)
		send("PUT", "tag/names/"+tag.ID, names{"name": name, "was": tag.Name})
	case 3:
		ids := make([]string, len(tags))
		for i, at := range c.dice.Perm(len(tags)) {
			ids[i] = tags[at].ID
		}
		send("PUT", "tag/order", names{"group": group, "ids": ids})
	case 4:
		tag := one(c, tags)
		send("DELETE", "tag/tags/"+tag.ID, nil)
	case 5:
		c.note("restart")
		c.Restart()
		c.Advance(time.Second) // no start takes no time at all
	default:
		pairs := c.pairs()
		var follows []id.ID
		for _, at := range c.dice.Perm(len(pairs))[:1+c.dice.IntN(5)] {
			follows = append(follows, pairs[at].Follow)
		}
		what := []string{"add", "remove"}[c.dice.IntN(2)]
		send("POST", "tag/runs", names{"selection": names{"follows": follows}, "pairs": true, what: []string{one(c, tags).ID}})
	}
}

// there is an act of a person or an administrator at WeCom.
func (c *chaos) there(step int) {
	c.t.Helper()
	group, tags := c.some()
	name := fmt.Sprint("彼", step)
	change := func(in wecomsim.ChangeTag) {
		_, err := c.Sim.ChangeTag(in)
		c.note("there: %+v: %v", in, err)
	}
	switch c.dice.IntN(9) {
	case 0:
		change(wecomsim.ChangeTag{Action: wecomsim.TagCreate, GroupName: name, Name: name + "甲"})
	case 1:
		change(wecomsim.ChangeTag{Action: wecomsim.TagCreate, Group: group, Name: name})
	case 2:
		change(wecomsim.ChangeTag{Action: "update", Tag: one(c, tags).ID, Name: name})
	case 3:
		change(wecomsim.ChangeTag{Action: wecomsim.TagDelete, Tag: one(c, tags).ID})
	case 4:
		ids := make([]string, len(tags))
		for i, at := range c.dice.Perm(len(tags)) {
			ids[i] = tags[at].ID
		}
		change(wecomsim.ChangeTag{Action: "shuffle", Group: group, Order: ids})
	default:
		p := one(c, c.pairs())
		set := []string{}
		for _, tag := range tags {
			if c.dice.IntN(2) == 0 {
				set = append(set, tag.ID)
			}
		}
		_, err := c.Sim.EditFollow(wecomsim.EditFollow{Member: p.Member, Person: c.person(p.Customer), Tags: &set})
		c.note("there: %s tags %s with %v: %v", p.Member, p.Customer, set, err)
	}
}

// some are a group of WeCom's library and its tags, as it is there now.
func (c *chaos) some() (group string, tags []wecomsim.Tag) {
	c.t.Helper()
	c.Sim.Inspect(func(w *wecomsim.World) {
		alive := slices.DeleteFunc(slices.Clone(w.Corp(c.Corp).TagGroups), func(g *wecomsim.TagGroup) bool { return g.Deleted })
		g := one(c, alive)
		group = g.ID
		for _, tag := range g.Tags {
			if !tag.Deleted {
				tags = append(tags, *tag)
			}
		}
	})
	return group, tags
}

// atWeCom are the library and the tags of the follows, as the simulated world has them.
func (c *chaos) atWeCom() map[string]string {
	facts := map[string]string{}
	c.Sim.Inspect(func(w *wecomsim.World) {
		x := w.Corp(c.Corp)
		alive := map[string]bool{}
		for _, g := range x.TagGroups {
			for _, tag := range g.Tags {
				if !g.Deleted && !tag.Deleted {
					alive[tag.ID] = true
					facts["tag "+tag.ID] = fmt.Sprint(g.ID, g.Name, g.Order, tag.Name, tag.Order)
				}
			}
		}
		for _, m := range x.Members {
			for external := range x.Customers {
				f, ok := x.Follow(m.UserID, external)
				if !ok || !f.ByMember || f.Half {
					continue
				}
				facts["marks "+f.UserID+" "+external] = marks(slices.DeleteFunc(slices.Clone(f.Tags), func(tag string) bool { return !alive[tag] }))
			}
		}
	})
	return facts
}

// atHome are the same as we have them.
func (c *chaos) atHome() map[string]string {
	c.t.Helper()
	facts := map[string]string{}
	library, err := mirror.TagLibrary(c.t.Context(), c.App.DB.Read(), c.Corp)
	c.must(err)
	for _, g := range library {
		for _, tag := range g.Tags {
			facts["tag "+tag.ID] = fmt.Sprint(g.ID, g.Name, g.Position, tag.Name, tag.Position)
		}
	}
	var rows []mirror.Follow
	c.must(c.App.DB.Read().NewRaw("SELECT * FROM mirror_follow WHERE corp_id = ? AND standing IN (1, 3)", c.Corp).Scan(c.t.Context(), &rows))
	byID := map[id.ID]mirror.Follow{}
	for _, f := range rows {
		byID[f.ID] = f
	}
	tags, err := mirror.TagsOfFollows(c.t.Context(), c.App.DB.Read(), c.Corp, slices.Collect(maps.Keys(byID)))
	c.must(err)
	for key, f := range byID {
		var ids []string
		for _, tag := range tags[key] {
			if tag.Kind == mirror.TagCorp {
				ids = append(ids, tag.ID)
			}
		}
		facts["marks "+f.Member+" "+f.Customer] = marks(ids)
	}
	return facts
}

func marks(ids []string) string {
	slices.Sort(ids)
	return strings.Join(ids, " ")
}
