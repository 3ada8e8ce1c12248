package transfer

import (
	"strings"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/ask"
	"github.com/queqiao-scrm/queqiao/internal/platform/web"
	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/errcode"
)

func TestDivide(t *testing.T) {
	takers := []taker{{ID: "li", Load: 5, Departments: []int64{2}}, {ID: "zhao", Load: 1, Departments: []int64{3}}, {ID: "qian", Load: 3, Departments: []int64{2, 4}}}
	seven := func(change ...func(i int, c *candidate)) []candidate {
		list := make([]candidate, 7)
		for i := range list {
			list[i] = candidate{Kind: OfCustomer, Subject: string(rune('a' + i)), From: "zhang"}
			for _, f := range change {
				f(i, &list[i])
			}
		}
		return list
	}
	for name, c := range map[string]struct {
		list  []candidate
		how   Spread
		rules []TagRule
		want  string
	}{
		"evenly, 3 2 2":            {seven(), Even, nil, "li,zhao,qian,li,zhao,qian,li"},
		"by load":                  {seven(), ByLoad, nil, "zhao,zhao,zhao,qian,zhao,qian,li"},
		"one has him already":      {seven(func(i int, c *candidate) { c.Has = map[bool][]string{true: {"qian"}}[i < 2] }), Even, nil, "qian,qian,li,zhao,li,zhao,li"},
		"by tag, the rest evenly":  {seven(func(i int, c *candidate) { c.Tags = map[bool][]string{true: {"vip"}}[i%2 == 0] }), ByTag, []TagRule{{[]string{"x", "vip"}, "li"}}, "li,zhao,li,qian,li,zhao,li"},
		"the first rule counts":    {seven(func(_ int, c *candidate) { c.Tags = []string{"vip", "old"} }), ByTag, []TagRule{{[]string{"old"}, "zhao"}, {[]string{"vip"}, "li"}}, "zhao,zhao,zhao,zhao,zhao,zhao,zhao"},
		"the old department first": {seven(), ByDepartment, nil, "li,qian,li,qian,li,qian,li"},
		"nobody of his department": {seven(func(_ int, c *candidate) { c.From = "wang" }), ByDepartment, nil, "li,zhao,qian,li,zhao,qian,li"},
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.Join(divide(c.list, takers, c.how, c.rules, map[string][]int64{"zhang": {2}, "wang": {9}}), ",")
			if got != c.want {
				t.Errorf("%s\nwant %s", got, c.want)
			}
		})
	}
}

