package wecom_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// playWeCom stands for qyapi.weixin.qq.com in these examples.
func playWeCom(answers map[string]string) (address string, stop func()) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/cgi-bin/gettoken" {
			_, _ = fmt.Fprint(w, `{"errcode":0,"errmsg":"ok","access_token":"t","expires_in":7200}`)
			return
		}
		_, _ = fmt.Fprint(w, answers[r.URL.Path])
	}))
	return server.URL, server.Close
}

// A channel code for a booth: the state comes back with every customer who scans it.
func ExampleClient_AddContactWay() {
	address, stop := playWeCom(map[string]string{
		"/cgi-bin/externalcontact/add_contact_way": `{"errcode":0,"errmsg":"ok","config_id":"c0ffee","qr_code":"https://img.example.com/qr"}`,
	})

	client, err := wecom.New(wecom.Options{
		CorpID:  "ww0123456789abcdef",
		App:     wecom.App{Name: "scrm", AgentID: 1000021, Secret: "from the admin console"},
		BaseURL: address, // leave it out for the real one
	})
	if err != nil {
		log.Fatal(err)
	}
	way, err := client.AddContactWay(context.Background(), wecom.AddContactWayRequest{
		Type: wecom.ContactWayMultiple, Scene: wecom.SceneQRCode,
		User: []string{"linxiaoyue", "zhoujian"}, State: "booth7", SkipVerify: new(true),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(way.ConfigID, way.QRCode)
	stop()
	// Output: c0ffee https://img.example.com/qr
}

// Errors say what to do; classes say how a job goes on.
func ExampleError() {
	address, stop := playWeCom(map[string]string{
		"/cgi-bin/externalcontact/mark_tag": `{"errcode":60020,"errmsg":"not allow to access from your ip"}`,
	})
	client, err := wecom.New(wecom.Options{CorpID: "ww0123456789abcdef", App: wecom.App{Secret: "s"}, BaseURL: address})
	if err != nil {
		log.Fatal(err)
	}

	err = client.MarkTag(context.Background(), wecom.MarkTagRequest{UserID: "zhoujian", ExternalUserID: "wm1", AddTags: []string{"et1"}})
	var failure *wecom.Error
	switch {
	case err == nil:
	case errors.Is(err, wecom.Code(errcode.NotFollowed)):
		fmt.Println("the customer is gone: nothing to tag")
	case errors.As(err, &failure) && failure.Class == errcode.ClassConfig:
		advice, _ := failure.Advice()
		fmt.Println(advice)
	default:
		if wait, again := failure.RetryAfter(); again {
			fmt.Println("later, in", wait)
		}
	}
	stop()
	// Output: 服务器 IP 不在企业可信 IP 中：请在应用详情页添加出口 IP，约一分钟后生效。
}

// All customers of a corp, page by page.
func ExampleClient_FollowedContacts() {
	address, stop := playWeCom(map[string]string{
		"/cgi-bin/externalcontact/get_follow_user_list": `{"errcode":0,"follow_user":["zhoujian"]}`,
		"/cgi-bin/externalcontact/batch/get_by_user": `{"errcode":0,"external_contact_list":[
			{"external_contact":{"external_userid":"wm1","name":"清溪餐饮"},"follow_info":{"userid":"zhoujian","createtime":1779238800}}]}`,
	})
	client, err := wecom.New(wecom.Options{CorpID: "ww0123456789abcdef", App: wecom.App{Secret: "s"}, BaseURL: address})
	if err != nil {
		log.Fatal(err)
	}

	ctx := context.Background()
	members, err := client.ListFollowUsers(ctx)
	if err != nil {
		log.Fatal(err)
	}
	for contact, err := range client.FollowedContacts(ctx, members.UserIDs) {
		if err != nil {
			log.Fatal(err)
		}
		since := time.Unix(contact.FollowInfo.CreateTime, 0).UTC().Format(time.DateOnly)
		fmt.Println(contact.FollowInfo.UserID, contact.ExternalContact.Name, since)
	}
	stop()
	// Output: zhoujian 清溪餐饮 2026-05-20
}
