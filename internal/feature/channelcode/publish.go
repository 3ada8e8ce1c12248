package channelcode

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

const (
	kindPublish = "publish"
	kindRotate  = "rotate"
	kindPicture = "picture"
)

type publishArgs struct {
	Code id.ID `json:"code"`
}

// publish brings WeCom in line with the row: makes, changes or deletes the contact way.
//
// Twice is harmless: update and delete say the wanted end state. A crash between add and
// the record makes a second contact way with the same state; a scan of either counts for
// the code, only ours is printed, and one of WeCom's 500 000 places is lost.
func (s *service) publish(ctx context.Context, j job.Job[publishArgs]) error {
	c, err := byID(ctx, s.db.Read(), j.Corp, j.Args.Code)
	if err != nil {
		return job.Cancel(err)
	}
	client, err := s.corps.Client(ctx, j.Corp)
	if err != nil {
		return err
	}
	if c.Status == Deleted {
		return s.unpublish(ctx, client, c)
	}
	duty, err := s.duty(ctx, s.db.Read(), c)
	if err != nil {
		return err
	}
	next := c
	wanted := c.OnDuty(duty)
	next.Published, next.NextChangeAt = wanted, c.NextChange(duty.Now)
	if len(wanted) == 0 {
		return s.broken(ctx, c, web.Why("nobody"))
	}
	err = s.tellWeCom(ctx, client, &next)
	left := []string(nil)
	if refusesMember(err) {
		if left, err = s.tellWithoutUnable(ctx, client, &next, err); err != nil {
			return s.refused(ctx, c, left, err)
		}
	}
	if err != nil {
		return s.refused(ctx, c, nil, err)
	}
	next.Status, next.Problem = Live, ""
	if len(left) > 0 {
		next.Problem = web.Why("some", "members", s.called(ctx, c.Corp, left)).Kept()
		next.NextChangeAt = earlier(next.NextChangeAt, s.clock.Now().Add(tryAgain))
	}
	return s.record(ctx, c, next, wanted)
}

// tryAgain is how long a code waits that WeCom did not take as wanted: somebody may have
// put right at WeCom what was wrong, of which no callback tells.
const tryAgain = time.Hour

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// tellWeCom makes or changes the contact way and puts its name and picture into next.
func (s *service) tellWeCom(ctx context.Context, client *wecom.Client, next *Code) error {
	if next.ConfigID != "" {
		return client.UpdateContactWay(ctx, wecom.UpdateContactWayRequest{
			ConfigID: next.ConfigID, Remark: new(next.wayRemark()), SkipVerify: &next.SkipVerify,
			State: new(next.State()), User: next.Published,
		})
	}
	made, err := client.AddContactWay(ctx, wecom.AddContactWayRequest{
		Type: wecom.ContactWayMultiple, Scene: wecom.SceneQRCode, Remark: next.wayRemark(), SkipVerify: &next.SkipVerify,
		State: next.State(), User: next.Published,
	})
	next.ConfigID, next.QR = made.ConfigID, made.QRCode
	return err
}

// refusesMember tells whether WeCom refused the whole contact way because of one member.
func refusesMember(err error) bool {
	e, ok := errors.AsType[*wecom.Error](err)
	return ok && slices.Contains([]int{
		errcode.NoExternalContactRight, errcode.NotActivated, errcode.NotVerified, errcode.UserIDNotFound,
	}, e.Code)
}

// tellWithoutUnable finds out who cannot serve, which WeCom's refusal does not say, and
// tells WeCom the rest; it gives those who were left out. The mirror did not know better:
// WeCom has no callback for the 客户联系 permission.
func (s *service) tellWithoutUnable(ctx context.Context, client *wecom.Client, next *Code, refusal error) (left []string, err error) {
	may, err := client.ListFollowUsers(ctx)
	if err != nil {
		return nil, err
	}
	var rest []string
	for _, m := range next.Published {
		if slices.ContainsFunc(may.UserIDs, func(able string) bool { return strings.EqualFold(able, m) }) {
			rest = append(rest, m)
		} else {
			left = append(left, m)
		}
	}
	if len(left) == 0 || len(rest) == 0 {
		return left, refusal
	}
	next.Published = rest
	return left, s.tellWeCom(ctx, client, next)
}

// called names members who cannot serve.
func (s *service) called(ctx context.Context, corpID string, members []string) string {
	names, err := mirror.Names(ctx, s.db.Read(), corpID, members)
	if err != nil {
		s.log.WarnContext(ctx, "names of members who cannot serve", "error", err.Error())
	}
	called := make([]string, len(members))
	for i, m := range members {
		called[i] = cmp.Or(names[m], m)
	}
	return strings.Join(called, "、")
}

// wayRemark is what WeCom keeps beside the contact way, at most 30 characters.
func (c Code) wayRemark() string {
	if c.Remark != "" {
		return c.Remark
	}
	return c.Name
}

