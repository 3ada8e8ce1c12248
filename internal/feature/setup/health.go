package setup

import (
	"context"
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
	At       int64          `json:"at" doc:"unix ms, 0 = never examined"`
	Findings []corp.Finding `json:"findings"`
}

// Health is how the viewer's corp and the installation are.
type Health struct {
	Corp         Report `json:"corp"`
	Installation Report `json:"installation" doc:"the node that looked last"`
}

// Health shows the latest examinations; they are renewed every few minutes.
func (s *service) Health(ctx context.Context, _ *struct{}) (*Health, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	var h Health
	if h.Corp, err = reportOf(ctx, s.deps.DB.Read(), v.Corp); err != nil {
		return nil, err
	}
	h.Installation, err = reportOf(ctx, s.deps.DB.Read(), "")
	return &h, err
}

// Check examines the viewer's corp and the installation now.
func (s *service) Check(ctx context.Context, _ *struct{}) (*Health, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	var h Health
	if h.Corp, err = s.examine(ctx, v.Corp); err != nil {
		return nil, err
	}
	h.Installation, err = s.examine(ctx, "")
	return &h, err
}

// examine looks at a corp, or with "" at the installation, and keeps what it found. Twice
// is harmless: the later report stands.
func (s *service) examine(ctx context.Context, corpID string) (Report, error) {
	findings, err := s.look(ctx, corpID)
	if err != nil {
		return Report{}, err
	}
	r := Report{At: db.NowMS(s.deps.Clock), Findings: findings}
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
	for _, of := range []string{v.Corp, ""} {
		r, err := reportOf(ctx, s.deps.DB.Read(), of)
		if err != nil {
			return nil, err
		}
		for _, f := range r.Findings {
			if f.State == corp.CheckFail {
				t.Value++
			}
		}
	}
	if t.Value == 0 {
		return nil, nil // nothing to tell is no figure
	}
	return []ask.Tile{t}, nil
}
