package web

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"portico/app/account"
	contactapp "portico/app/contact"
	"portico/app/language"
	viewingapp "portico/app/viewing"
	accounts "portico/domain/account"
	"portico/domain/fault"
	"portico/domain/invite"
	"portico/domain/viewing"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// looking is somebody of the practice in a contact's portal: a way of showing it in their own session, and never a
// session of the contact (S4.3, S4.i1).
type looking struct {
	viewing.View
	name  string // of the contact
	shut  bool   // the contact isn't let in at this moment
	may   bool   // act on their behalf
	until views.When
}

// viewRoutes are those of looking into a portal, and of why something isn't in it, but for the portal's own pages.
func (s *Server) viewRoutes(staff func(string, accounts.Right, handler)) {
	staff("GET /contacts/{id}/portal/help", accounts.ViewAsClient, s.viewed(s.portalHelp))
	staff("GET /contacts/{id}/portal/help/{article}", accounts.ViewAsClient, s.viewed(s.portalArticle))
	staff("GET /contacts/{id}/portal/*", accounts.ViewAsClient, s.viewed(s.within("", s.theirsAlone)))
	staff("POST /contacts/{id}/portal/*", accounts.ViewAsClient, s.readOnly)
	staff("GET /contacts/{id}/view", accounts.SeeClients, s.view)
	staff("POST /contacts/{id}/view", accounts.ViewAsClient, s.beginView)
	staff("POST /contacts/{id}/view/end", accounts.ViewAsClient, s.endView)
	staff("POST /contacts/{id}/view/acting", accounts.ActForClient, s.actFor)
	staff("GET /contacts/{id}/why", accounts.SeeClients, s.why)
	staff("POST /contacts/{id}/why", accounts.ChangeClients, s.mend)
	staff("POST /contacts/{id}/view/acting/end", accounts.ViewAsClient, s.actNoMore)
}

// viewBase is where the portal of a contact begins for who looks into it.
func viewBase(contact uuid.UUID) string { return "/contacts/" + contact.String() + "/portal" }

// viewed lets h show a contact's portal to people of the practice who have said what for. Nothing of the contact's own is
// read or written for it: no cookie, no session, no visit.
func (s *Server) viewed(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, err := s.looksInto(r)
		if looks := r.Method == http.MethodGet || r.Method == http.MethodHead; looks && errors.Is(err, viewing.ErrNone) {
			contact, err := pathID(r, "id")
			if err == nil {
				http.Redirect(w, r, "/contacts/"+contact.String()+"/view", http.StatusSeeOther)
			}
			return err
		}
		if err != nil {
			return err
		}
		return h(w, r.WithContext(withVisitor(r.Context(), v)))
	}
}

// acting is viewed, for what may be done on the contact's behalf by who has switched that on.
func (s *Server) acting(h portalHandler) handler {
	return s.viewed(s.within("", func(w http.ResponseWriter, r *http.Request, in inPortal) error {
		if !in.view.Acting {
			return s.onlyRead(w, r, in)
		}
		return h(w, r, in)
	}))
}

// looksInto is what a request sees of the portal that it names. It refuses with viewing.ErrNone.
func (s *Server) looksInto(r *http.Request) (v visitor, err error) {
	contact, err := pathID(r, "id")
	if err != nil {
		return v, err
	}
	u := user(r)
	row, err := s.ContactList.Contact(r.Context(), u.Firm, contact) // one that this person may see
	if err != nil {
		return v, err
	}
	view, err := s.Viewings.See(r.Context(), u.Firm, contact, u.ID, u.Session)
	if err != nil {
		return v, err
	}
	stands, err := s.InviteList.Invite(r.Context(), u.Firm, contact)
	if err != nil {
		return v, err
	}
	mayAct := u.Role.May(accounts.ActForClient)
	view.Acting = view.Acting && mayAct // whoever has lost the right since only looks
	v = visitor{Visit: account.Visit{Contact: contact, Firm: u.Firm, Email: row.Email, ByLink: stands.Access == invite.ByLink}, Practice: u.Practice}
	v.view = &looking{View: view, name: row.Name(), shut: !stands.In, may: mayAct, until: views.At(view.Until, zone(u.Practice.Zone))}
	return v, nil
}

// guest is who is in the portal, or looks into it.
func (s *Server) guest(r *http.Request) (visitor, error) {
	if v := visitorOf(r); v.view != nil {
		return v, nil
	}
	return s.visit(r)
}

// chooseViewed finds whose papers a view is about: those that its purpose was said for.
func (in *inPortal) chooseViewed() error {
	i := slices.IndexFunc(in.clients, func(m contactapp.Membership) bool { return m.Client == in.view.Client })
	switch {
	case i >= 0:
		in.client = in.clients[i]
	case len(in.clients) > 0: // they have parted since
		return errTab
	}
	return nil
}

