package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

const (
	// tagged is how many customers one batch run tags.
	tagged = 10_000
	// sameTime is how many calls of a run are on their way at a time, as the product has it.
	sameTime = 8
	// imported is how many lines one file has, the most that the product takes.
	imported = 100_000
)

// tagging tags ten thousand customers by one batch run against a WeCom that takes 5 ms a
// call, beside bare calls of mark_tag to the same WeCom, as many at a time. The rate is that
// of the first half: the second is paced, as WeCom takes 10 000 calls of an API in any minute
// and 150 000 in any hour.
func tagging(ctx context.Context, b *bench) error {
	b.line("| engine | customers | bare calls/s | the run's calls/s | ratio | whole run, paced |\n|---|---|---|---|---|---|")
	for _, engine := range b.engines {
		if err := taggingOn(ctx, b, engine); err != nil {
			return err
		}
	}
	return nil
}

func taggingOn(ctx context.Context, b *bench, engine string) error {
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
	var tags []string
	err = h.app.DB.Read().NewRaw("SELECT id FROM mirror_tag WHERE corp_id = ? ORDER BY id LIMIT 2", h.corp).Scan(ctx, &tags)
	if err != nil || len(tags) < 2 {
		return errors.Join(err, fmt.Errorf("tagging: %d tags to mark with", len(tags)))
	}
	bare, err := h.bareMarks(ctx, tags[0])
	if err != nil {
		return err
	}
	began := time.Now()
	run, err := h.ask(http.MethodPost, "/api/tag/runs", "application/json", fmt.Appendf(nil, `{"selection":{"rule":{}},"add":[%q]}`, tags[1]))
	if err != nil {
		return err
	}
	path := "/api/tag/runs/" + run.ID
	for run.Changed < tagged/2 {
		time.Sleep(10 * time.Millisecond)
		if run, err = h.ask(http.MethodGet, path, "", nil); err != nil {
			return err
		}
	}
	rate := float64(run.Changed) / time.Since(began).Seconds()
	if run, err = h.await(ctx, path, "done"); err != nil {
		return err
	}
	if run.Failed > 0 || run.Changed == 0 {
		return fmt.Errorf("tagging: %d changed, %d failed", run.Changed, run.Failed)
	}
	b.line("| %s | %d | %.0f | %.0f | %.2f | %.0f s |", engine, run.Changed, bare, rate, rate/bare, time.Since(began).Seconds())
	return nil
}

// bareMarks marks follows with a tag by calls alone and gives the rate.
func (h *house) bareMarks(ctx context.Context, tag string) (float64, error) {
	var pairs []struct {
		Member   string `bun:"member_id"`
		Customer string `bun:"customer"`
	}
	err := h.app.DB.Read().NewRaw("SELECT member_id, customer FROM mirror_follow WHERE corp_id = ? AND standing = 1 ORDER BY id LIMIT 800", h.corp).Scan(ctx, &pairs)
	if err != nil {
		return 0, err
	}
	var token wecom.GetTokenResponse
	res, err := http.Get(h.wecom + "/cgi-bin/gettoken?" + url.Values{"corpid": {h.corp}, "corpsecret": {h.app0.Secret}}.Encode())
	if err != nil {
		return 0, err
	}
	err = errors.Join(json.NewDecoder(res.Body).Decode(&token), res.Body.Close())
	if err != nil {
		return 0, err
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: sameTime}}
	mark := func(member, customer string) error {
		body, err := json.Marshal(wecom.MarkTagRequest{UserID: member, ExternalUserID: customer, AddTags: []string{tag}})
		if err != nil {
			return err
		}
		res, err := client.Post(h.wecom+"/cgi-bin/externalcontact/mark_tag?access_token="+url.QueryEscape(token.AccessToken), "application/json", bytes.NewReader(body))
		if err != nil {
			return err
		}
		var answer wecom.Result
		if err := errors.Join(json.NewDecoder(res.Body).Decode(&answer), res.Body.Close()); err != nil {
			return err
		}
		if answer.ErrCode != 0 {
			return fmt.Errorf("mark_tag: %d %s", answer.ErrCode, answer.ErrMsg)
		}
		return nil
	}
	errs := make([]error, sameTime)
	var wait sync.WaitGroup
	began := time.Now()
	for i := range sameTime {
		wait.Go(func() {
			for k := i; k < len(pairs) && errs[i] == nil; k += sameTime {
				errs[i] = mark(pairs[k].Member, pairs[k].Customer)
			}
		})
	}
	wait.Wait()
	return float64(len(pairs)) / time.Since(began).Seconds(), errors.Join(errs...)
}

