package scan

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"portico/domain/uploadlink"
)

const megabyte = 1 << 20

// daemon speaks clamd's protocol. Its zero value finds test viruses and says so of everything that is beyond its limits.
type daemon struct {
	version   string // empty: "ClamAV 1.4.3/27800/Mon Mar  2 09:00:00 2026"
	streamMax int64  // bytes; 0: endless. It hangs up at the first frame beyond
	silent    bool   // AlertExceedsMax no: OK to what it doesn't look at
	fileMax   int64  // bytes that it looks at; 0: all
	answer    string // to every file, instead of looking
	hangUp    bool   // after the first frame, without an answer
	early     string // says so after the first frame and hangs up
	always    string // says so to every file, viruses too
	slow      time.Duration

	streams atomic.Int32
}

// start listens on a socket until the test ends and returns a client with a limit of max bytes.
func (d *daemon) start(t *testing.T, max int64) *Clamd {
	t.Helper()
	path := filepath.Join(t.TempDir(), "clamd.ctl")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go d.serve(conn)
		}
	}()
	return &Clamd{Network: "unix", Address: path, MaxSize: max}
}

func (d *daemon) serve(conn net.Conn) {
	defer conn.Close()
	command := make([]byte, len("zINSTREAM\x00"))
	if _, err := io.ReadFull(conn, command[:len("zVERSION\x00")]); err != nil {
		return
	}
	if string(command[:len("zVERSION\x00")]) == "zVERSION\x00" {
		version := d.version
		if version == "" {
			version = "ClamAV 1.4.3/27800/Mon Mar  2 09:00:00 2026"
		}
		_, _ = io.WriteString(conn, version+"\x00")
		return
	}
	if _, err := io.ReadFull(conn, command[len("zVERSION\x00"):]); err != nil || string(command) != "zINSTREAM\x00" {
		_, _ = io.WriteString(conn, "UNKNOWN COMMAND\x00")
		return
	}
	d.streams.Add(1)
	_, _ = io.WriteString(conn, d.take(conn))
}

// take reads frames and says what it thinks of the file.
func (d *daemon) take(conn net.Conn) string {
	var file []byte
	for {
		var length [4]byte
		if _, err := io.ReadFull(conn, length[:]); err != nil {
			return ""
		}
		n := int64(binary.BigEndian.Uint32(length[:]))
		if n == 0 {
			break
		}
		if d.streamMax > 0 && int64(len(file))+n > d.streamMax {
			return "INSTREAM size limit exceeded. ERROR\x00"
		}
		frame := make([]byte, n)
		if _, err := io.ReadFull(conn, frame); err != nil {
			return ""
		}
		file = append(file, frame...)
		if d.hangUp || d.early != "" {
			return d.early
		}
	}
	time.Sleep(d.slow)
	if d.always != "" {
		return d.always
	}
	virus := []byte(testHead + testTail)
	limits := func(name string) string {
		if d.silent {
			return "stream: OK\x00"
		}
		return "stream: Heuristics.Limits.Exceeded." + name + " FOUND\x00"
	}
	switch {
	case d.answer != "" && !bytes.Contains(file, virus):
		return d.answer
	case d.fileMax > 0 && int64(len(file)) > d.fileMax:
		return limits("MaxFileSize")
	case bytes.HasPrefix(file, virus):
		return "stream: Eicar-Signature FOUND\x00"
	case bytes.HasPrefix(file, []byte("PK")):
		return limits("MaxRecursion")
	case bytes.Contains(file, virus):
		return "stream: Eicar-Signature FOUND\x00"
	}
	return "stream: OK\x00"
}