// toClient is where another client's papers are: who looks into the portal says anew what for.
func (in inPortal) toClient(m contactapp.Membership) string {
	query := "?" + url.Values{"client": {m.Client.String()}}.Encode()
	if in.view != nil {
		return "/contacts/" + in.Contact.String() + "/view" + query
	}
	return "/portal" + query
}

// frameView puts around a page that it is looked into. How light it is, and in which language, isn't this browser's to
// choose.
func (s *Server) frameView(r *http.Request, f *views.PortalFrame, v visitor) {
	f.Theme, f.Base = "", viewBase(v.Contact)
	f.Help = f.At("/help")
	f.View = &views.PortalView{
		Contact: v.Contact, Name: v.view.name, Purpose: v.view.Purpose, Until: v.view.until, Shut: v.view.shut, Acting: v.view.Acting, MayAct: v.view.may, Command: newID(),
	}
}

// onlyRead refuses what would change something.
func (s *Server) onlyRead(w http.ResponseWriter, r *http.Request, in inPortal) error {
	return s.sayInView(w, r, in, statuses[fault.Forbidden], "Nothing was changed", viewing.ErrReading.Message)
}

// theirsAlone is instead of what no other eyes see: passwords, second factors, devices, an address being changed.
func (s *Server) theirsAlone(w http.ResponseWriter, r *http.Request, in inPortal) error {
	return s.sayInView(w, r, in, http.StatusOK, "This is theirs alone",
		"Password, second factor, devices and the change of their address are seen and changed by "+in.view.name+" and nobody else. What you can do for them is on their page.")
}

// readOnly answers every form of the portal that nobody may send for somebody else.
func (s *Server) readOnly(w http.ResponseWriter, r *http.Request) error {
	return s.viewed(s.within("", s.onlyRead))(w, r)
}

// sayInView tells who looks into a portal, in the practice's language, why there is no page.
func (s *Server) sayInView(w http.ResponseWriter, r *http.Request, in inPortal, code int, heading, text string) error {
	in.words = language.Choice{Words: language.For("en")}
	page := views.PortalRefused{
		PortalPlain: views.PortalPlain{PortalFrame: s.frame(r, in.setup, in.words)}, Heading: heading, Text: text, Action: "Back to the portal", Href: in.at(""),
	}
	page.Title = heading
	s.page(w, r, code, page)
	return nil
}

// view asks what somebody looks for in a contact's portal, and shows who has looked before.
func (s *Server) view(w http.ResponseWriter, r *http.Request) error {
	return s.viewForm(w, r, http.StatusOK, nil)
}

// viewsShown is how many views before the page has.
const viewsShown = 50

func (s *Server) viewForm(w http.ResponseWriter, r *http.Request, code int, problems views.Problems) error {
	u := user(r)
	contact, err := pathID(r, "id")
	if err != nil {
		return err
	}
	who, err := s.ContactList.Contact(r.Context(), u.Firm, contact)
	if err != nil {
		return err
	}
	of, err := s.ContactList.ClientsOf(r.Context(), u.Firm, contact)
	if err != nil {
		return err
	}
	stands, err := s.InviteList.Invite(r.Context(), u.Firm, contact)
	if err != nil {
		return err
	}
	page := views.View{
		Shell: s.shell(r, "See the portal of "+who.Name(), "contacts"), Contact: contact, Name: who.Name(), ID: newID(), Command: newID(),
		Purpose: r.PostForm.Get("purpose"), Problems: problems, Shut: !stands.In, Min: viewing.MinPurpose, Max: viewing.MaxPurpose,
	}
	if len(problems) > 0 {
		page.Title = "Error: " + page.Title
	}
	wanted := cmp.Or(r.PostForm.Get("client"), r.URL.Query().Get("client"))
	names := map[uuid.UUID]string{}
	for i, m := range sortedByUse(of) {
		names[m.Client] = m.ClientName
		page.Clients = append(page.Clients, views.ViewClient{ID: m.Client, Name: m.ClientName, Archived: !m.Active, Chosen: m.Client.String() == wanted || wanted == "" && i == 0})
	}
	if page.Before, err = s.viewsBefore(r, contact, names); err != nil {
		return err
	}
	s.page(w, r, code, page)
	return nil
}

// sortedByUse has active clients first.
func sortedByUse(of []contactapp.Membership) []contactapp.Membership {
	of = slices.Clone(of)
	slices.SortStableFunc(of, func(a, b contactapp.Membership) int { return cmp.Compare(btoi(b.Active), btoi(a.Active)) })
	return of
}

