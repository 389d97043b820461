package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"portico/app/es"
	linkapp "portico/app/uploadlink"
	"portico/domain/fault"
	"portico/domain/uploadlink"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// chips filter the list of links by state, in the order of a link's life.
var chips = []struct {
	word  string
	state linkapp.LinkState
}{
	{"All", ""}, {"Mailed", linkapp.LinkMailed}, {"Bounced", linkapp.LinkBounced}, {"Opened", linkapp.LinkRedeemed},
	{"Used", linkapp.LinkUsed}, {"Expired", linkapp.LinkExpired}, {"Revoked", linkapp.LinkRevoked},
}

func (s *Server) links(w http.ResponseWriter, r *http.Request) error {
	current, err := s.caughtUp(r)
	if err != nil {
		return err
	}
	state := linkapp.LinkState(r.URL.Query().Get("state"))
	asking := r.URL.Query().Has("asking")
	rows, next, err := s.LinkList.Links(r.Context(), user(r).Firm, linkapp.LinkQuery{State: state, Asking: asking, After: r.URL.Query().Get("after"), Limit: rowsOf(r)})
	if err != nil {
		return err
	}
	page := views.Links{
		Shell: s.shell(r, "Upload links", "links"), Rows: linkLines(rows), Pager: pager(r, next, len(rows), "link", "links"),
		Empty: views.Empty{Icon: "send", Title: "No upload links yet", Text: "Send one, and its recipients can send you files without a login.", Action: "New upload link", Href: "/upload-links/new"},
	}
	page.Stale = !current
	if state != "" || asking {
		page.Empty = views.Empty{Icon: "link", Title: "No link is in this state", Text: "Links show here as soon as one is.", Action: "Show all links", Href: "/upload-links"}
	}
	for _, c := range chips {
		href := "/upload-links"
		if c.state != "" {
			href += "?state=" + string(c.state)
		}
		page.Chips = append(page.Chips, views.Chip{Word: c.word, Href: href, Current: c.state == state && !asking})
	}
	page.Chips = append(page.Chips, views.Chip{Word: "Asks for a new link", Href: "/upload-links?asking", Current: asking})
	return s.show(w, r, page)
}

// rowsOf is how many rows a reader asks a list for: ?rows=200 at most.
func rowsOf(r *http.Request) int {
	if n, err := strconv.Atoi(r.URL.Query().Get("rows")); err == nil && n >= 1 && n <= 200 {
		return n
	}
	return pageSize
}

func (s *Server) link(w http.ResponseWriter, r *http.Request) error {
	return s.linkPage(w, r, http.StatusOK, nil, views.Correction{})
}

// linkPage is the page of one link; with problems it is the answer to a refused change, and typed what was entered for it.
func (s *Server) linkPage(w http.ResponseWriter, r *http.Request, code int, problems views.Problems, typed views.Correction) error {
	u := user(r)
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	current, err := s.caughtUp(r)
	if err != nil {
		return err
	}
	d, err := s.LinkList.Link(r.Context(), u.Firm, id)
	if errors.Is(err, uploadlink.ErrNotFound) && !current {
		return s.notYet(w, r)
	}
	if err != nil {
		return err
	}
	after := r.URL.Query().Get("after")
	if after != "" {
		d.Files, d.Next, err = s.LinkList.Files(r.Context(), u.Firm, linkapp.FileQuery{Link: id, After: after, Limit: linkapp.LinkFiles})
		if err != nil {
			return err
		}
	}
	z := zone(u.Practice.Zone)
	page := views.Link{
		Shell: s.shell(r, "Upload link", "links"), Link: linkLine(d.LinkRow), ClientID: d.Client, Message: d.Message, Wanted: d.Wanted,
		Open: d.State != linkapp.LinkExpired && d.State != linkapp.LinkRevoked, Renewable: d.State == linkapp.LinkExpired,
		Command: newID(), MinExpires: s.Now().In(z).Format(time.DateOnly), ExtendTo: later(d.ExpiresAt, s.Now(), z),
		RenewTo: s.Now().In(z).AddDate(0, 0, suggestedDays).Format(time.DateOnly), RenewDays: suggestedDays,
		Problems: problems, Reason: r.PostForm.Get("reason"), Discard: r.PostForm.Get("unreleased") == string(uploadlink.Discard), Files: fileLines(d.Files, z), Receipts: linkReceipts(d, z), Withdrawn: d.Withdrawn,
		Pager: filePager(d), Later: after != "",
	}
	if day := r.PostForm.Get("expires_on"); len(problems) > 0 && day != "" {
		page.ExtendTo = day
	}
	page.Life, page.Earlier = lifeLines(d, z)
	for _, p := range page.Link.Recipients {
		c := views.Correction{Recipient: p.ID, Name: p.TypedName, Email: p.Email}
		if typed.Recipient == p.ID {
			c = typed
			c.Open = true
		}
		page.Corrections = append(page.Corrections, c)
	}
	if d.ClientName != "" {
		page.Title = "Upload link for " + d.ClientName
	}
	if len(problems) > 0 {
		page.Title = "Error: " + page.Title
	}
	page.Stale = !current
	s.page(w, r, code, page)
	return nil
}

