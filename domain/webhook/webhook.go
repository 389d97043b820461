// Package webhook decides where a practice’s own programs are told what happens, and what of it.
//
//  1. An endpoint has an address and the sorts of events it is sent, one at least. It is sent what happens while it is on.
//  2. Its address is https://HOST with a path and a query at most: no name, no password, no fragment. Only where the operator
//     allows networks of their own may it be http://. Where its name leads to is looked at each time it is called.
//  3. Its secret is made by us and can be replaced at any time; the one before signs along for Overlap, or not at all.
//  4. Switched off, by the practice or because nothing arrives, it is sent nothing; what happened meanwhile isn’t sent later.
//  5. A test and a replay are sent to an endpoint that is on. A replay has the id of the first delivery.
//  6. Removed it never comes back.
package webhook

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// What goes without asking.
const (
	Overlap      = 24 * time.Hour // rule 3
	MaxURL       = 1000           // bytes
	MaxEndpoints = 20             // of a practice
	maxSecrets   = 65535
)

// What can stand in the way.
var (
	ErrNotFound = fault.New(fault.NotFound, "webhook.unknown", "There is no such webhook. It may have been removed.")
	ErrURL      = fault.New(fault.Invalid, "webhook.url", "This is no address that can be called. Type one that begins with https://, without a user name or password.")
	ErrInside   = fault.New(fault.Invalid, "webhook.inside", "This address is inside of a network, and can’t be called from here. Type one that the internet can reach.")
	ErrType     = fault.New(fault.Invalid, "webhook.type", "There are no such events. Choose from the list.")
	ErrNoTypes  = fault.New(fault.Invalid, "webhook.types", "Choose at least one sort of event.")
	ErrOff      = fault.New(fault.Conflict, "webhook.off", "This webhook is switched off. Switch it on first.")
	ErrMany     = fault.New(fault.Conflict, "webhook.many", "A practice has 20 webhooks at most. Remove one first.")
	ErrSecrets  = fault.New(fault.Conflict, "webhook.secrets", "This webhook has had too many secrets. Add it anew.")
	ErrDelivery = fault.New(fault.NotFound, "webhook.delivery", "There is no such delivery.")
)

// Webhook is the state of one endpoint. The zero value has not been added.
type Webhook struct {
	added, removed, off bool
	cause               Cause
	url                 string
	types               []string
	secrets             []Secret // the newest first, two at most
	earlierUntil        time.Time
	by                  uuid.UUID
}

// Apply assigns what e says.
func (w Webhook) Apply(e Event) Webhook {
	switch e := e.(type) {
	case Added:
		w.added, w.url, w.types, w.secrets, w.by = true, e.URL.Text, e.Types, []Secret{e.Secret}, e.By
	case Changed:
		w.url, w.types, w.by = e.URL.Text, e.Types, e.By
	case SecretRotated:
		w.secrets, w.earlierUntil = append([]Secret{e.Secret}, w.secrets[:min(1, len(w.secrets))]...), e.EarlierUntil
	case SwitchedOff:
		w.off, w.cause = true, e.Cause
	case SwitchedOn:
		w.off, w.cause = false, ""
	case Removed:
		w.removed = true
	case Tested, Replayed:
	}
	return w
}

// URL is where it is.
func (w Webhook) URL() string { return w.url }

// Types are the sorts of events it is sent.
func (w Webhook) Types() []string { return w.types }

// On tells whether it is sent anything.
func (w Webhook) On() bool { return w.added && !w.removed && !w.off }

// Exists tells whether it was added and not removed.
func (w Webhook) Exists() bool { return w.added && !w.removed }

// Cause is why it is off; empty: it isn't.
func (w Webhook) Cause() Cause { return w.cause }

// Secrets are those that sign at a moment, the newest first (rule 3).
func (w Webhook) Secrets(now time.Time) []Secret {
	if len(w.secrets) > 1 && !now.Before(w.earlierUntil) {
		return w.secrets[:1]
	}
	return w.secrets
}

// EarlierUntil is until when the secret before the newest signs, too; zero: there was none.
func (w Webhook) EarlierUntil() time.Time { return w.earlierUntil }

// Rules are what the operator allows.
type Rules struct {
	Plain bool // http:// as well (rule 2)
}

