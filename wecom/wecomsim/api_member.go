package wecomsim

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// This file answers the reads of user/* (90196, 90200, 90201, 96067, 90202,
// 95402, 95895) and agent/* (90227).
//
// Not modelled: masking of names without the right to read them, open_userid,
// second verification, the one-day block after too many wrong mobile numbers.

func memberOperations() []operation {
	return []operation{
		{path: "/cgi-bin/user/get", method: http.MethodGet, doc: 90196, needs: needsDetail, handle: get(getMember)},
		{path: "/cgi-bin/user/simplelist", method: http.MethodGet, doc: 90200, needs: needsDetail, handle: get(listMemberNames)},
		{path: "/cgi-bin/user/list", method: http.MethodGet, doc: 90201, needs: needsDetail, handle: get(listMembers)},
		{path: "/cgi-bin/user/list_id", method: http.MethodPost, doc: 96067, needs: needsSync, handle: query(listMemberIDs)},
		{path: "/cgi-bin/user/convert_to_openid", method: http.MethodPost, doc: 90202, needs: needsContacts, handle: query(memberToOpenID)},
		{path: "/cgi-bin/user/convert_to_userid", method: http.MethodPost, doc: 90202, needs: needsContacts, handle: query(openIDToMember)},
		{path: "/cgi-bin/user/getuserid", method: http.MethodPost, doc: 95402, needs: needsDetail, handle: query(memberByMobile)},
		{path: "/cgi-bin/user/get_userid_by_email", method: http.MethodPost, doc: 95895, needs: needsDetail, handle: query(memberByEmail)},
		{path: "/cgi-bin/agent/get", method: http.MethodGet, doc: 90227, needs: needsApp, handle: get(getAgent)},
		{path: "/cgi-bin/agent/list", method: http.MethodGet, doc: 90227, needs: needsApp, handle: get(listAgents)},
	}
}

// member finds a member in the app's range: 60111 when unknown, 60011 when out
// of range.
func (c *call) member(userid string) (*Member, error) {
	m := c.corp.Members[userKey(userid)]
	if userid == "" || m == nil {
		return nil, fail(errcode.UserIDNotFound, "userid not found")
	}
	if !c.corp.sees(c.app, userid) {
		return nil, fail(errcode.NoPermissionForTarget, "no privilege to access the member")
	}
	return m, nil
}

// wireMember renders a member. Sensitive fields are withheld from apps created
// after 2022-06-20 (contacts.md).
func (c *call) wireMember(m *Member) wecom.Member {
	out := wecom.Member{
		UserID: m.UserID, Name: m.Name, MainDepartment: int64(m.Main), Position: m.Position,
		Status: m.Status, Alias: m.Alias, Telephone: m.Telephone, ExternalPosition: m.Title,
		Department: []int64{}, Order: []uint32{}, IsLeaderInDept: []int{}, DirectLeader: []string{},
		ExtAttr: &wecom.ExtAttr{Attrs: []wecom.Attribute{}},
	}
	for i, d := range m.Departments {
		out.Department = append(out.Department, int64(d))
		out.Order = append(out.Order, uint32(at(m.Orders, i)))
		out.IsLeaderInDept = append(out.IsLeaderInDept, at(m.Leader, i))
	}
	out.DirectLeader = append(out.DirectLeader, m.DirectLead...)
	for _, a := range m.ExtAttr {
		attr := wecom.Attribute{Type: wecom.AttributeText, Name: a.Name, Text: &wecom.AttributeTextValue{Value: a.Value}}
		if a.URL != "" {
			attr = wecom.Attribute{Type: wecom.AttributeWeb, Name: a.Name, Web: &wecom.AttributeWebValue{URL: a.URL, Title: a.Title}}
		}
		out.ExtAttr.Attrs = append(out.ExtAttr.Attrs, attr)
	}
	if c.app.SensitiveFields || c.app.Kind == ContactsSync {
		out.Mobile, out.Email, out.BizMail, out.Address = m.Mobile, m.Email, m.BizMail, m.Address
		out.Gender = strconv.Itoa(m.Gender)
		out.Avatar = c.base + avatarPath("member", c.corp.ID+"/"+m.UserID)
		out.ThumbAvatar = out.Avatar
		out.QRCode = c.base + "/qr/member/" + c.corp.ID + "/" + m.UserID
	}
	return out
}

