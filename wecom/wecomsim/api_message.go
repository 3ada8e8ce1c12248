package wecomsim

import (
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// This file answers message/send (90236), message/recall (94867) and
// message/update_template_card (94888).
//
// Not modelled: the daily quota per app, task cards, id translation, delivery
// to WeChat plug-in clients, unlicensed users, get_statistics, most limits
// inside template cards.

const (
	recallLife       = 24 * time.Hour
	responseCodeLife = 24 * time.Hour // pages disagree: 24 or 72 h (app-messages.md)
	appTextMax       = 2048           // bytes; longer text is cut
)

func messageOperations() []operation {
	return []operation{
		{path: "/cgi-bin/message/send", method: http.MethodPost, doc: 90236, needs: needsApp, handle: post(sendMessage)},
		{path: "/cgi-bin/message/recall", method: http.MethodPost, doc: 94867, needs: needsApp, handle: post(recallMessage)},
		{path: "/cgi-bin/message/update_template_card", method: http.MethodPost, doc: 94888, needs: needsApp, handle: post(updateCard)},
	}
}

// recipients are whom a message goes to, and who was left out.
type recipients struct {
	members                []*Member
	badUser, badParty, bad []string
}

// address resolves touser, toparty and totag: 82001 when all are empty, 81013
// when nobody in range is left, 40058 above 1000 users or 100 parties or tags.
func (c *call) address(req *wecom.SendMessageRequest) (recipients, error) {
	var r recipients
	users, parties, tags := split(req.ToUser), split(req.ToParty), split(req.ToTag)
	if len(users)+len(parties)+len(tags) == 0 {
		return r, fail(errcode.NoRecipient, "touser, toparty and totag are all empty")
	}
	if len(users) > 1000 || len(parties) > 100 || len(tags) > 100 {
		return r, fail(errcode.ParameterRule, "more than 1000 users or 100 parties or tags")
	}
	seen := map[*Member]bool{}
	add := func(m *Member) {
		if m.Status == StatusActive && !seen[m] {
			seen[m] = true
			r.members = append(r.members, m)
		}
	}
	if slices.Contains(users, "@all") {
		for _, m := range c.corp.membersInOrder() {
			if c.corp.sees(c.app, m.UserID) {
				add(m)
			}
		}
		return r, nil
	}
	for _, u := range users {
		if m := c.corp.Members[userKey(u)]; m != nil && c.corp.sees(c.app, u) {
			add(m)
		} else {
			r.badUser = append(r.badUser, strings.ToLower(u))
		}
	}
	for _, p := range parties {
		id, err := strconv.Atoi(p)
		if err != nil || c.corp.Departments[id] == nil || !c.corp.index.visibleDepts[c.app][id] {
			r.badParty = append(r.badParty, p)
			continue
		}
		for _, d := range c.corp.subtree(id) {
			for _, m := range c.corp.index.membersIn[d.ID] {
				add(m)
			}
		}
	}
	for _, t := range tags {
		id, err := strconv.Atoi(t)
		tag := c.corp.ContactTags[id]
		if err != nil || tag == nil {
			r.bad = append(r.bad, t)
			continue
		}
		for _, u := range tag.Members {
			if m := c.corp.Members[userKey(u)]; m != nil && c.corp.sees(c.app, u) {
				add(m)
			}
		}
	}
	if len(r.badUser) == len(users) && len(r.badParty) == len(parties) && len(r.bad) == len(tags) {
		return r, fail(errcode.NoValidRecipient, "user & party & tag all invalid")
	}
	return r, nil
}

func split(list string) []string {
	var out []string
	for x := range strings.SplitSeq(list, "|") {
		if x = strings.TrimSpace(x); x != "" {
			out = append(out, x)
		}
	}
	return out
}

func sendMessage(c *call, req *wecom.SendMessageRequest) (any, error) {
	if int(req.AgentID) != c.app.AgentID {
		return nil, fail(errcode.AgentMismatch, "agentid does not belong to this token")
	}
	to, err := c.address(req)
	if err != nil {
		return nil, err
	}
	card, err := c.checkMessage(req)
	if err != nil {
		return nil, err
	}
	m := &AppMessage{
		ID: c.sim.randomID("", 64), Seq: c.sim.nextSeq(), At: c.now.UnixMilli(), AgentID: c.app.AgentID, AppName: c.app.Name,
		Kind: req.MsgType, Body: body(req), To: []string{},
	}
	out := wecom.SendMessageResponse{
		Result: good(), MsgID: m.ID, InvalidUser: strings.Join(to.badUser, "|"),
		InvalidParty: strings.Join(to.badParty, "|"), InvalidTag: strings.Join(to.bad, "|"),
	}
	if req.EnableDuplicateCheck == 1 && !c.fresh(req) {
		return out, nil // dropped in silence, the answer looks the same (unverified)
	}
	limit := c.sim.limit().AppMessagesPerMinute
	for _, member := range to.members {
		// more than 30 a minute to one member from one app are dropped in silence
		scope := c.corp.ID + " " + strconv.Itoa(c.app.AgentID) + " " + userKey(member.UserID)
		if c.sim.limits.room(c.now, scope, "app message", time.Minute, limit) {
			m.To = append(m.To, member.UserID)
		}
	}
	if card != nil {
		m.TaskID = card.TaskID
		if interactive(card) {
			m.ResponseCode = c.sim.randomID("", 43)
			out.ResponseCode = m.ResponseCode
		}
	}
	c.corp.forgetAppMessages(c.now)
	c.corp.AppMessages[m.ID] = m
	c.corp.indexAppMessage(m)
	for _, u := range m.To {
		c.sim.tell(Change{Kind: "app_message", Corp: c.corp.ID, Member: u})
	}
	return out, nil
}

// keepAppMessages is how many messages are kept before old ones are forgotten.
const keepAppMessages = 20_000

// forgetAppMessages drops messages that can be neither recalled nor updated any
// more, once there are many.
func (c *Corp) forgetAppMessages(now time.Time) {
	if len(c.AppMessages) < keepAppMessages {
		return
	}
	old := func(m *AppMessage) bool { return now.Sub(time.UnixMilli(m.At)) > 2*recallLife }
	maps.DeleteFunc(c.AppMessages, func(_ string, m *AppMessage) bool { return old(m) })
	for k, list := range c.index.messagesOf {
		c.index.messagesOf[k] = slices.DeleteFunc(list, old)
	}
}

// fresh tells whether no equal message was sent within the interval; default
// 1800 s, at most 4 h.
func (c *call) fresh(req *wecom.SendMessageRequest) bool {
	interval := req.DuplicateCheckInterval
	if interval <= 0 {
		interval = 1800
	}
	interval = min(interval, 14_400)
	plain, err := json.Marshal(req)
	if err != nil {
		return true
	}
	key := shortHash(strconv.Itoa(c.app.AgentID)+string(plain), 40)
	return c.sim.limits.room(c.now, c.corp.ID+" "+key, "duplicate check", time.Duration(interval)*time.Second, 1)
}

var taskIDRule = regexp.MustCompile(`^[0-9a-zA-Z_\-@]{1,128}$`)

// checkMessage checks the content by type; it returns the card of a template card.
func (c *call) checkMessage(req *wecom.SendMessageRequest) (*wecom.TemplateCard, error) {
	absent := fail(errcode.ParameterRule, "msgtype %s without its content", req.MsgType)
	switch req.MsgType {
	case wecom.MessageText, wecom.MessageMarkdown:
		t := req.Text
		if req.MsgType == wecom.MessageMarkdown {
			t = req.Markdown
		}
		if t == nil || t.Content == "" {
			return nil, fail(errcode.EmptyText, "text content is empty")
		}
		if req.MsgType == wecom.MessageMarkdown && len(t.Content) > appTextMax {
			return nil, fail(errcode.MessageTooLong, "markdown above %d bytes", appTextMax)
		}
		t.Content = clip([]byte(t.Content), appTextMax)
	case wecom.MessageImage:
		return nil, c.needMedia(req.Image, wecom.MediaImage, absent)
	case wecom.MessageVoice:
		return nil, c.needMedia(req.Voice, wecom.MediaVoice, absent)
	case wecom.MessageFile:
		return nil, c.needMedia(req.File, wecom.MediaFile, absent)
	case wecom.MessageVideo:
		if req.Video == nil {
			return nil, absent
		}
		return nil, c.needMedia(&wecom.Media{MediaID: req.Video.MediaID}, wecom.MediaVideo, absent)
	case wecom.MessageTextCard:
		t := req.TextCard
		if t == nil || t.Title == "" || t.Description == "" || t.URL == "" {
			return nil, fail(errcode.ParameterRule, "textcard needs title, description and url")
		}
		if len(t.Title) > 128 || len(t.Description) > 512 || len(t.URL) > 2048 || utf8.RuneCountInString(t.BtnTxt) > 4 {
			return nil, fail(errcode.ParameterRule, "textcard: title to 128 bytes, description to 512, url to 2048, btntxt to 4 characters")
		}
	case wecom.MessageNews:
		if req.News == nil || len(req.News.Articles) < 1 || len(req.News.Articles) > 8 {
			return nil, fail(errcode.ArticleCount, "news holds 1 to 8 articles")
		}
		for _, a := range req.News.Articles {
			if a.Title == "" || len(a.Title) > 128 || len(a.Description) > 512 {
				return nil, fail(errcode.ParameterRule, "article: title 1 to 128 bytes, description to 512")
			}
		}
	case wecom.MessageMPNews:
		if req.MPNews == nil || len(req.MPNews.Articles) < 1 || len(req.MPNews.Articles) > 8 {
			return nil, fail(errcode.ArticleCount, "mpnews holds 1 to 8 articles")
		}
	case wecom.MessageMiniProgramNotice:
		n := req.MiniProgramNotice
		if n == nil || n.AppID == "" || n.Title == "" || len(n.ContentItem) > 10 || strings.Contains(req.ToUser, "@all") {
			return nil, fail(errcode.ParameterRule, "miniprogram_notice needs appid and title, at most 10 items, and not @all")
		}
	case wecom.MessageTemplateCard:
		return req.TemplateCard, c.checkCard(req.TemplateCard)
	default:
		return nil, fail(errcode.ParameterRule, "unknown msgtype %q", req.MsgType)
	}
	return nil, nil
}

func (c *call) needMedia(m *wecom.Media, kind string, absent error) error {
	if m == nil {
		return absent
	}
	return c.checkMedia(m.MediaID, kind)
}

func interactive(t *wecom.TemplateCard) bool {
	return t.CardType == wecom.CardButtonInteraction || t.CardType == wecom.CardVoteInteraction || t.CardType == wecom.CardMultipleInteraction
}

// checkCard checks what app-messages.md tells of template cards: the five
// types, card_action of notice cards, task_id of cards that can be answered,
// unique in the app.
func (c *call) checkCard(t *wecom.TemplateCard) error {
	if t == nil {
		return fail(errcode.ParameterRule, "template_card missing")
	}
	switch t.CardType {
	case wecom.CardTextNotice, wecom.CardNewsNotice:
		if t.CardAction == nil || t.CardAction.Type != 1 && t.CardAction.Type != 2 {
			return fail(errcode.ParameterRule, "a notice card needs card_action")
		}
	case wecom.CardButtonInteraction, wecom.CardVoteInteraction, wecom.CardMultipleInteraction:
	default:
		return fail(errcode.ParameterRule, "unknown card_type %q", t.CardType)
	}
	if (interactive(t) || t.ActionMenu != nil) && t.TaskID == "" {
		return fail(errcode.ParameterRule, "task_id is needed")
	}
	if t.TaskID != "" {
		if !taskIDRule.MatchString(t.TaskID) {
			return fail(errcode.ParameterRule, "task_id must have 1 to 128 of [0-9a-zA-Z_-@]")
		}
		for _, m := range c.corp.AppMessages {
			if m.AgentID == c.app.AgentID && m.TaskID == t.TaskID {
				return fail(errcode.ParameterRule, "task_id was used already")
			}
		}
	}
	return nil
}

// body keeps the content of a message as plain JSON for the phones page.
func body(req *wecom.SendMessageRequest) json.RawMessage {
	plain, err := json.Marshal(req)
	all := map[string]json.RawMessage{}
	if err != nil || json.Unmarshal(plain, &all) != nil || all[req.MsgType] == nil {
		return json.RawMessage("{}")
	}
	return all[req.MsgType]
}

// cardBody is the part of a kept card that acts and updates look at.
type cardBody struct {
	CardType string `json:"card_type"`
}

// withButton notes in a kept card which text replaced its buttons.
func withButton(card json.RawMessage, text string) json.RawMessage {
	all := map[string]any{}
	if json.Unmarshal(card, &all) != nil {
		return card
	}
	all["replaced_button"] = text
	out, err := json.Marshal(all)
	if err != nil {
		return card
	}
	return out
}

// recallMessage takes a message back within 24 h. The codes for an unknown id
// and for being late are taken to be 40058 (unverified).
func recallMessage(c *call, req *wecom.RecallMessageRequest) (any, error) {
	m := c.corp.AppMessages[req.MsgID]
	if m == nil || m.AgentID != c.app.AgentID {
		return nil, fail(errcode.ParameterRule, "invalid msgid")
	}
	if c.now.Sub(time.UnixMilli(m.At)) > recallLife {
		return nil, fail(errcode.ParameterRule, "recall only within 24 hours")
	}
	m.Recalled = true
	for _, u := range m.To {
		c.sim.tell(Change{Kind: "app_message", Corp: c.corp.ID, Member: u})
	}
	return good(), nil
}

// updateCard changes an interactive card once per response code (60140).
func updateCard(c *call, req *wecom.UpdateTemplateCardRequest) (any, error) {
	if int(req.AgentID) != c.app.AgentID {
		return nil, fail(errcode.AgentMismatch, "agentid does not belong to this token")
	}
	if (req.Button == nil) == (req.TemplateCard == nil) {
		return nil, fail(errcode.ParameterRule, "give either button or template_card")
	}
	var m *AppMessage
	for _, x := range c.corp.AppMessages {
		if req.ResponseCode != "" && x.ResponseCode == req.ResponseCode && x.AgentID == c.app.AgentID {
			m = x
		}
	}
	if m == nil || c.now.Sub(time.UnixMilli(m.At)) > responseCodeLife {
		return nil, fail(errcode.InvalidResponseCode, "invalid response_code")
	}
	out := wecom.UpdateTemplateCardResponse{Result: good()}
	for _, u := range req.UserIDs {
		if !slices.ContainsFunc(m.To, func(x string) bool { return userKey(x) == userKey(u) }) {
			out.InvalidUsers = append(out.InvalidUsers, u)
		}
	}
	m.ResponseCode = ""
	if req.Button != nil {
		m.Body = withButton(m.Body, req.Button.ReplaceName)
	} else {
		m.Body = body(&wecom.SendMessageRequest{MsgType: wecom.MessageTemplateCard, TemplateCard: req.TemplateCard})
	}
	for _, u := range m.To {
		c.sim.tell(Change{Kind: "app_message", Corp: c.corp.ID, Member: u})
	}
	return out, nil
}
