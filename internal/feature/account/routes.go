package account

import (
	"net/http"

	"github.com/queqiao-scrm/queqiao/internal/platform/web"
)

// routes are the operations. What gives somebody power, or takes protection away, is
// Dangerous: it asks for a fresh proof of identity.
func (s *service) routes() []web.Route {
	const manage, others = "account.manage", "account.sessions"
	small := web.MaxBody(8 << 10)
	return []web.Route{
		web.Get("/me", "", "我的身份、权限与菜单", s.Me, web.SignedIn()),
		web.Get("/methods", "", "可用的登录方式", s.Methods, web.For(web.Public)),
		web.Post("/sign-in", "", "账号密码登录", s.SignIn, web.For(web.Public), small, web.Audited("account.signIn")),
		web.Post("/sign-in/code", "", "登录的两步验证", s.SecondStep, web.For(web.Public), small, web.Audited("account.secondStep")),
		web.Post("/sign-out", "", "退出登录", s.SignOut, web.SignedIn(), web.Audited("account.signOut")),
		web.Post("/confirm", "", "再次确认身份", s.Confirm, web.SignedIn(), small, web.Audited("account.confirm")),
		web.Put("/password", "", "修改自己的密码", s.ChangePassword, web.SignedIn(), small, web.Audited("account.password")),
		web.Get("/corps", "", "我可以进入的企业", s.MyCorps, web.SignedIn(), web.Named("corps")),
		web.Post("/corp", "", "切换企业", s.SwitchCorp, web.SignedIn(), small, web.Audited("account.corp"), web.Named("switchCorp")),
		web.Raw(http.MethodGet, startPath, "", "企业微信登录：跳转到企业微信", s.StartWeCom, web.For(web.Public)),
		web.Raw(http.MethodGet, callbackPath, "", "企业微信登录：从企业微信返回", s.FinishWeCom, web.For(web.Public), web.Audited("account.wecom")),

		web.Get("/security", "", "自己账号的安全设置", s.Security, web.SignedIn()),
		web.Post("/totp", "", "设置自己的两步验证：获取密钥", s.BeginTOTP, web.SignedIn(), web.Dangerous(), web.Audited("account.totpBegin")),
		web.Post("/totp/finish", "", "设置自己的两步验证：验证并开启", s.FinishTOTP, web.SignedIn(), small, web.Audited("account.totpOn")),
		web.Post("/totp/recovery", "", "重新生成自己的恢复码", s.NewRecovery, web.SignedIn(), web.Dangerous(), web.Audited("account.recovery")),
		web.Delete("/totp", "", "关闭自己的两步验证", s.RemoveTOTP, web.SignedIn(), web.Dangerous(), web.Audited("account.totpOff")),
		web.Delete("/devices/{id}", "", "取消记住设备", s.ForgetDevice, web.SignedIn(), web.Audited("account.forgetDevice")),
		web.Get("/sessions", "", "自己的登录", s.OwnSessions, web.SignedIn()),
		web.Delete("/sessions/{id}", "", "结束自己的一处登录", s.EndOwn, web.SignedIn(), web.Audited("account.endOwn")),
		web.Post("/sessions/end-others", "", "退出自己在别处的全部登录", s.EndOthers, web.SignedIn(), web.Audited("account.endOthers")),

		web.Get("/everybody/sessions", others, "查看所有人的登录", s.AllSessions),
		web.Delete("/everybody/sessions/{id}", others, "结束他人的一处登录", s.EndSession, web.Audited("account.endSession")),
		web.Post("/everybody/sessions/{id}/all", others, "结束某人的全部登录", s.EndPerson, web.Audited("account.endPerson")),

		web.Get("/accounts", manage, "查看本地账号", s.LocalAccounts),
		web.Post("/accounts", manage, "新建本地账号", s.CreateAccount, web.Dangerous(), small, web.Audited("account.create")),
		web.Put("/accounts/{id}/state", manage, "停用或启用本地账号", s.SetDisabled, web.Dangerous(), small, web.Audited("account.state")),
		web.Post("/accounts/{id}/password", manage, "重置本地账号的密码", s.ResetPassword, web.Dangerous(), web.Audited("account.reset")),
		web.Delete("/accounts/{id}/totp", manage, "解除本地账号的两步验证", s.DropTOTP, web.Dangerous(), web.Audited("account.dropTotp")),
		web.Get("/policy", manage, "查看登录安全策略", s.ReadPolicy),
		web.Put("/policy", manage, "修改登录安全策略", s.SavePolicy, web.Dangerous(), small, web.Audited("account.policy"), web.Sets("policy:signIn")),
	}
}
