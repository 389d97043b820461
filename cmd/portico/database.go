package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"portico/adapters/postgres/cluster"
)

// place is where a command finds its database and its files: the --data flag.
type place struct{ dir string }

// defaultDir is where dev keeps everything unless it is told otherwise.
const defaultDir = ".portico"

// folder is the data folder as an absolute path: --data, else PORTICO_DATA, else .portico.
func (p place) folder(c config) (string, error) {
	dir := p.dir
	if dir == "" {
		dir = c.Data
	}
	if dir == "" {
		dir = defaultDir
	}
	return filepath.Abs(dir)
}

// database is an open one: its URL, and how to leave it.
type database struct {
	url     string
	cluster *cluster.Cluster // nil with DATABASE_URL
}

// openDatabase takes DATABASE_URL where it is set, else the embedded one of the folder: the running server, or one that
// runs until close. With create it makes a missing one. says gets a sentence about what takes long.
func openDatabase(ctx context.Context, c config, folder string, create bool, says io.Writer) (*database, error) {
	if c.DatabaseURL != "" {
		return &database{url: string(c.DatabaseURL)}, nil
	}
	tell := func(format string, args ...any) { fmt.Fprintf(says, format+"\n", args...) }
	open := cluster.Attach
	if create {
		open = cluster.Open
	}
	server, err := open(ctx, folder, tell)
	if err != nil {
		return nil, err
	}
	return &database{url: server.URL(), cluster: server}, nil
}

// close leaves the database, and stops an embedded server that nobody else uses. It works after ctx has ended, too.
func (d *database) close(ctx context.Context) error {
	if d.cluster == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	return d.cluster.Close(ctx)
}

// stop is close for dev, whose server ends with it whoever else is looking at it.
func (d *database) stop(ctx context.Context) error {
	if d.cluster == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	return d.cluster.Stop(ctx)
}

// whileItRuns ends the returned context when an embedded server that this process started ends by itself. whole then
// says so in place of the errors that this has caused.
func (d *database) whileItRuns(ctx context.Context, folder string) (_ context.Context, whole func(error) error) {
	if d.cluster == nil {
		return ctx, func(err error) error { return err }
	}
	ended := fmt.Errorf("the database has ended by itself; %s says why. Start again: what was reported as done is kept",
		filepath.Join(folder, "postgres.log"))
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		select {
		case <-d.cluster.Exited():
			cancel(ended)
		case <-ctx.Done():
		}
	}()
	return ctx, func(err error) error {
		defer cancel(nil)
		if context.Cause(ctx) == ended {
			return ended
		}
		return err
	}
}
