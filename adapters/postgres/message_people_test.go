package postgres_test

import (
	"testing"

	contactapp "portico/app/contact"
	"portico/app/message"
	app "portico/app/uploadlink"
	"portico/domain/contact"

	"github.com/google/uuid"
)

// ledgerOfContact: links that were mailed to Imogen's address are found with her as soon as she is a contact.
func ledgerOfContact(t *testing.T, h *house, imogen *usedLink) {
	contacts := contactapp.Commands{Events: h.store}
	add := func(name, email string) uuid.UUID {
		id := uuid.Must(uuid.NewV7())
		r, err := contacts.Add(t.Context(), contactapp.Add{By: h.by(), ID: id, Details: contact.Entry{Given: name, Email: email}})
		if err != nil {
			t.Fatal(err)
		}
		imogen.see(t, r.Position)
		return id
	}
	ours := 0
	for _, m := range h.ledger(t, message.Query{Kind: app.MailUploadLink}) {
		if m.PersonName == "Imogen Farrow" {
			ours++
		}
	}
	one, nobody := add("Imogen", "Imogen@EXAMPLE.org"), add("Ida", "")
	found := h.ledger(t, message.Query{Person: one})
	if ours < 2 || len(found) != ours || found[0].Person != one || found[0].Sort != message.Contact || found[0].PersonName != "Imogen" {
		t.Errorf("%d messages, want %d: %+v", len(found), ours, found)
	}
	if found := h.ledger(t, message.Query{Person: nobody}); len(found) > 0 {
		t.Errorf("somebody without an address has %+v", found)
	}
	two := add("Olav", "imogen@example.org") // a couple (S3.i11): both find it, and it says whom it was mailed to
	for _, who := range []uuid.UUID{one, two} {
		if found := h.ledger(t, message.Query{Person: who}); len(found) != ours || found[0].Sort != message.Recipient || found[0].PersonName != "Imogen Farrow" {
			t.Errorf("of two: %d messages, %+v", len(found), found)
		}
	}
}
