package cluster

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"time"

	embedded "github.com/fergusstrange/embedded-postgres"
)

// The major versions of Postgres that Portico is tested with.
const oldestMajor, newestMajor = 15, 18

// ErrNoBinaries says that no server programs of a supported version are on this machine and none could be fetched. Its
// text ends with the command that installs them.
var ErrNoBinaries = errors.New("no Postgres server found")

// Binaries is a folder with the server programs of one Postgres: initdb and postgres.
type Binaries struct {
	Dir   string
	Major int
}

func (b Binaries) program(name string) string { return filepath.Join(b.Dir, name) }

// folders are the places where packages put the server programs, newest version first. %d is the major version.
var folders = []string{
	"/usr/lib/postgresql/%d/bin",                          // Debian, Ubuntu
	"/opt/homebrew/opt/postgresql@%d/bin",                 // Homebrew on Apple silicon
	"/usr/local/opt/postgresql@%d/bin",                    // Homebrew on Intel
	"/usr/pgsql-%d/bin",                                   // PGDG on Fedora, RHEL
	"/usr/libexec/postgresql%d",                           // Alpine
	"/usr/lib/postgresql%d/bin",                           // openSUSE
	"/Applications/Postgres.app/Contents/Versions/%d/bin", // Postgres.app
	"/opt/local/lib/postgresql%d/bin",                     // MacPorts
	"/home/linuxbrew/.linuxbrew/opt/postgresql@%d/bin",    // Homebrew on Linux
}

// Find returns the server programs on this machine: those in PATH first, then the newest of the usual folders. major
// asks for one version, because a data directory can only be opened by the version that made it; 0 takes any supported.
func Find(ctx context.Context, major int) (Binaries, error) {
	if path, err := exec.LookPath("initdb"); err == nil {
		// PATH often holds a link or a wrapper; the server sits where the link leads.
		if real, err := filepath.EvalSymlinks(path); err == nil {
			if b, ok := examine(ctx, filepath.Dir(real), major); ok {
				return b, nil
			}
		}
	}
	for v := newestMajor; v >= oldestMajor; v-- {
		for _, folder := range folders {
			if b, ok := examine(ctx, fmt.Sprintf(folder, v), major); ok {
				return b, nil
			}
		}
	}
	if major != 0 {
		return Binaries{}, fmt.Errorf("%w of version %d, which made this data directory. Install it: %s",
			ErrNoBinaries, major, installCommand(major))
	}
	return Binaries{}, fmt.Errorf("%w (versions %d to %d). Install one: %s",
		ErrNoBinaries, oldestMajor, newestMajor, installCommand(0))
}

var versionLine = regexp.MustCompile(`^postgres \(PostgreSQL\) (\d+)`)

// examine asks the program itself for its version, so a folder's name is never believed.
func examine(ctx context.Context, dir string, major int) (Binaries, bool) {
	for _, name := range []string{"initdb", "postgres"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.IsDir() || info.Mode()&0o111 == 0 {
			return Binaries{}, false
		}
	}
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return Binaries{}, false
	}
	match := versionLine.FindSubmatch(out)
	if match == nil {
		return Binaries{}, false
	}
	found, err := strconv.Atoi(string(match[1]))
	if err != nil || found < oldestMajor || found > newestMajor || (major != 0 && found != major) {
		return Binaries{}, false
	}
	return Binaries{Dir: dir, Major: found}, true
}

// installCommand is the one command that installs a server on this machine.
func installCommand(major int) string {
	sudo := "sudo "
	if os.Geteuid() == 0 {
		sudo = ""
	}
	versioned := func(any, one string) string {
		if major == 0 {
			return any
		}
		return fmt.Sprintf(one, major)
	}
	if runtime.GOOS == "darwin" {
		return versioned("brew install postgresql@18", "brew install postgresql@%d")
	}
	for _, system := range []struct{ program, command string }{
		{"apt-get", versioned("apt-get install -y postgresql", "apt-get install -y postgresql-%d")},
		{"dnf", versioned("dnf install -y postgresql-server", "dnf install -y postgresql%d-server")},
		{"apk", versioned("apk add postgresql", "apk add postgresql%d")},
		{"zypper", versioned("zypper install -y postgresql-server", "zypper install -y postgresql%d-server")},
		{"pacman", "pacman -S --noconfirm postgresql"},
		{"brew", versioned("brew install postgresql@18", "brew install postgresql@%d")},
	} {
		if _, err := exec.LookPath(system.program); err == nil {
			if system.program == "brew" {
				return system.command
			}
			return sudo + system.command
		}
	}
	return "see https://www.postgresql.org/download/"
}

// repository is where the programs come from when the machine has none.
const repository = "https://repo1.maven.org/maven2"

// fetch downloads the newest server that the library knows into dir. It is the last resort: it needs the network, and
// the programs are then the library's, not the distribution's.
func fetch(ctx context.Context, dir, from string) (Binaries, error) {
	if b, ok := examine(ctx, filepath.Join(dir, "bin"), 0); ok {
		return b, nil
	}
	// The library waits as long as the system does for a network that is not there; ten seconds are enough to know.
	reach, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(reach, http.MethodHead, from+"/", nil)
	if err != nil {
		return Binaries{}, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return Binaries{}, fmt.Errorf("reach %s: %w", from, err)
	}
	response.Body.Close()
	scratch, err := os.MkdirTemp("", "portico-fetch-")
	if err != nil {
		return Binaries{}, err
	}
	defer os.RemoveAll(scratch)
	port, err := freePort()
	if err != nil {
		return Binaries{}, err
	}
	server := embedded.NewDatabase(embedded.DefaultConfig().
		Version(embedded.V18).BinaryRepositoryURL(from).Port(uint32(port)).
		BinariesPath(dir).CachePath(scratch).RuntimePath(filepath.Join(scratch, "run")).
		DataPath(filepath.Join(scratch, "data")).Logger(io.Discard))
	// Start fetches, unpacks and then starts a scratch server, which it can't do as root. The programs are all that is
	// wanted here, so what counts is whether they are there afterwards.
	err = server.Start()
	if err == nil {
		err = server.Stop()
	}
	b, ok := examine(ctx, filepath.Join(dir, "bin"), 0)
	if !ok {
		return Binaries{}, fmt.Errorf("fetch Postgres from %s: %w", from, err)
	}
	return b, nil
}
