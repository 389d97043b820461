package web

import (
	"errors"
	"net/http"

	"portico/app/account"
	"portico/app/es"
	"portico/app/language"
	accounts "portico/domain/account"
	"portico/domain/fault"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// heldBy are the second factors of a contact, as the practice sees them: which sorts, and nothing else of them.
func (s *Server) heldBy(r *http.Request, contact uuid.UUID) (names []string, err error) {
	return s.methodsOf(r, account.Person{ID: contact, Firm: user(r).Firm, Kind: accounts.OfContact})
}

func (s *Server) methodsOf(r *http.Request, p account.Person) (names []string, err error) {
	methods, err := s.Factors.Methods(r.Context(), p)
	for _, m := range methods {
		names = append(names, language.For("en").T("factors.method."+string(m.Method)))
	}
	return names, err
}

// resetFactors takes away the second factors of a contact who has lost them. It is recorded, and told to them by mail
// (S3.i15).
func (s *Server) resetFactors(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	who, err := s.ContactList.Contact(r.Context(), user(r).Firm, id) // of this practice, and not out of reach
	if err != nil {
		return err
	}
	by, err := by(r)
	if err != nil {
		return err
	}
	p := account.Person{ID: who.ID, Firm: user(r).Firm, Kind: accounts.OfContact}
	err = s.Factors.Reset(r.Context(), by, p, lines(r.PostForm.Get("factors_reason")))
	if f, ok := errors.AsType[*fault.Error](err); ok && wantsPage(r, appPage) {
		return s.accessPage(w, r, statuses[f.Kind], views.Problems{{Field: "factors_reason", Text: f.Message}})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/contacts/"+id.String()+"/access", http.StatusSeeOther)
	return nil
}

// resetColleague takes away the second factors of somebody of the practice who has lost them, recorded and told as those
// of a contact (S3.i15).
func (s *Server) resetColleague(w http.ResponseWriter, r *http.Request) error {
	return s.changeStaff(w, r, "factors", func(by es.By, staff uuid.UUID) error {
		rows, err := s.Staff.Staff(r.Context(), by.Firm, staff)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return accounts.ErrUnknown
		}
		return s.Factors.ResetColleague(r.Context(), by, user(r).Staff, rows[0], lines(r.PostForm.Get("factors_reason")))
	}, func(page *views.StaffMember) { page.FactorsReason = r.PostForm.Get("factors_reason") })
}
