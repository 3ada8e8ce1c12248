package wecomsim_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom/callback"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

func TestAppMessages(t *testing.T) {
	w := newWorld(t, nil)
	a, b := w.members()[0], w.members()[1]
	const op = "message/send"
	text := func(to, content string) m {
		return m{"touser": to, "msgtype": "text", "agentid": 1000002, "text": m{"content": content}}
	}
	got := w.good(op, text(a+"|Nobody", "你好"))
	if got["invaliduser"] != "nobody" || got["msgid"] == "" {
		t.Errorf("sent: %v", got)
	}
	w.bad(81013, op, text("nobody|noone", "x"))
	w.bad(82001, op, text("", "x"))
	w.bad(44004, op, text(a, ""))
	w.bad(301002, op, m{"touser": a, "msgtype": "text", "agentid": 1000003, "text": m{"content": "x"}})
	w.bad(40058, op, text(strings.Repeat(a+"|", 1001), "x"))
	for name, c := range map[string]struct {
		in   m
		code int
	}{
		"unknown type":   {m{"msgtype": "nonsense"}, 40058},
		"no content":     {m{"msgtype": "image"}, 40058},
		"no media":       {m{"msgtype": "image", "image": m{"media_id": "x"}}, 40007},
		"markdown":       {m{"msgtype": "markdown", "markdown": m{"content": "# x"}}, 0},
		"long markdown":  {m{"msgtype": "markdown", "markdown": m{"content": long(683)}}, 45002},
		"textcard":       {m{"msgtype": "textcard", "textcard": m{"title": "t", "description": "d", "url": "https://example.com"}}, 0},
		"long title":     {m{"msgtype": "textcard", "textcard": m{"title": long(43), "description": "d", "url": "https://example.com"}}, 40058},
		"button text":    {m{"msgtype": "textcard", "textcard": m{"title": "t", "description": "d", "url": "u", "btntxt": "五个字太长"}}, 40058},
		"no url":         {m{"msgtype": "textcard", "textcard": m{"title": "t", "description": "d"}}, 40058},
		"no articles":    {m{"msgtype": "news", "news": m{"articles": []m{}}}, 45008},
		"nine articles":  {m{"msgtype": "news", "news": m{"articles": make([]m, 9)}}, 45008},
		"card type":      {m{"msgtype": "template_card", "template_card": m{"card_type": "x"}}, 40058},
		"notice, action": {m{"msgtype": "template_card", "template_card": m{"card_type": "text_notice"}}, 40058},
		"task id":        {m{"msgtype": "template_card", "template_card": m{"card_type": "button_interaction"}}, 40058},
		"bad task id":    {m{"msgtype": "template_card", "template_card": m{"card_type": "button_interaction", "task_id": "任务"}}, 40058},
		"notice":         {m{"msgtype": "template_card", "template_card": m{"card_type": "text_notice", "card_action": m{"type": 1, "url": "https://example.com"}}}, 0},
	} {
		c.in["touser"], c.in["agentid"] = b, 1000002
		if out := w.call(op, c.in); errcode(out) != c.code {
			t.Errorf("%s: %v, want %d", name, out, c.code)
		}
	}
	w.good(op, text(a, long(1000))) // cut to 2048 bytes
	list := must(w.sim.AppMessages("", a))(t)
	if len(list) != 2 || !strings.Contains(string(list[1].Body), "你好") || strings.Count(string(list[0].Body), "字") != 682 {
		t.Errorf("%s received %+v", a, list)
	}
	w.bad(40058, "message/recall", m{"msgid": "x"})
	w.as(secondApp).bad(40058, "message/recall", m{"msgid": got["msgid"]})
	w.good("message/recall", m{"msgid": got["msgid"]})
	if list = must(w.sim.AppMessages("", a))(t); !list[1].Recalled {
		t.Error("recall has no effect")
	}
	old := w.good(op, text(a, "旧"))["msgid"]
	w.sim.Clock().Advance(24*time.Hour + time.Second)
	w.token = w.tokenOf(firstApp)
	w.bad(40058, "message/recall", m{"msgid": old})
}

