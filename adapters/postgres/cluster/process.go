package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// postmaster is what a running server says about itself in postmaster.pid.
type postmaster struct{ pid, port int }

// alive finds the server that runs on the data directory. A file left by one that was killed is not an answer; where a
// stranger's process has meanwhile got the same number, which makes Postgres refuse to start, the file is removed.
func alive(data string) (postmaster, bool, error) {
	path := filepath.Join(data, "postmaster.pid")
	raw, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return postmaster{}, false, nil
	}
	if err != nil {
		return postmaster{}, false, err
	}
	lines := strings.Split(string(raw), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil {
		return postmaster{}, false, nil // half written by a server that was killed meanwhile
	}
	if !runs(pid) {
		return postmaster{}, false, nil // Postgres itself finds out whether it left anything behind
	}
	if !worksIn(pid, data) {
		if anyoneWorksIn(data) {
			return postmaster{}, false, nil // backends on their way out; starting waits for them
		}
		return postmaster{}, false, os.Remove(path)
	}
	if len(lines) < 4 {
		return postmaster{pid: pid}, true, nil
	}
	port, err := strconv.Atoi(strings.TrimSpace(lines[3]))
	if err != nil {
		return postmaster{pid: pid}, true, nil
	}
	return postmaster{pid: pid, port: port}, true, nil
}

func runs(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

// worksIn tells whether the process has the data directory as its working directory, as each process of its server has.
func worksIn(pid int, data string) bool {
	if _, err := os.Stat("/proc/self/cwd"); err == nil {
		cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
		return err == nil && cwd == data
	}
	out, err := exec.Command("ps", "-o", "args=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && bytes.Contains(out, []byte(data))
}

func anyoneWorksIn(data string) bool {
	links, _ := filepath.Glob("/proc/[0-9]*/cwd")
	for _, link := range links {
		if cwd, err := os.Readlink(link); err == nil && cwd == data {
			return true
		}
	}
	return false
}

// freePort asks the system for a port that nobody listens on. Between this answer and the server's own bind somebody
// else may take it, so whoever uses it tries again.
func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("find a free port: %w", err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

// Settings are what a server that keeps people's files needs, whatever the distribution's defaults are. Each survives a
// power cut; none trades durability for speed.
func Settings() []string {
	return []string{
		"listen_addresses=127.0.0.1",
		"unix_socket_directories=",
		"fsync=on",
		"full_page_writes=on",
		"synchronous_commit=on",
		"max_prepared_transactions=0", // a forgotten prepared transaction would hold the tail for ever
		"password_encryption=scram-sha-256",
		"max_connections=100",
		"shared_buffers=256MB",
		"max_wal_size=4GB",
		"wal_compression=on",
		"random_page_cost=1.1",
		"timezone=UTC",
		"log_timezone=UTC",
		"log_line_prefix=%m [%p] ",
		"log_checkpoints=off",
		"logging_collector=off",
		"cluster_name=portico",
	}
}

// launch starts the server on the data directory and a free port. Its log is appended to logPath.
func launch(b Binaries, a Account, data, logPath string) (*exec.Cmd, int, error) {
	port, err := freePort()
	if err != nil {
		return nil, 0, err
	}
	log, err := os.OpenFile(logPath, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, 0, err
	}
	defer log.Close()
	args := []string{"-D", data, "-p", strconv.Itoa(port)}
	for _, s := range Settings() {
		args = append(args, "-c", s)
	}
	cmd := exec.Command(b.program("postgres"), args...)
	cmd.Dir = "/"
	cmd.Stdout, cmd.Stderr = log, log
	a.Run(cmd)
	if err := cmd.Start(); err != nil {
		return nil, 0, fmt.Errorf("start %s: %w", cmd.Path, err)
	}
	return cmd, port, nil
}

// stop ends the server: fast, which rolls open work back and writes a checkpoint; and, if it doesn't obey in half a
// minute, immediately, which the next start recovers from.
func stop(ctx context.Context, pid int, gone func() bool) error {
	for _, step := range []struct {
		signal syscall.Signal
		wait   time.Duration
	}{{syscall.SIGINT, 30 * time.Second}, {syscall.SIGQUIT, 10 * time.Second}} {
		if gone() {
			return nil // the number may be somebody else's by now
		}
		if err := syscall.Kill(pid, step.signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stop Postgres (process %d): %w", pid, err)
		}
		for end := time.Now().Add(step.wait); time.Now().Before(end); {
			if gone() {
				return nil
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(10 * time.Millisecond):
			}
		}
	}
	return fmt.Errorf("stop Postgres (process %d): it is still running", pid)
}

// tailOf returns the last lines of a log, for an error that would otherwise only say that something ended.
func tailOf(path string) string {
	raw, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	return strings.Join(lines[max(0, len(lines)-6):], "\n")
}
