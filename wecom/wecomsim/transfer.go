package wecomsim

import (
	"slices"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// This file holds the transfer of customers (在职继承, 离职继承): what keeps it
// from beginning, the 24 hours in which the customer may refuse, and its end.
// Whether the API or an administrator in the console began it is all the same.
//
// Corp tags go with the customer; remark, description, phone numbers, personal
// tags and state stay behind. That and what is marked so are unverified.
//
// A customer may accept before the 24 hours are over, which ends the wait at once
// (unverified; the documents speak of refusing only).

// transferWait is how long the customer may refuse; then it is done by itself.
const transferWait = 24 * time.Hour

// Of one customer so many transfers on the job may begin in so many natural
// days (40128). Refused ones count too, and whoever he was taken from
// (unverified).
const (
	transfersPerCustomer = 2
	transferDays         = 90
)

// idle tells whether a member has not used WeCom in the year before a moment: then he can
// neither give on the job nor take customers or groups (92125, 92127, 95703).
func (m *Member) idle(now time.Time) bool {
	return m.LastUsedAt != 0 && time.Unix(m.LastUsedAt, 0).Before(now.AddDate(-1, 0, 0))
}

// Transfer is one customer on the way from one member to another.
type Transfer struct {
	Seq            int64
	Handover       string // 原跟进成员
	Takeover       string // 接替成员
	ExternalUserID string
	Resigned       bool // the handover member had left when it began
	Status         int  // wecom.TransferWaiting …
	StartedAt      int64
	EndedAt        int64 // 0 while it waits
	SuccessMsg     string
}

// due is when a waiting transfer is done by itself.
func (t *Transfer) due() time.Time { return time.Unix(t.StartedAt, 0).Add(transferWait) }

// indexTransfer files a transfer under its customer and its pair of members.
func (c *Corp) indexTransfer(t *Transfer) {
	c.index.transfersOf[t.ExternalUserID] = append(c.index.transfersOf[t.ExternalUserID], t)
	k := betweenKey(t.Handover, t.Takeover, t.Resigned)
	c.index.transfersBetween[k] = append(c.index.transfersBetween[k], t)
}

func betweenKey(handover, takeover string, resigned bool) string {
	kind := "on-job"
	if resigned {
		kind = "resigned"
	}
	return kind + "\x00" + userKey(handover) + "\x00" + userKey(takeover)
}

// waitingTransfer finds the transfer of a customer that is not decided yet.
func (c *Corp) waitingTransfer(external string) *Transfer {
	for _, t := range c.index.transfersOf[external] {
		if t.Status == wecom.TransferWaiting {
			return t
		}
	}
	return nil
}

// chinaDay counts natural days, which begin at midnight in Beijing.
func chinaDay(unix int64) int64 { return (unix + 8*3600) / 86400 }

// within tells whether a moment lies in the last so many natural days.
func within(now, unix int64, days int64) bool { return chinaDay(now)-chinaDay(unix) < days }

// transferBar is the errcode that keeps a customer from being transferred, 0 for none.
func (s *Sim) transferBar(c *Corp, t Transfer) int {
	taker := c.Members[userKey(t.Takeover)]
	switch {
	case userKey(t.Handover) == userKey(t.Takeover):
		return errcode.SameMember
	case c.Customers[t.ExternalUserID] == nil:
		return errcode.InvalidExternalUserID
	}
	if code := c.leaveBar(t); code != 0 {
		return code
	}
	if c.waitingTransfer(t.ExternalUserID) != nil {
		// Sources name both codes for it; which is whose is unverified.
		if t.Resigned {
			return errcode.InTransfer
		}
		return errcode.BeingTransferred
	}
	switch {
	case !taker.RealName:
		return errcode.NotVerified
	case taker.Status == StatusDisabled:
		return errcode.TakerBanned
	case c.full(taker, t.ExternalUserID):
		return errcode.ContactLimit
	}
	begun := 0
	for _, x := range c.index.transfersOf[t.ExternalUserID] {
		if !x.Resigned && within(s.clock.Now().Unix(), x.StartedAt, transferDays) {
			begun++
		}
	}
	if !t.Resigned && begun >= transfersPerCustomer {
		return errcode.TransferTooOften
	}
	return 0
}

// leaveBar is the errcode when the handover member does not have the customer to give.
func (c *Corp) leaveBar(t Transfer) int {
	if t.Resigned {
		switch {
		case c.Members[userKey(t.Handover)] != nil:
			return errcode.NotResigned
		case c.pooled(t.Handover, t.ExternalUserID) < 0:
			return errcode.NotFollowing
		}
		return 0
	}
	f := c.follow(t.Handover, t.ExternalUserID)
	switch {
	case f == nil:
		return errcode.NotFollowing
	case !f.inList():
		return errcode.NotFollowed
	}
	return 0
}

// pooled finds a customer among the unassigned ones, -1 when he is not there.
func (c *Corp) pooled(userid, external string) int {
	return slices.IndexFunc(c.Unassigned, func(u Unassigned) bool {
		return u.ExternalUserID == external && strings.EqualFold(u.UserID, userid)
	})
}

// full tells whether the member cannot take the customer any more. Who is his
// customer already needs no place.
func (c *Corp) full(m *Member, external string) bool {
	if f := c.follow(m.UserID, external); f != nil && f.inList() {
		return false
	}
	return m.MaxCustomers > 0 && c.customersOf(m.UserID) >= m.MaxCustomers
}

// beginTransfer starts a transfer that nothing bars: the customer gets a notice.
func (s *Sim) beginTransfer(c *Corp, begun Transfer) *Transfer {
	t := &begun
	t.Seq, t.Status, t.StartedAt = s.nextSeq(), wecom.TransferWaiting, s.clock.Now().Unix()
	c.Transfers = append(c.Transfers, t)
	c.indexTransfer(t)
	s.say(c, t.Handover, t.ExternalUserID, Message{
		Via: "system", Transfer: t.Seq,
		Text: "你的服务人员将由" + c.nameOf(t.Handover) + "变更为" + c.nameOf(t.Takeover) + "，24 小时后自动生效，期间你可以拒绝。",
	})
	s.tell(Change{Kind: "follow", Corp: c.ID, Member: t.Handover, Customer: t.ExternalUserID, Detail: "transfer_begun"})
	s.watchTransfer(c, t)
	return t
}

// nameOf is a member's name, also after he left.
func (c *Corp) nameOf(userid string) string {
	if m := c.Members[userKey(userid)]; m != nil {
		return m.Name
	}
	if m := c.Left[userKey(userid)]; m != nil {
		return m.Name
	}
	return userid
}

// watchTransfer settles a waiting transfer at its time.
func (s *Sim) watchTransfer(c *Corp, t *Transfer) {
	s.clock.After(t.due().Sub(s.clock.Now()), func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if slices.Contains(s.world.Corps, c) && t.Status == wecom.TransferWaiting {
			s.settleTransfer(c, t)
		}
	})
}

