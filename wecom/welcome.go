package wecom

import (
	"context"
)

// SendWelcomeMsgRequest is the body of POST
// /cgi-bin/externalcontact/send_welcome_msg (doc 92137). The code lives 20
// seconds after the event and works for one successful call. Text and
// attachments cannot both be empty. Nothing in the text is replaced by WeCom.
type SendWelcomeMsgRequest struct {
	WelcomeCode string       `json:"welcome_code"`
	Text        *Text        `json:"text,omitempty"`        // up to 4000 bytes
	Attachments []Attachment `json:"attachments,omitempty"` // up to 9
}

// SendWelcomeMsg greets a new customer (doc 92137). Of several apps the first caller
// wins: 41096 means that another one is sending right now, and may be retried inside
// the 20 seconds; 41051 means that the customer was greeted or wrote first.
func (c *Client) SendWelcomeMsg(ctx context.Context, request SendWelcomeMsgRequest) error {
	_, err := post[Result](ctx, c, "/cgi-bin/externalcontact/send_welcome_msg", request)
	return err
}
