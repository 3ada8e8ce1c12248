package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// rules reads the customer list by every filter alone and by ten combinations that people
// use, the first page and a deep one, as an administrator, a manager and a member of
// staff, and counts segments.
func rules(ctx context.Context, b *bench) error {
	b.line("| engine | customers | viewer | members in scope | filter | first p50 | first p99 | page 20 p50 | page 20 p99 | counted | count p50 |\n|---|---|---|---|---|---|---|---|---|---|---|")
	for _, engine := range b.engines {
		if err := rulesOn(ctx, b, engine); err != nil {
			return err
		}
	}
	return nil
}

func rulesOn(ctx context.Context, b *bench, engine string) error {
	h, size, err := b.peopled(ctx, engine)
	if err != nil {
		return err
	}
	viewers, err := h.viewers(ctx)
	if err != nil {
		return err
	}
	for _, v := range viewers {
		h.http = v.browser
		for _, c := range h.conditions() {
			levels := []string{"customers", "follows"}
			if v.name != "administrator" {
				levels = levels[:1] // the same plans, within a scope
			}
			for _, level := range levels {
				if err := h.readRule(b, fmt.Sprintf("| %s | %d | %s | %d | %s, %s", engine, size, v.name, v.scope, c.what, level), level, c.rule); err != nil {
					return fmt.Errorf("%s, %s: %w", v.name, c.what, err)
				}
			}
		}
	}
	return nil
}

// readRule measures one condition on one level.
func (h *house) readRule(b *bench, head, level string, r ask.Rule) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	path := "/api/customer/" + level + "?limit=50&rule=" + url.QueryEscape(string(text))
	first, err := h.times(30, path)
	if err != nil {
		return err
	}
	after := ""
	for range 19 {
		_, body, err := h.get(path + "&after=" + url.QueryEscape(after))
		if err != nil {
			return err
		}
		var page struct {
			Next string `json:"next"`
		}
		if err := json.Unmarshal(body, &page); err != nil {
			return err
		}
		if page.Next == "" {
			break
		}
		after = page.Next
	}
	deep, err := h.times(30, path+"&after="+url.QueryEscape(after))
	if err != nil {
		return err
	}
	sized := "/api/customer/size?rule=" + url.QueryEscape(string(text))
	_, body, err := h.get(sized)
	if err != nil {
		return err
	}
	var n ask.Count
	if err := json.Unmarshal(body, &n); err != nil {
		return err
	}
	counted, _, err := h.get(sized)
	if err != nil {
		return err
	}
	many := fmt.Sprint(n.Follows)
	if n.Capped {
		many += "+"
	}
	b.line("%s | %s | %s | %s | %s | %s | %s |", head, ms(quantile(first, 0.5)), ms(quantile(first, 0.99)), ms(quantile(deep, 0.5)), ms(quantile(deep, 0.99)), many, ms(counted))
	return nil
}

type condition struct {
	what string
	rule ask.Rule
}

