package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"portico/app/account"
	clientapp "portico/app/client"
	"portico/app/es"
	accounts "portico/domain/account"
	"portico/domain/address"
	"portico/domain/fault"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// Colleagues are what owners and admins ask of the practice's people. Implementation: account.People.
type Colleagues interface {
	Invite(ctx context.Context, cmd account.InviteStaff) (es.Result, error)
	InviteAgain(ctx context.Context, cmd account.InviteStaffAgain) (es.Result, error)
	SetRole(ctx context.Context, cmd account.SetRole) (es.Result, error)
	Deactivate(ctx context.Context, cmd account.Deactivate) (es.Result, error)
	Reactivate(ctx context.Context, cmd account.Reactivate) (es.Result, error)
	Invited(ctx context.Context, staff uuid.UUID, generation int) (account.Staff, error)
	Join(ctx context.Context, cmd account.Join) (account.SignedIn, error)

	SignInBy(ctx context.Context, id account.Identity, cmd account.SignIn) (account.SignedIn, error)
	Link(ctx context.Context, staff account.Staff, id account.Identity) error
}

// roleWords are the roles as people call them, and what each means.
var roleWords = map[accounts.Role]views.RoleChoice{
	accounts.Owner:                 {Word: "Owner", Hint: "Everything, and who else is an owner."},
	accounts.Admin:                 {Word: "Admin", Hint: "Everything: clients, billing, settings and people."},
	accounts.Practitioner:          {Word: "Practitioner", Hint: "All clients, with billing."},
	accounts.PractitionerNoBilling: {Word: "Practitioner, no billing", Hint: "All clients, without billing."},
	accounts.Assigned:              {Word: "Practitioner, own clients", Hint: "Only the clients that they are in charge of, with billing."},
	accounts.AssignedNoBilling:     {Word: "Practitioner, own clients, no billing", Hint: "Only the clients that they are in charge of, without billing."},
	accounts.Auditor:               {Word: "Auditor", Hint: "Reads everything, changes nothing."},
	accounts.Operator:              {Word: "Operator", Hint: "Looks after the system and sees nothing of clients."},
}

// rolesFor are the roles that somebody can give: owners are made by owners.
func rolesFor(actor accounts.Role) (choices []views.RoleChoice) {
	for _, r := range accounts.Roles() {
		if r == accounts.Owner && actor != accounts.Owner {
			continue
		}
		c := roleWords[r]
		c.Value = string(r)
		choices = append(choices, c)
	}
	return choices
}

// peopleDone are the sentences that a page says after an act, by the word in its address.
var peopleDone = map[string]string{
	"invited":      "The invitation is on its way.",
	"role":         "The role is changed.",
	"deactivated":  "They are locked out. Their clients are handed over; a long list may take a moment.",
	"reactivation": "They can sign in again.",
	"factors":      "The second factor is gone, and they are told by e-mail. Until they add another, their password alone lets them in.",
}

func (s *Server) people(w http.ResponseWriter, r *http.Request) error {
	u := user(r)
	rows, err := s.Staff.Staff(r.Context(), u.Firm)
	if err != nil {
		return err
	}
	page := views.People{Shell: s.shell(r, "People", "settings"), Done: peopleDone[r.URL.Query().Get("done")]}
	slices.SortStableFunc(rows, func(a, b account.StaffRow) int { // who has left comes last
		if x, y := a.DeactivatedAt.IsZero(), b.DeactivatedAt.IsZero(); x != y {
			if x {
				return -1
			}
			return 1
		}
		return 0
	})
	for _, row := range rows {
		page.Rows = append(page.Rows, staffLine(row, u))
	}
	return s.show(w, r, page)
}

