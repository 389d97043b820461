package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"

	"portico/app/account"
	"portico/app/language"
	"portico/app/secret"
	accounts "portico/domain/account"
	"portico/domain/address"
	"portico/domain/fault"
	"portico/ports/web/views"
)

func (s *Server) forgottenForm(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	page, _, err := s.forgottenPage(r, q.Get("p"))
	if err != nil {
		return err
	}
	page.Sent = q.Get("sent") != ""
	return s.show(w, r, page)
}

func (s *Server) forgottenPage(r *http.Request, p string) (views.Forgotten, int32, error) {
	words := entryWords(r)
	page := views.Forgotten{Entry: views.Entry{W: words, Title: words.T("access.forgotten.title")}}
	name, no, err := s.practiceOf(r.Context(), p)
	if page.Practice = name; name != "" {
		page.P = p
	}
	return page, no, err
}

// forgotten asks for a link that sets a new password. The answer is the same for an address that nobody has, and comes
// before anybody has looked.
func (s *Server) forgotten(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	page, no, err := s.forgottenPage(r, r.PostForm.Get("p"))
	if err != nil {
		return err
	}
	log := func(err error) {
		s.Log.LogAttrs(context.WithoutCancel(r.Context()), slog.LevelError, "asking for a new password failed", slog.Any("err", err))
	}
	err = s.Contacts.Forgotten(r.Context(), account.Forgotten{Firm: no, Email: r.PostForm.Get("email"), From: origin(r)}, log)
	if f, ok := errors.AsType[*fault.Error](err); ok {
		page.Email, page.Problem = r.PostForm.Get("email"), sentence(page.W, err)
		retryAfter(w, err)
		s.page(w, r, statuses[f.Kind], page)
		return nil
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/portal/forgotten?"+url.Values{"p": {page.P}, "sent": {"1"}}.Encode(), http.StatusSeeOther)
	return nil
}

// mailed is what the secret of a mailed link of an account is about.
type mailed struct {
	secret.AccountToken
	firm  int32
	atNew bool // of a change of address: the new end
}

// mailedLink finds the practice of a secret that parse reads. One that is none of ours is gone, and counted.
func (s *Server) mailedLink(r *http.Request, gone error, parse func(text string) (secret.AccountToken, bool, error)) (mailed, error) {
	token, atNew, err := parse(r.PathValue("token"))
	if err != nil {
		return mailed{}, s.strange(r, gone)
	}
	no, ok, err := s.FirmOf(r.Context(), accounts.Stream(token.Person))
	if err == nil && !ok {
		err = gone
	}
	return mailed{token, no, atNew}, err
}

func (s *Server) resetLink(r *http.Request) (mailed, error) {
	return s.mailedLink(r, accounts.ErrResetGone, func(text string) (secret.AccountToken, bool, error) {
		t, err := s.Keys.ParsePasswordReset(text)
		return t, false, err
	})
}

func (s *Server) resetForm(w http.ResponseWriter, r *http.Request) error {
	m, err := s.resetLink(r)
	if err != nil {
		return s.goneAway(w, r, err, "/portal/forgotten", "access.forgotten.again")
	}
	page, err := s.resetPage(r, m)
	if err != nil {
		return s.goneAway(w, r, err, "/portal/forgotten", "access.forgotten.again")
	}
	return s.show(w, r, page)
}

func (s *Server) resetPage(r *http.Request, m mailed) (views.Reset, error) {
	k, err := s.Contacts.MayReset(r.Context(), m.firm, m.Person, m.Generation)
	if err != nil {
		return views.Reset{}, err
	}
	p, err := s.Firms.Portal(r.Context(), m.firm)
	if err != nil {
		return views.Reset{}, err
	}
	words := language.Choose(p.Languages, wishes(r, k.Language)...).Words
	return views.Reset{
		Entry: views.Entry{W: words, Title: words.T("access.reset"), Practice: p.Name, Frame: lookOf(p.Practice), Modules: []string{"password-meter.js"}},
		Token: r.PathValue("token"), Email: k.Email, Name: k.Name,
	}, nil
}

func (s *Server) reset(w http.ResponseWriter, r *http.Request) error {
	m, err := s.resetLink(r)
	if err != nil {
		return s.goneAway(w, r, err, "/portal/forgotten", "access.forgotten.again")
	}
	if err := form(w, r); err != nil {
		return err
	}
	err = s.Contacts.Reset(r.Context(), account.Reset{Firm: m.firm, Contact: m.Person, Generation: m.Generation, Password: r.PostForm.Get("new")})
	if f, ok := errors.AsType[*fault.Error](err); ok {
		page, failed := s.resetPage(r, m)
		if failed != nil {
			return s.goneAway(w, r, err, "/portal/forgotten", "access.forgotten.again")
		}
		page.Problem = sentence(page.W, err)
		s.page(w, r, statuses[f.Kind], page)
		return nil
	}
	if err != nil {
		return err
	}
	p, err := s.Firms.Firm(r.Context(), m.firm)
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/portal/login?"+url.Values{"p": {p.ID.String()}, "done": {"password"}}.Encode(), http.StatusSeeOther)
	return nil
}

// goneAway tells why a mailed link does nothing, and leads on.
func (s *Server) goneAway(w http.ResponseWriter, r *http.Request, err error, href, action string) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Kind == fault.TooMany {
		return err
	}
	words := entryWords(r)
	s.page(w, r, statuses[f.Kind], views.PortalClosed{
		Entry: views.Entry{W: words, Title: words.T("access.closed.link")}, Text: words.Fault(f.Code, f.Message), Action: words.T(action), Href: href,
	})
	return nil
}

