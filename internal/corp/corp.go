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
	// CallsPerMinute is how many API calls all people and keys of the corp may make together
	// in a minute, 0 for what the configuration says. SetQuota changes it; Save leaves it.
	CallsPerMinute int `bun:"calls_per_minute" json:"callsPerMinute"`
	// FileQuota is how many bytes of files the corp may keep, 0 for as many as it likes.
	// SetQuota changes it; Save leaves it.
	FileQuota int64 `bun:"file_quota" json:"fileQuota"`
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
	// SecretAt and CallbackAt are when the secret, and when path, token or key were set, unix ms.
	SecretAt   int64
	CallbackAt int64
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

	SecretAt   int64 `bun:"secret_at"`
	CallbackAt int64 `bun:"callback_at"`
}

const appColumns = `id, corp_id, purpose, agent_id, name, secret, callback_path, callback_token, callback_key, updated_at, secret_at, callback_at`

// place binds a sealed value to its corp, purpose and column.
func place(corp string, p Purpose, column string) string {
	return "corp_app/" + corp + "/" + string(p) + "/" + column
}

// open unseals a row.
func (r *Registry) open(ctx context.Context, row appRow) (App, error) {
	a := App{
		ID: row.ID, Corp: row.Corp, Purpose: row.Purpose, AgentID: row.AgentID, Name: row.Name,
		Path: row.Path, UpdatedAt: row.UpdatedAt, SecretAt: row.SecretAt, CallbackAt: row.CallbackAt,
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
