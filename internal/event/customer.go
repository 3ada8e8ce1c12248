package event

// CodeState begins the state of every contact way of a channel code (渠道活码); the code's id
// follows. It is how CustomerAdded.State tells by which code somebody came.
const CodeState = "cc"

// CustomerAdded says that a follow (跟进关系) between a member and a customer began
// (add_external_contact), or began one-sidedly (Half: add_half_external_contact).
type CustomerAdded struct {
	Meta
	Member   string `json:"member"`   // userid
	Customer string `json:"customer"` // external_userid
	// State is the state of the contact way that was scanned; "" when none.
	State string `json:"state,omitempty"`
	// WelcomeCode allows one greeting within 20 s of At; "" when WeCom gave none.
	WelcomeCode string `json:"welcomeCode,omitempty"`
	// Half is true while the member has yet to confirm.
	Half bool `json:"half,omitempty"`
	// Again is true when the pair had been lost or deleted before.
	Again bool `json:"again,omitempty"`
	// Transferred is true when the follow came by hand-over: no greeting, no count.
	Transferred bool `json:"transferred,omitempty"`
}

// Key keeps the news of one customer in order.
func (e CustomerAdded) Key() string { return e.Customer }

// CustomerLost says that the customer deleted or blocked the member (del_follow_user, 流失).
type CustomerLost struct {
	Meta
	Member   string `json:"member"`
	Customer string `json:"customer"`
	// Unknown is true when a re-sync found the follow gone and nobody knows who ended it.
	Unknown bool `json:"unknown,omitempty"`
}

// Key keeps the news of one customer in order.
func (e CustomerLost) Key() string { return e.Customer }

// CustomerDeleted says that the member deleted the customer (del_external_contact).
type CustomerDeleted struct {
	Meta
	Member   string `json:"member"`
	Customer string `json:"customer"`
	// ByTransfer is true when WeCom removed the follow after an on-job transfer: not a deletion.
	ByTransfer bool `json:"byTransfer,omitempty"`
}

// Key keeps the news of one customer in order.
func (e CustomerDeleted) Key() string { return e.Customer }

// CustomerChanged says that what WeCom knows of the customer or the follow (name,
// remark, tags, details) was read anew and differs.
type CustomerChanged struct {
	Meta
	Member   string `json:"member,omitempty"` // "" when the change is not of one follow
	Customer string `json:"customer"`
}

// Key keeps the news of one customer in order.
func (e CustomerChanged) Key() string { return e.Customer }

// CustomerTagged says that tags came onto a follow, by whomever: tags of the corp and of the
// platform, not a member's own. What a hand-over brings along is not told, nor what a follow
// bears that a re-sync found: CustomerAdded tells of that.
type CustomerTagged struct {
	Meta
	Member   string   `json:"member"`
	Customer string   `json:"customer"`
	Tags     []string `json:"tags"` // their ids
}

// Key keeps the news of one customer in order.
func (e CustomerTagged) Key() string { return e.Customer }

// TransferFailed says that a hand-over of a customer was refused or impossible (transfer_fail).
type TransferFailed struct {
	Meta
	Member   string `json:"member"` // the taker
	Customer string `json:"customer"`
	Reason   string `json:"reason"` // customer_refused | customer_limit_exceed
}

// Key keeps the news of one customer in order.
func (e TransferFailed) Key() string { return e.Customer }

// ArchiveApproved says that the customer consented to the message archive (msg_audit_approved).
type ArchiveApproved struct {
	Meta
	Member      string `json:"member"`
	Customer    string `json:"customer"`
	WelcomeCode string `json:"welcomeCode,omitempty"`
}

// Key keeps the news of one customer in order.
func (e ArchiveApproved) Key() string { return e.Customer }
