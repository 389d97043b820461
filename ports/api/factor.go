package api

import (
	"context"

	accountapp "portico/app/account"
	"portico/app/es"
	"portico/domain/account"
	"portico/domain/contact"

	"github.com/google/uuid"
)

// SecondFactor is one method by which somebody shows who they are, besides the password. What it works with is shown to
// nobody, and it is added in a browser only, where its person can prove to have it.
type SecondFactor struct {
	ID         ID        `json:"id"`
	Method     string    `json:"method" enum:"app,passkey,email,text" doc:"An authenticator app, a passkey, codes by mail or by text"`
	CreatedAt  Time      `json:"created_at"`
	LastUsedAt MaybeTime `json:"last_used_at"`
}

func showFactor(f accountapp.Factor) SecondFactor {
	method := string(f.Method)
	if f.Method == account.ByMail {
		method = string(account.MailChannel)
	}
	return SecondFactor{ID: ID(f.ID), Method: method, CreatedAt: Time(f.CreatedAt), LastUsedAt: MaybeTime(f.LastUsedAt)}
}

func (s *Server) factorsOf(ctx context.Context, id uuid.UUID, kind account.PersonKind) (*body[Page[SecondFactor]], error) {
	held, err := s.Factors.Methods(ctx, accountapp.Person{ID: id, Firm: from(ctx).Firm, Kind: kind})
	if err != nil {
		return nil, err
	}
	return page(held, "", showFactor), nil // there are ten at most
}

func (s *Server) ownFactors(ctx context.Context, _ *struct{}) (*body[Page[SecondFactor]], error) {
	return s.factorsOf(ctx, from(ctx).ID, account.OfStaff)
}

func (s *Server) staffFactors(ctx context.Context, in *ByID) (*body[Page[SecondFactor]], error) {
	row, err := s.staffRow(ctx, *in)
	if err != nil {
		return nil, err
	}
	return s.factorsOf(ctx, row.ID, account.OfStaff)
}

func (s *Server) contactFactors(ctx context.Context, in *ByID) (*body[Page[SecondFactor]], error) {
	id, err := s.contactSeen(ctx, *in)
	if err != nil {
		return nil, err
	}
	return s.factorsOf(ctx, id, account.OfContact)
}

type resetFactors struct {
	ByID
	Idempotent
	Body *struct {
		Reason string `json:"reason,omitempty" maxLength:"500" doc:"How you made sure that it is they who ask"`
	}
}

func (in resetFactors) by(ctx context.Context) (who es.By, reason string, err error) {
	if in.Body != nil {
		reason = in.Body.Reason
	}
	who, err = by(ctx, in.Key, in.Body)
	return who, reason, err
}

// resetStaffFactors takes away what a colleague has lost (S3.i15).
func (s *Server) resetStaffFactors(ctx context.Context, in *resetFactors) (*struct{}, error) {
	row, err := s.staffRow(ctx, in.ByID)
	if err != nil {
		return nil, err
	}
	who, reason, err := in.by(ctx)
	if err != nil {
		return nil, err
	}
	return nil, s.Factors.ResetColleague(ctx, who, from(ctx).Staff, row, reason)
}

// resetContactFactors takes away what a contact has lost (S3.i15).
func (s *Server) resetContactFactors(ctx context.Context, in *resetFactors) (*struct{}, error) {
	id, err := s.contactSeen(ctx, in.ByID)
	if err != nil {
		return nil, err
	}
	who, reason, err := in.by(ctx)
	if err != nil {
		return nil, err
	}
	return nil, s.Factors.Reset(ctx, who, accountapp.Person{ID: id, Firm: who.Firm, Kind: account.OfContact}, reason)
}

func (s *Server) staffRow(ctx context.Context, in ByID) (accountapp.StaffRow, error) {
	id, err := in.parse(account.ErrUnknown)
	if err != nil {
		return accountapp.StaffRow{}, err
	}
	rows, err := s.Staff.Staff(ctx, from(ctx).Firm, id)
	switch {
	case err != nil:
		return accountapp.StaffRow{}, err
	case len(rows) == 0:
		return accountapp.StaffRow{}, account.ErrUnknown
	}
	return rows[0], nil
}

// contactSeen is a contact whom the caller may see.
func (s *Server) contactSeen(ctx context.Context, in ByID) (uuid.UUID, error) {
	id, err := in.parse(contact.ErrNotFound)
	if err != nil {
		return uuid.Nil, err
	}
	_, err = s.ContactDB.Contact(ctx, from(ctx).Firm, id)
	return id, err
}
