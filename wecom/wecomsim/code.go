package wecomsim

import (
	"fmt"

	"github.com/queqiao-scrm/queqiao/wecom"
)

// Error codes that the SDK has no name for, because no client needs to know
// them; all others come from package errcode.
const (
	codeBadAgent     = 40056
	codeOAuthMissing = 41008
	codeNeedGET      = 43001
	codeNeedPOST     = 43002
	codeBadJSON      = 47001
)

// apiError is a refusal of the API.
type apiError struct {
	code int
	text string
}

func (e *apiError) Error() string { return fmt.Sprintf("errcode %d: %s", e.code, e.text) }

// fail makes a refusal. The text is for people; WeCom's wording differs.
func fail(code int, format string, args ...any) error {
	return &apiError{code: code, text: fmt.Sprintf(format, args...)}
}

// good is the head of an answer that worked.
func good() wecom.Result { return wecom.Result{ErrMsg: "ok"} }

// Refusal is why an act or a control request was not carried out.
type Refusal struct {
	Field   string `json:"field,omitempty"` // which input
	Message string `json:"message"`
	Missing bool   `json:"-"` // the thing named does not exist
}

func (r *Refusal) Error() string {
	if r.Field == "" {
		return r.Message
	}
	return r.Field + ": " + r.Message
}

func refuse(field, format string, args ...any) error {
	return &Refusal{Field: field, Message: fmt.Sprintf(format, args...)}
}

func missing(field, format string, args ...any) error {
	return &Refusal{Field: field, Message: fmt.Sprintf(format, args...), Missing: true}
}
