package wecom

import (
	"context"
	"iter"
)

// This file holds 在职继承: customers and groups of a member who is still with the corp
// pass to another one. For members who left see resigned_transfer.go.

// The states of a customer in transfer.
const (
	TransferDone    = 1 // the takeover member has the customer
	TransferWaiting = 2 // the customer may refuse until 24 h have passed
	TransferRefused = 3 // the customer refused
	TransferFull    = 4 // the takeover member has reached his limit of customers
	TransferNone    = 5 // WeCom knows of no transfer; on-job results only
)

// TransferCustomersRequest is the body of POST
// /cgi-bin/externalcontact/transfer_customer (doc 92125). Both members must be in the
// app's range, have the right of customer contact 客户联系 and have used WeCom within a
// year.
type TransferCustomersRequest struct {
	HandoverUserID  string   `json:"handover_userid"`                // 原跟进成员
	TakeoverUserID  string   `json:"takeover_userid"`                // 接替成员
	ExternalUserIDs []string `json:"external_userid"`                // 1 to 100, customers of the handover member
	SuccessMsg      string   `json:"transfer_success_msg,omitempty"` // up to 200 characters; WeCom's own words when empty
}

// CustomerTransfer is what became of one customer of a call. Zero means that the transfer
// began, not that it will succeed: see TransferResults.
type CustomerTransfer struct {
	ExternalUserID string `json:"external_userid"`
	ErrCode        int    `json:"errcode"` // for example 40096, 40097, 40099, 40128 to 40131: see package errcode
}

// TransferCustomersResponse answers both calls that begin transfers of customers.
type TransferCustomersResponse struct {
	Result
	Customers []CustomerTransfer `json:"customer"`
}

// TransferResultRequest is the body of POST /cgi-bin/externalcontact/transfer_result and
// resigned/transfer_result.
type TransferResultRequest struct {
	HandoverUserID string `json:"handover_userid"`
	TakeoverUserID string `json:"takeover_userid"`
	Cursor         string `json:"cursor,omitempty"`
}

// TransferResult is how the transfer of one customer stands.
type TransferResult struct {
	ExternalUserID string `json:"external_userid"`
	Status         int    `json:"status"` // TransferDone …
	// TakeoverTime is in unix seconds: when it was done, or for TransferWaiting when it
	// will be done by itself; 0 when it failed.
	TakeoverTime int64 `json:"takeover_time"`
}

// TransferResultResponse is one page, up to 1000 customers; an empty NextCursor ends the list.
type TransferResultResponse struct {
	Result
	Customers  []TransferResult `json:"customer"`
	NextCursor string           `json:"next_cursor,omitempty"`
}

// TransferGroupsRequest is the body of POST
// /cgi-bin/externalcontact/groupchat/onjob_transfer and groupchat/transfer. The new owner
// must be in the app's range, active, real-name verified and have 客户联系.
type TransferGroupsRequest struct {
	ChatIDs  []string `json:"chat_id_list"` // 1 to 100
	NewOwner string   `json:"new_owner"`    // userid
}

// FailedGroup is a group that did not pass to the new owner. WeCom is known to give code 0
// with a text: whatever is listed failed.
type FailedGroup struct {
	ChatID  string `json:"chat_id"`
	ErrCode int    `json:"errcode"` // for example 90500 to 90510
	ErrMsg  string `json:"errmsg"`
}

// TransferGroupsResponse lists the groups that failed; all others are on their way.
type TransferGroupsResponse struct {
	Result
	Failed []FailedGroup `json:"failed_chat_list"`
}

// TransferCustomers passes up to 100 customers of a member to another one (doc 92125). Each
// customer gets a notice and may refuse within 24 hours; then the transfer is done by
// itself. One customer is transferred at most twice in 90 natural days (40128), and not
// while another transfer of him waits (40129, 40100). WeCom answers for each customer.
func (c *Client) TransferCustomers(ctx context.Context, request TransferCustomersRequest) (TransferCustomersResponse, error) {
	return post[TransferCustomersResponse](ctx, c, "/cgi-bin/externalcontact/transfer_customer", request)
}

// ListTransferResults gives one page of how the transfers of a pair of members stand (doc
// 94088).
func (c *Client) ListTransferResults(ctx context.Context, request TransferResultRequest) (TransferResultResponse, error) {
	return post[TransferResultResponse](ctx, c, "/cgi-bin/externalcontact/transfer_result", request)
}

// TransferResults goes through all of them. Events may get lost, so ask until no customer
// is TransferWaiting any more.
func (c *Client) TransferResults(ctx context.Context, handover, takeover string) iter.Seq2[TransferResult, error] {
	return pages(func(cursor string) ([]TransferResult, string, error) {
		page, err := c.ListTransferResults(ctx, TransferResultRequest{HandoverUserID: handover, TakeoverUserID: takeover, Cursor: cursor})
		return page.Customers, page.NextCursor, err
	})
}

// TransferGroups passes up to 100 groups of owners who are still with the corp to another
// owner (doc 95703). Of one owner 300 groups a day pass, with those of
// TransferResignedGroups; one group at most twice in 90 natural days.
func (c *Client) TransferGroups(ctx context.Context, request TransferGroupsRequest) (TransferGroupsResponse, error) {
	return post[TransferGroupsResponse](ctx, c, "/cgi-bin/externalcontact/groupchat/onjob_transfer", request)
}
