package audit

import (
	"context"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// SettingChange is one time that somebody saved a setting.
type SettingChange struct {
	ID        id.ID       `json:"id"`
	At        int64       `json:"at" doc:"unix ms"`
	Actor     string      `json:"actor" doc:"member:<userid>, account:<id>, terminal or system"`
	ActorName string      `json:"actorName" doc:"what he was called then"`
	Object    string      `json:"object"`
	Name      string      `json:"name" doc:"of which of several settings of a kind, empty when there is one"`
	Fields    []FieldView `json:"fields" doc:"what became different; none when it was saved as it was"`
}

type settingsInput struct {
	web.Paging

	Object string `path:"object" maxLength:"200" doc:"the setting, as its route says it; with a colon at its end all that begin so"`
	Chain  string `query:"chain" enum:"corp,installation"`
}

// maySeeSetting asks for the permission of the route that changes the setting. A setting is
// everybody's, and its history tells who acted and whom it names: so it is for those who
// see the whole corp.
func (s *service) maySeeSetting(ctx context.Context, in *settingsInput) (corp string, err error) {
	v, corp, err := asked(ctx, in.Chain)
	if err != nil {
		return "", err
	}
	for _, r := range s.recorder.routes {
		family := strings.HasSuffix(r.Setting, ":") && strings.HasPrefix(in.Object, r.Setting)
		if r.Setting == "" || r.Setting != in.Object && !family {
			continue
		}
		if !v.Can(r.Permission) {
			return "", fault.Newf(fault.Forbidden, "没有权限：%s", r.Permission)
		}
		if !v.SeesAll() {
			return "", fault.New(fault.Forbidden, "设置对整个企业生效，您的数据范围不足以查看它的修改记录").WithAdvice("请由数据范围为「全部」的管理员查看")
		}
		return corp, nil
	}
	return "", fault.Missing("设置")
}

// SettingChanges lists who changed a setting, from what to what, the newest first, as far
// back as entries are kept.
func (s *service) SettingChanges(ctx context.Context, in *settingsInput) (*web.Page[SettingChange], error) {
	corp, err := s.maySeeSetting(ctx, in)
	if err != nil {
		return nil, err
	}
	after, err := web.After[key](in.Paging)
	if err != nil {
		return nil, err
	}
	var rows []entry
	query := s.db.Read().NewSelect().Model(&rows).Where("e.corp_id = ?", corp).Where("e.outcome = ?", web.Done)
	family := strings.HasSuffix(in.Object, ":")
	if family {
		query = query.Where("e.object >= ?", in.Object).Where("e.object < ?", strings.TrimSuffix(in.Object, ":")+";")
	} else {
		query = query.Where("e.object = ?", in.Object)
	}
	if after != nil {
		query = query.Where("(e.at, e.seq) < (?, ?)", after.At, after.Seq)
	}
	if err := query.OrderExpr("e.at DESC, e.seq DESC").Limit(int64(in.Limit) + 1).Scan(ctx); err != nil {
		return nil, err
	}
	page := web.NewPage(rows, in.Limit, placeOf)
	out := &web.Page[SettingChange]{Items: make([]SettingChange, len(page.Items)), Next: page.Next}
	for i := range page.Items {
		if out.Items[i], err = page.Items[i].settingChange(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// settingChange is the entry as the setting's page shows it: what a route notes first is
// what it is about.
func (e *entry) settingChange() (SettingChange, error) {
	out := SettingChange{ID: e.ID, At: e.At, Actor: e.Actor, ActorName: e.ActorName, Object: e.Object, Name: e.ObjectName, Fields: []FieldView{}}
	changes, err := e.changes()
	if err == nil && len(changes) > 0 {
		out.Fields = changes[0].view().Fields
	}
	return out, err
}
