package wecomsim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

func TestContactWayRules(t *testing.T) {
	w := newWorld(t, func(o *wecomsim.Options) { o.Seed = &wecomsim.SeedOptions{Members: 130, Departments: 3} })
	var users []string
	w.sim.Inspect(func(world *wecomsim.World) {
		for _, x := range world.Corps[0].Members {
			if x.Status == wecomsim.StatusActive && x.MayContact && x.RealName {
				users = append(users, x.UserID)
			}
		}
	})
	change := func(member string, in wecomsim.ChangeMember) {
		in.Member = member
		must(w.sim.ChangeMember(in))(t)
	}
	change(users[1], wecomsim.ChangeMember{Status: new(wecomsim.StatusDisabled)})
	change(users[2], wecomsim.ChangeMember{RealName: new(false)})
	change(users[3], wecomsim.ChangeMember{MayContact: new(false)})
	const add = "externalcontact/add_contact_way"
	for name, c := range map[string]struct {
		in   m
		code int
	}{
		"type":               {m{"type": 3, "scene": 2, "user": users[:1]}, 40058},
		"scene":              {m{"type": 1, "scene": 0, "user": users[:1]}, 40058},
		"two for single":     {m{"type": 1, "scene": 2, "user": []string{users[0], users[4]}}, 40058},
		"party for single":   {m{"type": 1, "scene": 2, "user": users[:1], "party": []int{2}}, 40058},
		"nobody":             {m{"type": 2, "scene": 2}, 40058},
		"unknown user":       {m{"type": 1, "scene": 2, "user": []string{"nobody"}}, 60111},
		"unknown party":      {m{"type": 2, "scene": 2, "party": []int{99}}, 60003},
		"inactive":           {m{"type": 1, "scene": 2, "user": users[1:2]}, 41054},
		"not real-name":      {m{"type": 1, "scene": 2, "user": users[2:3]}, 40098},
		"no permission":      {m{"type": 1, "scene": 2, "user": users[3:4]}, 84074},
		"remark 31":          {m{"type": 1, "scene": 2, "user": users[:1], "remark": long(31)}, 40058},
		"state 31":           {m{"type": 1, "scene": 2, "user": users[:1], "state": long(31)}, 40058},
		"state 30":           {m{"type": 1, "scene": 2, "user": users[:1], "state": long(30), "remark": long(30)}, 0},
		"101 users":          {m{"type": 2, "scene": 2, "user": users[4:105]}, 40058},
		"100 users":          {m{"type": 2, "scene": 2, "user": users[4:104]}, 0},
		"100 with party":     {m{"type": 2, "scene": 2, "user": users[4:104], "party": []int{2}}, 40058},
		"party":              {m{"type": 2, "scene": 2, "party": []int{2}}, 0},
		"expiry without tmp": {m{"type": 1, "scene": 2, "user": users[:1], "expires_in": 5}, 40058},
		"temp for many":      {m{"type": 2, "scene": 2, "user": users[:1], "is_temp": true}, 40058},
		"temp too long":      {m{"type": 1, "scene": 2, "user": users[:1], "is_temp": true, "expires_in": 15 * 86400}, 40058},
		"temp":               {m{"type": 1, "scene": 2, "user": users[:1], "is_temp": true, "conclusions": m{"text": m{"content": "再见"}}}, 0},
		"temp long words":    {m{"type": 1, "scene": 2, "user": users[:1], "is_temp": true, "conclusions": m{"text": m{"content": long(1334)}}}, 45002},
		"exclusive single":   {m{"type": 1, "scene": 2, "user": users[:1], "is_exclusive": true}, 40058},
		"exclusive":          {m{"type": 2, "scene": 2, "user": users[:1], "is_exclusive": true}, 0},
	} {
		if out := w.call(add, c.in); errcode(out) != c.code {
			t.Errorf("%s: %v, want %d", name, out, c.code)
		}
	}
	mini := w.good(add, m{"type": 1, "scene": 1, "user": users[:1]})
	if mini["qr_code"] != nil {
		t.Error("a way for mini programs has a code")
	}
	w.bad(40058, "externalcontact/get_contact_way", m{"config_id": "nonsense"})
	way := w.good(add, m{"type": 1, "scene": 2, "user": users[:1], "state": "s"})["config_id"]
	other := w.as(secondApp)
	for _, op := range []string{"get", "del"} {
		other.bad(48002, "externalcontact/"+op+"_contact_way", m{"config_id": way})
	}
	other.bad(48002, "externalcontact/update_contact_way", m{"config_id": way, "state": "t"})
	w.bad(40058, "externalcontact/update_contact_way", m{"config_id": way, "state": long(31)})
	w.bad(40058, "externalcontact/update_contact_way", m{"config_id": way, "user": users[4:6]})
	w.good("externalcontact/update_contact_way", m{"config_id": way, "user": users[4:5], "skip_verify": false})
	got := w.good("externalcontact/get_contact_way", m{"config_id": way})["contact_way"].(m)
	if got["state"] != "s" || got["skip_verify"] != false || got["user"].([]any)[0] != users[4] {
		t.Errorf("after the update: %v", got)
	}
	w.good("externalcontact/del_contact_way", m{"config_id": way})
	w.bad(40058, "externalcontact/get_contact_way", m{"config_id": way})
	if _, err := w.sim.Scan(wecomsim.Scan{Person: w.person("晚到"), Way: way.(string)}); err == nil {
		t.Error("a deleted code can be scanned")
	}
	limits := wecomsim.DefaultLimits()
	limits.ContactWays = 1
	w.sim.SetLimits(limits)
	w.bad(41045, add, m{"type": 1, "scene": 2, "user": users[:1]})
}

