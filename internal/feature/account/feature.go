// Package account lets people in (登录): who they are, and for how long.
//
// There are two kinds of people. A local account (本地账号) signs in by name and password;
// the first one, the founder, is made at the first start, because somebody has to set the
// corp up before WeCom can vouch for anybody. A member (成员) signs in by scanning with
// WeCom (扫码登录, developer.work.weixin.qq.com/document/path/98151) or, inside the WeCom
// client, without noticing (网页授权, document 91022); he needs no account here, only to be
// present in the contact book. What either may do is for access to say.
//
// A local account may have a second step (两步验证, TOTP after RFC 6238) with recovery codes,
// which a remembered browser skips. A first password, made up by the program, is good for
// choosing another and nothing else. The limits of a session and whether the second step
// is required are a corp's policy.
//
// A session is a row; the browser holds a random token in a cookie, the row its hash. It
// ends after a time without use (12 hours unless the corp decides otherwise), after a
// longer one in any case (7 days), when the person or an administrator ends it, when the
// password changes, when the account is disabled, and when WeCom says that the member left
// or was disabled; open streams end with it. Dangerous operations ask that the person has
// proved who he is within ten minutes. Sign-in is slowed per name and per address.
//
// It hears MemberChanged and MemberLeft. It says and answers nothing; it is the guard of
// console and sidebar, and it composes the menu from the entries of all features.
package account

import (
	"cmp"
	"context"
	"embed"
	"strings"
	"sync"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/bus"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

//go:embed migrations/*.sql
var files embed.FS

type service struct {
	deps     feature.Deps
	sessions *sessions
	hasher   *hasher
	// tries slows guessing of passwords, exchanges the calls to WeCom that strangers cause.
	tries     *tries
	exchanges *throttle
	// codes slows guessing of the second step.
	codes   *tries
	watches *watches

	mu   sync.Mutex
	tell []string
}

// New builds the feature.
func New(d feature.Deps) feature.Feature {
	sign := func(key string) (string, error) { return d.Sealer.Sign("account tries", []byte(key)) }
	s := &service{
		deps:      d,
		sessions:  newSessions(d.DB, d.Clock, d.IDs, strings.HasPrefix(d.PublicURL, "https://")),
		hasher:    newHasher(),
		tries:     newTries(d.DB, d.Clock, sign, 10, 30*time.Second),
		exchanges: newThrottle(d.Clock, 60, time.Second),
		codes:     newTries(d.DB, d.Clock, sign, 5, 5*time.Minute),
	}
	s.watches = newWatches(s.sessions.store)
	return feature.Feature{
		Slug:      "account",
		Guard:     guard{s},
		Directory: directory{s},
		Routes:    s.routes(),
		Permissions: []feature.Permission{
			{Key: "account.manage", ZH: "管理本地账号与登录安全", EN: "Manage local accounts and sign-in security"},
			{Key: "account.sessions", ZH: "查看和结束他人的登录", EN: "View and end others' sessions"},
		},
		Menu: []feature.MenuEntry{
			{Group: feature.GroupManagement, Key: "accounts", Path: "/accounts", Permission: "account.manage", Order: 20},
			{Group: feature.GroupManagement, Key: "sessions", Path: "/sessions", Permission: "account.sessions", Order: 21},
		},
		Reseal:    s.reseal,
		Operator:  map[string]feature.Operation{"reset-password": s.operateReset},
		Jobs:      []job.Definition{job.Define(pruneKind, s.prune, job.InLane(job.Bulk))},
		Schedules: []job.Schedule{{Kind: pruneKind, Every: pruneEvery}},
		Listeners: []bus.Listener{
			bus.On("memberChanged", s.onMemberChanged),
			bus.On("memberLeft", s.onMemberLeft),
		},
		Migrations: db.Folder(files, "migrations"),
		Start:      s.start,
		Tell:       s.told,
	}
}

// start listens for sessions that end on other nodes, and makes the founder when there is
// no local account at all.
func (s *service) start(ctx context.Context) error {
	// The database ends the listening when it is closed; the context of the start ends sooner.
	s.deps.DB.Listen(context.WithoutCancel(ctx), channel, func(hash string) {
		s.sessions.store.recall.forget(hash)
		s.watches.end(hash)
	})
	exists, err := anyAccount(ctx, s.deps.DB.Read())
	if err != nil || exists {
		return err
	}
	name := cmp.Or(strings.TrimSpace(s.deps.AdminName), "admin")
	password, chosen := s.deps.AdminPassword.Reveal(), true
	if password == "" {
		password, chosen = madeUp(), false
	} else if err := validatePassword("admin.password", password, ""); err != nil {
		return err
	}
	hash, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	now := db.NowMS(s.deps.Clock)
	founder := Account{ID: s.deps.IDs.New(), Name: name, Lookup: lookup(name), Password: hash, CreatedAt: now, ChangedAt: now, MustChange: !chosen}
	var made bool
	err = s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		made, err = found(ctx, tx, founder)
		return err
	})
	if err != nil || !made {
		return err // not made: another node was quicker and tells its own password
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if chosen {
		s.tell = []string{"管理员账号 administrator: " + name + "（密码为配置中的 admin.password / the configured password）"}
	} else {
		s.tell = []string{
			"管理员账号 administrator: " + name,
			"初始密码 first password: " + password + "（只显示这一次 / shown only once）",
		}
	}
	return nil
}

// told gives the lines about the founder once.
func (s *service) told() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	lines := s.tell
	s.tell = nil
	return lines
}
