package api

import (
	"context"
	"errors"
	"time"

	"portico/app/es"
	inviteapp "portico/app/invite"
	"portico/domain/account"
	"portico/domain/client"
	"portico/domain/contact"
	"portico/domain/fault"
	"portico/domain/invite"

	"github.com/google/uuid"
)

// errNoInvite is invite.ErrNotFound as a program reads it.
var errNoInvite = invite.ErrNotFound.Withf("There is no such invitation. The list of invitations has those that were sent.")

// Invite is where one contact's way into the portal stands. Times are of the sending that stands, null where it hasn't
// happened.
type Invite struct {
	ID           ID        `json:"id" doc:"One of each contact, over all sendings"`
	ContactID    ID        `json:"contact_id"`
	ClientID     MaybeID   `json:"client_id" doc:"Whose portal the sending was about; null: somebody who is no client"`
	State        string    `json:"state" doc:"holding, given (not mailed yet), sent, delivered, bounced, opened, accepted, expired, withdrawn, voided or removed"`
	In           bool      `json:"in" doc:"The contact may enter at this moment"`
	Access       string    `json:"access" doc:"account or link"`
	Nth          int       `json:"nth" doc:"The number of the sending that stands"`
	Count        int       `json:"count" doc:"How often it was sent"`
	Name         string    `json:"name" doc:"Whom it went to"`
	Email        string    `json:"email"`
	Phone        string    `json:"phone"`
	Channels     string    `json:"channels" doc:"email, text, both or none"`
	Message      string    `json:"message"`
	DueOn        string    `json:"due_on" doc:"2026-12-20, or empty"`
	ExpiresAt    Time      `json:"expires_at" doc:"It works before this instant, the end of a day in zone"`
	Zone         string    `json:"zone" doc:"IANA"`
	SenderID     MaybeID   `json:"sender_id"`
	Sender       string    `json:"sender"`
	SentAt       Time      `json:"sent_at"`
	HoldUntil    MaybeTime `json:"hold_until" doc:"Until then it can be taken back"`
	HandedOverAt MaybeTime `json:"handed_over_at" doc:"A provider took it"`
	DeliveredAt  MaybeTime `json:"delivered_at" doc:"The receiving side accepted it, where anybody tells"`
	BouncedAt    MaybeTime `json:"bounced_at" doc:"It failed on one of its channels"`
	BounceCode   string    `json:"bounce_code"`
	OpenedAt     MaybeTime `json:"opened_at" doc:"Somebody pressed its button"`
	AcceptedAt   MaybeTime `json:"accepted_at" doc:"Also of an earlier sending"`
	EndedAt      MaybeTime `json:"ended_at" doc:"It expired, was withdrawn or voided"`
	RemovedAt    MaybeTime `json:"removed_at" doc:"Access was removed"`
}

// InviteDetail is one invitation with all that happened to it.
type InviteDetail struct {
	Invite
	Life []InviteFact `json:"life" nullable:"false" doc:"Oldest first"`
}

// InviteFact is one line of an invitation's life.
type InviteFact struct {
	At       Time      `json:"at"`
	What     string    `json:"what" doc:"sent, told, taken_back, handed_over, delivered, bounced, gave_up, opened, accepted, expired, withdrawn, voided or removed"`
	Nth      int       `json:"nth" doc:"Of the sending that it is about; 0: of none"`
	Channel  string    `json:"channel" doc:"email or text; empty: of none"`
	ClientID MaybeID   `json:"client_id"`
	StaffID  MaybeID   `json:"staff_id" doc:"Who of the practice did it"`
	Staff    string    `json:"staff"`
	Detail   string    `json:"detail" doc:"Where it went, a server's words, a reason"`
	Until    MaybeTime `json:"until" doc:"Of a sending: the expiry"`
}

func showInvite(r inviteapp.Row) Invite {
	return Invite{
		ID: ID(r.ID()), ContactID: ID(r.Contact), ClientID: MaybeID(r.Client), State: string(r.State), In: r.In, Access: string(r.Access), Nth: r.Nth, Count: r.Count,
		Name: r.Name, Email: r.Email, Phone: r.Phone, Channels: string(r.Channels), Message: r.Message, DueOn: r.DueOn, ExpiresAt: Time(r.ExpiresAt), Zone: r.Zone,
		SenderID: MaybeID(r.By), Sender: r.ByName, SentAt: Time(r.SentAt), HoldUntil: MaybeTime(r.HoldUntil), HandedOverAt: MaybeTime(r.HandedOverAt),
		DeliveredAt: MaybeTime(r.DeliveredAt), BouncedAt: MaybeTime(r.BouncedAt), BounceCode: r.BounceCode, OpenedAt: MaybeTime(r.OpenedAt),
		AcceptedAt: MaybeTime(r.AcceptedAt), EndedAt: MaybeTime(r.EndedAt), RemovedAt: MaybeTime(r.RemovedAt),
	}
}

