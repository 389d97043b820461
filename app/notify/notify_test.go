package notify

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/app/es"
	"portico/app/secret"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

var (
	link  = uuid.MustParse("0197f000-0000-7000-8000-00000000000a")
	mary  = uuid.MustParse("0197f000-0000-7000-8000-00000000000b")
	ingr  = uuid.MustParse("0197f000-0000-7000-8000-00000000000c")
	olav  = uuid.MustParse("0197f000-0000-7000-8000-00000000000d")
	batch = uuid.MustParse("0197f000-0000-7000-8000-0000000000b1")
	fileA = uuid.MustParse("0197f000-0000-7000-8000-0000000000f1")
	fileB = uuid.MustParse("0197f000-0000-7000-8000-0000000000f2")
	fileC = uuid.MustParse("0197f000-0000-7000-8000-0000000000f3")
	noon  = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

	issued = uploadlink.Issued{
		Subject: link, Sender: mary, Message: event.Of(link, "Please send the statements."),
		Wanted: []event.Personal{event.Of(link, "P60")},
		Recipients: []uploadlink.Recipient{
			{ID: ingr, Name: event.Of(ingr, "Ingrid"), Email: event.Of(ingr, "ingrid@solberg.example")},
			{ID: olav, Name: event.Of(olav, "Olav"), Email: event.Of(olav, "olav@solberg.example")},
		},
		ExpiresAt: noon.Add(48 * time.Hour), Zone: "Europe/London",
	}
)

// history is a store that holds one stream.
type history struct {
	es.Store
	events []uploadlink.Event
}

func (h *history) Load(_ context.Context, firm int32, stream event.Stream, after int) iter.Seq2[event.Recorded, error] {
	return func(yield func(event.Recorded, error) bool) {
		if firm != 1 || stream != uploadlink.Stream(link) {
			return
		}
		for i, e := range h.events[min(after, len(h.events)):] {
			if !yield(event.Recorded{Stream: stream, Version: after + i + 1, Event: e, ReadAt: noon}, nil) {
				return
			}
		}
	}
}

func (h *history) Now(context.Context) (time.Time, error) { return noon, nil }

func (h *history) Append(_ context.Context, a es.Append) (es.Result, error) {
	for _, e := range a.Events {
		h.events = append(h.events, e.(uploadlink.Event))
	}
	return es.Result{Version: len(h.events)}, nil
}

// outbox keeps what it is told to mail, and answers outcome where one is set.
type outbox struct {
	replies  []ReplyRefused
	links    []UploadLink
	codes    []Code
	changes  []FactorNotice
	notices  []BatchNotice
	infected []Infected
	notSent  []Infected
	held     []Infected
	asks     []NewLinkRequest
	refuses  string // mails to this address are refused for good
	pleas    []WithdrawalRequest
	answers  []WithdrawalAnswer
	invites  []Invitation
	lost     []InvitationLost
	texts    []TextMessage
	joins    []StaffInvitation
	entries  []Entry
	tasks    []TaskNotice
	staff    []StaffTaskNotice
	off      []WebhookOff
	outcome  Outcome
}

func (o *outbox) answer() (Outcome, error) {
	if o.outcome.Status != "" {
		return o.outcome, nil
	}
	return Outcome{Status: HandedOver}, nil
}

func (o *outbox) UploadLink(_ context.Context, m UploadLink) (Outcome, error) {
	o.links = append(o.links, m)
	return o.answer()
}

func (o *outbox) WithdrawalRequest(_ context.Context, m WithdrawalRequest) (Outcome, error) {
	o.pleas = append(o.pleas, m)
	return o.answer()
}

func (o *outbox) WithdrawalAnswer(_ context.Context, m WithdrawalAnswer) (Outcome, error) {
	o.answers = append(o.answers, m)
	return o.answer()
}

func (o *outbox) Invitation(_ context.Context, m Invitation) (Outcome, error) {
	o.invites = append(o.invites, m)
	return o.answer()
}

func (o *outbox) Code(_ context.Context, m Code) (Outcome, error) {
	o.codes = append(o.codes, m)
	return o.answer()
}

func (o *outbox) FactorNotice(_ context.Context, m FactorNotice) (Outcome, error) {
	o.changes = append(o.changes, m)
	return o.answer()
}

