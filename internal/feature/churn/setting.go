package churn

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/notice"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Setting is the corp's switch of the notice of losses (被删除通知).
type Setting struct {
	Notify bool `json:"notify" doc:"被删除通知: the member is told at once"`
	Forced bool `json:"forced,omitempty" doc:"强制开启: members cannot switch it off for themselves"`
}

type settingInput struct{ Body Setting }

func settingFrom(p notice.Policy) Setting {
	return Setting{Notify: p != notice.Off, Forced: p == notice.Forced}
}

func (s Setting) policy() notice.Policy {
	switch {
	case !s.Notify:
		return notice.Off
	case s.Forced:
		return notice.Forced
	}
	return notice.Choice
}

// GetSetting shows the switch.
func (s *service) GetSetting(ctx context.Context, _ *struct{}) (*Setting, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	policies, err := s.notices.Policies(ctx, s.db.Read(), v.Corp)
	set := settingFrom(policies[noticeLost])
	return &set, err
}

// PutSetting turns the switch. Notices that wait already are still sent.
func (s *service) PutSetting(ctx context.Context, in *settingInput) (*Setting, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	after := settingFrom(in.Body.policy())
	return &after, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		before, err := s.notices.Policies(ctx, tx, v.Corp)
		if err != nil {
			return err
		}
		if err := s.notices.PutPolicy(ctx, tx, v.Corp, noticeLost, after.policy(), v.Actor()); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "churn:setting", Before: settingFrom(before[noticeLost]), After: after})
		return s.live.Publish(ctx, tx, v.Corp, slug)
	})
}

// DeletionSetting says who is told of deletions, and how.
type DeletionSetting struct {
	Notify    When     `json:"notify" enum:"off,now,daily" doc:"off; each at once; one message a day"`
	Hour      int      `json:"hour" minimum:"0" maximum:"23" doc:"of the daily message, in the corp's zone"`
	Receivers []string `json:"receivers" maxItems:"50" doc:"userids of those who are told of every member"`
	Leaders   bool     `json:"leaders" doc:"the leaders of a member's department are told of him"`
	Unusual   bool     `json:"unusual" doc:"they are told when a member loses or deletes far more than usual"`
}

// When says how often somebody is told.
type When string

// The ways.
const (
	DeletionsOff   When = "off"
	DeletionsNow   When = "now"
	DeletionsDaily When = "daily"
)

// setting is what a corp decided, as stored.
type setting struct {
	Deletions  When
	Hour       int
	Receivers  []string
	Leaders    bool
	Unusual    bool
	DigestedTo int64
}

// receivers are who is told about a member.
func (s setting) receivers(member string) notice.Receivers {
	r := notice.Receivers{Members: s.Receivers}
	if s.Leaders {
		r.LeadersOf = member
	}
	return r
}

func (s setting) view() DeletionSetting {
	return DeletionSetting{Notify: s.Deletions, Hour: s.Hour, Receivers: append([]string{}, s.Receivers...), Leaders: s.Leaders, Unusual: s.Unusual}
}

// settingOf reads what a corp decided; nobody is told of deletions until somebody wants it.
func settingOf(ctx context.Context, q db.Querier, corp string) (setting, error) {
	s := setting{Deletions: DeletionsOff, Hour: 9}
	var receivers string
	err := q.NewRaw("SELECT deletions, hour, receivers, leaders, unusual, digested_to FROM churn_setting WHERE corp_id = ?", corp).
		Scan(ctx, &s.Deletions, &s.Hour, &receivers, &s.Leaders, &s.Unusual, &s.DigestedTo)
	if db.NoRows(err) {
		return s, nil
	}
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal([]byte(receivers), &s.Receivers)
}

type deletionSettingInput struct{ Body DeletionSetting }

// DeletionSettingView is the setting with the names of the receivers.
type DeletionSettingView struct {
	DeletionSetting
	Names  map[string]string `json:"names" doc:"of the receivers, by userid"`
	Others int               `json:"others,omitempty" doc:"how many more receivers there are whom the viewer may not name; they stay when he changes the setting"`
}

// GetDeletionSetting shows who is told of deletions.
func (s *service) GetDeletionSetting(ctx context.Context, _ *struct{}) (*DeletionSettingView, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	set, err := settingOf(ctx, s.db.Read(), v.Corp)
	if err != nil {
		return nil, err
	}
	return s.deletionView(ctx, v, set.view())
}

