package day_test

import (
	"testing"
	"time"
	_ "time/tzdata" // zones on machines that have none

	"portico/domain/day"

	"pgregory.net/rapid"
)

func zone(t interface{ Fatal(...any) }, name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// L5, S1.i22: the day counts to its end in the practice's zone.
func TestEnd(t *testing.T) {
	for _, c := range []struct{ zone, day, want string }{
		{"Europe/London", "2026-03-16", "2026-03-17T00:00:00Z"},
		{"Europe/London", "2026-05-12", "2026-05-12T23:00:00Z"},
		{"Europe/London", "2026-03-29", "2026-03-29T23:00:00Z"}, // clocks go forward on this day
		{"America/New_York", "2026-12-31", "2027-01-01T05:00:00Z"},
		{"Asia/Kathmandu", "2026-05-12", "2026-05-12T18:15:00Z"},
		{"Pacific/Kiritimati", "2026-05-12", "2026-05-12T10:00:00Z"},
		{"America/Sao_Paulo", "2018-11-03", "2018-11-04T03:00:00Z"}, // 4 November began at one o'clock
		{"America/Havana", "2026-10-31", "2026-11-01T04:00:00Z"},    // 1 November has midnight twice; the first ends the day
		{"Africa/Cairo", "2026-04-23", "2026-04-23T22:00:00Z"},      // 24 April begins at one o'clock
		{"Pacific/Apia", "2011-12-29", "2011-12-30T10:00:00Z"},      // 30 December 2011 did not exist
		{"UTC", "2028-02-29", "2028-03-01T00:00:00Z"},
	} {
		on, err := time.Parse(time.DateOnly, c.day)
		if err != nil {
			t.Fatal(err)
		}
		if got := day.End(on.Year(), on.Month(), on.Day(), zone(t, c.zone)).Format(time.RFC3339); got != c.want {
			t.Errorf("%s in %s ends at %s, want %s", c.day, c.zone, got, c.want)
		}
	}
}

// Just before the end it is still that day or earlier, at the end it is later, in every zone on every day.
func TestEndIsTheFirstInstantOfALaterDay(t *testing.T) {
	zones := []string{
		"Europe/London", "America/New_York", "America/Sao_Paulo", "America/Havana", "Africa/Cairo", "Asia/Beirut", "Asia/Tehran",
		"Atlantic/Azores", "America/Asuncion", "Pacific/Apia", "Pacific/Kwajalein", "Australia/Lord_Howe", "Pacific/Kiritimati", "Asia/Kathmandu",
	}
	rapid.Check(t, func(t *rapid.T) {
		z := zone(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		y, m, d := time.Date(1970, 1, rapid.IntRange(1, 365*80).Draw(t, "day"), 0, 0, 0, 0, time.UTC).Date()
		end := day.End(y, m, d, z)
		number := func(at time.Time) int { y, m, d := at.In(z).Date(); return y*10000 + int(m)*100 + d }
		date := y*10000 + int(m)*100 + d
		if number(end) <= date || number(end.Add(-1)) > date {
			t.Fatalf("%d in %s ends at %s: a nanosecond earlier it is %d, then %d", date, z, end, number(end.Add(-1)), number(end))
		}
	})
}
