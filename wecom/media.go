package wecom

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"

	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// The kinds of temporary media.
const (
	MediaImage = "image" // JPG or PNG up to 10 MB
	MediaVoice = "voice" // AMR up to 2 MB and 60 s
	MediaVideo = "video" // MP4 up to 10 MB
	MediaFile  = "file"  // up to 20 MB
)

// The purposes of UploadAttachment.
const (
	AttachmentForMoments = 1 // 朋友圈
	AttachmentForAlbum   = 2 // 商品图册
)

// UploadMediaResponse answers POST /cgi-bin/media/upload (doc 90253). The media
// lives 3 days and can be used by every app of the corp.
type UploadMediaResponse struct {
	Result
	Type      string `json:"type"`
	MediaID   string `json:"media_id"`
	CreatedAt string `json:"created_at"` // unix seconds, written as text
}

// UploadImageResponse answers POST /cgi-bin/media/uploadimg (doc 90256).
type UploadImageResponse struct {
	Result
	URL string `json:"url"` // permanent, inside WeCom only
}

// UploadAttachmentResponse answers POST /cgi-bin/media/upload_attachment (doc 95098).
type UploadAttachmentResponse struct {
	Result
	Type      string `json:"type"`
	MediaID   string `json:"media_id"`
	CreatedAt int64  `json:"created_at"` // unix seconds, a number here
}

// UploadByURLRequest is the body of POST /cgi-bin/media/upload_by_url (doc 96219).
type UploadByURLRequest struct {
	Scene    int    `json:"scene"`    // 1: group welcome 入群欢迎语
	Type     string `json:"type"`     // MediaVideo, MediaFile
	Filename string `json:"filename"` // up to 128 bytes
	URL      string `json:"url"`      // up to 1024 bytes
	MD5      string `json:"md5"`
}

// UploadByURLResponse names the job, whose result is asked for within 60 minutes.
type UploadByURLResponse struct {
	Result
	JobID string `json:"jobid"`
}

// UploadByURLResultRequest is the body of POST /cgi-bin/media/get_upload_by_url_result.
type UploadByURLResultRequest struct {
	JobID string `json:"jobid"`
}

// UploadByURLDetail is how a job ended.
type UploadByURLDetail struct {
	Result
	MediaID   string      `json:"media_id,omitempty"`
	CreatedAt json.Number `json:"created_at,omitempty"` // unix seconds, as number or as text
}

// UploadByURLResultResponse tells how far a job is.
type UploadByURLResultResponse struct {
	Result
	Status int                `json:"status"` // 1 running, 2 done, 3 failed
	Detail *UploadByURLDetail `json:"detail,omitempty"`
}

// File is something to upload. Content is read from its present position to its end,
// and again when the call has to be repeated.
type File struct {
	Name        string // with its extension, which tells WeCom the format
	ContentType string // application/octet-stream when empty
	Content     io.ReadSeeker
}

// UploadMedia uploads temporary media of a kind such as MediaImage (doc 90253).
func (c *Client) UploadMedia(ctx context.Context, kind string, file File) (UploadMediaResponse, error) {
	return upload[UploadMediaResponse](ctx, c, "/cgi-bin/media/upload", url.Values{"type": {kind}}, file)
}

// UploadImage uploads a JPG or PNG up to 2 MB for good (doc 90256). The pages disagree
// whether 100 or 1000 a day are allowed, so keep the addresses.
func (c *Client) UploadImage(ctx context.Context, file File) (UploadImageResponse, error) {
	return upload[UploadImageResponse](ctx, c, "/cgi-bin/media/uploadimg", nil, file)
}

// UploadAttachment uploads temporary media for moments or the album (doc 95098): the
// kind is MediaImage, MediaVideo or MediaFile, the purpose AttachmentForMoments or
// AttachmentForAlbum. Media of UploadMedia is refused there with 40007.
func (c *Client) UploadAttachment(ctx context.Context, kind string, purpose int, file File) (UploadAttachmentResponse, error) {
	query := url.Values{"media_type": {kind}, "attachment_type": {strconv.Itoa(purpose)}}
	return upload[UploadAttachmentResponse](ctx, c, "/cgi-bin/media/upload_attachment", query, file)
}

