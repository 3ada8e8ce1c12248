package wecom

import (
	"context"
)

// IPListResponse answers GET /cgi-bin/getcallbackip (doc 90930) and GET
// /cgi-bin/get_api_domain_ip (doc 92520). An entry may be a pattern such as
// 101.226.103.*, so it is text and not an address.
type IPListResponse struct {
	Result
	IPList []string `json:"ip_list"`
}

// GetCallbackIPs lists the addresses from which callbacks come (doc 90930). The list
// changes; a callback from elsewhere is no reason to refuse it.
func (c *Client) GetCallbackIPs(ctx context.Context) (IPListResponse, error) {
	return get[IPListResponse](ctx, c, "/cgi-bin/getcallbackip", nil)
}

// GetAPIDomainIPs lists the addresses of WeCom's server, for firewalls (doc 92520).
func (c *Client) GetAPIDomainIPs(ctx context.Context) (IPListResponse, error) {
	return get[IPListResponse](ctx, c, "/cgi-bin/get_api_domain_ip", nil)
}
