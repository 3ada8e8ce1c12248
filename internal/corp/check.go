package corp

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/fault"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

// CheckState says how a check came out.
type CheckState string

// The states of a check.
const (
	CheckOK   CheckState = "ok"
	CheckWarn CheckState = "warn" // works, but not as it should
	CheckFail CheckState = "fail"
	CheckWait CheckState = "wait" // cannot be checked before others come out well
)

// The checks of a corp's connection, in the order in which one needs the other. They are
// the steps of the guided set-up too.
const (
	CheckReach    = "reach"    // WeCom's server can be reached()
	CheckClock    = "clock"    // this machine's clock is WeCom's
	CheckZone     = "zone"     // the corp's time zone
	CheckCorpID   = "corpId"   // 企业 ID
	CheckSecret   = "secret"   // the app's Secret
	CheckIP       = "ip"       // 企业可信 IP
	CheckAgent    = "agent"    // AgentId, app enabled
	CheckRange    = "range"    // 可见范围
	CheckCustomer = "customer" // 客户联系 → 可调用接口的应用, 权限配置
	CheckCallback = "callback" // 接收消息
	CheckDomain   = "domain"   // 可信域名
)

// Words are a text in both languages.
type Words struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// Finding is what one check found, what to do, and where in WeCom's admin console.
type Finding struct {
	Check  string     `json:"check"`
	State  CheckState `json:"state" enum:"ok,warn,fail,wait"`
	Code   int        `json:"errcode,omitempty" doc:"WeCom's errcode"`
	Found  Words      `json:"found" doc:"what was found"`
	Advice Words      `json:"advice" doc:"what to do, empty when all is well"`
	Place  Words      `json:"place" doc:"where in WeCom's admin console, empty when nowhere there"`
}

// examination collects findings of one corp.
type examination struct {
	findings []Finding
}

func (e *examination) add(check string, state CheckState, found, advice, place Words) *Finding {
	e.findings = append(e.findings, Finding{Check: check, State: state, Found: found, Advice: advice, Place: place})
	return &e.findings[len(e.findings)-1]
}

func (e *examination) ok(check string, found Words) { e.add(check, CheckOK, found, Words{}, Words{}) }

// wait marks checks that have to wait for those before them.
func (e *examination) wait(checks ...string) {
	for _, check := range checks {
		e.add(check, CheckWait, waitsForOthers(), Words{}, Words{})
	}
}

// checkTimeout bounds one call of a check: somebody looks at the page meanwhile.
const checkTimeout = 10 * time.Second

// Examine checks a corp's connection to WeCom by asking WeCom itself, with the cheapest
// calls that prove each thing. It reads and never changes. The public address is how
// browsers and WeCom reach us. An error is our own trouble, not WeCom's.
func (r *Registry) Examine(ctx context.Context, corp, publicURL string) ([]Finding, error) {
	var e examination
	c, err := r.Corp(ctx, corp)
	if err != nil {
		return nil, err
	}
	r.examineZone(&e, c)
	if !r.examineReach(ctx, &e) {
		e.wait(CheckClock, CheckCorpID, CheckSecret, CheckIP, CheckAgent, CheckRange, CheckCustomer)
		return e.findings, r.examineOurs(ctx, &e, corp, publicURL, nil)
	}
	app, err := r.App(ctx, corp, MainApp)
	if fault.CodeOf(err) == fault.NotFound {
		e.add(CheckCorpID, CheckWait, corpIDUnproved(), Words{}, Words{})
		e.add(CheckSecret, CheckWait, noApp(), fillInApp(), placeApp())
		e.wait(CheckIP, CheckAgent, CheckRange, CheckCustomer, CheckCallback, CheckDomain)
		return e.findings, nil
	}
	if err != nil {
		return nil, err
	}
	client, err := r.Client(ctx, corp)
	if fault.CodeOf(err) == fault.Conflict {
		e.add(CheckCorpID, CheckFail, suspended(), resume(), Words{})
		return e.findings, nil
	}
	if err != nil {
		return nil, err
	}
	agent := r.examineAgent(ctx, &e, client, app)
	return e.findings, r.examineOurs(ctx, &e, corp, publicURL, agent)
}

// examineZone tells the corp's time of day: days are counted in it. A zone that was taken
// out of the world's list, or written into the table by hand, is none.
func (r *Registry) examineZone(e *examination, c Corp) {
	at, err := time.LoadLocation(c.TimeZone)
	if err != nil || c.TimeZone == "" {
		e.add(CheckZone, CheckFail, zoneUnknown(c.TimeZone), chooseZone(), Words{})
		return
	}
	e.ok(CheckZone, zoneTold(c.TimeZone, r.clock.Now().In(at).Format("2006-01-02 15:04")))
}

