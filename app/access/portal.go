package access

import (
	"context"
	"slices"
	"time"

	contactapp "portico/app/contact"
	"portico/app/es"
	"portico/domain/account"
	"portico/domain/client"
	"portico/domain/contact"
	"portico/domain/event"
	"portico/domain/invite"

	"github.com/google/uuid"
)

// People knows a person's clients. Implementation: the read model of contacts, which shows whoever asks what they may see.
type People interface {
	Contact(ctx context.Context, firm int32, id uuid.UUID) (contactapp.Row, error)
	ClientsOf(ctx context.Context, firm int32, contact uuid.UUID) ([]contactapp.Membership, error)
}

// Portal explains whether a person gets in at all.
type Portal struct {
	Events  es.Store
	History History
	People  People
}

// Objects is the portal.
func (p Portal) Objects(context.Context, int32, uuid.UUID) ([]Choice, error) {
	return []Choice{{Object{Kind: "portal"}, "The portal"}}, nil
}

// Explain looks at the person's invitation first, and then at their clients.
func (p Portal) Explain(ctx context.Context, q Question) (Answer, error) {
	if q.Object.Name != "" {
		return Answer{}, ErrUnknown
	}
	person, err := p.People.Contact(ctx, q.Firm, q.Person)
	if err != nil {
		return Answer{}, err
	}
	a, err := p.invited(ctx, q, person.Name())
	if err != nil || !a.Sees {
		return a, err
	}
	clients, err := p.People.ClientsOf(ctx, q.Firm, q.Person)
	if err != nil {
		return Answer{}, err
	}
	if closed, shut := shutOut(clients, q.Client); shut {
		return p.archived(ctx, q, person.Name(), closed)
	}
	return a, nil
}

// shutOut is an archived client that is in the way: the one that was asked for, or the first where there is no other.
func shutOut(clients []contactapp.Membership, wanted uuid.UUID) (m contactapp.Membership, shut bool) {
	i := slices.IndexFunc(clients, func(m contactapp.Membership) bool { return m.Client == wanted })
	active := slices.ContainsFunc(clients, func(m contactapp.Membership) bool { return m.Active })
	switch {
	case i >= 0 && !clients[i].Active:
		return clients[i], true
	case len(clients) > 0 && !active:
		return clients[0], true
	}
	return m, false
}

// archived names who made the client inactive (S3.i23).
func (p Portal) archived(ctx context.Context, q Question, name string, m contactapp.Membership) (Answer, error) {
	stream, at := client.Stream(m.Client), 0
	for r, err := range p.Events.Load(ctx, q.Firm, stream, 0) {
		if err != nil {
			return Answer{}, err
		}
		if _, ok := r.Event.(client.Archived); ok {
			at = r.Version
		}
	}
	because, err := fact(ctx, p.History, q.Firm, stream, at)
	return Answer{
		Rule: "S3.i23", Text: m.ClientName + " is archived, and that closes the portal for its people, " + name + " among them.", Because: because,
		Repair: Repair{Act: Restore, Word: "Restore " + m.ClientName, Right: account.ChangeClients, Client: m.Client},
	}, err
}

// standing is how far an invitation has come, and the event that says so.
type standing struct {
	state invite.Invite
	at    map[string]int // versions of the newest event of each type
	nth   int            // of the newest sending that was not taken back
	both  bool           // it goes by mail and by text
	lost  map[invite.Channel]int
	ended string // the type of what ended it; "": nothing did
	now   time.Time

	before *standing // the newest sending; what stands again where that is taken back
}

func (p Portal) standing(ctx context.Context, q Question) (s standing, err error) {
	s.at, s.lost = map[string]int{}, map[invite.Channel]int{}
	for r, err := range p.Events.Load(ctx, q.Firm, invite.Stream(q.Person), 0) {
		if err != nil {
			return s, err
		}
		e, ok := r.Event.(invite.Event)
		if !ok {
			return s, &es.ForeignEventError{Stream: r.Stream, Version: r.Version, Type: r.Event.EventType()}
		}
		s.state, s.now = s.state.Apply(e), r.ReadAt
		s.learn(e, r.Version)
	}
	return s, nil
}

