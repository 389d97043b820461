package views

import (
	"portico/app/language"
	"portico/domain/account"
	"testing"
)

// invitations are their pages with everything on them.
func invitations() []Page {
	entry := Entry{W: language.For("en"), Title: "Harbour & Vale invites you", Practice: "Harbour & Vale"}
	return []Page{
		InvitationDoor{Entry: entry, Base: "/i/AbC", Sender: "Priya Nair, Harbour & Vale", Client: "Solberg Boats", Next: "You choose a password next.", Button: "Continue", Expires: "Valid until the end of Friday 4 December 2026, UK time"},
		InvitationShut{Entry: entry, Icon: "mail", Text: "It was replaced.", Advice: "Open the newest one.", Action: "Sign in", Href: "/portal/login"},
		Access{
			Shell: Shell{Title: "Portal access of Ingrid Solberg", Practice: "Harbour & Vale", Nav: "clients", Role: account.Owner}, Contact: one, Name: "Ingrid Solberg", Back: "/clients", BackTo: "Clients",
			State: Badge{"danger", "mail-x", "Bounced"}, Life: []Step{{Icon: "send", Word: "Sent", At: noon}, {Icon: "mail-x", Word: "Bounced", At: noon, Bad: true, Detail: "550"}, {Icon: "mail-open", Word: "Opened"}},
			Count: 2, To: "ingrid@example.org", Client: "Solberg Boats", ClientID: two, By: "Priya Nair", Holding: true, Open: true, Nth: 2, Expires: expiry, Due: "2026-12-20", Message: "Welcome",
			Failed: "The answer was: no such user (550)", Sendable: true, Email: "ingrid@example.org", Phone: "+4791234567", Reason: "x",
			History: []LifeLine{{Icon: "send", Text: "Invited by Priya Nair", Detail: "To ingrid@example.org", At: noon}, {Icon: "mail-x", Text: "E-mail bounced", At: noon, Bad: true}},
			Earlier: []LifeLine{{Icon: "send", Text: "Invited", At: noon}}, Command: two, Problems: Problems{{"reason", "Too long."}, {"email", "No address."}, {"phone", "No number."}},
			Messages: &MessagesPart{Whose: "Ingrid Solberg", Rows: messageLines()},
		},
		InviteNew{
			Bundle: one, Models: []ModelChoice{{one, "Year end 2025", "Farrow, Imogen", true}, {two, "Payroll", "", false}},
			Shell: Shell{Title: "Invite people of Solberg Boats", Practice: "Harbour & Vale", Nav: "clients", Role: account.Owner}, Client: two, ClientName: "Solberg Boats", Command: one,
			People:  []InviteChoice{{ID: one, Name: "Ingrid Solberg", To: "ingrid@example.org", State: Badge{"quiet", "user", "Not invited"}, Ticked: true}, {ID: two, Name: "Olav", State: Badge{"ok", "circle-check", "Accepted"}, Why: "Has accepted"}},
			Further: []FurtherPerson{{N: 1, ID: one, Given: "Sam", Family: "Ode", Email: "sam", Phone: "1"}}, Templates: []TemplateChoice{{one.String(), "Welcome", "Dear client"}}, Template: one.String(), Drafted: true,
			Message: "Hello", Channels: "both", Access: "link", DueOn: "2026-12-20", ExpiresOn: "2026-12-22", MinExpires: "2026-11-21", Zone: "UK time (Europe/London)",
			Preview: &InvitePreview{"de", "Einladung", "Guten Tag Ingrid,", "Hello", []string{"Es geht um Solberg Boats."}, "Portal öffnen", "Gilt bis Montag"}, Sent: []string{"Olav", "Sam"},
			Problems: Problems{{"people", "Tick somebody."}, {"bundle", "They did not go along."}, {"further-1-email", "No address."}, {"contact-" + one.String(), "Refused."}, {"expires_on", "Choose a day."}},
		},
		Invitations{
			Shell: Shell{Title: "Manage client portals", Practice: "Harbour & Vale", Nav: "clients", Role: account.Owner}, Query: "sol", Kept: []Choice{{"q", "sol"}, {"portal", "without"}}, Found: "3 people",
			Filters: []Filter{{"Without portal", "/invitations", "3", true}, {"Bounced", "/invitations?portal=bounced", "0", false}}, Chosen: "search “sol”", All: "1", Choosable: true, Export: "/invitations/export.csv?q=sol",
			Rows: []CandidateLine{
				{Contact: one, Name: "Ingrid Solberg", Client: two, ClientName: "Solberg Boats", Email: "ingrid@example.org", Phone: "+4791234567", State: Badge{"quiet", "user", "Not invited"}, Choosable: true},
				{Contact: two, Name: "Olav", Client: two, ClientName: "Solberg Boats", Why: "Has no address."}, {Client: one, ClientName: "Farrow", Why: "Nobody is entered."},
			},
			Pager: Pager{Next: "/invitations?after=x", Shown: "3 people"}, Recent: []JobLine{{one, "Without portal", 400, noon}},
		},
		InviteMany{
			Shell: Shell{Title: "Invite 2 people", Practice: "Harbour & Vale", Nav: "clients", Role: account.Owner}, ID: one, Back: "/invitations?q=sol", People: "2 people", Chosen: "Without portal", Kept: []Choice{{"all", "1"}},
			Templates: []TemplateChoice{{one.String(), "Welcome", "Dear client"}}, Template: one.String(), Drafted: true, Message: "Hello", Channels: "both", Access: "link", DueOn: "2026-12-20", ExpiresOn: "2026-12-22",
			MinExpires: "2026-11-21", Zone: "UK time (Europe/London)", Again: true, Problems: Problems{{"people", "Nobody."}, {"channels", "Choose."}, {"access", "Choose."}, {"template", "Choose."}, {"message", "Too long."}, {"due_on", "No day."}, {"expires_on", "Choose a day."}},
		},
		InviteJob{
			Shell: Shell{Title: "Look before you send", Practice: "Harbour & Vale", Nav: "clients", Role: account.Owner}, ID: one, Command: two, State: "draft", Chosen: "Everybody", At: noon, Total: 2, Draft: true, Ready: 1,
			Reasons: []Reason{{"This person was invited already.", "1", 1}}, Sample: &InvitePreview{"de", "Einladung", "Guten Tag Ingrid,", "Hello", []string{"Es geht um Solberg Boats."}, "Portal öffnen", "Gilt bis Montag"},
			Message: "Hello", Channels: "by e-mail", DueOn: "20 Dec 2026", Expires: "22 Dec 2026", ByLink: true, Again: true, Chips: []Chip{{"All 2", "/invitations/jobs/x", true}, {"Passed by 1", "/invitations/jobs/x?show=passed", false}},
			Rows:  []JobRow{{No: 1, Contact: one, Name: "Ingrid Solberg", Client: two, ClientName: "Solberg Boats", To: "ingrid@example.org", Badge: Badge{"info", "send", "Invited"}}, {No: 2, Contact: two, Name: "Olav", ClientName: "Olav", Badge: Badge{"", "circle-alert", "Passed by"}, Note: "Invited already."}},
			Pager: Pager{Next: "?after=2", Shown: "2 people"},
		},
		InviteJob{
			Shell: Shell{Title: "Sending invitations", Practice: "Harbour & Vale", Nav: "clients", Role: account.Owner}, ID: one, Command: two, State: "running", Chosen: "Everybody", At: noon, Total: 3, Running: true, Done: 2, Waiting: 1,
			Tally: []Fact{{"Invitations created", "2"}, {"Handed over", "1"}, {"Total", "3"}}, Chips: []Chip{{"All", "/invitations/jobs/x", true}},
			Rows: []JobRow{{No: 1, Contact: one, Name: "Ingrid Solberg", ClientName: "Solberg Boats", To: "ingrid@example.org", Badge: Badge{"danger", "mail-x", "Failed"}, Note: "The address refused it (550).", Created: noon, HandedOver: noon, Delivered: noon, Bounced: noon}},
		},
		InviteJob{Shell: Shell{Title: "Sending begins", Role: account.Owner}, ID: one, Command: two, Holding: true, Total: 3, Seconds: 29},
		InviteJob{Shell: Shell{Title: "Stopping", Role: account.Owner}, ID: one, Stopping: true, Total: 3},
		Access{Shell: Shell{Role: account.Owner}, Contact: two, Factors: []string{"E-mail code", "Passkey"}, FactorsReason: "x", Problems: Problems{{"factors_reason", "Shorten it."}}, Name: "Olav Solberg", State: Badge{"ok", "circle-check", "Accepted"}, In: true, Count: 1, ByLink: true, Sendable: true},
	}
}

