package cluster

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// marker is the file that Init puts into a data directory. A directory without it belongs to somebody else.
const marker = "portico-cluster"

// Init makes a new data directory at path, which must not exist, owned by the account, with checksums and UTF-8. The
// superuser is postgres; with a password connections need it, without one everybody on this machine may connect, which
// suits tests alone.
func Init(b Binaries, a Account, path, password string, extra ...string) error {
	if err := os.Mkdir(path, 0o700); err != nil {
		return err
	}
	if err := a.Own(path); err != nil {
		return err
	}
	args := []string{"-D", path, "-U", "postgres", "--encoding=UTF8", "--data-checksums", "--auth-local=reject"}
	if password == "" {
		args = append(args, "--auth-host=trust")
	} else {
		file := path + ".password"
		if err := os.WriteFile(file, []byte(password+"\n"), 0o600); err != nil {
			return err
		}
		defer os.Remove(file)
		if err := a.Own(file); err != nil {
			return err
		}
		args = append(args, "--auth-host=scram-sha-256", "--pwfile="+file)
	}
	args = append(args, extra...)
	// C.UTF-8 sorts alike on every machine; older systems call it C and know fewer letters.
	var failed error
	for _, locale := range []string{"C.UTF-8", "C"} {
		cmd := exec.Command(b.program("initdb"), append(args, "--locale="+locale)...)
		cmd.Dir = "/"
		a.Run(cmd)
		out, err := cmd.CombinedOutput()
		if err == nil {
			return os.WriteFile(filepath.Join(path, marker), []byte("made by Portico; safe to use by Portico alone\n"), 0o644)
		}
		failed = errors.Join(failed, fmt.Errorf("%s: %w\n%s", cmd.Path, err, out))
	}
	return failed
}

// create makes DIR/postgres in one step that either happened or didn't: initdb works beside it, and the finished
// directory is renamed. It returns the data directory's real path.
func create(b Binaries, a Account, dir string) (string, error) {
	base, err := a.place(dir)
	if err != nil {
		return "", err
	}
	password := rand.Text()
	if err := os.WriteFile(passwordFile(dir), []byte(password+"\n"), 0o600); err != nil {
		return "", err
	}
	unfinished, finished := filepath.Join(base, "postgres.unfinished"), filepath.Join(base, "postgres")
	if err := os.RemoveAll(unfinished); err != nil { // of a start that was killed half-way
		return "", err
	}
	if err := Init(b, a, unfinished, password); err != nil {
		return "", fmt.Errorf("make the database: %w", err)
	}
	if err := os.Rename(unfinished, finished); err != nil {
		return "", err
	}
	if base != dir {
		if err := os.Symlink(finished, filepath.Join(dir, "postgres")); err != nil {
			return "", err
		}
	}
	return filepath.EvalSymlinks(finished)
}

func passwordFile(dir string) string { return filepath.Join(dir, "postgres.password") }

// existing returns the data directory in dir and the major version that made it; ok is false when there is none. It
// returns ErrForeign for one that Portico did not make.
func existing(dir string) (data string, major int, ok bool, err error) {
	data, err = filepath.EvalSymlinks(filepath.Join(dir, "postgres"))
	if errors.Is(err, os.ErrNotExist) {
		return "", 0, false, nil
	}
	if err != nil {
		return "", 0, false, err
	}
	if _, err := os.Stat(filepath.Join(data, marker)); err != nil {
		return "", 0, false, fmt.Errorf("%w: %s was not made by Portico and is left alone. Choose another --data directory",
			ErrForeign, data)
	}
	version, err := os.ReadFile(filepath.Join(data, "PG_VERSION"))
	if err != nil {
		return "", 0, false, err
	}
	major, err = strconv.Atoi(strings.TrimSpace(string(version)))
	if err != nil {
		return "", 0, false, fmt.Errorf("read %s/PG_VERSION: %w", data, err)
	}
	return data, major, true, nil
}
