package wecomsim

import (
	"net/http"
	"net/mail"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// This file answers user/create, update, delete and batchdelete (90195,
// 90197–90199). A change by the API causes no callback.
//
// Not modelled: invitations, mail aliases, avatars, external profiles, quotas of accounts.

func memberWriteOperations() []operation {
	return []operation{
		{path: "/cgi-bin/user/create", method: http.MethodPost, doc: 90195, needs: needsWrite, handle: post(createMember)},
		{path: "/cgi-bin/user/update", method: http.MethodPost, doc: 90197, needs: needsWrite, handle: post(updateMember)},
		{path: "/cgi-bin/user/delete", method: http.MethodGet, doc: 90198, needs: needsWrite, handle: change(deleteMember)},
		{path: "/cgi-bin/user/batchdelete", method: http.MethodPost, doc: 90199, needs: needsWrite, handle: post(deleteMembers)},
	}
}

// createMember checks the id (40003 form, 60102 taken), name (40058),
// departments (60003, 60011), and that mobile or e-mail is given (60129) and
// free (60104, 60106). The new member is not activated yet (status 4).
func createMember(c *call, req *wecom.CreateMemberRequest) (any, error) {
	if !validUserID(req.UserID) {
		return nil, fail(errcode.InvalidUserID, "invalid userid")
	}
	if c.corp.Members[userKey(req.UserID)] != nil {
		return nil, fail(errcode.UserIDExists, "userid exists")
	}
	if req.Mobile == "" && req.Email == "" {
		return nil, fail(errcode.MobileAndEmailEmpty, "mobile and email are both empty")
	}
	m := &Member{UserID: req.UserID, Status: StatusNotActivated, MaxCustomers: 20_000, JoinedAt: c.now.Unix()}
	all := wecom.UpdateMemberRequest{
		Name: &req.Name, Alias: &req.Alias, Mobile: &req.Mobile, Department: req.Department, Order: req.Order, Position: &req.Position,
		Gender: &req.Gender, Email: &req.Email, BizMail: &req.BizMail, IsLeaderInDept: req.IsLeaderInDept, DirectLeader: req.DirectLeader,
		Enable: req.Enable, Telephone: &req.Telephone, Address: &req.Address, MainDepartment: req.MainDepartment, ExtAttr: req.ExtAttr,
		ExternalPosition: &req.ExternalPosition,
	}
	if all.Department == nil {
		all.Department = []int64{1}
	}
	if err := c.fillMember(m, &all); err != nil {
		return nil, err
	}
	c.corp.Members[userKey(m.UserID)] = m
	delete(c.corp.Left, userKey(m.UserID))
	c.corp.reindexDirectory()
	c.sim.tell(Change{Kind: "member", Corp: c.corp.ID, Member: m.UserID})
	return wecom.Result{ErrMsg: "created"}, nil
}

// checkMember refuses names and positions that are too long (40058), bad
// mobiles and e-mails (60103, 60105) and those that others have (60104, 60106).
func (c *call) checkMember(m *Member, req *wecom.UpdateMemberRequest) error {
	if req.Name != nil && (*req.Name == "" || utf8.RuneCountInString(*req.Name) > 64) {
		return fail(errcode.ParameterRule, "name must have 1 to 64 characters")
	}
	if req.Position != nil && utf8.RuneCountInString(*req.Position) > 128 {
		return fail(errcode.ParameterRule, "position longer than 128 characters")
	}
	if req.Email != nil && *req.Email != "" {
		if _, err := mail.ParseAddress(*req.Email); err != nil {
			return fail(errcode.InvalidEmail, "invalid email")
		}
	}
	if req.Mobile != nil && *req.Mobile != "" && len(*req.Mobile) < 5 {
		return fail(errcode.InvalidMobile, "invalid mobile")
	}
	for _, x := range c.corp.Members {
		if x != m && req.Mobile != nil && *req.Mobile != "" && x.Mobile == *req.Mobile {
			return fail(errcode.MobileExists, "mobile exists")
		}
		if x != m && req.Email != nil && *req.Email != "" && x.Email == *req.Email {
			return fail(errcode.EmailExists, "email exists")
		}
	}
	return nil
}

// fillMember checks a request and applies what it gives.
func (c *call) fillMember(m *Member, req *wecom.UpdateMemberRequest) error {
	if err := c.checkMember(m, req); err != nil {
		return err
	}
	gender := m.Gender
	if req.Gender != nil && *req.Gender != "" {
		n, err := strconv.Atoi(*req.Gender)
		if err != nil || n < 0 || n > 2 {
			return fail(errcode.ParameterRule, "gender must be \"0\", \"1\" or \"2\"")
		}
		gender = n
	}
	if req.Department != nil {
		if err := c.checkDepartments(req); err != nil {
			return err
		}
		m.Departments = ints(req.Department)
		m.Orders, m.Leader = make([]int64, len(m.Departments)), make([]int, len(m.Departments))
		for i, o := range req.Order {
			m.Orders[i] = int64(o)
		}
		copy(m.Leader, req.IsLeaderInDept)
		m.Main = m.Departments[0]
	}
	if main := int(req.MainDepartment); main != 0 {
		if !slices.Contains(m.Departments, main) {
			return fail(errcode.InvalidDepartmentList, "main_department is not among the departments")
		}
		m.Main = main
	}
	m.Gender = gender
	set(&m.Name, req.Name)
	set(&m.Alias, req.Alias)
	set(&m.Mobile, req.Mobile)
	set(&m.Position, req.Position)
	set(&m.Email, req.Email)
	set(&m.BizMail, req.BizMail)
	set(&m.Telephone, req.Telephone)
	set(&m.Address, req.Address)
	set(&m.Title, req.ExternalPosition)
	if req.DirectLeader != nil {
		m.DirectLead = req.DirectLeader
	}
	if req.ExtAttr != nil {
		m.ExtAttr = attributes(req.ExtAttr)
	}
	if req.Enable != nil {
		switch {
		case *req.Enable == 0:
			m.Status = StatusDisabled
		case m.Status == StatusDisabled:
			m.Status = StatusActive
		}
	}
	return nil
}

// checkDepartments checks number (1 to 100), existence and range, and the
// length of the parallel arrays.
func (c *call) checkDepartments(req *wecom.UpdateMemberRequest) error {
	n := len(req.Department)
	if n == 0 || n > 100 {
		return fail(errcode.InvalidDepartmentList, "a member is in 1 to 100 departments")
	}
	if req.Order != nil && len(req.Order) != n || req.IsLeaderInDept != nil && len(req.IsLeaderInDept) != n {
		return fail(errcode.ParameterRule, "order and is_leader_in_dept must be as long as department")
	}
	for _, id := range req.Department {
		if _, err := c.department(int(id)); err != nil {
			return err
		}
	}
	return nil
}

func updateMember(c *call, req *wecom.UpdateMemberRequest) (any, error) {
	m, err := c.member(req.UserID)
	if err != nil {
		return nil, err
	}
	if req.NewUserID != "" {
		if code := c.corp.renameBar(m, req.NewUserID); code != 0 {
			return nil, fail(code, "new_userid must be free, and works once and for generated ids only")
		}
	}
	if err := c.fillMember(m, req); err != nil {
		return nil, err
	}
	if req.NewUserID != "" {
		c.sim.renameMember(c.corp, m, req.NewUserID)
	}
	c.corp.reindexDirectory()
	c.sim.tell(Change{Kind: "member", Corp: c.corp.ID, Member: m.UserID})
	return wecom.Result{ErrMsg: "updated"}, nil
}

func deleteMember(c *call) (any, error) {
	m, err := c.member(c.query.Get("userid"))
	if err != nil {
		return nil, err
	}
	c.sim.removeMember(c.corp, m)
	return wecom.Result{ErrMsg: "deleted"}, nil
}

// deleteMembers deletes up to 200 members; when none exists 40031.
func deleteMembers(c *call, req *wecom.BatchDeleteMembersRequest) (any, error) {
	if len(req.UserIDs) == 0 || len(req.UserIDs) > 200 {
		return nil, fail(errcode.ParameterRule, "useridlist must hold 1 to 200 members")
	}
	var found []*Member
	for _, u := range req.UserIDs {
		if m, err := c.member(u); err == nil && !slices.Contains(found, m) {
			found = append(found, m)
		}
	}
	if len(found) == 0 {
		return nil, fail(errcode.NoValidUserID, "all userids are invalid")
	}
	for _, m := range found {
		c.sim.removeMember(c.corp, m)
	}
	return wecom.Result{ErrMsg: "deleted"}, nil
}

// attributes keeps the text and web attributes of a request.
func attributes(in *wecom.ExtAttr) []ExtAttr {
	var out []ExtAttr
	for _, a := range in.Attrs {
		x := ExtAttr{Name: a.Name}
		if a.Text != nil {
			x.Value = a.Text.Value
		}
		if a.Web != nil {
			x.URL, x.Title = a.Web.URL, a.Web.Title
		}
		out = append(out, x)
	}
	return out
}
