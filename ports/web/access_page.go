package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	contactapp "portico/app/contact"
	"portico/app/es"
	firmapp "portico/app/firm"
	inviteapp "portico/app/invite"
	"portico/app/message"
	"portico/domain/address"
	"portico/domain/contact"
	"portico/domain/fault"
	"portico/domain/invite"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

func (s *Server) contactAccess(w http.ResponseWriter, r *http.Request) error {
	return s.accessPage(w, r, http.StatusOK, nil)
}

// accessPage is where the invitation of one contact stands; with problems it is the answer to a refused change.
func (s *Server) accessPage(w http.ResponseWriter, r *http.Request, code int, problems views.Problems) error {
	u := user(r)
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	current, err := s.caughtUp(r)
	if err != nil {
		return err
	}
	who, err := s.ContactList.Contact(r.Context(), u.Firm, id)
	if errors.Is(err, contact.ErrNotFound) && !current {
		return s.notYet(w, r)
	}
	if err != nil {
		return err
	}
	row, err := s.InviteList.Invite(r.Context(), u.Firm, id)
	if err != nil {
		return err
	}
	life, err := s.InviteList.Life(r.Context(), u.Firm, id)
	if err != nil {
		return err
	}
	clients, err := s.ContactList.ClientsOf(r.Context(), u.Firm, id)
	if err != nil {
		return err
	}
	names := map[uuid.UUID]string{}
	for _, c := range clients {
		names[c.Client] = c.ClientName
	}
	z := zone(u.Practice.Zone)
	page := views.Access{
		Shell: s.shell(r, "Portal access of "+who.Name(), "clients"), Contact: id, Name: who.Name(), State: inviteBadge(row.State), Life: inviteSteps(row, z),
		Count: row.Count, To: goesTo(row, who), Client: names[row.Client], ClientID: row.Client, By: row.ByName, In: row.In, Holding: row.State == inviteapp.Holding, Unmailed: row.State == inviteapp.Given,
		Open: row.State.Open(), Nth: row.Nth, Expires: views.At(row.ExpiresAt, z), Due: row.DueOn, Message: row.Message, ByLink: row.Access == invite.ByLink,
		Failed: failure(row), Email: who.Email, Phone: who.Phone, Command: newID(), Problems: problems, Reason: r.PostForm.Get("reason"),
	}
	if len(clients) == 1 {
		page.Back, page.BackTo = "/clients/"+clients[0].Client.String(), clients[0].ClientName
	} else {
		page.Back, page.BackTo = "/clients", "Clients"
	}
	page.Sendable, page.Why = sendable(row, who, inactiveFor(row, clients))
	for i := len(life) - 1; i >= 0; i-- {
		page.History = append(page.History, inviteLifeLine(life[i], names, z))
	}
	if len(page.History) > recent {
		page.History, page.Earlier = page.History[:recent], page.History[recent:]
	}
	if page.Messages, err = s.messagesAbout(r, who.Name(), message.Query{Person: id}); err != nil {
		return err
	}
	if page.Factors, err = s.heldBy(r, id); err != nil {
		return err
	}
	page.FactorsReason = r.PostForm.Get("factors_reason")
	if len(problems) > 0 {
		page.Title = "Error: " + page.Title
		if r.PostForm.Has("email") {
			page.Email, page.Phone = strings.TrimSpace(r.PostForm.Get("email")), strings.TrimSpace(r.PostForm.Get("phone"))
		}
	}
	page.Stale = !current
	s.page(w, r, code, page)
	return nil
}

// sendable tells whether the "Send e-mail" control of a contact is on, and else why not (S5.i2, S3.i23).
func sendable(row inviteapp.Row, who contactapp.Row, inactive bool) (ok bool, why string) {
	if inactive {
		return false, invite.ErrInactive.Message
	}
	if row.In && row.Access == invite.ByAccount {
		return false, "Has accepted, and can sign in"
	}
	channels := row.Channels
	if channels == "" || channels == invite.ByNone {
		channels = invite.ByEmail
	}
	if err := personOf(who).Reachable(channels); err != nil {
		return false, err.Error()
	}
	return true, ""
}

