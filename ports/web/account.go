package web

import (
	"errors"
	"net/http"

	"portico/app/account"
	accounts "portico/domain/account"
	"portico/domain/fault"
	"portico/ports/web/views"
)

// done are the sentences that the page of the account says after an act, by the word in its address.
var done = map[string]string{
	"session":  "That device is signed out.",
	"password": "Your password is changed. Everywhere else you are signed out.",
	"provider": "It is linked. From now on you can sign in by it.",
}

func (s *Server) account(w http.ResponseWriter, r *http.Request) error {
	return s.accountPage(w, r, http.StatusOK, nil)
}

// accountPage is where people see their sessions; with problems it is the answer to a refused change.
func (s *Server) accountPage(w http.ResponseWriter, r *http.Request, code int, problems views.Problems) error {
	u := user(r)
	rows, err := s.Accounts.Sessions(r.Context(), u.ID, s.cookie(r, account.SessionCookie))
	if err != nil {
		return err
	}
	page := views.Account{Shell: s.shell(r, "Your account", "account"), Email: u.Email, Enrolled: u.Standing.Enrolled, Problems: problems, Done: done[r.URL.Query().Get("done")], Provider: s.ProviderName}
	if len(problems) > 0 {
		page.Title, page.Done = "Error: "+page.Title, ""
	}
	z := zone(u.Practice.Zone)
	for _, row := range rows {
		page.Sessions = append(page.Sessions, views.SessionLine{
			ID: row.ID, Device: row.Device, Address: row.Address, Since: views.At(row.CreatedAt, z), Seen: views.At(row.LastSeenAt, z), Current: row.Current,
		})
	}
	s.page(w, r, code, page)
	return nil
}

func (s *Server) endSession(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	if err := s.Accounts.EndSession(r.Context(), user(r).ID, id); err != nil {
		return err
	}
	http.Redirect(w, r, "/account?done=session", http.StatusSeeOther)
	return nil
}

// endSessions signs the person out everywhere, here as well.
func (s *Server) endSessions(w http.ResponseWriter, r *http.Request) error {
	if err := s.Accounts.EndSessions(r.Context(), user(r).ID); err != nil {
		return err
	}
	s.leave(w, r)
	return nil
}

func (s *Server) changePassword(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	in, err := s.Accounts.ChangePassword(r.Context(), account.ChangePassword{
		Staff: user(r).Staff, Present: r.PostForm.Get("present"), New: r.PostForm.Get("new"), Address: origin(r),
		Session: s.cookie(r, account.SessionCookie), Device: s.cookie(r, account.DeviceCookie), Agent: r.UserAgent(),
	})
	if f, ok := errors.AsType[*fault.Error](err); ok && wantsPage(r, appPage) {
		field := "new"
		if f.Code != accounts.ErrPassword.Code && f.Code != accounts.ErrPasswordWeak.Code && f.Code != accounts.ErrSame.Code {
			field = "present"
		}
		retryAfter(w, err)
		return s.accountPage(w, r, statuses[f.Kind], views.Problems{{Field: field, Text: f.Message}})
	}
	if err != nil {
		return err
	}
	s.carry(w, in)
	http.Redirect(w, r, "/account?done=password", http.StatusSeeOther)
	return nil
}
