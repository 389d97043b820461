package invite_test

import (
	"testing"
	"time"

	inviteapp "portico/app/invite"
	"portico/domain/event"
	"portico/domain/invite"
)

// S4.4, S4.i2, T5: one message for each channel that there is an address for, once, and not before its hold has ended.
// Reactors hear no personal text: that there is an address is all they know.
func TestEffects(t *testing.T) {
	recorded := func(e event.Event) event.Recorded {
		return event.Recorded{Stream: invite.Stream(ida), Version: 5, Firm: 1, Event: e}
	}
	sent := invite.Sent{Nth: 2, Contact: ida, Client: acme, Email: event.Of(ida, ""), Phone: event.Of(ida, ""), Channels: invite.ByBoth}
	effects := inviteapp.Effects(recorded(sent))
	if len(effects) != 2 || effects[0].Kind != inviteapp.MailInvitation || effects[1].Kind != inviteapp.TextInvitation || effects[0].Key == effects[1].Key {
		t.Fatalf("%+v", effects)
	}
	for _, e := range effects {
		if e.Person != ida || e.Client != acme || e.Args.Generation != 2 || e.Stream != invite.Stream(ida) || e.Firm != 1 || !e.NotBefore.IsZero() {
			t.Errorf("%+v", e)
		}
	}
	sent.HoldUntil = noon.Add(30 * time.Second)
	if e := inviteapp.Effects(recorded(sent)); e[0].NotBefore != noon.Add(40*time.Second) || e[0].Key != effects[0].Key {
		t.Errorf("%+v", e[0])
	}
	sent.Phone = event.Personal{}
	if e := inviteapp.Effects(recorded(sent)); len(e) != 1 || e[0].Kind != inviteapp.MailInvitation {
		t.Errorf("%+v", e)
	}
	sent.Channels = invite.ByNone // I4
	if e := inviteapp.Effects(recorded(sent)); len(e) != 0 {
		t.Errorf("access without a mail asks for %+v", e)
	}
	told := invite.Told{Client: acme, Email: event.Of(ida, "")}
	if e := inviteapp.Effects(recorded(told)); len(e) != 1 || e[0].Kind != inviteapp.MailAlso || e[0].Args.Version != 5 || e[0].Client != acme {
		t.Errorf("%+v", e)
	}
	told.Email = event.Personal{}
	if e := inviteapp.Effects(recorded(told)); len(e) != 1 || e[0].Kind != inviteapp.TextAlso {
		t.Errorf("%+v", e)
	}
	for _, failure := range []event.Event{invite.Bounced{Nth: 2, Channel: invite.Email}, invite.GaveUp{Nth: 2, Channel: invite.Text}} { // S4.i2
		if e := inviteapp.Effects(recorded(failure)); len(e) != 1 || e[0].Kind != inviteapp.MailLost || e[0].Args.Version != 5 || e[0].Person != ida {
			t.Errorf("%+v", e)
		}
	}
	if e := inviteapp.Effects(recorded(invite.Withdrawn{Nth: 2})); len(e) != 0 {
		t.Errorf("%+v", e)
	}
}