// inactiveFor tells that the client of the newest invitation is archived; where it names none, that all clients are.
func inactiveFor(row inviteapp.Row, clients []contactapp.Membership) bool {
	if row.Client == uuid.Nil {
		return len(clients) > 0 && !slices.ContainsFunc(clients, func(m contactapp.Membership) bool { return m.Active })
	}
	return slices.ContainsFunc(clients, func(m contactapp.Membership) bool { return m.Client == row.Client && !m.Active })
}

func personOf(c contactapp.Row) invite.Person {
	return invite.Person{Contact: c.ID, Given: c.Given, Name: c.Name(), Email: c.Email, Phone: c.Phone}
}

// goesTo is where the newest sending went, or the first one would.
func goesTo(row inviteapp.Row, who contactapp.Row) string {
	if row.Count == 0 {
		return who.Email
	}
	var to []string
	if row.Email != "" && (row.Channels.Uses(invite.Email) || row.Channels == invite.ByNone) {
		to = append(to, row.Email)
	}
	if row.Channels.Uses(invite.Text) && row.Phone != "" {
		to = append(to, row.Phone)
	}
	return strings.Join(to, " and ")
}

// failure is why a message did not arrive, "" where none failed.
func failure(row inviteapp.Row) string {
	switch {
	case row.BouncedAt.IsZero() || row.In:
		return ""
	case row.BounceCode == "no-provider":
		return "No text was sent: no provider of text messages is configured."
	case row.BounceDetail != "":
		return fmt.Sprintf("The answer was: %s (%s)", row.BounceDetail, row.BounceCode)
	case row.BounceCode != "":
		return "It was refused with " + row.BounceCode + "."
	}
	return "Every try to hand it over failed."
}

// inviteBadges are the states in words (S3.i1).
var inviteBadges = map[inviteapp.State]views.Badge{
	inviteapp.NotInvited: {Tone: "quiet", Icon: "user", Word: "Not invited"},
	inviteapp.Holding:    {Tone: "info", Icon: "hourglass", Word: "Leaves in a moment"},
	inviteapp.Given:      {Tone: "warn", Icon: "mail", Word: "Not mailed yet"},
	inviteapp.Sent:       {Tone: "info", Icon: "send", Word: "Invited"},
	inviteapp.Delivered:  {Tone: "info", Icon: "mail-check", Word: "Delivered"},
	inviteapp.Bounced:    {Tone: "danger", Icon: "mail-x", Word: "Bounced"},
	inviteapp.Opened:     {Tone: "info", Icon: "mail-open", Word: "Opened"},
	inviteapp.Accepted:   {Tone: "ok", Icon: "circle-check", Word: "Accepted"},
	inviteapp.Expired:    {Tone: "warn", Icon: "clock", Word: "Expired"},
	inviteapp.Withdrawn:  {Tone: "quiet", Icon: "ban", Word: "Withdrawn"},
	inviteapp.Voided:     {Tone: "warn", Icon: "x", Word: "Address changed"},
	inviteapp.Removed:    {Tone: "quiet", Icon: "lock", Word: "Access removed"},
}

func inviteBadge(s inviteapp.State) views.Badge { return inviteBadges[s] }

// inviteSteps are the stations of the sending that stands, each with its time (S3.6, S3.i1).
func inviteSteps(row inviteapp.Row, z *time.Location) (steps []views.Step) {
	add := func(icon, word string, at time.Time) {
		steps = append(steps, views.Step{Icon: icon, Word: word, At: views.At(at, z)})
	}
	if row.Count == 0 {
		return nil
	}
	if row.Channels == invite.ByNone {
		add("user", "Access given", row.SentAt)
		add("mail", "Handed over with the first task", row.HandedOverAt)
	} else {
		add("send", "Sent", row.SentAt)
		add("mail", "Handed over", row.HandedOverAt)
	}
	if !row.BouncedAt.IsZero() {
		steps = append(steps, views.Step{Icon: "mail-x", Word: "Bounced", At: views.At(row.BouncedAt, z), Bad: true, Detail: row.BounceCode})
	}
	if !row.DeliveredAt.IsZero() {
		add("mail-check", "Delivered", row.DeliveredAt)
	}
	add("mail-open", "Opened", row.OpenedAt)
	switch row.State {
	case inviteapp.Removed:
		add("circle-check", "Accepted", row.AcceptedAt)
		steps = append(steps, views.Step{Icon: "lock", Word: "Access removed", At: views.At(row.RemovedAt, z), Bad: true})
	case inviteapp.Expired, inviteapp.Withdrawn, inviteapp.Voided:
		b := inviteBadge(row.State)
		steps = append(steps, views.Step{Icon: b.Icon, Word: b.Word, At: views.At(row.EndedAt, z), Bad: true})
	default:
		at := row.AcceptedAt
		if !row.In {
			at = time.Time{} // an earlier acceptance is in the history
		}
		add("circle-check", "Accepted", at)
	}
	return steps
}

