package transfer

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
)

// Use is one file that is made of the bytes of a transfer. The first use of a transfer has its own id.
type Use struct {
	Firm     int32
	Transfer uuid.UUID
	ID       uuid.UUID
	Target   uuid.UUID // the task, the link or the template whose file it is; its own ID: it is nothing's yet
	Name     string    // of an Example; empty: it is none
}

// Hold keeps the bytes of a transfer for one more use; Confirm follows once its target names them (rule 10). Holding again
// is fine. It returns ErrGone where there is nothing to hold any more.
func (s *Service) Hold(ctx context.Context, u Use) error {
	if err := s.Rows.Hold(ctx, u); err != nil {
		return fmt.Errorf("hold the bytes of %s: %w", u.Transfer, err)
	}
	return nil
}

// Confirm notes that the target of a use names the bytes.
func (s *Service) Confirm(ctx context.Context, firm int32, id uuid.UUID) error {
	if err := s.Rows.Confirm(ctx, firm, id); err != nil {
		return fmt.Errorf("confirm a use: %w", err)
	}
	return nil
}

// Others are the uses of the same bytes as id, but for that.
func (s *Service) Others(ctx context.Context, firm int32, id uuid.UUID) (others []Use, err error) {
	uses, err := s.Rows.Uses(ctx, firm, id)
	if err != nil {
		return nil, fmt.Errorf("list the uses of the bytes of %s: %w", id, err)
	}
	for _, u := range uses {
		if u.ID != id {
			others = append(others, u)
		}
	}
	return others, nil
}

// Apart tells whether the bytes of a use are kept apart.
func (s *Service) Apart(ctx context.Context, firm int32, id uuid.UUID) (bool, error) {
	return s.Rows.Apart(ctx, firm, id)
}

// review decides about uses whose making was cut short (rule 10).
func (s *Service) review(ctx context.Context) error {
	uses, err := s.Rows.Unconfirmed(ctx, 500)
	if err != nil {
		return fmt.Errorf("list unconfirmed uses: %w", err)
	}
	var errs []error
	for _, u := range uses {
		named := true
		if s.Named != nil {
			named, err = s.Named(ctx, u)
		}
		switch {
		case err != nil:
		case named:
			err = s.Confirm(ctx, u.Firm, u.ID)
		default:
			err = s.Discard(ctx, u.Firm, u.ID)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("use %s: %w", u.ID, err))
		}
	}
	return errors.Join(errs...)
}
