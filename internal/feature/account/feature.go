// Package account lets people in (登录): who they are, and for how long.
//
// There are two kinds of people. A local account (本地账号) signs in by name and password;
// the first one, the founder, is made at the first start, because somebody has to set the
// corp up before WeCom can vouch for anybody. A member (成员) signs in by scanning with
// WeCom (扫码登录, developer.work.weixin.qq.com/document/path/98151) or, inside the WeCom
// client, without noticing (网页授权, document 91022); he needs no account here, only to be
// present in the contact book. What either may do is for access to say.
//
// A session is a row; the browser holds a random token in a cookie, the row its hash. It
// ends after 12 hours without use, after 7 days in any case, when the person signs out,
// when the password changes, and when WeCom says that the member left or was disabled.
// Sign-in by password is slowed per name and per address.
//
// It hears MemberChanged and MemberLeft. It says and answers nothing; it is the guard of
// console and sidebar, and it composes the menu from the entries of all features.
package account

import (
	"cmp"
	"context"
	"embed"
	"io/fs"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/bus"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

//go:embed migrations/*.sql
var files embed.FS

type service struct {
	deps     feature.Deps
	sessions *sessions
	hasher   *hasher
	// tries slows guessing of passwords, exchanges the calls to WeCom that strangers cause.
	tries     *throttle
	exchanges *throttle

	mu   sync.Mutex
	tell []string
}

// New builds the feature.
func New(d feature.Deps) feature.Feature {
	s := &service{
		deps:      d,
		sessions:  newSessions(d.DB, d.Clock, strings.HasPrefix(d.PublicURL, "https://")),
		hasher:    newHasher(),
		tries:     newThrottle(d.Clock, 10, 30*time.Second),
		exchanges: newThrottle(d.Clock, 60, time.Second),
	}
	return feature.Feature{
		Slug:  "account",
		Guard: guard{s},
		Routes: []web.Route{
			web.Get("/me", "", "我的身份、权限与菜单", s.Me, web.SignedIn()),
			web.Get("/methods", "", "可用的登录方式", s.Methods, web.For(web.Public)),
			web.Post("/sign-in", "", "账号密码登录", s.SignIn, web.For(web.Public), web.MaxBody(8<<10), web.Audited("account.signIn")),
			web.Post("/sign-out", "", "退出登录", s.SignOut, web.SignedIn(), web.Audited("account.signOut")),
			web.Put("/password", "", "修改自己的密码", s.ChangePassword, web.SignedIn(), web.MaxBody(8<<10), web.Audited("account.password")),
			web.Get("/corps", "", "我可以进入的企业", s.MyCorps, web.SignedIn(), web.Named("corps")),
			web.Post("/corp", "", "切换企业", s.SwitchCorp, web.SignedIn(), web.MaxBody(8<<10), web.Audited("account.corp"), web.Named("switchCorp")),
			web.Raw(http.MethodGet, startPath, "", "企业微信登录：跳转到企业微信", s.StartWeCom, web.For(web.Public)),
			web.Raw(http.MethodGet, callbackPath, "", "企业微信登录：从企业微信返回", s.FinishWeCom, web.For(web.Public), web.Audited("account.wecom")),
		},
		Jobs:      []job.Definition{job.Define(pruneKind, s.prune, job.InLane(job.Bulk))},
		Schedules: []job.Schedule{{Kind: pruneKind, Every: pruneEvery}},
		Listeners: []bus.Listener{
			bus.On("memberChanged", s.onMemberChanged),
			bus.On("memberLeft", s.onMemberLeft),
		},
		Migrations: migrations(),
		Start:      s.start,
		Tell:       s.told,
	}
}

func migrations() fs.FS {
	sub, err := fs.Sub(files, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}

// start makes the founder when there is no local account at all.
func (s *service) start(ctx context.Context) error {
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
	founder := Account{ID: s.deps.IDs.New(), Name: name, Lookup: lookup(name), Password: hash, CreatedAt: now, ChangedAt: now}
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
