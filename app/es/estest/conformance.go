package estest

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"portico/app/es"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// The two practices of the suite. A store under test must know these numbers.
const (
	Firm      int32 = 1
	OtherFirm int32 = 2
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// Conformance is what every es.Store does. open returns an empty store that knows Firm and OtherFirm; it is called once
// for each part, in parallel.
func Conformance(t *testing.T, open func(t *testing.T) es.Store) {
	for _, part := range []struct {
		name string
		run  func(t *testing.T, s es.Store)
	}{
		{"events come back as they were, in order", comeBack},
		{"a stream that does not exist is empty", emptyStream},
		{"a read may stop early", stopEarly},
		{"nothing to write writes nothing", nothingToWrite},
		{"a stale version loses", staleVersion},
		{"a version from the future loses", futureVersion},
		{"the right version on another history loses", otherHistory},
		{"another firm reads nothing and writes nothing", otherFirm},
		{"sixteen at once on one head: exactly one wins", sixteenOnOneHead},
		{"sixteen at once on a new stream: exactly one wins", sixteenOnNewStream},
		{"a command id takes effect once", commandOnce},
		{"sixteen at once under one command id: one effect", commandSixteenTimes},
		{"a command id for something else is refused", commandReused},
		{"a command id that lost is free again", commandFreeAfterConflict},
		{"firms have their own command ids", commandPerFirm},
		{"a refused command that took effect earlier is told as done", refusedButDone},
		{"writers that meet decide again", executeDecidesAgain},
		{"the clock is UTC and never goes back", clock},
	} {
		t.Run(part.name, func(t *testing.T) {
			t.Parallel()
			part.run(t, open(t))
		})
	}
}

// issued is a link's first event, with personal data in all shapes.
func issued(link uuid.UUID) uploadlink.Issued {
	ida := uuid.New()
	return uploadlink.Issued{
		Subject: link, Sender: uuid.New(), ExpiresAt: noon.AddDate(0, 0, 14), Zone: "Europe/London",
		Recipients: []uploadlink.Recipient{{ID: ida, Name: event.Of(ida, "Ida Åberg"), Email: event.Of(ida, "ida@example.org")}},
		Message:    event.Of(link, "Please send:\n– “statements”\n– \U0001F4CE \\ \" \t"),
		Wanted:     []event.Personal{event.Of(link, "Bank statements"), event.Of(link, "")},
	}
}

func redeemed(n int) uploadlink.Redeemed {
	ida := uuid.UUID{15: 1}
	return uploadlink.Redeemed{Recipient: ida, Generation: n, Device: event.Of(ida, "Firefox"), Address: event.Of(ida, "192.0.2.1"), At: noon}
}

func newLink() event.Stream {
	id, err := uuid.NewV7()
	if err != nil {
		panic(err) // the system's randomness has failed
	}
	return uploadlink.Stream(id)
}

func by(firm int32) es.By {
	return es.By{Firm: firm, Actor: event.Actor{Kind: event.Staff, ID: uuid.UUID{15: 7}}}
}

func byCommand(firm int32, command uuid.UUID, request byte) es.By {
	b := by(firm)
	b.Command, b.Fingerprint = command, [32]byte{request}
	return b
}

func read(t *testing.T, s es.Store, firm int32, stream event.Stream) []event.Recorded {
	t.Helper()
	var all []event.Recorded
	for r, err := range s.Load(t.Context(), firm, stream, 0) {
		if err != nil {
			t.Fatalf("load %s: %v", stream, err)
		}
		if r.Position != 0 || !r.RecordedAt.IsZero() || r.Meta != (event.Meta{}) {
			t.Errorf("load %s: event %d comes with what no decision reads: %+v", stream, r.Version, r)
		}
		all = append(all, r)
	}
	return all
}

// next is an append to where the stream now stands.
func next(t *testing.T, s es.Store, b es.By, stream event.Stream, events ...event.Event) es.Append {
	t.Helper()
	a := es.Append{By: b, Stream: stream, Events: events, At: noon}
	if all := read(t, s, b.Firm, stream); len(all) > 0 {
		head := all[len(all)-1]
		a.Expected, a.Prev = head.Version, head.Hash
	}
	return a
}

func write(t *testing.T, s es.Store, a es.Append) es.Result {
	t.Helper()
	r, err := s.Append(t.Context(), a)
	if err != nil {
		t.Fatalf("append to %s: %v", a.Stream, err)
	}
	return r
}

func refuse(t *testing.T, s es.Store, a es.Append, want error) {
	t.Helper()
	before := len(read(t, s, a.By.Firm, a.Stream))
	if r, err := s.Append(t.Context(), a); !errors.Is(err, want) {
		t.Errorf("append answered %+v, %v; want %v", r, err, want)
	}
	if after := len(read(t, s, a.By.Firm, a.Stream)); after != before {
		t.Errorf("the stream has %d events after a refusal, and had %d", after, before)
	}
}

func comeBack(t *testing.T, s es.Store) {
	stream := newLink()
	want := append([]event.Event{issued(stream.ID)}, everyEvent(stream.ID)...)
	first := write(t, s, next(t, s, by(Firm), stream, want[:3]...))
	second := write(t, s, next(t, s, by(Firm), stream, want[3:]...))
	if first.Stream != stream || first.Version != 3 || second.Version != len(want) || first.Repeated || second.Repeated {
		t.Errorf("results are %+v and %+v, want versions 3 and %d", first, second, len(want))
	}
	if first.Position <= 0 || second.Position <= first.Position {
		t.Errorf("positions are %d and %d, want them rising", first.Position, second.Position)
	}
	hashes := map[[32]byte]bool{}
	all := read(t, s, Firm, stream)
	if first.Hash != all[2].Hash || second.Hash != all[len(all)-1].Hash {
		t.Error("an append answered another hash than its last event's")
	}
	since := 0
	for r, err := range s.Load(t.Context(), Firm, stream, 3) {
		if err != nil || r.Version != 4+since {
			t.Errorf("read version %d, %v; want %d", r.Version, err, 4+since)
		}
		since++
	}
	if since != len(want)-3 {
		t.Errorf("read %d events after version 3, want %d", since, len(want)-3)
	}
	for i, r := range all {
		if r.Version != i+1 || r.Stream != stream || r.Firm != Firm || !r.At.Equal(noon) || r.ReadAt.IsZero() {
			t.Errorf("event %d is recorded as %+v", i+1, r)
		}
		if !reflect.DeepEqual(r.Event, want[i]) {
			t.Errorf("event %d came back as\n%+v\nwant\n%+v", i+1, r.Event, want[i])
		}
		hashes[r.Hash] = true
	}
	if len(hashes) != len(want) || hashes[[32]byte{}] {
		t.Errorf("%d different hashes for %d events", len(hashes), len(want))
	}
}

// everyEvent is one of each that a link has after its first.
func everyEvent(link uuid.UUID) []event.Event {
	ida, file, batch := uuid.New(), uuid.New(), uuid.New()
	digest := "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
	return []event.Event{
		uploadlink.MailHandedOver{Recipient: ida, Generation: 1, At: noon},
		uploadlink.MailBounced{Recipient: ida, Generation: 1, Code: "5.1.1", Detail: event.Of(ida, "no such user ida"), At: noon},
		uploadlink.MailDelivered{Recipient: ida, Generation: 1, At: noon},
		uploadlink.MailGaveUp{Recipient: ida, Generation: 1, Tries: 9, At: noon},
		uploadlink.Resent{Secrets: []uploadlink.Secret{{Recipient: ida, Generation: 2}}},
		uploadlink.Extended{ExpiresAt: noon.AddDate(0, 1, 0), Zone: "Pacific/Apia"},
		redeemed(2),
		uploadlink.TransferStarted{File: file, Recipient: ida, Name: event.Of(link, "C:\\fakepath\\Ünï.pdf"), Size: uploadlink.MaxFileSize, At: noon},
		uploadlink.TransferAbandoned{File: uuid.New(), Reason: uploadlink.Idle, At: noon.Add(time.Millisecond)},
		uploadlink.BatchOpened{Batch: batch, Recipient: ida, At: noon},
		uploadlink.FileReceived{
			File: file, Batch: batch, Recipient: ida, Name: event.Of(link, "Ünï (2).pdf"), SentAs: event.Of(link, "C:\\fakepath\\Ünï.pdf"),
			Size: uploadlink.MaxFileSize, SHA256: digest, Media: "application/pdf", StartedAt: noon, ReceivedAt: noon,
			WindowMS: 600_000, Deadline: noon.Add(10 * time.Minute), Delivered: true, Late: true, SameAs: uuid.New(),
		},
		uploadlink.FileRenamed{File: file, Name: event.Of(link, "b.pdf"), At: noon},
		uploadlink.FileDeleted{File: file, Batch: batch, Name: event.Of(link, "b.pdf"), Size: 1, SHA256: digest, Reason: uploadlink.ByUploader, At: noon},
		uploadlink.BatchReleased{Batch: batch, Files: []uuid.UUID{file, uuid.New()}, Cause: uploadlink.WindowEnded, At: noon},
		uploadlink.BatchCancelled{Batch: batch, At: noon},
		uploadlink.Revoked{Reason: event.Of(link, ""), Unreleased: uploadlink.Discard, At: noon},
		uploadlink.Expired{At: noon},
	}
}

func emptyStream(t *testing.T, s es.Store) {
	if all := read(t, s, Firm, newLink()); len(all) != 0 {
		t.Errorf("read %d events, want none", len(all))
	}
	_, version, now, err := es.State[uploadlink.Link, uploadlink.Event](t.Context(), s, Firm, newLink())
	if err != nil || version != 0 || now.IsZero() {
		t.Errorf("state: version %d at %s, %v; want 0 at the store's time", version, now, err)
	}
}

func stopEarly(t *testing.T, s es.Store) {
	stream := newLink()
	write(t, s, next(t, s, by(Firm), stream, issued(stream.ID), redeemed(1), redeemed(2)))
	for range 50 { // more often than a pool has connections
		for range s.Load(t.Context(), Firm, stream, 0) {
			break
		}
	}
	if all := read(t, s, Firm, stream); len(all) != 3 {
		t.Errorf("read %d events afterwards, want 3", len(all))
	}
}

func nothingToWrite(t *testing.T, s es.Store) {
	stream := newLink()
	if r := write(t, s, es.Append{By: by(Firm), Stream: stream, At: noon}); r.Position != 0 {
		t.Errorf("result is %+v, want position 0", r)
	}
	if all := read(t, s, Firm, stream); len(all) != 0 {
		t.Errorf("read %d events, want none", len(all))
	}
}

func clock(t *testing.T, s es.Store) {
	var last time.Time
	for range 20 {
		now, err := s.Now(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if now.Before(last) {
			t.Errorf("the clock went back from %s to %s", last, now)
		}
		last = now
	}
	stream := newLink()
	write(t, s, next(t, s, by(Firm), stream, issued(stream.ID)))
	if r := read(t, s, Firm, stream)[0]; r.ReadAt.Before(last) {
		t.Errorf("read at %s, before the clock's %s", r.ReadAt, last)
	}
	_, _, now, err := es.State[uploadlink.Link, uploadlink.Event](t.Context(), s, Firm, stream)
	if err != nil || now.Nanosecond()%int(time.Millisecond) != 0 {
		t.Errorf("decisions are made at %s, %v; want whole milliseconds", now, err)
	}
}
