package setup

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Connection is how a corp is connected. It holds no secret.
type Connection struct {
	Corp      Corp        `json:"corp"`
	App       *App        `json:"app,omitempty" doc:"absent until AgentId and Secret are filled in"`
	PublicURL string      `json:"publicUrl" doc:"how browsers and WeCom reach this installation"`
	Domain    string      `json:"domain" doc:"its host, as WeCom wants to be told"`
	Files     []corp.File `json:"files" doc:"files by which WeCom checks the domain, served at the root"`
	// ArchiveKeys are public halves; the newest is the one in use.
	ArchiveKeys []corp.ArchiveKey `json:"archiveKeys" doc:"public keys of the message archive, the newest first"`
	LastSync    int64             `json:"lastSync" doc:"unix ms of the last complete sync of customers, 0 = never"`
}

// Corp is one corp as its settings are.
type Corp struct {
	ID        string      `json:"id" doc:"企业 ID"`
	Name      string      `json:"name"`
	TimeZone  string      `json:"timeZone" doc:"IANA name"`
	Status    corp.Status `json:"status" enum:"active,suspended"`
	CreatedAt int64       `json:"createdAt" doc:"unix ms"`
	// CallsPerMinute bounds all people and keys of the corp together.
	CallsPerMinute int `json:"callsPerMinute" doc:"API calls in a minute that the corp was granted, 0 = as the installation is configured"`
	// FileQuota bounds what the corp keeps in exports, imports, pictures and files of profiles.
	FileQuota int64 `json:"fileQuota" doc:"bytes of files that the corp may keep, 0 = any number"`
}

func corpView(c corp.Corp) Corp { return Corp(c) }

// App is the self-built app. Of its secrets only the times are told.
type App struct {
	AgentID       int64  `json:"agentId"`
	SecretSetAt   int64  `json:"secretSetAt" doc:"unix ms"`
	CallbackURL   string `json:"callbackUrl" doc:"to paste into WeCom's admin console"`
	CallbackSetAt int64  `json:"callbackSetAt" doc:"unix ms when URL, Token or EncodingAESKey were last changed"`
	VerifiedAt    int64  `json:"verifiedAt" doc:"unix ms when WeCom last verified the URL, 0 = not since the last change"`
	EventAt       int64  `json:"eventAt" doc:"unix ms when a callback last came, true to half a minute; 0 = not since the last change"`
}

func (s *service) appView(a corp.App) *App {
	return &App{
		AgentID: a.AgentID, SecretSetAt: a.SecretAt, CallbackSetAt: a.CallbackAt,
		CallbackURL: s.deps.PublicURL + "/callback/" + a.Path,
	}
}

// Connection shows how the viewer's corp is connected.
func (s *service) Connection(ctx context.Context, _ *struct{}) (*Connection, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	c, err := s.deps.Corps.Corp(ctx, v.Corp)
	if err != nil {
		return nil, err
	}
	out := &Connection{Corp: corpView(c), PublicURL: s.deps.PublicURL, Domain: corp.HostOf(s.deps.PublicURL)}
	a, err := s.deps.Corps.App(ctx, v.Corp, corp.MainApp)
	if err == nil {
		heard, err := s.deps.Corps.Hearing(ctx, a)
		if err != nil {
			return nil, err
		}
		out.App = s.appView(a)
		out.App.VerifiedAt, out.App.EventAt = heard[corp.Verified], heard[corp.EventCame]
	} else if fault.CodeOf(err) != fault.NotFound {
		return nil, err
	}
	if out.Files, err = s.deps.Corps.Files(ctx, v.Corp); err != nil {
		return nil, err
	}
	if out.ArchiveKeys, err = s.deps.Corps.ArchiveKeys(ctx, v.Corp); err != nil {
		return nil, err
	}
	out.LastSync, err = mirror.LastSync(ctx, s.deps.DB.Read(), v.Corp, mirror.ScopeCustomers)
	return out, err
}

type connectionInput struct {
	Body struct {
		Name     string `json:"name" minLength:"1" maxLength:"64"`
		TimeZone string `json:"timeZone" minLength:"1" maxLength:"64" doc:"IANA name, e.g. Asia/Shanghai"`
	}
}

// PutConnection renames the viewer's corp or moves it to another time zone. Days are
// counted anew from then on; what was counted stays.
func (s *service) PutConnection(ctx context.Context, in *connectionInput) (*Corp, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	before, err := s.deps.Corps.Corp(ctx, v.Corp)
	if err != nil {
		return nil, err
	}
	after := before
	after.Name, after.TimeZone = strings.TrimSpace(db.Clean(in.Body.Name)), in.Body.TimeZone
	return s.saveCorp(ctx, v, &before, after)
}

// saveCorp writes a corp with its history; before is nil for a new one.
func (s *service) saveCorp(ctx context.Context, v viewer.Viewer, before *corp.Corp, after corp.Corp) (*Corp, error) {
	view := corpView(after)
	err := s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := s.deps.Corps.SaveCorp(ctx, tx, after); err != nil {
			return err
		}
		note := web.Change{Object: "corp:" + after.ID, Name: after.Name, After: view}
		changes := []Change{{Field: "created", After: after.ID}}
		if before != nil {
			note.Before = corpView(*before)
			changes = []Change{
				{Field: "name", Before: before.Name, After: after.Name},
				{Field: "timeZone", Before: before.TimeZone, After: after.TimeZone},
				{Field: "status", Before: string(before.Status), After: string(after.Status)},
			}
		}
		web.Note(ctx, note)
		return s.remember(ctx, tx, v, after.ID, changes...)
	})
	if err != nil {
		return nil, err
	}
	return &view, nil
}

