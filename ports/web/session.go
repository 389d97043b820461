package web

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"unicode"

	"portico/app/account"
	firmapp "portico/app/firm"
	"portico/app/language"
	accounts "portico/domain/account"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/ports/web/views"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"
)

// who is the person behind a request, and the practice.
type who struct {
	account.Staff
	Practice firmapp.Practice
	Used     int64 // bytes that are kept for it; known where it has a quota

	SecondRequired bool // the practice demands a second factor of its people
}

type whoKey struct{}

// user is who is signed in; only handlers behind signedIn ask.
func user(r *http.Request) who {
	u, _ := r.Context().Value(whoKey{}).(who)
	return u
}

// signedIn lets h answer to people with a live session only, who have shown and have the second factor that is due.
func (s *Server) signedIn(h handler) handler {
	return s.whole(func(w http.ResponseWriter, r *http.Request) error {
		if u := user(r); u.SecondRequired && !u.Standing.Enrolled {
			return accounts.ErrEnrol
		}
		return h(w, r)
	})
}

// whole is signedIn, but for pages on which a second factor that the practice demands is added (F9).
func (s *Server) whole(h handler) handler {
	return s.half(func(w http.ResponseWriter, r *http.Request) error {
		if u := user(r); u.Standing.Enrolled && !u.Standing.Second {
			return accounts.ErrSecond
		}
		return h(w, r)
	})
}

// half is whole, but for people who still owe their second factor: they may show it, and nothing else.
func (s *Server) half(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		u, err := s.session(r)
		if err != nil {
			return err
		}
		return h(w, r.WithContext(context.WithValue(u.Limited(r.Context()), whoKey{}, u)))
	}
}

// entitled lets h answer to people whose role has the right. Who is limited to their own clients reads through readers
// that know it; before they change a thing it is looked up (rule 18 of accounts).
func (s *Server) entitled(right accounts.Right, h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		u := user(r)
		if err := u.Role.Require(right); err != nil {
			return err
		}
		if u.Only() != uuid.Nil && chi.URLParam(r, "id") != "" {
			current, err := s.caughtUp(r)
			if err == nil {
				err = s.own(r)
			}
			if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.NotFound && !current {
				return s.notYet(w, r)
			}
			if err != nil {
				return err
			}
		}
		return h(w, r)
	}
}

// own refuses what belongs to no client of somebody who is limited to their own. Lists need it not: their readers know,
// and so do those of what a form names.
func (s *Server) own(r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	kind, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/"+chi.URLParam(r, "id"))
	return s.Own(r.Context(), user(r).Firm, kind, id)
}

// signedInOrNot is for pages that show the shell to those who are signed in.
func (s *Server) signedInOrNot(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		u, err := s.session(r)
		if err != nil && !errors.Is(err, accounts.ErrSession) {
			return err
		}
		if u.Standing.Enrolled && !u.Standing.Second {
			u = who{}
		}
		return h(w, r.WithContext(context.WithValue(u.Limited(r.Context()), whoKey{}, u)))
	}
}

func (s *Server) session(r *http.Request) (who, error) {
	staff, err := s.Accounts.Session(r.Context(), s.cookie(r, account.SessionCookie))
	if err != nil {
		return who{}, err
	}
	u, err := s.known(r, staff)
	if err == nil && s.SecondRequired != nil && !staff.Standing.Enrolled {
		u.SecondRequired, err = s.SecondRequired(r.Context(), staff.Firm)
	}
	return u, err
}

// known is somebody of the practice, with what every answer to them needs.
func (s *Server) known(r *http.Request, staff account.Staff) (u who, err error) {
	u.Staff = staff
	if u.Practice, err = s.Firms.Firm(r.Context(), staff.Firm); err == nil && u.Practice.Limits.QuotaBytes > 0 {
		u.Used, err = s.Storage.Used(r.Context(), staff.Firm)
	}
	return u, err
}

// byAPIToken lets h answer to a program that sends an API token, as to the person whose it is, and other to everybody else.
// No browser sends such a header by itself.
func (s *Server) byAPIToken(h, other handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		token, ok := account.BearerToken(r.Header.Get("Authorization"))
		if !ok {
			return other(w, r)
		}
		staff, err := s.Accounts.Token(r.Context(), token)
		if err != nil {
			return err
		}
		u, err := s.known(r, staff)
		if err != nil {
			return err
		}
		return h(w, r.WithContext(context.WithValue(u.Limited(r.Context()), whoKey{}, u)))
	}
}

// cookie is the secret in a cookie, "" without one.
func (s *Server) cookie(r *http.Request, name string) account.Secret {
	c, err := r.Cookie(s.cookieName(name))
	if err != nil {
		return ""
	}
	return account.Secret(c.Value)
}

