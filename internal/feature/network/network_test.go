package network_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/product"
)

type host struct {
	Host, Port, Asker, Setting               string
	FirstAt, LastAt                          int64
	Calls, Failures, Refused, Sent, Received int64
}

type list[T any] struct{ Items []T }

// TestWhomWeCall: what the program called stands in the list with its reason; what was
// refused stands there too; counts of several nodes and starts add up.
func TestWhomWeCall(t *testing.T) {
	apptest.Each(t, apptest.Options{Features: product.Features()}, func(t *testing.T, h *apptest.House) {
		console := h.Console()
		var before list[host]
		console.Do(http.MethodGet, "/api/network/hosts", nil, &before)
		if len(before.Items) != 1 || before.Items[0].Asker != "wecom" || before.Items[0].Setting != "wecom.base_url" ||
			"http://"+before.Items[0].Host+":"+before.Items[0].Port != h.WeCom || before.Items[0].Calls == 0 || before.Items[0].Received == 0 || before.Items[0].Refused != 0 {
			t.Fatalf("after the first sync: %+v", before.Items)
		}
		h.Advance(time.Minute)
		refused := h.App.Outgoing.As("pictures").Client()
		for _, url := range []string{"http://169.254.169.254/latest/meta-data", "https://evil.test/?token=t0ken"} {
			if answer, err := refused.Get(url); err == nil {
				answer.Body.Close()
				t.Fatalf("%s was called", url)
			}
		}
		h.Sync()
		var after, bad list[host]
		console.Do(http.MethodGet, "/api/network/hosts", nil, &after)
		console.Do(http.MethodGet, "/api/network/hosts?refused=true", nil, &bad)
		var wecom host
		for _, x := range after.Items {
			if x.Asker == "wecom" {
				wecom = x
			}
		}
		if len(after.Items) != 3 || wecom.Calls <= before.Items[0].Calls || wecom.FirstAt != before.Items[0].FirstAt || wecom.LastAt <= before.Items[0].LastAt {
			t.Errorf("after another sync: %+v", after.Items)
		}
		if len(bad.Items) != 2 {
			t.Fatalf("refused: %+v", bad.Items)
		}
		for _, x := range bad.Items {
			if x.Refused != 1 || x.Calls != 1 || x.Setting != "" || x.Asker != "pictures" || strings.Contains(x.Host, "t0ken") {
				t.Errorf("refused: %+v", x)
			}
		}
		var permits list[struct{ Host, Setting string }]
		console.Do(http.MethodGet, "/api/network/permits", nil, &permits)
		reasons := map[string]string{}
		for _, p := range permits.Items {
			reasons[p.Host] += p.Setting + " "
		}
		if reasons[h.WeCom] != "wecom.base_url wecom.pictures " || reasons["*.qpic.cn"] != "wecom.pictures " {
			t.Errorf("permits: %v", reasons)
		}

		// Nobody comes back for a year: forgotten.
		h.Advance(366 * 24 * time.Hour)
		h.Settle()
		var rows int
		if err := h.App.DB.Read().NewRaw("SELECT count(*) FROM network_host WHERE refused > 0").Scan(t.Context(), &rows); err != nil || rows != 0 {
			t.Errorf("%d refused hosts of last year are left, %v", rows, err)
		}
	})
}

// TestTheLastCallsAreKept: what was called while the program came to its end is not lost.
func TestTheLastCallsAreKept(t *testing.T) {
	apptest.Each(t, apptest.Options{Features: product.Features(), NoSync: true}, func(t *testing.T, h *apptest.House) {
		if answer, err := h.App.Outgoing.As("pictures").Client().Get("https://evil.test/"); err == nil {
			answer.Body.Close()
			t.Fatal("evil.test was called")
		}
		for _, f := range h.App.Features {
			if f.End != nil {
				if err := f.End(t.Context()); err != nil {
					t.Error(err)
				}
			}
		}
		var rows int
		if err := h.App.DB.Read().NewRaw("SELECT count(*) FROM network_host WHERE host = 'evil.test'").Scan(t.Context(), &rows); err != nil || rows != 1 {
			t.Errorf("%d rows, %v", rows, err)
		}
	})
}
