package mirror

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/wecom/callback"
)

// appClosed hears that WeCom suspended an app for disuse.
func (m *Mirror) appClosed(ctx context.Context, tx db.Tx, in Inbox, e *callback.CloseInactiveAgent) error {
	return m.bus.Publish(ctx, tx, event.AppSuspended{Meta: in.meta(0), Agent: e.AgentID})
}

// appReopened hears that such an app works again.
func (m *Mirror) appReopened(ctx context.Context, tx db.Tx, in Inbox, e *callback.ReopenInactiveAgent) error {
	return m.bus.Publish(ctx, tx, event.AppSuspended{Meta: in.meta(0), Agent: e.AgentID, Active: true})
}
