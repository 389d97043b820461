package views

import (
	"strings"

	"portico/app/language"
	"portico/domain/account"
)

// everyPage is full, and the pages about one link with all that can happen to one.
func everyPage() []Page {
	pages := full()
	for _, p := range pages {
		if l, ok := p.(Link); ok {
			pages = append(pages, fullLinks(l)...)
		}
	}
	pages = append(pages, practiceSettings(Shell{Title: "Settings", Practice: "Harbour & Vale", Staff: "Priya Nair", Nav: "settings", Role: account.Admin})...)
	pages = append(pages, taskJobStates(Shell{Title: "Year end", Practice: "Harbour & Vale", Staff: "Priya Nair", Nav: "tasks", Role: account.Owner})...)
	pages = append(pages, formPages(Shell{Title: "Tax return", Practice: "Harbour & Vale", Staff: "Priya Nair", Nav: "tasks", Role: account.Owner})...)
	return append(append(pages, portalPages(language.For("en"))...), invitations()...)
}

// fullLinks goes on from the page of a link and its recipients.
func fullLinks(l Link) []Page {
	const over = "It worked until the end of Friday 4 December 2026."
	people := l.Link.Recipients
	people[0].OtherDevice, people[0].Asked, people[0].Note, people[0].Correctable = noon, noon, "I was away.\nSorry!", true
	people[1].Bounced, people[1].Correctable = true, true
	l.RenewTo, l.RenewDays, l.Reason, l.Link.Asked = "2026-12-21", 30, "x", noon
	l.Problems = Problems{{"expires_on", "Choose a later day."}, {Correction{Recipient: two}.EmailID(), "Enter an address."}, {"reason", "Too long."}}
	l.Corrections = []Correction{{Recipient: one, Name: "Imogen Farrow", Email: "imogen@example.org"}, {Recipient: two, Name: "Sam", Email: "books@", Open: true}}
	l.Life = []LifeLine{{Icon: "mail-x", Text: "Mail to Sam Ode bounced", Detail: "550 no such mailbox", At: noon, Bad: true}, {Icon: "send", Text: "Sent by Priya Nair", At: noon}}
	l.Earlier = []LifeLine{{Icon: "copy", Text: "Link of Sam Ode copied by Priya Nair", At: noon}}
	public := Public{Title: "Link expired", Practice: "Harbour & Vale", For: "Imogen Farrow"}
	return []Page{
		l,
		LinkCopy{
			Shell: l.Shell, Back: "/upload-links/" + one.String(), Person: "Imogen Farrow", Email: "imogen@example.org",
			Address: "https://portal.example/u/" + strings.Repeat("Ab1_-", 14),
		},
		LinkClosed{
			Public: public, Icon: "clock", Heading: "This link has expired", Text: over, Advice: "Ask Harbour & Vale for a new one.",
			Ask: &AskForm{Action: "/u/abc/new-link-request", Whom: "Priya Nair of Harbour & Vale", MaxNote: 1000, Note: "x", Problem: "Too long."},
		},
		LinkClosed{Public: public, Icon: "clock", Heading: "This link has expired", Text: over, Ask: &AskForm{Whom: "Priya Nair of Harbour & Vale", Asked: noon}},
	}
}

func emptyLinks() []Page {
	return []Page{Link{}, LinkCopy{}, LinkClosed{}, LinkClosed{Ask: &AskForm{}}}
}

// evilLinks are the pages about one link where everything that people type is text.
func evilLinks(text string) []Page {
	return []Page{
		LinkClosed{Heading: text, Ask: &AskForm{Whom: text, Note: text, Problem: text}},
		LinkCopy{Person: text, Email: text, Address: text},
		Link{
			Open: true, Link: LinkLine{Recipients: []PersonLine{{Name: text, Email: text, Note: text, Asked: noon, Correctable: true}}},
			Life: []LifeLine{{Text: text, Detail: text}}, Corrections: []Correction{{Name: text, Email: text}},
		},
	}
}
