package callback

// The states in UserFields.
const (
	StatusActive       = 1
	StatusDisabled     = 2
	StatusNotActivated = 4
	StatusLeft         = 5
)

// UserFields describe a member 成员 in change_contact events (doc 90970). An update
// carries only what changed, so absent fields are nil; apps created after
// 2022-06-20 do not get the personal ones.
type UserFields struct {
	Name           *string  `xml:"Name,omitempty"`
	Department     *IDs     `xml:"Department,omitempty"`
	MainDepartment *int64   `xml:"MainDepartment,omitempty"`
	IsLeaderInDept *IDs     `xml:"IsLeaderInDept,omitempty"` // parallel to Department
	DirectLeader   *Names   `xml:"DirectLeader,omitempty"`
	Position       *string  `xml:"Position,omitempty"`
	Mobile         *string  `xml:"Mobile,omitempty"`
	Gender         *int     `xml:"Gender,omitempty"` // 1 male, 2 female
	Email          *string  `xml:"Email,omitempty"`
	BizMail        *string  `xml:"BizMail,omitempty"`
	Status         *int     `xml:"Status,omitempty"` // StatusActive …
	Avatar         *string  `xml:"Avatar,omitempty"`
	Alias          *string  `xml:"Alias,omitempty"`
	Telephone      *string  `xml:"Telephone,omitempty"`
	Address        *string  `xml:"Address,omitempty"`
	ExtAttr        *ExtAttr `xml:"ExtAttr,omitempty"`

	EnglishName *string `xml:"EnglishName,omitempty"` // suite envelope, legacy
	IsLeader    *int    `xml:"IsLeader,omitempty"`    // suite envelope, legacy
}

// ExtAttr holds the extended attributes of a member.
type ExtAttr struct {
	Items []ExtAttrItem `xml:"Item"`
}

// ExtAttrItem is one extended attribute: Text for type 0, Web for type 1. Value is
// the legacy form without a type.
type ExtAttrItem struct {
	Name  string       `xml:"Name"`
	Type  *int         `xml:"Type,omitempty"`
	Text  *ExtAttrText `xml:"Text,omitempty"`
	Web   *ExtAttrWeb  `xml:"Web,omitempty"`
	Value *string      `xml:"Value,omitempty"`
}

// ExtAttrText is the value of a text attribute.
type ExtAttrText struct {
	Value string `xml:"Value"`
}

// ExtAttrWeb is the value of a web attribute.
type ExtAttrWeb struct {
	Title string `xml:"Title"`
	URL   string `xml:"Url"`
}

// CreateUser 新增成员 tells of a new member.
type CreateUser struct {
	Header
	UserID string `xml:"UserID"`
	UserFields
}

// UpdateUser 更新成员 tells of a changed member. NewUserID is set when the id itself
// changed.
type UpdateUser struct {
	Header
	UserID    string `xml:"UserID"`
	NewUserID string `xml:"NewUserID,omitempty"`
	UserFields
}

// DeleteUser 删除成员 tells that a member left.
type DeleteUser struct {
	Header
	UserID string `xml:"UserID"`
}

// PartyFields describe a department 部门; absent ones are nil.
type PartyFields struct {
	Name     *string `xml:"Name,omitempty"`
	ParentID *int64  `xml:"ParentId,omitempty"`
	Order    *uint32 `xml:"Order,omitempty"`
}

// CreateParty 新增部门 tells of a new department.
type CreateParty struct {
	Header
	ID int64 `xml:"Id"`
	PartyFields
}

// UpdateParty 更新部门 tells of a changed department.
type UpdateParty struct {
	Header
	ID int64 `xml:"Id"`
	PartyFields
}

// DeleteParty 删除部门 tells that a department is gone.
type DeleteParty struct {
	Header
	ID int64 `xml:"Id"`
}

// UpdateTag 标签成员变更 tells who entered and left a contact tag 通讯录标签.
type UpdateTag struct {
	Header
	TagID         int64 `xml:"TagId"`
	AddUserItems  Names `xml:"AddUserItems,omitempty"`
	DelUserItems  Names `xml:"DelUserItems,omitempty"`
	AddPartyItems IDs   `xml:"AddPartyItems,omitempty"`
	DelPartyItems IDs   `xml:"DelPartyItems,omitempty"`
}
