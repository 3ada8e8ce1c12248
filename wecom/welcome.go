package wecom

// SendWelcomeMsgRequest is the body of POST
// /cgi-bin/externalcontact/send_welcome_msg (doc 92137). The code lives 20
// seconds after the event and works for one successful call. Text and
// attachments cannot both be empty. Nothing in the text is replaced by WeCom.
type SendWelcomeMsgRequest struct {
	WelcomeCode string       `json:"welcome_code"`
	Text        *Text        `json:"text,omitempty"`        // up to 4000 bytes
	Attachments []Attachment `json:"attachments,omitempty"` // up to 9
}
