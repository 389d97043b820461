package web

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"portico/app/transfer"
	"portico/app/transfer/transfertest"

	"github.com/google/uuid"
)

const testLimit int64 = 5_368_002_597 // S1.i11

type tusWorld struct {
	*transfertest.World
	t     *testing.T
	url   string
	blobs *transfertest.Blobs
	svc   *transfer.Service
}

// newTus serves one recipient's uploads at /u/secret/ and another's at /u/other/.
func newTus(t *testing.T) *tusWorld {
	blobs := &transfertest.Blobs{}
	world := transfertest.NewWorld(&transfertest.Rows{}, blobs)
	limits := world.Limit
	limits.MaxSize = testLimit
	svc := &transfer.Service{Rows: world.Rows, Blobs: blobs, Link: world.Link, Limits: limits}
	u := Uploads{Transfers: svc, Log: slog.New(slog.DiscardHandler)}
	mux := http.NewServeMux()
	for name, recipient := range map[string]uuid.UUID{"secret": world.Owner.Recipient, "other": transfertest.NewID()} {
		base := "/u/" + name
		let := func(h http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				a := access{Firm: 1, Link: world.Owner.Link, Recipient: recipient, Generation: 1, Base: base}
				h.ServeHTTP(w, r.WithContext(withAccess(r.Context(), a)))
			})
		}
		mux.Handle(base+"/uploads/", let(u))
		mux.Handle("POST "+base+"/files", let(u.handle(u.form)))
	}
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return &tusWorld{World: world, t: t, url: srv.URL, blobs: blobs, svc: svc}
}

type answer struct {
	*http.Response
	problem problem
}

// do sends one request; headers are pairs.
func (w *tusWorld) do(method, path string, body io.Reader, headers ...string) answer {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, w.url+path, body)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i < len(headers); i += 2 {
		if headers[i+1] == "" {
			r.Header.Del(headers[i])
		} else {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	c := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := c.Do(r)
	if err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	a := answer{Response: resp}
	text, _ := io.ReadAll(resp.Body)
	if resp.Header.Get("Content-Type") == "application/problem+json" && len(text) > 0 {
		if err := json.Unmarshal(text, &a.problem); err != nil {
			w.t.Fatalf("%s: %v", text, err)
		}
	}
	return a
}

func (w *tusWorld) want(a answer, status int, rule string) {
	w.t.Helper()
	if a.StatusCode != status || rule != "" && !strings.HasSuffix(a.problem.Type, rule) {
		w.t.Errorf("got %d %q %q; want %d %q", a.StatusCode, a.problem.Type, a.problem.Detail, status, rule)
	}
}

func named(name string) string {
	return "filename " + base64.StdEncoding.EncodeToString([]byte(name)) + ",filetype " + base64.StdEncoding.EncodeToString([]byte("application/pdf"))
}

// begin creates an upload and returns its path.
func (w *tusWorld) begin(name string, size int) string {
	w.t.Helper()
	a := w.do("POST", "/u/secret/uploads/", nil, "Upload-Length", strconv.Itoa(size), "Upload-Metadata", named(name))
	w.want(a, 201, "")
	return a.Header.Get("Location")
}

func (w *tusWorld) patch(path string, offset int, body io.Reader) answer {
	w.t.Helper()
	return w.do("PATCH", path, body, "Upload-Offset", strconv.Itoa(offset), "Content-Type", tusMedia)
}

func id(path string) uuid.UUID { return uuid.MustParse(path[strings.LastIndexByte(path, '/')+1:]) }

func TestTusUpload(t *testing.T) {
	w := newTus(t)
	content := transfertest.PDF(300_000, 1)
	path := w.begin("Beleg.pdf", len(content))
	if !strings.HasPrefix(path, "/u/secret/uploads/") {
		t.Fatalf("Location %q, want it relative and below the base", path)
	}
	a := w.do("HEAD", path, nil)
	w.want(a, 200, "")
	if a.Header.Get("Upload-Offset") != "0" || a.Header.Get("Upload-Length") != "300000" || a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("HEAD: %v", a.Header)
	}
	if expires, err := http.ParseTime(a.Header.Get("Upload-Expires")); err != nil || time.Until(expires) < 23*time.Hour {
		t.Errorf("L4: Upload-Expires %v, %v", expires, err)
	}
	a = w.patch(path, 0, bytes.NewReader(content[:100_000]))
	w.want(a, 204, "")
	if a.Header.Get("Upload-Offset") != "100000" || a.Header.Get("Tus-Resumable") != "1.0.0" {
		t.Errorf("PATCH: %v", a.Header)
	}
	w.want(w.patch(path, 0, strings.NewReader("x")), 409, "upload.offset")
	w.want(w.patch(path, 100_000, bytes.NewReader(content)), 413, "uploadlink.too_large")
	a = w.patch(path, 100_000, bytes.NewReader(content[100_000:]))
	w.want(a, 204, "")
	w.CheckArrived(t, id(path), content)
	sum := sha256.Sum256(content)
	for _, a := range []answer{a, w.do("HEAD", path, nil), w.patch(path, 300_000, nil)} {
		if a.Header.Get("Upload-Offset") != "300000" || a.Header.Get("Repr-Digest") != "sha-256=:"+base64.StdEncoding.EncodeToString(sum[:])+":" {
			t.Errorf("complete: %d %v", a.StatusCode, a.Header)
		}
	}
	w.want(w.do("DELETE", path, nil), 409, "upload.received")
}

