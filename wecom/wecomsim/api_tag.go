package wecomsim

import (
	"cmp"
	"net/http"
	"slices"
	"unicode/utf8"

	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// This file answers the interfaces of customer tags (92117, 92118).
//
// Not modelled: tags of rule groups, tags of suites (agentid is ignored).

const (
	tagNameMax    = 30 // characters
	tagsPerFollow = 3000
)

func tagOperations() []operation {
	return []operation{
		{path: "/cgi-bin/externalcontact/get_corp_tag_list", method: http.MethodPost, doc: 92117, needs: needsCustomer, handle: query(listTags)},
		{path: "/cgi-bin/externalcontact/add_corp_tag", method: http.MethodPost, doc: 92117, needs: needsCustomer, handle: post(addTags)},
		{path: "/cgi-bin/externalcontact/edit_corp_tag", method: http.MethodPost, doc: 92117, needs: needsCustomer, handle: post(editTag)},
		{path: "/cgi-bin/externalcontact/del_corp_tag", method: http.MethodPost, doc: 92117, needs: needsCustomer, handle: post(deleteTags)},
		{path: "/cgi-bin/externalcontact/mark_tag", method: http.MethodPost, doc: 92118, needs: needsCustomer, handle: post(markTag)},
	}
}

// liveTagGroups returns the groups that are not deleted, in the order shown.
func (c *Corp) liveTagGroups() []*TagGroup {
	var out []*TagGroup
	for _, g := range c.TagGroups {
		if !g.Deleted {
			out = append(out, g)
		}
	}
	slices.SortStableFunc(out, func(a, b *TagGroup) int { return cmp.Compare(b.Order, a.Order) })
	return out
}

func (g *TagGroup) liveTags() []*Tag {
	var out []*Tag
	for _, t := range g.Tags {
		if !t.Deleted {
			out = append(out, t)
		}
	}
	slices.SortStableFunc(out, func(a, b *Tag) int { return cmp.Compare(b.Order, a.Order) })
	return out
}

func (c *Corp) tagGroup(id string) *TagGroup {
	for _, g := range c.TagGroups {
		if g.ID == id {
			return g
		}
	}
	return nil
}

func wireTag(t *Tag, deleted bool) wecom.Tag {
	out := wecom.Tag{ID: t.ID, Name: t.Name, CreateTime: t.CreatedAt, Order: uint32(t.Order)}
	if deleted {
		out.Deleted = &t.Deleted
	}
	return out
}

func wireTagGroup(g *TagGroup, tags []*Tag, deleted bool) wecom.TagGroup {
	out := wecom.TagGroup{GroupID: g.ID, GroupName: g.Name, CreateTime: g.CreatedAt, Order: uint32(g.Order), Tags: []wecom.Tag{}}
	if deleted {
		out.Deleted = &g.Deleted
	}
	for _, t := range tags {
		out.Tags = append(out.Tags, wireTag(t, deleted))
	}
	return out
}

// listTags gives everything, or what is asked for by id, then with deleted. When
// both lists are given tag_id is ignored. Unknown ids give 40068.
func listTags(c *call, req *wecom.ListCorpTagsRequest) (any, error) {
	out := wecom.ListCorpTagsResponse{Result: good(), Groups: []wecom.TagGroup{}}
	switch {
	case len(req.GroupIDs) > 0:
		for _, id := range req.GroupIDs {
			g := c.corp.tagGroup(id)
			if g == nil {
				return nil, fail(errcode.InvalidTagID, "invalid tag group id")
			}
			out.Groups = append(out.Groups, wireTagGroup(g, g.Tags, true))
		}
	case len(req.TagIDs) > 0:
		asked := map[*TagGroup][]*Tag{}
		for _, id := range req.TagIDs {
			t := c.corp.index.tags[id]
			if t == nil {
				return nil, fail(errcode.InvalidTagID, "invalid tag id")
			}
			g := c.corp.index.groupOfTag[id]
			asked[g] = append(asked[g], t)
		}
		for _, g := range c.corp.TagGroups {
			if tags := asked[g]; tags != nil {
				out.Groups = append(out.Groups, wireTagGroup(g, tags, true))
			}
		}
	default:
		for _, g := range c.corp.liveTagGroups() {
			out.Groups = append(out.Groups, wireTagGroup(g, g.liveTags(), false))
		}
	}
	return out, nil
}

func checkTagName(name string) error {
	if name == "" || utf8.RuneCountInString(name) > tagNameMax {
		return fail(errcode.InvalidTagName, "a tag name has 1 to %d characters", tagNameMax)
	}
	return nil
}

// addTags adds tags to a group: the one of group_id, else the one named
// group_name, which is made when it does not exist. Names that the group has
// already are answered with the existing tag (unverified, tags.md).
func addTags(c *call, req *wecom.AddCorpTagRequest) (any, error) {
	if len(req.Tags) == 0 {
		return nil, fail(errcode.ParameterRule, "a group cannot be empty: tag missing")
	}
	for _, t := range req.Tags {
		if err := checkTagName(t.Name); err != nil {
			return nil, err
		}
	}
	var g *TagGroup
	if req.GroupID != "" {
		if g = c.corp.tagGroup(req.GroupID); g == nil || g.Deleted {
			return nil, fail(errcode.InvalidTagID, "invalid tag group id")
		}
	} else {
		if err := checkTagName(req.GroupName); err != nil {
			return nil, err
		}
		for _, x := range c.corp.liveTagGroups() {
			if x.Name == req.GroupName {
				g = x
			}
		}
	}
	if limit := c.sim.limit().CorpTags; limit > 0 && c.corp.countTags()+len(req.Tags) > limit {
		return nil, fail(errcode.TagQuota, "more than %d tags", limit)
	}
	if g == nil {
		g = &TagGroup{ID: c.sim.randomID("et", 30), Name: req.GroupName, CreatedAt: c.now.Unix(), Creator: c.app.AgentID}
		if req.Order != nil {
			g.Order = int64(*req.Order)
		}
		c.corp.TagGroups = append(c.corp.TagGroups, g)
	}
	var answered []*Tag
	for _, n := range req.Tags {
		order := int64(0)
		if n.Order != nil {
			order = int64(*n.Order)
		}
		t := c.sim.addTag(c.corp, g, n.Name, order, c.app.AgentID)
		if !slices.Contains(answered, t) { // duplicates collapse
			answered = append(answered, t)
		}
	}
	c.sim.tell(Change{Kind: "tag", Corp: c.corp.ID})
	return wecom.AddCorpTagResponse{Result: good(), Group: wireTagGroup(g, answered, false)}, nil
}

// addTag adds one tag or returns the one of that name.
func (s *Sim) addTag(c *Corp, g *TagGroup, name string, order int64, creator int) *Tag {
	for _, t := range g.Tags {
		if t.Name == name && !t.Deleted {
			return t
		}
	}
	t := &Tag{ID: s.randomID("et", 30), Name: name, CreatedAt: s.clock.Now().Unix(), Order: order, Creator: creator}
	g.Tags = append(g.Tags, t)
	c.index.tags[t.ID], c.index.groupOfTag[t.ID] = t, g
	return t
}

func (c *Corp) countTags() int {
	n := 0
	for _, t := range c.index.tags {
		if !t.Deleted {
			n++
		}
	}
	return n
}

// mayEdit refuses tags and groups of other apps and of the console (48002).
func (c *call) mayEdit(creator int) error {
	if creator != c.app.AgentID || c.app.AgentID == 0 {
		return fail(errcode.APIForbidden, "the tag was not created by this app")
	}
	return nil
}

// editTag renames or reorders a tag or a group of this app; the new name must
// be unique in its scope (40071).
func editTag(c *call, req *wecom.EditCorpTagRequest) (any, error) {
	if req.Name != "" {
		if err := checkTagName(req.Name); err != nil {
			return nil, err
		}
	}
	if g := c.corp.tagGroup(req.ID); g != nil && !g.Deleted {
		if err := c.mayEdit(g.Creator); err != nil {
			return nil, err
		}
		for _, x := range c.corp.liveTagGroups() {
			if x != g && x.Name == req.Name {
				return nil, fail(errcode.InvalidTagName, "group name exists")
			}
		}
		g.Name = cmp.Or(req.Name, g.Name)
		if req.Order != nil {
			g.Order = int64(*req.Order)
		}
		c.sim.tell(Change{Kind: "tag", Corp: c.corp.ID})
		return good(), nil
	}
	t := c.corp.index.tags[req.ID]
	if t == nil || t.Deleted {
		return nil, fail(errcode.InvalidTagID, "invalid tag id")
	}
	if err := c.mayEdit(t.Creator); err != nil {
		return nil, err
	}
	for _, x := range c.corp.index.groupOfTag[t.ID].Tags {
		if x != t && !x.Deleted && x.Name == req.Name {
			return nil, fail(errcode.InvalidTagName, "tag name exists in the group")
		}
	}
	t.Name = cmp.Or(req.Name, t.Name)
	if req.Order != nil {
		t.Order = int64(*req.Order)
	}
	c.sim.tell(Change{Kind: "tag", Corp: c.corp.ID})
	return good(), nil
}

// deleteTags deletes tags and groups of this app; a group goes with its last tag.
func deleteTags(c *call, req *wecom.DeleteCorpTagRequest) (any, error) {
	if len(req.TagIDs) == 0 && len(req.GroupIDs) == 0 {
		return nil, fail(errcode.ParameterRule, "tag_id and group_id are both empty")
	}
	var tags []*Tag
	for _, id := range req.TagIDs {
		t := c.corp.index.tags[id]
		if t == nil || t.Deleted {
			return nil, fail(errcode.InvalidTagID, "invalid tag id")
		}
		if err := c.mayEdit(t.Creator); err != nil {
			return nil, err
		}
		tags = append(tags, t)
	}
	var groups []*TagGroup
	for _, id := range req.GroupIDs {
		g := c.corp.tagGroup(id)
		if g == nil || g.Deleted {
			return nil, fail(errcode.InvalidTagID, "invalid tag group id")
		}
		if err := c.mayEdit(g.Creator); err != nil {
			return nil, err
		}
		groups = append(groups, g)
	}
	for _, t := range tags {
		c.corp.deleteTag(t)
	}
	for _, g := range groups {
		g.delete()
	}
	c.sim.tell(Change{Kind: "tag", Corp: c.corp.ID})
	return good(), nil
}

// deleteTag marks a tag deleted, with its group when it was the last one.
// Relations keep the id; answers leave deleted tags out.
func (c *Corp) deleteTag(t *Tag) (group *TagGroup) {
	t.Deleted = true
	if g := c.index.groupOfTag[t.ID]; len(g.liveTags()) == 0 {
		g.Deleted = true
		return g
	}
	return nil
}

func (g *TagGroup) delete() {
	g.Deleted = true
	for _, t := range g.Tags {
		t.Deleted = true
	}
}

// markTag sets tags of one relation; every tag may be used, whoever made it.
func markTag(c *call, req *wecom.MarkTagRequest) (any, error) {
	if len(req.AddTags) == 0 && len(req.RemoveTags) == 0 {
		return nil, fail(errcode.ParameterRule, "add_tag and remove_tag are both empty")
	}
	f, err := c.relation(req.UserID, req.ExternalUserID)
	if err != nil {
		return nil, err
	}
	for _, id := range slices.Concat(req.AddTags, req.RemoveTags) {
		if t := c.corp.index.tags[id]; t == nil || t.Deleted {
			return nil, fail(errcode.InvalidTagID, "invalid tag id")
		}
	}
	tags := slices.DeleteFunc(slices.Clone(f.Tags), func(id string) bool { return slices.Contains(req.RemoveTags, id) })
	for _, id := range req.AddTags {
		if !slices.Contains(tags, id) {
			tags = append(tags, id)
		}
	}
	if len(tags) > tagsPerFollow {
		return nil, fail(errcode.ParameterRule, "more than %d tags on one relation", tagsPerFollow)
	}
	f.Tags = tags
	c.sim.tell(Change{Kind: "follow", Corp: c.corp.ID, Member: f.UserID, Customer: f.ExternalUserID, Detail: "tags"})
	return good(), nil
}