func TestJudge(t *testing.T) {
	const early, late, over = time.Hour, 30 * time.Hour, 73 * time.Hour
	wait, ask := verdict{State: Waiting}, verdict{State: Waiting, Ask: true}
	for name, c := range map[string]struct {
		e    evidence
		want verdict
	}{
		"done, and so it looks":                     {evidence{Status: wecom.TransferDone, TakerHas: true}, verdict{State: Accepted}},
		"done, but the old one has him too":         {evidence{Status: wecom.TransferDone, TakerHas: true, GiverHas: true}, ask},
		"done after leaving, he holds him for ever": {evidence{Status: wecom.TransferDone, TakerHas: true, GiverHas: true, Resigned: true}, verdict{State: Accepted}},
		"done, but the taker has him not":           {evidence{Status: wecom.TransferDone}, ask},
		"done, and asked he has him not":            {evidence{Status: wecom.TransferDone, Asked: true, Age: late}, wait},
		"done for days, and he has him not":         {evidence{Status: wecom.TransferDone, Asked: true, Age: over}, verdict{State: Failed, Reason: reasonSilent}},
		"refused, perhaps the try before":           {evidence{Status: wecom.TransferRefused, GiverHas: true, Before: true, Age: 20 * time.Minute}, wait},
		"full, perhaps the try before":              {evidence{Status: wecom.TransferFull, GiverHas: true, Before: true, Age: 20 * time.Minute}, wait},
		"refused for long":                          {evidence{Status: wecom.TransferRefused, GiverHas: true, Before: true, Age: 2 * time.Hour}, ask},
		"refused: not on one word":                  {evidence{Status: wecom.TransferRefused, GiverHas: true}, ask},
		"refused, and so it looks":                  {evidence{Status: wecom.TransferRefused, GiverHas: true, Asked: true}, verdict{State: Refused, Reason: reasonRefused}},
		"refused, but he was handed over":           {evidence{Status: wecom.TransferRefused, Handed: true}, verdict{State: Accepted}},
		"refused, but the taker got him":            {evidence{Status: wecom.TransferRefused, Asked: true, TakerHas: true, TakerGot: true}, verdict{State: Accepted}},
		"refused by a friend of the taker's":        {evidence{Status: wecom.TransferRefused, Asked: true, Friends: true, TakerHas: true, GiverHas: true}, verdict{State: Refused, Reason: reasonRefused}},
		"refused, a friend, but taken away":         {evidence{Status: wecom.TransferRefused, Asked: true, Friends: true, TakerHas: true}, verdict{State: Accepted}},
		"full":                                      {evidence{Status: wecom.TransferFull, Asked: true}, verdict{State: Full, Reason: reasonFull}},
		"waits":                                     {evidence{Status: wecom.TransferWaiting, Age: early}, wait},
		"waits, but a callback told the end":        {evidence{Status: wecom.TransferWaiting, Age: early, Handed: true}, verdict{State: Accepted}},
		"waits for days":                            {evidence{Status: wecom.TransferWaiting, Age: over, Asked: true}, verdict{State: Failed, Reason: reasonSilent}},
		"not listed yet":                            {evidence{Age: early}, wait},
		"never listed":                              {evidence{Age: late}, ask},
		"never listed, and asked":                   {evidence{Age: late, Asked: true}, verdict{State: Failed, Reason: reasonNone}},
		"came to nothing":                           {evidence{Status: wecom.TransferNone, Age: late, Asked: true}, verdict{State: Failed, Reason: reasonNone}},
		"not listed, but the taker got him":         {evidence{Age: early, TakerGot: true}, verdict{State: Accepted}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := judge(c.e); got != c.want {
				t.Errorf("%+v\nwant %+v", got, c.want)
			}
		})
	}
}

