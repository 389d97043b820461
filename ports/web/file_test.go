package web

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"

	linkapp "portico/app/uploadlink"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// Threats T22, T25: what people sent comes as an attachment that can do nothing, under its own name.
func TestDownload(t *testing.T) {
	h := newHouse(t).signIn()
	h.shelf.files, h.shelf.blob = []linkapp.FileRow{fileRow()}, []byte("hello world")
	path := "/files/" + statem.String() + "/content"
	a := h.get(path).want(t, 200, "hello world")
	for name, want := range map[string]string{
		"Content-Disposition":          `attachment; filename="_berweisung _M_rz_.pdf"; filename*=UTF-8''%C3%9Cberweisung%20%22M%C3%A4rz%22.pdf`,
		"Content-Type":                 "application/pdf",
		"X-Content-Type-Options":       "nosniff",
		"Content-Security-Policy":      "default-src 'none'; sandbox; frame-ancestors 'none'",
		"Cache-Control":                "private, no-store",
		"Cross-Origin-Resource-Policy": "same-origin",
		"ETag":                         `"` + strings.Repeat("ab", 32) + `"`,
	} {
		if got := a.Header().Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	a = h.get(path, "Range", "bytes=6-").want(t, http.StatusPartialContent)
	if a.text != "world" {
		t.Errorf("range gives %q", a.text)
	}
	row := fileRow()
	row.Media = "text/html"
	h.shelf.files = []linkapp.FileRow{row}
	if got := h.get(path).Header().Get("Content-Type"); got != "application/octet-stream" {
		t.Errorf("HTML comes as %q", got)
	}
	h.get("/files/"+uuid.NewString()+"/content").want(t, http.StatusNotFound)
	h.shelf.missing = map[uuid.UUID]bool{statem: true}
	if a := h.get(path); a.Code != http.StatusNotFound || !strings.Contains(a.Header().Get("Content-Security-Policy"), "style-src") {
		t.Errorf("a file without bytes: %d under %q; a page is dressed as a page", a.Code, a.Header().Get("Content-Security-Policy"))
	}
}

// names are those that people and attackers give files (T22, T25).
var names = []string{
	"a.pdf", `say "hi".pdf`, "line\r\nSet-Cookie: x=y.pdf", "bill\u202efdp.exe", "family \U0001F46A.jpg", strings.Repeat("é", 125) + ".pdf",
	`..\..\evil.pdf`, "../../etc/passwd", ".htaccess.txt", "semi;colon.pdf", "per%20cent.pdf", "back\\slash.pdf", "Zürich – März.pdf", "\xff\xfe.pdf", "日本語.pdf", " .pdf", "",
}

// RFC 6266: every program gets the name back, or nothing that could hurt it.
func TestNamesInHeaders(t *testing.T) {
	for _, name := range names {
		header := attachment(name)
		kind, params, err := mime.ParseMediaType(header)
		if err != nil || kind != "attachment" {
			t.Errorf("%q gives %q: %v", name, header, err)
			continue
		}
		if want := strings.ToValidUTF8(name, ""); params["filename"] != name && params["filename"] != want {
			t.Errorf("%q is read as %q", name, params["filename"])
		}
		if strings.ContainsAny(header, "\r\n\x00") {
			t.Errorf("%q splits the header: %q", name, header)
		}
	}
}

// unzip reads what an answer holds.
func unzip(t *testing.T, a reply) map[string]string {
	t.Helper()
	body := a.Body.Bytes()
	if n := a.Header().Get("Content-Length"); n != strconv.Itoa(len(body)) {
		t.Errorf("announced %s bytes, sent %d", n, len(body))
	}
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[f.Name] = string(content)
	}
	return files
}

