package web

import (
	"encoding/base64"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"portico/app/transfer"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// Uploads is the upload protocol, tus 1.0.0: core, creation, creation-with-upload, termination, expiration. Not spoken:
// deferred length, concatenation, method override, and reading a file back; nor any other origin.
// Source: https://tus.io/protocols/resumable-upload
//
// It serves all paths below …/uploads/, for requests whose context carries an access. tus-js-client forgets an upload
// after any 4xx but 423 on HEAD, so passing trouble is 503 with Retry-After there.
type Uploads struct {
	Transfers *transfer.Service
	Patience  Patience
	Log       *slog.Logger
}

// What can be wrong with a request, whatever the file.
var (
	errUnknownUpload = fault.New(fault.NotFound, "upload.unknown", "There is no such upload.")
	errBadRequest    = fault.New(fault.Invalid, "tus.request", "The upload request is not understood.")
	errVersion       = fault.New(fault.Invalid, "tus.version", "The header Tus-Resumable must be 1.0.0.")
	errMethod        = fault.New(fault.Invalid, "tus.method", "This method isn’t allowed here.")
	errOctets        = fault.New(fault.Unsupported, "tus.content_type", "Bytes are sent as application/offset+octet-stream.")
)

const (
	tusVersion = "1.0.0"
	tusMedia   = "application/offset+octet-stream"
	// A small file that comes inside the request that announces it is stored in one step, not resumable.
	inOneGo = 1 << 20
)

// fingerprints are what senders may call a file by; anything else is ignored.
var fingerprints = regexp.MustCompile(`^[0-9a-z-]{1,64}$`)

// ServeHTTP implements http.Handler.
func (t Uploads) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	methods := map[string]func(http.ResponseWriter, *http.Request) error{
		http.MethodHead: t.head, http.MethodPatch: t.patch, http.MethodDelete: t.terminate,
	}
	if lastSegment(r) == "" {
		methods = map[string]func(http.ResponseWriter, *http.Request) error{http.MethodPost: t.create}
	}
	next, ok := methods[r.Method]
	switch {
	case r.Method == http.MethodOptions:
		t.options(w, r)
	case ok:
		t.speak(next)(w, r)
	default:
		allow := append(slices.Sorted(maps.Keys(methods)), http.MethodOptions)
		w.Header().Set("Allow", strings.Join(allow, ", "))
		writeProblem(w, r, http.StatusMethodNotAllowed, errMethod)
	}
}

// lastSegment is what follows uploads/ in the path as it was sent: an escaped slash stays what it is, no separator.
func lastSegment(r *http.Request) string {
	path := r.URL.EscapedPath()
	if i := strings.LastIndex(path, "/uploads"); i >= 0 {
		return strings.TrimPrefix(path[i+len("/uploads"):], "/")
	}
	return path
}

// options tells programs what is spoken, and the largest file that this practice takes (S1.i11).
func (t Uploads) options(w http.ResponseWriter, r *http.Request) {
	a, _ := accessOf(r)
	most, err := t.Transfers.Most(r.Context(), a.Firm)
	if err != nil {
		t.Log.Error("upload", "err", err, "route", r.Pattern)
		writeProblem(w, r, http.StatusServiceUnavailable, errBroken)
		return
	}
	h := w.Header()
	h.Set("Tus-Resumable", tusVersion)
	h.Set("Tus-Version", tusVersion)
	h.Set("Tus-Extension", "creation,creation-with-upload,termination,expiration")
	h.Set("Tus-Max-Size", strconv.FormatInt(most, 10))
	w.WriteHeader(http.StatusNoContent)
}

// speak insists on the protocol's version and turns errors into problems.
func (t Uploads) speak(next func(http.ResponseWriter, *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Tus-Resumable", tusVersion)
		w.Header().Set("Cache-Control", "no-store")
		if r.Header.Get("Tus-Resumable") != tusVersion {
			w.Header().Set("Tus-Version", tusVersion)
			writeProblem(w, r, http.StatusPreconditionFailed, errVersion)
			return
		}
		for _, h := range []string{"X-HTTP-Method-Override", "Upload-Concat", "Upload-Defer-Length"} {
			if r.Header.Get(h) != "" {
				writeProblem(w, r, http.StatusBadRequest, errBadRequest.Withf("%s is not supported.", h))
				return
			}
		}
		t.handle(next)(w, r)
	}
}