func TestContactWayList(t *testing.T) {
	w := newWorld(t, nil)
	member := w.members()[0]
	var made []string
	for range 5 {
		made = append(made, w.way(member, ""))
		w.sim.Clock().Advance(time.Minute)
	}
	w.good("externalcontact/add_contact_way", m{"type": 1, "scene": 2, "user": []string{member}, "is_temp": true})
	var got []string
	in := m{"limit": 2}
	for pages := 0; ; pages++ {
		out := w.good("externalcontact/list_contact_way", in)
		for _, x := range out["contact_way"].([]any) {
			got = append(got, x.(m)["config_id"].(string))
		}
		if out["next_cursor"] == nil {
			if pages != 2 {
				t.Errorf("%d pages", pages+1)
			}
			break
		}
		in["cursor"] = out["next_cursor"]
	}
	if strings.Join(got, " ") != strings.Join(made, " ") {
		t.Errorf("listed %v, want %v", got, made)
	}
	from := start().Add(3 * time.Minute).Unix()
	if out := w.good("externalcontact/list_contact_way", m{"start_time": from}); len(out["contact_way"].([]any)) != 2 {
		t.Errorf("since minute 3: %v", out)
	}
	w.bad(40058, "externalcontact/list_contact_way", m{"start_time": from, "end_time": from - 1})
	w.bad(40058, "externalcontact/list_contact_way", m{"limit": 1001})
	w.bad(40058, "externalcontact/list_contact_way", m{"cursor": in["cursor"], "end_time": from})
	w.sim.Clock().Advance(61 * time.Minute)
	w.bad(40058, "externalcontact/list_contact_way", in)
	if out := w.as(secondApp).good("externalcontact/list_contact_way", m{}); len(out["contact_way"].([]any)) != 0 {
		t.Error("another app lists our ways")
	}
}

