package wecomsim

import (
	"cmp"
	"slices"
	"sort"
)

// This file keeps the indexes over a corp, so that no operation scans all
// customers: follows by pair, by member and by customer; the department tree;
// who is visible to which app.

type corpIndex struct {
	follows          map[pair]*Follow
	followsOf        map[string][]*Follow // by member key, in order of Seq
	followersOf      map[string][]*Follow // by external_userid, in order of Seq
	customerByPerson map[string]*Customer
	chatsOfMember    map[string][]*Chat
	chatsOfCustomer  map[string][]*Chat
	groupsOf         map[string]map[string]*Group // by participant id
	groupsOwned      map[string][]*Group          // by owner key, in order of Seq
	messagesOf       map[string][]*AppMessage     // by member key
	children         map[int][]*Department
	membersIn        map[int][]*Member // directly in a department, by order of userid
	visible          map[*App]map[string]bool
	visibleDepts     map[*App]map[int]bool
	tags             map[string]*Tag
	groupOfTag       map[string]*TagGroup
	waysInOrder      []*ContactWay
	welcomes         []*Welcome             // by IssuedAt
	transfersOf      map[string][]*Transfer // by external_userid, by Seq
	transfersBetween map[string][]*Transfer // by betweenKey, by Seq
}

// pair is the key of a follow: the member's key and the external_userid.
type pair struct{ user, external string }

// reindex rebuilds everything after a restore or a seed. Follows live only in
// the index and are handed in, ordered by Seq.
func (c *Corp) reindex(follows []*Follow) {
	c.index = corpIndex{
		follows:          make(map[pair]*Follow, len(follows)),
		followsOf:        map[string][]*Follow{},
		followersOf:      make(map[string][]*Follow, len(c.Customers)),
		customerByPerson: make(map[string]*Customer, len(c.Customers)),
		chatsOfMember:    map[string][]*Chat{},
		chatsOfCustomer:  map[string][]*Chat{},
		groupsOf:         map[string]map[string]*Group{},
		groupsOwned:      map[string][]*Group{},
		messagesOf:       map[string][]*AppMessage{},
		tags:             map[string]*Tag{},
		groupOfTag:       map[string]*TagGroup{},
		transfersOf:      map[string][]*Transfer{},
		transfersBetween: map[string][]*Transfer{},
	}
	for _, t := range c.Transfers {
		c.indexTransfer(t)
	}
	for _, cu := range c.Customers {
		c.index.customerByPerson[cu.Person] = cu
	}
	chats := make([]*Chat, 0, len(c.Chats))
	for _, ch := range c.Chats {
		chats = append(chats, ch)
	}
	slices.SortFunc(chats, func(a, b *Chat) int { return cmp.Compare(a.ID, b.ID) })
	for _, ch := range chats {
		c.addChat(ch)
	}
	for _, g := range c.groupsInOrder() {
		c.indexGroup(g)
	}
	messages := make([]*AppMessage, 0, len(c.AppMessages))
	for _, m := range c.AppMessages {
		messages = append(messages, m)
	}
	slices.SortFunc(messages, func(a, b *AppMessage) int { return cmp.Compare(a.Seq, b.Seq) })
	for _, m := range messages {
		c.indexAppMessage(m)
	}
	for _, g := range c.TagGroups {
		for _, t := range g.Tags {
			c.index.tags[t.ID], c.index.groupOfTag[t.ID] = t, g
		}
	}
	for _, w := range c.Ways {
		c.index.waysInOrder = append(c.index.waysInOrder, w)
	}
	slices.SortFunc(c.index.waysInOrder, func(a, b *ContactWay) int {
		return cmp.Or(cmp.Compare(a.CreatedAt, b.CreatedAt), cmp.Compare(a.ConfigID, b.ConfigID))
	})
	for _, w := range c.Welcomes {
		c.index.welcomes = append(c.index.welcomes, w)
	}
	slices.SortFunc(c.index.welcomes, func(a, b *Welcome) int { return a.IssuedAt.Compare(b.IssuedAt) })
	for _, f := range follows {
		c.addFollow(f)
	}
	c.reindexDirectory()
}

// allFollows returns every relation, ordered by Seq.
func (c *Corp) allFollows() []*Follow {
	out := make([]*Follow, 0, len(c.index.follows))
	for _, f := range c.index.follows {
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b *Follow) int { return cmp.Compare(a.Seq, b.Seq) })
	return out
}

// addFollow files a new relation; its Seq must be the highest so far.
func (c *Corp) addFollow(f *Follow) {
	k := userKey(f.UserID)
	c.index.follows[pair{k, f.ExternalUserID}] = f
	c.index.followsOf[k] = append(c.index.followsOf[k], f)
	c.index.followersOf[f.ExternalUserID] = append(c.index.followersOf[f.ExternalUserID], f)
}

// dropFollow takes a relation out that no side remembers any more.
func (c *Corp) dropFollow(f *Follow) {
	k := userKey(f.UserID)
	delete(c.index.follows, pair{k, f.ExternalUserID})
	c.index.followsOf[k] = without(c.index.followsOf[k], f)
	c.index.followersOf[f.ExternalUserID] = without(c.index.followersOf[f.ExternalUserID], f)
}

