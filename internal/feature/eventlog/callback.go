package eventlog

import (
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Callback is one callback (回调) as the list shows it: without its raw text.
type Callback struct {
	ID    id.ID  `bun:"id" json:"id"`
	Event string `bun:"event" json:"event" doc:"e.g. change_external_contact.add_external_contact; \"?\" when it could not be read"`
	State string `bun:"state" json:"state" enum:"waiting,done,ignored,failed"`
	Error string `bun:"error" json:"error,omitempty" doc:"why it failed"`
	// Deliveries is how often WeCom sent the same text; more than one means that it did
	// not get our answer in time.
	Deliveries int    `bun:"tries" json:"deliveries" doc:"how often WeCom sent it"`
	ToldAt     int64  `bun:"told_at" json:"toldAt" doc:"CreateTime of WeCom, unix milliseconds"`
	ReceivedAt int64  `bun:"received_at" json:"receivedAt" doc:"unix milliseconds"`
	DoneAt     int64  `bun:"done_at" json:"doneAt,omitempty" doc:"unix milliseconds, absent while waiting"`
	Subject    string `bun:"subject" json:"-"`
	About      About  `bun:"-" json:"about"`
}

// About says whom a callback concerns, with names as we know them now.
type About struct {
	Member       string `json:"member,omitempty" doc:"userid"`
	MemberName   string `json:"memberName,omitempty"`
	Customer     string `json:"customer,omitempty" doc:"external_userid"`
	CustomerID   id.ID  `json:"customerId,omitempty" doc:"our id, absent while we do not know him"`
	CustomerName string `json:"customerName,omitempty"`
	Chat         string `json:"chat,omitempty" doc:"chat_id"`
	GroupName    string `json:"groupName,omitempty"`
	Department   string `json:"department,omitempty" doc:"department id"`
}

// The shapes of mirror.Inbox.Subject.
const (
	ofCustomer = "customer/"        // customer/<external_userid>/<userid in lower case>
	ofGroup    = "group/"           // group/<chat_id>
	ofMember   = "contacts/member/" // contacts/member/<userid in lower case>
	ofParty    = "contacts/party/"  // contacts/party/<department id>
	afterSlash = "0"                // the character after "/": what begins with "x/" is < "x0"
)

// aboutOf reads a subject.
func aboutOf(subject string) About {
	var a About
	if rest, ok := strings.CutPrefix(subject, ofCustomer); ok {
		a.Customer, a.Member, _ = strings.Cut(rest, "/")
	} else if rest, ok := strings.CutPrefix(subject, ofGroup); ok {
		a.Chat = rest
	} else if rest, ok := strings.CutPrefix(subject, ofMember); ok {
		a.Member = rest
	} else if rest, ok := strings.CutPrefix(subject, ofParty); ok {
		a.Department = rest
	}
	return a
}

// subjects is a choice among subjects: those that begin with one of the prefixes (which
// end in a slash) and those that are one of the whole ones.
type subjects struct {
	prefixes []string
	whole    []string
}
