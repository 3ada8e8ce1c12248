package mirror_test

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// equalWorld fails the test unless the mirror shows what the simulator's world is. Ended
// follows are in no world, so they are compared only as far as the world remembers them.
func (h *house) equalWorld() {
	h.t.Helper()
	if diff := cmp.Diff(h.world(), h.mirrored()); diff != "" {
		h.t.Errorf("the mirror differs from the world (-world +mirror):\n%s", diff)
	}
}

// world writes what the simulator knows, in the mirror's words.
func (h *house) world() map[string]string {
	facts := map[string]string{}
	personal := func(tags []string) []string {
		if h.deaf {
			return nil // batch/get_by_user gives no personal tags
		}
		return tags
	}
	h.sim.Inspect(func(w *wecomsim.World) {
		c := w.Corp(h.corp)
		deleted := map[string]bool{} // a follow of the world remembers them, its answers do not
		for _, g := range c.TagGroups {
			for _, t := range g.Tags {
				deleted[t.ID] = t.Deleted || g.Deleted
			}
		}
		for _, m := range c.Members {
			facts["member "+m.UserID] = fmt.Sprint(m.Name, m.Position, m.Status, m.MayContact, sorted(m.Departments))
			for external := range c.Customers {
				f, ok := c.Follow(m.UserID, external)
				if !ok || !f.ByMember {
					continue
				}
				standing := mirror.Stands
				if f.Half {
					standing = mirror.Half
				} else if !f.ByCustomer && !h.deaf { // WeCom lists the lost like the others
					standing = mirror.Lost
				}
				facts["follow "+f.UserID+" "+external] = followFact(standing, f.CreatedAt*1000, f.State)
				if !f.Half {
					facts["details "+f.UserID+" "+external] = fmt.Sprint(f.Remark, f.Description, f.AddWay, f.RemarkMobiles, tagsOf(without(f.Tags, deleted), personal(f.PersonalTags)))
				}
			}
		}
		for _, d := range c.Departments {
			facts[fmt.Sprint("department ", d.ID)] = fmt.Sprint(d.Name, d.ParentID)
		}
		for _, g := range c.Groups {
			if !g.Dismissed {
				var people []string
				for _, m := range g.Members {
					people = append(people, m.ID)
				}
				facts["group "+g.ChatID] = fmt.Sprint(g.Name, g.Owner, g.Notice, sorted(people))
			}
		}
		for _, g := range c.TagGroups {
			for _, t := range g.Tags {
				if !t.Deleted && !g.Deleted {
					facts["tag "+t.ID] = fmt.Sprint(g.Name, t.Name, t.Order)
				}
			}
		}
	})
	return facts
}

func followFact(standing mirror.Standing, addedAt int64, state string) string {
	return fmt.Sprint(standing, addedAt, state)
}

