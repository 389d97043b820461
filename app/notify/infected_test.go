package notify

import (
	"context"
	"slices"
	"testing"

	"portico/app/es"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

func (o *outbox) Infected(_ context.Context, m Infected) (Outcome, error) {
	o.infected = append(o.infected, m)
	return o.answer()
}

func (o *outbox) NotSent(_ context.Context, m Infected) (Outcome, error) {
	o.notSent = append(o.notSent, m)
	return o.answer()
}

func (o *outbox) Held(_ context.Context, m Infected) (Outcome, error) {
	o.held = append(o.held, m)
	return o.answer()
}

func arrived(id uuid.UUID, name string, atOnce bool) uploadlink.FileReceived {
	return uploadlink.FileReceived{File: id, Batch: batch, Recipient: ingr, Name: event.Of(link, name), Size: 7, ReceivedAt: noon, Delivered: atOnce}
}

// Rule 5, U8: the practice's address and who sent it hear of a virus, and the notice of the batch doesn't name the file.
func TestAVirusIsToldToTwo(t *testing.T) {
	about := func(kind string, file uuid.UUID) es.Effect {
		return es.Effect{Kind: kind, Firm: 1, Stream: uploadlink.Stream(link), Args: es.EffectArgs{File: file}}
	}
	events := []uploadlink.Event{
		issued, arrived(fileA, "a.pdf", true), arrived(fileB, "b.pdf", true), arrived(fileC, "c.pdf", true),
		uploadlink.FileScanned{File: fileA, Verdict: uploadlink.Infected, Finding: "Eicar-Signature"},
		uploadlink.FileScanned{File: fileB, Verdict: uploadlink.NotScanned},
		uploadlink.FileScanned{File: fileC, Verdict: uploadlink.Clean},
		uploadlink.BatchReleased{Batch: batch, Files: []uuid.UUID{fileB, fileC}},
	}
	var box outbox
	s := sender(t, &box, events...)
	for _, kind := range []string{InfectedMail, NotSentMail} {
		if _, err := s.Perform(t.Context(), about(kind, fileA)); err != nil {
			t.Fatal(err)
		}
		if o, err := s.Send(t.Context(), about(kind, fileC)); o.Status != Withdrawn || err != nil {
			t.Errorf("a clean file: %+v, %v", o, err)
		}
	}
	if len(box.infected) != 1 || len(box.notSent) != 1 {
		t.Fatalf("%d mails to the practice and %d to the sender, want one each", len(box.infected), len(box.notSent))
	}
	office, ingrid := Person{"Harbour", "office@harbour.example"}, Person{"Ingrid", "ingrid@solberg.example"}
	want := Infected{ID: "infected." + fileA.String(), At: noon, To: office, Practice: office, From: ingrid, FileID: fileA, File: File{Name: "a.pdf", Size: 7}, Finding: "Eicar-Signature"}
	if box.infected[0] != want {
		t.Errorf("%+v\nwant %+v", box.infected[0], want)
	}
	want.ID, want.To, want.ReplyTo = "not-sent."+fileA.String(), ingrid, office
	if box.notSent[0] != want {
		t.Errorf("%+v\nwant %+v", box.notSent[0], want)
	}
	if _, err := s.Send(t.Context(), noticeEffect); err != nil {
		t.Fatal(err)
	}
	if want := []File{{Name: "b.pdf", Size: 7, Unscanned: true}, {Name: "c.pdf", Size: 7}}; !slices.Equal(box.notices[0].Files, want) {
		t.Errorf("the notice names %+v, want %+v", box.notices[0].Files, want)
	}
}

// U8: a held file is told to the practice's address while it is held, and to nobody else.
func TestAHeldFileIsTold(t *testing.T) {
	about := es.Effect{Kind: HeldMail, Firm: 1, Stream: uploadlink.Stream(link), Args: es.EffectArgs{File: fileA}}
	events := []uploadlink.Event{
		issued, arrived(fileA, "a.pdf", false), uploadlink.FileScanned{File: fileA, Verdict: uploadlink.NotScanned, Reason: "too large", Held: true},
	}
	var box outbox
	if o, err := sender(t, &box, events...).Send(t.Context(), about); o.Status != HandedOver || err != nil || len(box.held) != 1 {
		t.Fatalf("%+v, %v, %d mails", o, err, len(box.held))
	}
	if m := box.held[0]; m.To.Email != "office@harbour.example" || m.Finding != "too large" || m.FileID != fileA || m.ID != "held."+fileA.String() {
		t.Errorf("%+v", m)
	}
	for name, then := range map[string]uploadlink.Event{
		"let go": uploadlink.FileScanned{File: fileA, Verdict: uploadlink.NotScanned}, "clean": uploadlink.FileScanned{File: fileA, Verdict: uploadlink.Clean},
		"deleted": uploadlink.FileDeleted{File: fileA, Batch: batch},
	} {
		if o, err := sender(t, &box, append(events[:3:3], then)...).Send(t.Context(), about); o.Status != Withdrawn || err != nil {
			t.Errorf("%s meanwhile: %+v, %v", name, o, err)
		}
	}
}