// create answers 201 with a Location below the same base, so that a token in the path stays out of it for a browser.
func (t Uploads) create(w http.ResponseWriter, r *http.Request) error {
	a, owner, err := ownerOf(r)
	if err != nil {
		return err
	}
	size, err := number(r.Header, "Upload-Length")
	if err != nil {
		return err
	}
	meta, err := metadata(r.Header.Get("Upload-Metadata"))
	if err != nil {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("make an id: %w", err)
	}
	f := transfer.File{ID: id, Name: meta["filename"], Media: meta["filetype"], Size: size, Generation: a.Generation}
	if f.Place, err = a.place(meta["item"], meta["message"], meta["audience"]); err != nil {
		return err
	}
	f.Start, _ = base64.StdEncoding.DecodeString(meta["head"]) // a hint
	if mark := meta["fingerprint"]; fingerprints.MatchString(mark) {
		f.Fingerprint = mark
	}
	bytes := r.Header.Get("Content-Type") == tusMedia && r.ContentLength != 0

	var row transfer.Row
	if bytes && r.ContentLength == size && size <= inOneGo {
		row, err = t.Transfers.Whole(r.Context(), owner, f, size, r.Body)
		if row.ID == uuid.Nil || err != nil && row.State != transfer.Finishing {
			return err
		}
	} else {
		if row, err = t.Transfers.Create(r.Context(), owner, f); err != nil {
			return err
		}
		if bytes {
			row, err = t.Transfers.Append(r.Context(), owner, id, 0, r.ContentLength, r.Body.(*body))
			if err != nil && !passing(err) {
				return err
			}
		}
	}
	h := w.Header()
	h.Set("Location", a.Base+"/uploads/"+id.String())
	progress(h, row)
	if !bytes {
		h.Del("Upload-Offset")
	}
	w.WriteHeader(http.StatusCreated)
	return nil
}

func (t Uploads) head(w http.ResponseWriter, r *http.Request) error {
	_, owner, err := ownerOf(r)
	if err != nil {
		return err
	}
	id, err := uploadID(r)
	if err != nil {
		return err
	}
	row, err := t.Transfers.Head(r.Context(), owner, id)
	if err != nil {
		return err
	}
	progress(w.Header(), row)
	w.Header().Set("Upload-Length", strconv.FormatInt(row.Size, 10))
	w.WriteHeader(http.StatusOK)
	return nil
}

func (t Uploads) patch(w http.ResponseWriter, r *http.Request) error {
	_, owner, err := ownerOf(r)
	if err != nil {
		return err
	}
	id, err := uploadID(r)
	if err != nil {
		return err
	}
	if r.Header.Get("Content-Type") != tusMedia {
		return errOctets
	}
	offset, err := number(r.Header, "Upload-Offset")
	if err != nil {
		return err
	}
	row, err := t.Transfers.Append(r.Context(), owner, id, offset, r.ContentLength, r.Body.(*body))
	if err != nil {
		return err
	}
	progress(w.Header(), row)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (t Uploads) terminate(w http.ResponseWriter, r *http.Request) error {
	_, owner, err := ownerOf(r)
	if err != nil {
		return err
	}
	id, err := uploadID(r)
	if err != nil {
		return err
	}
	if err := t.Transfers.Terminate(r.Context(), owner, id); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func ownerOf(r *http.Request) (access, transfer.Owner, error) {
	a, ok := accessOf(r)
	if !ok {
		return a, transfer.Owner{}, errUnknownUpload
	}
	return a, transfer.Owner{Firm: a.Firm, Kind: a.Kind, Link: a.Link, Recipient: a.Recipient}, nil
}

// uploadID takes an id in its one spelling and nothing else: no path, no escape, no second form of the same id.
func uploadID(r *http.Request) (uuid.UUID, error) {
	text := lastSegment(r)
	id, err := uuid.Parse(text)
	if err != nil || id.String() != text {
		return uuid.Nil, errUnknownUpload
	}
	return id, nil
}
