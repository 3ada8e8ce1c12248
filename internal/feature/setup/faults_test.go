package setup_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/corp"
	"github.com/queqiao-scrm/queqiao/internal/feature/home"
	"github.com/queqiao-scrm/queqiao/internal/feature/setup"
	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// TestEachFaultHasItsOwnAdvice switches the simulator's faults on, one after the other.
func TestEachFaultHasItsOwnAdvice(t *testing.T) {
	rows := []struct {
		name   string
		fault  func(d *desk)
		check  string
		state  corp.CheckState
		code   int
		found  string
		advice string
		place  string
	}{
		{
			"all is well", func(*desk) {},
			corp.CheckCustomer, corp.CheckOK, 0, "名成员开通了客户联系", "", "",
		},
		{
			"the secret was reset", func(d *desk) { d.patch(wecomsim.AppPatch{Secret: new("another-secret-of-the-app")}) },
			corp.CheckSecret, corp.CheckFail, 40001, "拒绝了这个 Secret", "封禁一小时", "AgentId 与 Secret",
		},
		{
			"the address is not trusted", func(d *desk) { d.patch(wecomsim.AppPatch{TrustedIPs: &[]string{"203.0.113.7"}}) },
			corp.CheckIP, corp.CheckFail, 60020, "127.0.0.1", "把 127.0.0.1 加入企业可信IP", "企业可信IP",
		},
		{
			"the app was suspended", func(d *desk) { d.patch(wecomsim.AppPatch{Enabled: new(false)}) },
			corp.CheckAgent, corp.CheckFail, 50003, "应用已停用", "重新启用", "启用应用",
		},
		{
			"another app's id", func(d *desk) { d.want(200, "PUT", "/api/setup/app", m{"agentId": 1000099}, nil) },
			corp.CheckAgent, corp.CheckFail, 301002, "不属于同一个应用", "同一个应用的页面", "AgentId",
		},
		{
			"nobody in range", func(d *desk) { d.patch(wecomsim.AppPatch{Departments: &[]int{}, Members: &[]string{}}) },
			corp.CheckRange, corp.CheckFail, 0, "可见范围为空", "整个企业", "可见范围",
		},
		{
			"the app may not use customer contact", func(d *desk) { d.patch(wecomsim.AppPatch{CustomerContact: new(false)}) },
			corp.CheckCustomer, corp.CheckFail, 48002, "没有客户联系的调用权限", "可调用接口的应用", "可调用接口的应用",
		},
		{
			"no right for external contacts", func(d *desk) { d.fault("/cgi-bin/externalcontact/get_follow_user_list", 84074) },
			corp.CheckCustomer, corp.CheckFail, 84074, "外部联系人权限", "使用范围", "权限配置",
		},
		{
			"no right for those members", func(d *desk) { d.fault("/cgi-bin/externalcontact/get_follow_user_list", 60011) },
			corp.CheckCustomer, corp.CheckFail, 60011, "没有权限", "可见范围", "可见范围",
		},
		{
			"the corp id is unknown", func(d *desk) { d.revoked("/cgi-bin/gettoken", 40013) },
			corp.CheckCorpID, corp.CheckFail, 40013, "不认识这个企业 ID", "完整复制", "我的企业",
		},
		{
			"too many wrong secrets", func(d *desk) { d.revoked("/cgi-bin/gettoken", 45009) },
			corp.CheckSecret, corp.CheckFail, 45009, "暂时不接受", "等一小时", "",
		},
		{
			"WeCom is busy", func(d *desk) { d.fault("/cgi-bin/agent/get", 48005) },
			corp.CheckAgent, corp.CheckFail, 48005, "没有正常应答", "下线", "",
		},
		{
			"this machine's clock is wrong", func(d *desk) { d.Clock.Advance(7 * time.Minute) },
			corp.CheckClock, corp.CheckFail, 0, "快 7m0s", "NTP", "",
		},
		{
			"the domain is not trusted", func(d *desk) { d.patch(wecomsim.AppPatch{TrustedDomains: &[]string{"crm.example.com"}}) },
			corp.CheckDomain, corp.CheckWarn, 0, "不是公网域名", "http.public_url", "",
		},
		{
			"nothing has come from WeCom", func(*desk) {},
			corp.CheckCallback, corp.CheckWarn, 0, "还没有收到", "点击保存", "接收消息",
		},
		{
			"the token differs", func(d *desk) { d.patch(wecomsim.AppPatch{CallbackToken: new("anotherToken")}); d.verify(false) },
			corp.CheckCallback, corp.CheckFail, 0, "Token 不一致", "重新生成", "接收消息",
		},
		{
			"the key differs", func(d *desk) {
				d.patch(wecomsim.AppPatch{CallbackAESKey: new(strings.Repeat("k", 42) + "g")})
				d.verify(false)
			},
			corp.CheckCallback, corp.CheckFail, 0, "EncodingAESKey 不一致", "重新生成", "接收消息",
		},
		{
			"the address was verified", func(d *desk) { d.verify(true) },
			corp.CheckCallback, corp.CheckOK, 0, "通过校验", "", "",
		},
		{
			"events come", func(d *desk) {
				_, err := d.Sim.TellApp(wecomsim.TellApp{Member: d.member(), AgentID: wecomsim.DefaultAgentID, Text: "你好"})
				d.must(err)
				d.must(d.Sim.Settle(d.t.Context()))
			},
			corp.CheckCallback, corp.CheckOK, 0, "回调正常", "", "",
		},
	}
	stories(t, apptest.Options{NoSync: true}, func(d *desk) {
		for _, row := range rows {
			d.restore()
			row.fault(d)
			f := d.check(row.check)
			if f.State != row.state || f.Code != row.code || !strings.Contains(f.Found.ZH, row.found) {
				d.t.Errorf("%s: %+v", row.name, f)
			}
			if row.advice == "" != (f.Advice.ZH == "") || !strings.Contains(f.Advice.ZH, row.advice) {
				d.t.Errorf("%s: advice %q, want %q", row.name, f.Advice.ZH, row.advice)
			}
			if !strings.Contains(f.Place.ZH, row.place) {
				d.t.Errorf("%s: place %q, want %q", row.name, f.Place.ZH, row.place)
			}
			if (f.Found.EN == "") || (f.Advice.EN == "") != (f.Advice.ZH == "") || (f.Place.EN == "") != (f.Place.ZH == "") {
				d.t.Errorf("%s: not in both languages: %+v", row.name, f)
			}
		}
	})
}

