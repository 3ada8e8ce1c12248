package wecomsim

import (
	"slices"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom"
)

// This file holds what people say to each other, temporary sessions, blocking,
// and what spoils or starts a welcome.
//
// Not modelled: voice and video calls, red packets, recalled messages, unread
// counters.

// Say is a message between a person and a member.
type Say struct {
	Corp   string `json:"corp,omitempty"`
	Person string `json:"person"`
	Member string `json:"member"`
	// By is who speaks: "person" (default) or "member".
	By   string `json:"by,omitempty"`
	Text string `json:"text"`
}

// Say puts a message into the chat of a pair. The first one makes a pending
// welcome code useless (41051). A message to somebody who deleted or blocked the
// speaker is refused, which the chat shows.
func (s *Sim) Say(in Say) (Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if in.Text == "" {
		return Message{}, refuse("text", "nothing to say")
	}
	c, f, err := s.existing(Pair{in.Corp, in.Person, in.Member})
	if err != nil {
		return Message{}, err
	}
	m := Message{Via: "person", Text: in.Text}
	switch in.By {
	case "", "person":
		m.From, m.Refused = f.ExternalUserID, !f.ByMember
	case "member":
		m.From, m.Refused = f.UserID, !f.ByCustomer || f.Blocked
	default:
		return Message{}, refuse("by", "must be person or member")
	}
	if !m.Refused {
		f.ChatOpen = true
	}
	return s.say(c, f.UserID, f.ExternalUserID, m), nil
}

// Block is a customer blocking (拉黑) or unblocking a member.
type Block struct {
	Corp   string `json:"corp,omitempty"`
	Person string `json:"person"`
	Member string `json:"member"`
	Undo   bool   `json:"undo,omitempty"`
}

// Block keeps messages of the member from the customer. WeCom tells nobody: no
// event, no change in the API (unverified).
func (s *Sim) Block(in Block) (Relation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, f, err := s.existing(Pair{in.Corp, in.Person, in.Member})
	if err != nil {
		return Relation{}, err
	}
	f.Blocked = !in.Undo
	s.tell(Change{Kind: "follow", Corp: c.ID, Member: f.UserID, Customer: f.ExternalUserID, Detail: "block"})
	return Relation{UserID: f.UserID, ExternalUserID: f.ExternalUserID}, nil
}

// Consent is a customer agreeing to the message archive: msg_audit_approved
// with a welcome code (92005).
func (s *Sim) Consent(in Pair) (Relation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, f, err := s.existing(in)
	if err != nil {
		return Relation{}, err
	}
	f.Consented = true
	out := Relation{UserID: f.UserID, ExternalUserID: f.ExternalUserID, Event: "msg_audit_approved"}
	out.WelcomeCode = s.welcomeCode(c, f)
	e := customerEvent(out.Event, f.UserID, f.ExternalUserID).text("WelcomeCode", out.WelcomeCode)
	e.family = FamilyAudit
	s.emit(c, e)
	return out, nil
}

// Stages of TakeWelcome.
const (
	WelcomeBegin  = "begin"  // the other app is delivering: 41096
	WelcomeFinish = "finish" // the other app has delivered: 41051
	WelcomeAbort  = "abort"  // its delivery failed: the code is free again
)

// TakeWelcome is another app using the welcome code of a pair first.
type TakeWelcome struct {
	Corp   string `json:"corp,omitempty"`
	Person string `json:"person"`
	Member string `json:"member"`
	Stage  string `json:"stage,omitempty"` // finish when empty
	Text   string `json:"text,omitempty"`  // what the other app says
}

// TakeWelcome plays a second app that consumes the newest welcome code of the
// pair (welcome.md: the first caller wins).
func (s *Sim) TakeWelcome(in TakeWelcome) (Relation, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, f, err := s.existing(Pair{in.Corp, in.Person, in.Member})
	if err != nil {
		return Relation{}, err
	}
	i := lastIndex(c.index.welcomes, func(w *Welcome) bool {
		return !w.Used && w.UserID == f.UserID && w.ExternalUserID == f.ExternalUserID
	})
	if i < 0 || s.clock.Now().Sub(c.index.welcomes[i].IssuedAt) > welcomeLife {
		return Relation{}, refuse("person", "the pair has no living welcome code")
	}
	w := c.index.welcomes[i]
	switch in.Stage {
	case WelcomeBegin:
		w.Sending = true
	case WelcomeAbort:
		w.Sending = false
	case "", WelcomeFinish:
		w.Sending, w.Used = false, true
		if in.Text == "" {
			in.Text = "（另一个应用的欢迎语）"
		}
		s.greet(c, w, Message{From: f.UserID, Via: "welcome", Text: in.Text})
	default:
		return Relation{}, refuse("stage", "must be begin, finish or abort")
	}
	return Relation{UserID: f.UserID, ExternalUserID: f.ExternalUserID, WelcomeCode: w.Code}, nil
}

func lastIndex[T any](list []T, fits func(T) bool) int {
	for i, x := range slices.Backward(list) {
		if fits(x) {
			return i
		}
	}
	return -1
}

// openTempChat plays a scan of a temporary way: a session of chat_expires_in,
// but no relation and no event (unverified).
func (s *Sim) openTempChat(c *Corp, p *Person, w *ContactWay, m *Member, now time.Time) (Relation, error) {
	if now.Unix() > w.CreatedAt+w.ExpiresIn {
		return Relation{}, refuse("way", "the temporary code has expired")
	}
	if w.UnionID != "" && w.UnionID != p.UnionID {
		return Relation{}, refuse("person", "the temporary code is for somebody else")
	}
	cu := s.customer(c, p)
	t := &TempChat{
		UserID: m.UserID, ExternalUserID: cu.ExternalUserID, ConfigID: w.ConfigID,
		EndsAt: now.Unix() + w.ChatExpiresIn,
	}
	c.TempChats = append(slices.DeleteFunc(c.TempChats, func(t *TempChat) bool { return t.Closed }), t)
	s.say(c, m.UserID, cu.ExternalUserID, Message{Via: "system", Text: "临时会话已开始。"})
	s.watchTempChat(c, t)
	return Relation{UserID: m.UserID, ExternalUserID: cu.ExternalUserID}, nil
}

// watchTempChat ends the session at its time.
func (s *Sim) watchTempChat(c *Corp, t *TempChat) {
	s.clock.After(time.Unix(t.EndsAt, 0).Sub(s.clock.Now()), func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !t.Closed {
			s.endTempChat(c, t)
		}
	})
}

// endTempChat sends the conclusions of the way and closes the session. The
// caller holds the lock.
func (s *Sim) endTempChat(c *Corp, t *TempChat) {
	t.Closed = true
	m := Message{From: t.UserID, Via: "system", Text: "临时会话已结束。"}
	if w := c.Ways[t.ConfigID]; w != nil && w.Conclusions != nil {
		k := w.Conclusions
		m.Text = k.Text
		switch {
		case k.ImageMedia != "":
			m.Parts = []Attachment{{Kind: wecom.AttachmentImage, Media: k.ImageMedia}}
		case k.Link != nil:
			m.Parts = []Attachment{{Kind: wecom.AttachmentLink, Link: k.Link}}
		case k.Mini != nil:
			m.Parts = []Attachment{{Kind: wecom.AttachmentMiniProgram, Mini: k.Mini}}
		}
	}
	s.say(c, t.UserID, t.ExternalUserID, m)
}
