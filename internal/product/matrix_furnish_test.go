package product_test

import (
	"context"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
)

// furnish gives a member one of everything.
func (w *world) furnish(c, member, word string) {
	w.t.Helper()
	now := db.MS(w.Clock.Now())
	external := "wm-" + member
	make1 := w.maker(word)
	customer, group := w.person(c, member, word, external), make1("group")
	w.exec(`INSERT INTO mirror_group (id, corp_id, chat, name, owner_id, notice, status, members, customers, version, created_at, dissolved_at, told_at, read_at, sync_run, updated_at)
		VALUES (?, ?, ?, ?, ?, '', 0, 2, 1, '', ?, 0, 0, 1, 0, 0)`, group, c, "wr-"+member, word, member, now)
	w.exec(`INSERT INTO churn_hint (corp_id, kind, member_id, day, at, count, own, peers) VALUES (?, 'deleted', ?, '2026-11-23', ?, 9, 1, 1)`, c, member, now)
	code := make1("code")
	picture := "matrix/" + code.String()
	_, err := w.App.Blob.Put(context.Background(), picture, strings.NewReader(word), int64(len(word)), "image/png")
	w.must(err)
	w.exec(`INSERT INTO channelcode_code (id, corp_id, name, remark, plan, skip_verify, greeting, content, tags, customer_remark, status, problem,
			config_id, qr, picture, published, next_change_at, version, created_by, created_at, updated_at)
		VALUES (?, ?, ?, '', ?, FALSE, 'default', '{}', '[]', '', 'live', '', '', '', ?, '[]', 0, 1, 'test', ?, ?)`,
		code, c, word, `{"members":["`+member+`"]}`, picture, now, now)
	w.exec(`INSERT INTO channelcode_seat (corp_id, member_id, code_id) VALUES (?, ?, ?)`, c, member, code)
	w.exec(`INSERT INTO welcome_greeting (id, corp_id, level, target, content, enabled, version, updated_by, updated_at)
		VALUES (?, ?, 'member', ?, ?, TRUE, 1, 'test', ?)`, make1("greeting"), c, member, `{"text":"`+word+`"}`, now)
	file, field := make1("file"), w.App.IDs.New()
	w.name("field", word, field.String())
	w.exec(`INSERT INTO profile_field (id, corp_id, name, kind, section, note, unit, place, required, options, visible, editable, archived_at, version, created_by, created_at, updated_at)
		VALUES (?, ?, ?, 'file', '', '', '', 0, FALSE, '[]', '[]', '[]', 0, 1, 'test', ?, ?)`, field, c, "附件"+member, now, now)
	w.exec(`INSERT INTO profile_file (id, corp_id, customer, field_id, name, type, size, loose_at, created_by, created_at) VALUES (?, ?, ?, ?, 'a.txt', 'text/plain', ?, 0, 'test', ?)`,
		file, c, external, field, len(word), now)
	_, err = w.App.Blob.Put(context.Background(), "profile/"+c+"/"+file.String(), strings.NewReader(word), int64(len(word)), "text/plain")
	w.must(err)
	w.exec(`INSERT INTO profile_merge (id, corp_id, main, others, taken, by_name, at, undone_at) VALUES (?, ?, ?, '[]', '[]', 'test', ?, 0)`, make1("merge"), c, external, now)
	w.exec(`INSERT INTO transfer_leaver (corp_id, member_id, left_at) VALUES (?, ?, ?)`, c, member, now)
	w.session(c, member, 0, make1("session"), word)
	// An erasure that is over: nothing in it is left to be read or written.
	w.request("request", "erase", c, member, word, 0)
	// A file that its maker alone fetches.
	kept := w.request("personalFile", "export", c, member, word, customer)
	_, err = w.App.Blob.Put(context.Background(), "privacy/"+c+"/"+kept.String()+".zip", strings.NewReader(word), int64(len(word)), "application/zip")
	w.must(err)
	for object, kind := range map[string]string{"segment": "customer.segment", "view": "customer.list"} {
		w.exec(`INSERT INTO saved_item (id, corp_id, kind, name, note, content, owner, owner_name, share, shared, version, created_at, updated_at)
			VALUES (?, ?, ?, ?, '', '{}', ?, ?, '{"with":"nobody"}', FALSE, 1, ?, ?)`, make1(object), c, kind, word, "member:"+member, word, now, now)
	}
	w.name("term", word, "privacy.exports")
	make1("export")
	w.name("exportList", word, "customer.follows")
	w.name("viewList", word, "customer.list")
	w.name("member", word, map[string]string{inside: "zhang", outside: "li", foreign: "fremd"}[word])
	w.flow(c, member, word)
	w.pair(c, member, word, external, customer, code, group)
}

