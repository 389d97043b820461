package web

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"portico/app/es"
	linkapp "portico/app/uploadlink"
	"portico/domain/fault"
	"portico/domain/uploadlink"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// file is all that the practice knows of one file, and where it answers who asks for it back (U5).
func (s *Server) file(w http.ResponseWriter, r *http.Request) error {
	return s.filePage(w, r, http.StatusOK, "", nil)
}

// filePage is the page of one file; with problems it is the answer to a refusal, and typed is what was typed there.
func (s *Server) filePage(w http.ResponseWriter, r *http.Request, code int, typed string, problems views.Problems) error {
	u := user(r)
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	current, err := s.caughtUp(r)
	if err != nil {
		return err
	}
	f, err := s.LinkList.File(r.Context(), u.Firm, id)
	if err != nil {
		return err
	}
	z := zone(u.Practice.Zone)
	page := views.FileDetail{
		Shell: s.shell(r, f.Name, "inbox"), Row: fileLine(f, z), Started: views.At(f.StartedAt, z), Received: views.At(f.ReceivedAt, z),
		Command: newID(), Typed: typed, MaxReason: uploadlink.MaxReason, Problems: problems,
	}
	if len(problems) > 0 {
		page.Title = "Error: " + page.Title
	}
	page.Modules, page.Stale = []string{"copy-button.js"}, !current
	s.page(w, r, code, page)
	return nil
}

// acceptWithdrawal gives a file up: its bytes are destroyed.
func (s *Server) acceptWithdrawal(w http.ResponseWriter, r *http.Request) error {
	return s.answerWithdrawal(w, r, func(by es.By, link, file uuid.UUID) (string, es.Result, error) {
		res, err := s.Links.AcceptWithdrawal(r.Context(), linkapp.AcceptWithdrawal{By: by, Link: link, File: file})
		return "/upload-links/" + link.String(), res, err
	})
}

// refuseWithdrawal keeps it, for a reason that its sender reads.
func (s *Server) refuseWithdrawal(w http.ResponseWriter, r *http.Request) error {
	return s.answerWithdrawal(w, r, func(by es.By, link, file uuid.UUID) (string, es.Result, error) {
		res, err := s.Links.RefuseWithdrawal(r.Context(), linkapp.RefuseWithdrawal{By: by, Link: link, File: file, Reason: r.PostForm.Get("reason")})
		return "/files/" + file.String(), res, err
	})
}

func (s *Server) answerWithdrawal(w http.ResponseWriter, r *http.Request, answer func(by es.By, link, file uuid.UUID) (string, es.Result, error)) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	if err := form(w, r); err != nil {
		return err
	}
	by, err := by(r)
	if err != nil {
		return err
	}
	link, err := s.LinkList.LinkOf(r.Context(), by.Firm, id)
	if err != nil {
		return err
	}
	next, res, err := answer(by, link, id)
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind != fault.NotFound && f.Kind != fault.Gone {
		field := "reason"
		if errors.Is(f, uploadlink.ErrNoWithdrawal) {
			field = "main"
		}
		return s.filePage(w, r, statuses[f.Kind], r.PostForm.Get("reason"), views.Problems{{Field: field, Text: f.Message}})
	}
	if err != nil {
		return err
	}
	seeOther(w, r, next, res.Position)
	return nil
}

// inert are the media types that a download may carry: none of them runs in a browser. The rest are just bytes.
var inert = map[string]bool{
	"application/pdf": true, "application/zip": true, "application/msword": true, "application/rtf": true, "text/rtf": true, "text/csv": true,
	"image/jpeg": true, "image/png": true, "image/tiff": true, "image/bmp": true, "image/heic": true, "image/heif": true, "video/mp4": true, "video/quicktime": true,
	"application/vnd.ms-excel": true, "application/vnd.ms-powerpoint": true, "application/vnd.ms-outlook": true,
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   true,
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         true,
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": true,
}

// fileContent hands a file out, whole or in ranges. It is always an attachment and shut in by its policy (threat T22).
func (s *Server) fileContent(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	f, err := s.LinkList.File(r.Context(), user(r).Firm, id)
	if err != nil {
		return err
	}
	return s.serveFile(w, r, f.ID, f.Media, f.Name, f.SHA256, f.ReceivedAt)
}

// serveFile is the bytes of a file that its reader may have.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request, id uuid.UUID, found, name, sha256 string, at time.Time) error {
	blob, err := s.Blobs.Open(id)
	if err != nil {
		return fmt.Errorf("open the bytes of file %s: %w", id, err)
	}
	defer func() { _ = blob.Close() }() // it was only read
	media := "application/octet-stream"
	if inert[found] {
		media = found
	}
	s.handOut(w, media, name)
	w.Header().Set("ETag", `"`+sha256+`"`)
	w.Header().Set("Repr-Digest", reprDigest(sha256))
	http.ServeContent(w, r, "", at, blob)
	return nil
}

// handOut makes the answer a download.
func (s *Server) handOut(w http.ResponseWriter, media, name string) {
	s.secure(w, download)
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Disposition", attachment(name))
}

// attachment is a Content-Disposition with the name twice: in ASCII for old programs, and as it is (RFC 6266, RFC 8187).
func attachment(name string) string {
	var ascii, full strings.Builder
	for _, c := range name {
		if c < ' ' || c > '~' || strings.ContainsRune(`"\%;`, c) {
			c = '_'
		}
		ascii.WriteRune(c)
	}
	for _, b := range []byte(name) {
		if attrChar(b) {
			full.WriteByte(b)
		} else {
			fmt.Fprintf(&full, "%%%02X", b)
		}
	}
	return fmt.Sprintf(`attachment; filename="%s"; filename*=UTF-8''%s`, ascii.String(), full.String())
}

// attrChar is attr-char of RFC 8187.
func attrChar(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || strings.IndexByte("!#$&+-.^_`|~", b) >= 0
}

// reprDigest is RFC 9530's header for a SHA-256 in hex; "" for what is none.
func reprDigest(digest string) string {
	sum, err := hex.DecodeString(digest)
	if err != nil {
		return ""
	}
	return "sha-256=:" + base64.StdEncoding.EncodeToString(sum) + ":"
}
