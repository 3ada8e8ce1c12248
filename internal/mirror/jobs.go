package mirror

import (
	"context"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

// Jobs are the kinds of work the mirror does in the background; the host puts Slug
// before their names.
func (m *Mirror) Jobs() []job.Definition {
	return []job.Definition{
		job.Define(kindTranslate, m.translate, job.InLane(job.Urgent), job.Attempts(translateTries), job.Timeout(30*time.Second),
			job.GiveUp(m.translateGaveUp)),
		job.Define(kindRefreshCustomer, m.refreshCustomer),
		job.Define(kindRefreshGroup, m.refreshGroup),
		job.Define(kindRefreshMember, m.refreshMember),
		job.Define(kindReadTags, m.readTags),
		job.Define(kindReadDepartments, m.readDepartments),
		job.Define(kindTell, m.tell),
		job.Define(kindTellAdded, m.tellAdded),
		job.Define(kindTellGroup, m.tellGroup),
		job.Define(kindMarkTags, m.markTags, job.GiveUp(m.marksGivenUp)),
		job.Define(kindRemark, m.remark),
		job.Define(kindDropTag, m.dropTag, job.InLane(job.Bulk)),
		job.Define(kindSync, m.stage, job.InLane(job.Bulk), job.Attempts(syncTries), job.Timeout(10*time.Minute), job.GiveUp(m.stageGaveUp)),
		job.Define(kindSyncPart, m.part, job.InLane(job.Bulk), job.Attempts(syncTries), job.Timeout(10*time.Minute), job.GiveUp(m.partGaveUp)),
		job.Define(kindNightly, m.nightly, job.InLane(job.Bulk)),
		job.Define(kindRenamed, m.gatherStrays, job.InLane(job.Normal)),
		job.Define(kindPrune, m.prune, job.InLane(job.Bulk)),
	}
}

const (
	kindPrune   = "prune"
	kindNightly = "nightly"
	// syncTries with growing waits cover an hour in which WeCom is down.
	syncTries = 12
)

// Schedules are the mirror's regular work; the host puts Slug before the kinds here too.
func (m *Mirror) Schedules() []job.Schedule {
	return []job.Schedule{
		{Kind: kindNightly, Every: 15 * time.Minute, PerCorp: m.corps.ActiveCorps, Args: job.TickArgs},
		{Kind: kindPrune, Cron: "40 19 * * *"},
	}
}

// nightHour is when each corp is read anew, in its own time zone: the quietest of the day.
const nightHour = 3

// nightly is asked each quarter of an hour, so that any time zone has its night.
func (m *Mirror) nightly(ctx context.Context, j job.Job[job.Tick]) error {
	at := j.Args.At.In(m.corps.Location(ctx, j.Corp))
	if at.Hour() != nightHour || at.Minute() >= 15 {
		return nil
	}
	_, err := m.StartSync(ctx, j.Corp, ScopeFull, "schedule")
	switch fault.CodeOf(err) {
	case fault.Conflict, fault.NotFound:
		return job.Cancel(err) // one is running, or the corp is not set up
	default:
		return err
	}
}