// examineReach asks WeCom's server for nothing: it answers 41002 (no corpid), which is no
// try of a secret, and tells the time.
func (r *Registry) examineReach(ctx context.Context, e *examination) bool {
	told, err := r.askTime(ctx)
	if err != nil {
		host := r.options.BaseURL
		if u, err := url.Parse(host); err == nil && u.Host != "" {
			host = u.Host
		}
		e.add(CheckReach, CheckFail, unreachable(host, reason(err)), openWay(host), Words{})
		return false
	}
	e.ok(CheckReach, reached())
	skew := r.clock.Now().Sub(told).Round(time.Second)
	switch {
	case told.IsZero():
		e.ok(CheckClock, clockUntold())
	case skew.Abs() > 5*time.Minute:
		e.add(CheckClock, CheckFail, clockOff(skew), setClock(), Words{})
	case skew.Abs() > time.Minute:
		e.add(CheckClock, CheckWarn, clockOff(skew), setClock(), Words{})
	default:
		e.ok(CheckClock, clockRight())
	}
	return true
}

func (r *Registry) askTime(ctx context.Context) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	base := r.options.BaseURL
	if base == "" {
		base = wecom.DefaultBaseURL
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/cgi-bin/gettoken", http.NoBody)
	if err != nil {
		return time.Time{}, err
	}
	answer, err := r.options.HTTPClient.Do(request)
	if err != nil {
		if u, ok := errors.AsType[*url.Error](err); ok {
			err = u.Err
		}
		return time.Time{}, err
	}
	defer func() { _ = answer.Body.Close() }() // nothing more is wanted of it
	if _, err := io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10)); err != nil {
		return time.Time{}, err
	}
	if answer.StatusCode != http.StatusOK {
		return time.Time{}, errors.New("HTTP " + strconv.Itoa(answer.StatusCode))
	}
	told, _ := http.ParseTime(answer.Header.Get("Date")) // no time told is no failure
	return told, nil
}

// examineAgent reads the app (document 90227): one call that proves corp id, secret,
// trusted address and agent id, since WeCom looks at them in this order.
func (r *Registry) examineAgent(ctx context.Context, e *examination, client *wecom.Client, app App) *wecom.GetAgentResponse {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	agent, err := client.GetAgent(ctx, app.AgentID)
	code := wecom.CodeOf(err)
	// What stands before the failing step in this list is proved by the failure.
	steps := []string{CheckCorpID, CheckSecret, CheckIP, CheckAgent}
	proved := map[string]Words{CheckCorpID: corpIDRight(), CheckSecret: secretRight(), CheckIP: ipRight(), CheckAgent: agentRight(agent.Name)}
	failing, found, advice, place := len(steps), Words{}, Words{}, Words{}
	fails := func(step int, f, a, p Words) { failing, found, advice, place = step, f, a, p }
	switch {
	case err == nil && agent.Close == 1, code == errcode.AppDisabled:
		fails(3, appOff(), enableApp(), placeAppList())
	case err == nil:
	case code == errcode.InvalidCorpID, code == errcode.CorpIDMissing, code == errcode.CorpUnavailable:
		fails(0, corpIDWrong(), compareCorpID(), placeCorpID())
	case code == errcode.InvalidSecret, code == errcode.SecretMissing:
		fails(1, secretWrong(), copySecret(), placeApp())
	case code == errcode.RateLimited:
		fails(1, blocked(), waitAnHour(), Words{})
	case code == errcode.UntrustedIP:
		ip := addressIn(err)
		fails(2, ipRefused(ip), allowIP(ip), placeIP())
	case code == errcode.AgentMismatch, code == badAgent:
		fails(3, agentWrong(app.AgentID), copyAgent(), placeApp())
	default:
		// Not one of the four: WeCom is busy, the line broke, or an answer nobody expects.
		advice.ZH, advice.EN = adviceOn(err)
		f := e.add(CheckAgent, CheckFail, said(reason(err)), advice, Words{})
		f.Code = code
		e.wait(CheckRange, CheckCustomer)
		return nil
	}
	for i, step := range steps {
		switch {
		case i < failing:
			e.ok(step, proved[step])
		case i == failing:
			e.add(step, CheckFail, found, advice, place).Code = code
		default:
			e.wait(step)
		}
	}
	if failing < len(steps) {
		e.wait(CheckRange, CheckCustomer)
		return nil
	}
	r.examineRights(ctx, e, client, agent)
	return &agent
}

// badAgent is WeCom's code for an agentid that no app has.
const badAgent = 40056

// address finds the address that WeCom names in its words ("from ip: 1.2.3.4"). It is for
// people to read; nothing is decided by it.
var address = regexp.MustCompile(`from ip: ?([0-9A-Fa-f.:]+)`)

func addressIn(err error) string {
	if e, ok := errors.AsType[*wecom.Error](err); ok {
		if m := address.FindStringSubmatch(e.Msg); m != nil {
			return m[1]
		}
	}
	return ""
}

func adviceOn(err error) (zh, en string) {
	if e, ok := errors.AsType[*wecom.Error](err); ok {
		return e.Advice()
	}
	return "请稍后重试；若持续出现，请检查网络与代理。", "Try again in a moment; check network and proxy if it lasts."
}
