package mirror

import (
	"strconv"
	"strings"

	"github.com/queqiao-scrm/queqiao/wecom/callback"
)

// The first words of a subject.
const (
	aboutCustomer = "customer"
	aboutGroup    = "group"
	aboutTags     = "tags"
	aboutContacts = "contacts"
)

// subjectOf names whom a callback concerns, "" when nobody of ours: the inbox is
// searched by it, and it decides which callbacks wait for each other (lineOf).
func subjectOf(e callback.Event) string {
	switch e := e.(type) {
	case *callback.AddExternalContact:
		return pairSubject(e.ExternalUserID, e.UserID)
	case *callback.AddHalfExternalContact:
		return pairSubject(e.ExternalUserID, e.UserID)
	case *callback.EditExternalContact:
		return pairSubject(e.ExternalUserID, e.UserID)
	case *callback.DelExternalContact:
		return pairSubject(e.ExternalUserID, e.UserID)
	case *callback.DelFollowUser:
		return pairSubject(e.ExternalUserID, e.UserID)
	case *callback.TransferFail:
		return pairSubject(e.ExternalUserID, e.UserID)
	case *callback.MsgAuditApproved:
		return pairSubject(e.ExternalUserID, e.UserID)
	case *callback.CreateExternalChat:
		return aboutGroup + "/" + e.ChatID
	case *callback.UpdateExternalChat:
		return aboutGroup + "/" + e.ChatID
	case *callback.DismissExternalChat:
		return aboutGroup + "/" + e.ChatID
	case *callback.CreateExternalTag, *callback.UpdateExternalTag, *callback.DeleteExternalTag, *callback.ShuffleExternalTag:
		return aboutTags
	case *callback.CreateUser:
		return memberSubject(e.UserID)
	case *callback.UpdateUser:
		return memberSubject(e.UserID)
	case *callback.DeleteUser:
		return memberSubject(e.UserID)
	case *callback.CreateParty:
		return partySubject(e.ID)
	case *callback.UpdateParty:
		return partySubject(e.ID)
	case *callback.DeleteParty:
		return partySubject(e.ID)
	default:
		return ""
	}
}

// pairSubject names a pair. WeCom compares userids without regard to case.
func pairSubject(external, member string) string {
	return aboutCustomer + "/" + external + "/" + strings.ToLower(member)
}

func memberSubject(member string) string { return aboutContacts + "/member/" + strings.ToLower(member) }

func partySubject(party int64) string {
	return aboutContacts + "/party/" + strconv.FormatInt(party, 10)
}

// lineOf is the line of the callbacks of one subject: those of one customer, of one
// group, of the tag library, and of the contact book are translated one after the other
// in the order of their arrival; a line is never longer than what depends on it.
func lineOf(subject string) string {
	first, rest, _ := strings.Cut(subject, "/")
	switch first {
	case aboutCustomer:
		external, _, _ := strings.Cut(rest, "/")
		return aboutCustomer + "/" + external
	case aboutContacts:
		return aboutContacts
	default:
		return subject
	}
}
