package corp

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// saidAlone is the code, in what is kept, of a reason that is only what WeCom said.
const saidAlone = "wecom"

// Why is why a call came to nothing, to be kept and to be read by Told: WeCom's errcode, or
// how it failed where there is none. It is none for errors that are not WeCom's.
func Why(err error) web.Because {
	if _, ok := errors.AsType[*wecom.Error](err); !ok {
		return web.Because{}
	}
	return WhyAfter(saidAlone, err)
}

// WhyRefused is Why for an errcode that WeCom gave of one item.
func WhyRefused(code int) web.Because { return Why(&wecom.Error{Code: code}) }

// WhyAfter is a reason of ours that came of a failed call: its words may have "{said}" for
// what WeCom said.
func WhyAfter(code string, err error, values ...string) web.Because {
	if e, ok := errors.AsType[*wecom.Error](err); ok && e.Code != 0 {
		values = append(values, "errcode", strconv.Itoa(e.Code))
	} else if ok {
		values = append(values, "class", string(e.Class))
	}
	return web.Why(code, values...)
}

// Told reads what was kept, with what WeCom said in Chinese and English. Code is the errcode
// that stands beside words kept before there were codes, 0 for none.
func Told(kept string, code int) web.Because {
	b := web.KeptWhy(kept)
	if b.Code == "" {
		if b.Text != "" && code != 0 {
			_, b.EN = advised(wecom.Error{Code: code})
		}
		return b
	}
	number, refused := b.Values["errcode"]
	class, failed := b.Values["class"]
	if !refused && !failed {
		return b
	}
	e := wecom.Error{Class: errcode.Class(class)}
	e.Code, _ = strconv.Atoi(number) // Why wrote it
	b.Text, b.EN = advised(e)
	delete(b.Values, "class")
	if b.Code == saidAlone {
		b.Code = ""
	}
	if b.Code == "" || len(b.Values) == 0 {
		b.Values = nil
	}
	return b
}

// advised is the advice on a failed call, with WeCom's errcode.
func advised(e wecom.Error) (chinese, english string) {
	chinese, english = e.Advice()
	if _, known := errcode.Lookup(e.Code); known && e.Code != 0 {
		chinese, english = fmt.Sprintf("%s（%d）", chinese, e.Code), fmt.Sprintf("%s (%d)", english, e.Code)
	}
	return chinese, english
}
