package web

import (
	"context"
	"errors"
	"net/http"

	receiptapp "portico/app/receipt"
	"portico/app/secret"
	linkapp "portico/app/uploadlink"
	"portico/domain/fault"
	"portico/domain/uploadlink"
	"portico/ports/web/views"
)

// uploadCookie carries the right to one link; its path is that link's (spec L9). It holds no more than the mailed
// secret does and is checked like it at every request.
const uploadCookie = "__Secure-portico-upload"

// cookieAge is as long as the longest transfer may take (L4).
const cookieAge = int(uploadlink.TransferLimit / 1e9)

var errNoCookie = fault.New(fault.Unauthenticated, "uploadlink.cookie",
	"This page was left open too long, or the address was copied. Open the link from your e-mail again.")

// rightFinder finds out what a request may do.
type rightFinder func(r *http.Request) (access, error)

// byToken finds the right in the address.
func (s *Server) byToken(r *http.Request) (access, error) {
	text := r.PathValue("token")
	t, err := s.Keys.ParseUploadLink(text)
	if err != nil {
		return access{}, s.strange(r, uploadlink.ErrNotFound)
	}
	return s.access(r.Context(), t, "/u/"+text)
}

// byCookie finds the right in the cookie of the link's own path.
func (s *Server) byCookie(r *http.Request) (access, error) {
	link, err := pathID(r, "link")
	if err != nil {
		return access{}, uploadlink.ErrNotFound
	}
	text := string(s.cookie(r, uploadCookie))
	t, err := s.Keys.ParseUploadCookie(text)
	if err != nil && text != "" {
		return access{}, s.strange(r, errNoCookie)
	}
	if err != nil || t.Link != link {
		return access{}, errNoCookie
	}
	return s.access(r.Context(), t, "/up/"+link.String())
}

// access asks the link's own history what the secret is good for at this moment: a revocation counts at once (L3).
func (s *Server) access(ctx context.Context, t secret.UploadToken, base string) (access, error) {
	firm, ok, err := s.FirmOf(ctx, uploadlink.Stream(t.Link))
	if err != nil {
		return access{}, err
	}
	if !ok {
		return access{}, uploadlink.ErrNotFound
	}
	a := access{Firm: firm, Link: t.Link, Recipient: t.Recipient, Generation: t.Generation, Base: base}
	err = s.Links.Access(ctx, firm, t.Link, a.holder())
	if errors.Is(err, uploadlink.ErrExpired) {
		return a, nil // what began before goes on (L4), and the receipt stays
	}
	if errors.Is(err, uploadlink.ErrReplaced) || errors.Is(err, uploadlink.ErrRevoked) {
		return a, s.closed(ctx, a, err)
	}
	return a, err
}

func (a access) holder() uploadlink.Holder {
	return uploadlink.Holder{Recipient: a.Recipient, Generation: a.Generation}
}

// right lets h answer to those whose secret allows something.
func (s *Server) right(find rightFinder, h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		a, err := find(r)
		if err == nil {
			err = s.acted(r, a)
		}
		if err != nil {
			return err
		}
		return h(w, r.WithContext(withAccess(r.Context(), a)))
	}
}

// running is right, but for transfers: one that has begun isn't stopped by a newer secret (rule 5 of the link). The link
// itself refuses what an older secret wants to begin.
func (s *Server) running(find rightFinder, h handler) handler {
	return s.right(func(r *http.Request) (access, error) {
		a, err := find(r)
		if errors.Is(err, uploadlink.ErrReplaced) {
			return a, nil
		}
		return a, err
	}, h)
}

// closedError is a refusal with a page that says more than its sentence, and the JSON that goes with it.
type closedError struct {
	error
	page  views.LinkClosed
	state uploadState // of programs that only look
}

func (e *closedError) Unwrap() error { return e.error }

// closed tells a person why the link does nothing any more (S1.11, S1.i17, S1.i18).
func (s *Server) closed(ctx context.Context, a access, cause error) error {
	p, err := s.LinkList.Upload(ctx, a.Firm, a.Link, a.Recipient)
	if err != nil {
		return cause // the sentence must do
	}
	e := &closedError{error: cause, page: views.LinkClosed{Public: public(p, "This link has closed")}}
	at := views.At(p.ExpiresAt, zone(p.Zone))
	switch {
	case errors.Is(cause, uploadlink.ErrReplaced):
		e.state.Link.State = "replaced"
		e.page.Title, e.page.Heading, e.page.Icon = "Newer link sent", "There is a newer link", "mail"
		e.page.Text = p.Practice + " has sent a newer e-mail"
		if !p.ResentAt.IsZero() {
			e.page.Text += " on " + views.At(p.ResentAt, zone(p.Zone)).Day()
		}
		e.page.Text += " to " + p.MailedTo + ". This older link does not work any more."
		e.page.Advice = "Open the newest e-mail from " + p.Practice + " and press its button. Look among unwanted mail, too."
	case errors.Is(cause, uploadlink.ErrRevoked):
		e.state.Link.State = "revoked"
		e.page.Title, e.page.Heading, e.page.Icon = "Link closed", "This link has been closed", "lock"
		e.page.Text = p.Practice + " takes no more files through this link."
		e.page.Advice = "Do you still have something to send? Reply to the e-mail that brought you here."
	default:
		e.state.Link.State = "expired"
		e.page.Title, e.page.Heading, e.page.Icon = "Link expired", "This link has expired", "clock"
		e.page.Text = "It worked until the end of " + at.LastDay() + ", " + at.ZoneWords() + "."
		e.page.Advice = "Do you still have something to send? Ask " + asker(p) + " for a new link: reply to the e-mail that brought you here."
		e.page.Rows, e.page.Receipts = uploadRows(p, a.Base+"/", nil), receiptList(p, a.Base+"/")
	}
	e.state.Link.ExpiresAt, e.state.Link.Client, e.state.Link.Practice = milli(p.ExpiresAt), p.ClientName, p.Practice
	e.state.Now, e.state.Files = milli(p.Now), []fileState{}
	return e
}

func asker(p linkapp.UploadPage) string {
	if p.SenderName == "" {
		return p.Practice
	}
	return p.SenderName + " of " + p.Practice
}

// brokenLink is the page for an address that opens nothing, or a page left open too long.
func brokenLink(r *http.Request, f *fault.Error) views.LinkClosed {
	p := views.LinkClosed{Public: views.Public{Title: titles[f.Kind]}, Icon: "circle-alert", Heading: titles[f.Kind], Text: f.Message}
	switch f.Kind {
	case fault.NotFound:
		if !errors.Is(f, uploadlink.ErrNotFound) {
			break
		}
		p.Title, p.Heading, p.Icon = "Unknown link", "This link is unknown", "link"
		p.Advice = "Open the newest e-mail with the button for uploading files. If the address was typed or copied, a part of it may be missing."
	case fault.Unauthenticated:
		p.Title, p.Heading, p.Icon = "Open your link again", "Open your link again", "mail"
	case fault.Conflict:
		p.Heading = "That is not possible any more"
		if errors.Is(f, receiptapp.ErrNotReleased) {
			p.Heading, p.Icon = "Not yet", "hourglass"
		}
	}
	if f.Kind != fault.Unauthenticated && f != uploadlink.ErrNotFound && (f.Kind != fault.Gone || errors.Is(f, receiptapp.ErrErased)) && f.Kind != fault.TooMany {
		if p.Back = "/up/" + r.PathValue("link") + "/"; r.PathValue("link") == "" {
			p.Back = "/u/" + r.PathValue("token")
		}
	}
	return p
}
