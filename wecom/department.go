package wecom

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
