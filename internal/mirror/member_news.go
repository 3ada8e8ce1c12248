package mirror

import (
	"context"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/event"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/callback"
)

// This file hears change_contact (doc 90970). A callback carries the changed fields
// only, and few of them for newer apps, so it is followed by a reading of the member
// (refreshMember) or of the departments.

func (m *Mirror) memberCreated(ctx context.Context, tx db.Tx, in Inbox, e *callback.CreateUser) error {
	if err := taken(ctx, tx, in.Corp, e.UserID, in.ToldAt); err != nil {
		return err
	}
	return m.memberTold(ctx, tx, in, e.UserID, e.UserFields)
}

func (m *Mirror) memberUpdated(ctx context.Context, tx db.Tx, in Inbox, e *callback.UpdateUser) error {
	to := db.Clean(e.NewUserID)
	if to == "" {
		return m.memberTold(ctx, tx, in, e.UserID, e.UserFields)
	}
	was, err := memberKey(ctx, tx, in.Corp, e.UserID)
	if err != nil {
		return err
	}
	if was != to { // else it was translated before
		if err := m.renamed(ctx, tx, in, was, to); err != nil {
			return err
		}
	}
	return m.memberTold(ctx, tx, in, to, e.UserFields)
}

// memberTold applies the fields of a callback to a member and tells what that means.
func (m *Mirror) memberTold(ctx context.Context, tx db.Tx, in Inbox, userID string, fields callback.UserFields) error {
	row, known, err := m.lockMember(ctx, tx, in.Corp, db.Clean(userID))
	if err != nil {
		return err
	}
	if err := m.askForMember(ctx, tx, in.Corp, memberArgs{Member: row.ID}); err != nil {
		return err
	}
	if in.ToldAt < row.ToldAt {
		return nil // overtaken; the reading knows
	}
	before := row
	row.take(fields)
	row.ToldAt, row.LeftAt = in.ToldAt, 0
	if row.Status == wecom.MemberLeft {
		row.LeftAt = in.ToldAt
	}
	was, err := m.placesBefore(ctx, tx, in.Corp, row.ID)
	if err != nil {
		return err
	}
	moved, err := m.moveMember(ctx, tx, in.Corp, row.ID, fields)
	if err != nil {
		return err
	}
	if err := m.writeMember(ctx, tx, row); err != nil {
		return err
	}
	return m.tellMember(ctx, tx, in.meta(0), known, before, row, was, moved)
}

// tellMember tells the difference between two looks at a member; places are his departments
// before, where he moved.
func (m *Mirror) tellMember(ctx context.Context, tx db.Tx, meta event.Meta, known bool, before, now Member, places []place, moved bool) error {
	if err := m.tellPlace(ctx, tx, known, before, now, places, moved); err != nil {
		return err
	}
	was := known && before.LeftAt == 0
	is := now.LeftAt == 0
	switch {
	case is && !was:
		return m.bus.Publish(ctx, tx, event.MemberJoined{Meta: meta, Member: now.ID})
	case was && !is, !known && !is:
		return m.bus.Publish(ctx, tx, event.MemberLeft{Meta: meta, Member: now.ID})
	case is && (moved || before.Name != now.Name || before.Alias != now.Alias || before.Title != now.Title ||
		before.Status != now.Status || before.MainDepartment != now.MainDepartment || before.CanContact != now.CanContact):
		return m.bus.Publish(ctx, tx, event.MemberChanged{Meta: meta, Member: now.ID})
	default:
		return nil
	}
}

// take copies the fields that a callback carries.
func (r *Member) take(f callback.UserFields) {
	for _, x := range []struct {
		to   *string
		from *string
	}{{&r.Name, f.Name}, {&r.Alias, f.Alias}, {&r.Title, f.Position}, {&r.Avatar, f.Avatar}} {
		if x.from != nil {
			*x.to = db.Clean(*x.from)
		}
	}
	if f.Status != nil {
		r.Status = *f.Status
	}
	if f.MainDepartment != nil {
		r.MainDepartment = *f.MainDepartment
	}
	if r.Name == "" {
		r.Name = r.ID // as WeCom does where it hides names
	}
	if r.Status == 0 {
		r.Status = wecom.MemberNotActivated
	}
}

