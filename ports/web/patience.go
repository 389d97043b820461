package web

import (
	"cmp"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"portico/app/clientimport"
	pictures "portico/app/picture"
	replyapp "portico/app/reply"
	"portico/domain/fault"
	"portico/domain/firm"
)

// Patience is how long the server waits for whoever is on the other side, and how much it takes from them. A phone on
// a bad line stays within it; a connection that is held open for its own sake does not (threat T30). The zero value of
// a field means that of Standard.
type Patience struct {
	Head      time.Duration // until the head of a request is in
	HeadBytes int           // what a head may hold
	Idle      time.Duration // between two requests of a connection
	Form      time.Duration // until a body that is no file is in
	FormBytes int64         // what such a body may hold

	Silence   time.Duration // of a sender in the middle of a file, of a reader in the middle of an answer
	FloorSpan time.Duration // a sender of a file is watched for so long at a time,
	FloorRate int64         // and brings at least so many bytes a second over it

	Uploads     int // requests with files that are served at once, of all links
	LinkUploads int // the same of one recipient of one link
	Streams     int // requests of one HTTP/2 connection at once
}

// Standard is what the product runs with.
var Standard = Patience{
	Head: 10 * time.Second, HeadBytes: 64 << 10, Idle: 2 * time.Minute, Form: 30 * time.Second, FormBytes: 1 << 20,
	Silence: time.Minute, FloorSpan: 2 * time.Minute, FloorRate: 1 << 10,
	Uploads: 2000, LinkUploads: 200, Streams: 250,
}

// or fills what isn't set.
func (p Patience) or() Patience {
	return Patience{
		Head: cmp.Or(p.Head, Standard.Head), HeadBytes: cmp.Or(p.HeadBytes, Standard.HeadBytes), Idle: cmp.Or(p.Idle, Standard.Idle),
		Form: cmp.Or(p.Form, Standard.Form), FormBytes: cmp.Or(p.FormBytes, Standard.FormBytes), Silence: cmp.Or(p.Silence, Standard.Silence),
		FloorSpan: cmp.Or(p.FloorSpan, Standard.FloorSpan), FloorRate: cmp.Or(p.FloorRate, Standard.FloorRate),
		Uploads: cmp.Or(p.Uploads, Standard.Uploads), LinkUploads: cmp.Or(p.LinkUploads, Standard.LinkUploads), Streams: cmp.Or(p.Streams, Standard.Streams),
	}
}

