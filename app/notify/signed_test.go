package notify

import (
	"context"
	"errors"
	"testing"
)

// Rule 13: a practice's own name for its mails and its address for answers are in each mail to a client.
func TestMailsToClientsAreSigned(t *testing.T) {
	mary, harbour := Person{"Mary O’Neill", "mary@harbour.example"}, Person{"Harbour", "office@harbour.example"}
	care := House{Sender: "Client care", ReplyTo: "care@harbour.example"}
	for name, c := range map[string]struct {
		house         House
		from          Person
		as, of, reply Person
	}{
		"nothing is set":           {House{}, mary, mary, harbour, mary},
		"both are":                 {care, mary, mary, Person{"Client care", "office@harbour.example"}, Person{"Harbour", "care@harbour.example"}},
		"the name alone":           {House{Sender: "Client care"}, mary, mary, Person{"Client care", "office@harbour.example"}, mary},
		"the practice is who sent": {care, harbour, Person{"Client care", "office@harbour.example"}, Person{"Client care", "office@harbour.example"}, Person{"Harbour", "care@harbour.example"}},
	} {
		s := Sender{House: func(context.Context, int32) (House, error) { return c.house, nil }}
		as, of, reply, err := s.signed(t.Context(), 1, c.from, harbour)
		if err != nil || as != c.as || of != c.of || reply != c.reply {
			t.Errorf("%s: %+v, %+v, %+v, %v", name, as, of, reply, err)
		}
	}
	var box outbox
	s := sender(t, &box, issued)
	s.House = func(context.Context, int32) (House, error) { return care, nil }
	if _, err := s.Send(t.Context(), linkEffect(olav, 1)); err != nil {
		t.Fatal(err)
	}
	if m := box.links[0]; m.Practice.Name != "Client care" || m.Sender != mary || m.ReplyTo.Email != "care@harbour.example" {
		t.Errorf("%+v", m)
	}
	down := errors.New("down")
	s.House = func(context.Context, int32) (House, error) { return House{}, down }
	if _, err := s.Send(t.Context(), linkEffect(olav, 1)); !errors.Is(err, down) {
		t.Errorf("%v", err)
	}
}
