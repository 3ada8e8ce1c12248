package callback

// BatchJobResult 异步任务完成 ends a batch job of the contact list (doc 90240).
type BatchJobResult struct {
	Header
	BatchJob BatchJob `xml:"BatchJob"`
}

// BatchJob is how that job ended.
type BatchJob struct {
	JobID   string `xml:"JobId"`
	JobType string `xml:"JobType"` // sync_user, replace_user, invite_user, replace_party
	ErrCode int    `xml:"ErrCode"`
	ErrMsg  string `xml:"ErrMsg"`
}

// UploadMediaJobFinish 异步上传完成 announces the result of media/upload_by_url (doc 96219).
type UploadMediaJobFinish struct {
	Header
	JobID string `xml:"JobId"`
}

// MsgAuditNotify 会话存档事件 tells that the archive has something new (doc 95039): at
// most once in 15 seconds, and without content.
type MsgAuditNotify struct {
	Header
}

// Subscribe 关注 tells that a member entered the range of the app.
type Subscribe struct {
	Header
}

// Unsubscribe 取消关注 tells that a member left the range of the app.
type Unsubscribe struct {
	Header
}

// EnterAgent 进入应用 tells that a member opened the app.
type EnterAgent struct {
	Header
	EventKey string `xml:"EventKey"`
}

// CloseInactiveAgent 应用停用 tells that WeCom suspended an app that nobody used.
type CloseInactiveAgent struct {
	Header
}

// ReopenInactiveAgent 应用恢复 tells that such an app works again.
type ReopenInactiveAgent struct {
	Header
}

// Click 点击菜单 tells that a menu entry was pressed.
type Click struct {
	Header
	EventKey string `xml:"EventKey"`
}

// View 点击菜单跳转链接 tells that a menu entry opened a page; EventKey is its URL.
type View struct {
	Header
	EventKey string `xml:"EventKey"`
}

// ScanCode 扫码 (scancode_push and scancode_waitmsg) tells what a menu entry scanned.
type ScanCode struct {
	Header
	EventKey     string       `xml:"EventKey"`
	ScanCodeInfo ScanCodeInfo `xml:"ScanCodeInfo"`
}

// ScanCodeInfo is what was scanned.
type ScanCodeInfo struct {
	ScanType   string `xml:"ScanType"` // qrcode as a rule
	ScanResult string `xml:"ScanResult"`
}

// SendPictures 发图 (pic_sysphoto, pic_photo_or_album, pic_weixin) tells which
// pictures a menu entry took; they follow as image messages.
type SendPictures struct {
	Header
	EventKey     string       `xml:"EventKey"`
	SendPicsInfo SendPicsInfo `xml:"SendPicsInfo"`
}

// SendPicsInfo lists the pictures by their MD5.
type SendPicsInfo struct {
	Count   int       `xml:"Count"`
	PicList []Picture `xml:"PicList>item"`
}

// Picture is one picture.
type Picture struct {
	PicMD5Sum string `xml:"PicMd5Sum"`
}

// LocationSelect 发送位置 tells which place a menu entry chose.
type LocationSelect struct {
	Header
	EventKey         string           `xml:"EventKey"`
	SendLocationInfo SendLocationInfo `xml:"SendLocationInfo"`
}

// SendLocationInfo is that place. The coordinates are kept as WeCom wrote them.
type SendLocationInfo struct {
	LocationX string `xml:"Location_X"` // latitude
	LocationY string `xml:"Location_Y"` // longitude
	Scale     string `xml:"Scale,omitempty"`
	Label     string `xml:"Label,omitempty"`
	PoiName   string `xml:"Poiname,omitempty"`
}

// Location 上报地理位置 is where a member is when he opens the app. The coordinates
// are kept as WeCom wrote them.
type Location struct {
	Header
	Latitude  string `xml:"Latitude"`
	Longitude string `xml:"Longitude"`
	Precision string `xml:"Precision"`
	AppType   string `xml:"AppType,omitempty"`
}

// TemplateCardEvent 模板卡片事件 tells that somebody answered a template card.
// ResponseCode updates his card, once.
type TemplateCardEvent struct {
	Header
	EventKey      string         `xml:"EventKey"`
	TaskID        string         `xml:"TaskId"`
	CardType      string         `xml:"CardType"`
	ResponseCode  string         `xml:"ResponseCode"`
	SelectedItems []SelectedItem `xml:"SelectedItems>SelectedItem,omitempty"`
}

// TemplateCardMenuEvent 通用模板卡片右上角菜单事件 tells that somebody used the menu
// in the corner of a template card.
type TemplateCardMenuEvent struct {
	Header
	EventKey     string `xml:"EventKey"`
	TaskID       string `xml:"TaskId"`
	CardType     string `xml:"CardType"`
	ResponseCode string `xml:"ResponseCode"`
}

// TaskCardClick 任务卡片事件 tells that somebody pressed a button of a legacy task card.
type TaskCardClick struct {
	Header
	EventKey string `xml:"EventKey"`
	TaskID   string `xml:"TaskId"`
}
