package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

const withoutRoutes = "RUN_WITHOUT_ROUTES"

// TestNoTrafficHome starts the real product in a network namespace that has loopback and
// no route, plays a story from a scan to the greeting, and sees that nothing but the
// configured WeCom was called: by the product's own book, and by the kernel's counters,
// which know of every packet and every name that somebody tried to look up.
func TestNoTrafficHome(t *testing.T) {
	if os.Getenv(withoutRoutes) != "" {
		inside(t)
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), self, "-test.run=^TestNoTrafficHome$", "-test.v")
	c.Env = append(os.Environ(), withoutRoutes+"=1")
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	root := os.Geteuid() == 0
	if !root {
		c.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		c.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}}
		c.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}
	}
	said, err := c.CombinedOutput()
	if _, ran := errors.AsType[*exec.ExitError](err); err != nil && !ran {
		if root {
			t.Fatalf("no network namespace, though we are root: %v", err)
		}
		t.Logf("NOT CHECKED: this system gives users no network namespace (%v); run as root", err)
		return
	}
	if err != nil || !bytes.Contains(said, []byte("nothing was called beyond the list")) {
		t.Errorf("%v\n%s", err, said)
	}
}

// inside plays the story where there are no routes.
func inside(t *testing.T) {
	loopbackUp(t)
	interfaces, err := net.Interfaces()
	if err != nil || len(interfaces) == 0 {
		t.Fatalf("%v %v", interfaces, err)
	}
	for _, i := range interfaces {
		if i.Flags&net.FlagUp != 0 && i.Flags&net.FlagLoopback == 0 {
			t.Fatalf("interface %s is up: this is no namespace without routes", i.Name)
		}
	}
	o := newOutside(t, false)
	o.stuck.Store(true) // no greeting gets stuck here
	settings := o.settings(t, "", keyFile(t), t.TempDir(), "only")
	p := start(t, "only", settings)
	o.callbacksTo(t, p)
	console := apptest.SignIn(t, p.url)
	member := ""
	o.sim.Inspect(func(w *wecomsim.World) {
		for _, m := range w.Corps[0].Members {
			if m.MayContact && m.Status == wecomsim.StatusActive {
				member = m.UserID
			}
		}
	})
	console.Do(http.MethodPost, "/api/mirror/sync", map[string]string{"scope": "full"}, nil)
	until(t, "the customers are read", 20*time.Second, func() bool {
		var sync struct{ Items []struct{ State string } }
		console.Do(http.MethodGet, "/api/mirror/sync", nil, &sync)
		return len(sync.Items) > 0 && sync.Items[0].State == "done"
	})
	console.Do(http.MethodPost, "/api/channelcode/codes", map[string]any{
		"name": "展会", "members": []string{member}, "skipVerify": true, "greeting": "own", "content": map[string]string{"text": hello},
	}, nil)
	way, person := "", ""
	until(t, "the code is published", 20*time.Second, func() bool {
		o.sim.Inspect(func(w *wecomsim.World) {
			for id := range w.Corps[0].Ways {
				way = id
			}
			for id := range w.People {
				person = id
			}
		})
		return way != ""
	})
	if _, err := o.sim.Scan(wecomsim.Scan{Person: person, Way: way}); err != nil {
		t.Fatal(err)
	}
	until(t, "the customer is greeted", 20*time.Second, func() bool {
		chat, err := o.sim.ChatWith(wecomsim.Pair{Person: person, Member: member})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range chat {
			if m.Via == "welcome" && m.Text == hello {
				return true
			}
		}
		return false
	})

	var called struct {
		Items []struct {
			Host, Port, Asker, Setting string
			Calls, Refused             int64
		}
	}
	console.Do(http.MethodGet, "/api/network/hosts", nil, &called)
	if len(called.Items) == 0 {
		t.Error("the book is empty")
	}
	for _, h := range called.Items {
		if "http://"+h.Host+":"+h.Port != settings["wecom.base_url"] || h.Refused > 0 {
			t.Errorf("called beside WeCom: %+v", h)
		}
	}
	for name, n := range attempts(t) {
		if n != 0 {
			t.Errorf("the kernel counted %d %s", n, name)
		}
	}
	// The counters would have told: they do tell of what this test tries itself.
	control := &net.Dialer{Timeout: time.Second}
	if c, err := control.DialContext(t.Context(), "tcp", "192.0.2.1:443"); err == nil {
		t.Error("a connection to nowhere", c.Close())
	}
	if attempts(t)["packets without a route"] == 0 {
		t.Error("the kernel does not count what has no route: the test proves nothing")
	}
	if !t.Failed() {
		t.Log("nothing was called beyond the list")
	}
}

// loopbackUp sets the loopback interface up, by the kernel's own protocol (rtnetlink).
func loopbackUp(t *testing.T) {
	t.Helper()
	lo, err := net.InterfaceByName("lo")
	if err != nil {
		t.Fatal(err)
	}
	s, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW, syscall.NETLINK_ROUTE)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = syscall.Close(s) }() // one message
	// nlmsghdr: length, type, flags, sequence, port; ifinfomsg: family, type, index, flags, change.
	message := binary.NativeEndian.AppendUint32(nil, 32)
	message = binary.NativeEndian.AppendUint16(message, syscall.RTM_NEWLINK)
	message = binary.NativeEndian.AppendUint16(message, syscall.NLM_F_REQUEST|syscall.NLM_F_ACK)
	message = append(message, make([]byte, 8)...)
	message = append(message, syscall.AF_UNSPEC, 0, 0, 0)
	message = binary.NativeEndian.AppendUint32(message, uint32(lo.Index))
	message = binary.NativeEndian.AppendUint32(message, syscall.IFF_UP)
	message = binary.NativeEndian.AppendUint32(message, syscall.IFF_UP)
	if err := syscall.Sendto(s, message, 0, &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK}); err != nil {
		t.Fatal(err)
	}
	until(t, "loopback is up", 5*time.Second, func() bool {
		c, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
		return err == nil && c.Close() == nil
	})
}

// attempts are the kernel's counters, of this namespace alone, of what must not happen.
func attempts(t *testing.T) map[string]int {
	t.Helper()
	v4, v6 := counters(t, "/proc/self/net/snmp"), counters(t, "/proc/self/net/snmp6")
	return map[string]int{
		"packets without a route":         v4["Ip:OutNoRoutes"] + v6["Ip6OutNoRoutes"],
		"datagrams, as for finding names": v4["Udp:OutDatagrams"] + v6["Udp6OutDatagrams"],
		"failed connections":              v4["Tcp:AttemptFails"],
	}
}

// counters reads either form: a line of names above a line of numbers, or a name and a
// number on each line.
func counters(t *testing.T, file string) map[string]int {
	t.Helper()
	text, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) && strings.HasSuffix(file, "6") {
		return nil // a kernel without IPv6
	}
	if err != nil {
		t.Fatal(err)
	}
	found, names := map[string]int{}, []string(nil)
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) == 2 && !strings.HasSuffix(fields[0], ":") {
			names, fields = []string{"", fields[0]}, []string{"", fields[1]}
		} else if len(names) == 0 || len(fields) == 0 || names[0] != fields[0] {
			names = fields
			continue
		}
		for i := 1; i < min(len(names), len(fields)); i++ {
			if n, err := strconv.Atoi(fields[i]); err == nil {
				found[names[0]+names[i]] = n
			}
		}
		names = nil
	}
	return found
}