// conditions are each filter alone, then ten combinations.
func (h *house) conditions() []condition {
	leaf := func(field string, op ask.Op, values ...string) ask.Rule {
		return ask.Rule{Field: field, Op: op, Values: values}
	}
	all := func(parts ...ask.Rule) ask.Rule { return ask.Rule{All: parts} }
	not := func(r ask.Rule) ask.Rule { return ask.Rule{Not: &r} }
	month, tag, member := leaf("added", ask.OpWithin, "30"), leaf("tag", ask.OpAny, "tag7"), leaf("member", ask.OpAny, h.members[1])
	own := "profile." + id.ID(benchField).String()
	common, rare := leaf("text", ask.OpHas, "子涵"), leaf("text", ask.OpHas, "鹊桥")
	return []condition{
		{"nothing", ask.Rule{}},
		{"two common characters", common},
		{"two rare characters", rare},
		{"name", leaf("name", ask.OpHas, "雨桐")},
		{"remark", leaf("remark", ask.OpHas, "雨桐先生")},
		{"company empty", leaf("company", ask.OpEmpty)},
		{"member", member},
		{"department", leaf("department", ask.OpAny, "2")},
		{"tag (4 %)", tag},
		{"two tags, any", leaf("tag", ask.OpAny, "tag7", "tag8")},
		{"two tags, all", leaf("tag", ask.OpEvery, "tag7", "tag8")},
		{"tag, none", leaf("tag", ask.OpNone, "tag7")},
		{"customer's tags, all", leaf("customerTag", ask.OpEvery, "tag7", "tag8")},
		{"customer's tags, none", leaf("customerTag", ask.OpNone, "tag7")},
		{"added within 30 days", month},
		{"added long ago", leaf("added", ask.OpBeyond, "300")},
		{"ended within 30 days", leaf("ended", ask.OpWithin, "30")},
		{"lost", leaf("standing", ask.OpAny, "lost")},
		{"add way (10 %)", leaf("addWay", ask.OpAny, "3")},
		{"add way (0.1 %)", leaf("addWay", ask.OpAny, "201")},
		{"channel (1 %)", leaf("state", ask.OpIs, "ccbench")},
		{"group of 200", leaf("group", ask.OpAny, "wrbench1")},
		{"in no group", leaf("group", ask.OpEmpty)},
		{"gender", leaf("gender", ask.OpAny, "2")},
		{"WeCom users (2 %)", leaf("type", ask.OpAny, "2")},
		{"lost to all", leaf("lost", ask.OpIs, "true")},
		{"followed by two or more", leaf("follows", ask.OpMore, "1")},
		{"unionid known", leaf("unionid", ask.OpIs, "true")},
		{"stage (2 %)", leaf("stage.stage", ask.OpAny, id.ID(benchStage+1).String())},
		{"stage (0.01 %)", leaf("stage.stage", ask.OpAny, id.ID(benchStage+2).String())},
		{"in no stage", leaf("stage.stage", ask.OpEmpty)},
		{"overdue (0.01 %)", leaf("stage.overdue", ask.OpIs, "true")},
		{"own field, choice (1 %)", leaf(own, ask.OpAny, "a")},
		{"own field, choice (0.01 %)", leaf(own, ask.OpAny, "b")},
		{"own field empty", leaf(own, ask.OpEmpty)},
		{"blacklisted (0.01 %)", leaf("profile.blacklisted", ask.OpIs, "true")},
		{"same person twice (0.01 %)", leaf("profile.duplicate", ask.OpIs, "true")},
		{"followed up within 30 days (2 %)", leaf("followup.last", ask.OpWithin, "30")},
		{"open tasks (0.1 %)", leaf("followup.open", ask.OpMore, "0")},

		{"month and tag", all(month, tag)},
		{"member and month", all(member, month)},
		{"member and tag", all(member, tag)},
		{"common characters and tag", all(common, tag)},
		{"common characters and month", all(common, month)},
		{"untagged this month", all(month, leaf("tag", ask.OpEmpty))},
		{"tag but not another", all(tag, leaf("tag", ask.OpNone, "tag8"))},
		{"way, gender and month", all(leaf("addWay", ask.OpAny, "3"), leaf("gender", ask.OpAny, "1"), month)},
		{"department, tag and gender", all(leaf("department", ask.OpAny, "2"), tag, leaf("gender", ask.OpAny, "2"))},
		{"one of three, not lost", all(ask.Rule{Any: []ask.Rule{tag, leaf("type", ask.OpAny, "2"), leaf("state", ask.OpIs, "ccbench")}}, not(leaf("lost", ask.OpIs, "true")))},
	}
}

// What features know of the filled customers has ids of its own.
const (
	benchStage = 1_000_000 // and the next two
	benchField = 1_000_000
)

