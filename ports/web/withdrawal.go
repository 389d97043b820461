package web

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	linkapp "portico/app/uploadlink"
	"portico/domain/fault"
	"portico/domain/uploadlink"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// withdrawalForm is where the person who sent a file asks for it back (U5). The upload page has the same in a dialog.
func (s *Server) withdrawalForm(w http.ResponseWriter, r *http.Request) error {
	return s.withdrawalPage(w, r, http.StatusOK, "", "")
}

func (s *Server) withdrawalPage(w http.ResponseWriter, r *http.Request, code int, typed, problem string) error {
	a, _ := accessOf(r)
	id, err := pathID(r, "id")
	if err != nil {
		return uploadlink.ErrFileNotFound
	}
	p, err := s.uploadPage(r, a)
	if err != nil {
		return err
	}
	for _, f := range p.Files {
		switch {
		case f.ID != id || !listed(f):
		case f.State == linkapp.FileReceiving:
			return uploadlink.ErrStillArriving
		case f.State == linkapp.FileReceived:
			return uploadlink.ErrNotSent
		case f.State == linkapp.FileChecking:
			return uploadlink.ErrBeingChecked
		case f.State == linkapp.FileInfected:
			return uploadlink.ErrInfected
		case !f.Withdrawal.Askable():
			http.Redirect(w, r, a.Base+"/", http.StatusSeeOther) // its row says how things stand
			return nil
		default:
			s.page(w, r, code, views.Withdrawal{
				Public: s.public(r.Context(), a, p, "Ask to withdraw a file"), Base: a.Base + "/", ID: f.ID, Name: f.Name, Kept: f.Withdrawal.Answer,
				Typed: typed, Problem: problem, MaxReason: uploadlink.MaxReason,
			})
			return nil
		}
	}
	return uploadlink.ErrFileNotFound
}

// askWithdrawal takes {"reason": …} from programs and a form from browsers without script.
func (s *Server) askWithdrawal(w http.ResponseWriter, r *http.Request) error {
	a, _ := accessOf(r)
	id, reason, err := asking(w, r)
	if err != nil {
		return err
	}
	res, err := s.Links.AskWithdrawal(r.Context(), linkapp.AskWithdrawal{By: a.by(), Link: a.Link, Holder: a.holder(), File: id, Reason: reason})
	f, refused := errors.AsType[*fault.Error](err)
	switch page := wantsPage(r, uploadPage); {
	case page && refused && f.Kind == fault.Invalid:
		return s.withdrawalPage(w, r, statuses[f.Kind], reason, f.Message)
	case page && refused && (errors.Is(f, uploadlink.ErrWithdrawn) || errors.Is(f, uploadlink.ErrKept)):
		err = nil // the row that the form leads back to says so
	}
	return s.changed(w, r, a, res, err)
}

func asking(w http.ResponseWriter, r *http.Request) (id uuid.UUID, reason string, err error) {
	if id, err = pathID(r, "id"); err != nil {
		return id, "", uploadlink.ErrFileNotFound
	}
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		err = form(w, r)
		return id, r.PostForm.Get("reason"), err
	}
	var body struct {
		Reason string `json:"reason"`
	}
	d := json.NewDecoder(r.Body)
	err = d.Decode(&body)
	if f := unread(err); f != nil {
		return id, "", f
	}
	if err != nil {
		return id, "", errForm.Withf(`The body must be JSON like {"reason":"Wrong month"}.`)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return id, "", errForm.Withf("Something follows the JSON. Send one object.")
	}
	return id, body.Reason, nil
}

// withdrawalState is how asking for a file back stands, for programs.
type withdrawalState struct {
	State  linkapp.WithdrawalState `json:"state"`            // "", asked, refused, accepted
	Answer string                  `json:"answer,omitempty"` // why the practice keeps the file
	MayAsk bool                    `json:"may_ask"`
}

// withdrawalOf is nil for a file that its sender can still delete.
func withdrawalOf(f linkapp.UploadFile) *withdrawalState {
	if f.State != linkapp.FileReleased && f.State != linkapp.FileWithdrawn {
		return nil
	}
	w := f.Withdrawal
	return &withdrawalState{State: w.State, Answer: w.Answer, MayAsk: w.Askable()}
}

// sentRow says of a file that has been sent what became of it.
func sentRow(row *views.UploadRow, f linkapp.UploadFile, practice string) {
	row.Note = "Sent to " + practice + " · " + views.Size(f.Size)
	row.Askable = f.Withdrawal.Askable()
	switch f.Withdrawal.State {
	case linkapp.WithdrawalNone:
	case linkapp.WithdrawalAsked:
		row.Note += " · you asked to withdraw it, and " + practice + " has not answered yet"
	case linkapp.WithdrawalRefused:
		row.Note += " · you asked to withdraw it; " + practice + " keeps it: " + f.Withdrawal.Answer
	case linkapp.WithdrawalAccepted:
		row.Icon, row.Note = "ban", "Withdrawn: "+practice+" has destroyed it."
	}
}
