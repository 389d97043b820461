package postgres

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"portico/domain/event"

	"github.com/go-json-experiment/json"
	"github.com/google/uuid"
)

// everything holds all that an event may hold, with keys out of order and texts that JSON must escape.
type everything struct {
	Zulu   string         `json:"zulu" es:"fact"`
	Alpha  int64          `json:"alpha" es:"fact"`
	At     time.Time      `json:"at" es:"fact"`
	ID     uuid.UUID      `json:"id" es:"id"`
	None   uuid.UUID      `json:"none,omitzero" es:"id"`
	IDs    []uuid.UUID    `json:"ids" es:"id"`
	Yes    bool           `json:"yes" es:"fact"`
	Name   event.Personal `json:"name" es:"personal"`
	Nobody event.Personal `json:"nobody" es:"personal"`
	Parts  []part         `json:"parts" es:"nested"`
	Empty  []part         `json:"empty,omitempty" es:"nested"`
}

type part struct {
	Word Word             `json:"word" es:"fact"`
	Who  []event.Personal `json:"who" es:"personal"`
}

type Word string

func (everything) EventType() string { return "test.everything" }

func sample() everything {
	id, other := uuid.MustParse("0190d8f2-0000-7000-8000-000000000001"), uuid.MustParse("0190d8f2-0000-7000-8000-000000000002")
	return everything{
		Zulu: "line\nquote\"back\\slash \u2028 <b> é 🙂", Alpha: -maxExact, At: time.Date(2026, 3, 1, 13, 0, 0, 5e6, time.FixedZone("", 3600)),
		ID: id, IDs: []uuid.UUID{id, other}, Yes: true, Name: event.Of(id, "Imogen"),
		Parts: []part{{Word: "a", Who: []event.Personal{event.Of(other, "Tom"), event.Of(id, "Priya")}}},
	}
}

// The chain hashes what encode wrote, and a verifier hashes what the database gives back, made canonical again: the two
// must be the same bytes.
func TestEncodedDataIsCanonical(t *testing.T) {
	c, err := NewCodec(EventSpec{Event: everything{}})
	if err != nil {
		t.Fatal(err)
	}
	e, err := c.encode(sample())
	if err != nil {
		t.Fatal(err)
	}
	again, err := canonical(bytes.Clone(e.data))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(e.data, again) {
		t.Errorf("encode wrote\n%s, canonical is\n%s", e.data, again)
	}
	if strings.Contains(string(e.data), "Imogen") || strings.Contains(string(e.data), "Priya") {
		t.Errorf("personal text in the open part: %s", e.data)
	}
	var m map[string]any
	if err := json.Unmarshal(e.data, &m); err != nil || m["zulu"] != sample().Zulu || m["at"] != "2026-03-01T12:00:00.005Z" {
		t.Errorf("the open part reads as %v, %v", m, err)
	}
}

// What JSON cannot carry exactly is refused, not rounded.
func TestNumbersBeyondJSONAreRefused(t *testing.T) {
	c, err := NewCodec(EventSpec{Event: everything{}})
	if err != nil {
		t.Fatal(err)
	}
	e := sample()
	e.Alpha = maxExact + 1
	if _, err := c.encode(e); err == nil {
		t.Error("a number above 2^53-1 was stored")
	}
}

// Every field of an event says what it is: a fact, an id, or personal.
func TestFieldsSayWhatTheyAre(t *testing.T) {
	if _, err := NewCodec(Events()...); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []event.Event{untagged{}, factualID{}, openText{}, unnamed{}, fraction{}, unknownTag{}} {
		if _, err := NewCodec(EventSpec{Event: bad}); err == nil {
			t.Errorf("%T was taken", bad)
		}
	}
}

type (
	untagged struct {
		Name string `json:"name"`
	}
	factualID struct {
		Size int `json:"size" es:"id"`
	}
	openText struct {
		Name string `json:"name" es:"personal"`
	}
	unnamed struct {
		Name string `es:"fact"`
	}
	fraction struct {
		Rate float64 `json:"rate" es:"fact"`
	}
	unknownTag struct {
		Name string `json:"name" es:"secret"`
	}
)

func (untagged) EventType() string   { return "test.untagged" }
func (factualID) EventType() string  { return "test.factual_id" }
func (openText) EventType() string   { return "test.open_text" }
func (unnamed) EventType() string    { return "test.unnamed" }
func (fraction) EventType() string   { return "test.fraction" }
func (unknownTag) EventType() string { return "test.unknown_tag" }
