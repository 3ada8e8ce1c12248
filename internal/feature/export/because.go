package export

import (
	"errors"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// becauses are the words of why there is no file, Chinese and English, for the audit log; the
// pages have the same.
func becauses() map[string][2]string {
	return map[string][2]string{
		"broke":      {"生成文件时多次出错，请在事件日志的后台任务中查看，然后重新导出", "Errors came up again and again while the file was made: see the job in the event log, then export again"},
		"columnGone": {"列 {column} 已不存在，请重新导出", "The column {column} does not exist any more: please export again"},
		"filter":     {"导出的筛选条件已无法识别，请刷新列表后重新导出", "The filter of the export is no longer understood: refresh the list and export again"},
		"gone":       {"筛选所用的分群、流程等已被删除，或不在导出人的数据范围内", "A segment, flow or the like of the filter was deleted, or is outside the scope of who exports"},
		"mayNot":     {"导出人已没有导出这个列表的权限", "Who exports may not export this list any more"},
	}
}

// refusal says that there will be no file, however often it is tried, and why.
type refusal struct{ why web.Because }

// Error is for the log.
func (r refusal) Error() string { return "export: there will be no file: " + r.why.Code }

// whyNot tells why there will be no file, of an error that trying again does not mend: a
// right that is gone, a filter that no longer fits.
func whyNot(err error) (why web.Because, stands bool) {
	if r, ok := errors.AsType[refusal](err); ok {
		return r.why, true
	}
	f := fault.As(err)
	if f == nil || f.Code == fault.Internal {
		return web.Because{}, false
	}
	switch f.Code {
	case fault.Forbidden, fault.Unauthenticated:
		return web.Why("mayNot"), true
	case fault.NotFound:
		return web.Why("gone"), true
	case fault.Invalid:
		return web.Why("filter"), true
	default:
	}
	if f.Advice != "" {
		return web.Because{Text: f.Message + "。" + f.Advice}, true
	}
	return web.Because{Text: f.Message}, true
}
