package setup

import (
	"context"
	"strconv"
	"strings"

	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/platform/blob"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/internal/viewer"
)

// CorpState is a corp of the installation with how it is.
type CorpState struct {
	Corp
	Connected bool            `json:"connected" doc:"its app is set up"`
	Health    corp.CheckState `json:"health" enum:"ok,warn,fail,wait" doc:"the worst of its latest checks"`
	CheckedAt int64           `json:"checkedAt" doc:"unix ms, 0 = never"`
	Files     blob.Use        `json:"files" doc:"what the corp keeps in files"`
}

// CorpList is all corps of the installation, those set up first coming first.
type CorpList struct {
	Items []CorpState `json:"items"`
}

// Corps lists all corps of the installation, for its owner.
func (s *service) Corps(ctx context.Context, _ *struct{}) (*CorpList, error) {
	corps, err := s.deps.Corps.Corps(ctx)
	if err != nil {
		return nil, err
	}
	uses, err := s.deps.Uses(ctx)
	if err != nil {
		return nil, err
	}
	list := &CorpList{}
	for _, c := range corps {
		state := CorpState{Corp: corpView(c), Health: corp.CheckWait, Files: uses[c.ID]}
		if _, err := s.deps.Corps.App(ctx, c.ID, corp.MainApp); err == nil {
			state.Connected = true
		} else if fault.CodeOf(err) != fault.NotFound {
			return nil, err
		}
		report, err := reportOf(ctx, s.deps.DB.Read(), c.ID)
		if err != nil {
			return nil, err
		}
		if state.CheckedAt = report.At; report.At > 0 {
			state.Health = corp.Worst(report.Findings)
		}
		list.Items = append(list.Items, state)
	}
	return list, nil
}

type addCorpInput struct {
	Body struct {
		ID       string `json:"id" minLength:"1" maxLength:"80" doc:"企业 ID"`
		Name     string `json:"name" minLength:"1" maxLength:"64"`
		TimeZone string `json:"timeZone" minLength:"1" maxLength:"64" doc:"IANA name, e.g. Asia/Shanghai"`
	}
}

// AddCorp makes a corp, yet without an app: the guided set-up goes on from there.
func (s *service) AddCorp(ctx context.Context, in *addCorpInput) (*Corp, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	id := strings.TrimSpace(in.Body.ID)
	_, err = s.deps.Corps.Corp(ctx, id)
	if err == nil {
		return nil, &fault.Fault{
			Code: fault.Conflict, Message: "该企业已经接入", Advice: "请在企业列表中进入该企业",
			Fields: []fault.Field{{Name: "id", Message: "该企业已经接入"}},
		}
	}
	if fault.CodeOf(err) != fault.NotFound {
		return nil, err
	}
	return s.saveCorp(ctx, v, nil, corp.Corp{
		ID: id, Name: strings.TrimSpace(db.Clean(in.Body.Name)), TimeZone: in.Body.TimeZone, Status: corp.Active, CreatedAt: db.NowMS(s.deps.Clock),
	})
}

type corpInput struct {
	ID string `path:"id" maxLength:"80"`
}

// Suspend stops working for a corp: its callbacks are refused, WeCom is not called, nobody
// can work in it. Nothing is deleted.
func (s *service) Suspend(ctx context.Context, in *corpInput) (*Corp, error) {
	return s.setStatus(ctx, in.ID, corp.Suspended)
}

// Resume works for a corp again.
func (s *service) Resume(ctx context.Context, in *corpInput) (*Corp, error) {
	return s.setStatus(ctx, in.ID, corp.Active)
}

type quotaInput struct {
	ID   string `path:"id" maxLength:"80"`
	Body struct {
		CallsPerMinute int   `json:"callsPerMinute" minimum:"0" doc:"60 to 1000000, 0 = as the installation is configured"`
		FileQuota      int64 `json:"fileQuota" minimum:"0" doc:"bytes, 104857600 (100 MB) to 1 PB, 0 = any number"`
	}
}

// SetQuota grants a corp so many API calls a minute and so many bytes of files, so that a
// busy one leaves room for the others. It holds on every node at once.
func (s *service) SetQuota(ctx context.Context, in *quotaInput) (*Corp, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	before, err := s.deps.Corps.Corp(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	after := before
	after.CallsPerMinute, after.FileQuota = in.Body.CallsPerMinute, in.Body.FileQuota
	view := corpView(after)
	err = s.deps.DB.Tx(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := s.deps.Corps.SetQuota(ctx, tx, in.ID, in.Body.CallsPerMinute, in.Body.FileQuota); err != nil {
			return err
		}
		web.Note(ctx, web.Change{Object: "corp:" + after.ID, Name: after.Name, Before: corpView(before), After: view})
		return s.remember(ctx, tx, v, after.ID,
			Change{Field: "quota", Before: strconv.Itoa(before.CallsPerMinute), After: strconv.Itoa(after.CallsPerMinute)},
			Change{Field: "fileQuota", Before: amount(before.FileQuota), After: amount(after.FileQuota)})
	})
	if err != nil {
		return nil, err
	}
	return &view, nil
}

// amount is a quota of files as the history shows it, 0 for none.
func amount(bytes int64) string {
	if bytes == 0 {
		return "0"
	}
	return blob.Amount(bytes)
}

func (s *service) setStatus(ctx context.Context, id string, status corp.Status) (*Corp, error) {
	v, err := viewer.From(ctx)
	if err != nil {
		return nil, err
	}
	before, err := s.deps.Corps.Corp(ctx, id)
	if err != nil {
		return nil, err
	}
	after := before
	after.Status = status
	return s.saveCorp(ctx, v, &before, after)
}