// restore makes everything right again on both sides, with a new callback that nothing
// has come to yet.
func (d *desk) restore() {
	d.t.Helper()
	d.Sim.ClearFaults()
	behind := d.Clock.Now().Sub(d.Sim.Clock().Now())
	d.Sim.Clock().Advance(behind + time.Second)
	d.Clock.Advance(time.Second)
	var c setup.Callback
	d.want(200, "POST", "/api/setup/callback", m{}, &c)
	view, err := d.Sim.ChangeApp(wecomsim.DefaultAgentID, wecomsim.AppPatch{
		Enabled: new(true), CallbackToken: &c.Token, CallbackAESKey: &c.Key, CustomerContact: new(true),
		TrustedIPs: &[]string{"*"}, TrustedDomains: &[]string{"127.0.0.1:*"}, Departments: &[]int{1},
	})
	d.must(err)
	d.must(d.Sim.Settle(d.t.Context()))
	d.want(200, "PUT", "/api/setup/app", m{"agentId": view.AgentID, "secret": view.Secret}, nil)
	d.Clock.Advance(time.Second) // what came by the change of the range is before this
	d.Sim.Clock().Advance(time.Second)
	d.want(200, "POST", "/api/setup/callback", m{"token": c.Token, "key": c.Key[:42] + other(c.Key[42])}, &c)
	d.patch(wecomsim.AppPatch{CallbackAESKey: &c.Key})
}

// other is a letter that makes another key of the same length.
func other(last byte) string {
	if last == 'A' {
		return "E"
	}
	return "A"
}

// revoked ends the token that the program holds and answers the next fetch with a code.
func (d *desk) revoked(path string, code int) {
	d.Sim.RevokeTokens()
	d.fault(path, code)
}

// verify plays the administrator who saves the callback address in WeCom.
func (d *desk) verify(ok bool) {
	d.t.Helper()
	v, err := d.Sim.VerifyURL(d.Corp, wecomsim.DefaultAgentID)
	d.must(err)
	if v.OK != ok {
		d.t.Fatalf("verification: %+v", v)
	}
}

