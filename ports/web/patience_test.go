package web

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	linkapp "portico/app/uploadlink"
)

// hurried is a patience that a test can wait for.
var hurried = Patience{
	Head: 300 * time.Millisecond, Idle: 10 * time.Second, Form: 300 * time.Millisecond, Silence: 400 * time.Millisecond,
	FloorSpan: 300 * time.Millisecond, FloorRate: 10_000,
}

// opened serves the house with that patience on a real line.
func (h *house) opened(p Patience) (address string) {
	h.t.Helper()
	h.server.Patience = p
	h.build()
	line, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		h.t.Fatal(err)
	}
	server := p.Server(h.http, slog.New(slog.DiscardHandler))
	go func() { _ = server.Serve(line) }() // ends with Close
	h.t.Cleanup(func() { server.Close() })
	return line.Addr().String()
}

// raw is one connection, with what is said on it.
type raw struct {
	net.Conn
	t *testing.T
}

func dial(t *testing.T, address, text string) raw {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	_ = c.SetReadDeadline(time.Now().Add(30 * time.Second)) // so that a server that waits for ever fails the test
	return raw{c, t}
}

// trickle sends a byte each pause until the server has had enough of it, at most for a while.
func (r raw) trickle(pause time.Duration) {
	go func() {
		for range 1000 {
			if _, err := io.WriteString(r, "x"); err != nil {
				return
			}
			time.Sleep(pause)
		}
	}()
}

// status is that of the answer; 0 where the line was cut without one.
func (r raw) status() int {
	r.t.Helper()
	answer, err := http.ReadResponse(bufio.NewReader(r), nil)
	if n, ok := err.(net.Error); ok && n.Timeout() { //nolint:errorlint // a deadline's error comes as it is
		r.t.Fatal("the server waits for ever")
	}
	if err != nil {
		return 0
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body) // a line that is cut here was answered
	return answer.StatusCode
}

// Threat T30, notes 5.3: who opens a connection and says little doesn't keep it.
func TestSlowClientsAreLetGo(t *testing.T) {
	t.Run("half a head", func(t *testing.T) {
		t.Parallel()
		c := dial(t, newHouse(t).opened(hurried), "GET /login HTTP/1.1\r\nHost: x\r\nX-A: ")
		c.trickle(20 * time.Millisecond)
		if code := c.status(); code != 0 && code != http.StatusRequestTimeout && code != http.StatusBadRequest {
			t.Errorf("status %d", code)
		}
	})
	t.Run("a form that comes in drops", func(t *testing.T) {
		t.Parallel()
		c := dial(t, newHouse(t).opened(hurried), "POST /session HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nemail=")
		c.trickle(20 * time.Millisecond)
		if code := c.status(); code != http.StatusRequestTimeout {
			t.Errorf("status %d, want 408", code)
		}
	})
	t.Run("a file that comes in drops", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		c := dial(t, h.opened(hurried), "POST /u/"+h.token()+"/files HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n"+
			"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n")
		c.trickle(20 * time.Millisecond) // never silent, but far below the floor
		if code := c.status(); code != 0 && code < 400 {
			t.Errorf("status %d", code)
		}
	})
	t.Run("a file that stops coming", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		p := hurried
		p.FloorRate = 1
		c := dial(t, h.opened(p), "POST /u/"+h.token()+"/files HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n--b\r\n")
		if code := c.status(); code != 0 && code < 400 {
			t.Errorf("status %d", code)
		}
	})
	t.Run("a file of somebody without a right", func(t *testing.T) {
		t.Parallel()
		for _, path := range []string{"/u/nonsense/files", "/u/nonsense/uploads/", "/up/" + link.String() + "/files"} {
			c := dial(t, newHouse(t).opened(hurried), "POST "+path+" HTTP/1.1\r\nHost: x\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: 100000\r\n\r\n")
			c.trickle(20 * time.Millisecond)
			if code := c.status(); code != http.StatusNotFound && code != http.StatusUnauthorized && code != 0 {
				t.Errorf("%s: status %d", path, code)
			}
			if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%s: the connection is kept for as long as bytes trickle in", path)
			}
		}
	})
	t.Run("a form in drops over HTTP/2", func(t *testing.T) {
		t.Parallel()
		address := newHouse(t).opened(hurried)
		protocols := new(http.Protocols)
		protocols.SetUnencryptedHTTP2(true)
		client := &http.Client{Transport: &http.Transport{Protocols: protocols}}
		body, drops := io.Pipe()
		go func() {
			for range 1000 {
				if _, err := io.WriteString(drops, "x"); err != nil {
					return
				}
				time.Sleep(20 * time.Millisecond)
			}
		}()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+"/session", body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		body.Close()
		if answer.ProtoMajor != 2 || answer.StatusCode != http.StatusRequestTimeout {
			t.Errorf("%s %s, want 408", answer.Proto, answer.Status)
		}
	})
	t.Run("a reader who takes nothing", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t).signIn()
		h.shelf.files, h.shelf.blob = []linkapp.FileRow{fileRow()}, bytes.Repeat([]byte("x"), 64<<20) // more than any buffer on the way
		address := h.opened(hurried)
		c := dial(t, address, "GET /files/"+statem.String()+"/content HTTP/1.1\r\nHost: x\r\nCookie: portico="+session+"\r\n\r\n")
		for deadline := time.Now().Add(30 * time.Second); !strings.Contains(h.log.String(), "route=/files/{id}/content"); time.Sleep(20 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("the server goes on for a reader who takes nothing")
			}
		}
		if n, err := io.Copy(io.Discard, c); err == nil && n >= 64<<20 {
			t.Error("the whole file was sent")
		}
	})
	t.Run("a slow but honest reader and sender get through", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		address := h.opened(hurried)
		form := url.Values{"email": {priya.Email}, "password": {"correct horse battery"}}.Encode()
		c := dial(t, address, fmt.Sprintf("POST /session HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", len(form), form[:10]))
		time.Sleep(100 * time.Millisecond)
		_, _ = io.WriteString(c, form[10:]) // the answer tells
		if code := c.status(); code != http.StatusSeeOther {
			t.Errorf("status %d", code)
		}
	})
}

