package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"portico/app/account"
	"portico/app/secret"
	accounts "portico/domain/account"
	"portico/domain/fault"
	"portico/ports/web/views"
)

func (s *Server) stepPage(d desk, w http.ResponseWriter, r *http.Request) error {
	return s.askWho(d, w, r, http.StatusOK, r.URL.Query().Get("next"), "")
}

// askWho asks who is there once more (F6).
func (s *Server) askWho(d desk, w http.ResponseWriter, r *http.Request, code int, next, problem string) error {
	methods, err := s.Factors.Methods(r.Context(), d.Person)
	if err != nil {
		return err
	}
	b := views.StepBody{W: d.words, Action: d.step, Next: local(next), Back: d.base, Email: d.Email, Problem: problem, Bare: d.bare}
	if slices.ContainsFunc(methods, func(m account.Factor) bool { return m.Method == accounts.ByPasskey }) {
		b.Passkey = &views.PasskeyForm{W: d.words, Options: d.step + "/passkey/options", Action: d.step + "/passkey", Next: b.Next, Button: d.words.T("factors.login.passkey.use"), Wide: true, Quiet: true}
	}
	s.page(w, r, code, d.frame(d.words.T("factors.step.title"), problem != "", b))
	return nil
}

func (s *Server) stepUp(d desk, w http.ResponseWriter, r *http.Request) error {
	return s.stepped(d, w, r, d.confirm(r, r.PostForm.Get("password")))
}

func (s *Server) stepChallenge(d desk, w http.ResponseWriter, r *http.Request) error {
	return s.challenge(w)(s.Factors.ChallengeOwn(r.Context(), secret.PasskeyConfirm, d.Person))
}

func (s *Server) stepPasskey(d desk, w http.ResponseWriter, r *http.Request) error {
	err := s.Factors.ShowPasskey(r.Context(), secret.PasskeyConfirm, d.Person, answerOf(r))
	if err == nil {
		err = d.refresh(r)
	}
	return s.stepped(d, w, r, err)
}

func (s *Server) stepped(d desk, w http.ResponseWriter, r *http.Request, err error) error {
	next := local(r.PostForm.Get("next"))
	if f, text, ok := d.sentence(err); ok && wantsPage(r, appPage) {
		retryAfter(w, err)
		return s.askWho(d, w, r, statuses[f.Kind], next, text)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, cmp.Or(next, d.base), http.StatusSeeOther)
	return nil
}

func (s *Server) secondPage(d desk, w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	return s.askSecond(d, w, r, http.StatusOK, accounts.Method(q.Get("with")), local(q.Get("next")), "")
}

// askSecond asks for the second factor by one method: the one that is wished for, or the first.
func (s *Server) askSecond(d desk, w http.ResponseWriter, r *http.Request, code int, with accounts.Method, next, problem string) error {
	if !d.standing.Enrolled || d.standing.Second {
		http.Redirect(w, r, cmp.Or(next, d.start), http.StatusSeeOther)
		return nil
	}
	methods, err := s.Factors.Methods(r.Context(), d.Person)
	if err != nil {
		return err
	}
	has := func(m accounts.Method) bool {
		return slices.ContainsFunc(methods, func(f account.Factor) bool { return f.Method == m })
	}
	if with != accounts.ByRecovery && !has(with) {
		with = firstMethod(methods)
	}
	b := views.SecondBody{W: d.words, Action: d.second, Next: next, With: string(with), Helper: d.helper, Leave: d.leave, Done: d.done(r), Sent: r.URL.Query().Get("done") == "sent"}
	for _, m := range []accounts.Method{accounts.ByApp, accounts.ByPasskey, accounts.ByText, accounts.ByMail, accounts.ByRecovery} {
		if m != with && (m == accounts.ByRecovery || has(m)) {
			b.Others = append(b.Others, views.Way{Name: d.words.T("factors.method." + string(m)), Href: d.second + "?" + url.Values{"with": {string(m)}, "next": {next}}.Encode()})
		}
	}
	field := &views.CodeField{W: d.words, Label: d.words.T("factors.code"), Digits: true, Problem: problem}
	switch with {
	case accounts.ByPasskey:
		b.Text = d.words.T("factors.login.passkey")
		b.Passkey = &views.PasskeyForm{W: d.words, Options: d.second + "/passkey/options", Action: d.second + "/passkey", Next: next, Button: d.words.T("factors.login.passkey.use"), Trust: true, Primary: true, Wide: true}
	case accounts.ByText, accounts.ByMail:
		to := d.Email
		if with == accounts.ByText {
			to = accounts.MaskedNumber(methods[slices.IndexFunc(methods, func(f account.Factor) bool { return f.Method == with })].Label)
		}
		b.Ask, b.Text, b.Code = d.second+"/message", d.words.T("factors.login.ask", to), field
		if b.Sent || problem != "" {
			b.Text = d.words.T("factors.sent", to)
		}
	case accounts.ByRecovery:
		b.Text, b.Code = d.words.T("factors.login.recovery"), field
		field.Digits, field.Label = false, d.words.T("factors.method.recovery")
	default:
		b.Text, b.Code = d.words.T("factors.login.app"), field
	}
	if problem != "" {
		b.Done = ""
	}
	if problem != "" && b.Code == nil { // there is no field beside which it could stand
		b.Text = problem
	}
	s.page(w, r, code, d.frame(d.words.T("factors.login.title"), problem != "", b))
	return nil
}