func (s *standing) learn(e invite.Event, version int) {
	lost := func(c invite.Channel) { s.lost[c] = version }
	switch e := e.(type) {
	case invite.Sent:
		before := *s
		s.before = &before
		s.nth, s.both, s.ended, s.lost = e.Nth, e.Channels == invite.ByBoth, "", map[invite.Channel]int{}
	case invite.Bounced:
		if e.Nth == s.nth {
			lost(e.Channel)
		}
	case invite.GaveUp:
		if e.Nth == s.nth {
			lost(e.Channel)
		}
	case invite.TakenBack:
		s.ended = e.EventType()
		if b := s.before; b != nil && b.nth > 0 {
			s.nth, s.both, s.ended, s.lost, s.before = b.nth, b.both, b.ended, b.lost, b.before
		}
	case invite.Expired, invite.Withdrawn, invite.Voided, invite.AccessRemoved:
		s.ended = e.EventType()
	case invite.Told, invite.HandedOver, invite.Delivered, invite.Opened, invite.Accepted:
	}
	s.at[e.EventType()] = version
}

// invited tells whether the person's invitation lets them in.
func (p Portal) invited(ctx context.Context, q Question, name string) (a Answer, err error) {
	s, err := p.standing(ctx, q)
	if err != nil {
		return a, err
	}
	stream, decides := invite.Stream(q.Person), ""
	again := Repair{Act: Invite, Word: "Send the invitation again", Right: account.Invite}
	_, refused := s.state.MayEnter()
	switch {
	case refused == nil:
		a = Answer{Sees: true, Rule: "S3.14", Text: name + " has accepted the invitation and gets in."}
		decides = invite.Accepted{}.EventType()
	case s.nth == 0:
		a = Answer{Rule: "S5.4", Text: "Nobody has invited " + name + ". Adding a person invites nobody.", Repair: Repair{Act: Invite, Word: "Send an invitation", Right: account.Invite}}
		a.Because, err = p.first(ctx, q.Firm, contact.Stream(q.Person))
		return a, err
	case s.ended != "":
		a, decides = s.over(name), s.ended
		a.Repair = again
	case len(s.state.Elapse(s.now)) > 0:
		a, decides = Answer{Rule: "S3.i1", Text: "The invitation of " + name + " has expired.", Repair: again}, invite.Sent{}.EventType()
	case len(s.lost) > 0 && (!s.both || len(s.lost) == 2):
		a = Answer{Rule: "I6", Text: "The invitation never reached " + name + ": it was refused, or every try failed. Check the address.",
			Repair: Repair{Act: Look, Word: "Correct the address and send again", Right: account.Invite, Page: "/contacts/" + q.Person.String() + "/access"}}
		for _, version := range s.lost {
			if a.Because, err = fact(ctx, p.History, q.Firm, stream, version); err != nil {
				return a, err
			}
		}
		return a, nil
	case s.state.Given(s.now).Nth > 0 && s.at[invite.HandedOver{}.EventType()] < s.at[invite.Sent{}.EventType()]:
		a = Answer{Rule: "I4", Text: name + " was given access without a mail, and has none yet: the first mail about a task brings the way in.",
			Repair: Repair{Act: Invite, Word: "Mail the invitation now", Right: account.Invite}}
		decides = invite.Sent{}.EventType()
	default:
		a, decides = Answer{Rule: "S3.14", Text: name + " was invited and has not accepted yet.", Repair: again}, invite.Sent{}.EventType()
	}
	a.Because, err = fact(ctx, p.History, q.Firm, stream, s.at[decides])
	return a, err
}

// over is what ended an invitation, in words.
func (s standing) over(name string) Answer {
	switch s.ended {
	case (invite.AccessRemoved{}).EventType():
		return Answer{Rule: "S3.i4", Text: "The access of " + name + " was removed."}
	case (invite.Withdrawn{}).EventType():
		return Answer{Rule: "S3.i1", Text: "The invitation of " + name + " was withdrawn before it was accepted."}
	case (invite.Voided{}).EventType():
		return Answer{Rule: "S3.i12", Text: "The address or number of " + name + " was changed before the invitation was accepted, which made it void."}
	case (invite.TakenBack{}).EventType():
		return Answer{Rule: "T5", Text: "The invitation of " + name + " was taken back before it left."}
	}
	return Answer{Rule: "S3.i1", Text: "The invitation of " + name + " has expired."}
}

// first is how a stream began.
func (p Portal) first(ctx context.Context, firm int32, stream event.Stream) (Fact, error) {
	return fact(ctx, p.History, firm, stream, 1)
}
