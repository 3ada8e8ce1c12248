package callback

// The kinds of object in a tag event.
const (
	TagTypeTag   = "tag"
	TagTypeGroup = "tag_group"
)

// TagRef names a corp tag 企业客户标签 or a group of them. StrategyID is set for
// the tags of a rule group 规则组 only.
type TagRef struct {
	ID         string `xml:"Id"`
	TagType    string `xml:"TagType,omitempty"` // TagTypeTag, TagTypeGroup
	StrategyID string `xml:"StrategyId,omitempty"`
}

// CreateExternalTag 企业客户标签创建 (doc 92130).
type CreateExternalTag struct {
	Header
	TagRef
}

// UpdateExternalTag 企业客户标签变更.
type UpdateExternalTag struct {
	Header
	TagRef
}

// DeleteExternalTag 企业客户标签删除. The tags of a deleted group go without
// events of their own.
type DeleteExternalTag struct {
	Header
	TagRef
}

// ShuffleExternalTag 企业客户标签重排. ID is the group whose tags were put in a new
// order, and is empty when the groups themselves were.
type ShuffleExternalTag struct {
	Header
	TagRef
}
