package web

import (
	"net/http"

	"portico/ports/web/views"
)

// verify is the page on which anybody checks a receipt. The keys are in the page, so that checking needs no network.
func (s *Server) verify(w http.ResponseWriter, r *http.Request) error {
	keys, err := s.Receipts.Keys.Public().JSON()
	if err != nil {
		return err
	}
	return s.show(w, r, views.Verify{
		Public: views.Public{Title: "Check a receipt", Modules: []string{"receipt-check.js"}}, Keys: string(keys),
	})
}

// publicKeys is the JWK set under which receipts are checked. Anybody may fetch and keep it, pages of other sites, too.
func (s *Server) publicKeys(w http.ResponseWriter, _ *http.Request) error {
	keys, err := s.Receipts.Keys.Public().JSON()
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/jwk-set+json")
	h.Set("Cache-Control", "public, max-age=3600")
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	_, _ = w.Write(keys) // the reader went away: nothing to do about it
	return nil
}
