package wecom

// IPListResponse answers GET /cgi-bin/getcallbackip (doc 90930) and GET
// /cgi-bin/get_api_domain_ip (doc 92520). An entry may be a pattern such as
// 101.226.103.*, so it is text and not an address.
type IPListResponse struct {
	Result
	IPList []string `json:"ip_list"`
}
