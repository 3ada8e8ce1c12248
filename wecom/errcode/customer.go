package errcode

// Codes about customers, groups and what is sent to them.
const (
	InvalidExternalUserID    = 40096
	NotFollowed              = 84061
	NotResigned              = 40097
	NotVerified              = 40098
	NotActivated             = 41054
	ContactLimit             = 40099
	InTransfer               = 40100
	BeingTransferred         = 40129
	TagQuota                 = 40126
	TransferTooOften         = 40128
	SameMember               = 40130
	NotFollowing             = 40131
	TakerBanned              = 40143
	ContactWayQuota          = 41045
	NoCustomerToSend         = 41048
	WelcomeCodeMissing       = 41049
	InvalidWelcomeCode       = 41050
	WelcomeDelivered         = 41051
	WelcomeBeingSent         = 41096
	NoArchiveConsent         = 41053
	GroupWelcomeQuota        = 41055
	GroupWelcomeOfAnotherApp = 41058
	NoWeChatDeveloper        = 41057
	MassMessageDispatching   = 41063
	JoinWayGroups            = 41091
	MassTaskCancelled        = 41093
	ReminderTooOften         = 41094
	AcquisitionLinkQuota     = 41095
	OwnerNotResigned         = 90500
	NotCustomerGroup         = 90501
	OwnerResigned            = 90502
	GroupFull                = 90503
	SameOwner                = 90504
	GroupTransferRunning     = 90507
	GroupTransferDone        = 90508
	NotWeComGroup            = 90509
	CorpInactive             = 90510
	InvalidOpenGID           = 90511
	CrossCorp                = 92002
)

