package access

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// LocalChoice is a local account that roles can be given to.
type LocalChoice struct {
	ID       id.ID  `json:"id"`
	Name     string `json:"name"`
	Disabled bool   `json:"disabled"`
	Guest    bool   `json:"guest" doc:"another corp made and manages it"`
}

type localChoices struct {
	Items []LocalChoice `json:"items"`
}

// Accounts lists the local accounts that roles of this corp can be given to: its own, those
// of others that hold a role here, and for the owner of the installation all.
func (s *service) Accounts(ctx context.Context, _ *struct{}) (*localChoices, error) {
	v, err := whole(ctx)
	if err != nil {
		return nil, err
	}
	_, r, err := s.here(ctx)
	if err != nil {
		return nil, err
	}
	locals, err := s.deps.Accounts.Locals(ctx, "")
	if err != nil {
		return nil, err
	}
	out := &localChoices{Items: []LocalChoice{}}
	for _, a := range locals {
		if mayName(v, a, r) {
			out.Items = append(out.Items, LocalChoice{ID: a.ID, Name: a.Name, Disabled: a.Disabled, Guest: a.Home != v.Corp})
		}
	}
	return out, nil
}

// mayName tells whether the viewer may give roles to a local account. The administrator
// made at the first start owns every corp without any; accounts of other corps are known
// here once the owner of the installation has let them in.
func mayName(v viewer.Viewer, a viewer.Local, r *rights) bool {
	if a.Founder {
		return false
	}
	return a.Home == v.Corp || v.Can(viewer.Installation+"*") || len(r.grants[holder{account: int64(a.ID)}]) > 0
}

// accountNames are the sign-in names of local accounts, for those who may see whom of them
// was given roles.
func (s *service) accountNames(ctx context.Context, v viewer.Viewer) (map[id.ID]string, error) {
	names := map[id.ID]string{}
	if v.Scope.Reach != viewer.All {
		return names, nil
	}
	locals, err := s.deps.Accounts.Locals(ctx, "")
	for _, a := range locals {
		names[a.ID] = a.Name
	}
	return names, err
}

type accountGrantInput struct {
	Account id.ID `path:"account" doc:"id of the local account"`
	Body    GrantForm
}

// SetAccountGrant gives a local account exactly these roles; without any it can sign in
// and do nothing.
func (s *service) SetAccountGrant(ctx context.Context, in *accountGrantInput) (*AccountGrant, error) {
	v, err := whole(ctx)
	if err != nil {
		return nil, err
	}
	a, err := s.deps.Accounts.Local(ctx, in.Account)
	if err != nil {
		return nil, err
	}
	var given AccountGrant
	err = s.change(ctx, v.Corp, func(ctx context.Context, tx db.Tx, r *rights) error {
		h := holder{account: int64(in.Account)}
		if !mayName(v, a, r) {
			return fault.Missing("账号")
		}
		before, after, err := r.regrant(v, h, in.Body.Roles)
		if err != nil {
			return err
		}
		given = AccountGrant{Account: a.ID, Name: a.Name, Roles: after}
		web.Note(ctx, web.Change{
			Object: "grant:account:" + a.ID.String(), Name: a.Name, Before: AccountGrant{Account: a.ID, Name: a.Name, Roles: before}, After: given,
		})
		return setGrants(ctx, tx, v.Corp, h, after, v.Actor(), db.NowMS(s.deps.Clock))
	})
	return &given, err
}
