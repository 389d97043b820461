package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"portico/adapters/postgres/pgtest"
	"portico/ports/web/uitest"
)

// TestMain lets this binary be Portico itself, so that tests can start it as a process, and kill it.
func TestMain(m *testing.M) {
	if os.Getenv("PORTICO_TEST_MAIN") != "" {
		main()
		return
	}
	flag.Parse()
	if cores := runtime.GOMAXPROCS(0); flag.Lookup("test.parallel").Value.String() == strconv.Itoa(cores) {
		_ = flag.Set("test.parallel", strconv.Itoa(2*cores)) // pages and windows wait more than they work; the flag exists
	}
	code := m.Run()
	uitest.Close()
	os.Exit(code)
}

// process is a portico that runs beside the test.
type process struct {
	cmd    *exec.Cmd
	base   string
	logins [][2]string
	errs   *bytes.Buffer
	done   chan struct{} // closed when it has ended
}

// environ is this process's without anything that configures Portico, and with what is given.
func environ(more ...string) []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "PORTICO_") && !strings.HasPrefix(v, "DATABASE_URL=") {
			env = append(env, v)
		}
	}
	return append(append(env, "PORTICO_TEST_MAIN=1"), more...)
}

var loginLine = regexp.MustCompile(`^(\S+@\S+) (\S+)$`)

// startDev runs dev on dir and returns when it has printed everything.
func startDev(t *testing.T, dir string, env ...string) *process {
	t.Helper()
	return startDevAt(t, dir, "127.0.0.1:0", env...)
}

// startDevAt is startDev where a browser waits for it.
func startDevAt(t *testing.T, dir, addr string, env ...string) *process {
	t.Helper()
	p := &process{errs: &bytes.Buffer{}, done: make(chan struct{})}
	p.cmd = exec.Command(os.Args[0], "dev", "--data", dir, "--addr", addr)
	p.cmd.Env = environ(env...)
	p.cmd.Stderr = p.errs
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.kill() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		line := lines.Text()
		if _, found, ok := strings.Cut(line, "running at "); ok {
			p.base = found
		}
		if m := loginLine.FindStringSubmatch(line); m != nil {
			p.logins = append(p.logins, [2]string{m[1], m[2]})
		}
		if strings.HasPrefix(line, "Ctrl-C") {
			go func() {
				_, _ = io.Copy(io.Discard, out) // so that it never waits for a reader
				_ = p.cmd.Wait()                // the exit code is read from ProcessState
				close(p.done)
			}()
			return p
		}
	}
	_ = p.cmd.Wait() // its words say what is wrong
	t.Fatalf("dev ended: %s\n%s", p.cmd.ProcessState, p.errs)
	return nil
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// interrupt is a Ctrl-C, sent twice at one moment, as by those who signal the process and its group; it returns the
// exit code.
func (p *process) interrupt(t *testing.T) int {
	t.Helper()
	for range 2 {
		if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case <-p.done:
	case <-time.After(time.Minute):
		t.Fatal("dev does not stop")
	}
	return p.cmd.ProcessState.ExitCode()
}

// dataDir is a folder whose Postgres, whatever happens, ends with the test. It is not t.TempDir, whose parent is closed
// to the account that Postgres runs under.
func dataDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "portico-dev-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if pid := postmaster(dir); pid != 0 {
			_ = syscall.Kill(pid, syscall.SIGQUIT)
			for range 500 {
				if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// postmaster is the process number of the embedded server; 0 when none runs.
func postmaster(dir string) int {
	raw, err := os.ReadFile(filepath.Join(dir, "postgres", "postmaster.pid"))
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(raw), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil || errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return 0
	}
	return pid
}

// under is a context in which commands find these variables and nothing else that configures Portico.
func under(ctx context.Context, variables ...string) context.Context {
	return context.WithValue(ctx, environmentKey{}, environ(variables...))
}

// portico runs one command in this process.
func portico(t *testing.T, args ...string) (out, errs string, code int) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(under(t.Context()), args, strings.NewReader("a horse eats staples daily\n"), &o, &e)
	return o.String(), e.String(), code
}

// browser signs in and keeps the cookies.
func browser(t testing.TB, base, email, password string) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, Timeout: 30 * time.Second}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/session",
		strings.NewReader(url.Values{"email": {email}, "password": {password}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", base)
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.Request.URL.Path != "/clients" {
		t.Fatalf("%s is not let in: %s at %s", email, response.Status, response.Request.URL)
	}
	return client
}

func visit(t *testing.T, client *http.Client, address string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s, %v", address, response.Status, err)
	}
	return string(body)
}

