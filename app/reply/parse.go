package reply

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	netmail "net/mail"
	"regexp"
	"strings"

	"portico/domain/fault"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // what mails are written in
	"github.com/emersion/go-message/mail"
)

// How much of a mail is read. Nothing in a mail unpacks into more than it is, so its size bounds everything but the depth to
// which its parts are nested.
const (
	MaxMail  = 25 << 20 // bytes
	maxDepth = 20
	maxParts = 500
	maxText  = 1 << 20  // bytes of one part
	logo     = 32 << 10 // bytes up to which a picture inside of the text is one of a signature
)

// ErrMail refuses what can't be read as a mail.
var ErrMail = fault.New(fault.Invalid, "reply.mail", "This is no mail: it must be the whole of one, with its headers, as RFC 5322 has it.")

// Mail is what matters of a mail that came in.
type Mail struct {
	ID      string   // its Message-ID; where it has none a digest of it
	From    string   // the address; empty where there is none, or not just one
	To      []string // every address that it says it went to
	Machine string   // why nobody has written it: the header that says so; empty: somebody has
	Results []string // Authentication-Results, the newest first
	Text    string   // everything, quotes and signature too
	Files   []File
}

// File is something enclosed.
type File struct {
	Name  string // may be empty
	Media string
	Bytes []byte
}

// Parse reads a mail. It returns ErrMail.
func Parse(raw []byte) (Mail, error) {
	e, err := message.Read(bytes.NewReader(raw))
	if e == nil || err != nil && !readable(err) {
		return Mail{}, ErrMail
	}
	h := mail.Header{Header: e.Header}
	m := Mail{Machine: machine(h)}
	if from := addresses(h, "From"); len(from) == 1 {
		m.From = from[0]
	}
	for _, name := range []string{"To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Forwarded-To", "X-Delivered-To"} {
		m.To = append(m.To, addresses(h, name)...)
	}
	for f := h.FieldsByKey("Authentication-Results"); f.Next(); {
		m.Results = append(m.Results, f.Value())
	}
	p := parts{}
	if err := p.walk(e, 0, false); err != nil {
		return Mail{}, ErrMail
	}
	m.Text, m.Files = strings.TrimRight(strings.Join(p.text, "\n"), "\n"), p.files
	if m.ID = strings.Trim(strings.TrimSpace(h.Get("Message-Id")), "<>"); m.ID == "" {
		sum := sha256.New()
		for _, name := range []string{"From", "Date", "Subject"} { // those that every copy has alike
			fmt.Fprintf(sum, "%s\x00", h.Get(name))
		}
		_, body, _ := bytes.Cut(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), []byte("\n\n"))
		sum.Write(body)
		m.ID = "sha256:" + hex.EncodeToString(sum.Sum(nil))
	}
	return m, nil
}

// readable tells whether what a part says of itself is merely unknown: its bytes are there all the same.
func readable(err error) bool {
	return message.IsUnknownCharset(err) || message.IsUnknownEncoding(err)
}

var bare = regexp.MustCompile(`[^<>()\[\],;:"\s]+@[^<>()\[\],;:"\s]+`)

// addresses are those of one kind of header, however often it is there and whatever else it holds.
func addresses(h mail.Header, name string) (all []string) {
	parser := netmail.AddressParser{WordDecoder: &mime.WordDecoder{CharsetReader: message.CharsetReader}}
	for f := h.FieldsByKey(name); f.Next(); {
		list, err := parser.ParseList(f.Value())
		if err != nil { // a header of servers, or a name that can't be read
			all = append(all, bare.FindAllString(f.Value(), -1)...)
			continue
		}
		for _, a := range list {
			all = append(all, a.Address)
		}
	}
	return all
}

// machine is the header that says that a program has sent the mail (RFC 3834): a notice of absence, a list, a bounce.
// Nothing of that is an answer of somebody's.
func machine(h mail.Header) string {
	if auto := strings.ToLower(strings.TrimSpace(h.Get("Auto-Submitted"))); auto != "" && !strings.HasPrefix(auto, "no") {
		return "Auto-Submitted"
	}
	switch strings.ToLower(strings.TrimSpace(h.Get("Precedence"))) {
	case "bulk", "junk", "list", "auto_reply":
		return "Precedence"
	}
	for f := h.Fields(); f.Next(); {
		name := strings.ToLower(f.Key())
		if strings.HasPrefix(name, "list-") || name == "x-autoreply" || name == "x-autorespond" || name == "x-autoresponse" || name == "x-failed-recipients" {
			return f.Key()
		}
	}
	if h.Has("Return-Path") && strings.Trim(strings.TrimSpace(h.Get("Return-Path")), "<>") == "" {
		return "Return-Path"
	}
	if media, _, _ := h.ContentType(); media == "multipart/report" || strings.HasPrefix(media, "message/") {
		return "Content-Type"
	}
	for _, from := range addresses(h, "From") {
		if local, _, _ := strings.Cut(strings.ToLower(from), "@"); local == "mailer-daemon" || local == "postmaster" {
			return "From"
		}
	}
	return ""
}

// parts are what was found in a mail so far.
type parts struct {
	text  []string
	files []File
	seen  int
}

