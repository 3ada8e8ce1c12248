package notice

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/notice"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// KindSetting is what the corp decided about a kind.
type KindSetting struct {
	Key    string        `json:"key"`
	Policy notice.Policy `json:"policy" enum:"off,choice,forced" doc:"nobody is told; members may switch it off; everybody is told"`
}

// Setting is when and of what members are told. What is absent stays as it is: who decides
// about a kind on a page that is not the newest must not bring back old hours.
type Setting struct {
	Quiet *bool         `json:"quiet,omitempty" doc:"免打扰: what falls into the hours comes afterwards, as one digest"`
	From  *string       `json:"from,omitempty" maxLength:"5" doc:"22:00, in the corp's zone"`
	To    *string       `json:"to,omitempty" maxLength:"5" doc:"08:00"`
	Kinds []KindSetting `json:"kinds" maxItems:"200" doc:"those that are absent stay as they are"`
}

// onto is the hours as they are with what is to be changed of them.
func (in Setting) onto(hours notice.Quiet) notice.Quiet {
	if in.Quiet != nil {
		hours.On = *in.Quiet
	}
	if in.From != nil {
		hours.From = minutesOf(*in.From)
	}
	if in.To != nil {
		hours.To = minutesOf(*in.To)
	}
	return hours
}

// KindView is a kind with what holds for it.
type KindView struct {
	Key    string        `json:"key"`
	ZH     string        `json:"zh"`
	EN     string        `json:"en"`
	Urgent bool          `json:"urgent" doc:"is sent in quiet hours too"`
	Policy notice.Policy `json:"policy" enum:"off,choice,forced"`
}

// SettingView is the setting with all kinds that there are.
type SettingView struct {
	Quiet bool       `json:"quiet"`
	From  string     `json:"from"`
	To    string     `json:"to"`
	Kinds []KindView `json:"kinds"`
}

// noted is the setting as the audit log keeps it: each kind under its name, which stays when
// a later release puts another before it.
func (v *SettingView) noted() map[string]any {
	kinds := map[string]any{}
	for _, k := range v.Kinds {
		kinds[k.Key] = map[string]notice.Policy{"policy": k.Policy}
	}
	return map[string]any{"quiet": v.Quiet, "from": v.From, "to": v.To, "kinds": kinds}
}

func clockOf(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// minutesOf reads 08:00; -1 for anything else, also 8:00.
func minutesOf(text string) int {
	at, err := time.Parse("15:04", text)
	if err != nil || len(text) != len("15:04") {
		return -1
	}
	return at.Hour()*60 + at.Minute()
}

func (s *service) setting(ctx context.Context, q db.Querier, corp string) (*SettingView, error) {
	hours, err := notice.QuietOf(ctx, q, corp)
	if err != nil {
		return nil, err
	}
	policies, err := s.notices.Policies(ctx, q, corp)
	out := &SettingView{Quiet: hours.On, From: clockOf(hours.From), To: clockOf(hours.To), Kinds: []KindView{}}
	for _, k := range s.notices.Kinds() {
		out.Kinds = append(out.Kinds, KindView{Key: k.Key, ZH: k.ZH, EN: k.EN, Urgent: k.Urgent, Policy: policies[k.Key]})
	}
	return out, err
}

// GetSetting shows when and of what members are told.
func (s *service) GetSetting(ctx context.Context, _ *struct{}) (*SettingView, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	return s.setting(ctx, s.db.Read(), v.Corp)
}

type settingInput struct{ Body Setting }

// PutSetting changes when and of what members are told. What is held already follows the
// new hours; what waits is still sent.
func (s *service) PutSetting(ctx context.Context, in *settingInput) (*SettingView, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	var unknown fault.Check
	for i, k := range in.Body.Kinds {
		known := slices.ContainsFunc(s.notices.Kinds(), func(o notice.Kind) bool { return o.Key == k.Key })
		unknown.That(known, fmt.Sprintf("kinds[%d].key", i), "没有这类通知")
	}
	if err := unknown.Err(); err != nil {
		return nil, err
	}
	var after *SettingView
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		before, err := s.setting(ctx, tx, v.Corp)
		if err != nil {
			return err
		}
		if err := s.putHours(ctx, tx, v, in.Body); err != nil {
			return err
		}
		for _, k := range in.Body.Kinds {
			same := slices.ContainsFunc(before.Kinds, func(o KindView) bool { return o.Key == k.Key && o.Policy == k.Policy })
			if same {
				continue
			}
			if err := s.notices.PutPolicy(ctx, tx, v.Corp, k.Key, k.Policy, v.Actor()); err != nil {
				return err
			}
		}
		if after, err = s.setting(ctx, tx, v.Corp); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "notice:setting", Before: before.noted(), After: after.noted()})
		return nil
	})
	return after, err
}

// putHours changes the quiet hours when something of them is to be changed.
func (s *service) putHours(ctx context.Context, tx db.Tx, v viewer.Viewer, in Setting) error {
	before, err := notice.QuietOf(ctx, tx, v.Corp)
	if err != nil {
		return err
	}
	hours := in.onto(before)
	if hours == before {
		return nil
	}
	var check fault.Check
	check.That(hours.From >= 0, "from", "请按 22:00 的形式填写")
	check.That(hours.To >= 0, "to", "请按 08:00 的形式填写")
	check.That(hours.From != hours.To || !hours.On, "to", "结束时间不能与开始时间相同")
	if err := check.Err(); err != nil {
		return err
	}
	return s.notices.PutQuiet(ctx, tx, v.Corp, hours, v.Actor())
}
