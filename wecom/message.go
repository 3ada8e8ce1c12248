package wecom

import (
	"context"
)

// The kinds of an application message 应用消息.
const (
	MessageText              = "text"
	MessageImage             = "image"
	MessageVoice             = "voice"
	MessageVideo             = "video"
	MessageFile              = "file"
	MessageTextCard          = "textcard"
	MessageNews              = "news"
	MessageMPNews            = "mpnews"
	MessageMarkdown          = "markdown"
	MessageMiniProgramNotice = "miniprogram_notice"
	MessageTemplateCard      = "template_card"
)

// SendMessageRequest is the body of POST /cgi-bin/message/send (doc 90236). At
// least one of ToUser, ToParty and ToTag is given; the part that belongs to
// MsgType is set. A member receives at most 30 messages a minute from one app,
// WeCom drops the rest in silence.
type SendMessageRequest struct {
	ToUser  string `json:"touser,omitempty"`  // userids joined by |, up to 1000, or @all
	ToParty string `json:"toparty,omitempty"` // departments joined by |, up to 100
	ToTag   string `json:"totag,omitempty"`   // contact tags joined by |, up to 100
	MsgType string `json:"msgtype"`           // MessageText …
	AgentID int64  `json:"agentid"`

	Text              *Text              `json:"text,omitempty"` // up to 2048 bytes, longer is cut
	Image             *Media             `json:"image,omitempty"`
	Voice             *Media             `json:"voice,omitempty"`
	Video             *VideoMessage      `json:"video,omitempty"`
	File              *Media             `json:"file,omitempty"`
	TextCard          *TextCard          `json:"textcard,omitempty"`
	News              *News              `json:"news,omitempty"`
	MPNews            *MPNews            `json:"mpnews,omitempty"`
	Markdown          *Text              `json:"markdown,omitempty"` // up to 2048 bytes, WeCom clients only
	MiniProgramNotice *MiniProgramNotice `json:"miniprogram_notice,omitempty"`
	TemplateCard      *TemplateCard      `json:"template_card,omitempty"`

	Safe                   int `json:"safe"`                               // 1: confidential
	EnableIDTrans          int `json:"enable_id_trans"`                    // 1: third-party ids are translated
	EnableDuplicateCheck   int `json:"enable_duplicate_check"`             // 1: a repeated message is dropped
	DuplicateCheckInterval int `json:"duplicate_check_interval,omitempty"` // seconds, default 1800, at most 14400
}

// SendMessageResponse tells who was left out: the call succeeds as long as
// anybody can receive. The ids are joined by | and in lower case.
type SendMessageResponse struct {
	Result
	InvalidUser    string `json:"invaliduser,omitempty"`
	InvalidParty   string `json:"invalidparty,omitempty"`
	InvalidTag     string `json:"invalidtag,omitempty"`
	UnlicensedUser string `json:"unlicenseduser,omitempty"`
	MsgID          string `json:"msgid"`                   // for RecallMessage
	ResponseCode   string `json:"response_code,omitempty"` // for UpdateTemplateCard, once
}

// VideoMessage is a video with its words.
type VideoMessage struct {
	MediaID     string `json:"media_id"`
	Title       string `json:"title,omitempty"`       // up to 128 bytes
	Description string `json:"description,omitempty"` // up to 512 bytes
}

// TextCard 文本卡片 is a text that opens a page.
type TextCard struct {
	Title       string `json:"title"`       // up to 128 bytes
	Description string `json:"description"` // up to 512 bytes, div class gray, normal, highlight
	URL         string `json:"url"`
	BtnTxt      string `json:"btntxt,omitempty"` // up to 4 characters, 详情 by default
}

// News 图文 is a list of articles on pages of one's own.
type News struct {
	Articles []NewsArticle `json:"articles"` // 1 to 8
}

// NewsArticle is one article of News.
type NewsArticle struct {
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
	URL         string `json:"url,omitempty"`
	PicURL      string `json:"picurl,omitempty"`
	BtnTxt      string `json:"btntxt,omitempty"`
	AppID       string `json:"appid,omitempty"`
	PagePath    string `json:"pagepath,omitempty"`
}

// MPNews is a list of articles whose text WeCom stores.
type MPNews struct {
	Articles []MPNewsArticle `json:"articles"` // 1 to 8
}

// MPNewsArticle is one article of MPNews.
type MPNewsArticle struct {
	Title            string `json:"title"`
	ThumbMediaID     string `json:"thumb_media_id"`
	Author           string `json:"author,omitempty"`
	ContentSourceURL string `json:"content_source_url,omitempty"`
	Content          string `json:"content"`
	Digest           string `json:"digest,omitempty"`
}

// MiniProgramNotice is a notice of a mini program.
type MiniProgramNotice struct {
	AppID             string       `json:"appid"`
	Page              string       `json:"page,omitempty"`
	Title             string       `json:"title"`
	Description       string       `json:"description,omitempty"`
	EmphasisFirstItem bool         `json:"emphasis_first_item,omitempty"`
	ContentItem       []NoticeItem `json:"content_item,omitempty"` // up to 10
}

// NoticeItem is one line of a MiniProgramNotice.
type NoticeItem struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// RecallMessageRequest is the body of POST /cgi-bin/message/recall (doc 94867):
// within 24 hours, WeCom clients only.
type RecallMessageRequest struct {
	MsgID string `json:"msgid"`
}

// MessageStatisticsRequest is the body of POST /cgi-bin/message/get_statistics (doc 92369).
type MessageStatisticsRequest struct {
	TimeType int `json:"time_type"` // 0 today, 1 yesterday
}

// MessageStatisticsResponse counts messages by app.
type MessageStatisticsResponse struct {
	Result
	Statistics []AgentMessageCount `json:"statistics"`
}

// AgentMessageCount is the number of messages that one app sent.
type AgentMessageCount struct {
	AgentID int64  `json:"agentid"`
	AppName string `json:"app_name"`
	Count   int    `json:"count"`
}

// SendMessage sends an application message (doc 90236). AgentID is that of the client
// when 0.
func (c *Client) SendMessage(ctx context.Context, request SendMessageRequest) (SendMessageResponse, error) {
	if request.AgentID == 0 {
		request.AgentID = c.app.AgentID
	}
	return post[SendMessageResponse](ctx, c, "/cgi-bin/message/send", request)
}

// RecallMessage takes a message back within 24 hours (doc 94867).
func (c *Client) RecallMessage(ctx context.Context, msgID string) error {
	_, err := post[Result](ctx, c, "/cgi-bin/message/recall", RecallMessageRequest{MsgID: msgID})
	return err
}

// GetMessageStatistics counts the messages of today (0) or yesterday (1) by app (doc
// 92369).
func (c *Client) GetMessageStatistics(ctx context.Context, timeType int) (MessageStatisticsResponse, error) {
	return post[MessageStatisticsResponse](ctx, c, "/cgi-bin/message/get_statistics", MessageStatisticsRequest{TimeType: timeType})
}
