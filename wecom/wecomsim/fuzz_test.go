package wecomsim_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

func readme(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// FuzzAPI sends arbitrary bodies to every operation: each must answer with
// JSON that carries an errcode, and the world must stay sound.
func FuzzAPI(f *testing.F) {
	sim := wecomsim.New(wecomsim.Options{
		Clock: wecomsim.NewStillClock(start()), Limits: &wecomsim.Limits{},
		Seed: &wecomsim.SeedOptions{Members: 3, Departments: 2, Customers: 5, Groups: 2},
	})
	f.Cleanup(func() { _ = sim.Close() })
	handler := sim.Handler()
	ask := func(method, target, body string) map[string]any {
		req := httptest.NewRequest(method, target, strings.NewReader(body))
		req.RemoteAddr = "127.0.0.1:1"
		rec := httptest.NewRecorder()
		handler.ServeHTTP(rec, req)
		out := map[string]any{}
		if err := json.Unmarshal(rec.Body.Bytes(), &out); err != nil {
			return nil
		}
		return out
	}
	corp := sim.Describe("").Corps[0]
	tokens := []string{}
	for _, a := range corp.Apps {
		out := ask(http.MethodGet, "http://localhost/cgi-bin/gettoken?corpid="+corp.CorpID+"&corpsecret="+a.Secret, "")
		tokens = append(tokens, out["access_token"].(string))
	}
	paths := wecomsim.Operations()
	for i := range paths {
		f.Add(uint16(i), uint8(0), `{}`)
		f.Add(uint16(i), uint8(2), `{"userid":"x","external_userid":"y","limit":-1,"cursor":"zz","type":2,"scene":2,"party":[1],"tag":[{"name":"a"}],"attachments":[{"msgtype":"link"}]}`)
	}
	f.Fuzz(func(t *testing.T, op uint16, app uint8, body string) {
		path := paths[int(op)%len(paths)]
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			out := ask(method, "http://localhost"+path+"?access_token="+tokens[int(app)%len(tokens)]+"&userid=x&id=1&department_id=1&media_id=x", body)
			if out == nil || errcode(out) == -999 {
				t.Fatalf("%s %s %q: answered %v", method, path, body, out)
			}
			if errcode(out) == -1 {
				t.Fatalf("%s %s %q: %v", method, path, body, out)
			}
		}
		checkInvariants(t, sim)
	})
}
