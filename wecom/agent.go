package wecom

import (
	"context"
)

// Agent is one self-built app 自建应用 with its range (doc 90227).
type Agent struct {
	AgentID                 int64        `json:"agentid"`
	Name                    string       `json:"name"`
	SquareLogoURL           string       `json:"square_logo_url,omitempty"`
	Description             string       `json:"description,omitempty"`
	AllowUsers              AllowUsers   `json:"allow_userinfos"`
	AllowParties            AllowParties `json:"allow_partys"`
	AllowTags               AllowTags    `json:"allow_tags"`
	Close                   int          `json:"close"` // 1: switched off
	RedirectDomain          string       `json:"redirect_domain,omitempty"`
	ReportLocationFlag      int          `json:"report_location_flag"`
	IsReportEnter           int          `json:"isreportenter"`
	HomeURL                 string       `json:"home_url,omitempty"`
	CustomizedPublishStatus int          `json:"customized_publish_status,omitempty"`
}

// AllowUsers are the members in an app's range.
type AllowUsers struct {
	Users []AllowUser `json:"user"`
}

// AllowUser is one member in an app's range.
type AllowUser struct {
	UserID string `json:"userid"`
}

// AllowParties are the departments in an app's range.
type AllowParties struct {
	PartyIDs []int64 `json:"partyid"`
}

// AllowTags are the contact tags in an app's range.
type AllowTags struct {
	TagIDs []int64 `json:"tagid"`
}

// GetAgentResponse answers GET /cgi-bin/agent/get.
type GetAgentResponse struct {
	Result
	Agent
}

// AgentSummary is one line of the list of apps.
type AgentSummary struct {
	AgentID       int64  `json:"agentid"`
	Name          string `json:"name"`
	SquareLogoURL string `json:"square_logo_url,omitempty"`
}

// ListAgentsResponse answers GET /cgi-bin/agent/list: the apps that the token may see.
type ListAgentsResponse struct {
	Result
	Agents []AgentSummary `json:"agentlist"`
}

// GetAgent reads an app with its range (doc 90227). 0 means the client's own.
func (c *Client) GetAgent(ctx context.Context, agentID int64) (GetAgentResponse, error) {
	if agentID == 0 {
		agentID = c.app.AgentID
	}
	return get[GetAgentResponse](ctx, c, "/cgi-bin/agent/get", optionalID("agentid", agentID))
}

// ListAgents lists the apps that this secret may see (doc 90227).
func (c *Client) ListAgents(ctx context.Context) (ListAgentsResponse, error) {
	return get[ListAgentsResponse](ctx, c, "/cgi-bin/agent/list", nil)
}
