package channelcode

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// note puts into the audit log what became of a code: what people fill in, with the tags
// by their names. Nil stands for a code that is not there.
func note(ctx context.Context, tx db.Tx, before, after *Code) error {
	c := after
	if c == nil {
		c = before
	}
	var states [2]any
	for i, x := range []*Code{before, after} {
		if x == nil {
			continue
		}
		library, err := mirror.TagsByID(ctx, tx, x.Corp, x.Tags)
		if err != nil {
			return err
		}
		f := Form{
			Name: x.Name, Remark: x.Remark, Members: x.Members, Shifts: x.Shifts, DailyCap: x.DailyCap, Backup: x.Backup,
			SkipVerify: x.SkipVerify, Greeting: x.Greeting, Content: x.Content, CustomerRemark: x.CustomerRemark,
		}
		for _, t := range x.Tags {
			name := library[t].Name
			if name == "" {
				name = t // deleted since
			}
			f.Tags = append(f.Tags, name)
		}
		states[i] = f
	}
	web.Note(ctx, web.Change{Object: "channelcode:" + c.ID.String(), Name: c.Name, Before: states[0], After: states[1]})
	return nil
}
