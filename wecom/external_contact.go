package wecom

import (
	"context"
	"iter"
	"net/url"
	"slices"

	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// The two kinds of a customer 客户 (external contact 外部联系人).
const (
	ExternalWeChat = 1 // a WeChat user, external_userid begins with wm
	ExternalWeCom  = 2 // a WeCom user of another corp, external_userid begins with wo
)

// ExternalContact is the person behind an external_userid (doc 92114). Avatar,
// Gender and UnionID are given to self-built apps only; UnionID only for WeChat
// users and only when the corp bound a WeChat developer account; Position and
// the corp names only for WeCom users.
type ExternalContact struct {
	ExternalUserID  string           `json:"external_userid"`
	Name            string           `json:"name"`
	Type            int              `json:"type"`   // ExternalWeChat, ExternalWeCom
	Gender          int              `json:"gender"` // 0 unknown, 1 male, 2 female
	Avatar          string           `json:"avatar,omitempty"`
	UnionID         string           `json:"unionid,omitempty"`
	Position        string           `json:"position,omitempty"`
	CorpName        string           `json:"corp_name,omitempty"`
	CorpFullName    string           `json:"corp_full_name,omitempty"`
	ExternalProfile *ExternalProfile `json:"external_profile,omitempty"`
}

// The ways a customer was added, add_way. WeCom adds new numbers without
// notice, so unknown ones must be kept and never refused.
const (
	AddWayUnknown             = 0
	AddWayQRCode              = 1
	AddWayMobileSearch        = 2
	AddWayCard                = 3
	AddWayGroupChat           = 4
	AddWayPhoneBook           = 5
	AddWayWeChatContact       = 6
	AddWayServiceAccount      = 8
	AddWayEmailSearch         = 9
	AddWayWeChatChannels      = 10
	AddWayCalendar            = 11
	AddWayMeeting             = 12
	AddWayWeChatFriend        = 13
	AddWayHardware            = 14
	AddWayOnSiteService       = 15
	AddWayAcquisitionLink     = 16
	AddWayCustomDevelopment   = 17
	AddWayDemandReply         = 18
	AddWayThirdPartyPresales  = 21
	AddWayPossiblePartner     = 22
	AddWayWeChatFriendRequest = 24
	AddWaySharedByMember      = 201
	AddWayAssignedByAdmin     = 202
)

// Follow is what one member keeps about one customer, the follow relation
// 跟进关系, without the tags, which WeCom spells differently in get and in
// batch/get_by_user.
type Follow struct {
	UserID         string          `json:"userid"`
	Remark         string          `json:"remark"`
	Description    string          `json:"description"`
	CreateTime     int64           `json:"createtime"` // unix seconds, when the relation began
	RemarkCorpName string          `json:"remark_corp_name,omitempty"`
	RemarkMobiles  []string        `json:"remark_mobiles,omitzero"`
	OperUserID     string          `json:"oper_userid,omitempty"` // who began: userid, external_userid or admin
	AddWay         int             `json:"add_way"`               // AddWayQRCode …
	State          string          `json:"state,omitempty"`       // of the contact way or acquisition link
	WeChatChannels *WeChatChannels `json:"wechat_channels,omitempty"`
}

// The kinds of a tag on a follow relation.
const (
	FollowTagCorp     = 1 // 企业标签
	FollowTagPersonal = 2 // 用户自定义, has no tag_id
	FollowTagStrategy = 3 // 规则组标签
)

// FollowTag is a tag with its words, as externalcontact/get spells it.
type FollowTag struct {
	GroupName string `json:"group_name"`
	TagName   string `json:"tag_name"`
	TagID     string `json:"tag_id,omitempty"`
	Type      int    `json:"type"` // FollowTagCorp …
}

// FollowUser is a follow relation as externalcontact/get gives it (doc 92114).
type FollowUser struct {
	Follow
	Tags []FollowTag `json:"tags,omitzero"`
}

// FollowInfo is a follow relation as batch/get_by_user gives it (doc 92994),
// with the ids of corp and strategy tags only.
type FollowInfo struct {
	Follow
	TagIDs []string `json:"tag_id,omitzero"`
}

// ListFollowUsersResponse answers GET /cgi-bin/externalcontact/get_follow_user_list (doc 92571).
type ListFollowUsersResponse struct {
	Result
	UserIDs []string `json:"follow_user"`
}

// ListExternalContactsResponse answers GET /cgi-bin/externalcontact/list (doc 92113).
type ListExternalContactsResponse struct {
	Result
	ExternalUserIDs []string `json:"external_userid"`
}

// GetExternalContactResponse answers GET /cgi-bin/externalcontact/get (doc
// 92114). NextCursor is set when more than 500 members follow the customer.
type GetExternalContactResponse struct {
	Result
	ExternalContact ExternalContact `json:"external_contact"`
	FollowUsers     []FollowUser    `json:"follow_user"`
	NextCursor      string          `json:"next_cursor,omitempty"`
}

// BatchGetByUserRequest is the body of POST
// /cgi-bin/externalcontact/batch/get_by_user (doc 92994).
type BatchGetByUserRequest struct {
	UserIDs []string `json:"userid_list"` // 1 to 100
	Cursor  string   `json:"cursor"`
	Limit   int      `json:"limit,omitempty"` // up to 100, default 50
}

// FollowedContact is one follow relation with the customer it leads to.
type FollowedContact struct {
	ExternalContact ExternalContact `json:"external_contact"`
	FollowInfo      FollowInfo      `json:"follow_info"`
}

// BatchGetByUserResponse is one page. A page may be empty while NextCursor is
// set: only an empty NextCursor ends the list.
type BatchGetByUserResponse struct {
	Result
	Contacts   []FollowedContact `json:"external_contact_list"`
	NextCursor string            `json:"next_cursor,omitempty"`
	FailInfo   *BatchFailInfo    `json:"fail_info,omitempty"`
}

// BatchFailInfo names the members that have no interface licence.
type BatchFailInfo struct {
	UnlicensedUserIDs []string `json:"unlicensed_userid_list,omitzero"`
}

// RemarkRequest is the body of POST /cgi-bin/externalcontact/remark (doc
// 92115). At least one field beside the two ids must be given; what is nil stays
// as it is.
type RemarkRequest struct {
	UserID           string   `json:"userid"`
	ExternalUserID   string   `json:"external_userid"`
	Remark           *string  `json:"remark,omitempty"`             // up to 20 characters
	Description      *string  `json:"description,omitempty"`        // up to 150 characters
	RemarkCompany    *string  `json:"remark_company,omitempty"`     // up to 20 characters, WeChat customers only
	RemarkMobiles    []string `json:"remark_mobiles,omitzero"`      // replaces the list; []string{""} clears it
	RemarkPicMediaID string   `json:"remark_pic_mediaid,omitempty"` // temporary media
}

// ListServedContactsRequest is the body of POST
// /cgi-bin/externalcontact/contact_list, 已服务的外部联系人 (doc 99434).
type ListServedContactsRequest struct {
	Cursor string `json:"cursor,omitempty"`
	Limit  int    `json:"limit,omitempty"` // up to 1000, the default
}

// ServedContact is a person whom a member served, customer or not.
type ServedContact struct {
	IsCustomer     bool   `json:"is_customer"`
	TmpOpenID      string `json:"tmp_openid"` // lives 4 h and differs at each pull
	ExternalUserID string `json:"external_userid,omitempty"`
	Name           string `json:"name,omitempty"` // masked, of people who are no customers
	FollowUserID   string `json:"follow_userid,omitempty"`
	ChatID         string `json:"chat_id,omitempty"`
	ChatName       string `json:"chat_name,omitempty"`
	AddTime        int64  `json:"add_time"` // unix seconds
}

// ListServedContactsResponse is one page; the cursor lives only a short time.
type ListServedContactsResponse struct {
	Result
	Contacts   []ServedContact `json:"info_list"`
	NextCursor string          `json:"next_cursor,omitempty"`
}

// ConvertExternalToOpenIDRequest is the body of POST
// /cgi-bin/externalcontact/convert_to_openid (doc 92323).
type ConvertExternalToOpenIDRequest struct {
	ExternalUserID string `json:"external_userid"`
}

// ListFollowUsers lists the members with the right of customer contact 客户联系 in the
// app's range (doc 92571).
func (c *Client) ListFollowUsers(ctx context.Context) (ListFollowUsersResponse, error) {
	return get[ListFollowUsersResponse](ctx, c, "/cgi-bin/externalcontact/get_follow_user_list", nil)
}

// ListExternalContacts lists the customers of one member, without pages (doc 92113).
// WeCom answers 84061 for a member without customers; that is an empty list here.
func (c *Client) ListExternalContacts(ctx context.Context, userID string) (ListExternalContactsResponse, error) {
	response, err := get[ListExternalContactsResponse](ctx, c, "/cgi-bin/externalcontact/list", url.Values{"userid": {userID}})
	if CodeOf(err) == errcode.NotFollowed {
		return ListExternalContactsResponse{}, nil
	}
	return response, err
}

// GetExternalContact reads one customer with a page of the members who follow him (doc
// 92114). The cursor is empty except for customers of more than 500 members.
func (c *Client) GetExternalContact(ctx context.Context, externalUserID, cursor string) (GetExternalContactResponse, error) {
	query := url.Values{"external_userid": {externalUserID}}
	if cursor != "" {
		query.Set("cursor", cursor)
	}
	return get[GetExternalContactResponse](ctx, c, "/cgi-bin/externalcontact/get", query)
}

// Follows goes through all members who follow one customer.
func (c *Client) Follows(ctx context.Context, externalUserID string) iter.Seq2[FollowUser, error] {
	return pages(func(cursor string) ([]FollowUser, string, error) {
		page, err := c.GetExternalContact(ctx, externalUserID, cursor)
		return page.FollowUsers, page.NextCursor, err
	})
}

// BatchGetByUser gives one page of the customers of up to 100 members (doc 92994).
func (c *Client) BatchGetByUser(ctx context.Context, request BatchGetByUserRequest) (BatchGetByUserResponse, error) {
	return post[BatchGetByUserResponse](ctx, c, "/cgi-bin/externalcontact/batch/get_by_user", request)
}

// maxBatchUsers and maxBatchLimit are what batch/get_by_user takes at most.
const (
	maxBatchUsers = 100
	maxBatchLimit = 100
)

// FollowedContacts goes through the follow relations of any number of members, in
// groups of 100. Cursors die after a while, so do not pause for long in between.
func (c *Client) FollowedContacts(ctx context.Context, userIDs []string) iter.Seq2[FollowedContact, error] {
	return func(yield func(FollowedContact, error) bool) {
		for group := range slices.Chunk(userIDs, maxBatchUsers) {
			for contact, err := range pages(func(cursor string) ([]FollowedContact, string, error) {
				page, err := c.BatchGetByUser(ctx, BatchGetByUserRequest{UserIDs: group, Cursor: cursor, Limit: maxBatchLimit})
				return page.Contacts, page.NextCursor, err
			}) {
				if !yield(contact, err) || err != nil {
					return
				}
			}
		}
	}
}

// Remark changes what a member noted about a customer (doc 92115).
func (c *Client) Remark(ctx context.Context, request RemarkRequest) error {
	_, err := post[Result](ctx, c, "/cgi-bin/externalcontact/remark", request)
	return err
}

// ListServedContacts gives one page of the people whom members served, customers or
// not (doc 99434). It needs a permission of its own.
func (c *Client) ListServedContacts(ctx context.Context, request ListServedContactsRequest) (ListServedContactsResponse, error) {
	return post[ListServedContactsResponse](ctx, c, "/cgi-bin/externalcontact/contact_list", request)
}

// ServedContacts goes through all of them, 1000 a page.
func (c *Client) ServedContacts(ctx context.Context) iter.Seq2[ServedContact, error] {
	return pages(func(cursor string) ([]ServedContact, string, error) {
		page, err := c.ListServedContacts(ctx, ListServedContactsRequest{Cursor: cursor, Limit: 1000})
		return page.Contacts, page.NextCursor, err
	})
}

// ConvertExternalToOpenID turns a customer's id into the openid that payments want (doc
// 92323).
func (c *Client) ConvertExternalToOpenID(ctx context.Context, externalUserID string) (ConvertToOpenIDResponse, error) {
	return post[ConvertToOpenIDResponse](ctx, c, "/cgi-bin/externalcontact/convert_to_openid",
		ConvertExternalToOpenIDRequest{ExternalUserID: externalUserID})
}
