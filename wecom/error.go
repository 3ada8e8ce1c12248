package wecom

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// ErrSecretRefused is wrapped by the errors of calls that were not made, because
// WeCom refused the secret shortly before. ResetSecret lets the next call through.
var ErrSecretRefused = errors.New("the secret was refused before and is not tried again for now")

// ErrTooLarge is wrapped by the error of a call whose answer was larger than
// Options.MaxResponse.
var ErrTooLarge = errors.New("the answer is too large")

// ErrCursor is yielded by iterators when WeCom gives the cursor that it was asked
// with, which would go round for ever.
var ErrCursor = errors.New("the cursor does not move")

// Error is the failure of one operation. Its text holds neither tokens nor secrets.
type Error struct {
	Op         string        // the path without /cgi-bin/, such as externalcontact/get
	App        string        // App.Name of the client
	Code       int           // WeCom's errcode, 0 when there was none
	Msg        string        // WeCom's errmsg, for logs and support only
	HTTPStatus int           // 0 when there was no answer
	Class      errcode.Class // how to handle it
	Err        error         // the cause when the failure was not WeCom's own
}

// Error says what failed and, for known codes, what to do about it.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("wecom: " + e.Op)
	if e.App != "" {
		b.WriteString(" (" + e.App + ")")
	}
	if e.Code != 0 {
		fmt.Fprintf(&b, ": errcode %d", e.Code)
		if info, ok := errcode.Lookup(e.Code); ok {
			b.WriteString(" " + info.Name + ": " + info.AdviceEN)
		}
	}
	if e.HTTPStatus != 0 && e.HTTPStatus != 200 {
		fmt.Fprintf(&b, ": HTTP status %d", e.HTTPStatus)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	if e.Msg != "" {
		b.WriteString(" [" + e.Msg + "]")
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is lets errors.Is ask for a code: errors.Is(err, wecom.Code(errcode.NotFollowed)).
func (e *Error) Is(target error) bool {
	code, ok := target.(Code)
	return ok && int(code) == e.Code
}

// Advice says in Chinese and English what an administrator can do. Failures without a
// known code have advice by their class.
func (e *Error) Advice() (chinese, english string) {
	if info, ok := errcode.Lookup(e.Code); ok {
		return info.AdviceZH, info.AdviceEN
	}
	switch {
	case e.Code != 0:
		return fmt.Sprintf("企业微信返回了错误码 %d：请在官方错误码页面查询。", e.Code),
			fmt.Sprintf("WeCom answered with code %d: look it up on the official page of codes.", e.Code)
	case e.Class == errcode.ClassTransient:
		return "暂时无法连接企业微信：稍后自动重试；若持续出现，请检查网络与代理。",
			"WeCom cannot be reached at the moment: a retry follows; check network and proxy if it lasts."
	default:
		return "企业微信的应答不符合预期：请检查接口地址与代理。",
			"WeCom's answer is not as expected: check the base address and the proxy."
	}
}

// RetryAfter suggests how long to wait before repeating. ok is false when repeating
// is pointless. For quotas it is the shortest window, a minute; when the code comes
// again the hour's window is the exceeded one.
func (e *Error) RetryAfter() (wait time.Duration, ok bool) {
	switch e.Class {
	case errcode.ClassTransient, errcode.ClassToken:
		return time.Second, true
	case errcode.ClassQuota:
		return time.Minute, true
	default:
		return 0, false
	}
}

// Code is an errcode as a target of errors.Is.
type Code int

// Error makes a Code usable as a target.
func (c Code) Error() string { return fmt.Sprintf("errcode %d", int(c)) }

// ClassOf gives the class of any error that came from a Client, empty for others.
func ClassOf(err error) errcode.Class {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Class
	}
	return ""
}

// CodeOf gives WeCom's code inside an error, 0 when there is none.
func CodeOf(err error) int {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return 0
}

// IsTransient tells whether the failure may pass by itself. Whether the call was
// carried out is not known when there was no answer.
func IsTransient(err error) bool { return ClassOf(err) == errcode.ClassTransient }

// IsToken tells whether the access token was refused twice.
func IsToken(err error) bool { return ClassOf(err) == errcode.ClassToken }

// IsQuota tells whether an allowance is used up.
func IsQuota(err error) bool { return ClassOf(err) == errcode.ClassQuota }

// IsConfig tells whether an administrator has to act.
func IsConfig(err error) bool { return ClassOf(err) == errcode.ClassConfig }

// IsItem tells whether this one item failed for good.
func IsItem(err error) bool { return ClassOf(err) == errcode.ClassItem }

// cause makes the error of an exchange fit to be shown. The address of a request
// holds the token, or the secret, or a login code, and net/http writes the address
// into its errors.
func cause(err error, secrets ...string) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	if text := redact(err.Error(), secrets...); text != err.Error() {
		return &redacted{text, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded)}
	}
	return err
}

// redacted stands for an error whose text held a secret. It does not unwrap, so
// that nobody can print what was taken out.
type redacted struct {
	text               string
	canceled, deadline bool
}

func (r *redacted) Error() string { return r.text }

func (r *redacted) Is(target error) bool {
	return r.canceled && target == context.Canceled || r.deadline && target == context.DeadlineExceeded
}

// redact takes secrets, also in the form they have inside an address, out of a text.
func redact(text string, secrets ...string) string {
	for _, secret := range secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "***")
			text = strings.ReplaceAll(text, url.QueryEscape(secret), "***")
		}
	}
	return text
}
