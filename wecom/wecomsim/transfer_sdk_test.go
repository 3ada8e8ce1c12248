package wecomsim_test

import (
	"slices"
	"testing"

	"github.com/queqiao-scrm/queqiao/wecom"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// TestTransfersThroughTheSDK: a leaver's 250 customers and 12 groups, and some
// of a member who stays, by the client alone.
func TestTransfersThroughTheSDK(t *testing.T) {
	w := newWorld(t, nil)
	client, err := wecom.New(wecom.Options{CorpID: w.corp.CorpID, App: wecom.App{AgentID: wecomsim.DefaultAgentID, Secret: w.corp.Apps[firstApp].Secret}, BaseURL: w.url})
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	leaver, a, b := w.members()[0], w.members()[1], w.members()[2]
	refusing := map[string]bool{}
	for i := range 250 {
		person, rel := w.friends("客", leaver)
		if i%50 == 0 {
			refusing[rel.ExternalUserID] = true
			must(w.sim.Say(wecomsim.Say{Person: person, Member: leaver, Text: "在吗"}))(t)
		}
	}
	var groups []string
	for range 12 {
		groups = append(groups, w.group(leaver))
	}
	must(w.sim.Resign(wecomsim.Resign{Member: leaver}))(t)
	var pool []string
	for u, err := range client.Unassigned(ctx) {
		if err != nil || u.HandoverUserID != leaver || u.DimissionTime != start().Unix() {
			t.Fatalf("%+v: %v", u, err)
		}
		pool = append(pool, u.ExternalUserID)
	}
	if len(pool) != 250 {
		t.Fatalf("%d in the pool", len(pool))
	}
	for i, part := range slices.Collect(slices.Chunk(pool, 100)) {
		answer, err := client.TransferResignedCustomers(ctx, wecom.TransferResignedCustomersRequest{
			HandoverUserID: leaver, TakeoverUserID: []string{a, b}[i%2], ExternalUserIDs: part,
		})
		if err != nil || len(answer.Customers) != len(part) {
			t.Fatalf("%+v: %v", answer, err)
		}
		for _, c := range answer.Customers {
			if c.ErrCode != 0 {
				t.Errorf("%+v", c)
			}
		}
	}
	for external := range refusing {
		must(w.sim.RefuseTransfer(wecomsim.RefuseTransfer{Person: external}))(t)
	}
	passed, err := client.TransferResignedGroups(ctx, wecom.TransferGroupsRequest{ChatIDs: groups, NewOwner: a})
	if err != nil || len(passed.Failed) != 0 {
		t.Errorf("%+v: %v", passed, err)
	}
	w.sim.Clock().Advance(day)
	w.sim.RevokeTokens() // the client's clock is the real one
	states := map[int]int{}
	for _, taker := range []string{a, b} {
		for r, err := range client.ResignedTransferResults(ctx, leaver, taker) {
			if err != nil {
				t.Fatal(err)
			}
			if refusing[r.ExternalUserID] != (r.Status == wecom.TransferRefused) {
				t.Errorf("%+v", r)
			}
			states[r.Status]++
		}
	}
	if states[wecom.TransferDone] != 245 || states[wecom.TransferRefused] != 5 || len(states) != 2 {
		t.Errorf("states %v", states)
	}
	left := 0
	for _, err := range client.Unassigned(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		left++
	}
	owned := 0
	for _, err := range client.GroupChats(ctx, wecom.GroupTakenOver, []string{a}) {
		if err != nil {
			t.Fatal(err)
		}
		owned++
	}
	if left != 5 || owned != 12 {
		t.Errorf("%d still unassigned, %d groups inherited", left, owned)
	}
	_, rel := w.friends("在职", a)
	begun, err := client.TransferCustomers(ctx, wecom.TransferCustomersRequest{
		HandoverUserID: a, TakeoverUserID: b, ExternalUserIDs: []string{rel.ExternalUserID, "wmnobody"}, SuccessMsg: "以后由我服务您",
	})
	if err != nil || len(begun.Customers) != 2 || begun.Customers[0].ErrCode != 0 || begun.Customers[1].ErrCode != 40096 {
		t.Errorf("%+v: %v", begun, err)
	}
	for r, err := range client.TransferResults(ctx, a, b) {
		if err != nil || r.Status != wecom.TransferWaiting || r.TakeoverTime != start().Add(2*day).Unix() {
			t.Errorf("%+v: %v", r, err)
		}
	}
	mine := w.group(a)
	moved, err := client.TransferGroups(ctx, wecom.TransferGroupsRequest{ChatIDs: []string{mine, "wrnone"}, NewOwner: b})
	if err != nil || len(moved.Failed) != 1 || moved.Failed[0].ErrCode != 90501 {
		t.Errorf("%+v: %v", moved, err)
	}
}