// without removes one element in place; lists are ordered by Seq.
func without(list []*Follow, f *Follow) []*Follow {
	i := sort.Search(len(list), func(i int) bool { return list[i].Seq >= f.Seq })
	if i < len(list) && list[i] == f {
		return slices.Delete(list, i, i+1)
	}
	return list
}

// follow finds the relation of a pair, nil when there is none.
func (c *Corp) follow(userid, external string) *Follow {
	return c.index.follows[pair{userKey(userid), external}]
}

// reindexDirectory rebuilds the tree and the visible ranges after any change
// of members, departments or apps.
func (c *Corp) reindexDirectory() {
	ix := &c.index
	ix.children = make(map[int][]*Department, len(c.Departments))
	for _, d := range c.Departments {
		if d.ParentID != 0 {
			ix.children[d.ParentID] = append(ix.children[d.ParentID], d)
		}
	}
	for _, list := range ix.children {
		// larger order first (contacts.md), then by id
		slices.SortFunc(list, func(a, b *Department) int {
			return cmp.Or(cmp.Compare(b.Order, a.Order), cmp.Compare(a.ID, b.ID))
		})
	}
	ix.membersIn = make(map[int][]*Member, len(c.Departments))
	for _, m := range c.membersInOrder() {
		for _, d := range m.Departments {
			ix.membersIn[d] = append(ix.membersIn[d], m)
		}
	}
	ix.visible = make(map[*App]map[string]bool, len(c.Apps))
	ix.visibleDepts = make(map[*App]map[int]bool, len(c.Apps))
	for _, a := range c.Apps {
		c.indexRange(a)
	}
}

// indexRange computes whom an app sees.
func (c *Corp) indexRange(a *App) {
	members, depts := map[string]bool{}, map[int]bool{}
	addDept := func(id int) {
		for _, d := range c.subtree(id) {
			depts[d.ID] = true
			for _, m := range c.index.membersIn[d.ID] {
				members[userKey(m.UserID)] = true
			}
		}
	}
	if a.Kind != SelfBuilt {
		addDept(1)
	}
	for _, id := range a.Departments {
		addDept(id)
	}
	for _, u := range a.Members {
		members[userKey(u)] = true
	}
	for _, id := range a.Tags {
		if t := c.ContactTags[id]; t != nil {
			for _, u := range t.Members {
				members[userKey(u)] = true
			}
			for _, d := range t.Departments {
				addDept(d)
			}
		}
	}
	c.index.visible[a], c.index.visibleDepts[a] = members, depts
}

// sees tells whether the member is in the app's visible range.
func (c *Corp) sees(a *App, userid string) bool { return c.index.visible[a][userKey(userid)] }

// subtree returns a department with all below it, parents first.
func (c *Corp) subtree(id int) []*Department {
	d := c.Departments[id]
	if d == nil {
		return nil
	}
	out := []*Department{d}
	for i := 0; i < len(out); i++ {
		out = append(out, c.index.children[out[i].ID]...)
	}
	return out
}

func (c *Corp) membersInOrder() []*Member {
	out := make([]*Member, 0, len(c.Members))
	for _, m := range c.Members {
		out = append(out, m)
	}
	slices.SortFunc(out, func(a, b *Member) int { return cmp.Compare(userKey(a.UserID), userKey(b.UserID)) })
	return out
}

func (c *Corp) groupsInOrder() []*Group {
	out := make([]*Group, 0, len(c.Groups))
	for _, g := range c.Groups {
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b *Group) int { return cmp.Compare(a.Seq, b.Seq) })
	return out
}

// indexGroup files a group under its owner and its participants.
func (c *Corp) indexGroup(g *Group) {
	owner := userKey(g.Owner)
	c.index.groupsOwned[owner] = append(c.index.groupsOwned[owner], g)
	for _, m := range g.Members {
		c.indexGroupMember(g, m)
	}
}

func (c *Corp) indexGroupMember(g *Group, m GroupMember) {
	id := participantKey(m.ID, m.Type)
	if c.index.groupsOf[id] == nil {
		c.index.groupsOf[id] = map[string]*Group{}
	}
	c.index.groupsOf[id][g.ChatID] = g
}

func (c *Corp) unindexGroupMember(g *Group, m GroupMember) {
	delete(c.index.groupsOf[participantKey(m.ID, m.Type)], g.ChatID)
}

// moveGroup files a group under its new owner.
func (c *Corp) moveGroup(g *Group, owner string) {
	old := userKey(g.Owner)
	c.index.groupsOwned[old] = slices.DeleteFunc(c.index.groupsOwned[old], func(x *Group) bool { return x == g })
	g.Owner = owner
	k := userKey(owner)
	c.index.groupsOwned[k] = append(c.index.groupsOwned[k], g)
	slices.SortFunc(c.index.groupsOwned[k], func(a, b *Group) int { return cmp.Compare(a.Seq, b.Seq) })
}

func participantKey(id string, kind int) string {
	if kind == 1 {
		return userKey(id)
	}
	return id
}

func (c *Corp) indexAppMessage(m *AppMessage) {
	for _, u := range m.To {
		k := userKey(u)
		c.index.messagesOf[k] = append(c.index.messagesOf[k], m)
	}
}
