package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"time"
)

// rights reads the same lists as an administrator, as a manager of a department and as one
// of his people, who sign in by WeCom like everybody, and compares a question that needs
// session, rights and scope with one that needs nothing.
func rights(ctx context.Context, b *bench) error {
	b.line("| engine | customers | viewer | members in scope | page | p50 | p99 |\n|---|---|---|---|---|---|---|")
	for _, engine := range b.engines {
		if err := rightsOn(ctx, b, engine); err != nil {
			return err
		}
	}
	return nil
}

func rightsOn(ctx context.Context, b *bench, engine string) error {
	h, size, err := b.peopled(ctx, engine)
	if err != nil {
		return err
	}
	viewers, err := h.viewers(ctx)
	if err != nil {
		return err
	}
	for _, v := range viewers {
		h.http = v.browser
		for _, page := range []struct{ what, path string }{
			{"follows, first page", "/api/customer/follows?limit=50"},
			{"customers, first page", "/api/customer/customers?limit=50"},
			{"follows by tag (2 %)", "/api/customer/follows?limit=50&tag=tag7"},
			{"follows, two common characters", "/api/customer/follows?limit=50&q=" + url.QueryEscape("子涵")},
			{"customers, two rare characters", "/api/customer/customers?limit=50&q=" + url.QueryEscape("鹊桥")},
			{"count of follows (capped)", "/api/customer/follows/count"},
			{"who am I (session and rights, no list)", "/api/account/me"},
			{"sign-in methods (nothing to know)", "/api/account/methods"},
		} {
			took, err := h.repeat(page.path)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", v.name, page.what, err)
			}
			b.line("| %s | %d | %s | %d | %s | %s | %s |", engine, size, v.name, v.scope, page.what, ms(quantile(took, 0.5)), ms(quantile(took, 0.99)))
		}
	}
	return nil
}

// repeat reads a page 60 times and sorts the durations; the first five warm caches.
func (h *house) repeat(path string) ([]time.Duration, error) { return h.times(60, path) }

func (h *house) times(n int, path string) ([]time.Duration, error) {
	var took []time.Duration
	for i := range n {
		d, _, err := h.get(path)
		if err != nil {
			return nil, err
		}
		if i >= 5 {
			took = append(took, d)
		}
	}
	slices.Sort(took)
	return took, nil
}

type looker struct {
	name    string
	scope   int // members whose customers he sees
	browser *http.Client
}

// viewers are the administrator, the leader of the department with the most members, and
// one who leads nothing.
func (h *house) viewers(ctx context.Context) ([]looker, error) {
	var leader struct {
		ID string `bun:"id"`
		N  int    `bun:"n"`
	}
	err := h.app.DB.Read().NewRaw(`SELECT MIN(l.member_id) AS id, COUNT(DISTINCT m.member_id) AS n FROM mirror_member_department AS l
		JOIN mirror_department AS d ON d.corp_id = l.corp_id AND d.id = l.department_id AND d.parent_id <> 0
		JOIN mirror_department AS below ON below.corp_id = d.corp_id AND (below.id = d.id OR below.parent_id = d.id)
		JOIN mirror_member_department AS m ON m.corp_id = l.corp_id AND m.department_id = below.id
		WHERE l.corp_id = ? AND l.leader GROUP BY l.department_id ORDER BY n DESC LIMIT 1`, h.corp).Scan(ctx, &leader)
	if err != nil {
		return nil, err
	}
	var staff string
	err = h.app.DB.Read().NewRaw(`SELECT MIN(member_id) FROM mirror_member_department WHERE corp_id = ?
		AND member_id NOT IN (SELECT member_id FROM mirror_member_department WHERE corp_id = ? AND leader)`, h.corp, h.corp).Scan(ctx, &staff)
	if err != nil {
		return nil, err
	}
	all := []looker{{"administrator", len(h.members), h.http}, {"manager", leader.N, nil}, {"staff", 1, nil}}
	for i, member := range []string{"", leader.ID, staff} {
		if member == "" {
			continue
		}
		if all[i].browser, err = h.scan(member); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// scan signs a member in on WeCom's page, as played by the simulator.
func (h *house) scan(member string) (*http.Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	browser := &http.Client{Jar: jar, Timeout: 2 * time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	to := func(res *http.Response, err error) (*url.URL, error) {
		if err != nil {
			return nil, err
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusFound && res.StatusCode != http.StatusSeeOther {
			return nil, errors.New("sign in as a member: " + res.Status)
		}
		return res.Location()
	}
	page, err := to(browser.Get(h.url + "/api/account/wecom/start"))
	if err != nil {
		return nil, err
	}
	back, err := to(browser.PostForm(h.wecom+"/connect/oauth2/choose", url.Values{
		"q": {page.RawQuery}, "in_app": {"false"}, "who": {"m:" + h.corp + ":" + member},
	}))
	if err != nil {
		return nil, err
	}
	home, err := to(browser.Get(back.String()))
	if err == nil && home.Query().Has("error") {
		err = errors.New("sign in as " + member + ": " + home.String())
	}
	return browser, err
}
