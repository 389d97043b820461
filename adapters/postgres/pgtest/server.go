package pgtest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"portico/adapters/postgres/cluster"

	"github.com/jackc/pgx/v5"
)

// server is a Postgres that ends with this process, however this process ends.
type server struct {
	data string
	port int
	life io.WriteCloser // the guard's standard input: a word ends the server, end of file its folder as well
	gone chan struct{}  // closed when guard and server have ended
}

// guard runs the server and waits on its standard input. The pipe closes when the test binary ends, also by kill -9 or a
// timeout, and then the server goes at once, and its folder $1 with it. A word on the pipe is the signal to end by, and
// the folder stays.
const guard = `
folder=$1; shift
"$@" </dev/null &
server=$!
read -r signal
kill -s "${signal:-QUIT}" $server 2>/dev/null
wait $server
[ -n "$signal" ] || rm -rf "$folder"
`

// careless settings are for servers whose content may be lost: nothing waits for the disk.
var careless = []string{
	"fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=300", "shared_buffers=64MB",
	"max_wal_size=1GB",
}

// launch starts a server on data and waits until it answers; port 0 takes any free one. The folder above data is the
// server's own and holds its log.
func launch(b cluster.Binaries, a cluster.Account, data string, settings []string, port int) (*server, error) {
	folder := filepath.Dir(data)
	if err := a.Own(folder); err != nil {
		return nil, err
	}
	var err error
	for range 5 { // somebody may take the free port before the server does
		var s *server
		if s, err = launchOnce(b, a, folder, data, settings, port); err == nil {
			return s, nil
		}
	}
	said, _ := os.ReadFile(filepath.Join(folder, "log"))
	return nil, fmt.Errorf("start Postgres for tests: %w\n%s", err, said)
}

func launchOnce(b cluster.Binaries, a cluster.Account, folder, data string, settings []string, port int) (
	*server, error,
) {
	if port == 0 {
		var err error
		if port, err = freePort(); err != nil {
			return nil, err
		}
	}
	log, err := os.OpenFile(filepath.Join(folder, "log"), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	args := []string{"-c", guard, "sh", folder, filepath.Join(b.Dir, "postgres"), "-D", data, "-p", strconv.Itoa(port)}
	for _, setting := range append(cluster.Settings(), settings...) {
		args = append(args, "-c", setting)
	}
	cmd := exec.Command("/bin/sh", args...)
	cmd.Dir = "/"
	cmd.Stdout, cmd.Stderr = log, log
	a.Run(cmd)
	life, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &server{data: data, port: port, life: life, gone: make(chan struct{})}
	go func() {
		_ = cmd.Wait() // how it ended stands in the log
		close(s.gone)
	}()
	if err := s.answers(); err != nil {
		return nil, errors.Join(err, s.end("QUIT"))
	}
	return s, nil
}

// answers waits until the server of this data directory, and no other, answers on the port.
func (s *server) answers() error {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	for began := time.Now(); ; {
		var data string
		conn, err := pgx.Connect(ctx, s.url("postgres", "postgres"))
		if err == nil {
			err = conn.QueryRow(ctx, `SHOW data_directory`).Scan(&data)
			conn.Close(ctx)
		}
		if err == nil && data != s.data {
			return fmt.Errorf("port %d belongs to the server of %s", s.port, data)
		}
		if err == nil {
			return nil
		}
		if _, statErr := os.Stat(filepath.Join(s.data, "postmaster.pid")); statErr != nil && time.Since(began) > 3*time.Second {
			return err // it has ended, or never began
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// end ends the server by a signal and keeps its folder: INT is an orderly stop, KILL the crash of the whole server.
func (s *server) end(signal string) error {
	if _, err := io.WriteString(s.life, signal+"\n"); err != nil {
		return fmt.Errorf("end the server: %w", err)
	}
	select {
	case <-s.gone:
		return nil
	case <-time.After(30 * time.Second):
		return fmt.Errorf("the server on port %d does not end", s.port)
	}
}

func (s *server) url(user, database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.User(user), Path: "/" + database, RawQuery: "sslmode=disable",
		Host: net.JoinHostPort("127.0.0.1", strconv.Itoa(s.port)),
	}
	return u.String()
}
