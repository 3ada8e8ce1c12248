package event

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
}

// Key keeps the news of one customer or group in order.
func (e TransferSettled) Key() string { return e.Customer + e.Group }
