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
