package account

import (
	"context"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// SessionView is a session as people see it.
type SessionView struct {
	ID        id.ID  `json:"id"`
	Name      string `json:"name" doc:"whose it is"`
	Member    string `json:"member,omitempty" doc:"userid, of members"`
	Account   id.ID  `json:"account,omitempty" doc:"of local accounts"`
	Method    string `json:"method" enum:"password,code,wecom" doc:"how he signed in; code: password and second step"`
	Agent     string `json:"agent" doc:"User-Agent of the browser"`
	Address   string `json:"address" doc:"of the last use, true to a few minutes"`
	CreatedAt int64  `json:"createdAt" doc:"unix ms"`
	SeenAt    int64  `json:"seenAt" doc:"unix ms, true to a few minutes"`
	Own       bool   `json:"own" doc:"the session of this call"`
}

type sessionInList struct {
	Data    string `bun:"data"`
	ID      id.ID  `bun:"id"`
	Created int64  `bun:"created_at"`
	Seen    int64  `bun:"seen_at"`
	Account id.ID  `bun:"account_id"`
	Hash    string `bun:"token"`
	Agent   string `bun:"agent"`
	Address string `bun:"address"`
	Name    string `bun:"name"`
	UserID  string `bun:"userid"`
}

// sessionsQuery reads sessions with their people; those that are over by the corp's rules,
// but not removed yet, are none (sessionRow.over).
const sessionsQuery = `SELECT s.token, s.data, s.id, s.account_id, s.agent, s.address, s.created_at, s.seen_at,
		COALESCE(a.name, m.name, s.member) AS name, COALESCE(m.id, s.member) AS userid
	FROM account_session s
	LEFT JOIN account_account a ON a.id = s.account_id
	LEFT JOIN account_policy p ON p.corp_id = s.corp_id
	LEFT JOIN mirror_member m ON m.corp_id = s.corp_id AND m.lookup = s.member AND s.member <> ''
	WHERE COALESCE(a.disabled_at, 0) = 0 AND s.created_at > ? - COALESCE(p.lifetime_hours, ?) * 3600000
		AND s.seen_at > ? - COALESCE(p.idle_minutes, ?) * 60000 AND `

func (s *service) sessionsWhere(ctx context.Context, which viewer.Condition, limit int) ([]SessionView, error) {
	own, _ := ctx.Value(sessionContext{}).(Session)
	var rows []sessionInList
	now, usual := db.NowMS(s.deps.Clock), usualPolicy()
	args := append([]any{now, usual.LifetimeHours, now, usual.IdleMinutes}, which.Args...)
	err := s.deps.DB.Read().NewRaw(sessionsQuery+which.SQL+` ORDER BY s.seen_at DESC, s.id DESC LIMIT ?`, append(args, limit)...).Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	list := make([]SessionView, 0, len(rows))
	for _, r := range rows {
		method := byPassword
		if e, err := (codec{}).session(r.Data); err == nil {
			method = e.Method
		}
		list = append(list, SessionView{
			ID: r.ID, Name: r.Name, Member: r.UserID, Account: r.Account, Method: method, Agent: r.Agent, Address: r.Address,
			CreatedAt: r.Created, SeenAt: r.Seen, Own: r.Hash == own.Hash,
		})
	}
	return list, nil
}

// ofPerson are the sessions of the one who looks, in every corp.
func (s Session) ofPerson() viewer.Condition {
	if s.Account != 0 {
		return viewer.Condition{SQL: "s.account_id = ? AND s.account_id <> 0", Args: []any{s.Account}}
	}
	return viewer.Condition{SQL: "s.corp_id = ? AND s.member = ? AND s.member <> ''", Args: []any{s.Corp, strings.ToLower(s.Member)}}
}

type sessionList struct {
	Items []SessionView `json:"items"`
	Next  string        `json:"next,omitempty" doc:"cursor of the following page; absent on the last"`
}

// OwnSessions lists where the person is signed in.
func (s *service) OwnSessions(ctx context.Context, _ *struct{}) (*sessionList, error) {
	session, err := sessionFrom(ctx)
	if err != nil {
		return nil, err
	}
	list, err := s.sessionsWhere(ctx, session.ofPerson(), maxAccounts)
	return &sessionList{Items: list}, err
}

type sessionInput struct {
	ID id.ID `path:"id"`
}

// EndOwn signs the person out in one place.
func (s *service) EndOwn(ctx context.Context, in *sessionInput) (*web.None, error) {
	session, err := sessionFrom(ctx)
	if err != nil {
		return nil, err
	}
	one := session.ofPerson().And(viewer.Condition{SQL: "s.id = ?", Args: []any{in.ID}})
	return &web.None{}, s.endOne(ctx, one)
}

// EndOthers signs the person out everywhere else.
func (s *service) EndOthers(ctx context.Context, _ *struct{}) (*web.None, error) {
	session, err := sessionFrom(ctx)
	if err != nil {
		return nil, err
	}
	others := ofMember(session.Corp, session.Member)
	if session.Account != 0 {
		others = ofAccount(session.Account)
	}
	others = others.And(viewer.Condition{SQL: "token <> ?", Args: []any{session.Hash}})
	return &web.None{}, s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		web.Note(ctx, web.Change{Object: session.object(), Name: session.Name})
		return s.sessions.store.end(ctx, tx, others)
	})
}

