package eventlog_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/feature/eventlog"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
	"github.com/queqiao-scrm/queqiao/wecom"
)

const (
	corpID  = apptest.RoomCorp
	another = "ww0000000000000002"
)

// house is the event log over a real mirror, queue and corp registry.
type house struct {
	*apptest.Room
	// dies makes the jobs of kind "test.dies" fail.
	dies bool
}

func each(t *testing.T, story func(t *testing.T, h *house)) {
	t.Helper()
	o := apptest.RoomOptions{Start: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC), Transport: refuses{}}
	apptest.EachRoom(t, o, func(t *testing.T, r *apptest.Room) {
		h := &house{Room: r, dies: true}
		h.Viewer = viewer.Viewer{Corp: corpID, Account: 1, Name: "admin", Permissions: []string{"eventlog.*"}, Scope: viewer.Scope{Reach: viewer.All}}
		deps := h.Deps()
		deps.Mirror = h.Mirror()
		h.Queue.Register(job.Prefixed(mirror.Slug, deps.Mirror.Jobs()...)...)
		h.Queue.Register(job.Define("test.dies", func(context.Context, job.Job[struct{ N int }]) error {
			if h.dies {
				return errors.New("it died as told")
			}
			return nil
		}, job.Attempts(1)))
		h.Open(eventlog.New(deps))
		story(t, h)
	})
}

// refuses is a WeCom that does not know our address.
type refuses struct{}

func (refuses) RoundTrip(r *http.Request) (*http.Response, error) {
	body := `{"errcode":60020,"errmsg":"not allow to access from your ip"}`
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// callback puts one into the inbox, a second after the one before.
func (h *house) callback(corpID, event, subject, state, raw string) id.ID {
	h.T.Helper()
	h.Clock.Advance(time.Second)
	callback, now := h.IDs.New(), db.NowMS(h.Clock)
	h.Exec(`INSERT INTO mirror_inbox (id, corp_id, app_id, hash, event, subject, raw, state, error, tries, told_at, received_at, done_at)
		VALUES (?, ?, 1, ?, ?, ?, ?, ?, '', 1, ?, ?, 0)`, callback, corpID, callback.String(), event, subject, raw, state, now, now)
	return callback
}

// follow makes a pair with its member and its customer, both named.
func (h *house) follow(member, memberName, external, name string) {
	h.T.Helper()
	customer := h.IDs.New()
	m := mirror.Member{Corp: corpID, ID: member, Lookup: strings.ToLower(member), Name: memberName, Status: wecom.MemberActive, MainDepartment: 1}
	c := mirror.Customer{ID: customer, Corp: corpID, Customer: external, Name: name, Type: 1, Follows: 1, AddedAt: 1}
	f := mirror.Follow{ID: h.IDs.New(), Corp: corpID, Member: member, Customer: external, CustomerID: customer, Standing: mirror.Stands, MobilesJSON: "[]", AddedAt: 1}
	h.Tx(func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.NewInsert().Model(&m).ModelTableExpr("mirror_member").On("CONFLICT (corp_id, id) DO NOTHING").Exec(ctx); err != nil {
			return err
		}
		if _, err := tx.NewInsert().Model(&c).ModelTableExpr("mirror_customer").Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewInsert().Model(&f).ModelTableExpr("mirror_follow").Exec(ctx)
		return err
	})
	h.Findable(corpID, "customer", customer, name)
}

// dead makes jobs that die.
func (h *house) dead(corpID string, n int) {
	h.T.Helper()
	h.Tx(func(ctx context.Context, tx db.Tx) error {
		for i := range n {
			if _, err := h.Queue.Insert(ctx, tx, job.Insert{Kind: "test.dies", Corp: corpID, Args: struct{ N int }{i}}); err != nil {
				return err
			}
		}
		return nil
	})
	h.Must(h.Queue.Settle(context.Background()))
}