// featured gives customers stages, values of an own field, follow-ups, tasks, and some of
// them a place on the blacklist or a second record of the same person.
func (h *house) featured(ctx context.Context, tx db.Tx) error {
	now := time.Now().UnixMilli()
	// One follow in so many; ids of rows are the follows' own.
	some := func(every int) string {
		return fmt.Sprintf(" FROM mirror_follow AS f WHERE f.corp_id = ? AND f.standing = 1 AND f.id %% %d = 1", every)
	}
	place := func(stage, every int, due int64) (string, []any) {
		return `INSERT INTO stage_placement (id, corp_id, flow_id, stage_id, member_id, customer, customer_id, follow_id, joined_at, entered_at, followed_at, base_at, due_at, remind_at, reminded, gone_at, before_id, shown)
			SELECT f.id, f.corp_id, ?, ?, f.member_id, f.customer, f.customer_id, f.id, f.added_at, f.added_at, 0, f.added_at, ?, 0, 0, 0, 0, TRUE` + some(every) + " ON CONFLICT DO NOTHING",
			[]any{benchStage, stage, due, h.corp}
	}
	value := func(token string, every int) (string, []any) {
		return `INSERT INTO profile_value (corp_id, customer, field_id, seq, text, token, number, updated_at)
			SELECT DISTINCT f.corp_id, f.customer, ?, 0, ?, ?, 0, 0` + some(every) + " ON CONFLICT DO NOTHING", []any{benchField, token, token, h.corp}
	}
	run := func(text string, args []any) error {
		_, err := tx.NewRaw(text, args...).Exec(ctx)
		return err
	}
	steps := []func() error{
		func() error {
			return run(`INSERT INTO stage_flow (id, corp_id, name, note, position, seen, joins, removed_at, version, updated_by, updated_at)
				VALUES (?, ?, 'bench', '', 99, '{"all":true}', '{}', 0, 1, '', ?)`, []any{benchStage, h.corp, now})
		},
		func() error {
			return run(`INSERT INTO stage_stage (id, corp_id, flow_id, name, note, class, position, catches, cycle, enter_acts, leave_acts, into_id)
				VALUES (?, ?, ?, 'one', '', 'active', 1, FALSE, '{}', '{}', '{}', 0), (?, ?, ?, 'two', '', 'active', 2, FALSE, '{}', '{}', '{}', 0)`,
				[]any{benchStage + 1, h.corp, benchStage, benchStage + 2, h.corp, benchStage})
		},
		func() error { return run(place(benchStage+2, 10_000, now-1000)) },
		func() error { return run(place(benchStage+1, 50, 0)) },
		func() error {
			return run(`INSERT INTO profile_field (id, corp_id, name, kind, section, note, unit, place, required, options, visible, editable, archived_at, version, created_by, created_at, updated_at)
				VALUES (?, ?, 'bench', 'choice', '', '', '', 99, FALSE, '[{"key":"a","name":"a"},{"key":"b","name":"b"}]', '[]', '[]', 0, 1, '', ?, ?)`, []any{benchField, h.corp, now, now})
		},
		func() error { return run(value("b", 10_000)) },
		func() error { return run(value("a", 100)) },
		func() error {
			return run(`INSERT INTO profile_person (corp_id, customer, main, blacklisted_at, blacklist_reason, blacklist_by, version)
				SELECT DISTINCT f.corp_id, f.customer, '', CAST(? AS BIGINT), '', '', 1`+some(10_000), []any{now, h.corp})
		},
		func() error {
			return run(`UPDATE mirror_customer SET unionid = 'otwice' || CAST(id % 50 AS TEXT) WHERE corp_id = ? AND id % 10000 = 1`, []any{h.corp})
		},
		func() error {
			return run(`INSERT INTO followup_last (corp_id, customer, member_id, how, at) SELECT f.corp_id, f.customer, f.member_id, 'note', ? - f.id % 25920000000`+some(10), []any{now, h.corp})
		},
		func() error {
			return run(`INSERT INTO followup_task (id, corp_id, customer, customer_id, title, member_id, author, name, due_at, remind_at, done_at, done_by, created_at)
				SELECT f.id, f.corp_id, f.customer, f.customer_id, 'bench', f.member_id, '', '', CAST(? AS BIGINT), 0, 0, '', ?`+some(1000), []any{now, now, h.corp})
		},
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// vary makes what fill leaves alike: one in twenty follows is lost, and there are groups.
func (h *house) vary(ctx context.Context) error {
	return h.app.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		for _, text := range []string{
			"UPDATE mirror_follow SET standing = 3, ended_at = added_at + 1000 WHERE id % 20 = 0",
			`UPDATE mirror_customer SET follows = (SELECT COUNT(*) FROM mirror_follow AS f WHERE f.customer_id = mirror_customer.id AND f.standing IN (1, 2))
				WHERE id IN (SELECT customer_id FROM mirror_follow WHERE standing = 3)`,
		} {
			if _, err := tx.NewRaw(text).Exec(ctx); err != nil {
				return err
			}
		}
		for g := range 20 {
			group := h.app.IDs.New()
			if _, err := tx.NewRaw(`INSERT INTO mirror_group (id, corp_id, chat, name, owner_id, notice, status, members, customers, version, created_at, dissolved_at, told_at, read_at, sync_run, updated_at)
				VALUES (?, ?, ?, ?, ?, '', 0, 201, 200, '', ?, 0, 0, 1, 0, 0)`, group, h.corp, fmt.Sprint("wrbench", g), "群", h.members[g], g).Exec(ctx); err != nil {
				return err
			}
			if _, err := tx.NewRaw(`INSERT INTO mirror_group_member (corp_id, group_id, who, external, name, unionid, join_scene, invitor, state, joined_at)
				SELECT p.corp_id, ?, p.customer, TRUE, '', '', 1, '', '', 0 FROM mirror_customer AS p WHERE p.corp_id = ? AND p.id > ? ORDER BY p.id LIMIT 200`,
				group, h.corp, g*1000).Exec(ctx); err != nil {
				return err
			}
		}
		if err := h.featured(ctx, tx); err != nil {
			return err
		}
		_, err := tx.NewRaw("ANALYZE").Exec(ctx)
		return err
	})
}
