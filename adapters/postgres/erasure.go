package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"portico/app/es"
	"portico/domain/privacy"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// Eraser erases people: it destroys the key of what the history says about them, and records that. The events stay as
// they are, so their chains still verify; nobody can read what they said.
type Eraser struct {
	DB     *DB
	Store  *Store
	Vault  *Vault
	Tail   *Tail // told of what is appended here
	Models []Model
}

// Erasure tells what an erasure came to.
type Erasure struct {
	Streams  []uuid.UUID // that hold sealed data of the subject
	Position int64       // of its last event: the read models that have handled it show nothing of the subject
	Already  bool        // the subject had been erased before
}

// ErrNoSubject says that a firm has no key of a subject: nothing was ever sealed for it.
var ErrNoSubject = errors.New("this practice holds no sealed data of this subject")

// Erase destroys a subject's key and appends privacy.subject_erased, both or neither. Erasing twice changes nothing.
//
// Whether a person may be erased, or must be kept for tax or other law, is decided before.
func (e Eraser) Erase(ctx context.Context, by es.By, subject uuid.UUID) (Erasure, error) {
	out, err := e.once(ctx, by, subject)
	if err != nil {
		return Erasure{}, fmt.Errorf("erase subject %s: %w", subject, err)
	}
	e.Tail.Poke()
	// A writer who was on its way meanwhile can have sealed something in a stream that was not found.
	if _, err := e.DB.horizon(ctx); err != nil {
		return out, fmt.Errorf("erase subject %s: %w", subject, err)
	}
	late, err := e.once(ctx, by, subject)
	if err != nil {
		return out, fmt.Errorf("erase subject %s: %w", subject, err)
	}
	out.Streams, out.Position = late.Streams, max(out.Position, late.Position)
	if err := e.dropOldTables(ctx); err != nil {
		return out, fmt.Errorf("erase subject %s: %w", subject, err)
	}
	e.Tail.Poke()
	return out, nil
}

// once appends an event about the streams that none has named yet.
func (e Eraser) once(ctx context.Context, by es.By, subject uuid.UUID) (out Erasure, err error) {
	by.Command = uuid.Nil
	err = pgx.BeginFunc(ctx, e.DB.Work, func(tx pgx.Tx) error {
		var known bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM vault.subject_keys WHERE firm_no = $1 AND subject = $2)`, by.Firm, subject).Scan(&known); err != nil {
			return err
		}
		if !known {
			return ErrNoSubject
		}
		if err := e.Vault.destroy(ctx, tx, subjectOf{by.Firm, subject}); err != nil {
			return err
		}
		named, version, head, err := e.erasedBefore(ctx, tx, by.Firm, subject)
		if err != nil {
			return err
		}
		if out.Streams, err = streamsAbout(ctx, tx, by.Firm, subject); err != nil {
			return err
		}
		news := slices.DeleteFunc(slices.Clone(out.Streams), func(id uuid.UUID) bool { return slices.Contains(named, id) })
		if out.Already = version > 0; out.Already && len(news) == 0 {
			return nil
		}
		r, err := appendIn(ctx, tx, e.Store, by, privacy.Stream(subject), version, head, privacy.SubjectErased{Subject: subject, Streams: news})
		out.Position = r.Position
		return err
	})
	return out, err
}

// erasedBefore reads the subject's own stream: what was named in it, and where it stands. It holds nothing sealed.
func (e Eraser) erasedBefore(ctx context.Context, tx pgx.Tx, firm int32, subject uuid.UUID) (named []uuid.UUID, version int, head [32]byte, err error) {
	rows, err := tx.Query(ctx, selectEntries+` WHERE stream_id = $1 AND firm_no = $2 AND type = $3 ORDER BY version`,
		privacy.Stream(subject).ID, firm, privacy.SubjectErased{}.EventType())
	if err != nil {
		return nil, 0, head, err
	}
	list, err := pgx.CollectRows(rows, scanEntry)
	if err != nil {
		return nil, 0, head, err
	}
	for i := range list {
		r := list[i].raw()
		rec, err := e.Store.codec.record(&r, nil)
		if err != nil {
			return nil, 0, head, err
		}
		if erased, ok := rec.Event.(privacy.SubjectErased); ok {
			named = append(named, erased.Streams...)
		}
		version, head = rec.Version, rec.Hash
	}
	return named, version, head, nil
}

// streamsAbout are the streams of a firm whose sealed part has a section of the subject.
func streamsAbout(ctx context.Context, tx pgx.Tx, firm int32, subject uuid.UUID) (ids []uuid.UUID, err error) {
	rows, err := tx.Query(ctx, `
		SELECT stream_id, pii FROM es.events WHERE firm_no = $1 AND pii IS NOT NULL AND position($2::bytea IN pii) > 0 ORDER BY stream_id`, firm, subject[:])
	if err != nil {
		return nil, err
	}
	ids = []uuid.UUID{}
	var id uuid.UUID
	var pii []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &pii}, func() error {
		return sections(pii, func(of uuid.UUID, _ []byte) error {
			if of == subject && !slices.Contains(ids, id) {
				ids = append(ids, id)
			}
			return nil
		})
	})
	return ids, err
}

// dropOldTables removes what still holds plain text besides the live tables: generations that were swapped out, and
// those of a rebuild that died. One that is under way hears of the erasure itself.
func (e Eraser) dropOldTables(ctx context.Context) error {
	for _, m := range e.Models {
		err := pgx.BeginFunc(ctx, e.DB.Work, func(tx pgx.Tx) error {
			var free bool
			if err := tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))`, "portico rebuild "+m.Name).Scan(&free); err != nil {
				return err
			}
			return dropGenerations(ctx, tx, m, `(state = 'retired' OR state = 'building' AND $2)`, free)
		})
		if err != nil {
			return fmt.Errorf("drop old tables of %s: %w", m.Name, err)
		}
	}
	return nil
}
