package notify

import (
	"context"
	"fmt"
	"slices"
	"time"

	"portico/app/es"
	"portico/app/secret"
	"portico/domain/account"
	"portico/domain/invite"
	"portico/domain/task"

	"github.com/google/uuid"
)

// gate is what a contact may open at this moment.
type gate struct {
	s       Sender
	firm    int32
	contact Contact
	shut    string // why they are told of nothing; "": they are
	account account.Account
	pass    invite.Pass // of who was given access without a mail (I4); zero: they have a way in
	link    string      // that opens the portal for who comes by a link; "": they sign in
}

// gateOf finds whether mails about tasks go to a contact (T9): to nobody who can't come in, and to no address from which
// the last mail came back.
func (s Sender) gateOf(ctx context.Context, firm int32, contact uuid.UUID) (g gate, err error) {
	g = gate{s: s, firm: firm}
	if g.contact, err = s.Contact(ctx, firm, contact); err != nil {
		return g, fmt.Errorf("find whom it goes to: %w", err)
	}
	if g.account, _, _, err = es.State[account.Account, account.Event](ctx, s.Events, firm, account.Stream(contact)); err != nil {
		return g, fmt.Errorf("read what they have chosen: %w", err)
	}
	i, _, now, err := es.State[invite.Invite, invite.Event](ctx, s.Events, firm, invite.Stream(contact))
	if err != nil {
		return g, fmt.Errorf("read how they come in: %w", err)
	}
	g.pass = i.Given(now)
	if g.link, g.shut = s.wayIn(i, contact, now); g.shut != "" {
		return g, nil
	}
	if g.contact.Email == "" {
		g.shut = "the contact has no address, or was erased"
		return g, nil
	}
	came, err := s.CameBack(ctx, firm, contact)
	if err != nil {
		return g, fmt.Errorf("find whether mails to them come back: %w", err)
	}
	if came {
		g.shut = "the last mail to this address came back"
	}
	return g, nil
}

// wayIn is how somebody comes in by now: with the link of their invitation, because they come by it alone or have no other
// yet, or, where link is empty, by signing in. shut tells why they don't.
func (s Sender) wayIn(i invite.Invite, contact uuid.UUID, now time.Time) (link, shut string) {
	nth := i.Newest()
	_, refusal := i.Holder(nth, now)
	access, out := i.MayEnter()
	switch {
	case out == nil && access == invite.ByAccount:
		return "", ""
	case refusal == nil && (out == nil || i.Given(now).Nth > 0):
		return s.BaseURL + "/i/" + s.Keys.Invitation(secret.InvitationToken{Invite: invite.ID(contact), Generation: nth}).Reveal(), ""
	case nth == 0:
		return "", "they have no access to the portal yet"
	case refusal == nil:
		return "", "they have not accepted their invitation yet"
	}
	return "", "their invitation doesn’t let them in: " + why(refusal)
}

// sortOf is what a contact chooses where they do without a notice.
func sortOf(about task.Notice) account.NoticeSort {
	switch about {
	case task.OfMessage:
		return account.MessageNotices
	case task.OfAcceptance, task.OfClosing:
		return account.SettledNotices
	case task.OfAssignment, task.OfReopening, task.OfSendBack, task.OfReminder:
	}
	return account.AskedNotices
}

// opens tells why a contact is not told that of a task: they can't open it, or don't want to be; "": they are.
func (g gate) opens(ctx context.Context, t gathered, about task.Notice) (why string, err error) {
	return g.opensOf(ctx, t.state.Client(), about)
}

func (g gate) opensOf(ctx context.Context, client uuid.UUID, about task.Notice) (why string, err error) {
	switch {
	case g.shut != "":
		return g.shut, nil
	case !g.account.Wants(sortOf(about)):
		return "they have chosen to get no mails about this", nil
	}
	archived, err := g.s.Archived(ctx, g.firm, g.contact.Person.Contact, client)
	if err != nil {
		return "", fmt.Errorf("find whether the client is archived: %w", err)
	}
	if archived {
		return "the client is archived", nil
	}
	return "", nil
}

// page is where a contact finds a task. It names the client, to which opening it switches visibly (I5).
func (g gate) page(t gathered) string {
	if g.link != "" {
		return g.link
	}
	return g.s.BaseURL + "/portal/todos/" + t.id.String() + clientQuery(t.state.Client())
}

// home is where the button of a mail leads: to its only task, or to the list of its only client's.
func (g gate) home(tasks []gathered, m taskMail) string {
	switch {
	case g.link != "":
		return g.link
	case len(m.Clients) != 1:
		return g.s.BaseURL + "/portal"
	case len(m.Clients[0].Tasks) == 1:
		return m.Clients[0].Tasks[0].URL
	}
	one := slices.IndexFunc(tasks, func(t gathered) bool { return t.id == m.says[0].task })
	return g.s.BaseURL + "/portal/todos" + clientQuery(tasks[one].state.Client())
}

func clientQuery(client uuid.UUID) string {
	if client == uuid.Nil {
		return ""
	}
	return "?client=" + client.String()
}
