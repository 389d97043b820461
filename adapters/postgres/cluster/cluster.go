// Package cluster runs a Postgres server of Portico's own inside a data directory, so that a bare machine needs no
// set-up.
//
//  1. It never touches a server or a data directory that it did not make.
//  2. One server per directory, however many processes use it; the last one out stops it.
//  3. Whatever was killed, the next start recovers by itself.
//
// In DIR: postgres/ (the data directory, or a link to it), postgres.password (mode 0600), postgres.log, lock and two
// lock files of the server.
package cluster

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

var (
	// ErrMissing says that the directory holds no database yet.
	ErrMissing = errors.New("no database here")
	// ErrForeign says that the directory, or the server that answers, is somebody else's (rule 1).
	ErrForeign = errors.New("this is not Portico's database")

	errEnded = errors.New("the server ended meanwhile")
)

// database is the name of Portico's database and of the role that owns it. The role is no superuser: what works here
// works with the role that a managed service hands out.
const database = "portico"

// Cluster is a running server that this process has open.
type Cluster struct {
	dir, data, password string
	port                int
	pid                 int
	gate                *gate
	exited              chan struct{} // closed when a server that this process started has ended; nil if it didn't start it
	once                sync.Once
}

// Open starts the server of dir, or joins the one that is running, and makes it first where there is none. logf is told
// in a sentence what takes long. Close it afterwards.
//
// It returns ErrForeign, ErrNoBinaries, or what Postgres said.
func Open(ctx context.Context, dir string, logf func(format string, args ...any)) (*Cluster, error) {
	return open(ctx, dir, logf, true)
}

// Attach is Open for a database that exists already: ErrMissing otherwise.
func Attach(ctx context.Context, dir string, logf func(format string, args ...any)) (*Cluster, error) {
	return open(ctx, dir, logf, false)
}

func open(ctx context.Context, dir string, logf func(string, ...any), orMake bool) (*Cluster, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if orMake {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, err
		}
	} else if _, err := os.Stat(filepath.Join(dir, "postgres")); errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s. Start with: portico dev --data %s", ErrMissing, dir, dir)
	}
	g, err := enter(ctx, dir)
	if err != nil {
		return nil, err
	}
	c := &Cluster{dir: dir, gate: g}
	if err := c.open(ctx, logf); err != nil {
		g.leave()
		return nil, err
	}
	return c, errors.Join(g.join(), g.open())
}

// open runs inside the gate.
func (c *Cluster) open(ctx context.Context, logf func(string, ...any)) error {
	account, err := Unprivileged()
	if err != nil {
		return err
	}
	data, major, ok, err := existing(c.dir)
	if err != nil {
		return err
	}
	c.data = data
	if ok {
		running, found, err := alive(data)
		if err != nil {
			return err
		}
		if found {
			if err := c.joinRunning(ctx, running); !errors.Is(err, errEnded) {
				return err
			}
		}
	}
	binaries, err := c.binaries(ctx, major, account, logf)
	if err != nil {
		return err
	}
	if !ok {
		logf("Making a Postgres %d database in %s", binaries.Major, filepath.Join(c.dir, "postgres"))
		if c.data, err = create(binaries, account, c.dir); err != nil {
			return err
		}
		if info, err := os.Lstat(filepath.Join(c.dir, "postgres")); err == nil && info.Mode()&os.ModeSymlink != 0 {
			logf("User %s can't enter %s, so the database itself is in %s", account.Name, c.dir, c.data)
		}
	}
	return c.start(ctx, binaries, account)
}

func (c *Cluster) binaries(ctx context.Context, major int, a Account, logf func(string, ...any)) (Binaries, error) {
	b, missing := Find(ctx, major)
	if missing == nil {
		return b, nil
	}
	base, err := a.place(c.dir)
	if err != nil {
		return Binaries{}, err
	}
	logf("No Postgres on this machine; trying to fetch one")
	b, err = fetch(ctx, filepath.Join(base, "postgres-programs"), repository)
	if err != nil || (major != 0 && b.Major != major) {
		return Binaries{}, missing
	}
	return b, nil
}

// joinRunning waits for a server that another process started, or that outlived one that was killed. It returns errEnded
// for one that was on its way out.
func (c *Cluster) joinRunning(ctx context.Context, running postmaster) error {
	if err := c.readPassword(); err != nil {
		return err
	}
	for end := time.Now().Add(time.Minute); ; {
		c.port, c.pid = running.port, running.pid
		err := c.prepare(ctx)
		if err == nil || errors.Is(err, ErrForeign) || time.Now().After(end) || ctx.Err() != nil {
			return err
		}
		time.Sleep(50 * time.Millisecond) // starting, recovering or stopping
		var found bool
		var readErr error
		if running, found, readErr = alive(c.data); readErr != nil || !found {
			return errors.Join(errEnded, readErr)
		}
	}
}

func (c *Cluster) readPassword() error {
	raw, err := os.ReadFile(passwordFile(c.dir))
	if err != nil {
		return fmt.Errorf("read the database's password: %w", err)
	}
	c.password = strings.TrimSpace(string(raw))
	return nil
}

