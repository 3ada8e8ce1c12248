package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// start runs the built program on an empty folder and waits for its first answer.
func start(ctx context.Context, b *bench) error {
	info, err := os.Stat(b.binary)
	if err != nil {
		return fmt.Errorf("build it first (make build): %w", err)
	}
	folder, err := os.MkdirTemp("", "queqiao-start")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		return err
	}
	b.line("| start | first answer | memory at rest (RSS) |\n|---|---|---|")
	for _, what := range []string{"on an empty folder", "with its data there"} {
		began := time.Now()
		cmd := exec.CommandContext(ctx, b.binary, "serve", "--data", folder, "--listen", address)
		cmd.Env = append(os.Environ(), "QUEQIAO_ADMIN_PASSWORD="+password)
		if err := cmd.Start(); err != nil {
			return err
		}
		for {
			res, err := http.Get("http://" + address + "/readyz")
			if err == nil {
				_, _ = io.Copy(io.Discard, res.Body)
				_ = res.Body.Close()
				if res.StatusCode == http.StatusOK {
					break
				}
			}
			if time.Since(began) > 30*time.Second {
				return fmt.Errorf("no answer in 30 s: %w", err)
			}
			time.Sleep(5 * time.Millisecond)
		}
		took := time.Since(began)
		time.Sleep(5 * time.Second)
		b.line("| %s | %s | %s |", what, ms(took), resident(cmd.Process.Pid))
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			return err
		}
		_ = cmd.Wait()
	}
	b.line("\nbinary: %.1f MB", float64(info.Size())/(1<<20))
	return nil
}

// resident reads a process's memory from /proc; elsewhere it is not known.
func resident(pid int) string {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return "not known here"
	}
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if text, ok := strings.CutPrefix(lines.Text(), "VmRSS:"); ok {
			return strings.TrimSpace(text)
		}
	}
	return "not known here"
}
