package mirror

import (
	"context"
	"encoding/json"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
)

// Standing is how a follow stands.
type Standing int

// The standings. Rows are never removed: an ended follow keeps its row and is taken up
// again when the two meet anew.
const (
	Stands     Standing = 1 // both have each other
	Half       Standing = 2 // the customer added the member, who has yet to confirm
	Lost       Standing = 3 // the customer deleted or blocked the member (流失)
	Deleted    Standing = 4 // the member deleted the customer
	Gone       Standing = 5 // a re-sync found it gone; nobody told who ended it
	HandedOver Standing = 6 // WeCom removed it after an on-job transfer (在职继承)
)

// Open tells whether the follow stands, wholly or half.
func (s Standing) Open() bool { return s == Stands || s == Half }

// Follow is one member–customer pair (跟进关系).
type Follow struct {
	ID          id.ID    `bun:"id" json:"id"`
	Corp        string   `bun:"corp_id" json:"-"`
	Member      string   `bun:"member_id" json:"member"`       // userid
	Customer    string   `bun:"customer" json:"customer"`      // external_userid
	CustomerID  id.ID    `bun:"customer_id" json:"customerId"` // Customer.ID
	Standing    Standing `bun:"standing" json:"standing"`
	Remark      string   `bun:"remark" json:"remark"`
	Description string   `bun:"description" json:"description"`
	Company     string   `bun:"company" json:"company"` // remark_corp_name
	MobilesJSON string   `bun:"mobiles" json:"-"`       // see Mobiles
	AddWay      int      `bun:"add_way" json:"addWay"`  // WeCom's add_way, unknown values kept
	Operator    string   `bun:"operator" json:"operator,omitempty"`
	State       string   `bun:"state" json:"state,omitempty"` // of the contact way
	AddedAt     int64    `bun:"added_at" json:"addedAt"`      // unix ms, begin of the present follow
	EndedAt     int64    `bun:"ended_at" json:"endedAt"`      // unix ms, 0 while it stands
	ToldAt      int64    `bun:"told_at" json:"-"`             // unix ms, newest callback applied
	ReadAt      int64    `bun:"read_at" json:"-"`             // unix ms, last shown by WeCom
	FoundAt     int64    `bun:"found_at" json:"-"`            // unix ms, told as found by a reading
	SyncRun     id.ID    `bun:"sync_run" json:"-"`
	UpdatedAt   int64    `bun:"updated_at" json:"-"`
	Tagged      int      `bun:"tagged" json:"-"` // how many tags it has, members' own not counted; 0 also before a sync has counted
}

// unread tells that WeCom has not shown the follow's details yet: it is new here, or known by
// a callback alone. An answer so soon after the callback that it may lag behind leaves ReadAt
// alone, but not how the two came together.
func (f Follow) unread() bool {
	return f.ID == 0 || f.ReadAt == 0 && f.Operator == "" && f.AddWay == 0
}

// Mobiles are the phone numbers the member noted (remark_mobiles).
func (f Follow) Mobiles() []string {
	var m []string
	if json.Unmarshal([]byte(f.MobilesJSON), &m) != nil {
		return nil
	}
	return m
}

const followColumns = `id, corp_id, member_id, customer, customer_id, standing, remark, description, company,
	mobiles, add_way, operator, state, added_at, ended_at, told_at, read_at, found_at, sync_run, updated_at, tagged`

// thisCorp binds rows that are found by our own ids to their corp. The empty text keeps
// SQLite, which knows nothing of how many rows a corp has, from reading all of them by an
// index that begins with corp_id instead of the few named ones.
const thisCorp = `corp_id || '' = ?`

// FollowOf finds the follow of a member and a customer, ended or not; not_found when
// they never had one.
func FollowOf(ctx context.Context, q db.Querier, corp, member, external string) (Follow, error) {
	var f Follow
	err := q.NewRaw(`SELECT `+followColumns+` FROM mirror_follow WHERE corp_id = ? AND member_id = ? AND customer = ?`,
		corp, member, external).Scan(ctx, &f)
	if db.NoRows(err) {
		return f, fault.Missing("跟进关系")
	}
	return f, err
}

// FollowByID finds a follow by our own id.
func FollowByID(ctx context.Context, q db.Querier, corp string, follow id.ID) (Follow, error) {
	var f Follow
	err := q.NewRaw(`SELECT `+followColumns+` FROM mirror_follow WHERE corp_id = ? AND id = ?`, corp, follow).Scan(ctx, &f)
	if db.NoRows(err) {
		return f, fault.Missing("跟进关系")
	}
	return f, err
}

// FollowsOf lists all follows of a customer (Customer.ID), ended ones too, oldest first.
func FollowsOf(ctx context.Context, q db.Querier, corp string, customer id.ID) ([]Follow, error) {
	var rows []Follow
	err := q.NewRaw(`SELECT `+followColumns+` FROM mirror_follow WHERE customer_id = ? AND `+thisCorp+`
		ORDER BY added_at, id`, customer, corp).Scan(ctx, &rows)
	return rows, err
}

// FollowsByID finds many follows in one query; the unknown are absent.
func FollowsByID(ctx context.Context, q db.Querier, corp string, follows []id.ID) (map[id.ID]Follow, error) {
	found := make(map[id.ID]Follow, len(follows))
	return found, inBatches(follows, func(part []id.ID) error {
		var rows []Follow
		err := q.NewRaw(`SELECT `+followColumns+` FROM mirror_follow WHERE id IN (?) AND `+thisCorp,
			bun.List(part), corp).Scan(ctx, &rows)
		for _, f := range rows {
			found[f.ID] = f
		}
		return err
	})
}

// FollowsOfCustomers lists the follows of many customers in one query, keyed by
// Customer.ID, oldest first.
func FollowsOfCustomers(ctx context.Context, q db.Querier, corp string, customers []id.ID) (map[id.ID][]Follow, error) {
	found := make(map[id.ID][]Follow, len(customers))
	return found, inBatches(customers, func(part []id.ID) error {
		var rows []Follow
		err := q.NewRaw(`SELECT `+followColumns+` FROM mirror_follow WHERE customer_id IN (?) AND `+thisCorp+`
			ORDER BY added_at, id`, bun.List(part), corp).Scan(ctx, &rows)
		for _, f := range rows {
			found[f.CustomerID] = append(found[f.CustomerID], f)
		}
		return err
	})
}

// byCustomers is how many customers one transaction of ByCustomers takes.
const byCustomers = 200

// ByCustomers goes through all customers that some members follow or followed, each page in
// a transaction of its own, so that a member with a hundred thousand holds nobody up.
func ByCustomers(ctx context.Context, d *db.DB, corp string, members []string, page func(ctx context.Context, tx db.Tx, customers []string) error) error {
	for _, member := range members {
		for after, more := "", true; more; {
			var customers []string
			if err := d.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
				customers = nil
				err := tx.NewRaw("SELECT customer FROM mirror_follow WHERE corp_id = ? AND member_id = ? AND customer > ? ORDER BY customer LIMIT ?",
					corp, member, after, byCustomers).Scan(ctx, &customers)
				if err != nil || len(customers) == 0 {
					return err
				}
				return page(ctx, tx, customers)
			}); err != nil {
				return err
			}
			// Only now: a transaction may run twice before it commits.
			if more = len(customers) == byCustomers; more {
				after = customers[byCustomers-1]
			}
		}
	}
	return nil
}