type listInvites struct {
	Paging
	Client  string `query:"client_id" doc:"Whose portal the newest sending was about"`
	Contact string `query:"contact_id"`
	State   string `query:"state" enum:"holding,given,sent,delivered,bounced,opened,accepted,expired,withdrawn,voided,removed"`
}

func (s *Server) listInvites(ctx context.Context, in *listInvites) (*body[Page[Invite]], error) {
	q := inviteapp.Query{State: inviteapp.State(in.State), After: in.Cursor, Limit: in.Limit}
	var err error
	if q.Client, err = optionalID(in.Client, client.ErrNotFound); err != nil {
		return nil, err
	}
	who, err := optionalID(in.Contact, contact.ErrNotFound)
	if err != nil {
		return nil, err
	}
	if who != uuid.Nil {
		q.Contacts = []uuid.UUID{who}
	}
	rows, next, err := s.InviteDB.Invites(ctx, from(ctx).Firm, q)
	if err != nil {
		return nil, err
	}
	return page(rows, next, showInvite), nil
}

type createInvites struct {
	Idempotent
	Body struct {
		Contacts  []string `json:"contact_ids" nullable:"false" minItems:"1" maxItems:"200"`
		Client    string   `json:"client_id,omitempty" doc:"Whose portal it is about; leave out for somebody who is no client"`
		Channels  string   `json:"channels,omitempty" enum:"email,text,both,none" doc:"email where none is sent; with the word none nothing is mailed, and the first mail about a task brings the way in, within a year"`
		Message   string   `json:"message,omitempty" doc:"Your own words"`
		Access    string   `json:"access,omitempty" enum:"account,link" doc:"What the practice has set where none is sent"`
		DueOn     string   `json:"due_on,omitempty" doc:"2026-12-20"`
		ExpiresOn string   `json:"expires_on,omitempty" doc:"The last day, in the practice's time zone; where none is sent, as many days as the practice has set"`
	}
}

// InviteResult is what came of one contact: an invitation, or why not.
type InviteResult struct {
	ContactID string         `json:"contact_id"`
	Invite    *Invite        `json:"invite,omitempty" doc:"Missing: it was refused"`
	Problem   *InviteProblem `json:"problem,omitempty" doc:"Missing: it was sent"`
}

// InviteProblem says why somebody was not invited.
type InviteProblem struct {
	Type   string `json:"type" doc:"Names the rule"`
	Detail string `json:"detail"`
}

// InviteResults are in the order in which the contacts were named.
type InviteResults struct {
	Results []InviteResult `json:"results" nullable:"false"`
}

