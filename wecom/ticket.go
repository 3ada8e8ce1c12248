package wecom

import (
	"context"
	"crypto/rand"
	"crypto/sha1"
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"
)

// TicketResponse answers GET /cgi-bin/get_jsapi_ticket and GET
// /cgi-bin/ticket/get?type=agent_config (doc 90506).
type TicketResponse struct {
	Result
	Ticket    string `json:"ticket"`     // up to 512 bytes
	ExpiresIn int    `json:"expires_in"` // seconds, 7200 as a rule
}

// JSSignature is what a page hands to wx.config, wx.agentConfig or ww.register.
type JSSignature struct {
	Timestamp int64  `json:"timestamp"` // unix seconds
	NonceStr  string `json:"nonceStr"`
	Signature string `json:"signature"`
}

// SignConfig signs a page for wx.config, with the ticket of the corp (doc 90506). Sign
// addresses of one's own hosts only.
func (c *Client) SignConfig(ctx context.Context, pageURL string) (JSSignature, error) {
	ticket, err := c.ticket(ctx, "get_jsapi_ticket", func(ctx context.Context) (TicketResponse, error) {
		return get[TicketResponse](ctx, c, "/cgi-bin/get_jsapi_ticket", nil)
	})
	return c.signPage(ticket, pageURL), c.wrap("get_jsapi_ticket", err)
}

// SignAgentConfig signs a page for wx.agentConfig, with the ticket of the app (doc
// 90506).
func (c *Client) SignAgentConfig(ctx context.Context, pageURL string) (JSSignature, error) {
	ticket, err := c.ticket(ctx, "ticket/get", func(ctx context.Context) (TicketResponse, error) {
		return get[TicketResponse](ctx, c, "/cgi-bin/ticket/get", url.Values{"type": {"agent_config"}})
	})
	return c.signPage(ticket, pageURL), c.wrap("ticket/get", err)
}

// ticket gives a ticket that is kept like an access token. WeCom allows 400 an hour for
// a corp and 100 for an app.
func (c *Client) ticket(ctx context.Context, op string, fetch func(context.Context) (TicketResponse, error)) (string, error) {
	return c.tokens.get(ctx, "ticket:"+op+":"+c.key, "", func(ctx context.Context) (Token, error) {
		response, err := fetch(ctx)
		if err != nil {
			return Token{}, err
		}
		return c.lasting(op, response.Ticket, response.ExpiresIn)
	})
}

func (c *Client) signPage(ticket, pageURL string) JSSignature {
	if ticket == "" {
		return JSSignature{}
	}
	nonce, now := rand.Text(), c.clock.Now().Unix()
	return JSSignature{Timestamp: now, NonceStr: nonce, Signature: SignJSAPI(ticket, nonce, now, pageURL)}
}

// SignJSAPI computes the signature of a page (doc 90506). The address is that which the
// browser sees, in its own spelling; a fragment does not count.
func SignJSAPI(ticket, nonce string, timestamp int64, pageURL string) string {
	page, _, _ := strings.Cut(pageURL, "#")
	sum := sha1.Sum([]byte("jsapi_ticket=" + ticket + "&noncestr=" + nonce +
		"&timestamp=" + strconv.FormatInt(timestamp, 10) + "&url=" + page))
	return hex.EncodeToString(sum[:])
}
