package mirror_test

import (
	"bytes"
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
	"github.com/queqiao-scrm/queqiao/wecom/callback"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

func (h *house) inbox() []mirror.Inbox {
	h.t.Helper()
	var rows []mirror.Inbox
	h.check(h.db.Read().NewRaw(`SELECT id, event, raw, state, error, tries, told_at FROM mirror_inbox ORDER BY received_at, id`).Scan(context.Background(), &rows))
	return rows
}

func TestAddressIsVerified(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		query, err := h.codec.Challenge([]byte("1616140317555161061"), h.clock.Now().Unix(), "n")
		h.check(err)
		w := h.answer(httptest.NewRequest(http.MethodGet, h.path+"?"+query.Encode(), nil))
		if w.Code != http.StatusOK || w.Body.String() != "1616140317555161061" {
			t.Errorf("answer %d %q", w.Code, w.Body)
		}
		query.Set("nonce", "other")
		if w := h.answer(httptest.NewRequest(http.MethodGet, h.path+"?"+query.Encode(), nil)); w.Code != http.StatusForbidden {
			t.Errorf("a wrong signature is answered %d", w.Code)
		}
	})
}

func TestBadRequestsLeaveNoTrace(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		good := event1("add_external_contact", h.members()[0], "wmX", h.corp, start, "")
		sealed := func(plaintext string) (url.Values, []byte) {
			query, body, err := h.codec.Seal([]byte(plaintext), h.corp, "", start.Unix(), "n")
			h.check(err)
			return query, body
		}
		query, body := sealed(good)
		foreign, err := callback.New("othertoken", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", h.corp)
		h.check(err)
		foreignQuery, foreignBody, err := foreign.Seal([]byte(good), h.corp, "", start.Unix(), "n")
		h.check(err)
		// The right token and key, but meant for another corp.
		var token, key string
		h.sim.Inspect(func(w *wecomsim.World) {
			token, key = w.Corps[0].Apps[0].Callback.Token, w.Corps[0].Apps[0].Callback.AESKey
		})
		other, err := callback.New(token, key, "wwanothercorp")
		h.check(err)
		otherQuery, otherBody, err := other.Seal([]byte(good), "wwanothercorp", "", start.Unix(), "n")
		h.check(err)
		bomb := `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;">]><xml><Encrypt>&lol2;</Encrypt></xml>`
		bombQuery, bombBody := sealed(bomb)
		textQuery, textBody := sealed("no xml at all")
		halfQuery, halfBody := sealed(good[:len(good)/2])
		without := url.Values{}
		without.Set("nonce", "n")
		broken := bytes.Replace(body, []byte("<Encrypt>"), []byte("<Encrypt>AAAA"), 1)
		huge := io.LimitReader(zeros{}, 10<<20)

		for name, c := range map[string]struct {
			path  string
			query url.Values
			body  io.Reader
			want  int
		}{
			"unknown address":          {"/callback/nobody", query, bytes.NewReader(body), http.StatusNotFound},
			"no address":               {"/callback/", query, bytes.NewReader(body), http.StatusNotFound},
			"wrong signature":          {h.path, without1(query, "msg_signature", strings.Repeat("0", 40)), bytes.NewReader(body), http.StatusForbidden},
			"signed by somebody else":  {h.path, foreignQuery, bytes.NewReader(foreignBody), http.StatusForbidden},
			"meant for another corp":   {h.path, otherQuery, bytes.NewReader(otherBody), http.StatusForbidden},
			"changed on the way":       {h.path, query, bytes.NewReader(broken), http.StatusForbidden},
			"no signature":             {h.path, without, bytes.NewReader(body), http.StatusBadRequest},
			"no query":                 {h.path, nil, bytes.NewReader(body), http.StatusBadRequest},
			"empty body":               {h.path, query, strings.NewReader(""), http.StatusBadRequest},
			"no XML":                   {h.path, query, strings.NewReader("hello"), http.StatusBadRequest},
			"half an envelope":         {h.path, query, bytes.NewReader(body[:len(body)/2]), http.StatusBadRequest},
			"XML bomb as envelope":     {h.path, query, strings.NewReader(bomb), http.StatusBadRequest},
			"XML bomb inside":          {h.path, bombQuery, bytes.NewReader(bombBody), http.StatusBadRequest},
			"text inside":              {h.path, textQuery, bytes.NewReader(textBody), http.StatusBadRequest},
			"half a message inside":    {h.path, halfQuery, bytes.NewReader(halfBody), http.StatusBadRequest},
			"10 MB without a length":   {h.path, query, huge, http.StatusRequestEntityTooLarge},
			"10 MB with a length":      {h.path, query, bytes.NewReader(make([]byte, 10<<20)), http.StatusRequestEntityTooLarge},
			"a client that breaks off": {h.path, query, io.MultiReader(bytes.NewReader(body[:10]), broke{}), http.StatusBadRequest},
		} {
			r := httptest.NewRequest(http.MethodPost, c.path+"?"+c.query.Encode(), c.body)
			w := h.answer(r)
			if w.Code != c.want || w.Body.Len() == 0 {
				t.Errorf("%s: answered %d %q, want %d", name, w.Code, w.Body, c.want)
			}
		}
		if w := h.answer(httptest.NewRequest(http.MethodDelete, h.path, nil)); w.Code != http.StatusMethodNotAllowed {
			t.Errorf("DELETE is answered %d", w.Code)
		}
		if n := h.count(`SELECT count(*) FROM mirror_inbox`) + h.count(`SELECT count(*) FROM job_job WHERE kind = 'mirror.translate'`); n != 0 {
			t.Errorf("%d rows were stored", n)
		}
		h.deliver(good) // the door still works
	})
}

