package notify

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"portico/app/es"
	"portico/app/es/estest"
	"portico/app/secret"
	"portico/domain/event"
	"portico/domain/invite"

	"github.com/google/uuid"
)

// ida was invited at noon, by mail and by text, until two days later.
var (
	ida    = uuid.MustParse("0197f000-0000-7000-8000-00000000001a")
	boats  = uuid.MustParse("0197f000-0000-7000-8000-00000000001b")
	idaNow = Contact{Person: invite.Person{Contact: ida, Given: "Ida", Name: "Ida Berg", Email: "ida@example.org", Phone: "+4791234567"}, Language: "de"}
)

func sentTo(nth int, change ...func(*invite.Sent)) invite.Sent {
	e := invite.Sent{
		Nth: nth, Contact: ida, Client: boats, Sender: mary, Name: event.Of(ida, "Ida Berg"), Email: event.Of(ida, "ida@example.org"), Phone: event.Of(ida, "+4791234567"),
		Channels: invite.ByBoth, Message: event.Of(ida, "Welcome"), Access: invite.ByAccount, DueOn: "2026-12-01", ExpiresAt: noon.Add(48 * time.Hour),
		Zone: "Europe/London", At: noon,
	}
	for _, f := range change {
		f(&e)
	}
	return e
}

func inviteEffect(kind string, nth int) es.Effect {
	return es.Effect{Kind: kind, Key: kind, Firm: 1, Stream: invite.Stream(ida), Args: es.EffectArgs{Generation: nth}, Person: ida}
}

// inviting is a sender over a store with ida's invite.
func inviting(t *testing.T, box *outbox, history ...event.Event) (Sender, *estest.Memory) {
	t.Helper()
	store := estest.NewMemory(noon)
	store.Given(1, invite.Stream(ida), history...)
	return Sender{
		Events: store, Keys: keys(t), Mailer: box, Texter: box, BaseURL: "https://portal.example",
		Staff: func(_ context.Context, _ int32, staff uuid.UUID) (Person, error) {
			if staff == uuid.Nil {
				return Person{}, errors.New("nobody is no person")
			}
			return Person{"Mary", "mary@harbour.example"}, nil
		},
		Practice: func(context.Context, int32) (Person, error) { return Person{"Harbour", "office@harbour.example"}, nil },
		Contact:  func(context.Context, int32, uuid.UUID) (Contact, error) { return idaNow, nil },
		Client:   func(context.Context, int32, uuid.UUID) (string, error) { return "Solberg Boats Ltd", nil },
		House:    func(context.Context, int32) (House, error) { return House{Language: "et"}, nil },
	}, store
}

func last(store *estest.Memory) event.Event {
	all := store.Stream(invite.Stream(ida))
	return all[len(all)-1]
}

