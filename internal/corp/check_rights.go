package corp

import (
	"context"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/db"
	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// examineRights checks what the app may see and do.
func (r *Registry) examineRights(ctx context.Context, e *examination, client *wecom.Client, agent wecom.GetAgentResponse) {
	if len(agent.AllowUsers.Users)+len(agent.AllowParties.PartyIDs)+len(agent.AllowTags.TagIDs) == 0 {
		e.add(CheckRange, CheckFail, rangeEmpty(), widenRange(), placeRange())
	} else {
		e.ok(CheckRange, rangeSet(len(agent.AllowParties.PartyIDs), len(agent.AllowUsers.Users), len(agent.AllowTags.TagIDs)))
	}
	followers, err := client.ListFollowUsers(ctx)
	code := wecom.CodeOf(err)
	switch {
	case err == nil && len(followers.UserIDs) == 0:
		e.add(CheckCustomer, CheckWarn, nobodyServes(), letServe(), placeServe())
	case err == nil:
		e.ok(CheckCustomer, membersServe(len(followers.UserIDs)))
	case code == errcode.APIForbidden, code == errcode.APINotAuthorised:
		e.add(CheckCustomer, CheckFail, appNotListed(), listApp(), placeListApp()).Code = code
	case code == errcode.NoExternalContactRight:
		e.add(CheckCustomer, CheckFail, noRightToServe(), letServe(), placeServe()).Code = code
	case code == errcode.NoPermissionForTarget:
		e.add(CheckCustomer, CheckFail, rangeTooSmall(), widenRange(), placeRange()).Code = code
	default:
		zh, en := adviceOn(err)
		e.add(CheckCustomer, CheckFail, said(reason(err)), Words{zh, en}, Words{}).Code = code
	}
}

// examineOurs checks what WeCom comes to us for: the callback address and the domain. The
// agent is nil when WeCom could not be asked for it.
func (r *Registry) examineOurs(ctx context.Context, e *examination, corp, publicURL string, agent *wecom.GetAgentResponse) error {
	app, err := r.App(ctx, corp, MainApp)
	if fault.CodeOf(err) == fault.NotFound {
		e.wait(CheckCallback, CheckDomain)
		return nil
	}
	if err != nil {
		return err
	}
	heard, err := r.Hearing(ctx, app)
	if err != nil {
		return err
	}
	zone := r.Location(ctx, corp)
	when := func(at int64) string { return db.FromMS(at).In(zone).Format("2006-01-02 15:04") }
	switch {
	case heard[EventCame] > 0:
		e.ok(CheckCallback, eventsCome(when(heard[EventCame])))
	case heard[Verified] > 0:
		e.ok(CheckCallback, addressVerified(when(heard[Verified])))
	case heard[BadSignature] > 0:
		e.add(CheckCallback, CheckFail, tokenDiffers(when(heard[BadSignature])), copyCallback(), placeCallback())
	case heard[BadCipher] > 0:
		e.add(CheckCallback, CheckFail, keyDiffers(when(heard[BadCipher])), copyCallback(), placeCallback())
	case heard[BadReceiver] > 0:
		e.add(CheckCallback, CheckFail, receiverDiffers(when(heard[BadReceiver])), compareCorpID(), placeCorpID())
	default:
		e.add(CheckCallback, CheckWarn, nothingCame(), saveCallback(), placeCallback())
	}
	if agent == nil {
		e.wait(CheckDomain)
		return nil
	}
	return r.examineDomain(ctx, e, corp, publicURL, agent.RedirectDomain)
}

func (r *Registry) examineDomain(ctx context.Context, e *examination, corp, publicURL, trusted string) error {
	files, err := r.Files(ctx, corp)
	if err != nil {
		return err
	}
	host := HostOf(publicURL)
	switch {
	case covers(trusted, host):
		e.ok(CheckDomain, domainTrusted(host))
	case !public(host):
		e.add(CheckDomain, CheckWarn, notPublic(host), setPublicURL(), Words{})
	case len(files) == 0:
		e.add(CheckDomain, CheckWarn, domainUntrusted(host, trusted), uploadFile(host), placeDomain())
	default:
		e.add(CheckDomain, CheckWarn, fileWaits(files[0].Name, host), enterDomain(host), placeDomain())
	}
	return nil
}

// HostOf is the host of an address, with its port unless it is the usual one; "" when it
// is none.
func HostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	if u.Scheme == "https" && u.Port() == "443" || u.Scheme == "http" && u.Port() == "80" {
		return u.Hostname()
	}
	return u.Host
}

// covers tells whether a trusted domain of WeCom's is our host. The port counts when WeCom
// names one; "*" for a port is the simulator's.
func covers(trusted, host string) bool {
	trusted = strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(trusted, "https://"), "http://"), "/"))
	host = strings.ToLower(host)
	if trusted == "" || host == "" {
		return false
	}
	name := nameOf(host)
	return trusted == host || trusted == name+":*"
}

func nameOf(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return host
}

// public tells whether a host could be one that WeCom's server reaches: it takes names
// only, no addresses.
func public(host string) bool {
	name := nameOf(host)
	return strings.Contains(name, ".") && net.ParseIP(name) == nil
}

// Worst is the state that stands for many: fail before warn before wait before ok.
func Worst(findings []Finding) CheckState {
	worst := CheckOK
	rank := map[CheckState]int{CheckOK: 0, CheckWait: 1, CheckWarn: 2, CheckFail: 3}
	for _, f := range findings {
		if rank[f.State] > rank[worst] {
			worst = f.State
		}
	}
	return worst
}

// ago keeps the sign out of a duration for people.
func ago(d time.Duration) string { return d.Abs().String() }
