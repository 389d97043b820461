package api

import (
	"context"
	"fmt"

	accountapp "portico/app/account"
	"portico/app/es"
	"portico/domain/account"

	"github.com/google/uuid"
)

// People are what owners and admins ask of the practice's people. Implementation: account.People.
type People interface {
	Invite(ctx context.Context, cmd accountapp.InviteStaff) (es.Result, error)
	InviteAgain(ctx context.Context, cmd accountapp.InviteStaffAgain) (es.Result, error)
	SetRole(ctx context.Context, cmd accountapp.SetRole) (es.Result, error)
	Deactivate(ctx context.Context, cmd accountapp.Deactivate) (es.Result, error)
	Reactivate(ctx context.Context, cmd accountapp.Reactivate) (es.Result, error)
}

// StaffMember is one person of the practice.
type StaffMember struct {
	ID            ID        `json:"id"`
	Name          string    `json:"name"`
	Email         string    `json:"email"`
	Role          string    `json:"role" doc:"owner, admin, practitioner, practitioner_no_billing, assigned, assigned_no_billing, auditor or operator"`
	State         string    `json:"state" doc:"invited, active or deactivated"`
	CreatedAt     Time      `json:"created_at"`
	JoinedAt      MaybeTime `json:"joined_at"`
	InvitedUntil  MaybeTime `json:"invited_until" doc:"Until when the newest invitation works; null for who joined or was never invited"`
	DeactivatedAt MaybeTime `json:"deactivated_at"`
	HandedTo      MaybeID   `json:"handed_to" doc:"Who goes on with the clients and links of somebody who has left"`
}

func showStaff(r accountapp.StaffRow) StaffMember {
	m := StaffMember{
		ID: ID(r.ID), Name: r.Name, Email: r.Email, Role: string(r.Role), State: "active", CreatedAt: Time(r.CreatedAt),
		JoinedAt: MaybeTime(r.JoinedAt), DeactivatedAt: MaybeTime(r.DeactivatedAt), HandedTo: MaybeID(r.HandedTo),
	}
	if r.JoinedAt.IsZero() {
		m.State, m.InvitedUntil = "invited", MaybeTime(r.InvitedUntil)
	}
	if !r.DeactivatedAt.IsZero() {
		m.State = "deactivated"
	}
	return m
}

func (s *Server) listStaff(ctx context.Context, _ *struct{}) (*body[Page[StaffMember]], error) {
	rows, err := s.Staff.Staff(ctx, from(ctx).Firm)
	if err != nil {
		return nil, err
	}
	return page(rows, "", showStaff), nil // a practice has few
}

func (s *Server) getStaff(ctx context.Context, in *ByID) (*body[StaffMember], error) {
	id, err := in.parse(account.ErrUnknown)
	if err != nil {
		return nil, err
	}
	return s.member(ctx, id)
}

func (s *Server) member(ctx context.Context, id uuid.UUID) (*body[StaffMember], error) {
	row, err := s.staffRow(ctx, ByID{ID: id.String()})
	if err != nil {
		return nil, err
	}
	return &body[StaffMember]{Body: showStaff(row)}, nil
}

type inviteStaff struct {
	Idempotent
	Body struct {
		Name  string `json:"name"`
		Email string `json:"email" doc:"The invitation goes there; it works once, for 7 days"`
		Role  string `json:"role" doc:"owner, admin, practitioner, practitioner_no_billing, assigned, assigned_no_billing, auditor or operator"`
	}
}

func (s *Server) inviteStaff(ctx context.Context, in *inviteStaff) (*body[StaffMember], error) {
	who, err := by(ctx, in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return nil, fmt.Errorf("draw a person's id: %w", err)
	}
	r, err := s.People.Invite(ctx, accountapp.InviteStaff{
		By: who, Actor: from(ctx).Staff, ID: id, Email: in.Body.Email, Name: in.Body.Name, Role: account.Role(in.Body.Role),
	})
	if err != nil {
		return nil, err
	}
	return s.member(ctx, account.PersonOf(r.Stream.ID)) // of the first time, where the command is repeated
}

// onStaff is a command on somebody of the practice.
type onStaff struct {
	Idempotent
	ByID
}

func (s *Server) inviteStaffAgain(ctx context.Context, in *onStaff) (*body[StaffMember], error) {
	return s.onStaff(ctx, in.Idempotent, in.ByID, nil, func(who es.By, id uuid.UUID) (es.Result, error) {
		return s.People.InviteAgain(ctx, accountapp.InviteStaffAgain{By: who, Actor: from(ctx).Staff, Staff: id})
	})
}

func (s *Server) reactivateStaff(ctx context.Context, in *onStaff) (*body[StaffMember], error) {
	return s.onStaff(ctx, in.Idempotent, in.ByID, nil, func(who es.By, id uuid.UUID) (es.Result, error) {
		return s.People.Reactivate(ctx, accountapp.Reactivate{By: who, Actor: from(ctx).Staff, Staff: id})
	})
}

type setRole struct {
	Idempotent
	ByID
	Body struct {
		Role string `json:"role" doc:"owner, admin, practitioner, practitioner_no_billing, assigned, assigned_no_billing, auditor or operator"`
	}
}

func (s *Server) setRole(ctx context.Context, in *setRole) (*body[StaffMember], error) {
	return s.onStaff(ctx, in.Idempotent, in.ByID, in.Body, func(who es.By, id uuid.UUID) (es.Result, error) {
		return s.People.SetRole(ctx, accountapp.SetRole{By: who, Actor: from(ctx).Staff, Staff: id, Role: account.Role(in.Body.Role)})
	})
}

type deactivateStaff struct {
	Idempotent
	ByID
	Body struct {
		To string `json:"to" doc:"Who goes on with the person's clients and upload links"`
	}
}

func (s *Server) deactivateStaff(ctx context.Context, in *deactivateStaff) (*body[StaffMember], error) {
	to, err := ByID{ID: in.Body.To}.parse(account.ErrColleague)
	if err != nil {
		return nil, err
	}
	return s.onStaff(ctx, in.Idempotent, in.ByID, in.Body, func(who es.By, id uuid.UUID) (es.Result, error) {
		return s.People.Deactivate(ctx, accountapp.Deactivate{By: who, Actor: from(ctx).Staff, Staff: id, To: to})
	})
}

func (s *Server) onStaff(ctx context.Context, key Idempotent, in ByID, of any, do func(who es.By, id uuid.UUID) (es.Result, error)) (*body[StaffMember], error) {
	id, err := in.parse(account.ErrUnknown)
	if err != nil {
		return nil, err
	}
	who, err := by(ctx, key.Key, of)
	if err != nil {
		return nil, err
	}
	if _, err := do(who, id); err != nil {
		return nil, err
	}
	return s.member(ctx, id)
}
