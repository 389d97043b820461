package postgres_test

import (
	"bytes"
	"strings"
	"testing"

	"portico/adapters/postgres"

	"github.com/google/uuid"
)

// S4.i7: what somebody has typed is kept for them alone, sealed, until they take it away or the subject is erased.
func TestTaskDrafts(t *testing.T) {
	h := newHouse(t)
	d := postgres.TaskDrafts{DB: h.db, Vault: h.vault}
	request, ida, bo, acme, ledger, bank := newID(), newID(), newID(), newID(), newID(), newID()
	save := func(contact uuid.UUID, notes map[uuid.UUID]string) {
		t.Helper()
		if err := d.SaveDrafts(t.Context(), h.firm, request, acme, contact, notes); err != nil {
			t.Fatal(err)
		}
	}
	kept := func(firm int32, contact uuid.UUID, ledgerNote, bankNote string) {
		t.Helper()
		all, err := d.Drafts(t.Context(), firm, request, contact)
		if err != nil || all[ledger].Note != ledgerNote || all[bank].Note != bankNote {
			t.Errorf("kept %+v, %v; want %q and %q", all, err, ledgerNote, bankNote)
		}
	}
	save(ida, nil)
	save(ida, map[uuid.UUID]string{ledger: "Half a thought", bank: ""})
	save(bo, map[uuid.UUID]string{ledger: "Mine"})
	kept(h.firm, ida, "Half a thought", "")
	kept(h.firm, bo, "Mine", "")
	kept(h.found(t), ida, "", "")
	var sealed []byte
	if err := h.db.Work.QueryRow(t.Context(), `SELECT sealed FROM intake.item_draft WHERE contact_id = $1`, ida).Scan(&sealed); err != nil || bytes.Contains(sealed, []byte("thought")) {
		t.Errorf("lies there as %q, %v", sealed, err)
	}

	all, _ := d.Drafts(t.Context(), h.firm, request, ida)
	save(ida, map[uuid.UUID]string{ledger: "Half a thought", bank: strings.Repeat("ä", 5_000)})
	again, _ := d.Drafts(t.Context(), h.firm, request, ida)
	if !again[ledger].At.Equal(all[ledger].At) {
		t.Errorf("the same words again changed their time from %v to %v", all[ledger].At, again[ledger].At)
	}
	save(ida, map[uuid.UUID]string{bank: ""})
	kept(h.firm, ida, "Half a thought", "")

	if _, err := h.db.Work.Exec(t.Context(), `UPDATE intake.item_draft SET saved_at = statement_timestamp() - interval '181 days' WHERE contact_id = $1`, ida); err != nil {
		t.Fatal(err)
	}
	save(bo, map[uuid.UUID]string{ledger: "Mine still"})
	kept(h.firm, ida, "", "") // long untouched

	if _, err := h.eraser().Erase(t.Context(), h.by(), acme); err != nil {
		t.Fatal(err)
	}
	kept(h.firm, bo, "", "")
	if err := d.SaveDrafts(t.Context(), h.firm, request, acme, bo, map[uuid.UUID]string{ledger: "x"}); err == nil {
		t.Error("kept something of an erased subject")
	}
}
