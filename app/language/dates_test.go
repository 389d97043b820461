package language

import (
	"testing"
	"time"
)

func TestDates(t *testing.T) {
	tallinn, err := time.LoadLocation("Europe/Tallinn")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 12, 4, 15, 5, 0, 0, time.UTC) // 17:05 in Tallinn
	first := time.Date(2026, 2, 28, 23, 30, 0, 0, time.UTC)
	for tag, want := range map[string][]string{
		"en": {"Friday 4 December 2026", "4 Dec 2026", "Friday 4 December 2026, 17:05", "4 Dec, 17:05", "17:05", "Sunday 1 March 2026", "Tallinn time"},
		"es": {"viernes, 4 de diciembre de 2026", "4 dic 2026", "viernes, 4 de diciembre de 2026, 17:05", "4 dic, 17:05", "17:05", "domingo, 1 de marzo de 2026", "hora de Tallin"},
		"de": {"Freitag, 4. Dezember 2026", "4. Dez. 2026", "Freitag, 4. Dezember 2026, 17:05 Uhr", "4. Dez., 17:05 Uhr", "17:05", "Sonntag, 1. März 2026", "Tallinner Zeit"},
		"fr": {"vendredi 4 décembre 2026", "4 déc. 2026", "vendredi 4 décembre 2026 à 17:05", "4 déc. à 17:05", "17:05", "dimanche 1er mars 2026", "heure de Tallinn"},
		"et": {"reede, 4. detsember 2026", "4. dets 2026", "reede, 4. detsember 2026 kell 17:05", "4. dets kell 17:05", "17:05", "pühapäev, 1. märts 2026", "Tallinna aeg"},
	} {
		w := For(tag)
		for i, got := range []string{
			w.Date(at, tallinn), w.ShortDate(at, tallinn), w.Moment(at, tallinn), w.ShortMoment(at, tallinn), w.Time(at, tallinn), w.Date(first, tallinn), w.Zone(tallinn),
		} {
			if got != want[i] {
				t.Errorf("%s: %q, want %q", tag, got, want[i])
			}
		}
	}
	w := For("en")
	if got := w.LastDay(time.Date(2026, 12, 5, 0, 0, 0, 0, tallinn), tallinn); got != "Friday 4 December 2026" { // L5
		t.Errorf("the last day is %q", got)
	}
	if got := w.Date(time.Time{}, nil) + w.LastDay(time.Time{}, nil) + w.Moment(time.Time{}, nil); got != "" {
		t.Errorf("no time at all is %q", got)
	}
	if got := w.Date(at, nil); got != "Friday 4 December 2026" {
		t.Errorf("no zone is UTC: %q", got)
	}
	if got := w.Zone(time.FixedZone("America/Los_Angeles", 0)); got != "Los Angeles time" {
		t.Errorf("a zone without words: %q", got)
	}
	if got := w.Zone(nil); got != "UTC" {
		t.Errorf("no zone: %q", got)
	}
}

func TestNumbers(t *testing.T) {
	for tag, want := range map[string][]string{
		"en": {"0", "999", "1,234", "1,234,567", "−12", "1 byte", "999 bytes", "812 KB", "1.5 MB", "2.40 GB"},
		"es": {"0", "999", "1234", "1\u00a0234\u00a0567", "−12", "1 byte", "999 bytes", "812 KB", "1,5 MB", "2,40 GB"},
		"de": {"0", "999", "1.234", "1.234.567", "−12", "1 Byte", "999 Byte", "812 KB", "1,5 MB", "2,40 GB"},
		"fr": {"0", "999", "1\u202f234", "1\u202f234\u202f567", "−12", "1 octet", "999 octets", "812 ko", "1,5 Mo", "2,40 Go"},
		"et": {"0", "999", "1234", "1\u00a0234\u00a0567", "−12", "1 bait", "999 baiti", "812 kB", "1,5 MB", "2,40 GB"},
	} {
		w := For(tag)
		for i, got := range []string{
			w.Number(0), w.Number(999), w.Number(1234), w.Number(1_234_567), w.Number(-12),
			w.Size(1), w.Size(999), w.Size(812_000), w.Size(1_500_000), w.Size(2_400_000_000),
		} {
			if got != want[i] {
				t.Errorf("%s: %q, want %q", tag, got, want[i])
			}
		}
	}
}

// TestCalendars: each language has all its days and months.
func TestCalendars(t *testing.T) {
	for _, tag := range Tags() {
		c, ok := calendars[tag]
		if _, marked := marks[tag]; !ok || !marked || names[tag] == "" {
			t.Errorf("%s has no calendar, no marks or no name", tag)
		}
		for _, names := range [][]string{c.weekdays[:], c.months[:], c.shorts[:]} {
			seen := map[string]bool{"": true}
			for _, n := range names {
				if seen[n] {
					t.Errorf("%s: %q is missing, or there twice", tag, n)
				}
				seen[n] = true
			}
		}
	}
}
