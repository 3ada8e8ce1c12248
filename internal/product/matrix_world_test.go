package product_test

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Everything that could be told carries one of these words: what belongs to zhang, who is
// in the scope of most; what belongs to li, who is not; and whatever belongs to another
// corp, where people, customers and departments have the very same ids.
const (
	inside  = "INSIDExq"
	outside = "OUTSIDExq"
	foreign = "FOREIGNxq"

	neighbour = "ww00000000neighbour"
)

// persona is somebody who looks, by the way in which his scope came about.
type persona struct {
	name    string
	corp    string // "" is the house's own
	member  string // userid
	account id.ID
	sees    []string // of inside and outside
}

func personas() []persona {
	return []persona{
		{name: "another corp's zhang", corp: neighbour, member: "zhang"},
		{name: "self", member: "zhang", sees: []string{inside}},
		{name: "own department", member: "wei", sees: []string{inside}},
		{name: "managed department", member: "han", sees: []string{inside}},
		{name: "named department", member: "qian", sees: []string{inside}},
		{name: "named member", member: "sun", sees: []string{inside}},
		{name: "two roles", member: "zhou", sees: []string{inside}},
		{name: "a department's role", member: "ying", sees: []string{inside}},
		{name: "local account", account: 77, sees: []string{inside}},
		{name: "nobody else", member: "wu"},
		{name: "all", member: "zheng", sees: []string{inside, outside}},
	}
}

// world is a house with two corps full of marked things.
type world struct {
	*apptest.House
	t   testing.TB
	ids map[string]map[string]string // object → marker → id
	// corpTables are the tables with rows of corps.
	corpTables []string
	// reference is of the last answer, by which the audit log knows the call.
	reference string
	// unsaid are the writes that went well and of which the audit log does not say what they were done to.
	unsaid map[string]bool
}

// byHeader takes a caller's word for who he is; what he may see is access's to say, what
// he may do is what the test gives him, or his roles with "-".
type byHeader struct{ rights viewer.Resolver }

func (g byHeader) Identify(ctx context.Context, r *http.Request) (context.Context, web.Subject, error) {
	who := viewer.Who{Corp: r.Header.Get("X-Corp"), Member: r.Header.Get("X-Member"), Founder: r.Header.Get("X-Founder") != ""}
	if n, err := strconv.ParseInt(r.Header.Get("X-Account"), 10, 64); err == nil {
		who.Account = id.ID(n)
	}
	if who.Member == "" && who.Account == 0 {
		return ctx, nil, fault.New(fault.Unauthenticated, "请先登录")
	}
	v, err := g.rights.Resolve(ctx, who)
	if permissions := r.Header.Get("X-Permissions"); permissions != "-" {
		v.Permissions = strings.Split(permissions, ",")
	}
	return viewer.With(ctx, v), v, err
}

func doorman(d feature.Deps) feature.Feature {
	return feature.Feature{Slug: "doorman", Guard: byHeader{d.Rights}}
}

// build furnishes a house. Whoever adds a table with rows of members adds a row of each kind here.
func build(t testing.TB, h *apptest.House, permissions ...string) *world {
	t.Helper()
	w := &world{House: h, t: t, ids: map[string]map[string]string{}}
	ctx := context.Background()
	w.must(h.App.Corps.Save(ctx, corp.Corp{ID: neighbour, Name: foreign, TimeZone: "Asia/Shanghai", Status: corp.Active}))
	for _, c := range []string{h.Corp, neighbour} {
		words := map[string]string{"zhang": inside, "li": outside}
		if c == neighbour {
			words = map[string]string{"zhang": foreign, "li": foreign}
		}
		w.people(c, words)
		for _, member := range []string{"zhang", "li"} {
			w.furnish(c, member, words[member])
		}
		w.installation(c, words["zhang"])
	}
	w.roles(permissions...)
	w.traces()
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) exec(text string, args ...any) {
	w.t.Helper()
	w.must(w.App.DB.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw(text, args...).Exec(ctx)
		return err
	}))
}

// people are the members, in departments 11 (zhang's) and 12 (li's) and 13 (others').
func (w *world) people(c string, words map[string]string) {
	for d, name := range map[int64]string{1: "总部", 11: words["zhang"] + "部", 12: words["li"] + "部", 13: "其他"} {
		parent := int64(1)
		if d == 1 {
			parent = 0
		}
		w.exec(`INSERT INTO mirror_department (corp_id, id, parent_id, name, position) VALUES (?, ?, ?, ?, 0)`, c, d, parent, name)
	}
	place := func(member string, department int64, leads bool) {
		w.exec(`INSERT INTO mirror_member_department (corp_id, member_id, department_id, leader, position) VALUES (?, ?, ?, ?, 0)`, c, member, department, leads)
	}
	for _, member := range []string{"zhang", "li", "wei", "han", "qian", "sun", "zhou", "ying", "wu", "zheng", "fremd", "b-owner", "b-admin", "b-manager", "b-staff"} {
		if member == "fremd" && c != neighbour {
			continue
		}
		name := words[member]
		if c == neighbour {
			name = foreign
		}
		w.exec(`INSERT INTO mirror_member (corp_id, id, lookup, name, pinyin, alias, title, avatar, status, main_department,
				can_contact, left_at, told_at, read_at, sync_run, updated_at)
			VALUES (?, ?, ?, ?, '', '', '', '', 1, 13, TRUE, 0, 0, 0, 0, 0)`, c, member, member, name+"员")
		switch member {
		case "zhang", "wei":
			place(member, 11, false)
		case "li":
			place(member, 12, false)
		case "han":
			place(member, 11, true)
			place(member, 13, false)
		case "ying":
			place(member, 13, false)
			w.exec(`INSERT INTO mirror_department (corp_id, id, parent_id, name, position) VALUES (?, 14, 13, '末级', 0)`, c)
			place(member, 14, false)
		default:
			place(member, 13, false)
		}
	}
}

