package message

import (
	"net/url"
	"strconv"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/wecom"
)

func (a Attachment) validate(check *fault.Check, path string, i int) {
	at := path + ".attachments[" + strconv.Itoa(i) + "]"
	switch a.Kind {
	case Image:
		check.That(webURL(a.URL), at+".url", "请重新上传图片")
	case Link:
		check.That(a.Title != "" && len(a.Title) <= MaxLinkTitleBytes, at+".title", "链接标题必填，最多 128 字节")
		check.That(len(a.Desc) <= MaxLinkDescBytes, at+".desc", "链接描述最多 512 字节")
		check.That(webURL(a.URL), at+".url", "请填写以 http:// 或 https:// 开头的链接，最多 2048 字节")
		check.That(a.Picture == "" || webURL(a.Picture), at+".picture", "封面图须是 http:// 或 https:// 链接")
	default:
		check.That(false, at+".kind", "附件类型须是 image 或 link")
	}
}

func webURL(s string) bool {
	if len(s) > MaxURLBytes {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// Wire is the content as send_welcome_msg wants it.
func (c Content) Wire() (text *wecom.Text, attachments []wecom.Attachment) {
	if c.Text != "" {
		text = &wecom.Text{Content: c.Text}
	}
	for _, a := range c.Attachments {
		switch a.Kind {
		case Image:
			attachments = append(attachments, wecom.Attachment{MsgType: wecom.AttachmentImage, Image: &wecom.Image{PicURL: a.URL}})
		case Link:
			attachments = append(attachments, wecom.Attachment{MsgType: wecom.AttachmentLink, Link: &wecom.Link{
				Title: a.Title, Desc: a.Desc, URL: a.URL, PicURL: a.Picture,
			}})
		}
	}
	return text, attachments
}