// mirrored writes the mirror in the same words.
func (h *house) mirrored() map[string]string {
	h.t.Helper()
	ctx, q := context.Background(), h.db.Read()
	facts := map[string]string{}
	var members []mirror.Member
	h.check(q.NewRaw(`SELECT * FROM mirror_member WHERE corp_id = ? AND left_at = 0`, h.corp).Scan(ctx, &members))
	for _, m := range members {
		var departments []int
		h.check(q.NewRaw(`SELECT department_id FROM mirror_member_department WHERE corp_id = ? AND member_id = ?`, h.corp, m.ID).Scan(ctx, &departments))
		facts["member "+m.ID] = fmt.Sprint(m.Name, m.Title, m.Status, m.CanContact, sorted(departments))
	}
	var follows []mirror.Follow
	h.check(q.NewRaw(`SELECT * FROM mirror_follow WHERE corp_id = ? AND standing IN (1, 2, 3)
		AND member_id NOT IN (SELECT id FROM mirror_member WHERE corp_id = ? AND left_at > 0)`, h.corp, h.corp).Scan(ctx, &follows))
	var ids []id.ID
	for _, f := range follows {
		ids = append(ids, f.ID)
	}
	tags, err := mirror.TagsOfFollows(ctx, q, h.corp, ids)
	h.check(err)
	for _, f := range follows {
		var keys []string
		for _, t := range tags[f.ID] {
			keys = append(keys, t.ID)
		}
		facts["follow "+f.Member+" "+f.Customer] = followFact(f.Standing, f.AddedAt, f.State)
		if f.Standing != mirror.Half {
			facts["details "+f.Member+" "+f.Customer] = fmt.Sprint(f.Remark, f.Description, f.AddWay, f.Mobiles(), sorted(keys))
		}
	}
	departments, err := mirror.Departments(ctx, q, h.corp)
	h.check(err)
	for _, d := range departments {
		facts[fmt.Sprint("department ", d.ID)] = fmt.Sprint(d.Name, d.Parent)
	}
	var groups []mirror.Group
	h.check(q.NewRaw(`SELECT * FROM mirror_group WHERE corp_id = ? AND dissolved_at = 0`, h.corp).Scan(ctx, &groups))
	for _, g := range groups {
		in, err := mirror.GroupMembers(ctx, q, h.corp, g.ID)
		h.check(err)
		var people []string
		outside := 0
		for _, m := range in {
			people = append(people, m.Who)
			if m.External {
				outside++
			}
		}
		facts["group "+g.Chat] = fmt.Sprint(g.Name, g.Owner, g.Notice, sorted(people))
		if g.Members != len(in) || g.Customers != outside {
			h.t.Errorf("group %s counts %d and %d, has %d and %d", g.Chat, g.Members, g.Customers, len(in), outside)
		}
	}
	library, err := mirror.TagLibrary(ctx, q, h.corp)
	h.check(err)
	for _, g := range library {
		for _, t := range g.Tags {
			facts["tag "+t.ID] = fmt.Sprint(g.Name, t.Name, t.Position)
		}
	}
	h.counters()
	return facts
}

// counters checks the numbers kept on customers.
func (h *house) counters() {
	h.t.Helper()
	if n := h.count(`SELECT count(*) FROM mirror_customer c WHERE corp_id = ? AND (
		follows <> (SELECT count(*) FROM mirror_follow f WHERE f.customer_id = c.id AND f.standing IN (1, 2))
		OR (follows > 0 AND lost_at <> 0)
		OR (follows = 0 AND lost_at <> COALESCE((SELECT max(f.ended_at) FROM mirror_follow f WHERE f.customer_id = c.id), 0))
		OR added_at <> COALESCE((SELECT min(f.added_at) FROM mirror_follow f WHERE f.customer_id = c.id), 0))`, h.corp); n != 0 {
		h.t.Errorf("%d customers with wrong counters", n)
	}
	if n := h.count(`SELECT count(*) FROM mirror_follow_tag ft JOIN mirror_follow f ON f.id = ft.follow_id
		WHERE ft.added_at <> f.added_at OR ft.customer_id <> f.customer_id`); n != 0 {
		h.t.Errorf("%d tags with another added_at or customer_id than their follow", n)
	}
	if n := h.count(`SELECT count(*) FROM mirror_follow f WHERE f.tagged <> (SELECT count(*) FROM mirror_follow_tag ft WHERE ft.follow_id = f.id AND ft.kind <> 2)`); n != 0 {
		h.t.Errorf("%d follows with a wrong number of tags", n)
	}
}

func tagsOf(tags, personal []string) string {
	all := slices.Clone(tags)
	for _, p := range personal {
		all = append(all, "personal:"+p)
	}
	return sorted(all)
}

func sorted[T int | string](list []T) string {
	list = slices.Clone(list)
	slices.Sort(list)
	return strings.Trim(fmt.Sprint(list), "[]")
}

func without(list []string, out map[string]bool) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return out[s] })
}

// equalWorldOf is equalWorld for the facts whose keys begin with one of the words.
func (h *house) equalWorldOf(words ...string) {
	h.t.Helper()
	only := func(facts map[string]string) map[string]string {
		kept := map[string]string{}
		for key, fact := range facts {
			for _, w := range words {
				if strings.HasPrefix(key, w) {
					kept[key] = fact
				}
			}
		}
		return kept
	}
	if diff := cmp.Diff(only(h.world()), only(h.mirrored())); diff != "" {
		h.t.Errorf("the mirror differs from the world (-world +mirror):\n%s", diff)
	}
}