// S4.4, S4.i2: mail and text carry the same secret, in the contact's language, and each is recorded for itself (I2, T13).
func TestInvitationLeaves(t *testing.T) {
	var box outbox
	s, store := inviting(t, &box, sentTo(1))
	if _, err := s.Perform(t.Context(), inviteEffect(InvitationMail, 1)); err != nil {
		t.Fatal(err)
	}
	if want := (invite.HandedOver{Nth: 1, Channel: invite.Email, At: noon}); last(store) != event.Event(want) {
		t.Errorf("recorded %+v", last(store))
	}
	m := box.invites[0]
	if m.To != (Person{"Ida Berg", "ida@example.org"}) || m.Given != "Ida" || m.Language != "de" || m.Client != "Solberg Boats Ltd" || m.Message != "Welcome" ||
		m.DueOn.Format(time.DateOnly) != "2026-12-01" || !m.ExpiresAt.Equal(noon.Add(48*time.Hour)) || m.Zone != "Europe/London" || m.HelpURL != "https://portal.example/portal/help" ||
		m.Sender != (Person{"Mary", "mary@harbour.example"}) || m.ReplyTo != m.Sender {
		t.Errorf("%+v", m)
	}
	token, _ := strings.CutPrefix(m.URL, "https://portal.example/i/")
	if got, err := keys(t).ParseInvitation(token); err != nil || got != (secret.InvitationToken{Invite: invite.ID(ida), Generation: 1}) {
		t.Errorf("the address opens %+v, %v", got, err)
	}
	if _, err := s.Perform(t.Context(), inviteEffect(InvitationText, 1)); err != nil {
		t.Fatal(err)
	}
	if text := box.texts[0]; text.To != "+4791234567" || text.Body != "Harbour lädt Sie in Ihr Portal ein: "+m.URL+" (bis 23. Nov. 2026)" {
		t.Errorf("%+v", text)
	}
	if want := (invite.HandedOver{Nth: 1, Channel: invite.Text, At: noon}); last(store) != event.Event(want) {
		t.Errorf("recorded %+v", last(store))
	}
	s, _ = inviting(t, &outbox{}, sentTo(1, func(e *invite.Sent) { e.Sender = uuid.Nil }))
	var byNobody outbox
	s.Mailer = &byNobody
	if _, err := s.Perform(t.Context(), inviteEffect(InvitationMail, 1)); err != nil || byNobody.invites[0].Sender.Name != "Harbour" {
		t.Errorf("a program's invitation comes from %+v, %v", byNobody.invites, err)
	}
	s, _ = inviting(t, &box, sentTo(1), invite.HandedOver{Nth: 1, Channel: invite.Email, At: noon}, invite.HandedOver{Nth: 1, Channel: invite.Text, At: noon})
	for _, kind := range []string{InvitationMail, InvitationText} { // what the stream knows as handed over isn't sent again
		if _, err := s.Perform(t.Context(), inviteEffect(kind, 1)); err != nil || len(box.invites) != 1 || len(box.texts) != 1 {
			t.Errorf("%s again: %v, %d mails, %d texts", kind, err, len(box.invites), len(box.texts))
		}
	}
}

// Rules 1 and 10: what makes no sense any more does not leave (T5, S3.i2, S3.i12).
func TestInvitationIsHeldBack(t *testing.T) {
	removed := invite.AccessRemoved{Reason: event.Of(ida, ""), At: noon}
	accepted := invite.Accepted{Nth: 1, Access: invite.ByAccount, From: event.Of(ida, ""), At: noon}
	for name, c := range map[string]struct {
		history []event.Event
		why     string
	}{
		"taken back":           {[]event.Event{sentTo(1), invite.TakenBack{Nth: 1, At: noon}}, "taken back"},
		"replaced":             {[]event.Event{sentTo(1), sentTo(2)}, "newer"},
		"withdrawn":            {[]event.Event{sentTo(1), invite.Withdrawn{Nth: 1, Reason: event.Of(ida, ""), At: noon}}, "withdrawn"},
		"voided":               {[]event.Event{sentTo(1), invite.Voided{Nth: 1, At: noon}}, "another address"},
		"accepted":             {[]event.Event{sentTo(1), accepted}, "accepted"},
		"removed":              {[]event.Event{sentTo(1), accepted, removed}, "removed"},
		"expired":              {[]event.Event{sentTo(1, func(e *invite.Sent) { e.ExpiresAt = noon })}, "expired"},
		"never":                {nil, "no such sending"},
		"the address moved on": {[]event.Event{sentTo(1, func(e *invite.Sent) { e.Email = event.Of(ida, "wrong@example.org") })}, "another address"},
	} {
		t.Run(name, func(t *testing.T) {
			var box outbox
			s, store := inviting(t, &box, c.history...)
			if _, err := s.Perform(t.Context(), inviteEffect(InvitationMail, 1)); !errors.Is(err, es.ErrWithdrawn) || !strings.Contains(err.Error(), c.why) {
				t.Errorf("%v", err)
			}
			if len(box.invites) != 0 {
				t.Errorf("mailed %+v", box.invites)
			}
			for _, e := range store.Stream(invite.Stream(ida)) {
				if _, ok := e.(invite.HandedOver); ok {
					t.Error("recorded as handed over")
				}
			}
		})
	}
	t.Run("and what went to a wrong address is void", func(t *testing.T) {
		var box outbox
		s, store := inviting(t, &box, sentTo(1, func(e *invite.Sent) { e.Email = event.Of(ida, "wrong@example.org") }))
		_, _ = s.Perform(t.Context(), inviteEffect(InvitationMail, 1))
		if want := (invite.Voided{Nth: 1, At: noon}); last(store) != event.Event(want) {
			t.Errorf("recorded %+v", last(store))
		}
	})
}

