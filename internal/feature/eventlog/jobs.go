package eventlog

import (
	"context"
	"encoding/json"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// whole gives the viewer when he sees the whole corp: jobs and calls to WeCom belong to
// no single member, so there is no smaller part of them to show.
func whole(ctx context.Context) (viewer.Viewer, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return v, err
	}
	if v.Scope.Reach != viewer.All {
		return v, fault.New(fault.Forbidden, "后台任务与接口调用涉及整个企业，您的数据范围不足").
			WithAdvice("请联系管理员为您授予数据范围为「全部」的角色")
	}
	return v, nil
}

// Job is a background job as the list shows it: without its arguments.
type Job struct {
	ID          id.ID     `json:"id"`
	Kind        string    `json:"kind" doc:"its title is the text job.<kind>"`
	Lane        job.Lane  `json:"lane" enum:"urgent,normal,bulk"`
	State       job.State `json:"state" enum:"available,parked,running,done,dead,cancelled"`
	Attempt     int       `json:"attempt" doc:"tries so far"`
	MaxAttempts int       `json:"maxAttempts"`
	Error       string    `json:"error,omitempty" doc:"of the last failed try"`
	Done        int64     `json:"done" doc:"progress"`
	Total       int64     `json:"total" doc:"0 when unknown"`
	Note        string    `json:"note,omitempty"`
	CreatedAt   int64     `json:"createdAt" doc:"unix milliseconds, like all times here"`
	RunAt       int64     `json:"runAt" doc:"when the next try is due"`
	StartedAt   int64     `json:"startedAt,omitempty" doc:"of the last try"`
	FinishedAt  int64     `json:"finishedAt,omitempty"`
}

func shown(r job.Row) Job {
	return Job{
		ID: r.ID, Kind: r.Kind, Lane: r.Lane, State: r.State, Attempt: r.Attempt, MaxAttempts: r.MaxAttempts,
		Error: r.Error, Done: r.Done, Total: r.Total, Note: r.Note, CreatedAt: db.MS(r.CreatedAt), RunAt: db.MS(r.RunAt),
		StartedAt: db.MS(r.StartedAt), FinishedAt: db.MS(r.FinishedAt),
	}
}

type jobsInput struct {
	web.Paging
	State string `query:"state" enum:"available,parked,running,done,dead,cancelled"`
	Kind  string `query:"kind" maxLength:"100"`
}

// Jobs lists the corp's jobs, the newest first.
func (s *service) Jobs(ctx context.Context, in *jobsInput) (*web.Page[Job], error) {
	v, err := whole(ctx)
	if err != nil {
		return nil, err
	}
	before, _, err := web.DecodeCursor[id.ID](in.After)
	if err != nil {
		return nil, err
	}
	rows, err := s.deps.Queue.List(ctx, job.Filter{
		Corp: v.Corp, State: job.State(in.State), Kind: in.Kind, Before: before, Limit: in.Limit + 1,
	})
	if err != nil {
		return nil, err
	}
	list := make([]Job, len(rows))
	for i, r := range rows {
		list[i] = shown(r)
	}
	page := web.NewPage(list, in.Limit, func(j Job) id.ID { return j.ID })
	return &page, nil
}

// JobCounts is how many jobs there are in each state, 10 000 standing for that many or more.
type JobCounts struct {
	Available int64 `json:"available"`
	Parked    int64 `json:"parked"`
	Running   int64 `json:"running"`
	Done      int64 `json:"done"`
	Dead      int64 `json:"dead"`
	Cancelled int64 `json:"cancelled"`
}

// Counts counts the corp's jobs.
func (s *service) Counts(ctx context.Context, _ *struct{}) (*JobCounts, error) {
	v, err := whole(ctx)
	if err != nil {
		return nil, err
	}
	n, err := s.deps.Queue.Counts(ctx, v.Corp)
	if err != nil {
		return nil, err
	}
	return &JobCounts{
		Available: n[job.Available], Parked: n[job.Parked], Running: n[job.Running],
		Done: n[job.Done], Dead: n[job.Dead], Cancelled: n[job.Cancelled],
	}, nil
}

type jobInput struct {
	ID id.ID `path:"id"`
}

// Job gives one job without its arguments.
func (s *service) Job(ctx context.Context, in *jobInput) (*Job, error) {
	v, err := whole(ctx)
	if err != nil {
		return nil, err
	}
	return s.jobAsItStands(ctx, v.Corp, in.ID)
}

// JobArgs are the arguments of a job, as JSON.
type JobArgs struct {
	Args string `json:"args"`
}

