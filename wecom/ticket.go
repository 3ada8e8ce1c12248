package wecom

// TicketResponse answers GET /cgi-bin/get_jsapi_ticket and GET
// /cgi-bin/ticket/get?type=agent_config (doc 90506).
type TicketResponse struct {
	Result
	Ticket    string `json:"ticket"`     // up to 512 bytes
	ExpiresIn int    `json:"expires_in"` // seconds, 7200 as a rule
}
