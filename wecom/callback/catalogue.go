package callback

// Entry ties a kind of callback to its Go type.
type Entry struct {
	Kind Kind
	New  func() Event // an empty value of the type, ready to be filled
}

// Catalogue is the one map from a callback's kind to its Go type. What is not in
// it is decoded as *Unknown.
func Catalogue() []Entry {
	const (
		customer    = "change_external_contact"
		group       = "change_external_chat"
		tag         = "change_external_tag"
		acquisition = "customer_acquisition"
		contact     = "change_contact"
	)
	event := func(name, change string, n func() Event) Entry {
		return Entry{Kind{MsgEvent, name, change}, n}
	}
	message := func(msgType string, n func() Event) Entry {
		return Entry{Kind{MsgType: msgType}, n}
	}
	return []Entry{
		event(customer, "add_external_contact", fresh[AddExternalContact]),
		event(customer, "add_half_external_contact", fresh[AddHalfExternalContact]),
		event(customer, "edit_external_contact", fresh[EditExternalContact]),
		event(customer, "del_external_contact", fresh[DelExternalContact]),
		event(customer, "del_follow_user", fresh[DelFollowUser]),
		event(customer, "transfer_fail", fresh[TransferFail]),
		event(customer, "msg_audit_approved", fresh[MsgAuditApproved]),

		event(group, "create", fresh[CreateExternalChat]),
		event(group, "update", fresh[UpdateExternalChat]),
		event(group, "dismiss", fresh[DismissExternalChat]),

		event(tag, "create", fresh[CreateExternalTag]),
		event(tag, "update", fresh[UpdateExternalTag]),
		event(tag, "delete", fresh[DeleteExternalTag]),
		event(tag, "shuffle", fresh[ShuffleExternalTag]),

		event(acquisition, "balance_low", fresh[AcquisitionBalanceLow]),
		event(acquisition, "balance_exhausted", fresh[AcquisitionBalanceExhausted]),
		event(acquisition, "quota_expire_soon", fresh[AcquisitionQuotaExpireSoon]),
		event(acquisition, "link_unavailable", fresh[AcquisitionLinkUnavailable]),
		event(acquisition, "delete_link", fresh[AcquisitionDeleteLink]),
		event(acquisition, "friend_request", fresh[AcquisitionFriendRequest]),
		event(acquisition, "customer_start_chat", fresh[AcquisitionCustomerStartChat]),
		event(acquisition, "message_from_customer", fresh[AcquisitionMessageFromCustomer]),

		event(contact, "create_user", fresh[CreateUser]),
		event(contact, "update_user", fresh[UpdateUser]),
		event(contact, "delete_user", fresh[DeleteUser]),
		event(contact, "create_party", fresh[CreateParty]),
		event(contact, "update_party", fresh[UpdateParty]),
		event(contact, "delete_party", fresh[DeleteParty]),
		event(contact, "update_tag", fresh[UpdateTag]),

		event("msgaudit_notify", "", fresh[MsgAuditNotify]),
		event("batch_job_result", "", fresh[BatchJobResult]),
		event("upload_media_job_finish", "", fresh[UploadMediaJobFinish]),
		event("subscribe", "", fresh[Subscribe]),
		event("unsubscribe", "", fresh[Unsubscribe]),
		event("enter_agent", "", fresh[EnterAgent]),
		event("close_inactive_agent", "", fresh[CloseInactiveAgent]),
		event("reopen_inactive_agent", "", fresh[ReopenInactiveAgent]),
		event("click", "", fresh[Click]),
		event("view", "", fresh[View]),
		event("scancode_push", "", fresh[ScanCode]),
		event("scancode_waitmsg", "", fresh[ScanCode]),
		event("pic_sysphoto", "", fresh[SendPictures]),
		event("pic_photo_or_album", "", fresh[SendPictures]),
		event("pic_weixin", "", fresh[SendPictures]),
		event("location_select", "", fresh[LocationSelect]),
		event("LOCATION", "", fresh[Location]),
		event("template_card_event", "", fresh[TemplateCardEvent]),
		event("template_card_menu_event", "", fresh[TemplateCardMenuEvent]),
		event("taskcard_click", "", fresh[TaskCardClick]),

		message(MsgText, fresh[TextMessage]),
		message(MsgImage, fresh[ImageMessage]),
		message(MsgVoice, fresh[VoiceMessage]),
		message(MsgVideo, fresh[VideoMessage]),
		message(MsgLocation, fresh[LocationMessage]),
		message(MsgLink, fresh[LinkMessage]),
	}
}

// fresh makes an empty value of an event type.
func fresh[T any, P interface {
	*T
	Event
}]() Event {
	return P(new(T))
}
