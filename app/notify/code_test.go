package notify

import (
	"context"
	"errors"
	"testing"
	"time"

	"portico/app/es"
	"portico/app/es/estest"
	"portico/app/secret"
	"portico/domain/account"
	"portico/domain/event"

	"github.com/google/uuid"
)

// newest is what a database knows of codes: the generation that is good, and a number.
type newest struct {
	generation int
	number     string
}

func (n newest) Newest(_ context.Context, _ uuid.UUID, _ account.Purpose, generation int) (bool, error) {
	return generation == n.generation, nil
}

func (n newest) Number(context.Context, int32, uuid.UUID, account.Purpose) (string, error) {
	return n.number, nil
}

// coding is a sender over a store with ida's account.
func coding(t *testing.T, box *outbox, codes newest, to Holder, by event.Actor, history ...event.Event) Sender {
	t.Helper()
	s, _ := inviting(t, box)
	store := estest.NewMemory(noon)
	for _, e := range history {
		if _, err := es.Execute(t.Context(), store, es.By{Firm: 1, Actor: by}, account.Stream(ida), func(account.Factors, time.Time) ([]account.Event, error) {
			return []account.Event{e.(account.Event)}, nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	s.Events, s.Codes = store, codes
	s.Holder = func(context.Context, int32, uuid.UUID) (Holder, error) { return to, nil }
	return s
}

func accountEffect(kind string, version int) es.Effect {
	return es.Effect{Kind: kind, Key: kind, Firm: 1, Stream: account.Stream(ida), Args: es.EffectArgs{Version: version}, Person: ida}
}

// Rule 11, S3.23: the newest code, to the proved address or number, in the person's language; others are withdrawn.
func TestCodesLeave(t *testing.T) {
	contact := Holder{Person: Person{"Ida", "ida@example.org"}, Language: "de"}
	self := event.Actor{Kind: event.Contact, ID: ida}
	asked := func(generation int, channel account.Channel) account.CodeRequested {
		return account.CodeRequested{Purpose: account.ForSignIn, Generation: generation, Channel: channel, At: noon}
	}
	code := keys(t).Code(secret.CodeOf{Person: ida, Purpose: "sign_in", Generation: 2})
	t.Run("by mail", func(t *testing.T) {
		var box outbox
		s := coding(t, &box, newest{generation: 2}, contact, self, asked(1, account.MailChannel), asked(2, account.MailChannel))
		if _, err := s.Perform(t.Context(), accountEffect(CodeMail, 1)); !errors.Is(err, es.ErrWithdrawn) {
			t.Errorf("an older code: %v", err)
		}
		if _, err := s.Perform(t.Context(), accountEffect(CodeMail, 2)); err != nil {
			t.Fatal(err)
		}
		if len(box.codes) != 1 || box.codes[0].Code != code || box.codes[0].To.Email != "ida@example.org" || box.codes[0].Language != "de" {
			t.Errorf("%+v", box.codes)
		}
	})
	t.Run("by text", func(t *testing.T) {
		var box outbox
		s := coding(t, &box, newest{2, "+447700900123"}, contact, self, asked(1, account.TextChannel), asked(2, account.TextChannel))
		if _, err := s.Perform(t.Context(), accountEffect(CodeText, 2)); err != nil {
			t.Fatal(err)
		}
		if len(box.texts) != 1 || box.texts[0].To != "+447700900123" || box.texts[0].Body != code+" ist Ihr Code für Harbour. Er gilt zehn Minuten. Verraten Sie ihn niemandem." {
			t.Errorf("%+v", box.texts)
		}
		s.Codes = newest{2, ""}
		if _, err := s.Perform(t.Context(), accountEffect(CodeText, 2)); !errors.Is(err, es.ErrWithdrawn) {
			t.Errorf("without a number: %v", err)
		}
	})
	t.Run("not to staff by mail", func(t *testing.T) { // F5
		var box outbox
		s := coding(t, &box, newest{generation: 1}, Holder{Person: Person{"Mary", "mary@harbour.example"}, Staff: true}, self, asked(1, account.MailChannel))
		if _, err := s.Perform(t.Context(), accountEffect(CodeMail, 1)); !errors.Is(err, es.ErrWithdrawn) || len(box.codes) != 0 {
			t.Errorf("%v, %d mails", err, len(box.codes))
		}
	})
}

// Rule 12, S3.i15: a reset is told to the person, with who did it.
func TestFactorNotices(t *testing.T) {
	var box outbox
	mary := event.Actor{Kind: event.Staff, ID: uuid.MustParse("0190d8f2-0000-7000-8000-0000000000aa")}
	s := coding(t, &box, newest{}, Holder{Person: Person{"Ida", "ida@example.org"}}, mary,
		account.FactorAdded{Factor: ida, Method: account.ByApp, At: noon}, account.FactorsReset{By: mary.ID, Reason: event.Of(ida, "lost it"), At: noon})
	for version := range 2 {
		if _, err := s.Perform(t.Context(), accountEffect(FactorNoticeMail, version+1)); err != nil {
			t.Fatal(err)
		}
	}
	if len(box.changes) != 2 || box.changes[0].What != MethodAdded || box.changes[0].Method != account.ByApp || box.changes[1].What != MethodsReset || box.changes[1].By != "Mary" ||
		box.changes[1].Language != "et" || box.changes[1].URL != "https://portal.example/portal/settings/security" {
		t.Errorf("%+v", box.changes)
	}
	if _, err := s.Perform(t.Context(), accountEffect(FactorNoticeMail, 9)); !errors.Is(err, es.ErrWithdrawn) {
		t.Error(err)
	}
}
