package tag

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// WeCom's limits (doc 92117).
const (
	maxName   = 30     // characters of a tag or group
	maxTags   = 10_000 // tags of a corp at WeCom
	maxAtOnce = 100    // names in one form: ours
	maxOwn    = 5_000  // platform tags of a corp: ours
	maxOrder  = 1 << 32
)

// Library is the tag library as the console shows it.
type Library struct {
	Groups []Group `json:"groups"`
	// Used and Most are WeCom's tags and how many it allows.
	Used    int   `json:"used"`
	Most    int   `json:"most"`
	Waiting int   `json:"waiting" doc:"changes that are on their way to WeCom"`
	Counted int64 `json:"counted" doc:"unix ms when customers were last counted, 0 = never"`
}

// Group is a tag group with what is known of it.
type Group struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Own   bool   `json:"own" doc:"platform tags, which WeCom does not know"`
	Ours  *bool  `json:"ours,omitempty" doc:"made by this app, so that it can be changed here; absent: not known"`
	Sight *Sight `json:"sight,omitempty" doc:"absent: everybody sees the group"`
	Add   bool   `json:"add" doc:"the viewer may add tags"`
	Tags  []Tag  `json:"tags"`
}

// Tag is a tag with what is known of it.
type Tag struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Ours    *bool  `json:"ours,omitempty"`
	Follows int64  `json:"follows" doc:"standing follows in the viewer's scope that carry it, as counted last"`
}

type tagLibraryInput struct{}

// Library shows the groups that the viewer may see.
func (s *service) Library(ctx context.Context, _ *tagLibraryInput) (*Library, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	q := s.db.Read()
	all, err := mirror.TagLibrary(ctx, q, v.Corp)
	if err != nil {
		return nil, err
	}
	sights, circle, err := s.sights(ctx, q, v)
	if err != nil {
		return nil, err
	}
	owners, err := owners(ctx, q, v.Corp)
	if err != nil {
		return nil, err
	}
	counts, err := countsByTag(ctx, q, v)
	if err != nil {
		return nil, err
	}
	out := &Library{Groups: []Group{}, Most: maxTags}
	if out.Counted, err = countedAt(ctx, q, v.Corp); err != nil {
		return nil, err
	}
	if out.Waiting, err = waitingChanges(ctx, q, v.Corp); err != nil {
		return nil, err
	}
	for _, g := range all {
		if !g.Own() {
			out.Used += len(g.Tags)
		}
		sight, limited := sights[g.ID]
		if limited && !sight.seenBy(v, circle) {
			continue
		}
		group := Group{ID: g.ID, Name: g.Name, Own: g.Own(), Tags: []Tag{}, Add: v.Can(permissionWrite) || limited && sight.addedBy(circle)}
		if limited && v.Can(permissionWrite) {
			group.Sight = &sight
		}
		if ours, known := owners[g.ID]; known && !g.Own() {
			group.Ours = &ours
		}
		for _, t := range g.Tags {
			tag := Tag{ID: t.ID, Name: t.Name, Follows: counts[t.ID].Follows}
			if ours, known := owners[t.ID]; known && !g.Own() {
				tag.Ours = &ours
			}
			group.Tags = append(group.Tags, tag)
		}
		out.Groups = append(out.Groups, group)
	}
	return out, nil
}

// names checks the names of new tags and gives them trimmed, each once.
func names(check *fault.Check, field string, given []string) []string {
	var out []string
	for _, n := range given {
		n = strings.TrimSpace(n)
		if n == "" {
			continue
		}
		nameFits(check, field, n)
		if !slices.Contains(out, n) {
			out = append(out, n)
		}
	}
	check.That(len(out) > 0, field, "请至少填写一个标签：企业微信不允许空的标签组")
	return out
}

func nameFits(check *fault.Check, field, n string) {
	check.That(n != "", field, "请填写名称")
	check.That(utf8.RuneCountInString(n) <= maxName, field, "名称最多 30 个字："+n)
	check.That(n == db.Clean(n), field, "名称含有无效字符")
}

// found is a tag or a group of the library.
type found struct {
	group mirror.TagGroup
	tag   *mirror.Tag // nil when it is the group itself
}

func (f found) name() string {
	if f.tag != nil {
		return f.tag.Name
	}
	return f.group.Name
}

// find looks a tag or group up; not found also when the viewer may not see it.
func (s *service) find(ctx context.Context, v viewer.Viewer, id string) (found, []mirror.TagGroup, error) {
	all, err := mirror.TagLibrary(ctx, s.db.Read(), v.Corp)
	if err != nil {
		return found{}, nil, err
	}
	hidden, err := s.hidden(ctx, s.db.Read(), v)
	if err != nil {
		return found{}, nil, err
	}
	for _, g := range all {
		if hidden[g.ID] {
			continue
		}
		if g.ID == id {
			return found{group: g}, all, nil
		}
		for _, t := range g.Tags {
			if t.ID == id {
				return found{group: g, tag: &t}, all, nil
			}
		}
	}
	return found{}, all, fault.Missing("标签")
}

// owners says of which tags and groups it is known who made them.
func owners(ctx context.Context, q db.Querier, corp string) (map[string]bool, error) {
	var rows []struct {
		Tag  string `bun:"tag"`
		Ours bool   `bun:"ours"`
	}
	err := q.NewRaw("SELECT tag, ours FROM tag_owner WHERE corp_id = ?", corp).Scan(ctx, &rows)
	known := make(map[string]bool, len(rows))
	for _, r := range rows {
		known[r.Tag] = r.Ours
	}
	return known, err
}

func putOwners(ctx context.Context, tx db.Tx, corp string, tags []string, ours bool) error {
	var rows db.Rows
	for _, t := range tags {
		rows = append(rows, []any{corp, t, ours})
	}
	if len(rows) == 0 {
		return nil
	}
	_, err := tx.NewRaw("INSERT INTO tag_owner (corp_id, tag, ours) VALUES ? ON CONFLICT (corp_id, tag) DO UPDATE SET ours = excluded.ours", rows).Exec(ctx)
	return err
}

// text writes a value for a column of JSON.
func text(value any) string {
	raw, err := json.Marshal(value)
	if err != nil {
		return "null" // only plain structs and lists are written
	}
	return db.Clean(string(raw))
}

// read reads what text wrote; what cannot be read is left empty.
func read[T any](raw string) (value T) {
	if raw == "" || json.Unmarshal([]byte(raw), &value) != nil {
		var none T
		return none
	}
	return value
}