// CheckURL is an address as it is kept, or ErrURL, ErrInside (rule 2). What it resolves to is nobody's business here.
func (r Rules) CheckURL(text string) (string, error) {
	text = strings.TrimSpace(text)
	u, err := url.Parse(text)
	switch {
	case err != nil, len(text) > MaxURL, u.Opaque != "", u.User != nil, u.Fragment != "", strings.HasSuffix(text, "#"), u.Hostname() == "",
		u.Scheme != "https" && (u.Scheme != "http" || !r.Plain), strings.ContainsFunc(text, func(c rune) bool { return c <= ' ' || c == 0x7f }):
		return "", ErrURL
	case r.Plain:
		return text, nil
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	ip, err := netip.ParseAddr(host)
	switch {
	case err == nil && !Public(ip), host == "localhost", strings.HasSuffix(host, ".localhost"), strings.HasSuffix(host, ".local"), strings.HasSuffix(host, ".internal"):
		return "", ErrInside
	case err != nil && numeric(host): // 2130706433, 0x7f.1, 127.1: what resolvers take for numbers
		return "", ErrURL
	case u.Port() != "" && u.Port() != "443" && u.Port() != "8443":
		return "", ErrURL.Withf("Webhooks are sent to port 443 or 8443. Leave the port out, or type one of them.")
	}
	return text, nil
}

func numeric(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	return !strings.ContainsFunc(last, func(c rune) bool { return c < '0' || c > '9' }) || strings.HasPrefix(last, "0x")
}

// Add makes an endpoint (rules 1, 2). Again it changes nothing. It refuses with ErrURL, ErrInside, ErrType, ErrNoTypes, and
// ErrNotFound where it was removed.
func (w Webhook) Add(id uuid.UUID, r Rules, address string, types []string, key int, by uuid.UUID, now time.Time) ([]Event, error) {
	switch {
	case w.removed:
		return nil, ErrNotFound
	case w.added:
		return nil, nil
	}
	address, types, err := check(r, address, types)
	if err != nil {
		return nil, err
	}
	return []Event{Added{URL: event.Of(id, address), Types: types, Secret: Secret{Nth: 1, Key: key}, By: by, At: now}}, nil
}

func check(r Rules, address string, chosen []string) (string, []string, error) {
	address, err := r.CheckURL(address)
	if err != nil {
		return "", nil, err
	}
	types, err := choice(chosen)
	return address, types, err
}

// Change states anew where it is and what it is sent (rules 1, 2). What stands so already is no event. It refuses with
// ErrNotFound, ErrURL, ErrInside, ErrType, ErrNoTypes.
func (w Webhook) Change(id uuid.UUID, r Rules, address string, chosen []string, by uuid.UUID, now time.Time) ([]Event, error) {
	if !w.Exists() {
		return nil, ErrNotFound
	}
	address, types, err := check(r, address, chosen)
	switch {
	case err != nil:
		return nil, err
	case address == w.url && slices.Equal(types, w.types):
		return nil, nil
	}
	return []Event{Changed{URL: event.Of(id, address), Types: types, By: by, At: now}}, nil
}

// Rotate gives it another secret, made under a key of the ring; the one before signs along for overlap (rule 3). It refuses
// with ErrNotFound, ErrSecrets.
func (w Webhook) Rotate(key int, overlap time.Duration, by uuid.UUID, now time.Time) ([]Event, error) {
	switch {
	case !w.Exists():
		return nil, ErrNotFound
	case w.secrets[0].Nth >= maxSecrets:
		return nil, ErrSecrets
	}
	next := Secret{Nth: w.secrets[0].Nth + 1, Key: key}
	return []Event{SecretRotated{Secret: next, EarlierUntil: now.Add(min(max(overlap, 0), Overlap)), By: by, At: now}}, nil
}

// SwitchOff sends it nothing any more (rule 4). Again it changes nothing. It refuses with ErrNotFound.
func (w Webhook) SwitchOff(by uuid.UUID, now time.Time) ([]Event, error) {
	switch {
	case !w.Exists():
		return nil, ErrNotFound
	case w.off:
		return nil, nil
	}
	return []Event{SwitchedOff{Cause: ByPractice, By: by, At: now}}, nil
}

// Fail switches it off because nothing arrives, or because its receiver has said that it is gone (rule 4). Whoever set it up
// is told. Where it is off or removed nothing changes.
func (w Webhook) Fail(cause Cause, now time.Time) ([]Event, error) {
	if !w.On() {
		return nil, nil
	}
	return []Event{SwitchedOff{Cause: cause, Tell: w.by, At: now}}, nil
}

// SwitchOn sends it what happens from now on (rule 4). Again it changes nothing. It refuses with ErrNotFound.
func (w Webhook) SwitchOn(by uuid.UUID, now time.Time) ([]Event, error) {
	switch {
	case !w.Exists():
		return nil, ErrNotFound
	case !w.off:
		return nil, nil
	}
	return []Event{SwitchedOn{By: by, At: now}}, nil
}

// Try asks for a delivery that says nothing (rule 5). It refuses with ErrNotFound, ErrOff.
func (w Webhook) Try(by uuid.UUID, now time.Time) ([]Event, error) {
	if err := w.sendable(); err != nil {
		return nil, err
	}
	return []Event{Tested{By: by, At: now}}, nil
}

// Replay asks for one more delivery of the event with that version in its stream (rule 5). It refuses with ErrNotFound, ErrOff.
func (w Webhook) Replay(source event.Stream, version int, by uuid.UUID, now time.Time) ([]Event, error) {
	if err := w.sendable(); err != nil {
		return nil, err
	}
	return []Event{Replayed{Source: source.String(), Version: version, By: by, At: now}}, nil
}

func (w Webhook) sendable() error {
	switch {
	case !w.Exists():
		return ErrNotFound
	case w.off:
		return ErrOff
	}
	return nil
}

// Remove ends it (rule 6). Again it changes nothing. It refuses with ErrNotFound.
func (w Webhook) Remove(by uuid.UUID, now time.Time) ([]Event, error) {
	switch {
	case !w.added:
		return nil, ErrNotFound
	case w.removed:
		return nil, nil
	}
	return []Event{Removed{By: by, At: now}}, nil
}
