// Package day knows when a civil day ends. An expiry is such an instant (L5).
package day

import "time"

// End is the instant at which a civil day ends in zone, also where clocks change at midnight or the next day does
// not exist (L5). Day and month may overflow as in time.Date.
func End(year int, month time.Month, day int, zone *time.Location) time.Time {
	midnight := time.Date(year, month, day+1, 0, 0, 0, 0, time.UTC) // as if the zone were UTC
	at := midnight.Add(-36 * time.Hour).In(zone)                    // no zone is further than that
	for {
		_, offset := at.Zone()
		_, change := at.ZoneBounds()
		end := midnight.Add(-time.Duration(offset) * time.Second)
		if end.Before(at) { // the change to this offset jumped over midnight
			end = at
		}
		if change.IsZero() || end.Before(change) {
			return end.UTC()
		}
		at = change
	}
}