func (d *desk) member() (userid string) {
	d.Sim.Inspect(func(w *wecomsim.World) {
		for _, one := range w.Corps[0].Members {
			userid = one.UserID
		}
	})
	return userid
}

// TestWeComCannotBeReached: the line is cut; what needs WeCom waits, what does not is told.
func TestWeComCannotBeReached(t *testing.T) {
	line := &apptest.Line{}
	stories(t, apptest.Options{NoSync: true, Transport: line}, func(d *desk) {
		line.Clock = d.Clock
		line.Cut("", -1)
		if f := d.check(corp.CheckReach); f.State != corp.CheckFail || !strings.Contains(f.Advice.ZH, "HTTPS_PROXY") {
			d.t.Errorf("%+v", f)
		}
		if f := d.check(corp.CheckSecret); f.State != corp.CheckWait {
			d.t.Errorf("%+v", f)
		}
		if f := d.check(corp.CheckCallback); f.State != corp.CheckWarn {
			d.t.Errorf("%+v", f)
		}
		line.Mend()
	})
}

// TestATimeZoneThatIsNone: the console refuses one, a table written by hand does not.
func TestATimeZoneThatIsNone(t *testing.T) {
	stories(t, apptest.Options{NoSync: true}, func(d *desk) {
		if f := d.check(corp.CheckZone); f.State != corp.CheckOK || !strings.Contains(f.Found.ZH, "时区 Asia/Shanghai，当地时间 20") {
			d.t.Errorf("%+v", f)
		}
		d.must(d.App.DB.Tx(d.t.Context(), func(ctx context.Context, tx db.Tx) error {
			_, err := tx.NewRaw(`UPDATE corp_corp SET time_zone = 'Mars/Olympus'`).Exec(ctx)
			return err
		}))
		d.Clock.Advance(time.Minute) // until every node reads it anew
		if f := d.check(corp.CheckZone); f.State != corp.CheckFail || !strings.Contains(f.Found.ZH, "Mars/Olympus") || f.Advice.EN == "" {
			d.t.Errorf("%+v", f)
		}
	})
}

// TestAWrongSecretIsNotTriedAgain: WeCom blocks an address for an hour after several.
func TestAWrongSecretIsNotTriedAgain(t *testing.T) {
	stories(t, apptest.Options{NoSync: true}, func(d *desk) {
		d.patch(wecomsim.AppPatch{Secret: new("another-secret-of-the-app")})
		d.Sim.ClearCalls()
		for range 10 {
			if f := d.check(corp.CheckSecret); f.State != corp.CheckFail || f.Code != 40001 {
				d.t.Fatalf("%+v", f)
			}
		}
		wrong := 0
		for _, c := range d.Sim.Calls(0) {
			if c.ErrCode == 40001 {
				wrong++
			}
		}
		if wrong != 1 {
			d.t.Errorf("the wrong secret was tried %d times", wrong)
		}
		d.want(200, "PUT", "/api/setup/app", m{"agentId": wecomsim.DefaultAgentID, "secret": "another-secret-of-the-app"}, nil)
		if f := d.check(corp.CheckSecret); f.State != corp.CheckOK {
			d.t.Errorf("a corrected secret is not tried at once: %+v", f)
		}
	})
}

// TestFailuresReachTheBell: what fails is looked for without being asked, and told.
func TestFailuresReachTheBell(t *testing.T) {
	stories(t, apptest.Options{NoSync: true, Features: append(features(), home.New)}, func(d *desk) {
		d.patch(wecomsim.AppPatch{CustomerContact: new(false)})
		var h setup.Health
		for i := 0; h.Corp.At == 0 || h.Installation == nil || h.Installation.At == 0; i++ {
			if i == 5 {
				d.t.Fatal("nobody has looked")
			}
			d.Advance(10 * time.Minute)
			d.want(200, "GET", "/api/setup/health", nil, &h)
		}
		var page struct{ Tiles []ask.Tile }
		d.want(200, "GET", "/api/home/tiles", nil, &page)
		if len(page.Tiles) != 1 || page.Tiles[0].Key != "setup.failing" || page.Tiles[0].Value != 1 || page.Tiles[0].Level != "error" {
			d.t.Errorf("the bell shows %+v", page.Tiles)
		}
	})
}
