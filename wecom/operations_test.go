package wecom_test

import (
	"context"
	"fmt"

	"github.com/queqiao-scrm/queqiao/wecom"
)

// operation is one operation as the tests know it: its types, and how to call it with
// the request of testdata.
type operation struct {
	path     string
	request  func() any // nil when there is no JSON body
	response func() any // nil when the answer is no JSON
	call     func(ctx context.Context, c *wecom.Client, request any) (any, error)
	query    string // what the query must hold beside the token
}

// op describes an operation without JSON body.
func op[R any](path, query string, call func(context.Context, *wecom.Client) (R, error)) operation {
	return operation{
		path: path, query: query, response: fresh[R],
		call: func(ctx context.Context, c *wecom.Client, _ any) (any, error) { return call(ctx, c) },
	}
}

// opBody describes an operation with a JSON body.
func opBody[Q, R any](path string, call func(context.Context, *wecom.Client, Q) (R, error)) operation {
	return operation{
		path: path, request: fresh[Q], response: fresh[R],
		call: func(ctx context.Context, c *wecom.Client, request any) (any, error) {
			typed, ok := request.(*Q)
			if !ok {
				return nil, fmt.Errorf("the request is a %T", request)
			}
			return call(ctx, c, *typed)
		},
	}
}

// done turns a call that answers with an error alone into one with a Result.
func done[Q any](call func(*wecom.Client, context.Context, Q) error) func(context.Context, *wecom.Client, Q) (wecom.Result, error) {
	return func(ctx context.Context, c *wecom.Client, request Q) (wecom.Result, error) {
		return ok(), call(c, ctx, request)
	}
}

// same turns a method into the shape of opBody.
func same[Q, R any](call func(*wecom.Client, context.Context, Q) (R, error)) func(context.Context, *wecom.Client, Q) (R, error) {
	return func(ctx context.Context, c *wecom.Client, request Q) (R, error) { return call(c, ctx, request) }
}

func fresh[T any]() any { return new(T) }

type client = *wecom.Client

func ok() wecom.Result { return wecom.Result{ErrMsg: "ok"} }

// operations lists every operation of the client.
func operations() []operation {
	ctxOnly := func(f func(client, context.Context) (wecom.IPListResponse, error)) func(context.Context, client) (wecom.IPListResponse, error) {
		return func(ctx context.Context, c client) (wecom.IPListResponse, error) { return f(c, ctx) }
	}
	all := []operation{
		{path: "gettoken", response: fresh[wecom.GetTokenResponse]},
		op("getcallbackip", "", ctxOnly(client.GetCallbackIPs)),
		op("get_api_domain_ip", "", ctxOnly(client.GetAPIDomainIPs)),
		{path: "get_jsapi_ticket", response: fresh[wecom.TicketResponse]},
		{path: "ticket/get", response: fresh[wecom.TicketResponse]},
		{path: "media/get", response: fresh[wecom.Result]},
		{path: "media/get/jssdk", response: fresh[wecom.Result]},
		{path: "media/upload", response: fresh[wecom.UploadMediaResponse]},
		{path: "media/uploadimg", response: fresh[wecom.UploadImageResponse]},
		{path: "media/upload_attachment", response: fresh[wecom.UploadAttachmentResponse]},
		opBody("media/upload_by_url", same(client.UploadByURL)),
		opBody("media/get_upload_by_url_result", func(ctx context.Context, c client, q wecom.UploadByURLResultRequest) (wecom.UploadByURLResultResponse, error) {
			return c.GetUploadByURLResult(ctx, q.JobID)
		}),
		op("agent/get", "agentid=1000021", func(ctx context.Context, c client) (wecom.GetAgentResponse, error) { return c.GetAgent(ctx, 1000021) }),
		op("agent/list", "", func(ctx context.Context, c client) (wecom.ListAgentsResponse, error) { return c.ListAgents(ctx) }),
		op("auth/getuserinfo", "code=CODE-1", func(ctx context.Context, c client) (wecom.GetUserInfoResponse, error) {
			return c.GetUserInfo(ctx, "CODE-1")
		}),
		opBody("auth/getuserdetail", func(ctx context.Context, c client, q wecom.GetUserDetailRequest) (wecom.GetUserDetailResponse, error) {
			return c.GetUserDetail(ctx, q.UserTicket)
		}),
		opBody("auth/get_tfa_info", func(ctx context.Context, c client, q wecom.GetTFAInfoRequest) (wecom.GetTFAInfoResponse, error) {
			return c.GetTFAInfo(ctx, q.Code)
		}),
	}
	all = append(all, contactOperations()...)
	return append(all, customerOperations()...)
}