func staffLine(row account.StaffRow, u who) views.StaffLine {
	l := views.StaffLine{
		ID: row.ID, Name: row.Name, Email: row.Email, Role: roleWords[row.Role].Word, Seen: views.At(row.SeenAt, zone(u.Practice.Zone)), You: row.ID == u.ID,
		State: views.Badge{Tone: "ok", Icon: "circle-check", Word: "Active"},
	}
	switch {
	case !row.DeactivatedAt.IsZero():
		l.State = views.Badge{Tone: "quiet", Icon: "ban", Word: "Deactivated"}
	case row.JoinedAt.IsZero() && row.Lapsed:
		l.State = views.Badge{Tone: "warn", Icon: "clock", Word: "Invitation expired"}
	case row.JoinedAt.IsZero():
		l.State = views.Badge{Tone: "info", Icon: "mail", Word: "Invited"}
	}
	return l
}

func (s *Server) newStaff(w http.ResponseWriter, r *http.Request) error {
	return s.show(w, r, s.staffForm(r, views.StaffNew{ID: newID(), Command: newID(), Chosen: string(accounts.Practitioner)}))
}

func (s *Server) staffForm(r *http.Request, page views.StaffNew) views.StaffNew {
	page.Shell = s.shell(r, "Invite somebody", "settings")
	page.Roles, page.Days = rolesFor(user(r).Role), int(accounts.InvitedFor/(24*time.Hour))
	if len(page.Problems) > 0 {
		page.Title = "Error: " + page.Title
	}
	return page
}

func (s *Server) inviteStaff(w http.ResponseWriter, r *http.Request) error {
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	id, err := formID(r, "id")
	if err != nil {
		return err
	}
	cmd := account.InviteStaff{
		By: by, Actor: user(r).Staff, ID: id, Email: r.PostForm.Get("email"), Name: r.PostForm.Get("name"), Role: accounts.Role(r.PostForm.Get("role")),
	}
	_, err = s.Colleagues.Invite(r.Context(), cmd)
	if p, ok := problemOfStaff(err); ok {
		s.page(w, r, http.StatusUnprocessableEntity, s.staffForm(r, views.StaffNew{
			ID: id, Command: by.Command, Name: cmd.Name, Email: cmd.Email, Chosen: string(cmd.Role), Problems: views.Problems{p},
		}))
		return nil
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/settings/people?done=invited", http.StatusSeeOther)
	return nil
}

// problemOfStaff is what a person can put right in a form about somebody of the practice.
func problemOfStaff(err error) (p views.Problem, ok bool) {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return p, false
	}
	fields := map[string]string{
		accounts.ErrName.Code: "name", address.ErrInvalid.Code: "email", accounts.ErrEmailTaken.Code: "email", accounts.ErrRole.Code: "role",
		accounts.ErrOwners.Code: "role", accounts.ErrLastOwner.Code: "role", accounts.ErrColleague.Code: "to",
		accounts.ErrResetReason.Code: "factors_reason", accounts.ErrOwnFactors.Code: "main",
	}
	field, ok := fields[f.Code]
	return views.Problem{Field: field, Text: f.Message}, ok
}

func (s *Server) staffMember(w http.ResponseWriter, r *http.Request) error {
	return s.staffPage(w, r, http.StatusOK, nil, func(*views.StaffMember) {})
}

// staffPage is the page of one person; with problems it is the answer to a refused change, and typed puts in what was
// chosen.
func (s *Server) staffPage(w http.ResponseWriter, r *http.Request, code int, problems views.Problems, typed func(*views.StaffMember)) error {
	u := user(r)
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	all, err := s.Staff.Staff(r.Context(), u.Firm)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(row account.StaffRow) bool { return row.ID == id })
	if i < 0 {
		return accounts.ErrUnknown
	}
	row, z := all[i], zone(u.Practice.Zone)
	page := views.StaffMember{
		Shell: s.shell(r, row.Name, "settings"), Person: staffLine(row, u), Command: newID(), Problems: problems, Done: peopleDone[r.URL.Query().Get("done")],
		Chosen: string(row.Role), Added: views.At(row.CreatedAt, z), Joined: views.At(row.JoinedAt, z), Until: views.At(row.InvitedUntil, z),
		Left: views.At(row.DeactivatedAt, z), Invited: row.JoinedAt.IsZero(), Lapsed: row.Lapsed, Gone: !row.DeactivatedAt.IsZero(),
	}
	mayChange := u.Role.May(accounts.ChangePeople) && row.ID != u.ID && accounts.MayDeactivate(u.Role, row.Role) == nil
	page.CanLeave = mayChange
	if mayChange && !page.Gone {
		page.Roles = rolesFor(u.Role)
	}
	page.MayReset = mayChange && !page.Gone
	if page.Factors, err = s.methodsOf(r, account.Person{ID: id, Firm: u.Firm, Kind: accounts.OfStaff}); err != nil {
		return err
	}
	for _, other := range all {
		if other.ID == row.HandedTo {
			page.HandedTo = other.Name
		}
		if other.ID != row.ID && other.DeactivatedAt.IsZero() && !other.JoinedAt.IsZero() && other.Role.May(accounts.SeeClients) {
			page.Colleagues = append(page.Colleagues, views.Choice{Value: other.ID.String(), Word: other.Name})
		}
	}
	if u.Role.May(accounts.SeeClients) && u.Only() == uuid.Nil {
		if page.Clients, err = s.inChargeOf(r.Context(), u.Firm, id); err != nil {
			return err
		}
	}
	if len(problems) > 0 {
		page.Title, page.Done = "Error: "+page.Title, ""
	}
	typed(&page)
	s.page(w, r, code, page)
	return nil
}

