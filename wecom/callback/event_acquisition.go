package callback

// AcquisitionBalanceLow 获客助手余额不足 (doc 97299).
type AcquisitionBalanceLow struct {
	Header
}

// AcquisitionBalanceExhausted 获客助手余额耗尽.
type AcquisitionBalanceExhausted struct {
	Header
}

// AcquisitionQuotaExpireSoon 获客额度即将过期.
type AcquisitionQuotaExpireSoon struct {
	Header
	ExpireTime     int64 `xml:"ExpireTime"` // unix seconds
	ExpireQuotaNum int   `xml:"ExpireQuotaNum"`
}

// AcquisitionLinkUnavailable 获客链接不可用.
type AcquisitionLinkUnavailable struct {
	Header
	LinkID string `xml:"LinkId"`
}

// AcquisitionDeleteLink 删除获客链接.
type AcquisitionDeleteLink struct {
	Header
	LinkID string `xml:"LinkId"`
}

// AcquisitionFriendRequest 通过获客链接申请好友.
type AcquisitionFriendRequest struct {
	Header
	LinkID string `xml:"LinkId"`
	State  string `xml:"State,omitempty"`
}

// AcquisitionCustomerStartChat 客户发起会话.
type AcquisitionCustomerStartChat struct {
	Header
	FollowRef
}

// AcquisitionMessageFromCustomer 客户发送消息. ChatKey may be given to
// customer_acquisition/get_chat_info for 30 minutes.
type AcquisitionMessageFromCustomer struct {
	Header
	FollowRef
	LinkID  string `xml:"LinkId"`
	ChatSeq int64  `xml:"ChatSeq"`
	ChatKey string `xml:"ChatKey"`
}
