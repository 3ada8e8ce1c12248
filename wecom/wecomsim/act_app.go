package wecomsim

import (
	"encoding/json"
	"slices"
	"strings"
)

// This file holds what members do with messages of apps and what they write to
// apps (90239, 90240).
//
// Not modelled: pictures, voice and places sent to apps, menus, location events.

// ReadAppMessage is a member reading a message of an app. WeCom tells nobody.
type ReadAppMessage struct {
	Corp   string `json:"corp,omitempty"`
	Member string `json:"member"`
	MsgID  string `json:"msgid"`
}

// received finds a message that the member received.
func (s *Sim) received(corp, member, msgID string) (*Corp, *Member, *AppMessage, error) {
	c, err := s.corp(corp)
	if err != nil {
		return nil, nil, nil, err
	}
	m, err := c.actor(member)
	if err != nil {
		return nil, nil, nil, err
	}
	msg := c.AppMessages[msgID]
	if msg == nil || !slices.Contains(msg.To, m.UserID) || msg.Recalled {
		return nil, nil, nil, missing("msgid", "%s has no such message", m.UserID)
	}
	return c, m, msg, nil
}

// ReadAppMessage marks the message as read.
func (s *Sim) ReadAppMessage(in ReadAppMessage) (Done, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, m, msg, err := s.received(in.Corp, in.Member, in.MsgID)
	if err != nil {
		return Done{}, err
	}
	if !slices.Contains(msg.ReadBy, m.UserID) {
		msg.ReadBy = append(msg.ReadBy, m.UserID)
	}
	s.tell(Change{Kind: "app_message", Corp: c.ID, Member: m.UserID})
	return done(), nil
}

// ClickCard is a member pressing a button of a template card.
type ClickCard struct {
	Corp   string `json:"corp,omitempty"`
	Member string `json:"member"`
	MsgID  string `json:"msgid"`
	Key    string `json:"key"`            // of the button
	Menu   bool   `json:"menu,omitempty"` // an entry of the action menu instead
	// Answers by question_key, for cards with questions.
	Answers map[string][]string `json:"answers,omitempty"`
}

// ClickCard announces template_card_event or template_card_menu_event with a
// fresh response code, with which the app may change the card once.
func (s *Sim) ClickCard(in ClickCard) (Done, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, m, msg, err := s.received(in.Corp, in.Member, in.MsgID)
	if err != nil {
		return Done{}, err
	}
	var card cardBody
	if msg.Kind != "template_card" || json.Unmarshal(msg.Body, &card) != nil {
		return Done{}, refuse("msgid", "is no template card")
	}
	msg.ResponseCode = s.randomID("", 43)
	e := &event{family: FamilyMessage, name: "template_card_event", agent: msg.AgentID, from: m.UserID, about: msg.ID}
	if in.Menu {
		e.name = "template_card_menu_event"
	}
	e.text("EventKey", in.Key).text("TaskId", msg.TaskID).text("CardType", card.CardType).text("ResponseCode", msg.ResponseCode)
	if len(in.Answers) > 0 {
		e.fields = append(e.fields, field{name: "SelectedItems", raw: selectedItems(in.Answers)})
	}
	s.emit(c, e)
	return done(), nil
}

// selectedItems renders answers in the order of their questions' keys.
func selectedItems(answers map[string][]string) string {
	keys := make([]string, 0, len(answers))
	for k := range answers {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var b strings.Builder
	for _, k := range keys {
		b.WriteString("<SelectedItem>")
		element(&b, "QuestionKey", k)
		b.WriteString("<OptionIds>")
		for _, id := range answers[k] {
			element(&b, "OptionId", id)
		}
		b.WriteString("</OptionIds></SelectedItem>")
	}
	return b.String()
}

// TellApp is a member writing to an app, or entering it when Text is empty.
type TellApp struct {
	Corp    string `json:"corp,omitempty"`
	Member  string `json:"member"`
	AgentID int    `json:"agentid"`
	Text    string `json:"text,omitempty"`
}

// TellApp sends a text message or an enter_agent event to the app.
func (s *Sim) TellApp(in TellApp) (Done, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.corp(in.Corp)
	if err != nil {
		return Done{}, err
	}
	m, err := c.actor(in.Member)
	if err != nil {
		return Done{}, err
	}
	a := c.app(in.AgentID)
	if a == nil || a.Kind != SelfBuilt {
		return Done{}, missing("agentid", "no app %d", in.AgentID)
	}
	if !c.sees(a, m.UserID) {
		return Done{}, refuse("member", "%s does not see the app", m.UserID)
	}
	e := &event{family: FamilyMessage, name: "enter_agent", agent: a.AgentID, from: m.UserID, about: m.UserID}
	if in.Text == "" {
		e.fields = append(e.fields, field{name: "EventKey"})
	} else {
		e.name, e.message = "text", true
		e.text("Content", in.Text).number("MsgId", 1_000_000_000_000_000+s.nextSeq())
	}
	s.emit(c, e)
	return done(), nil
}

// SuspendApp is WeCom suspending an app that nobody uses, or re-enabling it.
type SuspendApp struct {
	Corp    string `json:"corp,omitempty"`
	AgentID int    `json:"agentid"`
	Undo    bool   `json:"undo,omitempty"`
}

// SuspendApp announces close_inactive_agent or reopen_inactive_agent; calls of a
// suspended app get 50003.
func (s *Sim) SuspendApp(in SuspendApp) (Done, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.corp(in.Corp)
	if err != nil {
		return Done{}, err
	}
	a := c.app(in.AgentID)
	if a == nil || a.Kind != SelfBuilt {
		return Done{}, missing("agentid", "no app %d", in.AgentID)
	}
	e := &event{family: FamilyAppStatus, name: "close_inactive_agent", agent: a.AgentID, about: "app"}
	a.Enabled = true // so that it hears of it
	if in.Undo {
		e.name = "reopen_inactive_agent"
	}
	s.emit(c, e)
	a.Enabled = in.Undo
	s.tell(Change{Kind: "app", Corp: c.ID})
	return done(), nil
}
