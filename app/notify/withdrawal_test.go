package notify

import (
	"slices"
	"strings"
	"testing"
	"time"

	"portico/app/es"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// pleaMail is about one request, as effects of before requests were collected still are.
func pleaMail(version int) es.Effect {
	return es.Effect{Kind: WithdrawalRequestMail, Firm: 1, Stream: uploadlink.Stream(link), Args: es.EffectArgs{Version: version}}
}

func pleasMail(since time.Time) es.Effect {
	return es.Effect{Kind: WithdrawalRequestMail, Firm: 1, Stream: uploadlink.Stream(link), Args: es.EffectArgs{Since: since}}
}

func answerMail(version int) es.Effect {
	return es.Effect{Kind: WithdrawalAnswerMail, Firm: 1, Stream: uploadlink.Stream(link), Args: es.EffectArgs{Version: version}}
}

// U5: each request is one mail to the practice, each answer one to the person who asked, whatever comes late or twice.
func TestWithdrawalMails(t *testing.T) {
	events := []uploadlink.Event{
		issued,
		uploadlink.FileReceived{File: fileA, Batch: batch, Recipient: olav, Name: event.Of(link, "scan.pdf"), Size: 7},
		uploadlink.FileRenamed{File: fileA, Name: event.Of(link, "January.pdf")},
		uploadlink.BatchReleased{Batch: batch, Files: []uuid.UUID{fileA}},
		uploadlink.WithdrawalRequested{File: fileA, Reason: event.Of(link, "Wrong month")},             // 5
		uploadlink.WithdrawalRefused{File: fileA, Reason: event.Of(link, "It has been filed already")}, // 6
		uploadlink.WithdrawalRequested{File: fileA, Reason: event.Of(link, "")},                        // 7
	}
	var box outbox
	send := func(t *testing.T, e es.Effect, want Status) {
		t.Helper()
		if o, err := sender(t, &box, events...).Send(t.Context(), e); o.Status != want || err != nil {
			t.Fatalf("%s of version %d: %+v, %v; want %s", e.Kind, e.Args.Version, o, err, want)
		}
	}
	send(t, pleaMail(5), Withdrawn) // answered meanwhile
	send(t, pleaMail(6), Withdrawn) // no request
	send(t, answerMail(7), Withdrawn)
	send(t, pleaMail(7), HandedOver)
	send(t, answerMail(6), HandedOver)
	events = append(events, uploadlink.WithdrawalAccepted{File: fileA}) // 8
	send(t, pleaMail(7), Withdrawn)
	send(t, answerMail(8), HandedOver)
	send(t, answerMail(6), HandedOver) // a late one still tells what was decided then

	if len(box.pleas) != 1 || len(box.answers) != 3 {
		t.Fatalf("%d requests and %d answers were mailed", len(box.pleas), len(box.answers))
	}
	p, kept, given := box.pleas[0], box.answers[0], box.answers[1]
	if p.To.Email != "mary@harbour.example" || p.From.Name != "Olav" || !slices.Equal(p.Pleas, []Plea{{File: File{Name: "January.pdf", Size: 7}, URL: p.URL}}) ||
		p.URL != "https://portal.example/files/"+fileA.String() {
		t.Errorf("request %+v", p)
	}
	if kept.To.Email != "olav@solberg.example" || kept.Accepted || kept.Reason != "It has been filed already" || kept.Sender.Email != "mary@harbour.example" {
		t.Errorf("refusal %+v", kept)
	}
	if !given.Accepted || given.Reason != "" || given.File.Name != "January.pdf" {
		t.Errorf("acceptance %+v", given)
	}
	if ids := []string{p.ID, kept.ID, given.ID}; ids[1] != box.answers[2].ID || len(slices.Compact(slices.Sorted(slices.Values(ids)))) != 3 {
		t.Errorf("ids %q", ids)
	}
	if strings.Contains(p.URL, "/u/") {
		t.Error("the mail carries a secret")
	}
	send(t, noticeEffect, Withdrawn) // a withdrawn file is named in no notice
	events = []uploadlink.Event{issued}
	send(t, pleaMail(1), Withdrawn)
	send(t, answerMail(1), Withdrawn)
}

// Rule 7: one mail a person names all that they ask back from a time on and that has no answer.
func TestRequestsOfAMinuteAreOneMail(t *testing.T) {
	fileD := uuid.MustParse("0197f000-0000-7000-8000-0000000000f4")
	events := []uploadlink.Event{
		issued, arrived(fileA, "a.pdf", true), arrived(fileB, "b.pdf", true), arrived(fileC, "c.pdf", true),
		uploadlink.FileReceived{File: fileD, Batch: uuid.UUID{15: 9}, Recipient: olav, Name: event.Of(link, "olav.pdf"), Size: 7},
		uploadlink.WithdrawalRequested{File: fileA, At: noon.Add(-time.Second)}, // has a mail of its own
		uploadlink.WithdrawalRequested{File: fileB, At: noon, Reason: event.Of(link, "Wrong month")},
		uploadlink.WithdrawalRequested{File: fileD, At: noon.Add(time.Second)},
		uploadlink.WithdrawalRequested{File: fileC, At: noon.Add(59 * time.Second)},
	}
	var box outbox
	send := func(e es.Effect, want Status) (m WithdrawalRequest) {
		t.Helper()
		box.pleas = nil
		o, err := sender(t, &box, events...).Send(t.Context(), e)
		if o.Status != want || err != nil {
			t.Fatalf("%+v, %v; want %s", o, err, want)
		}
		if want == HandedOver {
			m = box.pleas[0]
		}
		return m
	}
	m := send(pleasMail(noon), HandedOver)
	want := []Plea{
		{File: File{Name: "b.pdf", Size: 7}, Reason: "Wrong month", URL: "https://portal.example/files/" + fileB.String()},
		{File: File{Name: "c.pdf", Size: 7}, URL: "https://portal.example/files/" + fileC.String()},
	}
	if !slices.Equal(m.Pleas, want) || m.From.Name != "Ingrid" || m.URL != "https://portal.example/upload-links/"+link.String() {
		t.Errorf("%+v", m)
	}
	if o := box.pleas[1]; len(box.pleas) != 2 || o.From.Name != "Olav" || len(o.Pleas) != 1 || o.Pleas[0].File.Name != "olav.pdf" || o.ID == m.ID || o.URL != o.Pleas[0].URL {
		t.Errorf("%+v", o)
	}
	events = append(events, uploadlink.WithdrawalAccepted{File: fileB}, uploadlink.WithdrawalAccepted{File: fileD})
	if m := send(pleasMail(noon), HandedOver); len(m.Pleas) != 1 || m.Pleas[0].File.Name != "c.pdf" {
		t.Errorf("after an answer: %+v", m.Pleas)
	}
	// Kept, and asked back again while the mail of that minute has not left: the mail tells the second request.
	events = append(events, uploadlink.WithdrawalRefused{File: fileC}, uploadlink.WithdrawalRequested{File: fileC, At: noon.Add(59 * time.Second), Reason: event.Of(link, "Please")})
	if m := send(pleasMail(noon), HandedOver); len(m.Pleas) != 1 || m.Pleas[0].Reason != "Please" {
		t.Errorf("asked again: %+v", m.Pleas)
	}
	events = append(events, uploadlink.WithdrawalAccepted{File: fileC})
	send(pleasMail(noon), Withdrawn)
}

// Somebody who was erased gets no mail.
func TestAnswerToAnErasedPerson(t *testing.T) {
	erased := issued
	erased.Recipients = []uploadlink.Recipient{{ID: ingr, Name: event.Personal{Erased: true}, Email: event.Personal{Erased: true}}}
	var box outbox
	s := sender(t, &box, erased, uploadlink.FileReceived{File: fileA, Batch: batch, Recipient: ingr},
		uploadlink.BatchReleased{Batch: batch, Files: []uuid.UUID{fileA}}, uploadlink.WithdrawalRequested{File: fileA}, uploadlink.WithdrawalAccepted{File: fileA})
	if o, err := s.Send(t.Context(), answerMail(5)); o.Status != Withdrawn || err != nil || len(box.answers) != 0 {
		t.Errorf("%+v, %v", o, err)
	}
}
