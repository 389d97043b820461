package web

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"portico/app/transfer"
	"portico/domain/fault"
)

func (t Uploads) handle(next func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		rc := http.NewResponseController(w)
		_ = rc.SetWriteDeadline(time.Time{}) // a request may take hours
		b := newBody(r.Body, rc, t.Patience.or())
		defer b.end()
		r.Body = b
		err := next(w, r)
		if err == nil {
			return
		}
		_ = rc.SetWriteDeadline(time.Now().Add(30 * time.Second))
		t.refuse(w, r, b, err)
	}
}

// refuse answers with err as a problem, and logs what no rule has caused, unless the line did.
func (t Uploads) refuse(w http.ResponseWriter, r *http.Request, b *body, err error) {
	f, ok := errors.AsType[*fault.Error](err)
	switch {
	case errors.Is(err, errBadRequest):
		writeProblem(w, r, http.StatusBadRequest, f)
		return
	case !ok:
		f = errBroken
		if !b.failed(err) && r.Context().Err() == nil {
			t.Log.Error("upload", "err", err, "route", r.Pattern)
		}
	}
	a, _ := accessOf(r)
	writeProblem(w, r, statuses[f.Kind], a.told(f))
	b.drain()
}

func writeProblem(w http.ResponseWriter, r *http.Request, status int, f *fault.Error) {
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		h.Set("Retry-After", cmp.Or(h.Get("Retry-After"), "2"))
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		p := problemOf(f)
		p.Status, p.Title = status, cmp.Or(p.Title, http.StatusText(status))
		_ = json.NewEncoder(w).Encode(p) // the sender went away: nothing to do about it
	}
}

// passing tells trouble that the next try may not meet: the transfer is there and can be continued.
func passing(err error) bool {
	f, ok := errors.AsType[*fault.Error](err)
	return !ok || f.Kind == fault.Locked || f.Kind == fault.NoSpace || f.Kind == fault.Unavailable
}

// progress says how far a transfer is. Before its event is recorded it has no more than what can be continued.
func progress(h http.Header, row transfer.Row) {
	offset := row.Offset
	if row.State == transfer.Finishing {
		offset = 0 // asking again finishes it
	}
	h.Set("Upload-Offset", strconv.FormatInt(offset, 10))
	switch row.State {
	case transfer.Receiving:
		h.Set("Upload-Expires", row.ExpiresAt.UTC().Format(http.TimeFormat))
	case transfer.Received:
		h.Set("Repr-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(row.SHA256)+":") // RFC 9530
	case transfer.Finishing, transfer.Abandoned, transfer.Discarded, transfer.Quarantined:
	}
}
