package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ErrInUse says that another process runs Portico on the same data directory. Its text names the process.
var ErrInUse = errors.New("this data directory is in use")

// Lock makes the caller the only one that runs Portico on dir, until release or the end of the process, however it
// ends. It returns ErrInUse at once when somebody else is.
func Lock(dir string) (release func(), err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer file.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("lock %s: %w", file.Name(), err)
		}
		holder := make([]byte, 32)
		n, _ := file.Read(holder)
		return nil, fmt.Errorf("%w: Portico is already running on %s (process %s). Stop it first, or give this one "+
			"another --data directory", ErrInUse, dir, strings.TrimSpace(string(holder[:n])))
	}
	if err := errors.Join(file.Truncate(0), writeAt(file, strconv.Itoa(os.Getpid())+"\n")); err != nil {
		file.Close()
		return nil, err
	}
	return func() { file.Close() }, nil // the file stays: removing it could let two hold different files
}

func writeAt(file *os.File, s string) error {
	_, err := file.WriteAt([]byte(s), 0)
	return err
}

// gate is passed by one process at a time: whoever starts or stops the server holds it meanwhile. users is held shared
// by each process that has the server open, so that the last one out knows that it is.
type gate struct{ start, users *os.File }

// enter waits until nobody starts or stops the server.
func enter(ctx context.Context, dir string) (*gate, error) {
	start, err := os.OpenFile(filepath.Join(dir, "postgres.gate"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	users, err := os.OpenFile(filepath.Join(dir, "postgres.users"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		start.Close()
		return nil, err
	}
	g := &gate{start: start, users: users}
	if err := g.shut(ctx); err != nil {
		g.leave()
		return nil, fmt.Errorf("wait for another process that starts or stops the database: %w", err)
	}
	return g, nil
}

func (g *gate) shut(ctx context.Context) error {
	for {
		err := syscall.Flock(int(g.start.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (g *gate) open() error { return syscall.Flock(int(g.start.Fd()), syscall.LOCK_UN) }

func (g *gate) join() error { return syscall.Flock(int(g.users.Fd()), syscall.LOCK_SH) }

// last tells whether nobody else has the server open. Called inside the gate.
func (g *gate) last() bool {
	return syscall.Flock(int(g.users.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}

func (g *gate) leave() {
	g.users.Close()
	g.start.Close()
}
