package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/mail"
	"strings"

	replyapp "portico/app/reply"
	"portico/domain/fault"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// Inbound is where mails come in with which people answer.
type Inbound struct {
	Desk   Desk
	Domain string // of addresses for answers; empty: there are none
	Secret string // of whoever hands mails over; empty: nobody may
}

// Desk takes a mail as it came in. Implementation: app/reply.
type Desk interface {
	Receive(ctx context.Context, raw []byte, recipient string) (replyapp.Outcome, error)
}

var errInboundMedia = fault.New(fault.Unsupported, "reply.media", "A mail is handed over whole, as message/rfc822.")

// mailReplied takes one mail as it came in, from who can sign it. 200 says that it needs no second time, whatever has become of it.
func (s *Server) mailReplied(w http.ResponseWriter, r *http.Request) error {
	leave, err := s.paces.mails.enter(rightID{})
	if err != nil {
		return err
	}
	defer leave()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, replyapp.MaxMail+1))
	if err != nil {
		return cmp.Or(refusedBody(err), error(errWebhookSize))
	}
	if !(Webhooks{Secret: s.Inbound.Secret}).signed(r, body, s.Now()) {
		return errWebhook
	}
	if m := media(r); m != "message/rfc822" && m != "message/global" {
		return errInboundMedia
	}
	outcome, err := s.Inbound.Desk.Receive(r.Context(), body, r.URL.Query().Get("recipient"))
	if err != nil {
		return err
	}
	s.json(w, http.StatusOK, "application/json", map[string]replyapp.Outcome{"outcome": outcome})
	return nil
}

// refusedBody is what the patience of the server says of a body, if it does.
func refusedBody(err error) error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f
	}
	return nil
}

// answerable tells whether a mail that was written instead of sent can be answered.
func (s *Server) answerable(l Letter) bool {
	_, domain, _ := strings.Cut(addressIn(l.ReplyTo), "@")
	return s.Inbound.Domain != "" && strings.EqualFold(domain, s.Inbound.Domain)
}

// addressIn is the address of a header.
func addressIn(header string) string {
	if a, err := mail.ParseAddress(header); err == nil {
		return a.Address
	}
	return header[strings.LastIndexByte(header, '<')+1 : max(0, len(header)-min(1, strings.Count(header, ">")))]
}

// answerMail answers a mail as who got it would, by the way that mails come in. Only where none leaves the machine.
func (s *Server) answerMail(w http.ResponseWriter, r *http.Request) error {
	l, err := s.letter(r)
	if err != nil {
		return err
	}
	if !s.answerable(l) {
		return errNotFound
	}
	if err := r.ParseForm(); err != nil {
		return errForm
	}
	outcome, err := s.Inbound.Desk.Receive(r.Context(), answerTo(l, r.PostForm.Get("text"), r.PostForm.Get("command")), "")
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/dev/mail/"+l.ID+"?outcome="+string(outcome), http.StatusSeeOther)
	return nil
}

// answerTo is an answer as mail programs write it, with the mail that it answers below.
func answerTo(l Letter, text, command string) []byte {
	if _, err := uuid.Parse(command); err != nil {
		command = uuid.NewString()
	}
	var b strings.Builder
	fmt.Fprintf(&b, "From: <%s>\r\nTo: <%s>\r\nSubject: %s\r\n", addressIn(l.To), addressIn(l.ReplyTo), mime.QEncoding.Encode("utf-8", "Re: "+l.Subject))
	fmt.Fprintf(&b, "Message-ID: <%s@dev.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n", command)
	fmt.Fprintf(&b, "%s\r\n\r\nOn %s, %s wrote:\r\n\r\n", text, l.Date.Format("2 January 2006 at 15:04"), addressIn(l.From))
	for line := range strings.SplitSeq(l.Text, "\n") {
		b.WriteString("> " + line + "\r\n")
	}
	return []byte(b.String())
}

// outcomeWords say what has become of an answer.
var outcomeWords = map[string]string{
	string(replyapp.Taken): "It was taken: it stands on the task.", string(replyapp.Refused): "It was not taken: a mail tells why.", string(replyapp.Ignored): "Nobody was found to whom it could go.",
}

// answering is the form to answer a mail.
func (s *Server) answering(r *http.Request, l Letter) (a views.MailAnswer) {
	if s.answerable(l) {
		a.To, a.Command, a.Said = addressIn(l.ReplyTo), uuid.NewString(), outcomeWords[r.URL.Query().Get("outcome")]
	}
	return a
}
