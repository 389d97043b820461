package web

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"

	"portico/app/archive"
	linkapp "portico/app/uploadlink"
	"portico/domain/uploadlink"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// batchContent hands out all files of one sending as a zip.
func (s *Server) batchContent(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	b, err := s.LinkList.Batch(r.Context(), user(r).Firm, id)
	if err != nil {
		return err
	}
	files, err := s.batchFiles(r, id)
	if err != nil {
		return err
	}
	return s.zipped(w, r, cmp.Or(b.ClientName, b.RecipientName, "Files"), files)
}

// chosenFiles hands out the files that were ticked as a zip. It changes nothing; it is a POST because the list may be
// longer than an address.
func (s *Server) chosenFiles(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	var ids []uuid.UUID
	for _, text := range r.PostForm["file"] {
		id, err := uuid.Parse(text)
		if err != nil {
			return uploadlink.ErrFileNotFound
		}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
		if len(ids) > archive.MaxFiles {
			return archive.ErrTooMany
		}
	}
	files, err := s.LinkList.FilesByID(r.Context(), user(r).Firm, ids)
	if err != nil {
		return err
	}
	for _, id := range ids { // what is missing says itself why
		if !slices.ContainsFunc(files, func(f linkapp.FileRow) bool { return f.ID == id }) {
			if _, err := s.LinkList.File(r.Context(), user(r).Firm, id); err != nil {
				return err
			}
		}
	}
	name := "Files"
	if len(files) > 0 && !slices.ContainsFunc(files, func(f linkapp.FileRow) bool { return f.Client != files[0].Client }) {
		name = cmp.Or(files[0].ClientName, name)
	}
	return s.zipped(w, r, name, files)
}

// zipped streams files as one zip. Should one fail midway, the connection is cut: a browser then says that the download
// has failed, and what is there is no archive.
func (s *Server) zipped(w http.ResponseWriter, r *http.Request, name string, files []linkapp.FileRow) error {
	slices.SortStableFunc(files, func(a, b linkapp.FileRow) int { return a.ReceivedAt.Compare(b.ReceivedAt) })
	parts := make([]archive.File, len(files))
	for i, f := range files {
		parts[i] = archive.File{ID: f.ID, Name: f.Name, Size: f.Size, At: f.ReceivedAt}
	}
	a, err := archive.Of(parts)
	if err != nil {
		return err
	}
	open := func(id uuid.UUID) (io.ReadCloser, error) { return s.Blobs.Open(id) }
	for _, f := range files { // while a page can still say so
		blob, err := open(f.ID)
		if err != nil {
			return fmt.Errorf("open the bytes of file %s: %w", f.ID, err)
		}
		_ = blob.Close() // nothing was read
	}
	today := views.At(s.Now(), zone(user(r).Practice.Zone)).Date()
	s.handOut(w, "application/zip", archive.Safe(name+" "+today+".zip"))
	w.Header().Set("Content-Length", strconv.FormatInt(a.Length(), 10))
	if r.Method == http.MethodHead {
		return nil
	}
	if err := a.Write(r.Context(), w, open); err != nil {
		if r.Context().Err() == nil {
			s.Log.ErrorContext(r.Context(), "an archive was cut off", "route", r.Pattern, "err", err)
		}
		panic(http.ErrAbortHandler)
	}
	return nil
}
