package churn

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/notice"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

const kindDaily = "daily"

// dueAt is the last time before now that the hour struck, in the corp's zone.
func dueAt(now time.Time, hour int) time.Time {
	due := time.Date(now.Year(), now.Month(), now.Day(), hour, 0, 0, 0, now.Location())
	if due.After(now) {
		due = time.Date(now.Year(), now.Month(), now.Day()-1, hour, 0, 0, 0, now.Location())
	}
	return due
}

// daily tells of the deletions since the last daily message, once the hour has struck. It is
// asked every quarter of an hour, so that any zone has its hour and a program that stood
// still makes up for it. Twice is harmless: how far the messages reach is written in the
// transaction that sends them.
func (s *service) daily(ctx context.Context, j job.Job[job.Tick]) error {
	set, err := settingOf(ctx, s.db.Read(), j.Corp)
	if err != nil || set.Deletions != DeletionsDaily {
		return err
	}
	zone := s.corps.Location(ctx, j.Corp)
	due := dueAt(s.clock.Now().In(zone), set.Hour)
	from := db.FromMS(set.DigestedTo)
	if !from.Before(due) {
		return nil
	}
	counts, err := s.deletedBetween(ctx, j.Corp, from, due)
	if err != nil {
		return err
	}
	messages, err := s.digests(ctx, j.Corp, set, counts, from.In(zone), due)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		res, err := tx.NewRaw("UPDATE churn_setting SET digested_to = ? WHERE corp_id = ? AND digested_to = ?", db.MS(due), j.Corp, set.DigestedTo).Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err // another was first
		}
		return s.notices.Send(ctx, tx, messages...)
	})
}

// deletedCount is how many customers a member deleted.
type deletedCount struct {
	Member string `bun:"member_id"`
	Count  int    `bun:"many"`
}

// digestMembers bounds of how many members a daily message tells.
const digestMembers = 1000

// deletedBetween counts what came to be known in the time, the most first: news that was
// late is in the next message.
func (s *service) deletedBetween(ctx context.Context, corp string, from, to time.Time) ([]deletedCount, error) {
	var counts []deletedCount
	err := s.db.Read().NewRaw(`SELECT member_id, COUNT(*) AS many FROM churn_ending WHERE corp_id = ? AND kind = ?
		AND recorded_at > ? AND recorded_at <= ? AND NOT unknown GROUP BY member_id ORDER BY COUNT(*) DESC, member_id LIMIT ?`,
		corp, Deleted, db.MS(from), db.MS(to), digestMembers).Scan(ctx, &counts)
	return counts, err
}

// digests are the messages: the chosen ones are told of everybody, leaders of their own.
func (s *service) digests(ctx context.Context, corp string, set setting, counts []deletedCount, from, to time.Time) ([]notice.Message, error) {
	members := make([]string, len(counts))
	of := map[string][]deletedCount{}
	for i, c := range counts {
		members[i] = c.Member
		for _, r := range set.Receivers {
			of[r] = append(of[r], c)
		}
		if !set.Leaders {
			continue
		}
		leaders, err := notice.Leaders(ctx, s.db.Read(), corp, c.Member)
		if err != nil {
			return nil, err
		}
		for _, r := range leaders {
			if !slices.Contains(set.Receivers, r) {
				of[r] = append(of[r], c)
			}
		}
	}
	names, err := mirror.Names(ctx, s.db.Read(), corp, members)
	if err != nil {
		return nil, err
	}
	var messages []notice.Message
	for _, r := range slices.Sorted(maps.Keys(of)) {
		messages = append(messages, notice.Message{
			Corp: corp, Member: r, Kind: noticeDeletedDaily, Key: fmt.Sprint(db.MS(to)), Title: "成员删除客户日报",
			Text: dailyText(of[r], names, from, to),
			Href: tabOf(Deleted) + "deleted=" + from.Format(time.DateOnly) + "~" + to.Format(time.DateOnly),
		})
	}
	return messages, nil
}

// dailyLines is how many members a message names.
const dailyLines = 8

func dailyText(counts []deletedCount, names map[string]string, from, to time.Time) string {
	counts = slices.SortedFunc(slices.Values(counts), func(a, b deletedCount) int {
		return cmp.Or(b.Count-a.Count, strings.Compare(a.Member, b.Member))
	})
	total := 0
	for _, c := range counts {
		total += c.Count
	}
	lines := []string{fmt.Sprintf("%s 至 %s，%d 名成员共删除 %d 位客户：", from.Format("01-02 15:04"), to.Format("01-02 15:04"), len(counts), total)}
	for i, c := range counts {
		if i == dailyLines {
			lines = append(lines, fmt.Sprintf("……以及另外 %d 名成员", len(counts)-i))
			break
		}
		lines = append(lines, fmt.Sprintf("%s：%d 位", notice.Name(names[c.Member]), c.Count))
	}
	return strings.Join(lines, "\n")
}
