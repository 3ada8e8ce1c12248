package corp

import (
	"context"
	"crypto/rand"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
)

// Save makes or changes a corp and the given apps in one transaction; apps are told
// apart by their purpose, those not given stay. An app without a Path gets one of its
// own. Every node uses the new values within a moment.
func (r *Registry) Save(ctx context.Context, c Corp, apps ...App) error {
	return r.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := r.SaveCorp(ctx, tx, c); err != nil {
			return err
		}
		return r.saveApps(ctx, tx, c.ID, apps)
	})
}

// Ensure is Save for a corp that the configuration names: one that is there already
// keeps the name, time zone and status that were given to it in the console.
func (r *Registry) Ensure(ctx context.Context, c Corp, apps ...App) error {
	if err := c.Validate(); err != nil {
		return err
	}
	return r.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.NewRaw(`INSERT INTO corp_corp (id, name, time_zone, status, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
			c.ID, db.Clean(c.Name), c.TimeZone, c.Status, db.NowMS(r.clock)).Exec(ctx); err != nil {
			return err
		}
		r.tell(tx, c.ID)
		return r.saveApps(ctx, tx, c.ID, apps)
	})
}

func (r *Registry) saveApps(ctx context.Context, tx db.Tx, corp string, apps []App) error {
	for _, a := range apps {
		a.Corp = corp
		if _, err := r.SaveApp(ctx, tx, a); err != nil {
			return err
		}
	}
	return nil
}

// SaveCorp makes or changes a corp within the caller's transaction.
func (r *Registry) SaveCorp(ctx context.Context, tx db.Tx, c Corp) error {
	if err := c.Validate(); err != nil {
		return err
	}
	_, err := tx.NewRaw(`INSERT INTO corp_corp (id, name, time_zone, status, created_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, time_zone = excluded.time_zone, status = excluded.status`,
		c.ID, db.Clean(c.Name), c.TimeZone, c.Status, db.NowMS(r.clock)).Exec(ctx)
	r.tell(tx, c.ID)
	return err
}

// The bounds of the quotas: with less than one call a second nobody could open a page, and
// below 100 MB one large export is all there is room for.
const (
	MinCallsPerMinute       = 60
	MaxCallsPerMinute       = 1_000_000
	MinFileQuota      int64 = 100 << 20
	MaxFileQuota      int64 = 1 << 50
)

// SetQuota grants a corp so many API calls a minute, 0 for what the configuration says, and
// so many bytes of files, 0 for as many as it likes, within the caller's transaction. What
// is kept already stays, even when it is more.
func (r *Registry) SetQuota(ctx context.Context, tx db.Tx, corp string, callsPerMinute int, files int64) error {
	var check fault.Check
	check.That(callsPerMinute == 0 || callsPerMinute >= MinCallsPerMinute && callsPerMinute <= MaxCallsPerMinute, "callsPerMinute",
		"每分钟调用数应为 60 到 1000000，或 0 表示按安装的设置")
	check.That(files == 0 || files >= MinFileQuota && files <= MaxFileQuota, "fileQuota", "文件配额应为 100 MB 到 1 PB，或 0 表示不限")
	if err := check.Err(); err != nil {
		return err
	}
	_, err := tx.NewRaw(`UPDATE corp_corp SET calls_per_minute = ?, file_quota = ? WHERE id = ?`, callsPerMinute, files, corp).Exec(ctx)
	r.tell(tx, corp)
	return err
}

// tell lets every node read anew once the transaction is committed.
func (r *Registry) tell(tx db.Tx, corp string) {
	tx.AfterCommit(r.forget)
	r.db.Notify(tx, changed, corp)
}

// SaveApp makes or changes an app within the caller's transaction and gives it as it is
// stored. A new app without a Path gets one of its own; an old one keeps the path that
// stands in WeCom's admin console. What is saved again unchanged keeps its times.
func (r *Registry) SaveApp(ctx context.Context, tx db.Tx, a App) (App, error) {
	if err := a.Validate(); err != nil {
		return App{}, err
	}
	before, there, err := r.appIn(ctx, tx, a.Corp, a.Purpose)
	if err != nil {
		return App{}, err
	}
	now := db.NowMS(r.clock)
	a.Name = db.Clean(a.Name)
	a.ID, a.SecretAt, a.CallbackAt, a.UpdatedAt = r.ids.New(), now, now, now
	if there {
		a.ID = before.ID
		if a.Path == "" {
			a.Path = before.Path
		}
		if a.Secret == before.Secret {
			a.SecretAt = before.SecretAt
		}
		if a.Path == before.Path && a.Token == before.Token && a.Key == before.Key {
			a.CallbackAt = before.CallbackAt
		}
		a.UpdatedAt = before.UpdatedAt
		if a == before {
			return before, nil
		}
		// A client is kept until this changes: an app saved twice within a moment, too.
		a.UpdatedAt = max(now, before.UpdatedAt+1)
	}
	if a.Path == "" {
		a.Path = a.ID.String()
	}
	row, err := r.seal(ctx, a)
	if err != nil {
		return App{}, err
	}
	if err := saveApp(ctx, tx, row, now); err != nil {
		if db.IsUnique(err) {
			return App{}, &fault.Fault{
				Code: fault.Conflict, Message: "回调路径已被其他应用使用", Cause: err,
				Fields: []fault.Field{{Name: "path", Message: "请换一个回调路径"}},
			}
		}
		return App{}, err
	}
	r.tell(tx, a.Corp)
	return a, nil
}

// appIn reads an app within a transaction. One whose secrets cannot be opened counts as
// not set: whoever lost the key file can enter them anew.
func (r *Registry) appIn(ctx context.Context, q db.Querier, corp string, p Purpose) (App, bool, error) {
	var row appRow
	err := q.NewRaw(`SELECT `+appColumns+` FROM corp_app WHERE corp_id = ? AND purpose = ?`, corp, p).Scan(ctx, &row)
	if db.NoRows(err) {
		return App{}, false, nil
	}
	if err != nil {
		return App{}, false, err
	}
	a, err := r.open(ctx, row)
	if err != nil {
		r.log.Error("the secrets of an app cannot be opened and are set anew", "corp", corp, "purpose", p, "error", err)
		a = App{ID: row.ID, Corp: corp, Purpose: p, Path: row.Path, UpdatedAt: row.UpdatedAt}
	}
	return a, true, nil
}

func (r *Registry) seal(ctx context.Context, a App) (appRow, error) {
	row := appRow{
		ID: a.ID, Corp: a.Corp, Purpose: a.Purpose, AgentID: a.AgentID, Name: a.Name,
		Path: a.Path, UpdatedAt: a.UpdatedAt, SecretAt: a.SecretAt, CallbackAt: a.CallbackAt,
	}
	for _, s := range []struct {
		into   *string
		plain  secret.Text
		column string
	}{{&row.Secret, a.Secret, "secret"}, {&row.Token, a.Token, "token"}, {&row.Key, a.Key, "key"}} {
		sealed, err := r.secrets.Seal(ctx, []byte(s.plain.Reveal()), place(a.Corp, a.Purpose, s.column))
		if err != nil {
			return row, err
		}
		*s.into = sealed
	}
	return row, nil
}

func saveApp(ctx context.Context, tx db.Tx, row appRow, now int64) error {
	_, err := tx.NewRaw(`INSERT INTO corp_app (id, corp_id, purpose, agent_id, name, secret, callback_path,
			callback_token, callback_key, created_at, updated_at, secret_at, callback_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (corp_id, purpose) DO UPDATE SET agent_id = excluded.agent_id, name = excluded.name,
			secret = excluded.secret, callback_token = excluded.callback_token, callback_key = excluded.callback_key,
			callback_path = excluded.callback_path, updated_at = excluded.updated_at,
			secret_at = excluded.secret_at, callback_at = excluded.callback_at`,
		row.ID, row.Corp, row.Purpose, row.AgentID, row.Name, row.Secret, row.Path,
		row.Token, row.Key, now, row.UpdatedAt, row.SecretAt, row.CallbackAt).Exec(ctx)
	return err
}

// NewCallbackSecrets makes up a Token and an EncodingAESKey.
func NewCallbackSecrets() (token, key secret.Text) {
	return secret.NewText(random(32)), secret.NewText(random(43))
}

// random is text of letters and digits; each is equally likely.
func random(length int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	text := make([]byte, 0, length)
	for len(text) < length {
		var one [1]byte
		_, _ = rand.Read(one[:]) // never fails (crypto/rand)
		if one[0] < 248 {        // four times the number of letters
			text = append(text, letters[int(one[0])%len(letters)])
		}
	}
	return string(text)
}
