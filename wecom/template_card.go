package wecom

import (
	"context"
)

// The kinds of a template card 模板卡片.
const (
	CardTextNotice          = "text_notice"
	CardNewsNotice          = "news_notice"
	CardButtonInteraction   = "button_interaction"
	CardVoteInteraction     = "vote_interaction"
	CardMultipleInteraction = "multiple_interaction"
)

// TemplateCard is a card that may be answered by a press (doc 90236). Which
// parts are allowed depends on CardType; TaskID is required when the card can be
// answered, and is unique within the app: up to 128 bytes of [0-9a-zA-Z_-@].
type TemplateCard struct {
	CardType          string           `json:"card_type"` // CardTextNotice …
	Source            *CardSource      `json:"source,omitempty"`
	ActionMenu        *CardActionMenu  `json:"action_menu,omitempty"`
	TaskID            string           `json:"task_id,omitempty"`
	MainTitle         *CardTitle       `json:"main_title,omitempty"`
	QuoteArea         *CardQuote       `json:"quote_area,omitempty"`
	EmphasisContent   *CardTitle       `json:"emphasis_content,omitempty"`
	SubTitleText      string           `json:"sub_title_text,omitempty"`
	HorizontalContent []CardHorizontal `json:"horizontal_content_list,omitempty"`
	VerticalContent   []CardTitle      `json:"vertical_content_list,omitempty"`
	JumpList          []CardJump       `json:"jump_list,omitempty"`
	CardAction        *CardAction      `json:"card_action,omitempty"`
	CardImage         *CardImage       `json:"card_image,omitempty"`
	ImageTextArea     *CardImageText   `json:"image_text_area,omitempty"`
	ButtonSelection   *CardSelect      `json:"button_selection,omitempty"`
	ButtonList        []CardButton     `json:"button_list,omitempty"`
	Checkbox          *CardCheckbox    `json:"checkbox,omitempty"`
	SelectList        []CardSelect     `json:"select_list,omitempty"`
	SubmitButton      *CardButton      `json:"submit_button,omitempty"`
	ReplaceText       string           `json:"replace_text,omitempty"` // in an update only
}

// CardSource says who sends.
type CardSource struct {
	IconURL   string `json:"icon_url,omitempty"`
	Desc      string `json:"desc,omitempty"`
	DescColor int    `json:"desc_color,omitempty"` // 0 grey, 1 black, 2 red, 3 green
}

// CardActionMenu is the menu in the card's corner.
type CardActionMenu struct {
	Desc       string           `json:"desc,omitempty"`
	ActionList []CardMenuAction `json:"action_list"`
}

// CardMenuAction is one entry of that menu; Key comes back in template_card_menu_event.
type CardMenuAction struct {
	Text string `json:"text"`
	Key  string `json:"key"`
}

// CardTitle is a title with a line below it.
type CardTitle struct {
	Title string `json:"title,omitempty"`
	Desc  string `json:"desc,omitempty"`
}

// CardQuote is a quotation that may lead somewhere.
type CardQuote struct {
	Type      int    `json:"type,omitempty"` // 0 nowhere, 1 URL, 2 mini program
	URL       string `json:"url,omitempty"`
	AppID     string `json:"appid,omitempty"`
	PagePath  string `json:"pagepath,omitempty"`
	Title     string `json:"title,omitempty"`
	QuoteText string `json:"quote_text,omitempty"`
}

// CardHorizontal is one line of name and value.
type CardHorizontal struct {
	Type    int    `json:"type,omitempty"` // 0 text, 1 URL, 2 file, 3 member
	KeyName string `json:"keyname"`
	Value   string `json:"value,omitempty"`
	URL     string `json:"url,omitempty"`
	MediaID string `json:"media_id,omitempty"`
	UserID  string `json:"userid,omitempty"`
}

// CardJump is a line that leads somewhere.
type CardJump struct {
	Type     int    `json:"type,omitempty"` // 0 nowhere, 1 URL, 2 mini program
	Title    string `json:"title"`
	URL      string `json:"url,omitempty"`
	AppID    string `json:"appid,omitempty"`
	PagePath string `json:"pagepath,omitempty"`
}