func TestTusCreationWithUpload(t *testing.T) {
	w := newTus(t)
	for _, c := range []struct{ size, sent int }{{5000, 5000}, {2 << 20, 2 << 20}, {200_000, 70_000}} {
		content := transfertest.PDF(c.size, 2)
		a := w.do("POST", "/u/secret/uploads/", bytes.NewReader(content[:c.sent]),
			"Upload-Length", strconv.Itoa(c.size), "Upload-Metadata", named("a.pdf"), "Content-Type", tusMedia)
		w.want(a, 201, "")
		path := a.Header.Get("Location")
		if a.Header.Get("Upload-Offset") != strconv.Itoa(c.sent) {
			t.Errorf("%d of %d: offset %s", c.sent, c.size, a.Header.Get("Upload-Offset"))
		}
		if c.sent < c.size {
			w.want(w.patch(path, c.sent, bytes.NewReader(content[c.sent:])), 204, "")
		}
		w.CheckArrived(t, id(path), content)
	}
}

func TestTusTermination(t *testing.T) {
	w := newTus(t)
	path := w.begin("a.pdf", 100)
	w.want(w.do("DELETE", path, nil), 204, "")
	w.want(w.do("HEAD", path, nil), 410, "")
	w.want(w.patch(path, 0, strings.NewReader("x")), 410, "upload.gone")
	w.want(w.do("DELETE", path, nil), 410, "upload.gone")
	if got := w.Link.Ended(id(path)); len(got) != 1 || got[0] != transfer.Cancelled {
		t.Errorf("events: %v", got)
	}
	if _, err := w.blobs.Open(id(path)); err == nil {
		t.Error("the bytes are still there")
	}
}