// batch is a background act as the console's API shows it.
type batch struct {
	ID      string `json:"id"`
	State   string `json:"state"`
	Changed int64  `json:"changed"`
	Failed  int64  `json:"failed"`
	Problem string `json:"problem"`
	Error   string `json:"error"`
}

// runTo starts a batch act and waits for its end, one of the states given.
func (h *house) runTo(ctx context.Context, start, at string, body []byte, end ...string) (batch, time.Duration, error) {
	began := time.Now()
	run, err := h.ask(http.MethodPost, start, "application/json", body)
	if err == nil {
		run, err = h.await(ctx, at+run.ID, end...)
	}
	return run, time.Since(began), err
}

// await asks for a batch act until it has come to one of the states.
func (h *house) await(ctx context.Context, path string, end ...string) (batch, error) {
	for {
		run, err := h.ask(http.MethodGet, path, "", nil)
		switch {
		case err != nil || slices.Contains(end, run.State):
			return run, err
		case run.State == "failed" || run.State == "cancelled":
			return run, fmt.Errorf("%s: %s: %s%s", path, run.State, run.Problem, run.Error)
		}
		select {
		case <-ctx.Done():
			return run, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// ask asks the console's API something that answers with a batch.
func (h *house) ask(method, path, kind string, body []byte) (run batch, err error) {
	answer, err := h.send(context.Background(), h.http, method, path, kind, body)
	if err != nil {
		return run, err
	}
	return run, json.Unmarshal(answer, &run)
}

// imports fills two fields of a hundred thousand customers from a file: checked first, then
// carried out, then taken back.
func imports(ctx context.Context, b *bench) error {
	b.line("| engine | lines | file | check | import | lines/s | taken back | most on the heap |\n|---|---|---|---|---|---|---|---|")
	for _, engine := range b.engines {
		if err := importsOn(ctx, b, engine); err != nil {
			return err
		}
	}
	return nil
}

func importsOn(ctx context.Context, b *bench, engine string) error {
	h, size, err := b.peopled(ctx, engine)
	if err != nil {
		return err
	}
	lines := min(imported, size)
	var fields []string
	for _, name := range []string{"城市", "会员号"} {
		f, err := h.ask(http.MethodPost, "/api/profile/fields", "application/json", fmt.Appendf(nil, `{"name":%q,"kind":"text"}`, name))
		if err != nil {
			return err
		}
		fields = append(fields, f.ID)
	}
	var file strings.Builder
	file.WriteString("external_userid,城市,会员号\n")
	for i := range lines {
		fmt.Fprintf(&file, "wm%030d,城市%d,M%08d\n", i, i%300, i)
	}
	var form bytes.Buffer
	parts := multipart.NewWriter(&form)
	part, err := parts.CreateFormFile("file", "客户.csv")
	if err != nil {
		return err
	}
	if _, err := io.WriteString(part, file.String()); err != nil {
		return err
	}
	if err := parts.Close(); err != nil {
		return err
	}
	draft, err := h.ask(http.MethodPost, "/api/profile/imports", parts.FormDataContentType(), form.Bytes())
	if err != nil {
		return err
	}
	most := watchHeap()
	plan := fmt.Sprintf(`{"match":"external","key":0,"columns":[{"index":1,"field":%q},{"index":2,"field":%q}]}`, fields[0], fields[1])
	began := time.Now()
	if _, err := h.ask(http.MethodPut, "/api/profile/imports/"+draft.ID, "application/json", []byte(plan)); err != nil {
		return err
	}
	if _, err := h.await(ctx, "/api/profile/runs/"+draft.ID, "checked"); err != nil {
		return err
	}
	checked := time.Since(began)
	run, took, err := h.runTo(ctx, "/api/profile/imports/"+draft.ID+"/start", "/api/profile/runs/", []byte(`{}`), "done")
	if err != nil {
		return err
	}
	if run.Changed != int64(lines) || run.Failed != 0 {
		return fmt.Errorf("import: %d changed, %d failed", run.Changed, run.Failed)
	}
	_, back, err := h.runTo(ctx, "/api/profile/runs/"+draft.ID+"/undo", "/api/profile/runs/", []byte(`{}`), "undone")
	if err != nil {
		return err
	}
	b.line("| %s | %d | %.1f MB | %.1f s | %.1f s | %.0f | %.1f s | %.0f MB |", engine, lines, float64(file.Len())/1e6, checked.Seconds(), took.Seconds(),
		float64(lines)/took.Seconds(), back.Seconds(), float64(most())/(1<<20))
	return nil
}
