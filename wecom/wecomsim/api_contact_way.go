package wecomsim

import (
	"fmt"
	"net/http"
	"slices"
	"unicode/utf8"

	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// This file answers the interfaces of contact ways (联系我, 92228).
//
// Not modelled: join ways' share of the quota, the daily limit of temporary
// ways, the effect of mark_source and style, delays until an update works.

const (
	wayRemarkMax  = 30 // characters, for remark and state
	wayMembersMax = 100
	twoWeeks      = 14 * 24 * 3600
)

func contactWayOperations() []operation {
	return []operation{
		{path: "/cgi-bin/externalcontact/add_contact_way", method: http.MethodPost, doc: 92228, needs: needsCustomer, handle: post(addContactWay)},
		{path: "/cgi-bin/externalcontact/get_contact_way", method: http.MethodPost, doc: 92228, needs: needsCustomer, handle: query(getContactWay)},
		{path: "/cgi-bin/externalcontact/list_contact_way", method: http.MethodPost, doc: 92228, needs: needsCustomer, handle: query(listContactWays)},
		{path: "/cgi-bin/externalcontact/update_contact_way", method: http.MethodPost, doc: 92228, needs: needsCustomer, handle: post(updateContactWay)},
		{path: "/cgi-bin/externalcontact/del_contact_way", method: http.MethodPost, doc: 92228, needs: needsCustomer, handle: post(deleteContactWay)},
		{path: "/cgi-bin/externalcontact/close_temp_chat", method: http.MethodPost, doc: 92228, needs: needsCustomer, handle: post(closeTempChat)},
	}
}

func addContactWay(c *call, req *wecom.AddContactWayRequest) (any, error) {
	w := &ContactWay{
		Creator: c.app.AgentID, Type: req.Type, Scene: req.Scene, Style: req.Style, Remark: req.Remark,
		SkipVerify: req.SkipVerify == nil || *req.SkipVerify, State: req.State, Users: req.User, Parties: ints(req.Party),
		Temp: req.IsTemp, ExpiresIn: int64(req.ExpiresIn), ChatExpiresIn: int64(req.ChatExpiresIn), UnionID: req.UnionID,
		Exclusive: req.IsExclusive, MarkSource: req.MarkSource == nil || *req.MarkSource, CreatedAt: c.now.Unix(),
	}
	if w.Type != wecom.ContactWaySingle && w.Type != wecom.ContactWayMultiple {
		return nil, fail(errcode.ParameterRule, "type must be 1 or 2")
	}
	if w.Scene != wecom.SceneMiniProgram && w.Scene != wecom.SceneQRCode {
		return nil, fail(errcode.ParameterRule, "scene must be 1 or 2")
	}
	if err := c.checkTemp(w, req.Conclusions); err != nil {
		return nil, err
	}
	if w.Exclusive && (w.Type != wecom.ContactWayMultiple || w.Temp) {
		return nil, fail(errcode.ParameterRule, "is_exclusive is for type 2 and not for temporary sessions")
	}
	if err := c.checkWay(w); err != nil {
		return nil, err
	}
	if limit := c.sim.limit().ContactWays; limit > 0 && !w.Temp && len(c.corp.Ways) >= limit {
		return nil, fail(errcode.ContactWayQuota, "contact way quota reached")
	}
	w.ConfigID = c.sim.randomHex(32)
	c.corp.Ways[w.ConfigID] = w
	c.corp.index.waysInOrder = append(c.corp.index.waysInOrder, w)
	c.sim.tell(Change{Kind: "way", Corp: c.corp.ID, Detail: w.ConfigID})
	return wecom.AddContactWayResponse{Result: good(), ConfigID: w.ConfigID, QRCode: c.qrCode(w)}, nil
}

// qrCode is the address of the image; only ways of scene 2 have one.
func (c *call) qrCode(w *ContactWay) string {
	if w.Scene != wecom.SceneQRCode {
		return ""
	}
	return c.base + "/qr/way/" + w.ConfigID + ".png"
}

// checkTemp checks the fields of temporary sessions: single members of medical
// corps only; code of the refusal for others 48002 (unverified).
func (c *call) checkTemp(w *ContactWay, end *wecom.Conclusions) error {
	if !w.Temp {
		if w.ExpiresIn != 0 || w.ChatExpiresIn != 0 || w.UnionID != "" || end != nil {
			return fail(errcode.ParameterRule, "expires_in, chat_expires_in, unionid and conclusions need is_temp")
		}
		return nil
	}
	if !c.corp.Medical {
		return fail(errcode.APIForbidden, "temporary sessions are for the medical industry")
	}
	if w.Type != wecom.ContactWaySingle {
		return fail(errcode.ParameterRule, "a temporary session has a single member")
	}
	if w.ExpiresIn == 0 {
		w.ExpiresIn = 7 * 24 * 3600
	}
	if w.ChatExpiresIn == 0 {
		w.ChatExpiresIn = 24 * 3600
	}
	if w.ExpiresIn < 0 || w.ExpiresIn > twoWeeks || w.ChatExpiresIn < 0 || w.ChatExpiresIn > twoWeeks {
		return fail(errcode.ParameterRule, "expires_in and chat_expires_in must lie between 1 s and 14 days")
	}
	return c.setConclusions(w, end)
}

// setConclusions checks and keeps the closing message: text to 4000 bytes and
// one of image, link, mini program, in this order.
func (c *call) setConclusions(w *ContactWay, end *wecom.Conclusions) error {
	if end == nil {
		return nil
	}
	out := &Conclusions{}
	if end.Text != nil {
		if len(end.Text.Content) > 4000 {
			return fail(errcode.MessageTooLong, "conclusions.text above 4000 bytes")
		}
		out.Text = end.Text.Content
	}
	switch {
	case end.Image != nil:
		if err := c.checkMedia(end.Image.MediaID, "image"); err != nil {
			return err
		}
		out.ImageMedia = end.Image.MediaID
	case end.Link != nil:
		if err := checkLink(end.Link, false); err != nil {
			return err
		}
		out.Link = &LinkCard{Title: end.Link.Title, PicURL: end.Link.PicURL, Desc: end.Link.Desc, URL: end.Link.URL}
	case end.MiniProgram != nil:
		if err := c.checkMini(end.MiniProgram); err != nil {
			return err
		}
		m := end.MiniProgram
		out.Mini = &MiniCard{Title: m.Title, Media: m.PicMediaID, AppID: m.AppID, Page: m.Page}
	}
	w.Conclusions = out
	return nil
}

// checkWay checks lengths and members: every member must exist (60111), be in
// range (60011), activated (41054), real-name verified (40098) and have the
// 客户联系 permission (84074); 100 at most, departments expanded.
func (c *call) checkWay(w *ContactWay) error {
	if utf8.RuneCountInString(w.Remark) > wayRemarkMax {
		return fail(errcode.ParameterRule, "remark longer than %d characters", wayRemarkMax)
	}
	if utf8.RuneCountInString(w.State) > wayRemarkMax {
		return fail(errcode.ParameterRule, "state longer than %d characters", wayRemarkMax)
	}
	if w.Type == wecom.ContactWaySingle && (len(w.Users) != 1 || len(w.Parties) != 0) {
		return fail(errcode.ParameterRule, "type 1 needs exactly one user and no party")
	}
	for _, u := range w.Users {
		m, err := c.member(u)
		if err != nil {
			return err
		}
		if m.Status != StatusActive {
			return fail(errcode.NotActivated, "%s is not activated", m.UserID)
		}
		if !m.RealName {
			return fail(errcode.NotVerified, "%s is not real-name verified", m.UserID)
		}
		if !m.MayContact {
			return fail(errcode.NoExternalContactRight, "%s has no permission for external contacts", m.UserID)
		}
	}
	for _, p := range w.Parties {
		if _, err := c.department(p); err != nil {
			return err
		}
	}
	n := len(c.corp.wayMembers(w, true))
	if n == 0 {
		return fail(errcode.ParameterRule, "no member is left who could be added")
	}
	if n > wayMembersMax {
		return fail(errcode.ParameterRule, "more than %d members", wayMembersMax)
	}
	return nil
}

// wayMembers expands users and departments of a way. Members of departments
// that cannot be added are left out; with everybody they still count, as the
// limit of 100 is about all of them (unverified).
func (c *Corp) wayMembers(w *ContactWay, everybody bool) []*Member {
	var out []*Member
	seen := map[string]bool{}
	add := func(m *Member) {
		if m == nil || seen[userKey(m.UserID)] {
			return
		}
		seen[userKey(m.UserID)] = true
		if everybody || m.canBeAdded() {
			out = append(out, m)
		}
	}
	for _, u := range w.Users {
		add(c.Members[userKey(u)])
	}
	for _, p := range w.Parties {
		for _, d := range c.subtree(p) {
			for _, m := range c.index.membersIn[d.ID] {
				add(m)
			}
		}
	}
	return out
}

// canBeAdded tells whether customers can reach the member through a way.
func (m *Member) canBeAdded() bool { return m.Status == StatusActive && m.RealName && m.MayContact }

// way finds a way of this app: 40058 when unknown (unverified), 48002 when
// another app made it.
func (c *call) way(id string) (*ContactWay, error) {
	w := c.corp.Ways[id]
	if w == nil {
		return nil, fail(errcode.ParameterRule, "invalid config_id")
	}
	if w.Creator != c.app.AgentID {
		return nil, fail(errcode.APIForbidden, "the contact way belongs to another app")
	}
	return w, nil
}

func getContactWay(c *call, req *wecom.ContactWayRequest) (any, error) {
	w, err := c.way(req.ConfigID)
	if err != nil {
		return nil, err
	}
	mark := w.MarkSource
	out := wecom.ContactWay{
		ConfigID: w.ConfigID, Type: w.Type, Scene: w.Scene, Style: w.Style, Remark: w.Remark, SkipVerify: w.SkipVerify,
		State: w.State, QRCode: c.qrCode(w), User: append([]string{}, w.Users...), Party: int64s(w.Parties), IsTemp: w.Temp,
		ExpiresIn: int(w.ExpiresIn), ChatExpiresIn: int(w.ChatExpiresIn), UnionID: w.UnionID, IsExclusive: w.Exclusive, MarkSource: &mark,
	}
	if k := w.Conclusions; k != nil {
		out.Conclusions = &wecom.Conclusions{}
		if k.Text != "" {
			out.Conclusions.Text = &wecom.Text{Content: k.Text}
		}
		if k.ImageMedia != "" { // answered as an address, not as the media id
			out.Conclusions.Image = &wecom.Image{PicURL: c.base + "/media/" + k.ImageMedia}
		}
		if k.Link != nil {
			out.Conclusions.Link = &wecom.Link{Title: k.Link.Title, PicURL: k.Link.PicURL, Desc: k.Link.Desc, URL: k.Link.URL}
		}
		if k.Mini != nil {
			out.Conclusions.MiniProgram = &wecom.MiniProgram{Title: k.Mini.Title, PicMediaID: k.Mini.Media, AppID: k.Mini.AppID, Page: k.Mini.Page}
		}
	}
	return wecom.GetContactWayResponse{Result: good(), ContactWay: out}, nil
}

// listContactWays lists the ids of this app's ways by time of creation; no
// temporary ones. Default 90 days back until now, 100 a page, 1000 at most.
func listContactWays(c *call, req *wecom.ListContactWaysRequest) (any, error) {
	limit, err := pageSize(req.Limit, 100, 1000)
	if err != nil {
		return nil, err
	}
	start, end := req.StartTime, req.EndTime
	scope := fmt.Sprintf("ways %d %d %d", c.app.AgentID, start, end)
	if start == 0 {
		start = c.now.AddDate(0, 0, -90).Unix()
	}
	if end == 0 {
		end = c.now.Unix()
	}
	if start > end {
		return nil, fail(errcode.ParameterRule, "start_time lies after end_time")
	}
	from, err := c.cursor(req.Cursor, scope)
	if err != nil {
		return nil, err
	}
	out := wecom.ListContactWaysResponse{Result: good(), ContactWays: []wecom.ContactWayID{}}
	for i := int(from.After); i < len(c.corp.index.waysInOrder); i++ {
		w := c.corp.index.waysInOrder[i]
		if w.Temp || w.Creator != c.app.AgentID || w.CreatedAt < start || w.CreatedAt > end {
			continue
		}
		if len(out.ContactWays) == limit {
			out.NextCursor = c.nextCursor(scope, position{After: int64(i)})
			break
		}
		out.ContactWays = append(out.ContactWays, wecom.ContactWayID{ConfigID: w.ConfigID})
	}
	return out, nil
}

// updateContactWay changes what is given; user and party replace their lists.
func updateContactWay(c *call, req *wecom.UpdateContactWayRequest) (any, error) {
	old, err := c.way(req.ConfigID)
	if err != nil {
		return nil, err
	}
	w := *old
	set(&w.Remark, req.Remark)
	set(&w.State, req.State)
	if req.SkipVerify != nil {
		w.SkipVerify = *req.SkipVerify
	}
	if req.MarkSource != nil {
		w.MarkSource = *req.MarkSource
	}
	if req.Style != 0 {
		w.Style = req.Style
	}
	if req.User != nil {
		w.Users, w.Next = req.User, 0
	}
	if req.Party != nil {
		w.Parties, w.Next = ints(req.Party), 0
	}
	if req.ExpiresIn != 0 {
		w.ExpiresIn = int64(req.ExpiresIn)
	}
	if req.ChatExpiresIn != 0 {
		w.ChatExpiresIn = int64(req.ChatExpiresIn)
	}
	if req.UnionID != "" {
		w.UnionID = req.UnionID
	}
	if err := c.checkTemp(&w, req.Conclusions); err != nil {
		return nil, err
	}
	if err := c.checkWay(&w); err != nil {
		return nil, err
	}
	*old = w
	c.sim.tell(Change{Kind: "way", Corp: c.corp.ID, Detail: w.ConfigID})
	return good(), nil
}

func deleteContactWay(c *call, req *wecom.ContactWayRequest) (any, error) {
	w, err := c.way(req.ConfigID)
	if err != nil {
		return nil, err
	}
	delete(c.corp.Ways, w.ConfigID)
	c.corp.index.waysInOrder = slices.DeleteFunc(c.corp.index.waysInOrder, func(x *ContactWay) bool { return x == w })
	c.sim.tell(Change{Kind: "way", Corp: c.corp.ID, Detail: w.ConfigID})
	return good(), nil
}

// closeTempChat ends an open temporary session and sends its conclusions.
func closeTempChat(c *call, req *wecom.CloseTempChatRequest) (any, error) {
	if _, err := c.follower(req.UserID); err != nil {
		return nil, err
	}
	if c.corp.Customers[req.ExternalUserID] == nil {
		return nil, fail(errcode.InvalidExternalUserID, "invalid external userid")
	}
	for _, t := range c.corp.TempChats {
		if !t.Closed && userKey(t.UserID) == userKey(req.UserID) && t.ExternalUserID == req.ExternalUserID {
			c.sim.endTempChat(c.corp, t)
			return good(), nil
		}
	}
	return nil, fail(errcode.NotFollowed, "no temporary session")
}

func ints(list []int64) []int {
	out := make([]int, 0, len(list))
	for _, n := range list {
		out = append(out, int(n))
	}
	return out
}

func int64s(list []int) []int64 {
	out := make([]int64, 0, len(list))
	for _, n := range list {
		out = append(out, int64(n))
	}
	return out
}
