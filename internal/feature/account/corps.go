package account

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// This file lets people who work in several corps go from one to the other. A session is
// in one corp at a time, so that nothing of two corps ever meets in one answer.

// nowhere is the founder while the corp of his session does not exist or is suspended: he
// may do what concerns the installation, and nothing in any corp.
func nowhere(session Session) viewer.Viewer {
	return viewer.Viewer{
		Account: session.Account, Name: session.Name, Scope: viewer.Scope{Reach: viewer.Self},
		Permissions: []string{viewer.Installation + "*"},
	}
}

// corpOf is the viewer's corp; one who is nowhere gets one without a name.
func (s *service) corpOf(ctx context.Context, v viewer.Viewer) (corp.Corp, error) {
	if v.Corp == "" {
		return corp.Corp{TimeZone: "Asia/Shanghai"}, nil
	}
	return s.deps.Corps.Corp(ctx, v.Corp)
}

// MyCorp is a corp that the viewer may work in.
type MyCorp struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Current bool   `json:"current"`
}

type myCorps struct {
	Items []MyCorp `json:"items"`
}

// MyCorps lists the corps that the viewer may work in: for the founder all active ones, for
// another local account those in which it was given a role, for a member his own.
func (s *service) MyCorps(ctx context.Context, _ *struct{}) (*myCorps, error) {
	session, err := sessionFrom(ctx)
	if err != nil {
		return nil, err
	}
	all, err := s.deps.Corps.Corps(ctx)
	if err != nil {
		return nil, err
	}
	list := &myCorps{}
	for _, c := range all {
		may, err := s.mayEnter(ctx, session, c)
		if err != nil {
			return nil, err
		}
		if may {
			list.Items = append(list.Items, MyCorp{ID: c.ID, Name: c.Name, Current: c.ID == session.Corp})
		}
	}
	return list, nil
}

func (s *service) mayEnter(ctx context.Context, session Session, c corp.Corp) (bool, error) {
	switch {
	case c.Status != corp.Active:
		return false, nil
	case c.ID == session.Corp, session.Founder:
		return true, nil
	case session.Account == 0 || session.Member != "":
		return false, nil // a member is one of one corp
	}
	v, err := s.deps.Rights.Resolve(ctx, viewer.Who{Corp: c.ID, Account: session.Account, Name: session.Name})
	if fault.CodeOf(err) == fault.Unauthenticated {
		return false, nil
	}
	return len(v.Roles) > 0, err
}

type switchInput struct {
	Cookies
	Body struct {
		Corp string `json:"corp" minLength:"1" maxLength:"64" doc:"企业 ID"`
	}
}

// SwitchCorp moves the session to another corp, under a new token. A corp that the viewer
// may not work in is not found, like one that is not there.
func (s *service) SwitchCorp(ctx context.Context, in *switchInput) (*web.None, error) {
	session, err := sessionFrom(ctx)
	if err != nil {
		return nil, err
	}
	c, err := s.deps.Corps.Corp(ctx, in.Body.Corp)
	if err != nil {
		return nil, err
	}
	may, err := s.mayEnter(ctx, session, c)
	if err != nil {
		return nil, err
	}
	if !may {
		return nil, fault.Missing("企业")
	}
	before := session.Corp
	session.Corp = c.ID
	if session.Account != 0 {
		err = s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			web.Note(ctx, web.Change{Object: "corp:" + c.ID, Name: c.Name, Before: map[string]string{"corp": before}, After: map[string]string{"corp": c.ID}})
			return setCorp(ctx, tx, session.Account, c.ID)
		})
		if err != nil {
			return nil, err
		}
	}
	return &web.None{}, s.sessions.begin(ctx, s.sessions.token(ctx, in.Cookies), session)
}
