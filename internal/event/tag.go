package event

// TagsChanged says that the corp's tag library (企业客户标签) changed.
type TagsChanged struct {
	Meta
	// Tag is the id of the tag or tag group; "" when the whole library was read anew.
	Tag string `json:"tag,omitempty"`
}
