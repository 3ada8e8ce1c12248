package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/app"
	"github.com/queqiao-scrm/queqiao/internal/platform/config"
)

type doctor struct{}

// errSick says that a check failed; the list above it says which.
var errSick = errors.New("something needs your attention")

// Run prints every setting with its origin, then checks database, corps and WeCom.
func (doctor) Run(ctx context.Context, c *commands) error {
	cfg, err := c.load(nil)
	if err != nil {
		return err
	}
	t := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	_, _ = fmt.Fprintln(t, "SETTING\tVALUE\tFROM\tENVIRONMENT")
	for _, s := range cfg.Explain() {
		_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", s.Name, s.Value, s.Origin, s.Env)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Println()
	sick := false
	check := func(what string, err error) {
		if err != nil {
			sick = true
			fmt.Printf("✗ %s: %v\n", what, err)
			return
		}
		fmt.Printf("✓ %s\n", what)
	}
	err = c.withApp(ctx, func(a *app.App, _ *config.Loaded) error {
		check("database answers ("+string(a.DB.Engine())+")", a.DB.Ping(ctx))
		pending, err := a.DB.Pending(ctx, a.Sets()...)
		if err == nil && len(pending) > 0 {
			err = fmt.Errorf("%d migrations are missing; run \"queqiao migrate\"", len(pending))
		}
		check("database is up to date", err)
		if err == nil {
			corps, err := a.Corps.Corps(ctx)
			check(fmt.Sprintf("%d corps are connected", len(corps)), err)
			for _, x := range corps {
				check("WeCom answers for "+x.Name, askWeCom(ctx, a, x.ID))
			}
		}
		return nil
	})
	check("program can be put together", err)
	if sick {
		return errSick
	}
	return nil
}

// askWeCom makes the cheapest call that proves secret, trusted address and permission.
func askWeCom(ctx context.Context, a *app.App, corp string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	client, err := a.Corps.Client(ctx, corp)
	if err != nil {
		return err
	}
	_, err = client.ListFollowUsers(ctx)
	return err
}