// Issue 3, section 2: limits on headers and bodies, wherever a file isn't expected.
func TestBodiesAndHeadsAreBounded(t *testing.T) {
	h := newHouse(t).signIn().redeemed()
	h.arrived(noon.Add(10 * time.Minute))
	address := h.opened(Patience{})
	c := dial(t, address, "GET /login HTTP/1.1\r\nHost: x\r\nX-Large: "+strings.Repeat("x", 100<<10)+"\r\n\r\n")
	if code := c.status(); code != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("100 KiB of headers: status %d, want 431", code)
	}
	large := strings.Repeat("x", 1<<20+1)
	before := len(h.store.Log())
	up := "/up/" + link.String()
	for _, path := range []string{
		"/session", "/session/end", "/clients", "/upload-links", "/upload-links/" + link.String() + "/resend", "/account/password",
		up + "/release", up + "/files/" + statem.String() + "/name", "/u/" + h.token() + "/redemption", "/nowhere",
	} {
		h.post(path, url.Values{"name": {large}}).want(t, http.StatusRequestEntityTooLarge, "1 MB")
	}
	h.do(http.MethodPut, up+"/files/"+statem.String()+"/name", strings.NewReader(`{"name":"`+large+`"}`), "Accept", "application/json").
		want(t, http.StatusRequestEntityTooLarge, "/problems/web.too_much")
	h.do(http.MethodPost, "/api/v1/clients", strings.NewReader(large)).want(t, http.StatusRequestEntityTooLarge, "/problems/web.too_much")
	// A body that doesn't say how long it is is read up to the limit.
	h.do(http.MethodPost, "/session", io.MultiReader(strings.NewReader("email="), strings.NewReader(large)), "Content-Type", "application/x-www-form-urlencoded").
		want(t, http.StatusRequestEntityTooLarge)
	h.do(http.MethodPut, up+"/files/"+statem.String()+"/name", io.MultiReader(strings.NewReader(`{"name":"`), strings.NewReader(large)), "Accept", "application/json").
		want(t, http.StatusRequestEntityTooLarge)
	if len(h.store.Log()) != before {
		t.Error("something was written")
	}
	h.post(up+"/files/"+statem.String()+"/name", url.Values{"name": {strings.Repeat("x", 10_000)}}).want(t, http.StatusUnprocessableEntity) // the rule's own words
}

// Threat T4: who tries secrets that open nothing is slowed down; people behind the same address are not.
func TestForgedSecretsAreSlowedDown(t *testing.T) {
	h := newHouse(t)
	forged := h.token()[:69] + "A"
	if forged == h.token() {
		forged = h.token()[:69] + "Q"
	}
	for range 60 {
		h.get("/u/"+forged).want(t, http.StatusNotFound, "This link is unknown")
	}
	if a := h.get("/u/"+forged).want(t, http.StatusTooManyRequests, "Wait 2 seconds"); a.Header().Get("Retry-After") != "2" {
		t.Errorf("Retry-After %q", a.Header().Get("Retry-After"))
	}
	h.post("/u/"+forged+"/redemption", nil).want(t, http.StatusTooManyRequests)
	h.do(http.MethodPost, "/u/x/uploads/", nil, "Accept", "*/*").want(t, http.StatusTooManyRequests, "/problems/account.slow_down")
	h.get("/u/"+h.token()).want(t, 200)
	h.redeemed().get("/up/"+link.String()+"/").want(t, 200)
	h.jar[0].Value = "forged"
	h.get("/up/"+link.String()+"/").want(t, http.StatusTooManyRequests)
	h.jar = nil
	h.get("/up/"+link.String()+"/").want(t, http.StatusUnauthorized) // no secret at all: nobody has guessed
}

