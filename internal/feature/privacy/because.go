package privacy

// becauses are the words of why a request came to nothing, Chinese and English, for the audit
// log; the pages have the same.
func becauses() map[string][2]string {
	return map[string][2]string{
		"broke":  {"处理时多次出错，请在事件日志的后台任务中查看，然后重新提交", "Errors came up again and again: see the job in the event log, then ask again"},
		"gone":   {"客户已不存在", "The customer does not exist any more"},
		"mayNot": {"经办人已没有处理这位客户的权限，请由有权限的人重新提交", "Who took it up may no longer handle this customer: somebody who may has to ask again"},
	}
}
