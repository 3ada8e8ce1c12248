package channelcode

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
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
	duty, err := s.duty(ctx, c)
	if err != nil {
		return err
	}
	wanted := c.OnDuty(duty)
	if len(wanted) == 0 {
		return s.record(ctx, c, c, Broken, "没有可接待的成员：活码中的成员都已离职、未激活或没有客户联系权限，请编辑活码更换成员")
	}
	next := c
	next.Published, next.NextChangeAt = wanted, c.NextChange(duty.Now)
	if c.ConfigID == "" {
		made, err := client.AddContactWay(ctx, wecom.AddContactWayRequest{
			Type: wecom.ContactWayMultiple, Scene: wecom.SceneQRCode, Remark: c.wayRemark(), SkipVerify: &c.SkipVerify,
			State: c.State(), User: wanted,
		})
		if err != nil {
			return s.refused(ctx, c, err)
		}
		next.ConfigID, next.QR = made.ConfigID, made.QRCode
	} else if err := client.UpdateContactWay(ctx, wecom.UpdateContactWayRequest{
		ConfigID: c.ConfigID, Remark: text(c.wayRemark()), SkipVerify: &c.SkipVerify, State: text(c.State()), User: wanted,
	}); err != nil {
		return s.refused(ctx, c, err)
	}
	return s.record(ctx, c, next, Live, "")
}

func text(s string) *string { return &s }

// wayRemark is what WeCom keeps beside the contact way, at most 30 characters.
func (c Code) wayRemark() string {
	if c.Remark != "" {
		return c.Remark
	}
	return c.Name
}

func (s *service) unpublish(ctx context.Context, client *wecom.Client, c Code) error {
	if c.ConfigID == "" {
		return nil
	}
	// Deleting what is gone already is refused as an item error: the end state is reached.
	if err := client.DeleteContactWay(ctx, c.ConfigID); err != nil && classOf(err) != errcode.ClassItem {
		return err
	}
	gone := c
	gone.ConfigID = ""
	return s.record(ctx, c, gone, Deleted, "")
}

// refused sorts WeCom's answer: what a person must put right is shown on the code, the
// rest is tried again.
func (s *service) refused(ctx context.Context, c Code, err error) error {
	switch classOf(err) {
	case errcode.ClassItem, errcode.ClassConfig:
		problem := err.Error()
		if f := fault.As(corp.Fault(err)); f != nil {
			problem = fmt.Sprintf("%s（%d）：%s", f.Message, f.Upstream, f.Advice)
		}
		if recordErr := s.record(ctx, c, c, Broken, problem); recordErr != nil {
			return recordErr
		}
		return job.Cancel(err)
	default:
		return err
	}
}

func classOf(err error) errcode.Class {
	if e, ok := errors.AsType[*wecom.Error](err); ok {
		return e.Class
	}
	return ""
}

// record writes what WeCom has now. When the code was edited meanwhile the edit has asked
// for a job of its own, but what WeCom told (its name, the picture) must not be lost.
func (s *service) record(ctx context.Context, old, next Code, status Status, problem string) error {
	next.Status, next.Problem = status, problem
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		now, err := byID(ctx, tx, old.Corp, old.ID)
		if err != nil {
			return err
		}
		if now.Status == Deleted && status != Deleted {
			status = Deleted // deleted while we asked: the job that was queued then takes it away
		}
		_, err = tx.NewRaw(`UPDATE channelcode_code SET status = ?, problem = ?, config_id = ?, qr = ?, published = ?, next_change_at = ?
			WHERE corp_id = ? AND id = ?`, status, db.Clean(problem), next.ConfigID, next.QR, jsonOf(next.Published),
			db.MS(next.NextChangeAt), old.Corp, old.ID).Exec(ctx)
		if err != nil {
			return err
		}
		if next.QR != "" && now.Picture == "" && status == Live {
			if _, err := s.jobs.Insert(ctx, tx, job.Insert{Kind: kindPicture, Args: publishArgs{old.ID}, Corp: old.Corp, Unique: old.ID.String(), UniqueFor: job.HoldOpen}); err != nil {
				return err
			}
		}
		return s.live.Publish(ctx, tx, old.Corp, "channelcode", old.ID.String())
	})
}

// duty gathers what OnDuty needs.
func (s *service) duty(ctx context.Context, c Code) (Duty, error) {
	now := s.clock.Now().In(s.corps.Location(ctx, c.Corp))
	members, err := mirror.MembersByID(ctx, s.db.Read(), c.Corp, c.Everyone())
	if err != nil {
		return Duty{}, err
	}
	able := map[string]bool{}
	for asked, m := range members {
		able[asked] = m.CanServe()
	}
	added, err := addedOn(ctx, s.db.Read(), c.Corp, c.ID, dayOf(now))
	return Duty{Now: now, Added: added, Able: able}, err
}

// rotate runs every minute: codes whose shift or day changed are published anew.
func (s *service) rotate(ctx context.Context, j job.Job[job.Tick]) error {
	for {
		codes, err := due(ctx, s.db.Read(), db.NowMS(s.clock), 100)
		if err != nil || len(codes) == 0 {
			return err
		}
		err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			for _, c := range codes {
				now := s.clock.Now().In(s.corps.Location(ctx, c.Corp))
				if _, err := tx.NewRaw("UPDATE channelcode_code SET next_change_at = ? WHERE corp_id = ? AND id = ?",
					db.MS(c.NextChange(now)), c.Corp, c.ID).Exec(ctx); err != nil {
					return err
				}
				if _, err := s.wantPublished(ctx, tx, c); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

// maxPicture is more than any QR code needs.
const maxPicture = 2 << 20

// picture keeps our own copy of the QR code. Twice is harmless: the same bytes under the
// same key.
func (s *service) picture(ctx context.Context, j job.Job[publishArgs]) error {
	c, err := byID(ctx, s.db.Read(), j.Corp, j.Args.Code)
	if err != nil {
		return job.Cancel(err)
	}
	if c.QR == "" || c.Status == Deleted {
		return nil
	}
	raw, kind, err := s.fetch(ctx, c.QR)
	if err != nil {
		return err
	}
	key := "channelcode/" + c.Corp + "/" + c.ID.String()
	if _, err := s.blob.Put(ctx, key, bytes.NewReader(raw), int64(len(raw)), kind); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		_, err := tx.NewRaw("UPDATE channelcode_code SET picture = ? WHERE corp_id = ? AND id = ?", key, c.Corp, c.ID).Exec(ctx)
		return err
	})
}

func (s *service) fetch(ctx context.Context, url string) (raw []byte, kind string, err error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, "", err
	}
	res, err := s.http.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = res.Body.Close() }() // only read from
	raw, err = io.ReadAll(io.LimitReader(res.Body, maxPicture+1))
	kind = res.Header.Get("Content-Type")
	switch {
	case err != nil:
		return nil, "", err
	case res.StatusCode != http.StatusOK:
		return nil, "", fmt.Errorf("channelcode: picture: HTTP %d", res.StatusCode)
	case len(raw) > maxPicture:
		return nil, "", fmt.Errorf("channelcode: picture larger than %s bytes", strconv.Itoa(maxPicture))
	case !strings.HasPrefix(kind, "image/"):
		return nil, "", fmt.Errorf("channelcode: picture is %q", kind)
	}
	return raw, kind, nil
}