// at reads a parallel array that may be shorter.
func at[T any](list []T, i int) (v T) {
	if i < len(list) {
		v = list[i]
	}
	return v
}

func getMember(c *call) (any, error) {
	m, err := c.member(c.query.Get("userid"))
	if err != nil {
		return nil, err
	}
	return wecom.GetMemberResponse{Result: good(), Member: c.wireMember(m)}, nil
}

// membersOfQuery returns the visible members of department_id, with
// fetch_child=1 of everything below it too, each once.
func (c *call) membersOfQuery() ([]*Member, error) {
	id, err := strconv.Atoi(c.query.Get("department_id"))
	if err != nil {
		return nil, fail(errcode.InvalidDepartmentID, "department_id missing or not a number")
	}
	d, err := c.department(id)
	if err != nil {
		return nil, err
	}
	depts := []*Department{d}
	if c.query.Get("fetch_child") == "1" {
		depts = c.corp.subtree(id)
	}
	var out []*Member
	seen := map[*Member]bool{}
	for _, d := range depts {
		for _, m := range c.corp.index.membersIn[d.ID] {
			if !seen[m] && c.corp.sees(c.app, m.UserID) {
				seen[m] = true
				out = append(out, m)
			}
		}
	}
	return out, nil
}

func listMemberNames(c *call) (any, error) {
	list, err := c.membersOfQuery()
	if err != nil {
		return nil, err
	}
	out := wecom.ListMemberNamesResponse{Result: good(), Members: make([]wecom.MemberName, 0, len(list))}
	for _, m := range list {
		n := wecom.MemberName{UserID: m.UserID, Name: m.Name, Department: []int64{}}
		for _, d := range m.Departments {
			n.Department = append(n.Department, int64(d))
		}
		out.Members = append(out.Members, n)
	}
	return out, nil
}

func listMembers(c *call) (any, error) {
	list, err := c.membersOfQuery()
	if err != nil {
		return nil, err
	}
	out := wecom.ListMembersResponse{Result: good(), Members: make([]wecom.Member, 0, len(list))}
	for _, m := range list {
		out.Members = append(out.Members, c.wireMember(m))
	}
	return out, nil
}

// listMemberIDs pages through pairs of member and department, 1–10 000 a page.
func listMemberIDs(c *call, req *wecom.ListMemberIDsRequest) (any, error) {
	limit, err := pageSize(req.Limit, 10_000, 10_000)
	if err != nil {
		return nil, err
	}
	from, err := c.cursor(req.Cursor, "list_id")
	if err != nil {
		return nil, err
	}
	var pairs []wecom.MemberDepartment
	for _, m := range c.corp.membersInOrder() {
		for _, d := range m.Departments {
			pairs = append(pairs, wecom.MemberDepartment{UserID: m.UserID, Department: int64(d)})
		}
	}
	start := min(int(from.After), len(pairs))
	end := min(start+limit, len(pairs))
	out := wecom.ListMemberIDsResponse{Result: good(), DeptUsers: pairs[start:end]}
	if end < len(pairs) {
		out.NextCursor = c.nextCursor("list_id", position{After: int64(end)})
	}
	if out.DeptUsers == nil {
		out.DeptUsers = []wecom.MemberDepartment{}
	}
	return out, nil
}

// memberOpenID derives the payment openid of a member.
func (c *Corp) memberOpenID(userid string) string {
	return "oM" + shortHash(c.ID+"/"+userKey(userid), 26)
}

