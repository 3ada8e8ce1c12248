package wecomsim_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/wecom/internal/samples"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// shape flattens an answer to the set of its field paths.
func shape(v any, at string, into map[string]bool) map[string]bool {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			into[at+k] = true
			shape(x, at+k+".", into)
		}
	case []any:
		for _, x := range v {
			shape(x, at, into)
		}
	}
	return into
}

// sampleShape is the union of the official samples of an operation.
func sampleShape(t *testing.T, path string) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	for _, folder := range []string{"examples/cgi-bin", "examples/more/cgi-bin"} {
		data, err := os.ReadFile(filepath.Join(samples.Dir(t), folder, path+".response.json"))
		if err != nil {
			continue
		}
		var v any
		if err := json.Unmarshal(data, &v); err != nil {
			t.Fatal(err)
		}
		shape(v, "", out)
	}
	return out
}

// answers calls every operation that has an official sample, in a world that
// has something to show, and returns the answers by path.
func answers(t *testing.T) map[string]map[string]any {
	w := demo(t)
	yes := true
	must(w.sim.ChangeApp(wecomsim.DefaultAgentID, wecomsim.AppPatch{SensitiveFields: &yes}))(t)
	var member, other string
	for _, u := range w.good("externalcontact/get_follow_user_list", nil)["follow_user"].([]any)[:2] {
		member, other = u.(string), member
	}
	sync := w.as(syncSecret)
	out := map[string]map[string]any{}
	call := func(path string, in m) map[string]any {
		out[path] = w.good(path, in)
		return out[path]
	}
	out["gettoken"] = w.raw(http.MethodGet, "/cgi-bin/gettoken?corpid="+w.corp.CorpID+"&corpsecret="+w.corp.Apps[0].Secret, nil)
	for _, path := range []string{
		"getcallbackip", "get_api_domain_ip", "get_jsapi_ticket", "department/simplelist",
		"externalcontact/get_follow_user_list",
	} {
		call(path, nil)
	}
	call("ticket/get", m{"type": "agent_config"})
	made := sync.good("department/create", m{"name": "新部门", "name_en": "new", "parentid": 1})
	call("department/list", nil)
	call("department/get", m{"id": string(mustJSON(t, made["id"]))})
	out["department/create"] = made
	out["department/update"] = sync.good("department/update", m{"id": made["id"], "name": "改名"})
	newOne := m{
		"userid": "sample1", "name": "样例", "department": []any{made["id"]}, "mobile": "13811110000", "email": "sample1@example.com",
		"gender": "1", "biz_mail": "sample1@corp.example", "address": "上海", "alias": "sam", "telephone": "021-1", "position": "顾问",
		"external_position": "顾问", "direct_leader": []string{member},
		"extattr": m{"attrs": []m{{"type": 0, "name": "文本", "text": m{"value": "值"}}, {"type": 1, "name": "网页", "web": m{"url": "https://example.com", "title": "题"}}}},
	}
	out["user/create"] = sync.good("user/create", newOne)
	out["user/update"] = sync.good("user/update", m{"userid": "sample1", "name": "样例二"})
	call("user/get", m{"userid": "sample1"})
	call("user/list", m{"department_id": string(mustJSON(t, made["id"]))})
	call("user/simplelist", m{"department_id": "2"})
	out["user/list_id"] = sync.good("user/list_id", m{"limit": 5})
	call("user/getuserid", m{"mobile": "13811110000"})
	call("user/get_userid_by_email", m{"email": "sample1@corp.example"})
	openid := call("user/convert_to_openid", m{"userid": "sample1"})["openid"]
	call("user/convert_to_userid", m{"openid": openid})
	out["user/delete"] = sync.good("user/delete", m{"userid": "sample1"})
	out["department/delete"] = sync.good("department/delete", m{"id": string(mustJSON(t, made["id"]))})
	call("agent/get", m{"agentid": "1000002"})
	call("agent/list", nil)

	call("externalcontact/list", m{"userid": member})
	person := w.person("样例客户")
	rel := must(w.sim.Add(wecomsim.Add{Person: person, Member: member, AddWay: 10}))(t)
	partner := must(w.sim.AddPerson(wecomsim.NewPerson{Name: "伙伴", CorpName: "伙伴"}))(t)
	must(w.sim.Add(wecomsim.Add{Person: partner.ID, Member: member}))(t)
	pair := m{"userid": member, "external_userid": rel.ExternalUserID}
	group := call("externalcontact/add_corp_tag", m{"group_name": "样例组", "tag": []m{{"name": "样例"}}})["tag_group"].(m)
	call("externalcontact/mark_tag", m{"userid": member, "external_userid": rel.ExternalUserID, "add_tag": []any{group["tag"].([]any)[0].(m)["id"]}})
	call("externalcontact/remark", m{"userid": member, "external_userid": rel.ExternalUserID, "remark_company": "公司", "remark_mobiles": []string{"13900000000"}})
	single := call("externalcontact/get", m{"external_userid": rel.ExternalUserID})
	both := w.good("externalcontact/get", m{"external_userid": must(w.sim.Add(wecomsim.Add{Person: partner.ID, Member: other}))(t).ExternalUserID})
	out["externalcontact/get"] = m{"errcode": 0, "errmsg": "", "external_contact": []any{single["external_contact"], both["external_contact"]}, "follow_user": single["follow_user"]}
	batch := []any{}
	in := m{"userid_list": []string{member}, "limit": 100, "cursor": ""}
	for in["cursor"] != nil {
		page := w.good("externalcontact/batch/get_by_user", in)
		out["externalcontact/batch/get_by_user"] = page
		batch = append(batch, page["external_contact_list"].([]any)...)
		in["cursor"] = page["next_cursor"]
	}
	out["externalcontact/batch/get_by_user"]["external_contact_list"] = batch
	call("externalcontact/contact_list", m{"limit": 1000})
	call("externalcontact/get_corp_tag_list", m{"group_id": []any{group["group_id"]}})
	call("externalcontact/edit_corp_tag", m{"id": group["group_id"], "name": "样例组二"})
	call("externalcontact/del_corp_tag", m{"group_id": []any{group["group_id"]}})
	image := w.upload("image", "a.png", pngBytes())
	way := call("externalcontact/add_contact_way", m{
		"type": 1, "scene": 2, "style": 1, "user": []string{member}, "is_temp": true, "state": "s", "remark": "r",
		"unionid":     unionID(w, person),
		"conclusions": m{"text": m{"content": "再见"}, "image": m{"media_id": image}},
	})["config_id"]
	call("externalcontact/get_contact_way", m{"config_id": way})
	w.way(member, "x")
	w.way(member, "y")
	call("externalcontact/list_contact_way", m{"limit": 1})
	call("externalcontact/update_contact_way", m{"config_id": way, "state": "t"})
	must(w.sim.Scan(wecomsim.Scan{Person: person, Way: way.(string)}))(t)
	call("externalcontact/close_temp_chat", pair)
	call("externalcontact/del_contact_way", m{"config_id": way})
	call("externalcontact/send_welcome_msg", m{"welcome_code": rel.WelcomeCode, "text": m{"content": "你好"}})
	call("externalcontact/convert_to_openid", m{"external_userid": rel.ExternalUserID})
	chats := call("externalcontact/groupchat/list", m{"limit": 10})
	var opengid string
	members := []any{}
	for _, x := range chats["group_chat_list"].([]any) {
		g := w.good("externalcontact/groupchat/get", m{"chat_id": x.(m)["chat_id"], "need_name": 1})
		out["externalcontact/groupchat/get"] = g
		members = append(members, g["group_chat"].(m)["member_list"].([]any)...)
	}
	chat := must(w.sim.CreateGroup(wecomsim.CreateGroup{Owner: member, Name: "群"}))(t).ChatID
	must(w.sim.JoinGroup(wecomsim.JoinGroup{Group: chat, Person: person, State: "way"}))(t)
	must(w.sim.RenameGroup(wecomsim.RenameGroup{Group: chat, Notice: new("公告")}))(t)
	g := w.good("externalcontact/groupchat/get", m{"chat_id": chat, "need_name": 1})["group_chat"].(m)
	full := out["externalcontact/groupchat/get"]["group_chat"].(m)
	full["member_list"], full["notice"] = append(members, g["member_list"].([]any)...), g["notice"]
	w.sim.Inspect(func(world *wecomsim.World) { opengid = world.Corps[0].Groups[chat].OpenGID })
	call("externalcontact/opengid_to_chatid", m{"opengid": opengid})
	taker := must(w.sim.JoinMember(wecomsim.JoinMember{UserID: "taker", Name: "接替"}))(t).UserID
	out["externalcontact/groupchat/onjob_transfer"] = w.good("externalcontact/groupchat/onjob_transfer", m{"chat_id_list": []string{"wrnone"}, "new_owner": taker})
	out["externalcontact/groupchat/transfer"] = w.good("externalcontact/groupchat/transfer", m{"chat_id_list": []string{chat}, "new_owner": taker})
	call("externalcontact/transfer_customer", m{"handover_userid": member, "takeover_userid": taker, "external_userid": []string{rel.ExternalUserID}})
	call("externalcontact/transfer_result", m{"handover_userid": member, "takeover_userid": taker})
	must(w.sim.Resign(wecomsim.Resign{Member: other}))(t)
	call("externalcontact/get_unassigned_list", m{"page_size": 1})
	call("externalcontact/resigned/transfer_customer", m{"handover_userid": other, "takeover_userid": taker, "external_userid": []string{w.external(partner.ID)}})
	call("externalcontact/resigned/transfer_result", m{"handover_userid": other, "takeover_userid": taker})
	out["media/upload"] = w.post("media/upload?type=image", "media", "a.png", pngBytes())
	out["media/uploadimg"] = w.post("media/uploadimg?x=1", "media", "a.png", pngBytes())
	out["media/upload_attachment"] = w.post("media/upload_attachment?media_type=image&attachment_type=1", "media", "a.png", pngBytes())
	out["media/get"] = w.call("media/get", m{"media_id": "x"})
	sent := call("message/send", m{
		"touser": member + "|nobody", "toparty": "2|99", "totag": "9", "msgtype": "template_card", "agentid": 1000002,
		"template_card": m{"card_type": "button_interaction", "task_id": "t1"},
	})
	call("message/update_template_card", m{"agentid": 1000002, "response_code": sent["response_code"], "userids": []string{"nobody"}, "button": m{"replace_name": "好"}})
	call("message/recall", m{"msgid": sent["msgid"]})
	code := must(w.sim.LoginCode("", wecomsim.DefaultAgentID, member))(t)
	ticket := call("auth/getuserinfo", m{"code": code})["user_ticket"]
	call("auth/getuserdetail", m{"user_ticket": ticket})
	return out
}

