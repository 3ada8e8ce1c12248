package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// browser walks through the console in a real browser where journeys have too few
// customers: two characters are looked for among all of the run's largest size, and ten
// thousand customers of a corp are tagged by a segment and the run undone. The times are
// those of a person: from his act to the moment when what he wants to see stands there.
func browser(ctx context.Context, b *bench) error {
	b.line("| engine | customers | act | takes |\n|---|---|---|---|")
	for _, engine := range b.engines {
		h, size, err := b.peopled(ctx, engine)
		if err != nil {
			return err
		}
		if err := h.walk(ctx, b, engine, size, "find"); err != nil {
			return err
		}
		if err := taggingInBrowser(ctx, b, engine); err != nil {
			return err
		}
	}
	return nil
}

func taggingInBrowser(ctx context.Context, b *bench, engine string) error {
	h, err := build(ctx, engine, houseOptions{
		seed: wecomsim.SeedOptions{Members: 30, Departments: 3, Customers: tagged, Days: 365}, delay: 5 * time.Millisecond,
	})
	if err != nil {
		return err
	}
	defer h.close()
	if err := h.read(ctx); err != nil {
		return err
	}
	return h.walk(ctx, b, engine, tagged, "tag")
}

var told = regexp.MustCompile(`(?m)measured (.+): (\d+) ms$`)

// walk has a browser walk through the house as e2e/house tells, and prints what it measured.
func (h *house) walk(ctx context.Context, b *bench, engine string, size int, journey string) error {
	where, err := json.Marshal(map[string]any{"url": h.url, "simulator": h.wecom, "admin": map[string]string{"name": "admin", "password": password}})
	if err != nil {
		return err
	}
	var out bytes.Buffer
	node := exec.CommandContext(ctx, "node", "--test", "../e2e/house/"+journey+".test.mjs")
	node.Env = append(os.Environ(), "QUEQIAO_HOUSE="+string(where))
	node.Stdout, node.Stderr = &out, &out
	if err := node.Run(); err != nil {
		return fmt.Errorf("journey %s: %w:\n%s", journey, err, out.Bytes())
	}
	for _, m := range told.FindAllStringSubmatch(out.String(), -1) {
		b.line("| %s | %d | %s | %s ms |", engine, size, m[1], m[2])
	}
	return nil
}
