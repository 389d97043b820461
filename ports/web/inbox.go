package web

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"time"

	linkapp "portico/app/uploadlink"
	"portico/ports/web/views"
)

// inbox is what has reached the practice. What is still in its window is not there, not even by name (S1.i1).
func (s *Server) inbox(w http.ResponseWriter, r *http.Request) error {
	u := user(r)
	rows, next, err := s.LinkList.Files(r.Context(), u.Firm, linkapp.FileQuery{After: r.URL.Query().Get("after"), Limit: pageSize})
	if err != nil {
		return err
	}
	z := zone(u.Practice.Zone)
	return s.show(w, r, views.Inbox{
		Shell: s.shell(r, "Inbox", "inbox"), Days: byDay(rows, s.Now(), z), Pager: pager(r, next, len(rows), "file", "files"),
		Empty: views.Empty{Icon: "inbox", Title: "Nothing has arrived yet", Text: "Files show here once their sender’s time for corrections is over.", Action: "New upload link", Href: "/upload-links/new"},
	})
}

// byDay groups files by the day on which the practice got them.
func byDay(rows []linkapp.FileRow, now time.Time, z *time.Location) []views.FileDay {
	var days []views.FileDay
	today := views.At(now, z).Day()
	yesterday := views.At(now.In(z).AddDate(0, 0, -1), z).Day()
	for _, row := range rows {
		line := fileLine(row, z)
		day := line.Released.Day()
		switch day {
		case today:
			day = "Today, " + day
		case yesterday:
			day = "Yesterday, " + day
		}
		if len(days) == 0 || days[len(days)-1].Day != day {
			days = append(days, views.FileDay{Day: day})
		}
		last := &days[len(days)-1]
		last.Files = append(last.Files, line)
	}
	return days
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
	blob, err := s.Blobs.Open(f.ID)
	if err != nil {
		return fmt.Errorf("open the bytes of file %s: %w", f.ID, err)
	}
	defer func() { _ = blob.Close() }() // it was only read
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	if inert[f.Media] {
		h.Set("Content-Type", f.Media)
	}
	h.Set("Content-Disposition", attachment(f.Name))
	h.Set("ETag", `"`+f.SHA256+`"`)
	h.Set("Repr-Digest", reprDigest(f.SHA256))
	http.ServeContent(w, r, "", f.ReceivedAt, blob)
	return nil
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
