package channelcode

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/message"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// publishWait is how long a person waits for WeCom before he is told "preparing".
const publishWait = 3 * time.Second

// Form is what a person fills in.
type Form struct {
	Name           string          `json:"name" maxLength:"60"`
	Remark         string          `json:"remark,omitempty" maxLength:"60"`
	Members        []string        `json:"members" maxItems:"100"`
	Shifts         []Shift         `json:"shifts,omitempty" maxItems:"50"`
	DailyCap       int             `json:"dailyCap,omitempty" minimum:"0" maximum:"1000"`
	Backup         []string        `json:"backup,omitempty" maxItems:"100"`
	SkipVerify     bool            `json:"skipVerify"`
	Greeting       Greeting        `json:"greeting" enum:"default,own,none"`
	Content        message.Content `json:"content,omitzero"`
	Tags           []string        `json:"tags,omitempty" maxItems:"20"`
	CustomerRemark string          `json:"customerRemark,omitempty" maxLength:"20"`
	// Version is the one that was read, for edits; a newer one in the database is a conflict.
	Version int64 `json:"version,omitempty"`
}

func (f Form) onto(c Code) Code {
	c.Name, c.Remark = strings.TrimSpace(f.Name), strings.TrimSpace(f.Remark)
	c.Members, c.Shifts, c.DailyCap, c.Backup = f.Members, f.Shifts, f.DailyCap, f.Backup
	c.SkipVerify, c.Greeting, c.Tags, c.CustomerRemark = f.SkipVerify, f.Greeting, f.Tags, strings.TrimSpace(f.CustomerRemark)
	c.Content = message.Content{}
	if f.Greeting == GreetOwn {
		c.Content = f.Content
	}
	return c
}

type createInput struct{ Body Form }

type codeInput struct {
	ID id.ID `path:"id"`
}

type updateInput struct {
	ID   id.ID `path:"id"`
	Body Form
}

// ListInput filters the list of codes.
type ListInput struct {
	web.Paging
	Text   string `query:"q" maxLength:"30" doc:"part of the name"`
	Member string `query:"member" maxLength:"64" doc:"userid that the code names"`
	Status Status `query:"status" enum:"pending,live,broken"`
}

// Create stores the code, asks WeCom to make it and waits a moment for the picture. A
// slow WeCom costs nothing but patience: the code stays pending and a job goes on.
func (s *service) Create(ctx context.Context, in *createInput) (*View, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	now := s.clock.Now()
	c := in.Body.onto(Code{ID: s.ids.New(), Corp: v.Corp, Status: Pending, Version: 1, CreatedBy: v.Name, CreatedAt: now, UpdatedAt: now})
	if err := s.check(ctx, v, c); err != nil {
		return nil, err
	}
	var published id.ID
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := insertCode(ctx, tx, c); err != nil {
			return err
		}
		if err := note(ctx, tx, nil, &c); err != nil {
			return err
		}
		published, err = s.wantPublished(ctx, tx, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.after(ctx, v, c.ID, published)
}

// Update changes the code; a printed picture goes on working, because WeCom keeps the
// contact way and only its members change.
func (s *service) Update(ctx context.Context, in *updateInput) (*View, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	old, err := seen(ctx, s.db.Read(), v, in.ID)
	if err != nil {
		return nil, err
	}
	if in.Body.Version != 0 && in.Body.Version != old.Version {
		return nil, stale()
	}
	c := in.Body.onto(old)
	c.UpdatedAt = s.clock.Now()
	if err := s.check(ctx, v, c); err != nil {
		return nil, err
	}
	var published id.ID
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		ok, err := updateCode(ctx, tx, c)
		if err != nil {
			return err
		}
		if !ok {
			return stale()
		}
		if err := note(ctx, tx, &old, &c); err != nil {
			return err
		}
		published, err = s.wantPublished(ctx, tx, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.after(ctx, v, c.ID, published)
}

func stale() error {
	return fault.New(fault.Conflict, "这个活码刚被别人修改过").WithAdvice("请刷新页面，在最新的内容上再改一次")
}

// Remove takes the code from WeCom. Its row stays: customers who scan a print at the
// last moment are still counted for it.
func (s *service) Remove(ctx context.Context, in *codeInput) (*web.None, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	c, err := seen(ctx, s.db.Read(), v, in.ID)
	if err != nil {
		return nil, err
	}
	if err := s.aloneHis(ctx, v, c); err != nil {
		return nil, err
	}
	return &web.None{}, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		ok, err := deleteCode(ctx, tx, c, db.NowMS(s.clock))
		if err != nil {
			return err
		}
		if !ok {
			return stale()
		}
		if err := note(ctx, tx, &c, nil); err != nil {
			return err
		}
		_, err = s.wantPublished(ctx, tx, c)
		return err
	})
}

