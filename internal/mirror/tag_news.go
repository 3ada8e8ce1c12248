package mirror

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/wecom/callback"
)

// This file hears change_external_tag (doc 92130). A callback names the tag and nothing
// else, so the whole library is read anew (readTags), which also tells TagsChanged. A
// deletion is carried out at once. Rule-group tags (规则组标签) are not mirrored.

func (m *Mirror) tagCreated(ctx context.Context, tx db.Tx, in Inbox, e *callback.CreateExternalTag) error {
	return m.libraryChanged(ctx, tx, in, e.TagRef)
}

func (m *Mirror) tagUpdated(ctx context.Context, tx db.Tx, in Inbox, e *callback.UpdateExternalTag) error {
	return m.libraryChanged(ctx, tx, in, e.TagRef)
}

func (m *Mirror) tagShuffled(ctx context.Context, tx db.Tx, in Inbox, e *callback.ShuffleExternalTag) error {
	return m.libraryChanged(ctx, tx, in, e.TagRef)
}

func (m *Mirror) libraryChanged(ctx context.Context, tx db.Tx, in Inbox, ref callback.TagRef) error {
	if ref.StrategyID != "" {
		return nil
	}
	return m.askForTags(ctx, tx, in.Corp)
}

func (m *Mirror) tagDeleted(ctx context.Context, tx db.Tx, in Inbox, e *callback.DeleteExternalTag) error {
	if e.StrategyID != "" {
		return nil
	}
	which := []string{db.Clean(e.ID)}
	if _, err := lockLibrary(ctx, tx, in.Corp, 0); err != nil {
		return err
	}
	all, err := TagLibrary(ctx, tx, in.Corp)
	if err != nil {
		return err
	}
	library := onlyOwn(all, false)
	if e.TagType == callback.TagTypeGroup {
		// The tags of a deleted group go without callbacks of their own.
		which = nil
		for _, g := range library {
			if g.ID != db.Clean(e.ID) {
				continue
			}
			for _, t := range g.Tags {
				which = append(which, t.ID)
			}
		}
	}
	kept := withoutTags(library, which)
	if _, err := m.replaceLibrary(ctx, tx, in.Corp, library, kept); err != nil {
		return err
	}
	if err := m.askForTags(ctx, tx, in.Corp); err != nil {
		return err
	}
	return m.bus.Publish(ctx, tx, event.TagsChanged{Meta: in.meta(0), Tag: db.Clean(e.ID)})
}

// withoutTags is the library without some tags, and without the groups that this leaves
// empty: WeCom has no empty groups.
func withoutTags(library []TagGroup, tags []string) []TagGroup {
	gone := make(map[string]bool, len(tags))
	for _, t := range tags {
		gone[t] = true
	}
	var kept []TagGroup
	for _, g := range library {
		left := g
		left.Tags = nil
		for _, t := range g.Tags {
			if !gone[t.ID] {
				left.Tags = append(left.Tags, t)
			}
		}
		if len(left.Tags) > 0 {
			kept = append(kept, left)
		}
	}
	return kept
}

// askForTags queues a reading of the library. One that waits already serves both. It has
// a line of its own: while WeCom is down translations must go on.
func (m *Mirror) askForTags(ctx context.Context, tx db.Tx, corp string) error {
	_, err := m.jobs.Insert(ctx, tx, job.Insert{Kind: kindReadTags, Corp: corp, Key: "tags-at-wecom", Unique: aboutTags, UniqueFor: job.HoldWaiting})
	return err
}
