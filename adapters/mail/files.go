package mail

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"portico/app/notify"
)

// Files writes each mail as one .eml file into Dir and reads them for a page. It stands in for a mail server.
type Files struct {
	Dir string
}

// Send is Transport. A second try of a mail writes the same file.
func (f Files) Send(ctx context.Context, m Mail) (notify.Outcome, error) {
	if err := ctx.Err(); err != nil {
		return notify.Outcome{}, err
	}
	var b bytes.Buffer
	if err := m.write(&b); err != nil {
		return notify.Outcome{}, err
	}
	if err := f.put(m.ID+".eml", b.Bytes()); err != nil {
		return notify.Outcome{Status: notify.Passing, Detail: err.Error()}, nil
	}
	return notify.Outcome{Status: notify.HandedOver}, nil
}

// put makes the file appear whole or not at all.
func (f Files) put(name string, content []byte) error {
	if err := os.MkdirAll(f.Dir, 0o700); err != nil {
		return fmt.Errorf("make the mail folder: %w", err)
	}
	tmp, err := os.CreateTemp(f.Dir, ".writing-*")
	if err != nil {
		return fmt.Errorf("write a mail: %w", err)
	}
	defer os.Remove(tmp.Name()) // fails once it is renamed, which is what we want
	_, err = tmp.Write(content)
	if e := tmp.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(tmp.Name(), filepath.Join(f.Dir, name))
	}
	if err != nil {
		return fmt.Errorf("write a mail: %w", err)
	}
	return nil
}

// Letter is one written mail, as a page shows it. Text and HTML are filled by Read only.
type Letter struct {
	ID         string
	Date       time.Time
	From, To   string
	ReplyTo    string // empty: From
	Subject    string
	Text, HTML string
}

// List are the written mails, newest first. A folder that isn't there yet is empty.
func (f Files) List() ([]Letter, error) {
	names, err := filepath.Glob(filepath.Join(f.Dir, "*.eml"))
	if err != nil {
		return nil, fmt.Errorf("list mails: %w", err)
	}
	var all []Letter
	for _, n := range names {
		l, err := f.Read(strings.TrimSuffix(filepath.Base(n), ".eml"))
		if err != nil {
			return nil, err
		}
		l.Text, l.HTML = "", ""
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b Letter) int { return strings.Compare(b.ID, a.ID) })
	slices.SortStableFunc(all, func(a, b Letter) int { return b.Date.Compare(a.Date) })
	return all, nil
}

// Read is one written mail. fs.ErrNotExist for none.
func (f Files) Read(id string) (Letter, error) {
	if !idShape.MatchString(id) {
		return Letter{}, fs.ErrNotExist
	}
	file, err := os.Open(filepath.Join(f.Dir, id+".eml"))
	if err != nil {
		return Letter{}, err
	}
	defer file.Close()
	l, err := parse(file)
	if err != nil {
		return Letter{}, fmt.Errorf("read mail %s: %w", id, err)
	}
	l.ID = id
	return l, nil
}

// parse reads what Mail.write wrote, and nothing else: it is no general reader of mails.
func parse(r io.Reader) (l Letter, err error) {
	msg, err := mail.ReadMessage(r)
	if err != nil {
		return l, err
	}
	var words mime.WordDecoder
	for to, key := range map[*string]string{&l.From: "From", &l.To: "To", &l.ReplyTo: "Reply-To", &l.Subject: "Subject"} {
		if *to, err = words.DecodeHeader(msg.Header.Get(key)); err != nil {
			return l, fmt.Errorf("header %s: %w", key, err)
		}
	}
	if l.Date, err = msg.Header.Date(); err != nil {
		return l, err
	}
	l.Date = l.Date.UTC()
	_, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil {
		return l, err
	}
	parts := multipart.NewReader(msg.Body, params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return l, nil
		}
		if err != nil {
			return l, err
		}
		body, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			return l, err
		}
		text := strings.ReplaceAll(string(body), "\r\n", "\n")
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			l.HTML = text
		} else {
			l.Text = text
		}
	}
}
