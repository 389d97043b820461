package web

import (
	"crypto/sha256"
	"errors"
	"net/http"
	"strconv"

	"portico/app/account"
	"portico/app/help"
	"portico/app/language"
	accounts "portico/domain/account"
	"portico/domain/fault"
	"portico/domain/firm"
	"portico/domain/invite"
	"portico/ports/web/views"
)

// entrance shows what the holder of an invitation has to do to come in. Looking is no act (L1).
func (s *Server) entrance(w http.ResponseWriter, r *http.Request) error {
	i, _, err := s.atDoor(r)
	if err != nil {
		return s.doorShut(w, r, i, err)
	}
	page, err := s.entrancePage(r, i)
	if err != nil {
		return s.doorShut(w, r, i, err)
	}
	page.Sent = r.URL.Query().Get("code") == "sent"
	return s.show(w, r, page)
}

func (s *Server) entrancePage(r *http.Request, i doorway) (views.Entrance, error) {
	e, err := s.Contacts.Entrance(r.Context(), i.firm, i.contact, i.nth, s.browser(r))
	if err != nil {
		return views.Entrance{}, err
	}
	words := i.words
	page := views.Entrance{
		Entry: views.Entry{W: words, Title: words.T("access.accept"), Practice: i.portal.Name, Frame: lookOf(i.portal.Practice), Modules: []string{"password-meter.js"}, Wide: true},
		Base:  i.base, Command: newID(), Name: e.Name, Email: e.Email,
	}
	switch {
	case e.In && e.Password:
		page.Mode, page.Title = "password", words.T("access.open")
	case e.In && e.OnDevice:
		page.Mode, page.Title = "open", words.T("access.open")
	case e.In:
		page.Mode, page.Title = "code", words.T("access.open")
	case e.ByLink:
		page.Mode, page.Optional = "link", !e.LinkPassword
	default:
		page.Mode, page.Passkey = "account", e.Passkey
		page.Modules = append(page.Modules, "passkey-instead.js")
		if page.Terms, err = s.termsOf(r, i.firm, words); err != nil {
			return page, err
		}
	}
	return page, nil
}

// termsOf is the newest version of the practice's terms, in the reader's language.
func (s *Server) termsOf(r *http.Request, no int32, words *language.Words) (views.TermsText, error) {
	p, err := s.Firms.Portal(r.Context(), no)
	if err != nil {
		return views.TermsText{}, err
	}
	t, err := s.Firms.Terms(r.Context(), no)
	if err != nil {
		return views.TermsText{}, err
	}
	text, found := t.In(words.Tag(), p.Language)
	if text == "" {
		text, found = help.Terms(words.Tag()).Text, words.Tag()
	}
	return views.TermsText{Version: max(t.Version, firm.StandardTerms), Text: views.Markdown(text), Language: found}, nil
}

// acceptInvitation lets the holder in (S3.14).
func (s *Server) acceptInvitation(w http.ResponseWriter, r *http.Request) error {
	i, _, err := s.atDoor(r)
	if err != nil && !errors.Is(err, invite.ErrUsed) { // it may be this very form that has used it
		return s.doorShut(w, r, i, err)
	}
	if err := form(w, r); err != nil {
		return err
	}
	command, err := formID(r, "command")
	if err != nil {
		return err
	}
	cmd := account.Acceptance{
		Firm: i.firm, Contact: i.contact, Nth: i.nth, Command: command, Fingerprint: sha256.Sum256([]byte(r.URL.Path + "\n" + r.PostForm.Encode())),
		Password: r.PostForm.Get("new"), Passkey: answerOf(r), Browser: s.browser(r),
	}
	if r.PostForm.Get("agree") != "" {
		cmd.Terms, _ = strconv.Atoi(r.PostForm.Get("terms")) // what is no number is no version
	}
	in, err := s.Contacts.Accept(r.Context(), cmd)
	if err != nil {
		return s.entranceAgain(w, r, i, err)
	}
	s.carryVisit(w, in)
	if len(in.Codes) > 0 { // they are kept nowhere, so there is no address to lead to
		entry := views.Entry{W: i.words, Title: i.words.T("factors.codes.title"), Practice: i.portal.Name, Frame: lookOf(i.portal.Practice), Modules: []string{"page-print.js"}, Wide: true}
		return s.show(w, r, views.EntranceCodes{Entry: entry, Body: views.CodesBody{W: i.words, Codes: in.Codes, Back: "/portal"}})
	}
	seeOther(w, r, "/portal", in.Position)
	return nil
}

