package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	receiptapp "portico/app/receipt"
	linkapp "portico/app/uploadlink"
	"portico/domain/fault"
	"portico/domain/uploadlink"
	"portico/ports/web/views"
)

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
	e := &closedError{error: cause, page: views.LinkClosed{Public: s.public(ctx, a, p, "This link has closed"), Ask: askForm(p, a)}}
	at := views.At(p.ExpiresAt, zone(p.Zone))
	switch {
	case errors.Is(cause, uploadlink.ErrMisdirected): // whoever reads this is somebody else: no name, no address, no question
		e.state.Link.State = "replaced"
		e.page = views.LinkClosed{Public: views.Public{Title: "Link closed", Practice: p.Practice, Brand: e.page.Brand}, Heading: "This link has been closed", Icon: "lock"}
		e.page.Text = "It was sent to this e-mail address by mistake."
		e.page.Advice = "Did you expect it? Reply to the e-mail that brought you here."
		p = linkapp.UploadPage{Practice: p.Practice, Now: p.Now, ExpiresAt: p.ExpiresAt}
	case errors.Is(cause, uploadlink.ErrReplaced):
		e.state.Link.State = "replaced"
		e.page.Title, e.page.Heading, e.page.Icon = "Newer link sent", "There is a newer link", "mail"
		e.page.Text = p.Practice + " has sent a newer e-mail"
		if !p.ResentAt.IsZero() {
			e.page.Text += " on " + views.At(p.ResentAt, zone(p.Zone)).Day()
		}
		e.page.Text += " to " + p.MailedTo + ". This older link does not work any more."
		e.page.Advice = "Open the newest e-mail from " + p.Practice + " and press its button. Look among unwanted mail, too. It isn’t there? Ask for another one."
	case errors.Is(cause, uploadlink.ErrRevoked):
		e.state.Link.State = "revoked"
		e.page.Title, e.page.Heading, e.page.Icon = "Link closed", "This link has been closed", "lock"
		e.page.Text = p.Practice + " takes no more files through this link."
		e.page.Advice = "Do you still have something to send? Ask for a new link, or reply to the e-mail that brought you here."
	default:
		e.state.Link.State = "expired"
		e.page.Title, e.page.Heading, e.page.Icon = "Link expired", "This link has expired", "clock"
		e.page.Text = "It worked until the end of " + at.LastDay() + ", " + at.ZoneWords() + "."
		e.page.Advice = "Do you still have something to send? Ask " + asker(p) + " for a new link."
		e.page.Rows, e.page.Receipts, e.page.Earlier = uploadRows(p, a.Base+"/", nil), receiptList(p, a.Base+"/"), p.Earlier
	}
	if e.page.Ask != nil && !e.page.Ask.Asked.Zero() { // done: nothing more is to be advised
		e.page.Advice = ""
	}
	if e.page.Ask != nil && !p.AskedAt.IsZero() {
		e.state.Link.AskedAt = milli(p.AskedAt)
	}
	e.state.Link.ExpiresAt, e.state.Link.Client, e.state.Link.Practice = milli(p.ExpiresAt), p.ClientName, p.Practice
	e.state.Now, e.state.Files = milli(p.Now), []fileState{}
	return e
}

// askForm is the form that asks for a new link, or says that it was asked for a short while ago (S1.i21, L6).
func askForm(p linkapp.UploadPage, a access) *views.AskForm {
	f := &views.AskForm{Action: a.Base + "/new-link-request", Whom: asker(p), MaxNote: uploadlink.MaxNote}
	if !p.AskedAt.IsZero() && p.Now.Before(p.AskedAt.Add(uploadlink.AskAgain)) {
		f.Asked = views.At(p.AskedAt, zone(p.Zone))
	}
	return f
}

func asker(p linkapp.UploadPage) string {
	if p.SenderName == "" {
		return p.Practice
	}
	return p.SenderName + " of " + p.Practice
}

// asking is right, but for those whose secret works no more: they may ask for a new one.
func (s *Server) asking(find rightFinder, h handler) handler {
	return s.right(func(r *http.Request) (access, error) {
		a, err := find(r)
		if errors.Is(err, uploadlink.ErrReplaced) || errors.Is(err, uploadlink.ErrRevoked) {
			return a, nil
		}
		return a, err
	}, h)
}

// requestNewLink tells the practice that somebody asks for a new link, and leads back to the page that says so.
func (s *Server) requestNewLink(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	a, _ := accessOf(r)
	note := lines(r.PostForm.Get("note"))
	res, err := s.Links.RequestNewLink(r.Context(), linkapp.RequestNewLink{By: a.by(), Link: a.Link, Holder: a.holder(), Note: note})
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.Invalid {
		return s.askAgain(r, a, note, f)
	}
	if err != nil {
		return err
	}
	s.wait(r, res)
	if !wantsPage(r, tokenPage) {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	to := a.Base
	if strings.HasPrefix(to, "/up/") {
		to += "/"
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// askAgain is the closed page once more, with what was typed and why it was refused.
func (s *Server) askAgain(r *http.Request, a access, note string, f *fault.Error) error {
	cause := s.Links.Access(r.Context(), a.Firm, a.Link, a.holder())
	page, ok := errors.AsType[*closedError](s.closed(r.Context(), a, cause))
	if cause == nil || !ok {
		return f
	}
	page.error = f
	page.page.Title = "Error: " + page.page.Title
	page.page.Ask.Note, page.page.Ask.Problem = note, f.Message
	return page
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
		switch {
		case errors.Is(f, receiptapp.ErrNotReleased):
			p.Heading, p.Icon = "Not yet", "hourglass"
		case errors.Is(f, uploadlink.ErrStillWorks):
			p.Title, p.Heading, p.Icon = "Your link works", "Your link still works", "circle-check"
		}
	}
	if f.Kind != fault.Unauthenticated && f.Kind != fault.TooMany && !ofLink(f) {
		if p.Back = "/up/" + r.PathValue("link") + "/"; r.PathValue("link") == "" {
			p.Back = "/u/" + r.PathValue("token")
		}
	}
	return p
}

// ofLink tells the faults of a link itself: there is no page to go back to.
func ofLink(f *fault.Error) bool {
	return slices.ContainsFunc([]error{
		uploadlink.ErrNotFound, uploadlink.ErrExpired, uploadlink.ErrRevoked, uploadlink.ErrReplaced, uploadlink.ErrMisdirected,
	}, func(of error) bool { return errors.Is(f, of) })
}
