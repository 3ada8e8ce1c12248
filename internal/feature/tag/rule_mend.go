package tag

import (
	"context"
	"slices"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
)

// What a deletion in the library did to a rule: it goes on with the tags that are left, or
// has none left and is switched off. It stands there until somebody changes the rule.
const (
	ruleTrimmed = "trimmed"
	ruleStopped = "stopped"
)

// libraryChanged takes tags that are no longer there out of the rules. Twice is harmless: the
// second time there is nothing to take out.
func (s *service) libraryChanged(ctx context.Context, e event.TagsChanged) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		all, err := rules(ctx, tx, e.Corp)
		if err != nil {
			return err
		}
		known, err := knownTo(ctx, tx, e.Corp, all)
		if err != nil {
			return err
		}
		mended := false
		for _, r := range all {
			f := r.form()
			if !f.trim(known) {
				continue
			}
			was := r.Version
			r = f.onto(r)
			r.Problem, r.Version, r.UpdatedAt = ruleTrimmed, was+1, db.NowMS(s.clock)
			if len(f.Add)+len(f.Remove) == 0 {
				r.Problem, r.Enabled = ruleStopped, false
			}
			if err := writeRule(ctx, tx, r, was); err != nil {
				return err // somebody changes it just now: once more
			}
			mended = true
		}
		if !mended {
			return nil
		}
		return s.live.Publish(ctx, tx, e.Corp, slug)
	})
}

// knownTo are the tags of the rules that still exist.
func knownTo(ctx context.Context, q db.Querier, corp string, all []ruleRow) (map[string]mirror.Tag, error) {
	var named []string
	for _, r := range all {
		f := r.form()
		named = slices.Concat(named, f.Add, f.Remove)
	}
	return mirror.TagsByID(ctx, q, corp, named)
}

// trim takes out of the form what is not known; it tells whether there was such a tag.
func (f *RuleForm) trim(known map[string]mirror.Tag) bool {
	gone := func(t string) bool { _, ok := known[t]; return !ok }
	before := len(f.Add) + len(f.Remove)
	f.Add, f.Remove = slices.DeleteFunc(f.Add, gone), slices.DeleteFunc(f.Remove, gone)
	return len(f.Add)+len(f.Remove) < before
}