func TestArchives(t *testing.T) {
	h := newHouse(t).signIn()
	h.shelf.blob = []byte("hello world")
	var ids []string
	for _, name := range names {
		f := fileRow()
		f.ID, f.Name = uuid.New(), name
		h.shelf.files, ids = append(h.shelf.files, f), append(ids, f.ID.String())
	}
	h.shelf.sent = []linkapp.InboxRow{sending(h.shelf.files...)}
	whole := "/batches/" + batch.String() + "/content.zip"

	t.Run("a sending", func(t *testing.T) {
		a := h.get(whole).want(t, 200)
		for header, want := range map[string]string{
			"Content-Type": "application/zip", "Content-Disposition": `attachment; filename="Farrow, Imogen 2026-11-21.zip"; filename*=UTF-8''Farrow%2C%20Imogen%202026-11-21.zip`,
			"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
		} {
			if got := a.Header().Get(header); got != want {
				t.Errorf("%s is %q, want %q", header, got, want)
			}
		}
		files := unzip(t, a)
		if len(files) != len(names) {
			t.Errorf("%d files for %d names: %v", len(files), len(names), files)
		}
		for name, content := range files {
			if strings.ContainsAny(name, `/\:"`) || strings.HasPrefix(name, ".") || content != "hello world" {
				t.Errorf("%q holds %q", name, content)
			}
		}
	})
	t.Run("what was ticked, each once", func(t *testing.T) {
		files := unzip(t, h.post("/files/archive", url.Values{"file": {ids[0], ids[4], ids[0]}}).want(t, 200))
		if len(files) != 2 || files["a.pdf"] == "" || files["family \U0001F46A.jpg"] == "" {
			t.Errorf("got %v", files)
		}
	})
	t.Run("nothing was ticked", func(t *testing.T) {
		h.post("/files/archive", nil).want(t, http.StatusUnprocessableEntity, "Tick at least one")
	})
	t.Run("another practice's file, or nonsense", func(t *testing.T) {
		h.post("/files/archive", url.Values{"file": {ids[0], uuid.NewString()}}).want(t, http.StatusNotFound)
		h.post("/files/archive", url.Values{"file": {"x"}}).want(t, http.StatusNotFound)
		h.get("/batches/"+uuid.NewString()+"/content.zip").want(t, http.StatusNotFound)
	})
	t.Run("a withdrawn one is gone", func(t *testing.T) {
		h.shelf.gone = map[uuid.UUID]error{h.shelf.files[0].ID: uploadlink.ErrWithdrawn}
		h.post("/files/archive", url.Values{"file": ids[:2]}).want(t, http.StatusGone, "withdrawn by the person who sent it")
		h.shelf.gone = nil
	})
	t.Run("bytes that aren't there are a page, not half an archive", func(t *testing.T) {
		h.shelf.missing = map[uuid.UUID]bool{h.shelf.files[3].ID: true}
		if a := h.get(whole); a.Code != http.StatusNotFound || a.Header().Get("Content-Disposition") != "" {
			t.Errorf("%d %q", a.Code, a.Header().Get("Content-Disposition"))
		}
		h.shelf.missing = nil
	})
	t.Run("a file that fails midway cuts the connection", func(t *testing.T) {
		h.shelf.blob = []byte("hello") // shorter than it was
		server := httptest.NewServer(h.http)
		defer server.Close()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+whole, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.AddCookie(h.jar[0])
		answer, err := server.Client().Do(r)
		if err == nil {
			_, err = io.ReadAll(answer.Body)
			_ = answer.Body.Close() // what it held has been read
		}
		if !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
			t.Errorf("the reader is told %v", err)
		}
		if log := h.log.String(); !strings.Contains(log, "an archive was cut off") || strings.Contains(log, "a.pdf") {
			t.Errorf("the log says %s", log)
		}
	})
}

func FuzzAttachment(f *testing.F) {
	for _, name := range names {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		for _, b := range []byte(attachment(name)) {
			if b < ' ' || b > '~' {
				t.Fatalf("%q becomes %q", name, attachment(name))
			}
		}
		if n := strings.Count(attachment(name), `"`); n != 2 {
			t.Fatalf("%q has %d quotes: %q", name, n, attachment(name))
		}
	})
}

// asked puts a released file into the link, which Imogen asks to withdraw.
func (h *house) asked() {
	h.arrived(noon)
	h.store.Given(1, uploadlink.Stream(link),
		uploadlink.BatchReleased{Batch: batch, Files: []uuid.UUID{statem}, Cause: uploadlink.WindowEnded, At: noon},
		uploadlink.WithdrawalRequested{File: statem, Reason: event.Of(farrow, "Wrong month"), At: noon})
	f := fileRow()
	f.Withdrawal = linkapp.Withdrawal{State: linkapp.WithdrawalAsked, Asks: 1, AskedAt: noon, Reason: "Wrong <month>"}
	h.shelf.files = []linkapp.FileRow{f}
}