func TestWelcomeRules(t *testing.T) {
	w := newWorld(t, nil)
	member := w.members()[0]
	const send = "externalcontact/send_welcome_msg"
	hello := func(code string) m { return m{"welcome_code": code, "text": m{"content": "你好"}} }
	image := w.upload("image", "a.png", pngBytes())
	_, r := w.friends("甲", member)
	w.bad(41049, send, hello(""))
	w.bad(41050, send, hello("nonsense"))
	attach := func(a ...m) m { return m{"welcome_code": r.WelcomeCode, "attachments": a} }
	link := m{"msgtype": "link", "link": m{"title": "t", "url": "https://example.com"}}
	for name, c := range map[string]struct {
		in   m
		code int
	}{
		"empty":           {m{"welcome_code": r.WelcomeCode}, 40058},
		"text too long":   {m{"welcome_code": r.WelcomeCode, "text": m{"content": long(1334)}}, 45002},
		"ten attachments": {attach(link, link, link, link, link, link, link, link, link, link), 41064},
		"unknown kind":    {attach(m{"msgtype": "voice"}), 41065},
		"no content":      {attach(m{"msgtype": "link"}), 40058},
		"no media":        {attach(m{"msgtype": "image", "image": m{"media_id": "x"}}), 40007},
		"wrong media":     {attach(m{"msgtype": "video", "video": m{"media_id": image}}), 40007},
		"foreign picture": {attach(m{"msgtype": "image", "image": m{"pic_url": "https://example.com/a.png"}}), 40058},
		"title 129 bytes": {attach(m{"msgtype": "link", "link": m{"title": long(43), "url": "https://example.com"}}), 40058},
		"link without":    {attach(m{"msgtype": "link", "link": m{"title": "t"}}), 40058},
		"mini title":      {attach(m{"msgtype": "miniprogram", "miniprogram": m{"title": long(22), "appid": "wx1", "page": "p", "pic_media_id": image}}), 40058},
	} {
		if out := w.call(send, c.in); errcode(out) != c.code {
			t.Errorf("%s: %v, want %d", name, out, c.code)
		}
	}
	// A refused call does not use the code up; it dies after one that worked.
	w.good(send, attach(link, m{"msgtype": "image", "image": m{"media_id": image}},
		m{"msgtype": "miniprogram", "miniprogram": m{"title": long(21), "appid": "wx1", "page": "p", "pic_media_id": image}}))
	w.bad(41051, send, hello(r.WelcomeCode))

	_, r = w.friends("乙", member)
	w.sim.Clock().Advance(20 * time.Second)
	w.good(send, hello(r.WelcomeCode)) // the last moment
	_, r = w.friends("丙", member)
	w.sim.Clock().Advance(20*time.Second + time.Millisecond)
	w.bad(41050, send, hello(r.WelcomeCode))

	person, r := w.friends("丁", member)
	must(w.sim.Say(wecomsim.Say{Person: person, Member: member, Text: "在吗"}))(t)
	w.bad(41051, send, hello(r.WelcomeCode))

	person, r = w.friends("戊", member)
	take := func(stage string) {
		must(w.sim.TakeWelcome(wecomsim.TakeWelcome{Person: person, Member: member, Stage: stage}))(t)
	}
	take(wecomsim.WelcomeBegin)
	w.bad(41096, send, hello(r.WelcomeCode))
	take(wecomsim.WelcomeAbort)
	take(wecomsim.WelcomeFinish)
	w.bad(41051, send, hello(r.WelcomeCode))
	if _, err := w.sim.TakeWelcome(wecomsim.TakeWelcome{Person: person, Member: member}); err == nil {
		t.Error("a used code was taken again")
	}

	must(w.sim.ChangeMember(wecomsim.ChangeMember{Member: member, ConsoleWelcome: new(true)}))(t)
	if _, r = w.friends("己", member); r.WelcomeCode != "" {
		t.Error("a code although the console greets")
	}
	must(w.sim.ChangeMember(wecomsim.ChangeMember{Member: member, ConsoleWelcome: new(false)}))(t)
	partner := must(w.sim.AddPerson(wecomsim.NewPerson{Name: "伙伴", CorpName: "示例伙伴"}))(t)
	if r := must(w.sim.Add(wecomsim.Add{Person: partner.ID, Member: member}))(t); r.WelcomeCode != "" || !strings.HasPrefix(r.ExternalUserID, "wo") {
		t.Errorf("a WeCom contact got %+v", r)
	}
}

// TestHalfAdded: without skip_verify the member must accept; until then the
// relation is no friendship (84061). A code used with the half event leaves the
// second event without one.
func TestHalfAdded(t *testing.T) {
	for _, greeted := range []bool{true, false} {
		w := newWorld(t, nil)
		member := w.members()[0]
		way := w.good("externalcontact/add_contact_way", m{"type": 1, "scene": 2, "user": []string{member}, "skip_verify": false, "state": "half"})["config_id"].(string)
		person := w.person("甲")
		half := must(w.sim.Scan(wecomsim.Scan{Person: person, Way: way}))(t)
		if half.Event != "add_half_external_contact" || half.WelcomeCode == "" {
			t.Fatalf("scan made %+v", half)
		}
		w.bad(84061, "externalcontact/get", m{"external_userid": half.ExternalUserID})
		w.bad(84061, "externalcontact/list", m{"userid": member})
		w.bad(84061, "externalcontact/remark", m{"userid": member, "external_userid": half.ExternalUserID, "remark": "x"})
		if greeted {
			w.good("externalcontact/send_welcome_msg", m{"welcome_code": half.WelcomeCode, "text": m{"content": "你好"}})
		}
		full := must(w.sim.Accept(wecomsim.Pair{Person: person, Member: member}))(t)
		if full.Event != "add_external_contact" || (full.WelcomeCode == "") != greeted {
			t.Errorf("greeted %v: accepted %+v", greeted, full)
		}
		w.good("externalcontact/get", m{"external_userid": half.ExternalUserID})
		if _, err := w.sim.Accept(wecomsim.Pair{Person: person, Member: member}); err == nil {
			t.Error("accepted twice")
		}
	}
}

