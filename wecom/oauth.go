package wecom

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
)

// GetUserInfoResponse answers GET /cgi-bin/auth/getuserinfo (doc 91023). UserID
// is set for members; OpenID for visitors, with ExternalUserID when the visitor
// is a customer.
type GetUserInfoResponse struct {
	Result
	UserID         string `json:"userid,omitempty"`
	UserTicket     string `json:"user_ticket,omitempty"` // snsapi_privateinfo only, 1800 s
	OpenID         string `json:"openid,omitempty"`
	ExternalUserID string `json:"external_userid,omitempty"`
}

// GetUserDetailRequest is the body of POST /cgi-bin/auth/getuserdetail (doc 95833).
type GetUserDetailRequest struct {
	UserTicket string `json:"user_ticket"`
}

// GetUserDetailResponse holds what the member agreed to show.
type GetUserDetailResponse struct {
	Result
	UserID  string `json:"userid"`
	Gender  string `json:"gender,omitempty"` // "0" unknown, "1" male, "2" female
	Avatar  string `json:"avatar,omitempty"`
	QRCode  string `json:"qr_code,omitempty"`
	Mobile  string `json:"mobile,omitempty"`
	Email   string `json:"email,omitempty"`
	BizMail string `json:"biz_mail,omitempty"`
	Address string `json:"address,omitempty"`
}

// GetTFAInfoRequest is the body of POST /cgi-bin/auth/get_tfa_info, 二次验证 (doc 99499).
type GetTFAInfoRequest struct {
	Code string `json:"code"`
}

// GetTFAInfoResponse names the member who wants to pass the second check.
type GetTFAInfoResponse struct {
	Result
	UserID  string `json:"userid"`
	TFACode string `json:"tfa_code"`
}

// The scopes of in-app sign-in.
const (
	ScopeBase        = "snsapi_base"        // silent: who it is
	ScopePrivateInfo = "snsapi_privateinfo" // asks the member: a ticket for GetUserDetail as well
)

// maxState is the longest state, in bytes.
const maxState = 128

// AuthorizeURL is the address to which a page inside WeCom sends a member who is to
// sign in (doc 91022). The redirect's host and port must be a trusted domain of the app;
// state is up to 128 letters and digits and is to be bound to the browser's session.
func (c *Client) AuthorizeURL(redirectURI, scope, state string) (string, error) {
	if err := checkState(state); err != nil {
		return "", err
	}
	query := url.Values{
		"appid":         {c.corpID},
		"redirect_uri":  {redirectURI},
		"response_type": {"code"},
		"scope":         {scope},
		"state":         {state},
	}
	if c.app.AgentID != 0 {
		query.Set("agentid", strconv.FormatInt(c.app.AgentID, 10))
	}
	return c.authorizeBase + "/connect/oauth2/authorize?" + query.Encode() + "#wechat_redirect", nil
}

// LoginURL is the address of the page on which a member signs in by scanning a QR code
// with WeCom (doc 98151). Who declines comes back without a code. The language is zh or
// en, zh when empty.
func (c *Client) LoginURL(redirectURI, state, lang string) (string, error) {
	if err := checkState(state); err != nil {
		return "", err
	}
	query := url.Values{
		"login_type":   {"CorpApp"},
		"appid":        {c.corpID},
		"agentid":      {strconv.FormatInt(c.app.AgentID, 10)},
		"redirect_uri": {redirectURI},
		"state":        {state},
	}
	if lang != "" {
		query.Set("lang", lang)
	}
	return c.loginBase + "/wwlogin/sso/login?" + query.Encode(), nil
}

func checkState(state string) error {
	if state == "" || len(state) > maxState {
		return fmt.Errorf("wecom: the state must have 1 to %d bytes, it has %d", maxState, len(state))
	}
	for _, r := range state {
		if (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return fmt.Errorf("wecom: the state may hold letters and digits only, not %q", r)
		}
	}
	return nil
}

// GetUserInfo tells who came back with a code (doc 91023). A code works once and for
// five minutes, and only with the app that asked for it. Without UserID the visitor is
// no member.
func (c *Client) GetUserInfo(ctx context.Context, code string) (GetUserInfoResponse, error) {
	return get[GetUserInfoResponse](ctx, c, "/cgi-bin/auth/getuserinfo", url.Values{"code": {code}})
}

// GetUserDetail reads what the member agreed to show (doc 95833).
func (c *Client) GetUserDetail(ctx context.Context, userTicket string) (GetUserDetailResponse, error) {
	return post[GetUserDetailResponse](ctx, c, "/cgi-bin/auth/getuserdetail", GetUserDetailRequest{UserTicket: userTicket})
}

// GetTFAInfo tells who wants to pass the second check 二次验证 (doc 99499).
func (c *Client) GetTFAInfo(ctx context.Context, code string) (GetTFAInfoResponse, error) {
	return post[GetTFAInfoResponse](ctx, c, "/cgi-bin/auth/get_tfa_info", GetTFAInfoRequest{Code: code})
}
