package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"github.com/uptrace/bun"

	"github.com/queqiao-scrm/queqiao/internal/platform/id"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// entry is a row of the log.
type entry struct {
	bun.BaseModel `bun:"table:audit_entry,alias:e"`

	Corp       string      `bun:"corp_id,pk"`
	Seq        int64       `bun:"seq,pk"`
	ID         id.ID       `bun:"id"`
	At         int64       `bun:"at"`
	Actor      string      `bun:"actor"`
	ActorName  string      `bun:"actor_name"`
	Member     string      `bun:"member_id"`
	OnBehalf   string      `bun:"on_behalf"`
	Audience   string      `bun:"audience"`
	Operation  string      `bun:"operation"`
	Action     string      `bun:"action"`
	Summary    string      `bun:"summary"`
	Target     string      `bun:"target"`
	Object     string      `bun:"object"`
	ObjectName string      `bun:"object_name"`
	Changes    string      `bun:"changes"`
	Outcome    web.Outcome `bun:"outcome"`
	Status     int         `bun:"status"`
	Code       string      `bun:"code"`
	Took       int64       `bun:"took"`
	Address    string      `bun:"address"`
	Agent      string      `bun:"agent"`
	Reference  string      `bun:"reference"`
	Dangerous  bool        `bun:"dangerous"`
	Skipped    int64       `bun:"skipped"`
	Hash       string      `bun:"hash"`
}

// genesis is the hash before the first entry of a chain.
const genesis = "0000000000000000000000000000000000000000000000000000000000000000"

// canonical is the text of an entry that is hashed: a version, then every column but the
// hash, each with its length in bytes before it, so that no text can pretend to be two.
func (e *entry) canonical() []byte {
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	fields := []string{
		e.Corp, number(e.Seq), number(int64(e.ID)), number(e.At), e.Actor, e.ActorName, e.Member, e.OnBehalf, e.Audience, e.Operation,
		e.Action, e.Summary, e.Target, e.Object, e.ObjectName, e.Changes, string(e.Outcome), number(int64(e.Status)), e.Code,
		number(e.Took), e.Address, e.Agent, e.Reference, strconv.FormatBool(e.Dangerous), number(e.Skipped),
	}
	return lengthened("queqiao audit entry 1", fields)
}

// lengthened joins fields so that only these fields make this text.
func lengthened(head string, fields []string) []byte {
	b := append([]byte(head), '\n')
	for _, f := range fields {
		b = strconv.AppendInt(b, int64(len(f)), 10)
		b = append(append(append(b, ':'), f...), '\n')
	}
	return b
}

// hashAfter is the hash of the entry when the one before it has that hash.
func (e *entry) hashAfter(previous string) string {
	h := sha256.New()
	_, _ = h.Write([]byte(previous + "\n")) // never fails (hash.Hash)
	_, _ = h.Write(e.canonical())
	return hex.EncodeToString(h.Sum(nil))
}

// as gives a copy of the entry that stands at another place.
func (e *entry) as(seq int64) *entry {
	moved := *e
	moved.Seq = seq
	return &moved
}
