package corp

import (
	"errors"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// Fault makes an error of a call fit for people: upstream, with WeCom's errcode and what
// to do about it. Errors that are not WeCom's are given back as they are.
func Fault(err error) error {
	e, ok := errors.AsType[*wecom.Error](err)
	if !ok {
		return err
	}
	advice, _ := e.Advice()
	f := &fault.Fault{Code: fault.Upstream, Upstream: e.Code, Advice: advice, Cause: err}
	switch {
	case e.Class == errcode.ClassQuota:
		f.Message = "企业微信暂时限制了调用频率"
	case e.Code != 0:
		f.Message = "企业微信拒绝了请求"
	default:
		f.Message = "暂时无法连接企业微信"
	}
	return f
}

// Advice says in Chinese and English why WeCom refused and what to do, from the errcode that
// was kept beside what failed. Kept is what was known then, in Chinese; it is all there is
// where WeCom gave no errcode.
func Advice(code int, kept string) (chinese, english string) {
	if code != 0 {
		e := wecom.Error{Code: code}
		chinese, english = e.Advice()
	} else {
		chinese, english = "企业微信长时间没有应答", "WeCom did not take it, or did not answer for a long time: see its calls in the event log."
	}
	if kept != "" {
		chinese = kept
	}
	return chinese, english
}
