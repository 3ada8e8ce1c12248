package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/queqiao-scrm/queqiao/internal/app"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/config"
)

type doctor struct {
	Corp     string `help:"Only this corpid. Default: every corp."`
	Language string `default:"${language}" enum:"zh,en" help:"Language of what is found: zh or en. Default: the machine's."`
}

// errSick says that a check failed; the list above it says which.
var errSick = errors.New("something needs your attention")

// machineLanguage is zh where the environment speaks Chinese.
func machineLanguage(environ []string) string {
	for _, name := range []string{"LC_ALL=", "LC_MESSAGES=", "LANG="} {
		for _, line := range environ {
			if value, ok := strings.CutPrefix(line, name); ok && value != "" {
				if strings.HasPrefix(strings.ToLower(value), "zh") {
					return "zh"
				}
				return "en"
			}
		}
	}
	return "en"
}

// Run prints every setting with its origin, then checks installation, corps and WeCom: the
// same checks as on the console's health page. It ends with status 1 when one fails.
func (d doctor) Run(ctx context.Context, c *commands) error {
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
	return c.withApp(ctx, func(a *app.App, _ *config.Loaded) error {
		p := &findingPrinter{w: os.Stdout, english: d.Language == "en"}
		p.heading("本系统", "Installation")
		p.list(a.Examine(ctx))
		if p.failed > 0 {
			return errSick // without a database there are no corps to look at
		}
		corps, err := a.Corps.Corps(ctx)
		if err != nil {
			return err
		}
		found := false
		for _, x := range corps {
			if d.Corp != "" && d.Corp != x.ID {
				continue
			}
			found = true
			p.heading(x.Name+" "+x.ID, x.Name+" "+x.ID)
			if x.Status != corp.Active {
				p.line(corp.CheckWait, corp.Words{ZH: "已停用，不检查", EN: "Suspended, not looked at"})
				continue
			}
			findings, err := a.Corps.Examine(ctx, x.ID, a.Config.PublicURL())
			if err != nil {
				return err
			}
			p.list(findings)
		}
		if !found {
			p.heading("企业", "Corps")
			p.line(corp.CheckWarn, corp.Words{
				ZH: "还没有接入企业：用管理员账号登录控制台，或执行 queqiao corp add",
				EN: "No corp is connected: sign in to the console as administrator, or run queqiao corp add",
			})
		}
		if p.failed > 0 {
			return errSick
		}
		return nil
	})
}

// findingPrinter writes findings as lines: ok, warn or fail, then what to do and where.
type findingPrinter struct {
	w       io.Writer
	english bool
	failed  int
}

func (p *findingPrinter) say(words corp.Words) string {
	if p.english {
		return words.EN
	}
	return words.ZH
}

func (p *findingPrinter) heading(zh, en string) {
	_, _ = fmt.Fprintf(p.w, "\n%s\n", p.say(corp.Words{ZH: zh, EN: en}))
}

func (p *findingPrinter) line(state corp.CheckState, words corp.Words) {
	if state == corp.CheckFail {
		p.failed++
	}
	_, _ = fmt.Fprintf(p.w, "  %-4s  %s\n", state, p.say(words))
}

func (p *findingPrinter) list(findings []corp.Finding) {
	for _, f := range findings {
		found := f.Found
		if f.Code != 0 {
			code := fmt.Sprintf(" (errcode %d)", f.Code)
			found = corp.Words{ZH: found.ZH + code, EN: found.EN + code}
		}
		p.line(f.State, found)
		for _, more := range []string{p.say(f.Advice), p.say(f.Place)} {
			if more != "" {
				_, _ = fmt.Fprintf(p.w, "        → %s\n", more)
			}
		}
	}
}
