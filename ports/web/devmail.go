package web

import (
	"errors"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"portico/ports/web/views"
)

// MailBox reads the mails that were written instead of sent.
type MailBox interface {
	List() ([]Letter, error) // newest first
	Read(id string) (Letter, error)
}

// Letter is one written mail. Text and HTML are filled by Read only.
type Letter struct {
	ID         string
	Date       time.Time
	From, To   string
	ReplyTo    string // empty: From
	Subject    string
	Text, HTML string
}

func (s *Server) mails(w http.ResponseWriter, r *http.Request) error {
	letters, err := s.Mails.List()
	if err != nil {
		return err
	}
	page := views.Mails{Shell: s.shell(r, "Outgoing mail", "mail")}
	for _, l := range letters {
		page.Rows = append(page.Rows, s.mailLine(r, l))
	}
	return s.show(w, r, page)
}

func (s *Server) mailLine(r *http.Request, l Letter) views.MailLine {
	return views.MailLine{ID: l.ID, To: l.To, Subject: l.Subject, At: views.At(l.Date, zone(user(r).Practice.Zone))}
}

func (s *Server) letter(r *http.Request) (Letter, error) {
	l, err := s.Mails.Read(r.PathValue("id"))
	if errors.Is(err, fs.ErrNotExist) {
		return l, errNotFound
	}
	return l, err
}

func (s *Server) mail(w http.ResponseWriter, r *http.Request) error {
	l, err := s.letter(r)
	if err != nil {
		return err
	}
	return s.show(w, r, views.Mail{Shell: s.shell(r, l.Subject, "mail"), Mail: s.mailLine(r, l), From: l.From, Text: l.Text, Answer: s.answering(r, l)})
}

// mailHTML is the mail's own markup, for the frame. Its policy lets its styles and links work and nothing else. Links
// open beside it, as from a mail program: within the frame, no page of ours lets itself be shown.
func (s *Server) mailHTML(w http.ResponseWriter, r *http.Request) error {
	l, err := s.letter(r)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	html := strings.Replace(l.HTML, "<head>", `<head><base target="_blank">`, 1)
	_, _ = w.Write([]byte(html)) // the reader went away: nothing to do about it
	return nil
}
