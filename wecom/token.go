package wecom

// GetTokenResponse answers GET /cgi-bin/gettoken (doc 91039).
type GetTokenResponse struct {
	Result
	AccessToken string `json:"access_token"` // up to 512 bytes
	ExpiresIn   int    `json:"expires_in"`   // seconds, 7200 as a rule
}
