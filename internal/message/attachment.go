package message

import (
	"net/url"
	"strconv"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
)

func (a Attachment) validate(check *fault.Check, path string, i int) {
	at := path + ".attachments[" + strconv.Itoa(i) + "]"
	switch a.Kind {
	case Image:
		check.That(a.Blob != "" || a.URL != "", at+".blob", "请选择图片")
	case Video, File:
		check.That(a.Blob != "", at+".blob", "请选择文件")
	case Link:
		check.That(a.Title != "" && len(a.Title) <= MaxLinkTitleBytes, at+".title", "链接标题必填，最多 128 字节")
		check.That(len(a.Desc) <= MaxLinkDescBytes, at+".desc", "链接描述最多 512 字节")
		check.That(webURL(a.URL), at+".url", "请填写以 http:// 或 https:// 开头的链接，最多 2048 字节")
		check.That(a.Picture == "" || webURL(a.Picture), at+".picture", "封面图须是 http:// 或 https:// 链接")
	case MiniProgram:
		check.That(a.Title != "" && len(a.Title) <= MaxMiniTitleBytes, at+".title", "小程序标题必填，最多 64 字节")
		check.That(a.AppID != "", at+".appid", "请填写小程序 AppID，且小程序须已关联到企业")
		check.That(a.Page != "", at+".page", "请填写小程序页面路径")
		check.That(a.Blob != "", at+".blob", "请选择小程序封面图")
	default:
		check.That(false, at+".kind", "附件类型须是 image、link、miniprogram、video 或 file")
	}
}

func webURL(s string) bool {
	if len(s) > MaxURLBytes {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