func contactOperations() []operation {
	return []operation{
		op("department/list", "id=8", func(ctx context.Context, c client) (wecom.ListDepartmentsResponse, error) {
			return c.ListDepartments(ctx, 8)
		}),
		op("department/simplelist", "", func(ctx context.Context, c client) (wecom.ListDepartmentIDsResponse, error) {
			return c.ListDepartmentIDs(ctx, 0)
		}),
		op("department/get", "id=8", func(ctx context.Context, c client) (wecom.GetDepartmentResponse, error) {
			return c.GetDepartment(ctx, 8)
		}),
		opBody("department/create", same(client.CreateDepartment)),
		opBody("department/update", done(client.UpdateDepartment)),
		op("department/delete", "id=8", func(ctx context.Context, c client) (wecom.Result, error) { return ok(), c.DeleteDepartment(ctx, 8) }),
		op("user/get", "userid=linxiaoyue", func(ctx context.Context, c client) (wecom.GetMemberResponse, error) {
			return c.GetMember(ctx, "linxiaoyue")
		}),
		op("user/list", "department_id=3&fetch_child=1", func(ctx context.Context, c client) (wecom.ListMembersResponse, error) {
			return c.ListMembers(ctx, 3, true)
		}),
		op("user/simplelist", "department_id=3", func(ctx context.Context, c client) (wecom.ListMemberNamesResponse, error) {
			return c.ListMemberNames(ctx, 3, false)
		}),
		opBody("user/list_id", same(client.ListMemberIDs)),
		opBody("user/convert_to_openid", func(ctx context.Context, c client, q wecom.ConvertToOpenIDRequest) (wecom.ConvertToOpenIDResponse, error) {
			return c.ConvertToOpenID(ctx, q.UserID)
		}),
		opBody("user/convert_to_userid", func(ctx context.Context, c client, q wecom.ConvertToUserIDRequest) (wecom.UserIDResponse, error) {
			return c.ConvertToUserID(ctx, q.OpenID)
		}),
		opBody("user/getuserid", func(ctx context.Context, c client, q wecom.GetUserIDByMobileRequest) (wecom.UserIDResponse, error) {
			return c.GetUserIDByMobile(ctx, q.Mobile)
		}),
		opBody("user/get_userid_by_email", same(client.GetUserIDByEmail)),
		opBody("user/get_active_stat", func(ctx context.Context, c client, q wecom.GetActiveStatRequest) (wecom.GetActiveStatResponse, error) {
			return c.GetActiveStat(ctx, q.Date)
		}),
		opBody("user/create", done(client.CreateMember)),
		opBody("user/update", done(client.UpdateMember)),
		op("user/delete", "userid=linxiaoyue", func(ctx context.Context, c client) (wecom.Result, error) {
			return ok(), c.DeleteMember(ctx, "linxiaoyue")
		}),
		opBody("user/batchdelete", func(ctx context.Context, c client, q wecom.BatchDeleteMembersRequest) (wecom.Result, error) {
			return ok(), c.BatchDeleteMembers(ctx, q.UserIDs)
		}),
		op("user/authsucc", "userid=linxiaoyue", func(ctx context.Context, c client) (wecom.Result, error) {
			return ok(), c.ConfirmMember(ctx, "linxiaoyue")
		}),
		opBody("user/tfa_succ", done(client.ConfirmTFA)),
	}
}

