package views

import (
	"time"

	"portico/app/notify"
)

// When is a moment in the zone that its reader thinks in. The zero When shows nothing.
type When struct {
	at   time.Time
	zone *time.Location
}

// At is t, to be shown in zone.
func At(t time.Time, zone *time.Location) When {
	if zone == nil {
		zone = time.UTC
	}
	return When{at: t, zone: zone}
}

// Zero tells that it hasn't happened.
func (w When) Zero() bool { return w.at.IsZero() }

// ISO is RFC 3339 in UTC with milliseconds, for programs.
func (w When) ISO() string { return w.at.UTC().Format("2006-01-02T15:04:05.000Z07:00") }

// Text is "Fri 4 Dec 2026, 17:00 GMT".
func (w When) Text() string {
	if w.Zero() {
		return ""
	}
	return w.local().Format("Mon 2 Jan 2006, 15:04 MST")
}

// Exact is "4 Dec 2026, 17:00:09 GMT".
func (w When) Exact() string {
	if w.Zero() {
		return ""
	}
	return w.local().Format("2 Jan 2006, 15:04:05 MST")
}

// Short is "4 Dec, 17:00".
func (w When) Short() string {
	if w.Zero() {
		return ""
	}
	return w.local().Format("2 Jan, 15:04")
}

// Clock is "17:00".
func (w When) Clock() string { return w.local().Format("15:04") }

// Date is "2026-12-04".
func (w When) Date() string { return w.local().Format(time.DateOnly) }

// Day is "Friday 4 December 2026".
func (w When) Day() string { return w.local().Format("Monday 2 January 2006") }

// LastDay is the day that ends at this moment, in the words of the mail: links expire at the end of a day (L5), which
// is the first instant of the next.
func (w When) LastDay() string {
	day, _ := notify.LastDay(w.at, w.zoneOrUTC().String())
	return day
}

// LastDayShort is LastDay as "4 Dec 2026".
func (w When) LastDayShort() string {
	return w.at.Add(-time.Millisecond).In(w.zoneOrUTC()).Format("2 Jan 2006")
}

// ZoneWords is the zone as people say it: "UK time (Europe/London)".
func (w When) ZoneWords() string {
	_, zone := notify.LastDay(w.at, w.zoneOrUTC().String())
	return zone
}

// ZoneName is the zone's IANA name.
func (w When) ZoneName() string { return w.zoneOrUTC().String() }

func (w When) local() time.Time { return w.at.In(w.zoneOrUTC()) }

func (w When) zoneOrUTC() *time.Location {
	if w.zone == nil {
		return time.UTC
	}
	return w.zone
}
