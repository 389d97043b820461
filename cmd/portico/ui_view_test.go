package main

import (
	"testing"

	"portico/ports/web/uitest"
)

// lookingIn: somebody of the practice says what for, walks through a client's portal on the smallest phone in the dark,
// can change nothing, acts for the client once that is switched on, and leaves no page behind (S4.3, S4.i1).
func lookingIn(t *testing.T, p *portal) {
	pr := p.found(t, "Fell & Firth", "una@fell.example", "Una Fell", "Europe/Tallinn")
	g := insider(t, p.house, pr, "")
	eventually(t, "Ingrid in the list of those who are in", func() bool {
		row, err := p.house.inviteList.Invite(t.Context(), pr.firm, g.contact)
		return err == nil && row.In
	})
	of := p.base + "/contacts/" + g.contact.String()
	page := uitest.Open(t, uitest.Phone(320, 640))
	page.Cookie(p.base, "portico", pr.session)
	page.Set(uitest.Dark())
	page.Visit(of + "/portal/settings")
	page.Wait("What for?")
	page.Axe("the purpose")
	page.Fits("the purpose")
	page.Fill("Purpose", "They called and can’t find a file that they have sent last year")
	page.Click("button", "Open the portal")
	page.Wait("You see what Ingrid sees.")
	page.Axe("home, looked into")
	page.Fits("home, looked into")
	page.Visit(of + "/portal/settings")
	page.Wait("You see what Ingrid sees.")
	page.Axe("settings, looked into")
	if uitest.Eval[int](page, `document.querySelectorAll("main :is(button, select, input):enabled").length`) > 0 {
		t.Error("a form can be sent")
	}
	page.Click("button", "Act for them")
	page.Wait("You act for Ingrid.")
	page.Axe("home, acted for")
	page.Fits("home, acted for")
	page.Click("button", "Leave")
	page.Wait("See their portal")
	page.Visit(of + "/portal/settings")
	page.Wait("What for?")
	page.Visit(of + "/why?object=tab:billing")
	page.Wait("They don’t see it")
	page.Axe("why")
	page.Fits("why")
	page.Click("button", "Use the tab Billing")
	page.Wait("Ingrid belongs to no client, so there is nothing in Billing that is theirs.")
}