// inChargeOf says how many clients somebody owns, as far as one page of them goes.
func (s *Server) inChargeOf(ctx context.Context, firm int32, staff uuid.UUID) (string, error) {
	rows, next, err := s.ClientList.Clients(ctx, firm, clientapp.Query{Owner: staff, Shelf: clientapp.Everywhere, Limit: 200})
	switch {
	case err != nil || len(rows) == 0:
		return "", err
	case next != "":
		return "more than 200 clients", nil
	}
	return views.Count(len(rows), "client", "clients"), nil
}

// changeStaff runs one command on somebody of the practice and leads back to their page, or shows it again with why not.
func (s *Server) changeStaff(w http.ResponseWriter, r *http.Request, done string, change func(by es.By, staff uuid.UUID) error, typed func(*views.StaffMember)) error {
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	err = change(by, id)
	if p, ok := problemOfStaff(err); ok {
		return s.staffPage(w, r, http.StatusUnprocessableEntity, views.Problems{p}, typed)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/settings/people/"+id.String()+"?done="+done, http.StatusSeeOther)
	return nil
}

func (s *Server) inviteStaffAgain(w http.ResponseWriter, r *http.Request) error {
	return s.changeStaff(w, r, "invited", func(by es.By, staff uuid.UUID) error {
		_, err := s.Colleagues.InviteAgain(r.Context(), account.InviteStaffAgain{By: by, Actor: user(r).Staff, Staff: staff})
		return err
	}, func(*views.StaffMember) {})
}

func (s *Server) setRole(w http.ResponseWriter, r *http.Request) error {
	return s.changeStaff(w, r, "role", func(by es.By, staff uuid.UUID) error {
		_, err := s.Colleagues.SetRole(r.Context(), account.SetRole{By: by, Actor: user(r).Staff, Staff: staff, Role: accounts.Role(r.PostForm.Get("role"))})
		return err
	}, func(page *views.StaffMember) { page.Chosen = r.PostForm.Get("role") })
}

func (s *Server) deactivateStaff(w http.ResponseWriter, r *http.Request) error {
	return s.changeStaff(w, r, "deactivated", func(by es.By, staff uuid.UUID) error {
		to, err := uuid.Parse(r.PostForm.Get("to"))
		if err != nil {
			return accounts.ErrColleague
		}
		_, err = s.Colleagues.Deactivate(r.Context(), account.Deactivate{By: by, Actor: user(r).Staff, Staff: staff, To: to})
		return err
	}, func(page *views.StaffMember) { page.Colleague = r.PostForm.Get("to") })
}

func (s *Server) reactivateStaff(w http.ResponseWriter, r *http.Request) error {
	return s.changeStaff(w, r, "reactivation", func(by es.By, staff uuid.UUID) error {
		_, err := s.Colleagues.Reactivate(r.Context(), account.Reactivate{By: by, Actor: user(r).Staff, Staff: staff})
		return err
	}, func(*views.StaffMember) {})
}

// staffDoor is where an invitation leads: looking changes nothing (L1).
func (s *Server) staffDoor(w http.ResponseWriter, r *http.Request) error {
	page, _, err := s.staffInvited(r)
	if err != nil {
		return s.noStaffDoor(w, r, err)
	}
	return s.show(w, r, page)
}

// staffInvited is the page of a good invitation, and which one it is. ErrInvitationGone.
func (s *Server) staffInvited(r *http.Request) (page views.StaffDoor, generation int, err error) {
	text := r.PathValue("token")
	t, err := s.Keys.ParseStaffInvitation(text)
	if err != nil {
		return page, 0, s.strange(r, accounts.ErrInvitationGone)
	}
	staff, err := s.Colleagues.Invited(r.Context(), t.Staff, t.Generation)
	if err != nil {
		return page, 0, err
	}
	practice, err := s.Firms.Firm(r.Context(), staff.Firm)
	if err != nil {
		return page, 0, err
	}
	return views.StaffDoor{
		Plain: views.Plain{Title: "Join " + practice.Name, Practice: practice.Name}, Action: "/staff-invitation/" + text, Email: staff.Email, Name: staff.Name,
		Provider: s.providerChoice(""),
	}, t.Generation, nil
}

// noStaffDoor says why an invitation opens nothing.
func (s *Server) noStaffDoor(w http.ResponseWriter, r *http.Request, err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		f = s.fault(r.Context(), r.Pattern, err)
	}
	if !wantsPage(r, appPage) {
		return err
	}
	retryAfter(w, err)
	s.page(w, r, statuses[f.Kind], views.Failure{
		Plain: views.Plain{Title: titles[f.Kind], Practice: "Portico"}, Text: f.Message, Action: "Go to the sign-in", Href: "/login",
	})
	return nil
}

