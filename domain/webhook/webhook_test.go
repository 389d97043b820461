package webhook_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"portico/domain/event"
	"portico/domain/event/eventtest"
	"portico/domain/webhook"

	"github.com/google/uuid"
)

type (
	state = webhook.Webhook
	ev    = webhook.Event
)

var (
	id    = uuid.UUID{15: 1}
	mary  = uuid.UUID{15: 2}
	noon  = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	later = noon.Add(time.Hour)
	there = "https://hooks.example.com/portico?key=1"
	added = webhook.Added{URL: event.Of(id, there), Types: []string{"task.*", "file.received"}, Secret: webhook.Secret{Nth: 1, Key: 7}, By: mary, At: noon}
)

func given(t *testing.T, history ...ev) eventtest.Scenario[state, ev] {
	return eventtest.Given[state](t, history...)
}

func add(url string, types ...string) func(state) ([]ev, error) {
	return func(w state) ([]ev, error) { return w.Add(id, webhook.Rules{}, url, types, 7, mary, noon) }
}

func change(url string, types ...string) func(state) ([]ev, error) {
	return func(w state) ([]ev, error) { return w.Change(id, webhook.Rules{}, url, types, mary, later) }
}

// Rule 1: what is chosen is kept in one order, and a group stands for all of its own.
func TestAdd(t *testing.T) {
	given(t).When(add(" "+there+" ", "file.received", "task.done", "task.*")).Then(added).When(add(there, "task.done")).ThenNothing()
	given(t).When(add(there)).ThenError(webhook.ErrNoTypes)
	given(t).When(add(there, "task.*", "task.exploded")).ThenError(webhook.ErrType)
	given(t).When(add(there, "*")).ThenError(webhook.ErrType)
	given(t, added).When(change(there, "task.*", "file.received")).ThenNothing()
	given(t, added).When(change(there, "invite.sent")).Then(webhook.Changed{URL: event.Of(id, there), Types: []string{"invite.sent"}, By: mary, At: later})
	given(t).When(change(there, "task.*")).ThenError(webhook.ErrNotFound)
	if w := added.Types; !webhook.Wants(w, "task.message") || !webhook.Wants(w, "file.received") || webhook.Wants(w, "file.removed") || webhook.Wants(w, "invite.sent") {
		t.Error("an endpoint is sent what it has not chosen, or not what it has")
	}
}

