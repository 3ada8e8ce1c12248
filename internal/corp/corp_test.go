package corp_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

const aesKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

// node is one process of an installation.
type node struct {
	*corp.Registry
	clock *clock.Fake
}

func newNode(t *testing.T, d *db.DB, keys string, number int, base string) node {
	t.Helper()
	box, err := secret.Load(keys, true)
	if err != nil {
		t.Fatal(err)
	}
	c := clock.NewFake(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))
	r := corp.New(corp.Deps{DB: d, Secrets: box, Clock: c, IDs: id.NewSource(c, number), BaseURL: base, Transport: http.DefaultTransport})
	t.Cleanup(func() {
		if err := r.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return node{r, c}
}

func oneCorp() corp.Corp {
	return corp.Corp{ID: "ww1", Name: "鹊桥茶业", TimeZone: "Asia/Shanghai", Status: corp.Active}
}

func mainApp(secretText string) corp.App {
	return corp.App{
		Purpose: corp.MainApp, AgentID: 1000002, Name: "SCRM", Secret: secret.NewText(secretText),
		Token: secret.NewText("tok123"), Key: secret.NewText(aesKey),
	}
}

func save(t *testing.T, n node, c corp.Corp, apps ...corp.App) {
	t.Helper()
	if err := n.Save(context.Background(), c, apps...); err != nil {
		t.Fatal(err)
	}
}

func TestSaveAndFind(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		n := newNode(t, d, filepath.Join(t.TempDir(), "keys"), 1, "")
		save(t, n, oneCorp(), mainApp("s3cr3t"))

		a, err := n.App(ctx, "ww1", corp.MainApp)
		if err != nil || a.Secret.Reveal() != "s3cr3t" || a.Key.Reveal() != aesKey || a.Path == "" {
			t.Fatalf("app = %+v, %v", a, err)
		}
		byPath, err := n.AppByPath(ctx, a.Path)
		if err != nil || byPath.ID != a.ID {
			t.Errorf("by path: %v, %v", byPath.ID, err)
		}
		if _, err := n.AppByPath(ctx, "nobody"); fault.CodeOf(err) != fault.NotFound {
			t.Errorf("unknown path: %v, want not_found", err)
		}
		if at := n.Location(ctx, "ww1"); at.String() != "Asia/Shanghai" {
			t.Errorf("location = %s", at)
		}

		var stored string
		err = d.Read().NewRaw(`SELECT secret || callback_token || callback_key FROM corp_app`).Scan(ctx, &stored)
		if err != nil || strings.Contains(stored, "s3cr3t") || strings.Contains(stored, aesKey) || strings.Contains(stored, "tok123") {
			t.Errorf("secrets lie open in the database: %v", err)
		}

		// Another secret: the id and the address that stands in WeCom's console stay.
		save(t, n, oneCorp(), mainApp("other"))
		b, err := n.App(ctx, "ww1", corp.MainApp)
		if err != nil || b.Secret.Reveal() != "other" || b.Path != a.Path || b.ID != a.ID {
			t.Errorf("after the change: %+v, %v", b, err)
		}

		c := oneCorp()
		c.Status = corp.Suspended
		save(t, n, c)
		if _, err := n.AppByPath(ctx, a.Path); fault.CodeOf(err) != fault.NotFound {
			t.Errorf("path of a suspended corp: %v, want not_found", err)
		}
		if _, err := n.Client(ctx, "ww1"); fault.CodeOf(err) != fault.Conflict {
			t.Errorf("client of a suspended corp: %v, want conflict", err)
		}
		if active, err := n.ActiveCorps(ctx); err != nil || len(active) != 0 {
			t.Errorf("active corps = %v, %v", active, err)
		}
	}, corp.Migrations())
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	n := newNode(t, dbtest.Open(t, db.SQLite, corp.Migrations()), filepath.Join(t.TempDir(), "keys"), 1, "")
	for name, c := range map[string]struct {
		change func(*corp.Corp, *corp.App)
		field  string
	}{
		"no corp id":      {func(c *corp.Corp, _ *corp.App) { c.ID = "" }, "id"},
		"slash in id":     {func(c *corp.Corp, _ *corp.App) { c.ID = "a/b" }, "id"},
		"no name":         {func(c *corp.Corp, _ *corp.App) { c.Name = " " }, "name"},
		"unknown zone":    {func(c *corp.Corp, _ *corp.App) { c.TimeZone = "Asia/Peking" }, "timeZone"},
		"no zone":         {func(c *corp.Corp, _ *corp.App) { c.TimeZone = "" }, "timeZone"},
		"unknown status":  {func(c *corp.Corp, _ *corp.App) { c.Status = "on" }, "status"},
		"unknown purpose": {func(_ *corp.Corp, a *corp.App) { a.Purpose = "x" }, "purpose"},
		"no agent":        {func(_ *corp.Corp, a *corp.App) { a.AgentID = 0 }, "agentId"},
		"no secret":       {func(_ *corp.Corp, a *corp.App) { a.Secret = secret.Text{} }, "secret"},
		"token too long":  {func(_ *corp.Corp, a *corp.App) { a.Token = secret.NewText(strings.Repeat("a", 33)) }, "token"},
		"short key":       {func(_ *corp.Corp, a *corp.App) { a.Key = secret.NewText("short") }, "key"},
		"path with slash": {func(_ *corp.Corp, a *corp.App) { a.Path = "a/b" }, "path"},
	} {
		co, a := oneCorp(), mainApp("s")
		c.change(&co, &a)
		f := fault.As(n.Save(context.Background(), co, a))
		if f == nil || f.Code != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != c.field {
			t.Errorf("%s: %v, want invalid: %s", name, f, c.field)
		}
	}
	taken := mainApp("s")
	taken.Path = "same"
	save(t, n, oneCorp(), taken)
	other := oneCorp()
	other.ID = "ww2"
	if err := n.Save(context.Background(), other, taken); fault.CodeOf(err) != fault.Conflict {
		t.Errorf("a callback path twice: %v, want conflict", err)
	}
}

