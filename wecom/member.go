package wecom

import (
	"context"
	"iter"
	"net/url"
	"strconv"
)

// The states of a member 成员.
const (
	MemberActive       = 1 // 已激活
	MemberDisabled     = 2 // 已禁用
	MemberNotActivated = 4 // 未激活
	MemberLeft         = 5 // 退出企业
)

// Member is one member 成员 as GET /cgi-bin/user/get and /user/list describe
// him (docs 90196, 90201). Apps created after 2022-06-20 never receive Mobile,
// Gender, Email, BizMail, Avatar, ThumbAvatar, QRCode and Address; those come
// only through the member's own consent, see GetUserDetail. Without the right to
// read names, Name equals UserID.
type Member struct {
	UserID         string   `json:"userid"` // unique without regard to letter case
	Name           string   `json:"name"`
	Department     []int64  `json:"department,omitzero"`
	Order          []uint32 `json:"order,omitzero"`             // parallel to Department
	IsLeaderInDept []int    `json:"is_leader_in_dept,omitzero"` // parallel to Department
	MainDepartment int64    `json:"main_department,omitempty"`
	DirectLeader   []string `json:"direct_leader,omitzero"`
	Position       string   `json:"position,omitempty"`
	Status         int      `json:"status,omitempty"` // MemberActive …
	Alias          string   `json:"alias,omitempty"`
	Telephone      string   `json:"telephone,omitempty"`
	Mobile         string   `json:"mobile,omitempty"`
	Gender         string   `json:"gender,omitempty"` // "0" unknown, "1" male, "2" female
	Email          string   `json:"email,omitempty"`
	BizMail        string   `json:"biz_mail,omitempty"`
	Avatar         string   `json:"avatar,omitempty"`
	ThumbAvatar    string   `json:"thumb_avatar,omitempty"`
	QRCode         string   `json:"qr_code,omitempty"`
	Address        string   `json:"address,omitempty"`
	EnglishName    string   `json:"english_name,omitempty"` // legacy
	HideMobile     *int     `json:"hide_mobile,omitempty"`  // legacy
	OpenUserID     string   `json:"open_userid,omitempty"`  // third-party apps only

	ExtAttr          *ExtAttr         `json:"extattr,omitempty"`
	ExternalPosition string           `json:"external_position,omitempty"`
	ExternalProfile  *ExternalProfile `json:"external_profile,omitempty"`
}

// ExtAttr holds the attributes 扩展属性 that a corp defined for its members.
type ExtAttr struct {
	Attrs []Attribute `json:"attrs"`
}

// The kinds of an Attribute.
const (
	AttributeText        = 0
	AttributeWeb         = 1
	AttributeMiniProgram = 2
)

// Attribute is one extended attribute. The part that belongs to Type is set.
type Attribute struct {
	Type        int                        `json:"type"` // AttributeText …
	Name        string                     `json:"name"`
	Text        *AttributeTextValue        `json:"text,omitempty"`
	Web         *AttributeWebValue         `json:"web,omitempty"`
	MiniProgram *AttributeMiniProgramValue `json:"miniprogram,omitempty"`
}

// AttributeTextValue is the value of a text attribute.
type AttributeTextValue struct {
	Value string `json:"value"`
}

// AttributeWebValue is the value of a web attribute.
type AttributeWebValue struct {
	URL   string `json:"url"`
	Title string `json:"title"`
}

// AttributeMiniProgramValue is the value of a mini-program attribute.
type AttributeMiniProgramValue struct {
	AppID    string `json:"appid"`
	PagePath string `json:"pagepath"`
	Title    string `json:"title"`
}

// ExternalProfile is what outsiders see of a member 对外信息.
type ExternalProfile struct {
	ExternalCorpName string          `json:"external_corp_name,omitempty"`
	WeChatChannels   *WeChatChannels `json:"wechat_channels,omitempty"`
	ExternalAttr     []Attribute     `json:"external_attr,omitzero"`
}

