// Package scan has files looked through by clamd, the daemon of ClamAV. Nothing that clamd has not looked at as a whole
// is called clean: what it says of its own limits is "not scanned", and before it is believed at all it has to find a
// test virus (Check).
package scan

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	linkapp "portico/app/uploadlink"
	"portico/domain/uploadlink"
)

// Largest is the largest file that any clamd looks at, in bytes: it cuts a higher MaxFileSize to this without a word.
const Largest = 2_147_483_645

const (
	piece     = 64 << 10         // bytes of a file in one frame
	patience  = 15 * time.Minute // for one file
	dialling  = 10 * time.Second
	longest   = 4 << 10        // bytes of an answer
	believing = 24 * time.Hour // until the next Check
)

// Clamd is one daemon. Share one pointer; its fields don't change once it is used.
type Clamd struct {
	Network, Address string        // "unix" and a path, or "tcp" and HOST:PORT
	MaxSize          int64         // bytes of the largest file that is sent; what is larger is not scanned
	Patience         time.Duration // for one file; 0: 15 minutes

	mu       sync.Mutex
	believed string // the engine that passed Check,
	since    time.Time
}

var _ linkapp.Scanner = (*Clamd)(nil)

// Parse reads "unix:/run/clamav/clamd.ctl" or "HOST:PORT".
func Parse(text string) (network, address string, err error) {
	if path, ok := strings.CutPrefix(text, "unix:"); ok {
		if !strings.HasPrefix(path, "/") {
			return "", "", fmt.Errorf("%q is no socket; write unix: and its whole path, as unix:/run/clamav/clamd.ctl", text)
		}
		return "unix", path, nil
	}
	host, port, err := net.SplitHostPort(text)
	if err != nil || host == "" || port == "" {
		return "", "", fmt.Errorf("%q is neither unix:/PATH nor HOST:PORT", text)
	}
	return "tcp", text, nil
}

// Scan implements linkapp.Scanner.
func (c *Clamd) Scan(ctx context.Context, file io.Reader, size int64) (linkapp.ScanAnswer, error) {
	if size > c.MaxSize {
		return linkapp.ScanAnswer{Verdict: uploadlink.NotScanned, Reason: fmt.Sprintf("%d bytes are more than the scanner takes, which is %d", size, c.MaxSize)}, nil
	}
	engine, err := c.Ready(ctx)
	if err != nil {
		return linkapp.ScanAnswer{}, err
	}
	patience := c.patience()
	limited, cancel := context.WithTimeoutCause(ctx, patience, errSlow)
	defer cancel()
	answer, err := c.stream(limited, file, size)
	if err != nil && ctx.Err() == nil && errors.Is(context.Cause(limited), errSlow) {
		answer, err = linkapp.ScanAnswer{Verdict: uploadlink.NotScanned, Reason: fmt.Sprintf("no verdict within %s", patience)}, nil
	}
	answer.Engine = engine
	return answer, err
}

var errSlow = errors.New("the scanner is slow")

func (c *Clamd) patience() time.Duration {
	if c.Patience > 0 {
		return c.Patience
	}
	return patience
}

// Ready is the daemon's name once it has passed Check, which is asked again of a new version and once a day.
func (c *Clamd) Ready(ctx context.Context) (engine string, err error) {
	if engine, err = c.Version(ctx); err != nil {
		return "", err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.believed == engine && time.Since(c.since) < believing {
		return engine, nil
	}
	if err := c.Check(ctx); err != nil {
		return "", err
	}
	c.believed, c.since = engine, time.Now()
	return engine, nil
}

// Version is how the daemon names itself and its signatures: "ClamAV 1.4.3/27800/Thu Oct 23 09:40:12 2026".
func (c *Clamd) Version(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, dialling)
	defer cancel()
	conn, err := c.dial(ctx)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if _, err := io.WriteString(conn, "zVERSION\x00"); err != nil {
		return "", fmt.Errorf("ask clamd for its version: %w", err)
	}
	text, err := reply(conn)
	if err != nil {
		return "", fmt.Errorf("ask clamd for its version: %w", err)
	}
	if !strings.HasPrefix(text, "ClamAV ") {
		return "", fmt.Errorf("%s is no clamd: asked for its version it answered %q", c.Address, text)
	}
	return text, nil
}

