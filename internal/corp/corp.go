// Package corp keeps the corps (企业) of an installation and their apps (自建应用):
// who they are, their secrets, and the one wecom.Client each is called with.
//
// Secrets, callback tokens and keys are sealed at rest (platform/secret) and bound to
// their row. Access tokens are shared by all nodes through the database, so that one
// node at a time fetches a new one. Calls that fail are kept for the console's event
// log, with what to do about them.
package corp

import (
	"context"
	"regexp"
	"strings"
	"time"
	_ "time/tzdata" // corps name their time zone; the machine need not know it

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
)

// Status says whether a corp is worked for.
type Status string

// The states of a corp.
const (
	Active    Status = "active"
	Suspended Status = "suspended" // callbacks are refused, nothing is called
)

// Corp is one corp (企业).
type Corp struct {
	ID        string `bun:"id" json:"id"` // WeCom's corpid
	Name      string `bun:"name" json:"name"`
	TimeZone  string `bun:"time_zone" json:"timeZone"` // IANA name, e.g. Asia/Shanghai
	Status    Status `bun:"status" json:"status"`
	CreatedAt int64  `bun:"created_at" json:"createdAt"` // unix ms
}

// Purpose is what a secret is for. Several purposes may be served by one app: what has
// no secret of its own falls back to MainApp.
type Purpose string

// The purposes (auth-and-tokens: one secret per area of the admin console).
const (
	MainApp  Purpose = "app"      // the self-built app (自建应用): nearly everything
	Contacts Purpose = "contacts" // 通讯录同步: writes the contact book
	Customer Purpose = "customer" // 客户联系: the legacy system secret
	Archive  Purpose = "archive"  // 会话内容存档
)

// App is one secret of a corp with its callback configuration.
type App struct {
	ID      id.ID
	Corp    string
	Purpose Purpose
	AgentID int64 // 0 for system secrets
	Name    string
	Secret  secret.Text
	// Path is the last segment of the callback address: /callback/<Path>.
	Path string
	// Token and Key are those of the callback configuration (接收消息): Token has 1 to 32
	// letters and digits, Key (EncodingAESKey) 43.
	Token     secret.Text
	Key       secret.Text
	UpdatedAt int64 // unix ms
}

var (
	corpIDShape = regexp.MustCompile(`^[0-9A-Za-z_-]{1,64}$`)
	tokenShape  = regexp.MustCompile(`^[0-9A-Za-z]{1,32}$`)
	keyShape    = regexp.MustCompile(`^[0-9A-Za-z]{43}$`)
	pathShape   = regexp.MustCompile(`^[0-9A-Za-z_-]{1,64}$`)
)

// Validate checks what an administrator entered.
func (c Corp) Validate() error {
	var check fault.Check
	check.That(corpIDShape.MatchString(c.ID), "id", "请填写企业 ID（在「我的企业」页面底部）")
	check.That(strings.TrimSpace(c.Name) != "", "name", "请填写企业名称")
	_, err := time.LoadLocation(c.TimeZone)
	check.That(c.TimeZone != "" && err == nil, "timeZone", "时区须为 IANA 名称，例如 Asia/Shanghai")
	check.That(c.Status == Active || c.Status == Suspended, "status", "状态只能是 active 或 suspended")
	return check.Err()
}

// Validate checks what an administrator entered.
func (a App) Validate() error {
	var check fault.Check
	switch a.Purpose {
	case MainApp:
		check.That(a.AgentID > 0, "agentId", "请填写应用的 AgentId")
	case Contacts, Customer, Archive:
	default:
		check.That(false, "purpose", "用途只能是 app、contacts、customer 或 archive")
	}
	check.That(!a.Secret.IsZero(), "secret", "请填写应用的 Secret")
	check.That(tokenShape.MatchString(a.Token.Reveal()), "token", "Token 为 1 至 32 位字母或数字，须与管理后台一致")
	check.That(keyShape.MatchString(a.Key.Reveal()), "key", "EncodingAESKey 为 43 位字母或数字，须与管理后台一致")
	check.That(a.Path == "" || pathShape.MatchString(a.Path), "path", "回调路径只能含字母、数字、下划线和连字符，最长 64 位")
	return check.Err()
}

type appRow struct {
	ID        id.ID   `bun:"id"`
	Corp      string  `bun:"corp_id"`
	Purpose   Purpose `bun:"purpose"`
	AgentID   int64   `bun:"agent_id"`
	Name      string  `bun:"name"`
	Secret    string  `bun:"secret"`
	Path      string  `bun:"callback_path"`
	Token     string  `bun:"callback_token"`
	Key       string  `bun:"callback_key"`
	UpdatedAt int64   `bun:"updated_at"`
}

