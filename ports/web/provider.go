package web

import (
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"

	"portico/app/account"
	accounts "portico/domain/account"
	"portico/domain/fault"
	"portico/ports/web/views"
)

// attemptCookie keeps a visit to the provider of identity until its person comes back.
const (
	attemptCookie = "__Host-portico-provider"
	attemptAge    = 600 // seconds
)

const staffProvider = "/login/provider"

// ProviderCallback is where a provider of identity sends people back to: part of what it is told about us.
const ProviderCallback = staffProvider + "/callback"

var errProviderAway = fault.New(fault.Unavailable, "web.provider_away", "That sign-in can’t be reached just now. Try again in a moment, or use your password.")

// toProvider sends the browser where its person shows who they are. link says that somebody who is signed in wants to be
// known by it from now on.
func (s *Server) toProvider(w http.ResponseWriter, r *http.Request, link, next string) error {
	if s.Provider == nil {
		return errNotFound
	}
	a := account.NewAttempt()
	to, err := s.Provider.Begin(r.Context(), a)
	if err != nil {
		s.Log.ErrorContext(r.Context(), "a provider of identity can't be reached", "err", err)
		return errProviderAway
	}
	parts := []string{string(a.State), string(a.Nonce), string(a.Verifier), link, base64.RawURLEncoding.EncodeToString([]byte(next))}
	s.setCookie(w, attemptCookie, strings.Join(parts, "."), "/", attemptAge)
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

func (s *Server) signInByProvider(w http.ResponseWriter, r *http.Request) error {
	return s.toProvider(w, r, "", local(r.URL.Query().Get("next")))
}

// linkProvider lets somebody be known by the provider, too. Like every other way in it is added by who has just shown
// who they are.
func (s *Server) linkProvider(w http.ResponseWriter, r *http.Request) error {
	if u := user(r); s.Provider != nil && !u.Standing.Fresh {
		return accounts.ErrStale
	}
	return s.toProvider(w, r, user(r).ID.String(), "/account?done=provider")
}

// fromProvider is where the provider sends people back. It is a GET, as the protocol has it; what it does it does for the
// browser that holds the attempt, once, with a code that is good once.
func (s *Server) fromProvider(w http.ResponseWriter, r *http.Request) error {
	if s.Provider == nil || r.Method != http.MethodGet {
		return errNotFound
	}
	parts := strings.Split(string(s.cookie(r, attemptCookie)), ".")
	s.setCookie(w, attemptCookie, "", "/", -1)
	q := r.URL.Query()
	if len(parts) != 5 || parts[0] == "" || subtle.ConstantTimeCompare([]byte(parts[0]), []byte(q.Get("state"))) != 1 {
		return s.noProvider(w, r, s.strange(r, errForm))
	}
	next, err := base64.RawURLEncoding.DecodeString(parts[4])
	if err != nil || q.Get("code") == "" { // the person has said no, or the provider has
		return s.noProvider(w, r, accounts.ErrProvider)
	}
	a := account.Attempt{State: account.Secret(parts[0]), Nonce: account.Secret(parts[1]), Verifier: account.Secret(parts[2])}
	id, err := s.Provider.Finish(r.Context(), a, q.Get("code"))
	if err != nil {
		s.Log.WarnContext(r.Context(), "a provider of identity gave no answer", "err", err)
		return s.noProvider(w, r, s.strange(r, errProviderAway))
	}
	if parts[3] != "" {
		return s.linked(w, r, parts[3], id)
	}
	in, err := s.Colleagues.SignInBy(r.Context(), id, account.SignIn{
		Address: origin(r), Session: s.cookie(r, account.SessionCookie), Device: s.cookie(r, account.DeviceCookie), Agent: r.UserAgent(),
	})
	if err != nil {
		return s.noProvider(w, r, err)
	}
	s.carry(w, in)
	to := local(string(next))
	if to == "" {
		to = firstPage(in.Staff)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// linked notes by whom somebody is known, if they are still the one who went there.
func (s *Server) linked(w http.ResponseWriter, r *http.Request, staff string, id account.Identity) error {
	u, err := s.session(r)
	if err != nil {
		return err
	}
	if u.ID.String() != staff || !u.Standing.Fresh {
		return accounts.ErrStale
	}
	if err := s.Colleagues.Link(r.Context(), u.Staff, id); err != nil {
		return err
	}
	http.Redirect(w, r, "/account?done=provider", http.StatusSeeOther)
	return nil
}

// noProvider is the sign-in once more, with why the other one didn't do.
func (s *Server) noProvider(w http.ResponseWriter, r *http.Request, err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || !wantsPage(r, appPage) {
		return err
	}
	retryAfter(w, err)
	page := s.loginPage("Error: Sign in", "", "")
	page.Problem = f.Message
	s.page(w, r, statuses[f.Kind], page)
	return nil
}

// providerChoice is the link of the sign-in to the provider; empty where there is none.
func (s *Server) providerChoice(next string) views.ProviderChoice {
	if s.Provider == nil {
		return views.ProviderChoice{}
	}
	to := staffProvider
	if next != "" {
		to += "?" + nextQuery(next)
	}
	return views.ProviderChoice{Name: s.ProviderName, Href: to}
}
