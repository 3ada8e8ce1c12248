package event

import "time"

// GroupCreated says that a customer group (客户群) appeared.
type GroupCreated struct {
	Meta
	Group string `json:"group"` // chat_id
}

// Key keeps the news of one group in order.
func (e GroupCreated) Key() string { return e.Group }

// GroupChanged says that name, owner or notice of a group changed.
type GroupChanged struct {
	Meta
	Group string `json:"group"`
	// Detail is WeCom's UpdateDetail: change_owner, change_name, change_notice; "" when a re-sync noticed.
	Detail string `json:"detail,omitempty"`
}

// Key keeps the news of one group in order.
func (e GroupChanged) Key() string { return e.Group }

// GroupDissolved says that the owner dissolved the group: everybody left it.
type GroupDissolved struct {
	Meta
	Group string `json:"group"`
}

// Key keeps the news of one group in order.
func (e GroupDissolved) Key() string { return e.Group }

// GroupMemberJoined says that somebody joined a group.
type GroupMemberJoined struct {
	Meta
	Group string `json:"group"`
	// Who is a userid or an external_userid; External tells which.
	Who      string `json:"who"`
	External bool   `json:"external"`
}

// Key keeps the news of one group in order.
func (e GroupMemberJoined) Key() string { return e.Group }

// GroupMemberLeft says that somebody left a group or was removed.
type GroupMemberLeft struct {
	Meta
	Group    string `json:"group"`
	Who      string `json:"who"`
	External bool   `json:"external"`
	Removed  bool   `json:"removed,omitempty"`
	// JoinedAt is since when he had been in it; zero when nobody knows.
	JoinedAt time.Time `json:"joinedAt,omitzero"`
}

// Key keeps the news of one group in order.
func (e GroupMemberLeft) Key() string { return e.Group }
