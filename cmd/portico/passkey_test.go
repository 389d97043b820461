package main

import (
	"maps"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	contactapp "portico/app/contact"
	inviteapp "portico/app/invite"
	"portico/app/secret"
	"portico/domain/contact"
	"portico/domain/invite"

	"github.com/google/uuid"
)

var removalAddress = regexp.MustCompile(`/portal/settings/security/methods/[0-9a-f-]{36}/removal`)

// TestPasskeysOnTheWire: somebody comes in with a passkey in place of a password (S3.14), and others try what passkeys
// must not let them: another answer's challenge, an answer a second time, another person's passkey, another site's.
func TestPasskeysOnTheWire(t *testing.T) {
	t.Parallel()
	p := openPortal(t)
	ctx := t.Context()
	here := strings.Replace(p.base, "127.0.0.1", "localhost", 1)
	key := func() *softKey { return newSoftKey(t, here, "localhost") }
	browser := func() *surfer { return &surfer{t: t, base: p.base, jar: map[string]string{}} }
	nth := map[uuid.UUID]int{}
	invited := func(who uuid.UUID) string {
		t.Helper()
		res, err := p.house.invites.Send(ctx, inviteapp.Send{By: p.calm.by(), Contact: who, Channels: invite.ByEmail, Access: invite.ByAccount, Zone: time.UTC})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.house.linkList.Wait(ctx, res.Position); err != nil {
			t.Fatal(err)
		}
		nth[who]++
		return "/i/" + p.keys.links.Invitation(secret.InvitationToken{Invite: invite.ID(who), Generation: nth[who]}).Reveal() + "/acceptance"
	}
	added := func(given string) (uuid.UUID, string, string) {
		t.Helper()
		who, email := newID(t), rndWord(t)+"@example.org"
		if _, err := p.house.contacts.Add(ctx, contactapp.Add{By: p.calm.by(), ID: who, Details: contact.Entry{Given: given, Email: email}}); err != nil {
			t.Fatal(err)
		}
		return who, email, invited(who)
	}
	agreed := func(v url.Values) url.Values {
		all := url.Values{"command": {uuid.NewString()}, "terms": {"1"}, "agree": {"1"}}
		maps.Copy(all, v)
		return all
	}
	const options, login = "/portal/login/passkey/options", "/portal/login/passkey"
	who, email, door := added("Ingrid")
	_, _, other := added("Olav")
	ingrid, olav, thief := browser(), browser(), browser()
	hers, his := key(), key()
	hers.synced = true // no counter gives a second use away: the challenge alone must

	ingrid.want(200, "GET", door, nil, "<passkey-instead", "Use a passkey instead", door+"/passkey/options")
	v := agreed(hers.made(ingrid.challenged(door + "/passkey/options")))
	v.Del("agree")
	ingrid.want(422, "POST", door, v, "tick the box")
	ingrid.want(422, "POST", door, agreed(key().made(olav.challenged(other+"/passkey/options"))), "could not be used here") // his challenge
	ingrid.want(422, "POST", door, agreed(key().made(ingrid.challenged(options))), "could not be used here")                // one to sign in
	evil := newSoftKey(t, "https://evil.example", "localhost")
	ingrid.want(422, "POST", door, agreed(evil.made(ingrid.challenged(door+"/passkey/options"))), "could not be used here")

	codes, _ := ingrid.want(200, "POST", door, agreed(hers.made(ingrid.challenged(door+"/passkey/options"))), "recovery-codes", `href="/portal"`)
	if n := strings.Count(codes, "<li><code>"); n != 10 {
		t.Errorf("%d recovery codes", n)
	}
	ingrid.want(200, "GET", "/portal/home", nil, "<title>Home") // the passkey is the second step as well
	olav.want(200, "POST", other, agreed(his.made(olav.challenged(other+"/passkey/options"))))
	thief.want(410, "POST", door, agreed(key().made(thief.challenged(options))))
	thief.want(401, "POST", "/portal/session", url.Values{"email": {email}, "password": {""}})

	again := browser()
	answer := hers.shown(again.challenged(options))
	again.want(303, "POST", login, answer)
	again.want(200, "GET", "/portal/home", nil, "<title>Home")

	refused := func(name, path string, b *surfer, v url.Values) {
		t.Helper()
		b.want(422, "POST", path, v, "could not be used here")
		if path == login && b.jar["portico-portal"] != "" {
			t.Errorf("%s opens a session", name)
		}
	}
	refused("an answer a second time", login, thief, answer)
	fresh := thief.challenged(options)
	answer.Set("slip", fresh.Slip)
	refused("an answer to an older challenge", login, thief, answer)
	borrowed := *his
	borrowed.id, borrowed.holder = hers.id, hers.holder
	refused("his signature under her name", login, thief, borrowed.shown(thief.challenged(options)))
	borrowed = *his
	borrowed.holder = hers.holder
	refused("his passkey with her as its holder", login, thief, borrowed.shown(thief.challenged(options)))
	stranger := key()
	stranger.holder = hers.holder
	refused("a passkey that nobody added", login, thief, stranger.shown(thief.challenged(options)))
	elsewhere := *hers
	elsewhere.origin = "https://evil.example"
	refused("her passkey on another site", login, thief, elsewhere.shown(thief.challenged(options)))
	elsewhere = *hers
	elsewhere.host = "evil.example"
	refused("a passkey of another host", login, thief, elsewhere.shown(thief.challenged(options)))
	refused("a challenge for another purpose", login, thief, hers.shown(ingrid.challenged("/portal/settings/security/passkey/options")))
	refused("another person's, to confirm who is there", "/portal/settings/confirmation/passkey", ingrid, his.shown(ingrid.challenged("/portal/settings/confirmation/passkey/options")))
	refused("the answer to another person's challenge", "/portal/settings/confirmation/passkey", ingrid, hers.shown(olav.challenged("/portal/settings/confirmation/passkey/options")))
	thief.want(422, "POST", "/login/passkey", hers.shown(thief.challenged("/login/passkey/options"))) // the practice's door
	copied := *his
	browser().want(303, "POST", login, his.shown(again.challenged(options)))
	refused("a copy, whose counter stands behind", login, thief, copied.shown(thief.challenged(options)))
	browser().want(303, "POST", login, hers.shown(again.challenged(options))) // after all of that hers still works

	text, _ := ingrid.want(200, "GET", "/portal/settings/security", nil)
	ingrid.want(409, "POST", removalAddress.FindString(text), nil, "This passkey is how you sign in.")

	// Who has a second factor can't be led around it by a new invitation.
	if _, err := p.house.invites.RemoveAccess(ctx, inviteapp.RemoveAccess{By: p.calm.by(), Contact: who}); err != nil {
		t.Fatal(err)
	}
	door = invited(who)
	if page, _ := thief.want(200, "GET", door, nil); strings.Contains(page, "<passkey-instead") {
		t.Error("a passkey is offered to somebody who has one")
	}
	thief.want(422, "POST", door+"/passkey/options", nil)
}
