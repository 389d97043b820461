package main

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	accountapp "portico/app/account"
	"portico/domain/account"

	"github.com/google/uuid"
)

// A token that got into wrong hands can be ended by the operator, and one person's slip ends nobody else's (threat T7).
func TestTokenCommands(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for _, email := range []string{"ann@harbour.example", "bert@harbour.example"} {
		if err := d.h.account.AddStaff(t.Context(), accountapp.AddStaff{
			ID: uuid.Must(uuid.NewV7()), Firm: d.firm, Email: email, Name: strings.ToUpper(email[:1]) + " Marsh", Role: account.Practitioner, Password: "a horse eats staples daily",
		}); err != nil {
			t.Fatal(err)
		}
	}
	out := d.says(0, []string{"token", "create", "--staff", "ann@harbour.example", "--name", "the scanner"})
	lines := strings.Split(strings.TrimSpace(out), "\n")
	secret := accountapp.Secret(lines[len(lines)-1])
	if _, err := d.h.account.Token(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	list := func() (rows []shownToken) {
		raw := d.says(0, []string{"token", "list", "--json", "--staff", "ann@harbour.example"})
		if err := json.Unmarshal([]byte(raw), &rows); err != nil || len(rows) != 1 || strings.Contains(raw, string(secret)) {
			t.Fatalf("%v in %s", err, raw)
		}
		return rows
	}
	before := list()[0]
	if before.Name != "the scanner" || !before.RevokedAt.IsZero() {
		t.Errorf("%+v", before)
	}
	id := before.ID.String()
	d.says(1, []string{"token", "revoke", "--staff", "bert@harbour.example", id}, "B Marsh has no token "+id)
	d.says(1, []string{"token", "revoke", "--staff", "ann@harbour.example", "x"}, "is no token's id")
	d.says(1, []string{"token", "revoke", "--staff", "nobody@harbour.example", id}, "no such person")
	d.says(1, []string{"token", "revoke", id}, "staff")
	if _, err := d.h.account.Token(t.Context(), secret); err != nil {
		t.Fatalf("a slip has ended it: %v", err)
	}
	for range 2 {
		d.says(0, []string{"token", "revoke", "--staff", "ann@harbour.example", id}, "is revoked")
	}
	if _, err := d.h.account.Token(t.Context(), secret); !errors.Is(err, account.ErrToken) {
		t.Errorf("it still opens the API: %v", err)
	}
	if list()[0].RevokedAt.IsZero() {
		t.Error("the list doesn't say that it is revoked")
	}
	d.says(0, []string{"token", "list", "--staff", "ann@harbour.example"}, "the scanner", "LAST USED")
}