func (o *outbox) Text(_ context.Context, m TextMessage) (Outcome, error) {
	o.texts = append(o.texts, m)
	return o.answer()
}

func (o *outbox) Entry(_ context.Context, m Entry) (Outcome, error) {
	o.entries = append(o.entries, m)
	return o.answer()
}

func (o *outbox) Task(_ context.Context, m TaskNotice) (Outcome, error) {
	o.tasks = append(o.tasks, m)
	return o.answer()
}

func (o *outbox) StaffTask(_ context.Context, m StaffTaskNotice) (Outcome, error) {
	o.staff = append(o.staff, m)
	return o.answer()
}

func (o *outbox) StaffInvitation(_ context.Context, m StaffInvitation) (Outcome, error) {
	o.joins = append(o.joins, m)
	return o.answer()
}

func (o *outbox) BatchNotice(_ context.Context, m BatchNotice) (Outcome, error) {
	o.notices = append(o.notices, m)
	return o.answer()
}

func (o *outbox) NewLinkRequest(_ context.Context, m NewLinkRequest) (Outcome, error) {
	o.asks = append(o.asks, m)
	if m.To.Email == o.refuses {
		return Outcome{Status: Refused, Code: "5.1.1"}, nil
	}
	return o.answer()
}

func keys(t *testing.T) secret.KeyRing {
	t.Helper()
	ring, err := secret.NewKeyRing(secret.Key{ID: 1, Secret: []byte(strings.Repeat("k", 32))})
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

func sender(t *testing.T, box *outbox, events ...uploadlink.Event) Sender {
	t.Helper()
	return Sender{
		Events: &history{events: events}, Keys: keys(t), Mailer: box, BaseURL: "https://portal.example",
		Staff: func(context.Context, int32, uuid.UUID) (Person, error) {
			return Person{"Mary O’Neill", "mary@harbour.example"}, nil
		},
		Practice: func(context.Context, int32) (Person, error) { return Person{"Harbour", "office@harbour.example"}, nil },
	}
}

func linkEffect(to uuid.UUID, generation int) es.Effect {
	return es.Effect{Kind: UploadLinkMail, Firm: 1, Stream: uploadlink.Stream(link), Args: es.EffectArgs{Recipient: to, Generation: generation}}
}

var noticeEffect = es.Effect{Kind: BatchNoticeMail, Firm: 1, Stream: uploadlink.Stream(link), Args: es.EffectArgs{Batch: batch}}

func TestUploadLinkSaysWhatTheStreamSays(t *testing.T) {
	var box outbox
	s := sender(t, &box, issued, uploadlink.Extended{ExpiresAt: noon.Add(72 * time.Hour), Zone: "Europe/Berlin"})
	if o, err := s.Send(t.Context(), linkEffect(olav, 1)); o.Status != HandedOver || err != nil {
		t.Fatal(o, err)
	}
	m := box.links[0]
	if m.To != (Person{"Olav", "olav@solberg.example"}) || m.Sender.Name != "Mary O’Neill" || m.Message != issued.Message.Text ||
		!slices.Equal(m.Wanted, []string{"P60"}) || !m.ExpiresAt.Equal(noon.Add(72*time.Hour)) || m.Zone != "Europe/Berlin" || !m.At.Equal(noon) {
		t.Errorf("%+v", m)
	}
	token, ok := strings.CutPrefix(m.URL, "https://portal.example/u/")
	if got, err := keys(t).ParseUploadLink(token); !ok || err != nil || got != (secret.UploadToken{Link: link, Recipient: olav, Generation: 1}) {
		t.Errorf("the address opens %+v, %v", got, err)
	}
}

// Rules 1 and 2: L2, L3, T13.
func TestAMailThatMakesNoSenseIsWithdrawn(t *testing.T) {
	resent := uploadlink.Resent{Secrets: []uploadlink.Secret{{Recipient: ingr, Generation: 2}}}
	erased := issued
	erased.Recipients = []uploadlink.Recipient{{ID: ingr, Name: event.Personal{Erased: true}, Email: event.Personal{Erased: true}}}
	over := issued
	over.ExpiresAt = noon
	for name, c := range map[string]struct {
		events []uploadlink.Event
		effect es.Effect
		want   Status
		mails  int
	}{
		"replaced":             {[]uploadlink.Event{issued, resent}, linkEffect(ingr, 1), Withdrawn, 0},
		"the newest":           {[]uploadlink.Event{issued, resent}, linkEffect(ingr, 2), HandedOver, 1},
		"another's is as ever": {[]uploadlink.Event{issued, resent}, linkEffect(olav, 1), HandedOver, 1},
		"revoked":              {[]uploadlink.Event{issued, uploadlink.Revoked{At: noon}}, linkEffect(ingr, 1), Withdrawn, 0},
		"expired by the clock": {[]uploadlink.Event{over}, linkEffect(ingr, 1), Withdrawn, 0},
		"expired and extended": {[]uploadlink.Event{over, uploadlink.Expired{At: noon}, uploadlink.Extended{ExpiresAt: noon.Add(time.Hour), Zone: "UTC"}}, linkEffect(ingr, 1), HandedOver, 1},
		"handed over earlier":  {[]uploadlink.Event{issued, uploadlink.MailHandedOver{Recipient: ingr, Generation: 1}}, linkEffect(ingr, 1), HandedOver, 0},
		"erased":               {[]uploadlink.Event{erased}, linkEffect(ingr, 1), Withdrawn, 0},
		"nobody":               {[]uploadlink.Event{issued}, linkEffect(mary, 1), Withdrawn, 0},
		"no link":              {nil, linkEffect(ingr, 1), Withdrawn, 0},
	} {
		t.Run(name, func(t *testing.T) {
			var box outbox
			o, err := sender(t, &box, c.events...).Send(t.Context(), c.effect)
			if err != nil || o.Status != c.want || len(box.links) != c.mails {
				t.Errorf("%+v, %v, %d mails", o, err, len(box.links))
			}
		})
	}
	if _, err := (Sender{}).Send(t.Context(), es.Effect{Kind: "sms.nothing"}); err == nil {
		t.Error("an unknown kind must be an error")
	}
}

// S1.9: the mail has the practice's own words; without knowing them nothing is sent, because a second mail would differ.
func TestTheMailHasThePracticesOwnWords(t *testing.T) {
	box := &outbox{}
	s := sender(t, box, issued)
	s.Wording = func(_ context.Context, firm int32) (MailWording, error) {
		return MailWording{Button: fmt.Sprintf("Send to practice %d", firm)}, nil
	}
	if _, err := s.Send(t.Context(), linkEffect(ingr, 1)); err != nil || len(box.links) != 1 || box.links[0].Wording.Button != "Send to practice 1" {
		t.Errorf("%v, %+v", err, box.links)
	}
	s.Wording = func(context.Context, int32) (MailWording, error) {
		return MailWording{}, errors.New("the database is gone")
	}
	if _, err := s.Send(t.Context(), linkEffect(ingr, 1)); err == nil || len(box.links) != 1 {
		t.Errorf("%v, %d mails; want another try", err, len(box.links))
	}
}

// T13: entries come only from what a mail server said. S1.i24.
func TestTheOutcomeIsAnEvent(t *testing.T) {
	at := noon
	for name, c := range map[string]struct {
		outcome Outcome
		effect  es.Effect
		wantErr string // empty: the effect is over
		want    uploadlink.Event
	}{
		"handed over": {Outcome{Status: HandedOver}, linkEffect(ingr, 1), "", uploadlink.MailHandedOver{Recipient: ingr, Generation: 1, At: at}},
		"refused": {
			Outcome{Status: Refused, Code: "5.1.1", Detail: "<ingrid@solberg.example> unknown"}, linkEffect(ingr, 1), "refused for good with 5.1.1",
			uploadlink.MailBounced{Recipient: ingr, Generation: 1, Code: "5.1.1", Detail: event.Of(ingr, "<ingrid@solberg.example> unknown"), At: at},
		},
		"passing":        {Outcome{Status: Passing, Code: "451", Detail: "later"}, linkEffect(ingr, 1), "451 later", nil},
		"withdrawn":      {Outcome{}, linkEffect(mary, 1), es.ErrWithdrawn.Error(), nil},
		"notice":         {Outcome{Status: HandedOver}, noticeEffect, "", nil},
		"notice refused": {Outcome{Status: Refused, Code: "5.1.1"}, noticeEffect, "refused for good with 5.1.1", nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := sender(t, &outbox{outcome: c.outcome}, issued,
				uploadlink.FileReceived{File: fileA, Batch: batch, Recipient: ingr}, uploadlink.BatchReleased{Batch: batch, Files: []uuid.UUID{fileA}})
			for range 2 { // the second time changes nothing
				_, err := s.Perform(t.Context(), c.effect)
				if (err == nil) != (c.wantErr == "") || (err != nil && !strings.Contains(err.Error(), c.wantErr)) {
					t.Fatal(err)
				}
			}
			got := s.Events.(*history).events[3:]
			if (c.want == nil && len(got) != 0) || (c.want != nil && (len(got) != 1 || !reflect.DeepEqual(got[0], c.want))) {
				t.Errorf("recorded %+v, want %+v", got, c.want)
			}
		})
	}
	s := sender(t, &outbox{}, issued)
	if err := s.GaveUp(t.Context(), linkEffect(ingr, 1), 10); err != nil {
		t.Fatal(err)
	}
	if got := s.Events.(*history).events; !reflect.DeepEqual(got[len(got)-1], uploadlink.Event(uploadlink.MailGaveUp{Recipient: ingr, Generation: 1, Tries: 10, At: at})) {
		t.Errorf("%+v", got)
	}
}

