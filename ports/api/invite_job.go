package api

import (
	"context"
	"time"

	clientapp "portico/app/client"
	"portico/app/es"
	"portico/app/invitejob"
	"portico/domain/client"
	"portico/domain/contact"
	"portico/domain/fault"
	"portico/domain/invite"
	jobs "portico/domain/invitejob"

	"github.com/google/uuid"
)

// InviteJobs invite many people at once. Implementation: invitejob.Commands.
type InviteJobs interface {
	Prepare(ctx context.Context, cmd invitejob.Prepare) (invitejob.Draft, error)
	Preview(ctx context.Context, firm int32, d invitejob.Draft) ([]invitejob.Planned, error)
	Start(ctx context.Context, by es.By, id uuid.UUID, hold time.Duration) (es.Result, error)
	Stop(ctx context.Context, by es.By, id uuid.UUID) (es.Result, error)
	Recent(ctx context.Context, firm int32) ([]invitejob.Draft, error)
	Look(ctx context.Context, firm int32, id uuid.UUID) (invitejob.Progress, error)
	Page(ctx context.Context, firm int32, id uuid.UUID, part invitejob.Part, after, limit int) ([]invitejob.Row, error)
}

// InviteJob is a list of people who are invited together, and how far that is.
type InviteJob struct {
	ID         ID             `json:"id"`
	State      string         `json:"state" enum:"draft,holding,running,stopping,undone,stopped,done" doc:"draft: nobody is invited by it yet. holding: it begins at hold_until. undone: it was stopped before that"`
	HoldUntil  MaybeTime      `json:"hold_until" doc:"Until then all of it can be undone"`
	People     int            `json:"people"`
	SHA256     string         `json:"sha256" doc:"Of the list of people: what was started is what was seen"`
	Channels   string         `json:"channels"`
	Access     string         `json:"access"`
	DueOn      string         `json:"due_on"`
	ExpiresOn  string         `json:"expires_on"`
	Again      bool           `json:"again"`
	Waiting    int            `json:"waiting" doc:"Whose turn has not come, or never came"`
	Sent       int            `json:"sent" doc:"Invitations that were created"`
	HandedOver int            `json:"handed_over" doc:"Of those: a provider took it"`
	Delivered  int            `json:"delivered" doc:"Of those: the receiving side accepted it, where anybody tells"`
	Bounced    int            `json:"bounced" doc:"Of those: it failed on every channel"`
	Accepted   int            `json:"accepted"`
	Skipped    int            `json:"skipped" doc:"Who was passed by"`
	Failed     int            `json:"failed"`
	Reasons    map[string]int `json:"reasons" doc:"How many were passed by or failed, by the rule; of a draft, who would be"`
	CreatedAt  Time           `json:"created_at"`
}

// InviteJobPerson is one person of such a list with the three facts of their invitation.
type InviteJobPerson struct {
	No           int       `json:"no"`
	ContactID    ID        `json:"contact_id"`
	Name         string    `json:"name"`
	ClientID     MaybeID   `json:"client_id"`
	Email        string    `json:"email"`
	Phone        string    `json:"phone"`
	Outcome      string    `json:"outcome" enum:"waiting,sent,skipped,failed"`
	Rule         string    `json:"rule" doc:"That passed them by"`
	Reason       string    `json:"reason"`
	CreatedAt    MaybeTime `json:"created_at"`
	HandedOverAt MaybeTime `json:"handed_over_at"`
	DeliveredAt  MaybeTime `json:"delivered_at"`
	BouncedAt    MaybeTime `json:"bounced_at"`
	BounceCode   string    `json:"bounce_code"`
	Accepted     bool      `json:"accepted"`
}

func showInviteJob(p invitejob.Progress) InviteJob {
	n := p.Tally
	return InviteJob{
		ID: ID(p.ID), State: string(p.State), HoldUntil: MaybeTime(p.HoldUntil), People: p.People, SHA256: p.SHA256, Channels: string(p.Channels), Access: string(p.Access),
		DueOn: p.DueOn, ExpiresOn: p.ExpiresOn.Format(time.DateOnly), Again: p.Again, Waiting: n.Waiting, Sent: n.Sent, HandedOver: n.HandedOver, Delivered: n.Delivered,
		Bounced: n.Bounced, Accepted: n.Accepted, Skipped: n.Skipped, Failed: n.Failed, Reasons: n.Reasons, CreatedAt: Time(p.CreatedAt),
	}
}

