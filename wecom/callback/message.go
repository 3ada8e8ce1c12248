package callback

// The message types of Header.MsgType.
const (
	MsgEvent    = "event"
	MsgText     = "text"
	MsgImage    = "image"
	MsgVoice    = "voice"
	MsgVideo    = "video"
	MsgLocation = "location"
	MsgLink     = "link"
)

// TextMessage 文本消息 is what a member wrote to the app (doc 90239).
type TextMessage struct {
	Header
	Content string `xml:"Content"`
	MsgID   int64  `xml:"MsgId,omitempty"`
}

// ImageMessage 图片消息 is a picture that a member sent to the app.
type ImageMessage struct {
	Header
	PicURL  string `xml:"PicUrl"`
	MediaID string `xml:"MediaId"`
	MsgID   int64  `xml:"MsgId,omitempty"`
}

// VoiceMessage 语音消息 is a voice message that a member sent to the app.
type VoiceMessage struct {
	Header
	MediaID string `xml:"MediaId"`
	Format  string `xml:"Format"`
	MsgID   int64  `xml:"MsgId,omitempty"`
}

// VideoMessage 视频消息 is a video that a member sent to the app.
type VideoMessage struct {
	Header
	MediaID      string `xml:"MediaId"`
	ThumbMediaID string `xml:"ThumbMediaId"`
	MsgID        int64  `xml:"MsgId,omitempty"`
}

// LocationMessage 位置消息 is a place that a member sent to the app. The coordinates
// are kept as WeCom wrote them.
type LocationMessage struct {
	Header
	LocationX string `xml:"Location_X"` // latitude
	LocationY string `xml:"Location_Y"` // longitude
	Scale     string `xml:"Scale"`
	Label     string `xml:"Label"`
	MsgID     int64  `xml:"MsgId,omitempty"`
	AppType   string `xml:"AppType,omitempty"`
}

// LinkMessage 链接消息 is a link that a member sent to the app.
type LinkMessage struct {
	Header
	Title       string `xml:"Title"`
	Description string `xml:"Description"`
	URL         string `xml:"Url"`
	PicURL      string `xml:"PicUrl"`
	MsgID       int64  `xml:"MsgId,omitempty"`
}
