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
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
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
func build(t testing.TB, h *apptest.House) *world {
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
	w.roles()
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

// furnish gives a member one of everything.
func (w *world) furnish(c, member, word string) {
	w.t.Helper()
	now := db.MS(w.Clock.Now())
	external := "wm-" + member
	make1 := func(object string) id.ID {
		made := w.App.IDs.New()
		w.name(object, word, made.String())
		return made
	}
	customer, follow, group := make1("customer"), make1("follow"), make1("group")
	w.exec(`INSERT INTO mirror_customer (id, corp_id, customer, name, type, avatar, gender, unionid, company, title, follows, added_at, lost_at, updated_at, read_at)
		VALUES (?, ?, ?, ?, 1, '', 0, '', '', '', 1, ?, 0, ?, 1)`, customer, c, external, word, now, now)
	w.exec(`INSERT INTO mirror_follow (id, corp_id, member_id, customer, customer_id, standing, remark, description, company, mobiles,
			add_way, operator, state, added_at, ended_at, told_at, read_at, found_at, sync_run, updated_at)
		VALUES (?, ?, ?, ?, ?, 1, ?, '', '', '["13812345678"]', 1, '', '', ?, 0, 0, 1, 0, 0, 0)`, follow, c, member, external, customer, word, now)
	w.must(w.App.DB.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
		return w.App.Search.Put(ctx, tx, search.Document{Corp: c, Kind: "follow", Ref: follow, Text: []string{word, "王小"}},
			search.Document{Corp: c, Kind: "customer", Ref: customer, Text: []string{word, "王小"}})
	}))
	w.exec(`INSERT INTO mirror_group (id, corp_id, chat, name, owner_id, notice, status, members, customers, version, created_at, dissolved_at, told_at, read_at, sync_run, updated_at)
		VALUES (?, ?, ?, ?, ?, '', 0, 2, 1, '', ?, 0, 0, 1, 0, 0)`, group, c, "wr-"+member, word, member, now)
	w.exec(`INSERT INTO mirror_group_member (corp_id, group_id, who, external, name, unionid, join_scene, invitor, state, joined_at)
		VALUES (?, ?, ?, TRUE, ?, '', 0, '', '', ?)`, c, group, external, word, now)
	w.exec(`INSERT INTO customer_history (id, corp_id, member_id, customer, kind, repaired, at) VALUES (?, ?, ?, ?, 'added', FALSE, ?)`, w.App.IDs.New(), c, member, external, now)
	w.exec(`INSERT INTO churn_ending (id, corp_id, member_id, customer, name, remark, tags, state, add_way, added_at, ended_at, unknown, company, returned_at, notice, reason)
		VALUES (?, ?, ?, ?, ?, ?, '[]', '', 1, ?, ?, ?, ?, 0, 'off', '')`, w.App.IDs.New(), c, member, external, word, word, now-1000, now, false, false)
	w.exec(`INSERT INTO churn_ending (id, corp_id, kind, member_id, customer, name, remark, tags, state, add_way, added_at, ended_at, unknown, company, returned_at, notice, reason)
		VALUES (?, ?, 'deleted', ?, ?, ?, ?, '[]', '', 1, ?, ?, ?, ?, 0, 'off', '')`, w.App.IDs.New(), c, member, external, word, word, now-1000, now, false, false)
	w.exec(`INSERT INTO notice_message (id, corp_id, member_id, kind, once, title, text, href, state, reason, held_until, digest, round, created_at, sent_at)
		VALUES (?, ?, ?, 'churn.lost', ?, ?, ?, '', 'failed', '', 0, 0, 0, ?, 0)`, make1("notice"), c, member, member, word, word, now)
	w.exec(`INSERT INTO churn_hint (corp_id, kind, member_id, day, at, count, own, peers) VALUES (?, 'deleted', ?, '2026-11-23', ?, 9, 1, 1)`, c, member, now)
	w.exec(`INSERT INTO intention_score (customer_id, corp_id, customer, one_at, level, moved_at, signal, signal_at, told_at, version, sample)
		VALUES (?, ?, ?, ?, 3, ?, 'followed', ?, 0, 0, 0)`, customer, c, external, now+1e9, now, now)
	w.exec(`INSERT INTO intention_entry (id, corp_id, customer, signal, member_id, subject, at) VALUES (?, ?, ?, 'followed', ?, ?, ?)`, w.App.IDs.New(), c, external, member, word, now)
	code := make1("code")
	picture := "matrix/" + code.String()
	_, err := w.App.Blob.Put(context.Background(), picture, strings.NewReader(word), int64(len(word)), "image/png")
	w.must(err)
	w.exec(`INSERT INTO channelcode_code (id, corp_id, name, remark, plan, skip_verify, greeting, content, tags, customer_remark, status, problem,
			config_id, qr, picture, published, next_change_at, version, created_by, created_at, updated_at)
		VALUES (?, ?, ?, '', ?, FALSE, 'default', '{}', '[]', '', 'live', '', '', '', ?, '[]', 0, 1, 'test', ?, ?)`,
		code, c, word, `{"members":["`+member+`"]}`, picture, now, now)
	w.exec(`INSERT INTO channelcode_seat (corp_id, member_id, code_id) VALUES (?, ?, ?)`, c, member, code)
	w.exec(`INSERT INTO channelcode_change (id, corp_id, code_id, kind, member_id, customer, at) VALUES (?, ?, ?, 'added', ?, ?, ?)`, w.App.IDs.New(), c, code, member, external, now)
	w.exec(`INSERT INTO welcome_greeting (id, corp_id, level, target, content, enabled, version, updated_by, updated_at)
		VALUES (?, ?, 'member', ?, ?, TRUE, 1, 'test', ?)`, make1("greeting"), c, member, `{"text":"`+word+`"}`, now)
	w.exec(`INSERT INTO welcome_delivery (id, corp_id, member_id, customer, outcome, source, claimer, errcode, reason, tries, answered, added_at, done_at)
		VALUES (?, ?, ?, ?, 'sent', 'claim', ?, 0, '', 1, 0, ?, ?)`, w.App.IDs.New(), c, member, external, word, now, now)
	w.stages(c, member, word, customer, follow)
	w.followups(c, member, word, customer)
	w.exec(`INSERT INTO mirror_inbox (id, corp_id, app_id, hash, event, subject, raw, state, error, tries, told_at, received_at, done_at)
		VALUES (?, ?, 1, ?, 'change_external_contact.edit_external_contact', ?, ?, 'failed', ?, 1, ?, ?, ?)`,
		make1("callback"), c, c+member, "customer/"+external+"/"+member, "<xml>"+word+"</xml>", word, now, now, now)
	w.exec(`INSERT INTO profile_person (corp_id, customer, main, blacklisted_at, blacklist_reason, blacklist_by, version) VALUES (?, ?, '', ?, ?, 'test', 1)`, c, external, now, word)
	file, field := make1("file"), w.App.IDs.New()
	w.name("field", word, field.String())
	w.exec(`INSERT INTO profile_field (id, corp_id, name, kind, section, note, unit, place, required, options, visible, editable, archived_at, version, created_by, created_at, updated_at)
		VALUES (?, ?, ?, 'file', '', '', '', 0, FALSE, '[]', '[]', '[]', 0, 1, 'test', ?, ?)`, field, c, "附件"+member, now, now)
	w.exec(`INSERT INTO profile_file (id, corp_id, customer, field_id, name, type, size, loose_at, created_by, created_at) VALUES (?, ?, ?, ?, 'a.txt', 'text/plain', ?, 0, 'test', ?)`,
		file, c, external, field, len(word), now)
	_, err = w.App.Blob.Put(context.Background(), "profile/"+c+"/"+file.String(), strings.NewReader(word), int64(len(word)), "text/plain")
	w.must(err)
	run := make1("run")
	w.exec(`INSERT INTO profile_run (id, corp_id, kind, state, title, spec, walked, seq, total, done, changed, failed, undone, kept, error, by_actor, by_name, created_at, finished_at)
		VALUES (?, ?, 'edit', 'done', ?, '{}', '', 1, 1, 1, 1, 0, 0, 0, '', ?, 'test', ?, ?)`, run, c, word, "member:"+member, now, now)
	w.exec(`INSERT INTO profile_item (run_id, seq, corp_id, customer, state, label, reason, changes) VALUES (?, 1, ?, ?, 'changed', '', '', '[]')`, run, c, external)
	w.exec(`INSERT INTO profile_merge (id, corp_id, main, others, taken, by_name, at, undone_at) VALUES (?, ?, ?, '[]', '[]', 'test', ?, 0)`, make1("merge"), c, external, now)
	transfer := make1("transfer")
	w.exec(`INSERT INTO transfer_leaver (corp_id, member_id, left_at) VALUES (?, ?, ?)`, c, member, now)
	w.exec(`INSERT INTO transfer_unassigned (corp_id, member_id, customer, run, seen_at) VALUES (?, ?, ?, 1, ?)`, c, member, external, now)
	w.exec(`INSERT INTO transfer_transfer (id, corp_id, retry_of, spread, message, problem, created_by, creator, created_at) VALUES (?, ?, 0, 'even', ?, '', 'test', ?, ?)`,
		transfer, c, word, word, now)
	w.exec(`INSERT INTO transfer_item (id, transfer_id, corp_id, kind, subject, from_member, to_member, resigned, friends, state, code, reason, attempt, due_at, sent_at, poll_at, settled_at, noticed, retried_by)
		VALUES (?, ?, ?, 'customer', ?, ?, ?, ?, ?, 'failed', 40096, ?, 1, 0, ?, 0, ?, ?, 0)`, w.App.IDs.New(), transfer, c, external, member, member, false, false, word, now, now, true)
	w.tags(c, member, word, customer, follow, make1("tagRun"), make1("tagRule"))
	w.session(c, member, 0, make1("session"), word)
	// An erasure that is over: nothing in it is left to be read or written.
	w.exec(`INSERT INTO privacy_request (id, corp_id, kind, state, customer, customer_id, hash, asker, note, english, actor, account_id, member_id, name, founder, parts,
			follows, bytes, error, job_id, created_at, finished_at, expires_at)
		VALUES (?, ?, 'erase', 'done', '', 0, ?, 'person', '', FALSE, ?, 0, ?, ?, FALSE, '[]', 0, 0, '', 0, ?, ?, 0)`, make1("request"), c, c+member, "member:"+member, member, word, now, now)
	w.name("term", word, "privacy.exports")
	make1("export")
	w.name("exportList", word, "customer.follows")
	w.name("member", word, map[string]string{inside: "zhang", outside: "li", foreign: "fremd"}[word])
}