func TestAppMessagesAreDroppedInSilence(t *testing.T) {
	w := newWorld(t, nil)
	a, b := w.members()[0], w.members()[1]
	send := func(to, content string, more m) {
		in := m{"touser": to, "msgtype": "text", "agentid": 1000002, "text": m{"content": content}}
		maps.Copy(in, more)
		w.good("message/send", in)
	}
	count := func(u string) int { return len(must(w.sim.AppMessages("", u))(t)) }
	for i := range 35 {
		send(a+"|"+b, fmt.Sprint(i), nil)
	}
	if n := count(a); n != 30 {
		t.Errorf("%d messages in a minute, want 30", n)
	}
	w.sim.Clock().Advance(time.Minute)
	check := m{"enable_duplicate_check": 1, "duplicate_check_interval": 600}
	send(a, "同样", check)
	send(a, "同样", check)
	if n := count(a); n != 31 {
		t.Errorf("%d messages, want the duplicate dropped", n)
	}
	w.sim.Clock().Advance(10 * time.Minute)
	send(a, "同样", check)
	if n := count(a); n != 32 {
		t.Errorf("%d messages after the interval", n)
	}
}

func TestTemplateCards(t *testing.T) {
	w := newWorld(t, nil)
	r := w.listen(nil)
	member := w.members()[0]
	card := m{
		"touser": member, "msgtype": "template_card", "agentid": 1000002,
		"template_card": m{"card_type": "button_interaction", "task_id": "t1", "button_list": []m{{"text": "同意", "key": "yes"}}},
	}
	sent := w.good("message/send", card)
	if sent["response_code"] == nil {
		t.Fatal("an interactive card without response code")
	}
	w.bad(40058, "message/send", card) // task_id is used
	if _, err := w.sim.ClickCard(wecomsim.ClickCard{Member: member, MsgID: "x", Key: "yes"}); err == nil {
		t.Error("clicked a message that does not exist")
	}
	must(w.sim.ClickCard(wecomsim.ClickCard{Member: member, MsgID: sent["msgid"].(string), Key: "yes", Answers: map[string][]string{"q1": {"a", "b"}}}))(t)
	w.settle()
	click, ok := r.events()[0].(*callback.TemplateCardEvent)
	if !ok || click.EventKey != "yes" || click.TaskID != "t1" || click.FromUserName != member || len(click.SelectedItems) != 1 {
		t.Fatalf("event %+v", r.events()[0])
	}
	update := m{"agentid": 1000002, "response_code": click.ResponseCode, "userids": []string{member, "nobody"}, "button": m{"replace_name": "已同意"}}
	w.bad(60140, "message/update_template_card", m{"agentid": 1000002, "response_code": "x", "button": m{"replace_name": "y"}})
	w.bad(40058, "message/update_template_card", m{"agentid": 1000002, "response_code": click.ResponseCode})
	if got := w.good("message/update_template_card", update); got["invaliduser"].([]any)[0] != "nobody" {
		t.Errorf("updated: %v", got)
	}
	w.bad(60140, "message/update_template_card", update) // once
	must(w.sim.ReadAppMessage(wecomsim.ReadAppMessage{Member: member, MsgID: sent["msgid"].(string)}))(t)
	if list := must(w.sim.AppMessages("", member))(t); len(list[0].ReadBy) != 1 || !strings.Contains(string(list[0].Body), "已同意") {
		t.Errorf("the member sees %+v", list[0])
	}
}

