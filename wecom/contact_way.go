package wecom

import (
	"context"
	"iter"
)

// The kinds and places of a contact way 联系我.
const (
	ContactWaySingle   = 1 // exactly one member
	ContactWayMultiple = 2 // several members or departments

	SceneMiniProgram = 1 // a button inside a mini program
	SceneQRCode      = 2 // a QR code
)

// Conclusions ends a temporary session 临时会话. Of image, link and mini program
// one is sent, in this order of preference.
type Conclusions struct {
	Text        *Text        `json:"text,omitempty"` // up to 4000 bytes
	Image       *Image       `json:"image,omitempty"`
	Link        *Link        `json:"link,omitempty"`
	MiniProgram *MiniProgram `json:"miniprogram,omitempty"`
}

// AddContactWayRequest is the body of POST
// /cgi-bin/externalcontact/add_contact_way (doc 92228).
type AddContactWayRequest struct {
	Type          int          `json:"type"`                      // ContactWaySingle, ContactWayMultiple
	Scene         int          `json:"scene"`                     // SceneMiniProgram, SceneQRCode
	Style         int          `json:"style,omitempty"`           // of the button, SceneMiniProgram only
	Remark        string       `json:"remark,omitempty"`          // up to 30 characters
	SkipVerify    *bool        `json:"skip_verify,omitempty"`     // default true: added without the member's consent
	State         string       `json:"state,omitempty"`           // up to 30 characters, comes back in the event
	User          []string     `json:"user,omitzero"`             // up to 100 members, departments counted in
	Party         []int64      `json:"party,omitzero"`            // ContactWayMultiple only
	IsTemp        bool         `json:"is_temp,omitempty"`         // a temporary session, single only
	ExpiresIn     int          `json:"expires_in,omitempty"`      // seconds, temporary only: 7 days, at most 14
	ChatExpiresIn int          `json:"chat_expires_in,omitempty"` // seconds, temporary only: 24 h, at most 14 days
	UnionID       string       `json:"unionid,omitempty"`         // temporary only: the one who may open it
	IsExclusive   bool         `json:"is_exclusive,omitempty"`    // same member for customers of one outside corp
	Conclusions   *Conclusions `json:"conclusions,omitempty"`     // temporary only
	MarkSource    *bool        `json:"mark_source,omitempty"`     // default true, apps of 营销获客 only
}

// AddContactWayResponse names the new way. QRCode is given for SceneQRCode only.
type AddContactWayResponse struct {
	Result
	ConfigID string `json:"config_id"`
	QRCode   string `json:"qr_code,omitempty"` // URL of an image
}

// ContactWayRequest is the body of get_contact_way and del_contact_way.
type ContactWayRequest struct {
	ConfigID string `json:"config_id"`
}

// ContactWay is a way as WeCom keeps it.
type ContactWay struct {
	ConfigID      string       `json:"config_id"`
	Type          int          `json:"type"`
	Scene         int          `json:"scene"`
	Style         int          `json:"style,omitempty"`
	Remark        string       `json:"remark"`
	SkipVerify    bool         `json:"skip_verify"`
	State         string       `json:"state"`
	QRCode        string       `json:"qr_code,omitempty"`
	User          []string     `json:"user"`
	Party         []int64      `json:"party"`
	IsTemp        bool         `json:"is_temp,omitempty"`
	ExpiresIn     int          `json:"expires_in,omitempty"`
	ChatExpiresIn int          `json:"chat_expires_in,omitempty"`
	UnionID       string       `json:"unionid,omitempty"`
	IsExclusive   bool         `json:"is_exclusive,omitempty"`
	Conclusions   *Conclusions `json:"conclusions,omitempty"` // its image carries pic_url
	MarkSource    *bool        `json:"mark_source,omitempty"`
}

// GetContactWayResponse answers POST /cgi-bin/externalcontact/get_contact_way.
type GetContactWayResponse struct {
	Result
	ContactWay ContactWay `json:"contact_way"`
}

// ListContactWaysRequest is the body of POST
// /cgi-bin/externalcontact/list_contact_way, which knows the ways made after
// 2021-07-10 and no temporary ones.
type ListContactWaysRequest struct {
	StartTime int64  `json:"start_time,omitempty"` // unix seconds, default 90 days ago
	EndTime   int64  `json:"end_time,omitempty"`   // unix seconds, default now
	Cursor    string `json:"cursor,omitempty"`
	Limit     int    `json:"limit,omitempty"` // default 100, at most 1000
}

