package callback

// The details of UpdateExternalChat.
const (
	DetailAddMember    = "add_member"
	DetailDelMember    = "del_member"
	DetailChangeOwner  = "change_owner"
	DetailChangeName   = "change_name"
	DetailChangeNotice = "change_notice"
)

// The scenes of UpdateExternalChat. They are not those of groupchat/get.
const (
	JoinSceneInvited = 0
	JoinSceneQRCode  = 3
	QuitSceneLeft    = 0 // went by himself
	QuitSceneRemoved = 1 // was removed
)

// CreateExternalChat 客户群创建 tells of a new customer group (doc 92130).
type CreateExternalChat struct {
	Header
	ChatID string `xml:"ChatId"`
}

// UpdateExternalChat 客户群变更 tells of a change in a customer group. JoinScene
// belongs to add_member, QuitScene to del_member; both have a meaningful zero and
// are therefore nil when absent. The list may be applied when the version held is
// LastMemVer, and leads to CurMemVer; otherwise the group must be read again.
type UpdateExternalChat struct {
	Header
	ChatID        string  `xml:"ChatId"`
	UpdateDetail  string  `xml:"UpdateDetail"` // DetailAddMember …
	JoinScene     *int    `xml:"JoinScene,omitempty"`
	QuitScene     *int    `xml:"QuitScene,omitempty"`
	MemChangeCnt  int     `xml:"MemChangeCnt,omitempty"`
	MemChangeList UserIDs `xml:"MemChangeList,omitempty"`
	LastMemVer    string  `xml:"LastMemVer,omitempty"`
	CurMemVer     string  `xml:"CurMemVer,omitempty"`
}

// DismissExternalChat 客户群解散 tells that a group is gone.
type DismissExternalChat struct {
	Header
	ChatID string `xml:"ChatId"`
}
