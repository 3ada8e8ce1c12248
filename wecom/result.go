package wecom

// Result is what every WeCom answer carries, whatever else it holds. Zero
// means done. The text is for logs and support only: WeCom changes its wording,
// so nothing may be decided on it.
type Result struct {
	ErrCode int    `json:"errcode"`
	ErrMsg  string `json:"errmsg"`
}

func (r *Result) result() *Result { return r }

// answer is satisfied by every response type through its embedded Result, so
// that one decoder can look for the error code.
type answer interface{ result() *Result }