// ContactWayID is one line of the list.
type ContactWayID struct {
	ConfigID string `json:"config_id"`
}

// ListContactWaysResponse is one page; an empty NextCursor ends the list.
type ListContactWaysResponse struct {
	Result
	ContactWays []ContactWayID `json:"contact_way"`
	NextCursor  string         `json:"next_cursor,omitempty"`
}

// UpdateContactWayRequest is the body of POST
// /cgi-bin/externalcontact/update_contact_way. What is nil or zero stays as it
// is; User and Party replace the lists, an empty but non-nil one empties it.
// Type and scene cannot be changed.
type UpdateContactWayRequest struct {
	ConfigID      string       `json:"config_id"`
	Remark        *string      `json:"remark,omitempty"`
	SkipVerify    *bool        `json:"skip_verify,omitempty"`
	Style         int          `json:"style,omitempty"`
	State         *string      `json:"state,omitempty"`
	User          []string     `json:"user,omitzero"`
	Party         []int64      `json:"party,omitzero"`
	ExpiresIn     int          `json:"expires_in,omitempty"`
	ChatExpiresIn int          `json:"chat_expires_in,omitempty"`
	UnionID       string       `json:"unionid,omitempty"`
	Conclusions   *Conclusions `json:"conclusions,omitempty"`
	MarkSource    *bool        `json:"mark_source,omitempty"` // only the app that made the way
}

// CloseTempChatRequest is the body of POST
// /cgi-bin/externalcontact/close_temp_chat: it ends a temporary session.
type CloseTempChatRequest struct {
	UserID         string `json:"userid"`
	ExternalUserID string `json:"external_userid"`
}

// AddContactWay makes a contact way (doc 92228). Only the app that made it can read,
// change and delete it; a corp has 500 000 of them at most.
func (c *Client) AddContactWay(ctx context.Context, request AddContactWayRequest) (AddContactWayResponse, error) {
	return post[AddContactWayResponse](ctx, c, "/cgi-bin/externalcontact/add_contact_way", request)
}

// GetContactWay reads a contact way (doc 92228).
func (c *Client) GetContactWay(ctx context.Context, configID string) (GetContactWayResponse, error) {
	return post[GetContactWayResponse](ctx, c, "/cgi-bin/externalcontact/get_contact_way", ContactWayRequest{ConfigID: configID})
}

// ListContactWays gives one page of the ways that this app made (doc 92228).
func (c *Client) ListContactWays(ctx context.Context, request ListContactWaysRequest) (ListContactWaysResponse, error) {
	return post[ListContactWaysResponse](ctx, c, "/cgi-bin/externalcontact/list_contact_way", request)
}

// ContactWays goes through the ways made in a period, both ends in unix seconds; zeros
// mean the last 90 days.
func (c *Client) ContactWays(ctx context.Context, start, end int64) iter.Seq2[ContactWayID, error] {
	return pages(func(cursor string) ([]ContactWayID, string, error) {
		page, err := c.ListContactWays(ctx, ListContactWaysRequest{StartTime: start, EndTime: end, Cursor: cursor, Limit: 1000})
		return page.ContactWays, page.NextCursor, err
	})
}

// UpdateContactWay changes a contact way; the printed code stays as it is (doc 92228).
func (c *Client) UpdateContactWay(ctx context.Context, request UpdateContactWayRequest) error {
	_, err := post[Result](ctx, c, "/cgi-bin/externalcontact/update_contact_way", request)
	return err
}

// DeleteContactWay deletes a contact way; its code leads nowhere from then on (doc
// 92228).
func (c *Client) DeleteContactWay(ctx context.Context, configID string) error {
	_, err := post[Result](ctx, c, "/cgi-bin/externalcontact/del_contact_way", ContactWayRequest{ConfigID: configID})
	return err
}

// CloseTempChat ends a temporary session (doc 92228).
func (c *Client) CloseTempChat(ctx context.Context, request CloseTempChatRequest) error {
	_, err := post[Result](ctx, c, "/cgi-bin/externalcontact/close_temp_chat", request)
	return err
}