func (s *Server) passwordForm(w http.ResponseWriter, r *http.Request) error {
	page := s.passwordPage(r, r.URL.Query().Get("next"))
	if r.URL.Query().Get("done") != "" {
		page.Done = page.W.T("access.password.done")
	}
	return s.show(w, r, page)
}

func (s *Server) passwordPage(r *http.Request, next string) views.PortalPassword {
	v, words := visitorOf(r), entryWords(r)
	page := views.PortalPassword{
		Entry: views.Entry{W: words, Title: words.T("access.password.change"), Practice: v.Practice.Name, Modules: []string{"password-meter.js"}},
		Has:   v.Password, Email: v.Email, Next: portalPath(next), Asked: v.ByLink && v.asks.LinkPassword && !v.Password,
	}
	if !page.Has {
		page.Title = words.T("access.password.choose")
	}
	return page
}

func (s *Server) setPassword(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	in, err := s.Contacts.ChangePassword(r.Context(), account.ContactPassword{
		Visit: visitorOf(r).Visit, Present: r.PostForm.Get("present"), New: r.PostForm.Get("new"), Browser: s.browser(r),
	})
	if f, ok := errors.AsType[*fault.Error](err); ok {
		page := s.passwordPage(r, r.PostForm.Get("next"))
		page.Problem, page.Field = sentence(page.W, err), "new"
		if f.Code == accounts.ErrPresent.Code || f.Kind == fault.TooMany {
			page.Field = "present"
		}
		retryAfter(w, err)
		s.page(w, r, statuses[f.Kind], page)
		return nil
	}
	if err != nil {
		return err
	}
	s.carryVisit(w, in)
	next := portalPath(r.PostForm.Get("next"))
	if next == "" {
		next = "/portal/settings/password?done=1"
	}
	http.Redirect(w, r, next, http.StatusSeeOther)
	return nil
}

func (s *Server) addressForm(w http.ResponseWriter, r *http.Request) error {
	page, err := s.addressPage(r)
	if err != nil {
		return err
	}
	return s.show(w, r, page)
}

func (s *Server) addressPage(r *http.Request) (views.PortalAddress, error) {
	v, words := visitorOf(r), entryWords(r)
	m, err := s.Contacts.Moving(r.Context(), v.Visit)
	return views.PortalAddress{
		Entry: views.Entry{W: words, Title: words.T("access.address"), Practice: v.Practice.Name}, Email: v.Email, Password: v.Password,
		Wanted: m.To, AtOld: m.Old, AtNew: m.New,
	}, err
}