// object names the person for the audit log.
func (s Session) object() string {
	if s.Account != 0 {
		return "account:" + s.Account.String()
	}
	return "member:" + s.Member
}

// endOne ends the session of a condition; none is not found.
func (s *service) endOne(ctx context.Context, which viewer.Condition) error {
	list, err := s.sessionsWhere(ctx, which, 1)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return fault.Missing("登录会话")
	}
	return s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		web.Note(ctx, web.Change{Object: "session:" + list[0].ID.String(), Name: list[0].Name, Before: list[0]})
		return s.sessions.store.end(ctx, tx, viewer.Condition{SQL: "id = ?", Args: []any{list[0].ID}})
	})
}

type allSessionsInput struct {
	web.Paging
	Q string `query:"q" maxLength:"64" doc:"part of a name, userid or address"`
}

// sessionPlace is where a page of sessions ends.
type sessionPlace struct {
	Seen int64 `json:"seen"`
	ID   id.ID `json:"id"`
}

// withinReach are the sessions in the viewer's corp of people in his scope; those of
// local accounts only for whoever sees the whole corp.
func withinReach(ctx context.Context) (viewer.Condition, error) {
	v, err := viewer.From(ctx)
	return v.Where("s.corp_id", "m.id"), err
}

// AllSessions lists who is signed in, the latest use first.
func (s *service) AllSessions(ctx context.Context, in *allSessionsInput) (*sessionList, error) {
	which, err := withinReach(ctx)
	if err != nil {
		return nil, err
	}
	after, err := web.After[sessionPlace](in.Paging)
	if err != nil {
		return nil, err
	}
	if after != nil {
		which = which.And(viewer.Condition{SQL: "(s.seen_at < ? OR s.seen_at = ? AND s.id < ?)", Args: []any{after.Seen, after.Seen, after.ID}})
	}
	if q := strings.ToLower(strings.TrimSpace(in.Q)); q != "" {
		part := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(q) + "%"
		which = which.And(viewer.Condition{
			SQL:  `(lower(COALESCE(a.name, m.name, '')) LIKE ? ESCAPE '\' OR lower(s.member) LIKE ? ESCAPE '\' OR lower(s.address) LIKE ? ESCAPE '\')`,
			Args: []any{part, part, part},
		})
	}
	list, err := s.sessionsWhere(ctx, which, in.Limit+1)
	if err != nil {
		return nil, err
	}
	page := web.NewPage(list, in.Limit, func(v SessionView) sessionPlace { return sessionPlace{v.SeenAt, v.ID} })
	return &sessionList{Items: page.Items, Next: page.Next}, nil
}

// EndSession signs somebody out in one place.
func (s *service) EndSession(ctx context.Context, in *sessionInput) (*web.None, error) {
	which, err := withinReach(ctx)
	if err != nil {
		return nil, err
	}
	return &web.None{}, s.endOne(ctx, which.And(viewer.Condition{SQL: "s.id = ?", Args: []any{in.ID}}))
}

// EndPerson signs the person of a session out everywhere in the viewer's corp.
func (s *service) EndPerson(ctx context.Context, in *sessionInput) (*web.None, error) {
	which, err := withinReach(ctx)
	if err != nil {
		return nil, err
	}
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	list, err := s.sessionsWhere(ctx, which.And(viewer.Condition{SQL: "s.id = ?", Args: []any{in.ID}}), 1)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fault.Missing("登录会话")
	}
	whose, object := ofMember(v.Corp, list[0].Member), "member:"+list[0].Member
	if list[0].Account != 0 {
		whose, object = ofAccount(list[0].Account), "account:"+list[0].Account.String()
	}
	whose = whose.And(viewer.Condition{SQL: "corp_id = ?", Args: []any{v.Corp}})
	return &web.None{}, s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		web.Note(ctx, web.Change{Object: object, Name: list[0].Name})
		return s.sessions.store.end(ctx, tx, whose)
	})
}
