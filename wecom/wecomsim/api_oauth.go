package wecomsim

import (
	"net/http"
	"strconv"
	"time"

	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// This file exchanges codes (91023) and user tickets (95833).
//
// Not modelled: DeviceId, parents, second verification (99499, 99500).

const userTicketLife = 1800 * time.Second

func oauthOperations() []operation {
	return []operation{
		{path: "/cgi-bin/auth/getuserinfo", method: http.MethodGet, doc: 91023, needs: needsApp, handle: change(getUserInfo)},
		{path: "/cgi-bin/auth/getuserdetail", method: http.MethodPost, doc: 95833, needs: needsApp, handle: query(getUserDetail)},
	}
}

// getUserInfo tells who a code belongs to: 40029 for a code that is unknown,
// expired or of another app, 42022 for a used one. Members give userid, and a
// ticket with snsapi_privateinfo when in range; visitors give openid, and
// external_userid when a member in range follows them.
func getUserInfo(c *call) (any, error) {
	value := c.query.Get("code")
	if value == "" {
		return nil, fail(codeOAuthMissing, "code missing")
	}
	code := c.corp.OAuthCodes[value]
	if code == nil || code.AgentID != c.app.AgentID {
		return nil, fail(errcode.InvalidOAuthCode, "invalid code")
	}
	if code.Used {
		return nil, fail(errcode.OAuthCodeUsed, "code was used already")
	}
	if !c.now.Before(code.ExpiresAt) {
		return nil, fail(errcode.InvalidOAuthCode, "code expired")
	}
	code.Used = true
	out := wecom.GetUserInfoResponse{Result: good()}
	if code.UserID != "" {
		m := c.corp.Members[userKey(code.UserID)]
		if m == nil {
			return nil, fail(errcode.UserIDNotFound, "the member has left")
		}
		out.UserID = m.UserID
		if code.Private && c.corp.sees(c.app, m.UserID) {
			out.UserTicket = c.sim.randomID("", 64)
			c.corp.UserTickets[out.UserTicket] = &UserTicket{UserID: m.UserID, AgentID: c.app.AgentID, ExpiresAt: c.now.Add(userTicketLife)}
		}
		return out, nil
	}
	cu := c.sim.customer(c.corp, c.sim.world.People[code.Person])
	out.OpenID = cu.OpenID
	for _, f := range c.corp.index.followersOf[cu.ExternalUserID] {
		if f.inList() && c.corp.sees(c.app, f.UserID) {
			out.ExternalUserID = cu.ExternalUserID
			break
		}
	}
	return out, nil
}

// getUserDetail gives the sensitive fields: 84015 unknown ticket, 84014 expired.
func getUserDetail(c *call, req *wecom.GetUserDetailRequest) (any, error) {
	t := c.corp.UserTickets[req.UserTicket]
	if t == nil || t.AgentID != c.app.AgentID {
		return nil, fail(errcode.InvalidUserTicket, "invalid user_ticket")
	}
	if !c.now.Before(t.ExpiresAt) {
		return nil, fail(errcode.UserTicketExpired, "user_ticket expired")
	}
	m, err := c.member(t.UserID)
	if err != nil {
		return nil, err
	}
	return wecom.GetUserDetailResponse{
		Result: good(), UserID: m.UserID, Gender: strconv.Itoa(m.Gender), Avatar: c.base + avatarPath("member", c.corp.ID+"/"+m.UserID),
		QRCode: c.base + "/qr/member/" + c.corp.ID + "/" + m.UserID, Mobile: m.Mobile, Email: m.Email, BizMail: m.BizMail, Address: m.Address,
	}, nil
}
