package errcode

// Codes about what is published and checked: attachments, moments, the album, intercept rules.
const (
	MomentIDMissing       = 41059
	InvalidMomentID       = 41060
	MomentOfOtherMember   = 41061
	MomentUnpublished     = 41062
	MomentKind            = 41067
	TooManyAttachments    = 41064
	InvalidAttachmentType = 41065
	RuleWordsTooLong      = 41068
	RuleQuota             = 41069
	InvalidRuleID         = 41070
	RuleDeleted           = 41071
	AttachmentScene       = 41072
	AlbumDescription      = 41073
	AlbumDeleted          = 41074
	InvalidAlbumID        = 41075
	RuleRangeTooLarge     = 41076
	TooManyMomentTasks    = 41078
	MomentDispatching     = 41079
	AttachmentTooLarge    = 41080
	AttachmentResolution  = 41081
	AttachmentDuration    = 41082
	RuleKeyword           = 41083
	RuleSemantics         = 41084
	AlbumProductSN        = 41085
	AlbumPrice            = 41086
	AlbumText             = 41087
	AlbumNoAttachment     = 41088
	MomentEmpty           = 41089
	VideoFormat           = 41090
)

func publishing() []Info {
	return []Info{
		{
			MomentIDMissing, "MomentIDMissing", ClassItem,
			"缺少朋友圈 ID。",
			"The moment id is missing.",
		},
		{
			InvalidMomentID, "InvalidMomentID", ClassItem,
			"朋友圈 ID 不合法。",
			"The moment id is invalid.",
		},
		{
			MomentOfOtherMember, "MomentOfOtherMember", ClassItem,
			"该朋友圈不是该成员发表的。",
			"The moment was not published by this member.",
		},
		{
			MomentUnpublished, "MomentUnpublished", ClassItem,
			"成员尚未发表该朋友圈。",
			"The member has not published the moment yet.",
		},
		{
			MomentKind, "MomentKind", ClassItem,
			"朋友圈类型不支持该操作。",
			"This kind of moment does not allow that.",
		},
		{
			TooManyAttachments, "TooManyAttachments", ClassItem,
			"附件数量超过 9 个。",
			"There are more than 9 attachments.",
		},
		{
			InvalidAttachmentType, "InvalidAttachmentType", ClassItem,
			"附件类型不合法。",
			"The kind of attachment is not allowed.",
		},
		{
			RuleWordsTooLong, "RuleWordsTooLong", ClassItem,
			"敏感词列表过长。",
			"The list of words is too long.",
		},
		{
			RuleQuota, "RuleQuota", ClassQuota,
			"敏感词规则数量已达上限。",
			"The limit of intercept rules is reached.",
		},
		{
			InvalidRuleID, "InvalidRuleID", ClassItem,
			"敏感词规则不存在。",
			"The intercept rule does not exist.",
		},
		{
			RuleDeleted, "RuleDeleted", ClassItem,
			"敏感词规则已被删除。",
			"The intercept rule was deleted.",
		},
		{
			AttachmentScene, "AttachmentScene", ClassItem,
			"素材上传场景不符：请用对应接口重新上传。",
			"The media was uploaded for another purpose: upload it with the right API.",
		},
		{
			AlbumDescription, "AlbumDescription", ClassItem,
			"商品描述不合法。",
			"The product's description is not allowed.",
		},
		{
			AlbumDeleted, "AlbumDeleted", ClassItem,
			"商品图册已被删除。",
			"The product was deleted.",
		},
		{
			InvalidAlbumID, "InvalidAlbumID", ClassItem,
			"商品图册不存在。",
			"The product does not exist.",
		},
		{
			RuleRangeTooLarge, "RuleRangeTooLarge", ClassItem,
			"敏感词规则适用范围过大。",
			"The rule's range is too large.",
		},
		{
			TooManyMomentTasks, "TooManyMomentTasks", ClassTransient,
			"朋友圈任务并发过多：请稍后再试。",
			"Too many moment tasks are running: try again later.",
		},
		{
			MomentDispatching, "MomentDispatching", ClassTransient,
			"朋友圈正在派发：请稍后查询。",
			"The moment is being dispatched: ask again later.",
		},
		{
			AttachmentTooLarge, "AttachmentTooLarge", ClassItem,
			"附件过大。",
			"The attachment is too large.",
		},
		{
			AttachmentResolution, "AttachmentResolution", ClassItem,
			"图片分辨率超过限制（1440×1080）。",
			"The picture is larger than 1440×1080.",
		},
		{
			AttachmentDuration, "AttachmentDuration", ClassItem,
			"视频时长超过 30 秒。",
			"The video is longer than 30 s.",
		},
		{
			RuleKeyword, "RuleKeyword", ClassItem,
			"敏感词不合法。",
			"A word of the rule is not allowed.",
		},
		{
			RuleSemantics, "RuleSemantics", ClassItem,
			"敏感词语义规则不合法。",
			"The rule's semantics are not allowed.",
		},
		{
			AlbumProductSN, "AlbumProductSN", ClassItem,
			"商品编码不合法。",
			"The product number is not allowed.",
		},
		{
			AlbumPrice, "AlbumPrice", ClassItem,
			"商品价格不合法。",
			"The price is not allowed.",
		},
		{
			AlbumText, "AlbumText", ClassItem,
			"商品描述不合法。",
			"The description is not allowed.",
		},
		{
			AlbumNoAttachment, "AlbumNoAttachment", ClassItem,
			"商品缺少图片。",
			"The product has no picture.",
		},
		{
			MomentEmpty, "MomentEmpty", ClassItem,
			"朋友圈的文字与附件不能同时为空。",
			"Text and attachments of a moment cannot both be empty.",
		},
		{
			VideoFormat, "VideoFormat", ClassItem,
			"视频格式不合法。",
			"The video format is not allowed.",
		},
	}
}
