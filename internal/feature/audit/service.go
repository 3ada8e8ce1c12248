package audit

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// Check is what the last proof of a chain said.
type Check struct {
	Corp       string `json:"-" bun:"corp_id"`
	State      string `json:"state" enum:"none,running,intact,broken" doc:"none: nobody has looked yet"`
	StartedAt  int64  `json:"startedAt" doc:"unix ms"`
	FinishedAt int64  `json:"finishedAt" doc:"unix ms, 0 while it runs"`
	Entries    int64  `json:"entries" doc:"that were read"`
	Seals      int64  `json:"seals" doc:"that were checked"`
	First      int64  `json:"first" doc:"number of the first entry" bun:"first_seq"`
	Last       int64  `json:"last" doc:"number of the last entry" bun:"last_seq"`
	Fault      string `json:"fault,omitempty" doc:"kind of the first fault: altered, removed, inserted, reordered, truncated, rewritten, head, seal, sealGone, checkpoint, witness, key"`
	Seq        int64  `json:"seq,omitempty" doc:"number of the entry where it is" bun:"fault_seq"`
	At         int64  `json:"at,omitempty" doc:"about when that was written, unix ms" bun:"fault_at"`
}

// The states of a check.
const (
	checkNone    = "none"
	checkRunning = "running"
	checkIntact  = "intact"
	checkBroken  = "broken"
)

// Status is how a chain stands.
type Status struct {
	First     int64  `json:"first" doc:"number of the first entry that is kept, 0 for none"`
	Last      int64  `json:"last" doc:"number of the last entry"`
	Hash      string `json:"hash" doc:"of the last entry"`
	At        int64  `json:"at" doc:"of the last entry, unix ms"`
	Days      int64  `json:"days" doc:"how long entries are kept, 0 for ever"`
	LeastDays int    `json:"leastDays" doc:"the shortest time that can be chosen"`
	Seal      *Seal  `json:"seal,omitempty" doc:"the last seal"`
	Check     Check  `json:"check"`
	// Installation is true when the viewer may look at what belongs to no corp.
	Installation bool `json:"installation"`
}

type chainInput struct {
	Chain string `query:"chain" enum:"corp,installation" doc:"installation: what belongs to no corp"`
}

// asked finds who asks, and whose chain he means.
func asked(ctx context.Context, chain string) (v viewer.Viewer, corp string, err error) {
	if v, err = viewer.From(ctx); err != nil {
		return v, "", err
	}
	corp, err = chainOf(v, chain)
	return v, corp, err
}

// GetStatus shows how the chain stands.
func (s *service) GetStatus(ctx context.Context, in *chainInput) (*Status, error) {
	v, corp, err := asked(ctx, in.Chain)
	if err != nil {
		return nil, err
	}
	q := s.db.Read()
	h, _, err := headOf(ctx, q, corp)
	if err != nil {
		return nil, err
	}
	p, _, err := checkpointOf(ctx, q, corp)
	if err != nil {
		return nil, err
	}
	out := &Status{Last: h.Seq, Hash: h.Hash, At: h.At, LeastDays: leastDays, Installation: v.Can(mayInstallation)}
	if h.Seq > p.Seq {
		out.First = p.Seq + 1
	}
	if out.Days, err = daysKept(ctx, q, corp); err != nil {
		return nil, err
	}
	last, ok, err := lastSeal(ctx, q, corp, false)
	if err != nil {
		return nil, err
	}
	if ok {
		out.Seal = &last
	}
	out.Check, err = checkOf(ctx, q, corp)
	return out, err
}

const checkColumns = `corp_id, state, started_at, finished_at, entries, seals, first_seq, last_seq, fault, fault_seq, fault_at`

func checkOf(ctx context.Context, q db.Querier, corp string) (c Check, err error) {
	err = q.NewRaw(`SELECT `+checkColumns+` FROM audit_check WHERE corp_id = ?`, corp).Scan(ctx, &c)
	if db.NoRows(err) {
		return Check{State: checkNone}, nil
	}
	return c, err
}

