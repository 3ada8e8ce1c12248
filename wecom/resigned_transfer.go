package wecom

import (
	"context"
	"iter"
)

// This file holds 离职继承: what a member who left the corp had passes to others.

// ListUnassignedRequest is the body of POST
// /cgi-bin/externalcontact/get_unassigned_list (doc 92124). Pages are chosen by PageID or
// by Cursor; PageID × PageSize must stay below 50 000, so that long lists need the cursor.
type ListUnassignedRequest struct {
	PageID   int    `json:"page_id"`             // from 0
	PageSize int    `json:"page_size,omitempty"` // up to 1000, the default
	Cursor   string `json:"cursor"`
}

// UnassignedCustomer is a customer whose member left (待分配). A customer of several such
// members is listed once for each.
type UnassignedCustomer struct {
	HandoverUserID string `json:"handover_userid"`
	ExternalUserID string `json:"external_userid"`
	DimissionTime  int64  `json:"dimission_time"` // unix seconds, when the member left
}

// ListUnassignedResponse is one page, the latest leavers first.
type ListUnassignedResponse struct {
	Result
	Info       []UnassignedCustomer `json:"info"`
	IsLast     bool                 `json:"is_last"`
	NextCursor string               `json:"next_cursor,omitempty"`
}

// TransferResignedCustomersRequest is the body of POST
// /cgi-bin/externalcontact/resigned/transfer_customer (doc 94081).
type TransferResignedCustomersRequest struct {
	HandoverUserID  string   `json:"handover_userid"` // who left, as the unassigned list names him
	TakeoverUserID  string   `json:"takeover_userid"`
	ExternalUserIDs []string `json:"external_userid"` // 1 to 100, of the unassigned list
}

// ListUnassigned gives one page of the customers of members who left (doc 92124), at most
// and by default 1000.
func (c *Client) ListUnassigned(ctx context.Context, request ListUnassignedRequest) (ListUnassignedResponse, error) {
	return post[ListUnassignedResponse](ctx, c, "/cgi-bin/externalcontact/get_unassigned_list", request)
}

// Unassigned goes through all customers of members who left, 1000 a page, by cursor.
func (c *Client) Unassigned(ctx context.Context) iter.Seq2[UnassignedCustomer, error] {
	return pages(func(cursor string) ([]UnassignedCustomer, string, error) {
		page, err := c.ListUnassigned(ctx, ListUnassignedRequest{PageSize: 1000, Cursor: cursor})
		if page.IsLast {
			page.NextCursor = ""
		}
		return page.Info, page.NextCursor, err
	})
}

// TransferResignedCustomers passes up to 100 customers of a member who left to another one
// (doc 94081). The customer may refuse within 24 hours. A member who is still there gives
// 40097 for each customer.
func (c *Client) TransferResignedCustomers(ctx context.Context, request TransferResignedCustomersRequest) (TransferCustomersResponse, error) {
	return post[TransferCustomersResponse](ctx, c, "/cgi-bin/externalcontact/resigned/transfer_customer", request)
}

// ListResignedTransferResults gives one page of how the transfers of a leaver's customers
// to one member stand (doc 94082).
func (c *Client) ListResignedTransferResults(ctx context.Context, request TransferResultRequest) (TransferResultResponse, error) {
	return post[TransferResultResponse](ctx, c, "/cgi-bin/externalcontact/resigned/transfer_result", request)
}

// ResignedTransferResults goes through all of them.
func (c *Client) ResignedTransferResults(ctx context.Context, handover, takeover string) iter.Seq2[TransferResult, error] {
	return pages(func(cursor string) ([]TransferResult, string, error) {
		page, err := c.ListResignedTransferResults(ctx, TransferResultRequest{HandoverUserID: handover, TakeoverUserID: takeover, Cursor: cursor})
		return page.Customers, page.NextCursor, err
	})
}

// TransferResignedGroups passes up to 100 groups whose owners left, less than a year ago,
// to a new owner (doc 92127). Of one owner 300 groups a day pass.
func (c *Client) TransferResignedGroups(ctx context.Context, request TransferGroupsRequest) (TransferGroupsResponse, error) {
	return post[TransferGroupsResponse](ctx, c, "/cgi-bin/externalcontact/groupchat/transfer", request)
}
