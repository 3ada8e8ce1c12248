package eventlog_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/feature/eventlog"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// deadJob gives the newest dead job of a corp.
func (h *house) deadJob(corpID string) id.ID {
	h.T.Helper()
	rows, err := h.Queue.List(context.Background(), job.Filter{Corp: corpID, State: job.Dead, Kind: "test.dies"})
	h.Must(err)
	if len(rows) == 0 {
		return 0
	}
	return rows[0].ID
}

func TestJobs(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.dead(corpID, 5)
		h.dead(another, 1)
		var ids []id.ID
		path := "/jobs?state=dead&kind=test.dies&limit=2"
		for next := ""; ; {
			var page web.Page[eventlog.Job]
			h.Get(path+next, &page)
			for _, j := range page.Items {
				ids = append(ids, j.ID)
				if j.State != job.Dead || j.Kind != "test.dies" || !strings.Contains(j.Error, "it died as told") || j.Attempt != 1 || j.FinishedAt == 0 {
					t.Errorf("%+v", j)
				}
			}
			if page.Next == "" {
				break
			}
			next = "&after=" + page.Next
		}
		if len(ids) != 5 || !slices.IsSortedFunc(ids, func(a, b id.ID) int { return int(b - a) }) {
			t.Errorf("listed %v", ids)
		}
		var counts eventlog.JobCounts
		h.Get("/jobs/counts", &counts)
		if counts.Dead != 5 {
			t.Errorf("%+v", counts)
		}
		var args eventlog.JobArgs
		h.Get("/jobs/"+ids[0].String()+"/args", &args)
		if !strings.Contains(args.Args, `"N": 4`) {
			t.Errorf("arguments %q", args.Args)
		}
		if _, body := h.Call("GET", "/jobs", ""); strings.Contains(body, `"N"`) {
			t.Error("the list shows arguments")
		}
		if !slices.Contains(h.Actions(), "eventlog.args") {
			t.Errorf("looking at arguments is not audited: %v", h.Actions())
		}
	})
}

func TestRetryAndDiscard(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.dead(corpID, 2)
		discarded := h.deadJob(corpID)
		if status, body := h.Call("POST", "/jobs/"+discarded.String()+"/discard", ""); status != 200 || !strings.Contains(body, `"state":"cancelled"`) {
			t.Fatalf("discard: %d %s", status, body)
		}
		if status, body := h.Call("POST", "/jobs/"+discarded.String()+"/discard", ""); status != 409 {
			t.Errorf("discard twice: %d %s", status, body)
		}
		retried := h.deadJob(corpID)
		if retried == discarded || retried == 0 {
			t.Fatal("the other job is gone too")
		}
		h.dies = false
		if status, body := h.Call("POST", "/jobs/"+retried.String()+"/retry", ""); status != 200 || !strings.Contains(body, `"state":"available"`) {
			t.Fatalf("retry: %d %s", status, body)
		}
		h.Must(h.Queue.Settle(context.Background()))
		row, err := h.Queue.Get(context.Background(), corpID, retried)
		h.Must(err)
		if row.State != job.Done {
			t.Errorf("the retried job is %s", row.State)
		}
		if status, _ := h.Call("POST", "/jobs/"+retried.String()+"/retry", ""); status != 409 {
			t.Error("a job that is done was retried")
		}
	})
}

func TestRetryAll(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.dead(corpID, 3)
		h.dead(another, 1)
		retry := func() {
			t.Helper()
			if status, body := h.Call("POST", "/jobs/retry", `{"kind":"test.dies"}`); status != 200 {
				t.Fatalf("%d %s", status, body)
			}
			h.Must(h.Queue.Settle(context.Background()))
		}
		retry() // they die again, and that is the end of it
		count := func(corpID string, s job.State) int {
			rows, err := h.Queue.List(context.Background(), job.Filter{Corp: corpID, State: s, Kind: "test.dies"})
			h.Must(err)
			return len(rows)
		}
		if n := count(corpID, job.Dead); n != 3 {
			t.Errorf("%d dead after a retry in vain", n)
		}
		h.dies = false
		retry()
		if got := fmt.Sprint(count(corpID, job.Dead), count(corpID, job.Done), count(another, job.Dead)); got != "0 3 1" {
			t.Errorf("dead, done, dead of another corp: %s", got)
		}
		if status, _ := h.Call("POST", "/jobs/retry", `{"kind":""}`); status != 422 {
			t.Error("all kinds at once were retried")
		}
	})
}