// inviteLifeLine tells one fact as a sentence.
func inviteLifeLine(l inviteapp.LifeRow, clients map[uuid.UUID]string, z *time.Location) views.LifeLine {
	line := views.LifeLine{At: views.At(l.At, z)}
	staff := "the practice"
	if l.ByName != "" {
		staff = l.ByName
	}
	say := func(icon, format string, args ...any) { line.Icon, line.Text = icon, fmt.Sprintf(format, args...) }
	message := "E-mail"
	if l.Channel == invite.Text {
		message = "Text message"
	}
	switch l.What {
	case inviteapp.LifeSent:
		again := "Invited"
		if l.Nth > 1 {
			again = "Invited again"
		}
		if l.Channels == invite.ByNone {
			again = "Access given without a mail"
		}
		say("send", "%s by %s, until the end of %s", again, staff, views.At(l.Until, z).LastDay())
		line.Detail = "To " + l.Detail
		if name := clients[l.Client]; name != "" {
			line.Detail += ", for " + name
		}
	case inviteapp.LifeTold:
		say("mail", "Told by %s of access to %s", staff, nameOr(clients[l.Client], "a further client"))
	case inviteapp.LifeTakenBack:
		say("history", "Taken back by %s before it left", staff)
	case inviteapp.LifeHandedOver:
		say("mail", "%s handed over", message)
	case inviteapp.LifeDelivered:
		say("mail-check", "%s delivered", message)
	case inviteapp.LifeBounced:
		say("mail-x", "%s bounced", message)
		line.Detail, line.Bad = l.Detail, true
	case inviteapp.LifeGaveUp:
		say("mail-x", "%s given up: every try failed", message)
		line.Bad = true
	case inviteapp.LifeOpened:
		say("mail-open", "Opened")
	case inviteapp.LifeAccepted:
		say("circle-check", "Accepted")
	case inviteapp.LifeExpired:
		say("clock", "Expired")
	case inviteapp.LifeWithdrawn:
		say("ban", "Withdrawn by %s", staff)
		line.Detail = l.Detail
	case inviteapp.LifeVoided:
		say("x", "Void: the address or number has changed")
	case inviteapp.LifeRemoved:
		say("lock", "Access removed by %s", staff)
		line.Detail = l.Detail
	}
	return line
}

// invitation is the "Send e-mail" control: it invites for the first time, and again (S5.5, S5.i3). What the practice has
// set holds; the earlier sending says the rest.
func (s *Server) sendInvitation(w http.ResponseWriter, r *http.Request) error {
	return s.changeInvite(w, r, func(by es.By, contact uuid.UUID) (es.Result, error) { return s.inviteAgain(r, by, contact) })
}

// inviteAgain sends the same anew, or for the first time what the practice's settings say.
func (s *Server) inviteAgain(r *http.Request, by es.By, contact uuid.UUID) (es.Result, error) {
	p, err := s.Firms.Portal(r.Context(), by.Firm)
	if err != nil {
		return es.Result{}, err
	}
	z := zone(p.Zone)
	until := s.Now().In(z).AddDate(0, 0, p.Access.ExpiryDays)
	res, err := s.Invites.Resend(r.Context(), inviteapp.Resend{By: by, Contact: contact, ExpiresOn: until, Zone: z})
	if !errors.Is(err, invite.ErrNeverSent) {
		return res, err
	}
	client, err := s.onlyClient(r, contact)
	if err != nil {
		return es.Result{}, err
	}
	return s.Invites.Send(r.Context(), inviteapp.Send{
		By: by, Contact: contact, Client: client, Channels: invite.ByEmail, Access: accessOfPractice(p), ExpiresOn: until, Zone: z,
	})
}

