package profile

import (
	"maps"
	"strconv"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// becauses are the words of the reasons in a file, Chinese and English; the pages have the
// same. Those of what is wrong with a value begin with its field.
func becauses() map[string][2]string {
	return map[string][2]string{
		"broke":       {"处理时发生内部错误，可以重试；详情见事件日志的后台任务", "An internal error came up; it can be tried again. The event log has the job"},
		"fieldsGone":  {"要修改的字段已停用、被删除，或不再允许发起人修改", "A field to change was put away or deleted, or may no longer be changed by who asked"},
		"gone":        {"分群已被删除，或不在发起人的数据范围内", "The segment was deleted, or is outside the scope of who asked"},
		"keyEmpty":    {"没有填写用来匹配客户的内容", "The column that finds the customer is empty"},
		"manyMatch":   {"匹配到 {n} 位客户，无法确定是哪一位", "It fits {n} customers, so it is not certain who is meant"},
		"mayNot":      {"发起人已没有这项权限", "Who asked may not do this any more"},
		"noMember":    {"没有成员「{member}」，或有同名的成员，请填写成员账号", "There is no member \"{member}\", or several are called so: use the userid"},
		"nobody":      {"没有找到客户，或不在您的数据范围内", "The customer was not found, or is outside your scope"},
		"required":    {"「{field}」是必填的，不能清空", "\"{field}\" is required and cannot be cleared"},
		"tooLarge":    {"表格太大：最多 {n} 行。请删去空行、图片和多余的工作表，或拆成几个文件分别导入", "The table is too large: it may have {n} lines. Remove empty lines, pictures and other sheets, or import it in several files"},
		"unreadable":  {"读不了这个文件：请另存为 Excel（.xlsx）或 UTF-8 编码的 .csv 后重新上传", "The file cannot be read: save it as Excel (.xlsx) or as .csv in UTF-8, and upload it again"},
		"uploadGone":  {"上传的文件已被清理，请重新上传", "The uploaded file has been removed: please upload it again"},
		"wrongDate":   {"「{field}」不是日期，请写成 2026-11-22", "\"{field}\" is not a date: write it as 2026-11-22"},
		"wrongFile":   {"「{field}」是文件，文件不能导入", "\"{field}\" is a file, and files cannot be imported"},
		"wrongFiles":  {"「{field}」最多 {n} 个文件", "\"{field}\" takes at most {n} files"},
		"wrongLong":   {"「{field}」最多 {n} 个字", "\"{field}\" takes at most {n} characters"},
		"wrongMany":   {"「{field}」只能填写一个值", "\"{field}\" takes one value only"},
		"wrongNumber": {"「{field}」不是数字", "\"{field}\" is not a number"},
		"wrongOne":    {"「{field}」只能选择一项", "\"{field}\" takes one option only"},
		"wrongOption": {"「{field}」没有这个选项，或已停用", "\"{field}\" has no such option, or it was put away"},
		"wrongPhone":  {"「{field}」不是电话号码", "\"{field}\" is not a telephone number"},
		"wrongWord":   {"「{field}」没有选项「{option}」", "\"{field}\" has no option \"{option}\""},
	}
}

// about is what is wrong with a value of a field, for who reads it later.
func about(wrong web.Because, f Field) web.Because {
	values := map[string]string{"field": f.Name}
	maps.Copy(values, wrong.Values)
	return web.Because{Code: wrong.Code, Values: values}
}

// inForm is what is wrong with a value beside its field in a form, "" when nothing is: the
// words without the field's name.
func inForm(wrong web.Because) string {
	if wrong.None() {
		return ""
	}
	return strings.TrimPrefix(about(wrong, Field{}).In(false, becauses()), "「」")
}

// stopped says why a run cannot go on.
type stopped struct{ why web.Because }

// Error is for the log.
func (s stopped) Error() string { return "profile: the run cannot go on: " + s.why.Code }

// cannot is why a run cannot go on, of what was asked on its way: the customers are no longer
// to be found, or the file cannot be read.
func cannot(kind string, f *fault.Fault) web.Because {
	switch {
	case f.Code == fault.Forbidden || f.Code == fault.Unauthenticated:
		return web.Why("mayNot")
	case kind == runImport && f.Code == fault.TooLarge:
		return web.Why("tooLarge", "n", strconv.Itoa(maxLines))
	case kind == runImport && f.Code == fault.Invalid:
		return web.Why("unreadable")
	case f.Code == fault.NotFound:
		return web.Why("gone")
	case f.Advice != "":
		return web.Because{Text: f.Message + "：" + f.Advice}
	}
	return web.Because{Text: f.Message}
}

// keptReasons is how the reasons of one item are kept: a line each.
func keptReasons(reasons []web.Because) string {
	lines := make([]string, len(reasons))
	for i, r := range reasons {
		lines[i] = r.Kept()
	}
	return strings.Join(lines, "\n")
}

// keptWhys reads what keptReasons wrote, and what was kept in words before.
func keptWhys(text string) []web.Because {
	if text == "" {
		return nil
	}
	var reasons []web.Because
	for line := range strings.SplitSeq(text, "\n") {
		reasons = append(reasons, web.KeptWhy(line))
	}
	return reasons
}