// S1.i8, S1.i7, S1.i1: one mail names what was released, by its newest name, and nothing else.
func TestBatchNotice(t *testing.T) {
	received := func(id, b uuid.UUID, name string, after time.Duration) uploadlink.FileReceived {
		return uploadlink.FileReceived{File: id, Batch: b, Recipient: ingr, Name: event.Of(link, name), Size: 7, ReceivedAt: noon.Add(after)}
	}
	events := []uploadlink.Event{
		issued, received(fileB, batch, "b.pdf", 2), received(fileA, batch, "a.pdf", 1), received(fileC, batch, "c.pdf", 3),
		received(mary, olav, "other batch.pdf", 4),
		uploadlink.FileRenamed{File: fileA, Name: event.Of(link, "January.pdf")},
		uploadlink.FileDeleted{File: fileC, Batch: batch},
	}
	var box outbox
	if o, err := sender(t, &box, events...).Send(t.Context(), noticeEffect); o.Status != Withdrawn || err != nil || len(box.notices) != 0 {
		t.Fatalf("a batch in its window: %+v, %v", o, err)
	}
	events = append(events, uploadlink.BatchReleased{Batch: batch, Files: []uuid.UUID{fileB, fileA}})
	if o, err := sender(t, &box, events...).Send(t.Context(), noticeEffect); o.Status != HandedOver || err != nil {
		t.Fatal(o, err)
	}
	m := box.notices[0]
	want := []File{{Name: "January.pdf", Size: 7}, {Name: "b.pdf", Size: 7}}
	if !slices.Equal(m.Files, want) || m.From.Name != "Ingrid" || m.To.Email != "mary@harbour.example" || m.URL != "https://portal.example/inbox" {
		t.Errorf("%+v", m)
	}
}