// joinStaff gives an invited person a password, and the browser a session.
func (s *Server) joinStaff(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	page, generation, err := s.staffInvited(r)
	if err != nil {
		return s.noStaffDoor(w, r, err)
	}
	t, err := s.Keys.ParseStaffInvitation(r.PathValue("token"))
	if err != nil {
		return err
	}
	in, err := s.Colleagues.Join(r.Context(), account.Join{
		Staff: t.Staff, Generation: generation, Password: r.PostForm.Get("new"), Address: origin(r),
		Session: s.cookie(r, account.SessionCookie), Device: s.cookie(r, account.DeviceCookie), Agent: r.UserAgent(),
	})
	if errors.Is(err, accounts.ErrPassword) || errors.Is(err, accounts.ErrPasswordWeak) {
		f, _ := errors.AsType[*fault.Error](err)
		page.Title, page.Problems = "Error: "+page.Title, views.Problems{{Field: "new", Text: f.Message}}
		s.page(w, r, statuses[f.Kind], page)
		return nil
	}
	if err != nil {
		return s.noStaffDoor(w, r, err)
	}
	s.carry(w, in)
	http.Redirect(w, r, firstPage(in.Staff), http.StatusSeeOther)
	return nil
}

// peopleRoutes are what is done with the people of the practice.
func (s *Server) peopleRoutes(staff func(route string, right accounts.Right, h handler)) {
	staff("GET /settings/people", accounts.SeePeople, s.people)
	staff("GET /settings/people/new", accounts.ChangePeople, s.newStaff)
	staff("POST /settings/people", accounts.ChangePeople, s.inviteStaff)
	staff("GET /settings/people/{id}", accounts.SeePeople, s.staffMember)
	staff("POST /settings/people/{id}/invitation", accounts.ChangePeople, s.inviteStaffAgain)
	staff("POST /settings/people/{id}/role", accounts.ChangePeople, s.setRole)
	staff("POST /settings/people/{id}/deactivation", accounts.ChangePeople, s.deactivateStaff)
	staff("POST /settings/people/{id}/reactivation", accounts.ChangePeople, s.reactivateStaff)
	staff("POST /settings/people/{id}/second-factor/reset", accounts.ChangePeople, s.resetColleague)
}
