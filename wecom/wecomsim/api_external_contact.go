package wecomsim

import (
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// This file answers externalcontact/{get_follow_user_list, list, get,
// batch/get_by_user, remark, contact_list, convert_to_openid} (92571, 92113,
// 92114, 92994, 92115, 99434, 92323).
//
// Not modelled: external_profile of WeCom contacts, rule groups, interface
// licences (fail_info), the moment in which get lags behind an event.

func externalContactOperations() []operation {
	return []operation{
		{path: "/cgi-bin/externalcontact/get_follow_user_list", method: http.MethodGet, doc: 92571, needs: needsCustomer, handle: get(listFollowUsers)},
		{path: "/cgi-bin/externalcontact/list", method: http.MethodGet, doc: 92113, needs: needsCustomer, handle: get(listExternalContacts)},
		{path: "/cgi-bin/externalcontact/get", method: http.MethodGet, doc: 92114, needs: needsCustomer, handle: get(getExternalContact)},
		{path: "/cgi-bin/externalcontact/batch/get_by_user", method: http.MethodPost, doc: 92994, needs: needsCustomer, handle: query(batchGetByUser)},
		{path: "/cgi-bin/externalcontact/remark", method: http.MethodPost, doc: 92115, needs: needsCustomer, handle: post(remark)},
		{path: "/cgi-bin/externalcontact/contact_list", method: http.MethodPost, doc: 99434, needs: needsServed, handle: query(listServedContacts)},
		{path: "/cgi-bin/externalcontact/convert_to_openid", method: http.MethodPost, doc: 92323, needs: needsCustomer, handle: query(externalToOpenID)},
	}
}

// followersPerPage is how many followers get returns at once (92114).
const followersPerPage = 500

// inList tells whether the API shows the relation: the member has the customer,
// and the customer is more than half added (84061 in errors-and-limits.md).
func (f *Follow) inList() bool { return f.ByMember && !f.Half }

func listFollowUsers(c *call) (any, error) {
	out := wecom.ListFollowUsersResponse{Result: good(), UserIDs: []string{}}
	for _, m := range c.corp.membersInOrder() {
		if m.MayContact && c.corp.sees(c.app, m.UserID) {
			out.UserIDs = append(out.UserIDs, m.UserID)
		}
	}
	return out, nil
}

// follower finds a member in range who has the 客户联系 permission (84074).
func (c *call) follower(userid string) (*Member, error) {
	m, err := c.member(userid)
	if err != nil {
		return nil, err
	}
	if !m.MayContact {
		return nil, fail(errcode.NoExternalContactRight, "the member has no permission for external contacts")
	}
	return m, nil
}

// relation finds a follow the app may see: 40096 for an unknown customer, 84061
// without relation.
func (c *call) relation(userid, external string) (*Follow, error) {
	if _, err := c.follower(userid); err != nil {
		return nil, err
	}
	if c.corp.Customers[external] == nil {
		return nil, fail(errcode.InvalidExternalUserID, "invalid external userid")
	}
	f := c.corp.follow(userid, external)
	if f == nil || !f.inList() {
		return nil, fail(errcode.NotFollowed, "not external contact")
	}
	return f, nil
}

// listExternalContacts answers 84061 for a member without customers, as seen in
// practice (external-contacts.md).
func listExternalContacts(c *call) (any, error) {
	m, err := c.follower(c.query.Get("userid"))
	if err != nil {
		return nil, err
	}
	out := wecom.ListExternalContactsResponse{Result: good(), ExternalUserIDs: []string{}}
	for _, f := range c.corp.index.followsOf[userKey(m.UserID)] {
		if f.inList() {
			out.ExternalUserIDs = append(out.ExternalUserIDs, f.ExternalUserID)
		}
	}
	if len(out.ExternalUserIDs) == 0 {
		return nil, fail(errcode.NotFollowed, "not external contact")
	}
	return out, nil
}

// wireContact renders the person behind an external_userid.
func (c *call) wireContact(external string) wecom.ExternalContact {
	cu := c.corp.Customers[external]
	p := c.sim.world.People[cu.Person]
	out := wecom.ExternalContact{
		ExternalUserID: external, Name: p.Name, Type: p.Type, Gender: p.Gender,
		Avatar: c.base + avatarPath("person", p.ID),
	}
	if p.Type == wecom.ExternalWeCom {
		out.Position, out.CorpName, out.CorpFullName = p.Position, p.CorpName, p.CorpFull
	} else if c.corp.DeveloperAccount {
		out.UnionID = p.UnionID
	}
	return out
}

func (c *call) wireFollow(f *Follow) wecom.Follow {
	out := wecom.Follow{
		UserID: f.UserID, Remark: f.Remark, Description: f.Description, CreateTime: f.CreatedAt,
		RemarkCorpName: f.RemarkCorp, RemarkMobiles: []string{}, OperUserID: f.Oper, AddWay: f.AddWay, State: f.State,
	}
	out.RemarkMobiles = append(out.RemarkMobiles, f.RemarkMobiles...)
	if f.AddWay == wecom.AddWayWeChatChannels {
		source := 1
		out.WeChatChannels = &wecom.WeChatChannels{Nickname: c.corp.Name, Source: &source}
	}
	return out
}

func getExternalContact(c *call) (any, error) {
	external := c.query.Get("external_userid")
	if c.corp.Customers[external] == nil {
		return nil, fail(errcode.InvalidExternalUserID, "invalid external userid")
	}
	scope := "get " + external
	from, err := c.cursor(c.query.Get("cursor"), scope)
	if err != nil {
		return nil, err
	}
	out := wecom.GetExternalContactResponse{Result: good(), FollowUsers: []wecom.FollowUser{}}
	for _, f := range c.corp.index.followersOf[external] {
		if f.Seq <= from.After || !f.inList() || !c.corp.sees(c.app, f.UserID) {
			continue
		}
		if len(out.FollowUsers) == followersPerPage {
			out.NextCursor = c.nextCursor(scope, from)
			break
		}
		out.FollowUsers = append(out.FollowUsers, wecom.FollowUser{Follow: c.wireFollow(f), Tags: c.wireTags(f)})
		from.After = f.Seq
	}
	if len(out.FollowUsers) == 0 {
		return nil, fail(errcode.NotFollowed, "not external contact")
	}
	out.ExternalContact = c.wireContact(external)
	return out, nil
}

// wireTags gives corp tags and personal tags with their words. Personal tags
// have no id, and no group in the simulator.
func (c *call) wireTags(f *Follow) []wecom.FollowTag {
	out := []wecom.FollowTag{}
	for _, id := range f.Tags {
		if t := c.corp.index.tags[id]; t != nil && !t.Deleted {
			out = append(out, wecom.FollowTag{GroupName: c.corp.index.groupOfTag[id].Name, TagName: t.Name, TagID: id, Type: wecom.FollowTagCorp})
		}
	}
	for _, name := range f.PersonalTags {
		out = append(out, wecom.FollowTag{TagName: name, Type: wecom.FollowTagPersonal})
	}
	return out
}

// batchGetByUser pages through the relations of up to 100 members, by member
// and then in the order in which the relations began; 1–100 a page, default 50.
func batchGetByUser(c *call, req *wecom.BatchGetByUserRequest) (any, error) {
	if len(req.UserIDs) == 0 || len(req.UserIDs) > 100 {
		return nil, fail(errcode.ParameterRule, "userid_list must hold 1 to 100 members")
	}
	limit, err := pageSize(req.Limit, 50, 100)
	if err != nil {
		return nil, err
	}
	for _, u := range req.UserIDs {
		if _, err := c.follower(u); err != nil {
			return nil, err
		}
	}
	scope := "batch " + shortHash(strings.Join(req.UserIDs, "|"), 20)
	from, err := c.cursor(req.Cursor, scope)
	if err != nil {
		return nil, err
	}
	out := wecom.BatchGetByUserResponse{Result: good(), Contacts: make([]wecom.FollowedContact, 0, limit)}
	for i := from.User; i < len(req.UserIDs); i++ {
		after := int64(0)
		if i == from.User {
			after = from.After
		}
		for _, f := range followsAfter(c.corp.index.followsOf[userKey(req.UserIDs[i])], after) {
			if !f.inList() {
				continue
			}
			if len(out.Contacts) == limit {
				out.NextCursor = c.nextCursor(scope, from)
				return out, nil
			}
			info := wecom.FollowInfo{Follow: c.wireFollow(f), TagIDs: []string{}}
			for _, id := range f.Tags {
				if t := c.corp.index.tags[id]; t != nil && !t.Deleted {
					info.TagIDs = append(info.TagIDs, id)
				}
			}
			out.Contacts = append(out.Contacts, wecom.FollowedContact{ExternalContact: c.wireContact(f.ExternalUserID), FollowInfo: info})
			from.User, from.After = i, f.Seq
		}
	}
	return out, nil
}

// followsAfter cuts a list that is ordered by Seq.
func followsAfter(list []*Follow, seq int64) []*Follow {
	lo, hi := 0, len(list)
	for lo < hi {
		mid := (lo + hi) / 2
		if list[mid].Seq <= seq {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return list[lo:]
}

// remark changes what a member noted about a customer (92115). Lengths are in
// characters: remark 20, description 150, company 20.
func remark(c *call, req *wecom.RemarkRequest) (any, error) {
	f, err := c.relation(req.UserID, req.ExternalUserID)
	if err != nil {
		return nil, err
	}
	if req.Remark == nil && req.Description == nil && req.RemarkCompany == nil && req.RemarkMobiles == nil && req.RemarkPicMediaID == "" {
		return nil, fail(errcode.ParameterRule, "at least one of remark, description, remark_company, remark_mobiles, remark_pic_mediaid is needed")
	}
	for _, x := range []struct {
		name  string
		value *string
		most  int
	}{{"remark", req.Remark, 20}, {"description", req.Description, 150}, {"remark_company", req.RemarkCompany, 20}} {
		if x.value != nil && utf8.RuneCountInString(*x.value) > x.most {
			return nil, fail(errcode.ParameterRule, "%s longer than %d characters", x.name, x.most)
		}
	}
	person := c.sim.world.People[c.corp.Customers[req.ExternalUserID].Person]
	if req.RemarkCompany != nil && *req.RemarkCompany != "" && person.Type != wecom.ExternalWeChat {
		return nil, fail(errcode.ParameterRule, "remark_company is for WeChat customers only")
	}
	if req.RemarkPicMediaID != "" {
		if err := c.checkMedia(req.RemarkPicMediaID, "image"); err != nil {
			return nil, err
		}
		f.RemarkPic = req.RemarkPicMediaID
	}
	set(&f.Remark, req.Remark)
	set(&f.Description, req.Description)
	set(&f.RemarkCorp, req.RemarkCompany)
	if req.RemarkMobiles != nil {
		f.RemarkMobiles = nil
		for _, m := range req.RemarkMobiles {
			if m != "" { // [""] clears the list
				f.RemarkMobiles = append(f.RemarkMobiles, m)
			}
		}
	}
	c.sim.tell(Change{Kind: "follow", Corp: c.corp.ID, Member: f.UserID, Customer: f.ExternalUserID, Detail: "remark"})
	return good(), nil
}

func set(to *string, value *string) {
	if value != nil {
		*to = *value
	}
}

// listServedContacts lists customers by follower, then people in groups. Names
// of people who are no customers are masked (99434).
func listServedContacts(c *call, req *wecom.ListServedContactsRequest) (any, error) {
	limit, err := pageSize(req.Limit, 1000, 1000)
	if err != nil {
		return nil, err
	}
	from, err := c.cursor(req.Cursor, "served")
	if err != nil {
		return nil, err
	}
	out := wecom.ListServedContactsResponse{Result: good(), Contacts: []wecom.ServedContact{}}
	salt := strconv.FormatInt(c.now.UnixNano(), 36) // tmp_openid differs at each pull
	add := func(user int, after int64, s wecom.ServedContact, external string) bool {
		if len(out.Contacts) == limit {
			out.NextCursor = c.nextCursor("served", from)
			return false
		}
		s.TmpOpenID = "tmp" + shortHash(salt+external, 28)
		if c.corp.isCustomer(external) {
			s.IsCustomer, s.ExternalUserID = true, external
		} else {
			s.Name = maskName(c.sim.world.People[c.corp.Customers[external].Person].Name)
		}
		out.Contacts = append(out.Contacts, s)
		from.User, from.After = user, after
		return true
	}
	members := c.corp.membersInOrder()
	for i := from.User; i < len(members); i++ {
		after := int64(0)
		if i == from.User {
			after = from.After
		}
		if !c.corp.sees(c.app, members[i].UserID) {
			continue
		}
		for _, f := range followsAfter(c.corp.index.followsOf[userKey(members[i].UserID)], after) {
			if f.inList() && !add(i, f.Seq, wecom.ServedContact{FollowUserID: f.UserID, AddTime: f.CreatedAt}, f.ExternalUserID) {
				return out, nil
			}
		}
	}
	groups := c.corp.groupsInOrder()
	for i := max(0, from.User-len(members)); i < len(groups); i++ {
		g := groups[i]
		if g.Dismissed || !c.corp.sees(c.app, g.Owner) {
			continue
		}
		for n, m := range g.Members {
			if m.Type != 2 || i+len(members) == from.User && int64(n) < from.After {
				continue
			}
			if !add(i+len(members), int64(n)+1, wecom.ServedContact{ChatID: g.ChatID, ChatName: g.Name, AddTime: m.JoinedAt}, m.ID) {
				return out, nil
			}
		}
	}
	return out, nil
}

// isCustomer tells whether any member follows the person.
func (c *Corp) isCustomer(external string) bool {
	for _, f := range c.index.followersOf[external] {
		if f.inList() {
			return true
		}
	}
	return false
}

func maskName(name string) string {
	r := []rune(name)
	if len(r) == 0 {
		return "***"
	}
	return "***" + string(r[len(r)-1])
}

func externalToOpenID(c *call, req *wecom.ConvertExternalToOpenIDRequest) (any, error) {
	cu := c.corp.Customers[req.ExternalUserID]
	if cu == nil {
		return nil, fail(errcode.InvalidExternalUserID, "invalid external userid")
	}
	return wecom.ConvertToOpenIDResponse{Result: good(), OpenID: cu.OpenID}, nil
}
