package errcode

// Codes about what was sent: ids, texts, media, departments, messages.
const (
	InvalidUserID            = 40003
	UserIDNotFound           = 60111
	UserNotFound             = 46004
	InvalidMediaType         = 40004
	InvalidType              = 40005
	InvalidFileSize          = 40006
	InvalidMediaID           = 40007
	InvalidMsgType           = 40008
	InvalidImageSize         = 40009
	InvalidVideoSize         = 40011
	MediaIDMissing           = 41006
	AgentIDMissing           = 41011
	EmptyMedia               = 44001
	MediaTooLarge            = 45001
	VoiceTooLong             = 45007
	NoValidUserID            = 40031
	InvalidParameter         = 40035
	ParameterRule            = 40058
	EmptyParameter           = 40063
	InvalidDepartmentList    = 40066
	InvalidTagID             = 40068
	NoValidTagNode           = 40070
	InvalidTagName           = 40071
	InvalidURIScheme         = 40127
	EmptyText                = 44004
	MessageTooLong           = 45002
	ArticleCount             = 45008
	DepartmentNotFound       = 60003
	ParentNotFound           = 60004
	DepartmentHasMembers     = 60005
	DepartmentHasChildren    = 60006
	DepartmentExists         = 60008
	DepartmentNameCharacters = 60009
	UserIDExists             = 60102
	InvalidMobile            = 60103
	MobileExists             = 60104
	InvalidEmail             = 60105
	EmailExists              = 60106
	InvalidName              = 60112
	InvalidDepartmentID      = 60123
	InvalidParentID          = 60124
	MobileAndEmailEmpty      = 60129
	InvalidResponseCode      = 60140
	DepartmentFull           = 81001
	DepartmentTooDeep        = 81002
	TagFull                  = 81003
	ContactTagForbidden      = 81011
	NoValidRecipient         = 81013
	TagCallTooLarge          = 81014
	TooManyRequested         = 81017
	NoRecipient              = 82001
	InvalidChatID            = 86001
	ChatNotFound             = 86003
	InvalidChatName          = 86004
	InvalidChatOwner         = 86005
	InvalidChatSize          = 86006
	ChatOfAnotherApp         = 86008
	InvalidUploadURL         = 830001
	RangeTooLarge            = 830002
	UploadURLFailed          = 830003
)

