package pgtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"portico/adapters/postgres/cluster"
	"portico/migrations"

	"github.com/jackc/pgx/v5"
)

// template is the migrated database that each test's own is a copy of.
const template = "portico"

// prepared returns a data directory with the migrated template in it, which no server runs on. It is made once per
// state of the migrations and kept in the user's cache, so that starting a server costs a copy of some 30 MB.
func prepared(b cluster.Binaries, a cluster.Account, kind string, initdb ...string) (string, error) {
	cache, err := cacheFolder()
	if err != nil {
		return "", err
	}
	sum, err := fingerprint(kind)
	if err != nil {
		return "", err
	}
	finished := filepath.Join(cache, fmt.Sprintf("%d-%s-%s", b.Major, kind, sum))
	unlock, err := lock(filepath.Join(cache, "lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(finished); err == nil {
		now := time.Now()
		return finished, os.Chtimes(finished, now, now) // prune goes by this
	}
	prune(cache)
	work, err := workFolder(a)
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(work)
	data := filepath.Join(work, "data")
	if err := cluster.Init(b, a, data, "", append(initdb, "--no-sync")...); err != nil {
		return "", err
	}
	server, err := launch(b, a, data, careless, 0)
	if err != nil {
		return "", err
	}
	if err := errors.Join(migrate(server), server.end("INT")); err != nil {
		return "", err
	}
	copied := finished + ".unfinished"
	if err := errors.Join(os.RemoveAll(copied), copyTree(data, copied)); err != nil {
		return "", err
	}
	return finished, os.Rename(copied, finished)
}

func migrate(s *server) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.url("postgres", "postgres"))
	if err != nil {
		return err
	}
	err = cluster.Prepare(ctx, conn, "")
	if err := errors.Join(err, conn.Close(ctx)); err != nil {
		return err
	}
	_, err = migrations.Up(ctx, s.url("portico", template))
	return err
}

func cacheFolder() (string, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		// No home, as in some CI: a folder in the temporary one, which must be ours.
		base = filepath.Join(os.TempDir(), "portico-cache-"+strconv.Itoa(os.Getuid()))
	}
	cache := filepath.Join(base, "portico-pgtest")
	if err := os.MkdirAll(cache, 0o700); err != nil {
		return "", err
	}
	info, err := os.Stat(cache)
	if err != nil {
		return "", err
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); !ok || int(owner.Uid) != os.Getuid() {
		return "", fmt.Errorf("%s belongs to another user", cache)
	}
	return cache, nil
}

// fingerprint changes with the migrations, and with how a prepared directory is made: raise the number by hand then.
func fingerprint(kind string) (string, error) {
	hash := sha256.New()
	fmt.Fprintln(hash, 1, kind)
	err := fs.WalkDir(migrations.Files(), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(migrations.Files(), path)
		fmt.Fprintln(hash, path, len(content))
		hash.Write(content)
		return err
	})
	return hex.EncodeToString(hash.Sum(nil)[:8]), err
}

// prune removes what no test has used for a day.
func prune(cache string) {
	entries, _ := os.ReadDir(cache)
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && entry.IsDir() && time.Since(info.ModTime()) > 24*time.Hour {
			_ = os.RemoveAll(filepath.Join(cache, entry.Name())) // what can't go today goes tomorrow
		}
	}
}

func lock(path string) (unlock func(), err error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		file.Close()
		return nil, err
	}
	return func() { file.Close() }, nil
}

// workFolder makes a folder that the server's account can get into.
func workFolder(a cluster.Account) (string, error) {
	for _, base := range []string{os.TempDir(), "/var/tmp", "/tmp"} {
		folder, err := os.MkdirTemp(base, "portico-pgtest-")
		if err != nil {
			continue
		}
		if os.Chmod(folder, 0o711) == nil && a.Enters(folder) {
			return filepath.EvalSymlinks(folder)
		}
		os.Remove(folder)
	}
	return "", fmt.Errorf("user %s can't enter any folder for temporary files", a.Name)
}

func copyTree(from, to string) error {
	return filepath.WalkDir(from, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, relative)
		if entry.IsDir() {
			return os.Mkdir(target, 0o700)
		}
		return copyFile(path, target)
	})
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}
