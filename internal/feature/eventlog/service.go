package eventlog

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
	"github.com/queqiao-scrm/queqiao/wecom/callback"
)

type callbacksInput struct {
	web.Paging
	State  string `query:"state" enum:"waiting,done,ignored,failed"`
	Event  string `query:"event" maxLength:"100" doc:"kind, see callbacks/kinds"`
	From   int64  `query:"from" minimum:"0" doc:"received at or after, unix milliseconds"`
	To     int64  `query:"to" minimum:"0" doc:"received before, unix milliseconds"`
	Member string `query:"member" maxLength:"64" doc:"userid whom they concern"`
	Text   string `query:"q" maxLength:"200" doc:"part of a customer's or group's name, or a whole external_userid, chat_id or userid"`
}

// Callbacks lists what WeCom sent, the newest first.
func (s *service) Callbacks(ctx context.Context, in *callbacksInput) (*web.Page[Callback], error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	f := callbackFilter{state: in.State, event: in.Event, from: in.From, to: in.To, limit: in.Limit}
	if f.after, f.paged, err = web.DecodeCursor[callbackKey](in.After); err != nil {
		return nil, err
	}
	q := s.deps.DB.Read()
	if in.Member != "" {
		// As WeCom writes him, since follows are found by it.
		m, err := mirror.MemberByID(ctx, q, v.Corp, in.Member)
		if err != nil && fault.CodeOf(err) != fault.NotFound {
			return nil, err
		}
		f.member = m.ID
		if f.member == "" {
			f.member = in.Member
		}
	}
	if text := strings.TrimSpace(db.Clean(in.Text)); text != "" {
		about, err := s.meant(ctx, q, v.Corp, text)
		if err != nil {
			return nil, err
		}
		f.about = &about
	}
	rows, err := callbacksIn(ctx, q, v, f)
	if err != nil {
		return nil, err
	}
	page := web.NewPage(rows, in.Limit, func(c Callback) callbackKey { return callbackKey{c.ReceivedAt, c.ID} })
	return &page, s.introduce(ctx, q, v.Corp, page.Items)
}

// namesMeant is how many customers and groups of one name are looked for.
const namesMeant = 50

// meant finds whom a typed text may mean: an id as it is, or names that hold it.
func (s *service) meant(ctx context.Context, q db.Querier, corp, text string) (subjects, error) {
	var found subjects
	if !strings.ContainsAny(text, "/ ") {
		found.prefixes = append(found.prefixes, ofCustomer+text+"/")
		found.whole = append(found.whole, ofGroup+text, ofMember+strings.ToLower(text))
	}
	if utf8.RuneCountInString(text) > 50 {
		return found, nil // longer than any name
	}
	refs, err := s.deps.Search.Newest(ctx, q, corp, "customer", text, namesMeant)
	if err != nil {
		return found, err
	}
	externals, err := customersNamed(ctx, q, corp, refs)
	if err != nil {
		return found, err
	}
	for _, e := range externals {
		found.prefixes = append(found.prefixes, ofCustomer+e+"/")
	}
	if refs, err = s.deps.Search.Newest(ctx, q, corp, "group", text, namesMeant); err != nil {
		return found, err
	}
	chats, err := groupsNamed(ctx, q, corp, refs)
	for _, c := range chats {
		found.whole = append(found.whole, ofGroup+c)
	}
	return found, err
}

// introduce fills in whom the callbacks concern, in three queries for a whole page.
func (s *service) introduce(ctx context.Context, q db.Querier, corp string, rows []Callback) error {
	var members, customers, chats []string
	for i := range rows {
		a := aboutOf(rows[i].Subject)
		rows[i].About = a
		for _, x := range []struct {
			who  string
			list *[]string
		}{{a.Member, &members}, {a.Customer, &customers}, {a.Chat, &chats}} {
			if x.who != "" {
				*x.list = append(*x.list, x.who)
			}
		}
	}
	people, err := mirror.MembersByID(ctx, q, corp, compact(members))
	if err != nil {
		return err
	}
	known, err := mirror.Customers(ctx, q, corp, compact(customers))
	if err != nil {
		return err
	}
	groups, err := mirror.GroupsByChat(ctx, q, corp, compact(chats))
	if err != nil {
		return err
	}
	for i := range rows {
		a := &rows[i].About
		if m, ok := people[a.Member]; ok {
			a.Member, a.MemberName = m.ID, m.Name
		}
		if c, ok := known[a.Customer]; ok {
			a.CustomerID, a.CustomerName = c.ID, c.Name
		}
		if g, ok := groups[a.Chat]; ok {
			a.GroupName = g.Name
		}
	}
	return nil
}

func compact(list []string) []string {
	slices.Sort(list)
	return slices.Compact(list)
}

// KindList are the kinds of callbacks that the program knows by name.
type KindList struct {
	Kinds []string `json:"kinds"`
}

// Kinds lists the kinds for the filter, in the order of WeCom's documentation.
func (s *service) Kinds(context.Context, *struct{}) (*KindList, error) {
	var list KindList
	for _, e := range callback.Catalogue() {
		list.Kinds = append(list.Kinds, e.Kind.String())
	}
	return &list, nil
}

type callbackInput struct {
	ID id.ID `path:"id"`
}

// Callback gives one callback without its raw text.
func (s *service) Callback(ctx context.Context, in *callbackInput) (*Callback, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	row, err := callbackIn(ctx, s.deps.DB.Read(), v, in.ID)
	if err != nil {
		return nil, err
	}
	rows := []Callback{row}
	err = s.introduce(ctx, s.deps.DB.Read(), v.Corp, rows)
	return &rows[0], err
}

// RawText is the decrypted text of a callback as it came.
type RawText struct {
	Raw string `json:"raw"`
}

// Raw gives the raw text of a callback. It holds personal data.
func (s *service) Raw(ctx context.Context, in *callbackInput) (*RawText, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := callbackIn(ctx, s.deps.DB.Read(), v, in.ID); err != nil {
		return nil, err
	}
	web.Note(ctx, web.Change{Object: "callback:" + in.ID.String()})
	raw, err := rawOf(ctx, s.deps.DB.Read(), v.Corp, in.ID)
	return &RawText{Raw: v.MaskText(raw)}, err
}

// Replay translates a callback again and gives it as it stands afterwards: waiting when
// the queue is busy.
func (s *service) Replay(ctx context.Context, in *callbackInput) (*Callback, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := callbackIn(ctx, s.deps.DB.Read(), v, in.ID); err != nil {
		return nil, err
	}
	if _, err := s.deps.Mirror.Replay(ctx, v, in.ID); err != nil {
		return nil, err
	}
	return s.Callback(ctx, in)
}

// tiles tells the first page what needs somebody (ask.Tiles). Who may not see the event
// log, or not all of the corp, gets none.
func (s *service) tiles(ctx context.Context, v viewer.Viewer) ([]ask.Tile, error) {
	if !v.Can(mayRead) || v.Scope.Reach != viewer.All {
		return nil, nil
	}
	counts, err := s.deps.Queue.Counts(ctx, v.Corp)
	if err != nil {
		return nil, err
	}
	failed, err := failedIn(ctx, s.deps.DB.Read(), v.Corp)
	if err != nil {
		return nil, err
	}
	return []ask.Tile{
		{Key: "eventlog.failed", Value: failed, Href: "/eventlog?state=failed", Level: "warning"},
		{Key: "eventlog.dead", Value: counts[job.Dead], Href: "/eventlog?tab=jobs&status=dead", Level: "error"},
	}, nil
}