func customerOperations() []operation {
	return []operation{
		op("externalcontact/get_follow_user_list", "", func(ctx context.Context, c client) (wecom.ListFollowUsersResponse, error) {
			return c.ListFollowUsers(ctx)
		}),
		op("externalcontact/list", "userid=linxiaoyue", func(ctx context.Context, c client) (wecom.ListExternalContactsResponse, error) {
			return c.ListExternalContacts(ctx, "linxiaoyue")
		}),
		op("externalcontact/get", "cursor=CUR-A1&external_userid=wm1", func(ctx context.Context, c client) (wecom.GetExternalContactResponse, error) {
			return c.GetExternalContact(ctx, "wm1", "CUR-A1")
		}),
		opBody("externalcontact/batch/get_by_user", same(client.BatchGetByUser)),
		opBody("externalcontact/remark", done(client.Remark)),
		opBody("externalcontact/contact_list", same(client.ListServedContacts)),
		opBody("externalcontact/convert_to_openid", func(ctx context.Context, c client, q wecom.ConvertExternalToOpenIDRequest) (wecom.ConvertToOpenIDResponse, error) {
			return c.ConvertExternalToOpenID(ctx, q.ExternalUserID)
		}),
		opBody("externalcontact/get_corp_tag_list", same(client.ListCorpTags)),
		opBody("externalcontact/add_corp_tag", same(client.AddCorpTag)),
		opBody("externalcontact/edit_corp_tag", done(client.EditCorpTag)),
		opBody("externalcontact/del_corp_tag", done(client.DeleteCorpTag)),
		opBody("externalcontact/mark_tag", done(client.MarkTag)),
		opBody("externalcontact/add_contact_way", same(client.AddContactWay)),
		opBody("externalcontact/get_contact_way", func(ctx context.Context, c client, q wecom.ContactWayRequest) (wecom.GetContactWayResponse, error) {
			return c.GetContactWay(ctx, q.ConfigID)
		}),
		opBody("externalcontact/list_contact_way", same(client.ListContactWays)),
		opBody("externalcontact/update_contact_way", done(client.UpdateContactWay)),
		opBody("externalcontact/del_contact_way", func(ctx context.Context, c client, q wecom.ContactWayRequest) (wecom.Result, error) {
			return ok(), c.DeleteContactWay(ctx, q.ConfigID)
		}),
		opBody("externalcontact/close_temp_chat", done(client.CloseTempChat)),
		opBody("externalcontact/send_welcome_msg", done(client.SendWelcomeMsg)),
		opBody("externalcontact/groupchat/list", same(client.ListGroupChats)),
		opBody("externalcontact/groupchat/get", func(ctx context.Context, c client, q wecom.GetGroupChatRequest) (wecom.GetGroupChatResponse, error) {
			return c.GetGroupChat(ctx, q.ChatID, q.NeedName == 1)
		}),
		opBody("externalcontact/opengid_to_chatid", func(ctx context.Context, c client, q wecom.OpenGIDToChatIDRequest) (wecom.OpenGIDToChatIDResponse, error) {
			return c.OpenGIDToChatID(ctx, q.OpenGID)
		}),
		opBody("externalcontact/transfer_customer", same(client.TransferCustomers)),
		opBody("externalcontact/transfer_result", same(client.ListTransferResults)),
		opBody("externalcontact/groupchat/onjob_transfer", same(client.TransferGroups)),
		opBody("externalcontact/get_unassigned_list", same(client.ListUnassigned)),
		opBody("externalcontact/resigned/transfer_customer", same(client.TransferResignedCustomers)),
		opBody("externalcontact/resigned/transfer_result", same(client.ListResignedTransferResults)),
		opBody("externalcontact/groupchat/transfer", same(client.TransferResignedGroups)),
		opBody("message/send", same(client.SendMessage)),
		opBody("message/recall", func(ctx context.Context, c client, q wecom.RecallMessageRequest) (wecom.Result, error) {
			return ok(), c.RecallMessage(ctx, q.MsgID)
		}),
		opBody("message/update_template_card", same(client.UpdateTemplateCard)),
		opBody("message/get_statistics", func(ctx context.Context, c client, q wecom.MessageStatisticsRequest) (wecom.MessageStatisticsResponse, error) {
			return c.GetMessageStatistics(ctx, q.TimeType)
		}),
	}
}
