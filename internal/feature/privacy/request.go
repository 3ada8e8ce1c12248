package privacy

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Kind is what a request is for.
type Kind string

// The kinds.
const (
	Export Kind = "export"
	Erase  Kind = "erase"
)

// State is how far a request is.
type State string

// The states. Waiting and Running end in one of the next three; an export that is Done
// ends in Expired.
const (
	Waiting   State = "waiting"
	Running   State = "running"
	Done      State = "done"
	Failed    State = "failed"
	Cancelled State = "cancelled"
	Expired   State = "expired"
)

func (s State) open() bool { return s == Waiting || s == Running }

// Part is what one holding had and what became of it.
type Part struct {
	Key  string `json:"key"`
	ZH   string `json:"zh"`
	EN   string `json:"en"`
	Rows int64  `json:"rows" doc:"rows that were held when the request began"`
	Gone int64  `json:"gone" doc:"rows that were erased so far"`
	Done bool   `json:"done"`
	// StaysZH and StaysEN say what erasing leaves and why.
	StaysZH string `json:"staysZh,omitempty"`
	StaysEN string `json:"staysEn,omitempty"`
}

// request is one row.
type request struct {
	ID         id.ID  `bun:"id"`
	Corp       string `bun:"corp_id"`
	Kind       Kind   `bun:"kind"`
	State      State  `bun:"state"`
	Customer   string `bun:"customer"`
	CustomerID id.ID  `bun:"customer_id"`
	Hash       string `bun:"hash"`
	Asker      string `bun:"asker"`
	Note       string `bun:"note"`
	English    bool   `bun:"english"`
	Actor      string `bun:"actor"`
	Account    id.ID  `bun:"account_id"`
	Member     string `bun:"member_id"`
	Name       string `bun:"name"`
	Founder    bool   `bun:"founder"`
	PartsJSON  string `bun:"parts"`
	Follows    int64  `bun:"follows"`
	Bytes      int64  `bun:"bytes"`
	Error      string `bun:"error"`
	Job        id.ID  `bun:"job_id"`
	CreatedAt  int64  `bun:"created_at"`
	FinishedAt int64  `bun:"finished_at"`
	ExpiresAt  int64  `bun:"expires_at"`
}

// key is where the file of an export lies.
func (r request) key() string { return fileKey(r.Corp, r.ID) }

func fileKey(corp string, request id.ID) string {
	return slug + "/" + corp + "/" + request.String() + ".zip"
}

// who finds the rights of who took the request up, as they are now.
func (r request) who() viewer.Who {
	return viewer.Who{Corp: r.Corp, Account: r.Account, Member: r.Member, Name: r.Name, Founder: r.Founder}
}

func (r request) parts() ([]Part, error) {
	parts := []Part{}
	err := json.Unmarshal([]byte(r.PartsJSON), &parts)
	return parts, err
}

func partsJSON(parts []Part) (string, error) {
	raw, err := json.Marshal(parts)
	return db.Clean(string(raw)), err
}

// hashOf tells whether two requests were for the same person, and not who that is: nobody
// finds an external_userid by it who does not have it.
func hashOf(corp, customer string) string {
	sum := sha256.Sum256([]byte(corp + "\n" + customer))
	return hex.EncodeToString(sum[:])
}

// View is a request as the console shows it.
type View struct {
	ID    id.ID `json:"id"`
	Kind  Kind  `json:"kind" enum:"export,erase"`
	State State `json:"state" enum:"waiting,running,done,failed,cancelled,expired"`
	// Customer and CustomerName are absent once he is erased, or was never seen by the viewer.
	Customer     *id.ID      `json:"customer,omitempty"`
	CustomerName string      `json:"customerName,omitempty"`
	Hash         string      `json:"hash" doc:"SHA-256 of corp and external_userid"`
	Asker        string      `json:"asker" enum:"person,representative,company,authority" doc:"who asked for it"`
	Note         string      `json:"note,omitempty" doc:"how and why; erased together with the person"`
	By           string      `json:"by"`
	Mine         bool        `json:"mine" doc:"only who took it up may fetch the file"`
	Parts        []Part      `json:"parts"`
	Follows      int64       `json:"follows" doc:"members who still followed him after the erasure: WeCom brings him back"`
	Bytes        int64       `json:"bytes"`
	Error        web.Because `json:"error,omitzero" doc:"why it came to nothing"`
	CreatedAt    int64       `json:"createdAt"`
	FinishedAt   int64       `json:"finishedAt,omitempty"`
	ExpiresAt    int64       `json:"expiresAt,omitempty"`
}

func (r request) view(v viewer.Viewer, name string) (View, error) {
	parts, err := r.parts()
	view := View{
		ID: r.ID, Kind: r.Kind, State: r.State, CustomerName: name, Hash: r.Hash, Asker: r.Asker, Note: v.MaskText(r.Note), By: r.Name, Mine: r.Actor == v.Actor(),
		Parts: parts, Follows: r.Follows, Bytes: r.Bytes, Error: web.KeptWhy(r.Error), CreatedAt: r.CreatedAt, FinishedAt: r.FinishedAt, ExpiresAt: r.ExpiresAt,
	}
	if name != "" {
		view.Customer = &r.CustomerID
	}
	return view, err
}