func (s *Server) requestAddress(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	email := r.PostForm.Get("email")
	err := s.Contacts.RequestAddress(r.Context(), account.MoveTo{Visit: visitorOf(r).Visit, Email: email, Password: r.PostForm.Get("present"), Browser: s.browser(r)})
	if f, ok := errors.AsType[*fault.Error](err); ok {
		page, failed := s.addressPage(r)
		if failed != nil {
			return failed
		}
		page.Typed, page.Problem, page.Field = email, sentence(page.W, err), "present"
		if f.Code == address.ErrInvalid.Code || f.Code == accounts.ErrMoveSame.Code || f.Code == accounts.ErrMoves.Code {
			page.Field = "email"
		}
		retryAfter(w, err)
		s.page(w, r, statuses[f.Kind], page)
		return nil
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/portal/settings/address", http.StatusSeeOther)
	return nil
}

// callOffAddress is the person's own no to a change of address.
func (s *Server) callOffAddress(w http.ResponseWriter, r *http.Request) error {
	v := visitorOf(r)
	m, err := s.Contacts.Moving(r.Context(), v.Visit)
	if err != nil {
		return err
	}
	if m.Mailed > 0 {
		if err := s.Contacts.RefuseAddress(r.Context(), v.Firm, v.Contact, m.Mailed); err != nil {
			return err
		}
	}
	http.Redirect(w, r, "/portal/settings/address", http.StatusSeeOther)
	return nil
}

func (s *Server) moveLink(r *http.Request) (mailed, error) {
	return s.mailedLink(r, accounts.ErrMoveGone, s.Keys.ParseAddressChange)
}

// moveDoor shows what a mailed link of a change of address asks. Looking is no act (L1).
func (s *Server) moveDoor(w http.ResponseWriter, r *http.Request) error {
	m, err := s.moveLink(r)
	if err != nil {
		return s.goneAway(w, r, err, "/portal/settings/address", "access.back")
	}
	state, err := s.Contacts.Move(r.Context(), m.firm, m.Person, m.Generation)
	if err != nil {
		return s.goneAway(w, r, err, "/portal/settings/address", "access.back")
	}
	p, err := s.Firms.Firm(r.Context(), m.firm)
	if err != nil {
		return err
	}
	words := entryWords(r)
	return s.show(w, r, views.Move{
		Entry: views.Entry{W: words, Title: words.T("access.address.confirm"), Practice: p.Name, Frame: lookOf(p)}, Token: r.PathValue("token"),
		From: state.From, To: state.To, AtNew: m.atNew, Agreed: m.atNew && state.New || !m.atNew && state.Old,
	})
}

func (s *Server) agreeMove(w http.ResponseWriter, r *http.Request) error {
	end := map[bool]accounts.End{false: accounts.OldEnd, true: accounts.NewEnd}
	return s.endOfMove(w, r, func(m mailed) (string, error) {
		done, err := s.Contacts.AgreeAddress(r.Context(), m.firm, m.Person, m.Generation, end[m.atNew])
		if done {
			return "access.address.changed", err
		}
		return "access.address.half", err
	})
}

// refuseMove calls a change of address off. Only the old end can: at the new one nobody has anything to lose.
func (s *Server) refuseMove(w http.ResponseWriter, r *http.Request) error {
	return s.endOfMove(w, r, func(m mailed) (string, error) {
		if m.atNew {
			return "", accounts.ErrMoveGone
		}
		return "access.address.off", s.Contacts.RefuseAddress(r.Context(), m.firm, m.Person, m.Generation)
	})
}

func (s *Server) endOfMove(w http.ResponseWriter, r *http.Request, act func(m mailed) (key string, err error)) error {
	m, err := s.moveLink(r)
	var key string
	if err == nil {
		key, err = act(m)
	}
	if err != nil {
		return s.goneAway(w, r, err, "/portal/settings/address", "access.back")
	}
	words := entryWords(r)
	return s.show(w, r, views.PortalClosed{
		Entry: views.Entry{W: words, Title: words.T("access.address")}, Text: words.T(key), Action: words.T("access.back"), Href: "/portal",
	})
}