// I6, T13: a refusal is recorded with the server's words, a passing failure when all tries are used up.
func TestInvitationFails(t *testing.T) {
	box := outbox{outcome: Outcome{Status: Refused, Code: "5.1.1", Detail: "no such user"}}
	s, store := inviting(t, &box, sentTo(1))
	var refused *es.RefusedError
	if _, err := s.Perform(t.Context(), inviteEffect(InvitationMail, 1)); !errors.As(err, &refused) || refused.Code != "5.1.1" {
		t.Errorf("%v", err)
	}
	if want := (invite.Bounced{Nth: 1, Channel: invite.Email, Code: "5.1.1", Detail: event.Of(ida, "no such user"), At: noon}); last(store) != event.Event(want) {
		t.Errorf("recorded %+v", last(store))
	}
	box.outcome = Outcome{Status: Passing, Code: "451"}
	if _, err := s.Perform(t.Context(), inviteEffect(InvitationText, 1)); err == nil || errors.Is(err, es.ErrWithdrawn) {
		t.Errorf("%v", err)
	}
	if err := s.GaveUp(t.Context(), inviteEffect(InvitationText, 1), 9); err != nil {
		t.Fatal(err)
	}
	if want := (invite.GaveUp{Nth: 1, Channel: invite.Text, Tries: 9, At: noon}); last(store) != event.Event(want) {
		t.Errorf("recorded %+v", last(store))
	}
	s.Texter = nil
	if _, err := s.Perform(t.Context(), inviteEffect(InvitationText, 1)); !errors.As(err, &refused) || refused.Code != "no-provider" {
		t.Errorf("without a provider: %v", err)
	}
}

// S3.i10: who is in is told of a further client, without a secret.
func TestAlso(t *testing.T) {
	told := invite.Told{Client: boats, Email: event.Of(ida, "ida@example.org"), Message: event.Of(ida, "Here it is."), At: noon}
	accepted := invite.Accepted{Nth: 1, Access: invite.ByAccount, From: event.Of(ida, ""), At: noon}
	effect := inviteEffect(AlsoMail, 0)
	effect.Args.Version = 3
	var box outbox
	s, store := inviting(t, &box, sentTo(1), accepted, told)
	s.House = func(context.Context, int32) (House, error) {
		return House{Sender: "Harbour team", ReplyTo: "desk@harbour.example"}, nil
	}
	if _, err := s.Perform(t.Context(), effect); err != nil {
		t.Fatal(err)
	}
	if m := box.invites[0]; !m.Also || m.URL != "https://portal.example/portal?client="+boats.String() || m.Client != "Solberg Boats Ltd" || m.Message != "Here it is." ||
		m.ReplyTo.Email != "desk@harbour.example" || m.Practice.Name != "Harbour team" {
		t.Errorf("%+v", m)
	}
	if n := len(store.Stream(invite.Stream(ida))); n != 3 {
		t.Errorf("%d events: nothing of it belongs to a sending", n)
	}
	s, _ = inviting(t, &box, sentTo(1), accepted, told, invite.AccessRemoved{Reason: event.Of(ida, ""), At: noon})
	if _, err := s.Perform(t.Context(), effect); !errors.Is(err, es.ErrWithdrawn) {
		t.Errorf("after removal: %v", err)
	}
}
