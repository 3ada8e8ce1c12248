package wecom

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
