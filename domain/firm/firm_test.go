package firm_test

import (
	"strings"
	"testing"
	"time"

	"portico/domain/address"
	"portico/domain/event/eventtest"
	"portico/domain/firm"
)

type decision = func(firm.Firm) ([]firm.Event, error)

var founded = firm.Founded{Name: "Hill & Partners", Email: "office@hill.example", Zone: "Europe/London"}

func given(t *testing.T, history ...firm.Event) eventtest.Scenario[firm.Firm, firm.Event] {
	return eventtest.Given[firm.Firm](t, history...)
}

func found(name, email, zone string) decision {
	return func(f firm.Firm) ([]firm.Event, error) { return f.Found(name, email, zone) }
}

func set(channel firm.Channel, window time.Duration, deliver firm.Deliver) decision {
	return func(f firm.Firm) ([]firm.Event, error) {
		return f.SetUploadPolicy(channel, firm.Policy{Window: window, Deliver: deliver})
	}
}

func TestFound(t *testing.T) {
	given(t).When(found(" Hill & Partners ", "office@HILL.example", "Europe/London")).Then(founded).
		When(found("Other", "a@b.example", "UTC")).ThenNothing()
	given(t).When(found("", "a@b.example", "UTC")).ThenError(firm.ErrName)
	given(t).When(found(strings.Repeat("x", firm.MaxName+1), "a@b.example", "UTC")).ThenError(firm.ErrName)
	given(t).When(found("A\nB", "a@b.example", "UTC")).ThenError(firm.ErrName)
	given(t).When(found("A", "a", "UTC")).ThenError(address.ErrInvalid)
	given(t).When(found("A", "a@b.example", "")).ThenError(firm.ErrZone)
	given(t).When(found("A", "a@b.example", "Local")).ThenError(firm.ErrZone)
}

func TestUploadPolicy(t *testing.T) { // U2, S2.i1
	if got, want := given(t, founded).State().Policy(firm.LinkChannel), (firm.Policy{Window: 10 * time.Minute, Deliver: firm.After}); got != want {
		t.Errorf("by default %+v, want %+v (S1.17, S1.23)", got, want)
	}
	for window, ms := range map[time.Duration]int64{0: 0, time.Millisecond: 1, 30 * time.Minute: 1_800_000, 24 * time.Hour: 86_400_000} {
		next := given(t, founded).When(set(firm.LinkChannel, window, firm.AtOnce)).Then(
			firm.UploadPolicySet{Channel: firm.LinkChannel, WindowMS: ms, Deliver: firm.AtOnce})
		if got := next.State().Policy(firm.LinkChannel); got.Window != window || got.Deliver != firm.AtOnce {
			t.Errorf("stands at %+v, want %s at once", got, window)
		}
		next.When(set(firm.LinkChannel, window, firm.AtOnce)).ThenNothing()
	}
	given(t, founded).When(set(firm.LinkChannel, 10*time.Minute, firm.After)).ThenNothing()
	for _, window := range []time.Duration{-1, -time.Minute, 24*time.Hour + time.Millisecond, 1500 * time.Microsecond} {
		given(t, founded).When(set(firm.LinkChannel, window, firm.After)).ThenError(firm.ErrWindow)
	}
	given(t, founded).When(set(firm.LinkChannel, 0, "later")).ThenError(firm.ErrDeliver)
	given(t, founded).When(set("fax", 0, firm.After)).ThenError(firm.ErrChannel)
	given(t).When(set(firm.LinkChannel, 0, firm.After)).ThenError(firm.ErrNotFound)

	off := func(c firm.Channel) decision {
		return func(f firm.Firm) ([]firm.Event, error) {
			return f.SetUploadPolicy(c, firm.Policy{Deliver: firm.AtOnce, Off: true})
		}
	}
	if got, want := given(t, founded).State().Policy(firm.TaskChannel), (firm.Policy{Deliver: firm.AtOnce}); got != want { // S2.2, S2.8
		t.Errorf("default for tasks %+v, want %+v", got, want)
	}
	given(t, founded).When(off(firm.TaskChannel)).Then(firm.UploadsSwitched{Channel: firm.TaskChannel, Off: true}).
		When(off(firm.TaskChannel)).ThenNothing().
		When(set(firm.TaskChannel, time.Minute, firm.AtOnce)).Then(
		firm.UploadPolicySet{Channel: firm.TaskChannel, WindowMS: 60_000, Deliver: firm.AtOnce}, firm.UploadsSwitched{Channel: firm.TaskChannel})
	given(t, founded).When(off(firm.LinkChannel)).ThenError(firm.ErrOff)
}
