package sms

import (
	"context"
	"errors"
	"testing"

	"portico/app/notify"
)

type counter struct{ n int }

func (c *counter) Text(context.Context, notify.TextMessage) (notify.Outcome, error) {
	c.n++
	return notify.Outcome{Status: notify.HandedOver}, nil
}

// Texts cost money: to a country that nobody chose, or past the number of a day, none leaves, and the reason is told.
func TestGuard(t *testing.T) {
	out := &counter{}
	g := Guard{Texter: out, Countries: []string{"+47", "+44"}, PerDay: 2, Left: func(context.Context) (int, error) { return out.n, nil }}
	for _, c := range []struct{ to, want string }{
		{"+4791234567", ""}, {"+34600123456", WrongCountry}, {"4791234567", WrongCountry}, {"+447700900123", ""}, {"+4791234567", DailyLimit}, {"+34600123456", WrongCountry},
	} {
		o, err := g.Text(t.Context(), notify.TextMessage{ID: "a.1", To: c.to, Body: "Hello"})
		if err != nil || o.Code != c.want || (c.want != "") != (o.Status == notify.Refused) || c.want != "" && (o.Detail == "" || len(o.IDs) != 1) {
			t.Errorf("%s: %+v, %v; want %q", c.to, o, err, c.want)
		}
	}
	if out.n != 2 {
		t.Errorf("%d texts have left, want 2", out.n)
	}
	broken := errors.New("nobody counts")
	g.Left = func(context.Context) (int, error) { return 0, broken }
	if _, err := g.Text(t.Context(), notify.TextMessage{To: "+4791234567"}); !errors.Is(err, broken) || out.n != 2 {
		t.Errorf("without a count: %v", err)
	}
	all := Guard{Texter: out}
	if o, err := all.Text(t.Context(), notify.TextMessage{To: "+34600123456"}); err != nil || o.Status != notify.HandedOver {
		t.Errorf("without limits: %+v, %v", o, err)
	}
}
