package mirror

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// PermissionSync is the permission to start a sync.
const PermissionSync = "mirror.sync"

// Routes are the mirror's own operations: the pickers of the console, of whom the viewer
// may name (viewer.Book), and the sync.
func (m *Mirror) Routes() []web.Route {
	return []web.Route{
		web.Get("/members", "", "成员选择：按姓名、拼音或部门查找，或按 ID 取回", m.pickMembers, web.SignedIn(), web.Named("members")),
		web.Get("/departments", "", "部门树，上级在前", m.pickDepartments, web.SignedIn(), web.Named("departments")),
		web.Get("/tags", "", "企业标签，按标签组", m.pickTags, web.SignedIn(), web.Named("tags")),
		web.Get("/groups", "", "客户群选择：按名称查找，或按 ID 取回", m.pickGroups, web.SignedIn(), web.Named("groups")),
		web.Get("/sync", "", "最近的同步及其进度", m.showSyncs, web.SignedIn(), web.Named("syncs")),
		web.Post("/sync", PermissionSync, "从企业微信重新同步", m.startSync, web.Named("startSync")),
	}
}

// SyncInput says what to read anew.
type SyncInput struct {
	Body struct {
		Scope Scope `json:"scope" enum:"full,contacts,tags,customers,groups" doc:"what to read anew"`
	}
}

func (m *Mirror) startSync(ctx context.Context, in *SyncInput) (*Sync, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	run, err := m.StartSync(ctx, v.Corp, in.Body.Scope, v.Actor())
	return &run, err
}

// SyncList is the latest syncs, newest first.
type SyncList struct {
	Items []Sync `json:"items"`
	// LastDone is when customers were last read completely, unix ms; 0 when never.
	LastDone int64 `json:"lastDone" doc:"unix ms of the last complete sync of customers, 0 = never"`
}

// syncsShown is how many runs the console shows.
const syncsShown = 20

func (m *Mirror) showSyncs(ctx context.Context, _ *struct{}) (*SyncList, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := Syncs(ctx, m.db.Read(), v.Corp, syncsShown)
	if err != nil {
		return nil, err
	}
	last, err := LastSync(ctx, m.db.Read(), v.Corp, ScopeCustomers)
	return &SyncList{Items: rows, LastDone: last}, err
}
