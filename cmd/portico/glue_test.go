package main

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	mailadapter "portico/adapters/mail"
	smsadapter "portico/adapters/sms"
	"portico/app/account"
	"portico/app/es/estest"
	firmapp "portico/app/firm"
	"portico/app/firm/firmtest"
	"portico/app/notify"
	"portico/app/transfer"
	"portico/domain/firm"
	"portico/domain/receipt"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// One figure for two modules that don't know each other: a template fits the message that it is for.
func TestATemplateFitsAMessage(t *testing.T) {
	if firm.MaxTemplateText != uploadlink.MaxMessage {
		t.Errorf("a template has up to %d letters, a message %d", firm.MaxTemplateText, uploadlink.MaxMessage)
	}
}

// oneFirm is a reader that knows practice 1.
type oneFirm struct {
	firmapp.Reader
	down   error
	window time.Duration
}

func (f oneFirm) UploadPolicy(context.Context, int32, firm.Channel) (firm.Policy, error) {
	return firm.Policy{Window: f.window}, nil
}

func (f oneFirm) Firm(_ context.Context, no int32) (firmapp.Practice, error) {
	if no != 1 {
		return firmapp.Practice{}, firm.ErrNotFound
	}
	return firmapp.Practice{Name: "Harbour & Vale", Email: "office@harbour.example", Limits: firm.Limits{MaxFileBytes: 5, QuotaBytes: 7}, Button: "Send"}, f.down
}

func TestAllowances(t *testing.T) {
	down := errors.New("the database is gone")
	for _, c := range []struct {
		firms oneFirm
		no    int32
		want  transfer.Allowance
		err   error
	}{
		{oneFirm{}, 1, transfer.Allowance{MaxSize: 5, Quota: 7}, nil},
		{oneFirm{}, 2, transfer.Allowance{}, nil}, // founded a moment ago: the read model lags
		{oneFirm{down: down}, 1, transfer.Allowance{MaxSize: 5, Quota: 7}, down},
	} {
		if got, err := allowances(c.firms)(t.Context(), c.no); got != c.want || !errors.Is(err, c.err) {
			t.Errorf("practice %d: %+v, %v; want %+v, %v", c.no, got, err, c.want, c.err)
		}
	}
}

// U2: mails speak of time to rename and delete only where there is some.
func TestWordings(t *testing.T) {
	for window, final := range map[time.Duration]bool{0: true, time.Second: false} {
		if w, err := wordings(oneFirm{window: window})(t.Context(), 1); err != nil || w != (notify.MailWording{Button: "Send", Final: final}) {
			t.Errorf("window %v: %+v, %v", window, w, err)
		}
	}
}

// leaver is a reader that knows one person.
type leaver struct {
	account.Reader
	row account.StaffRow
}

func (p leaver) Staff(context.Context, int32, ...uuid.UUID) ([]account.StaffRow, error) {
	return []account.StaffRow{p.row}, nil
}

// Rule 9 of app/notify: names of clients' files go to nobody who has left the practice.
func TestMailsOfSomebodyWhoLeft(t *testing.T) {
	row := account.StaffRow{Name: "Mary O’Neill", Email: "mary@harbour.example"}
	if p, err := people(leaver{row: row}, oneFirm{})(t.Context(), 1, row.ID); err != nil || p != (notify.Person{Name: row.Name, Email: row.Email}) {
		t.Errorf("%+v, %v", p, err)
	}
	row.DeactivatedAt = time.Now()
	if p, err := people(leaver{row: row}, oneFirm{})(t.Context(), 1, row.ID); err != nil || p != (notify.Person{Name: "Harbour & Vale", Email: "office@harbour.example"}) {
		t.Errorf("of who has left: %+v, %v", p, err)
	}
}

// A practice that changes its name leaves the receipts that it has given as they were (rule 7 of domain/firm).
func TestSignatories(t *testing.T) {
	store, id := estest.NewMemory(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)), uuid.UUID{15: 7}
	noon := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	store.Given(1, firm.Stream(id), firm.Founded{Name: "Old", Email: "old@a.example", Zone: "UTC"}, firm.AccentSet{Hue: 5},
		firm.ProfileSet{Name: "New", Email: "old@a.example", Zone: "UTC", At: noon}, firm.ProfileSet{Name: "Newest", Email: "new@a.example", Zone: "UTC", At: noon.Add(time.Hour)})
	was := signatories(firmtest.Reader{Store: store, No: 1, ID: id}, store)
	for at, want := range map[time.Time]receipt.Practice{
		noon.Add(-1): {Name: "Old", Email: "old@a.example"}, noon: {Name: "New", Email: "old@a.example"},
		noon.Add(time.Hour - 1): {Name: "New", Email: "old@a.example"}, noon.AddDate(1, 0, 0): {Name: "Newest", Email: "new@a.example"},
	} {
		if got, err := was(t.Context(), 1, at); err != nil || got != want {
			t.Errorf("at %s: %+v, %v; want %+v", at, got, err, want)
		}
	}
	if _, err := was(t.Context(), 2, noon); !errors.Is(err, firm.ErrNotFound) {
		t.Errorf("of an unknown practice: %v", err)
	}
}

// S4.4: in dev a text shows among the mails, and its link can be followed; whatever else is in it stays text.
func TestTextsAreAmongTheMails(t *testing.T) {
	box := mailbox{mailadapter.Files{Dir: t.TempDir()}, smsadapter.Files{Dir: t.TempDir()}}
	ctx, noon := t.Context(), time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	mail := mailadapter.Mail{
		ID: "a", At: noon, From: notify.Person{Email: "portal@harbour.example"}, To: notify.Person{Email: "ida@example.org"}, Subject: "Files, please", Text: "Hello", HTML: "<p>Hello</p>",
	}
	if _, err := box.Send(ctx, mail); err != nil {
		t.Fatal(err)
	}
	text := notify.TextMessage{ID: "b", At: noon.Add(time.Minute), To: "+4791234567", Body: "Mary & <Co> invite you: https://portal.example/i/x"}
	if _, err := box.texts.Text(ctx, text); err != nil {
		t.Fatal(err)
	}
	list, err := box.List()
	if err != nil || len(list) != 2 || list[0].ID != "b" || list[0].To != text.To || list[0].Text != "" || list[1].Subject != mail.Subject {
		t.Fatalf("%+v, %v", list, err)
	}
	l, err := box.Read("b")
	if err != nil || l.Text != text.Body || !strings.Contains(l.HTML, `Mary &amp; &lt;Co&gt; invite you: <a href="https://portal.example/i/x">https://portal.example/i/x</a>`) {
		t.Errorf("%+v, %v", l, err)
	}
	if l, err := box.Read("a"); err != nil || l.Subject != mail.Subject {
		t.Errorf("%+v, %v", l, err)
	}
	if _, err := box.Read("c"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}
