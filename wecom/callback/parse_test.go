package callback_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/queqiao-scrm/queqiao/wecom/callback"
)

// TestOwnSamples decodes and encodes one invented callback of every kind. A kind
// without a file fails, and so does a file without a kind.
func TestOwnSamples(t *testing.T) {
	files, err := filepath.Glob("testdata/push/*.xml")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range callback.Catalogue() {
		file := filepath.Join("testdata", "push", entry.Kind.String()+".xml")
		files = slices.DeleteFunc(files, func(f string) bool { return f == file })
		t.Run(entry.Kind.String(), func(t *testing.T) {
			document, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			event, err := callback.Parse(document)
			if err != nil {
				t.Fatal(err)
			}
			if reflect.TypeOf(event) != reflect.TypeOf(entry.New()) {
				t.Fatalf("decoded as %T, want %T", event, entry.New())
			}
			if event.Head().Kind() != entry.Kind || event.Head().Corp() != "ww0123456789abcdef" || event.Head().Time() < 1779238800 {
				t.Errorf("the header reads %+v", event.Head())
			}
			compare(t, document, event)

			encoded, err := callback.Marshal(event)
			if err != nil {
				t.Fatal(err)
			}
			again, err := callback.Parse(encoded)
			if err != nil || !reflect.DeepEqual(again, event) {
				t.Errorf("encoded and decoded: %+v, %v; want %+v", again, err, event)
			}
		})
	}
	if len(files) > 0 {
		t.Errorf("no kind belongs to %v", files)
	}
}

// TestCatalogueIsComplete holds the list of the platform's notes, section by section.
func TestCatalogueIsComplete(t *testing.T) {
	want := map[string]string{
		"change_external_contact": "add_external_contact add_half_external_contact edit_external_contact del_external_contact del_follow_user transfer_fail msg_audit_approved",
		"change_external_chat":    "create update dismiss",
		"change_external_tag":     "create update delete shuffle",
		"customer_acquisition":    "balance_low balance_exhausted quota_expire_soon link_unavailable delete_link friend_request customer_start_chat message_from_customer",
		"change_contact":          "create_user update_user delete_user create_party update_party delete_party update_tag",
		"": "msgaudit_notify batch_job_result upload_media_job_finish subscribe unsubscribe enter_agent click view scancode_push scancode_waitmsg " +
			"pic_sysphoto pic_photo_or_album pic_weixin location_select LOCATION template_card_event template_card_menu_event taskcard_click " +
			"close_inactive_agent reopen_inactive_agent message.text message.image message.voice message.video message.location message.link",
	}
	have := map[string]bool{}
	for _, entry := range callback.Catalogue() {
		if have[entry.Kind.String()] {
			t.Errorf("%s is listed twice", entry.Kind)
		}
		have[entry.Kind.String()] = true
	}
	for event, changes := range want {
		for change := range strings.FieldsSeq(changes) {
			name := strings.TrimPrefix(event+"."+change, ".")
			if !have[name] {
				t.Errorf("%s is missing", name)
			}
			delete(have, name)
		}
	}
	for name := range have {
		t.Errorf("%s is not in this test", name)
	}
}

func xmlOf(fields string) []byte {
	return []byte("<xml><ToUserName>ww1</ToUserName><FromUserName>sys</FromUserName><CreateTime>1779238800</CreateTime>" + fields + "</xml>")
}

// parse decodes and wants one type.
func parse[T any](t *testing.T, document []byte) T {
	t.Helper()
	event, err := callback.Parse(document)
	if err != nil {
		t.Fatal(err)
	}
	typed, ok := event.(T)
	if !ok {
		t.Fatalf("decoded as %T", event)
	}
	return typed
}