var errDeep = errors.New("nested too deeply, or in too many parts")

// walk takes an entity and all within it. inside tells that it belongs to a text, as its pictures do.
func (p *parts) walk(e *message.Entity, depth int, inside bool) error {
	if p.seen++; depth > maxDepth || p.seen > maxParts {
		return errDeep
	}
	media, params, err := e.Header.ContentType()
	if err != nil && !strings.Contains(media, "/") {
		media = "text/plain"
	}
	if children := e.MultipartReader(); children != nil {
		if media == "multipart/alternative" {
			return p.alternative(children, depth)
		}
		return each(children, func(child *message.Entity) error {
			return p.walk(child, depth+1, inside || media == "multipart/related")
		})
	}
	disposition, _, _ := e.Header.ContentDisposition()
	name := nameOf(e, params)
	if disposition != "attachment" && name == "" && (media == "text/plain" || media == "text/html") {
		return p.words(e, media, params)
	}
	return p.file(e, media, name, inside && disposition != "attachment")
}

// each calls do for every part. What breaks off is read as far as it goes.
func each(children message.MultipartReader, do func(*message.Entity) error) error {
	for {
		child, err := children.NextPart()
		if child == nil || err != nil && !readable(err) {
			return nil
		}
		if err := do(child); err != nil {
			return err
		}
	}
}

// alternative takes the same content once: as plain text where there is any, or else as HTML; and the files of all.
func (p *parts) alternative(children message.MultipartReader, depth int) error {
	var plain, rich []string
	err := each(children, func(child *message.Entity) error {
		one := parts{seen: p.seen}
		err := one.walk(child, depth+1, false)
		p.seen, p.files = one.seen, append(p.files, one.files...)
		if media, _, _ := child.Header.ContentType(); media == "text/plain" {
			plain = append(plain, one.text...)
		} else {
			rich = append(rich, one.text...)
		}
		return err
	})
	if strings.TrimSpace(strings.Join(plain, "")) == "" {
		plain = rich
	}
	p.text = append(p.text, plain...)
	return err
}

// words takes a part that is text.
func (p *parts) words(e *message.Entity, media string, params map[string]string) error {
	b, _ := io.ReadAll(io.LimitReader(e.Body, maxText)) // what breaks off is read as far as it goes
	text := strings.ReplaceAll(strings.ReplaceAll(strings.ToValidUTF8(string(b), "\uFFFD"), "\r\n", "\n"), "\r", "\n")
	switch {
	case media == "text/html":
		text = textOf(text)
	case strings.EqualFold(params["format"], "flowed"):
		text = unflowed(text, strings.EqualFold(params["delsp"], "yes"))
	}
	p.text = append(p.text, text)
	return nil
}

// file takes a part that is none. Small pictures inside of a text are those of a signature, and so is what proves who wrote.
func (p *parts) file(e *message.Entity, media, name string, inside bool) error {
	switch media {
	case "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-keys":
		return nil
	}
	b, _ := io.ReadAll(e.Body)
	if len(b) == 0 || inside && strings.HasPrefix(media, "image/") && len(b) <= logo {
		return nil
	}
	if name == "" {
		name = fmt.Sprintf("attachment-%d%s", len(p.files)+1, extensions[media])
	}
	p.files = append(p.files, File{Name: name, Media: media, Bytes: b})
	return nil
}

// extensions are those of what comes without a name.
var extensions = map[string]string{
	"image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/heic": ".heic", "application/pdf": ".pdf", "message/rfc822": ".eml",
	"text/plain": ".txt", "text/calendar": ".ics", "text/html": ".html", "text/csv": ".csv",
}

// nameOf is the file name of a part: no path, and nothing that a name can't hold.
func nameOf(e *message.Entity, params map[string]string) string {
	name, err := (&mail.AttachmentHeader{Header: e.Header}).Filename()
	if err != nil || name == "" {
		words := mime.WordDecoder{CharsetReader: message.CharsetReader}
		if name, err = words.DecodeHeader(params["name"]); err != nil {
			name = params["name"]
		}
	}
	name = strings.ToValidUTF8(name, "\uFFFD")
	return strings.TrimSpace(name[strings.LastIndexAny(name, `/\`)+1:])
}

// unflowed puts the lines of format=flowed together again (RFC 3676).
func unflowed(text string, delSp bool) string {
	var lines []string
	depth, open := 0, false // of the newest line, and whether it goes on
	for line := range strings.SplitSeq(text, "\n") {
		quoted := len(line) - len(strings.TrimLeft(line, ">"))
		rest := strings.TrimPrefix(line[quoted:], " ")
		soft := strings.HasSuffix(rest, " ") && rest != "-- "
		if soft && delSp {
			rest = strings.TrimSuffix(rest, " ")
		}
		if open && quoted == depth && rest != "-- " {
			lines[len(lines)-1] += rest
		} else if quoted > 0 {
			lines = append(lines, strings.Repeat(">", quoted)+" "+rest)
		} else {
			lines = append(lines, rest)
		}
		depth, open = quoted, soft
	}
	return strings.Join(lines, "\n")
}