// noInvitations are the same with nothing on them.
func noInvitations() []Page {
	nothing := Entry{W: language.For("en")}
	return []Page{InvitationDoor{Entry: nothing}, InvitationShut{Entry: nothing}, Access{}, InviteNew{}, Invitations{}, InviteMany{}, InviteJob{}}
}

// Without script the rows after the first are folded away, and open where something is typed in them.
func TestFurtherPeopleUnfold(t *testing.T) {
	for _, c := range []struct {
		rows []FurtherPerson
		want bool
	}{{nil, false}, {[]FurtherPerson{{N: 1, Given: "Sam"}, {N: 2}}, false}, {[]FurtherPerson{{N: 1}, {N: 2, Phone: "+44"}}, true}} {
		if got := (InviteNew{Further: c.rows}).Unfolded(); got != c.want {
			t.Errorf("%v: %v", c.rows, got)
		}
	}
}

// evilInvitations are pages with markup in what people wrote.
func evilInvitations(evil string) []Page {
	return []Page{
		Invitations{Query: evil, Kept: []Choice{{"q", evil}}, Chosen: evil, Choosable: true, All: "1", Rows: []CandidateLine{{Name: evil, ClientName: evil, Email: evil, Phone: evil, Choosable: true}}, Recent: []JobLine{{Chosen: evil}}},
		InviteMany{Chosen: evil, Kept: []Choice{{"q", evil}}, Message: evil, DueOn: evil, ExpiresOn: evil, Templates: []TemplateChoice{{evil, evil, evil}}},
		InviteJob{Chosen: evil, Draft: true, Sample: &InvitePreview{Message: evil, Subject: evil, Hello: evil, Lead: []string{evil}}, Rows: []JobRow{{Name: evil, ClientName: evil, To: evil, Note: evil}}, Reasons: []Reason{{Text: evil}}},
	}
}