func (m *Mirror) memberDeleted(ctx context.Context, tx db.Tx, in Inbox, e *callback.DeleteUser) error {
	row, known, err := m.lockMember(ctx, tx, in.Corp, db.Clean(e.UserID))
	if err != nil {
		return err
	}
	if in.ToldAt <= row.ToldAt { // overtaken, or in the second of another change
		if err := m.askForMember(ctx, tx, in.Corp, memberArgs{Member: row.ID, Doubt: true}); err != nil {
			return err
		}
		if in.ToldAt < row.ToldAt {
			return nil
		}
	}
	before := row
	row.ToldAt, row.LeftAt, row.Status = in.ToldAt, in.ToldAt, wecom.MemberLeft
	if row.Name == "" {
		row.Name = row.ID
	}
	if err := m.writeMember(ctx, tx, row); err != nil {
		return err
	}
	return m.tellMember(ctx, tx, in.meta(0), known, before, row, nil, false)
}

// The departments: what a callback says is applied, and the list is read anew.

func (m *Mirror) partyCreated(ctx context.Context, tx db.Tx, in Inbox, e *callback.CreateParty) error {
	return m.partyTold(ctx, tx, in, e.ID, e.PartyFields)
}

func (m *Mirror) partyUpdated(ctx context.Context, tx db.Tx, in Inbox, e *callback.UpdateParty) error {
	return m.partyTold(ctx, tx, in, e.ID, e.PartyFields)
}

func (m *Mirror) partyTold(ctx context.Context, tx db.Tx, in Inbox, party int64, f callback.PartyFields) error {
	d := Department{Corp: in.Corp, ID: party}
	err := tx.NewRaw(`SELECT corp_id, id, parent_id, name, position FROM mirror_department WHERE corp_id = ? AND id = ?`,
		in.Corp, party).Scan(ctx, &d)
	if err != nil && !db.NoRows(err) {
		return err
	}
	if f.Name != nil {
		d.Name = db.Clean(*f.Name)
	}
	if f.ParentID != nil {
		d.Parent = *f.ParentID
	}
	if f.Order != nil {
		d.Position = int64(*f.Order)
	}
	if err := m.reshape(ctx, tx, in.Corp, []*Department{&d}, nil, false); err != nil {
		return err
	}
	return m.departmentsTold(ctx, tx, in, party)
}

func (m *Mirror) partyDeleted(ctx context.Context, tx db.Tx, in Inbox, e *callback.DeleteParty) error {
	if err := m.reshape(ctx, tx, in.Corp, nil, []int64{e.ID}, false); err != nil {
		return err
	}
	return m.departmentsTold(ctx, tx, in, e.ID)
}

func (m *Mirror) departmentsTold(ctx context.Context, tx db.Tx, in Inbox, party int64) error {
	if _, err := m.jobs.Insert(ctx, tx, job.Insert{
		Kind: kindReadDepartments, Corp: in.Corp, Key: aboutContacts + "/departments",
		Unique: "departments", UniqueFor: job.HoldWaiting,
	}); err != nil {
		return err
	}
	if err := m.live.Publish(ctx, tx, in.Corp, topicMember); err != nil {
		return err
	}
	return m.bus.Publish(ctx, tx, event.DepartmentsChanged{Meta: in.meta(0), Department: party})
}

// askForMember queues a reading of the member. One that waits already serves both.
func (m *Mirror) askForMember(ctx context.Context, tx db.Tx, corp string, a memberArgs) error {
	in := job.Insert{
		Kind: kindRefreshMember, Corp: corp, Args: a, Key: "refresh-member/" + strings.ToLower(a.Member),
		Unique: strings.ToLower(a.Member), UniqueFor: job.HoldWaiting,
	}
	if a.Doubt {
		in.Unique, in.RunAt = "doubt/"+in.Unique, m.clock.Now().Add(doubtPause)
	}
	_, err := m.jobs.Insert(ctx, tx, in)
	return err
}
