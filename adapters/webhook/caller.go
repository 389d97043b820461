// Package webhook calls the endpoints of practices. Their addresses are typed by people, so each call is made as if an enemy
// had typed it: where a name leads to is looked at when the connection is made, and at nothing else.
package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"
	"unicode"

	app "portico/app/webhook"
	"portico/domain/webhook"
)

// Limits of one call.
const (
	callLimit   = 15 * time.Second
	dialLimit   = 5 * time.Second
	headerBytes = 32 << 10
)

// Caller makes the calls. The zero value goes to the internet only.
type Caller struct {
	// Networks are those inside that may be called all the same, by http:// and on any port.
	Networks []netip.Prefix
	// Roots are who may vouch for a server; nil: whom the system trusts.
	Roots *tls.Config
}

var _ app.Caller = Caller{}

// What the practice reads when a call has failed. None of it tells what is inside of a network, or where a name leads to.
var (
	errInside  = errors.New("the address leads into a network that can’t be called from here")
	errPort    = errors.New("the address has a port that can’t be called from here")
	errPlain   = errors.New("the address doesn’t begin with https://")
	errName    = errors.New("the name of the server can’t be found")
	errTime    = errors.New("the receiver did not answer in time")
	errTLS     = errors.New("the receiver’s certificate is not valid for this address")
	errRefused = errors.New("the receiver can’t be reached")
)

// Call is app.Caller. A redirection is an answer like any other: nobody is followed.
func (c Caller) Call(ctx context.Context, m app.Call) (app.Answer, error) {
	u, err := url.Parse(m.URL)
	if err != nil || u.User != nil || u.Hostname() == "" {
		return app.Answer{}, errRefused
	}
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, m.URL, bytes.NewReader(m.Body))
	if err != nil {
		return app.Answer{}, errRefused
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Portico-Webhooks/1")
	r.Header.Set("Webhook-Id", m.ID)
	r.Header.Set("Webhook-Timestamp", m.Timestamp)
	r.Header.Set("Webhook-Signature", m.Signature)
	client := http.Client{
		Transport:     c.transport(u.Scheme == "https"),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	defer client.CloseIdleConnections()
	answer, err := client.Do(r) //nolint:bodyclose // it is, below
	if err != nil {
		return app.Answer{}, reason(err)
	}
	defer answer.Body.Close()
	first, _ := io.ReadAll(io.LimitReader(answer.Body, app.MaxAnswer)) // an answer that breaks off has a status all the same
	return app.Answer{Status: answer.StatusCode, Body: readable(first)}, nil
}

// transport connects for one call: no proxy, no connection of an earlier call, nothing unpacked.
func (c Caller) transport(safe bool) *http.Transport {
	dialer := net.Dialer{Timeout: dialLimit, KeepAlive: -1, Control: func(_, address string, _ syscall.RawConn) error { return c.check(address, safe) }}
	return &http.Transport{
		DialContext: dialer.DialContext, TLSClientConfig: c.Roots.Clone(), TLSHandshakeTimeout: dialLimit, ResponseHeaderTimeout: callLimit,
		MaxResponseHeaderBytes: headerBytes, DisableKeepAlives: true, DisableCompression: true, ForceAttemptHTTP2: true,
	}
}

// check looks at the address that the connection is about to be made to, after the name was looked up: there is no moment
// between this and the connection in which the name could lead elsewhere.
func (c Caller) check(address string, safe bool) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return errInside
	}
	ip := to.Addr().Unmap()
	for _, allowed := range c.Networks {
		if allowed.Contains(ip.WithZone("")) {
			return nil
		}
	}
	switch {
	case !webhook.Public(to.Addr()):
		return errInside
	case !safe:
		return errPlain
	case to.Port() != 443 && to.Port() != 8443:
		return errPort
	}
	return nil
}

func reason(err error) error {
	for _, own := range []error{errInside, errPort, errPlain} {
		if errors.Is(err, own) {
			return own
		}
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return errName
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return errTLS
	}
	if t, ok := errors.AsType[net.Error](err); ok && t.Timeout() {
		return errTime
	}
	return errRefused
}

// readable is an answer as text that does no harm on a page or in a log.
func readable(b []byte) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return '·'
	}, strings.ToValidUTF8(string(b), "·"))
}