// U5: all about one file is on its page, and there the practice answers.
func TestFilePage(t *testing.T) {
	h := newHouse(t).signIn()
	f := fileRow()
	f.Late, f.SameAs = true, farrow
	h.shelf.files = []linkapp.FileRow{f}
	path := "/files/" + statem.String()
	h.get(path).want(t, 200, "Überweisung &#34;März&#34;.pdf</h1>", "scan.pdf", strings.Repeat("ab", 32), `readonly value="`+strings.Repeat("ab", 32)+`"`, ">11 bytes<",
		"after the deadline; it was started before", "an earlier file of the same person", `href="/upload-links/`+link.String()+`"`, `href="/batches/`+batch.String()+`"`).lacks(t, "asks to withdraw", "Destroy")
	h.get("/files/"+uuid.NewString()).want(t, http.StatusNotFound)
	h.shelf.gone = map[uuid.UUID]error{statem: uploadlink.ErrWithdrawn}
	h.get(path).want(t, http.StatusGone, "withdrawn by the person who sent it")
	h.get(path+"/content").want(t, http.StatusGone)
}

func TestAnswerWithdrawal(t *testing.T) {
	path := "/files/" + statem.String()
	command := func() url.Values { return url.Values{"command": {uuid.NewString()}} }
	t.Run("given up", func(t *testing.T) {
		h := newHouse(t).signIn()
		h.asked()
		h.get(path).want(t, 200, "Imogen asks to withdraw this file", "Wrong &lt;month&gt;", "destroyed, here and for good", `action="`+path+`/withdrawal/acceptance"`, `action="`+path+`/withdrawal/refusal"`)
		form := command()
		for range 2 { // pressed twice it is once
			if a := h.post(path+"/withdrawal/acceptance", form).want(t, http.StatusSeeOther); !strings.HasPrefix(a.Header().Get("Location"), "/upload-links/"+link.String()) {
				t.Errorf("leads to %q", a.Header().Get("Location"))
			}
		}
		if got := h.events(uploadlink.Stream(link), 6); got != "uploadlink.withdrawal_accepted" {
			t.Errorf("events %q", got)
		}
		log := h.store.Log()
		if by := log[len(log)-1].Meta.Actor; by.Kind != event.Staff || by.ID != priya.ID {
			t.Errorf("recorded as the act of %+v", by)
		}
		form = command()
		form.Set("reason", "too late")
		h.post(path+"/withdrawal/refusal", form).want(t, http.StatusGone, "withdrawn by the person who sent it")
	})
	t.Run("kept, for a reason", func(t *testing.T) {
		h := newHouse(t).signIn()
		h.asked()
		form := command()
		form.Set("reason", "  ")
		h.post(path+"/withdrawal/refusal", form).want(t, http.StatusUnprocessableEntity, "Say why you keep the file", `id="reason-problem"`, "<title>Error: ")
		long := strings.Repeat("Because. ", 200)
		form = command()
		form.Set("reason", long)
		h.post(path+"/withdrawal/refusal", form).want(t, http.StatusUnprocessableEntity, "at most 1000 fit", long+"</textarea>")
		form.Set("reason", "It is in the return")
		form.Set("command", uuid.NewString())
		h.post(path+"/withdrawal/refusal", form).want(t, http.StatusSeeOther)
		h.post(path+"/withdrawal/refusal", form).want(t, http.StatusSeeOther)
		if got := h.events(uploadlink.Stream(link), 6); got != "uploadlink.withdrawal_refused" {
			t.Errorf("events %q", got)
		}
		h.shelf.files[0].Withdrawal = linkapp.Withdrawal{State: linkapp.WithdrawalRefused, Asks: 1, AnsweredAt: noon, Answer: "It is in the return"}
		h.get(path).want(t, 200, "and you kept it", "It is in the return").lacks(t, "Destroy the file")
		h.post(path+"/withdrawal/acceptance", command()).want(t, http.StatusConflict, "Nobody is asking for this file back")
	})
	t.Run("another practice's file, or one that nobody asked for", func(t *testing.T) {
		h := newHouse(t).signIn()
		h.post("/files/"+uuid.NewString()+"/withdrawal/acceptance", command()).want(t, http.StatusNotFound)
		h.post("/files/"+uuid.NewString()+"/withdrawal/refusal", command()).want(t, http.StatusNotFound)
		h.post(path+"/withdrawal/acceptance", nil).want(t, http.StatusUnprocessableEntity)
	})
}