// firstMethod is what somebody is asked for first: not a passkey where there is another, because a browser may not know it.
func firstMethod(methods []account.Factor) accounts.Method {
	for _, m := range []accounts.Method{accounts.ByApp, accounts.ByMail, accounts.ByText, accounts.ByPasskey} {
		if slices.ContainsFunc(methods, func(f account.Factor) bool { return f.Method == m }) {
			return m
		}
	}
	return accounts.ByRecovery
}

// owing tells that somebody has to show their second factor.
func (d desk) owing() bool { return d.standing.Enrolled && !d.standing.Second }

func (s *Server) showSecond(d desk, w http.ResponseWriter, r *http.Request) error {
	next := local(r.PostForm.Get("next"))
	if !d.owing() {
		http.Redirect(w, r, cmp.Or(next, d.start), http.StatusSeeOther)
		return nil
	}
	with := accounts.Method(r.PostForm.Get("with"))
	err := s.Factors.Show(r.Context(), account.Show{
		Person: d.Person, Method: with, Code: r.PostForm.Get("code"), From: origin(r), Device: s.cookie(r, d.trust),
	})
	return s.shown(d, w, r, with, next, err)
}

func (s *Server) sendSecond(d desk, w http.ResponseWriter, r *http.Request) error {
	next, with := local(r.PostForm.Get("next")), accounts.Method(r.PostForm.Get("with"))
	if !d.owing() {
		http.Redirect(w, r, cmp.Or(next, d.start), http.StatusSeeOther)
		return nil
	}
	if err := s.sendCode(r.Context(), d, with); err != nil {
		return s.shown(d, w, r, with, next, err)
	}
	http.Redirect(w, r, d.second+"?"+url.Values{"with": {string(with)}, "next": {next}, "done": {"sent"}}.Encode(), http.StatusSeeOther)
	return nil
}

// sendCode sends one by a method that the person has. ErrMethod.
func (s *Server) sendCode(ctx context.Context, d desk, with accounts.Method) error {
	methods, err := s.Factors.Methods(ctx, d.Person)
	if err != nil {
		return err
	}
	channel, ok := map[accounts.Method]accounts.Channel{accounts.ByText: accounts.TextChannel, accounts.ByMail: accounts.MailChannel}[with]
	if !ok || !slices.ContainsFunc(methods, func(f account.Factor) bool { return f.Method == with }) {
		return accounts.ErrMethod
	}
	return s.Factors.AskCode(ctx, d.Person, accounts.ForSignIn, channel)
}

func (s *Server) secondChallenge(d desk, w http.ResponseWriter, r *http.Request) error {
	return s.challenge(w)(s.Factors.ChallengeOwn(r.Context(), secret.PasskeySecond, d.Person))
}

func (s *Server) secondPasskey(d desk, w http.ResponseWriter, r *http.Request) error {
	next := local(r.PostForm.Get("next"))
	if !d.owing() {
		http.Redirect(w, r, cmp.Or(next, d.start), http.StatusSeeOther)
		return nil
	}
	return s.shown(d, w, r, accounts.ByPasskey, next, s.Factors.ShowPasskey(r.Context(), secret.PasskeySecond, d.Person, answerOf(r)))
}

// shown leads on after the second factor was shown, or asks again.
func (s *Server) shown(d desk, w http.ResponseWriter, r *http.Request, with accounts.Method, next string, err error) error {
	if f, text, ok := d.sentence(err); ok && wantsPage(r, appPage) {
		retryAfter(w, err)
		return s.askSecond(d, w, r, statuses[f.Kind], with, next, text)
	}
	if err != nil {
		return err
	}
	if err := d.pass(w, r); err != nil {
		return err
	}
	if r.PostForm.Get("trust") != "" {
		mark, err := s.Factors.Trust(r.Context(), d.Person, s.cookie(r, d.trust))
		if err != nil {
			return err
		}
		s.setCookie(w, d.trust, string(mark), "/", int(account.TrustAge.Seconds()))
	}
	http.Redirect(w, r, cmp.Or(next, d.start), http.StatusSeeOther)
	return nil
}

// passkeyOptions challenges a passkey of whoever it is.
func (s *Server) passkeyOptions(w http.ResponseWriter, _ *http.Request) error {
	return s.challenge(w)(s.Factors.ChallengeAny())
}

// passkeySignIn lets the practice's people in without a password (F8).
func (s *Server) passkeySignIn(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	next := local(r.PostForm.Get("next"))
	p, err := s.Factors.SignIn(r.Context(), accounts.OfStaff, answerOf(r), s.Accounts.ByID)
	var in account.SignedIn
	if err == nil {
		in, err = s.Accounts.Enter(r.Context(), p.ID, account.SignIn{
			Address: origin(r), Session: s.cookie(r, account.SessionCookie), Device: s.cookie(r, account.DeviceCookie), Agent: r.UserAgent(),
		})
	}
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return s.signInAgain(w, r, "", next, f, err)
	}
	if err != nil {
		return err
	}
	s.carry(w, in)
	http.Redirect(w, r, cmp.Or(next, firstPage(in.Staff)), http.StatusSeeOther)
	return nil
}

// remembered gives a new session what its device has shown within the last 30 days (F4).
func (s *Server) remembered(r *http.Request, in account.SignedIn) (account.SignedIn, error) {
	mark := s.cookie(r, account.TrustCookie)
	if mark == "" {
		return in, nil
	}
	trusted, err := s.Factors.Trusted(r.Context(), in.Staff.Person(), mark)
	if err == nil && trusted {
		in.Session, err = s.Accounts.Pass(r.Context(), in.Session)
	}
	return in, err
}