// WeChatChannels names a video account 视频号. Status belongs to a member's
// profile, Source to the way a customer arrived through it: 0 unknown, 1
// profile, 2 live, 3 post card.
type WeChatChannels struct {
	Nickname string `json:"nickname"`
	Status   int    `json:"status,omitempty"`
	Source   *int   `json:"source,omitempty"`
}

// GetMemberResponse answers GET /cgi-bin/user/get (doc 90196).
type GetMemberResponse struct {
	Result
	Member
}

// ListMembersResponse answers GET /cgi-bin/user/list (doc 90201).
type ListMembersResponse struct {
	Result
	Members []Member `json:"userlist"`
}

// MemberName is the short form of a member in a department.
type MemberName struct {
	UserID     string  `json:"userid"`
	Name       string  `json:"name"`
	Department []int64 `json:"department"`
	OpenUserID string  `json:"open_userid,omitempty"`
}

// ListMemberNamesResponse answers GET /cgi-bin/user/simplelist (doc 90200).
type ListMemberNamesResponse struct {
	Result
	Members []MemberName `json:"userlist"`
}

// ListMemberIDsRequest is the body of POST /cgi-bin/user/list_id (doc 96067),
// which only the secret of 通讯录同步 may call.
type ListMemberIDsRequest struct {
	Cursor string `json:"cursor,omitempty"`
	Limit  int    `json:"limit,omitempty"` // 1 to 10000
}

// MemberDepartment is one membership of one department.
type MemberDepartment struct {
	UserID     string `json:"userid"`
	Department int64  `json:"department"`
}

// ListMemberIDsResponse is one page of memberships; an empty NextCursor ends the list.
type ListMemberIDsResponse struct {
	Result
	NextCursor string             `json:"next_cursor,omitempty"`
	DeptUsers  []MemberDepartment `json:"dept_user"`
}

// ConvertToOpenIDRequest is the body of POST /cgi-bin/user/convert_to_openid (doc 90202).
type ConvertToOpenIDRequest struct {
	UserID string `json:"userid"`
}

// ConvertToOpenIDResponse holds the openid that WeChat Pay wants.
type ConvertToOpenIDResponse struct {
	Result
	OpenID string `json:"openid"`
}

// ConvertToUserIDRequest is the body of POST /cgi-bin/user/convert_to_userid (doc 90202).
type ConvertToUserIDRequest struct {
	OpenID string `json:"openid"`
}

// UserIDResponse answers the calls that look a member up by openid, mobile or e-mail.
type UserIDResponse struct {
	Result
	UserID string `json:"userid"`
}

// GetUserIDByMobileRequest is the body of POST /cgi-bin/user/getuserid (doc
// 95402). A corp that asks for wrong numbers more often than a fifth of its
// size is blocked for a day.
type GetUserIDByMobileRequest struct {
	Mobile string `json:"mobile"`
}

// GetUserIDByEmailRequest is the body of POST /cgi-bin/user/get_userid_by_email (doc 95895).
type GetUserIDByEmailRequest struct {
	Email     string `json:"email"`
	EmailType int    `json:"email_type,omitempty"` // 1 the corp's mail (default), 2 private
}

// GetActiveStatRequest is the body of POST /cgi-bin/user/get_active_stat (doc 92714).
type GetActiveStatRequest struct {
	Date string `json:"date"` // 2006-01-02, at most 30 days back
}

// GetActiveStatResponse counts the members that were active on that day.
type GetActiveStatResponse struct {
	Result
	ActiveCount int `json:"active_cnt"`
}

// BatchDeleteMembersRequest is the body of POST /cgi-bin/user/batchdelete (doc 90199).
type BatchDeleteMembersRequest struct {
	UserIDs []string `json:"useridlist"` // up to 200
}