// settleTransfer ends a transfer that the customer did not refuse. When the
// takeover member left meanwhile, or the handover member lost the customer,
// WeCom has nothing to tell about it any more (unverified).
func (s *Sim) settleTransfer(c *Corp, t *Transfer) {
	given := c.follow(t.Handover, t.ExternalUserID)
	if given != nil && !given.inList() {
		given = nil
	}
	place := c.pooled(t.Handover, t.ExternalUserID)
	taker := c.Members[userKey(t.Takeover)]
	switch {
	case taker == nil || given == nil && place < 0:
		s.endTransfer(c, t, wecom.TransferNone, "")
	case c.full(taker, t.ExternalUserID):
		s.endTransfer(c, t, wecom.TransferFull, "customer_limit_exceed")
	default:
		s.completeTransfer(c, t, given, place, taker)
	}
}

// endTransfer ends a transfer without success; transfer_fail names the takeover
// member (unverified) and the reason.
func (s *Sim) endTransfer(c *Corp, t *Transfer, status int, reason string) {
	t.Status, t.EndedAt = status, s.clock.Now().Unix()
	if reason != "" {
		e := customerEvent("transfer_fail", t.Takeover, t.ExternalUserID)
		s.emit(c, e.text("FailReason", reason))
	}
	s.tell(Change{Kind: "follow", Corp: c.ID, Member: t.Takeover, Customer: t.ExternalUserID, Detail: "transfer_fail"})
}

// completeTransfer hands the customer over. The order of the two events is
// unverified; neither carries a welcome code or a state.
func (s *Sim) completeTransfer(c *Corp, t *Transfer, given *Follow, place int, taker *Member) {
	t.Status, t.EndedAt = wecom.TransferDone, s.clock.Now().Unix()
	words := t.SuccessMsg
	if words == "" {
		words = "您好，您的服务已升级，后续将由我的同事" + taker.Name + "@" + c.Name + "接替我的工作，继续为您服务。"
	}
	s.say(c, t.Handover, t.ExternalUserID, Message{From: t.Handover, Via: "system", Text: words})
	var tags []string
	if given != nil {
		tags = given.Tags
		c.dropFollow(given)
		s.emit(c, customerEvent("del_external_contact", given.UserID, t.ExternalUserID).text("Source", "DELETE_BY_TRANSFER"))
	}
	if place >= 0 {
		tags = c.Unassigned[place].Tags
		c.Unassigned = slices.Delete(c.Unassigned, place, place+1)
	}
	s.takeOver(c, taker, t.ExternalUserID, tags)
	s.tell(Change{Kind: "follow", Corp: c.ID, Member: t.Handover, Customer: t.ExternalUserID, Detail: "transfer"})
}

// takeOver makes the takeover member follow the customer. Whoever is his friend
// already stays as he is, without event (transfer.md).
func (s *Sim) takeOver(c *Corp, taker *Member, external string, tags []string) {
	f := c.follow(taker.UserID, external)
	if f != nil && f.inList() && f.ByCustomer {
		return
	}
	if f == nil || !f.ByMember {
		if f != nil {
			c.dropFollow(f)
		}
		f = &Follow{UserID: taker.UserID, ExternalUserID: external, Seq: s.nextSeq(), ByMember: true, Tags: slices.Clone(tags)}
		c.addFollow(f)
	}
	f.CreatedAt, f.AddWay, f.State, f.Oper = s.clock.Now().Unix(), wecom.AddWayAssignedByAdmin, "", "admin"
	f.ByCustomer, f.Half, f.Blocked, f.ChatOpen, f.Greeted = true, false, false, false, false
	s.say(c, taker.UserID, external, Message{Via: "system", Text: "你已添加了" + taker.Name + "，现在可以开始聊天了。"})
	s.emit(c, customerEvent("add_external_contact", taker.UserID, external))
	s.tell(Change{Kind: "follow", Corp: c.ID, Member: taker.UserID, Customer: external, Person: c.Customers[external].Person, Detail: "add_external_contact"})
}
