package audit

import (
	"context"
	"fmt"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/job"
)

// witnessed is how a chain stands to what this machine has seen of it.
type witnessed int

const (
	unseen witnessed = iota // nothing is recorded, or this machine has no witness of it
	fits
	behind // the database tells less than this machine has seen
)

// compare looks whether a chain reaches as far as this machine has seen it reach; there
// tells whether it has a head at all.
func (c *chain) compare(ctx context.Context, corp string) (state witnessed, there bool, err error) {
	seen, ok, err := c.witness.said(corp) // before the head, which is never behind it
	if err != nil {
		return unseen, false, err
	}
	h, there, err := headOf(ctx, c.db.Read(), corp)
	if err != nil || !ok {
		return unseen, there, err
	}
	fault, err := signatureFault(c.box.Verify(forHead, seen.text(), seen.Signature), FaultWitness)
	switch {
	case err != nil || fault == FaultKey: // by a key that is gone: it says nothing
		return unseen, there, err
	case fault != "":
		return behind, there, nil
	case seen.ahead(h) || seen.Seq == h.Seq && seen.Hash != h.Hash:
		return behind, there, nil
	}
	return fits, there, nil
}

// start has each chain proved that tells less than this machine has seen. Every node looks
// for itself; asking twice for a proof makes one.
func (s *service) start(ctx context.Context) error {
	chains, err := s.chains(ctx)
	if err != nil {
		return err
	}
	for _, c := range chains {
		state, _, err := s.recorder.chain.compare(ctx, c)
		if err != nil {
			return err
		}
		if state != behind {
			continue
		}
		s.log.ErrorContext(ctx, "the database tells less of the audit log than this machine has seen", "corp", c)
		err = s.db.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
			_, err := s.jobs.InsertOne(ctx, tx, job.Insert{Kind: kindVerify, Corp: c, Args: verifyArgs{c}, Unique: c, UniqueFor: job.HoldOpen})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// examine tells whether this machine keeps a witness, for the installation's report. A new
// node has none until it writes or proves: that is said, and is no fault.
func (s *service) examine(ctx context.Context) []corp.Finding {
	f := corp.Finding{Check: "witness", State: corp.CheckOK}
	chains, err := s.chains(ctx)
	missing, short := 0, 0
	for _, c := range chains {
		if err != nil {
			break
		}
		var state witnessed
		var there bool
		state, there, err = s.recorder.chain.compare(ctx, c)
		switch {
		case state == behind:
			short++
		case state == unseen && there:
			missing++
		}
	}
	switch {
	case err != nil:
		s.log.WarnContext(ctx, "the witness of the audit log cannot be read", "error", err)
		f.State = corp.CheckWarn
		f.Found = corp.Words{ZH: "无法读取操作日志的见证", EN: "The witness of the audit log cannot be read"}
		f.Advice = corp.Words{ZH: "请检查目录 " + s.recorder.chain.witness.dir, EN: "See to the folder " + s.recorder.chain.witness.dir}
	case short > 0:
		f.State = corp.CheckFail
		f.Found = corp.Words{
			ZH: fmt.Sprintf("%d 条操作日志链比本机见过的短：数据库被换回旧的状态，或日志被删除", short),
			EN: fmt.Sprintf("%d chains of the audit log are shorter than this machine has seen them: an older database was put back, or entries were taken away", short),
		}
		f.Advice = corp.Words{ZH: "请执行 queqiao audit verify；若是您自己恢复了备份，见运维文档", EN: "Run: queqiao audit verify; if you put a backup back yourself, see the operating guide"}
	case missing > 0:
		f.State = corp.CheckWarn
		f.Found = corp.Words{
			ZH: fmt.Sprintf("本机还没有 %d 条操作日志链的见证", missing),
			EN: fmt.Sprintf("This machine has no witness of %d chains of the audit log yet", missing),
		}
		f.Advice = corp.Words{ZH: "新节点在写入或校验操作日志后即有；否则请检查目录 " + s.recorder.chain.witness.dir, EN: "A new node has it once it writes or verifies the log; else see to the folder " + s.recorder.chain.witness.dir}
	default:
		f.Found = corp.Words{ZH: "操作日志与本机的见证相符", EN: "The audit log fits what this machine has seen of it"}
	}
	return []corp.Finding{f}
}
