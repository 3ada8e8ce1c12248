package callback

// The reasons in TransferFail.
const (
	TransferRefused = "customer_refused"
	TransferFull    = "customer_limit_exceed"
)

// SourceTransfer in DelExternalContact says that WeCom removed the relation by
// itself after a hand-over on the job 在职继承.
const SourceTransfer = "DELETE_BY_TRANSFER"

// FollowRef names one follow relation 跟进关系: a member and a customer.
type FollowRef struct {
	UserID         string `xml:"UserID"`
	ExternalUserID string `xml:"ExternalUserID"`
}

// AddExternalContact 添加企业客户 tells that a relation exists now (doc 92130).
// State is that of the contact way, or the customer_channel of an acquisition
// link. WelcomeCode is absent when a chat had already begun, when the half event
// carried it, when the console holds a welcome text for the member, and for
// WeCom users. It lives 20 seconds and works once.
type AddExternalContact struct {
	Header
	FollowRef
	State       string `xml:"State,omitempty"`
	WelcomeCode string `xml:"WelcomeCode,omitempty"`
}

// AddHalfExternalContact 外部联系人免验证添加成员 tells that a customer added a
// member who has not confirmed it yet.
type AddHalfExternalContact struct {
	Header
	FollowRef
	State       string `xml:"State,omitempty"`
	WelcomeCode string `xml:"WelcomeCode,omitempty"`
}

// EditExternalContact 编辑企业客户 tells that remark, description or tags were
// changed by hand. A change of the phone number alone is not told.
type EditExternalContact struct {
	Header
	FollowRef
	State string `xml:"State,omitempty"`
}

// DelExternalContact 删除企业客户 tells that the member deleted the customer.
type DelExternalContact struct {
	Header
	FollowRef
	Source string `xml:"Source,omitempty"` // SourceTransfer, or empty
}

// DelFollowUser 删除跟进成员 tells that the customer deleted the member, 流失.
type DelFollowUser struct {
	Header
	FollowRef
}

// TransferFail 客户接替失败 ends the hand-over of one customer.
type TransferFail struct {
	Header
	FailReason string `xml:"FailReason"` // TransferRefused, TransferFull
	FollowRef
}

// MsgAuditApproved 客户同意进行聊天内容存档 tells that a customer agreed to the
// message archive (doc 92005).
type MsgAuditApproved struct {
	Header
	FollowRef
	WelcomeCode string `xml:"WelcomeCode,omitempty"`
}
