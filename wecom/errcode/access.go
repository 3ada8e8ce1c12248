package errcode

// Codes about tokens, permissions and the connection as such.
const (
	SystemBusy             = -1
	InvalidSecret          = 40001
	InvalidCorpID          = 40013
	InvalidToken           = 40014
	TokenMissing           = 41001
	CorpIDMissing          = 41002
	SecretMissing          = 41004
	TokenExpired           = 42001
	InvalidOAuthCode       = 40029
	OAuthCodeUsed          = 42022
	NoLoginState           = 43016
	UserTicketExpired      = 84014
	InvalidUserTicket      = 84015
	InvalidAuthCode        = 40078
	InvalidJSAPISignature  = 40093
	RateLimited            = 45009
	TooManyConcurrent      = 45033
	APINotAuthorised       = 48001
	APIForbidden           = 48002
	APIWithdrawn           = 48005
	ContactDetailForbidden = 48009
	UntrustedDomain        = 50001
	MemberOutOfRange       = 50002
	AppDisabled            = 50003
	NoPermissionForTarget  = 60011
	UntrustedIP            = 60020
	NoExternalContactRight = 84074
	MemberNotVisible       = 92000
	NoSensitiveRight       = 92001
	AgentMismatch          = 301002
	CorpUnavailable        = 301007
	NoLicence              = 701008
)

