package mirror_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/db/dbtest"
	"github.com/queqiao-scrm/queqiao/wecom/callback"
)

// FuzzTranslate puts any plaintext, rightly signed, through door and translation: it is
// refused or it ends in a state, and the process lives.
func FuzzTranslate(f *testing.F) {
	for _, entry := range callback.Catalogue() {
		k := entry.Kind
		f.Add(`<xml><ToUserName>ww</ToUserName><FromUserName>sys</FromUserName><CreateTime>1795309200</CreateTime><MsgType>` + k.MsgType +
			`</MsgType><Event>` + k.Event + `</Event><ChangeType>` + k.ChangeType + `</ChangeType><UserID>m</UserID><ExternalUserID>wmX</ExternalUserID>` +
			`<ChatId>wrX</ChatId><UpdateDetail>add_member</UpdateDetail><MemChangeList><Item>wmX</Item></MemChangeList><LastMemVer>a</LastMemVer>` +
			`<CurMemVer>b</CurMemVer><Id>1</Id><TagType>tag_group</TagType><Department>1,2</Department><NewUserID>n</NewUserID></xml>`)
	}
	f.Add(`<xml><CreateTime>99999999999999999</CreateTime><MsgType>event</MsgType><Event>change_external_contact</Event><ChangeType>add_external_contact</ChangeType></xml>`)
	f.Add("<xml><MsgType>event</MsgType><Event>change_external_chat</Event><ChangeType>update</ChangeType><ChatId>" + strings.Repeat("/", 300) + "</ChatId></xml>")
	f.Add("<xml><MsgType>event\x00</MsgType></xml>")
	f.Add("<xml>\xff\xfe</xml>")
	h := newHouse(f, dbtest.Open(f, db.SQLite, sets(db.SQLite)...), small())
	h.interrupt.Store(func(*http.Request) bool { return true }) // WeCom is of no interest here
	f.Fuzz(func(t *testing.T, plaintext string) {
		h.t = t
		w := h.answer(h.request(plaintext))
		if w.Code != http.StatusOK && w.Code != http.StatusBadRequest && w.Code != http.StatusRequestEntityTooLarge {
			t.Fatalf("answered %d %q", w.Code, w.Body)
		}
		h.settle()
		if n := h.count(`SELECT count(*) FROM mirror_inbox WHERE state = 'waiting'`); n != 0 {
			var why []string
			h.check(h.db.Read().NewRaw(`SELECT kind || ' ' || state || ' ' || error FROM job_job WHERE state NOT IN ('done', 'cancelled')`).Scan(t.Context(), &why))
			t.Fatalf("%d callbacks were not translated: %q", n, why)
		}
	})
}
