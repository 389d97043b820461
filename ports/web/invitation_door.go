package web

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"portico/app/es"
	firmapp "portico/app/firm"
	inviteapp "portico/app/invite"
	"portico/app/language"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/invite"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// doorway is what the secret in the address of an invitation is about.
type doorway struct {
	firm    int32
	contact uuid.UUID
	nth     int
	base    string // "/i/{token}"
	portal  firmapp.Portal
	words   *language.Words
}

// invitationDoor is what the link of an invitation shows first: who invites, and one button. Mail scanners look at it and
// nothing happens (L1).
func (s *Server) invitationDoor(w http.ResponseWriter, r *http.Request) error {
	at, right, err := s.atDoor(r)
	if err != nil {
		return s.doorShut(w, r, at, err)
	}
	row, err := s.InviteList.Invite(r.Context(), at.firm, at.contact)
	if err != nil {
		return err
	}
	z := zone(row.Zone)
	page := views.InvitationDoor{
		Entry: views.Entry{W: at.words, Title: at.words.T("invite.door.title", at.portal.Name), Practice: at.portal.Name, Frame: lookOf(at.portal.Practice)},
		Base:  at.base, Sender: at.portal.Name, Button: at.words.T("invite.door.accept"),
	}
	if row.ByName != "" {
		page.Sender = row.ByName + ", " + at.portal.Name
	}
	if right.Client != uuid.Nil {
		if c, err := s.ClientList.Client(r.Context(), at.firm, right.Client); err == nil {
			page.Client = c.Name
		}
	}
	switch {
	case right.In:
		page.Title, page.Button = at.words.T("invite.door.back"), at.words.T("invite.door.enter")
	case right.Access == invite.ByLink:
		page.Next = at.words.T("invite.door.link")
	default:
		page.Next = at.words.T("invite.door.account")
	}
	if !right.In && row.Nth == at.nth {
		page.Expires = at.words.T("invite.door.expires", at.words.LastDay(row.ExpiresAt, z), at.words.Zone(z))
	}
	return s.show(w, r, page)
}

// openInvitation records that a person pressed the button, and leads to where they come in.
func (s *Server) openInvitation(w http.ResponseWriter, r *http.Request) error {
	at, _, err := s.atDoor(r)
	if err == nil {
		by := es.By{Firm: at.firm, Actor: event.Actor{Kind: event.Contact, ID: at.contact}}
		_, err = s.Invites.Open(r.Context(), inviteapp.Open{By: by, Contact: at.contact, Nth: at.nth})
	}
	if err != nil {
		return s.doorShut(w, r, at, err)
	}
	http.Redirect(w, r, at.base+"/acceptance", http.StatusSeeOther)
	return nil
}

// atDoor reads the secret of the address and asks the invite's own history what it is good for at this moment. What is
// none of ours is invite.ErrNotFound, and is counted.
func (s *Server) atDoor(r *http.Request) (at doorway, right invite.Right, err error) {
	at.words, at.base = entryWords(r), "/i/"+r.PathValue("token")
	t, err := s.Keys.ParseInvitation(r.PathValue("token"))
	if err != nil {
		return at, right, s.strange(r, invite.ErrNotFound)
	}
	at.contact, at.nth = invite.ContactOf(t.Invite), t.Generation
	var ok bool
	if at.firm, ok, err = s.FirmOf(r.Context(), invite.Stream(at.contact)); err != nil {
		return at, right, err
	}
	if !ok {
		return at, right, s.strange(r, invite.ErrNotFound)
	}
	if at.portal, err = s.Firms.Portal(r.Context(), at.firm); err != nil {
		return at, right, err
	}
	at.words = language.Choose(at.portal.Languages, wishes(r)...).Words
	right, err = s.Invites.Holder(r.Context(), at.firm, at.contact, at.nth)
	if errors.Is(err, invite.ErrVoided) || errors.Is(err, invite.ErrNotFound) { // whoever reads this may be somebody else
		return at, right, err
	}
	if c, failed := s.Invites.Contacts.Contact(r.Context(), at.firm, at.contact); failed == nil && c.Language != "" {
		at.words = language.Choose(at.portal.Languages, chosenLanguage(r), c.Language).Words
	}
	return at, right, err
}

// doorShut tells the holder of an invitation why it opens nothing, and what to do (S3.i2, S3.i3, S3.i4).
func (s *Server) doorShut(w http.ResponseWriter, r *http.Request, at doorway, refusal error) error {
	f, ok := errors.AsType[*fault.Error](refusal)
	if !ok || f.Kind == fault.TooMany {
		return refusal
	}
	page := views.InvitationShut{Entry: views.Entry{W: at.words, Practice: at.portal.Name, Frame: lookOf(at.portal.Practice)}, Icon: "lock"}
	say := func(what string, args ...any) {
		page.Title, page.Text = at.words.T("invite.closed."+what), at.words.T("invite.closed."+what+".text", args...)
	}
	ask := func() {
		if at.portal.Email != "" {
			page.Advice = at.words.T("invite.closed.ask", at.portal.Name, at.portal.Email)
		}
	}
	var row inviteapp.Row
	if errors.Is(f, invite.ErrReplaced) || errors.Is(f, invite.ErrExpired) {
		var err error
		if row, err = s.InviteList.Invite(r.Context(), at.firm, at.contact); err != nil {
			return err
		}
	}
	z := zone(row.Zone)
	switch {
	case errors.Is(f, invite.ErrReplaced):
		to := masked(row.Email)
		if row.Channels == invite.ByText || row.Email == "" {
			to = maskedNumber(row.Phone)
		}
		say("replaced", at.portal.Name, at.words.Date(row.SentAt, z), to)
		page.Icon, page.Advice = "mail", at.words.T("invite.closed.replaced.advice", at.portal.Name)
	case errors.Is(f, invite.ErrExpired):
		say("expired", at.words.LastDay(row.ExpiresAt, z), at.words.Zone(z))
		page.Icon = "clock"
		ask()
	case errors.Is(f, invite.ErrWithdrawn):
		say("withdrawn", at.portal.Name)
		ask()
	case errors.Is(f, invite.ErrRemoved):
		say("removed", at.portal.Name)
		ask()
	case errors.Is(f, invite.ErrVoided):
		say("voided")
		ask()
	case errors.Is(f, invite.ErrUsed):
		say("used")
		page.Icon, page.Action, page.Href = "circle-check", at.words.T("invite.closed.sign_in"), "/portal/login?"+url.Values{"p": {at.portal.ID.String()}}.Encode()
	default:
		say("unknown")
		page.Icon = "circle-alert"
	}
	s.page(w, r, statuses[f.Kind], page)
	return nil
}

// masked shows enough of an address to recognise one's own: "i•••n@example.org".
func masked(email string) string {
	local, host, ok := strings.Cut(email, "@")
	runes := []rune(local)
	switch {
	case !ok || len(runes) == 0:
		return "•••"
	case len(runes) < 3:
		return string(runes[0]) + "•••@" + host
	}
	return string(runes[0]) + "•••" + string(runes[len(runes)-1]) + "@" + host
}

// maskedNumber is "•••4567".
func maskedNumber(phone string) string {
	if len(phone) < 8 {
		return "•••"
	}
	return "•••" + phone[len(phone)-4:]
}