// TestDev is the life of a data directory: made, used beside a running portal, killed, found again, stopped.
func TestDev(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	first := startDev(t, dir)
	if first.base == "" || len(first.logins) != 2 {
		t.Fatalf("printed the address %q and the logins %q", first.base, first.logins)
	}
	visit(t, http.DefaultClient, first.base+"/")
	visit(t, http.DefaultClient, first.base+"/readyz")
	for _, l := range first.logins {
		clients := visit(t, browser(t, first.base, l[0], l[1]), first.base+"/clients")
		if !strings.Contains(clients, "Ashdown Joinery Ltd") || !strings.Contains(clients, "Yusuf Ibrahim") {
			t.Errorf("%s does not see the demo's clients", l[0])
		}
	}

	t.Run("the second on the directory says so and stops", func(t *testing.T) {
		_, errs, code := portico(t, "dev", "--data", dir)
		if code != 1 || !strings.Contains(errs, "already running") || !strings.Contains(errs, strconv.Itoa(first.cmd.Process.Pid)) {
			t.Errorf("exit code %d: %s", code, errs)
		}
	})
	t.Run("commands find the running one", func(t *testing.T) { commandsWork(t, dir) })
	t.Run("kill -9, and the next finds everything", func(t *testing.T) {
		first.kill()
		second := startDev(t, dir)
		if second.logins[0] != first.logins[0] {
			t.Errorf("other logins: %q, %q", first.logins, second.logins)
		}
		browser(t, second.base, "ann@harbourvale.example", "a horse eats staples daily")
		if code := second.interrupt(t); code != 0 || second.errs.Len() > 0 {
			t.Errorf("Ctrl-C: exit code %d\n%s", code, second.errs)
		}
		if pid := postmaster(dir); pid != 0 {
			t.Errorf("Postgres still runs as %d", pid)
		}
	})
	t.Run("Postgres was killed, too", func(t *testing.T) {
		third := startDev(t, dir)
		third.kill()
		if err := syscall.Kill(postmaster(dir), syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		fourth := startDev(t, dir)
		browser(t, fourth.base, first.logins[1][0], first.logins[1][1])
		if code := fourth.interrupt(t); code != 0 {
			t.Errorf("Ctrl-C: exit code %d\n%s", code, fourth.errs)
		}
	})
	t.Run("Postgres is killed under it", func(t *testing.T) {
		fifth := startDev(t, dir)
		if err := syscall.Kill(postmaster(dir), syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		select {
		case <-fifth.done:
		case <-time.After(time.Minute):
			t.Fatal("dev goes on without its database")
		}
		if code := fifth.cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(fifth.errs.String(), "the database has ended by itself") {
			t.Errorf("exit code %d\n%s", code, fifth.errs)
		}
	})
	t.Run("commands work while nothing runs", func(t *testing.T) {
		out, errs, code := portico(t, "doctor", "--data", dir)
		if code != 0 {
			t.Errorf("doctor: exit code %d\n%s%s", code, out, errs)
		}
		if pid := postmaster(dir); pid != 0 {
			t.Errorf("Postgres still runs as %d", pid)
		}
	})
}

func commandsWork(t *testing.T, dir string) {
	out, errs, code := portico(t, "staff", "add", "--data", dir, "--email", "ann@harbourvale.example", "--name", "Ann Marsh", "--password-stdin")
	if code != 0 {
		t.Errorf("staff add: exit code %d\n%s%s", code, out, errs)
	}
	_, errs, code = portico(t, "staff", "add", "--data", dir, "--email", "ANN@harbourvale.example", "--name", "Ann", "--password-stdin")
	if code != 1 || !strings.Contains(errs, "already has an account") {
		t.Errorf("the same again: exit code %d\n%s", code, errs)
	}
	out, errs, code = portico(t, "token", "create", "--data", dir, "--staff", "ann@harbourvale.example")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if code != 0 || !strings.HasPrefix(lines[len(lines)-1], "ptk_") {
		t.Errorf("token create: exit code %d\n%s%s", code, out, errs)
	}
	if out, errs, code = portico(t, "doctor", "--data", dir); code != 0 {
		t.Errorf("doctor: exit code %d\n%s%s", code, out, errs)
	}
	if out, errs, code = portico(t, "migrate", "--data", dir); code != 0 || !strings.Contains(out, "Nothing to do") {
		t.Errorf("migrate: exit code %d\n%s%s", code, out, errs)
	}
	if _, errs, code = portico(t, "doctor", "--data", t.TempDir()); code != 1 {
		t.Errorf("doctor where there is nothing: exit code %d\n%s", code, errs)
	}
}

func TestDevOnADatabaseOfItsOwn(t *testing.T) {
	t.Parallel()
	dir := dataDir(t)
	p := startDev(t, dir, "DATABASE_URL="+pgtest.DB(t))
	browser(t, p.base, p.logins[0][0], p.logins[0][1])
	if _, err := os.Stat(filepath.Join(dir, "postgres")); err == nil {
		t.Error("an embedded database was made beside DATABASE_URL")
	}
	if code := p.interrupt(t); code != 0 {
		t.Errorf("Ctrl-C: exit code %d\n%s", code, p.errs)
	}
}

// TestServeSaysAllThatIsWrong: nothing starts half configured.
func TestServeSaysAllThatIsWrong(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(context.Background(), os.Args[0], "serve")
	cmd.Env = environ("PORTICO_LISTEN=nowhere")
	out, err := cmd.CombinedOutput()
	if err == nil || cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("exit: %v", err)
	}
	for _, want := range []string{"PORTICO_LISTEN", "PORTICO_BASE_URL", "PORTICO_MASTER_KEY", "PORTICO_SMTP_HOST"} {
		if !bytes.Contains(out, []byte(want)) {
			t.Errorf("%s is not named in\n%s", want, out)
		}
	}
}
