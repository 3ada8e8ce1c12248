package event

// AppSuspended says that WeCom suspended or re-enabled a self-built app for disuse
// (close_inactive_agent, reopen_inactive_agent): an administrator has to act.
type AppSuspended struct {
	Meta
	Agent  int64 `json:"agent"`
	Active bool  `json:"active"` // true when it was re-enabled
}
