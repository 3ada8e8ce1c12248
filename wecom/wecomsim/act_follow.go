package wecomsim

import (
	"slices"
	"unicode/utf8"
)

// This file holds what members change about customers in their clients, and
// what administrators do to customer tags in the console.
//
// Not modelled: remark pictures by the client, rule-group tags.

// EditFollow is a member editing a customer in his client. Nil fields stay.
type EditFollow struct {
	Corp         string    `json:"corp,omitempty"`
	Person       string    `json:"person"`
	Member       string    `json:"member"`
	Remark       *string   `json:"remark,omitempty"`
	Description  *string   `json:"description,omitempty"`
	Mobiles      *[]string `json:"mobiles,omitempty"`
	Tags         *[]string `json:"tags,omitempty"` // ids of corp tags, the whole list
	PersonalTags *[]string `json:"personal_tags,omitempty"`
}

// EditFollow announces edit_external_contact, unless only the phone numbers
// changed (callbacks.md).
func (s *Sim) EditFollow(in EditFollow) (Relation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, f, err := s.existing(Pair{in.Corp, in.Person, in.Member})
	if err != nil {
		return Relation{}, err
	}
	if !f.ByMember {
		return Relation{}, refuse("person", "the member does not have the customer any more")
	}
	if in.Remark != nil && utf8.RuneCountInString(*in.Remark) > 20 {
		return Relation{}, refuse("remark", "has more than 20 characters")
	}
	if in.Tags != nil {
		for _, id := range *in.Tags {
			if t := c.index.tags[id]; t == nil || t.Deleted {
				return Relation{}, missing("tags", "no tag %q", id)
			}
		}
		f.Tags = slices.Clone(*in.Tags)
	}
	set(&f.Remark, in.Remark)
	set(&f.Description, in.Description)
	put(&f.PersonalTags, in.PersonalTags)
	put(&f.RemarkMobiles, in.Mobiles)
	out := Relation{UserID: f.UserID, ExternalUserID: f.ExternalUserID}
	if in.Remark != nil || in.Description != nil || in.Tags != nil || in.PersonalTags != nil {
		out.Event = "edit_external_contact"
		s.emit(c, customerEvent(out.Event, f.UserID, f.ExternalUserID))
	}
	s.tell(Change{Kind: "follow", Corp: c.ID, Member: f.UserID, Customer: f.ExternalUserID, Detail: "edit"})
	return out, nil
}

// What ChangeTag can do.
const (
	TagCreate  = "create"
	TagUpdate  = "update"
	TagDelete  = "delete"
	TagShuffle = "shuffle"
)

// ChangeTag is an administrator changing the tag library in the console.
type ChangeTag struct {
	Corp   string `json:"corp,omitempty"`
	Action string `json:"action"`          // create, update, delete, shuffle
	Group  string `json:"group,omitempty"` // id of the group; for create "" makes one
	Tag    string `json:"tag,omitempty"`   // id of the tag; "" means the group itself
	Name   string `json:"name,omitempty"`  // of the tag or group
	// GroupName of a new group, with Name as its first tag.
	GroupName string `json:"group_name,omitempty"`
	// Order lists ids in the new order, for shuffle: tags of Group, or groups
	// when Group is empty.
	Order []string `json:"order,omitempty"`
}

// ChangedTag names what was changed.
type ChangedTag struct {
	Group string `json:"group"`
	Tag   string `json:"tag,omitempty"`
}

// ChangeTag announces change_external_tag. Deleting a group gives one event and
// none for its tags; a shuffle of groups carries an empty Id (unverified).
func (s *Sim) ChangeTag(in ChangeTag) (ChangedTag, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.corp(in.Corp)
	if err != nil {
		return ChangedTag{}, err
	}
	g := c.tagGroup(in.Group)
	if in.Group != "" && (g == nil || g.Deleted) {
		return ChangedTag{}, missing("group", "no tag group %q", in.Group)
	}
	t := c.index.tags[in.Tag]
	if in.Tag != "" && (t == nil || t.Deleted) {
		return ChangedTag{}, missing("tag", "no tag %q", in.Tag)
	}
	if g == nil && t != nil {
		g = c.index.groupOfTag[t.ID]
	}
	defer s.tell(Change{Kind: "tag", Corp: c.ID})
	switch in.Action {
	case TagCreate:
		return s.createTag(c, g, in)
	case TagUpdate:
		if in.Name == "" || g == nil {
			return ChangedTag{}, refuse("name", "give a tag or group and its new name")
		}
		if t != nil {
			t.Name = in.Name
			s.emit(c, tagEvent("update", t.ID, "tag"))
			return ChangedTag{g.ID, t.ID}, nil
		}
		g.Name = in.Name
		s.emit(c, tagEvent("update", g.ID, "tag_group"))
		return ChangedTag{Group: g.ID}, nil
	case TagDelete:
		if g == nil {
			return ChangedTag{}, refuse("tag", "give a tag or a group")
		}
		if t != nil {
			gone := c.deleteTag(t)
			s.emit(c, tagEvent("delete", t.ID, "tag"))
			if gone != nil {
				s.emit(c, tagEvent("delete", gone.ID, "tag_group"))
			}
			return ChangedTag{g.ID, t.ID}, nil
		}
		g.delete()
		s.emit(c, tagEvent("delete", g.ID, "tag_group"))
		return ChangedTag{Group: g.ID}, nil
	case TagShuffle:
		return s.shuffleTags(c, g, in.Order)
	}
	return ChangedTag{}, refuse("action", "must be create, update, delete or shuffle")
}

func (s *Sim) createTag(c *Corp, g *TagGroup, in ChangeTag) (ChangedTag, error) {
	if in.Name == "" {
		return ChangedTag{}, refuse("name", "a tag needs a name")
	}
	if g == nil {
		if in.GroupName == "" {
			return ChangedTag{}, refuse("group_name", "a new group needs a name")
		}
		g = &TagGroup{ID: s.randomID("et", 30), Name: in.GroupName, CreatedAt: s.clock.Now().Unix()}
		c.TagGroups = append(c.TagGroups, g)
		s.emit(c, tagEvent("create", g.ID, "tag_group"))
	}
	if slices.ContainsFunc(g.liveTags(), func(t *Tag) bool { return t.Name == in.Name }) {
		return ChangedTag{}, refuse("name", "the group has a tag of this name")
	}
	t := s.addTag(c, g, in.Name, 0, 0)
	s.emit(c, tagEvent("create", t.ID, "tag"))
	return ChangedTag{g.ID, t.ID}, nil
}

func (s *Sim) shuffleTags(c *Corp, g *TagGroup, order []string) (ChangedTag, error) {
	if len(order) == 0 {
		return ChangedTag{}, refuse("order", "give the ids in their new order")
	}
	id := ""
	if g != nil {
		id = g.ID
	}
	for i, x := range order {
		rank := int64(len(order) - i)
		switch {
		case g == nil:
			if y := c.tagGroup(x); y != nil {
				y.Order = rank
				continue
			}
		default:
			if t := c.index.tags[x]; t != nil && c.index.groupOfTag[x] == g {
				t.Order = rank
				continue
			}
		}
		return ChangedTag{}, missing("order", "no tag or group %q here", x)
	}
	e := &event{family: FamilyTag, name: "change_external_tag", change: "shuffle", about: "tags"}
	e.fields = append(e.fields, field{name: "Id", value: id})
	s.emit(c, e)
	return ChangedTag{Group: id}, nil
}
