// Package errcode names the error codes 全局错误码 of WeCom that a program can meet
// in the areas this module covers, says what to do about each, and sorts them
// into five classes by how they are to be handled.
//
// A code that is not listed here is handled as ClassItem: the call failed, and
// repeating it would fail again. The official list is at
// developer.work.weixin.qq.com/document/path/90313.
package errcode

import "slices"

// OK is the code of a call that worked.
const OK = 0

// Class says how a failure is to be handled.
type Class string

// The classes.
const (
	// ClassTransient passes by itself: repeat with growing waits, a bounded number of times.
	ClassTransient Class = "transient"
	// ClassToken is cured by a new access token and one repetition.
	ClassToken Class = "token"
	// ClassQuota is a used-up allowance: park the work until the window ends or
	// room is made; never repeat in a loop.
	ClassQuota Class = "quota"
	// ClassConfig needs an administrator: stop the area and show him the advice.
	ClassConfig Class = "config"
	// ClassItem is the end for this one item: record the code, do not repeat.
	ClassItem Class = "item"
)

// Info is what is known about one code.
type Info struct {
	Code     int
	Name     string // the name of the constant
	Class    Class
	AdviceZH string // what to do, in Chinese, for an administrator
	AdviceEN string // the same in English
}

// All lists every known code.
func All() []Info {
	return slices.Concat(access(), parameter(), customer(), publishing(), archive())
}

// Lookup finds what is known about a code.
func Lookup(code int) (Info, bool) {
	all := All()
	i := slices.IndexFunc(all, func(info Info) bool { return info.Code == code })
	if i < 0 {
		return Info{}, false
	}
	return all[i], true
}

// ClassOf gives the class of a code, ClassItem for unknown ones.
func ClassOf(code int) Class {
	if info, ok := Lookup(code); ok {
		return info.Class
	}
	return ClassItem
}
