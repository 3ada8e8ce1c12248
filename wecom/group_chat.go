package wecom

import (
	"context"
	"iter"
	"slices"
)

// The states of a customer group 客户群, as status and as status_filter, where 0
// asks for all.
const (
	GroupNormal     = 0
	GroupOwnerLeft  = 1 // the owner left, waiting to be inherited
	GroupInheriting = 2 // being inherited
	GroupTakenOver  = 3 // inherited
)

// The kinds of people in a group.
const (
	GroupMemberCorp    = 1 // a member of the corp
	GroupMemberOutside = 2 // an outsider, customer or not
)

// How somebody came into a group, join_scene of GroupChatMember. The callback
// events number the same thing differently, see callback.UpdateExternalChat.
const (
	JoinInvited  = 1 // by a member directly
	JoinByLink   = 2 // through an invitation link
	JoinByQRCode = 3 // through a QR code
)

// ListGroupChatsRequest is the body of POST
// /cgi-bin/externalcontact/groupchat/list (doc 92120). Without OwnerFilter the
// call covers the whole range of the app, and fails with 81017 when more than
// 1000 members are in it. Groups of owners who left need the filter.
type ListGroupChatsRequest struct {
	StatusFilter int          `json:"status_filter"`
	OwnerFilter  *OwnerFilter `json:"owner_filter,omitempty"`
	Cursor       string       `json:"cursor,omitempty"`
	Limit        int          `json:"limit"` // 1 to 1000
}

// OwnerFilter names group owners 群主.
type OwnerFilter struct {
	UserIDs []string `json:"userid_list"` // up to 100
}

// GroupChatStatus is one line of the list.
type GroupChatStatus struct {
	ChatID string `json:"chat_id"`
	Status int    `json:"status"` // GroupNormal …
}

// ListGroupChatsResponse is one page; an empty NextCursor ends the list.
type ListGroupChatsResponse struct {
	Result
	Groups     []GroupChatStatus `json:"group_chat_list"`
	NextCursor string            `json:"next_cursor,omitempty"`
}

// GetGroupChatRequest is the body of POST
// /cgi-bin/externalcontact/groupchat/get (doc 92122).
type GetGroupChatRequest struct {
	ChatID   string `json:"chat_id"`
	NeedName int    `json:"need_name,omitempty"` // 1: also the names of the people
}

// GroupChat is a customer group with the people in it.
type GroupChat struct {
	ChatID        string            `json:"chat_id"`
	Name          string            `json:"name"` // may be empty
	Owner         string            `json:"owner"`
	CreateTime    int64             `json:"create_time"` // unix seconds
	Notice        string            `json:"notice,omitempty"`
	Members       []GroupChatMember `json:"member_list"`
	Admins        []GroupChatAdmin  `json:"admin_list,omitzero"`
	MemberVersion string            `json:"member_version,omitempty"`
}

// GroupChatMember is one person in a group: a member, a customer, or an outsider
// whom nobody added. UnionID is told to self-built apps of corps with a bound
// WeChat developer account.
type GroupChatMember struct {
	UserID        string   `json:"userid"`
	Type          int      `json:"type"` // GroupMemberCorp, GroupMemberOutside
	UnionID       string   `json:"unionid,omitempty"`
	JoinTime      int64    `json:"join_time"`       // unix seconds
	JoinScene     int      `json:"join_scene"`      // JoinInvited …
	State         string   `json:"state,omitempty"` // of the join way
	Invitor       *Invitor `json:"invitor,omitempty"`
	GroupNickname string   `json:"group_nickname,omitempty"`
	Name          string   `json:"name,omitempty"` // with need_name only
}

// Invitor is the member who invited somebody.
type Invitor struct {
	UserID string `json:"userid"`
}

// GroupChatAdmin is an administrator of a group.
type GroupChatAdmin struct {
	UserID string `json:"userid"`
}

// GetGroupChatResponse answers groupchat/get.
type GetGroupChatResponse struct {
	Result
	GroupChat GroupChat `json:"group_chat"`
}

// OpenGIDToChatIDRequest is the body of POST
// /cgi-bin/externalcontact/opengid_to_chatid (doc 94822).
type OpenGIDToChatIDRequest struct {
	OpenGID string `json:"opengid"`
}

// OpenGIDToChatIDResponse holds the id of the customer group.
type OpenGIDToChatIDResponse struct {
	Result
	ChatID string `json:"chat_id"`
}

// ListGroupChats gives one page of customer groups (doc 92120).
func (c *Client) ListGroupChats(ctx context.Context, request ListGroupChatsRequest) (ListGroupChatsResponse, error) {
	return post[ListGroupChatsResponse](ctx, c, "/cgi-bin/externalcontact/groupchat/list", request)
}

// maxFilterOwners is what owner_filter takes at most.
const maxFilterOwners = 100

// GroupChats goes through the groups of any number of owners, in chunks of 100 owners;
// without owners through those of the app's whole range, which WeCom refuses with 81017
// when more than 1000 members are in it. The status is one of GroupNormal and its like.
func (c *Client) GroupChats(ctx context.Context, status int, owners []string) iter.Seq2[GroupChatStatus, error] {
	return func(yield func(GroupChatStatus, error) bool) {
		chunks := slices.Collect(slices.Chunk(owners, maxFilterOwners))
		if len(owners) == 0 {
			chunks = [][]string{nil}
		}
		for _, chunk := range chunks {
			request := ListGroupChatsRequest{StatusFilter: status, Limit: 1000}
			if len(chunk) > 0 {
				request.OwnerFilter = &OwnerFilter{UserIDs: chunk}
			}
			for group, err := range pages(func(cursor string) ([]GroupChatStatus, string, error) {
				request.Cursor = cursor
				page, err := c.ListGroupChats(ctx, request)
				return page.Groups, page.NextCursor, err
			}) {
				if !yield(group, err) || err != nil {
					return
				}
			}
		}
	}
}

// GetGroupChat reads one customer group (doc 92122). Right after an event it may still
// be the state before: compare MemberVersion with the event's CurMemVer.
func (c *Client) GetGroupChat(ctx context.Context, chatID string, needName bool) (GetGroupChatResponse, error) {
	request := GetGroupChatRequest{ChatID: chatID}
	if needName {
		request.NeedName = 1
	}
	return post[GetGroupChatResponse](ctx, c, "/cgi-bin/externalcontact/groupchat/get", request)
}

// OpenGIDToChatID turns the id that a mini program sees into a chat id (doc 94822).
func (c *Client) OpenGIDToChatID(ctx context.Context, openGID string) (OpenGIDToChatIDResponse, error) {
	return post[OpenGIDToChatIDResponse](ctx, c, "/cgi-bin/externalcontact/opengid_to_chatid", OpenGIDToChatIDRequest{OpenGID: openGID})
}