// Args gives the arguments of a job. They may hold personal data.
func (s *service) Args(ctx context.Context, in *jobInput) (*JobArgs, error) {
	v, err := whole(ctx)
	if err != nil {
		return nil, err
	}
	r, err := s.deps.Queue.Get(ctx, v.Corp, in.ID)
	if err != nil {
		return nil, err
	}
	web.Note(ctx, web.Change{Object: "job:" + in.ID.String(), Name: r.Kind})
	pretty, err := json.MarshalIndent(r.Args, "", "  ")
	return &JobArgs{Args: v.MaskText(string(pretty))}, err
}

// Retry gives a dead or cancelled job all its tries again.
func (s *service) Retry(ctx context.Context, in *jobInput) (*Job, error) {
	v, err := whole(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.note(ctx, v.Corp, in.ID, job.Available); err != nil {
		return nil, err
	}
	if err := s.deps.Queue.Retry(ctx, v.Corp, in.ID); err != nil {
		return nil, err
	}
	return s.jobAsItStands(ctx, v.Corp, in.ID)
}

// Discard takes a dead job off the list for good.
func (s *service) Discard(ctx context.Context, in *jobInput) (*Job, error) {
	v, err := whole(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.note(ctx, v.Corp, in.ID, job.Cancelled); err != nil {
		return nil, err
	}
	if err := s.deps.Queue.Discard(ctx, v.Corp, in.ID); err != nil {
		return nil, err
	}
	return s.jobAsItStands(ctx, v.Corp, in.ID)
}

// note tells the audit log what is about to become of a job; the queue's own transaction,
// which comes next, takes it along.
func (s *service) note(ctx context.Context, corp string, id id.ID, next job.State) error {
	r, err := s.deps.Queue.Get(ctx, corp, id)
	if err != nil {
		return err
	}
	type state struct {
		State job.State `json:"state"`
	}
	web.Note(ctx, web.Change{Object: "job:" + id.String(), Name: r.Kind, Before: state{r.State}, After: state{next}})
	return nil
}

func (s *service) jobAsItStands(ctx context.Context, corp string, job id.ID) (*Job, error) {
	r, err := s.deps.Queue.Get(ctx, corp, job)
	if err != nil {
		return nil, err
	}
	j := shown(r)
	return &j, nil
}

type retryAllInput struct {
	Body struct {
		Kind string `json:"kind" minLength:"1" maxLength:"100" doc:"kind of the dead jobs to retry"`
	}
}

// Started names the job that does the work.
type Started struct {
	Job id.ID `json:"job"`
}

const (
	retryKind = "retry"
	retryPage = 200
)

type retryArgs struct {
	Kind string `json:"kind"`
}

// RetryAll retries all dead jobs of a kind, in a job of its own with progress: there may
// be thousands.
func (s *service) RetryAll(ctx context.Context, in *retryAllInput) (*Started, error) {
	v, err := whole(ctx)
	if err != nil {
		return nil, err
	}
	var made id.ID
	err = s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		web.Note(ctx, web.Change{Object: "jobs:" + in.Body.Kind, Name: in.Body.Kind})
		made, err = s.deps.Jobs("eventlog").InsertOne(ctx, tx, job.Insert{
			Kind: retryKind, Corp: v.Corp, Args: retryArgs{Kind: in.Body.Kind}, Unique: in.Body.Kind, UniqueFor: job.HoldOpen,
		})
		return err
	})
	return &Started{Job: made}, err
}

// retryAll walks the dead jobs of the kind from the newest back, each once: one that dies
// again meanwhile is not retried for ever. Run twice it retries what is dead by then.
func (s *service) retryAll(ctx context.Context, j job.Job[retryArgs]) error {
	var before id.ID
	var done int64
	for {
		rows, err := s.deps.Queue.List(ctx, job.Filter{Corp: j.Corp, State: job.Dead, Kind: j.Args.Kind, Before: before, Limit: retryPage})
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, r := range rows {
			// Somebody else may have retried or discarded it since.
			if err := s.deps.Queue.Retry(ctx, j.Corp, r.ID); err != nil && fault.As(err) == nil {
				return err
			}
			done++
		}
		before = rows[len(rows)-1].ID
		if err := j.Report(ctx, done, 0, ""); err != nil {
			return err
		}
	}
}

type callsInput struct {
	web.Paging
	Operation string `query:"operation" maxLength:"100" doc:"path below /cgi-bin/"`
	ErrCode   int    `query:"errcode" doc:"errcode of WeCom"`
}

// Calls lists the calls to WeCom that failed, the latest first, with advice.
func (s *service) Calls(ctx context.Context, in *callsInput) (*web.Page[corp.Call], error) {
	v, err := whole(ctx)
	if err != nil {
		return nil, err
	}
	before, _, err := web.DecodeCursor[corp.CallKey](in.After)
	if err != nil {
		return nil, err
	}
	rows, err := s.deps.Corps.Calls(ctx, v.Corp, corp.CallFilter{Operation: in.Operation, ErrCode: in.ErrCode, Before: before, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	page := web.NewPage(rows, in.Limit, corp.Call.Key)
	return &page, nil
}