func without1(q url.Values, key, value string) url.Values {
	out := url.Values{}
	maps.Copy(out, q)
	out.Set(key, value)
	return out
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

type broke struct{}

func (broke) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestRepetitionsAreCounted(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		p := event1("add_external_contact", h.members()[0], "wmX", h.corp, start, "<WelcomeCode>C</WelcomeCode>")
		h.deliver(p, p)
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if w := h.answer(h.request(p)); w.Code != http.StatusOK {
					t.Errorf("answered %d", w.Code)
				}
			})
		}
		all.Wait()
		h.settle()
		h.deliver(p)
		h.settle()
		rows := h.inbox()
		if len(rows) != 1 || rows[0].Tries != 23 || rows[0].State != mirror.InboxDone || rows[0].ToldAt != start.UnixMilli() {
			t.Errorf("inbox = %+v", rows)
		}
		if n := h.count(`SELECT count(*) FROM job_job WHERE kind = 'mirror.translate'`); n != 1 {
			t.Errorf("%d jobs, want 1", n)
		}
		if added := heard[event.CustomerAdded](h); len(added) != 1 {
			t.Errorf("added = %+v", added)
		}
	})
}

// hangsUp is a client that has gone by the time its last byte was read.
type hangsUp struct {
	io.Reader
	hangUp context.CancelFunc
}

func (c hangsUp) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if err != nil {
		c.hangUp()
	}
	return n, err
}

func TestACallbackIsStoredAlsoWhenWeComHasHungUp(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		query, body, err := h.codec.Seal([]byte(event1("add_external_contact", h.members()[0], "wmX", h.corp, start, "")), h.corp, "", start.Unix(), "n")
		h.check(err)
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, h.path+"?"+query.Encode(), hangsUp{bytes.NewReader(body), cancel})
		h.answer(r)
		if ctx.Err() == nil {
			t.Fatal("the client never hung up")
		}
		if rows := h.inbox(); len(rows) != 1 {
			t.Errorf("%d callbacks in the inbox", len(rows))
		}
	})
}

func TestUnknownKindsAreKept(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		brandNew := `<xml><ToUserName>x</ToUserName><FromUserName>sys</FromUserName><CreateTime>1795309200</CreateTime>` +
			`<MsgType>event</MsgType><Event>something_new</Event><ChangeType>of_2027</ChangeType></xml>`
		unreadable := strings.Replace(event1("add_external_contact", "m", "wmX", h.corp, start, ""), "<CreateTime>", "<CreateTime>soon", 1)
		h.deliver(brandNew, unreadable)
		h.settle()
		rows := h.inbox()
		if len(rows) != 2 || rows[0].State != mirror.InboxIgnored || rows[0].Event != "something_new.of_2027" || rows[0].Raw != brandNew {
			t.Errorf("inbox = %+v", rows)
		}
		if rows[1].State != mirror.InboxFailed || rows[1].Error == "" || rows[1].Event != "?" {
			t.Errorf("unreadable = %+v", rows[1])
		}
	})
}

