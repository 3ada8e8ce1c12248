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

// Setting is when and of what members are told.
type Setting struct {
	Quiet bool          `json:"quiet" doc:"免打扰: what falls into the hours comes afterwards, as one digest"`
	From  string        `json:"from" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"22:00, in the corp's zone"`
	To    string        `json:"to" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"08:00"`
	Kinds []KindSetting `json:"kinds" maxItems:"200" doc:"those that are absent stay as they are"`
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

func clockOf(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

func minutesOf(text string) int {
	at, err := time.Parse("15:04", text)
	if err != nil {
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
	hours := notice.Quiet{On: in.Body.Quiet, From: minutesOf(in.Body.From), To: minutesOf(in.Body.To)}
	var check fault.Check
	check.That(hours.From >= 0, "from", "请按 22:00 的形式填写")
	check.That(hours.To >= 0, "to", "请按 08:00 的形式填写")
	check.That(hours.From != hours.To || !hours.On, "to", "结束时间不能与开始时间相同")
	for i, k := range in.Body.Kinds {
		known := slices.ContainsFunc(s.notices.Kinds(), func(o notice.Kind) bool { return o.Key == k.Key })
		check.That(known, fmt.Sprintf("kinds[%d].key", i), "没有这类通知")
	}
	if err := check.Err(); err != nil {
		return nil, err
	}
	var after *SettingView
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		before, err := s.setting(ctx, tx, v.Corp)
		if err != nil {
			return err
		}
		if err := s.notices.PutQuiet(ctx, tx, v.Corp, hours, v.Actor()); err != nil {
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
		web.Note(ctx, web.Change{Object: "notice:setting", Before: before, After: after})
		return nil
	})
	return after, err
}