// entrancePasskey challenges a new passkey, for somebody who wants to come in with one.
func (s *Server) entrancePasskey(w http.ResponseWriter, r *http.Request) error {
	i, _, err := s.atDoor(r)
	if err != nil {
		return s.doorShut(w, r, i, err)
	}
	return s.challenge(w)(s.Contacts.ChallengeEntrance(r.Context(), i.firm, i.contact, i.nth, s.browser(r)))
}

// entranceAgain is the page once more with what was refused; where the invitation itself says no, it is said alone.
func (s *Server) entranceAgain(w http.ResponseWriter, r *http.Request, i doorway, refusal error) error {
	f, ok := errors.AsType[*fault.Error](refusal)
	if !ok {
		return refusal
	}
	if errors.Is(f, accounts.ErrDevice) {
		http.Redirect(w, r, i.base+"/acceptance", http.StatusSeeOther)
		return nil
	}
	page, err := s.entrancePage(r, i)
	if err != nil {
		return s.doorShut(w, r, i, refusal)
	}
	page.Problem, page.Agreed, page.Sent = sentence(page.W, refusal), r.PostForm.Get("agree") != "", r.PostForm.Get("code") != ""
	switch f.Code {
	case accounts.ErrTermsFirst.Code, accounts.ErrTerms.Code:
		page.Field = "agree"
	case accounts.ErrCode.Code:
		page.Field = "code"
	case accounts.ErrPasskey.Code, accounts.ErrPasskeyTaken.Code:
		page.Field = "passkey"
	default:
		page.Field = "new"
	}
	if errors.Is(f, accounts.ErrTerms) {
		page.Agreed = false
	}
	retryAfter(w, refusal)
	s.page(w, r, statuses[f.Kind], page)
	return nil
}

// sendLinkCode mails the code that a new device needs (L10).
func (s *Server) sendLinkCode(w http.ResponseWriter, r *http.Request) error {
	i, _, err := s.atDoor(r)
	if err != nil {
		return s.doorShut(w, r, i, err)
	}
	if err := form(w, r); err != nil {
		return err
	}
	if err := s.Contacts.SendCode(r.Context(), i.firm, i.contact, i.nth, s.browser(r)); err != nil {
		return s.entranceAgain(w, r, i, err)
	}
	http.Redirect(w, r, i.base+"/acceptance?code=sent", http.StatusSeeOther)
	return nil
}

// enterByLink opens the portal again for somebody who came in by link before.
func (s *Server) enterByLink(w http.ResponseWriter, r *http.Request) error {
	i, _, err := s.atDoor(r)
	if err != nil {
		return s.doorShut(w, r, i, err)
	}
	if err := form(w, r); err != nil {
		return err
	}
	in, err := s.Contacts.EnterByLink(r.Context(), account.ByLink{
		Firm: i.firm, Contact: i.contact, Nth: i.nth, Password: r.PostForm.Get("password"), Code: r.PostForm.Get("code"), Browser: s.browser(r),
	})
	if err != nil {
		return s.entranceAgain(w, r, i, err)
	}
	s.carryVisit(w, in)
	seeOther(w, r, "/portal", in.Position)
	return nil
}

// terms shows the terms that a contact has not agreed to yet (S3.i13), or has.
func (s *Server) terms(w http.ResponseWriter, r *http.Request) error {
	page, err := s.termsPage(r, r.URL.Query().Get("next"))
	if err != nil {
		return err
	}
	return s.show(w, r, page)
}

func (s *Server) termsPage(r *http.Request, next string) (views.PortalTerms, error) {
	v, words := visitorOf(r), entryWords(r)
	t, err := s.termsOf(r, v.Firm, words)
	return views.PortalTerms{
		Entry: views.Entry{W: words, Title: words.T("access.terms"), Practice: v.Practice.Name, Wide: true}, Terms: t, Next: portalPath(next), Accepted: v.Terms >= t.Version,
	}, err
}

func (s *Server) acceptTerms(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	version := 0
	if r.PostForm.Get("agree") != "" {
		version, _ = strconv.Atoi(r.PostForm.Get("terms")) // what is no number is no version
	}
	next := portalPath(r.PostForm.Get("next"))
	err := s.Contacts.AcceptTerms(r.Context(), visitorOf(r).Visit, version, s.browser(r))
	if f, ok := errors.AsType[*fault.Error](err); ok {
		page, failed := s.termsPage(r, next)
		if failed != nil {
			return failed
		}
		page.Problem = sentence(page.W, err)
		s.page(w, r, statuses[f.Kind], page)
		return nil
	}
	if err != nil {
		return err
	}
	if next == "" {
		next = "/portal"
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}