func customer() []Info {
	return []Info{
		{
			InvalidExternalUserID, "InvalidExternalUserID", ClassItem,
			"客户不存在或不可见：请重新同步客户。",
			"The customer does not exist or is not visible: sync again.",
		},
		{
			NotFollowed, "NotFollowed", ClassItem,
			"成员与客户没有好友关系。",
			"Member and customer are not in contact.",
		},
		{
			NotResigned, "NotResigned", ClassItem,
			"成员尚未离职，请使用在职继承。",
			"The member has not left: use the hand-over on the job.",
		},
		{
			NotVerified, "NotVerified", ClassItem,
			"成员尚未实名认证。",
			"The member is not real-name verified.",
		},
		{
			NotActivated, "NotActivated", ClassItem,
			"成员尚未激活企业微信，或一年内没有使用过：请让其登录企业微信后重试。",
			"The member has not activated WeCom, or not used it within a year: have the member sign in to WeCom and try again.",
		},
		{
			ContactLimit, "ContactLimit", ClassItem,
			"成员的客户数量已达上限。",
			"The member has reached the limit of customers.",
		},
		{
			InTransfer, "InTransfer", ClassItem,
			"客户已在转接流程中。",
			"The customer is already being handed over.",
		},
		{
			BeingTransferred, "BeingTransferred", ClassItem,
			"客户正在转接中。",
			"The customer is being handed over right now.",
		},
		{
			TagQuota, "TagQuota", ClassQuota,
			"企业标签数量已达上限：请清理不用的标签。",
			"The corp has reached its limit of tags: delete unused ones.",
		},
		{
			TransferTooOften, "TransferTooOften", ClassQuota,
			"该客户 90 天内已被转接两次。",
			"This customer was handed over twice within 90 days.",
		},
		{
			SameMember, "SameMember", ClassItem,
			"原跟进人与接替人相同。",
			"The member who takes over is the one who hands over.",
		},
		{
			NotFollowing, "NotFollowing", ClassItem,
			"原跟进人并未跟进该客户。",
			"The member who hands over does not follow this customer.",
		},
		{
			TakerBanned, "TakerBanned", ClassItem,
			"接替成员被封禁。",
			"The member who takes over is banned.",
		},
		{
			ContactWayQuota, "ContactWayQuota", ClassQuota,
			"「联系我」数量已达上限：请删除不用的渠道码。",
			"The limit of contact ways is reached: delete unused ones.",
		},
		{
			NoCustomerToSend, "NoCustomerToSend", ClassItem,
			"没有可接收的客户。",
			"No customer can receive this.",
		},
		{
			WelcomeCodeMissing, "WelcomeCodeMissing", ClassItem,
			"缺少欢迎语 code。",
			"The welcome code is missing.",
		},
		{
			InvalidWelcomeCode, "InvalidWelcomeCode", ClassItem,
			"欢迎语 code 无效或已过期（20 秒）。",
			"The welcome code is wrong or older than 20 s.",
		},
		{
			WelcomeDelivered, "WelcomeDelivered", ClassItem,
			"客户已开始会话或已收到欢迎语。",
			"The chat has begun, or a welcome was delivered already.",
		},
		{
			WelcomeBeingSent, "WelcomeBeingSent", ClassTransient,
			"其他应用正在发送欢迎语：仅可在 20 秒内重试。",
			"Another app is sending a welcome: retry only inside the 20 s.",
		},
		{
			NoArchiveConsent, "NoArchiveConsent", ClassItem,
			"客户未同意会话存档。",
			"The customer has not agreed to the archive.",
		},
		{
			GroupWelcomeQuota, "GroupWelcomeQuota", ClassQuota,
			"入群欢迎语素材已达 100 个上限：请清理。",
			"The limit of 100 group welcome templates is reached: delete some.",
		},
		{
			GroupWelcomeOfAnotherApp, "GroupWelcomeOfAnotherApp", ClassItem,
			"该入群欢迎语素材由其他应用创建。",
			"The group welcome template belongs to another app.",
		},
		{
			NoWeChatDeveloper, "NoWeChatDeveloper", ClassConfig,
			"企业未绑定微信开发者账号：请在管理后台绑定。",
			"No WeChat developer account is bound: bind one in the admin console.",
		},
		{
			MassMessageDispatching, "MassMessageDispatching", ClassTransient,
			"群发正在派发：请稍后查询。",
			"The mass message is being dispatched: ask again later.",
		},
		{
			JoinWayGroups, "JoinWayGroups", ClassItem,
			"一个加群方式最多关联 5 个群。",
			"A join way has more than 5 groups.",
		},
		{
			MassTaskCancelled, "MassTaskCancelled", ClassItem,
			"群发任务已取消。",
			"The mass task was cancelled.",
		},
		{
			ReminderTooOften, "ReminderTooOften", ClassQuota,
			"提醒过于频繁：同一群发 24 小时内最多 3 次。",
			"Reminded too often: 3 times in 24 h for one mass message.",
		},
		{
			AcquisitionLinkQuota, "AcquisitionLinkQuota", ClassQuota,
			"获客链接数量已达上限。",
			"The limit of acquisition links is reached.",
		},
		{
			OwnerNotResigned, "OwnerNotResigned", ClassItem,
			"群主尚未离职。",
			"The group's owner has not left.",
		},
		{
			NotCustomerGroup, "NotCustomerGroup", ClassItem,
			"该群不是客户群。",
			"The group is not a customer group.",
		},
		{
			OwnerResigned, "OwnerResigned", ClassItem,
			"群主已离职。",
			"The group's owner has left.",
		},
		{
			GroupFull, "GroupFull", ClassItem,
			"群内微信用户已满 99 人，需在客户端确认。",
			"The group has 99 WeChat users: confirm in the client.",
		},
		{
			SameOwner, "SameOwner", ClassItem,
			"新旧群主相同。",
			"The new owner is the old one.",
		},
		{
			GroupTransferRunning, "GroupTransferRunning", ClassItem,
			"群正在转接中。",
			"The group is being handed over.",
		},
		{
			GroupTransferDone, "GroupTransferDone", ClassItem,
			"群已完成转接。",
			"The group was handed over already.",
		},
		{
			NotWeComGroup, "NotWeComGroup", ClassItem,
			"该群不是企业微信客户群。",
			"The group is not a WeCom customer group.",
		},
		{
			CorpInactive, "CorpInactive", ClassItem,
			"一年内没有活跃：企业没有活跃成员，或原群主离职、停用已超过一年，群不能再转接。",
			"Nothing happened for a year: the corp had no active member, or the group's owner left or stopped using WeCom more than a year ago; the group cannot pass any more.",
		},
		{
			InvalidOpenGID, "InvalidOpenGID", ClassItem,
			"opengid 不存在或无效。",
			"The opengid does not exist.",
		},
		{
			CrossCorp, "CrossCorp", ClassItem,
			"不允许跨企业调用。",
			"A call across corps is not allowed.",
		},
	}
}