// TFASuccessRequest is the body of POST /cgi-bin/user/tfa_succ (doc 99500).
type TFASuccessRequest struct {
	UserID  string `json:"userid"`
	TFACode string `json:"tfa_code"`
}

// GetMember reads one member (doc 90196).
func (c *Client) GetMember(ctx context.Context, userID string) (GetMemberResponse, error) {
	return get[GetMemberResponse](ctx, c, "/cgi-bin/user/get", url.Values{"userid": {userID}})
}

// ListMembers lists the members of a department with their fields, and with those of
// its sub-departments if fetchChild (doc 90201). The list has no pages.
func (c *Client) ListMembers(ctx context.Context, departmentID int64, fetchChild bool) (ListMembersResponse, error) {
	return get[ListMembersResponse](ctx, c, "/cgi-bin/user/list", departmentQuery(departmentID, fetchChild))
}

// ListMemberNames lists the members of a department in short (doc 90200).
func (c *Client) ListMemberNames(ctx context.Context, departmentID int64, fetchChild bool) (ListMemberNamesResponse, error) {
	return get[ListMemberNamesResponse](ctx, c, "/cgi-bin/user/simplelist", departmentQuery(departmentID, fetchChild))
}

func departmentQuery(departmentID int64, fetchChild bool) url.Values {
	query := url.Values{"department_id": {strconv.FormatInt(departmentID, 10)}}
	if fetchChild {
		query.Set("fetch_child", "1")
	}
	return query
}

// ListMemberIDs gives one page of all memberships (doc 96067).
func (c *Client) ListMemberIDs(ctx context.Context, request ListMemberIDsRequest) (ListMemberIDsResponse, error) {
	return post[ListMemberIDsResponse](ctx, c, "/cgi-bin/user/list_id", request)
}

// MemberIDs goes through all memberships, 10 000 a page. A member of two departments
// comes twice.
func (c *Client) MemberIDs(ctx context.Context) iter.Seq2[MemberDepartment, error] {
	return pages(func(cursor string) ([]MemberDepartment, string, error) {
		page, err := c.ListMemberIDs(ctx, ListMemberIDsRequest{Cursor: cursor, Limit: 10_000})
		return page.DeptUsers, page.NextCursor, err
	})
}

// ConvertToOpenID turns a userid into the openid that WeChat Pay wants (doc 90202).
func (c *Client) ConvertToOpenID(ctx context.Context, userID string) (ConvertToOpenIDResponse, error) {
	return post[ConvertToOpenIDResponse](ctx, c, "/cgi-bin/user/convert_to_openid", ConvertToOpenIDRequest{UserID: userID})
}

// ConvertToUserID turns such an openid back into a userid (doc 90202).
func (c *Client) ConvertToUserID(ctx context.Context, openID string) (UserIDResponse, error) {
	return post[UserIDResponse](ctx, c, "/cgi-bin/user/convert_to_userid", ConvertToUserIDRequest{OpenID: openID})
}

// GetUserIDByMobile finds a member by mobile number (doc 95402).
func (c *Client) GetUserIDByMobile(ctx context.Context, mobile string) (UserIDResponse, error) {
	return post[UserIDResponse](ctx, c, "/cgi-bin/user/getuserid", GetUserIDByMobileRequest{Mobile: mobile})
}

// GetUserIDByEmail finds a member by mail address (doc 95895).
func (c *Client) GetUserIDByEmail(ctx context.Context, request GetUserIDByEmailRequest) (UserIDResponse, error) {
	return post[UserIDResponse](ctx, c, "/cgi-bin/user/get_userid_by_email", request)
}

// GetActiveStat counts the members who were active on a day, written 2006-01-02 (doc
// 92714).
func (c *Client) GetActiveStat(ctx context.Context, date string) (GetActiveStatResponse, error) {
	return post[GetActiveStatResponse](ctx, c, "/cgi-bin/user/get_active_stat", GetActiveStatRequest{Date: date})
}
