package wecom

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
	MediaID   string `json:"media_id"`
	CreatedAt string `json:"created_at"`
}

// UploadByURLResultResponse tells how far a job is.
type UploadByURLResultResponse struct {
	Result
	Status int                `json:"status"` // 1 running, 2 done, 3 failed
	Detail *UploadByURLDetail `json:"detail,omitempty"`
}