// CardAction is where the whole card leads; notice cards need one.
type CardAction struct {
	Type     int    `json:"type"` // 1 URL, 2 mini program
	URL      string `json:"url,omitempty"`
	AppID    string `json:"appid,omitempty"`
	PagePath string `json:"pagepath,omitempty"`
}

// CardImage is the large picture.
type CardImage struct {
	URL         string  `json:"url"`
	AspectRatio float64 `json:"aspect_ratio,omitempty"` // width by height, 1.3 to 2.25
}

// CardImageText is a picture with words beside it.
type CardImageText struct {
	Type     int    `json:"type,omitempty"`
	URL      string `json:"url,omitempty"`
	AppID    string `json:"appid,omitempty"`
	PagePath string `json:"pagepath,omitempty"`
	Title    string `json:"title,omitempty"`
	Desc     string `json:"desc,omitempty"`
	ImageURL string `json:"image_url"`
}

// CardButton is a button; Key comes back in template_card_event.
type CardButton struct {
	Type  int    `json:"type,omitempty"` // 0 callback, 1 URL
	Text  string `json:"text"`
	Style int    `json:"style,omitempty"`
	Key   string `json:"key,omitempty"`
	URL   string `json:"url,omitempty"`
}

// CardCheckbox is a question with options to tick.
type CardCheckbox struct {
	QuestionKey string       `json:"question_key"`
	Mode        int          `json:"mode,omitempty"` // 0 one answer, 1 several
	Disable     *bool        `json:"disable,omitempty"`
	OptionList  []CardOption `json:"option_list"`
}

// CardSelect is a question with a drop-down list.
type CardSelect struct {
	QuestionKey string       `json:"question_key"`
	Title       string       `json:"title,omitempty"`
	SelectedID  string       `json:"selected_id,omitempty"`
	Disable     *bool        `json:"disable,omitempty"`
	OptionList  []CardOption `json:"option_list"`
}

// CardOption is one possible answer.
type CardOption struct {
	ID        string `json:"id"`
	Text      string `json:"text"`
	IsChecked *bool  `json:"is_checked,omitempty"`
	Disable   *bool  `json:"disable,omitempty"`
}

// UpdateTemplateCardRequest is the body of POST
// /cgi-bin/message/update_template_card (doc 94888): Button or TemplateCard. The
// pages disagree whether ResponseCode lives 72 or 24 hours; assume 24.
type UpdateTemplateCardRequest struct {
	UserIDs       []string           `json:"userids,omitempty"`  // up to 1000
	PartyIDs      []int64            `json:"partyids,omitempty"` // up to 100
	TagIDs        []int64            `json:"tagids,omitempty"`   // up to 100
	AtAll         int                `json:"atall"`              // 1: everybody who received it
	AgentID       int64              `json:"agentid"`
	ResponseCode  string             `json:"response_code"`
	EnableIDTrans int                `json:"enable_id_trans,omitempty"`
	Button        *CardReplaceButton `json:"button,omitempty"`
	TemplateCard  *TemplateCard      `json:"template_card,omitempty"`
}

// CardReplaceButton puts one dead button in the place of all buttons.
type CardReplaceButton struct {
	TaskID      string `json:"task_id,omitempty"`
	ReplaceName string `json:"replace_name"`
}

// UpdateTemplateCardResponse names the members whose card stayed as it was.
type UpdateTemplateCardResponse struct {
	Result
	InvalidUsers []string `json:"invaliduser,omitempty"`
}

// UpdateTemplateCard changes a card that was sent, with the code that sending it or
// pressing it gave; the code works once (doc 94888). AgentID is that of the client when
// 0.
func (c *Client) UpdateTemplateCard(ctx context.Context, request UpdateTemplateCardRequest) (UpdateTemplateCardResponse, error) {
	if request.AgentID == 0 {
		request.AgentID = c.app.AgentID
	}
	return post[UpdateTemplateCardResponse](ctx, c, "/cgi-bin/message/update_template_card", request)
}
