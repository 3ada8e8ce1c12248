package callback

import "encoding/xml"

// Header holds the fields that every plaintext carries. Self-built apps
// 自建应用 get the first group; the third-party suite envelope 第三方 uses the
// second, and its InfoType and TimeStamp stand for Event and CreateTime.
type Header struct {
	XMLName      xml.Name `xml:"xml"`
	ToUserName   string   `xml:"ToUserName,omitempty"`   // the corpid
	FromUserName string   `xml:"FromUserName,omitempty"` // sys, or a userid
	CreateTime   int64    `xml:"CreateTime,omitempty"`   // unix seconds
	MsgType      string   `xml:"MsgType,omitempty"`      // event, text, image …
	Event        string   `xml:"Event,omitempty"`
	ChangeType   string   `xml:"ChangeType,omitempty"`
	AgentID      int64    `xml:"AgentID,omitempty"` // of the app, when it is an app's own event

	SuiteID    string `xml:"SuiteId,omitempty"`
	AuthCorpID string `xml:"AuthCorpId,omitempty"`
	InfoType   string `xml:"InfoType,omitempty"`
	TimeStamp  int64  `xml:"TimeStamp,omitempty"` // unix seconds
}

// Head gives access to the common fields of any event.
func (h *Header) Head() *Header { return h }

// Corp is the corpid that the callback is about, in either envelope.
func (h *Header) Corp() string {
	if h.AuthCorpID != "" {
		return h.AuthCorpID
	}
	return h.ToUserName
}

// Time is when it happened, unix seconds, in either envelope.
func (h *Header) Time() int64 {
	if h.TimeStamp != 0 {
		return h.TimeStamp
	}
	return h.CreateTime
}

// Kind is what decides about the Go type of a callback.
func (h *Header) Kind() Kind {
	if h.MsgType == "" && h.InfoType != "" {
		return Kind{MsgType: MsgEvent, Event: h.InfoType, ChangeType: h.ChangeType}
	}
	return Kind{MsgType: h.MsgType, Event: h.Event, ChangeType: h.ChangeType}
}

// Event is one decoded callback: a pointer to one of the types listed in
// Catalogue, or *Unknown.
type Event interface {
	Head() *Header
}

// Kind names a sort of callback. Event is empty for messages, ChangeType for
// events that have none.
type Kind struct {
	MsgType    string
	Event      string
	ChangeType string
}

// String writes a kind as event.change_type, event, or message.type.
func (k Kind) String() string {
	switch {
	case k.MsgType != MsgEvent:
		return "message." + k.MsgType
	case k.ChangeType == "":
		return k.Event
	default:
		return k.Event + "." + k.ChangeType
	}
}

// Unknown is a callback that this package has no type for. It must be kept and
// answered like any other, because WeCom repeats what is refused.
type Unknown struct {
	Header
	Raw []byte `xml:"-"` // the whole plaintext
}