// person is a customer with what belongs to him and to no member: whoever sees him sees it.
func (w *world) person(c, member, word, external string) id.ID {
	w.t.Helper()
	now, customer := db.MS(w.Clock.Now()), w.maker(word)("customer")
	w.exec(`INSERT INTO mirror_customer (id, corp_id, customer, name, type, avatar, gender, unionid, company, title, follows, added_at, lost_at, updated_at, read_at)
		VALUES (?, ?, ?, ?, 1, '', 0, '', '', '', 1, ?, 0, ?, 1)`, customer, c, external, word, now, now)
	w.must(w.App.DB.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
		return w.App.Search.Put(ctx, tx, search.Document{Corp: c, Kind: "customer", Ref: customer, Text: []string{word, "王小"}})
	}))
	w.exec(`INSERT INTO intention_score (customer_id, corp_id, customer, one_at, level, moved_at, signal, signal_at, told_at, version, sample)
		VALUES (?, ?, ?, ?, 3, ?, 'followed', ?, 0, 0, 0)`, customer, c, external, now+1e9, now, now)
	w.exec(`INSERT INTO intention_move (id, corp_id, customer, at, from_level, to_level, points, signal) VALUES (?, ?, ?, ?, 1, 3, 50, 'followed')`, w.App.IDs.New(), c, external, now)
	w.exec(`INSERT INTO profile_person (corp_id, customer, main, blacklisted_at, blacklist_reason, blacklist_by, version) VALUES (?, ?, '', ?, ?, 'test', 1)`, c, external, now, word)
	w.exec(`INSERT INTO profile_change (id, corp_id, customer, kind, source, run_id, changes, member_id, who, at)
		VALUES (?, ?, ?, 'blacklisted', 'page', 0, ?, ?, ?, ?)`, w.App.IDs.New(), c, external, `[{"after":["`+word+`"]}]`, member, word, now)
	w.noted(c, word, external, customer)
	w.tasks(c, member, word, external, customer)
	return customer
}

// maker makes ids of things that carry a word.
func (w *world) maker(word string) func(object string) id.ID {
	return func(object string) id.ID {
		made := w.App.IDs.New()
		w.name(object, word, made.String())
		return made
	}
}

// request is a request about personal data that is done.
func (w *world) request(object, kind, c, member, word string, customer id.ID) id.ID {
	now, made := db.MS(w.Clock.Now()), w.maker(word)(object)
	w.exec(`INSERT INTO privacy_request (id, corp_id, kind, state, customer, customer_id, hash, asker, note, english, actor, account_id, member_id, name, founder, parts,
			follows, bytes, error, job_id, created_at, finished_at, expires_at)
		VALUES (?, ?, ?, 'done', ?, ?, ?, 'person', '', FALSE, ?, 0, ?, ?, FALSE, '[]', 0, 0, '', 0, ?, ?, ?)`,
		made, c, kind, map[bool]string{true: "wm-" + member}[customer != 0], customer, c+member, "member:"+member, member, word, now, now, map[string]int64{"export": now + 1e9}[kind])
	return made
}

