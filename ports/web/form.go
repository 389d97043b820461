package web

import (
	"context"
	"crypto/sha256"
	"net/http"
	"strconv"
	"strings"
	"time"

	"portico/app/es"
	"portico/domain/event"

	"github.com/google/uuid"
)

// form reads a posted form. Values of the address are never mixed in: r.PostForm.
func form(_ http.ResponseWriter, r *http.Request) error {
	err := r.ParseForm()
	if f := unread(err); f != nil {
		return f
	}
	if err != nil {
		return errForm
	}
	return nil
}

// pathID is the id in the address. What can't be one is not there.
func pathID(r *http.Request, name string) (uuid.UUID, error) {
	text := r.PathValue(name)
	id, err := uuid.Parse(text)
	if err != nil || id.String() != text {
		return uuid.Nil, errNotFound
	}
	return id, nil
}

// formID is a hidden id of a form.
func formID(r *http.Request, name string) (uuid.UUID, error) {
	id, err := uuid.Parse(r.PostForm.Get(name))
	if err != nil || id == uuid.Nil {
		return uuid.Nil, errForm
	}
	return id, nil
}

// by is u with the command id of the form, so that a form sent twice takes effect once (threat T16).
func by(r *http.Request) (es.By, error) {
	u := user(r)
	command, err := formID(r, "command")
	if err != nil {
		return es.By{}, err
	}
	return es.By{
		Firm: u.Firm, Actor: event.Actor{Kind: event.Staff, ID: u.ID}, Command: command,
		Fingerprint: sha256.Sum256([]byte(r.Pattern + "\n" + r.URL.Path + "\n" + r.PostForm.Encode())),
	}, nil
}

// once makes sure that a creation which had nothing left to do was the same form, sent twice, and not another one from
// behind the browser's back button. It returns es.ErrCommandReused.
func once(ctx context.Context, store es.Store, by es.By, res es.Result) error {
	if res.Position != 0 {
		return nil
	}
	_, _, err := store.Done(ctx, by)
	return err
}

// newID is a UUIDv7.
func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) } // fails only where the system has no randomness: then nothing works

// seeOther leads to a page that waits for position before it shows itself.
func seeOther(w http.ResponseWriter, r *http.Request, path string, position int64) {
	http.Redirect(w, r, withPosition(path, position), http.StatusSeeOther)
}

func withPosition(path string, position int64) string {
	if position > 0 {
		path += "?at=" + strconv.FormatInt(position, 10)
	}
	return path
}

// caughtUp waits, at most two seconds, until what the reader has just written can be read.
func (s *Server) caughtUp(r *http.Request) (bool, error) {
	at, err := strconv.ParseInt(r.URL.Query().Get("at"), 10, 64)
	if err != nil || at <= 0 {
		return true, nil
	}
	return s.LinkList.Wait(r.Context(), at)
}

// dayShort is "22 Dec 2026" for "2026-12-22", and "" for what is no day.
func dayShort(date string) string {
	day, ok := civilDate(date)
	if !ok {
		return ""
	}
	return day.Format("2 Jan 2006")
}

// civilDate reads what a date input sends.
func civilDate(text string) (time.Time, bool) {
	t, err := time.Parse(time.DateOnly, strings.TrimSpace(text))
	return t, err == nil
}

// zone is the practice's; UTC where it has none that is known.
func zone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		return time.UTC
	}
	return z
}
