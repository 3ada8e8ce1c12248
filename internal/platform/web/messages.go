package web

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
)

// phrase is one message of Huma's validation in words for people. $1, $2 stand for what
// the message holds; a field that is named there ("required property name") is added to
// the location.
type phrase struct {
	pattern *regexp.Regexp
	zh, en  string
	names   bool // $1 is the name of a field below the location
}

// translator turns Huma's own errors into problems in the reader's language. Huma puts
// them together from constants with %v; the constants are read back as patterns, so that
// a changed wording of Huma's changes both sides.
type translator struct{ phrases []phrase }

func newTranslator() *translator {
	t := &translator{}
	say := func(format, zh, en string) {
		t.phrases = append(t.phrases, phrase{pattern: patternOf(format), zh: zh, en: en})
	}
	name := func(format, zh, en string) {
		t.phrases = append(t.phrases, phrase{pattern: patternOf(format), zh: zh, en: en, names: true})
	}
	name(validation.MsgExpectedRequiredProperty, "必填", "is required")
	name(validation.MsgExpectedDependentRequiredProperty, "填写 $2 时必填", "is required together with $2")
	say(validation.MsgUnexpectedProperty, "没有这个字段，请检查拼写", "is not a field here; check the spelling")
	say("unknown query parameter", "没有这个查询参数，请检查拼写", "is not a query parameter here; check the spelling")
	say("required %s parameter is missing", "必填", "is required")
	say("expected length >= 1", "不能为空", "must not be empty")
	say(validation.MsgExpectedMinLength, "至少 $1 个字符", "must have at least $1 characters")
	say(validation.MsgExpectedMaxLength, "最多 $1 个字符", "must have at most $1 characters")
	say("expected array length >= 1", "至少选择 1 项", "must have at least 1 item")
	say(validation.MsgExpectedMinItems, "至少 $1 项", "must have at least $1 items")
	say(validation.MsgExpectedMaxItems, "最多 $1 项", "must have at most $1 items")
	say(validation.MsgExpectedArrayItemsUnique, "不能重复", "must not hold the same item twice")
	say(validation.MsgExpectedMinProperties, "至少 $1 个字段", "must have at least $1 fields")
	say(validation.MsgExpectedMaxProperties, "最多 $1 个字段", "must have at most $1 fields")
	say(validation.MsgExpectedMinimumNumber, "不能小于 $1", "must be at least $1")
	say(validation.MsgExpectedExclusiveMinimumNumber, "必须大于 $1", "must be greater than $1")
	say(validation.MsgExpectedMaximumNumber, "不能大于 $1", "must be at most $1")
	say(validation.MsgExpectedExclusiveMaximumNumber, "必须小于 $1", "must be less than $1")
	say(validation.MsgExpectedNumberBeMultipleOf, "必须是 $1 的倍数", "must be a multiple of $1")
	say(validation.MsgExpectedOneOf, "只能是以下之一：$1", "must be one of: $1")
	say(validation.MsgExpectedBoolean, "必须是 true 或 false", "must be true or false")
	say("invalid boolean", "必须是 true 或 false", "must be true or false")
	say(validation.MsgExpectedInteger, "必须是整数", "must be a whole number")
	say("invalid integer", "必须是整数", "must be a whole number")
	say(validation.MsgExpectedNumber, "必须是数字", "must be a number")
	say("invalid float", "必须是数字", "must be a number")
	say("invalid floating value", "必须是数字", "must be a number")
	say(validation.MsgExpectedString, "必须是文字", "must be text")
	say(validation.MsgExpectedArray, "必须是列表", "must be a list")
	say(validation.MsgExpectedObject, "必须是对象", "must be an object")
	say(validation.MsgExpectedBase64String, "必须是 Base64", "must be Base64")
	say(validation.MsgExpectedRFC3339DateTime, "必须是时间，如 2026-01-02T15:04:05+08:00", "must be a time such as 2026-01-02T15:04:05+08:00")
	say("invalid date/time for format %s", "必须是时间，如 2026-01-02T15:04:05+08:00", "must be a time such as 2026-01-02T15:04:05+08:00")
	say(validation.MsgExpectedRFC3339Date, "必须是日期，如 2026-01-02", "must be a date such as 2026-01-02")
	say(validation.MsgExpectedRFC3339Time, "必须是时刻，如 15:04:05", "must be a time of day such as 15:04:05")
	say(validation.MsgExpectedDuration, "必须是时长，如 10m", "must be a duration such as 10m")
	say(validation.MsgExpectedRFC5322Email, "必须是邮箱地址", "must be an e-mail address")
	say(validation.MsgExpectedRFC3986URI, "必须是网址", "must be a URL")
	say("invalid url.URL value", "必须是网址", "must be a URL")
	say(validation.MsgExpectedRFC5890Hostname, "必须是域名", "must be a host name")
	say(validation.MsgExpectedRFC4122UUID, "必须是 UUID", "must be a UUID")
	say(validation.MsgExpectedMatchExactlyOneSchema, "不符合任何一种允许的形式", "matches none of the allowed forms")
	say(validation.MsgExpectedMatchAtLeastOneSchema, "不符合任何一种允许的形式", "matches none of the allowed forms")
	say("expected at most one value, but received multiple values", "只能给一个值", "takes one value only")
	// The widest last: "expected string to be …" begins many of those above.
	say(validation.MsgExpectedBePattern, "格式不正确（$1）", "is not a valid $1")
	say(validation.MsgExpectedMatchPattern, "格式不正确", "has the wrong form (want $1)")
	return t
}

