package web

import (
	"log/slog"
	"net/http"
	"strings"
)

// looker is who seems to look at a link.
type looker string

const (
	browser looker = "browser"
	scanner looker = "scanner" // of a mail gateway, a chat's preview, a program
)

// scanners are words in the user agents of what looks at links without a person.
var scanners = []string{
	"bot", "crawl", "spider", "scan", "preview", "safelinks", "proofpoint", "mimecast", "barracuda", "urldefense", "facebookexternalhit",
	"slack", "whatsapp", "telegram", "skypeuripreview", "headless", "phantom", "curl", "wget", "python", "java/", "go-http-client", "libwww", "okhttp", "powershell",
}

// lookerAt guesses, and nothing is decided on it: a scanner may look like a browser, and does no harm either (L1). A
// browser says Mozilla, wants HTML in some language, and, where it says at all, that a person went there in a tab.
func lookerAt(r *http.Request) looker {
	h := r.Header
	agent := strings.ToLower(h.Get("User-Agent"))
	switch {
	case r.Method != http.MethodGet, !strings.Contains(h.Get("Accept"), "text/html"), h.Get("Accept-Language") == "", !strings.HasPrefix(agent, "mozilla/"):
		return scanner
	case h.Get("Purpose") == "prefetch", strings.Contains(h.Get("Sec-Purpose"), "prefetch"), h.Get("X-Purpose") == "preview":
		return scanner
	case h.Get("Sec-Fetch-Mode") != "" && (h.Get("Sec-Fetch-Mode") != "navigate" || h.Get("Sec-Fetch-Dest") != "document"):
		return scanner
	}
	for _, word := range scanners {
		if strings.Contains(agent, word) {
			return scanner
		}
	}
	return browser
}

// noteLook logs and counts a look at a link, scanners apart from browsers (L1, S1.i19). The line has ids, never the
// secret; the link's history hears nothing of it.
func (s *Server) noteLook(r *http.Request, a access) {
	by := lookerAt(r)
	s.looks.WithLabelValues(string(by)).Inc()
	s.Log.LogAttrs(r.Context(), slog.LevelInfo, "link looked at", slog.String("by", string(by)), slog.String("link", a.Link.String()),
		slog.String("recipient", a.Recipient.String()), slog.Int("generation", a.Generation))
}
