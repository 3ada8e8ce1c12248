package wecomsim

import (
	"net/http"
	"slices"
	"unicode/utf8"

	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// This file answers transfer_customer and transfer_result (92125, 94088),
// get_unassigned_list (92124), resigned/transfer_customer and
// resigned/transfer_result (94081, 94082).
//
// Not modelled: leavers outside of the app's former range (every app with
// 客户联系 sees all of them, unverified); status 5 of customers for whom nobody
// ever asked for a transfer.

func transferOperations() []operation {
	return []operation{
		{path: "/cgi-bin/externalcontact/transfer_customer", method: http.MethodPost, doc: 92125, needs: needsCustomer, handle: post(transferCustomers)},
		{path: "/cgi-bin/externalcontact/transfer_result", method: http.MethodPost, doc: 94088, needs: needsCustomer, handle: query(transferResults)},
		{path: "/cgi-bin/externalcontact/get_unassigned_list", method: http.MethodPost, doc: 92124, needs: needsCustomer, handle: query(listUnassigned)},
		{path: "/cgi-bin/externalcontact/resigned/transfer_customer", method: http.MethodPost, doc: 94081, needs: needsCustomer, handle: post(transferResigned)},
		{path: "/cgi-bin/externalcontact/resigned/transfer_result", method: http.MethodPost, doc: 94082, needs: needsCustomer, handle: query(resignedResults)},
	}
}

// What one call takes at most, and one page gives.
const (
	transfersPerCall = 100
	transfersPerPage = 1000
	maxSuccessMsg    = 200
)

// taker finds the member who is to take customers or groups: in range, with
// 客户联系, activated, and not idle for a year. The code of the last is unverified.
func (c *call) taker(userid string) (*Member, error) {
	m, err := c.follower(userid)
	if err != nil {
		return nil, err
	}
	if m.Status == StatusNotActivated {
		return nil, fail(errcode.NotActivated, "the member is not activated")
	}
	if m.idle(c.now) {
		return nil, fail(errcode.NotActivated, "the takeover member has not used WeCom within a year")
	}
	return m, nil
}

// leaver finds a member who may have left: known to the corp, and in range
// unless he left.
func (c *call) leaver(userid string) (*Member, error) {
	if c.corp.Members[userKey(userid)] == nil {
		if m := c.corp.Left[userKey(userid)]; m != nil {
			return m, nil
		}
	}
	return c.member(userid)
}

func transferCustomers(c *call, req *wecom.TransferCustomersRequest) (any, error) {
	if utf8.RuneCountInString(req.SuccessMsg) > maxSuccessMsg {
		return nil, fail(errcode.ParameterRule, "transfer_success_msg has more than %d characters", maxSuccessMsg)
	}
	handover, err := c.follower(req.HandoverUserID)
	if err != nil {
		return nil, err
	}
	if handover.idle(c.now) {
		return nil, fail(errcode.NotActivated, "the handover member has not used WeCom within a year")
	}
	return c.transfer(Transfer{Handover: handover.UserID, Takeover: req.TakeoverUserID, SuccessMsg: req.SuccessMsg}, req.ExternalUserIDs)
}

func transferResigned(c *call, req *wecom.TransferResignedCustomersRequest) (any, error) {
	handover, err := c.leaver(req.HandoverUserID)
	if err != nil {
		return nil, err
	}
	return c.transfer(Transfer{Handover: handover.UserID, Takeover: req.TakeoverUserID, Resigned: true}, req.ExternalUserIDs)
}

// transfer begins the transfers of a call and answers for each customer.
func (c *call) transfer(t Transfer, customers []string) (any, error) {
	if len(customers) == 0 || len(customers) > transfersPerCall {
		return nil, fail(errcode.ParameterRule, "external_userid must hold 1 to %d customers", transfersPerCall)
	}
	taker, err := c.taker(t.Takeover)
	if err != nil {
		return nil, err
	}
	t.Takeover = taker.UserID
	out := wecom.TransferCustomersResponse{Result: good(), Customers: []wecom.CustomerTransfer{}}
	for _, external := range customers {
		t.ExternalUserID = external
		code := c.sim.transferBar(c.corp, t)
		if code == 0 {
			c.sim.beginTransfer(c.corp, t)
		}
		out.Customers = append(out.Customers, wecom.CustomerTransfer{ExternalUserID: external, ErrCode: code})
	}
	return out, nil
}

func transferResults(c *call, req *wecom.TransferResultRequest) (any, error) {
	return c.results(req, false)
}

func resignedResults(c *call, req *wecom.TransferResultRequest) (any, error) {
	return c.results(req, true)
}

// results pages through the newest transfer of each customer between two
// members. They may have left since.
func (c *call) results(req *wecom.TransferResultRequest, resigned bool) (any, error) {
	if _, err := c.leaver(req.HandoverUserID); err != nil {
		return nil, err
	}
	if _, err := c.leaver(req.TakeoverUserID); err != nil {
		return nil, err
	}
	scope := "transfers " + betweenKey(req.HandoverUserID, req.TakeoverUserID, resigned)
	from, err := c.cursor(req.Cursor, scope)
	if err != nil {
		return nil, err
	}
	out := wecom.TransferResultResponse{Result: good(), Customers: []wecom.TransferResult{}}
	newest := map[string]bool{}
	var list []*Transfer
	for _, t := range slices.Backward(c.corp.index.transfersBetween[betweenKey(req.HandoverUserID, req.TakeoverUserID, resigned)]) {
		if !newest[t.ExternalUserID] {
			newest[t.ExternalUserID] = true
			list = append(list, t)
		}
	}
	for _, t := range slices.Backward(list) {
		if c.strike != nil && c.strike.Kind == FaultUnlistedResult && c.now.Unix()-t.StartedAt < c.strike.LatencyMS/1000 {
			continue
		}
		if t.Seq <= from.After || resigned && t.Status == wecom.TransferNone { // 5 is of on-job results only
			continue
		}
		if len(out.Customers) == transfersPerPage {
			out.NextCursor = c.nextCursor(scope, from)
			break
		}
		out.Customers = append(out.Customers, c.wireTransfer(t))
		from.After = t.Seq
	}
	return out, nil
}

// wireTransfer renders a result. takeover_time of one that waits is when it
// will be done (official sample); faults may make the result old or wrong.
func (c *call) wireTransfer(t *Transfer) wecom.TransferResult {
	status := t.Status
	if c.strike != nil {
		switch {
		case c.strike.Kind == FaultStaleResult && c.now.Unix()-t.EndedAt < c.strike.LatencyMS/1000:
			status = wecom.TransferWaiting
		case c.strike.Kind == FaultContraryResult && status == wecom.TransferDone:
			status = wecom.TransferRefused
		case c.strike.Kind == FaultContraryResult && status == wecom.TransferRefused:
			status = wecom.TransferDone
		}
	}
	out := wecom.TransferResult{ExternalUserID: t.ExternalUserID, Status: status}
	switch status {
	case wecom.TransferDone:
		out.TakeoverTime = t.EndedAt
	case wecom.TransferWaiting:
		out.TakeoverTime = t.due().Unix()
	}
	return out
}

// maxUnassigned: page_id × page_size must stay below it; the cursor has no such
// end. The code for more is unverified.
const maxUnassigned = 50_000

// listUnassigned gives the customers of members who left, the latest leavers
// first. A customer in transfer stays in the list until he passed, and after a
// refusal (unverified); whose member came back is not listed (unverified).
func listUnassigned(c *call, req *wecom.ListUnassignedRequest) (any, error) {
	size, err := pageSize(req.PageSize, 1000, 1000)
	if err != nil {
		return nil, err
	}
	if req.PageID < 0 || req.Cursor == "" && req.PageID >= (maxUnassigned+size-1)/size {
		return nil, fail(errcode.ParameterRule, "page_id * page_size must stay below %d, use cursor", maxUnassigned)
	}
	const scope = "unassigned"
	from, err := c.cursor(req.Cursor, scope)
	if err != nil {
		return nil, err
	}
	skip := 0
	if req.Cursor == "" {
		skip = req.PageID * size
	}
	out := wecom.ListUnassignedResponse{Result: good(), Info: []wecom.UnassignedCustomer{}, IsLast: true}
	var last position
	for _, u := range slices.Backward(c.corp.Unassigned) { // by Seq
		if from.After != 0 && u.Seq >= from.After || c.corp.Left[userKey(u.UserID)] == nil {
			continue
		}
		if skip > 0 {
			skip--
			continue
		}
		if len(out.Info) == size {
			out.IsLast, out.NextCursor = false, c.nextCursor(scope, last)
			break
		}
		out.Info = append(out.Info, wecom.UnassignedCustomer{HandoverUserID: u.UserID, ExternalUserID: u.ExternalUserID, DimissionTime: u.LeftAt})
		last.After = u.Seq
	}
	return out, nil
}