// start launches the server, on another port when somebody took the first, and waits until it answers.
func (c *Cluster) start(ctx context.Context, b Binaries, a Account) error {
	if err := c.readPassword(); err != nil {
		return err
	}
	logPath := filepath.Join(c.dir, "postgres.log")
	if info, err := os.Stat(logPath); err == nil && info.Size() > 10<<20 {
		if err := os.Rename(logPath, logPath+".1"); err != nil {
			return err
		}
	}
	var err error
	for range 10 {
		if err = c.launch(ctx, b, a, logPath); err == nil || ctx.Err() != nil || errors.Is(err, ErrForeign) {
			return err
		}
		said := tailOf(logPath)
		if !strings.Contains(said, "could not bind") && !strings.Contains(said, "could not create any TCP/IP sockets") &&
			!strings.Contains(said, "shared memory block") && !strings.Contains(said, "Is another postmaster") {
			break
		}
		// Somebody took the port, or processes of a killed server are on their way out.
		time.Sleep(200 * time.Millisecond)
	}
	return fmt.Errorf("%w\n%s", err, tailOf(logPath))
}

func (c *Cluster) launch(ctx context.Context, b Binaries, a Account, logPath string) error {
	cmd, port, err := launch(b, a, c.data, logPath)
	if err != nil {
		return err
	}
	exited := make(chan struct{})
	go func() {
		_ = cmd.Wait() // how it ended stands in the log
		close(exited)
	}()
	c.port, c.pid, c.exited = port, cmd.Process.Pid, exited
	for end := time.Now().Add(5 * time.Minute); ; { // recovery after a crash may take its time
		err := c.prepare(ctx)
		if err == nil {
			return nil
		}
		if errors.Is(err, ErrForeign) || ctx.Err() != nil || time.Now().After(end) {
			return errors.Join(err, c.end(context.WithoutCancel(ctx)))
		}
		select {
		case <-exited:
			return fmt.Errorf("the server ended instead of starting (%s)", cmd.ProcessState)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// prepare checks that the server that answers is the one of this data directory, and only then makes the role and the
// database where they are missing.
func (c *Cluster) prepare(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.url("postgres", "postgres"))
	if err != nil {
		if refused, ok := errors.AsType[*pgconn.PgError](err); ok && strings.HasPrefix(refused.Code, "28") {
			return fmt.Errorf("%w: another server answers on port %d", ErrForeign, c.port)
		}
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var answering string
	if err := conn.QueryRow(ctx, `SHOW data_directory`).Scan(&answering); err != nil {
		return err
	}
	if real, err := filepath.EvalSymlinks(answering); err != nil || real != c.data {
		return fmt.Errorf("%w: the server on port %d keeps its data in %s", ErrForeign, c.port, answering)
	}
	return Prepare(ctx, conn, c.password)
}

// Prepare makes the role that owns Portico's database, and the database, where they are missing. conn is a superuser's.
func Prepare(ctx context.Context, conn *pgx.Conn, password string) error {
	var role, base bool
	err := conn.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1), EXISTS (SELECT FROM pg_database WHERE datname = $1)`,
		database).Scan(&role, &base)
	if err != nil {
		return err
	}
	if !role {
		// CREATE ROLE takes no parameters; password is rand.Text, letters and digits only, or empty in tests.
		create := `CREATE ROLE portico LOGIN CREATEROLE IN ROLE pg_read_all_settings, pg_monitor`
		if password != "" {
			create += ` PASSWORD '` + password + `'`
		}
		if _, err := conn.Exec(ctx, create); err != nil {
			return err
		}
	}
	if !base {
		if _, err := conn.Exec(ctx, `CREATE DATABASE portico OWNER portico`); err != nil {
			return err
		}
	}
	return nil
}

// URL is the connection string of the role that owns the database. It holds the password: never print it.
func (c *Cluster) URL() string { return c.url(database, database) }

func (c *Cluster) url(user, name string) string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(user, c.password),
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(c.port)), Path: "/" + name, RawQuery: "sslmode=disable",
	}
	return u.String()
}

// Exited is closed when the server ends by itself; nil, which blocks for ever, when another process started it.
func (c *Cluster) Exited() <-chan struct{} { return c.exited }

// Close leaves the server, and stops it if nobody else has it open (rule 2).
func (c *Cluster) Close(ctx context.Context) error { return c.leave(ctx, false) }

// Stop leaves the server and stops it, whoever else has it open.
func (c *Cluster) Stop(ctx context.Context) error { return c.leave(ctx, true) }

func (c *Cluster) leave(ctx context.Context, anyway bool) (err error) {
	c.once.Do(func() {
		defer c.gate.leave()
		if err = c.gate.shut(ctx); err != nil {
			return
		}
		if c.gate.last() || anyway {
			err = c.end(ctx)
		}
	})
	return err
}

func (c *Cluster) end(ctx context.Context) error {
	if c.exited != nil {
		return stop(ctx, c.pid, func() bool {
			select {
			case <-c.exited:
				return true
			default:
				return false
			}
		})
	}
	return stop(ctx, c.pid, func() bool { return !worksIn(c.pid, c.data) })
}
