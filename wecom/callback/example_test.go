package callback_test

import (
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/queqiao-scrm/queqiao/wecom/callback"
)

// A server for one callback configuration: it stores, answers within five seconds, and
// leaves the work to others.
func Example() {
	codec, err := callback.New("Queqiao2026", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "ww0123456789abcdef")
	if err != nil {
		log.Fatal(err)
	}
	stored := make(chan []byte, 1) // a table in real life, with the hash of the plaintext as its key

	handler := http.NewServeMux()
	handler.HandleFunc("GET /callback", func(w http.ResponseWriter, r *http.Request) {
		echo, err := codec.VerifyURL(r.URL.Query())
		if err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
			return
		}
		_, _ = w.Write(echo)
	})
	handler.HandleFunc("POST /callback", func(w http.ResponseWriter, r *http.Request) {
		body, err := callback.ReadBody(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
			return
		}
		plaintext, _, err := codec.Open(r.URL.Query(), body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
			return
		}
		stored <- plaintext // and only then the answer: 200, empty
	})

	// WeCom delivers.
	query, body, err := codec.Seal([]byte("<xml><ToUserName>ww0123456789abcdef</ToUserName><FromUserName>sys</FromUserName>"+
		"<CreateTime>1779238800</CreateTime><MsgType>event</MsgType><Event>change_external_contact</Event>"+
		"<ChangeType>del_follow_user</ChangeType><UserID>zhoujian</UserID><ExternalUserID>wm1</ExternalUserID></xml>"),
		"ww0123456789abcdef", "1000021", 1779238800, "nonce")
	if err != nil {
		log.Fatal(err)
	}
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/callback?"+query.Encode(), strings.NewReader(string(body))))
	fmt.Println(answer.Code)

	event, err := callback.Parse(<-stored)
	if err != nil {
		log.Fatal(err)
	}
	switch event := event.(type) {
	case *callback.DelFollowUser:
		fmt.Println(event.ExternalUserID, "deleted", event.UserID)
	case *callback.Unknown:
		fmt.Println("kept for later:", event.Kind())
	}
	// Output:
	// 200
	// wm1 deleted zhoujian
}
