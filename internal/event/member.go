package event

// MemberJoined says that a member (成员) appeared in the contact book.
type MemberJoined struct {
	Meta
	Member string `json:"member"`
}

// Key keeps the news of one member in order.
func (e MemberJoined) Key() string { return e.Member }

// MemberChanged says that a member's name, departments or status changed.
type MemberChanged struct {
	Meta
	Member string `json:"member"`
	// WasMember is the userid before, when it changed.
	WasMember string `json:"wasMember,omitempty"`
}

// Key keeps the news of one member in order.
func (e MemberChanged) Key() string { return e.Member }

// MemberLeft says that a member was removed from the contact book or left the corp.
type MemberLeft struct {
	Meta
	Member string `json:"member"`
}

// Key keeps the news of one member in order.
func (e MemberLeft) Key() string { return e.Member }

// DepartmentsChanged says that a department was created, renamed, moved or deleted.
type DepartmentsChanged struct {
	Meta
	Department int64 `json:"department"`
}
