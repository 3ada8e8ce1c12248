package setup

import (
	"context"
	"slices"
	"strconv"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/blob"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Checks of a corp beside those of its connection.
const (
	checkSync = "sync"
	checkJobs = "jobs"
	checkFile = "files"
)

// Report is one examination.
type Report struct {
	At       int64          `json:"at" doc:"unix ms, when it began; 0 = never examined"`
	Findings []corp.Finding `json:"findings"`
}

// Health is how the viewer's corp is, and for its owner how the installation is.
type Health struct {
	Corp Report `json:"corp"`
	// Installation tells of the machine that all corps share; a corp's own people are told only
	// whether all is well with it.
	Installation *Report         `json:"installation,omitempty" doc:"the node that looked last; absent for all but the owner of the installation"`
	State        corp.CheckState `json:"installationState" enum:"ok,warn,fail,wait" doc:"the worst of the installation's checks, wait before the first"`
}

// Health shows the latest examinations; they are renewed every few minutes.
func (s *service) Health(ctx context.Context, _ *struct{}) (*Health, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	own, err := reportOf(ctx, s.deps.DB.Read(), v.Corp)
	if err != nil {
		return nil, err
	}
	whole, err := reportOf(ctx, s.deps.DB.Read(), "")
	return healthFor(v, own, whole), err
}

// Check examines the viewer's corp now, and for its owner the installation.
func (s *service) Check(ctx context.Context, _ *struct{}) (*Health, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	own, err := s.examine(ctx, v.Corp)
	if err != nil {
		return nil, err
	}
	var whole Report
	if v.Can(mayInstallation) {
		whole, err = s.examine(ctx, "")
	} else {
		whole, err = reportOf(ctx, s.deps.DB.Read(), "")
	}
	return healthFor(v, own, whole), err
}

// healthFor leaves out what is the installation's owner's to know: its checks, and of the
// corp's the one of the machine's clock.
func healthFor(v viewer.Viewer, own, whole Report) *Health {
	h := &Health{Corp: own, State: corp.CheckWait}
	isClock := func(f corp.Finding) bool { return f.Check == corp.CheckClock }
	concerns := slices.Clone(whole.Findings)
	if i := slices.IndexFunc(own.Findings, isClock); i >= 0 {
		concerns = append(concerns, own.Findings[i])
	}
	for _, state := range []corp.CheckState{corp.CheckOK, corp.CheckWarn, corp.CheckFail} {
		if slices.ContainsFunc(concerns, func(f corp.Finding) bool { return f.State == state }) {
			h.State = state
		}
	}
	if v.Can(mayInstallation) {
		h.Installation = &whole
		return h
	}
	h.Corp.Findings = slices.DeleteFunc(slices.Clone(own.Findings), isClock)
	return h
}

// examine looks at a corp, or with "" at the installation, and keeps what it found. Twice
// is harmless, at once too: what began later stands, however long the other takes.
func (s *service) examine(ctx context.Context, corpID string) (Report, error) {
	begun := db.NowMS(s.deps.Clock)
	findings, err := s.look(ctx, corpID)
	if err != nil {
		return Report{}, err
	}
	r := Report{At: begun, Findings: findings}
	return r, s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := putReport(ctx, tx, corpID, r); err != nil || corpID == "" {
			return err
		}
		return s.deps.Live.Publish(ctx, tx, corpID, "health")
	})
}

func (s *service) look(ctx context.Context, corpID string) ([]corp.Finding, error) {
	if corpID == "" {
		return s.deps.Examine(ctx), nil
	}
	findings, err := s.deps.Corps.Examine(ctx, corpID, s.deps.PublicURL)
	if err != nil {
		return nil, err
	}
	at, err := mirror.LastSync(ctx, s.deps.DB.Read(), corpID, mirror.ScopeCustomers)
	if err != nil {
		return nil, err
	}
	counts, err := s.deps.Queue.Counts(ctx, corpID)
	if err != nil {
		return nil, err
	}
	findings = append(findings, s.syncFinding(ctx, corpID, at), jobsFinding(counts[job.Dead]))
	limit := s.deps.Corps.FileQuota(ctx, corpID)
	if limit == 0 {
		return findings, nil // nothing to run out of
	}
	uses, err := s.deps.Uses(ctx)
	if err != nil {
		return nil, err
	}
	return append(findings, filesFinding(uses[corpID].Bytes, limit)), nil
}

