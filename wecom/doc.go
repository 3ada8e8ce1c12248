// Package wecom is a client for the server API of WeCom (企业微信): contacts,
// customers, tags, contact ways, welcome messages, groups, application messages,
// media, sign-in and JS-SDK signatures. It needs the standard library and
// golang.org/x/time, and knows nothing of the product it was made for.
//
//	client, err := wecom.New(wecom.Options{
//		CorpID: "ww…",
//		App:    wecom.App{Name: "scrm", AgentID: 1000002, Secret: "…"},
//	})
//	way, err := client.AddContactWay(ctx, wecom.AddContactWayRequest{
//		Type: wecom.ContactWaySingle, Scene: wecom.SceneQRCode,
//		User: []string{"zhangsan"}, State: "booth-7",
//	})
//
// # Corps and apps
//
// A Client speaks for one corp 企业 through one app or system secret. A corp has
// several, with different rights; WithApp gives a client for another one that
// shares connections, token store and pacing.
//
// # Access tokens
//
// Tokens are fetched when needed, kept in the TokenStore and shared by everything
// that shares the store. A token that WeCom calls invalid or expired is replaced
// once and the call repeated once. A secret that WeCom refuses is not tried again
// for an hour, or until ResetSecret: WeCom blocks the address of those who insist.
//
// # Errors
//
// Every failure is an *Error with WeCom's code, its class, and advice in Chinese and
// English. The client repeats nothing but the call with an expired token: whether a
// call that timed out was carried out is not known, so repeating is the caller's
// decision, for which IsTransient, IsQuota, IsConfig and RetryAfter exist.
//
// # Pacing
//
// Calls wait for their turn so that a corp stays below WeCom's limits for one API;
// see Pacer. Several processes of one corp divide the limits by PacerOptions.Nodes.
//
// The sub-package callback speaks the other direction, errcode lists the codes, and
// wecomsim plays WeCom for tests. operations.md lists every operation.
package wecom

//go:generate env QUEQIAO_UPDATE=1 go test -run ^TestLedger$ -count 1 .