func memberToOpenID(c *call, req *wecom.ConvertToOpenIDRequest) (any, error) {
	m, err := c.member(req.UserID)
	if err != nil {
		return nil, err
	}
	return wecom.ConvertToOpenIDResponse{Result: good(), OpenID: c.corp.memberOpenID(m.UserID)}, nil
}

func openIDToMember(c *call, req *wecom.ConvertToUserIDRequest) (any, error) {
	for _, m := range c.corp.Members {
		if c.corp.memberOpenID(m.UserID) == req.OpenID && c.corp.sees(c.app, m.UserID) {
			return wecom.UserIDResponse{Result: good(), UserID: m.UserID}, nil
		}
	}
	return nil, fail(errcode.InvalidUserID, "openid belongs to no member in range")
}

func memberByMobile(c *call, req *wecom.GetUserIDByMobileRequest) (any, error) {
	if req.Mobile == "" {
		return nil, fail(errcode.InvalidMobile, "mobile missing")
	}
	return c.lookUp(func(m *Member) bool { return m.Mobile == req.Mobile })
}

func memberByEmail(c *call, req *wecom.GetUserIDByEmailRequest) (any, error) {
	if req.Email == "" {
		return nil, fail(errcode.InvalidEmail, "email missing")
	}
	return c.lookUp(func(m *Member) bool {
		mail := m.BizMail
		if req.EmailType == 2 {
			mail = m.Email
		}
		return strings.EqualFold(mail, req.Email)
	})
}

// lookUp answers 46004 when nobody in range fits.
func (c *call) lookUp(fits func(*Member) bool) (any, error) {
	for _, m := range c.corp.membersInOrder() {
		if fits(m) && c.corp.sees(c.app, m.UserID) {
			return wecom.UserIDResponse{Result: good(), UserID: m.UserID}, nil
		}
	}
	return nil, fail(errcode.UserNotFound, "no such user")
}

func getAgent(c *call) (any, error) {
	id, err := strconv.Atoi(c.query.Get("agentid"))
	if err != nil {
		return nil, fail(codeBadAgent, "agentid missing or not a number")
	}
	if id != c.app.AgentID {
		return nil, fail(errcode.AgentMismatch, "agentid does not belong to this token")
	}
	a := c.app
	out := wecom.GetAgentResponse{Result: good(), Agent: wecom.Agent{
		AgentID: int64(a.AgentID), Name: a.Name, Description: a.Description,
		SquareLogoURL: c.base + avatarPath("app", c.corp.ID+"/"+strconv.Itoa(a.AgentID)),
		AllowUsers:    wecom.AllowUsers{Users: []wecom.AllowUser{}},
		AllowParties:  wecom.AllowParties{PartyIDs: []int64{}},
		AllowTags:     wecom.AllowTags{TagIDs: []int64{}},
	}}
	for _, u := range a.Members {
		out.AllowUsers.Users = append(out.AllowUsers.Users, wecom.AllowUser{UserID: u})
	}
	for _, d := range a.Departments {
		out.AllowParties.PartyIDs = append(out.AllowParties.PartyIDs, int64(d))
	}
	for _, t := range a.Tags {
		out.AllowTags.TagIDs = append(out.AllowTags.TagIDs, int64(t))
	}
	if len(a.TrustedDomains) > 0 {
		out.RedirectDomain = a.TrustedDomains[0]
	}
	if !a.Enabled {
		out.Close = 1
	}
	return out, nil
}

func listAgents(c *call) (any, error) {
	a := c.app
	return wecom.ListAgentsResponse{Result: good(), Agents: []wecom.AgentSummary{{
		AgentID: int64(a.AgentID), Name: a.Name,
		SquareLogoURL: c.base + avatarPath("app", c.corp.ID+"/"+strconv.Itoa(a.AgentID)),
	}}}, nil
}