// viewsBefore are the newest views of a contact's portal. Of clients that the reader may not see there is nothing.
func (s *Server) viewsBefore(r *http.Request, contact uuid.UUID, clients map[uuid.UUID]string) (lines []views.ViewLine, err error) {
	u := user(r)
	rows, err := s.Viewings.Views(r.Context(), u.Firm, contact)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	if u.Only() != uuid.Nil {
		rows = slices.DeleteFunc(rows, func(v viewingapp.Row) bool { return v.Client != uuid.Nil && clients[v.Client] == "" })
	}
	rows = rows[:min(viewsShown, len(rows))]
	var ids []uuid.UUID
	for _, v := range rows {
		ids = append(ids, v.Staff)
	}
	colleagues, err := s.Staff.Staff(r.Context(), u.Firm, ids...)
	if err != nil {
		return nil, err
	}
	names := map[uuid.UUID]string{}
	for _, c := range colleagues {
		names[c.ID] = c.Name
	}
	z := zone(u.Practice.Zone)
	for _, v := range rows {
		lines = append(lines, views.ViewLine{
			By: cmp.Or(names[v.Staff], "somebody"), Purpose: v.Purpose, Client: clients[v.Client], Acted: v.Acted,
			At: views.At(v.At, z), Until: views.At(v.Until, z), Open: s.Now().Before(v.Until),
		})
	}
	return lines, nil
}

// beginView opens the portal to somebody who has said what for (S4.3).
func (s *Server) beginView(w http.ResponseWriter, r *http.Request) error {
	contact, err := pathID(r, "id")
	if err != nil {
		return err
	}
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	if _, err := s.ContactList.Contact(r.Context(), by.Firm, contact); err != nil { // one that this person may see
		return err
	}
	id, err := formID(r, "view")
	if err != nil {
		return err
	}
	client, err := s.viewedClient(r, contact)
	if err != nil {
		return err
	}
	_, err = s.Viewings.Begin(r.Context(), viewingapp.Begin{By: by, View: id, Contact: contact, Client: client, Session: user(r).Session, Purpose: r.PostForm.Get("purpose")})
	if f, ok := errors.AsType[*fault.Error](err); ok && errors.Is(f, viewing.ErrPurpose) {
		return s.viewForm(w, r, statuses[f.Kind], views.Problems{{Field: "purpose", Text: f.Message}})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, viewBase(contact), http.StatusSeeOther)
	return nil
}

// viewedClient is whose papers the form names, of the contact's clients; without a word the first of them.
func (s *Server) viewedClient(r *http.Request, contact uuid.UUID) (uuid.UUID, error) {
	of, err := s.ContactList.ClientsOf(r.Context(), user(r).Firm, contact)
	if err != nil || len(of) == 0 {
		return uuid.Nil, err
	}
	of = sortedByUse(of)
	wanted := r.PostForm.Get("client")
	if wanted == "" {
		return of[0].Client, nil
	}
	i := slices.IndexFunc(of, func(m contactapp.Membership) bool { return m.Client.String() == wanted })
	if i < 0 {
		return uuid.Nil, errForm
	}
	return of[i].Client, nil
}

// endView leaves the portal. No page of it stays in the browser.
func (s *Server) endView(w http.ResponseWriter, r *http.Request) error {
	return s.inView(w, r, func(contact uuid.UUID) string { return "/contacts/" + contact.String() }, func(r *http.Request, contact uuid.UUID) error {
		by, err := by(r)
		if err == nil {
			_, err = s.Viewings.End(r.Context(), by, contact, user(r).Session)
			w.Header().Set("Clear-Site-Data", `"cache"`)
		}
		return err
	})
}

// actFor switches acting on the contact's behalf on (S4.i1).
func (s *Server) actFor(w http.ResponseWriter, r *http.Request) error {
	return s.switchActing(w, r, true)
}

// actNoMore switches it off.
func (s *Server) actNoMore(w http.ResponseWriter, r *http.Request) error {
	return s.switchActing(w, r, false)
}

func (s *Server) switchActing(w http.ResponseWriter, r *http.Request, on bool) error {
	return s.inView(w, r, viewBase, func(r *http.Request, contact uuid.UUID) error {
		by, err := by(r)
		if err == nil {
			_, err = s.Viewings.Act(r.Context(), by, contact, user(r).Session, on)
		}
		return err
	})
}

// inView runs one change of a view and leads on.
func (s *Server) inView(w http.ResponseWriter, r *http.Request, to func(uuid.UUID) string, do func(*http.Request, uuid.UUID) error) error {
	contact, err := pathID(r, "id")
	if err != nil {
		return err
	}
	if err := form(w, r); err != nil {
		return err
	}
	if _, err := s.ContactList.Contact(r.Context(), user(r).Firm, contact); err != nil { // one that this person may see
		return err
	}
	if err := do(r, contact); err != nil {
		return err
	}
	http.Redirect(w, r, to(contact), http.StatusSeeOther)
	return nil
}
