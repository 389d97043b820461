package access

import (
	"context"
	"slices"
	"strings"

	contactapp "portico/app/contact"
	firmapp "portico/app/firm"
	"portico/domain/account"
	"portico/domain/client"
	"portico/domain/contact"
	"portico/domain/event"
	"portico/domain/firm"

	"github.com/google/uuid"
)

// Tab is a part of the portal: which of the practice's settings it belongs to, and which right of the person it takes.
type Tab struct {
	Key   string
	Tab   firm.Tab     // "": there in every practice
	Right client.Right // "": everybody's
}

// Tabs are all of them, in the portal's order.
func Tabs() []Tab {
	return []Tab{
		{Key: "home"},
		{Key: "todos", Tab: firm.TodosTab, Right: client.Tasks},
		{Key: "files", Tab: firm.FilesTab, Right: client.Files},
		{Key: "requests", Tab: firm.RequestsTab, Right: client.Tasks},
		{Key: "billing", Tab: firm.BillingTab, Right: client.Billing},
		{Key: "schedule", Tab: firm.ScheduleTab, Right: client.Schedule},
		{Key: "contact", Tab: firm.ContactTab},
		{Key: "video", Tab: firm.VideoTab},
	}
}

// TabOf is the tab of a key.
func TabOf(key string) (Tab, bool) {
	i := slices.IndexFunc(Tabs(), func(t Tab) bool { return t.Key == key })
	if i < 0 {
		return Tab{}, false
	}
	return Tabs()[i], true
}

// Used tells whether the practice uses the tab (S3.18).
func (t Tab) Used(p firmapp.Portal) bool { return t.Tab == "" || p.Uses(t.Tab) }

// Allowed tells whether a person may see the tab for a client (S3.i18). Somebody who is no client, the zero membership, can
// finish to-dos and send files (S3.10), and has nothing to do with bills and appointments.
func (t Tab) Allowed(m contactapp.Membership) bool {
	switch {
	case t.Right == "":
		return true
	case m.Client == uuid.Nil:
		return t.Right == client.Tasks || t.Right == client.Files
	}
	return m.Rights.May(string(t.Right))
}

// tabWords are the tabs as the practice calls them.
var tabWords = map[string]string{
	"home": "Home", "todos": "To-dos", "files": "Files", "requests": "Requests", "billing": "Billing", "schedule": "Schedule", "contact": "Contact", "video": "Video",
}

// TabsOf explains why a person sees a tab of the portal.
type TabsOf struct {
	Portal
	Firms interface {
		Portal(ctx context.Context, no int32) (firmapp.Portal, error)
	}
}

// Objects are the tabs.
func (x TabsOf) Objects(context.Context, int32, uuid.UUID) (all []Choice, err error) {
	for _, t := range Tabs() {
		all = append(all, Choice{Object{"tab", t.Key}, "Tab: " + tabWords[t.Key]})
	}
	return all, nil
}

// Explain asks whether the person gets in, then whether the practice uses the tab, then whether they may see it.
func (x TabsOf) Explain(ctx context.Context, q Question) (Answer, error) {
	tab, ok := TabOf(q.Object.Name)
	if !ok {
		return Answer{}, ErrUnknown
	}
	entry := q
	entry.Object = Object{Kind: "portal"}
	a, err := x.Portal.Explain(ctx, entry)
	if err != nil || !a.Sees {
		return a, err
	}
	setup, err := x.Firms.Portal(ctx, q.Firm)
	if err != nil {
		return Answer{}, err
	}
	if !tab.Used(setup) {
		return x.unused(ctx, q, tab, setup)
	}
	if tab.Right == "" {
		a.Text += " " + tabWords[tab.Key] + " is for everybody who does."
		a.Rule = "S3.18"
		return a, nil
	}
	return x.allowed(ctx, q, tab, a)
}

// unused names who switched the tab off, or that nobody has ever switched it on.
func (x TabsOf) unused(ctx context.Context, q Question, tab Tab, setup firmapp.Portal) (Answer, error) {
	stream, set, film := firm.Stream(setup.ID), 1, 0
	for r, err := range x.Events.Load(ctx, q.Firm, stream, 0) {
		if err != nil {
			return Answer{}, err
		}
		switch r.Event.(type) {
		case firm.TabsSet:
			set = r.Version
		case firm.VideoRemoved:
			film = r.Version
		}
	}
	word := tabWords[tab.Key]
	if slices.Contains(setup.Tabs, tab.Tab) { // the film is what is missing
		because, err := fact(ctx, x.History, q.Firm, stream, film)
		return Answer{
			Rule: "S3.18", Text: "The practice shows the tab " + word + ", but there is no film to show in it.", Because: because,
			Repair: Repair{Act: Look, Word: "Add a film", Right: account.ChangeSettings, Page: "/settings/branding"},
		}, err
	}
	because, err := fact(ctx, x.History, q.Firm, stream, set)
	text := "The practice has switched the tab " + word + " off, for everybody."
	if set == 1 {
		text = "The practice does not use the tab " + word + ": it has not been switched on since the practice began."
	}
	return Answer{
		Rule: "S3.18", Text: text, Because: because,
		Repair: Repair{Act: UseTab, Word: "Use the tab " + word, Right: account.ChangeSettings, Tab: string(tab.Tab)},
	}, err
}