func (c *Clamd) dial(ctx context.Context) (net.Conn, error) {
	conn, err := (&net.Dialer{Timeout: dialling}).DialContext(ctx, c.Network, c.Address)
	if err != nil {
		return nil, fmt.Errorf("reach clamd: %w", err)
	}
	return conn, nil
}

// stream sends a file and judges the answer. The answer is read from the start: where clamd has enough it answers and
// hangs up, and a broken pipe is all that writing learns of it.
func (c *Clamd) stream(ctx context.Context, file io.Reader, size int64) (a linkapp.ScanAnswer, err error) {
	conn, err := c.dial(ctx)
	if err != nil {
		return a, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	type answered struct {
		text string
		err  error
	}
	answers := make(chan answered, 1)
	go func() {
		text, err := reply(conn)
		answers <- answered{text, err}
	}()
	sent, werr := send(conn, file)
	if werr != nil && errors.Is(werr, errRead) {
		return a, werr
	}
	said := <-answers
	switch {
	case said.text == "" && werr != nil:
		return a, fmt.Errorf("send the file to clamd: %w", werr)
	case said.err != nil:
		return a, fmt.Errorf("read what clamd answers: %w", said.err)
	}
	if a, err = judge(said.text); err != nil {
		return a, err
	}
	if a.Verdict == uploadlink.Clean && (werr != nil || sent != size) {
		return linkapp.ScanAnswer{}, fmt.Errorf("clamd answered %q after %d of %d bytes (%w)", said.text, sent, size, errors.Join(werr, errPart))
	}
	return a, nil
}

var (
	errPart = errors.New("not all of the file")
	errRead = errors.New("read the file")
)

// send writes a file in frames: four bytes of length, then so many bytes; a length of 0 ends it.
func send(to io.Writer, file io.Reader) (sent int64, err error) {
	if _, err := io.WriteString(to, "zINSTREAM\x00"); err != nil {
		return 0, err
	}
	frame := make([]byte, 4+piece)
	for {
		n, err := io.ReadFull(file, frame[4:])
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return sent, fmt.Errorf("%w: %w", errRead, err)
		}
		binary.BigEndian.PutUint32(frame, uint32(n))
		if _, err := to.Write(frame[:4+n]); err != nil || n == 0 {
			return sent, err
		}
		sent += int64(n)
	}
}

// reply reads one answer: text that a NUL ends, or the connection.
func reply(from io.Reader) (string, error) {
	text, err := io.ReadAll(io.LimitReader(from, longest))
	if len(text) > 0 {
		err = nil // a reset behind the answer takes nothing from it
	}
	answer, _, _ := strings.Cut(string(text), "\x00")
	answer = strings.TrimSpace(answer)
	if answer == "" && err == nil {
		err = io.ErrUnexpectedEOF
	}
	return answer, err
}

// judge reads clamd's words. FOUND is said of its own limits too, and those are no virus.
func judge(text string) (linkapp.ScanAnswer, error) {
	if text == "stream: OK" {
		return linkapp.ScanAnswer{Verdict: uploadlink.Clean}, nil
	}
	if strings.Contains(text, "size limit exceeded") {
		return linkapp.ScanAnswer{Verdict: uploadlink.NotScanned, Reason: "it is larger than clamd's StreamMaxLength"}, nil
	}
	name, found := strings.CutSuffix(strings.TrimPrefix(text, "stream: "), " FOUND")
	name = strings.TrimSpace(name)
	switch {
	case !found, name == "", name == "(null)": // older daemons say so where they ran out of memory
		return linkapp.ScanAnswer{}, fmt.Errorf("clamd answered %q, which is no verdict", text)
	case strings.HasPrefix(name, "Heuristics.Limits.Exceeded"):
		return linkapp.ScanAnswer{Verdict: uploadlink.NotScanned, Reason: plain(name)}, nil
	}
	return linkapp.ScanAnswer{Verdict: uploadlink.Infected, Finding: plain(name)}, nil
}

// plain keeps what a signature's name is made of, at most 120 bytes of it.
func plain(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, name)
	return name[:min(len(name), 120)]
}