type createInviteJob struct {
	Idempotent
	Body struct {
		Stand     string   `json:"portal,omitempty" enum:"without,invited,signed_in,bounced,no_address,unmailed" doc:"Where the person stands"`
		Of        string   `json:"client_portal,omitempty" enum:"without,invited,signed_in,bounced,no_address,unmailed" doc:"Where the people of their client stand together"`
		Query     string   `json:"query,omitempty" maxLength:"200" doc:"As in the list of clients"`
		Tag       string   `json:"tag,omitempty" maxLength:"40"`
		Sort      string   `json:"kind,omitempty"`
		Owner     string   `json:"owner_id,omitempty"`
		Clients   []string `json:"client_ids,omitempty" maxItems:"1000" doc:"Only people of these clients"`
		Contacts  []string `json:"contact_ids,omitempty" maxItems:"1000" doc:"Only these people"`
		Channels  string   `json:"channels,omitempty" enum:"email,text,both" doc:"email where none is sent"`
		Message   string   `json:"message,omitempty" maxLength:"5000"`
		Access    string   `json:"access,omitempty" enum:"account,link" doc:"What the practice has set where none is sent"`
		DueOn     string   `json:"due_on,omitempty" doc:"2026-12-20"`
		ExpiresOn string   `json:"expires_on,omitempty" doc:"The last day, in the practice's time zone"`
		Again     bool     `json:"again,omitempty" doc:"Also who was invited and has not answered"`
	}
}

