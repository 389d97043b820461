package api

import (
	"context"
	"fmt"

	taskapp "portico/app/task"
	"portico/domain/client"
	"portico/domain/contact"
	"portico/domain/task"

	"github.com/google/uuid"
)

// errNoRequest is task.ErrNotFound as a program reads it.
var errNoRequest = task.ErrNotFound.Withf("There is no such document request. The list of requests has those that are there.")

// Request is a document request: what the practice wants from a client.
type Request struct {
	ID         ID        `json:"id" doc:"It is a task, too"`
	ClientID   MaybeID   `json:"client_id" doc:"null: the contact's, who is no client"`
	ContactID  MaybeID   `json:"contact_id"`
	Title      string    `json:"title"`
	DueOn      string    `json:"due_on" doc:"2026-12-20, or empty"`
	OwnerID    MaybeID   `json:"owner_id" doc:"Who of the practice is in charge"`
	Stand      string    `json:"stand" doc:"Where the client's part stands: assigned, seen, done or confirmed"`
	Part       string    `json:"part" doc:"Where the practice's part stands: open, doing, waiting or done"`
	Outcome    string    `json:"outcome" doc:"completed or cancelled; empty: open"`
	AssignedAt Time      `json:"assigned_at"`
	HoldUntil  MaybeTime `json:"hold_until" doc:"Until then no contact sees it"`
	ClosedAt   MaybeTime `json:"closed_at"`
}

// RequestNumbers are how many things stand where. Clients see the same numbers.
type RequestNumbers struct {
	Open     int `json:"open"`
	Returned int `json:"returned"`
	Accepted int `json:"accepted"`
	SentBack int `json:"sent_back"`
}

// RequestDetail is one request with what it asks for.
type RequestDetail struct {
	Request
	Description string          `json:"description" doc:"Markdown"`
	Numbers     RequestNumbers  `json:"numbers" doc:"What all share counts once, what is each person's own once for each"`
	People      []RequestPerson `json:"people" nullable:"false" doc:"Contacts whom it concerns"`
	Items       []RequestedItem `json:"items" nullable:"false" doc:"In the order in which they were asked for"`
}

// RequestPerson is a contact whom a request concerns.
type RequestPerson struct {
	ContactID ID             `json:"contact_id"`
	Numbers   RequestNumbers `json:"numbers"`
}

// RequestedItem is one thing that is asked for.
type RequestedItem struct {
	ID        ID             `json:"id"`
	Title     string         `json:"title"`
	Help      string         `json:"help"`
	Types     []string       `json:"types" nullable:"false" doc:"File types; none: all that the practice accepts"`
	Most      int            `json:"most" doc:"Files at most; 0: any number"`
	Optional  bool           `json:"optional"`
	Own       bool           `json:"own" doc:"Each contact answers for themselves"`
	Cancelled bool           `json:"cancelled" doc:"It is no longer wanted"`
	Rounds    []RequestRound `json:"rounds" nullable:"false" doc:"Oldest first"`
}

// RequestRound is one answer to an item, and what the practice made of it.
type RequestRound struct {
	ContactID     MaybeID   `json:"contact_id" doc:"Whose own item it is; null: one that all share"`
	Nth           int       `json:"nth" doc:"1, 2, 3"`
	Stands        string    `json:"stands" doc:"returned, in_review, accepted or sent_back"`
	NotApplicable bool      `json:"not_applicable"`
	ByContactID   MaybeID   `json:"by_contact_id" doc:"Who returned it, or in whose place somebody of the practice did"`
	ByStaffID     MaybeID   `json:"by_staff_id" doc:"Who did so in their place"`
	Note          string    `json:"note"`
	Files         []string  `json:"files" nullable:"false" doc:"Ids of files"`
	At            Time      `json:"at"`
	JudgedAt      MaybeTime `json:"judged_at" doc:"null: it waits for the practice"`
	JudgedByID    MaybeID   `json:"judged_by_id"`
	Reason        string    `json:"reason" doc:"Of its being sent back; the client reads it"`
}

