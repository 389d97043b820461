package clientimport_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	app "portico/app/clientimport"
	"portico/domain/client"
	"portico/domain/contact"
	"portico/domain/event"

	"github.com/google/uuid"
)

var (
	noon  = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	batch = uuid.MustParse("01930000-0000-7000-8000-00000000000a")
	acme  = uuid.UUID{6: 0x70, 15: 1}
	bell  = uuid.UUID{6: 0x70, 15: 2}
	bell2 = uuid.UUID{6: 0x70, 15: 3}
	ida   = uuid.UUID{6: 0x70, 15: 4}
	mary  = uuid.UUID{15: 9}
)

func known() app.Known {
	says := func(id uuid.UUID, name, ref string) client.Creating {
		return client.Creating{Client: id, Name: name, Sort: client.Company, Reference: ref}
	}
	return app.Known{
		Clients: []app.KnownClient{
			{Says: says(acme, "Acme Ltd", "C-1"), People: []app.KnownLink{{Person: ida, Rights: []client.Right{client.Files}}}},
			{Says: says(bell, "Bell", "")},
			{Says: says(bell2, "Bell", "")},
		},
		People: []app.KnownPerson{{ID: ida, Details: contact.Details{
			Given: event.Of(ida, "Ida"), Family: event.Of(ida, "Sol"), Email: event.Of(ida, "Ida@sol.example"), Phone: event.Of(ida, ""),
		}}},
		Staff: map[string]uuid.UUID{"mary@harbour.example": mary},
	}
}

func cells(rows ...string) (out []app.Cells) {
	for i, r := range rows {
		out = append(out, app.Cells{No: i + 2, Cells: strings.Split(r, "|")})
	}
	return out
}

var everything = app.Mapping{app.Reference, app.Name, app.Sort, app.Owner, app.Tags, app.Given, app.Family, app.Address, app.Phone, app.Rights}

// What each row leads to: found by number or by name, made once, refused with what to do.
func TestPlan(t *testing.T) {
	for _, c := range []struct {
		row     string
		outcome app.Outcome
		note    string // a part of it
	}{
		{"c 1|||||||||", app.Unchanged, ""}, // the number of people who write it otherwise
		{"C-1|Acme Limited||||||||", app.Changed, ""},
		{"|ACME  Ltd||||||||", app.Unchanged, ""},
		{"C-9|Acme Ltd||||||||", app.Created, ""}, // another number is another client
		{"|Bell||||||||", app.Refused, "several clients of this name"},
		{"C-2|New One|Limited company|mary@harbour.example|VAT, yearly|Jo|Doe|jo@doe.example|+44 20 7946 0958|files,sign", app.Created, ""},
		{"C-1|||||Ida|Sol|ida@SOL.example||", app.Unchanged, ""},
		{"C-1|||||Ida|Sol|ida@sol.example|+47 912 34 567|", app.Changed, ""},
		{"C-1|||||Ida|Sol|ida@sol.example||billing", app.Changed, ""},
		{"C-1|||||Per|Sol|ida@sol.example||", app.Changed, "share one sign-in"}, // S3.i11
		{"C-1|||||Ida|Sol|||", app.Unchanged, ""},                               // by name among those of the client
		{"C-1|||||Ida|Other|||", app.Changed, ""},
		{"C-77|||||||||", app.Refused, "Neither a name nor a known client number"},
		{"|X|club|||||||", app.Refused, "“club” is no kind"},
		{"|X||bob@harbour.example||||||", app.Refused, "“bob@harbour.example” is nobody’s address"},
		{"|X||||Jo||not an address||", app.Refused, "e-mail address"},
		{"|X||||Jo|||020 7946|", app.Refused, "number with its country"},
		{"|X||||Jo||jo@doe.example||everything", app.Refused, "“everything” is no right"},
	} {
		s := app.Plan(batch, cells(c.row), everything, known(), noon)[0]
		if s.Outcome != c.outcome || !strings.Contains(s.Note, c.note) || (c.note == "") != (s.Note == "") {
			t.Errorf("%q: %s, %q; want %s, %q", c.row, s.Outcome, s.Note, c.outcome, c.note)
		}
		if s.No != 2 || s.Outcome != app.Refused && s.Client == uuid.Nil {
			t.Errorf("%q: row %d, client %s", c.row, s.No, s.Client)
		}
	}
}

// Rows of one file meet: two people of one new client, and one person of two.
func TestPlanOverRows(t *testing.T) {
	steps := app.Plan(batch, cells(
		"N-1|New||||Jo||jo@doe.example||",
		"N-1|New||||Al||al@doe.example||",
		"N-1|New||||Jo||jo@doe.example||",
		"N-2|Other||||Jo||JO@doe.example||",
		"N-3|Bad||||Jo||jo@doe||",
		"N-3|Bad||||Jo||jo@doe.example||",
	), everything, known(), noon)
	var got []string
	for _, s := range steps {
		got = append(got, fmt.Sprint(s.Outcome, " ", s.New))
	}
	want := []string{"created true", "changed true", "unchanged false", "created false", "refused true", "created false"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if steps[0].Client != steps[1].Client || steps[0].Person != steps[3].Person || steps[0].Person == steps[1].Person {
		t.Errorf("who is who: %+v", steps)
	}
	again := app.Plan(batch, cells("N-1|New||||Jo||jo@doe.example||"), everything, known(), noon)
	if again[0].Client != steps[0].Client || again[0].Person != steps[0].Person || again[0].Client.Version() != 7 {
		t.Error("an import that is repeated makes other ids")
	}
	if other := app.Plan(uuid.UUID{15: 3}, cells("N-1|New||||||||"), everything, known(), noon); other[0].Client == steps[0].Client {
		t.Error("two imports make the same id")
	}
}

func TestGuess(t *testing.T) {
	for header, want := range map[string]string{
		"Client No.;Client name;Type;E-mail;First name;Surname;Mobile phone;Notes":  "reference;name;kind;contact_email;contact_given;contact_family;contact_phone;",
		"Mandanten-Nummer;Firma;Rechtsform;Vorname;Nachname;E-Mail-Adresse;Telefon": "reference;name;kind;contact_given;contact_family;contact_email;contact_phone",
		"Código;Razón social;Correo electrónico":                                    "reference;name;contact_email",
		"a;b": ";",
		own(): own(), // an export is read as it was written
	} {
		var got []string
		for _, f := range app.Guess(strings.Split(header, ";")) {
			got = append(got, string(f))
		}
		if strings.Join(got, ";") != want {
			t.Errorf("%s:\n%s, want\n%s", header, strings.Join(got, ";"), want)
		}
	}
}

func own() string {
	var words []string
	for _, f := range app.Fields {
		words = append(words, string(f))
	}
	return strings.Join(words, ";")
}

func TestMappingCheck(t *testing.T) {
	for _, c := range []struct {
		m    app.Mapping
		want error
	}{
		{app.Mapping{"", app.Name}, nil},
		{app.Mapping{app.Reference}, nil},
		{app.Mapping{app.Address}, app.ErrNoName},
		{app.Mapping{app.Name, app.Name}, app.ErrTwice},
		{app.Mapping{app.Name, "shoe_size"}, app.ErrField},
	} {
		if err := c.m.Check(); fmt.Sprint(err) != fmt.Sprint(c.want) && (err == nil) == (c.want == nil) && !strings.Contains(fmt.Sprint(err), "Two columns") || (err == nil) != (c.want == nil) {
			t.Errorf("%v: %v, want %v", c.m, err, c.want)
		}
	}
}
