package wecomsim

import (
	"net/http"
	"slices"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// This file answers groupchat/transfer (92127, of owners who left) and
// groupchat/onjob_transfer (95703).
//
// A group of an owner who left is 离职继承中 (status 2) for a minute and then
// 离职继承完成 (status 3); on the job the owner changes at once (both
// unverified). Either way change_owner is announced (unverified), and
// add_member before it when the new owner was not in the group.
//
// An owner must have left less than a year ago, and used WeCom in the year before he left
// (92127); the code for it is unverified.
//
// Not modelled: the leaver stays in the list of participants.

func groupTransferOperations() []operation {
	return []operation{
		{path: "/cgi-bin/externalcontact/groupchat/transfer", method: http.MethodPost, doc: 92127, needs: needsCustomer, handle: post(transferResignedGroups)},
		{path: "/cgi-bin/externalcontact/groupchat/onjob_transfer", method: http.MethodPost, doc: 95703, needs: needsCustomer, handle: post(transferGroups)},
	}
}

// inheritTime is how long a group of an owner who left is on its way.
const inheritTime = time.Minute

// Of one owner so many groups a day pass, in both interfaces together; on the
// job a group passes so often in transferDays.
const (
	groupsPerDay      = 300
	transfersPerGroup = 2
)

// GroupTransfer remembers for the limits that a group passed to a new owner.
type GroupTransfer struct {
	ChatID   string
	From     string // the owner before
	At       int64
	Resigned bool
}

func transferGroups(c *call, req *wecom.TransferGroupsRequest) (any, error) {
	return c.passGroups(req, false)
}

func transferResignedGroups(c *call, req *wecom.TransferGroupsRequest) (any, error) {
	return c.passGroups(req, true)
}

func (c *call) passGroups(req *wecom.TransferGroupsRequest, resigned bool) (any, error) {
	if len(req.ChatIDs) == 0 || len(req.ChatIDs) > transfersPerCall {
		return nil, fail(errcode.ParameterRule, "chat_id_list must hold 1 to %d groups", transfersPerCall)
	}
	heir, err := c.taker(req.NewOwner)
	if err != nil {
		return nil, err
	}
	switch {
	case !heir.RealName:
		return nil, fail(errcode.NotVerified, "the new owner is not real-name verified")
	case heir.Status == StatusDisabled:
		return nil, fail(errcode.TakerBanned, "the new owner is banned")
	}
	out := wecom.TransferGroupsResponse{Result: good(), Failed: []wecom.FailedGroup{}}
	for _, id := range req.ChatIDs {
		g := c.corp.Groups[id]
		if code, why := c.groupBar(g, heir, resigned); code != 0 {
			out.Failed = append(out.Failed, wecom.FailedGroup{ChatID: id, ErrCode: code, ErrMsg: why})
			continue
		}
		c.corp.GroupTransfers = append(c.corp.GroupTransfers, GroupTransfer{ChatID: id, From: g.Owner, At: c.now.Unix(), Resigned: resigned})
		if !resigned {
			c.sim.passGroup(c.corp, g, heir, GroupNormal)
			continue
		}
		g.Status, g.Heir, g.HeirAt = GroupInheriting, heir.UserID, c.now.Add(inheritTime).Unix()
		c.sim.watchGroup(c.corp, g)
		c.sim.tell(Change{Kind: "group", Corp: c.corp.ID, Group: id, Detail: "transfer"})
	}
	return out, nil
}

// longGone tells whether a leaver's groups cannot pass any more.
func (c *Corp) longGone(userid string, now time.Time) bool {
	m := c.Left[userKey(userid)]
	if m == nil {
		return false
	}
	left := time.Unix(m.LeftAt, 0)
	return left.Before(now.AddDate(-1, 0, 0)) || m.idle(left)
}

// groupBar is the errcode that keeps a group from passing, 0 for none.
func (c *call) groupBar(g *Group, heir *Member, resigned bool) (code int, why string) {
	if g == nil || g.Dismissed {
		return errcode.NotCustomerGroup, "chat is not external group chat"
	}
	owner := c.corp.Members[userKey(g.Owner)]
	switch {
	case g.Status == GroupInheriting:
		return errcode.GroupTransferRunning, "the chat is being transferred"
	case resigned && owner != nil && g.Status == GroupInheritedNow:
		return errcode.GroupTransferDone, "the chat has been transferred"
	case resigned && owner != nil:
		return errcode.OwnerNotResigned, "the owner of this chat is not resigned"
	case resigned && c.corp.longGone(g.Owner, c.now):
		return errcode.CorpInactive, "the owner of this chat left, or stopped using WeCom, more than a year ago"
	case !resigned && owner == nil:
		return errcode.OwnerResigned, "the owner of this chat is resigned"
	case owner == heir:
		return errcode.SameOwner, "the owner of this chat is not changed"
	case owner != nil && !c.corp.sees(c.app, owner.UserID): // the code is unverified
		return errcode.NoPermissionForTarget, "no privilege to access the owner of this chat"
	case len(g.Members) >= groupMax && g.indexOf(GroupMember{ID: heir.UserID, Type: 1}) < 0:
		return errcode.GroupFull, "the chat is full, confirm in the client"
	}
	today, often := 0, 0
	for _, p := range c.corp.GroupTransfers {
		if userKey(p.From) == userKey(g.Owner) && within(c.now.Unix(), p.At, 1) {
			today++
		}
		if p.ChatID == g.ChatID && !p.Resigned && within(c.now.Unix(), p.At, transferDays) {
			often++
		}
	}
	switch { // neither code is in the sources
	case today >= groupsPerDay:
		return errcode.RateLimited, "more than 300 chats of this owner in one day"
	case !resigned && often >= transfersPerGroup:
		return errcode.TransferTooOften, "the chat was transferred twice within 90 days"
	}
	return 0, ""
}

// watchGroup ends the way of a group of an owner who left. When the heir has
// left too it waits for another one.
func (s *Sim) watchGroup(c *Corp, g *Group) {
	s.clock.After(time.Unix(g.HeirAt, 0).Sub(s.clock.Now()), func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if !slices.Contains(s.world.Corps, c) || g.Status != GroupInheriting || g.Dismissed {
			return
		}
		heir := c.Members[userKey(g.Heir)]
		g.Heir, g.HeirAt = "", 0
		if heir == nil {
			g.Status = GroupOwnerLeft
			return
		}
		s.passGroup(c, g, heir, GroupInheritedNow)
	})
}

// passGroup makes the member the owner. He owns it before he joins, because an
// app that does not see a leaver would not hear of the joining.
func (s *Sim) passGroup(c *Corp, g *Group, heir *Member, status int) {
	before := g.Owner
	c.moveGroup(g, heir.UserID)
	g.Status = status
	m := GroupMember{ID: heir.UserID, Type: 1, JoinedAt: s.clock.Now().Unix(), Scene: 1, Invitor: before}
	if g.indexOf(m) < 0 {
		g.Members = append(g.Members, m)
		c.indexGroupMember(g, m)
		s.changeMembers(c, g, "add_member", 1, m.ID)
	}
	s.emit(c, groupEvent("update", g).text("UpdateDetail", "change_owner"))
	s.tell(Change{Kind: "group", Corp: c.ID, Group: g.ChatID, Detail: "change_owner"})
}
