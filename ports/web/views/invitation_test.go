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
			Shell: Shell{Title: "Invite people of Solberg Boats", Practice: "Harbour & Vale", Nav: "clients", Role: account.Owner}, Client: two, ClientName: "Solberg Boats", Command: one,
			People:  []InviteChoice{{ID: one, Name: "Ingrid Solberg", To: "ingrid@example.org", State: Badge{"quiet", "user", "Not invited"}, Ticked: true}, {ID: two, Name: "Olav", State: Badge{"ok", "circle-check", "Accepted"}, Why: "Has accepted"}},
			Further: []FurtherPerson{{N: 1, ID: one, Given: "Sam", Family: "Ode", Email: "sam", Phone: "1"}}, Templates: []TemplateChoice{{one.String(), "Welcome", "Dear client"}}, Template: one.String(), Drafted: true,
			Message: "Hello", Channels: "both", Access: "link", DueOn: "2026-12-20", ExpiresOn: "2026-12-22", MinExpires: "2026-11-21", Zone: "UK time (Europe/London)",
			Preview: &InvitePreview{"de", "Einladung", "Guten Tag Ingrid,", "Hello", []string{"Es geht um Solberg Boats."}, "Portal öffnen", "Gilt bis Montag"}, Sent: []string{"Olav", "Sam"},
			Problems: Problems{{"people", "Tick somebody."}, {"further-1-email", "No address."}, {"contact-" + one.String(), "Refused."}, {"expires_on", "Choose a day."}},
		},
		Access{Shell: Shell{Role: account.Owner}, Contact: two, Factors: []string{"E-mail code", "Passkey"}, FactorsReason: "x", Problems: Problems{{"factors_reason", "Shorten it."}}, Name: "Olav Solberg", State: Badge{"ok", "circle-check", "Accepted"}, In: true, Count: 1, ByLink: true, Sendable: true},
	}
}

// noInvitations are the same with nothing on them.
func noInvitations() []Page {
	nothing := Entry{W: language.For("en")}
	return []Page{InvitationDoor{Entry: nothing}, InvitationShut{Entry: nothing}, Access{}, InviteNew{}}
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
