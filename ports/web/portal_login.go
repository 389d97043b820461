package web

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"portico/app/account"
	"portico/app/language"
	accounts "portico/domain/account"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/firm"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// entryWords are the words of pages on the way in: those of the person who is in already, or what was chosen at the foot
// of a page, what the browser asks for, and English.
func entryWords(r *http.Request) *language.Words {
	if v := visitorOf(r); v.words != nil {
		return v.words()
	}
	return language.Choose(nil, wishes(r)...).Words
}

// wishes are the languages that a browser asks for, the dearest first. known are those of the person, where we know them.
func wishes(r *http.Request, known ...string) []string {
	return append(append([]string{chosenLanguage(r)}, known...), language.Accepted(r.Header.Get("Accept-Language"))...)
}

// chosenLanguage is what was chosen at the foot of a page, by HTTPS or by plain HTTP.
func chosenLanguage(r *http.Request) string {
	for _, name := range []string{languageCookie, strings.TrimPrefix(languageCookie, "__Host-")} {
		if c, err := r.Cookie(name); err == nil {
			return c.Value
		}
	}
	return ""
}

// sentence is what a refusal tells a contact.
func sentence(w *language.Words, err error) string {
	if slow, ok := errors.AsType[*account.SlowDownError](err); ok {
		return w.N("access.slow_down", slow.Seconds())
	}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return w.Fault(f.Code, f.Message)
	}
	return w.Fault(errBroken.Code, errBroken.Message)
}

// practiceOf is the practice that an address names, "" and 0 for none that is known.
func (s *Server) practiceOf(ctx context.Context, p string) (name string, no int32, err error) {
	id, err := uuid.Parse(p)
	if err != nil {
		return "", 0, nil
	}
	no, ok, err := s.FirmOf(ctx, firm.Stream(id))
	if err != nil || !ok {
		return "", 0, err
	}
	practice, err := s.Firms.Firm(ctx, no)
	if errors.Is(err, firm.ErrNotFound) {
		return "", 0, nil
	}
	return practice.Name, no, err
}

func (s *Server) portalLogin(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	page, _, err := s.loginForm(r, q.Get("p"), q.Get("next"))
	if err != nil {
		return err
	}
	left, err := s.Contacts.Ended(r.Context(), s.cookie(r, account.PortalCookie))
	if err != nil {
		return err
	}
	page.Left = writer(event.Contact, left)
	if q.Get("done") == "password" {
		page.Done = page.W.T("access.reset.done")
	}
	return s.show(w, r, page)
}

// loginForm is the empty form, and the practice that it is for.
func (s *Server) loginForm(r *http.Request, p, next string) (views.PortalLogin, int32, error) {
	words := entryWords(r)
	page := views.PortalLogin{Entry: views.Entry{W: words, Title: words.T("access.sign_in"), Modules: []string{"passkey-form.js"}}, Next: portalPath(next)}
	page.Passkey = views.PasskeyForm{
		W: words, Options: "/portal/login/passkey/options", Action: "/portal/login/passkey", Next: page.Next, Button: words.T("factors.passkey.sign_in"), Wide: true, Quiet: true,
	}
	name, no, err := s.practiceOf(r.Context(), p)
	if err != nil || no == 0 {
		return page, no, err
	}
	practice, err := s.Firms.Firm(r.Context(), no)
	page.Practice, page.P, page.Frame = name, p, lookOf(practice)
	return page, no, err
}

// portalPath is a page of the portal that somebody may be led to, or "".
func portalPath(next string) string {
	if next = local(next); strings.Contains(next, "..") {
		return ""
	}
	if next == "/portal" || strings.HasPrefix(next, "/portal/") || strings.HasPrefix(next, "/portal?") {
		return next
	}
	return ""
}

func (s *Server) portalSignIn(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	page, no, err := s.loginForm(r, r.PostForm.Get("p"), r.PostForm.Get("next"))
	if err != nil {
		return err
	}
	cmd := account.ContactSignIn{Firm: no, Email: r.PostForm.Get("email"), Password: r.PostForm.Get("password"), Browser: s.browser(r)}
	if who := r.PostForm.Get("contact"); who != "" {
		if cmd.Contact, err = formID(r, "contact"); err != nil {
			return err
		}
	}
	in, err := s.Contacts.SignIn(r.Context(), cmd)
	if f, ok := errors.AsType[*fault.Error](err); ok {
		page.Email, page.Problem = cmd.Email, sentence(page.W, err)
		if which, ok := errors.AsType[*account.WhichError](err); ok {
			if page.Who, err = s.choices(r.Context(), which.Logins); err != nil {
				return err
			}
		}
		retryAfter(w, err)
		s.page(w, r, statuses[f.Kind], page)
		return nil
	}
	if err != nil {
		return err
	}
	to := page.Next
	if to == "" {
		to = "/portal"
	}
	if in, to, err = s.afterPassword(r, in, to); err != nil {
		return err
	}
	s.carryVisit(w, in)
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// choices are the people whom an address and its password fit.
func (s *Server) choices(ctx context.Context, logins []account.Login) (who []views.PersonChoice, err error) {
	for _, l := range logins {
		practice, err := s.Firms.Firm(ctx, l.Firm)
		if err != nil {
			return nil, err
		}
		name, err := s.Person(ctx, l.Firm, l.Contact)
		if err != nil {
			return nil, err
		}
		who = append(who, views.PersonChoice{ID: l.Contact, Name: name, At: practice.Name})
	}
	return who, nil
}

// browser is what the browser shows of itself on the contacts' side.
func (s *Server) browser(r *http.Request) account.Browser {
	return account.Browser{
		Address: origin(r), Session: s.cookie(r, account.PortalCookie), Device: s.cookie(r, account.PortalDeviceCookie), Agent: r.UserAgent(),
	}
}

func (s *Server) portalSignOut(w http.ResponseWriter, r *http.Request) error {
	if err := s.Contacts.SignOut(r.Context(), s.cookie(r, account.PortalCookie)); err != nil {
		return err
	}
	s.leavePortal(w, r)
	return nil
}

// leavePortal takes the session's cookie away and leads to the sign-in.
func (s *Server) leavePortal(w http.ResponseWriter, r *http.Request) {
	s.setCookie(w, account.PortalCookie, "", "/", -1)
	w.Header().Set("Clear-Site-Data", `"cache"`)
	http.Redirect(w, r, "/portal/login", http.StatusSeeOther)
}

// refuseVisitor is what a contact sees instead of a page: the sign-in where nobody is signed in, and otherwise why not.
func (s *Server) refuseVisitor(w http.ResponseWriter, r *http.Request, code int, f *fault.Error) {
	if f.Code == accounts.ErrStale.Code {
		http.Redirect(w, r, portalStep+"?"+nextQuery(portalSecurity), http.StatusSeeOther)
		return
	}
	if f.Kind == fault.Unauthenticated {
		to := "/portal/login"
		if f.Code == accounts.ErrSecond.Code {
			to = portalSecond
		}
		if next := portalPath(r.URL.RequestURI()); next != "" && next != "/portal" && r.Method == http.MethodGet {
			to += "?" + nextQuery(next)
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
		return
	}
	words := entryWords(r)
	page := views.PortalClosed{
		Entry: views.Entry{W: words, Title: words.T("access.closed")}, Text: words.Fault(f.Code, f.Message), Action: words.T("access.back"), Href: "/portal",
	}
	if f.Kind == fault.Forbidden { // their access has ended: the portal would say the same
		page.Title, page.Action, page.Href = words.T("access.closed.access"), words.T("access.sign_in"), "/portal/login"
	}
	s.page(w, r, code, page)
}
