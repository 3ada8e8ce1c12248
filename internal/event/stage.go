package event

// StageChanged says that a customer came into a stage of a flow (客户阶段), or left the flow.
type StageChanged struct {
	Meta
	Member   string   `json:"member"`   // userid of the follow
	Customer string   `json:"customer"` // external_userid
	Flow     string   `json:"flow"`     // id of the flow
	From     string   `json:"from,omitempty"`
	To       string   `json:"to,omitempty"`  // "" when the customer left the flow
	By       string   `json:"by,omitempty"`  // userid of who moved it, "" for a rule
	Way      StageWay `json:"way,omitempty"` // which step it was, "" for none
}

// StageWay is which way a customer went in a flow.
type StageWay string

// The ways. Coming into a flow's first stages, and leaving the flow, is no step.
const (
	StageForward StageWay = "forward" // to a later stage
	StageBack    StageWay = "back"    // to an earlier stage
	StageWon     StageWay = "won"     // into a stage that means a deal
	StageEnded   StageWay = "ended"   // into a stage that means that nothing comes of it
)

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
