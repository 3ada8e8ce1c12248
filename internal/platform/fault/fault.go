// Package fault is the one kind of error that reaches people.
//
// A fault has a code (what sort of thing went wrong), a message for the person who
// caused it, the fields it concerns, and a cause that only the log sees. Everything
// else that a function may return is an internal error: its text never leaves the
// program.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Code says what sort of thing went wrong. It decides the HTTP status and nothing else.
type Code string

// The codes. There are no others: a new one needs a place in platform/web's status table.
const (
	Invalid         Code = "invalid"         // the input breaks a rule; Fields says which
	Unauthenticated Code = "unauthenticated" // nobody is signed in
	Forbidden       Code = "forbidden"       // signed in, but the permission is missing
	Confirm         Code = "confirm"         // signed in, but it must be proved anew who is there
	Unfinished      Code = "unfinished"      // signed in, but something must be done first, such as a new password
	NotFound        Code = "not_found"       // does not exist, or lies outside the viewer's scope
	Conflict        Code = "conflict"        // the present state does not allow it
	TooLarge        Code = "too_large"       // the input is larger than we take
	Limited         Code = "limited"         // too often; try again later
	Upstream        Code = "upstream"        // WeCom or another system outside refused or failed
	Unavailable     Code = "unavailable"     // starting, stopping, or the database is away
	Internal        Code = "internal"        // our own mistake
)

// Field is one input field with what is wrong with it.
type Field struct {
	Name    string `json:"field"`   // path as the client sent it: "name", "shifts[2].from"
	Message string `json:"message"` // what is wrong and what to do
}

// Fault is an error with words for people.
type Fault struct {
	Code    Code
	Message string
	Fields  []Field
	// Advice says what to do about it, e.g. where in WeCom's admin console to put it right.
	Advice string
	// Upstream is the errcode of WeCom when Code is Upstream, else 0.
	Upstream int
	Cause    error // for the log only
}

// New makes a fault.
func New(code Code, message string) *Fault { return &Fault{Code: code, Message: message} }

// Newf makes a fault with a formatted message.
func Newf(code Code, format string, args ...any) *Fault {
	return &Fault{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Missing is the answer to "not there" and to "not yours" alike.
func Missing(what string) *Fault {
	return Newf(NotFound, "%s 不存在，或不在您的数据范围内", what)
}

// Error is for logs; clients get Message.
func (f *Fault) Error() string {
	var b strings.Builder
	b.WriteString(string(f.Code))
	b.WriteString(": ")
	b.WriteString(f.Message)
	for _, x := range f.Fields {
		b.WriteString("; " + x.Name + ": " + x.Message)
	}
	if f.Cause != nil {
		b.WriteString(": " + f.Cause.Error())
	}
	return b.String()
}

// Unwrap gives the cause.
func (f *Fault) Unwrap() error { return f.Cause }

// Because attaches a cause for the log and returns f.
func (f *Fault) Because(err error) *Fault { f.Cause = err; return f }

// WithAdvice says what to do and returns f.
func (f *Fault) WithAdvice(advice string) *Fault { f.Advice = advice; return f }

// As finds a fault in err's chain; nil when there is none.
func As(err error) *Fault {
	if f, ok := errors.AsType[*Fault](err); ok {
		return f
	}
	return nil
}

// CodeOf gives the code of err: Internal for anything that is not a fault, "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if f := As(err); f != nil {
		return f.Code
	}
	return Internal
}

// Check collects field errors so that a form shows all of them at once.
type Check struct{ fields []Field }

// That records message for the field unless ok.
func (c *Check) That(ok bool, field, message string) {
	if !ok {
		c.fields = append(c.fields, Field{Name: field, Message: message})
	}
}

// Err gives nil, or one Invalid fault with every field.
func (c *Check) Err() error {
	if len(c.fields) == 0 {
		return nil
	}
	return &Fault{Code: Invalid, Message: "填写有误，请检查标出的字段", Fields: c.fields}
}
