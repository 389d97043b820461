package main

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	accountapp "portico/app/account"
	"portico/domain/account"
)

// Who leaves is locked out by the operator, by session and by token, and nobody else is (domain/account rule 9); a new
// password ends what the old one had opened (rule 7).
func TestStaffCommands(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ctx, password := t.Context(), "a horse eats staples daily"
	for _, email := range []string{"ann@harbour.example", "bert@harbour.example"} {
		if err := d.h.account.AddStaff(ctx, accountapp.AddStaff{
			ID: newID(t), Firm: d.firm, Email: email, Name: strings.ToUpper(email[:1]) + " Marsh", Role: account.Practitioner, Password: password,
		}); err != nil {
			t.Fatal(err)
		}
	}
	in := func(email, password string, device accountapp.Secret) accountapp.SignedIn {
		t.Helper()
		s, err := d.h.account.SignIn(ctx, accountapp.SignIn{Email: email, Password: password, Device: device})
		if err != nil {
			t.Fatalf("%s: %v", email, err)
		}
		return s
	}
	ann, bert := in("ann@harbour.example", password, ""), in("bert@harbour.example", password, "")
	lines := strings.Split(strings.TrimSpace(d.says(0, []string{"token", "create", "--staff", "ann@harbour.example"})), "\n")
	token := accountapp.Secret(lines[len(lines)-1])

	d.says(0, []string{"staff", "list"}, "ann@harbour.example", "B Marsh", "practitioner")
	d.says(1, []string{"staff", "deactivate", "--email", "nobody@harbour.example"}, "no such person")
	d.says(1, []string{"staff", "deactivate"}, "email")
	d.says(0, []string{"staff", "deactivate", "--email", "Ann@Harbour.example"}, "A Marsh is locked out")
	if _, err := d.h.account.Session(ctx, ann.Session); !errors.Is(err, account.ErrSession) {
		t.Errorf("the session still works: %v", err)
	}
	if _, err := d.h.account.Token(ctx, token); !errors.Is(err, account.ErrToken) {
		t.Errorf("the API token still works: %v", err)
	}
	if _, err := d.h.account.SignIn(ctx, accountapp.SignIn{Email: "ann@harbour.example", Password: password}); !errors.Is(err, account.ErrSignIn) {
		t.Errorf("signing in still works: %v", err)
	}
	d.says(1, []string{"staff", "password", "--email", "ann@harbour.example"}, "no such person")
	if _, err := d.h.account.Session(ctx, bert.Session); err != nil {
		t.Errorf("somebody else is locked out: %v", err)
	}
	var list []shownPerson
	if raw := d.says(0, []string{"staff", "list", "--json"}); json.Unmarshal([]byte(raw), &list) != nil || len(list) != 2 {
		t.Fatalf("%s", raw)
	}
	if list[0].Name != "A Marsh" || list[0].DeactivatedAt.IsZero() || !list[1].DeactivatedAt.IsZero() {
		t.Errorf("%+v", list)
	}

	lines = strings.Split(strings.TrimSpace(d.says(0, []string{"staff", "password", "--email", "bert@harbour.example"}, "shown this once")), "\n")
	if _, err := d.h.account.Session(ctx, bert.Session); !errors.Is(err, account.ErrSession) {
		t.Errorf("the old session still works: %v", err)
	}
	if known, err := d.h.accounts.KnownDevice(ctx, bert.Staff.ID, bert.Device.Hash()); known || err != nil {
		t.Errorf("the old device is still known: %v, %v", known, err)
	}
	if _, err := d.h.account.SignIn(ctx, accountapp.SignIn{Email: "bert@harbour.example", Password: password}); !errors.Is(err, account.ErrSignIn) {
		t.Errorf("the old password still works: %v", err)
	}
	in("bert@harbour.example", lines[len(lines)-1], "")
}