// pair has a member follow a customer, who came by his code and is in his group, with one of
// everything that comes of it. Whatever a customer's timeline reads gets a row here.
func (w *world) pair(c, member, word, external string, customer, code, group id.ID) {
	w.t.Helper()
	now := db.MS(w.Clock.Now())
	make1 := w.maker(word)
	follow := make1("follow")
	w.exec(`INSERT INTO mirror_follow (id, corp_id, member_id, customer, customer_id, standing, remark, description, company, mobiles,
			add_way, operator, state, added_at, ended_at, told_at, read_at, found_at, sync_run, updated_at)
		VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?, 1, '', '', ?, 0, 0, 1, 0, 0, 0)`,
		follow, c, member, external, customer, word, word, word, map[bool]string{true: `["13912345678"]`, false: `["13812345678"]`}[word == outside], now)
	w.exec(`INSERT INTO mirror_follow_tag (corp_id, follow_id, tag_id, kind, added_at) VALUES (?, ?, ?, 2, ?)`, c, follow, "personal:"+word, now)
	w.exec(`INSERT INTO mirror_follow_tag (corp_id, follow_id, tag_id, kind, added_at) VALUES (?, ?, ?, 1, ?)`, c, follow, "own:"+member, now)
	w.exec(`INSERT INTO tag_count (corp_id, tag, member_id, follows, fresh) VALUES (?, 'own:t', ?, 1, 1)
		ON CONFLICT (corp_id, tag, member_id) DO UPDATE SET follows = tag_count.follows + 1`, c, member)
	w.must(w.App.DB.Tx(context.Background(), func(ctx context.Context, tx db.Tx) error {
		return w.App.Search.Put(ctx, tx, search.Document{Corp: c, Kind: "follow", Ref: follow, Text: []string{word, "王小"}})
	}))
	w.exec(`INSERT INTO mirror_group_member (corp_id, group_id, who, external, name, unionid, join_scene, invitor, state, joined_at)
		VALUES (?, ?, ?, TRUE, ?, '', 0, '', '', ?)`, c, group, external, word, now)
	w.exec(`INSERT INTO customer_group (id, corp_id, customer, chat, kind, repaired, at) VALUES (?, ?, ?, ?, 'joined', FALSE, ?)`, w.App.IDs.New(), c, external, "wr-"+member, now)
	w.exec(`INSERT INTO customer_history (id, corp_id, member_id, customer, kind, repaired, at) VALUES (?, ?, ?, ?, 'added', FALSE, ?)`, w.App.IDs.New(), c, member, external, now)
	for _, kind := range []string{"lost", "deleted"} {
		w.exec(`INSERT INTO churn_ending (id, corp_id, kind, member_id, customer, name, remark, tags, state, add_way, added_at, ended_at, unknown, company, returned_at, notice, reason)
			VALUES (?, ?, ?, ?, ?, ?, ?, '[]', '', 1, ?, ?, ?, ?, 0, 'failed', ?)`, w.App.IDs.New(), c, kind, member, external, word, word, now-1000, now, false, false, word)
	}
	w.exec(`INSERT INTO notice_message (id, corp_id, member_id, kind, once, title, text, href, state, reason, held_until, digest, round, created_at, sent_at)
		VALUES (?, ?, ?, 'churn.lost', ?, ?, ?, '', 'failed', '', 0, 0, 0, ?, 0)`, make1("notice"), c, member, member+external, word, word, now)
	w.exec(`INSERT INTO intention_entry (id, corp_id, customer, signal, member_id, subject, at) VALUES (?, ?, ?, 'followed', ?, ?, ?)`, w.App.IDs.New(), c, external, member, word, now)
	w.exec(`INSERT INTO channelcode_change (id, corp_id, code_id, kind, member_id, customer, at) VALUES (?, ?, ?, 'added', ?, ?, ?)`, w.App.IDs.New(), c, code, member, external, now)
	w.exec(`INSERT INTO welcome_delivery (id, corp_id, member_id, customer, outcome, source, claimer, errcode, reason, tries, answered, added_at, done_at)
		VALUES (?, ?, ?, ?, 'sent', 'claim', ?, 0, '', 1, 0, ?, ?)`, w.App.IDs.New(), c, member, external, word, now, now)
	w.exec(`INSERT INTO mirror_inbox (id, corp_id, app_id, hash, event, subject, raw, state, error, tries, told_at, received_at, done_at)
		VALUES (?, ?, 1, ?, 'change_external_contact.edit_external_contact', ?, ?, 'failed', ?, 1, ?, ?, ?)`,
		make1("callback"), c, c+member+external, "customer/"+external+"/"+member, "<xml>"+word+"</xml>", word, now, now, now)
	run := make1("run")
	w.exec(`INSERT INTO profile_run (id, corp_id, kind, state, title, spec, walked, seq, total, done, changed, failed, undone, kept, error, by_actor, by_name, created_at, finished_at)
		VALUES (?, ?, 'edit', 'done', ?, '{}', '', 1, 1, 1, 1, 0, 0, 0, '', ?, 'test', ?, ?)`, run, c, word, "member:"+member, now, now)
	w.exec(`INSERT INTO profile_item (run_id, seq, corp_id, customer, state, label, reason, changes) VALUES (?, 1, ?, ?, 'changed', '', '', '[]')`, run, c, external)
	w.exec(`INSERT INTO profile_run (id, corp_id, kind, state, title, spec, walked, seq, total, done, changed, failed, undone, kept, error, by_actor, by_name, created_at, finished_at)
		VALUES (?, ?, 'import', 'done', ?, '{"import":{}}', '', 0, 0, 0, 0, 0, 0, 0, '', ?, 'test', ?, ?)`, make1("import"), c, word, "member:"+member, now, now)
	transfer := make1("transfer")
	w.exec(`INSERT INTO transfer_unassigned (corp_id, member_id, customer, run, seen_at) VALUES (?, ?, ?, 1, ?)`, c, member, external, now)
	w.exec(`INSERT INTO transfer_transfer (id, corp_id, retry_of, spread, message, problem, created_by, creator, created_at) VALUES (?, ?, 0, 'even', ?, '', 'test', ?, ?)`,
		transfer, c, word, word, now)
	w.exec(`INSERT INTO transfer_item (id, transfer_id, corp_id, kind, subject, from_member, to_member, resigned, friends, state, code, reason, attempt, due_at, sent_at, poll_at, settled_at, noticed, retried_by)
		VALUES (?, ?, ?, 'customer', ?, ?, ?, ?, ?, 'failed', 40096, ?, 1, 0, ?, 0, ?, ?, 0)`, w.App.IDs.New(), transfer, c, external, member, member, false, false, word, now, now, true)
	w.tags(c, member, word, external, customer, follow, make1("tagRun"), make1("tagRule"))
	w.stages(c, member, word, external, customer, follow)
}