func TestBothShapesOfMemChangeList(t *testing.T) {
	const head = "<MsgType>event</MsgType><Event>change_external_chat</Event><ChangeType>update</ChangeType><ChatId>wr1</ChatId><UpdateDetail>add_member</UpdateDetail><JoinScene>0</JoinScene>"
	for list, want := range map[string][]string{
		"<Item>wm_a-1</Item>\n<Item><![CDATA[ li.si@x ]]></Item>": {"wm_a-1", "li.si@x"},
		"wm_a-1,li.si@x":             {"wm_a-1", "li.si@x"},
		"<![CDATA[wm_a-1|li.si@x]]>": {"wm_a-1", "li.si@x"},
		"wm_a-1、li.si@x；":            {"wm_a-1", "li.si@x"},
		"\n  wm_a-1\n  li.si@x\n":    {"wm_a-1", "li.si@x"},
		"":                           {},
		"<Item></Item>":              {},
		"<Item>one</Item>":           {"one"},
		"one":                        {"one"},
	} {
		e := parse[*callback.UpdateExternalChat](t, xmlOf(head+"<MemChangeList>"+list+"</MemChangeList>"))
		if !slices.Equal(e.MemChangeList, callback.UserIDs(want)) {
			t.Errorf("%q gave %q", list, e.MemChangeList)
		}
		if e.JoinScene == nil || *e.JoinScene != callback.JoinSceneInvited || e.QuitScene != nil {
			t.Errorf("%q: scenes %v and %v", list, e.JoinScene, e.QuitScene)
		}
	}
}

func TestBothSpellingsOfOptionIds(t *testing.T) {
	for _, item := range []string{
		"<OptionIds><OptionId>a</OptionId><OptionId>b</OptionId></OptionIds>",
		"<OpitonIds><OptionId>a</OptionId><OptionId>b</OptionId></OpitonIds>",
		"<OpitonIds><OpitonId>a</OpitonId><OpitonId>b</OpitonId></OpitonIds>",
	} {
		e := parse[*callback.TemplateCardEvent](t, xmlOf("<MsgType>event</MsgType><Event>template_card_event</Event>"+
			"<SelectedItems><SelectedItem><QuestionKey>q</QuestionKey>"+item+"</SelectedItem></SelectedItems>"))
		if len(e.SelectedItems) != 1 || e.SelectedItems[0].QuestionKey != "q" || !slices.Equal(e.SelectedItems[0].OptionIDs, []string{"a", "b"}) {
			t.Errorf("%s gave %+v", item, e.SelectedItems)
		}
	}
}

// TestAbsentAndEmptyDiffer: an update carries only what changed.
func TestAbsentAndEmptyDiffer(t *testing.T) {
	e := parse[*callback.UpdateUser](t, xmlOf("<MsgType>event</MsgType><Event>change_contact</Event><ChangeType>update_user</ChangeType>"+
		"<UserID>a</UserID><Position></Position><Department>3,8</Department>"))
	if e.Position == nil || *e.Position != "" || e.Name != nil || e.Status != nil {
		t.Errorf("got %+v", e.UserFields)
	}
	if e.Department == nil || !slices.Equal(*e.Department, callback.IDs{3, 8}) || e.IsLeaderInDept != nil {
		t.Errorf("lists %v, %v", e.Department, e.IsLeaderInDept)
	}
}

func TestUnknownIsCarriedRaw(t *testing.T) {
	for _, document := range [][]byte{
		xmlOf("<MsgType>event</MsgType><Event>change_external_contact</Event><ChangeType>brand_new</ChangeType><UserID>a</UserID>"),
		xmlOf("<MsgType>event</MsgType><Event>brand_new</Event>"),
		xmlOf("<MsgType>hologram</MsgType>"),
		xmlOf(""),
		[]byte("<xml><SuiteId>ws1</SuiteId><InfoType>suite_ticket</InfoType><TimeStamp>1779238800</TimeStamp></xml>"),
	} {
		e := parse[*callback.Unknown](t, document)
		if !bytes.Equal(e.Raw, document) || e.Head().Time() != 1779238800 {
			t.Errorf("%s gave %+v", document, e)
		}
		encoded, err := callback.Marshal(e)
		if err != nil || !bytes.Equal(encoded, document) {
			t.Errorf("encoded as %s, %v", encoded, err)
		}
		document[0] = '?'
		if e.Raw[0] == '?' {
			t.Error("the raw text is shared with the caller")
		}
	}
}