// fakeWeCom hands out numbered tokens per secret and refuses everything else as told.
type fakeWeCom struct {
	*httptest.Server
	tokens atomic.Int64
	code   atomic.Int64
	secret atomic.Value
}

func newFakeWeCom(t *testing.T) *fakeWeCom {
	f := &fakeWeCom{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := map[string]any{"errcode": 0, "errmsg": "ok"}
		if strings.HasSuffix(r.URL.Path, "/gettoken") {
			f.secret.Store(r.URL.Query().Get("corpsecret"))
			answer["access_token"], answer["expires_in"] = fmt.Sprint("token", f.tokens.Add(1)), 7200
		} else if code := f.code.Load(); code != 0 {
			answer["errcode"], answer["errmsg"] = code, "from ip: 10.0.0.1"
		}
		if err := json.NewEncoder(w).Encode(answer); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(f.Close)
	return f
}

func TestClientFollowsTheApp(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		f := newFakeWeCom(t)
		keys := filepath.Join(t.TempDir(), "keys")
		a := newNode(t, d, keys, 1, f.URL)
		b := newNode(t, d, keys, 2, f.URL)
		save(t, a, oneCorp(), mainApp("first"))
		call := func(n node) {
			t.Helper()
			c, err := n.Client(ctx, "ww1")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := c.ListFollowUsers(ctx); err != nil {
				t.Fatal(err)
			}
		}
		call(a)
		call(b)
		call(a)
		if got := f.tokens.Load(); got != 1 {
			t.Errorf("two nodes fetched %d tokens, want 1", got)
		}
		one, _ := a.Client(ctx, "ww1")
		two, _ := a.Client(ctx, "ww1")
		if one != two {
			t.Error("the client is not kept")
		}
		a.clock.Advance(time.Minute)
		save(t, a, oneCorp(), mainApp("second"))
		call(a)
		if f.secret.Load() != "second" || f.tokens.Load() != 2 {
			t.Errorf("after the change the secret is %v", f.secret.Load())
		}
		// The other node hears of it, or looks for itself after half a minute.
		b.clock.Advance(time.Minute)
		call(b)
		if c, _ := b.App(ctx, "ww1", corp.MainApp); c.Secret.Reveal() != "second" {
			t.Error("the other node works on with the old secret")
		}
		if err := d.Tx(ctx, func(ctx context.Context, _ db.Tx) error {
			c, err := a.Client(ctx, "ww1")
			if err != nil {
				return err
			}
			_, err = c.ListFollowUsers(ctx)
			return err
		}); !errors.Is(err, db.ErrInTx) {
			t.Errorf("a call inside a transaction: %v, want ErrInTx", err)
		}
	}, corp.Migrations())
}

