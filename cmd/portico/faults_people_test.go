package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path"
	"runtime"
	"strconv"
	"strings"
	"time"

	"portico/app/transfer/transfertest"
)

// sender is a person who sends file after file through one secret, as the upload page does: after each failure it asks
// for the offset and goes on there.
type sender struct {
	*siege
	base   string // path of the secret's address
	place  int
	chance *rand.Rand
	n      int
	claims []*claim
}

func (p *sender) run() {
	for {
		select {
		case <-p.stop:
			return
		default:
		}
		p.n++
		if c := p.send(); c != nil && c.whole {
			p.ledger.arrived.Add(1)
			select {
			case p.due <- time.Now().Add(window):
			default:
			}
			p.change(c)
		}
	}
}

func (p *sender) often(ofHundred int) bool { return p.chance.IntN(100) < ofHundred }

// now tells the attacker that something is half done; nobody may be listening.
func (p *sender) now(moment string) {
	select {
	case p.moments[moment] <- struct{}{}:
	default:
	}
}

// patient waits for a server that was killed.
var patient = &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 50}}

// ask is one request; status 0 says that nobody knows what came of it.
func (p *sender) ask(method, address string, body io.Reader, length int, header ...string) (int, http.Header) {
	r, err := http.NewRequestWithContext(p.Context(), method, p.url(address), body)
	if err != nil {
		p.Error(err)
		return 0, nil
	}
	r.ContentLength = int64(length)
	r.Header.Set("Tus-Resumable", "1.0.0")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer, err := patient.Do(r)
	if p.Context().Err() != nil {
		runtime.Goexit() // the test has failed elsewhere
	}
	if err != nil {
		time.Sleep(20 * time.Millisecond)
		return 0, nil
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body) // the head has said it
	if answer.StatusCode >= 500 {
		time.Sleep(20 * time.Millisecond)
		return 0, nil
	}
	return answer.StatusCode, answer.Header
}

const octets = "application/offset+octet-stream"

// send sends one file, in one go or piece by piece; nil where its announcement was not answered.
func (p *sender) send() *claim {
	inOneGo := p.often(p.habits.inOneGo)
	size := 1<<10 + p.chance.IntN(60<<10)
	if !inOneGo {
		size = 100<<10 + p.chance.IntN(3<<20)
	}
	content := transfertest.PDF(size, uint64(p.place)<<16|uint64(p.n))
	digest := sha256.Sum256(content)
	c := &claim{recipient: p.base, names: []string{fmt.Sprintf("p%d-%05d.pdf", p.place, p.n)}, size: size, sum: hex.EncodeToString(digest[:])}
	about := []string{
		"Upload-Length", strconv.Itoa(size), "Upload-Metadata", "filename " + base64.StdEncoding.EncodeToString([]byte(c.names[0])),
	}
	var body io.Reader
	sent := 0
	if inOneGo {
		body, sent, about = bytes.NewReader(content), size, append(about, "Content-Type", octets)
	}
	p.now("append")
	status, header := p.ask("POST", p.base+"/uploads/", body, sent, about...)
	switch {
	case status == 0:
		p.ledger.mu.Lock()
		p.ledger.unsure[c.sum] = c.names[0]
		p.ledger.mu.Unlock()
		time.Sleep(200 * time.Millisecond)
		return nil
	case status == http.StatusTooManyRequests:
		time.Sleep(time.Second)
		return nil
	case status != http.StatusCreated:
		p.ledger.breach("announcing %s: %d", c.names[0], status)
		return nil
	}
	c.id, c.offered = path.Base(header.Get("Location")), sent
	if sent > 0 && header.Get("Upload-Offset") == "0" { // its bytes are there, and whether its link has heard of it nobody knows
		p.ledger.mu.Lock()
		p.ledger.unsure[c.sum] = c.names[0]
		p.ledger.mu.Unlock()
		return nil
	}
	p.ledger.mu.Lock()
	p.ledger.claims = append(p.ledger.claims, c)
	p.ledger.mu.Unlock()
	p.claims = append(p.claims, c)
	if sent > 0 {
		p.reached(c, header)
	}
	p.carryOn(c, content)
	return c
}

// carryOn sends what is missing, however often it is interrupted.
func (p *sender) carryOn(c *claim, content []byte) {
	at := p.base + "/uploads/" + c.id
	for !c.whole {
		if c.offset > 0 && p.often(p.habits.cancelled) {
			status, _ := p.insist("DELETE", at, nil)
			if c.cancelled = status == http.StatusNoContent || status == http.StatusGone; !c.cancelled {
				p.ledger.breach("%s: cancelling it is answered with %d", c.names[0], status)
			}
			p.ledger.cancelled.Add(1)
			return
		}
		from, piece := c.offset, content[c.offset:]
		if p.often(50) {
			piece = piece[:1+p.chance.IntN(len(piece))]
		}
		c.offered = max(c.offered, from+len(piece))
		status, header := p.ask("PATCH", at, p.slowly(piece), len(piece), "Content-Type", octets, "Upload-Offset", strconv.Itoa(from))
		switch status {
		case http.StatusNoContent:
			if !p.reached(c, header) {
				return
			}
			if c.offset != from+len(piece) {
				p.ledger.breach("%s: %d bytes from %d on were taken, and it stands at %d", c.names[0], len(piece), from, c.offset)
				return
			}
		case 0, http.StatusConflict, http.StatusLocked:
			if !p.lookAgain(c, at) {
				return
			}
		default:
			p.ledger.breach("%s: bytes from %d on are answered with %d", c.names[0], from, status)
			return
		}
	}
}