// S1.i22, L5.
func TestLastDay(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		at              time.Time
		zone, day, name string
	}{
		{time.Date(2026, 12, 5, 0, 0, 0, 0, london), "Europe/London", "Friday 4 December 2026", "UK time (Europe/London)"},
		{time.Date(2026, 7, 1, 0, 0, 0, 0, london), "Europe/London", "Tuesday 30 June 2026", "UK time (Europe/London)"},
		{time.Date(2026, 12, 5, 5, 0, 0, 0, time.UTC), "America/New_York", "Friday 4 December 2026", "New York time (America/New_York)"},
		{time.Date(2026, 12, 5, 0, 0, 0, 0, time.UTC), "", "Friday 4 December 2026", "UTC"},
		{time.Date(2026, 12, 5, 0, 0, 0, 0, time.UTC), "No/Where", "Friday 4 December 2026", "UTC"},
	} {
		if day, name := LastDay(c.at, c.zone); day != c.day || name != c.name {
			t.Errorf("%v in %q: %q, %q", c.at, c.zone, day, name)
		}
	}
}

// S1.i21, rule 5: the link's sender and the practice hear of a request for a new link, once, while it has no answer.
func TestNewLinkRequest(t *testing.T) {
	asked := uploadlink.NewLinkRequested{Recipient: ingr, Generation: 1, Note: event.Of(ingr, "I was away."), At: noon.Add(-time.Minute)}
	effect := es.Effect{Kind: NewLinkRequestMail, Firm: 1, Stream: uploadlink.Stream(link), Args: es.EffectArgs{Recipient: ingr}}

	t.Run("says who asks, when and why, and where to answer", func(t *testing.T) {
		var box outbox
		if o, err := sender(t, &box, issued, asked).Send(t.Context(), effect); o.Status != HandedOver || err != nil {
			t.Fatal(o, err)
		}
		m := box.asks[0]
		if m.To.Email != "mary@harbour.example" || m.Practice.Email != "office@harbour.example" || m.From.Email != "ingrid@solberg.example" ||
			m.Note != "I was away." || !m.AskedAt.Equal(asked.At) || m.URL != "https://portal.example/upload-links/"+link.String() || m.Zone != "Europe/London" {
			t.Errorf("%+v", m)
		}
	})
	t.Run("not once it has its answer", func(t *testing.T) {
		for _, answer := range []uploadlink.Event{
			uploadlink.Extended{ExpiresAt: noon.Add(99 * time.Hour), Zone: "UTC"}, uploadlink.NewLinkRequestDismissed{Recipient: ingr, At: noon},
			uploadlink.Resent{Secrets: []uploadlink.Secret{{Recipient: ingr, Generation: 2}}},
			uploadlink.AddressCorrected{Recipient: ingr, Email: event.Of(ingr, "i@solberg.example"), Generation: 2, At: noon},
		} {
			var box outbox
			if o, err := sender(t, &box, issued, asked, answer).Send(t.Context(), effect); o.Status != Withdrawn || err != nil || len(box.asks) > 0 {
				t.Errorf("after %T: %v, %v, %d mails", answer, o, err, len(box.asks))
			}
		}
	})
	t.Run("of a revoked link", func(t *testing.T) {
		var box outbox
		s := sender(t, &box, issued, uploadlink.Revoked{Unreleased: uploadlink.Keep, At: noon.Add(-time.Hour)}, asked)
		if o, err := s.Send(t.Context(), effect); o.Status != HandedOver || err != nil || !box.asks[0].Revoked {
			t.Errorf("%v, %v, %+v", o, err, box.asks)
		}
	})
	t.Run("another's answer is not theirs", func(t *testing.T) {
		var box outbox
		s := sender(t, &box, issued, asked, uploadlink.Resent{Secrets: []uploadlink.Secret{{Recipient: olav, Generation: 2}}})
		if o, err := s.Send(t.Context(), effect); o.Status != HandedOver || err != nil {
			t.Error(o, err)
		}
	})
	t.Run("a sender whose mailbox is gone does not keep it from the practice", func(t *testing.T) {
		box := outbox{refuses: "mary@harbour.example"}
		if o, err := sender(t, &box, issued, asked).Send(t.Context(), effect); o.Status != HandedOver || err != nil || len(box.asks) != 2 || box.asks[1].To.Email != "office@harbour.example" {
			t.Errorf("%v, %v, %+v", o, err, box.asks)
		}
	})
}

// I6: the mail of a corrected address goes there, and the one before is withdrawn.
func TestCorrectedAddress(t *testing.T) {
	var box outbox
	s := sender(t, &box, issued, uploadlink.AddressCorrected{
		Recipient: ingr, Name: event.Of(ingr, "Ingrid S."), Email: event.Of(ingr, "ingrid@new.example"), Generation: 2, At: noon,
	})
	if o, err := s.Send(t.Context(), linkEffect(ingr, 1)); o.Status != Withdrawn || err != nil {
		t.Error(o, err)
	}
	if o, err := s.Send(t.Context(), linkEffect(ingr, 2)); o.Status != HandedOver || err != nil || box.links[0].To != (Person{"Ingrid S.", "ingrid@new.example"}) {
		t.Errorf("%v, %v, %+v", o, err, box.links)
	}
}