// cookieName is name without its prefix where browsers come by plain HTTP: they would refuse it there.
func (s *Server) cookieName(name string) string {
	if s.Secure {
		return name
	}
	return strings.TrimPrefix(strings.TrimPrefix(name, "__Host-"), "__Secure-")
}

func (s *Server) setCookie(w http.ResponseWriter, name, value, path string, age int) {
	http.SetCookie(w, &http.Cookie{
		Name: s.cookieName(name), Value: value, Path: path, MaxAge: age, Secure: s.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// home leads to the first page that somebody may see; who isn't signed in is sent to the sign-in from there.
func (s *Server) home(w http.ResponseWriter, r *http.Request) error {
	http.Redirect(w, r, firstPage(user(r).Staff), http.StatusSeeOther)
	return nil
}

func firstPage(u account.Staff) string {
	if u.ID != uuid.Nil && !u.Role.May(accounts.SeeClients) {
		return "/account"
	}
	return "/clients"
}

func (s *Server) login(w http.ResponseWriter, r *http.Request) error {
	left, err := s.Accounts.Ended(r.Context(), s.cookie(r, account.SessionCookie))
	if err != nil {
		return err
	}
	page := s.loginPage("Sign in", "", local(r.URL.Query().Get("next")))
	page.Left = writer(event.Staff, left)
	return s.show(w, r, page)
}

func (s *Server) loginPage(title, email, next string) views.Login {
	return views.Login{
		Plain: views.Plain{Title: title, Practice: "Portico", Modules: []string{"passkey-form.js"}}, Email: email, Next: next, Provider: s.providerChoice(next),
		Passkey: views.PasskeyForm{W: language.For("en"), Options: "/login/passkey/options", Action: "/login/passkey", Next: next, Button: "Sign in with a passkey", Wide: true, Quiet: true},
	}
}

func (s *Server) signIn(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	email, next := r.PostForm.Get("email"), local(r.PostForm.Get("next"))
	in, err := s.Accounts.SignIn(r.Context(), account.SignIn{
		Email: email, Password: r.PostForm.Get("password"), Address: origin(r),
		Session: s.cookie(r, account.SessionCookie), Device: s.cookie(r, account.DeviceCookie), Agent: r.UserAgent(),
	})
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return s.signInAgain(w, r, email, next, f, err)
	}
	if err != nil {
		return err
	}
	if in, err = s.remembered(r, in); err != nil {
		return err
	}
	s.carry(w, in)
	if next == "" {
		next = firstPage(in.Staff)
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

// carry gives the browser its new session.
func (s *Server) carry(w http.ResponseWriter, in account.SignedIn) {
	s.setCookie(w, account.SessionCookie, string(in.Session), "/", 0)
	s.setCookie(w, account.DeviceCookie, string(in.Device), "/", int(account.DeviceAge.Seconds()))
}

// signInAgain shows the form once more, with the address that was typed.
func (s *Server) signInAgain(w http.ResponseWriter, r *http.Request, email, next string, f *fault.Error, err error) error {
	if !wantsPage(r, appPage) {
		return err
	}
	retryAfter(w, err)
	page := s.loginPage("Error: Sign in", email, next)
	page.Problem = f.Message
	s.page(w, r, statuses[f.Kind], page)
	return nil
}

func (s *Server) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := s.Accounts.SignOut(r.Context(), s.cookie(r, account.SessionCookie)); err != nil {
		return err
	}
	s.leave(w, r)
	return nil
}

// leave takes the session's cookie away and leads to the sign-in.
func (s *Server) leave(w http.ResponseWriter, r *http.Request) {
	s.setCookie(w, account.SessionCookie, "", "/", -1)
	w.Header().Set("Clear-Site-Data", `"cache"`)
	http.Redirect(w, r, "/login", http.StatusSeeOther)
}

// shell is what u's pages have around them.
func (s *Server) shell(r *http.Request, title, nav string) views.Shell {
	u := user(r)
	sh := views.Shell{Title: title, Practice: u.Practice.Name, Staff: u.Name, Writer: writer(event.Staff, u.ID), Role: u.Role, Nav: nav, DevMail: s.Mails != nil, Follows: follows(r.URL.Path)}
	sh.Brand = brandOf(u.Practice)
	sh.Full = s.full(u.Used, u.Practice.Limits.QuotaBytes)
	if sh.Practice == "" {
		sh.Practice = "Portico"
	}
	return sh
}

// local is a path on this site, or "". Browsers drop tabs and line ends from an address before they read it, and take a
// backslash for a slash: "/\t/elsewhere" would be another site.
func local(next string) string {
	strange := func(c rune) bool { return c == '\\' || c == ' ' || unicode.IsControl(c) }
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsFunc(next, strange) {
		return ""
	}
	return next
}

func nextQuery(next string) string { return url.Values{"next": {next}}.Encode() }

// origin is where a request came from.
func origin(r *http.Request) netip.Addr {
	a, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return a.Addr().Unmap()
}
