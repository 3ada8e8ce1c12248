package notice

import (
	"context"
	"slices"

	"github.com/queqiao-scrm/queqiao/internal/notice"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

type mineInput struct{ web.Paging }

// Mine shows what the viewer himself was told, newest first.
func (s *service) Mine(ctx context.Context, in *mineInput) (*web.Page[View], error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	own := v
	own.Scope = viewer.Scope{Reach: viewer.Self}
	return s.page(ctx, v.Corp, notice.Query{Scope: own.Where("n.corp_id", "n.member_id")}, in.Paging)
}

// ChoiceView is a kind of notice with the viewer's own switch.
type ChoiceView struct {
	Key    string `json:"key"`
	ZH     string `json:"zh"`
	EN     string `json:"en"`
	Wanted bool   `json:"wanted"`
	Forced bool   `json:"forced" doc:"the corp wants everybody to be told"`
}

// ChoiceList are the kinds of which the corp has members told.
type ChoiceList struct {
	Member bool         `json:"member" doc:"the viewer is a member, and can be told at all"`
	Items  []ChoiceView `json:"items"`
}

// GetChoices shows the viewer's own switches.
func (s *service) GetChoices(ctx context.Context, _ *struct{}) (*ChoiceList, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	return s.choices(ctx, s.db.Read(), v)
}

func (s *service) choices(ctx context.Context, q db.Querier, v viewer.Viewer) (*ChoiceList, error) {
	list := &ChoiceList{Member: v.Member != "", Items: []ChoiceView{}}
	policies, err := s.notices.Policies(ctx, q, v.Corp)
	if err != nil {
		return nil, err
	}
	refused, err := notice.Refused(ctx, q, v.Corp, v.Member)
	for _, k := range s.notices.Kinds() {
		p := policies[k.Key]
		if p == notice.Off {
			continue
		}
		list.Items = append(list.Items, ChoiceView{
			Key: k.Key, ZH: k.ZH, EN: k.EN, Forced: p == notice.Forced, Wanted: p == notice.Forced || !slices.Contains(refused, k.Key),
		})
	}
	return list, err
}

type choiceInput struct {
	Body struct {
		Key    string `json:"key" maxLength:"100"`
		Wanted bool   `json:"wanted"`
	}
}

// PutChoice turns one of the viewer's own switches.
func (s *service) PutChoice(ctx context.Context, in *choiceInput) (*ChoiceList, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	if v.Member == "" {
		return nil, fault.New(fault.Conflict, "当前账号没有关联企业微信成员，收不到通知")
	}
	var list *ChoiceList
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		before, err := s.choices(ctx, tx, v)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(before.Items, func(c ChoiceView) bool { return c.Key == in.Body.Key })
		if i < 0 {
			return fault.Missing("通知类型")
		}
		if before.Items[i].Forced {
			return fault.New(fault.Conflict, "企业已强制开启这类通知，不能关闭")
		}
		if err := s.notices.PutChoice(ctx, tx, v.Corp, v.Member, in.Body.Key, in.Body.Wanted); err != nil {
			return err
		}
		if list, err = s.choices(ctx, tx, v); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "notice:choice", Name: before.Items[i].ZH, Before: before.Items[i].Wanted, After: in.Body.Wanted})
		return nil
	})
	return list, err
}