func TestFailedCalls(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		f := newFakeWeCom(t)
		n := newNode(t, d, filepath.Join(t.TempDir(), "keys"), 1, f.URL)
		save(t, n, oneCorp(), mainApp("s"))
		fail := func(code int) error {
			t.Helper()
			f.code.Store(int64(code))
			c, err := n.Client(ctx, "ww1")
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.ListFollowUsers(ctx)
			return err
		}
		for range 3 {
			if err := fail(errcode.UntrustedIP); err == nil {
				t.Fatal("want an error")
			}
		}
		if err := n.FlushCalls(ctx); err != nil {
			t.Fatal(err)
		}
		_ = fail(errcode.UntrustedIP) // a fourth of the same minute, written apart
		n.clock.Advance(time.Minute)
		_ = fail(errcode.UntrustedIP)
		n.clock.Advance(time.Second)
		err := fail(errcode.RateLimited)

		if g := fault.As(corp.Fault(err)); g == nil || g.Code != fault.Upstream || g.Upstream != errcode.RateLimited || g.Advice == "" {
			t.Errorf("fault = %+v", g)
		}
		calls, err := n.Calls(ctx, "ww1", corp.CallFilter{})
		if err != nil || len(calls) != 3 {
			t.Fatalf("calls = %d, %v; want 3", len(calls), err)
		}
		oldest := calls[2]
		if calls[0].ErrCode != errcode.RateLimited || oldest.Times != 4 || oldest.Operation != "externalcontact/get_follow_user_list" ||
			oldest.App != corp.MainApp || oldest.Reason != "from ip: 10.0.0.1" || !strings.Contains(oldest.AdviceZH, "可信 IP") {
			t.Errorf("calls = %+v", calls)
		}
		page, err := n.Calls(ctx, "ww1", corp.CallFilter{Before: calls[0].Key(), Limit: 1})
		if err != nil || len(page) != 2 || page[0].ID != calls[1].ID {
			t.Errorf("the next page = %+v, %v", page, err)
		}
		narrowed, err := n.Calls(ctx, "ww1", corp.CallFilter{ErrCode: errcode.RateLimited, Operation: calls[0].Operation})
		if err != nil || len(narrowed) != 1 {
			t.Errorf("narrowed = %+v, %v", narrowed, err)
		}
		if others, err := n.Calls(ctx, "ww2", corp.CallFilter{}); err != nil || len(others) != 0 {
			t.Errorf("another corp sees %+v, %v", others, err)
		}
		n.clock.Advance(30 * time.Hour)
		for want := int64(4); ; want = 0 { // three calls and the expired token
			removed, err := n.Prune(ctx, time.Hour)
			if err != nil || removed != want {
				t.Fatalf("pruned %d, %v; want %d", removed, err, want)
			}
			if want == 0 {
				break
			}
		}
	}, corp.Migrations())
}