// stages gives a member a flow of his own, with his customer in its one stage, and a batch.
func (w *world) stages(c, member, word string, customer, follow id.ID) {
	now := db.MS(w.Clock.Now())
	flow, card, batch := w.App.IDs.New(), w.App.IDs.New(), w.App.IDs.New()
	w.name("flow", word, flow.String())
	w.name("card", word, card.String())
	w.name("batch", word, batch.String())
	w.name("follow", word, follow.String())
	stage := w.App.IDs.New()
	if word == inside {
		stage = 1001 // known to the bodies in places
	}
	w.exec(`INSERT INTO stage_flow (id, corp_id, name, note, position, seen, joins, removed_at, version, updated_by, updated_at)
		VALUES (?, ?, ?, '', 0, ?, '{"kind":"none","states":[]}', 0, 1, '', 0)`, flow, c, "流程"+member, `{"all":false,"members":["`+member+`"],"departments":[]}`)
	w.exec(`INSERT INTO stage_stage (id, corp_id, flow_id, name, note, class, position, catches, cycle, enter_acts, leave_acts, into_id)
		VALUES (?, ?, ?, '阶段', '', 'active', 0, FALSE, '{}', '{}', '{}', 0)`, stage, c, flow)
	w.exec(`INSERT INTO stage_placement (id, corp_id, flow_id, stage_id, member_id, customer, customer_id, follow_id, joined_at, entered_at, followed_at, base_at, due_at, remind_at, reminded, gone_at, before_id, shown)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, 0, 0, 0, 0, 0, TRUE)`, card, c, flow, stage, member, "wm-"+member, customer, follow, now, now, now)
	// It moved nobody, so that undoing it is asked for without a job that changes it meanwhile.
	w.exec(`INSERT INTO stage_batch (id, corp_id, flow_id, stage_id, who, by_member, by_name, selection, state, walked, total, capped, moved, same, refused, created_at, ended_at)
		VALUES (?, ?, ?, ?, '{}', ?, ?, '{}', 'done', '', 1, FALSE, 0, 0, 0, ?, ?)`, batch, c, flow, stage, member, word, now, now)
	w.exec(`INSERT INTO stage_item (batch_id, follow_id, corp_id, member_id, customer, outcome, from_id) VALUES (?, ?, ?, ?, ?, 'moved', 0)`, batch, follow, c, member, "wm-"+member)
	w.exec(`INSERT INTO stage_setting (corp_id, counts, calendar, updated_by, updated_at) VALUES (?, '[]', '{"weekend":[],"days":[]}', '', 0) ON CONFLICT DO NOTHING`, c)
}

