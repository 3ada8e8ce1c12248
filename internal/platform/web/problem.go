package web

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"strconv"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
)

// problemType is the content type of an error.
const problemType = "application/problem+json"

// Problem is an error as a client sees it (RFC 9457).
type Problem struct {
	Type   string `json:"type" doc:"urn:queqiao:problem:<code>"`
	Title  string `json:"title" doc:"what sort of thing went wrong, in the reader's language"`
	Status int    `json:"status" doc:"HTTP status"`
	Detail string `json:"detail" doc:"what went wrong, for people"`
	Code   string `json:"code" enum:"invalid,unauthenticated,forbidden,confirm,unfinished,not_found,conflict,too_large,limited,upstream,unavailable,internal"`
	// Errors are the fields that are wrong.
	Errors []fault.Field `json:"errors,omitempty" doc:"the fields that are wrong"`
	// Advice is what to do about it.
	Advice string `json:"advice,omitempty" doc:"what to do about it"`
	// Upstream is WeCom's errcode when it refused.
	Upstream int `json:"upstream,omitempty" doc:"errcode of WeCom when it refused"`
	// Confirm are the ways in which the caller can prove who he is, when Code is "confirm".
	Confirm []string `json:"confirm,omitempty" doc:"how the caller can confirm who he is; then the call can be repeated"`
	// Reference finds the log lines of this request.
	Reference string `json:"reference,omitempty" doc:"names this request in the log"`

	retryAfter time.Duration
}

// Error makes a Problem an error that Huma passes on as it is.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// GetStatus tells Huma the status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType tells Huma the content type.
func (p *Problem) ContentType(string) string { return problemType }

// GetHeaders tells Huma further headers.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(int((p.retryAfter+time.Second-1)/time.Second)))
	}
	return h
}

// outcome is how a code looks from outside.
type outcome struct {
	status int
	zh, en string
}

// outcomeOf is the one table from codes to HTTP.
func outcomeOf(code fault.Code) outcome {
	switch code {
	case fault.Invalid:
		return outcome{http.StatusUnprocessableEntity, "填写有误", "Invalid input"}
	case fault.Unauthenticated:
		return outcome{http.StatusUnauthorized, "未登录", "Not signed in"}
	case fault.Forbidden:
		return outcome{http.StatusForbidden, "没有权限", "Forbidden"}
	case fault.Confirm:
		return outcome{http.StatusForbidden, "请先确认身份", "Confirm who you are"}
	case fault.Unfinished:
		return outcome{http.StatusForbidden, "请先完成登录设置", "Finish setting up your sign-in"}
	case fault.NotFound:
		return outcome{http.StatusNotFound, "不存在", "Not found"}
	case fault.Conflict:
		return outcome{http.StatusConflict, "状态冲突", "Conflict"}
	case fault.TooLarge:
		return outcome{http.StatusRequestEntityTooLarge, "内容过大", "Too large"}
	case fault.Limited:
		return outcome{http.StatusTooManyRequests, "操作过于频繁", "Too many requests"}
	case fault.Upstream:
		return outcome{http.StatusBadGateway, "企业微信返回错误", "WeCom answered with an error"}
	case fault.Unavailable:
		return outcome{http.StatusServiceUnavailable, "暂时不可用", "Temporarily unavailable"}
	default:
		return outcome{http.StatusInternalServerError, "系统错误", "Internal error"}
	}
}

// retryable is an error that says when to come back.
type retryable struct {
	*fault.Fault
	after time.Duration
}

func (r retryable) Unwrap() error { return r.Fault }

// Limited is the answer to "too often": come back after the given time.
func Limited(after time.Duration) error {
	return retryable{fault.New(fault.Limited, "操作过于频繁，请稍后再试"), after}
}

// confirmable is an error that says how to prove who one is.
type confirmable struct {
	*fault.Fault
	ways []string
}

func (c confirmable) Unwrap() error { return c.Fault }

// ConfirmBy is the answer to a Dangerous call of somebody who has not lately proved who
// he is: the ways to do so are words that the pages know.
func ConfirmBy(ways ...string) error {
	return confirmable{fault.New(fault.Confirm, "此操作需要再次确认身份").WithAdvice("请确认是您本人，然后重试"), ways}
}

// problemOf turns any error into a Problem and logs what people do not get to see.
func problemOf(ctx context.Context, err error) *Problem {
	if p := (*Problem)(nil); errors.As(err, &p) {
		return p
	}
	state := stateOf(ctx)
	f := fault.As(err)
	if f == nil {
		f = unforeseen(ctx, err)
	}
	out := outcomeOf(f.Code)
	p := newProblem(state, f.Code, out.status, f.Message)
	p.Errors, p.Advice, p.Upstream = f.Fields, f.Advice, f.Upstream
	if r := (retryable{}); errors.As(err, &r) {
		p.retryAfter = r.after
	}
	if c := (confirmable{}); errors.As(err, &c) {
		p.Confirm = c.ways
	}
	if f.Code == fault.Internal || f.Code == fault.Unavailable || f.Cause != nil {
		level := slog.LevelInfo
		if f.Code == fault.Internal {
			level = slog.LevelError
		}
		state.log.Log(ctx, level, "request failed", "code", string(f.Code), "error", err.Error(), "reference", state.id)
	}
	return p
}

// unforeseen is the fault behind an error that is none: people learn nothing of it but a
// reference.
func unforeseen(ctx context.Context, err error) *fault.Fault {
	zh := stateOf(ctx).language == languageChinese
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fault.New(fault.Unavailable, in(zh, "处理超时，请稍后再试", "This took too long; try again later")).Because(err)
	case errors.Is(err, context.Canceled):
		return fault.New(fault.Unavailable, in(zh, "请求已取消", "The request was cancelled"))
	default:
		return fault.New(fault.Internal, apology(stateOf(ctx))).Because(err)
	}
}

func apology(st *state) string {
	return in(st.language == languageChinese, "系统出错了，请把编号告诉管理员",
		"Something went wrong on our side; give the reference to your administrator")
}

func in(zh bool, chinese, english string) string {
	if zh {
		return chinese
	}
	return english
}

func newProblem(state *state, code fault.Code, status int, detail string) *Problem {
	out := outcomeOf(code)
	p := &Problem{
		Type: "urn:queqiao:problem:" + string(code), Status: status, Code: string(code),
		Title: in(state.language == languageChinese, out.zh, out.en), Detail: detail, Reference: state.id,
	}
	if p.Detail == "" {
		p.Detail = p.Title
	}
	state.code = code
	return p
}

// writeError answers with err as a problem, unless an answer has begun already.
func writeError(w http.ResponseWriter, r *http.Request, err error) {
	writeProblem(w, r, problemOf(r.Context(), err))
}

func writeProblem(w http.ResponseWriter, r *http.Request, p *Problem) {
	if stateOf(r.Context()).wrote() {
		// Half an answer is out. Ending the connection tells the client that it is half.
		panic(http.ErrAbortHandler)
	}
	sendProblem(w, p)
}

// sendProblem answers with p and takes away what was said for another answer.
func sendProblem(w http.ResponseWriter, p *Problem) {
	h := w.Header()
	for _, name := range []string{"Content-Disposition", "Content-Encoding", "Content-Length", "ETag", "Last-Modified"} {
		h.Del(name)
	}
	maps.Copy(h, p.GetHeaders())
	h.Set("Content-Type", problemType)
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(p); err != nil {
		return // the client is gone; nobody is left to tell
	}
}
