// Command queqiao is the whole product: the server, the demo with its simulated WeCom,
// the simulator alone, and the few commands an operator needs.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/queqiao-scrm/queqiao/internal/platform/config"
)

// version is set by the release build (-ldflags "-X main.version=…").
var version = "dev"

// commands are the command line.
type commands struct {
	Config  string            `short:"c" placeholder:"FILE" help:"Configuration file (TOML). Default: $QUEQIAO_CONFIG, else none."`
	Set     map[string]string `placeholder:"NAME=VALUE" help:"Set one field of the configuration, e.g. --set http.listen=127.0.0.1:8080. Wins over file and environment."`
	Listen  string            `placeholder:"ADDRESS" help:"Address of the console, short for --set http.listen=…"`
	Data    string            `placeholder:"FOLDER" help:"Data folder, short for --set data=…"`
	Version kong.VersionFlag  `help:"Print the version."`

	Demo     demo      `cmd:"" help:"Start everything to try it: server, simulated WeCom and a company with a month of history."`
	Serve    serve     `cmd:"" help:"Start the server."`
	Simulate simulate  `cmd:"" help:"Start the simulated WeCom alone, for developing against it."`
	Migrate  migrate   `cmd:"" help:"Bring the database up to date. serve does it by itself on SQLite."`
	Corp     corpCmd   `cmd:"" help:"Connect a corp (企业), or list those connected."`
	Audit    auditCmd  `cmd:"" help:"The record of who did what."`
	Secret   secretCmd `cmd:"" help:"The keys that seal secrets in the database."`
	Doctor   doctor    `cmd:"" help:"Show the configuration with its origins and check what the program needs."`
	Openapi  openapi   `cmd:"" help:"Print the OpenAPI document of the console's routes."`
	Events   events    `cmd:"" help:"Print who hears which event, as Markdown."`

	Permissions permissions `cmd:"" help:"Print permissions with their routes and the built-in roles, as Markdown."`

	Account accountCmd `cmd:"" help:"Help an administrator who cannot sign in."`
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	var c commands
	k := kong.Parse(&c,
		kong.Name("queqiao"),
		kong.Description("Queqiao 鹊桥: win, know, serve and keep customers in WeCom.\n\nEvery setting can also be given in the environment: QUEQIAO_HTTP__LISTEN for http.listen."),
		kong.UsageOnError(), kong.Vars{"version": version, "language": machineLanguage(os.Environ())},
		kong.BindTo(ctx, (*context.Context)(nil)),
	)
	err := k.Run(&c)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "queqiao:", err)
		os.Exit(1)
	}
}

// load reads the configuration; more are settings of the command itself, which the
// command line may override.
func (c *commands) load(more map[string]string) (*config.Loaded, error) {
	flags := map[string]string{}
	for name, value := range more {
		if value != "" {
			flags[name] = value
		}
	}
	for name, value := range map[string]string{"http.listen": c.Listen, "data": c.Data} {
		if value != "" {
			flags[name] = value
		}
	}
	maps.Copy(flags, c.Set)
	return config.Load(config.Sources{
		File: config.FileFrom(c.Config, os.Environ()), Environ: os.Environ(), Flags: flags,
	})
}

// logger writes to standard error what the configuration asks for.
func logger(l config.Log) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(l.Level)); err != nil {
		level = slog.LevelInfo
	}
	options := &slog.HandlerOptions{Level: level}
	if l.Format == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, options))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, options))
}

// absolute makes a path readable in messages wherever the program was started.
func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

func heading(text string) string { return text + "\n" + strings.Repeat("─", len([]rune(text))*2) }
