package uploadlink_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"portico/domain/address"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

func issuing(change ...func(*uploadlink.Issuing)) decision {
	i := uploadlink.Issuing{
		Link: link, Client: acme, Sender: alice, Message: " Please ", ExpiresAt: expiry, Zone: "Europe/London",
		Recipients: []uploadlink.Addressee{{ID: ida, Name: "Ida", Email: "ida@example.org"}, {ID: ben, Name: " Ben ", Email: " ben@EXAMPLE.org "}},
	}
	for _, f := range change {
		f(&i)
	}
	return func(l state) ([]ev, error) { return l.Issue(i, nine) }
}

func to(people ...uploadlink.Addressee) func(*uploadlink.Issuing) {
	return func(i *uploadlink.Issuing) { i.Recipients = people }
}

func expiring(at time.Time) func(*uploadlink.Issuing) {
	return func(i *uploadlink.Issuing) { i.ExpiresAt = at }
}

func TestIssue(t *testing.T) {
	t.Run("S1.4, S1.i20: each recipient has a secret of their own", func(t *testing.T) {
		given(t).When(issuing()).Then(issuedToIdaAndBen)
	})
	t.Run("a form sent twice is one link", func(t *testing.T) {
		given(t, issuedToIdaAndBen).When(issuing()).ThenNothing()
	})
	t.Run("for nobody's client the link seals its own texts (S1.2)", func(t *testing.T) {
		want := issuedToIdaAndBen
		want.Client, want.Subject, want.Message = uuid.Nil, link, event.Of(link, "Please")
		want.Wanted = []event.Personal{event.Of(link, "bank statements"), event.Of(link, "payroll list")}
		given(t).When(issuing(func(i *uploadlink.Issuing) {
			i.Client, i.Wanted = uuid.Nil, []string{" bank statements", "", "\t", "payroll\nlist"}
		})).Then(want)
	})
	t.Run("one address, once", func(t *testing.T) {
		given(t).When(issuing(to())).ThenError(uploadlink.ErrRecipients)
		given(t).When(issuing(to(uploadlink.Addressee{ID: ida, Email: "Ida@example.org"}, uploadlink.Addressee{ID: ben, Email: "ida@EXAMPLE.ORG"}))).ThenError(uploadlink.ErrRecipients)
		given(t).When(issuing(to(uploadlink.Addressee{ID: ida, Email: `"ida"@example.org`}))).ThenError(address.ErrInvalid)
	})
	t.Run("at most 20 people", func(t *testing.T) {
		var people []uploadlink.Addressee
		for n := range byte(21) {
			people = append(people, uploadlink.Addressee{ID: id(n), Email: fmt.Sprintf("p%d@example.org", n)})
		}
		given(t).When(issuing(to(people...))).ThenError(uploadlink.ErrRecipients)
		if events, err := (state{}).Issue(uploadlink.Issuing{Link: link, Recipients: people[:20], ExpiresAt: expiry}, nine); err != nil || len(events) != 1 {
			t.Errorf("20 people: %v, %v; want them taken", events, err)
		}
	})
	t.Run("L5: the expiry lies ahead, within a year", func(t *testing.T) {
		given(t).When(issuing(expiring(nine))).ThenError(uploadlink.ErrExpiry)
		given(t).When(issuing(expiring(nine.Add(-time.Hour)))).ThenError(uploadlink.ErrExpiry)
		given(t).When(issuing(expiring(time.Time{}))).ThenError(uploadlink.ErrExpiry)
		given(t).When(issuing(expiring(nine.Add(uploadlink.MaxLife + 1)))).ThenError(uploadlink.ErrExpiry)
		for _, at := range []time.Time{nine.Add(time.Millisecond), nine.Add(uploadlink.MaxLife)} {
			want := issuedToIdaAndBen
			want.ExpiresAt = at
			given(t).When(issuing(expiring(at))).Then(want)
		}
	})
	t.Run("texts have an end", func(t *testing.T) {
		for _, f := range []func(*uploadlink.Issuing){
			func(i *uploadlink.Issuing) { i.Message = strings.Repeat("é", uploadlink.MaxMessage+1) },
			func(i *uploadlink.Issuing) { i.Wanted = []string{strings.Repeat("é", uploadlink.MaxWantedLine+1)} },
			func(i *uploadlink.Issuing) {
				i.Wanted = strings.Split(strings.Repeat("x,", uploadlink.MaxWanted+1), ",")
			},
			func(i *uploadlink.Issuing) { i.Recipients[0].Name = strings.Repeat("é", uploadlink.MaxPerson+1) },
		} {
			given(t).When(issuing(f)).ThenError(uploadlink.ErrText)
		}
		want := issuedToIdaAndBen
		want.Message = event.Of(acme, strings.Repeat("é", uploadlink.MaxMessage))
		given(t).When(issuing(func(i *uploadlink.Issuing) { i.Message = want.Message.Text })).Then(want)
	})
}

func zone(t interface{ Fatal(...any) }, name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// L5, S1.i22: the day counts to its end in the practice's zone.
func TestEndOfDay(t *testing.T) {
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
		day, err := time.Parse(time.DateOnly, c.day)
		if err != nil {
			t.Fatal(err)
		}
		if got := uploadlink.EndOfDay(day.Year(), day.Month(), day.Day(), zone(t, c.zone)).Format(time.RFC3339); got != c.want {
			t.Errorf("%s in %s ends at %s, want %s", c.day, c.zone, got, c.want)
		}
	}
}

// Just before the end it is still that day or earlier, at the end it is later, in every zone on every day.
func TestEndOfDayIsTheFirstInstantOfALaterDay(t *testing.T) {
	zones := []string{
		"Europe/London", "America/New_York", "America/Sao_Paulo", "America/Havana", "Africa/Cairo", "Asia/Beirut", "Asia/Tehran",
		"Atlantic/Azores", "America/Asuncion", "Pacific/Apia", "Pacific/Kwajalein", "Australia/Lord_Howe", "Pacific/Kiritimati", "Asia/Kathmandu",
	}
	rapid.Check(t, func(t *rapid.T) {
		z := zone(t, rapid.SampledFrom(zones).Draw(t, "zone"))
		y, m, d := time.Date(1970, 1, rapid.IntRange(1, 365*80).Draw(t, "day"), 0, 0, 0, 0, time.UTC).Date()
		end := uploadlink.EndOfDay(y, m, d, z)
		number := func(at time.Time) int { y, m, d := at.In(z).Date(); return y*10000 + int(m)*100 + d }
		day := y*10000 + int(m)*100 + d
		if number(end) <= day || number(end.Add(-1)) > day {
			t.Fatalf("%d in %s ends at %s: a nanosecond earlier it is %d, then %d", day, z, end, number(end.Add(-1)), number(end))
		}
	})
}
