package notify

import (
	"errors"
	"strings"
	"testing"
	"time"

	"portico/app/es"
	"portico/domain/account"
	"portico/domain/event"
)

func entryEffect(kind string, generation, version int) es.Effect {
	return es.Effect{Kind: kind, Key: kind, Firm: 1, Stream: account.Stream(ida), Args: es.EffectArgs{Generation: generation, Version: version}, Person: ida}
}

// entering is a sender over a store with ida's account.
func entering(t *testing.T, box *outbox, history ...event.Event) Sender {
	t.Helper()
	s, store := inviting(t, box)
	store.Given(1, account.Stream(ida), history...)
	return s
}

// Rule 14: a link that sets a password leaves while it is the newest and unused.
func TestPasswordResetLeaves(t *testing.T) {
	asked := func(n int) account.ResetRequested { return account.ResetRequested{Generation: n, At: noon} }
	var box outbox
	if _, err := entering(t, &box, asked(1), asked(2)).Perform(t.Context(), entryEffect(PasswordResetMail, 2, 0)); err != nil {
		t.Fatal(err)
	}
	m := box.entries[0]
	if m.To != (Person{"Ida Berg", "ida@example.org"}) || m.Language != "de" || !m.Until.Equal(noon.Add(time.Hour)) || !strings.HasPrefix(m.URL, "https://portal.example/portal/reset/") {
		t.Errorf("%+v", m)
	}
	for name, s := range map[string]Sender{
		"replaced": entering(t, &box, asked(1), asked(2)),
		"used":     entering(t, &box, asked(1), account.PasswordSet{Cause: account.ByReset, At: noon}),
		"old":      entering(t, &box, account.ResetRequested{Generation: 1, At: noon.Add(-time.Hour)}),
		"unknown":  entering(t, &box),
	} {
		if _, err := s.Perform(t.Context(), entryEffect(PasswordResetMail, 1, 0)); !errors.Is(err, es.ErrWithdrawn) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(box.entries) != 1 {
		t.Errorf("%d mails", len(box.entries))
	}
}

// S3.i12: each end has a link of its own, which is none for the other.
func TestAddressChangeLeaves(t *testing.T) {
	var box outbox
	s := entering(t, &box, account.AddressChangeRequested{Generation: 1, New: event.Of(ida, "berg@example.org"), At: noon})
	for _, kind := range []string{AddressOldMail, AddressNewMail} {
		if _, err := s.Perform(t.Context(), entryEffect(kind, 1, 0)); err != nil {
			t.Fatal(err)
		}
	}
	old, fresh := box.entries[0], box.entries[1]
	if old.To.Email != "ida@example.org" || fresh.To.Email != "berg@example.org" || old.URL == fresh.URL || old.ID == fresh.ID {
		t.Errorf("%+v\n%+v", old, fresh)
	}
	for url, atNew := range map[string]bool{old.URL: false, fresh.URL: true} {
		token, end, err := s.Keys.ParseAddressChange(url[strings.LastIndex(url, "/")+1:])
		if err != nil || end != atNew || token.Person != ida {
			t.Errorf("%s: %+v, %v, %v", url, token, end, err)
		}
	}
	s = entering(t, &box, account.AddressChangeRequested{Generation: 1, New: event.Of(ida, "berg@example.org"), At: noon}, account.AddressChangeRefused{Generation: 1, At: noon})
	if _, err := s.Perform(t.Context(), entryEffect(AddressNewMail, 1, 0)); !errors.Is(err, es.ErrWithdrawn) {
		t.Errorf("called off: %v", err)
	}
}

func TestNewsOfAnAccount(t *testing.T) {
	in := account.SignIn(ida, account.ByPassword, ida, true, "192.0.2.7", "Firefox on Windows", noon)
	var box outbox
	s := entering(t, &box, account.PasswordSet{Cause: account.AtAcceptance, At: noon}, in, in, account.PasswordSet{Cause: account.ByChange, At: noon})
	if _, err := s.Perform(t.Context(), entryEffect(NewDeviceMail, 0, 2)); !errors.Is(err, es.ErrWithdrawn) {
		t.Errorf("the first device: %v", err)
	}
	for kind, version := range map[string]int{NewDeviceMail: 3, PasswordChangedMail: 4} {
		if _, err := s.Perform(t.Context(), entryEffect(kind, 0, version)); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if len(box.entries) != 2 {
		t.Fatalf("%+v", box.entries)
	}
	for _, m := range box.entries {
		if m.URL != "https://portal.example/portal/settings/devices" || m.When != noon || m.Kind == NewDeviceMail && (m.Device != "Firefox on Windows" || m.Address != "192.0.2.7") {
			t.Errorf("%+v", m)
		}
	}
}