// TestPartings: what remains after either side deletes the other (84061).
func TestPartings(t *testing.T) {
	w := newWorld(t, nil)
	member := w.members()[0]
	person, r := w.friends("甲", member)
	get := m{"external_userid": r.ExternalUserID}
	note := m{"userid": member, "external_userid": r.ExternalUserID, "remark": "老周"}
	must(w.sim.DeleteMember(wecomsim.Pair{Person: person, Member: member}))(t)
	w.good("externalcontact/get", get) // one-way: the member still has him
	w.good("externalcontact/remark", note)
	if said := must(w.sim.Say(wecomsim.Say{Person: person, Member: member, By: "member", Text: "在？"}))(t); !said.Refused {
		t.Error("a message reached somebody who deleted the member")
	}
	back := must(w.sim.Scan(wecomsim.Scan{Person: person, Way: w.way(member, "again")}))(t)
	if back.Event != "add_external_contact" || back.WelcomeCode == "" || back.ExternalUserID != r.ExternalUserID {
		t.Errorf("coming back made %+v", back)
	}
	follow := w.good("externalcontact/get", get)["follow_user"].([]any)[0].(m)
	if follow["remark"] != "老周" || follow["state"] != "again" {
		t.Errorf("after coming back: %v", follow)
	}
	must(w.sim.DeleteCustomer(wecomsim.Pair{Person: person, Member: member}))(t)
	w.bad(84061, "externalcontact/get", get)
	w.bad(84061, "externalcontact/remark", note)
	w.bad(84061, "externalcontact/mark_tag", m{"userid": member, "external_userid": r.ExternalUserID, "add_tag": []string{"x"}})
	if _, err := w.sim.DeleteCustomer(wecomsim.Pair{Person: person, Member: member}); err == nil {
		t.Error("deleted twice")
	}
	must(w.sim.Add(wecomsim.Add{Person: person, Member: member}))(t)
	follow = w.good("externalcontact/get", get)["follow_user"].([]any)[0].(m)
	if follow["remark"] != "" {
		t.Errorf("after the member's deletion the old remark is back: %v", follow)
	}
	must(w.sim.Block(wecomsim.Block{Person: person, Member: member}))(t)
	if said := must(w.sim.Say(wecomsim.Say{Person: person, Member: member, By: "member", Text: "在？"}))(t); !said.Refused {
		t.Error("a message reached somebody who blocked the member")
	}
	w.good("externalcontact/get", get)
}

func TestTemporarySession(t *testing.T) {
	w := newWorld(t, nil)
	member := w.members()[0]
	way := w.good("externalcontact/add_contact_way", m{
		"type": 1, "scene": 2, "user": []string{member}, "is_temp": true,
		"expires_in": 60, "chat_expires_in": 600, "conclusions": m{"text": m{"content": "祝您健康"}},
	})["config_id"].(string)
	person := w.person("病人")
	r := must(w.sim.Scan(wecomsim.Scan{Person: person, Way: way}))(t)
	w.bad(84061, "externalcontact/get", m{"external_userid": r.ExternalUserID})
	pair := m{"userid": member, "external_userid": r.ExternalUserID}
	w.good("externalcontact/close_temp_chat", pair)
	w.bad(84061, "externalcontact/close_temp_chat", pair)
	must(w.sim.Scan(wecomsim.Scan{Person: person, Way: way}))(t)
	w.sim.Clock().Advance(10 * time.Minute)
	w.bad(84061, "externalcontact/close_temp_chat", pair)
	chat := must(w.sim.ChatWith(wecomsim.Pair{Person: person, Member: member}))(t)
	if chat[len(chat)-1].Text != "祝您健康" {
		t.Errorf("chat ends with %+v", chat[len(chat)-1])
	}
	if _, err := w.sim.Scan(wecomsim.Scan{Person: person, Way: way}); err == nil {
		t.Error("an expired temporary code works")
	}
}