// What the holder of a secret does is bounded, so that nobody fills the history by pressing a button: a browser without
// cookies is a new one each time.
func TestActsOfALinkAreBounded(t *testing.T) {
	h := newHouse(t)
	before := len(h.store.Log())
	pressed := 0 // a slow machine lets a few more through, because time goes by
	for ; pressed < 1200; pressed++ {
		if a := h.post("/u/"+h.token()+"/redemption", nil); a.Code != http.StatusSeeOther {
			a.want(t, http.StatusTooManyRequests, "Too many tries")
			break
		}
	}
	if pressed < 1000 || pressed == 1200 {
		t.Errorf("the pace holds after %d presses", pressed)
	}
	if n := len(h.store.Log()) - before; n != 20 {
		t.Errorf("%d events of %d presses, want 20 (rule 16)", n, pressed)
	}
	h.get("/u/"+h.token()).want(t, 200)
	other := rightID{link, newTestID(99)}
	if wait := h.server.paces.acts.take(other, time.Now()); wait != 0 {
		t.Errorf("another recipient waits %v", wait)
	}
}

func TestPace(t *testing.T) {
	p := pace[int]{burst: 2, every: time.Minute, most: 3}
	at := noon
	for i, want := range []time.Duration{0, 0, time.Minute, time.Minute} {
		if wait := p.take(1, at); wait != want {
			t.Errorf("try %d waits %v, want %v", i, wait, want)
		}
	}
	if wait := p.take(1, at.Add(time.Minute)); wait != 0 {
		t.Errorf("a minute later one waits %v", wait)
	}
	if wait := p.take(1, at.Add(time.Minute)); wait != time.Minute {
		t.Errorf("and the next %v", wait)
	}
	for key := range 1000 { // most of them find no room and share one count
		p.take(key, at.Add(time.Minute))
	}
	if len(p.full) > 3 {
		t.Errorf("%d keys are remembered", len(p.full))
	}
	if p.take(2000, at.Add(time.Minute)) == 0 {
		t.Error("a flood of keys is let through")
	}
	if wait := p.take(3000, at.Add(time.Hour)); wait != 0 || len(p.full) != 1 {
		t.Errorf("an hour later %v, %d keys", wait, len(p.full))
	}
}

func TestTurnstile(t *testing.T) {
	s := turnstile{all: 3, each: 2}
	one, two := rightID{link: link}, rightID{link: farrow}
	var out []func()
	for i, c := range []struct {
		who  rightID
		want error
	}{{one, nil}, {one, nil}, {one, errManyOpen}, {two, nil}, {two, errCrowded}} {
		leave, err := s.enter(c.who)
		if err != c.want { //nolint:errorlint // the very variables
			t.Errorf("%d: %v, want %v", i, err, c.want)
		}
		if err == nil {
			out = append(out, leave)
		}
	}
	for _, leave := range out {
		leave()
	}
	if s.inside != 0 || len(s.by) != 0 {
		t.Errorf("%d inside, %v", s.inside, s.by)
	}
}

// Issue 3, section 2: so many uploads run at once, of all and of one recipient; the next is told to come again, and may
// once another has ended.
func TestUploadsAtOnceAreBounded(t *testing.T) {
	for name, c := range map[string]struct {
		p    Patience
		code int
		rule string
	}{
		"of all":           {Patience{Uploads: 1}, http.StatusServiceUnavailable, "/problems/upload.crowded"},
		"of one recipient": {Patience{LinkUploads: 1}, http.StatusTooManyRequests, "/problems/upload.many_open"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			path := "/u/" + h.token() + "/files"
			slow := dial(t, h.opened(c.p), "POST "+path+" HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000\r\nExpect: 100-continue\r\n\r\n--b\r\n")
			if line, err := bufio.NewReader(slow).ReadString('\n'); err != nil || !strings.Contains(line, " 100 ") { // it has its place, and its content is being read
				t.Fatalf("the server says %q, %v", line, err)
			}
			// The other one asks as often as the door's pace lets it, and waits as it is told: a slow machine needs many tries.
			other := func() reply {
				for {
					a := h.do(http.MethodPost, path, strings.NewReader("--b--\r\n"), "Content-Type", "multipart/form-data; boundary=b", "Accept", "application/json")
					if !strings.Contains(a.text, "account.slow_down") {
						return a
					}
					seconds, err := strconv.Atoi(a.Header().Get("Retry-After"))
					if err != nil {
						t.Fatalf("it doesn't say when to come again: %v", err)
					}
					time.Sleep(time.Duration(seconds) * time.Second)
				}
			}
			a := other()
			if a.want(t, c.code, c.rule); a.Header().Get("Retry-After") == "" {
				t.Error("it doesn't say when to come again")
			}
			slow.Close()
			for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
				if a = other(); a.Code == http.StatusUnprocessableEntity && strings.Contains(a.text, "upload.no_file") {
					break
				}
				if time.Now().After(deadline) {
					t.Fatalf("the place isn't given back: %d %s", a.Code, a.text)
				}
			}
		})
	}
}
