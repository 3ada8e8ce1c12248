package wecom

import (
	"context"
	"net/url"
	"strconv"
)

// Department is one department 部门 of the contact list (doc 90208). The root
// has id 1.
type Department struct {
	ID       int64    `json:"id"`
	Name     string   `json:"name"`
	NameEN   string   `json:"name_en,omitempty"`
	Leaders  []string `json:"department_leader,omitzero"`
	ParentID int64    `json:"parentid"`
	Order    uint32   `json:"order"` // larger comes first
}

// DepartmentID is a department without its names, the cheap form in which
// WeCom lists them (doc 95350).
type DepartmentID struct {
	ID       int64  `json:"id"`
	ParentID int64  `json:"parentid"`
	Order    uint32 `json:"order"`
}

// ListDepartmentIDsResponse answers GET /cgi-bin/department/simplelist (doc 95350).
type ListDepartmentIDsResponse struct {
	Result
	Departments []DepartmentID `json:"department_id"`
}

// GetDepartmentResponse answers GET /cgi-bin/department/get (doc 95351).
type GetDepartmentResponse struct {
	Result
	Department Department `json:"department"`
}

// ListDepartmentsResponse answers GET /cgi-bin/department/list (doc 90208).
type ListDepartmentsResponse struct {
	Result
	Departments []Department `json:"department"`
}

// CreateDepartmentRequest is the body of POST /cgi-bin/department/create (doc
// 90205). ID may be left 0, WeCom then chooses one.
type CreateDepartmentRequest struct {
	Name     string `json:"name"` // up to 64 characters
	NameEN   string `json:"name_en,omitempty"`
	ParentID int64  `json:"parentid"`
	Order    uint32 `json:"order,omitempty"`
	ID       int64  `json:"id,omitempty"`
}

// CreateDepartmentResponse answers with the id of the new department.
type CreateDepartmentResponse struct {
	Result
	ID int64 `json:"id"`
}

// UpdateDepartmentRequest is the body of POST /cgi-bin/department/update (doc
// 90206). What is left nil or zero stays as it is.
type UpdateDepartmentRequest struct {
	ID       int64   `json:"id"`
	Name     *string `json:"name,omitempty"`
	NameEN   *string `json:"name_en,omitempty"`
	ParentID int64   `json:"parentid,omitempty"`
	Order    *uint32 `json:"order,omitempty"`
}

// ListDepartmentIDs lists the departments below and including one, without names; 0
// means all in the app's range (doc 95350).
func (c *Client) ListDepartmentIDs(ctx context.Context, id int64) (ListDepartmentIDsResponse, error) {
	return get[ListDepartmentIDsResponse](ctx, c, "/cgi-bin/department/simplelist", optionalID("id", id))
}

// GetDepartment reads one department (doc 95351).
func (c *Client) GetDepartment(ctx context.Context, id int64) (GetDepartmentResponse, error) {
	return get[GetDepartmentResponse](ctx, c, "/cgi-bin/department/get", optionalID("id", id))
}

// ListDepartments lists the departments below and including one with all their fields;
// 0 means all in the app's range (doc 90208). WeCom calls it slow and advises
// ListDepartmentIDs and GetDepartment.
func (c *Client) ListDepartments(ctx context.Context, id int64) (ListDepartmentsResponse, error) {
	return get[ListDepartmentsResponse](ctx, c, "/cgi-bin/department/list", optionalID("id", id))
}

// CreateDepartment makes a department (doc 90205).
func (c *Client) CreateDepartment(ctx context.Context, request CreateDepartmentRequest) (CreateDepartmentResponse, error) {
	return post[CreateDepartmentResponse](ctx, c, "/cgi-bin/department/create", request)
}

// UpdateDepartment changes a department (doc 90206).
func (c *Client) UpdateDepartment(ctx context.Context, request UpdateDepartmentRequest) error {
	_, err := post[Result](ctx, c, "/cgi-bin/department/update", request)
	return err
}

// DeleteDepartment deletes a department that has neither members nor departments (doc
// 90207).
func (c *Client) DeleteDepartment(ctx context.Context, id int64) error {
	_, err := get[Result](ctx, c, "/cgi-bin/department/delete", optionalID("id", id))
	return err
}

// optionalID makes a query of one number, or none for 0.
func optionalID(name string, id int64) url.Values {
	if id == 0 {
		return nil
	}
	return url.Values{name: {strconv.FormatInt(id, 10)}}
}