func TestVerdicts(t *testing.T) { // U8, F24
	harmless := strings.Repeat("harmless ", 200_000)
	for name, c := range map[string]struct {
		daemon  *daemon
		file    string
		verdict uploadlink.Verdict // empty: no verdict, ask again
		says    string             // finding, reason or error
	}{
		"clean":                      {&daemon{}, harmless, uploadlink.Clean, ""},
		"an infected one":            {&daemon{}, harmless + testHead + testTail, uploadlink.Infected, "Eicar-Signature"},
		"larger than we send":        {&daemon{}, harmless + harmless, uploadlink.NotScanned, "3600000 bytes are more than the scanner takes, which is 2097152"},
		"its limit is no virus":      {&daemon{answer: "stream: Heuristics.Limits.Exceeded.MaxScanTime FOUND\x00"}, harmless, uploadlink.NotScanned, "Heuristics.Limits.Exceeded.MaxScanTime"},
		"out of memory":              {&daemon{answer: "stream: Can't allocate memory ERROR\x00"}, harmless, "", "Can't allocate memory"},
		"an older one out of it":     {&daemon{answer: "stream: (null) FOUND\x00"}, harmless, "", "no verdict"},
		"found without a name":       {&daemon{answer: "stream:  FOUND\x00"}, harmless, "", "no verdict"},
		"nothing":                    {&daemon{answer: "\x00"}, harmless, "", "unexpected EOF"},
		"OK of something else":       {&daemon{answer: "PONG OK\x00"}, harmless, "", "no verdict"},
		"a name with odd characters": {&daemon{answer: "stream: Evil\u202e\x1b[31m.A" + strings.Repeat("x", 200) + " FOUND\x00"}, harmless, uploadlink.Infected, "Evil[31m.A" + strings.Repeat("x", 110)},
	} {
		t.Run(name, func(t *testing.T) {
			clamd := c.daemon.start(t, 2*megabyte)
			a, err := clamd.Scan(t.Context(), strings.NewReader(c.file), int64(len(c.file)))
			switch {
			case c.verdict == "" && (err == nil || !strings.Contains(err.Error(), c.says)):
				t.Errorf("answered %+v, %v; want the error %q", a, err, c.says)
			case c.verdict != "" && (err != nil || a.Verdict != c.verdict || a.Finding+a.Reason != c.says):
				t.Errorf("answered %+v, %v", a, err)
			case c.verdict == uploadlink.Clean && !strings.HasPrefix(a.Engine, "ClamAV 1.4.3"):
				t.Errorf("the engine is %q", a.Engine)
			}
		})
	}
}

// F24: where writing breaks, the answer behind it counts; and an OK to part of a file is none.
func TestBrokenPipes(t *testing.T) {
	file := strings.Repeat("x", 20*megabyte)
	for name, c := range map[string]struct {
		early   string
		verdict uploadlink.Verdict
	}{
		"too large":         {"INSTREAM size limit exceeded. ERROR\x00", uploadlink.NotScanned},
		"found at once":     {"stream: Eicar-Signature FOUND\x00", uploadlink.Infected},
		"OK to half of it":  {"stream: OK\x00", ""},
		"nothing at all":    {"", ""},
		"a word is missing": {"stream: OK but\x00", ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := &daemon{early: c.early, hangUp: c.early == ""}
			a, err := d.start(t, 32*megabyte).stream(t.Context(), strings.NewReader(file), int64(len(file)))
			if (err == nil) != (c.verdict != "") || a.Verdict != c.verdict {
				t.Errorf("answered %+v, %v; want %q", a, err, c.verdict)
			}
		})
	}
	t.Run("the file can't be read", func(t *testing.T) {
		broken := io.MultiReader(strings.NewReader("x"), failing{})
		if a, err := (&daemon{}).start(t, megabyte).stream(t.Context(), broken, 2); err == nil || !errors.Is(err, errRead) {
			t.Errorf("answered %+v, %v", a, err)
		}
	})
	t.Run("the file is shorter than it should be", func(t *testing.T) {
		if a, err := (&daemon{}).start(t, megabyte).stream(t.Context(), strings.NewReader("x"), 2); err == nil {
			t.Errorf("answered %+v", a)
		}
	})
	t.Run("nobody listens", func(t *testing.T) {
		c := &Clamd{Network: "unix", Address: filepath.Join(t.TempDir(), "none"), MaxSize: megabyte}
		if a, err := c.Scan(t.Context(), strings.NewReader("x"), 1); err == nil || !strings.Contains(err.Error(), "reach clamd") {
			t.Errorf("answered %+v, %v", a, err)
		}
	})
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the disk is gone") }

