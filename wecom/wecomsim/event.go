package wecomsim

import (
	"slices"
	"strconv"
	"strings"
)

// This file writes the XML of events in the self-built envelope
// (callbacks.md; pages 92130, 90970, 90240). It does not use the SDK's event
// types: a field that both sides misspell would otherwise never be noticed.
//
// Not modelled: the suite envelope of third-party apps, StrategyId,
// customer_acquisition, batch_job_result, location and scan menus.

// event is one thing that apps may hear about.
type event struct {
	family string
	name   string // Event; for messages the MsgType
	change string // ChangeType
	// member whose visibility decides which apps hear it; "" means all.
	member string
	// party whose visibility decides, for change_contact of departments.
	party int
	// agent restricts the event to one app and puts AgentID into the XML.
	agent int
	// from is FromUserName, "sys" when empty.
	from string
	// about is the key of the thing concerned: events about one thing are
	// delivered in order as long as nothing fails.
	about   string
	message bool // a message of a member, not an event
	fields  []field
}

// field is one element of the XML; several values make <Item> children.
type field struct {
	name  string
	value string
	items []string
	raw   string // ready XML, used for nested elements
}

// text adds a field, unless its value is empty.
func (e *event) text(name, value string) *event {
	if value != "" {
		e.fields = append(e.fields, field{name: name, value: value})
	}
	return e
}

func (e *event) number(name string, value int64) *event {
	e.fields = append(e.fields, field{name: name, raw: strconv.FormatInt(value, 10)})
	return e
}

func (e *event) list(name string, items []string) *event {
	e.fields = append(e.fields, field{name: name, items: items})
	return e
}

// xml renders the event as WeCom would send it to one app.
func (e *event) xml(corpID string, at int64) []byte {
	var b strings.Builder
	b.WriteString("<xml>")
	element(&b, "ToUserName", corpID)
	from := e.from
	if from == "" {
		from = "sys"
	}
	element(&b, "FromUserName", from)
	raw(&b, "CreateTime", strconv.FormatInt(at, 10))
	if e.message {
		element(&b, "MsgType", e.name)
	} else {
		element(&b, "MsgType", "event")
		element(&b, "Event", e.name)
	}
	if e.change != "" {
		element(&b, "ChangeType", e.change)
	}
	for _, f := range e.fields {
		switch {
		case f.items != nil:
			b.WriteString("<" + f.name + ">")
			for _, item := range f.items {
				element(&b, "Item", item)
			}
			b.WriteString("</" + f.name + ">")
		case f.raw != "":
			raw(&b, f.name, f.raw)
		default:
			element(&b, f.name, f.value)
		}
	}
	if e.agent != 0 {
		raw(&b, "AgentID", strconv.Itoa(e.agent))
	}
	b.WriteString("</xml>")
	return []byte(b.String())
}

// element writes a value as CDATA, the way WeCom does.
func element(b *strings.Builder, name, value string) {
	b.WriteString("<" + name + "><![CDATA[")
	b.WriteString(strings.ReplaceAll(value, "]]>", "]]]]><![CDATA[>"))
	b.WriteString("]]></" + name + ">")
}

func raw(b *strings.Builder, name, value string) {
	b.WriteString("<" + name + ">" + value + "</" + name + ">")
}

// customerEvent makes a change_external_contact event.
func customerEvent(change, userid, external string) *event {
	e := &event{family: FamilyCustomer, name: "change_external_contact", change: change, member: userid, about: external}
	return e.text("UserID", userid).text("ExternalUserID", external)
}

// groupEvent makes a change_external_chat event.
func groupEvent(change string, g *Group) *event {
	e := &event{family: FamilyGroup, name: "change_external_chat", change: change, member: g.Owner, about: g.ChatID}
	return e.text("ChatId", g.ChatID)
}

// tagEvent makes a change_external_tag event.
func tagEvent(change, id, kind string) *event {
	e := &event{family: FamilyTag, name: "change_external_tag", change: change, about: "tags"}
	return e.text("Id", id).text("TagType", kind)
}

// contactEvent makes a change_contact event about a member.
func contactEvent(change, userid string) *event {
	e := &event{family: FamilyContact, name: "change_contact", change: change, member: userid, about: userid}
	return e.text("UserID", userid)
}

// emit hands an event to every app that hears its family and sees its member.
// The caller holds the world's lock; nothing is sent before it is released.
func (s *Sim) emit(c *Corp, e *event) {
	now := s.clock.Now()
	for _, a := range c.Apps {
		if !a.Enabled || a.Callback.URL == "" || !hears(a, e) {
			continue
		}
		if e.agent != 0 && e.agent != a.AgentID {
			continue
		}
		// An app hears only of its visible range (unverified for groups, whose
		// owner is taken for the range).
		if e.member != "" && !c.sees(a, e.member) {
			continue
		}
		if e.party != 0 && !c.index.visibleDepts[a][e.party] {
			continue
		}
		s.courier.send(&Delivery{
			ID: s.nextSeq(), Corp: c.ID, AgentID: a.AgentID, App: a.Name,
			Event: e.name, ChangeType: e.change, CreatedAt: now.UnixMilli(),
			Plaintext: string(e.xml(c.ID, now.Unix())),
			about:     e.about, target: a.Callback,
		})
	}
}

// hears tells whether the app receives the event's family. Events of 客户联系
// need the app to be in 可调用接口的应用 (callbacks.md).
func hears(a *App, e *event) bool {
	switch e.family {
	case FamilyCustomer, FamilyGroup, FamilyTag, FamilyAudit:
		if a.Kind == SelfBuilt && !a.CustomerContact || a.Kind == ContactsSync {
			return false
		}
	case FamilyContact:
		if a.Kind == CustomerSystem {
			return false
		}
	}
	return slices.Contains(a.Callback.Families, e.family)
}