func TestJudgeGroup(t *testing.T) {
	i := Item{From: "Zhang", To: "li"}
	for name, c := range map[string]struct {
		owner string
		age   time.Duration
		want  verdict
	}{
		"the taker's":        {"LI", 0, verdict{State: Accepted}},
		"not yet":            {"zhang", time.Hour, verdict{State: Waiting}},
		"never":              {"zhang", 73 * time.Hour, verdict{State: Failed, Reason: reasonSilent}},
		"somebody else's":    {"zhao", 0, verdict{State: Failed, Reason: reasonOther}},
		"there is none more": {"", 0, verdict{State: Failed, Reason: reasonGone}},
	} {
		if got := judgeGroup(i, c.owner, c.age); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// TestNextPoll: waits grow, the end of the 24 hours is not missed, and none stands still.
func TestNextPoll(t *testing.T) {
	sent := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	end, met, asked := sent.Add(refusalTime+settledWithin), false, 0
	for at := sent; at.Before(sent.Add(pollFor)); asked++ {
		next := nextPoll(sent, at)
		if !next.After(at) || at.Before(end) && next.After(end) {
			t.Fatalf("after %s comes %s", at.Sub(sent), next.Sub(sent))
		}
		met = met || next.Equal(end)
		at = next
	}
	if !met || asked > 50 {
		t.Errorf("asked %d times, at the end %v", asked, met)
	}
}

func TestDays(t *testing.T) {
	night := time.Date(2026, 11, 23, 15, 59, 0, 0, time.UTC) // 23:59 in Beijing
	if d := nextDay(night).Sub(night); d != 2*time.Minute {
		t.Errorf("the next day begins in %s", d)
	}
	if d := night.Sub(dayBegan(night, 0)); d != 23*time.Hour+59*time.Minute {
		t.Errorf("today began %s ago", d)
	}
	if d := dayBegan(night, 0).Sub(dayBegan(night, perDays-1)); d != 89*24*time.Hour {
		t.Errorf("90 natural days reach %s back from midnight", d)
	}
}

func TestAdvice(t *testing.T) {
	for _, code := range []int{
		40096, 40097, 40098, 40099, 40100, 40128, 40129, 40130, 40131, 40143, 84061, 90500, 90501, 90502, 90503, 90504, 90507, 90508, 90509, 90510,
	} {
		info, known := errcode.Lookup(code)
		got := Item{Reason: refusal(code, "").Kept(), Code: code}.why()
		if !known || !strings.Contains(got.In(false, becauses()), info.AdviceZH) || !strings.Contains(got.In(true, becauses()), info.AdviceEN) {
			t.Errorf("%d: %+v", code, got)
		}
	}
	for name, got := range map[string]web.Because{"no code": refusal(0, "chat is gone"), "an unknown one": refusal(-999999, "chat is gone")} {
		why := Item{Reason: got.Kept()}.why()
		if zh, en := why.In(false, becauses()), why.In(true, becauses()); !strings.HasPrefix(zh, "企业微信：chat is gone") || !strings.HasPrefix(en, "WeCom: chat is gone") {
			t.Errorf("%s says %q, %q", name, zh, en)
		}
	}
	if got := refusal(0, ""); got.Code != "unsaid" {
		t.Errorf("nothing said: %+v", got)
	}
}

// TestReasonsOfBefore: what was kept in Chinese before there were codes is told as well as
// it can be.
func TestReasonsOfBefore(t *testing.T) {
	info, _ := errcode.Lookup(40098)
	for name, c := range map[string]struct {
		item   Item
		zh, en string
	}{
		"refused":  {Item{State: Refused, Reason: "客户拒绝了转接"}, becauses()["refused"][0], becauses()["refused"][1]},
		"full":     {Item{State: Full, Reason: "已达上限"}, becauses()["full"][0], becauses()["full"][1]},
		"by WeCom": {Item{State: Failed, Reason: "旧的（40098）", Code: 40098}, "旧的（40098）", info.AdviceEN + " (40098)"},
		"by us":    {Item{State: Failed, Reason: "旧的"}, "旧的", "旧的"},
		"no word":  {Item{State: Accepted}, "", ""},
	} {
		why := c.item.why()
		if zh, en := why.In(false, becauses()), why.In(true, becauses()); zh != c.zh || en != c.en {
			t.Errorf("%s: %q, %q", name, zh, en)
		}
	}
}

func TestSpreadSeats(t *testing.T) {
	takers := []taker{{ID: "li"}, {ID: "zhao"}, {ID: "qian"}}
	for name, c := range map[string]struct {
		taken  map[string]int   // by taker
		others map[int][]string // of the seats, by their place
		seats  int
		want   string
	}{
		"as the customers are":      {map[string]int{"li": 3, "zhao": 2, "qian": 2}, nil, 7, "li,zhao,qian,li,li,zhao,qian"},
		"most to who takes most":    {map[string]int{"li": 1, "zhao": 9}, nil, 4, "zhao,zhao,zhao,zhao"},
		"who takes nobody sits not": {map[string]int{"qian": 1}, nil, 2, "qian,qian"},
		"who sits there needs none": {map[string]int{"li": 5, "zhao": 1}, map[int][]string{0: {"li", "x"}}, 2, "zhao,li"},
		"all sit there":             {map[string]int{"li": 1}, map[int][]string{0: {"li"}}, 1, "li"},
		"none":                      {map[string]int{"li": 1}, nil, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var list []candidate
			var to []string
			for _, x := range takers {
				for range c.taken[x.ID] {
					list, to = append(list, candidate{From: "zhang"}), append(to, x.ID)
				}
			}
			var seats []ask.Seat
			for i := range c.seats {
				seats = append(seats, ask.Seat{Member: "zhang", Others: c.others[i]})
			}
			var got []string
			for _, x := range spreadSeats(seats, nil, list, to, takers) {
				got = append(got, x.To)
			}
			if strings.Join(got, ",") != c.want {
				t.Errorf("%v, want %s", got, c.want)
			}
		})
	}
}