// installation gives a corp what belongs to no single member.
func (w *world) installation(c, word string) {
	now := db.MS(w.Clock.Now())
	job := w.App.IDs.New()
	w.name("job", word, job.String())
	w.exec(`INSERT INTO job_job (id, corp_id, kind, lane, state, priority, delayed, run_at, place, timed, unique_hold, args, attempt, max_attempts, holder, fence,
			cancel_asked, error, created_at, started_at, finished_at, progress_done, progress_total, progress_note)
		VALUES (?, ?, 'mirror.translate', 'normal', 'dead', 0, FALSE, ?, 0, FALSE, 0, ?, 1, 1, 0, 0, FALSE, ?, ?, ?, ?, 0, 0, '')`,
		job, c, now, `{"word":"`+word+`"}`, word, now, now, now)
	account, session := w.App.IDs.New(), w.App.IDs.New()
	w.exec(`INSERT INTO account_account (id, name, lookup, password, founder, corp_id, created_at, changed_at, home) VALUES (?, ?, ?, '', FALSE, ?, 0, 0, ?)`,
		account, word, strings.ToLower(word), c, c)
	w.session(c, "", account, session, word)
	w.name("accountSession", word, session.String())
	w.exec(`INSERT INTO corp_call (id, corp_id, app, operation, errcode, class, reason, minute, times, first_at, last_at)
		VALUES (?, ?, 'main', 'gettoken', 40001, 'config', ?, ?, 1, ?, ?)`, w.App.IDs.New(), c, word, now/60000, now, now)
	w.exec(`INSERT INTO mirror_tag_group (corp_id, id, name, position, created_at) VALUES (?, 'g', ?, 0, 0)`, c, word)
	w.exec(`INSERT INTO mirror_tag_group (corp_id, id, name, position, created_at) VALUES (?, 'own:g', ?, 0, 0)`, c, word)
	w.exec(`INSERT INTO mirror_tag (corp_id, id, group_id, name, position, created_at) VALUES (?, 'own:t', 'own:g', ?, 0, 0)`, c, word)
	for of, finding := range map[string]string{c: word, "": inside + foreign} { // what all corps stand on is for its owner alone
		w.exec(`INSERT INTO setup_health (corp_id, at, findings) VALUES (?, ?, ?) ON CONFLICT (corp_id) DO UPDATE SET findings = excluded.findings`,
			of, now, `[{"check":"disk","state":"fail","found":{"zh":"`+finding+`"}}]`)
	}
	w.name("tagGroup", word, "own:g")
	w.name("tag", word, "own:t")
	w.name("stage", word, id.ID(1001).String())
	w.exec(`INSERT INTO tag_change (id, corp_id, kind, args, label, state, errcode, reason, advice, by_name, asked_at, finished_at)
		VALUES (?, ?, 'rename', '{"id":"own:none","was":"a","name":"b"}', ?, 'refused', 0, ?, '', 'test', ?, ?)`, w.maker(word)("tagChange"), c, word, word, now, now)
	w.exec(`INSERT INTO mirror_sync (id, corp_id, scope, state, stage, parts_left, quiet, done, total, repaired, error, started_by, started_at, moved_at, finished_at)
		VALUES (?, ?, 'full', 'failed', '', 0, FALSE, 0, 0, 0, ?, 'test', ?, ?, ?)`, w.App.IDs.New(), c, word, now, now, now)
	w.exec(`INSERT INTO message_picture (corp_id, hash, kind, size, url, created_at) VALUES (?, ?, 'image/png', 1, 'https://wework.qpic.cn/x', ?)`,
		c, strings.Repeat(strconv.Itoa(len(word)%10), 64), now)
}

// session signs somebody in.
func (w *world) session(c, member string, account, made id.ID, word string) {
	now := db.MS(w.Clock.Now())
	w.exec(`INSERT INTO account_session (token, corp_id, account_id, member, data, created_at, seen_at, id, agent, address, confirmed_at)
		VALUES (?, ?, ?, ?, '{}', ?, ?, ?, ?, '', 0)`, made.String(), c, account, member, now, now, made, word)
}

// name remembers an object's id by its marker; the first of each counts.
func (w *world) name(object, word, id string) {
	if w.ids[object] == nil {
		w.ids[object] = map[string]string{}
	}
	if w.ids[object][word] == "" {
		w.ids[object][word] = id
	}
}

// traces has everybody read a number, which the audit log keeps.
func (w *world) traces() {
	for word, who := range map[string]persona{inside: {member: "zhang"}, outside: {member: "li"}, foreign: {corp: neighbour, member: "zhang"}} {
		headers := w.as(who, viewer.PermissionPhone)
		if status, answer := w.ask("GET", "/api/customer/customers/"+w.ids["customer"][word]+"/phones", nil, headers); status != http.StatusOK {
			w.t.Fatalf("%s reads a number: %d %s", word, status, answer)
		}
		var entry id.ID
		w.must(w.App.DB.Read().NewRaw("SELECT id FROM audit_entry WHERE corp_id = ? AND member_id = ? ORDER BY seq DESC LIMIT 1", headers["X-Corp"], who.member).Scan(w.t.Context(), &entry))
		w.name("entry", word, entry.String())
	}
	w.name("file", inside, "WW_verify_0123456789abcdef.txt")
	w.name("corp", inside, w.Corp)
}
