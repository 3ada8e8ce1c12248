package transfer

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/notice"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

const (
	kindNotify  = "notify"
	noticeTaken = "transfer.taken"
)

type notifyArgs struct {
	Member string `json:"member"`
}

// noticePause gathers what somebody takes over within a few minutes into one notice.
const noticePause = 6 * time.Minute

// wantNotice has the taker told of what he took over.
func (s *service) wantNotice(ctx context.Context, tx db.Tx, i Item) error {
	_, err := s.jobs.Insert(ctx, tx, job.Insert{
		Kind: kindNotify, Corp: i.Corp, Args: notifyArgs{i.To}, Unique: i.To, UniqueFor: job.HoldWaiting, RunAt: s.clock.Now().Add(noticePause),
	})
	return err
}

// notify tells a taker how many customers and groups he took over, and from whom. The
// notice, the mark on the items and the end of the job are one transaction: once each.
func (s *service) notify(ctx context.Context, j job.Job[notifyArgs]) error {
	return s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		var items []Item
		if err := tx.NewRaw(`UPDATE transfer_item SET noticed = TRUE WHERE corp_id = ? AND to_member = ? AND state = 'accepted' AND NOT noticed
			RETURNING `+itemColumns, j.Corp, j.Args.Member).Scan(ctx, &items); err != nil {
			return err
		}
		if len(items) == 0 {
			return j.Done(ctx, tx)
		}
		var from []string
		groups := 0
		for _, i := range items {
			if !slices.Contains(from, i.From) {
				from = append(from, i.From)
			}
			if i.Kind == OfGroup {
				groups++
			}
		}
		slices.Sort(from)
		names, err := mirror.Names(ctx, tx, j.Corp, from)
		if err != nil {
			return err
		}
		for n, m := range from {
			from[n] = names[m]
		}
		what := taken(len(items)-groups, groups)
		if err := s.notice.Send(ctx, tx, notice.Message{
			Corp: j.Corp, Member: j.Args.Member, Kind: noticeTaken, Key: j.ID.String(), Title: "您接替了" + what,
			Text: fmt.Sprintf("来自%s。标签已随客户转来，请尽快与客户联系。", strings.Join(from, "、")),
			Href: "/customer?" + url.Values{"level": {"follow"}, "member": {j.Args.Member}}.Encode(),
		}); err != nil {
			return err
		}
		return j.Done(ctx, tx)
	})
}

// taken says how many customers and groups, leaving out what is none.
func taken(customers, groups int) string {
	switch {
	case groups == 0:
		return fmt.Sprintf(" %d 位客户", customers)
	case customers == 0:
		return fmt.Sprintf(" %d 个客户群", groups)
	}
	return fmt.Sprintf(" %d 位客户和 %d 个客户群", customers, groups)
}
