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
