package wecomsim

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/queqiao-scrm/queqiao/wecom"
)

// This file holds what people do about transfers: a customer refuses or accepts, an
// administrator distributes by hand in the console; and shows how they stand.
//
// Not modelled: the console's own distribution to several members, groups
// assigned in the console other than by change-owner.

// TransferView is a transfer as the control interface shows it.
type TransferView struct {
	ID             int64  `json:"id"`
	Handover       string `json:"handover"`
	Takeover       string `json:"takeover"`
	ExternalUserID string `json:"external_userid"`
	Person         string `json:"person"`
	Resigned       bool   `json:"resigned,omitempty"`
	Status         int    `json:"status"`             // 1 done, 2 waiting, 3 refused, 4 full, 5 came to nothing
	StartedAt      int64  `json:"started_at"`         // unix seconds
	EndedAt        int64  `json:"ended_at,omitempty"` // unix seconds
	DueAt          int64  `json:"due_at"`             // unix seconds, when a waiting one is done by itself
}

func (c *Corp) viewTransfer(t *Transfer) TransferView {
	return TransferView{
		ID: t.Seq, Handover: t.Handover, Takeover: t.Takeover, ExternalUserID: t.ExternalUserID, Person: c.Customers[t.ExternalUserID].Person,
		Resigned: t.Resigned, Status: t.Status, StartedAt: t.StartedAt, EndedAt: t.EndedAt, DueAt: t.due().Unix(),
	}
}

// RefuseTransfer is a customer who does not want another member.
type RefuseTransfer struct {
	Corp   string `json:"corp,omitempty"`
	Person string `json:"person"` // id or external_userid
}

// RefuseTransfer announces transfer_fail with customer_refused. The handover
// member keeps the customer, or the pool does.
func (s *Sim) RefuseTransfer(in RefuseTransfer) (TransferView, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.corp(in.Corp)
	if err != nil {
		return TransferView{}, err
	}
	t, err := s.waitingOf(c, in.Person)
	if err != nil {
		return TransferView{}, err
	}
	s.endTransfer(c, t, wecom.TransferRefused, "customer_refused")
	s.say(c, t.Handover, t.ExternalUserID, Message{Via: "system", Text: "你已拒绝更换服务人员。"})
	return c.viewTransfer(t), nil
}

// waitingOf finds the transfer that a customer has to decide about.
func (s *Sim) waitingOf(c *Corp, person string) (*Transfer, error) {
	p, err := s.person(c, person)
	if err != nil {
		return nil, err
	}
	if cu := c.index.customerByPerson[p.ID]; cu != nil {
		if t := c.waitingTransfer(cu.ExternalUserID); t != nil {
			return t, nil
		}
	}
	return nil, refuse("person", "%s has no transfer to decide about", person)
}

// AcceptTransfer is a customer who agrees to another member.
type AcceptTransfer struct {
	Corp   string `json:"corp,omitempty"`
	Person string `json:"person"` // id or external_userid
}

// AcceptTransfer ends the wait: what would be done after 24 hours is done now.
func (s *Sim) AcceptTransfer(in AcceptTransfer) (TransferView, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.corp(in.Corp)
	if err != nil {
		return TransferView{}, err
	}
	t, err := s.waitingOf(c, in.Person)
	if err != nil {
		return TransferView{}, err
	}
	s.settleTransfer(c, t)
	return c.viewTransfer(t), nil
}

// AssignCustomer is an administrator giving a customer to another member in the
// console: on the job, or of the pool when the handover member left.
type AssignCustomer struct {
	Corp     string `json:"corp,omitempty"`
	Person   string `json:"person"` // id or external_userid
	Handover string `json:"handover"`
	Takeover string `json:"takeover"`
}

// AssignCustomer begins a transfer as the API does, under the same rules.
func (s *Sim) AssignCustomer(in AssignCustomer) (TransferView, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.corp(in.Corp)
	if err != nil {
		return TransferView{}, err
	}
	p, err := s.person(c, in.Person)
	if err != nil {
		return TransferView{}, err
	}
	taker, err := c.actor(in.Takeover)
	if err != nil {
		return TransferView{}, err
	}
	if !taker.MayContact || taker.Status == StatusNotActivated {
		return TransferView{}, refuse("takeover", "%s may not have customers", taker.UserID)
	}
	handover := cmp.Or(c.Members[userKey(in.Handover)], c.Left[userKey(in.Handover)])
	if handover == nil {
		return TransferView{}, missing("handover", "no member %q, not even one who left", in.Handover)
	}
	t := Transfer{Handover: handover.UserID, Takeover: taker.UserID, Resigned: handover.Status == StatusLeft}
	if cu := c.index.customerByPerson[p.ID]; cu != nil {
		t.ExternalUserID = cu.ExternalUserID
	}
	if code := s.transferBar(c, t); code != 0 {
		return TransferView{}, refuse("person", "cannot be transferred: errcode %d", code)
	}
	return c.viewTransfer(s.beginTransfer(c, t)), nil
}

// showTransfers lists the transfers of a corp, newest first; ?waiting=1 only
// those that are not decided.
func (s *Sim) showTransfers(r *http.Request) (any, error) {
	return s.withCorp(r, func(c *Corp) (any, error) {
		list := []TransferView{}
		for _, t := range slices.Backward(c.Transfers) {
			if r.URL.Query().Get("waiting") == "" || t.Status == wecom.TransferWaiting {
				list = append(list, c.viewTransfer(t))
			}
		}
		return map[string]any{"transfers": list}, nil
	})
}

// UnassignedView is a customer in the pool.
type UnassignedView struct {
	UserID         string `json:"userid"` // who left
	ExternalUserID string `json:"external_userid"`
	Person         string `json:"person"`
	LeftAt         int64  `json:"left_at"` // unix seconds
}

// showUnassigned lists the pool, the latest leavers first.
func (s *Sim) showUnassigned(r *http.Request) (any, error) {
	return s.withCorp(r, func(c *Corp) (any, error) {
		list := []UnassignedView{}
		for _, u := range slices.Backward(c.Unassigned) {
			list = append(list, UnassignedView{UserID: u.UserID, ExternalUserID: u.ExternalUserID, Person: c.Customers[u.ExternalUserID].Person, LeftAt: u.LeftAt})
		}
		return map[string]any{"unassigned": list}, nil
	})
}