type appInput struct {
	Body struct {
		AgentID int64       `json:"agentId" minimum:"1" maximum:"4294967295"`
		Secret  secret.Text `json:"secret,omitzero" doc:"may be left out when it is set already"`
	}
}

// secretShape is what a Secret of WeCom's can look like; the length differs by age.
func plausibleSecret(text string) bool {
	return len(text) >= 16 && len(text) <= 128 && !strings.ContainsFunc(text, func(r rune) bool {
		return r <= ' ' || r > '~'
	})
}

// PutApp sets the app's AgentId and Secret. The first time it makes up the callback's
// path, Token and EncodingAESKey too.
func (s *service) PutApp(ctx context.Context, in *appInput) (*App, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	text := strings.TrimSpace(in.Body.Secret.Reveal())
	var check fault.Check
	check.That(text == "" || plausibleSecret(text), "secret", "Secret 应为一串字母、数字和符号，请在应用页面完整复制")
	if err := check.Err(); err != nil {
		return nil, err
	}
	return s.changeApp(ctx, v, func(a *corp.App, there bool) error {
		check.That(there || text != "", "secret", "请填写应用的 Secret")
		if !there {
			a.Name = "Queqiao"
			a.Token, a.Key = corp.NewCallbackSecrets()
		}
		a.AgentID = in.Body.AgentID
		if text != "" {
			a.Secret = secret.NewText(text)
		}
		return check.Err()
	})
}

// changeApp lets a function change the viewer's app and writes it with its history.
func (s *service) changeApp(ctx context.Context, v viewer.Viewer, change func(a *corp.App, there bool) error) (*App, error) {
	if _, err := s.deps.Corps.Corp(ctx, v.Corp); err != nil {
		return nil, err
	}
	before, err := s.deps.Corps.App(ctx, v.Corp, corp.MainApp)
	there := err == nil
	if err != nil && fault.CodeOf(err) != fault.NotFound {
		return nil, err
	}
	wanted := before
	wanted.Corp, wanted.Purpose = v.Corp, corp.MainApp
	if err := change(&wanted, there); err != nil {
		return nil, err
	}
	var view *App
	err = s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		after, err := s.deps.Corps.SaveApp(ctx, tx, wanted)
		if err != nil {
			return err
		}
		view = s.appView(after)
		note := web.Change{Object: "corp.app:" + v.Corp, Name: cmp.Or(after.Name, v.Corp), After: view}
		var changes []Change
		if there {
			note.Before = s.appView(before)
			changes = append(changes, Change{Field: "agentId", Before: strconv.FormatInt(before.AgentID, 10), After: strconv.FormatInt(after.AgentID, 10)})
		} else {
			changes = append(changes, Change{Field: "agentId", After: strconv.FormatInt(after.AgentID, 10)})
		}
		if after.Secret != before.Secret {
			changes = append(changes, Change{Field: "secret", Before: set(there), After: set(true)})
		}
		if after.Token != before.Token || after.Key != before.Key || after.Path != before.Path {
			changes = append(changes, Change{Field: "callback", Before: set(there), After: set(true)})
		}
		web.Note(ctx, note)
		return s.remember(ctx, tx, v, v.Corp, changes...)
	})
	return view, err
}

// set stands in the history where a secret stands elsewhere.
func set(there bool) string {
	if there {
		return "••••"
	}
	return ""
}

type callbackInput struct {
	Body struct {
		Token secret.Text `json:"token,omitzero" doc:"one that stands in WeCom already; absent: made up"`
		Key   secret.Text `json:"key,omitzero" doc:"EncodingAESKey that stands in WeCom already; absent: made up"`
	}
}

// Callback is what has to be copied to WeCom's admin console. Token and key are in no
// other answer.
type Callback struct {
	URL   string `json:"url"`
	Token string `json:"token" doc:"shown this once"`
	Key   string `json:"key" doc:"EncodingAESKey, shown this once"`
}

// SetCallback makes up Token and EncodingAESKey, or takes those that stand in WeCom. Until
// WeCom has them too, its callbacks are refused.
func (s *service) SetCallback(ctx context.Context, in *callbackInput) (*Callback, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	var out Callback
	view, err := s.changeApp(ctx, v, func(a *corp.App, there bool) error {
		if !there {
			return fault.New(fault.Conflict, "请先填写应用的 AgentId 与 Secret")
		}
		token, key := corp.NewCallbackSecrets()
		if given := strings.TrimSpace(in.Body.Token.Reveal()); given != "" {
			token = secret.NewText(given)
		}
		if given := strings.TrimSpace(in.Body.Key.Reveal()); given != "" {
			key = secret.NewText(given)
		}
		a.Token, a.Key = token, key
		out.Token, out.Key = token.Reveal(), key.Reveal()
		return nil
	})
	if err != nil {
		return nil, err
	}
	out.URL = view.CallbackURL
	return &out, nil
}