// A scanner that takes too long has given no verdict; a node that stops hasn't either, and asks again later.
func TestSlowScanner(t *testing.T) {
	d := &daemon{}
	c := d.start(t, megabyte)
	if _, err := c.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.slow = time.Hour // all connections are hung up by the client, which ends the daemon's part of the test
	c.Patience = 50 * time.Millisecond
	a, err := c.Scan(t.Context(), strings.NewReader("x"), 1)
	if err != nil || a.Verdict != uploadlink.NotScanned || a.Reason != "no verdict within 50ms" {
		t.Errorf("answered %+v, %v", a, err)
	}
	c.Patience = 0
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if a, err := c.Scan(ctx, strings.NewReader("x"), 1); err == nil {
		t.Errorf("stopped, and answered %+v", a)
	}
}

// A daemon that says OK to what it hasn't looked at is found out before it is asked of any file.
func TestCheck(t *testing.T) {
	for name, c := range map[string]struct {
		daemon *daemon
		says   string // empty: it is believed
	}{
		"looks at all":                {&daemon{}, ""},
		"says what is too large":      {&daemon{fileMax: megabyte}, ""},
		"silent about what is larger": {&daemon{fileMax: 2 * megabyte, silent: true}, "AlertExceedsMax"},
		"without signatures":          {&daemon{always: "stream: OK\x00"}, "freshclam"},
		"every file is too much":      {&daemon{always: "stream: Heuristics.Limits.Exceeded.MaxScanTime FOUND\x00"}, "freshclam"},
		"takes less than we send":     {&daemon{streamMax: megabyte}, "StreamMaxLength"},
		"no clamd":                    {&daemon{version: "SSH-2.0"}, "is no clamd"},
	} {
		t.Run(name, func(t *testing.T) {
			clamd := c.daemon.start(t, 3*megabyte)
			_, err := clamd.Ready(t.Context())
			if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Fatalf("answered %v, want %q", err, c.says)
			}
			if a, err := clamd.Scan(t.Context(), strings.NewReader("x"), 1); (err == nil) != (c.says == "") {
				t.Errorf("a scan: %+v, %v", a, err)
			}
		})
	}
	t.Run("asked again of another version only", func(t *testing.T) {
		d := &daemon{}
		clamd := d.start(t, megabyte)
		for range 3 {
			if _, err := clamd.Scan(t.Context(), strings.NewReader("x"), 1); err != nil {
				t.Fatal(err)
			}
		}
		if n := d.streams.Load(); n != 3+3 {
			t.Errorf("%d streams for three probes and three files", n)
		}
		d.version, d.silent = "ClamAV 1.5.0", true
		if a, err := clamd.Scan(t.Context(), strings.NewReader("x"), 1); err == nil {
			t.Errorf("a new version that lies was believed: %+v", a)
		}
	})
}

func TestParse(t *testing.T) {
	for text, want := range map[string][2]string{
		"unix:/run/clamav/clamd.ctl": {"unix", "/run/clamav/clamd.ctl"}, "127.0.0.1:3310": {"tcp", "127.0.0.1:3310"}, "[::1]:3310": {"tcp", "[::1]:3310"},
		"unix:clamd": {}, "/run/clamd": {}, "host": {}, ":3310": {}, "host:": {},
	} {
		network, address, err := Parse(text)
		if network != want[0] || address != want[1] || (err == nil) != (want[0] != "") {
			t.Errorf("%q: %q, %q, %v", text, network, address, err)
		}
	}
}
