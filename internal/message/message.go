// Package message is the one content model for everything the product sends: a text and
// up to nine attachments (图片, 图文链接). It knows WeCom's limits and how a content becomes
// a welcome message; it keeps the pictures that are in use (pictures.go). It does not send.
package message

import (
	"strings"
	"unicode/utf8"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
)

// Limits of send_welcome_msg (developer.work.weixin.qq.com/document/path/92137), in UTF-8 bytes.
const (
	MaxTextBytes      = 4000
	MaxAttachments    = 9
	MaxLinkTitleBytes = 128
	MaxLinkDescBytes  = 512
	MaxURLBytes       = 2048
)

// Kind is the sort of an attachment.
type Kind string

// The kinds of attachment.
const (
	Image Kind = "image"
	Link  Kind = "link"
)

// Content is what a person will receive.
type Content struct {
	// Text may hold the variables {客户昵称} and {成员姓名}; at most 4000 bytes once filled.
	Text        string       `json:"text" maxLength:"4000"`
	Attachments []Attachment `json:"attachments,omitempty" maxItems:"9"`
}

// Attachment is one thing beside the text.
type Attachment struct {
	Kind  Kind   `json:"kind" enum:"image,link"`
	Title string `json:"title,omitempty" doc:"of a link, required there"`
	Desc  string `json:"desc,omitempty" doc:"of a link"`
	URL   string `json:"url,omitempty" doc:"link: the page; image: WeCom's address of the uploaded picture"`
	// Picture is the cover of a link.
	Picture string `json:"picture,omitempty" doc:"cover of a link"`
	// Show is where the console finds the uploaded picture.
	Show string `json:"show,omitempty" doc:"where the console shows the uploaded picture from"`
}

// Variables that may stand in a text. WeCom fills none itself (92137), so we do.
const (
	VarCustomer = "{客户昵称}"
	VarMember   = "{成员姓名}"
)

// Empty is true when there is nothing to send.
func (c Content) Empty() bool { return strings.TrimSpace(c.Text) == "" && len(c.Attachments) == 0 }

// Uses tells whether the text holds the variable.
func (c Content) Uses(variable string) bool { return strings.Contains(c.Text, variable) }

// Fill replaces the variables and cuts the text at WeCom's limit without splitting a character.
func (c Content) Fill(customer, member string) Content {
	c.Text = strings.NewReplacer(VarCustomer, customer, VarMember, member).Replace(c.Text)
	c.Text = cut(c.Text, MaxTextBytes)
	return c
}

func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit]
}

// Validate records what WeCom would refuse, under the path of the form's field.
func (c Content) Validate(check *fault.Check, path string) {
	check.That(len(c.Text) <= MaxTextBytes, path+".text", "文字最多 4000 字节（约 1300 个汉字）")
	check.That(len(c.Attachments) <= MaxAttachments, path+".attachments", "最多 9 个附件")
	for i, a := range c.Attachments {
		a.validate(check, path, i)
	}
}
