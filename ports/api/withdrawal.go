package api

import (
	"context"

	"portico/app/es"
	linkapp "portico/app/uploadlink"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// Withdrawal is what was said about giving a file up: the newest request of its sender, and the practice's answer.
type Withdrawal struct {
	State      string    `json:"state" doc:"asked, refused or accepted"`
	Asks       int       `json:"asks" doc:"How often so far; twice at most"`
	AskedAt    Time      `json:"asked_at"`
	Reason     string    `json:"reason" doc:"In the sender's words; may be empty"`
	AnsweredAt MaybeTime `json:"answered_at"`
	Answer     string    `json:"answer" doc:"Why the practice keeps the file"`
}

func showWithdrawal(w linkapp.Withdrawal) *Withdrawal {
	if w.State == linkapp.WithdrawalNone {
		return nil
	}
	return &Withdrawal{
		State: string(w.State), Asks: w.Asks, AskedAt: Time(w.AskedAt), Reason: w.Reason, AnsweredAt: MaybeTime(w.AnsweredAt), Answer: w.Answer,
	}
}

// listWithdrawals lists the files that wait for an answer, the longest waiting first.
func (s *Server) listWithdrawals(ctx context.Context, _ *struct{}) (*body[Page[File]], error) {
	rows, err := s.LinkDB.Withdrawals(ctx, from(ctx).Firm)
	if err != nil {
		return nil, err
	}
	return page(rows, "", showFile), nil
}

// Answered says what was decided.
type Answered struct {
	FileID ID     `json:"file_id"`
	LinkID ID     `json:"upload_link_id"`
	State  string `json:"state" doc:"accepted: the bytes are destroyed; refused: the file stays"`
}

type acceptWithdrawal struct {
	ByID
	Idempotent
}

func (s *Server) acceptWithdrawal(ctx context.Context, in *acceptWithdrawal) (*body[Answered], error) {
	return s.answerWithdrawal(ctx, in.ByID, in.Key, nil, linkapp.WithdrawalAccepted, func(by es.By, link, file uuid.UUID) (es.Result, error) {
		return s.Links.AcceptWithdrawal(ctx, linkapp.AcceptWithdrawal{By: by, Link: link, File: file})
	})
}

type refuseWithdrawal struct {
	ByID
	Idempotent
	Body struct {
		Reason string `json:"reason" doc:"For the person who asked, who reads it"`
	}
}

func (s *Server) refuseWithdrawal(ctx context.Context, in *refuseWithdrawal) (*body[Answered], error) {
	return s.answerWithdrawal(ctx, in.ByID, in.Key, in.Body, linkapp.WithdrawalRefused, func(by es.By, link, file uuid.UUID) (es.Result, error) {
		return s.Links.RefuseWithdrawal(ctx, linkapp.RefuseWithdrawal{By: by, Link: link, File: file, Reason: in.Body.Reason})
	})
}

func (s *Server) answerWithdrawal(ctx context.Context, in ByID, key string, sent any, state linkapp.WithdrawalState,
	answer func(by es.By, link, file uuid.UUID) (es.Result, error),
) (*body[Answered], error) {
	file, err := in.parse(uploadlink.ErrFileNotFound)
	if err != nil {
		return nil, err
	}
	by, err := by(ctx, key, sent)
	if err != nil {
		return nil, err
	}
	link, err := s.LinkDB.LinkOf(ctx, by.Firm, file)
	if err != nil {
		return nil, err
	}
	r, err := answer(by, link, file)
	if err != nil {
		return nil, err
	}
	if err := s.shown(ctx, r); err != nil {
		return nil, err
	}
	return &body[Answered]{Body: Answered{FileID: ID(file), LinkID: ID(link), State: string(state)}}, nil
}