// filePager leads to the files that reached the practice before those of d.
func filePager(d linkapp.LinkDetail) views.Pager {
	p := views.Pager{Shown: fmt.Sprintf("%d of %s", len(d.Files), views.Count(d.Delivered, "file", "files"))}
	if d.Next != "" {
		p.Next = "/upload-links/" + d.ID.String() + "?" + url.Values{"after": {d.Next}}.Encode() + "#files-head"
	}
	return p
}

// later is the day that the form for more time suggests: a week after the last one, or after today.
func later(expires, now time.Time, z *time.Location) string {
	last := expires.Add(-time.Millisecond)
	if last.Before(now) {
		last = now
	}
	return last.In(z).AddDate(0, 0, 7).Format(time.DateOnly)
}

func (s *Server) resendLink(w http.ResponseWriter, r *http.Request) error {
	return s.changeLink(w, r, func(by es.By, link uuid.UUID) (es.Result, error) {
		to, err := recipients(r)
		if err != nil {
			return es.Result{}, err
		}
		return s.Links.Resend(r.Context(), linkapp.Resend{By: by, Link: link, Recipients: to})
	})
}

func (s *Server) extendLink(w http.ResponseWriter, r *http.Request) error {
	return s.changeLink(w, r, func(by es.By, link uuid.UUID) (es.Result, error) {
		day, ok := civilDate(r.PostForm.Get("expires_on"))
		if !ok {
			return es.Result{}, uploadlink.ErrExpiry.Withf("Choose a day.")
		}
		return s.Links.Extend(r.Context(), linkapp.Extend{By: by, Link: link, ExpiresOn: day, Zone: zone(user(r).Practice.Zone)})
	})
}

func (s *Server) revokeLink(w http.ResponseWriter, r *http.Request) error {
	return s.changeLink(w, r, func(by es.By, link uuid.UUID) (es.Result, error) {
		unreleased := uploadlink.Keep
		if r.PostForm.Get("unreleased") == string(uploadlink.Discard) {
			unreleased = uploadlink.Discard
		}
		return s.Links.Revoke(r.Context(), linkapp.Revoke{By: by, Link: link, Reason: r.PostForm.Get("reason"), Unreleased: unreleased})
	})
}

// changeLink runs one change of a link and shows the link again: with what came of it, or with why it was refused.
func (s *Server) changeLink(w http.ResponseWriter, r *http.Request, change func(by es.By, link uuid.UUID) (es.Result, error)) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	if err := form(w, r); err != nil {
		return err
	}
	by, err := by(r)
	if err != nil {
		return err
	}
	res, err := change(by, id)
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind != fault.NotFound {
		field := "main"
		switch {
		case errors.Is(f, uploadlink.ErrExpiry), errors.Is(f, uploadlink.ErrNotLater):
			field = "expires_on"
		case errors.Is(f, uploadlink.ErrText) && r.PostForm.Has("reason"):
			field = "reason"
		}
		return s.linkPage(w, r, statuses[f.Kind], views.Problems{{Field: field, Text: f.Message}}, views.Correction{})
	}
	if err != nil {
		return err
	}
	seeOther(w, r, "/upload-links/"+id.String(), res.Position)
	return nil
}
