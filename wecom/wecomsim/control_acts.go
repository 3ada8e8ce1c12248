package wecomsim

// This file puts the acts of people under /_sim/acts/*. The bodies are the
// structs of the Go methods.

func (s *Sim) actRoutes() []controlRoute {
	return []controlRoute{
		doer("/_sim/acts/scan", "a person scans the code of a contact way", s.Scan),
		doer("/_sim/acts/add", "a person and a member become friends by search, card, …", s.Add),
		doer("/_sim/acts/accept", "a member accepts a half-added customer", s.Accept),
		doer("/_sim/acts/delete-member", "a customer deletes a member (流失, del_follow_user)", s.DeleteMember),
		doer("/_sim/acts/delete-customer", "a member deletes a customer (del_external_contact)", s.DeleteCustomer),
		doer("/_sim/acts/block", "a customer blocks or unblocks a member", s.Block),
		doer("/_sim/acts/say", "a person or a member says something in their chat", s.Say),
		doer("/_sim/acts/consent", "a customer agrees to the message archive", s.Consent),
		doer("/_sim/acts/take-welcome", "another app uses the pair's welcome code first", s.TakeWelcome),
		doer("/_sim/acts/edit-follow", "a member edits remark, description or tags in his client", s.EditFollow),
		doer("/_sim/acts/refuse-transfer", "a customer refuses another member (transfer_fail)", s.RefuseTransfer),
		doer("/_sim/acts/accept-transfer", "a customer accepts another member before the 24 hours are over", s.AcceptTransfer),
		doer("/_sim/acts/assign-customer", "an administrator gives a customer to another member in the console", s.AssignCustomer),
		doer("/_sim/acts/create-group", "a member creates a customer group", s.CreateGroup),
		doer("/_sim/acts/join-group", "somebody joins a group by code or invitation", s.JoinGroup),
		doer("/_sim/acts/leave-group", "somebody leaves a group or is removed", s.LeaveGroup),
		doer("/_sim/acts/rename-group", "the owner changes name or notice of a group", s.RenameGroup),
		doer("/_sim/acts/change-owner", "a group gets another owner", s.ChangeOwner),
		doer("/_sim/acts/dismiss-group", "the owner dismisses a group", s.DismissGroup),
		doer("/_sim/acts/say-in-group", "somebody says something in a group", s.SayInGroup),
		doer("/_sim/acts/join-member", "a new member joins the corp", s.JoinMember),
		doer("/_sim/acts/change-member", "an administrator changes a member: department, status, permission, name", s.ChangeMember),
		doer("/_sim/acts/change-userid", "an administrator gives a member another userid, once", s.ChangeUserID),
		doer("/_sim/acts/resign", "a member leaves the corp; his customers wait for assignment", s.Resign),
		doer("/_sim/acts/change-department", "an administrator creates, changes or deletes a department", s.ChangeDepartment),
		doer("/_sim/acts/change-tag", "an administrator creates, renames, deletes or reorders customer tags", s.ChangeTag),
		doer("/_sim/acts/read-app-message", "a member reads a message of an app", s.ReadAppMessage),
		doer("/_sim/acts/click-card", "a member presses a button of a template card", s.ClickCard),
		doer("/_sim/acts/tell-app", "a member writes to an app or enters it", s.TellApp),
		doer("/_sim/acts/suspend-app", "WeCom suspends an unused app or re-enables it", s.SuspendApp),
	}
}
