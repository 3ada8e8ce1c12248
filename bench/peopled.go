package main

import (
	"context"

	"github.com/queqiao-scrm/queqiao/internal/mirror"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// peopled is a house whose 500 members in 100 departments come from WeCom, so that they can
// sign in, with as many customers as the run's largest size. Filling it takes minutes, so
// that the measures of one run share it; whoever changes it leaves it as it was.
func (b *bench) peopled(ctx context.Context, engine string) (*house, int, error) {
	size := b.sizes[len(b.sizes)-1]
	if h, ok := b.houses[engine]; ok {
		return h, size, h.signIn()
	}
	h, err := build(ctx, engine, houseOptions{seed: wecomsim.SeedOptions{Members: 500, Departments: 100}})
	if err != nil {
		return nil, 0, err
	}
	b.houses[engine] = h
	if err := h.read(ctx); err != nil {
		return nil, 0, err
	}
	if err := h.app.DB.Read().NewRaw("SELECT id FROM mirror_member WHERE corp_id = ? AND status = 1 ORDER BY id", h.corp).Scan(ctx, &h.members); err != nil {
		return nil, 0, err
	}
	if err := h.fill(ctx, size); err != nil {
		return nil, 0, err
	}
	return h, size, h.vary(ctx)
}

// read reads the corp from WeCom and waits until everything that follows is done.
func (h *house) read(ctx context.Context) error {
	if _, err := h.app.Mirror.StartSync(ctx, h.corp, mirror.ScopeFull, "bench"); err != nil {
		return err
	}
	return h.app.Queue.Settle(ctx)
}
