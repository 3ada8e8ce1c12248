package mirror

import (
	"time"

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
		job.Define(kindTellGroup, m.tellGroup),
		job.Define(kindDropTag, m.dropTag, job.InLane(job.Bulk)),
		job.Define(kindPrune, m.prune, job.InLane(job.Bulk)),
	}
}

const kindPrune = "prune"
