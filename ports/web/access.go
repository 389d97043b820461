package web

import (
	"context"
	"net/http"

	"portico/app/language"
	"portico/app/secret"
	"portico/app/transfer"

	"github.com/google/uuid"
)

// inside lets only neighbours through: what comes from this machine or a private network, and not through a proxy, which
// says so in a header. To everybody else there is nothing here: figures tell strangers how much a practice has to do.
func (s *Server) inside(next http.Handler) http.Handler {
	refuse := s.handle(appPage, s.notFound)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		from := origin(r)
		direct := r.Header.Get("X-Forwarded-For") == "" && r.Header.Get("Forwarded") == ""
		if direct && (from.IsLoopback() || from.IsPrivate() || from.IsLinkLocalUnicast()) {
			next.ServeHTTP(w, r)
			return
		}
		refuse.ServeHTTP(w, r)
	})
}

// access is what the secret in a request's path, or its scoped cookie, allows: to upload to one link as one recipient.
// It is filled for a link that has expired, too: what began before goes on (L4), and starting something new is refused
// by the link itself. A revoked link never gets this far, a replaced secret only to transfers that have begun.
type access struct {
	Firm       int32
	Link       uuid.UUID
	Recipient  uuid.UUID
	Generation int
	// Base is the path under which this access was found, without a slash at its end: "/u/{token}" with the token
	// itself, or "/up/{link}". Addresses in answers start with it.
	Base string

	// Of a task, which stands in Link's place: as what its sender came, where a form leads back to, and the words of who
	// reads in another language; nil: refusals stay as they are.
	Kind  transfer.Kind
	Page  string
	words *language.Words
}

func (a access) secret() secret.UploadToken {
	return secret.UploadToken{Link: a.Link, Recipient: a.Recipient, Generation: a.Generation}
}

type accessKey struct{}

// withAccess hands a to the handlers behind the middleware that checked it.
func withAccess(ctx context.Context, a access) context.Context {
	return context.WithValue(ctx, accessKey{}, a)
}

// accessOf is what withAccess put there; ok is false where no middleware did.
func accessOf(r *http.Request) (a access, ok bool) {
	a, ok = r.Context().Value(accessKey{}).(access)
	return a, ok
}