func accessOfPractice(p firmapp.Portal) invite.Access { return invite.Access(p.Access.Access) }

// onlyClient is the client that an invitation is about where nobody says: the form's, or the only one that the contact
// has.
func (s *Server) onlyClient(r *http.Request, contact uuid.UUID) (uuid.UUID, error) {
	if id, err := uuid.Parse(r.PostForm.Get("client")); err == nil {
		_, err := s.ClientList.Client(r.Context(), user(r).Firm, id)
		return id, err
	}
	clients, err := s.ContactList.ClientsOf(r.Context(), user(r).Firm, contact)
	if len(clients) == 1 {
		return clients[0].Client, err
	}
	return uuid.Nil, err
}

func (s *Server) takeBackInvitation(w http.ResponseWriter, r *http.Request) error {
	return s.changeInvite(w, r, func(by es.By, contact uuid.UUID) (es.Result, error) {
		nth := 0
		if _, err := fmt.Sscan(r.PostForm.Get("nth"), &nth); err != nil {
			return es.Result{}, errForm
		}
		return s.Invites.TakeBack(r.Context(), inviteapp.TakeBack{By: by, Contact: contact, Nth: nth})
	})
}

func (s *Server) withdrawInvitation(w http.ResponseWriter, r *http.Request) error {
	return s.changeInvite(w, r, func(by es.By, contact uuid.UUID) (es.Result, error) {
		return s.Invites.Withdraw(r.Context(), inviteapp.Withdraw{By: by, Contact: contact, Reason: lines(r.PostForm.Get("reason"))})
	})
}

func (s *Server) removeAccess(w http.ResponseWriter, r *http.Request) error {
	return s.changeInvite(w, r, func(by es.By, contact uuid.UUID) (es.Result, error) {
		return s.Invites.RemoveAccess(r.Context(), inviteapp.RemoveAccess{By: by, Contact: contact, Reason: lines(r.PostForm.Get("reason"))})
	})
}

// correctInvitation gives a contact another address and invites them there; the secret that went to the old one is dead
// (I6, S3.i12).
func (s *Server) correctInvitation(w http.ResponseWriter, r *http.Request) error {
	return s.changeInvite(w, r, func(by es.By, id uuid.UUID) (es.Result, error) {
		who, err := s.ContactList.Contact(r.Context(), by.Firm, id)
		if err != nil {
			return es.Result{}, err
		}
		change := by
		change.Command = uuid.NewSHA1(by.Command, []byte("correction")) // each of the two takes effect once
		_, err = s.People.Change(r.Context(), contactapp.Change{By: change, Contact: id, Details: contact.Entry{
			Given: who.Given, Family: who.Family, Email: r.PostForm.Get("email"), Phone: r.PostForm.Get("phone"), Language: who.Language, Zone: who.Zone,
		}})
		if err != nil {
			return es.Result{}, err
		}
		return s.inviteAgain(r, by, id)
	})
}

// changeInvite runs one change and shows the page again: with what came of it, or with why it was refused.
func (s *Server) changeInvite(w http.ResponseWriter, r *http.Request, change func(by es.By, contact uuid.UUID) (es.Result, error)) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	if _, err := s.ContactList.Contact(r.Context(), by.Firm, id); err != nil {
		return err
	}
	res, err := change(by, id)
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind != fault.NotFound {
		field := "main"
		switch {
		case errors.Is(f, invite.ErrReason):
			field = "reason"
		case errors.Is(f, address.ErrInvalid), errors.Is(f, contact.ErrTheirs):
			field = "email"
		case errors.Is(f, contact.ErrPhone):
			field = "phone"
		}
		return s.accessPage(w, r, statuses[f.Kind], views.Problems{{Field: field, Text: f.Message}})
	}
	if err != nil {
		return err
	}
	to := "/contacts/" + id.String() + "/access"
	if client, err := uuid.Parse(r.PostForm.Get("client")); err == nil { // the table of a client's people sent it
		to = "/clients/" + client.String()
	}
	seeOther(w, r, to, res.Position)
	return nil
}
