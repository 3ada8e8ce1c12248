package wecom

import (
	"context"
	"net/url"
)

// CreateMemberRequest is the body of POST /cgi-bin/user/create (doc 90195),
// open to the secret of 通讯录同步 and to apps with the right to write.
type CreateMemberRequest struct {
	UserID           string           `json:"userid"` // 1 to 64 bytes of [0-9A-Za-z_-@.]
	Name             string           `json:"name"`   // up to 64 characters
	Alias            string           `json:"alias,omitempty"`
	Mobile           string           `json:"mobile,omitempty"` // this or Email
	Department       []int64          `json:"department"`       // up to 100
	Order            []uint32         `json:"order,omitzero"`
	Position         string           `json:"position,omitempty"` // up to 128 characters
	Gender           string           `json:"gender,omitempty"`   // "1" male, "2" female
	Email            string           `json:"email,omitempty"`
	BizMail          string           `json:"biz_mail,omitempty"`
	BizMailAlias     *MailAliases     `json:"biz_mail_alias,omitempty"`
	IsLeaderInDept   []int            `json:"is_leader_in_dept,omitzero"`
	DirectLeader     []string         `json:"direct_leader,omitzero"`
	Enable           *int             `json:"enable,omitempty"` // 1 on, 0 off
	AvatarMediaID    string           `json:"avatar_mediaid,omitempty"`
	Telephone        string           `json:"telephone,omitempty"`
	Address          string           `json:"address,omitempty"`
	MainDepartment   int64            `json:"main_department,omitempty"`
	ExtAttr          *ExtAttr         `json:"extattr,omitempty"`
	ToInvite         *bool            `json:"to_invite,omitempty"` // default true
	ExternalPosition string           `json:"external_position,omitempty"`
	ExternalProfile  *ExternalProfile `json:"external_profile,omitempty"`
}

// MailAliases are further addresses of a member's corp mailbox.
type MailAliases struct {
	Item []string `json:"item"`
}

// UpdateMemberRequest is the body of POST /cgi-bin/user/update (doc 90197). What
// is left nil stays as it is; a pointer to "" clears.
type UpdateMemberRequest struct {
	UserID           string           `json:"userid"`
	NewUserID        string           `json:"new_userid,omitempty"` // once, and only for generated ids
	Name             *string          `json:"name,omitempty"`
	Alias            *string          `json:"alias,omitempty"`
	Mobile           *string          `json:"mobile,omitempty"`
	Department       []int64          `json:"department,omitzero"`
	Order            []uint32         `json:"order,omitzero"`
	Position         *string          `json:"position,omitempty"`
	Gender           *string          `json:"gender,omitempty"`
	Email            *string          `json:"email,omitempty"`
	BizMail          *string          `json:"biz_mail,omitempty"`
	BizMailAlias     *MailAliases     `json:"biz_mail_alias,omitempty"`
	IsLeaderInDept   []int            `json:"is_leader_in_dept,omitzero"`
	DirectLeader     []string         `json:"direct_leader,omitzero"`
	Enable           *int             `json:"enable,omitempty"`
	AvatarMediaID    *string          `json:"avatar_mediaid,omitempty"`
	Telephone        *string          `json:"telephone,omitempty"`
	Address          *string          `json:"address,omitempty"`
	MainDepartment   int64            `json:"main_department,omitempty"`
	ExtAttr          *ExtAttr         `json:"extattr,omitempty"`
	ExternalPosition *string          `json:"external_position,omitempty"`
	ExternalProfile  *ExternalProfile `json:"external_profile,omitempty"`
}

// CreateMember makes a member (doc 90195).
func (c *Client) CreateMember(ctx context.Context, request CreateMemberRequest) error {
	_, err := post[Result](ctx, c, "/cgi-bin/user/create", request)
	return err
}

// UpdateMember changes a member (doc 90197).
func (c *Client) UpdateMember(ctx context.Context, request UpdateMemberRequest) error {
	_, err := post[Result](ctx, c, "/cgi-bin/user/update", request)
	return err
}

// DeleteMember deletes a member (doc 90198).
func (c *Client) DeleteMember(ctx context.Context, userID string) error {
	_, err := get[Result](ctx, c, "/cgi-bin/user/delete", url.Values{"userid": {userID}})
	return err
}

// BatchDeleteMembers deletes up to 200 members (doc 90199).
func (c *Client) BatchDeleteMembers(ctx context.Context, userIDs []string) error {
	_, err := post[Result](ctx, c, "/cgi-bin/user/batchdelete", BatchDeleteMembersRequest{UserIDs: userIDs})
	return err
}

// ConfirmMember lets a member in who passed a second check of one's own (doc 90203).
func (c *Client) ConfirmMember(ctx context.Context, userID string) error {
	_, err := get[Result](ctx, c, "/cgi-bin/user/authsucc", url.Values{"userid": {userID}})
	return err
}

// ConfirmTFA ends the second check 二次验证 that GetTFAInfo began (doc 99500).
func (c *Client) ConfirmTFA(ctx context.Context, request TFASuccessRequest) error {
	_, err := post[Result](ctx, c, "/cgi-bin/user/tfa_succ", request)
	return err
}
