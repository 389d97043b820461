package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"portico/domain/fault"
	"portico/domain/filetype"
)

// Whole takes a file that comes in one go and can't be resumed: a form's part, whose size shows at its end, or a small
// file inside the request that announces it. The link says when it began, and hears of it once its bytes are safe, so one
// row is enough and neither a new secret nor the expiry stops it meanwhile (rule 6). What is refused leaves nothing.
// f.Size is -1 where it isn't known.
//
// It returns what Create returns, ErrShort, ErrTooLarge beyond limit bytes or the practice's own limit, or an error after
// which nobody knows: where the row is Finishing, the file is safe and Head will tell.
func (s *Service) Whole(ctx context.Context, owner Owner, f File, limit int64, body io.Reader) (Row, error) {
	format, own, err := s.admit(ctx, owner, f)
	if err != nil {
		return Row{}, err
	}
	admitted, err := s.Link.Admit(ctx, owner, f.Generation)
	if err != nil {
		return Row{}, fmt.Errorf("ask the link: %w", err)
	}
	row := Row{ID: f.ID, Owner: owner, Extension: format.Extension, Declared: declared(f.Media), State: Finishing}
	err = s.keep(&row, format, f.Size, min(limit, own.MaxSize), body)
	if errors.Is(err, ErrTooLarge) && own.MaxSize <= limit { // another way would not help
		err = ErrTooLarge.Withf("The file has more than %s, which is the most that can be sent here.", sized(own.MaxSize))
	}
	if err != nil {
		return Row{}, errors.Join(err, s.Blobs.Remove(f.ID))
	}
	f.Size = row.Size
	limits := s.Limits
	limits.Idle = min(limits.Idle, unheard)
	row, err = s.Rows.Insert(ctx, row, limits, own.Quota)
	if errors.Is(err, ErrQuota) { // known to have no row; after any other error there may be one
		err = errors.Join(err, s.Blobs.Remove(f.ID))
	}
	if err != nil {
		return Row{}, fmt.Errorf("record the file: %w", err) // the row may be there; Sweep looks, and knows
	}
	row, err = s.conclude(ctx, row, func(ctx context.Context, c Content) (int64, error) { return s.Link.Take(ctx, owner, f, admitted, c) })
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.TooMany {
		return s.abandon(ctx, row, Cancelled, err) // nobody will ask again for this very file
	}
	return row, err
}

// unheard is how long a file that came whole waits for its link to hear of it: longer than any append is under way. After
// that its sender is told to send it again.
const unheard = 15 * time.Minute

// keep writes body into the row's blob and fills in what the row says of it.
func (s *Service) keep(row *Row, format filetype.Format, size, limit int64, body io.Reader) (err error) {
	if err := s.Blobs.Create(row.ID); err != nil {
		return fmt.Errorf("make the blob: %w", err)
	}
	blob, err := s.Blobs.Writer(row.ID)
	if err != nil {
		return fmt.Errorf("lock the blob: %w", err)
	}
	defer func() { err = errors.Join(err, blob.Close()) }()
	if err := blob.Reset(0); err != nil {
		return fmt.Errorf("empty the blob: %w", err)
	}
	sum, err := newDigest(nil)
	if err != nil {
		return err
	}
	v := &sieve{format: format, size: size}
	in := &io.LimitedReader{R: body, N: limit + 1}
	if row.Size, err = s.copy(blob, sum, v, in); err != nil {
		return err
	}
	switch {
	case row.Size == 0:
		return ErrEmpty
	case row.Size > limit:
		return ErrTooLarge.Withf("The file has more than %s, which is all that can be sent in this way.", sized(limit))
	case size >= 0 && row.Size != size:
		return ErrShort.Withf("The file was announced with %d bytes, and %d came.", size, row.Size)
	}
	if err := blob.Sync(); err != nil {
		return fmt.Errorf("%w (%w)", ErrDamaged, err)
	}
	row.SHA256 = sum.Sum(nil)
	row.Found, err = inspect(v, blob, row.Size)
	return err
}

// spaceEvery is how many bytes of a file that comes whole arrive between two looks at the free space (rule 9).
const spaceEvery = 8 << 20

func (s *Service) copy(blob Writer, sum digest, v *sieve, in io.Reader) (n int64, err error) {
	buf := smallBuffers.Get().(*[]byte)
	defer smallBuffers.Put(buf)
	for look := int64(spaceEvery); ; {
		got, rerr := in.Read(*buf)
		p := (*buf)[:got]
		if err := v.pass(p); err != nil {
			return n, err
		}
		if _, err := blob.Write(p); errors.Is(err, ErrFull) {
			return n, ErrNoSpace
		} else if err != nil {
			return n, fmt.Errorf("write the blob: %w", err)
		}
		sum.Write(p)
		n += int64(got)
		if n >= look {
			if err := s.reserve(0); errors.Is(err, ErrNoSpace) {
				return n, err
			}
			look = n + spaceEvery
		}
		if errors.Is(rerr, io.EOF) {
			return n, nil
		}
		if rerr != nil {
			return n, fmt.Errorf("read the body: %w", rerr)
		}
	}
}
