package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/queqiao-scrm/queqiao/internal/app"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/config"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/secret"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

type migrate struct{}

// Run applies what is missing and says what it did.
func (migrate) Run(ctx context.Context, c *commands) error {
	return c.withApp(ctx, func(a *app.App, _ *config.Loaded) error {
		pending, err := a.DB.Pending(ctx, a.Sets()...)
		if err != nil {
			return err
		}
		if err := a.DB.Migrate(ctx, a.Sets()...); err != nil {
			return err
		}
		if len(pending) > 0 {
			// Afterwards, because the log itself may be among what was missing.
			command := web.Command{Operation: "setup.terminalMigrate", Summary: "在终端升级数据库", Line: "migrate"}
			err := a.Web.Run(ctx, command, func(ctx context.Context) error {
				web.Note(ctx, web.Change{Object: "database:migrations", After: map[string]any{"applied": pending, "version": version}})
				return nil
			})
			if err != nil {
				return err
			}
		}
		for _, p := range pending {
			fmt.Println("applied", p)
		}
		fmt.Println("the database is up to date")
		return nil
	})
}

// withApp builds the program without starting it.
func (c *commands) withApp(ctx context.Context, do func(*app.App, *config.Loaded) error) error {
	cfg, err := c.load(nil)
	if err != nil {
		return err
	}
	a, err := newApp(ctx, cfg.Config, logger(cfg.Log), app.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }() // nothing of ours is under way
	return do(a, cfg)
}

type corpCmd struct {
	List corpList `cmd:"" help:"List the connected corps."`
	Add  corpAdd  `cmd:"" help:"Connect a corp by its self-built app, or change the connection."`
}

type corpList struct{}

// Run lists the corps.
func (corpList) Run(ctx context.Context, c *commands) error {
	return c.withApp(ctx, func(a *app.App, _ *config.Loaded) error {
		corps, err := a.Corps.Corps(ctx)
		if err != nil {
			return err
		}
		t := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
		_, _ = fmt.Fprintln(t, "CORPID\tNAME\tTIME ZONE\tSTATUS")
		for _, x := range corps {
			_, _ = fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", x.ID, x.Name, x.TimeZone, x.Status)
		}
		return t.Flush()
	})
}

type corpAdd struct {
	ID       string `arg:"" help:"corpid (企业ID)"`
	Name     string `required:"" help:"Name shown in the console."`
	TimeZone string `default:"Asia/Shanghai" help:"IANA time zone."`
	Agent    int64  `required:"" help:"AgentId of the self-built app."`
	Path     string `help:"Last part of the callback address. Default: the corpid."`
	Secrets  string `default:"-" help:"File with three lines: Secret, Token, EncodingAESKey. - is standard input, so that none of them stands in the shell's history."`
}

// Run saves the corp and its app.
func (x corpAdd) Run(ctx context.Context, c *commands) error {
	raw, err := readSecrets(x.Secrets)
	if err != nil {
		return err
	}
	lines := strings.Fields(string(raw))
	if len(lines) != 3 {
		return fmt.Errorf("want three lines (Secret, Token, EncodingAESKey), got %d", len(lines))
	}
	path := x.Path
	if path == "" {
		path = x.ID
	}
	return c.withApp(ctx, func(a *app.App, cfg *config.Loaded) error {
		command := web.Command{Operation: "setup.terminalCorp", Summary: "在终端接入企业或修改接入", Line: "corp add " + x.ID, Corp: x.ID, Destructive: true}
		err := a.Web.Run(ctx, command, func(ctx context.Context) error { return x.save(ctx, a, path, lines) })
		if err != nil {
			return err
		}
		fmt.Printf("saved. In WeCom's admin console set 接收消息服务器 of the app to\n  %s/callback/%s\n", cfg.PublicURL(), path)
		return nil
	})
}

// corpState is what the audit log keeps of a connection. Of its secrets it says only which
// were replaced.
type corpState struct {
	ID       string      `json:"id"`
	Name     string      `json:"name"`
	TimeZone string      `json:"timeZone"`
	Status   corp.Status `json:"status"`
	AgentID  int64       `json:"agentId"`
	Path     string      `json:"path"`
	Replaced []string    `json:"replaced"`
}

func stateOf(c corp.Corp, a, before corp.App) corpState {
	s := corpState{ID: c.ID, Name: c.Name, TimeZone: c.TimeZone, Status: c.Status, AgentID: a.AgentID, Path: a.Path}
	for _, one := range []struct {
		name       string
		was, until secret.Text
	}{{"Secret", before.Secret, a.Secret}, {"Token", before.Token, a.Token}, {"EncodingAESKey", before.Key, a.Key}} {
		if one.was != one.until {
			s.Replaced = append(s.Replaced, one.name)
		}
	}
	return s
}

func (x corpAdd) save(ctx context.Context, a *app.App, path string, secrets []string) error {
	after := corp.Corp{ID: x.ID, Name: x.Name, TimeZone: x.TimeZone, Status: corp.Active}
	one := corp.App{
		Corp: x.ID, Purpose: corp.MainApp, AgentID: x.Agent, Name: x.Name, Path: path,
		Secret: secret.NewText(secrets[0]), Token: secret.NewText(secrets[1]), Key: secret.NewText(secrets[2]),
	}
	change := web.Change{Object: "corp:" + x.ID, Name: x.Name}
	was := corp.App{}
	before, err := a.Corps.Corp(ctx, x.ID)
	if err == nil {
		if was, err = a.Corps.App(ctx, x.ID, corp.MainApp); err == nil || fault.CodeOf(err) == fault.NotFound {
			change.Before, err = stateOf(before, was, was), nil
		}
	} else if fault.CodeOf(err) == fault.NotFound {
		err = nil
	}
	if err != nil {
		return err
	}
	change.After = stateOf(after, one, was)
	web.Note(ctx, change) // recorded in the transaction that saves
	return a.Corps.Save(ctx, after, one)
}

func readSecrets(name string) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(io.LimitReader(os.Stdin, 4096))
	}
	return os.ReadFile(filepath.Clean(name))
}

type openapi struct{}

// Run prints the document; it needs no database of its own.
func (openapi) Run(ctx context.Context, c *commands) error {
	return c.withScratch(ctx, func(a *app.App) error {
		raw, err := a.OpenAPI()
		if err != nil {
			return err
		}
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, raw, "", "  "); err != nil {
			return err
		}
		pretty.WriteByte('\n')
		_, err = pretty.WriteTo(os.Stdout)
		return err
	})
}

type events struct{}

// Run prints docs/EVENTS.md.
func (events) Run(ctx context.Context, c *commands) error {
	return c.withScratch(ctx, func(a *app.App) error {
		return a.WriteEvents(os.Stdout)
	})
}

type permissions struct{}

// Run prints docs/permissions.md.
func (permissions) Run(ctx context.Context, c *commands) error {
	return c.withScratch(ctx, func(a *app.App) error {
		return a.WritePermissions(os.Stdout)
	})
}

// withScratch builds the product in a folder that is thrown away, for commands that only
// read what the features declare.
func (c *commands) withScratch(ctx context.Context, do func(*app.App) error) error {
	folder, err := os.MkdirTemp("", "queqiao")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }() // only scratch
	cfg := config.Default()
	cfg.Data = config.Folder(folder)
	a, err := newApp(ctx, cfg, logger(config.Log{Level: "warn"}), app.Options{})
	if err != nil {
		return err
	}
	defer func() { _ = a.Close() }() // only scratch
	return do(a)
}