// TestSuiteEnvelope: third-party suites get the same events in another envelope.
func TestSuiteEnvelope(t *testing.T) {
	e := parse[*callback.DelFollowUser](t, []byte("<xml><SuiteId>ws1</SuiteId><AuthCorpId>ww7</AuthCorpId><InfoType>change_external_contact</InfoType>"+
		"<TimeStamp>1779238801</TimeStamp><ChangeType>del_follow_user</ChangeType><UserID>a</UserID><ExternalUserID>b</ExternalUserID></xml>"))
	if e.Corp() != "ww7" || e.Time() != 1779238801 || e.UserID != "a" || e.ExternalUserID != "b" {
		t.Errorf("got %+v", e)
	}
}

// TestBlanks: the platform's samples have blanks inside CDATA; what people wrote keeps its own.
func TestBlanks(t *testing.T) {
	e := parse[*callback.AcquisitionFriendRequest](t, xmlOf("<MsgType> event </MsgType><Event><![CDATA[customer_acquisition ]]></Event>"+
		"<ChangeType><![CDATA[ friend_request]]></ChangeType><LinkId> caw1\n</LinkId>"))
	if e.LinkID != "caw1" || e.Kind().String() != "customer_acquisition.friend_request" {
		t.Errorf("got %+v", e)
	}
	m := parse[*callback.TextMessage](t, xmlOf("<MsgType>text</MsgType><Content><![CDATA[  two words \n]]></Content>"))
	if m.Content != "  two words \n" {
		t.Errorf("the text became %q", m.Content)
	}
	// A carriage return survives being written, which it would not inside CDATA.
	written, err := callback.Marshal(&callback.TextMessage{Header: callback.Header{MsgType: "text"}, Content: "one\r\ntwo ]]> three"})
	if err != nil {
		t.Fatal(err)
	}
	if m := parse[*callback.TextMessage](t, written); m.Content != "one\r\ntwo ]]> three" {
		t.Errorf("the text became %q", m.Content)
	}
	// Pages write some event names in capitals.
	if e := parse[*callback.Click](t, xmlOf("<MsgType>event</MsgType><Event>CLICK</Event><EventKey>k</EventKey>")); e.EventKey != "k" {
		t.Errorf("got %+v", e)
	}
}

