package account

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
)

func TestThrottle(t *testing.T) {
	now := clock.NewFake(time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC))
	tries := newThrottle(now, 3, 30*time.Second)
	for i := range 3 {
		if _, ok := tries.take("a"); !ok {
			t.Fatalf("try %d is refused", i+1)
		}
	}
	wait, ok := tries.take("a")
	if ok || wait <= 29*time.Second || wait > 30*time.Second {
		t.Errorf("the fourth try: %v, wait %v", ok, wait)
	}
	if _, ok := tries.take("b"); !ok {
		t.Error("another key pays for the first")
	}
	now.Advance(30 * time.Second)
	if _, ok := tries.take("a"); !ok {
		t.Error("no try comes back with time")
	}
	if _, ok := tries.take("a"); ok {
		t.Error("more than one came back")
	}
	tries.back("a")
	if _, ok := tries.take("a"); !ok {
		t.Error("the try did not come back")
	}
	if _, ok := tries.take("a"); ok {
		t.Error("more came back than one")
	}
	tries.back("nobody")
	tries.clear("a")
	if _, ok := tries.take("a"); !ok {
		t.Error("clear gave nothing back")
	}
}

func TestThrottleKeepsBounded(t *testing.T) {
	now := clock.NewFake(time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC))
	tries := newThrottle(now, 2, time.Minute)
	tries.take("victim")
	tries.take("victim")
	for i := range maxTracked - 1 {
		tries.take(fmt.Sprint(i))
	}
	now.Advance(time.Minute) // the others have all their tries again, the victim has one
	tries.take("one more")
	if len(tries.tries) > 3 {
		t.Errorf("%d keys are remembered although they say nothing", len(tries.tries))
	}
	tries.take("victim")
	if _, ok := tries.take("victim"); ok {
		t.Error("making room forgot who is being slowed")
	}
}

func TestNetwork(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7":           "192.0.2.7",
		"2001:db8:1:2:3::9":   "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff::": "2001:db8:1:2::/64",
	} {
		if got := network(netip.MustParseAddr(address)); got != want {
			t.Errorf("network(%s) = %s, want %s", address, got, want)
		}
	}
}
