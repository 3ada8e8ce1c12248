package wecom

import (
	"context"
)

// Tag is one corp customer tag 企业客户标签 (doc 92117).
type Tag struct {
	ID         string `json:"id"`
	Name       string `json:"name"`        // up to 30 characters
	CreateTime int64  `json:"create_time"` // unix seconds
	Order      uint32 `json:"order"`       // larger comes first
	Deleted    *bool  `json:"deleted,omitempty"`
}

// TagGroup is a group of corp tags. It always holds at least one tag. Deleted is
// only told when the caller asked for explicit ids.
type TagGroup struct {
	GroupID    string `json:"group_id"`
	GroupName  string `json:"group_name"`
	CreateTime int64  `json:"create_time"`
	Order      uint32 `json:"order"`
	Deleted    *bool  `json:"deleted,omitempty"`
	Tags       []Tag  `json:"tag"`
}

// ListCorpTagsRequest is the body of POST
// /cgi-bin/externalcontact/get_corp_tag_list (doc 92117). Both lists empty asks
// for everything; TagIDs is ignored when GroupIDs is given.
type ListCorpTagsRequest struct {
	TagIDs   []string `json:"tag_id,omitempty"`
	GroupIDs []string `json:"group_id,omitempty"`
}

// ListCorpTagsResponse is the tag library.
type ListCorpTagsResponse struct {
	Result
	Groups []TagGroup `json:"tag_group"`
}

// AddCorpTagRequest is the body of POST /cgi-bin/externalcontact/add_corp_tag.
// GroupID wins over GroupName and Order; an existing GroupName is added to.
type AddCorpTagRequest struct {
	GroupID   string   `json:"group_id,omitempty"`
	GroupName string   `json:"group_name,omitempty"` // up to 30 characters
	Order     *uint32  `json:"order,omitempty"`
	Tags      []NewTag `json:"tag"`
	AgentID   int64    `json:"agentid,omitempty"` // legacy third-party suites only
}

// NewTag is a tag that does not exist yet.
type NewTag struct {
	Name  string  `json:"name"` // up to 30 characters
	Order *uint32 `json:"order,omitempty"`
}

// AddCorpTagResponse holds the group with the tags that were made.
type AddCorpTagResponse struct {
	Result
	Group TagGroup `json:"tag_group"`
}

// EditCorpTagRequest is the body of POST /cgi-bin/externalcontact/edit_corp_tag.
// An app may edit only what it created.
type EditCorpTagRequest struct {
	ID      string  `json:"id"` // of a tag or of a group
	Name    string  `json:"name,omitempty"`
	Order   *uint32 `json:"order,omitempty"`
	AgentID int64   `json:"agentid,omitempty"` // legacy third-party suites only
}

// DeleteCorpTagRequest is the body of POST
// /cgi-bin/externalcontact/del_corp_tag. Deleting the last tag of a group
// deletes the group; at least one list must be given.
type DeleteCorpTagRequest struct {
	TagIDs   []string `json:"tag_id,omitempty"`
	GroupIDs []string `json:"group_id,omitempty"`
	AgentID  int64    `json:"agentid,omitempty"` // legacy third-party suites only
}

// MarkTagRequest is the body of POST /cgi-bin/externalcontact/mark_tag (doc
// 92118): tags of one follow relation. At least one list must be given.
type MarkTagRequest struct {
	UserID         string   `json:"userid"`
	ExternalUserID string   `json:"external_userid"`
	AddTags        []string `json:"add_tag,omitempty"`
	RemoveTags     []string `json:"remove_tag,omitempty"`
}

// ListCorpTags reads the tag library, or a part of it (doc 92117).
func (c *Client) ListCorpTags(ctx context.Context, request ListCorpTagsRequest) (ListCorpTagsResponse, error) {
	return post[ListCorpTagsResponse](ctx, c, "/cgi-bin/externalcontact/get_corp_tag_list", request)
}

// AddCorpTag makes tags, and their group when there is none (doc 92117). WeCom sends no
// callback for changes that come through the API.
func (c *Client) AddCorpTag(ctx context.Context, request AddCorpTagRequest) (AddCorpTagResponse, error) {
	return post[AddCorpTagResponse](ctx, c, "/cgi-bin/externalcontact/add_corp_tag", request)
}

// EditCorpTag renames or moves a tag or a group that this app made (doc 92117).
func (c *Client) EditCorpTag(ctx context.Context, request EditCorpTagRequest) error {
	_, err := post[Result](ctx, c, "/cgi-bin/externalcontact/edit_corp_tag", request)
	return err
}

// DeleteCorpTag deletes tags and groups that this app made (doc 92117).
func (c *Client) DeleteCorpTag(ctx context.Context, request DeleteCorpTagRequest) error {
	_, err := post[Result](ctx, c, "/cgi-bin/externalcontact/del_corp_tag", request)
	return err
}

// MarkTag puts tags on one follow relation and takes them off (doc 92118). Doing it
// twice is harmless.
func (c *Client) MarkTag(ctx context.Context, request MarkTagRequest) error {
	_, err := post[Result](ctx, c, "/cgi-bin/externalcontact/mark_tag", request)
	return err
}
