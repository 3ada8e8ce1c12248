package wecom

// The kinds of an Attachment.
const (
	AttachmentImage       = "image"
	AttachmentLink        = "link"
	AttachmentMiniProgram = "miniprogram"
	AttachmentVideo       = "video"
	AttachmentFile        = "file"
)

// Text is the text part of a message to customers.
type Text struct {
	Content string `json:"content"`
}

// Image is a picture: temporary media, or the URL that UploadImage gave. When
// both are set WeCom takes the media.
type Image struct {
	MediaID string `json:"media_id,omitempty"`
	PicURL  string `json:"pic_url,omitempty"`
}

// Link is a card that opens a page.
type Link struct {
	Title  string `json:"title"`            // up to 128 bytes
	PicURL string `json:"picurl,omitempty"` // WeCom spells it without underscore here
	Desc   string `json:"desc,omitempty"`   // up to 512 bytes
	URL    string `json:"url"`
}

// MiniProgram is a card that opens a mini program bound to the corp.
type MiniProgram struct {
	Title      string `json:"title"` // up to 64 bytes
	PicMediaID string `json:"pic_media_id"`
	AppID      string `json:"appid"`
	Page       string `json:"page"`
}

// Media points to temporary media.
type Media struct {
	MediaID string `json:"media_id"`
}

// Attachment is one thing sent beside the text; the part that belongs to
// MsgType is set.
type Attachment struct {
	MsgType     string       `json:"msgtype"` // AttachmentImage …
	Image       *Image       `json:"image,omitempty"`
	Link        *Link        `json:"link,omitempty"`
	MiniProgram *MiniProgram `json:"miniprogram,omitempty"`
	Video       *Media       `json:"video,omitempty"`
	File        *Media       `json:"file,omitempty"`
}