// deletionView names the receivers whom the viewer may name and counts the others.
func (s *service) deletionView(ctx context.Context, v viewer.Viewer, set DeletionSetting) (*DeletionSettingView, error) {
	all := len(set.Receivers)
	set.Receivers = slices.DeleteFunc(set.Receivers, func(m string) bool { return !v.Knows(m) })
	names, err := mirror.Names(ctx, s.db.Read(), v.Corp, set.Receivers)
	return &DeletionSettingView{DeletionSetting: set, Names: names, Others: all - len(set.Receivers)}, err
}

// unnamed are the receivers whom the viewer could not read, and so could not leave out.
func unnamed(v viewer.Viewer, receivers []string) []string {
	return slices.DeleteFunc(slices.Clone(receivers), v.Knows)
}

// PutDeletionSetting changes who is told of deletions. The daily message begins with what
// happens from now on.
func (s *service) PutDeletionSetting(ctx context.Context, in *deletionSettingInput) (*DeletionSettingView, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	after := in.Body
	after.Receivers = append([]string{}, after.Receivers...)
	known, err := mirror.MembersByID(ctx, s.db.Read(), v.Corp, after.Receivers)
	if err != nil {
		return nil, err
	}
	var check fault.Check
	for i, m := range after.Receivers {
		found, ok := known[m]
		check.That(ok && v.Knows(found.ID), "receivers", "没有这名成员")
		after.Receivers[i] = found.ID
	}
	was, err := settingOf(ctx, s.db.Read(), v.Corp)
	if err != nil {
		return nil, err
	}
	anybody := len(after.Receivers)+len(unnamed(v, was.Receivers)) > 0 || after.Leaders
	check.That(anybody || after.Notify == DeletionsOff && !after.Unusual, "receivers", "请选择接收人，或勾选部门负责人")
	if err := check.Err(); err != nil {
		return nil, err
	}
	now, chosen := db.NowMS(s.clock), after.Receivers
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		before, err := settingOf(ctx, tx, v.Corp)
		if err != nil {
			return err
		}
		after.Receivers = slices.Concat([]string{}, chosen, unnamed(v, before.Receivers))
		digested := before.DigestedTo
		if after.Notify == DeletionsDaily && before.Deletions != DeletionsDaily {
			digested = now
		}
		if err := putSetting(ctx, tx, v, after, digested, now); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "churn:deletions", Before: before.view(), After: after})
		return s.live.Publish(ctx, tx, v.Corp, slug)
	})
	if err != nil {
		return nil, err
	}
	return s.deletionView(ctx, v, after)
}

// putSetting writes what a corp decided; digested is how far the daily message reaches.
func putSetting(ctx context.Context, tx db.Tx, v viewer.Viewer, set DeletionSetting, digested, now int64) error {
	receivers, err := json.Marshal(set.Receivers)
	if err != nil {
		return err
	}
	_, err = tx.NewRaw(`INSERT INTO churn_setting (corp_id, deletions, hour, receivers, leaders, unusual, digested_to, updated_by, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (corp_id) DO UPDATE SET deletions = excluded.deletions, hour = excluded.hour,
		receivers = excluded.receivers, leaders = excluded.leaders, unusual = excluded.unusual, digested_to = excluded.digested_to,
		updated_by = excluded.updated_by, updated_at = excluded.updated_at`,
		v.Corp, set.Notify, set.Hour, string(receivers), set.Leaders, set.Unusual, digested, v.Actor(), now).Exec(ctx)
	return err
}

// demo has the leaders of the demo's departments told of deletions, so that its weeks leave
// notices to look at.
func (s *service) demo(ctx context.Context, v viewer.Viewer) error {
	var there int
	if err := s.db.Read().NewRaw("SELECT COUNT(*) FROM churn_setting WHERE corp_id = ?", v.Corp).Scan(ctx, &there); err != nil || there > 0 {
		return err
	}
	set := DeletionSetting{Notify: DeletionsNow, Hour: 9, Receivers: []string{}, Leaders: true, Unusual: true}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		return putSetting(ctx, tx, v, set, db.NowMS(s.clock), db.NowMS(s.clock))
	})
}
