package mirror

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/wecom/callback"
)

// intakeBatch is how many callbacks share a commit at most.
const intakeBatch = 200

// intakePatience is how long a callback waits for a busy database; it bounds how many wait.
const intakePatience = 20 * time.Second

// CallbackHandler answers WeCom at /callback/{path}, one path for each app: the GET that
// verifies the address within a second, and the POST of a callback (docs 90930, 90238).
//
// A callback is answered 200, with an empty body, once it is durable in the inbox;
// everything else happens later, in a job. What cannot be verified, decrypted or read is
// refused with a 4xx and leaves no trace. When the database is away the answer is 503,
// and WeCom comes again (three times in all).
func (m *Mirror) CallbackHandler() http.Handler { return http.HandlerFunc(m.serveCallback) }

func (m *Mirror) serveCallback(w http.ResponseWriter, r *http.Request) {
	app, err := m.corps.AppByPath(r.Context(), path.Base(r.URL.Path))
	switch {
	case fault.CodeOf(err) == fault.NotFound:
		m.refuse(w, http.StatusNotFound, "unknown_path", "no app has this callback address")
		return
	case err != nil:
		m.unavailable(w, "app", err)
		return
	}
	codec, err := callback.New(app.Token.Reveal(), app.Key.Reveal(), app.Corp)
	if err != nil {
		m.unavailable(w, "key", err)
		return
	}
	switch r.Method {
	case http.MethodGet:
		m.verifyAddress(w, r, app, codec)
	case http.MethodPost:
		m.receive(w, r, app, codec)
	default:
		w.Header().Set("Allow", "GET, POST")
		m.refuse(w, http.StatusMethodNotAllowed, "method", "use GET or POST")
	}
}

func (m *Mirror) verifyAddress(w http.ResponseWriter, r *http.Request, app corp.App, codec *callback.Codec) {
	echo, err := codec.VerifyURL(r.URL.Query())
	if err != nil {
		m.heardBad(r.Context(), app, err)
		m.refuseError(w, err)
		return
	}
	m.metrics.answered("verified")
	m.corps.Heard(r.Context(), app, corp.Verified)
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	// The body is the echo and nothing else. A client that went away needs no answer.
	_, _ = w.Write(echo)
}

func (m *Mirror) receive(w http.ResponseWriter, r *http.Request, app corp.App, codec *callback.Codec) {
	begun := m.clock.Now()
	if r.ContentLength > callback.MaxBody {
		m.refuseError(w, callback.ErrTooLarge)
		return
	}
	body, err := callback.ReadBody(http.MaxBytesReader(w, r.Body, callback.MaxBody+1))
	if err != nil {
		m.refuseError(w, err)
		return
	}
	plaintext, _, err := codec.Open(r.URL.Query(), body)
	if err != nil {
		m.heardBad(r.Context(), app, err)
		m.refuseError(w, err)
		return
	}
	a, err := arrive(app, plaintext, db.MS(begun))
	if err != nil {
		m.refuseError(w, err)
		return
	}
	// WeCom hangs up after five seconds and comes three times only: what has come whole is
	// stored also when nobody waits for the answer any more. Its repetition changes nothing.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), intakePatience)
	defer cancel()
	got, err := m.intake.Do(ctx, a)
	if err != nil {
		m.unavailable(w, "store", err)
		return
	}
	outcome := "stored"
	if got.repeated {
		outcome = "repeated"
	}
	m.metrics.stored(outcome, m.clock.Now().Sub(begun))
	m.corps.Heard(r.Context(), app, corp.EventCame)
	w.WriteHeader(http.StatusOK)
}

// heardBad notes what shows that token, key or corp are set differently in WeCom; other
// requests that make no sense show nothing.
func (m *Mirror) heardBad(ctx context.Context, app corp.App, err error) {
	switch {
	case errors.Is(err, callback.ErrSignature):
		m.corps.Heard(ctx, app, corp.BadSignature)
	case errors.Is(err, callback.ErrReceiver):
		m.corps.Heard(ctx, app, corp.BadReceiver)
	case errors.Is(err, callback.ErrBase64), errors.Is(err, callback.ErrPadding), errors.Is(err, callback.ErrLength):
		m.corps.Heard(ctx, app, corp.BadCipher)
	}
}

// refuseError answers a request that is at fault itself.
func (m *Mirror) refuseError(w http.ResponseWriter, err error) {
	tooLong, _ := errors.AsType[*http.MaxBytesError](err)
	switch {
	case errors.Is(err, callback.ErrTooLarge), tooLong != nil:
		w.Header().Set("Connection", "close")
		m.refuse(w, http.StatusRequestEntityTooLarge, "too_large", "the body is larger than 1 MB")
	case errors.Is(err, callback.ErrSignature):
		m.refuse(w, http.StatusForbidden, "signature", "the signature does not match")
	case errors.Is(err, callback.ErrReceiver):
		m.refuse(w, http.StatusForbidden, "receiver", "the callback is meant for another corp")
	case errors.Is(err, callback.ErrParameter):
		m.refuse(w, http.StatusBadRequest, "parameter", "msg_signature, timestamp, nonce and the encrypted text are needed")
	case errors.Is(err, callback.ErrDTD):
		m.refuse(w, http.StatusBadRequest, "dtd", "document types and entities are not taken")
	case errors.Is(err, callback.ErrEnvelope), errors.Is(err, callback.ErrXML):
		m.refuse(w, http.StatusBadRequest, "xml", "the XML cannot be read")
	default: // base64, length, padding; or the client stopped sending
		m.refuse(w, http.StatusBadRequest, "ciphertext", "the encrypted text cannot be read")
	}
}

