package wecomsim

import (
	"encoding/json"
	"slices"
)

// This file keeps what people see on their phones: chats between a member and
// a customer, group chats, and what apps sent to members.
//
// Not modelled: read receipts in chats, recall by people, voice and video
// calls, red packets, message formatting.

// Kinds of chat.
const (
	ChatDirect = "direct"
	ChatGroup  = "group"
)

// keepMessages bounds the memory of one chat; older messages are forgotten.
const keepMessages = 500

// Chat is a conversation as both phones show it.
type Chat struct {
	ID             string    `json:"id"`
	Kind           string    `json:"kind"`
	UserID         string    `json:"userid,omitempty"`
	ExternalUserID string    `json:"external_userid,omitempty"`
	ChatID         string    `json:"chat_id,omitempty"`
	Messages       []Message `json:"messages"`
}

// Message is one message in a chat.
type Message struct {
	Seq  int64  `json:"seq"`
	At   int64  `json:"at"`             // unix milliseconds of the simulated clock
	From string `json:"from"`           // userid, external_userid, or "" for a line of the system
	Via  string `json:"via"`            // person, welcome, system
	Text string `json:"text,omitempty"` //
	// Transfer is the transfer of which the line tells; the customer may refuse it.
	Transfer int64        `json:"transfer,omitempty"`
	Refused  bool         `json:"refused,omitempty"` // the other side had deleted or blocked the sender
	Parts    []Attachment `json:"attachments,omitempty"`
}

// Attachment is what a message carries beside text.
type Attachment struct {
	Kind  string    `json:"kind"` // image, link, miniprogram, video, file
	Media string    `json:"media_id,omitempty"`
	URL   string    `json:"url,omitempty"` // image by pic_url
	Link  *LinkCard `json:"link,omitempty"`
	Mini  *MiniCard `json:"miniprogram,omitempty"`
}

// AppMessage is one message of an app, as its receivers see it.
type AppMessage struct {
	ID           string          `json:"msgid"`
	Seq          int64           `json:"seq"`
	At           int64           `json:"at"` // unix milliseconds
	AgentID      int             `json:"agentid"`
	AppName      string          `json:"app_name"`
	Kind         string          `json:"msgtype"`
	Body         json.RawMessage `json:"body"` // the object that belongs to msgtype
	To           []string        `json:"to"`   // userids that received it
	ReadBy       []string        `json:"read_by,omitempty"`
	Recalled     bool            `json:"recalled,omitempty"`
	ResponseCode string          `json:"-"`
	TaskID       string          `json:"task_id,omitempty"`
}

// directChatID names the conversation of a pair.
func directChatID(userid, external string) string {
	return "direct:" + userKey(userid) + ":" + external
}

// say appends a message to the conversation of a pair. The caller holds the
// world's lock.
func (s *Sim) say(c *Corp, userid, external string, m Message) Message {
	id := directChatID(userid, external)
	chat := c.Chats[id]
	if chat == nil {
		chat = &Chat{ID: id, Kind: ChatDirect, UserID: userid, ExternalUserID: external}
		c.addChat(chat)
	}
	return s.appendMessage(c, chat, m)
}

// sayInGroup appends a message to a group's conversation.
func (s *Sim) sayInGroup(c *Corp, g *Group, m Message) Message {
	id := "group:" + g.ChatID
	chat := c.Chats[id]
	if chat == nil {
		chat = &Chat{ID: id, Kind: ChatGroup, ChatID: g.ChatID}
		c.addChat(chat)
	}
	return s.appendMessage(c, chat, m)
}

func (s *Sim) appendMessage(c *Corp, chat *Chat, m Message) Message {
	m.Seq = s.nextSeq()
	m.At = s.clock.Now().UnixMilli()
	chat.Messages = append(chat.Messages, m)
	if len(chat.Messages) > keepMessages {
		chat.Messages = slices.Clone(chat.Messages[len(chat.Messages)-keepMessages:])
	}
	s.tell(Change{Kind: "chat", Corp: c.ID, Member: chat.UserID, Customer: chat.ExternalUserID, Group: chat.ChatID, Chat: chat.ID})
	return m
}

// addChat files a conversation under both its ends.
func (c *Corp) addChat(chat *Chat) {
	c.Chats[chat.ID] = chat
	if chat.Kind == ChatDirect {
		k := userKey(chat.UserID)
		c.index.chatsOfMember[k] = append(c.index.chatsOfMember[k], chat)
		c.index.chatsOfCustomer[chat.ExternalUserID] = append(c.index.chatsOfCustomer[chat.ExternalUserID], chat)
	}
}
