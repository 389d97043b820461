package main

import (
	"encoding/base32"
	"strings"
	"testing"
	"time"

	accountapp "portico/app/account"
	contactapp "portico/app/contact"
	inviteapp "portico/app/invite"
	"portico/app/secret"
	"portico/domain/contact"
	"portico/domain/invite"
	"portico/ports/web/uitest"
)

// secondFactor: somebody adds a passkey and an app, shows the passkey after the password, isn't asked on the trusted
// device, and comes in without a password (S3.22, S3.23, S3.24; rules F3, F4, F8).
func secondFactor(t *testing.T, p *portal) {
	pr := p.found(t, "Two Locks", "lena@locks.example", "Lena Locke", "Europe/London")
	base := strings.Replace(p.base, "127.0.0.1", "localhost", 1) // browsers know no passkeys for bare addresses
	page := uitest.Open(t, uitest.Passkeys())
	enter := func() {
		page.Visit(base + "/login?next=/account/security")
		page.Fill("E-mail address", pr.email)
		page.Fill("Password", pr.password)
		page.Click("button", "Sign in")
	}
	enter()
	page.Wait("You have none yet.")
	page.Axe("no second factor")
	page.Fill("Name of this passkey", "This desk")
	page.Click("button", "Add a passkey")
	page.Wait("They are shown this once.")
	page.Axe("recovery codes")
	codes := uitest.Eval[[]string](page, `[...document.querySelectorAll(".recovery-codes code")].map((c) => c.textContent)`)
	if len(codes) != 10 {
		t.Fatalf("%d recovery codes", len(codes))
	}
	page.Click("link", "I have kept them")
	page.Wait("This desk")

	page.Click("button", "Set up an authenticator app")
	page.WaitFor("image", "QR code for the authenticator app")
	page.Axe("an app is set up")
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(uitest.Eval[string](page, `document.getElementById("key").value`), " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	page.Allow("422")
	page.Fill("Code that the app shows now", "12")
	page.Click("button", "Turn it on")
	page.Wait("This code is wrong")
	page.Axe("a wrong code")
	page.Fill("Code that the app shows now", accountapp.HOTP(key, time.Now().Unix()/30))
	page.Click("button", "Turn it on")
	page.Wait("That method is on.")
	page.Axe("two methods")

	page.Click("button", "Sign out")
	page.Wait("E-mail address")
	enter()
	page.Wait("One more step")
	page.Axe("the second factor")
	page.Visit(base + "/clients")
	page.Wait("One more step")
	page.Click("link", "Passkey")
	page.Wait("Use the passkey on this device")
	page.Click("checkbox", "Don’t ask again on this device for 30 days Only on a device that nobody else uses.")
	page.Click("button", "Use my passkey")
	page.WaitFor("link", "Upload links")

	page.Click("button", "Sign out")
	page.Wait("E-mail address")
	enter()
	page.Wait("1 device is not asked")

	page.Click("button", "Sign out")
	page.Wait("E-mail address")
	page.Click("button", "Sign in with a passkey")
	page.WaitFor("link", "Upload links")
	if page.Path() != "/clients" {
		t.Errorf("a passkey leads to %s", page.Path())
	}
}

// codeByMail: a contact turns codes by mail on, and on another device the password alone no longer lets them in (S3.22,
// S3.25). The pages speak the contact's language from the password on.
func codeByMail(t *testing.T, p *portal) {
	g, german := insider(t, p.house, p.calm, ""), "de"
	if _, err := p.house.contacts.Prefer(t.Context(), contactapp.Prefer{By: p.calm.by(), Contact: g.contact, Language: &german}); err != nil {
		t.Fatal(err)
	}
	email := g.email
	enter := func() *uitest.Page {
		page := uitest.Open(t)
		page.Visit(p.base + "/portal/login")
		page.Fill("E-mail address", email)
		page.Fill("Password", p.calm.password)
		page.Click("button", "Sign in")
		return page
	}
	home := enter()
	home.Wait("Guten Tag")
	home.Visit(p.base + "/portal/settings/security")
	home.Axe("a contact without a second factor")
	home.Click("button", "Codes per E-Mail benutzen")
	home.Wait("Sie werden nur dieses eine Mal gezeigt.")
	home.Click("link", "Ich habe sie aufbewahrt")
	home.Wait("10 Codes sind übrig.")
	home.Axe("a contact with codes by mail")

	away := enter()
	away.Wait("Noch ein Schritt")
	away.Axe("a contact's second factor")
	away.Visit(p.base + "/portal/settings/security")
	away.Wait("Noch ein Schritt")
	var code string
	eventually(t, "the code", func() bool {
		for _, letter := range p.letters(t, email) {
			if _, rest, ok := strings.Cut(letter.Text, "Ihr Code für Harbour & Finch\n\n"); ok {
				code = rest[:7]
			}
		}
		return code != ""
	})
	away.Fill("Code", code)
	away.Click("button", "Anmelden")
	away.Wait("10 Codes sind übrig.")
	home.Reload()
	home.Wait("10 Codes sind übrig.")

	// Somebody who has lost it all asks the practice (S3.i15).
	desk := p.staffPage(t, p.calm)
	desk.Visit(p.base + "/contacts/" + g.contact.String() + "/access")
	desk.Wait("E-mail code")
	desk.Click("DisclosureTriangle", "Take the second factor away")
	desk.Fill("How you made sure (only you see it)", "Called them back")
	desk.Axe("a contact's second factor, taken away")
	desk.Click("button", "Take it away")
	desk.Gone("E-mail code")
	eventually(t, "the notice of it", func() bool {
		for _, letter := range p.letters(t, email) {
			if strings.Contains(letter.Text, "Mary O’Neill hat Ihren zweiten Faktor") {
				return true
			}
		}
		return false
	})
	enter().Wait("Guten Tag")
}

// passkeyInstead: an invited person comes in with a passkey in place of a password, and agrees to the terms first (S3.14).
func passkeyInstead(t *testing.T, p *portal) {
	pr := p.found(t, "No Words", "nora@words.example", "Nora Words", "Europe/London")
	who, email := newID(t), rndWord(t)+"@example.org"
	if _, err := p.house.contacts.Add(t.Context(), contactapp.Add{By: pr.by(), ID: who, Details: contact.Entry{Given: "Ingrid", Email: email}}); err != nil {
		t.Fatal(err)
	}
	res, err := p.house.invites.Send(t.Context(), inviteapp.Send{By: pr.by(), Contact: who, Channels: invite.ByEmail, Access: invite.ByAccount, Zone: time.UTC})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.house.linkList.Wait(t.Context(), res.Position); err != nil {
		t.Fatal(err)
	}
	page := uitest.Open(t, uitest.Passkeys())
	page.Visit(strings.Replace(p.base, "127.0.0.1", "localhost", 1) + "/i/" + p.keys.links.Invitation(secret.InvitationToken{Invite: invite.ID(who), Generation: 1}).Reveal() + "/acceptance")
	page.Wait("Use a passkey instead")
	page.Axe("an invitation, with a passkey on offer")
	page.Fill("New password", "short") // it doesn't count
	page.Click("checkbox", "I have read the terms of use (version 1) and accept them.")
	page.Click("button", "Use a passkey instead")
	page.Wait("They are shown this once.")
	page.Axe("recovery codes on the way in")
	page.Click("link", "I have kept them")
	page.Wait("Sign out")
	if page.Path() != "/portal" && page.Path() != "/portal/home" {
		t.Errorf("a passkey leads to %s", page.Path())
	}
}
