package wecom_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"testing"

	"github.com/queqiao-scrm/queqiao/wecom"
)

// TestIteratorsFollowTheCursor: the second page of three is empty, and not the last.
func TestIteratorsFollowTheCursor(t *testing.T) {
	asked := map[string][]string{}
	s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		var request struct {
			Cursor string   `json:"cursor"`
			Users  []string `json:"userid_list"`
			Limit  int      `json:"limit"`
			Owners struct {
				Users []string `json:"userid_list"`
			} `json:"owner_filter"`
		}
		request.Cursor = r.URL.Query().Get("cursor")
		if r.Method == http.MethodPost {
			_ = json.NewDecoder(r.Body).Decode(&request)
		}
		page := map[string]int{"": 0, "second": 1, "third": 2}[request.Cursor]
		asked[r.URL.Path] = append(asked[r.URL.Path],
			fmt.Sprintf("%s/%d/%d", request.Cursor, len(request.Users)+len(request.Owners.Users), request.Limit))
		lists := map[string][]string{
			"/cgi-bin/user/list_id":                      {"dept_user", `{"userid":"a","department":1}`, `{"userid":"b","department":1}`},
			"/cgi-bin/externalcontact/get":               {"follow_user", `{"userid":"a"}`, `{"userid":"b"}`},
			"/cgi-bin/externalcontact/batch/get_by_user": {"external_contact_list", `{"follow_info":{"userid":"a"}}`, `{"follow_info":{"userid":"b"}}`},
			"/cgi-bin/externalcontact/contact_list":      {"info_list", `{"follow_userid":"a"}`, `{"follow_userid":"b"}`},
			"/cgi-bin/externalcontact/list_contact_way":  {"contact_way", `{"config_id":"a"}`, `{"config_id":"b"}`},
			"/cgi-bin/externalcontact/groupchat/list":    {"group_chat_list", `{"chat_id":"a"}`, `{"chat_id":"b"}`},
			"/cgi-bin/externalcontact/transfer_result":   {"customer", `{"external_userid":"a"}`, `{"external_userid":"b"}`},
			"/cgi-bin/externalcontact/resigned/transfer_result": {
				"customer", `{"external_userid":"a"}`, `{"external_userid":"b"}`,
			},
			"/cgi-bin/externalcontact/get_unassigned_list": {"info", `{"external_userid":"a"}`, `{"external_userid":"b"}`},
		}
		list := lists[r.URL.Path]
		body := []string{
			`{"errcode":0,"next_cursor":"second","` + list[0] + `":[` + list[1] + `]}`,
			`{"errcode":0,"next_cursor":"third","` + list[0] + `":[]}`,
			`{"errcode":0,"next_cursor":"","` + list[0] + `":[` + list[2] + `]}`,
		}[page]
		_, _ = w.Write([]byte(body))
	})
	c, ctx := newClient(t, s, nil), t.Context()
	got := map[string][]string{}
	note := func(name, id string, err error) {
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got[name] = append(got[name], id)
	}
	for v, err := range c.MemberIDs(ctx) {
		note("user/list_id", v.UserID, err)
	}
	for v, err := range c.Follows(ctx, "wm1") {
		note("externalcontact/get", v.UserID, err)
	}
	for v, err := range c.ServedContacts(ctx) {
		note("externalcontact/contact_list", v.FollowUserID, err)
	}
	for v, err := range c.ContactWays(ctx, 0, 0) {
		note("externalcontact/list_contact_way", v.ConfigID, err)
	}
	for v, err := range c.GroupChats(ctx, wecom.GroupNormal, nil) {
		note("externalcontact/groupchat/list", v.ChatID, err)
	}
	for v, err := range c.TransferResults(ctx, "a", "b") {
		note("externalcontact/transfer_result", v.ExternalUserID, err)
	}
	for v, err := range c.ResignedTransferResults(ctx, "a", "b") {
		note("externalcontact/resigned/transfer_result", v.ExternalUserID, err)
	}
	for v, err := range c.Unassigned(ctx) {
		note("externalcontact/get_unassigned_list", v.ExternalUserID, err)
	}
	for name, ids := range got {
		if !slices.Equal(ids, []string{"a", "b"}) {
			t.Errorf("%s gave %v", name, ids)
		}
	}
	if len(got) != 8 {
		t.Errorf("only %d lists gave something", len(got))
	}

	// 250 members go in groups of 100, 100 and 50, each with three pages.
	users := make([]string, 250)
	for i := range users {
		users[i] = fmt.Sprintf("u%03d", i)
	}
	count := 0
	for _, err := range c.FollowedContacts(ctx, users) {
		if err != nil {
			t.Fatal(err)
		}
		count++
	}
	for _, err := range c.GroupChats(ctx, wecom.GroupOwnerLeft, users) {
		if err != nil {
			t.Fatal(err)
		}
		count++
	}
	if count != 12 {
		t.Errorf("%d items came, want 12", count)
	}
	want := []string{"/100/100", "second/100/100", "third/100/100", "/100/100", "second/100/100", "third/100/100", "/50/100", "second/50/100", "third/50/100"}
	if calls := asked["/cgi-bin/externalcontact/batch/get_by_user"]; !slices.Equal(calls, want) {
		t.Errorf("asked %v, want %v", calls, want)
	}
}

func TestIteratorsEnd(t *testing.T) {
	calls := 0
	s := newServer(t, func(w http.ResponseWriter, _ *http.Request) {
		calls++
		_, _ = w.Write([]byte(`{"errcode":0,"next_cursor":"same","contact_way":[{"config_id":"a"}]}`))
	})
	c := newClient(t, s, nil)
	var last error
	for _, err := range c.ContactWays(t.Context(), 0, 0) {
		last = err
	}
	if !errors.Is(last, wecom.ErrCursor) || calls != 2 {
		t.Errorf("a cursor that does not move: %d calls, %v", calls, last)
	}
	// Who breaks out asks for nothing more.
	calls = 0
	for _, err := range c.ContactWays(t.Context(), 0, 0) {
		if err != nil {
			t.Error(err)
		}
		break
	}
	if calls != 1 {
		t.Errorf("%d calls after a break", calls)
	}

	s.answer = func(w http.ResponseWriter, _ *http.Request) { reply(w, 40096, "invalid") }
	failures := 0
	for _, err := range c.FollowedContacts(t.Context(), make([]string, 300)) {
		if err == nil {
			t.Error("an item came with the failure")
		}
		failures++
	}
	if failures != 1 {
		t.Errorf("the failure was told %d times", failures)
	}
}

// TestNoCustomers: WeCom has an error code for an empty list.
func TestNoCustomers(t *testing.T) {
	s := newServer(t, func(w http.ResponseWriter, _ *http.Request) { reply(w, 84061, "not external contact") })
	got, err := newClient(t, s, nil).ListExternalContacts(t.Context(), "zhoujian")
	if err != nil || len(got.ExternalUserIDs) != 0 || got.ErrCode != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
}