func TestTusRefusals(t *testing.T) {
	w := newTus(t)
	create := func(headers ...string) answer { return w.do("POST", "/u/secret/uploads/", nil, headers...) }
	pdf := named("a.pdf")
	hint := func(start string) string {
		inner := base64.StdEncoding.EncodeToString([]byte(start))
		return pdf + ",head " + base64.StdEncoding.EncodeToString([]byte(inner))
	}
	limit := strconv.FormatInt(testLimit, 10)

	w.want(create("Upload-Length", limit, "Upload-Metadata", pdf), 201, "") // S1.i11: at the limit
	a := create("Upload-Length", strconv.FormatInt(testLimit+1, 10), "Upload-Metadata", pdf)
	w.want(a, 413, "uploadlink.too_large") // and one byte more
	// S1.i10: the page says the same before it asks; see refusal in picking.js.
	if want := "This file has 5,368,002,598 bytes; at most 5,368,002,597 (4.999342 GB) are accepted. Compress it, split it, or ask the practice for another way."; a.problem.Detail != want {
		t.Errorf("%q", a.problem.Detail)
	}
	w.want(create("Upload-Length", "0", "Upload-Metadata", pdf), 422, "uploadlink.empty")
	w.want(create("Upload-Length", "10", "Upload-Metadata", named("a.exe")), 415, "uploadlink.type")
	w.want(create("Upload-Length", "10"), 415, "uploadlink.type")
	w.want(create("Upload-Length", "1000", "Upload-Metadata", hint("MZ\x90\x00\x03")), 415, "uploadlink.type")
	w.want(create("Upload-Length", "1000", "Upload-Metadata", hint("%PDF-1.4")), 201, "")
	for _, h := range [][]string{
		{}, {"Upload-Length", "-1"}, {"Upload-Length", "1e3"}, {"Upload-Length", "99999999999999999999"}, {"Upload-Length", "+1"}, {"Upload-Length", " 1 2"},
		{"Upload-Length", "10", "Upload-Metadata", "filename !!!"}, {"Upload-Length", "10", "Upload-Metadata", pdf + "," + pdf},
		{"Upload-Length", "10", "Upload-Metadata", strings.Repeat("a", 9000)},
		{"Upload-Defer-Length", "1", "Upload-Metadata", pdf}, {"Upload-Length", "10", "Upload-Concat", "partial", "Upload-Metadata", pdf},
		{"Upload-Length", "10", "X-HTTP-Method-Override", "PATCH", "Upload-Metadata", pdf},
	} {
		w.want(create(h...), 400, "tus.request")
	}
	w.want(create("Tus-Resumable", "0.2.2", "Upload-Length", "10"), 412, "tus.version")
	w.want(create("Tus-Resumable", "", "Upload-Length", "10"), 412, "tus.version")
	w.want(w.do("GET", "/u/secret/uploads/", nil), 405, "tus.method")

	path := w.begin("a.pdf", 100)
	w.want(w.do("GET", path, nil), 405, "tus.method")
	w.want(w.do("POST", path, nil, "X-HTTP-Method-Override", "DELETE"), 405, "tus.method")
	w.want(w.do("PATCH", path, strings.NewReader("x"), "Upload-Offset", "0"), 415, "tus.content_type")
	w.want(w.do("PATCH", path, strings.NewReader("x"), "Content-Type", tusMedia), 400, "tus.request")
	w.want(w.do("PATCH", path, strings.NewReader("x"), "Content-Type", tusMedia, "Upload-Offset", "-5"), 400, "tus.request")
	if len(w.Link.Arrived(id(path))) != 0 {
		t.Error("something arrived")
	}
	o := w.do("OPTIONS", "/u/secret/uploads/", nil, "Tus-Resumable", "")
	if o.StatusCode != 204 || o.Header.Get("Tus-Max-Size") != limit || o.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("OPTIONS: %d %v", o.StatusCode, o.Header)
	}
	w.svc.Allowed = func(context.Context, int32) (transfer.Allowance, error) {
		return transfer.Allowance{MaxSize: 4711}, nil
	}
	if o := w.do("OPTIONS", "/u/secret/uploads/", nil, "Tus-Resumable", ""); o.Header.Get("Tus-Max-Size") != "4711" { // S1.i11
		t.Errorf("OPTIONS of a practice with a limit of its own: %d %v", o.StatusCode, o.Header)
	}
	w.svc.Allowed = func(context.Context, int32) (transfer.Allowance, error) {
		return transfer.Allowance{}, errors.New("down")
	}
	w.want(w.do("OPTIONS", "/u/secret/uploads/", nil, "Tus-Resumable", ""), 503, "web.broken")
}

// F17, threat T24: an id is one spelling of a UUID that this recipient owns, and nothing else is looked for.
func TestTusIDs(t *testing.T) {
	w := newTus(t)
	path := w.begin("a.pdf", 100)
	mine := id(path).String()
	for _, odd := range []string{
		"..%2f" + mine, "%2e%2e%2f" + mine, mine + "%2f", mine + "%00", strings.ToUpper(mine), "{" + mine + "}", "urn:uuid:" + mine,
		strings.ReplaceAll(mine, "-", ""), uuid.NewString(), transfertest.NewID().String(), "0", mine + "%20", mine + "/", mine + "/x", "..%5c" + mine,
	} {
		for _, method := range []string{"HEAD", "DELETE", "PATCH"} {
			a := w.do(method, "/u/secret/uploads/"+odd, nil, "Upload-Offset", "0", "Content-Type", tusMedia)
			if a.StatusCode != 404 {
				t.Errorf("%s %s: %d", method, odd, a.StatusCode)
			}
		}
	}
	for _, method := range []string{"HEAD", "DELETE"} {
		w.want(w.do(method, "/u/other/uploads/"+mine, nil), 404, "") // another recipient of the same link (S1.i14)
	}
	w.want(w.do("HEAD", path, nil), 200, "")
}

func TestTusContent(t *testing.T) {
	w := newTus(t)
	path := w.begin("a.pdf", 5000)
	w.want(w.patch(path, 0, strings.NewReader("MZ"+strings.Repeat("\x90", 4998))), 415, "uploadlink.type")
	w.want(w.do("HEAD", path, nil), 410, "")
	if got := w.Link.Ended(id(path)); len(got) != 1 || got[0] != transfer.RefusedType {
		t.Errorf("events: %v", got)
	}
	a := w.do("POST", "/u/secret/uploads/", strings.NewReader("<html>"), "Upload-Length", "6", "Upload-Metadata", named("a.pdf"), "Content-Type", tusMedia)
	w.want(a, 415, "uploadlink.type")
}

