package wecomsim

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// This file answers groupchat/list (92120), groupchat/get (92122) and
// opengid_to_chatid (94822).
//
// Not modelled: a get that lags behind its event, limits of size, groups that
// the app sees although it does not see their owner.

func groupOperations() []operation {
	return []operation{
		{path: "/cgi-bin/externalcontact/groupchat/list", method: http.MethodPost, doc: 92120, needs: needsCustomer, handle: query(listGroups)},
		{path: "/cgi-bin/externalcontact/groupchat/get", method: http.MethodPost, doc: 92122, needs: needsCustomer, handle: query(getGroup)},
		{path: "/cgi-bin/externalcontact/opengid_to_chatid", method: http.MethodPost, doc: 94822, needs: needsCustomer, handle: query(openGIDToChatID)},
	}
}

// listGroups pages through groups by owner and then age. Without owner_filter
// it covers the app's range, of at most 1000 members (81017); groups of owners
// who left need the filter with that owner (group-chats.md).
func listGroups(c *call, req *wecom.ListGroupChatsRequest) (any, error) {
	if req.Limit < 1 || req.Limit > 1000 {
		return nil, fail(errcode.ParameterRule, "limit must lie between 1 and 1000")
	}
	if req.StatusFilter < GroupNormal || req.StatusFilter > GroupInheritedNow {
		return nil, fail(errcode.ParameterRule, "status_filter must lie between 0 and 3")
	}
	var owners []string
	if req.OwnerFilter != nil && len(req.OwnerFilter.UserIDs) > 0 {
		if len(req.OwnerFilter.UserIDs) > 100 {
			return nil, fail(errcode.ParameterRule, "owner_filter holds more than 100 members")
		}
		for _, u := range req.OwnerFilter.UserIDs {
			if c.corp.Left[userKey(u)] == nil || c.corp.Members[userKey(u)] != nil {
				if _, err := c.member(u); err != nil {
					return nil, err
				}
			}
			owners = append(owners, u)
		}
	} else {
		for _, m := range c.corp.membersInOrder() {
			if c.corp.sees(c.app, m.UserID) {
				owners = append(owners, m.UserID)
			}
		}
		if len(owners) > 1000 {
			return nil, fail(errcode.TooManyRequested, "more than 1000 members in range, use owner_filter")
		}
	}
	scope := fmt.Sprintf("groups %d %s", req.StatusFilter, shortHash(strings.Join(owners, "|"), 20))
	from, err := c.cursor(req.Cursor, scope)
	if err != nil {
		return nil, err
	}
	out := wecom.ListGroupChatsResponse{Result: good(), Groups: []wecom.GroupChatStatus{}}
	for i := from.User; i < len(owners); i++ {
		after := int64(0)
		if i == from.User {
			after = from.After
		}
		for _, g := range c.corp.index.groupsOwned[userKey(owners[i])] {
			if g.Seq <= after || g.Dismissed || req.StatusFilter != GroupNormal && g.Status != req.StatusFilter {
				continue
			}
			if len(out.Groups) == req.Limit {
				out.NextCursor = c.nextCursor(scope, from)
				return out, nil
			}
			out.Groups = append(out.Groups, wecom.GroupChatStatus{ChatID: g.ChatID, Status: g.Status})
			from.User, from.After = i, g.Seq
		}
	}
	return out, nil
}

// group finds a group whose owner is in range; the code for an unknown one is
// taken to be 40058 (unverified).
func (c *call) group(chatID string) (*Group, error) {
	g := c.corp.Groups[chatID]
	if g == nil || g.Dismissed {
		return nil, fail(errcode.ParameterRule, "invalid chat_id")
	}
	if g.Status != GroupOwnerLeft && g.Status != GroupInheriting && !c.corp.sees(c.app, g.Owner) {
		return nil, fail(errcode.NoPermissionForTarget, "the owner of the group is out of range")
	}
	return g, nil
}

func getGroup(c *call, req *wecom.GetGroupChatRequest) (any, error) {
	g, err := c.group(req.ChatID)
	if err != nil {
		return nil, err
	}
	out := wecom.GroupChat{
		ChatID: g.ChatID, Name: g.Name, Owner: g.Owner, CreateTime: g.CreatedAt, Notice: g.Notice,
		MemberVersion: g.Version, Members: []wecom.GroupChatMember{}, Admins: []wecom.GroupChatAdmin{},
	}
	for _, m := range g.Members {
		gm := wecom.GroupChatMember{UserID: m.ID, Type: m.Type, JoinTime: m.JoinedAt, JoinScene: m.Scene, State: m.State, GroupNickname: m.Nickname}
		if m.Invitor != "" {
			gm.Invitor = &wecom.Invitor{UserID: m.Invitor}
		}
		if req.NeedName == 1 {
			gm.Name = c.sim.participantName(c.corp, m)
		}
		if m.Type == wecom.GroupMemberOutside && c.corp.DeveloperAccount {
			gm.UnionID = c.sim.world.People[c.corp.Customers[m.ID].Person].UnionID
		}
		out.Members = append(out.Members, gm)
	}
	for _, u := range g.Admins {
		out.Admins = append(out.Admins, wecom.GroupChatAdmin{UserID: u})
	}
	return wecom.GetGroupChatResponse{Result: good(), GroupChat: out}, nil
}

func openGIDToChatID(c *call, req *wecom.OpenGIDToChatIDRequest) (any, error) {
	for _, g := range c.corp.Groups {
		if g.OpenGID == req.OpenGID && req.OpenGID != "" && !g.Dismissed {
			return wecom.OpenGIDToChatIDResponse{Result: good(), ChatID: g.ChatID}, nil
		}
	}
	return nil, fail(errcode.InvalidOpenGID, "invalid opengid")
}