// createInviteJob keeps who is meant by now: people of active clients who have an address, each once.
func (s *Server) createInviteJob(ctx context.Context, in *createInviteJob) (*body[InviteJob], error) {
	who, err := by(ctx, in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	b := in.Body
	choice := invitejob.Choice{Stand: clientapp.Portal(b.Stand), Of: clientapp.Query{Text: b.Query, Tag: b.Tag, Sort: client.Sort(b.Sort), Portal: clientapp.Portal(b.Of)}}
	if choice.Of.Owner, err = optionalID(b.Owner, client.ErrNotFound); err != nil {
		return nil, err
	}
	if choice.Clients, err = manyIDs(b.Clients, client.ErrNotFound); err != nil {
		return nil, err
	}
	if choice.People, err = manyIDs(b.Contacts, contact.ErrNotFound); err != nil {
		return nil, err
	}
	settings := invitejob.Settings{Channels: invite.Channels(b.Channels), Message: b.Message, Access: invite.Access(b.Access), DueOn: b.DueOn, Again: b.Again}
	if settings.Channels == "" {
		settings.Channels = invite.ByEmail
	}
	if settings.Access == "" {
		p, err := s.FirmDB.Portal(ctx, who.Firm)
		if err != nil {
			return nil, err
		}
		settings.Access = invite.Access(p.Access.Access)
	}
	on, zone, err := s.until(ctx, b.ExpiresOn)
	if err != nil {
		return nil, err
	}
	if time.Until(on) > invite.MaxLife-48*time.Hour || on.Before(time.Now().Add(-48*time.Hour)) {
		return nil, invite.ErrExpiry
	}
	if _, err := time.Parse(time.DateOnly, b.DueOn); b.DueOn != "" && err != nil {
		return nil, invite.ErrDueOn
	}
	settings.ExpiresOn, settings.Zone = on, zone.String()
	if _, err := s.InviteJobs.Prepare(ctx, invitejob.Prepare{By: who, ID: who.Command, Choice: choice, Words: "By a program", Settings: settings}); err != nil {
		return nil, err
	}
	return s.inviteJob(ctx, who.Command)
}

func manyIDs(texts []string, unknown *fault.Error) (ids []uuid.UUID, err error) {
	for _, text := range texts {
		id, err := ByID{ID: text}.parse(unknown)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// inviteJob is one job; of a draft the reasons are what would be.
func (s *Server) inviteJob(ctx context.Context, id uuid.UUID) (*body[InviteJob], error) {
	p, err := s.InviteJobs.Look(ctx, from(ctx).Firm, id)
	if err != nil {
		return nil, err
	}
	if p.State == jobs.Draft {
		plan, err := s.InviteJobs.Preview(ctx, from(ctx).Firm, p.Draft)
		if err != nil {
			return nil, err
		}
		p.Tally.Reasons = map[string]int{}
		for _, one := range plan {
			if one.Why != nil {
				p.Tally.Reasons[one.Why.Code]++
			}
		}
	}
	return &body[InviteJob]{Body: showInviteJob(p)}, nil
}

func (s *Server) getInviteJob(ctx context.Context, in *ByID) (*body[InviteJob], error) {
	id, err := in.parse(invitejob.ErrUnknown)
	if err != nil {
		return nil, err
	}
	return s.inviteJob(ctx, id)
}

// InviteJobs are the newest ones.
type InviteJobPage struct {
	Items []InviteJob `json:"items" nullable:"false" doc:"The ten newest"`
}

func (s *Server) listInviteJobs(ctx context.Context, _ *struct{}) (*body[InviteJobPage], error) {
	drafts, err := s.InviteJobs.Recent(ctx, from(ctx).Firm)
	if err != nil {
		return nil, err
	}
	items, err := those(drafts, invitejob.ErrUnknown, func(d invitejob.Draft) (InviteJob, error) {
		p, err := s.InviteJobs.Look(ctx, from(ctx).Firm, d.ID)
		return showInviteJob(p), err
	})
	return &body[InviteJobPage]{Body: InviteJobPage{Items: items}}, err
}

type listInviteJobPeople struct {
	ByID
	Paging
	Part string `query:"part" enum:"waiting,sent,on_its_way,handed_over,bounced,skipped,failed"`
}

func (s *Server) listInviteJobPeople(ctx context.Context, in *listInviteJobPeople) (*body[Page[InviteJobPerson]], error) {
	id, err := in.parse(invitejob.ErrUnknown)
	if err != nil {
		return nil, err
	}
	after, err := in.after()
	if err != nil {
		return nil, err
	}
	if _, err := s.InviteJobs.Look(ctx, from(ctx).Firm, id); err != nil {
		return nil, err
	}
	rows, err := s.InviteJobs.Page(ctx, from(ctx).Firm, id, invitejob.Part(in.Part), after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	return numberedPage(rows, in.Limit, func(r invitejob.Row) int { return r.No }, showInviteJobPerson), nil
}

func showInviteJobPerson(r invitejob.Row) InviteJobPerson {
	p := InviteJobPerson{
		No: r.No, ContactID: ID(r.Contact), Name: r.Name, ClientID: MaybeID(r.Client), Email: r.Email, Phone: r.Phone, Outcome: string(r.Outcome), Rule: r.Code, Reason: r.Reason(),
		CreatedAt: MaybeTime(r.CreatedAt), HandedOverAt: MaybeTime(r.HandedOverAt), DeliveredAt: MaybeTime(r.DeliveredAt), BouncedAt: MaybeTime(r.BouncedAt),
		BounceCode: r.BounceCode, Accepted: r.Accepted,
	}
	if r.Outcome == invitejob.Waits {
		p.Outcome = "waiting"
	}
	return p
}

type startInviteJob struct {
	ByID
	Idempotent
	Body *struct {
		HoldSeconds *int `json:"hold_seconds,omitempty" minimum:"0" maximum:"3600" doc:"How long it can be undone; 30 where none is sent"`
	}
}

func (s *Server) startInviteJob(ctx context.Context, in *startInviteJob) (*body[InviteJob], error) {
	hold := invitejob.Hold
	if in.Body != nil && in.Body.HoldSeconds != nil {
		hold = time.Duration(*in.Body.HoldSeconds) * time.Second
	}
	return s.onInviteJob(ctx, in.ByID, in.Key, in.Body, func(who es.By, id uuid.UUID) (es.Result, error) { return s.InviteJobs.Start(ctx, who, id, hold) })
}

type stopInviteJob struct {
	ByID
	Idempotent
}

func (s *Server) stopInviteJob(ctx context.Context, in *stopInviteJob) (*body[InviteJob], error) {
	return s.onInviteJob(ctx, in.ByID, in.Key, nil, func(who es.By, id uuid.UUID) (es.Result, error) { return s.InviteJobs.Stop(ctx, who, id) })
}

func (s *Server) onInviteJob(ctx context.Context, in ByID, key string, of any, do func(es.By, uuid.UUID) (es.Result, error)) (*body[InviteJob], error) {
	id, err := in.parse(invitejob.ErrUnknown)
	if err != nil {
		return nil, err
	}
	who, err := by(ctx, key, of)
	if err != nil {
		return nil, err
	}
	if _, err := do(who, id); err != nil {
		return nil, err
	}
	return s.inviteJob(ctx, id)
}
