package web

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"portico/app/secret"
	"portico/domain/fault"
	"portico/domain/uploadlink"

	"github.com/go-chi/chi/v5"
)

// uploadCookie carries the right to one link; its path is that link's (spec L9). It holds no more than the mailed
// secret does and is checked like it at every request.
const uploadCookie = "__Secure-portico-upload"

// cookieAge is as long as the longest transfer may take (L4).
const cookieAge = int(uploadlink.TransferLimit / 1e9)

var errNoCookie = fault.New(fault.Unauthenticated, "uploadlink.cookie",
	"This page was left open too long, or the address was copied. Open the link from your e-mail again.")

// rightFinder finds out what a request may do.
type rightFinder func(r *http.Request) (access, error)

// byToken finds the right in the address.
func (s *Server) byToken(r *http.Request) (access, error) {
	text := r.PathValue("token")
	t, err := s.Keys.ParseUploadLink(text)
	if err != nil {
		return access{}, s.strange(r, uploadlink.ErrNotFound)
	}
	return s.access(r.Context(), t, "/u/"+text)
}

// byCookie finds the right in the cookie of the link's own path.
func (s *Server) byCookie(r *http.Request) (access, error) {
	link, err := pathID(r, "link")
	if err != nil {
		return access{}, uploadlink.ErrNotFound
	}
	text := string(s.cookie(r, uploadCookie))
	t, err := s.Keys.ParseUploadCookie(text)
	if err != nil && text != "" {
		return access{}, s.strange(r, errNoCookie)
	}
	if err != nil || t.Link != link {
		return access{}, errNoCookie
	}
	return s.access(r.Context(), t, "/up/"+link.String())
}

// access asks the link's own history what the secret is good for at this moment: a revocation counts at once (L3).
func (s *Server) access(ctx context.Context, t secret.UploadToken, base string) (access, error) {
	firm, ok, err := s.FirmOf(ctx, uploadlink.Stream(t.Link))
	if err != nil {
		return access{}, err
	}
	if !ok {
		return access{}, uploadlink.ErrNotFound
	}
	a := access{Firm: firm, Link: t.Link, Recipient: t.Recipient, Generation: t.Generation, Base: base}
	err = s.Links.Access(ctx, firm, t.Link, a.holder())
	if errors.Is(err, uploadlink.ErrExpired) {
		return a, nil // what began before goes on (L4), and the receipt stays
	}
	if errors.Is(err, uploadlink.ErrReplaced) || errors.Is(err, uploadlink.ErrRevoked) || errors.Is(err, uploadlink.ErrMisdirected) {
		return a, s.closed(ctx, a, err)
	}
	return a, err
}

func (a access) holder() uploadlink.Holder {
	return uploadlink.Holder{Recipient: a.Recipient, Generation: a.Generation}
}

// right lets h answer to those whose secret allows something.
func (s *Server) right(find rightFinder, h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		a, err := find(r)
		if err == nil {
			err = s.acted(r, a)
		}
		if err != nil {
			return err
		}
		return h(w, r.WithContext(withAccess(r.Context(), a)))
	}
}

// running is right, but for transfers: one that has begun isn't stopped by a newer secret (rule 5 of the link). The link
// itself refuses what an older secret wants to begin.
func (s *Server) running(find rightFinder, h handler) handler {
	return s.right(func(r *http.Request) (access, error) {
		a, err := find(r)
		if errors.Is(err, uploadlink.ErrReplaced) {
			return a, nil
		}
		return a, err
	}, h)
}

// uploadRoutes are what the holder of a secret may do, under the address that carries it and under the one that a
// cookie opens.
func (s *Server) uploadRoutes(mux chi.Router, base string, k kind, by rightFinder) {
	on := func(pattern string, h handler) {
		method, path, _ := strings.Cut(pattern, " ")
		mux.Method(method, base+path, s.handle(k, s.right(by, h)))
	}
	mux.Method(http.MethodPost, base+"/new-link-request", s.handle(k, s.asking(by, s.requestNewLink)))
	mux.Handle(base+"/uploads/*", s.handle(k, s.running(by, s.transfers)))
	on("PUT /files/{id}/name", s.renameFile)
	on("GET /files/{id}/name", s.fileName)
	on("POST /files/{id}/name", s.renameFile)
	on("DELETE /files/{id}", s.deleteFile)
	on("GET /files/{id}/deletion", s.fileDeletion)
	on("POST /files/{id}/deletion", s.deleteFile)
	on("GET /files/{id}/withdrawal", s.withdrawalForm)
	on("POST /files/{id}/withdrawal", s.askWithdrawal)
	on("POST /release", s.release)
	on("GET /receipts/{batch}", s.uploadReceipt)
	on("GET /receipts/{batch}/receipt.json", s.uploadReceiptFile)
	mux.Method(http.MethodPost, base+"/files", s.handle(k, s.sending(by, s.plainUpload)))
}
