package web

import (
	"net/http"

	"github.com/google/uuid"
)

// deviceCookie tells browsers apart at the doors of links, and nowhere else (L9, L10). It is a number drawn by chance and
// opens nothing.
const deviceCookie = "__Secure-portico-visitor"

const deviceAge = 400 * 24 * 60 * 60 // seconds; browsers keep no cookie longer

// device is the browser's id for one link. It differs from link to link, so that histories do not tell that two people of
// two practices use one computer, and the cookie does not follow from it.
func (s *Server) device(w http.ResponseWriter, r *http.Request, link uuid.UUID) uuid.UUID {
	seed, err := uuid.Parse(string(s.cookie(r, deviceCookie)))
	if err != nil || seed == uuid.Nil {
		seed = uuid.New()
	}
	s.setCookie(w, deviceCookie, seed.String(), "/u", deviceAge)
	return uuid.NewSHA1(link, seed[:])
}
