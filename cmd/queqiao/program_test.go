package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/queqiao-scrm/queqiao/internal/apptest"
	"github.com/queqiao-scrm/queqiao/internal/platform/clock"
	"github.com/queqiao-scrm/queqiao/wecom/wecomsim"
)

// asProgram in the environment makes this test binary be queqiao itself: what is killed
// here is the real program in a process of its own.
const asProgram = "RUN_AS_QUEQIAO"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// program is a queqiao in a process of its own.
type program struct {
	name  string
	url   string
	cmd   *exec.Cmd
	ended chan struct{} // closed when the process is gone
}

var servingAt = regexp.MustCompile(`msg=serving address=(\S+)`)

// start runs queqiao with the settings and waits until it serves.
func start(t *testing.T, name string, settings map[string]string, more ...string) *program {
	t.Helper()
	c, said := spawn(t, settings, append([]string{"serve"}, more...)...)
	p := &program{name: name, cmd: c, ended: make(chan struct{})}
	address := make(chan string, 1)
	go func() {
		defer close(p.ended)
		var last []string
		for lines := bufio.NewScanner(said); lines.Scan(); {
			if m := servingAt.FindStringSubmatch(lines.Text()); m != nil {
				address <- m[1]
			}
			last = append(last[max(0, len(last)-9):], lines.Text())
		}
		_ = c.Wait() // killed, as a rule
		select {
		case address <- "":
			t.Logf("%s ended: %s", name, strings.Join(last, "\n"))
		default:
		}
	}()
	t.Cleanup(p.kill)
	over := clock.System().NewTimer(time.Minute)
	defer over.Stop()
	select {
	case at := <-address:
		if at == "" {
			t.Fatalf("%s did not start", name)
		}
		p.url = "http://" + at
	case <-over.C:
		t.Fatalf("%s does not serve", name)
	}
	return p
}

// spawn starts queqiao with a command line; its standard error is given.
func spawn(t *testing.T, settings map[string]string, args ...string) (*exec.Cmd, io.Reader) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range settings {
		args = append(args, "--set", name+"="+value)
	}
	c := exec.CommandContext(context.Background(), self, args...)
	c.Dir = t.TempDir()
	c.Env = []string{asProgram + "=1", "HOME=" + c.Dir, "TMPDIR=" + os.TempDir(), "QUEQIAO_ADMIN_PASSWORD=" + apptest.Password}
	said, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c, said
}

// kill is kill -9: the process has no last word.
func (p *program) kill() {
	_ = p.cmd.Process.Kill() // it may be dead already
	<-p.ended
}

const sendPath = "/cgi-bin/externalcontact/send_welcome_msg"

// outside is the simulated WeCom, in which the first greeting gets stuck: the call is
// there, its answer never comes.
type outside struct {
	sim *wecomsim.Sim
	// delivers: WeCom takes the stuck greeting, and only the answer is lost.
	delivers bool
	stuck    atomic.Bool
	calling  chan string   // who is in the stuck call
	over     chan struct{} // lets the stuck call go
}

func newOutside(t *testing.T, delivers bool) *outside {
	t.Helper()
	o := &outside{sim: wecomsim.New(wecomsim.Options{}), delivers: delivers, calling: make(chan string, 1), over: make(chan struct{})}
	t.Cleanup(func() {
		if err := o.sim.Close(); err != nil {
			t.Error(err)
		}
	})
	return o
}

// door is WeCom's address for one node: by it we know who calls.
func (o *outside) door(t *testing.T, node string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != sendPath || !o.stuck.CompareAndSwap(false, true) {
			o.sim.Handler().ServeHTTP(w, r)
			return
		}
		if o.delivers {
			o.sim.Handler().ServeHTTP(httptest.NewRecorder(), r)
		}
		o.calling <- node
		<-o.over
		panic(http.ErrAbortHandler)
	}))
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s.URL
}

// settings are those of a node; all nodes share the database and the keys.
func (o *outside) settings(t *testing.T, dsn, keys, data, node string) map[string]string {
	t.Helper()
	door := o.door(t, node)
	c := o.sim.Describe("").Corps[0]
	set := map[string]string{
		"data": data, "http.listen": "127.0.0.1:0", "secret.key_file": keys, "corp.id": c.CorpID,
		"wecom.base_url": door, "wecom.open_url": door, "wecom.login_url": door,
	}
	if dsn != "" {
		set["db.dsn"] = dsn
	}
	for _, a := range c.Apps {
		if a.AgentID == wecomsim.DefaultAgentID {
			set["corp.agent_id"], set["corp.secret"] = strconv.Itoa(a.AgentID), a.Secret
			set["corp.callback_token"], set["corp.callback_key"] = a.CallbackToken, a.CallbackAESKey
		}
	}
	return set
}

// callbacksTo points the app's callbacks at a program.
func (o *outside) callbacksTo(t *testing.T, p *program) {
	t.Helper()
	url := p.url + "/callback/app"
	if _, err := o.sim.ChangeApp(wecomsim.DefaultAgentID, wecomsim.AppPatch{CallbackURL: &url}); err != nil {
		t.Fatal(err)
	}
	if v, err := o.sim.VerifyURL(o.sim.Describe("").Corps[0].CorpID, wecomsim.DefaultAgentID); err != nil || !v.OK {
		t.Fatalf("the callback address is not verified: %+v %v", v, err)
	}
}

// until waits for a condition of other processes.
func until(t *testing.T, what string, within time.Duration, holds func() bool) {
	t.Helper()
	over := clock.System().NewTimer(within)
	defer over.Stop()
	for !holds() {
		look := clock.System().NewTimer(50 * time.Millisecond)
		select {
		case <-over.C:
			t.Fatalf("not within %v: %s", within, what)
		case <-look.C:
		}
	}
}

// keyFile is where the nodes of one test find the keys.
func keyFile(t *testing.T) string { return filepath.Join(t.TempDir(), "keys") }