// lookAgain asks how far a file has come until somebody answers. What was acknowledged must be there.
func (p *sender) lookAgain(c *claim, at string) bool {
	for began := time.Now(); ; {
		if time.Since(began) > time.Minute {
			p.ledger.breach("%s: nobody says how far it is, for a minute", c.names[0])
			return false
		}
		switch status, header := p.ask("HEAD", at, nil, 0); status {
		case 0:
		case http.StatusOK:
			p.ledger.resumed.Add(1)
			return p.reached(c, header)
		default:
			p.ledger.breach("%s is lost: %d bytes were acknowledged, and asking for it is answered with %d", c.names[0], c.offset, status)
			return false
		}
	}
}

// reached notes an answered offset. It never goes back, and never beyond what was sent.
func (p *sender) reached(c *claim, header http.Header) bool {
	now, err := strconv.Atoi(header.Get("Upload-Offset"))
	if err != nil || now < c.offset || now > c.offered {
		p.ledger.breach("%s is lost in part: it stands at %q, %d bytes were acknowledged and %d sent", c.names[0], header.Get("Upload-Offset"), c.offset, c.offered)
		return false
	}
	if c.offset = now; now < c.size {
		return true
	}
	sum, _ := hex.DecodeString(c.sum)
	if digest := header.Get("Repr-Digest"); digest != "sha-256=:"+base64.StdEncoding.EncodeToString(sum)+":" {
		p.ledger.breach("%s is whole with the digest %q, want %s", c.names[0], digest, c.sum)
		return false
	}
	c.whole = true
	return true
}

// slowly is a body that stops for a moment in its middle, where the attacker may be waiting for it.
func (p *sender) slowly(piece []byte) io.Reader {
	half := len(piece) / 2
	return io.MultiReader(bytes.NewReader(piece[:half]), readerFunc(func() {
		select {
		case p.moments["upload"] <- struct{}{}:
		case <-time.After(20 * time.Millisecond):
		}
	}), bytes.NewReader(piece[half:]))
}

// readerFunc reads nothing, and does something at that moment.
type readerFunc func()

func (f readerFunc) Read([]byte) (int, error) {
	f()
	return 0, io.EOF
}

// insist repeats a command until it is answered, and tells whether earlier tries may have been heard.
func (p *sender) insist(method, address string, body []byte, header ...string) (status int, repeated bool) {
	for began := time.Now(); ; {
		if time.Since(began) > time.Minute {
			p.ledger.breach("%s %s: nobody answers, for a minute", method, strings.TrimPrefix(address, p.base))
			return 0, true
		}
		p.now("append")
		status, _ = p.ask(method, address, bytes.NewReader(body), len(body), header...)
		switch status {
		case 0:
			repeated = true
		case http.StatusTooManyRequests, http.StatusLocked:
			time.Sleep(100 * time.Millisecond)
		default:
			return status, repeated
		}
	}
}

// change does with a received file what people do. A window that has ended refuses all of it with 409.
func (p *sender) change(c *claim) {
	at := p.base + "/files/" + c.id
	if p.often(p.habits.renamed) {
		name := strings.TrimSuffix(c.names[0], ".pdf") + " b.pdf"
		status, repeated := p.insist("PUT", at+"/name", fmt.Appendf(nil, `{"name":%q}`, name), "Content-Type", "application/json")
		switch {
		case status == http.StatusNoContent:
			c.names = []string{name}
			p.ledger.renamed.Add(1)
		case status == http.StatusConflict && repeated:
			c.names = append(c.names, name)
		case status != http.StatusConflict:
			p.ledger.breach("%s: renaming it is answered with %d", c.names[0], status)
		}
	}
	if p.often(p.habits.deleted) {
		switch status, repeated := p.insist("DELETE", at, nil); {
		case status == http.StatusNoContent:
			c.deleted = sure
			p.ledger.deleted.Add(1)
		case status == http.StatusConflict && repeated:
			c.deleted = unsure
		case status != http.StatusConflict:
			p.ledger.breach("%s: deleting it is answered with %d", c.names[0], status)
		}
	}
	if p.often(p.habits.sentNow) {
		for _, c := range p.claims {
			c.askedNow = c.askedNow || c.whole
		}
		if status, _ := p.insist("POST", p.base+"/release", nil); status != http.StatusNoContent && status != http.StatusConflict {
			p.ledger.breach("sending now is answered with %d", status)
		} else if status == http.StatusNoContent {
			for _, c := range p.claims {
				c.sent = c.sent || c.whole
			}
			p.ledger.sentNow.Add(1)
		}
	}
}