// stageIn is the one stage of the flow of a member; that of zhang is known to the bodies in places.
func stageIn(c, member string) id.ID {
	if c == neighbour {
		return map[string]id.ID{"zhang": 1003, "li": 1004}[member]
	}
	return map[string]id.ID{"zhang": 1001, "li": 1002}[member]
}

// flow gives a member a flow of his own with one stage.
func (w *world) flow(c, member, word string) {
	flow, stage := w.maker(word)("flow"), stageIn(c, member)
	w.exec(`INSERT INTO stage_flow (id, corp_id, name, note, position, seen, joins, removed_at, version, updated_by, updated_at)
		VALUES (?, ?, ?, '', 0, ?, '{"kind":"none","states":[]}', 0, 1, '', 0)`, flow, c, "流程"+member, `{"all":false,"members":["`+member+`"],"departments":[]}`)
	w.exec(`INSERT INTO stage_stage (id, corp_id, flow_id, name, note, class, position, catches, cycle, enter_acts, leave_acts, into_id)
		VALUES (?, ?, ?, '阶段', '', 'active', 0, FALSE, '{}', '{}', '{}', 0)`, stage, c, flow)
	w.exec(`INSERT INTO stage_setting (corp_id, counts, calendar, updated_by, updated_at) VALUES (?, '[]', '{"weekend":[],"days":[]}', '', 0) ON CONFLICT DO NOTHING`, c)
}

// stages puts a customer of a member into the flow that carries the word, and has a batch tell of it.
func (w *world) stages(c, member, word, external string, customer, follow id.ID) {
	now, make1 := db.MS(w.Clock.Now()), w.maker(word)
	card, batch, stage := make1("card"), make1("batch"), stageIn(c, strings.TrimRight(strings.TrimPrefix(external, "wm-"), "2"))
	var flow id.ID
	w.must(w.App.DB.Read().NewRaw("SELECT flow_id FROM stage_stage WHERE id = ?", stage).Scan(w.t.Context(), &flow))
	w.exec(`INSERT INTO stage_placement (id, corp_id, flow_id, stage_id, member_id, customer, customer_id, follow_id, joined_at, entered_at, followed_at, base_at, due_at, remind_at, reminded, gone_at, before_id, shown)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, 0, 0, 0, 0, 0, TRUE)`, card, c, flow, stage, member, external, customer, follow, now, now, now)
	w.exec(`INSERT INTO stage_move (id, corp_id, flow_id, placement_id, member_id, customer, from_id, to_id, from_name, to_name, flow_name, why, by_member, by_name, note, stayed, at)
		VALUES (?, ?, ?, ?, ?, ?, 0, ?, '', '阶段', '流程', 'hand', ?, ?, ?, 0, ?)`, w.App.IDs.New(), c, flow, card, member, external, stage, member, word, word, now)
	// It moved nobody, so that undoing it is asked for without a job that changes it meanwhile.
	w.exec(`INSERT INTO stage_batch (id, corp_id, flow_id, stage_id, who, by_member, by_name, selection, state, walked, total, capped, moved, same, refused, created_at, ended_at)
		VALUES (?, ?, ?, ?, '{}', ?, ?, '{}', 'done', '', 1, FALSE, 0, 0, 0, ?, ?)`, batch, c, flow, stage, member, word, now, now)
	w.exec(`INSERT INTO stage_item (batch_id, follow_id, corp_id, member_id, customer, outcome, from_id) VALUES (?, ?, ?, ?, ?, 'moved', 0)`, batch, follow, c, member, external)
}

