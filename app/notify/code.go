package notify

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"portico/app/es"
	"portico/app/language"
	"portico/app/secret"
	"portico/domain/account"
	"portico/domain/event"

	"github.com/google/uuid"
)

// The kinds of effects about second factors. Their words are stored.
const (
	CodeMail         = "mail.code"          // args: Generation, Version
	CodeText         = "sms.code"           // args: Generation, Version
	FactorNoticeMail = "mail.factor_notice" // args: Version
)

// Code is a mail with a code of six digits.
type Code struct {
	ID       string // stable over tries
	At       time.Time
	To       Person
	Practice Person
	Sender   string // the name that it comes in; empty: the practice's
	Language string // BCP 47
	Code     string // never logged
}

// FactorNotice tells somebody that the ways in which they sign in have changed (S3.i15).
type FactorNotice struct {
	ID       string // stable over tries
	At       time.Time
	To       Person
	Practice Person
	Sender   string
	Language string // BCP 47
	What     FactorChange
	Method   account.Method // of what was added
	By       string         // who reset them
	Left     int            // recovery codes
	When     time.Time
	Zone     string // IANA
	URL      string // where they see and change them
}

// FactorChange is what a notice is about.
type FactorChange string

// The changes. They are part of the catalogue's keys.
const (
	MethodAdded   FactorChange = "added"
	MethodRemoved FactorChange = "removed"
	MethodsReset  FactorChange = "reset"
	RecoveryUsed  FactorChange = "recovery"
)

// Holder is who has an account, as it stands at this moment.
type Holder struct {
	Person
	Language string // BCP 47; empty: the practice's
	Staff    bool   // of the practice
}

// Codes knows which codes are good, and where texts go. Implementation: adapters/postgres.
type Codes interface {
	Newest(ctx context.Context, person uuid.UUID, purpose account.Purpose, generation int) (bool, error)
	// Number is the telephone number of a purpose's codes, "" for none.
	Number(ctx context.Context, firm int32, person uuid.UUID, purpose account.Purpose) (string, error)
}

// readAccount finds the event that an effect is about.
func (s Sender) readAccount(ctx context.Context, e es.Effect) (found event.Recorded, err error) {
	for r, err := range s.Events.Load(ctx, e.Firm, e.Stream, max(e.Args.Version-1, 0)) {
		if err != nil {
			return found, fmt.Errorf("read %s: %w", e.Stream, err)
		}
		return r, nil
	}
	return found, nil
}

// sendCode mails or texts one code, while it is the newest of its purpose and can still be used (rule 11).
func (s Sender) sendCode(ctx context.Context, e es.Effect) (Outcome, error) {
	r, err := s.readAccount(ctx, e)
	if err != nil {
		return Outcome{}, err
	}
	asked, ok := r.Event.(account.CodeRequested)
	if !ok {
		return withdrawn("there is no such event")
	}
	person := account.PersonOf(e.Stream.ID)
	newest, err := s.Codes.Newest(ctx, person, asked.Purpose, asked.Generation)
	if err != nil {
		return Outcome{}, err
	}
	if !newest {
		return withdrawn("the code was used, replaced, or is too old")
	}
	to, house, practice, err := s.holder(ctx, e.Firm, person)
	if err != nil {
		return Outcome{}, err
	}
	code := s.Keys.Code(secret.CodeOf{Person: person, Purpose: string(asked.Purpose), Generation: asked.Generation})
	if asked.Channel == account.TextChannel {
		number, err := s.Codes.Number(ctx, e.Firm, person, asked.Purpose)
		if err != nil {
			return Outcome{}, err
		}
		if number == "" {
			return withdrawn("there is no number any more")
		}
		w := language.For(to.Language)
		return s.Texter.Text(ctx, TextMessage{
			ID: fmt.Sprintf("sms-code.%s.%d", e.Stream.ID, e.Args.Version), At: r.ReadAt, To: number, Body: w.T("factors.text.body", code, practice.Name),
		})
	}
	if to.Email == "" || to.Staff {
		return withdrawn("there is no address for codes")
	}
	return s.Mailer.Code(ctx, Code{
		ID: fmt.Sprintf("code.%s.%d", e.Stream.ID, e.Args.Version), At: r.ReadAt, To: to.Person, Practice: practice, Sender: house.Sender, Language: to.Language, Code: code,
	})
}

// holder is whose account it is, with the language that they read.
func (s Sender) holder(ctx context.Context, firm int32, person uuid.UUID) (to Holder, house House, practice Person, err error) {
	if to, err = s.Holder(ctx, firm, person); err != nil {
		return to, house, practice, fmt.Errorf("find whose account it is: %w", err)
	}
	if house, err = s.House(ctx, firm); err != nil {
		return to, house, practice, fmt.Errorf("find how the practice writes: %w", err)
	}
	if practice, err = s.Practice(ctx, firm); err != nil {
		return to, house, practice, fmt.Errorf("find the practice: %w", err)
	}
	if to.Language = cmp.Or(to.Language, house.Language); to.Staff {
		to.Language = "en"
	}
	return to, house, practice, nil
}

// sendFactorNotice tells somebody of a change in how they sign in (rule 12).
func (s Sender) sendFactorNotice(ctx context.Context, e es.Effect) (Outcome, error) {
	r, err := s.readAccount(ctx, e)
	if err != nil {
		return Outcome{}, err
	}
	person := account.PersonOf(e.Stream.ID)
	n := FactorNotice{ID: fmt.Sprintf("factor-notice.%s.%d", e.Stream.ID, e.Args.Version), At: r.ReadAt}
	by := uuid.Nil
	switch f := r.Event.(type) {
	case account.FactorAdded:
		n.What, n.Method, n.When = MethodAdded, f.Method, f.At
	case account.FactorRemoved:
		n.What, n.When = MethodRemoved, f.At
	case account.FactorsReset:
		n.What, n.When, by = MethodsReset, f.At, f.By
	case account.RecoveryCodeUsed:
		n.What, n.Left, n.When = RecoveryUsed, f.Left, f.At
	default:
		return withdrawn("there is no such event")
	}
	to, house, practice, err := s.holder(ctx, e.Firm, person)
	if err != nil {
		return Outcome{}, err
	}
	if to.Email == "" {
		return withdrawn("there is no address any more")
	}
	n.To, n.Practice, n.Sender, n.Language, n.Zone, n.By = to.Person, practice, house.Sender, to.Language, house.Zone, practice.Name
	if by != uuid.Nil {
		who, err := s.Staff(ctx, e.Firm, by)
		if err != nil {
			return Outcome{}, fmt.Errorf("find who did it: %w", err)
		}
		n.By = who.Name
	}
	n.URL = s.BaseURL + "/portal/settings/security"
	if to.Staff {
		n.URL = s.BaseURL + "/account/security"
	}
	return s.Mailer.FactorNotice(ctx, n)
}