func access() []Info {
	return []Info{
		{
			SystemBusy, "SystemBusy", ClassTransient,
			"企业微信系统繁忙，稍后自动重试即可。",
			"WeCom is busy; a retry after a moment helps.",
		},
		{
			InvalidSecret, "InvalidSecret", ClassConfig,
			"应用 Secret 不正确：请在管理后台核对后更新。连续出错会使本机 IP 被封禁一小时。",
			"The secret is wrong: check it in the admin console. Repeated attempts get this IP blocked for an hour.",
		},
		{
			InvalidCorpID, "InvalidCorpID", ClassConfig,
			"企业 ID 不正确：请在「我的企业」页面核对。",
			"The corp id is wrong: compare it with the 我的企业 page.",
		},
		{
			InvalidToken, "InvalidToken", ClassToken,
			"access_token 无效：已自动重新获取。",
			"The access token is not valid; a new one is fetched by itself.",
		},
		{
			TokenMissing, "TokenMissing", ClassToken,
			"请求缺少 access_token：已自动重新获取。",
			"The access token is missing; a new one is fetched by itself.",
		},
		{
			CorpIDMissing, "CorpIDMissing", ClassConfig,
			"缺少企业 ID：请补全企业配置。",
			"The corp id is missing: complete the corp's settings.",
		},
		{
			SecretMissing, "SecretMissing", ClassConfig,
			"缺少应用 Secret：请补全应用配置。",
			"The secret is missing: complete the app's settings.",
		},
		{
			TokenExpired, "TokenExpired", ClassToken,
			"access_token 已过期：已自动重新获取。",
			"The access token has expired; a new one is fetched by itself.",
		},
		{
			InvalidOAuthCode, "InvalidOAuthCode", ClassItem,
			"登录 code 无效或不属于该应用：请重新发起登录。",
			"The login code is invalid or belongs to another app: start the login again.",
		},
		{
			OAuthCodeUsed, "OAuthCodeUsed", ClassItem,
			"登录 code 已被使用过：请重新发起登录。",
			"The login code was used before: start the login again.",
		},
		{
			NoLoginState, "NoLoginState", ClassItem,
			"未获取到成员的登录信息：请重新扫码登录。",
			"The member's login state could not be read: scan again.",
		},
		{
			UserTicketExpired, "UserTicketExpired", ClassItem,
			"成员票据已过期：请重新授权。",
			"The member's ticket has expired: ask for consent again.",
		},
		{
			InvalidUserTicket, "InvalidUserTicket", ClassItem,
			"成员票据无效：请重新授权。",
			"The member's ticket is invalid: ask for consent again.",
		},
		{
			InvalidAuthCode, "InvalidAuthCode", ClassItem,
			"授权码无效：请重新获取。",
			"The authorisation code is invalid: get a new one.",
		},
		{
			InvalidJSAPISignature, "InvalidJSAPISignature", ClassConfig,
			"JS-SDK 签名错误：请检查页面网址、票据类型与应用是否一致。",
			"The JS-SDK signature is wrong: check page address, kind of ticket and app.",
		},
		{
			RateLimited, "RateLimited", ClassQuota,
			"接口调用过于频繁：请等待限制窗口结束（分钟级 60 秒，小时级 60 分钟）。",
			"Called too often: wait for the window to end (60 s for the minute's, 60 min for the hour's).",
		},
		{
			TooManyConcurrent, "TooManyConcurrent", ClassTransient,
			"接口并发过高：请降低并发后重试。",
			"Too many calls at the same time: call in fewer threads and retry.",
		},
		{
			APINotAuthorised, "APINotAuthorised", ClassConfig,
			"该接口未授权：请在管理后台为应用开通权限。",
			"This API is not granted: grant it to the app in the admin console.",
		},
		{
			APIForbidden, "APIForbidden", ClassConfig,
			"该应用无权调用此接口，或对象由其他应用创建：请检查「可调用接口的应用」与应用权限。",
			"This app may not call the API, or the object belongs to another app: check 可调用接口的应用 and the app's rights.",
		},
		{
			APIWithdrawn, "APIWithdrawn", ClassConfig,
			"该接口已被企业微信下线：请升级本系统。",
			"WeCom has withdrawn this API: upgrade this product.",
		},
		{
			ContactDetailForbidden, "ContactDetailForbidden", ClassConfig,
			"通讯录同步 Secret 不能从新增 IP 读取成员详情：请改用自建应用的 Secret 读取。",
			"The 通讯录同步 secret may not read details from new IPs: read with an app's secret.",
		},
		{
			UntrustedDomain, "UntrustedDomain", ClassConfig,
			"回调域名不是应用的可信域名：主机名和端口须完全一致。",
			"The redirect domain is not a trusted domain of the app: host and port must match exactly.",
		},
		{
			MemberOutOfRange, "MemberOutOfRange", ClassItem,
			"成员不在权限范围内：请调整应用可见范围或权限。",
			"The member is outside the permission range: widen the app's range or rights.",
		},
		{
			AppDisabled, "AppDisabled", ClassConfig,
			"应用已被停用：请在管理后台重新启用。",
			"The app is disabled: enable it in the admin console.",
		},
		{
			NoPermissionForTarget, "NoPermissionForTarget", ClassConfig,
			"应用对该成员、部门或标签没有权限：请检查应用可见范围。",
			"The app has no right for this member, department or tag: check its range.",
		},
		{
			UntrustedIP, "UntrustedIP", ClassConfig,
			"服务器 IP 不在企业可信 IP 中：请在应用详情页添加出口 IP，约一分钟后生效。",
			"This server's IP is not trusted: add it to the app's 企业可信IP and wait a minute.",
		},
		{
			NoExternalContactRight, "NoExternalContactRight", ClassConfig,
			"成员没有客户联系权限：请在「客户联系 → 权限配置」中开通。",
			"The member lacks the customer-contact right: grant it under 客户联系.",
		},
		{
			MemberNotVisible, "MemberNotVisible", ClassItem,
			"成员不在应用可见范围内：请调整可见范围。",
			"The member is not in the app's range: widen it.",
		},
		{
			NoSensitiveRight, "NoSensitiveRight", ClassConfig,
			"应用没有敏感信息权限：需成员授权后才能读取。",
			"The app may not read personal fields: the member must consent.",
		},
		{
			AgentMismatch, "AgentMismatch", ClassConfig,
			"AgentId 与 Secret 不属于同一应用：请核对配置。",
			"The agent id does not belong to this secret: check the settings.",
		},
		{
			CorpUnavailable, "CorpUnavailable", ClassConfig,
			"企业已解散或被封禁：请联系企业管理员。",
			"The corp was dissolved or banned: ask its administrator.",
		},
		{
			NoLicence, "NoLicence", ClassConfig,
			"成员没有接口许可：请购买或激活许可。",
			"No member has an interface licence: buy or activate one.",
		},
	}
}
