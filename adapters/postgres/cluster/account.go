package cluster

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// Account is whom the server runs as. Postgres refuses to run as root, so root hands it to an unprivileged user; an
// ordinary user runs it as itself, which is the zero value.
type Account struct {
	Name       string
	credential *syscall.Credential
}

// Unprivileged picks the account: the package's own user where there is one, else the system's nobody.
func Unprivileged() (Account, error) {
	if os.Geteuid() != 0 {
		return Account{}, nil
	}
	for _, name := range []string{"postgres", "_postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.ParseUint(u.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(u.Gid, 10, 32)
		if errors.Join(uidErr, gidErr) != nil || uid == 0 {
			continue
		}
		return Account{Name: name, credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
	}
	return Account{}, errors.New("root can't run Postgres and the system has neither a user postgres nor nobody; " +
		"run Portico as an ordinary user")
}

// Run makes cmd run as the account and in a process group of its own, so that a Ctrl-C in the terminal reaches Portico
// alone, which then stops the server in the right order.
func (a Account) Run(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: a.credential}
	cmd.Env = append(os.Environ(), "LC_ALL=C", "PGPASSWORD=", "PGDATA=", "PGOPTIONS=")
}

// Own gives everything under path to the account.
func (a Account) Own(path string) error {
	if a.credential == nil {
		return nil
	}
	return filepath.WalkDir(path, func(p string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(p, int(a.credential.Uid), int(a.credential.Gid))
	})
}

// Enters tells whether the account can get into dir at all: a folder below /root, for instance, is closed to it.
func (a Account) Enters(dir string) bool {
	if a.credential == nil {
		return true
	}
	cmd := exec.Command("/bin/sh", "-c", `cd "$1"`, "sh", dir)
	cmd.Dir = "/"
	a.Run(cmd)
	return cmd.Run() == nil
}

// place makes a folder in which the account can keep a data directory: dir itself, or, where the account can't get into
// it, a folder of its own under /var/lib/portico.
func (a Account) place(dir string) (string, error) {
	if a.credential == nil || a.Enters(dir) {
		return dir, nil
	}
	// Passing through dir shows nothing of what is in it; its own files and folders keep their modes.
	if info, err := os.Stat(dir); err == nil && os.Chmod(dir, info.Mode().Perm()|0o011) == nil && a.Enters(dir) {
		return dir, nil
	}
	const elsewhere = "/var/lib/portico"
	if err := os.MkdirAll(elsewhere, 0o755); err != nil {
		return "", fmt.Errorf("user %s can't enter %s: %w", a.Name, dir, err)
	}
	own, err := os.MkdirTemp(elsewhere, "dev-")
	if err != nil {
		return "", err
	}
	if err := os.Chmod(own, 0o711); err != nil {
		return "", err
	}
	if !a.Enters(own) {
		return "", fmt.Errorf("user %s can enter neither %s nor %s; choose another --data", a.Name, dir, own)
	}
	return own, nil
}