// aloneHis refuses to take a code from members whom the viewer does not see. Those who have
// left need it no more.
func (s *service) aloneHis(ctx context.Context, v viewer.Viewer, c Code) error {
	known, err := mirror.MembersByID(ctx, s.db.Read(), v.Corp, c.Everyone())
	if err != nil {
		return err
	}
	for _, m := range c.Everyone() {
		if member, ok := known[m]; ok && member.LeftAt == 0 && !v.Sees(member.ID) {
			return fault.New(fault.Forbidden, "这个活码还有您数据范围外的成员在接待，不能删除").WithAdvice("请联系能查看这些成员的管理员")
		}
	}
	return nil
}

// check is Validate and what only the mirror knows: the members must be in the viewer's
// scope and able to serve, the tags must exist.
func (s *service) check(ctx context.Context, v viewer.Viewer, c Code) error {
	if err := c.Validate(); err != nil {
		return err
	}
	var check fault.Check
	known, err := mirror.MembersByID(ctx, s.db.Read(), v.Corp, c.Everyone())
	if err != nil {
		return err
	}
	inspect := func(field string, members []string) {
		for _, m := range members {
			member, ok := known[m]
			check.That(ok && v.Sees(member.ID), field, "成员 "+m+" 不存在，或不在您的数据范围内")
			if ok && v.Sees(member.ID) {
				check.That(member.CanServe(), field, "成员「"+member.Name+"」未激活、已离职或没有客户联系权限：请在企业微信管理后台 → 客户与上下游 → 客户联系 → 权限配置 中开通")
			}
		}
	}
	inspect("members", c.Members)
	inspect("backup", c.Backup)
	for i, shift := range c.Shifts {
		inspect(shiftField(i), shift.Members)
	}
	tags, err := mirror.TagsByID(ctx, s.db.Read(), v.Corp, c.Tags)
	if err != nil {
		return err
	}
	for _, t := range c.Tags {
		_, ok := tags[t]
		check.That(ok, "tags", "有标签已被删除，请重新选择")
	}
	return check.Err()
}

// after runs the publish at once and shows what became of the code.
func (s *service) after(ctx context.Context, v viewer.Viewer, code, published id.ID) (*View, error) {
	if _, err := s.jobs.RunNow(ctx, published, publishWait); err != nil {
		s.log.WarnContext(ctx, "channel code is not published yet", "code", code.String(), "error", err.Error())
	}
	return s.view(ctx, v, code)
}

// wantPublished asks for the job that brings WeCom in line with the code.
func (s *service) wantPublished(ctx context.Context, tx db.Tx, c Code) (id.ID, error) {
	ids, err := s.jobs.Insert(ctx, tx, job.Insert{
		Kind: kindPublish, Args: publishArgs{Code: c.ID}, Corp: c.Corp, Key: c.ID.String(),
		Unique: c.ID.String(), UniqueFor: job.HoldWaiting, Priority: 1,
	})
	if err != nil {
		return 0, err
	}
	return ids[0], s.live.Publish(ctx, tx, c.Corp, "channelcode", c.ID.String())
}

func likeEscape(s string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(strings.ToLower(s))
}

func shiftField(i int) string { return "shifts[" + strconv.Itoa(i) + "].members" }
