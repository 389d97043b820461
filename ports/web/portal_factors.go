package web

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"portico/app/account"
	"portico/app/language"
	accounts "portico/domain/account"
	"portico/domain/fault"
	"portico/ports/web/views"
)

// The addresses of contacts.
const (
	portalSecurity = "/portal/settings/security"
	portalSecond   = "/portal/login/code"
	portalStep     = "/portal/settings/confirmation"
)

// portalDesk is that of a contact. Behind the second factor its pages stand in the portal; those that ask for it tell
// nothing but the practice's name.
func (s *Server) portalDesk(w http.ResponseWriter, r *http.Request) (desk, error) {
	in := inPortal{visitor: visitorOf(r)}
	d := desk{
		Person: in.Visit.Person(), standing: in.Standing, bare: !in.Password && !in.ByLink, issuer: in.Practice.Name, helper: in.Practice.Name,
		base: portalSecurity, second: portalSecond, step: portalStep, leave: "/portal/session/end", start: "/portal", trust: account.PortalTrustCookie,
	}
	if in.ByLink && !in.Standing.Enrolled { // who comes by the link alone has no account to secure
		return d, errTab
	}
	words := language.Choice{Words: entryWords(r)}
	if !d.owing() {
		var err error
		if in, err = s.lookAround(w, r); err != nil {
			return d, err
		}
		words = in.words
	} else if tag := s.chosen(r, languageCookie); tag != "" {
		words = language.Choose(nil, tag)
	}
	d.words = words.Words
	z := in.zone
	d.when = func(t time.Time) string { return d.words.ShortMoment(t, z) }
	d.frame = func(heading string, failed bool, body any) views.Page {
		title := heading
		if failed {
			title = d.words.T("access.error", heading)
		}
		entry := views.Entry{W: d.words, Title: title, Practice: in.Practice.Name, Modules: []string{"passkey-form.js"}}
		switch b := body.(type) {
		case views.StepBody:
			return views.PortalStep{Entry: entry, Body: b}
		case views.SecondBody:
			return views.PortalSecond{Entry: entry, Body: b}
		}
		page := s.around(r, in, "settings", title)
		page.Modules = append(page.Modules, "passkey-form.js", "page-print.js")
		switch b := body.(type) {
		case views.SecurityBody:
			return views.PortalSecurity{Portal: page, Heading: heading, Body: b}
		case views.AppBody:
			return views.PortalApp{Portal: page, Heading: heading, Body: b}
		case views.NumberBody:
			return views.PortalNumber{Portal: page, Heading: heading, Body: b}
		case views.CodesBody:
			return views.PortalCodes{Portal: page, Heading: heading, Body: b}
		}
		return nil
	}
	d.pass = func(w http.ResponseWriter, r *http.Request) error {
		next, err := s.Contacts.Pass(r.Context(), s.cookie(r, account.PortalCookie))
		if err == nil {
			s.setCookie(w, account.PortalCookie, string(next), "/", int(accounts.PortalLimit.Seconds()))
		}
		return err
	}
	d.refresh = func(r *http.Request) error { return s.Contacts.Refresh(r.Context(), s.cookie(r, account.PortalCookie)) }
	d.confirm = func(r *http.Request, password string) error {
		return s.Contacts.Reconfirm(r.Context(), in.Visit, password, s.browser(r))
	}
	return d, nil
}

// portalPasskey lets a contact in without a password (F8).
func (s *Server) portalPasskey(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	page, _, err := s.loginForm(r, r.PostForm.Get("p"), r.PostForm.Get("next"))
	if err != nil {
		return err
	}
	p, err := s.Factors.SignIn(r.Context(), accounts.OfContact, answerOf(r), s.Contacts.Holder)
	var in account.Entered
	if err == nil {
		in, err = s.Contacts.Enter(r.Context(), p, s.browser(r))
	}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		page.Problem = sentence(page.W, err)
		s.page(w, r, statuses[f.Kind], page)
		return nil
	}
	if err != nil {
		return err
	}
	s.carryVisit(w, in)
	to := page.Next
	if to == "" {
		to = "/portal"
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// afterPassword is where a contact goes whose password was right: on, where their device is trusted (F4) or they have no
// second factor; and otherwise to where it is asked for, with a code on its way where codes are sent.
func (s *Server) afterPassword(r *http.Request, in account.Entered, next string) (account.Entered, string, error) {
	p := account.Person{ID: in.Contact, Firm: in.Firm, Kind: accounts.OfContact}
	methods, err := s.Factors.Methods(r.Context(), p)
	if err != nil || len(methods) == 0 {
		return in, next, err
	}
	trusted, err := s.Factors.Trusted(r.Context(), p, s.cookie(r, account.PortalTrustCookie))
	if err != nil {
		return in, next, err
	}
	if trusted {
		in.Session, err = s.Contacts.Pass(r.Context(), in.Session)
		return in, next, err
	}
	query := url.Values{"next": {next}}
	if with := firstMethod(methods); with == accounts.ByMail || with == accounts.ByText {
		err := s.sendCode(r.Context(), desk{Person: p}, with)
		if _, refused := errors.AsType[*fault.Error](err); err != nil && !refused {
			return in, next, err
		}
		query.Set("with", string(with))
		if err == nil {
			query.Set("done", "sent")
		}
	}
	return in, portalSecond + "?" + query.Encode(), nil
}