// filesFinding tells in time that the room for files ends: nine tenths are a warning.
func filesFinding(used, limit int64) corp.Finding {
	f := corp.Finding{Check: checkFile, State: corp.CheckOK, Found: corp.Words{
		ZH: "文件已用 " + blob.Amount(used) + "，配额 " + blob.Amount(limit),
		EN: "Files take " + blob.Amount(used) + " of " + blob.Amount(limit),
	}}
	switch {
	case used >= limit:
		f.State = corp.CheckFail
	case used >= limit/10*9:
		f.State = corp.CheckWarn
	}
	if f.State != corp.CheckOK {
		f.Advice = corp.Words{
			ZH: "空间用完后不能再导出、导入和上传。请删除不再需要的导出文件与图片，或请安装的所有者在「企业管理 → 企业列表」中提高文件配额",
			EN: "Without room nothing can be exported, imported or uploaded. Delete exports and pictures that nobody needs, or ask the owner of the installation for a larger quota under Corps",
		}
	}
	return f
}

// staleSync is two nights without a complete sync, in milliseconds.
const staleSync = 49 * 60 * 60 * 1000

func (s *service) syncFinding(ctx context.Context, corpID string, at int64) corp.Finding {
	f := corp.Finding{Check: checkSync, State: corp.CheckOK}
	when := db.FromMS(at).In(s.deps.Corps.Location(ctx, corpID)).Format("2006-01-02 15:04")
	f.Found = corp.Words{ZH: "最近一次完整同步 " + when, EN: "Last complete sync " + when}
	switch {
	case at == 0:
		f.State = corp.CheckWarn
		f.Found = corp.Words{ZH: "还没有完整同步过客户", EN: "Customers were never read completely"}
		f.Advice = corp.Words{ZH: "接入完成后请开始首次同步", EN: "Start the first sync once the connection works"}
	case db.NowMS(s.deps.Clock)-at > staleSync:
		f.State = corp.CheckWarn
		f.Advice = corp.Words{
			ZH: "每夜的同步没有成功，请在「事件日志」中查看失败的任务与调用",
			EN: "The nightly sync did not succeed: look at jobs and calls in the event log",
		}
	}
	return f
}

func jobsFinding(dead int64) corp.Finding {
	if dead == 0 {
		return corp.Finding{Check: checkJobs, State: corp.CheckOK, Found: corp.Words{ZH: "没有失败的后台任务", EN: "No background job has failed for good"}}
	}
	n := strconv.FormatInt(dead, 10)
	return corp.Finding{
		Check: checkJobs, State: corp.CheckWarn,
		Found:  corp.Words{ZH: n + " 个后台任务多次失败后停下", EN: n + " background jobs have failed for good"},
		Advice: corp.Words{ZH: "请在「事件日志 → 后台任务」中查看原因，处理后重试", EN: "See the reasons under Event log → Jobs, put them right and retry"},
	}
}

// tiles shows failed checks to those who can put them right.
func (s *service) tiles(ctx context.Context, v viewer.Viewer) ([]ask.Tile, error) {
	if !v.Can(mayRead) {
		return nil, nil
	}
	t := ask.Tile{Key: "setup.failing", Href: "/setup/health", Level: "error"}
	own, err := reportOf(ctx, s.deps.DB.Read(), v.Corp)
	if err != nil {
		return nil, err
	}
	whole, err := reportOf(ctx, s.deps.DB.Read(), "")
	if err != nil {
		return nil, err
	}
	h := healthFor(v, own, whole)
	findings := slices.Clone(h.Corp.Findings)
	if h.Installation != nil {
		findings = append(findings, h.Installation.Findings...)
	}
	for _, f := range findings {
		if f.State == corp.CheckFail {
			t.Value++
		}
	}
	if t.Value == 0 {
		return nil, nil // nothing to tell is no figure
	}
	return []ask.Tile{t}, nil
}
