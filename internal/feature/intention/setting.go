package intention

import (
	"context"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Rules is what a corp decides.
type Rules struct {
	Model

	Receivers string `json:"receivers" enum:"newest,all" doc:"who is told of a change: the member who followed last, or all who follow"`
	PauseDays int    `json:"pauseDays" minimum:"0" maximum:"90" doc:"at most one notice a customer in so many days"`
}

// SettingView is what a corp has decided, with what there is to decide.
type SettingView struct {
	Rules

	Version   int64       `json:"version"`
	Usual     Model       `json:"usual" doc:"what holds until somebody decides otherwise"`
	Names     []SignalDoc `json:"names" doc:"of the signals, in their order"`
	Progress  *Progress   `json:"progress,omitempty" doc:"while scores are reckoned by new rules"`
	UpdatedAt *time.Time  `json:"updatedAt,omitempty"`
}

func (st setting) rules() Rules { return Rules{st.model, st.Receivers, st.PauseDays} }

func (st setting) view() *SettingView {
	return &SettingView{
		Rules: st.rules(), Version: st.Version, Usual: Default(), Names: signalDocs(), Progress: st.running(), UpdatedAt: momentOf(st.UpdatedAt),
	}
}

// GetSetting shows the rules: whoever sees scores may know how they come about.
func (s *service) GetSetting(ctx context.Context, _ *struct{}) (*SettingView, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	st, err := settingOf(ctx, s.db.Read(), v.Corp)
	return st.view(), err
}

type settingInput struct {
	Body struct {
		Rules

		Version int64 `json:"version" doc:"of the setting that was changed"`
	}
}

// PutSetting changes the rules. Events count by them at once; scores that stand are
// reckoned anew in the background.
func (s *service) PutSetting(ctx context.Context, in *settingInput) (*SettingView, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	rules := in.Body.Rules
	if err := rules.check(); err != nil {
		return nil, err
	}
	rules.Model = rules.whole()
	var st setting
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if st, err = settingOf(ctx, tx, v.Corp); err != nil {
			return err
		}
		if st.Version != in.Body.Version {
			return fault.New(fault.Conflict, "规则已被他人修改").WithAdvice("请刷新后在最新的规则上修改")
		}
		before := st.rules()
		if err := s.change(ctx, tx, &st, rules, v); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "intention:setting", Before: before, After: st.rules()})
		return s.live.Publish(ctx, tx, v.Corp, slug, "setting")
	})
	if err != nil {
		return nil, err
	}
	return st.view(), nil
}

// change writes the rules and, when scores depend on it, has them reckoned anew.
func (s *service) change(ctx context.Context, tx db.Tx, st *setting, rules Rules, v viewer.Viewer) error {
	before, err := st.model.text()
	if err != nil {
		return err
	}
	after, err := rules.text()
	if err != nil {
		return err
	}
	st.Receivers, st.PauseDays, st.UpdatedBy, st.UpdatedAt = rules.Receivers, rules.PauseDays, v.Actor(), db.NowMS(s.clock)
	if before == after {
		if st.Model == "" {
			st.Model = after
		}
		return putSetting(ctx, tx, *st)
	}
	st.Model, st.model, st.Version, st.Place, st.Done = after, rules.Model, st.Version+1, "", 0
	if err := tx.NewRaw("SELECT COUNT(*) FROM intention_score WHERE corp_id = ?", st.Corp).Scan(ctx, &st.Total); err != nil {
		return err
	}
	if err := putSetting(ctx, tx, *st); err != nil {
		return err
	}
	// One line a corp, and another run for a change while one runs: the newest rules win.
	_, err = s.jobs.Insert(ctx, tx, job.Insert{Kind: kindRebuild, Corp: st.Corp, Key: kindRebuild, Unique: kindRebuild, UniqueFor: job.HoldWaiting})
	return err
}
