package ask

import (
	"context"
	"fmt"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/message"
)

// Welcome asks which greeting (欢迎语) a new customer gets. Asked by: welcome. Answered
// by: channelcode, and later fission, autogroup, onecode, transfer. Rule: a contact-way
// state has one owner, so at most one feature claims the event; when none does, the
// asker's own rules (member, department, company default) apply.
//
// An answer must be quick: the code in the event lives 20 s. It may read the database
// but not call WeCom.
type Welcome func(ctx context.Context, e event.CustomerAdded) (WelcomeAnswer, error)

// WelcomeAnswer is one feature's claim.
type WelcomeAnswer struct {
	// Claimed is true when the event belongs to this feature.
	Claimed bool
	// Silent is true when the owner wants no greeting at all.
	Silent bool
	// Default is true when the owner leaves the greeting to the asker's own rules.
	Default bool
	Content message.Content
	// Source names the owner's object for the log, e.g. a channel code's name.
	Source string
}

// Welcome asks all features; the first claim wins, a second one is an error in the
// product and is reported rather than hidden.
func (a *Asks) Welcome(ctx context.Context, e event.CustomerAdded) (WelcomeAnswer, error) {
	var claimed WelcomeAnswer
	var owner string
	err := each(ctx, a.welcomes, func(slug string, answer Welcome) error {
		got, err := answer(ctx, e)
		if err != nil {
			return fmt.Errorf("ask %s for a greeting: %w", slug, err)
		}
		if !got.Claimed {
			return nil
		}
		if owner != "" {
			return fmt.Errorf("ask: both %s and %s claim state %q", owner, slug, e.State)
		}
		claimed, owner = got, slug
		return nil
	})
	return claimed, err
}
