package postgres_test

import (
	"testing"
	"time"

	"github.com/google/uuid"
)

// What somebody has sent is theirs to see once the practice has it; nobody else's, and nothing of another practice.
func TestSentBy(t *testing.T) {
	h := newHouse(t)
	h.run(t)
	u := h.issue(t, time.Hour)
	u.sent(t, "a.pdf", "b.pdf")
	u.sent(t, "c.pdf")
	u.send(t, "in its window.pdf")
	names := func(firm int32, client uuid.UUID, email string, limit int) (all string) {
		rows, err := u.list.SentBy(t.Context(), firm, client, email, limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			if r.SentAt.IsZero() || r.Size != 10 {
				t.Errorf("%+v", r)
			}
			all += r.Name + " "
		}
		return all
	}
	const imogen = "imogen@example.org"
	if got := names(u.firm, uuid.Nil, imogen, 50); got != "c.pdf b.pdf a.pdf " {
		t.Errorf("all of them: %s", got)
	}
	if got := names(u.firm, uuid.Nil, imogen, 1); got != "c.pdf " {
		t.Errorf("the newest: %s", got)
	}
	for _, none := range []string{names(u.firm+1, uuid.Nil, imogen, 50), names(u.firm, u.id, imogen, 50), names(u.firm, uuid.Nil, "other@example.org", 50)} {
		if none != "" {
			t.Errorf("somebody else sees %s", none)
		}
	}
}
