package wecomsim

import (
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// This file answers department/* (90205–90208, 95350, 95351).
//
// Not modelled: ancestors of visible departments that are given as ids only,
// the limits of 30 000 departments and 30 000 nodes in one.

const maxDepth = 15 // levels of the tree (contacts.md)

func departmentOperations() []operation {
	return []operation{
		{path: "/cgi-bin/department/list", method: http.MethodGet, doc: 90208, needs: needsDetail, handle: get(listDepartments)},
		{path: "/cgi-bin/department/simplelist", method: http.MethodGet, doc: 95350, needs: needsContacts, handle: get(listDepartmentIDs)},
		{path: "/cgi-bin/department/get", method: http.MethodGet, doc: 95351, needs: needsDetail, handle: get(getDepartment)},
		{path: "/cgi-bin/department/create", method: http.MethodPost, doc: 90205, needs: needsWrite, handle: post(createDepartment)},
		{path: "/cgi-bin/department/update", method: http.MethodPost, doc: 90206, needs: needsWrite, handle: post(updateDepartment)},
		{path: "/cgi-bin/department/delete", method: http.MethodGet, doc: 90207, needs: needsWrite, handle: change(deleteDepartment)},
	}
}

// visibleDepartments returns the asked subtree (all without id) as far as the
// app sees it: 60003 for an unknown id, 60011 for one out of range.
func (c *call) visibleDepartments() ([]*Department, error) {
	root := 1
	if v := c.query.Get("id"); v != "" {
		id, err := strconv.Atoi(v)
		if err != nil {
			return nil, fail(errcode.InvalidDepartmentID, "id is not a number")
		}
		d, err := c.department(id)
		if err != nil {
			return nil, err
		}
		root = d.ID
	}
	var out []*Department
	for _, d := range c.corp.subtree(root) {
		if c.corp.index.visibleDepts[c.app][d.ID] {
			out = append(out, d)
		}
	}
	return out, nil
}

func (c *call) department(id int) (*Department, error) {
	d := c.corp.Departments[id]
	if d == nil {
		return nil, fail(errcode.DepartmentNotFound, "department not found")
	}
	if !c.corp.index.visibleDepts[c.app][id] {
		return nil, fail(errcode.NoPermissionForTarget, "no privilege to access the department")
	}
	return d, nil
}

func wireDepartment(d *Department) wecom.Department {
	leaders := d.Leaders
	if leaders == nil {
		leaders = []string{}
	}
	return wecom.Department{
		ID: int64(d.ID), Name: d.Name, NameEN: d.NameEN, Leaders: leaders,
		ParentID: int64(d.ParentID), Order: uint32(d.Order),
	}
}

func listDepartments(c *call) (any, error) {
	list, err := c.visibleDepartments()
	if err != nil {
		return nil, err
	}
	out := wecom.ListDepartmentsResponse{Result: good(), Departments: make([]wecom.Department, 0, len(list))}
	for _, d := range list {
		out.Departments = append(out.Departments, wireDepartment(d))
	}
	return out, nil
}

func listDepartmentIDs(c *call) (any, error) {
	list, err := c.visibleDepartments()
	if err != nil {
		return nil, err
	}
	out := wecom.ListDepartmentIDsResponse{Result: good(), Departments: make([]wecom.DepartmentID, 0, len(list))}
	for _, d := range list {
		out.Departments = append(out.Departments, wecom.DepartmentID{ID: int64(d.ID), ParentID: int64(d.ParentID), Order: uint32(d.Order)})
	}
	return out, nil
}

func getDepartment(c *call) (any, error) {
	id, err := strconv.Atoi(c.query.Get("id"))
	if err != nil {
		return nil, fail(errcode.InvalidDepartmentID, "id missing or not a number")
	}
	d, err := c.department(id)
	if err != nil {
		return nil, err
	}
	return wecom.GetDepartmentResponse{Result: good(), Department: wireDepartment(d)}, nil
}

// checkName refuses names that the console would refuse too: 60008 empty, too
// long (64 characters), with \:*?"<>|, or taken by a sibling.
func (c *call) checkName(name string, parent, self int) error {
	if name == "" || utf8.RuneCountInString(name) > 64 || strings.ContainsAny(name, `\:*?"<>|`) {
		return fail(errcode.DepartmentExists, "invalid department name")
	}
	for _, d := range c.corp.index.children[parent] {
		if d.Name == name && d.ID != self {
			return fail(errcode.DepartmentExists, "department name exists")
		}
	}
	return nil
}

func createDepartment(c *call, req *wecom.CreateDepartmentRequest) (any, error) {
	parent := int(req.ParentID)
	if c.corp.Departments[parent] == nil {
		return nil, fail(errcode.ParentNotFound, "parent department not found")
	}
	if !c.corp.index.visibleDepts[c.app][parent] {
		return nil, fail(errcode.NoPermissionForTarget, "no privilege for the parent department")
	}
	if err := c.checkName(req.Name, parent, 0); err != nil {
		return nil, err
	}
	if c.corp.depth(parent) >= maxDepth {
		return nil, fail(errcode.DepartmentTooDeep, "department depth above %d", maxDepth)
	}
	id := int(req.ID)
	if id < 0 || id > 1<<31-1 {
		return nil, fail(errcode.InvalidDepartmentID, "invalid department id")
	}
	if id == 0 {
		id = c.corp.nextDepartment()
	}
	if c.corp.Departments[id] != nil {
		return nil, fail(errcode.InvalidDepartmentID, "department id exists")
	}
	c.corp.Departments[id] = &Department{ID: id, Name: req.Name, NameEN: req.NameEN, ParentID: parent, Order: int64(req.Order)}
	c.corp.reindexDirectory()
	c.sim.tell(Change{Kind: "department", Corp: c.corp.ID})
	return wecom.CreateDepartmentResponse{Result: wecom.Result{ErrMsg: "created"}, ID: int64(id)}, nil
}

func updateDepartment(c *call, req *wecom.UpdateDepartmentRequest) (any, error) {
	d, err := c.department(int(req.ID))
	if err != nil {
		return nil, err
	}
	parent := d.ParentID
	if req.ParentID != 0 && d.ID != 1 {
		parent = int(req.ParentID)
		if c.corp.Departments[parent] == nil {
			return nil, fail(errcode.ParentNotFound, "parent department not found")
		}
		for _, below := range c.corp.subtree(d.ID) {
			if below.ID == parent {
				return nil, fail(errcode.ParentNotFound, "a department cannot be its own parent")
			}
		}
	}
	name := d.Name
	if req.Name != nil {
		name = *req.Name
	}
	if err := c.checkName(name, parent, d.ID); err != nil {
		return nil, err
	}
	d.Name, d.ParentID = name, parent
	if req.NameEN != nil {
		d.NameEN = *req.NameEN
	}
	if req.Order != nil {
		d.Order = int64(*req.Order)
	}
	c.corp.reindexDirectory()
	c.sim.tell(Change{Kind: "department", Corp: c.corp.ID})
	return wecom.Result{ErrMsg: "updated"}, nil
}

// deleteDepartment refuses the root and departments with members (60005) or
// children (60006).
func deleteDepartment(c *call) (any, error) {
	id, err := strconv.Atoi(c.query.Get("id"))
	if err != nil {
		return nil, fail(errcode.InvalidDepartmentID, "id missing or not a number")
	}
	d, err := c.department(id)
	if err != nil {
		return nil, err
	}
	if len(c.corp.index.children[id]) > 0 || d.ID == 1 {
		return nil, fail(errcode.DepartmentHasChildren, "department has children or is the root")
	}
	if len(c.corp.index.membersIn[id]) > 0 {
		return nil, fail(errcode.DepartmentHasMembers, "department has members")
	}
	delete(c.corp.Departments, id)
	c.corp.reindexDirectory()
	c.sim.tell(Change{Kind: "department", Corp: c.corp.ID})
	return wecom.Result{ErrMsg: "deleted"}, nil
}

// depth counts the levels from the root down to a department.
func (c *Corp) depth(id int) int {
	n := 0
	for d := c.Departments[id]; d != nil; d = c.Departments[d.ParentID] {
		n++
	}
	return n
}

func (c *Corp) nextDepartment() int {
	highest := 0
	for id := range c.Departments {
		highest = max(highest, id)
	}
	return highest + 1
}
