package wecomsim

import (
	"strings"
	"time"
)

// This file holds the nouns of the contact list (通讯录) and of signing in.
//
// Not modelled: see world.go.

// Department is a node of the corp's tree; 1 is the root.
type Department struct {
	ID       int
	Name     string
	NameEN   string
	ParentID int
	Order    int64
	Leaders  []string
}

// Member statuses of user/get (90196).
const (
	StatusActive       = 1
	StatusDisabled     = 2
	StatusNotActivated = 4
	StatusLeft         = 5
)

// Member is an employee account (成员).
type Member struct {
	UserID string
	// Generated: WeCom made the userid, so that it may be changed once (90197).
	Generated   bool
	Name        string
	Alias       string
	Departments []int
	Orders      []int64
	Leader      []int // 0/1 per department
	Main        int
	DirectLead  []string
	Position    string
	Mobile      string
	Email       string
	BizMail     string
	Telephone   string
	Address     string
	Gender      int
	Status      int
	Title       string // external_position
	// MayContact: has the 客户联系 permission.
	MayContact bool
	// RealName: verified, a condition for contact ways.
	RealName bool
	// MaxCustomers is the account's limit of external contacts.
	MaxCustomers int
	// ConsoleWelcome: an administrator set a welcome text for him in the admin
	// console, so that events carry no welcome code.
	ConsoleWelcome bool
	ExtAttr        []ExtAttr
	JoinedAt       int64
	LeftAt         int64
	// LastUsedAt is when he last used WeCom, unix seconds; 0 for somebody who does all the time.
	LastUsedAt int64
}

// ExtAttr is one extended attribute of a member: a text, or a link when URL is set.
type ExtAttr struct {
	Name  string
	Value string
	URL   string
	Title string
}

// ContactTag is a contact tag (通讯录标签), here only as part of visible ranges.
type ContactTag struct {
	ID          int
	Name        string
	Members     []string
	Departments []int
}

// Token is an access token.
type Token struct {
	Value     string
	Secret    string
	ExpiresAt time.Time
	Revoked   bool
}

// Ticket is a JS-SDK ticket.
type Ticket struct {
	Value     string
	Kind      string // "corp" or "agent_config"
	Secret    string
	ExpiresAt time.Time
}

// OAuthCode is the code that a login page gives to the redirect.
type OAuthCode struct {
	Code      string
	AgentID   int
	UserID    string // member, or
	Person    string // visitor
	Private   bool   // snsapi_privateinfo
	ExpiresAt time.Time
	Used      bool
}

// UserTicket opens the sensitive data of a member (95833).
type UserTicket struct {
	UserID    string
	AgentID   int
	ExpiresAt time.Time
}

// userKey is the form of a userid for comparisons: WeCom treats them without
// regard to case (contacts.md).
func userKey(userid string) string { return strings.ToLower(userid) }
