package main

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

func TestTrusting(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	for name, c := range map[string]struct {
		peer      string
		forwarded []string
		want      string
	}{
		"a stranger's header says nothing":   {"203.0.113.9:80", []string{"198.51.100.1"}, "203.0.113.9"},
		"the proxy's says who came":          {"10.0.0.1:80", []string{"198.51.100.1"}, "198.51.100.1"},
		"what the person forged stands left": {"10.0.0.1:80", []string{"127.0.0.1, 198.51.100.1"}, "198.51.100.1"},
		"two proxies":                        {"10.0.0.1:80", []string{"198.51.100.1, 10.0.0.2"}, "198.51.100.1"},
		"several headers are one list":       {"10.0.0.1:80", []string{"6.6.6.6", "198.51.100.1"}, "198.51.100.1"},
		"rubbish ends the search":            {"10.0.0.1:80", []string{"198.51.100.1, rubbish"}, "10.0.0.1"},
		"no header":                          {"10.0.0.1:80", nil, "10.0.0.1"},
		"an IPv4 address in IPv6 clothing":   {"[::ffff:10.0.0.1]:80", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		"an IPv6 proxy":                      {"[::1]:80", []string{"2001:db8::7"}, "2001:db8::7"},
	} {
		t.Run(name, func(t *testing.T) {
			var got netip.AddrPort
			h := trusting(proxies, slog.New(slog.DiscardHandler), http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = netip.MustParseAddrPort(r.RemoteAddr) }))
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr = c.peer
			for _, f := range c.forwarded {
				r.Header.Add("X-Forwarded-For", f)
			}
			h.ServeHTTP(httptest.NewRecorder(), r)
			if got.Addr().String() != c.want {
				t.Errorf("got %s", got)
			}
		})
	}
}

// A proxy that nobody named is told of, once; a stranger's header is not, because strangers may send what they like.
func TestAProxyThatIsNotTrusted(t *testing.T) {
	for peer, want := range map[string]int{"10.0.0.1:80": 1, "127.0.0.1:80": 1, "203.0.113.9:80": 0, "192.168.1.1:80": 0} {
		var log bytes.Buffer
		h := trusting([]netip.Prefix{netip.MustParsePrefix("192.168.0.0/16")}, slog.New(slog.NewTextHandler(&log, nil)), http.NotFoundHandler())
		for range 3 {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr = peer
			r.Header.Set("X-Forwarded-For", "198.51.100.1")
			h.ServeHTTP(httptest.NewRecorder(), r)
		}
		if n := strings.Count(log.String(), "PORTICO_TRUSTED_PROXIES"); n != want || strings.Contains(log.String(), "198.51.100.1") {
			t.Errorf("%s: told %d times, want %d: %s", peer, n, want, log.String())
		}
	}
}
