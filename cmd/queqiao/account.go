package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/app"
	"github.com/queqiao-scrm/queqiao/internal/platform/config"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

type accountCmd struct {
	ResetPassword resetPassword `cmd:"" help:"Give a local account a made-up password, to be changed at the next sign-in, and sign it out everywhere."`
}

type resetPassword struct {
	Name string `arg:"" help:"Sign-in name of the local account."`
	TOTP bool   `name:"totp" help:"Remove the second step too, when the phone and the recovery codes are lost."`
}

// Run works beside a running server: the new password holds at once.
func (x resetPassword) Run(ctx context.Context, c *commands) error {
	args := []string{x.Name}
	if x.TOTP {
		args = append(args, "totp")
	}
	return c.withApp(ctx, func(a *app.App, _ *config.Loaded) error {
		for _, f := range a.Features {
			operation := f.Operator["reset-password"]
			if f.Slug != "account" || operation == nil {
				continue
			}
			var lines []string
			command := web.Command{
				Operation: "account.terminalReset", Summary: "在终端重置本地账号的密码", Line: "account reset-password " + strings.Join(args, " "), Destructive: true,
			}
			err := a.Web.Run(ctx, command, func(ctx context.Context) (err error) {
				lines, err = operation(ctx, args)
				return err
			})
			if err != nil {
				return err
			}
			for _, line := range lines {
				fmt.Println(line)
			}
			return nil
		}
		return errors.New("this program has no accounts")
	})
}