func (m *Mirror) refuse(w http.ResponseWriter, status int, outcome, text string) {
	m.metrics.answered(outcome)
	http.Error(w, text, status)
}

// unavailable asks WeCom to come again.
func (m *Mirror) unavailable(w http.ResponseWriter, what string, err error) {
	m.log.Error("a callback could not be taken in", "at", what, "error", err)
	m.refuse(w, http.StatusServiceUnavailable, "unavailable", "not possible at the moment, please repeat")
}

// arrival is a callback on its way into the inbox.
type arrival struct {
	corp    string
	app     id.ID
	hash    string
	event   string
	subject string
	line    string
	raw     string
	told    int64 // unix ms
	at      int64 // unix ms
}

// receipt tells what became of it.
type receipt struct{ repeated bool }

// arrive reads what the inbox row needs. A plaintext that is no XML at all is an error;
// one whose fields cannot be read is kept, so that it can be replayed once they can.
func arrive(app corp.App, plaintext []byte, now int64) (arrival, error) {
	// The app is not part of the hash: two apps that hear the same are told one fact.
	sum := sha256.New()
	_, _ = io.WriteString(sum, app.Corp+"\n") // a hash never fails
	_, _ = sum.Write(plaintext)
	a := arrival{
		corp: app.Corp, app: app.ID, hash: hex.EncodeToString(sum.Sum(nil)),
		raw: db.Clean(string(plaintext)), event: notUnderstood, told: now, at: now,
	}
	e, err := callback.Parse(plaintext)
	if err != nil {
		var whole struct {
			XMLName xml.Name `xml:"xml"`
		}
		if errors.Is(err, callback.ErrDTD) || errors.Is(err, callback.ErrTooLarge) || xml.Unmarshal(plaintext, &whole) != nil {
			return a, err
		}
		return a, nil
	}
	a.event, a.subject = db.Clean(e.Head().Kind().String()), db.Clean(subjectOf(e))
	a.line = lineOf(a.subject)
	if t := e.Head().Time(); t > 0 && t < maxUnix {
		a.told = t * 1000
	}
	return a, nil
}

// notUnderstood stands in Inbox.Event for a callback whose fields cannot be read.
const notUnderstood = "?"

// maxUnix keeps times from overflowing when they are counted in milliseconds.
const maxUnix = 1 << 40

// store writes a batch: one statement for the rows, one for the jobs. A repetition only
// counts up; its job exists. Open pages hear of a callback when it is translated, which is
// a moment later.
func (m *Mirror) store(ctx context.Context, tx db.Tx, batch []arrival) ([]receipt, error) {
	type inboxRow struct {
		ID         id.ID  `bun:"id"`
		Corp       string `bun:"corp_id"`
		App        id.ID  `bun:"app_id"`
		Hash       string `bun:"hash"`
		Event      string `bun:"event"`
		Subject    string `bun:"subject"`
		Line       string `bun:"line"`
		Raw        string `bun:"raw"`
		State      string `bun:"state"`
		Error      string `bun:"error"`
		Tries      int    `bun:"tries"`
		ToldAt     int64  `bun:"told_at"`
		ReceivedAt int64  `bun:"received_at"`
		DoneAt     int64  `bun:"done_at"`
	}
	rows := make([]*inboxRow, 0, len(batch))
	at := make(map[string]*inboxRow, len(batch))
	first := make([]bool, len(batch))
	for i, a := range batch {
		if row := at[a.hash]; row != nil {
			row.Tries++ // the same callback twice in one batch
			continue
		}
		row := &inboxRow{
			ID: m.ids.New(), Corp: a.corp, App: a.app, Hash: a.hash, Event: a.event, Subject: a.subject, Line: a.line,
			Raw: a.raw, State: InboxWaiting, Tries: 1, ToldAt: a.told, ReceivedAt: a.at,
		}
		at[a.hash], first[i] = row, true
		rows = append(rows, row)
	}
	// In one order, so that two batches with the same repetitions cannot wait for each other.
	slices.SortFunc(rows, func(x, y *inboxRow) int { return strings.Compare(x.Hash, y.Hash) })
	var stored []struct {
		ID   id.ID  `bun:"id"`
		Hash string `bun:"hash"`
	}
	err := tx.NewInsert().Model(&rows).ModelTableExpr("mirror_inbox").
		On("CONFLICT (hash) DO UPDATE").Set("tries = mirror_inbox.tries + excluded.tries").
		Returning("id, hash").Scan(ctx, &stored)
	if err != nil {
		return nil, err
	}
	fresh := make(map[string]bool, len(stored))
	var jobs []job.Insert
	for _, s := range stored {
		row := at[s.Hash]
		if row.ID != s.ID {
			continue
		}
		fresh[s.Hash] = true
		jobs = append(jobs, translateJob(row.Corp, row.ID, row.Line))
	}
	if len(jobs) > 0 {
		if _, err := m.jobs.Insert(ctx, tx, jobs...); err != nil {
			return nil, err
		}
	}
	receipts := make([]receipt, len(batch))
	for i, a := range batch {
		receipts[i] = receipt{repeated: !first[i] || !fresh[a.hash]}
	}
	return receipts, nil
}