func TestDatabaseAwayAsksToComeAgain(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		p := event1("add_external_contact", h.members()[0], "wmX", h.corp, start, "")
		h.deliver(event1("add_external_contact", h.members()[0], "wmY", h.corp, start, "")) // the app is known now
		rename := func(from, to string) {
			h.check(h.db.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
				_, err := tx.NewRaw("ALTER TABLE " + from + " RENAME TO " + to).Exec(ctx)
				return err
			}))
		}
		rename("mirror_inbox", "mirror_inbox_away")
		if w := h.answer(h.request(p)); w.Code != http.StatusServiceUnavailable {
			t.Errorf("answered %d, want 503", w.Code)
		}
		rename("mirror_inbox_away", "mirror_inbox")
		if w := h.answer(h.request(p)); w.Code != http.StatusOK {
			t.Errorf("when WeCom came again the answer was %d", w.Code)
		}
	})
}

func TestReplay(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		ctx := context.Background()
		h.check(h.queue.Start(ctx)) // Replay waits for workers
		member, person := h.members()[0], h.people()[0]
		r, err := h.sim.Add(wecomsim.Add{Person: person, Member: member})
		h.check(err)
		h.happen()
		h.pass(time.Hour)
		h.check2(h.sim.DeleteMember(wecomsim.Pair{Person: person, Member: member}))
		h.happen()
		before := h.follow(member, r.ExternalUserID)
		heard[event.CustomerAdded](h)

		added := h.inbox()[0]
		row, err := h.mirror.Replay(ctx, viewer.System(h.corp), added.ID)
		if err != nil || row.State != mirror.InboxDone {
			t.Fatalf("replay = %+v, %v", row, err)
		}
		h.settle()
		after := h.follow(member, r.ExternalUserID)
		after.UpdatedAt, after.ReadAt = before.UpdatedAt, before.ReadAt
		if after != before {
			t.Errorf("the replay changed\n%+v into\n%+v", before, after)
		}
		if again := heard[event.CustomerAdded](h); len(again) != 0 {
			t.Errorf("told again: %+v", again)
		}
		if _, err := h.mirror.Replay(ctx, viewer.System("ww other"), added.ID); fault.CodeOf(err) != fault.NotFound {
			t.Errorf("another corp's callback: %v, want not_found", err)
		}
		if _, err := h.mirror.Replay(ctx, viewer.System(h.corp), id.ID(1)); fault.CodeOf(err) != fault.NotFound {
			t.Errorf("no such callback: %v, want not_found", err)
		}
	})
}

// TestOneLineIsTranslatedInOrder lets all jobs of a customer's callbacks run at once.
func TestOneLineIsTranslatedInOrder(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		member := h.members()[0]
		h.interrupt.Store(func(*http.Request) bool { return true }) // details do not come
		for i := range 150 {
			change := "add_external_contact"
			if i%2 == 1 {
				change = "del_follow_user"
			}
			h.deliver(event1(change, member, "wmX", h.corp, start.Add(time.Duration(i)*time.Minute), ""))
		}
		h.settle()
		var last time.Time
		added := heard[event.CustomerAdded](h)
		for _, e := range added {
			if !e.At.After(last) {
				t.Errorf("told at %s after %s", e.At, last)
			}
			last = e.At
		}
		if len(added) != 75 || h.follow(member, "wmX").Standing != mirror.Lost {
			t.Errorf("%d additions, follow %+v", len(added), h.follow(member, "wmX"))
		}
		if n := h.count(`SELECT count(*) FROM mirror_inbox WHERE state <> 'done'`); n != 0 {
			t.Errorf("%d callbacks are not done", n)
		}
		if n := h.count(`SELECT count(*) FROM job_job WHERE kind = 'mirror.translate' AND state <> 'done'`); n != 0 {
			t.Errorf("%d jobs are not done", n)
		}
	})
}

func TestOldCallbacksAreRemoved(t *testing.T) {
	t.Parallel()
	each(t, small(), func(h *house) {
		h.deliver(event1("add_external_contact", h.members()[0], "wmX", h.corp, start, ""))
		h.settle()
		for _, s := range h.mirror.Schedules() {
			s.Kind = mirror.Slug + "." + s.Kind
			h.queue.Schedules(s)
		}
		h.settle() // the schedules count from now on
		h.pass(89 * 24 * time.Hour)
		h.deliver(event1("add_external_contact", h.members()[0], "wmY", h.corp, h.clock.Now(), ""))
		h.settle()
		if n := len(h.inbox()); n != 2 {
			t.Errorf("%d callbacks after 89 days, want 2", n)
		}
		h.pass(3 * 24 * time.Hour)
		h.settle()
		if n := len(h.inbox()); n != 1 {
			t.Errorf("%d callbacks after 92 days, want 1", n)
		}
	})
}
