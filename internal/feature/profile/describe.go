package profile

import (
	"context"
	"slices"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// maxMobiles is how many numbers WeCom keeps with a follow (doc 92115).
const maxMobiles = 5

type describeInput struct {
	ID   id.ID `path:"id" doc:"of the follow"`
	Body Notes
}

// Notes are what a member notes of a customer in WeCom; what is absent stays.
type Notes struct {
	Remark      *string   `json:"remark,omitempty" maxLength:"20"`
	Description *string   `json:"description,omitempty" maxLength:"150"`
	Company     *string   `json:"company,omitempty" maxLength:"20" doc:"of WeChat customers"`
	Mobiles     *[]string `json:"mobiles,omitempty" maxItems:"5" doc:"the whole list; needs customer.phone"`
}

// names are those that are to change, for the audit log: what is noted of a person stays
// out of it.
func (n Notes) names() []string {
	names := []string{}
	for name, given := range map[string]bool{"remark": n.Remark != nil, "description": n.Description != nil, "company": n.Company != nil, "mobiles": n.Mobiles != nil} {
		if given {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Described tells that WeCom is being asked.
type Described struct {
	Asked bool `json:"asked" doc:"the change is on its way to WeCom and shows here when WeCom has taken it"`
}

// DescribeOwn changes what the viewer himself noted of a customer in WeCom.
func (s *service) DescribeOwn(ctx context.Context, in *describeInput) (*Described, error) {
	return s.describe(ctx, in, func(v viewer.Viewer, member string) bool { return v.Member != "" && v.Member == member })
}

// Describe changes what a member in scope noted of a customer in WeCom.
func (s *service) Describe(ctx context.Context, in *describeInput) (*Described, error) {
	return s.describe(ctx, in, viewer.Viewer.Sees)
}

func (s *service) describe(ctx context.Context, in *describeInput, may func(v viewer.Viewer, member string) bool) (*Described, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	f, err := mirror.FollowByID(ctx, s.db.Read(), v.Corp, in.ID)
	if err != nil {
		return nil, err
	}
	if !may(v, f.Member) {
		return nil, fault.Missing("跟进关系")
	}
	if f.Standing != mirror.Stands {
		return nil, fault.New(fault.Conflict, "跟进关系已结束，企业微信不再接受修改")
	}
	d := mirror.Details{Remark: in.Body.Remark, Description: in.Body.Description, Company: in.Body.Company, By: mirror.Cause{How: "page", Name: v.Name}}
	var check fault.Check
	if in.Body.Mobiles != nil {
		check.That(v.Can(viewer.PermissionPhone), "mobiles", "您看不到完整的电话，不能修改")
		check.That(len(*in.Body.Mobiles) <= maxMobiles, "mobiles", "最多 5 个电话")
		d.Mobiles = []string{}
		for _, m := range *in.Body.Mobiles {
			_, wrong := Phone.cellOf(m)
			check.That(wrong.None(), "mobiles", inForm(wrong))
			d.Mobiles = append(d.Mobiles, m)
		}
	}
	if d.Company != nil {
		c, err := mirror.CustomerByID(ctx, s.db.Read(), v.Corp, f.CustomerID)
		if err != nil {
			return nil, err
		}
		check.That(c.Type != 2, "company", "企业微信用户的企业由其所在企业认证，不能备注")
	}
	if err := check.Err(); err != nil {
		return nil, err
	}
	return &Described{Asked: true}, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		web.Note(ctx, web.Change{Object: "follow:" + f.ID.String(), After: map[string]any{"notes": in.Body.names()}})
		return s.mirror.Describe(ctx, tx, v.Corp, f.Member, f.Customer, d)
	})
}