const appColumns = `id, corp_id, purpose, agent_id, name, secret, callback_path, callback_token, callback_key, updated_at`

// place binds a sealed value to its corp, purpose and column.
func place(corp string, p Purpose, column string) string {
	return "corp_app/" + corp + "/" + string(p) + "/" + column
}

// open unseals a row.
func (r *Registry) open(ctx context.Context, row appRow) (App, error) {
	a := App{
		ID: row.ID, Corp: row.Corp, Purpose: row.Purpose, AgentID: row.AgentID, Name: row.Name,
		Path: row.Path, UpdatedAt: row.UpdatedAt,
	}
	for _, s := range []struct {
		into   *secret.Text
		sealed string
		column string
	}{{&a.Secret, row.Secret, "secret"}, {&a.Token, row.Token, "token"}, {&a.Key, row.Key, "key"}} {
		plain, err := r.secrets.Open(ctx, s.sealed, place(row.Corp, row.Purpose, s.column))
		if err != nil {
			return a, err
		}
		*s.into = secret.NewText(string(plain))
	}
	return a, nil
}

// Save makes or changes a corp and the given apps in one transaction; apps are told
// apart by their purpose, those not given stay. An app without a Path gets one of its
// own. Every node uses the new values within a moment.
func (r *Registry) Save(ctx context.Context, c Corp, apps ...App) error {
	if err := c.Validate(); err != nil {
		return err
	}
	now := db.NowMS(r.clock)
	rows := make([]appRow, len(apps))
	for i, a := range apps {
		if err := a.Validate(); err != nil {
			return err
		}
		row, err := r.seal(ctx, c.ID, a, now)
		if err != nil {
			return err
		}
		rows[i] = row
	}
	err := r.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if _, err := tx.NewRaw(`INSERT INTO corp_corp (id, name, time_zone, status, created_at) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, time_zone = excluded.time_zone, status = excluded.status`,
			c.ID, db.Clean(c.Name), c.TimeZone, c.Status, now).Exec(ctx); err != nil {
			return err
		}
		for _, row := range rows {
			if err := saveApp(ctx, tx, row, now); err != nil {
				return err
			}
		}
		tx.AfterCommit(r.forget)
		r.db.Notify(tx, changed, c.ID)
		return nil
	})
	if db.IsUnique(err) {
		return &fault.Fault{
			Code: fault.Conflict, Message: "回调路径已被其他应用使用", Cause: err,
			Fields: []fault.Field{{Name: "path", Message: "请换一个回调路径"}},
		}
	}
	return err
}

func (r *Registry) seal(ctx context.Context, corp string, a App, now int64) (appRow, error) {
	row := appRow{
		ID: r.ids.New(), Corp: corp, Purpose: a.Purpose, AgentID: a.AgentID, Name: db.Clean(a.Name),
		Path: a.Path, UpdatedAt: now,
	}
	if row.Path == "" {
		row.Path = row.ID.String()
	}
	for _, s := range []struct {
		into   *string
		plain  secret.Text
		column string
	}{{&row.Secret, a.Secret, "secret"}, {&row.Token, a.Token, "token"}, {&row.Key, a.Key, "key"}} {
		sealed, err := r.secrets.Seal(ctx, []byte(s.plain.Reveal()), place(corp, a.Purpose, s.column))
		if err != nil {
			return row, err
		}
		*s.into = sealed
	}
	return row, nil
}

// saveApp keeps the id, and the callback path unless another is asked for: the path
// stands in WeCom's admin console.
func saveApp(ctx context.Context, tx db.Tx, row appRow, now int64) error {
	_, err := tx.NewRaw(`INSERT INTO corp_app (id, corp_id, purpose, agent_id, name, secret, callback_path,
			callback_token, callback_key, created_at, updated_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (corp_id, purpose) DO UPDATE SET agent_id = excluded.agent_id, name = excluded.name,
			secret = excluded.secret, callback_token = excluded.callback_token, callback_key = excluded.callback_key,
			callback_path = CASE WHEN excluded.callback_path = ? THEN corp_app.callback_path ELSE excluded.callback_path END,
			updated_at = excluded.updated_at`,
		row.ID, row.Corp, row.Purpose, row.AgentID, row.Name, row.Secret, row.Path,
		row.Token, row.Key, now, now, row.ID.String()).Exec(ctx)
	return err
}
