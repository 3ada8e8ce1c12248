package main

import (
	"context"
	"fmt"

	"github.com/queqiao-scrm/queqiao/internal/app"
	"github.com/queqiao-scrm/queqiao/internal/platform/config"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

type secretCmd struct {
	Rotate secretRotate `cmd:"" help:"Add a new key to the key file and seal every stored secret under it. The server may go on meanwhile. Back the key file up afterwards. Where the keys are given by secret.keys, nothing is added: append a new one there first."`
	Key    secretKey    `cmd:"" help:"Print a new key for secret.keys."`
}

type secretKey struct{}

// Run prints a key. Nothing knows it before the operator puts it into his settings.
func (secretKey) Run() error {
	_, err := fmt.Println(secret.NewKey().Reveal())
	return err
}

type secretRotate struct{}

// Run adds a key and seals anew. When it is interrupted, run it again: what was sealed
// under any key of the file opens.
func (secretRotate) Run(ctx context.Context, c *commands) error {
	cfg, err := c.load(nil)
	if err != nil {
		return err
	}
	given := !cfg.Secret.Keys.IsZero()
	if !given {
		if err := secret.Rotate(cfg.KeyFile()); err != nil {
			return err
		}
	}
	return c.withApp(ctx, func(a *app.App, _ *config.Loaded) error {
		n := 0
		command := web.Command{Operation: "setup.terminalRotate", Summary: "在终端更换密钥并重新加密", Line: "secret rotate", Destructive: true}
		err := a.Web.Run(ctx, command, func(ctx context.Context) (err error) {
			n, err = a.Reseal(ctx)
			web.Note(ctx, web.Change{Object: "keys:file", After: map[string]int{"values": n}})
			return err
		})
		if err != nil {
			return err
		}
		if given {
			fmt.Printf("%d values were sealed under the last of the given keys.\nKeep the older ones in secret.keys: backups and the audit log's signatures need them.\n", n)
			return nil
		}
		fmt.Printf("a new key was added to %s, %d values were sealed under it.\nBack the file up. Copy it to every node. The old keys stay in it: backups and the audit log's signatures need them.\n", absolute(cfg.KeyFile()), n)
		return nil
	})
}