// noted gives a customer a note and a picture, which belong to him: whoever sees him sees them.
func (w *world) noted(c, word, external string, customer id.ID) {
	now, make1 := db.MS(w.Clock.Now()), w.maker(word)
	note, picture := make1("note"), make1("notePicture")
	w.exec(`INSERT INTO followup_note (id, corp_id, customer, customer_id, author, member_id, name, how, body, pictures, mentions, created_at, edited_at)
		VALUES (?, ?, ?, ?, 'member:zheng', 'zheng', '', 'note', ?, '[]', '[]', ?, 0)`, note, c, external, customer, word, now)
	w.exec(`INSERT INTO followup_picture (id, corp_id, customer_id, kind, size, created_at) VALUES (?, ?, ?, 'image/png', 1, ?)`, picture, c, customer, now)
	_, err := w.App.Blob.Put(context.Background(), "followup/"+c+"/"+picture.String(), strings.NewReader("x"), 1, "image/png")
	w.must(err)
}

// tasks gives a member a task that is open and one that is done, about a customer: on the
// customer's page they are his, like notes; in the list of tasks the member's.
func (w *world) tasks(c, member, word, external string, customer id.ID) {
	now := db.MS(w.Clock.Now())
	for _, done := range []int64{0, now} {
		w.exec(`INSERT INTO followup_task (id, corp_id, customer, customer_id, title, member_id, author, name, due_at, remind_at, done_at, done_by, created_at)
			VALUES (?, ?, ?, ?, ?, ?, 'member:zheng', '', ?, 0, ?, '', ?)`, w.maker(word)("task"), c, external, customer, word, member, now, done, now)
	}
}

// tags gives a member a batch of tags and a rule, both with the word.
func (w *world) tags(c, member, word, external string, customer, follow, run, rule id.ID) {
	now := db.MS(w.Clock.Now())
	w.exec(`INSERT INTO tag_run (id, corp_id, kind, source, title, plan, state, at_cursor, actor, member_id, by_name, who, of_run, undone_by, problem,
			total, changed, same, gone, failed, invalid, created_at, finished_at)
		VALUES (?, ?, 'mark', 'file', ?, '{}', 'done', '', ?, ?, ?, '{}', 0, 0, '', 1, 0, 1, 0, 0, 0, ?, ?)`, run, c, word, "member:"+member, member, word, now, now)
	w.exec(`INSERT INTO tag_run_item (run_id, id, corp_id, follow_id, customer_id, customer, member_id, line, words, state, added, removed, errcode, reason, moved_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, 'same', '', '', 0, '', ?)`, run, w.App.IDs.New(), c, follow, customer, external, member, word, now)
	w.exec(`INSERT INTO tag_rule (id, corp_id, title, cause, setting, members, departments, add_tags, remove_tags, hits, period_days, most_day, most_total, place,
			enabled, version, by_name, created_at, updated_at, deleted_at)
		VALUES (?, ?, ?, 'group', '{}', ?, '[]', '[]', '[]', 1, 0, 0, 0, 1, FALSE, 1, ?, ?, ?, 0)`, rule, c, word, `["`+member+`"]`, word, now, now)
	w.exec(`INSERT INTO tag_hit (id, corp_id, rule_id, fact, member_id, customer, outcome, reason, at, day) VALUES (?, ?, ?, 1, ?, ?, 'tagged', '{}', ?, 20261123)`,
		w.App.IDs.New(), c, rule, member, external, now)
	w.exec(`INSERT INTO tag_history (id, corp_id, customer, member_id, keeper_id, tag_id, kind, added, how, ref_id, name, at) VALUES (?, ?, ?, ?, ?, ?, 2, TRUE, 'wecom', 0, ?, ?)`,
		w.App.IDs.New(), c, external, member, member, "personal:"+word, word, now)
}