func TestWhatParseRefuses(t *testing.T) {
	deep := strings.Repeat("<a>", 20) + strings.Repeat("</a>", 20)
	bomb := `<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><xml><MsgType>&b;</MsgType></xml>`
	for name, test := range map[string]struct {
		document string
		want     error
	}{
		"nothing":                {"", callback.ErrXML},
		"no XML":                 {"hello", callback.ErrXML},
		"JSON":                   {`{"xml":1}`, callback.ErrXML},
		"cut":                    {"<xml><MsgType>event</MsgType>", callback.ErrXML},
		"crossed":                {"<xml><a></xml></a>", callback.ErrXML},
		"other root":             {"<html></html>", callback.ErrXML},
		"two roots":              {"<xml></xml><xml></xml>", callback.ErrXML},
		"deep":                   {"<xml>" + deep + "</xml>", callback.ErrXML},
		"many":                   {"<xml>" + strings.Repeat("<a/>", 30_000) + "</xml>", callback.ErrXML},
		"bomb":                   {bomb, callback.ErrDTD},
		"external entity":        {`<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml></xml>`, callback.ErrDTD},
		"entity after the root":  {`<xml></xml><!ENTITY a "b">`, callback.ErrDTD},
		"doctype inside":         {`<xml><!DOCTYPE a></xml>`, callback.ErrDTD},
		"unknown entity":         {"<xml><MsgType>&event;</MsgType></xml>", callback.ErrXML},
		"processing instruction": {"<xml><?php 1 ?></xml>", callback.ErrXML},
		"other encoding":         {`<?xml version="1.0" encoding="gbk"?><xml></xml>`, callback.ErrXML},
		"broken UTF-8":           {"<xml><MsgType>\xff\xfe</MsgType></xml>", callback.ErrXML},
		"NUL":                    {"<xml><MsgType>\x00</MsgType></xml>", callback.ErrXML},
		"huge":                   {"<xml>" + strings.Repeat("a", callback.MaxBody) + "</xml>", callback.ErrTooLarge},
		"time is no number":      {"<xml><MsgType>event</MsgType><Event>view</Event><CreateTime>soon</CreateTime></xml>", callback.ErrXML},
		"list is no number":      {"<xml><MsgType>event</MsgType><Event>change_contact</Event><ChangeType>create_user</ChangeType><Department>1,x</Department></xml>", callback.ErrXML},
	} {
		event, err := callback.Parse([]byte(test.document))
		if !errors.Is(err, test.want) || event != nil {
			t.Errorf("%s: %+v, %v; want %v", name, event, err, test.want)
		}
	}
	// What looks like a document type inside a text is text.
	const harmless = "<!DOCTYPE html><!ENTITY a>"
	if m := parse[*callback.TextMessage](t, xmlOf("<MsgType>text</MsgType><Content><![CDATA["+harmless+"]]></Content>")); m.Content != harmless {
		t.Errorf("the text became %q", m.Content)
	}
}

func TestWhatTheEnvelopeRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		body string
		want error
	}{
		"no Encrypt":  {"<xml><ToUserName>ww1</ToUserName></xml>", callback.ErrEnvelope},
		"empty":       {"<xml><Encrypt></Encrypt></xml>", callback.ErrEnvelope},
		"twice":       {"<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>", callback.ErrEnvelope},
		"nested":      {"<xml><a><Encrypt>a</Encrypt></a></xml>", callback.ErrEnvelope},
		"no XML":      {"Encrypt=a", callback.ErrXML},
		"DTD":         {"<!DOCTYPE a><xml><Encrypt>a</Encrypt></xml>", callback.ErrDTD},
		"10 MB":       {"<xml><Encrypt>" + strings.Repeat("a", 10<<20) + "</Encrypt></xml>", callback.ErrTooLarge},
		"just a root": {"<xml/>", callback.ErrEnvelope},
	} {
		if got, err := callback.ParseEnvelope([]byte(test.body)); !errors.Is(err, test.want) || got != (callback.Envelope{}) {
			t.Errorf("%s: %+v, %v; want %v", name, got, err, test.want)
		}
	}
	got, err := callback.ParseEnvelope([]byte("<xml>\n<Encrypt> <![CDATA[abc]]>\n</Encrypt><New>x</New><AgentID>7</AgentID><ToUserName>ww1</ToUserName></xml>"))
	if want := (callback.Envelope{ToUserName: "ww1", AgentID: "7", Encrypt: "abc"}); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestReadBody(t *testing.T) {
	if body, err := callback.ReadBody(strings.NewReader("<xml/>")); err != nil || string(body) != "<xml/>" {
		t.Errorf("got %q, %v", body, err)
	}
	endless := &counter{}
	if _, err := callback.ReadBody(endless); !errors.Is(err, callback.ErrTooLarge) || endless.read > 2*callback.MaxBody {
		t.Errorf("%d bytes were read, %v", endless.read, err)
	}
	if _, err := callback.ReadBody(&counter{fails: true}); err == nil || errors.Is(err, callback.ErrTooLarge) {
		t.Errorf("a broken connection gave %v", err)
	}
}

// counter is a body without end.
type counter struct {
	read  int
	fails bool
}

func (c *counter) Read(p []byte) (int, error) {
	if c.fails {
		return 0, fmt.Errorf("connection reset")
	}
	c.read += len(p)
	return len(p), nil
}