// Server is an HTTP server with this patience: HTTP/1.1, and HTTP/2 without TLS, which is what a proxy in front speaks.
// It has no limit on a whole request: an upload may take days, so bodies and answers are watched while they move.
func (p Patience) Server(h http.Handler, log *slog.Logger) *http.Server {
	p = p.or()
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Server{
		Handler: h, Protocols: protocols, ReadHeaderTimeout: p.Head, IdleTimeout: p.Idle, MaxHeaderBytes: p.HeadBytes,
		HTTP2:    &http.HTTP2Config{MaxConcurrentStreams: p.Streams, SendPingTimeout: p.Idle / 2, PingTimeout: 15 * time.Second, WriteByteTimeout: p.Silence},
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

var (
	errTooMuch     = fault.New(fault.TooLarge, "web.too_much", "This form holds more than the 1 MB that can be taken. Shorten your text and send it again.")
	errFileTooMuch = fault.New(fault.TooLarge, "web.file_too_much", "This file is larger than the 20 MB that can be taken here. Split it, or take out what isn’t needed, and choose it again.")
	errTooSlow     = fault.New(fault.Unavailable, "web.too_slow", "Your request took too long to arrive. Check the connection and send it again.")
)

// streams tells the addresses that files are sent to; the bodies of all others are forms.
func streams(path string) bool {
	part := strings.Split(path, "/")
	if len(part) > 1 && part[1] == "portal" {
		part = part[1:]
	}
	if len(part) > 3 && part[1] == "tasks" {
		return part[3] == "uploads" || part[3] == "files" && len(part) == 4
	}
	if len(part) < 4 || part[1] != "u" && part[1] != "up" {
		return false
	}
	return part[3] == "uploads" || part[3] == "files" && len(part) == 4
}

// attached are the forms of the practice that carry a file, and how many bytes each may hold in all. Nothing of it is
// read before it is known who sends it; but for mails that come in, whose signature is over all of them.
var attached = map[string]int64{
	"/settings/branding/logo":   pictures.MaxBytes + 64<<10,
	"/settings/help/video/film": firm.MaxVideo + 64<<10,
	"/clients/imports":          clientimport.MaxBytes + 64<<10,
	"/api/v1/clients/imports":   clientimport.MaxBytes + 64<<10,
	"/hooks/mail":               replyapp.MaxMail,
}

// attachedSome are those that carry files only as multipart/form-data, and are forms like others otherwise.
var attachedSome = map[string]int64{"/tasks": examplesLimit + 1<<20, "/tasks/many": examplesLimit + 1<<20, "/tasks/templates": examplesLimit + 1<<20}

// fileBytes is how many bytes a form or a request may hold that carries a file; 0: it carries none.
func fileBytes(r *http.Request) int64 {
	path := r.URL.Path
	if n := attachedSome[path]; n > 0 && multipartForm(r) {
		return n
	}
	if strings.HasPrefix(path, "/api/v1/tasks/") && strings.HasSuffix(path, "/attachments") {
		return 20<<20 + 64<<10
	}
	return attached[path]
}

// bounded refuses bodies that are too large or come too slowly, wherever no file is expected.
func (s *Server) bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength == 0 {
			next.ServeHTTP(w, r)
			return
		}
		rc := http.NewResponseController(w)
		if streams(r.URL.Path) {
			// Who reads the body watches it. Where nobody does, because the secret opens nothing, the server itself reads
			// what is left of it before it lets go of the connection: not for long.
			_ = rc.SetReadDeadline(time.Now().Add(s.Patience.Silence))
			next.ServeHTTP(w, r)
			_ = rc.SetReadDeadline(time.Now().Add(leftover))
			return
		}
		b, most, refusal := &formBody{all: r.Body, rc: rc}, s.Patience.FormBytes, errTooMuch
		if n := fileBytes(r); n > 0 {
			most, b.silence, refusal = n, s.Patience.Silence, errFileTooMuch.Withf("This file is larger than the %d MB that can be taken here. Choose a smaller one.", n>>20)
		}
		b.ReadCloser = http.MaxBytesReader(w, r.Body, most)
		_ = b.rc.SetReadDeadline(time.Now().Add(s.Patience.Form)) // where it isn't supported nothing waits, either
		r.Body = b
		if r.ContentLength <= most {
			next.ServeHTTP(w, r)
			return
		}
		s.handle(kindOf(r), func(http.ResponseWriter, *http.Request) error { return refusal }).ServeHTTP(w, r)
		b.drain()
	})
}

// kindOf is the kind of an address that no route has answered for yet.
func kindOf(r *http.Request) kind {
	switch {
	case strings.HasPrefix(r.URL.Path, "/u/"):
		return tokenPage
	case strings.HasPrefix(r.URL.Path, "/up/"):
		return uploadPage
	case strings.HasPrefix(r.URL.Path, "/i/"), strings.HasPrefix(r.URL.Path, "/portal/reset/"), strings.HasPrefix(r.URL.Path, "/portal/address/"):
		return entryPage
	case strings.HasPrefix(r.URL.Path, "/portal/"):
		return portalPage
	case strings.HasPrefix(r.URL.Path, "/api/"):
		return program
	}
	return appPage
}

// leftover is how long what is left of a body may take once it has been answered.
const leftover = 2 * time.Second

// formBody is the body of a form. Its deadline ends with it: the answer may take longer. With a file in it, it may take
// as long as it moves.
type formBody struct {
	io.ReadCloser
	all     io.Reader // what is sent, whatever of it may be read
	rc      *http.ResponseController
	silence time.Duration // 0: the whole form has one deadline
}

func (b *formBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.silence > 0 && n > 0 {
		_ = b.rc.SetReadDeadline(time.Now().Add(b.silence))
	}
	if errors.Is(err, io.EOF) {
		_ = b.rc.SetReadDeadline(time.Time{})
	}
	return n, err
}

// drain reads on for a moment after a refusal: a browser that is still sending sees a reset line instead of the answer.
func (b *formBody) drain() {
	if b.rc.SetReadDeadline(time.Now().Add(leftover)) == nil {
		_, _ = io.CopyN(io.Discard, b.all, drainBytes)
	}
}

// drainBytes is a list that is twice as long as may be; who sends more learns of it by the reset.
const drainBytes = 40 << 20

// unread is why a body couldn't be read, as a person may know it; nil where nothing is known.
func unread(err error) *fault.Error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return errTooMuch
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return errTooSlow
	}
	return nil
}