// S1.i15, L3, L4, F15.
func TestTusLinkEnds(t *testing.T) {
	w := newTus(t)
	content := transfertest.PDF(5000, 1)
	path, other := w.begin("a.pdf", 5000), w.begin("b.pdf", 5000)
	w.want(w.patch(path, 0, bytes.NewReader(content[:100])), 204, "")
	w.Link.Expire()
	w.want(w.do("POST", "/u/secret/uploads/", nil, "Upload-Length", "10", "Upload-Metadata", named("a.pdf")), 410, "uploadlink.expired")
	w.want(w.do("HEAD", path, nil), 200, "")
	w.want(w.patch(path, 100, bytes.NewReader(content[100:])), 204, "")
	w.CheckArrived(t, id(path), content)
	w.Link.Revoke()
	w.want(w.patch(other, 0, bytes.NewReader(content)), 410, "uploadlink.revoked")
	w.want(w.do("HEAD", other, nil), 410, "")
	if got := w.Link.Ended(id(other)); len(got) != 1 || got[0] != transfer.LinkRevoked {
		t.Errorf("events: %v", got)
	}
}

// zombie opens a PATCH, sends part of it and then nothing, without ever closing.
func (w *tusWorld) zombie(path string, offset, length int, part []byte) net.Conn {
	w.t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
	if err != nil {
		w.t.Fatal(err)
	}
	fmt.Fprintf(c, "PATCH %s HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nContent-Type: %s\r\nUpload-Offset: %d\r\nContent-Length: %d\r\n\r\n",
		path, tusMedia, offset, length)
	c.Write(part)
	return c
}

// F5, F27: over real sockets.
func TestTusTakeover(t *testing.T) {
	w := newTus(t)
	w.svc.Limits.CheckpointEvery = time.Minute
	for round := range 20 {
		content := transfertest.PDF(60_000, uint64(round))
		path := w.begin("a.pdf", len(content))
		dead := w.zombie(path, 0, len(content), content[:20_000])
		defer dead.Close()
		var offset int
		for end := time.Now().Add(5 * time.Second); offset < 20_000 && time.Now().Before(end); {
			offset, _ = strconv.Atoi(w.do("HEAD", path, nil).Header.Get("Upload-Offset"))
		}
		if offset != 20_000 {
			t.Fatalf("HEAD shows %d of the 20,000 bytes that came", offset)
		}
		w.want(w.patch(path, offset, bytes.NewReader(content[offset:])), 204, "")
		w.CheckArrived(t, id(path), content)
		dead.SetReadDeadline(time.Now().Add(5 * time.Second))
		if resp, err := http.ReadResponse(bufio.NewReader(dead), nil); err != nil || resp.StatusCode != 423 {
			t.Errorf("the one before: %v, %v; want 423", resp, err)
		}
	}
}

func TestTusForm(t *testing.T) {
	w := newTus(t)
	pdf := transfertest.PDF(70_000, 9)
	post := func(accept string, files map[string][]byte) answer {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		m.WriteField("note", "x")
		for name, content := range files {
			p, _ := m.CreateFormFile("files", name)
			p.Write(content)
		}
		m.Close()
		return w.do("POST", "/u/secret/files", &b, "Content-Type", m.FormDataContentType(), "Accept", accept, "Tus-Resumable", "")
	}
	a := post("text/html", map[string][]byte{"a.pdf": pdf})
	if a.StatusCode != 303 || a.Header.Get("Location") != "/u/secret/" {
		t.Errorf("%d %v", a.StatusCode, a.Header)
	}
	if len(w.Link.Received) != 1 {
		t.Fatalf("%d arrived", len(w.Link.Received))
	}
	for id := range w.Link.Received {
		w.CheckArrived(t, id, pdf)
	}
	w.want(post("application/json", map[string][]byte{"a.pdf": pdf, "b.pdf": pdf}), 201, "")
	w.want(post("application/json", nil), 422, "upload.no_file")
	w.want(post("application/json", map[string][]byte{"a.pdf": {}}), 422, "uploadlink.empty")
	w.want(post("application/json", map[string][]byte{"a.exe": pdf}), 415, "uploadlink.type")
	w.want(post("application/json", map[string][]byte{"a.pdf": []byte("words")}), 415, "uploadlink.type")
	if old, _ := w.blobs.Old(t.Context(), -time.Hour); len(old) != 3 {
		t.Errorf("%d blobs, want the 3 that arrived", len(old))
	}
	w.Link.Expire()
	w.want(post("application/json", map[string][]byte{"a.pdf": pdf}), 410, "uploadlink.expired")
}

func FuzzTusMetadata(f *testing.F) {
	f.Add("filename YS5wZGY=,filetype,head ")
	f.Fuzz(func(t *testing.T, text string) {
		if pairs, err := metadata(text); (pairs == nil) != (err != nil) {
			t.Fatal(pairs, err)
		}
	})
}
