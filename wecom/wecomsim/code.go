package wecomsim

import (
	"fmt"

	"github.com/queqiao-scrm/queqiao/wecom"
)

// The error codes the simulator answers, named by what they say. Meanings are
// in the official list (errors-and-limits.md).
const (
	codeBusy              = -1
	codeBadSecret         = 40001
	codeBadUserID         = 40003
	codeBadMediaType      = 40004
	codeBadMediaParam     = 40005
	codeMediaSize         = 40006
	codeBadMedia          = 40007
	codeBadCorpID         = 40013
	codeBadToken          = 40014
	codeBadOAuthCode      = 40029
	codeAllUsersBad       = 40031
	codeBadAgent          = 40056
	codeBadParameter      = 40058
	codeEmptyParameter    = 40063
	codeBadDepartments    = 40066
	codeBadTag            = 40068
	codeBadTagName        = 40071
	codeBadExternal       = 40096
	codeNotRealName       = 40098
	codeTagQuota          = 40126
	codeTokenMissing      = 41001
	codeCorpIDMissing     = 41002
	codeSecretMissing     = 41004
	codeOAuthMissing      = 41008
	codeWayQuota          = 41045
	codeWelcomeMissing    = 41049
	codeWelcomeInvalid    = 41050
	codeWelcomeLate       = 41051
	codeNotActivated      = 41054
	codeTooManyAttached   = 41064
	codeBadAttachment     = 41065
	codeNothingToSend     = 40058 // the code for an empty welcome is unverified
	codeWelcomeSending    = 41096
	codeTokenExpired      = 42001
	codeOAuthUsed         = 42022
	codeNeedGET           = 43001
	codeNeedPOST          = 43002
	codeEmptyMedia        = 44001
	codeEmptyText         = 44004
	codeMediaTooBig       = 45001
	codeTextTooLong       = 45002
	codeVoiceTooLong      = 45007
	codeArticles          = 45008
	codeFrequency         = 45009
	codeConcurrency       = 45033
	codeNoSuchUser        = 46004
	codeBadJSON           = 47001
	codeNotAllowed        = 48002
	codeNoDetail          = 48009
	codeBadRedirect       = 50001
	codeNotInRange        = 50002
	codeAppDisabled       = 50003
	codeNoDepartment      = 60003
	codeNoParent          = 60004
	codeHasMembers        = 60005
	codeHasChildren       = 60006
	codeDepartmentName    = 60008
	codeNoPermission      = 60011
	codeUntrustedIP       = 60020
	codeUserIDTaken       = 60102
	codeBadMobile         = 60103
	codeMobileTaken       = 60104
	codeBadEmail          = 60105
	codeEmailTaken        = 60106
	codeUserUnknown       = 60111
	codeBadDepartment     = 60123
	codeNoMobileNoEmail   = 60129
	codeBadResponseCode   = 60140
	codeTooDeep           = 81002
	codeAllInvalid        = 81013
	codeTooManyObjects    = 81017
	codeNoRecipients      = 82001
	codeTicketExpired     = 84014
	codeTicketInvalid     = 84015
	codeNoRelation        = 84061
	codeNoCustomerContact = 84074
	codeNotCustomerGroup  = 90501
	codeBadOpenGID        = 90511
	codeRangeTooLarge     = 830002
	codeForeignAgent      = 301002
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
