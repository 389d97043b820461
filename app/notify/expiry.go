package notify

import (
	"strings"
	"time"
	_ "time/tzdata" // zones on machines that have none
)

// LastDay is the day whose end is at, as people of zone say it: "Friday 4 December 2026" and "UK time (Europe/London)"
// (S1.10, S1.i22, L5). A zone that isn't known is UTC.
func LastDay(at time.Time, zone string) (day, zoneName string) {
	loc, err := time.LoadLocation(zone)
	if err != nil || zone == "" {
		loc, zone = time.UTC, "UTC"
	}
	return at.Add(-time.Millisecond).In(loc).Format("Monday 2 January 2006"), nameOf(zone)
}

// Moment is a time as people of zone say it: "Friday 4 December 2026, 17:00" and "UK time (Europe/London)". A zone that
// isn't known is UTC.
func Moment(at time.Time, zone string) (text, zoneName string) {
	loc, err := time.LoadLocation(zone)
	if err != nil || zone == "" {
		loc, zone = time.UTC, "UTC"
	}
	return at.In(loc).Format("Monday 2 January 2006, 15:04"), nameOf(zone)
}

func nameOf(zone string) string {
	switch zone {
	case "Europe/London":
		return "UK time (Europe/London)"
	case "UTC":
		return "UTC"
	}
	city := zone[strings.LastIndexByte(zone, '/')+1:]
	return strings.ReplaceAll(city, "_", " ") + " time (" + zone + ")"
}
