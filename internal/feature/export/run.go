package export

import (
	"encoding/json"
	"slices"

	"github.com/queqiao-scrm/queqiao/internal/feature"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// State is how far a file is.
type State string

// The states. Waiting and Running end in one of the next three; Done ends in Expired.
const (
	Waiting   State = "waiting"
	Running   State = "running"
	Done      State = "done"
	Failed    State = "failed"
	Cancelled State = "cancelled"
	Expired   State = "expired"
)

func (s State) open() bool { return s == Waiting || s == Running }

// Run is one file that somebody asked for.
type Run struct {
	ID      id.ID  `bun:"id"`
	Corp    string `bun:"corp_id"`
	List    string `bun:"list"`
	Format  string `bun:"format"`
	English bool   `bun:"english"`
	Columns string `bun:"columns"`
	Filter  string `bun:"filter"`
	Owner   string `bun:"owner"`
	Account id.ID  `bun:"account_id"`
	Member  string `bun:"member_id"`
	Name    string `bun:"name"`
	Founder bool   `bun:"founder"`
	State   State  `bun:"state"`
	Written int64  `bun:"written"`
	Total   int64  `bun:"total"`
	Bytes   int64  `bun:"bytes"`
	Error   string `bun:"error"`
	Members string `bun:"members"`
	Phones  bool   `bun:"phones"`
	Job     id.ID  `bun:"job_id"`

	CreatedAt  int64 `bun:"created_at"`
	FinishedAt int64 `bun:"finished_at"`
	ExpiresAt  int64 `bun:"expires_at"`
}

// key is where the file lies.
func (r Run) key() string { return "export/" + r.Corp + "/" + r.ID.String() + "." + r.Format }

// who finds the owner's rights as they are now.
func (r Run) who() viewer.Who {
	return viewer.Who{Corp: r.Corp, Account: r.Account, Member: r.Member, Name: r.Name, Founder: r.Founder}
}

// query is what the file shall hold, for a viewer.
func (r Run) query(v viewer.Viewer) (feature.ExportQuery, error) {
	q := feature.ExportQuery{Viewer: v, Filter: json.RawMessage(r.Filter), English: r.English}
	return q, json.Unmarshal([]byte(r.Columns), &q.Columns)
}

// seen is whose rows a viewer may see, as the file remembers it: ” for everybody's.
func seen(v viewer.Viewer) (string, error) {
	if v.Scope.Reach == viewer.All {
		return "", nil
	}
	members := []string{}
	for _, m := range append(slices.Clone(v.Scope.Members), v.Member) {
		if m != "" && v.Sees(m) && !slices.Contains(members, m) {
			members = append(members, m)
		}
	}
	raw, err := json.Marshal(members)
	return string(raw), err
}

// covers tells whether a viewer may still see all that the file may hold.
func (r Run) covers(v viewer.Viewer) (bool, error) {
	if r.Phones && !v.Can(viewer.PermissionPhone) {
		return false, nil
	}
	if v.Scope.Reach == viewer.All {
		return true, nil
	}
	if r.Members == "" {
		return false, nil
	}
	var members []string
	if err := json.Unmarshal([]byte(r.Members), &members); err != nil {
		return false, err
	}
	return !slices.ContainsFunc(members, func(m string) bool { return !v.Sees(m) }), nil
}