// patternOf reads a format back: each verb matches anything.
func patternOf(format string) *regexp.Regexp {
	quoted := regexp.QuoteMeta(format)
	for _, verb := range []string{"%v", "%d", "%s"} {
		quoted = strings.ReplaceAll(quoted, verb, "(.*)")
	}
	return regexp.MustCompile("(?s)^" + quoted + "$")
}

// transform is a huma.Transformer: it exchanges Huma's error model for a Problem and
// leaves everything else alone.
func (t *translator) transform(ctx huma.Context, _ string, v any) (any, error) {
	model, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	st := stateOf(ctx.Context())
	zh := st.language == languageChinese
	switch model.Status {
	case http.StatusRequestEntityTooLarge:
		limit := ctx.Operation().MaxBodyBytes - 1
		return newProblem(st, fault.TooLarge, model.Status, tooLarge(zh, limit)), nil
	case http.StatusUnsupportedMediaType:
		return newProblem(st, fault.Invalid, model.Status, in(zh, "请求内容必须是 application/json", "The body must be application/json")), nil
	case http.StatusRequestTimeout:
		return newProblem(st, fault.Unavailable, model.Status, in(zh, "请求内容没有及时送达", "The body did not arrive in time")), nil
	case http.StatusBadRequest:
		if len(model.Errors) == 0 {
			return newProblem(st, fault.Invalid, model.Status, in(zh, "缺少请求内容", "The request needs a body")), nil
		}
		return newProblem(st, fault.Invalid, model.Status, in(zh, "请求内容不是有效的 JSON", "The body is not valid JSON")), nil
	case http.StatusUnprocessableEntity:
		p := newProblem(st, fault.Invalid, model.Status, in(zh, "填写有误，请检查标出的字段", "Some fields are wrong; see errors"))
		for _, e := range model.Errors {
			if e != nil {
				p.Errors = append(p.Errors, t.field(zh, e))
			}
		}
		return p, nil
	default:
		// Huma could not read the request: the client went away or sent garbage.
		st.log.Info("unreadable request", "status", model.Status, "detail", model.Detail, "reference", st.id)
		return newProblem(st, fault.Invalid, model.Status, in(zh, "无法读取请求", "The request cannot be read")), nil
	}
}

// field is one of Huma's errors for people. The value is not given back: it may be a
// password.
func (t *translator) field(zh bool, e *huma.ErrorDetail) fault.Field {
	f := fault.Field{Name: fieldName(e.Location), Message: in(zh, "格式不正确", "has the wrong form")}
	for _, p := range t.phrases {
		groups := p.pattern.FindStringSubmatchIndex(e.Message)
		if groups == nil {
			continue
		}
		f.Message = string(p.pattern.ExpandString(nil, in(zh, p.zh, p.en), e.Message, groups))
		if p.names {
			f.Name = strings.TrimPrefix(f.Name+"."+e.Message[groups[2]:groups[3]], ".")
		}
		break
	}
	return f
}

// fieldName is a location without the part that says where in the request it is: forms
// do not know it.
func fieldName(location string) string {
	for _, part := range []string{"body", "query", "path", "header", "cookie", "form"} {
		if location == part {
			return ""
		}
		if name, ok := strings.CutPrefix(location, part+"."); ok {
			return name
		}
		if strings.HasPrefix(location, part+"[") {
			return strings.TrimPrefix(location, part)
		}
	}
	return location
}
