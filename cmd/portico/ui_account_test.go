package main

import (
	"testing"

	"portico/ports/web/uitest"
)

// ownSessions: a person sees both of their devices, signs the other one out, changes the password, and signs out
// everywhere; each counts at the next request (issue 3, section 2; threats T7, T14).
func ownSessions(t *testing.T, p *portal) {
	pr := p.found(t, "Two Desks", "tess@desks.example", "Tess Toll", "Europe/London")
	enter := func(password string) *uitest.Page {
		page := uitest.Open(t)
		page.Visit(p.base + "/account")
		page.Fill("E-mail address", pr.email)
		page.Fill("Password", password)
		page.Click("button", "Sign in")
		page.Wait("Where you are signed in")
		return page
	}
	here, there := enter(pr.password), enter(pr.password)
	here.Reload()
	here.Wait("This one")
	here.Axe("two sessions")
	if n := uitest.Eval[int](here, `document.querySelectorAll("tbody tr").length`); n != 3 { // and the one that the practice was opened with
		t.Errorf("%d sessions are listed", n)
	}
	here.Click("button", "Sign out Chrome on Linux")
	here.Wait("That device is signed out.")
	there.Reload()
	there.WaitFor("button", "Sign in")

	here.Allow("422")
	change := func(present, wanted string) {
		here.Fill("Present password", present)
		here.Fill("New password", wanted)
		here.Click("button", "Change password")
	}
	change("not what it is", "violin quarry lantern")
	here.WaitFor("alert", "")
	here.Wait("This is not your present password.")
	here.Axe("a password refused")
	change(pr.password, "violin quarry lantern")
	here.Wait("Your password is changed.")
	here.Axe("a password changed")
	there = enter("violin quarry lantern")
	there.Click("button", "Sign out everywhere")
	there.WaitFor("button", "Sign in")
	here.Reload()
	here.WaitFor("button", "Sign in")
}