func (s *service) unpublish(ctx context.Context, client *wecom.Client, c Code) error {
	gone := c
	gone.ConfigID, gone.Problem, gone.NextChangeAt = "", "", time.Time{}
	if c.ConfigID != "" {
		// Deleting what is gone already is refused as an item error: the end state is reached.
		if err := client.DeleteContactWay(ctx, c.ConfigID); err != nil && classOf(err) != errcode.ClassItem {
			return err
		}
	}
	return s.record(ctx, c, gone, nil)
}

// refused sorts WeCom's answer: what a person must put right is shown on the code, the
// rest is tried again.
func (s *service) refused(ctx context.Context, c Code, left []string, err error) error {
	switch classOf(err) {
	case errcode.ClassItem, errcode.ClassConfig:
		problem := corp.Why(err)
		if len(left) > 0 {
			problem = corp.WhyAfter("unable", err, "members", s.called(ctx, c.Corp, left))
		}
		if recordErr := s.broken(ctx, c, problem); recordErr != nil {
			return recordErr
		}
		return job.Cancel(err)
	default:
		return err
	}
}

// publishFailed is called when WeCom could not be reached for hours.
func (s *service) publishFailed(ctx context.Context, j job.Job[publishArgs], cause error) {
	c, err := byID(ctx, s.db.Read(), j.Corp, j.Args.Code)
	if err == nil {
		err = s.broken(ctx, c, unanswered(cause))
	}
	if err != nil {
		s.log.ErrorContext(ctx, "a channel code that cannot be published is not marked", "code", j.Args.Code.String(), "error", err.Error())
	}
}

// unanswered is why a code could not be published for hours.
func unanswered(cause error) web.Because {
	if classOf(cause) == "" {
		return web.Why("stuck")
	}
	return corp.WhyAfter("silent", cause)
}

// broken shows what is wrong on the code and has it tried again later. A deleted code
// stays deleted.
func (s *service) broken(ctx context.Context, c Code, problem web.Because) error {
	next := c
	if c.Status != Deleted {
		next.Status = Broken
	}
	next.Problem, next.NextChangeAt = problem.Kept(), s.clock.Now().Add(tryAgain)
	return s.record(ctx, c, next, nil)
}

func classOf(err error) errcode.Class {
	if e, ok := errors.AsType[*wecom.Error](err); ok {
		return e.Class
	}
	return ""
}

// record writes what WeCom has now, and only that: an edit made meanwhile stands, and
// has asked for a job of its own. When others than the wanted members should serve by
// now, it asks for another publish.
func (s *service) record(ctx context.Context, old, next Code, wanted []string) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		// A code that was deleted while WeCom was asked stays deleted.
		_, err := tx.NewRaw(`UPDATE channelcode_code SET status = CASE WHEN status = ? THEN status ELSE ? END, problem = ?, config_id = ?, qr = ?,
			published = ?, next_change_at = ? WHERE corp_id = ? AND id = ?`, Deleted, next.Status, db.Clean(next.Problem), next.ConfigID, next.QR,
			jsonOf(next.Published), db.MS(next.NextChangeAt), old.Corp, old.ID).Exec(ctx)
		if err != nil {
			return err
		}
		now, err := byID(ctx, tx, old.Corp, old.ID)
		if err != nil {
			return err
		}
		if now.Status == Live {
			if err := s.republish(ctx, tx, now, wanted); err != nil {
				return err
			}
		}
		if now.QR != "" && now.Picture == "" && now.Status == Live {
			if _, err := s.jobs.Insert(ctx, tx, job.Insert{
				Kind: kindPicture, Args: publishArgs{old.ID}, Corp: old.Corp, Unique: old.ID.String(), UniqueFor: job.HoldOpen,
			}); err != nil {
				return err
			}
		}
		return s.live.Publish(ctx, tx, old.Corp, "channelcode", old.ID.String())
	})
}

// duty gathers what OnDuty needs.
func (s *service) duty(ctx context.Context, q db.Querier, c Code) (Duty, error) {
	now := s.clock.Now().In(s.corps.Location(ctx, c.Corp))
	members, err := mirror.MembersByID(ctx, q, c.Corp, c.Everyone())
	if err != nil {
		return Duty{}, err
	}
	able := map[string]bool{}
	for asked, m := range members {
		able[asked] = m.CanServe()
	}
	added, err := addedOn(ctx, q, c.Corp, c.ID, dayOf(now))
	return Duty{Now: now, Added: added, Able: able}, err
}

// republish asks for a publish when others than these should serve now. The row must have
// been written in this transaction: the publish that may be on its way looks again when
// it records, and one of the two sees the other.
func (s *service) republish(ctx context.Context, tx db.Tx, c Code, than []string) error {
	duty, err := s.duty(ctx, tx, c)
	if err != nil || slices.Equal(than, c.OnDuty(duty)) {
		return err
	}
	_, err = s.wantPublished(ctx, tx, c)
	return err
}