// followups gives a member's customer a note, a picture and a task.
func (w *world) followups(c, member, word string, customer id.ID) {
	now := db.MS(w.Clock.Now())
	note, picture, task := w.App.IDs.New(), w.App.IDs.New(), w.App.IDs.New()
	w.name("note", word, note.String())
	w.name("notePicture", word, picture.String())
	w.name("task", word, task.String())
	w.exec(`INSERT INTO followup_note (id, corp_id, customer, customer_id, author, member_id, name, how, body, pictures, mentions, created_at, edited_at)
		VALUES (?, ?, ?, ?, 'member:zheng', 'zheng', '', 'note', ?, '[]', '[]', ?, 0)`, note, c, "wm-"+member, customer, word, now)
	w.exec(`INSERT INTO followup_picture (id, corp_id, customer_id, kind, size, created_at) VALUES (?, ?, ?, 'image/png', 1, ?)`, picture, c, customer, now)
	_, err := w.App.Blob.Put(context.Background(), "followup/"+c+"/"+picture.String(), strings.NewReader("x"), 1, "image/png")
	w.must(err)
	w.exec(`INSERT INTO followup_task (id, corp_id, customer, customer_id, title, member_id, author, name, due_at, remind_at, done_at, done_by, created_at)
		VALUES (?, ?, ?, ?, ?, ?, 'member:zheng', '', ?, 0, 0, '', ?)`, task, c, "wm-"+member, customer, word, member, now, now)
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

// tags gives a member a batch of tags and a rule, both with the word.
func (w *world) tags(c, member, word string, customer, follow, run, rule id.ID) {
	now := db.MS(w.Clock.Now())
	w.exec(`INSERT INTO tag_run (id, corp_id, kind, source, title, plan, state, at_cursor, actor, member_id, by_name, who, of_run, undone_by, problem,
			total, changed, same, gone, failed, invalid, created_at, finished_at)
		VALUES (?, ?, 'mark', 'file', ?, '{}', 'done', '', ?, ?, ?, '{}', 0, 0, '', 1, 0, 1, 0, 0, 0, ?, ?)`, run, c, word, "member:"+member, member, word, now, now)
	w.exec(`INSERT INTO tag_run_item (run_id, id, corp_id, follow_id, customer_id, customer, member_id, line, words, state, added, removed, errcode, reason, moved_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, 'same', '', '', 0, '', ?)`, run, w.App.IDs.New(), c, follow, customer, "wm-"+member, member, word, now)
	w.exec(`INSERT INTO tag_rule (id, corp_id, title, cause, setting, members, departments, add_tags, remove_tags, hits, period_days, most_day, most_total, place,
			enabled, version, by_name, created_at, updated_at, deleted_at)
		VALUES (?, ?, ?, 'group', '{}', ?, '[]', '[]', '[]', 1, 0, 0, 0, 1, FALSE, 1, ?, ?, ?, 0)`, rule, c, word, `["`+member+`"]`, word, now, now)
	w.exec(`INSERT INTO tag_hit (id, corp_id, rule_id, fact, member_id, customer, outcome, reason, at, day) VALUES (?, ?, ?, 1, ?, ?, 'tagged', '{}', ?, 20261123)`,
		w.App.IDs.New(), c, rule, member, "wm-"+member, now)
}
