package main

import (
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"sync"
)

// trusting makes a request's RemoteAddr the person's: what comes from a trusted proxy is believed about the hop before
// it, from the right to the left, until an address that nobody vouches for. Headers of strangers say nothing (threat T10).
//
// A neighbour that sends such a header is a proxy, very likely. Where it isn't trusted, everybody looks like one address,
// and one guesser slows all of them down: the log says so, once.
func trusting(proxies []netip.Prefix, log *slog.Logger, next http.Handler) http.Handler {
	trusted := func(a netip.Addr) bool {
		for _, p := range proxies {
			if p.Contains(a.Unmap()) {
				return true
			}
		}
		return false
	}
	var once sync.Once
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil || !trusted(peer.Addr()) {
			if a := peer.Addr().Unmap(); (a.IsLoopback() || a.IsPrivate()) && r.Header.Get("X-Forwarded-For") != "" {
				once.Do(func() {
					log.Warn("requests come through a proxy that isn't trusted, so everybody has its address; name it in PORTICO_TRUSTED_PROXIES", "proxy", a.String())
				})
			}
			next.ServeHTTP(w, r)
			return
		}
		person := peer.Addr()
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for i := len(hops) - 1; i >= 0; i-- {
			hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
			if err != nil {
				break
			}
			person = hop.Unmap()
			if !trusted(hop) {
				break
			}
		}
		r.RemoteAddr = netip.AddrPortFrom(person, peer.Port()).String()
		next.ServeHTTP(w, r)
	})
}

// version is the program's, as the Go tool recorded it.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}