// UploadByURL lets WeCom fetch a video or file up to 200 MB (doc 96219).
func (c *Client) UploadByURL(ctx context.Context, request UploadByURLRequest) (UploadByURLResponse, error) {
	return post[UploadByURLResponse](ctx, c, "/cgi-bin/media/upload_by_url", request)
}

// GetUploadByURLResult tells how far such a job is (doc 96219).
func (c *Client) GetUploadByURLResult(ctx context.Context, jobID string) (UploadByURLResultResponse, error) {
	return post[UploadByURLResultResponse](ctx, c, "/cgi-bin/media/get_upload_by_url_result", UploadByURLResultRequest{JobID: jobID})
}

// upload sends a file as the part called media, without holding it in memory.
func upload[R any, P ptrAnswer[R]](ctx context.Context, c *Client, path string, query url.Values, file File) (R, error) {
	var response R
	cl := &call{method: http.MethodPost, path: path, query: query}
	if err := cl.file(file); err != nil {
		return response, c.unencodable(cl, err)
	}
	err := c.invoke(ctx, cl, P(&response))
	return response, err
}

// file makes a body of three pieces: what stands before the content, the content, and
// what stands behind it. WeCom wants to know the length beforehand.
func (c *call) file(file File) error {
	start, err := file.Content.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	end, err := file.Content.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	kind := file.ContentType
	if kind == "" {
		kind = "application/octet-stream"
	}
	var frame bytes.Buffer
	form := multipart.NewWriter(&frame)
	if _, err := form.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition("media", file.Name)},
		"Content-Type":        {kind},
	}); err != nil {
		return err
	}
	split := frame.Len()
	if err := form.Close(); err != nil {
		return err
	}
	head, tail := frame.Bytes()[:split], frame.Bytes()[split:]

	c.contentType = form.FormDataContentType()
	c.body = func() (io.Reader, int64, error) {
		if _, err := file.Content.Seek(start, io.SeekStart); err != nil {
			return nil, 0, err
		}
		// The content is hidden behind a plain reader, or net/http would close it.
		body := io.MultiReader(bytes.NewReader(head), io.LimitReader(file.Content, end-start), bytes.NewReader(tail))
		return body, int64(frame.Len()) + end - start, nil
	}
	return nil
}

// Download is media on its way. The caller closes Body.
type Download struct {
	ContentType string
	Filename    string // as WeCom names it, may be empty
	Size        int64  // bytes, -1 when not told
	Body        io.ReadCloser
}

// GetMedia downloads temporary media (doc 90254). Media above 20 MB needs a range, as in
// bytes=0-20971519; an empty range asks for all.
func (c *Client) GetMedia(ctx context.Context, mediaID, byteRange string) (Download, error) {
	return c.download(ctx, "/cgi-bin/media/get", mediaID, byteRange)
}

// GetVoice downloads a voice message recorded by the JS-SDK, in speex at 16 kHz (doc
// 90255).
func (c *Client) GetVoice(ctx context.Context, mediaID string) (Download, error) {
	return c.download(ctx, "/cgi-bin/media/get/jssdk", mediaID, "")
}

func (c *Client) download(ctx context.Context, path, mediaID, byteRange string) (Download, error) {
	var got Download
	cl := &call{method: http.MethodGet, path: path, query: url.Values{"media_id": {mediaID}}}
	if byteRange != "" {
		cl.header = http.Header{"Range": {byteRange}}
	}
	cl.raw = func(response *http.Response) bool {
		kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
		disposition := response.Header.Get("Content-Disposition")
		// Errors are JSON without a file's name; a JSON file has one.
		if disposition == "" && (kind == "application/json" || kind == "text/plain" || kind == "text/html" || kind == "") {
			return false
		}
		got = Download{ContentType: kind, Size: response.ContentLength, Body: response.Body}
		if _, params, err := mime.ParseMediaType(disposition); err == nil {
			got.Filename = params["filename"]
		}
		return true
	}
	var result noMedia
	if err := c.invoke(ctx, cl, &result); err != nil {
		return Download{}, err
	}
	if got.Body == nil {
		return Download{}, &Error{
			Op: cl.op(), App: c.app.Name, Class: errcode.ClassItem, Err: errors.New("the answer holds no media"),
		}
	}
	return got, nil
}

// noMedia is what comes in the place of media.
type noMedia struct{ Result }
