package main

import (
	"context"
	"errors"
	"os"

	"github.com/queqiao-scrm/queqiao/internal/app"
	"github.com/queqiao-scrm/queqiao/internal/platform/config"
)

type auditCmd struct {
	Verify auditVerify `cmd:"" help:"Prove that nobody has altered, removed, inserted, reordered or cut off entries of the audit log."`
}

type auditVerify struct {
	Corp string `help:"Only the log of this corpid. Default: of every corp, and what belongs to none."`
}

// errTampered ends the command with a failure; the lines above it say where and how.
var errTampered = errors.New("the audit log was tampered with; keep everything as it is")

// Run reads the log from end to end. The server may go on meanwhile.
func (x auditVerify) Run(ctx context.Context, c *commands) error {
	return c.withApp(ctx, func(a *app.App, _ *config.Loaded) error {
		for _, f := range a.Features {
			if f.Prove == nil {
				continue
			}
			intact, err := f.Prove(ctx, os.Stdout, x.Corp)
			if err != nil {
				return err
			}
			if !intact {
				return errTampered
			}
		}
		return nil
	})
}
