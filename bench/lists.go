package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"time"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/search"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// lists fills the mirror with customers of which a few stand out, and reads the console's
// list as a browser does.
func lists(ctx context.Context, b *bench) error {
	b.line("| engine | customers | page | p50 | p99 |\n|---|---|---|---|---|")
	for _, engine := range b.engines {
		for _, size := range b.sizes {
			err := func() error {
				h, err := build(ctx, engine, houseOptions{seed: wecomsim.SeedOptions{Members: 3, Departments: 1}, roles: []string{"web"}})
				if err != nil {
					return err
				}
				defer h.close()
				for i := range 500 {
					h.members = append(h.members, fmt.Sprintf("m%04d", i))
				}
				if err := h.fill(ctx, size); err != nil {
					return err
				}
				return h.readLists(ctx, b, engine, size)
			}()
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (h *house) readLists(_ context.Context, b *bench, engine string, size int) error {
	deep, err := h.deep(200)
	if err != nil {
		return err
	}
	for _, page := range []struct{ what, path string }{
		{"follows, first page", "/api/customer/follows?limit=50"},
		{"customers, first page", "/api/customer/customers?limit=50"},
		{"follows by tag (2 %)", "/api/customer/follows?limit=50&tag=tag7"},
		{"follows by member", "/api/customer/follows?limit=50&member=m0001"},
		{"customers by member", "/api/customer/customers?limit=50&member=m0001"},
		{"follows, two rare characters", "/api/customer/follows?limit=50&q=" + url.QueryEscape("鹊桥")},
		{"follows, two common characters", "/api/customer/follows?limit=50&q=" + url.QueryEscape("子涵")},
		{"customers, two rare characters", "/api/customer/customers?limit=50&q=" + url.QueryEscape("鹊桥")},
		{"customers, two common characters", "/api/customer/customers?limit=50&q=" + url.QueryEscape("子涵")},
		{"follows, page 200", "/api/customer/follows?limit=50&after=" + url.QueryEscape(deep)},
		{"count of all follows (capped)", "/api/customer/follows/count"},
	} {
		took, err := h.repeat(page.path)
		if err != nil {
			return fmt.Errorf("%s: %w", page.what, err)
		}
		b.line("| %s | %d | %s | %s | %s |", engine, size, page.what, ms(quantile(took, 0.5)), ms(quantile(took, 0.99)))
	}
	return nil
}

// deep walks n pages and gives the cursor there.
func (h *house) deep(n int) (string, error) {
	after := ""
	for range n {
		_, body, err := h.get("/api/customer/follows?limit=50&after=" + url.QueryEscape(after))
		if err != nil {
			return "", err
		}
		var page struct {
			Next string `json:"next"`
		}
		if err := json.Unmarshal(body, &page); err != nil {
			return "", err
		}
		if page.Next == "" {
			break
		}
		after = page.Next
	}
	return after, nil
}

type customerRow struct {
	bun.BaseModel `bun:"table:mirror_customer"`
	ID            id.ID  `bun:"id"`
	Corp          string `bun:"corp_id"`
	Customer      string `bun:"customer"`
	Name          string `bun:"name"`
	Type          int    `bun:"type"`
	Avatar        string `bun:"avatar"`
	Gender        int    `bun:"gender"`
	UnionID       string `bun:"unionid"`
	Company       string `bun:"company"`
	Title         string `bun:"title"`
	Follows       int    `bun:"follows"`
	AddedAt       int64  `bun:"added_at"`
	LostAt        int64  `bun:"lost_at"`
	UpdatedAt     int64  `bun:"updated_at"`
	ReadAt        int64  `bun:"read_at"`
}

type followRow struct {
	bun.BaseModel `bun:"table:mirror_follow"`
	ID            id.ID  `bun:"id"`
	Corp          string `bun:"corp_id"`
	Member        string `bun:"member_id"`
	Customer      string `bun:"customer"`
	CustomerID    id.ID  `bun:"customer_id"`
	Standing      int    `bun:"standing"`
	Remark        string `bun:"remark"`
	Description   string `bun:"description"`
	Company       string `bun:"company"`
	Mobiles       string `bun:"mobiles"`
	AddWay        int    `bun:"add_way"`
	Operator      string `bun:"operator"`
	State         string `bun:"state"`
	AddedAt       int64  `bun:"added_at"`
	EndedAt       int64  `bun:"ended_at"`
	ToldAt        int64  `bun:"told_at"`
	ReadAt        int64  `bun:"read_at"`
	FoundAt       int64  `bun:"found_at"`
	SyncRun       id.ID  `bun:"sync_run"`
	UpdatedAt     int64  `bun:"updated_at"`
	Tagged        int    `bun:"tagged"`
}

type tagRow struct {
	bun.BaseModel `bun:"table:mirror_follow_tag"`
	Corp          string `bun:"corp_id"`
	Follow        id.ID  `bun:"follow_id"`
	CustomerID    id.ID  `bun:"customer_id"`
	Tag           string `bun:"tag_id"`
	Kind          int    `bun:"kind"`
	AddedAt       int64  `bun:"added_at"`
}

// fill writes size customers, 1.5 follows each by the house's members, two of 50 tags a follow,
// and their search texts.
func (h *house) fill(ctx context.Context, size int) error {
	dice := rand.New(rand.NewPCG(1, 2))
	surnames := []rune("王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹")
	given := []string{"子涵", "雨桐", "浩然", "思远", "晓燕", "建国", "丽华", "俊杰", "欣怡", "志强", "梦琪", "文博", "秀英", "天佑"}
	now := time.Now().UnixMilli()
	restore, err := h.withoutIndexes(ctx)
	if err != nil {
		return err
	}
	for from := 0; from < size; from += 500 {
		var customers []customerRow
		var follows []followRow
		var tags []tagRow
		var docs []search.Document
		for i := from; i < min(from+500, size); i++ {
			name := string(surnames[dice.IntN(len(surnames))]) + given[dice.IntN(len(given))]
			if i%(max(size/40, 1)) == 0 {
				name = "鹊桥" + name
			}
			c := customerRow{ID: h.app.IDs.New(), Corp: h.corp, Customer: fmt.Sprintf("wm%030d", i), Name: name, Type: 1, Gender: i % 3, AddedAt: now - dice.Int64N(3e10), UpdatedAt: now, ReadAt: now}
			if i%50 == 0 {
				c.Type = 2
			}
			if i%3 == 0 {
				c.UnionID = fmt.Sprintf("o%027d", i)
			}
			docs = append(docs, search.Document{Corp: h.corp, Kind: "customer", Ref: c.ID, Text: []string{name}})
			for k := range 1 + dice.IntN(2) {
				f := followRow{
					ID: h.app.IDs.New(), Corp: h.corp, Member: h.members[(dice.IntN(len(h.members)/2)*2+k)%len(h.members)], Customer: c.Customer, CustomerID: c.ID,
					Standing: 1, Remark: name + "先生", Mobiles: "[]", AddWay: 1, Tagged: 2, AddedAt: c.AddedAt + int64(k), UpdatedAt: now, ReadAt: now, FoundAt: now,
				}
				switch n := dice.IntN(1000); {
				case n == 0:
					f.AddWay = 201
				case n <= 100:
					f.AddWay = 3
				case n <= 110:
					f.State = "ccbench"
				}
				c.Follows++
				follows = append(follows, f)
				first := dice.IntN(50)
				for _, t := range []int{first, (first + 1 + dice.IntN(48)) % 50} {
					tags = append(tags, tagRow{Corp: h.corp, Follow: f.ID, CustomerID: c.ID, Tag: fmt.Sprint("tag", t), Kind: 1, AddedAt: f.AddedAt})
				}
				docs = append(docs, search.Document{Corp: h.corp, Kind: "follow", Ref: f.ID, Text: []string{name, f.Remark}})
			}
			customers = append(customers, c)
		}
		err := h.app.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			for _, rows := range []any{&customers, &follows, &tags} {
				if _, err := tx.NewInsert().Model(rows).Exec(ctx); err != nil {
					return err
				}
			}
			return h.app.Search.Put(ctx, tx, docs...)
		})
		if err != nil {
			return err
		}
	}
	return restore(ctx)
}