func parameter() []Info {
	return []Info{
		{
			InvalidUserID, "InvalidUserID", ClassItem,
			"成员 UserID 无效：请重新同步通讯录。",
			"The userid is invalid: sync the contacts again.",
		},
		{
			UserIDNotFound, "UserIDNotFound", ClassConfig,
			"成员 UserID 不存在：请重新同步通讯录。",
			"The userid does not exist: sync the contacts again.",
		},
		{
			UserNotFound, "UserNotFound", ClassItem,
			"指定的成员不存在：请重新同步通讯录。",
			"The member does not exist: sync the contacts again.",
		},
		{
			InvalidMediaType, "InvalidMediaType", ClassItem,
			"媒体文件类型不合法。",
			"The kind of media is not allowed.",
		},
		{
			InvalidType, "InvalidType", ClassItem,
			"type 参数不合法。",
			"The type parameter is not allowed.",
		},
		{
			InvalidFileSize, "InvalidFileSize", ClassItem,
			"文件大小不合法：须大于 5 字节且不超过上限。",
			"The file size is not allowed: over 5 bytes and below the limit.",
		},
		{
			InvalidMediaID, "InvalidMediaID", ClassItem,
			"媒体文件已过期（3 天）或上传接口不符：请重新上传。",
			"The media has expired (3 days) or came from the wrong upload API: upload it again.",
		},
		{
			InvalidMsgType, "InvalidMsgType", ClassItem,
			"消息类型不合法。",
			"The kind of message is not allowed.",
		},
		{
			InvalidImageSize, "InvalidImageSize", ClassItem,
			"图片大小不合法：须在 5 字节至 2 MB 之间。",
			"The image size is not allowed: 5 bytes to 2 MB.",
		},
		{
			InvalidVideoSize, "InvalidVideoSize", ClassItem,
			"视频大小超过限制。",
			"The video is too large.",
		},
		{
			MediaIDMissing, "MediaIDMissing", ClassItem,
			"缺少媒体文件：请先上传。",
			"The media is missing: upload it first.",
		},
		{
			AgentIDMissing, "AgentIDMissing", ClassConfig,
			"缺少 AgentId：请补全应用配置。",
			"The agent id is missing: complete the app's settings.",
		},
		{
			EmptyMedia, "EmptyMedia", ClassItem,
			"媒体文件为空。",
			"The media file is empty.",
		},
		{
			MediaTooLarge, "MediaTooLarge", ClassItem,
			"媒体文件超过大小限制。",
			"The media file is too large.",
		},
		{
			VoiceTooLong, "VoiceTooLong", ClassItem,
			"语音超过 60 秒。",
			"The voice message is longer than 60 s.",
		},
		{
			NoValidUserID, "NoValidUserID", ClassItem,
			"列表中的成员全部无效。",
			"Every member in the list is invalid.",
		},
		{
			InvalidParameter, "InvalidParameter", ClassItem,
			"参数不合法，详见错误文本。",
			"A parameter is invalid; the error text names it.",
		},
		{
			ParameterRule, "ParameterRule", ClassItem,
			"参数不符合规则，详见错误文本。",
			"A parameter breaks a rule; the error text names it.",
		},
		{
			EmptyParameter, "EmptyParameter", ClassItem,
			"必填参数为空，详见错误文本。",
			"A required parameter is empty; the error text names it.",
		},
		{
			InvalidDepartmentList, "InvalidDepartmentList", ClassItem,
			"部门列表不合法。",
			"The list of departments is invalid.",
		},
		{
			InvalidTagID, "InvalidTagID", ClassItem,
			"标签或标签组不存在：请重新同步标签。",
			"The tag or tag group does not exist: sync the tags again.",
		},
		{
			NoValidTagNode, "NoValidTagNode", ClassItem,
			"标签操作的对象全部无效。",
			"Every node of the tag operation is invalid.",
		},
		{
			InvalidTagName, "InvalidTagName", ClassItem,
			"标签名不合法或已存在。",
			"The tag name is not allowed or exists already.",
		},
		{
			InvalidURIScheme, "InvalidURIScheme", ClassItem,
			"链接协议不受支持：请使用 http 或 https。",
			"The link's scheme is not supported: use http or https.",
		},
		{
			EmptyText, "EmptyText", ClassItem,
			"文本内容为空。",
			"The text is empty.",
		},
		{
			MessageTooLong, "MessageTooLong", ClassItem,
			"消息内容超过长度限制：请缩短后重试。",
			"The message is too long: shorten it.",
		},
		{
			ArticleCount, "ArticleCount", ClassItem,
			"图文数量须为 1 到 8 篇。",
			"The number of articles must be 1 to 8.",
		},
		{
			DepartmentNotFound, "DepartmentNotFound", ClassItem,
			"部门不存在：请重新同步通讯录。",
			"The department does not exist: sync the contacts again.",
		},
		{
			ParentNotFound, "ParentNotFound", ClassItem,
			"父部门不存在。",
			"The parent department does not exist.",
		},
		{
			DepartmentHasMembers, "DepartmentHasMembers", ClassItem,
			"部门下仍有成员，不能删除。",
			"The department still has members and cannot be deleted.",
		},
		{
			DepartmentHasChildren, "DepartmentHasChildren", ClassItem,
			"部门下仍有子部门，不能删除。",
			"The department still has sub-departments and cannot be deleted.",
		},
		{
			DepartmentExists, "DepartmentExists", ClassItem,
			"部门已存在。",
			"The department exists already.",
		},
		{
			DepartmentNameCharacters, "DepartmentNameCharacters", ClassItem,
			"部门名称含有非法字符。",
			"The department's name has forbidden characters.",
		},
		{
			UserIDExists, "UserIDExists", ClassItem,
			"UserID 已存在。",
			"The userid exists already.",
		},
		{
			InvalidMobile, "InvalidMobile", ClassItem,
			"手机号码不合法。",
			"The mobile number is invalid.",
		},
		{
			MobileExists, "MobileExists", ClassItem,
			"手机号码已被占用。",
			"The mobile number is taken.",
		},
		{
			InvalidEmail, "InvalidEmail", ClassItem,
			"邮箱不合法。",
			"The e-mail address is invalid.",
		},
		{
			EmailExists, "EmailExists", ClassItem,
			"邮箱已被占用。",
			"The e-mail address is taken.",
		},
		{
			InvalidName, "InvalidName", ClassItem,
			"成员姓名不合法。",
			"The member's name is not allowed.",
		},
		{
			InvalidDepartmentID, "InvalidDepartmentID", ClassItem,
			"部门 ID 无效。",
			"The department id is invalid.",
		},
		{
			InvalidParentID, "InvalidParentID", ClassItem,
			"父部门 ID 无效。",
			"The parent's id is invalid.",
		},
		{
			MobileAndEmailEmpty, "MobileAndEmailEmpty", ClassItem,
			"手机和邮箱不能同时为空。",
			"Mobile and e-mail cannot both be empty.",
		},
		{
			InvalidResponseCode, "InvalidResponseCode", ClassItem,
			"卡片更新凭证无效或已使用。",
			"The card's response code is invalid or was used.",
		},
		{
			DepartmentFull, "DepartmentFull", ClassItem,
			"部门节点数超过 3 万。",
			"The department has more than 30 000 nodes.",
		},
		{
			DepartmentTooDeep, "DepartmentTooDeep", ClassItem,
			"部门层级超过 15 层。",
			"Departments are nested deeper than 15 levels.",
		},
		{
			TagFull, "TagFull", ClassItem,
			"标签节点数超过 3 万。",
			"The tag has more than 30 000 nodes.",
		},
		{
			ContactTagForbidden, "ContactTagForbidden", ClassItem,
			"无权操作该通讯录标签。",
			"There is no right to use this contact tag.",
		},
		{
			NoValidRecipient, "NoValidRecipient", ClassItem,
			"接收人全部无效或不在可见范围。",
			"No recipient is valid or in range.",
		},
		{
			TagCallTooLarge, "TagCallTooLarge", ClassItem,
			"单次添加的成员或部门过多。",
			"Too many members or departments in one call.",
		},
		{
			TooManyRequested, "TooManyRequested", ClassItem,
			"请求对象过多：请按群主分批查询。",
			"Too many objects requested: ask in chunks of owners.",
		},
		{
			NoRecipient, "NoRecipient", ClassItem,
			"没有指定接收人。",
			"No recipient was given.",
		},
		{
			InvalidChatID, "InvalidChatID", ClassItem,
			"群聊 ID 不合法。",
			"The chat id is not allowed.",
		},
		{
			ChatNotFound, "ChatNotFound", ClassItem,
			"群聊不存在。",
			"The chat does not exist.",
		},
		{
			InvalidChatName, "InvalidChatName", ClassItem,
			"群名不合法。",
			"The chat's name is not allowed.",
		},
		{
			InvalidChatOwner, "InvalidChatOwner", ClassItem,
			"群主不合法。",
			"The chat's owner is not allowed.",
		},
		{
			InvalidChatSize, "InvalidChatSize", ClassItem,
			"群成员过多或过少。",
			"Too many or too few people in the chat.",
		},
		{
			ChatOfAnotherApp, "ChatOfAnotherApp", ClassItem,
			"不能操作其他应用创建的群聊。",
			"The chat was created by another app.",
		},
		{
			InvalidUploadURL, "InvalidUploadURL", ClassItem,
			"素材网址不合法。",
			"The address to upload from is not allowed.",
		},
		{
			RangeTooLarge, "RangeTooLarge", ClassItem,
			"文件或 Range 过大：请分段下载。",
			"The file or range is too large: download it in parts.",
		},
		{
			UploadURLFailed, "UploadURLFailed", ClassItem,
			"从该网址下载素材失败。",
			"Downloading from that address failed.",
		},
	}
}