func mustJSON(t testing.TB, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func unionID(w *world, person string) (id string) {
	w.sim.Inspect(func(world *wecomsim.World) { id = world.People[person].UnionID })
	return id
}

// absent lists fields of samples that the simulator does not give, by prefix
// of "path field", with the reason.
func absent() map[string]string {
	return map[string]string{
		"user/get open_userid":                                  "third-party apps only",
		"user/list open_userid":                                 "see user/get",
		"user/list userlist.open_userid":                        "third-party apps only",
		"user/simplelist userlist.open_userid":                  "third-party apps only",
		"user/list userlist.hide_mobile":                        "legacy",
		"user/list userlist.english_name":                       "legacy",
		"user/get external_profile":                             "not modelled (api_member_write.go)",
		"user/list userlist.external_profile":                   "not modelled (api_member_write.go)",
		"agent/get home_url":                                    "not modelled, empty is left out",
		"agent/get customized_publish_status":                   "third-party apps only",
		"agent/get allow_userinfos.user.userid":                 "the seeded range is a department",
		"externalcontact/get external_contact.foreign_key":      "school edition",
		"externalcontact/get external_contact.is_subscribe":     "school edition",
		"externalcontact/get external_contact.subscriber_info":  "school edition",
		"externalcontact/get external_contact.external_profile": "not modelled (api_external_contact.go)",
		"externalcontact/get next_cursor":                       "only above 500 followers (TestManyFollowers)",
		"externalcontact/get follow_user.state":                 "only of contact ways (TestScanToGreeting)",
		"externalcontact/batch/get_by_user external_contact_list.external_contact.external_profile": "not modelled",
		"externalcontact/batch/get_by_user next_cursor":                                             "absent on the last page",
		"externalcontact/contact_list next_cursor":                                                  "absent on the last page",
		"externalcontact/get_contact_way contact_way.conclusions.link":                              "the image takes precedence over it",
		"externalcontact/get_contact_way contact_way.conclusions.miniprogram":                       "the image takes precedence over it",
		"externalcontact/transfer_result next_cursor":                                               "absent on the last page (TestResultPages)",
		"externalcontact/resigned/transfer_result next_cursor":                                      "absent on the last page (TestResultPages)",
		"message/send unlicenseduser":                                                               "licences are not modelled",
		"auth/getuserinfo openid":                                                                   "of visitors only (TestLogin)",
		"auth/getuserinfo external_userid":                                                          "of visitors only (TestLogin)",
		"auth/getuserdetail email":                                                                  "seeded members have a corp mailbox only",
		"auth/getuserdetail address":                                                                "seeded members have no address",
	}
}

// more lists fields that the simulator gives although no sample shows them.
func more() map[string]string {
	return map[string]string{
		"externalcontact/get external_contact.corp_full_name":                                     "sheet: self-built apps, type 2",
		"externalcontact/batch/get_by_user external_contact_list.external_contact.corp_full_name": "sheet: self-built apps, type 2",
		"externalcontact/groupchat/get group_chat.member_version":                                 "sheet: newer field",
		"externalcontact/contact_list info_list.chat_id":                                          "sheet",
		"message/update_template_card invaliduser":                                                "sheet",
		"externalcontact/get follow_user.wechat_channels.source":                                  "sheet: add_way 10; shown by the sample of batch/get_by_user",
		"agent/list agentlist.square_logo_url":                                                    "sample of agent/get",
		"user/get biz_mail":                                                                       "sheet: sensitive fields",
		"user/list userlist.biz_mail":                                                             "sheet: sensitive fields",
		"media/get errmsg":                                                                        "an error answer",
	}
}

// TestShapesOfSamples compares the fields of every answer with the official
// sample of the operation, so that the simulator cannot drift from WeCom.
func TestShapesOfSamples(t *testing.T) {
	samples.Dir(t)
	missing, surplus := absent(), more()
	excused := func(list map[string]string, path, field string) bool {
		for k := range list {
			if k == path+" "+field || strings.HasPrefix(path+" "+field, k+".") {
				return true
			}
		}
		return false
	}
	compared := 0
	for path, answer := range answers(t) {
		want := sampleShape(t, path)
		if len(want) == 0 {
			t.Logf("no official sample of %s", path)
			continue
		}
		compared++
		got := shape(answer, "", map[string]bool{})
		var problems []string
		for field := range want {
			if !got[field] && !excused(missing, path, field) {
				problems = append(problems, "lacks "+field)
			}
		}
		for field := range got {
			if !want[field] && !excused(surplus, path, field) {
				problems = append(problems, "has no business giving "+field)
			}
		}
		slices.Sort(problems)
		for _, p := range problems {
			t.Errorf("%s %s", path, p)
		}
	}
	if compared < 40 {
		t.Errorf("only %d operations were compared", compared)
	}
}
