package wecomsim

import (
	"net/http"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// This file answers send_welcome_msg (92137) and checks messages to customers.
//
// Not modelled: group welcome templates, members that have not logged in for a
// long time, whether a mini program is bound to the corp.

// welcomeLife is how long a welcome code lives after its event.
const welcomeLife = 20 * time.Second

func welcomeOperations() []operation {
	return []operation{
		{path: "/cgi-bin/externalcontact/send_welcome_msg", method: http.MethodPost, doc: 92137, needs: needsCustomer, handle: sendWelcome},
	}
}

// sendWelcome delivers a welcome message. It takes the lock twice: while
// WelcomeDelay passes between, another caller gets 41096.
func sendWelcome(c *call) (any, error) {
	req, err := decode[wecom.SendWelcomeMsgRequest](c)
	if err != nil {
		return nil, err
	}
	message, code, err := c.claimWelcome(req)
	if err != nil {
		return nil, err
	}
	delivered := c.sim.clock.sleep(c.sim.opt.WelcomeDelay, c.req.Context().Done())
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	code.Sending = false
	if !delivered {
		return nil, fail(errcode.SystemBusy, "the caller went away")
	}
	code.Used = true
	c.sim.greet(c.corp, code, message)
	return good(), nil
}

// claimWelcome checks code and content and marks the code as being sent. A
// refused call leaves the code usable: it works for one successful call.
func (c *call) claimWelcome(req *wecom.SendWelcomeMsgRequest) (Message, *Welcome, error) {
	c.sim.mu.Lock()
	defer c.sim.mu.Unlock()
	if req.WelcomeCode == "" {
		return Message{}, nil, fail(errcode.WelcomeCodeMissing, "welcome_code missing")
	}
	code := c.corp.Welcomes[req.WelcomeCode]
	if code == nil {
		return Message{}, nil, fail(errcode.InvalidWelcomeCode, "invalid welcome code")
	}
	if code.Used {
		return Message{}, nil, fail(errcode.WelcomeDelivered, "the welcome message was delivered already")
	}
	now := c.sim.clock.Now()
	if now.Sub(code.IssuedAt) > welcomeLife {
		return Message{}, nil, fail(errcode.InvalidWelcomeCode, "welcome code expired")
	}
	if code.Sending {
		return Message{}, nil, fail(errcode.WelcomeBeingSent, "the welcome message is being sent")
	}
	f := c.corp.follow(code.UserID, code.ExternalUserID)
	if f == nil || f.ChatOpen || f.Greeted {
		return Message{}, nil, fail(errcode.WelcomeDelivered, "the chat has started already")
	}
	m, err := c.customerMessage(req.Text, req.Attachments)
	if err != nil {
		return Message{}, nil, err
	}
	m.From, m.Via = code.UserID, "welcome"
	code.Sending = true
	return m, code, nil
}

// greet puts the welcome message into the customer's chat.
func (s *Sim) greet(c *Corp, code *Welcome, m Message) {
	if f := c.follow(code.UserID, code.ExternalUserID); f != nil {
		f.Greeted = true
		m.Refused = !f.ByCustomer || f.Blocked
	}
	s.say(c, code.UserID, code.ExternalUserID, m)
}

// customerMessage checks a message to a customer: text to 4000 bytes (45002),
// at most 9 attachments (41064) of five kinds (41065), not both empty (40058,
// unverified).
func (c *call) customerMessage(text *wecom.Text, attachments []wecom.Attachment) (Message, error) {
	var m Message
	if text != nil {
		if len(text.Content) > 4000 {
			return m, fail(errcode.MessageTooLong, "text above 4000 bytes")
		}
		m.Text = text.Content
	}
	if m.Text == "" && len(attachments) == 0 {
		return m, fail(errcode.ParameterRule, "text and attachments are both empty")
	}
	if len(attachments) > 9 {
		return m, fail(errcode.TooManyAttachments, "more than 9 attachments")
	}
	for _, a := range attachments {
		part, err := c.attachment(a)
		if err != nil {
			return m, err
		}
		m.Parts = append(m.Parts, part)
	}
	return m, nil
}

func (c *call) attachment(a wecom.Attachment) (Attachment, error) {
	part := Attachment{Kind: a.MsgType}
	absent := fail(errcode.ParameterRule, "attachment %s without its content", a.MsgType)
	switch a.MsgType {
	case wecom.AttachmentImage:
		if a.Image == nil {
			return part, absent
		}
		if a.Image.MediaID == "" { // the media id wins when both are set
			if !c.isUploadedImage(a.Image.PicURL) {
				return part, fail(errcode.ParameterRule, "pic_url does not come from uploadimg")
			}
			part.URL = a.Image.PicURL
			return part, nil
		}
		part.Media = a.Image.MediaID
		return part, c.checkMedia(part.Media, "image")
	case wecom.AttachmentLink:
		if a.Link == nil {
			return part, absent
		}
		if err := checkLink(a.Link, true); err != nil {
			return part, err
		}
		part.Link = &LinkCard{Title: a.Link.Title, PicURL: a.Link.PicURL, Desc: a.Link.Desc, URL: a.Link.URL}
	case wecom.AttachmentMiniProgram:
		if a.MiniProgram == nil {
			return part, absent
		}
		if err := c.checkMini(a.MiniProgram); err != nil {
			return part, err
		}
		part.Mini = &MiniCard{Title: a.MiniProgram.Title, Media: a.MiniProgram.PicMediaID, AppID: a.MiniProgram.AppID, Page: a.MiniProgram.Page}
	case wecom.AttachmentVideo:
		if a.Video == nil {
			return part, absent
		}
		part.Media = a.Video.MediaID
		return part, c.checkMedia(part.Media, "video")
	case wecom.AttachmentFile:
		if a.File == nil {
			return part, absent
		}
		part.Media = a.File.MediaID
		return part, c.checkMedia(part.Media, "file")
	default:
		return part, fail(errcode.InvalidAttachmentType, "unknown attachment type %q", a.MsgType)
	}
	return part, nil
}

// checkLink checks a link: title to 128 bytes, description to 512, both in
// bytes; the code for a part that is too long is taken to be 40058 (unverified).
func checkLink(l *wecom.Link, needTitle bool) error {
	if needTitle && l.Title == "" || len(l.Title) > 128 {
		return fail(errcode.ParameterRule, "link title must have 1 to 128 bytes")
	}
	if len(l.Desc) > 512 {
		return fail(errcode.ParameterRule, "link desc above 512 bytes")
	}
	if !strings.HasPrefix(l.URL, "http://") && !strings.HasPrefix(l.URL, "https://") {
		return fail(errcode.ParameterRule, "link url must begin with http:// or https://")
	}
	return nil
}

// checkMini checks a mini program: title to 64 bytes, all fields needed.
func (c *call) checkMini(m *wecom.MiniProgram) error {
	if m.Title == "" || len(m.Title) > 64 {
		return fail(errcode.ParameterRule, "miniprogram title must have 1 to 64 bytes")
	}
	if m.AppID == "" || m.Page == "" {
		return fail(errcode.ParameterRule, "miniprogram appid and page are needed")
	}
	return c.checkMedia(m.PicMediaID, "image")
}
