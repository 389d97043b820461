package web

import (
	"net/http"
	"strings"
	"time"

	clientapp "portico/app/client"
	contactapp "portico/app/contact"
	inviteapp "portico/app/invite"
	"portico/domain/client"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// peopleOf are the people of a client with how far each has come: Document 5's table.
func (s *Server) peopleOf(r *http.Request, of clientapp.ClientRow) ([]views.PersonOf, error) {
	u := user(r)
	people, err := s.ContactList.OfClient(r.Context(), u.Firm, of.ID)
	if err != nil || len(people) == 0 {
		return nil, err
	}
	ids := make([]uuid.UUID, len(people))
	for i, p := range people {
		ids[i] = p.ID
	}
	rows, _, err := s.InviteList.Invites(r.Context(), u.Firm, inviteapp.Query{Contacts: ids, Limit: client.MaxContacts})
	if err != nil {
		return nil, err
	}
	invites := map[uuid.UUID]inviteapp.Row{}
	for _, i := range rows {
		invites[i.Contact] = i
	}
	seen, err := s.Seen.LastSeen(r.Context(), ids)
	if err != nil {
		return nil, err
	}
	lines := make([]views.PersonOf, len(people))
	for i, p := range people {
		lines[i] = personOfClient(p, invites[p.ID], !of.ArchivedAt.IsZero(), seen[p.ID], zone(u.Practice.Zone))
	}
	return lines, nil
}

func personOfClient(p contactapp.Linked, i inviteapp.Row, inactive bool, seen time.Time, z *time.Location) views.PersonOf {
	line := views.PersonOf{
		ContactLine: contactLine(p.Row), Rights: rightsOf(p.Rights), Boxes: rightBoxes(p.ID.String()+"-", p.Rights), Added: views.At(p.LinkedAt, z),
		Count: i.Count, Mailed: views.At(i.SentAt, z), Accepted: views.At(i.AcceptedAt, z), In: i.In, Seen: views.At(seen, z),
	}
	line.Sendable, line.Why = sendable(i, p.Row, inactive)
	switch i.State {
	case inviteapp.Bounced:
		line.Problem = "Came back. Correct the address."
	case inviteapp.Expired:
		line.Problem = "Has expired. Send it again."
	case inviteapp.Withdrawn:
		line.Problem = "Withdrawn"
	case inviteapp.Voided:
		line.Problem = "Void: the address has changed. Send it again."
	case inviteapp.Given:
		line.Mailed, line.Unmailed = views.When{}, true
	case inviteapp.NotInvited, inviteapp.Holding, inviteapp.Sent, inviteapp.Delivered, inviteapp.Opened, inviteapp.Accepted, inviteapp.Removed:
	}
	return line
}

// newPerson is the form for one more person. For a first one it suggests a client who is a person.
func newPerson(c clientapp.ClientRow, first bool) views.PersonForm {
	f := views.PersonForm{ID: newID(), Command: newID(), Rights: rightBoxes("new-", usualRights)}
	f.Languages = languages
	if first && c.Sort == client.Person {
		f.Email = c.Email
		f.Given, f.Family = givenAndFamily(c.Name)
	}
	return f
}

// givenAndFamily takes a person's name apart: "Farrow, Imogen", or "Imogen Farrow".
func givenAndFamily(name string) (given, family string) {
	if family, given, ok := strings.Cut(name, ","); ok {
		return strings.TrimSpace(given), strings.TrimSpace(family)
	}
	words := strings.Fields(name)
	if len(words) < 2 {
		return name, ""
	}
	return strings.Join(words[:len(words)-1], " "), words[len(words)-1]
}
