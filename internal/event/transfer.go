package event

import "github.com/queqiao-scrm/queqiao/internal/platform/id"

// TransferSettled says that a hand-over (在职继承, 离职继承) of one customer or one group was
// taken: what we hold about the pair goes from the old member to the new one.
type TransferSettled struct {
	Meta
	From string `json:"from"` // userid of the member before
	To   string `json:"to"`   // userid of the taker
	// Customer is the external_userid handed over, "" when it was a group.
	Customer string `json:"customer,omitempty"`
	// Group is the chat_id handed over, "" when it was a customer.
	Group string `json:"group,omitempty"`
	// Resigned is true when the member before had left the corp.
	Resigned bool `json:"resigned,omitempty"`
	// Seated is true when it was said before who takes the leaver's seats (SeatHandedOver).
	Seated bool `json:"seated,omitempty"`
}

// Key keeps the news of one customer or group in order.
func (e TransferSettled) Key() string { return e.Customer + e.Group }

// SeatHandedOver says who takes the seat of a member who left, in something that names its
// members (渠道活码): a plan for what he leaves behind has begun.
type SeatHandedOver struct {
	Meta
	// Of is the slug of the feature that keeps the seat, Seat the object in which it is.
	Of   string `json:"of"`
	Seat id.ID  `json:"seat"`
	From string `json:"from"` // userid of the leaver
	// To is the userid of the taker, "" when the leaver alone goes.
	To string `json:"to,omitempty"`
}

// Key keeps the news of one object in order.
func (e SeatHandedOver) Key() string { return e.Of + e.Seat.String() }
