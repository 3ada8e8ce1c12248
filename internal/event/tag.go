package event

// MarksSettled says what became of a change of tags for which somebody waits: WeCom took it,
// or refused it.
type MarksSettled struct {
	Meta
	Member   string `json:"member"`
	Customer string `json:"customer"`
	For      string `json:"for"` // as the asker named it, with his slug before a slash
	Refused  bool   `json:"refused,omitempty"`
	Errcode  int    `json:"errcode,omitempty"` // WeCom's, 0 when it gave none
	Advice   string `json:"advice,omitempty"`
}

// Key lets what was told of one customer be heard in its order.
func (e MarksSettled) Key() string { return e.Customer }

// TagsChanged says that the corp's tag library (企业客户标签) changed.
type TagsChanged struct {
	Meta
	// Tag is the id of the tag or tag group; "" when the whole library was read anew.
	Tag string `json:"tag,omitempty"`
}