func showRequest(t taskapp.Row) Request {
	return Request{
		ID: ID(t.ID), ClientID: MaybeID(t.Client), ContactID: MaybeID(t.Contact), Title: t.Title, DueOn: t.DueOn, OwnerID: MaybeID(t.Owner), Stand: string(t.Stand), Part: string(t.Part),
		Outcome: string(t.Outcome), AssignedAt: Time(t.AssignedAt), HoldUntil: MaybeTime(t.HoldUntil), ClosedAt: MaybeTime(t.ClosedAt),
	}
}

func showNumbers(n taskapp.Numbers) RequestNumbers {
	return RequestNumbers{Open: n.Open, Returned: n.Returned, Accepted: n.Accepted, SentBack: n.SentBack}
}

func showItem(i taskapp.Item) RequestedItem {
	item := RequestedItem{
		ID: ID(i.ID), Title: i.Title, Help: i.Help, Types: append([]string{}, i.Types...), Most: i.Most, Optional: i.Optional, Own: i.Own, Cancelled: i.Cancelled,
		Rounds: make([]RequestRound, len(i.Rounds)),
	}
	for n, r := range i.Rounds {
		round := RequestRound{
			ContactID: MaybeID(r.For), Nth: r.Nth, Stands: string(r.Stands), NotApplicable: r.NotApplicable, ByContactID: MaybeID(r.By.Contact()), ByStaffID: MaybeID(r.By.Staff()), Note: r.Note,
			Files: make([]string, len(r.Files)), At: Time(r.At), JudgedAt: MaybeTime(r.JudgedAt), JudgedByID: MaybeID(r.JudgedBy), Reason: r.Reason,
		}
		for f, id := range r.Files {
			round.Files[f] = id.String()
		}
		item.Rounds[n] = round
	}
	return item
}

type listRequests struct {
	Paging
	Client string `query:"client_id"`
	Text   string `query:"q" doc:"The beginnings of words in the title or the client's name"`
	Shelf  string `query:"shelf" enum:"closed,all" doc:"Open ones where none is sent"`
	Their  string `query:"stand" enum:"assigned,seen,done,confirmed" doc:"Where the client's part stands"`
}

func (s *Server) listRequests(ctx context.Context, in *listRequests) (*body[Page[Request]], error) {
	q := taskapp.Query{
		Kind: task.Documents, Text: in.Text, Shelf: taskapp.Shelf(in.Shelf), Their: taskapp.Stand(in.Their), After: in.Cursor, Limit: in.Limit,
	}
	var err error
	if q.Client, err = optionalID(in.Client, client.ErrNotFound); err != nil {
		return nil, err
	}
	rows, next, err := s.TaskDB.Tasks(ctx, from(ctx).Firm, q)
	if err != nil {
		return nil, err
	}
	return page(rows, next, showRequest), nil
}

// AskedItem is one thing to ask for.
type AskedItem struct {
	Title    string   `json:"title" maxLength:"200"`
	Help     string   `json:"help,omitempty" doc:"The client reads it"`
	Types    []string `json:"types,omitempty" doc:"Like pdf or jpg; none: all that the practice accepts"`
	Most     int      `json:"most,omitempty" minimum:"0" maximum:"100" doc:"Files at most; 0: any number"`
	Optional bool     `json:"optional,omitempty"`
	Own      bool     `json:"own,omitempty" doc:"Each contact answers for themselves; otherwise one answers for all"`
	Examples []string `json:"example_ids,omitempty" nullable:"false" maxItems:"10" doc:"Files of the practice that show what is meant, as a template of it names them: a new request or template shows them, too. On a request that is there they are attachments, and this is passed over"`
}

func (a AskedItem) asking(id uuid.UUID) task.Asking {
	asked := task.Asking{ID: id, Title: a.Title, Help: a.Help, Types: a.Types, Most: a.Most, Optional: a.Optional, Own: a.Own}
	for _, text := range a.Examples {
		example, _ := uuid.Parse(text) // what is none is refused as one that is gone
		asked.Examples = append(asked.Examples, example)
	}
	return asked
}

