package mirror

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Customer is a customer (客户, external contact 外部联系人) as the whole corp knows him.
// What one member keeps about him is a Follow.
type Customer struct {
	ID       id.ID  `bun:"id" json:"id"`
	Corp     string `bun:"corp_id" json:"-"`
	Customer string `bun:"customer" json:"customer"` // external_userid
	Name     string `bun:"name" json:"name"`         // "" until WeCom was asked
	Type     int    `bun:"type" json:"type"`         // 1 WeChat, 2 WeCom, 0 not yet known
	Avatar   string `bun:"avatar" json:"avatar"`
	Gender   int    `bun:"gender" json:"gender"` // 0 unknown, 1 male, 2 female
	UnionID  string `bun:"unionid" json:"unionid,omitempty"`
	Company  string `bun:"company" json:"company"` // of a WeCom user
	Title    string `bun:"title" json:"title"`     // 职务 of a WeCom user
	// Follows counts the follows that stand now, halves included; 0 = lost to the corp.
	Follows   int   `bun:"follows" json:"follows"`
	AddedAt   int64 `bun:"added_at" json:"addedAt"` // unix ms, the earliest follow
	LostAt    int64 `bun:"lost_at" json:"lostAt"`   // unix ms when the last follow ended, 0 while one stands
	UpdatedAt int64 `bun:"updated_at" json:"-"`     // unix ms
	ReadAt    int64 `bun:"read_at" json:"readAt"`   // unix ms when WeCom was last asked, 0 = never
}

const customerColumns = `id, corp_id, customer, name, type, avatar, gender, unionid, company, title,
	follows, added_at, lost_at, updated_at, read_at`

// CustomerByExternal finds a customer by external_userid; not_found when the corp never
// had him.
func CustomerByExternal(ctx context.Context, q db.Querier, corp, external string) (Customer, error) {
	return oneCustomer(ctx, q, corp, "customer", external)
}

// CustomerByID finds a customer by our own id; not_found when the corp has no such.
func CustomerByID(ctx context.Context, q db.Querier, corp string, customer id.ID) (Customer, error) {
	return oneCustomer(ctx, q, corp, "id", customer)
}

func oneCustomer(ctx context.Context, q db.Querier, corp, column string, key any) (Customer, error) {
	var c Customer
	err := q.NewRaw(`SELECT `+customerColumns+` FROM mirror_customer WHERE corp_id = ? AND ? = ?`, corp, bun.Ident(column), key).Scan(ctx, &c)
	if db.NoRows(err) {
		return c, fault.Missing("客户")
	}
	return c, err
}

// Faces is what a page shows of the members and customers that its rows name: names by
// userid, customers by external_userid. Two queries, however many rows.
func Faces(ctx context.Context, q db.Querier, corp string, members, externals []string) (names map[string]string, known map[string]Customer, err error) {
	if names, err = Names(ctx, q, corp, members); err != nil {
		return nil, nil, err
	}
	known, err = Customers(ctx, q, corp, externals)
	return names, known, err
}

// Customers finds many customers in one query, keyed by external_userid; the unknown
// are absent.
func Customers(ctx context.Context, q db.Querier, corp string, externals []string) (map[string]Customer, error) {
	found := make(map[string]Customer, len(externals))
	return found, inBatches(externals, func(part []string) error {
		var rows []Customer
		err := q.NewRaw(`SELECT `+customerColumns+` FROM mirror_customer WHERE corp_id = ? AND customer IN (?)`,
			corp, bun.List(part)).Scan(ctx, &rows)
		for _, c := range rows {
			found[c.Customer] = c
		}
		return err
	})
}

// CustomersByID finds many customers by our own ids in one query; the unknown are absent.
func CustomersByID(ctx context.Context, q db.Querier, corp string, ids []id.ID) (map[id.ID]Customer, error) {
	found := make(map[id.ID]Customer, len(ids))
	return found, inBatches(ids, func(part []id.ID) error {
		var rows []Customer
		err := q.NewRaw(`SELECT `+customerColumns+` FROM mirror_customer WHERE id IN (?) AND `+thisCorp,
			bun.List(part), corp).Scan(ctx, &rows)
		for _, c := range rows {
			found[c.ID] = c
		}
		return err
	})
}

// CustomerNames gives the names of customers in one query, keyed by external_userid.
func CustomerNames(ctx context.Context, q db.Querier, corp string, externals []string) (map[string]string, error) {
	customers, err := Customers(ctx, q, corp, externals)
	names := make(map[string]string, len(customers))
	for external, c := range customers {
		names[external] = c.Name
	}
	return names, err
}

// maxIn bounds one IN list: a statement stays a few ten kilobytes.
const maxIn = 500

// inBatches calls do for at most maxIn keys at a time and not at all without keys.
func inBatches[K any](keys []K, do func([]K) error) error {
	for len(keys) > 0 {
		n := min(len(keys), maxIn)
		if err := do(keys[:n]); err != nil {
			return err
		}
		keys = keys[n:]
	}
	return nil
}
