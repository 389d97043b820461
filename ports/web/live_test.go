package web

import (
	"bufio"
	"net/http"
	"strings"
	"testing"
	"time"

	"portico/app/live"

	"github.com/google/uuid"
)

// follow opens a stream as the house's browser and returns its lines, and what answered.
func (h *house) follow(t *testing.T, address, path string) (*bufio.Reader, *http.Response) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range h.jar {
		r.AddCookie(c)
	}
	client := http.Client{Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { answer.Body.Close() })
	return bufio.NewReader(answer.Body), answer
}

// line is the next line that says something.
func line(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	for {
		text, err := r.ReadString('\n')
		if err != nil {
			t.Fatalf("the stream ends: %v", err)
		}
		if text = strings.TrimSpace(text); text != "" && text != ":" {
			return text
		}
	}
}

// A browser hears what has changed as it happens, and nothing of what stands in it; the streams end with the server.
func TestLive(t *testing.T) {
	t.Parallel()
	h := newHouse(t).signIn().enter()
	address := h.opened(Patience{})
	colleague, answer := h.follow(t, address, "/live")
	if got := answer.Header.Get("Content-Type"); got != "text/event-stream" || answer.Header.Get("X-Accel-Buffering") != "no" || !strings.Contains(answer.Header.Get("Cache-Control"), "no-store") {
		t.Errorf("the stream is %q, %v", got, answer.Header)
	}
	contact, _ := h.follow(t, address, "/portal/live")
	for _, r := range []*bufio.Reader{colleague, contact} {
		if got := line(t, r); !strings.HasPrefix(got, "retry: ") {
			t.Errorf("it begins with %q", got)
		}
	}
	one, other := live.Change{Kind: "task", ID: newTestID(71)}, live.Change{Kind: "task", ID: newTestID(72)}
	h.server.Live.Tell(live.News{Firm: 1, Change: other}, live.News{Firm: 1, Change: one, Contacts: []uuid.UUID{ingrid.Contact}})
	for _, want := range []live.Change{other, one} {
		if got := line(t, colleague); got != `data: {"kind":"task","id":"`+want.ID.String()+`"}` {
			t.Errorf("a colleague hears %s", got)
		}
	}
	if got := line(t, contact); got != `data: {"kind":"task","id":"`+one.ID.String()+`"}` {
		t.Errorf("the contact hears %s", got)
	}
	h.server.Live.Stir()
	if got := line(t, contact); got != "data: {}" {
		t.Errorf("who has to look at everything hears %s", got)
	}
	h.server.Live.Close()
	for _, r := range []*bufio.Reader{colleague, contact} {
		for text := ""; ; {
			var err error
			if text, err = r.ReadString('\n'); err != nil {
				break
			}
			if strings.Contains(text, "task") {
				t.Errorf("after the end comes %s", text)
			}
		}
	}
}

// Nobody follows without a session.
func TestLiveNeedsASession(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for path, door := range map[string]string{"/live": "/login", "/portal/live": "/portal/login"} {
		a := h.get(path)
		if to := a.Header().Get("Location"); a.Code != http.StatusSeeOther || !strings.HasPrefix(to, door) {
			t.Errorf("%s answers %d and leads to %q", path, a.Code, to)
		}
	}
}

// A page says what it shows, so that a browser asks for it when that changes and not for everything else.
func TestFollows(t *testing.T) {
	t.Parallel()
	id := newTestID(7).String()
	for path, want := range map[string]string{
		"/tasks": "task", "/tasks/" + id: "task:" + id, "/tasks/new": "task", "/upload-links/" + id: "uploadlink:" + id, "/clients/" + id: "", "/": "", "/inbox": "",
	} {
		if got := follows(path); got != want {
			t.Errorf("%s shows %q, want %q", path, got, want)
		}
	}
}