// createInvites invites one contact, or many where the caller has the right of it (I3). Each is decided for itself: what
// is refused for one stops no other (I2).
func (s *Server) createInvites(ctx context.Context, in *createInvites) (*body[InviteResults], error) {
	who, err := by(ctx, in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	if len(in.Body.Contacts) > 1 && !from(ctx).Role.May(account.InviteMany) {
		return nil, errInviteMany
	}
	p, err := s.FirmDB.Portal(ctx, who.Firm)
	if err != nil {
		return nil, err
	}
	cmd := inviteapp.Send{Channels: invite.Channels(in.Body.Channels), Message: in.Body.Message, Access: invite.Access(in.Body.Access), DueOn: in.Body.DueOn}
	if cmd.Channels == "" {
		cmd.Channels = invite.ByEmail
	}
	if cmd.Access == "" {
		cmd.Access = invite.Access(p.Access.Access)
	}
	if cmd.ExpiresOn, cmd.Zone, err = s.until(ctx, in.Body.ExpiresOn); err != nil {
		return nil, err
	}
	if cmd.Client, err = optionalID(in.Body.Client, client.ErrNotFound); err != nil {
		return nil, err
	}
	if cmd.Client != uuid.Nil { // another practice's client is unknown here
		if _, err := s.ClientDB.Client(ctx, who.Firm, cmd.Client); err != nil {
			return nil, err
		}
	}
	out := InviteResults{Results: make([]InviteResult, len(in.Body.Contacts))}
	var last es.Result
	for i, text := range in.Body.Contacts {
		r := &out.Results[i]
		r.ContactID = text
		res, err := s.inviteOne(ctx, who, cmd, text)
		if f, ok := errors.AsType[*fault.Error](err); ok {
			r.Problem = &InviteProblem{Type: "/problems/" + f.Code, Detail: f.Message}
			continue
		}
		if err != nil {
			return nil, err
		}
		if res.Position > last.Position {
			last = res
		}
		r.Invite = &Invite{}
	}
	if err := s.shown(ctx, last); err != nil {
		return nil, err
	}
	for i := range out.Results {
		if r := &out.Results[i]; r.Invite != nil {
			row, err := s.InviteDB.Invite(ctx, who.Firm, uuid.MustParse(r.ContactID))
			if err != nil {
				return nil, err
			}
			*r.Invite = showInvite(row)
		}
	}
	return &body[InviteResults]{Body: out}, nil
}

// errInviteMany refuses several at once to who may invite one by one (I3).
var errInviteMany = fault.New(fault.Forbidden, "invite.many", "You may invite people one by one, and not several at once. Name one contact.")

func (s *Server) inviteOne(ctx context.Context, who es.By, cmd inviteapp.Send, text string) (es.Result, error) {
	id, err := ByID{ID: text}.parse(contact.ErrNotFound)
	if err != nil {
		return es.Result{}, err
	}
	if _, err := s.ContactDB.Contact(ctx, who.Firm, id); err != nil { // another practice's, or one that the caller may not see
		return es.Result{}, err
	}
	cmd.By, cmd.Contact = who, id
	if who.Command != uuid.Nil { // one key, many contacts: each takes effect once
		cmd.By.Command = uuid.NewSHA1(who.Command, id[:])
	}
	return s.Invites.Send(ctx, cmd)
}

// until is the last day of an invitation, and the zone in which it ends. Without a day it is as many days away as the
// practice has set.
func (s *Server) until(ctx context.Context, text string) (on time.Time, zone *time.Location, err error) {
	if zone, err = s.zone(ctx); err != nil {
		return on, nil, err
	}
	if text != "" {
		on, err = day(text)
		return on, zone, err
	}
	p, err := s.FirmDB.Portal(ctx, from(ctx).Firm)
	return time.Now().In(zone).AddDate(0, 0, p.Access.ExpiryDays), zone, err
}

func (s *Server) getInvite(ctx context.Context, in *ByID) (*body[InviteDetail], error) {
	id, err := in.parse(errNoInvite)
	if err != nil {
		return nil, err
	}
	return s.invite(ctx, invite.ContactOf(id))
}

func (s *Server) invite(ctx context.Context, contact uuid.UUID) (*body[InviteDetail], error) {
	firm := from(ctx).Firm
	row, err := s.InviteDB.Invite(ctx, firm, contact)
	if err != nil {
		return nil, err
	}
	life, err := s.InviteDB.Life(ctx, firm, contact)
	if err != nil {
		return nil, err
	}
	if row.Count == 0 && len(life) == 0 {
		return nil, errNoInvite
	}
	d := InviteDetail{Invite: showInvite(row), Life: make([]InviteFact, len(life))}
	for i, l := range life {
		d.Life[i] = InviteFact{
			At: Time(l.At), What: string(l.What), Nth: l.Nth, Channel: string(l.Channel), ClientID: MaybeID(l.Client), StaffID: MaybeID(l.By), Staff: l.ByName,
			Detail: l.Detail, Until: MaybeTime(l.Until),
		}
	}
	return &body[InviteDetail]{Body: d}, nil
}

type resendInvite struct {
	ByID
	Idempotent
	Body *struct {
		ExpiresOn string `json:"expires_on,omitempty" doc:"The last day, in the practice's time zone"`
	}
}

func (s *Server) resendInvite(ctx context.Context, in *resendInvite) (*body[InviteDetail], error) {
	text := ""
	if in.Body != nil {
		text = in.Body.ExpiresOn
	}
	on, zone, err := s.until(ctx, text)
	if err != nil {
		return nil, err
	}
	return s.onInvite(ctx, in.Key, in.ByID, in.Body, func(who es.By, contact uuid.UUID) (es.Result, error) {
		return s.Invites.Resend(ctx, inviteapp.Resend{By: who, Contact: contact, ExpiresOn: on, Zone: zone})
	})
}

type endInvite struct {
	ByID
	Idempotent
	Body *struct {
		Reason string `json:"reason,omitempty" doc:"For the practice only"`
	}
}

func (in endInvite) reason() string {
	if in.Body == nil {
		return ""
	}
	return in.Body.Reason
}

func (s *Server) withdrawInvite(ctx context.Context, in *endInvite) (*body[InviteDetail], error) {
	return s.onInvite(ctx, in.Key, in.ByID, in.Body, func(who es.By, contact uuid.UUID) (es.Result, error) {
		return s.Invites.Withdraw(ctx, inviteapp.Withdraw{By: who, Contact: contact, Reason: in.reason()})
	})
}

func (s *Server) removeAccess(ctx context.Context, in *endInvite) (*body[InviteDetail], error) {
	return s.onInvite(ctx, in.Key, in.ByID, in.Body, func(who es.By, contact uuid.UUID) (es.Result, error) {
		return s.Invites.RemoveAccess(ctx, inviteapp.RemoveAccess{By: who, Contact: contact, Reason: in.reason()})
	})
}

// onInvite runs one change of an invitation that is there, and answers with the invitation.
func (s *Server) onInvite(ctx context.Context, key string, in ByID, of any, do func(who es.By, contact uuid.UUID) (es.Result, error)) (*body[InviteDetail], error) {
	id, err := in.parse(errNoInvite)
	if err != nil {
		return nil, err
	}
	who, err := by(ctx, key, of)
	if err != nil {
		return nil, err
	}
	contact := invite.ContactOf(id)
	if _, err := s.invite(ctx, contact); err != nil {
		return nil, err
	}
	res, err := do(who, contact)
	if err != nil {
		return nil, err
	}
	if err := s.shown(ctx, res); err != nil {
		return nil, err
	}
	return s.invite(ctx, contact)
}