func TestMembersByAPI(t *testing.T) {
	w := newWorld(t, nil)
	r := w.listen(nil)
	sync := w.as(syncSecret)
	base := func(more m) m {
		in := m{"userid": "new.member-1", "name": "新人", "department": []int{1}, "mobile": "13800000001"}
		maps.Copy(in, more)
		return in
	}
	for name, c := range map[string]struct {
		in   m
		code int
	}{
		"userid":     {base(m{"userid": "中文"}), 40003},
		"dot first":  {base(m{"userid": ".x"}), 40003},
		"name":       {base(m{"name": ""}), 40058},
		"long name":  {base(m{"name": long(65)}), 40058},
		"no contact": {base(m{"mobile": ""}), 60129},
		"email":      {base(m{"email": "nonsense"}), 60105},
		"department": {base(m{"department": []int{99}}), 60003},
		"no depts":   {base(m{"department": []int{}}), 40066},
		"order":      {base(m{"order": []int{1, 2}}), 40058},
		"main dept":  {base(m{"main_department": 2}), 40066},
		"gender":     {base(m{"gender": "x"}), 40058},
	} {
		if out := sync.call("user/create", c.in); errcode(out) != c.code {
			t.Errorf("%s: %v, want %d", name, out, c.code)
		}
	}
	sync.good("user/create", base(nil))
	sync.bad(60102, "user/create", base(m{"userid": "NEW.member-1", "mobile": "13800000002"}))
	sync.bad(60104, "user/create", base(m{"userid": "other"}))
	got := w.good("user/get", m{"userid": "New.Member-1"})
	if got["status"] != 4.0 || got["mobile"] != nil || got["userid"] != "new.member-1" {
		t.Errorf("new member %v", got)
	}
	yes := true
	must(w.sim.ChangeApp(wecomsim.DefaultAgentID, wecomsim.AppPatch{SensitiveFields: &yes}))(t)
	if got = w.good("user/get", m{"userid": "new.member-1"}); got["mobile"] != "13800000001" {
		t.Error("an old app does not get the mobile")
	}
	if got = w.good("user/getuserid", m{"mobile": "13800000001"}); got["userid"] != "new.member-1" {
		t.Errorf("by mobile: %v", got)
	}
	w.bad(46004, "user/getuserid", m{"mobile": "13800009999"})
	openid := w.good("user/convert_to_openid", m{"userid": "new.member-1"})["openid"]
	if got = w.good("user/convert_to_userid", m{"openid": openid}); got["userid"] != "new.member-1" {
		t.Errorf("by openid: %v", got)
	}
	sync.good("user/update", m{"userid": "new.member-1", "name": "改名", "enable": 0})
	if got = w.good("user/get", m{"userid": "new.member-1"}); got["name"] != "改名" || got["status"] != 2.0 {
		t.Errorf("updated member %v", got)
	}
	if n := len(w.good("user/simplelist", m{"department_id": "1"})["userlist"].([]any)); n != 1 {
		t.Errorf("%d members directly in the root", n)
	}
	if n := len(w.good("user/list", m{"department_id": "1", "fetch_child": "1"})["userlist"].([]any)); n != 4 {
		t.Errorf("%d members below the root", n)
	}
	one := sync.good("user/list_id", m{"limit": 3})
	two := sync.good("user/list_id", m{"limit": 3, "cursor": one["next_cursor"]})
	if len(one["dept_user"].([]any)) != 3 || len(two["dept_user"].([]any)) != 1 || two["next_cursor"] != nil {
		t.Errorf("pages %v %v", one, two)
	}
	sync.bad(40031, "user/batchdelete", m{"useridlist": []string{"nobody"}})
	sync.good("user/batchdelete", m{"useridlist": []string{"new.member-1", "nobody"}})
	sync.bad(60111, "user/delete", m{"userid": "new.member-1"})
	w.bad(301002, "agent/get", m{"agentid": "1000003"})
	if got = w.good("agent/get", m{"agentid": "1000002"}); got["name"] != "鹊桥" {
		t.Errorf("agent %v", got)
	}
	w.settle()
	if n := len(r.texts()); n != 0 {
		t.Errorf("%d callbacks for what the API did", n)
	}
}