type createRequest struct {
	Idempotent
	Body struct {
		Client         string      `json:"client_id"`
		Contacts       []string    `json:"contact_ids,omitempty" maxItems:"100" doc:"Who of the client sees it; everybody with the right to tasks where none is sent"`
		Title          string      `json:"title" maxLength:"200"`
		Description    string      `json:"description,omitempty" doc:"Markdown"`
		DueOn          string      `json:"due_on,omitempty" doc:"2026-12-20"`
		Priority       string      `json:"priority,omitempty" enum:"low,normal,high"`
		CadenceID      string      `json:"cadence_id,omitempty" doc:"Of reminders, by the due date; empty: none"`
		FinishTogether bool        `json:"finish_together,omitempty" doc:"When the client is done, the practice's part is done, too"`
		Items          []AskedItem `json:"items" nullable:"false" minItems:"1" maxItems:"200"`
	}
}

// createRequest asks a client for documents, at once: what a program sends was decided before.
func (s *Server) createRequest(ctx context.Context, in *createRequest) (*body[RequestDetail], error) {
	who, err := by(ctx, in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	of, err := ByID{ID: in.Body.Client}.parse(client.ErrNotFound)
	if err != nil {
		return nil, err
	}
	if _, err := s.ClientDB.Client(ctx, who.Firm, of); err != nil { // another practice's, or one that the caller may not see
		return nil, err
	}
	zone, err := s.zone(ctx)
	if err != nil {
		return nil, err
	}
	id, err := newID("request")
	if err != nil {
		return nil, err
	}
	a := task.Assigning{
		Task: id, Client: of, Kind: task.Documents, Title: in.Body.Title, Description: in.Body.Description, DueOn: in.Body.DueOn, Priority: task.Priority(in.Body.Priority),
		Audience: task.Audience{All: len(in.Body.Contacts) == 0}, FinishTogether: in.Body.FinishTogether, Owner: who.Actor.ID, Zone: zone.String(),
	}
	if a.Cadence, err = s.cadenceOf(ctx, in.Body.CadenceID); err != nil {
		return nil, err
	}
	for _, text := range in.Body.Contacts {
		c, err := ByID{ID: text}.parse(contact.ErrNotFound)
		if err != nil {
			return nil, err
		}
		a.Audience.Contacts = append(a.Audience.Contacts, c)
	}
	for _, i := range in.Body.Items {
		item, err := newID("item")
		if err != nil {
			return nil, err
		}
		a.Items = append(a.Items, i.asking(item))
	}
	r, err := s.Tasks.Assign(ctx, taskapp.Assign{By: who, Task: a})
	if err != nil {
		return nil, err
	}
	if err := s.shown(ctx, r); err != nil {
		return nil, err
	}
	return s.request(ctx, r.Stream.ID) // of the first time, where the command is repeated
}

// newID draws the id of a new thing; what says which, where that fails.
func newID(what string) (uuid.UUID, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return id, fmt.Errorf("draw the id of a new %s: %w", what, err)
	}
	return id, nil
}

func (s *Server) getRequest(ctx context.Context, in *ByID) (*body[RequestDetail], error) {
	id, err := in.parse(errNoRequest)
	if err != nil {
		return nil, err
	}
	return s.request(ctx, id)
}

func (s *Server) request(ctx context.Context, id uuid.UUID) (*body[RequestDetail], error) {
	firm := from(ctx).Firm
	t, err := s.TaskDB.Task(ctx, firm, id)
	if err != nil {
		return nil, err
	}
	if t.Kind != task.Documents {
		return nil, errNoRequest
	}
	all, err := s.TaskItems.Items(ctx, firm, id)
	if err != nil {
		return nil, err
	}
	asked := []uuid.UUID{t.Contact}
	if t.Client != uuid.Nil {
		people, err := s.ContactDB.OfClient(ctx, firm, t.Client)
		if err != nil {
			return nil, err
		}
		asked = nil
		for _, p := range people {
			if p.Rights.May("tasks") {
				asked = append(asked, p.ID)
			}
		}
	}
	asked = t.Asked(asked)
	items := all[id]
	d := RequestDetail{
		Request: showRequest(t.Row), Description: t.Description, Numbers: showNumbers(taskapp.Count(items, asked...)),
		People: make([]RequestPerson, len(asked)), Items: make([]RequestedItem, len(items)),
	}
	for n, c := range asked {
		d.People[n] = RequestPerson{ContactID: ID(c), Numbers: showNumbers(taskapp.Count(items, c))}
	}
	for n, i := range items {
		d.Items[n] = showItem(i)
	}
	return &body[RequestDetail]{Body: d}, nil
}
