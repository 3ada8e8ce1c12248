package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// exports takes the list of all follows away as a file, as an administrator does, and
// watches the memory: it must not grow with the file.
func exports(ctx context.Context, b *bench) error {
	b.line("| engine | follows | format | file | time | rows/s | heap before | most on the way |\n|---|---|---|---|---|---|---|---|")
	for _, engine := range b.engines {
		if err := exportsOn(ctx, b, engine); err != nil {
			return err
		}
	}
	return nil
}

func exportsOn(ctx context.Context, b *bench, engine string) error {
	h, _, err := b.peopled(ctx, engine)
	if err != nil {
		return err
	}
	for _, format := range []string{"csv", "xlsx"} {
		run, before, most, took, err := h.export(format)
		if err != nil {
			return err
		}
		b.line("| %s | %d | %s | %.1f MB | %.1f s | %.0f | %.0f MB | %.0f MB |", engine, run.Written, format, float64(run.Bytes)/1e6,
			took.Seconds(), float64(run.Written)/took.Seconds(), before, most)
	}
	return nil
}

// made is an export as its owner sees it.
type made struct {
	ID      string `json:"id"`
	State   string `json:"state"`
	Written int64  `json:"written"`
	Bytes   int64  `json:"bytes"`
	Error   string `json:"error"`
}

// export starts a file, waits for it and fetches it; it gives the heap in MB before and at
// its highest, looked at ten times a second.
func (h *house) export(format string) (run made, before, most float64, took time.Duration, err error) {
	mb := func(bytes uint64) float64 { return float64(bytes) / (1 << 20) }
	before = mb(heap())
	most = before
	began := time.Now()
	if err := h.postJSON("/api/export/runs", []byte(`{"list":"customer.follows","format":"`+format+`","filter":{}}`)); err != nil {
		return run, 0, 0, 0, err
	}
	for run.State != "done" {
		time.Sleep(100 * time.Millisecond)
		most = max(most, mb(heapNow()))
		_, body, err := h.get("/api/export/runs?limit=1")
		if err != nil {
			return run, 0, 0, 0, err
		}
		var page struct {
			Items []made `json:"items"`
		}
		if err := json.Unmarshal(body, &page); err != nil {
			return run, 0, 0, 0, err
		}
		if run = page.Items[0]; run.State == "failed" {
			return run, 0, 0, 0, fmt.Errorf("export: %s", run.Error)
		}
	}
	took = time.Since(began)
	res, err := h.http.Get(h.url + "/api/export/runs/" + run.ID + "/file")
	if err != nil {
		return run, 0, 0, 0, err
	}
	n, err := io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	if err == nil && n != run.Bytes {
		err = fmt.Errorf("export: %d of %d bytes came", n, run.Bytes)
	}
	return run, before, most, took, err
}