// allowed tells what the person's rights for a client say; for any of theirs where none was asked for.
func (x TabsOf) allowed(ctx context.Context, q Question, tab Tab, entry Answer) (a Answer, err error) {
	person, err := x.People.Contact(ctx, q.Firm, q.Person)
	if err != nil {
		return a, err
	}
	all, err := x.People.ClientsOf(ctx, q.Firm, q.Person)
	if err != nil {
		return a, err
	}
	word := tabWords[tab.Key]
	m, ok := pick(all, q.Client, tab)
	switch {
	case !ok && q.Client != uuid.Nil:
		return x.parted(ctx, q, person.Name())
	case !ok && tab.Allowed(m):
		entry.Rule, entry.Text = "S3.10", person.Name()+" belongs to no client, and sees "+word+" all the same."
		return entry, nil
	case !ok:
		entry = Answer{Rule: "S3.10", Text: person.Name() + " belongs to no client, so there is nothing in " + word + " that is theirs."}
		entry.Because, err = x.first(ctx, q.Firm, contact.Stream(q.Person))
		return entry, err
	}
	a.Because, err = x.rightsOf(ctx, q, m.Client)
	if a.Sees = tab.Allowed(m); a.Sees {
		a.Rule, a.Text = "S3.18", person.Name()+" gets in and has the right to “"+rightWords[tab.Right]+"” for "+m.ClientName+"."
		return a, err
	}
	a.Rule, a.Text = "S3.i18", person.Name()+" lacks the right to “"+rightWords[tab.Right]+"” for "+m.ClientName+", so the tab "+word+" is absent."
	a.Repair = Repair{
		Act: Grant, Word: "Give the right to “" + rightWords[tab.Right] + "”", Right: account.ChangeClients, Client: m.Client, Rights: append(slices.Clone(m.Rights), string(tab.Right)),
	}
	return a, err
}

// rightWords are the rights of people as the practice calls them.
var rightWords = map[client.Right]string{client.Files: "Files", client.Tasks: "Tasks", client.Billing: "Billing", client.Schedule: "Schedule", client.Sign: "Sign"}

// pick is the client that an answer is about: the one that was asked for, or one that lets them see it, or the first.
func pick(all []contactapp.Membership, wanted uuid.UUID, tab Tab) (contactapp.Membership, bool) {
	if wanted != uuid.Nil {
		i := slices.IndexFunc(all, func(m contactapp.Membership) bool { return m.Client == wanted })
		if i < 0 {
			return contactapp.Membership{}, false
		}
		return all[i], true
	}
	active := slices.DeleteFunc(slices.Clone(all), func(m contactapp.Membership) bool { return !m.Active })
	if len(active) == 0 {
		return contactapp.Membership{}, false
	}
	if i := slices.IndexFunc(active, tab.Allowed); i >= 0 {
		return active[i], true
	}
	return active[0], true
}

// rightsOf is what last said which rights the person has for a client.
func (x TabsOf) rightsOf(ctx context.Context, q Question, of uuid.UUID) (Fact, error) {
	return x.newest(ctx, q, of, func(e event.Event) bool {
		switch e := e.(type) {
		case client.ContactLinked:
			return e.Contact == q.Person
		case client.ContactRightsSet:
			return e.Contact == q.Person
		}
		return false
	})
}

func (x TabsOf) newest(ctx context.Context, q Question, of uuid.UUID, is func(event.Event) bool) (Fact, error) {
	stream, at := client.Stream(of), 0
	for r, err := range x.Events.Load(ctx, q.Firm, stream, 0) {
		if err != nil {
			return Fact{}, err
		}
		if is(r.Event) {
			at = r.Version
		}
	}
	return fact(ctx, x.History, q.Firm, stream, at)
}

// parted tells that the person has nothing to do with the client that was asked for, or has no more. A client whom the asker
// may not see never gets here with a name.
func (x TabsOf) parted(ctx context.Context, q Question, name string) (a Answer, err error) {
	a.Because, err = x.newest(ctx, q, q.Client, func(e event.Event) bool {
		u, ok := e.(client.ContactUnlinked)
		return ok && u.Contact == q.Person
	})
	if a.Because.None() {
		return Answer{}, ErrUnknown
	}
	a.Rule, a.Text = "S3.i18", strings.TrimSpace(name+" was parted from this client.")
	return a, err
}
