package web

import (
	"net/http"
	"strings"
)

// kind is the sort of a route; it decides what browsers may do with the answer.
type kind uint8

const (
	appPage     kind = iota // the practice's pages
	tokenPage               // the address carries a secret
	uploadPage              // a cookie of its own path carries it
	download                // a file that somebody sent
	framingPage             // shows a written mail in a frame
	framedMail              // that mail
	program                 // answered by the API
	portalPage              // a contact's, in the portal or before its door
	entryPage               // likewise, where the address carries a secret
	logoFile                // a practice's logo, as we have written it
	filmFile                // a practice's film, as it was brought
)

// Nothing inline runs or dresses a page, no string becomes a script (Trusted Types), nothing comes from elsewhere.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self'; font-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; " +
	"require-trusted-types-for 'script'; trusted-types 'none'"

// policies are the content security policies by kind. A file and a mail are shut in: whatever is in them does nothing.
var policies = map[kind]string{
	appPage: pagePolicy, tokenPage: pagePolicy, uploadPage: pagePolicy, entryPage: pagePolicy, portalPage: pagePolicy,
	download:    "default-src 'none'; sandbox; frame-ancestors 'none'",
	logoFile:    "default-src 'none'; style-src 'none'; sandbox; frame-ancestors 'none'",
	filmFile:    "default-src 'none'; sandbox; frame-ancestors 'none'",
	program:     "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
	framingPage: pagePolicy + "; frame-src 'self'",
	framedMail: "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; base-uri 'none'; " +
		"form-action 'none'; sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation",
}

// secure sets the headers of a kind of route.
//
// Referrer-Policy: an address that carries a secret tells nobody where a reader came from. Elsewhere it is same-origin
// and not no-referrer, because under that one browsers send forms with "Origin: null", and those without Sec-Fetch-Site
// would then fail the cross-origin check.
func (s *Server) secure(w http.ResponseWriter, k kind) {
	h := w.Header()
	h.Set("Content-Security-Policy", policies[k])
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()")
	h.Set("X-Robots-Tag", "noindex")
	h.Set("Cache-Control", "private, no-store")
	if k == tokenPage || k == entryPage {
		h.Set("Referrer-Policy", "no-referrer")
	}
	if s.Secure {
		h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
	}
}

// guard refuses unsafe requests that another site made a browser send (threat T15). Where the right is in the address
// or in an Authorization header, no browser adds anything by itself, so there is nothing to abuse, and programs of any
// origin are welcome.
func (s *Server) guard(next http.Handler) http.Handler {
	check := http.NewCrossOriginProtection()
	check.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.handle(kindOf(r), func(http.ResponseWriter, *http.Request) error { return errCrossOrigin }).ServeHTTP(w, r)
	}))
	checked := check.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/u/") || strings.HasPrefix(r.URL.Path, "/api/") {
			next.ServeHTTP(w, r)
			return
		}
		checked.ServeHTTP(w, r)
	})
}
