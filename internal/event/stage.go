package event

// StageChanged says that a customer came into a stage of a flow (客户阶段), or left the flow.
type StageChanged struct {
	Meta
	Member   string `json:"member"`   // userid of the follow
	Customer string `json:"customer"` // external_userid
	Flow     string `json:"flow"`     // id of the flow
	From     string `json:"from,omitempty"`
	To       string `json:"to,omitempty"` // "" when the customer left the flow
	By       string `json:"by,omitempty"` // userid of who moved it, "" for a rule
}

// Key keeps the news of one customer in order.
func (e StageChanged) Key() string { return e.Customer }

// FollowedUp says that a member followed up a customer (跟进): wrote a note, moved the stage,
// finished a task.
type FollowedUp struct {
	Meta
	Member   string `json:"member"`
	Customer string `json:"customer"`
	How      string `json:"how"` // note | move | task | message | call
}

// Key keeps the news of one customer in order.
func (e FollowedUp) Key() string { return e.Customer }
