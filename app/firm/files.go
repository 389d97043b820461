package firm

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"

	"portico/app/es"
	"portico/app/picture"
	"portico/domain/fault"
	"portico/domain/firm"

	"github.com/gabriel-vasile/mimetype"
	"github.com/google/uuid"
)

// Files keep the bytes of logos or of films, each kind in a place of its own. What is kept is never changed. The bytes are
// there before the event that names them; those of an event that was refused go at once, those of a logo or film that was
// replaced when the replacement is heard of.
type Files interface {
	// Keep writes what from holds, and returns when it would survive a crash. Where something is kept under id already
	// it stays, and fresh is false.
	Keep(id uuid.UUID, from io.Reader) (kept Kept, fresh bool, err error)
	// Open returns ErrFileGone where nothing is kept under id.
	Open(id uuid.UUID) (io.ReadSeekCloser, error)
	Remove(id uuid.UUID) error
}

// Kept is what the bytes of a file come to.
type Kept struct {
	Bytes  int64
	SHA256 [32]byte
}

// What can be wrong with the files of a practice.
var (
	ErrFileGone  = fault.New(fault.NotFound, "firm.file_gone", "This file is not there any more. Reload the page to see what is.")
	ErrFilmKind  = fault.New(fault.Unsupported, "firm.film_kind", "The film is neither MP4 nor WebM. Save it as one of these, which every browser can play.")
	ErrFilmBytes = fault.New(fault.TooLarge, "firm.film_bytes", "The film has more than 500 MB. Make it shorter or save it smaller, or give the address of a film elsewhere.")
)

// SetLogo makes a picture stand for the practice.
type SetLogo struct {
	By     es.By
	ID     uuid.UUID // the practice's
	Logo   uuid.UUID // chosen by the caller, the same one for a form that comes twice
	Source []byte    // as somebody brought it
}

// SetLogo writes the picture anew, so that nothing but what is seen is left of it, and keeps that. It refuses with an
// error of picture.Clean.
func (c Commands) SetLogo(ctx context.Context, cmd SetLogo) (es.Result, error) {
	p, err := picture.Clean(cmd.Source)
	if err != nil {
		return es.Result{}, err
	}
	return keep(c.Logos, cmd.Logo, bytes.NewReader(p.Body), func(kept Kept) (es.Result, error) {
		return c.on(ctx, cmd.By, cmd.ID, func(f firm.Firm) ([]firm.Event, error) {
			return f.SetLogo(firm.Logo{
				ID: cmd.Logo, Media: p.Media, Width: p.Width, Height: p.Height, Bytes: kept.Bytes, SHA256: hex.EncodeToString(kept.SHA256[:]),
			})
		})
	})
}

// UploadVideo shows a film of the practice's own in the portal.
type UploadVideo struct {
	By    es.By
	ID    uuid.UUID // the practice's
	Video uuid.UUID // chosen by the caller, the same one for a form that comes twice
	Title string
	From  io.Reader
}

// UploadVideo keeps the film as it is. It refuses with firm.ErrVideoTitle, ErrFilmKind, ErrFilmBytes.
func (c Commands) UploadVideo(ctx context.Context, cmd UploadVideo) (es.Result, error) {
	head := make([]byte, 3072)
	n, err := io.ReadFull(cmd.From, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return es.Result{}, err
	}
	media, ok := filmMedia(head[:n])
	if !ok {
		return es.Result{}, ErrFilmKind
	}
	from := &atMost{from: io.MultiReader(bytes.NewReader(head[:n]), cmd.From), left: firm.MaxVideo}
	return keep(c.Films, cmd.Video, from, func(kept Kept) (es.Result, error) {
		return c.on(ctx, cmd.By, cmd.ID, func(f firm.Firm) ([]firm.Event, error) {
			return f.SetVideo(firm.Video{Title: cmd.Title, ID: cmd.Video, Media: media, Bytes: kept.Bytes, SHA256: hex.EncodeToString(kept.SHA256[:])})
		})
	})
}

// filmMedia is the media type of a film that every browser can play, by its first bytes and nothing that anybody says.
func filmMedia(head []byte) (string, bool) {
	found := mimetype.Detect(head)
	for _, media := range []string{"video/mp4", "video/webm"} {
		if found.Is(media) {
			return media, true
		}
	}
	return "", false
}

// keep writes a file and then decides about it; where that is refused, nothing of it stays.
func keep(files Files, id uuid.UUID, from io.Reader, decide func(Kept) (es.Result, error)) (es.Result, error) {
	kept, fresh, err := files.Keep(id, from)
	if err != nil {
		return es.Result{}, fmt.Errorf("keep %s: %w", id, err)
	}
	r, err := decide(kept)
	if err != nil && fresh {
		if gone := files.Remove(id); gone != nil {
			return r, fmt.Errorf("%w, and what was kept of it stays: %w", err, gone)
		}
	}
	return r, err
}

// atMost refuses what is longer than left bytes, where io.LimitReader would cut it.
type atMost struct {
	from io.Reader
	left int64
}

func (a *atMost) Read(p []byte) (int, error) {
	n, err := a.from.Read(p)
	if a.left -= int64(n); a.left < 0 {
		return 0, ErrFilmBytes
	}
	return n, err
}
