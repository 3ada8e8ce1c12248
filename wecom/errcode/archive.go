package errcode

// Codes of the message archive 会话内容存档 and of id conversion.
const (
	ArchiveIP              = 301042
	InvalidSDKFileID       = 301048
	ArchiveExpired         = 301052
	ArchiveNotEnabled      = 301053
	ArchiveAnswerTooLarge  = 301058
	NotInternalGroup       = 301059
	TooManyConsentPairs    = 301060
	ConsentPairNotFound    = 301061
	InvalidUnionID         = 610014
	OpenPlatformUnverified = 610015
	CorpUnverified         = 610016
	SubjectsDiffer         = 610017
	OpenPlatformsDiffer    = 610018
	OpenIDSource           = 845001
	OpenIDSubject          = 845002
	UnionIDSubject         = 845003
)

func archive() []Info {
	return []Info{
		{
			ArchiveIP, "ArchiveIP", ClassConfig,
			"会话存档 IP 白名单限制：请添加出口 IP。",
			"The archive's IP list lacks this server: add its IP.",
		},
		{
			InvalidSDKFileID, "InvalidSDKFileID", ClassItem,
			"存档媒体文件不存在或已过期。",
			"The archived file does not exist or has expired.",
		},
		{
			ArchiveExpired, "ArchiveExpired", ClassConfig,
			"会话存档服务已到期：请续费。",
			"The archive service has expired: renew it.",
		},
		{
			ArchiveNotEnabled, "ArchiveNotEnabled", ClassConfig,
			"会话存档服务未开启。",
			"The archive service is not switched on.",
		},
		{
			ArchiveAnswerTooLarge, "ArchiveAnswerTooLarge", ClassItem,
			"返回内容过大：请减小 limit。",
			"The answer is too large: lower the limit.",
		},
		{
			NotInternalGroup, "NotInternalGroup", ClassItem,
			"不是企业内部群。",
			"The group is not internal.",
		},
		{
			TooManyConsentPairs, "TooManyConsentPairs", ClassItem,
			"单次查询超过 100 对。",
			"More than 100 pairs in one call.",
		},
		{
			ConsentPairNotFound, "ConsentPairNotFound", ClassItem,
			"成员或客户不存在。",
			"The member or the customer does not exist.",
		},
		{
			InvalidUnionID, "InvalidUnionID", ClassItem,
			"unionid 无效。",
			"The unionid is invalid.",
		},
		{
			OpenPlatformUnverified, "OpenPlatformUnverified", ClassConfig,
			"微信开放平台账号未认证。",
			"The WeChat open-platform account is not verified.",
		},
		{
			CorpUnverified, "CorpUnverified", ClassConfig,
			"企业未认证。",
			"The corp is not verified.",
		},
		{
			SubjectsDiffer, "SubjectsDiffer", ClassConfig,
			"企业与开放平台主体不一致。",
			"Corp and open platform belong to different subjects.",
		},
		{
			OpenPlatformsDiffer, "OpenPlatformsDiffer", ClassItem,
			"openid 与 unionid 不属于同一开放平台账号。",
			"Openid and unionid come from different open-platform accounts.",
		},
		{
			OpenIDSource, "OpenIDSource", ClassItem,
			"openid 不来自公众号或小程序。",
			"The openid is not from an official account or mini program.",
		},
		{
			OpenIDSubject, "OpenIDSubject", ClassItem,
			"openid 主体与企业主体不一致。",
			"The openid's subject is not the corp's.",
		},
		{
			UnionIDSubject, "UnionIDSubject", ClassItem,
			"unionid 主体与企业主体不一致。",
			"The unionid's subject is not the corp's.",
		},
	}
}
