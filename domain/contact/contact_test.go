package contact_test

import (
	"errors"
	"strings"
	"testing"

	"portico/domain/address"
	"portico/domain/contact"
	"portico/domain/event"
	"portico/domain/event/eventtest"

	"github.com/google/uuid"
)

var ingrid, mary = uuid.UUID{15: 1}, uuid.UUID{15: 9}

func entry(change ...func(*contact.Entry)) contact.Entry {
	e := contact.Entry{Given: " Ingrid ", Family: "Solberg", Email: " ingrid@SOLBERG.example ", Phone: "+47 912 34 567", Language: "nb-NO", Zone: "Europe/Oslo"}
	for _, f := range change {
		f(&e)
	}
	return e
}

func details(change ...func(*contact.Details)) contact.Details {
	of := func(text string) event.Personal { return event.Of(ingrid, text) }
	d := contact.Details{
		Given: of("Ingrid"), Family: of("Solberg"), Email: of("ingrid@solberg.example"), Phone: of("+4791234567"), Language: "nb-NO", Zone: "Europe/Oslo",
	}
	for _, f := range change {
		f(&d)
	}
	return d
}

type state = contact.Contact

func add(change ...func(*contact.Entry)) func(state) ([]contact.Event, error) {
	return func(c state) ([]contact.Event, error) { return c.Add(ingrid, mary, entry(change...)) }
}

func edit(accepted bool, change ...func(*contact.Entry)) func(state) ([]contact.Event, error) {
	return func(c state) ([]contact.Event, error) { return c.Change(ingrid, entry(change...), accepted) }
}

func move(email string) func(state) ([]contact.Event, error) {
	return func(c state) ([]contact.Event, error) { return c.Move(ingrid, email) }
}

func given(t *testing.T, history ...contact.Event) eventtest.Scenario[state, contact.Event] {
	return eventtest.Given[state](t, history...)
}

// S5.3, S5.4: data are kept, and nothing else happens.
func TestAdd(t *testing.T) {
	given(t).When(add()).Then(contact.Added{By: mary, Details: details()}).When(add(func(e *contact.Entry) { e.Given = "Other" })).ThenNothing()
	of := func(text string) event.Personal { return event.Of(ingrid, text) }
	bare := contact.Details{Given: of(""), Family: of(""), Email: of("office@acme.example"), Phone: of("")}
	given(t).When(add(func(e *contact.Entry) { *e = contact.Entry{Email: "office@acme.example"} })).Then(contact.Added{By: mary, Details: bare})
}

func TestChange(t *testing.T) {
	added := contact.Added{Details: details()}
	renamed := details(func(d *contact.Details) { d.Given = event.Of(ingrid, "Inga") })
	given(t, added).When(edit(false)).ThenNothing()
	given(t, added).When(edit(true, func(e *contact.Entry) { e.Given = "Inga" })).Then(contact.Changed{Details: renamed})
	elsewhere := func(e *contact.Entry) { e.Email = "inga@solberg.example" }
	moved := details(func(d *contact.Details) { d.Email = event.Of(ingrid, "inga@solberg.example") })
	given(t, added).When(edit(false, elsewhere)).Then(contact.Changed{Details: moved}).When(edit(false, elsewhere)).ThenNothing()
	given(t).When(edit(false)).ThenError(contact.ErrNotFound)
}

// S3.i12: after acceptance the address is the person's own.
func TestAddressAfterAcceptance(t *testing.T) {
	added := contact.Added{Details: details()}
	given(t, added).When(edit(true, func(e *contact.Entry) { e.Email = "inga@solberg.example" })).ThenError(contact.ErrTheirs)
	given(t, added).When(edit(true, func(e *contact.Entry) { e.Email = "" })).ThenError(contact.ErrTheirs)
	moved := details(func(d *contact.Details) { d.Email = event.Of(ingrid, "inga@solberg.example") })
	given(t, added).When(move(" inga@Solberg.example ")).Then(contact.Changed{Details: moved}).When(move("inga@solberg.example")).ThenNothing()
	given(t, added).When(move("inga")).ThenError(address.ErrInvalid)
	given(t).When(move("inga@solberg.example")).ThenError(contact.ErrNotFound)
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		change func(*contact.Entry)
		want   error
	}{
		{func(e *contact.Entry) { *e = contact.Entry{Phone: "+4791234567"} }, contact.ErrName},
		{func(e *contact.Entry) { e.Given = strings.Repeat("é", contact.MaxName+1) }, contact.ErrName},
		{func(e *contact.Entry) { e.Given = "In\ngrid" }, contact.ErrName},
		{func(e *contact.Entry) { e.Given = "In\u202egrid" }, contact.ErrName},
		{func(e *contact.Entry) { e.Family = strings.Repeat("é", contact.MaxName+1) }, contact.ErrFamily},
		{func(e *contact.Entry) { e.Family = "Sol\xffberg" }, contact.ErrFamily},
		{func(e *contact.Entry) { e.Email = "ingrid" }, address.ErrInvalid},
		{func(e *contact.Entry) { e.Phone = "912 34 567" }, contact.ErrPhone},
		{func(e *contact.Entry) { e.Language = "norsk (bokmål)" }, contact.ErrLanguage},
		{func(e *contact.Entry) { e.Zone = "Local" }, contact.ErrZone},
	} {
		given(t).When(add(c.change)).ThenError(c.want)
		given(t, contact.Added{}).When(edit(false, c.change)).ThenError(c.want)
	}
}

func TestNumber(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "  ": "", "+44 20 7946 0958": "+442079460958", "+44 (0)20 7946-0958": "+442079460958", "0047 912.34.567": "+4791234567",
		"+1 (202) 555/0143": "+12025550143", "+372 5123456": "+3725123456",
	} {
		if got, err := contact.Number(text); got != want || err != nil {
			t.Errorf("%q is %q, %v; want %q", text, got, err, want)
		}
	}
	for _, text := range []string{"020 7946 0958", "+", "+12345", "+1234567890123456", "+0 20 7946 0958", "++4791234567", "+47 912 34 567 x12", "call me", "+٤٧٩١٢٣٤٥٦٧"} {
		if got, err := contact.Number(text); !errors.Is(err, contact.ErrPhone) {
			t.Errorf("%q is taken as %q, %v", text, got, err)
		}
	}
}

// S2.18: the person chooses language and zone, and nothing else changes by it.
func TestPrefer(t *testing.T) {
	prefer := func(language, zone *string) func(state) ([]contact.Event, error) {
		return func(c state) ([]contact.Event, error) { return c.Prefer(language, zone) }
	}
	german, tallinn, none, bad, local := "de", "Europe/Tallinn", "", "English!", "Local"
	added := contact.Added{Details: details()}
	given(t, added).When(prefer(&german, nil)).Then(contact.Changed{Details: details(func(d *contact.Details) { d.Language = "de" })}).When(prefer(&german, nil)).ThenNothing()
	given(t, added).When(prefer(&none, &tallinn)).Then(contact.Changed{Details: details(func(d *contact.Details) { d.Language, d.Zone = "", "Europe/Tallinn" })})
	given(t, added).When(prefer(nil, nil)).ThenNothing()
	given(t, added).When(prefer(&bad, nil)).ThenError(contact.ErrLanguage)
	given(t, added).When(prefer(nil, &local)).ThenError(contact.ErrZone)
	given(t).When(prefer(&german, nil)).ThenError(contact.ErrNotFound)
}