func putCheck(ctx context.Context, tx db.Tx, c Check) error {
	_, err := tx.NewRaw(`INSERT INTO audit_check (`+checkColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (corp_id) DO UPDATE SET state = excluded.state, started_at = excluded.started_at, finished_at = excluded.finished_at,
		entries = excluded.entries, seals = excluded.seals, first_seq = excluded.first_seq, last_seq = excluded.last_seq,
		fault = excluded.fault, fault_seq = excluded.fault_seq, fault_at = excluded.fault_at`,
		c.Corp, c.State, c.StartedAt, c.FinishedAt, c.Entries, c.Seals, c.First, c.Last, c.Fault, c.Seq, c.At).Exec(ctx)
	return err
}

// verifyWait is how long a person waits for a proof before he is told that it runs.
const verifyWait = 5 * time.Second

// Verify has the chain proved from end to end and gives the result, or that it runs.
func (s *service) Verify(ctx context.Context, in *chainInput) (*Check, error) {
	_, corp, err := asked(ctx, in.Chain)
	if err != nil {
		return nil, err
	}
	var made id.ID
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		// What was found last is told until something else is: this proof may come to nothing.
		c, err := checkOf(ctx, tx, corp)
		if err != nil {
			return err
		}
		c.Corp, c.State, c.StartedAt, c.FinishedAt = corp, checkRunning, db.NowMS(s.clock), 0
		if err := putCheck(ctx, tx, c); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "audit:chain"})
		made, err = s.jobs.InsertOne(ctx, tx, job.Insert{
			Kind: kindVerify, Corp: corp, Args: verifyArgs{corp}, Unique: corp, UniqueFor: job.HoldOpen,
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	if _, err := s.jobs.RunNow(ctx, made, verifyWait); err != nil {
		return nil, err
	}
	c, err := checkOf(ctx, s.db.Read(), corp)
	return &c, err
}

// SealNow signs the head of the chain as it is.
func (s *service) SealNow(ctx context.Context, in *chainInput) (*Seal, error) {
	_, corp, err := asked(ctx, in.Chain)
	if err != nil {
		return nil, err
	}
	var made Seal
	err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		made, err = s.recorder.chain.seal(ctx, tx, corp, 0, s.clock.Now())
		web.Note(ctx, web.Change{Object: "audit:chain", After: map[string]any{"number": made.Number, "seq": made.Seq, "hash": made.Hash}})
		return err
	})
	return &made, err
}

// Setting is how long a corp keeps its entries.
type Setting struct {
	Days int64 `json:"days" minimum:"0" maximum:"36500" doc:"0 for ever"`
}

type settingInput struct {
	Chain string `query:"chain" enum:"corp,installation"`
	Body  Setting
}

// PutSetting changes how long entries are kept, everybody's; the next night removes what is older.
func (s *service) PutSetting(ctx context.Context, in *settingInput) (*Setting, error) {
	v, corp, err := asked(ctx, in.Chain)
	if err != nil {
		return nil, err
	}
	if !v.SeesAll() {
		return nil, fault.New(fault.Forbidden, "保留期限对整个企业的操作日志生效，您的数据范围不足").WithAdvice("请由数据范围为「全部」的管理员修改")
	}
	var check fault.Check
	check.That(in.Body.Days == 0 || in.Body.Days >= leastDays, "days", fmt.Sprintf("至少保留 %d 天（《网络安全法》要求网络日志留存不少于六个月），或填 0 永久保留", leastDays))
	if err := check.Err(); err != nil {
		return nil, err
	}
	return &in.Body, s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		before, err := daysKept(ctx, tx, corp)
		if err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "audit:retention", Before: Setting{before}, After: in.Body})
		return s.recorder.chain.setDays(ctx, tx, corp, in.Body.Days)
	})
}

// tiles warns of a chain that is not intact, until a later proof says otherwise.
func (s *service) tiles(ctx context.Context, v viewer.Viewer) ([]ask.Tile, error) {
	if !v.Can(mayVerify) {
		return nil, nil
	}
	c, err := checkOf(ctx, s.db.Read(), v.Corp)
	if err != nil || c.Fault == "" {
		return nil, err
	}
	return []ask.Tile{{Key: "audit.broken", Value: c.Seq, Href: "/audit", Level: "error"}}, nil
}

// prove reads the chains one after the other and writes what it finds (feature.Prove).
func (s *service) prove(ctx context.Context, w io.Writer, only string) (intact bool, err error) {
	corps, err := s.chains(ctx)
	if err != nil {
		return false, err
	}
	intact, seen := true, false
	for _, c := range corps {
		if only != "" && c != only {
			continue
		}
		seen = true
		p, err := s.recorder.chain.prove(ctx, c, func(int64, int64) error { return ctx.Err() })
		if err != nil {
			return false, err
		}
		name := c
		if c == "" {
			name = "(installation)"
		}
		if p.Fault != "" {
			intact = false
			at := ""
			if p.At != 0 {
				at = ", written about " + db.FromMS(p.At).Format(time.RFC3339)
			}
			_, err = fmt.Fprintf(w, "✗ %s: entry %d is %s%s: %s\n", name, p.Seq, p.Fault, at, faultWords(p.Fault))
		} else {
			h, _, herr := headOf(ctx, s.db.Read(), c)
			if herr != nil {
				return false, herr
			}
			_, err = fmt.Fprintf(w, "✓ %s: %d entries (%d to %d) and %d seals are intact; head %d %s\n", name, p.Entries, p.First, p.Last, p.Seals, h.Seq, h.Hash)
		}
		if err != nil {
			return false, err
		}
	}
	if !seen {
		return false, fmt.Errorf("there is no corp %q", only)
	}
	return intact, nil
}

// faultWords explain the faults on the command line.
func faultWords(fault string) string {
	return map[string]string{
		FaultAltered:    "its content does not fit its hash: it was changed, or others were put in its place",
		FaultRemoved:    "it is missing, later ones are there",
		FaultInserted:   "it was put in",
		FaultReordered:  "it and the next changed places",
		FaultTruncated:  "it and all after it are missing",
		FaultRewritten:  "a signed seal says that it was another",
		FaultHead:       "the record of the chain's end was forged or put back",
		FaultSeal:       "the signature of a seal does not fit",
		FaultSealGone:   "a seal is missing",
		FaultCheckpoint: "the record of what retention removed was forged",
		FaultWitness:    "this machine has seen the chain grow further than the database tells: an older state was put back, or all of it taken away",
		FaultKey:        "it was signed with a key that is not in the key file",
	}[fault]
}