// Rule 2.
func TestAddresses(t *testing.T) {
	for _, bad := range []string{
		"", "hooks.example.com", "http://hooks.example.com/", "ftp://hooks.example.com/", "https://", "https:///x", "https:hooks", "https://me:secret@hooks.example.com/",
		"https://hooks.example.com/#a", "https://hooks.example.com/#", "https://hooks.example.com:22/", "https://hooks.example.com:6379/", "https://hooks.example.com/a b",
		"https://hooks.example.com/\x00", "https://hooks.example.com/\r\nHost: x", "javascript:alert(1)", "file:///etc/passwd", "https://hooks.example.com/" + strings.Repeat("a", 1000),
		"https://2130706433/", "https://0x7f000001/", "https://127.1/", "https://0177.0.0.1/", "https://0x7f.1/",
	} {
		given(t).When(add(bad, "task.*")).ThenError(webhook.ErrURL)
	}
	for _, inside := range []string{
		"https://127.0.0.1/", "https://[::1]/", "https://localhost/", "https://LOCALHOST./", "https://a.localhost/", "https://10.0.0.1/", "https://192.168.1.1:8443/",
		"https://169.254.169.254/latest/meta-data/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[64:ff9b::7f00:1]/", "https://[fe80::1]/",
		"https://metadata.google.internal/", "https://printer.local/", "https://0.0.0.0/", "https://[::]/",
	} {
		given(t).When(add(inside, "task.*")).ThenError(webhook.ErrInside)
	}
	for _, good := range []string{there, "https://hooks.example.com", "https://hooks.example.com:8443/x", "https://93.184.216.34/", "https://[2606:2800:220:1::1]/"} {
		if got, err := (webhook.Rules{}).CheckURL(good); got != good || err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	plain := webhook.Rules{Plain: true}
	if _, err := plain.CheckURL("http://10.0.0.5:9000/x"); err != nil {
		t.Error("where the operator allows it:", err)
	}
	if _, err := plain.CheckURL("http://me@10.0.0.5/"); !errors.Is(err, webhook.ErrURL) {
		t.Error(err)
	}
}

// Where the internet doesn't lead, in all spellings.
func TestPublic(t *testing.T) {
	for _, inside := range []string{
		"0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1",
		"192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd12::1", "ff02::1", "64:ff9b::a00:1", "64:ff9b:1::1",
		"100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "2606:4700::1%1", "5f00::1",
	} {
		if webhook.Public(netip.MustParseAddr(inside)) {
			t.Errorf("%s passes for an address of the internet", inside)
		}
	}
	for _, public := range []string{"1.1.1.1", "172.32.0.1", "100.128.0.1", "223.255.255.1", "2606:4700:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8"} {
		if !webhook.Public(netip.MustParseAddr(public)) {
			t.Errorf("%s doesn't", public)
		}
	}
	if webhook.Public(netip.Addr{}) {
		t.Error("nothing is an address")
	}
}

// Rule 3: two secrets sign while they overlap, and never three.
func TestRotate(t *testing.T) {
	rotate := func(key int, overlap time.Duration, now time.Time) func(state) ([]ev, error) {
		return func(w state) ([]ev, error) { return w.Rotate(key, overlap, mary, now) }
	}
	until := noon.Add(webhook.Overlap)
	second := webhook.SecretRotated{Secret: webhook.Secret{Nth: 2, Key: 8}, EarlierUntil: until, By: mary, At: noon}
	s := given(t, added).When(rotate(8, 90*webhook.Overlap, noon)).Then(second)
	if got := s.State().Secrets(until.Add(-time.Millisecond)); len(got) != 2 || got[0].Nth != 2 || got[1].Nth != 1 {
		t.Error(got)
	}
	if got := s.State().Secrets(until); len(got) != 1 || got[0].Nth != 2 {
		t.Error(got)
	}
	s = s.When(rotate(8, 0, later)).Then(webhook.SecretRotated{Secret: webhook.Secret{Nth: 3, Key: 8}, EarlierUntil: later, By: mary, At: later})
	if got := s.State().Secrets(later); len(got) != 1 || got[0].Nth != 3 {
		t.Error("a secret that must not sign any more:", got)
	}
	given(t).When(rotate(8, 0, noon)).ThenError(webhook.ErrNotFound)
}

// Rules 4, 5, 6.
func TestLife(t *testing.T) {
	off := func(w state) ([]ev, error) { return w.SwitchOff(mary, noon) }
	on := func(w state) ([]ev, error) { return w.SwitchOn(mary, noon) }
	fail := func(w state) ([]ev, error) { return w.Fail(webhook.Failing, later) }
	try := func(w state) ([]ev, error) { return w.Try(mary, noon) }
	replay := func(w state) ([]ev, error) { return w.Replay(event.Stream{Kind: "task", ID: id}, 3, mary, noon) }
	remove := func(w state) ([]ev, error) { return w.Remove(mary, noon) }

	s := given(t, added).When(try).Then(webhook.Tested{By: mary, At: noon}).When(replay).Then(webhook.Replayed{Source: "task-" + id.String(), Version: 3, By: mary, At: noon})
	s = s.When(fail).Then(webhook.SwitchedOff{Cause: webhook.Failing, Tell: mary, At: later})
	s.When(fail).ThenNothing()
	s.When(off).ThenNothing()
	s.When(try).ThenError(webhook.ErrOff)
	s.When(replay).ThenError(webhook.ErrOff)
	s = s.When(on).Then(webhook.SwitchedOn{By: mary, At: noon})
	s.When(on).ThenNothing()
	s = s.When(off).Then(webhook.SwitchedOff{Cause: webhook.ByPractice, By: mary, At: noon})
	if s.State().On() || s.State().Cause() != webhook.ByPractice {
		t.Error("it is on")
	}
	s = s.When(remove).Then(webhook.Removed{By: mary, At: noon})
	s.When(remove).ThenNothing()
	s.When(fail).ThenNothing()
	for name, act := range map[string]func(state) ([]ev, error){"off": off, "on": on, "try": try, "replay": replay, "add": add(there, "task.*"), "change": change(there, "task.*")} {
		t.Run(name, func(t *testing.T) { given(t, added, webhook.Removed{}).When(act).ThenError(webhook.ErrNotFound) })
	}
	given(t).When(remove).ThenError(webhook.ErrNotFound)
}
