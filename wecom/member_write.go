package wecom

// CreateMemberRequest is the body of POST /cgi-bin/user/create (doc 90195),
// open to the secret of 通讯录同步 and to apps with the right to write.
type CreateMemberRequest struct {
	UserID           string           `json:"userid"` // 1 to 64 bytes of [0-9A-Za-z_-@.]
	Name             string           `json:"name"`   // up to 64 characters
	Alias            string           `json:"alias,omitempty"`
	Mobile           string           `json:"mobile,omitempty"` // this or Email
	Department       []int64          `json:"department"`       // up to 100
	Order            []uint32         `json:"order,omitzero"`
	Position         string           `json:"position,omitempty"` // up to 128 characters
	Gender           string           `json:"gender,omitempty"`   // "1" male, "2" female
	Email            string           `json:"email,omitempty"`
	BizMail          string           `json:"biz_mail,omitempty"`
	BizMailAlias     *MailAliases     `json:"biz_mail_alias,omitempty"`
	IsLeaderInDept   []int            `json:"is_leader_in_dept,omitzero"`
	DirectLeader     []string         `json:"direct_leader,omitzero"`
	Enable           *int             `json:"enable,omitempty"` // 1 on, 0 off
	AvatarMediaID    string           `json:"avatar_mediaid,omitempty"`
	Telephone        string           `json:"telephone,omitempty"`
	Address          string           `json:"address,omitempty"`
	MainDepartment   int64            `json:"main_department,omitempty"`
	ExtAttr          *ExtAttr         `json:"extattr,omitempty"`
	ToInvite         *bool            `json:"to_invite,omitempty"` // default true
	ExternalPosition string           `json:"external_position,omitempty"`
	ExternalProfile  *ExternalProfile `json:"external_profile,omitempty"`
}

// MailAliases are further addresses of a member's corp mailbox.
type MailAliases struct {
	Item []string `json:"item"`
}

// UpdateMemberRequest is the body of POST /cgi-bin/user/update (doc 90197). What
// is left nil stays as it is; a pointer to "" clears.
type UpdateMemberRequest struct {
	UserID           string           `json:"userid"`
	NewUserID        string           `json:"new_userid,omitempty"` // once, and only for generated ids
	Name             *string          `json:"name,omitempty"`
	Alias            *string          `json:"alias,omitempty"`
	Mobile           *string          `json:"mobile,omitempty"`
	Department       []int64          `json:"department,omitzero"`
	Order            []uint32         `json:"order,omitzero"`
	Position         *string          `json:"position,omitempty"`
	Gender           *string          `json:"gender,omitempty"`
	Email            *string          `json:"email,omitempty"`
	BizMail          *string          `json:"biz_mail,omitempty"`
	BizMailAlias     *MailAliases     `json:"biz_mail_alias,omitempty"`
	IsLeaderInDept   []int            `json:"is_leader_in_dept,omitzero"`
	DirectLeader     []string         `json:"direct_leader,omitzero"`
	Enable           *int             `json:"enable,omitempty"`
	AvatarMediaID    *string          `json:"avatar_mediaid,omitempty"`
	Telephone        *string          `json:"telephone,omitempty"`
	Address          *string          `json:"address,omitempty"`
	MainDepartment   int64            `json:"main_department,omitempty"`
	ExtAttr          *ExtAttr         `json:"extattr,omitempty"`
	ExternalPosition *string          `json:"external_position,omitempty"`
	ExternalProfile  *ExternalProfile `json:"external_profile,omitempty"`
}
