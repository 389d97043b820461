package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"

	"portico/adapters/postgres"
	"portico/domain/event"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// history reads the log as an operator does, without a tail of its own.
func (h *house) history() postgres.History {
	return postgres.History{DB: h.db, Codec: h.codec, Vault: h.vault}
}

// withTail runs the tail while do runs: what follows the log, or must know how far it is safe to read, needs it. A
// server on the same database goes on as before.
func (h *house) withTail(ctx context.Context, do func(ctx context.Context) error) error {
	ctx, stop := context.WithCancel(ctx)
	var tail sync.WaitGroup
	tail.Go(func() { _ = h.tail.Run(ctx) }) // it ends with ctx, without an error
	defer tail.Wait()
	defer stop()
	if err := h.tail.Ready(ctx); err != nil {
		return err
	}
	return do(ctx)
}

// firmNumber reads --firm: a practice's number or id; 0 where nothing was said.
func (h *house) firmNumber(ctx context.Context, text string) (no int32, err error) {
	if text == "" {
		return 0, nil
	}
	id, notID := uuid.Parse(text)
	n, notNumber := strconv.ParseInt(text, 10, 32)
	if notID != nil && notNumber != nil {
		return 0, fmt.Errorf("%q is neither a practice's number nor its id", text)
	}
	err = h.db.Work.QueryRow(ctx, `SELECT no FROM es.firms WHERE no = $1 OR id = $2`, n, id).Scan(&no)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, fmt.Errorf("there is no practice %s", text)
	}
	if err != nil {
		return 0, fmt.Errorf("find practice %s: %w", text, err)
	}
	return no, nil
}

// oneFirm is firmNumber where a practice must be meant: the only one, unless told otherwise.
func (h *house) oneFirm(ctx context.Context, text string) (int32, error) {
	if text != "" {
		return h.firmNumber(ctx, text)
	}
	rows, err := h.db.Work.Query(ctx, `SELECT no FROM es.firms ORDER BY no LIMIT 2`)
	if err != nil {
		return 0, fmt.Errorf("list the practices: %w", err)
	}
	numbers, err := pgx.CollectRows(rows, pgx.RowTo[int32])
	if err != nil {
		return 0, fmt.Errorf("list the practices: %w", err)
	}
	if len(numbers) != 1 {
		return 0, errors.New("choose a practice with --firm NUMBER")
	}
	return numbers[0], nil
}

// stream reads KIND-UUID, or a UUID alone; the zero stream where nothing was said.
func (h *house) stream(ctx context.Context, text string) (event.Stream, error) {
	id, err := uuid.Parse(text)
	if text == "" || err != nil {
		if text == "" {
			return event.Stream{}, nil
		}
		return event.ParseStream(text)
	}
	var kind string
	err = h.db.Work.QueryRow(ctx, `SELECT kind FROM es.streams WHERE stream_id = $1`, id).Scan(&kind)
	if errors.Is(err, pgx.ErrNoRows) {
		return event.Stream{}, fmt.Errorf("there is no stream %s", id)
	}
	if err != nil {
		return event.Stream{}, fmt.Errorf("find stream %s: %w", id, err)
	}
	return event.Stream{Kind: event.Kind(kind), ID: id}, nil
}
