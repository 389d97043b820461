package clientimport

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"portico/domain/client"
	"portico/domain/contact"
	"portico/domain/event"
	"portico/domain/fault"

	"github.com/google/uuid"
)

// Known is what the practice has, as the read models show it. A plan changes it: what one row makes the next one finds.
type Known struct {
	Clients []KnownClient
	People  []KnownPerson
	Staff   map[string]uuid.UUID // by canonical address
}

// KnownClient is a client that there is.
type KnownClient struct {
	Says   client.Creating // its id, too
	Tags   []string
	People []KnownLink
}

// KnownLink is somebody of a client.
type KnownLink struct {
	Person uuid.UUID
	Rights []client.Right
}

// history are events that lead to how the client stands.
func (k KnownClient) history() []client.Event {
	id := k.Says.Client
	events := []client.Event{client.Created{
		Name: event.Of(id, k.Says.Name), Email: event.Of(id, k.Says.Email), Sort: k.Says.Sort, Reference: k.Says.Reference, Owner: k.Says.Owner,
	}}
	if len(k.Tags) > 0 {
		set := client.TagsSet{}
		for _, t := range k.Tags {
			set.Tags = append(set.Tags, event.Of(id, t))
		}
		events = append(events, set)
	}
	for _, l := range k.People {
		events = append(events, client.ContactLinked{Contact: l.Person, Rights: l.Rights})
	}
	return events
}

// KnownPerson is a person that there is.
type KnownPerson struct {
	ID      uuid.UUID
	Details contact.Details
}

// Outcome is what a row leads to. Its words are stored.
type Outcome string

// The outcomes.
const (
	Created   Outcome = "created"   // a client that there was not
	Changed   Outcome = "changed"   // a client that there was, or somebody of it
	Unchanged Outcome = "unchanged" // all of it is so already
	Refused   Outcome = "refused"   // nothing of it; the note says why
)

// Step is what one row leads to, and to which client and person.
type Step struct {
	No      int
	Outcome Outcome
	Note    string // why it was refused, or what else is to be known
	Client  uuid.UUID
	Name    string    // of the client
	Person  uuid.UUID // zero: the row has nobody
	Who     string    // their name or address
	New     bool      // the person is one that the practice didn't know

	line line
}

// Waits tells that the row hasn't been taken yet: its outcome is what would become of it.
func (s Step) Waits() bool { return !s.line.done }

// What can be wrong with a row, beside what the rules of clients and people refuse.
var (
	errWho    = fault.New(fault.Invalid, "clientimport.who", "There are several clients of this name. Give the row the client number of one of them.")
	errNobody = fault.New(fault.Invalid, "clientimport.nobody", "Neither a name nor a known client number is in this row.")
	errKind   = fault.New(fault.Invalid, "clientimport.kind", "The kind is none of person, company, partnership, trust, charity.")
	errOwner  = fault.New(fault.Invalid, "clientimport.owner", "The owner is nobody of the practice. Give their e-mail address.")
	errRights = fault.New(fault.Invalid, "clientimport.rights", "The rights are none of files, tasks, billing, schedule, sign.")
)

// DefaultRights are those of a person whose row says nothing of them.
var DefaultRights = []client.Right{client.Files, client.Tasks, client.Sign}

// Plan says what each row of an import leads to, in their order. It decides by the same rules as the import itself. A
// client is found by the practice's number, or by name where that is no other client's; a person by address, or by name
// among those of the client. What a row leaves empty stays as it is. Ids of what is new follow from the import's id and
// the row, so an import that is repeated makes nothing twice.
func Plan(id uuid.UUID, rows []Cells, m Mapping, known Known, now time.Time) []Step {
	p := newPlanner(id, known, now)
	steps := make([]Step, len(rows))
	for i, row := range rows {
		steps[i] = p.step(row, m)
	}
	return steps
}

type planner struct {
	id      uuid.UUID
	now     time.Time
	staff   map[string]uuid.UUID
	clients map[uuid.UUID]*planned
	byRef   map[string]uuid.UUID
	byName  map[string][]uuid.UUID
	people  map[uuid.UUID]contact.Contact
	who     map[uuid.UUID]contact.Details
	byEmail map[string][]uuid.UUID
}

// planned is a client as the rows so far have made it.
type planned struct {
	state  client.Client
	name   string
	ref    string
	email  string
	people []uuid.UUID
}

func (c *planned) apply(e client.Event) {
	c.state = c.state.Apply(e)
	switch e := e.(type) {
	case client.Created:
		c.name, c.ref, c.email = e.Name.Text, e.Reference, e.Email.Text
	case client.Changed:
		c.name, c.ref, c.email = e.Name.Text, e.Reference, e.Email.Text
	case client.ContactLinked:
		c.people = append(c.people, e.Contact)
	case client.OwnerSet, client.TagsSet, client.Archived, client.Restored, client.ContactRightsSet, client.ContactUnlinked:
	}
}

func newPlanner(id uuid.UUID, known Known, now time.Time) *planner {
	p := &planner{
		id: id, now: now, staff: known.Staff, clients: map[uuid.UUID]*planned{}, byRef: map[string]uuid.UUID{}, byName: map[string][]uuid.UUID{},
		people: map[uuid.UUID]contact.Contact{}, who: map[uuid.UUID]contact.Details{}, byEmail: map[string][]uuid.UUID{},
	}
	for _, k := range known.Clients {
		c := &planned{}
		for _, e := range k.history() {
			c.apply(e)
		}
		p.addClient(k.Says.Client, c)
	}
	for _, k := range known.People {
		p.addPerson(k.ID, contact.Contact{}.Apply(contact.Added{Details: k.Details}), k.Details)
	}
	return p
}

func (p *planner) addClient(id uuid.UUID, c *planned) {
	p.clients[id] = c
	if ref := key(c.ref); ref != "" {
		p.byRef[ref] = id
	}
	if name := key(c.name); !slices.Contains(p.byName[name], id) {
		p.byName[name] = append(p.byName[name], id)
	}
}

func (p *planner) addPerson(id uuid.UUID, c contact.Contact, d contact.Details) {
	if _, known := p.people[id]; !known || p.who[id].Email.Text != d.Email.Text {
		if email := strings.ToLower(d.Email.Text); email != "" {
			p.byEmail[email] = append(p.byEmail[email], id)
		}
	}
	p.people[id], p.who[id] = c, d
}

func (p *planner) step(row Cells, m Mapping) Step {
	s := Step{No: row.No}
	l, err := p.read(row, m)
	s.line = l
	s.Name = cmp.Or(l.creating.Name, l.creating.Reference)
	s.Who = cmp.Or(strings.TrimSpace(l.person.Given+" "+l.person.Family), l.person.Email)
	if err == nil {
		err = p.decide(&s)
	}
	if err != nil {
		s.Outcome, s.Note = Refused, sentence(err)
	}
	return s
}

// decide finds client and person and lets the rules say what changes; nothing is kept of a row that is refused.
func (p *planner) decide(s *Step) error {
	id, found, err := p.client(s.line)
	if err != nil {
		return err
	}
	if !found {
		id = derived(p.id, "client", s.No)
	}
	s.Client, s.line.creating.Client = id, id
	c := &planned{}
	if known := p.clients[id]; known != nil {
		copied := *known
		c = &copied
		s.line.creating.Reference, s.line.creating.Name = spelt(c.ref, s.line.creating.Reference), spelt(c.name, s.line.creating.Name)
	}
	var details contact.Details
	person, personChanged := contact.Contact{}, false
	if s.line.someone {
		s.Person, s.New = p.person(c, s.line.person, s.No)
		if !s.New { // found by their address, which therefore stays as it is written
			s.line.person.Email = p.who[s.Person].Email.Text
		}
		events, err := s.line.personEvents(s.Person, p.people[s.Person])
		if err != nil {
			return err
		}
		person, details, personChanged = p.people[s.Person], p.who[s.Person], len(events) > 0
		for _, e := range events {
			person = person.Apply(e)
			details = detailsOf(e)
		}
		if s.New && s.line.person.Email != "" && len(p.byEmail[strings.ToLower(details.Email.Text)]) > 0 {
			s.Note = "This address is another person’s as well; they share one sign-in to the portal." // S3.i11
		}
	}
	events, err := s.line.clientEvents(c.state, s.Person, p.now)
	if err != nil {
		return err
	}
	for _, e := range events {
		c.apply(e)
	}
	switch {
	case !found, id == derived(p.id, "client", s.No): // an earlier try of this import has made it
		s.Outcome = Created
	case len(events) > 0 || personChanged:
		s.Outcome = Changed
	default:
		s.Outcome = Unchanged
	}
	s.Name = c.name
	p.addClient(id, c)
	if s.line.someone {
		p.addPerson(s.Person, person, details)
	}
	return nil
}

// spelt is what there is, where the row has the same and only writes it otherwise.
func spelt(has, says string) string {
	if key(has) == key(says) {
		return has
	}
	return says
}

func detailsOf(e contact.Event) contact.Details {
	switch e := e.(type) {
	case contact.Added:
		return e.Details
	case contact.Changed:
		return e.Details
	}
	return contact.Details{}
}

// client finds the client that a row is about.
func (p *planner) client(l line) (id uuid.UUID, found bool, err error) {
	ref := key(l.creating.Reference)
	if id, found = p.byRef[ref]; found && ref != "" {
		return id, true, nil
	}
	if l.creating.Name == "" {
		return uuid.Nil, false, errNobody
	}
	var same []uuid.UUID
	for _, id := range p.byName[key(l.creating.Name)] {
		c := p.clients[id]
		if ref != "" && c.ref != "" || l.creating.Email != "" && c.email != "" && !strings.EqualFold(l.creating.Email, c.email) {
			continue // it has another number, or another address
		}
		same = append(same, id)
	}
	switch len(same) {
	case 0:
		return uuid.Nil, false, nil
	case 1:
		return same[0], true, nil
	}
	return uuid.Nil, false, errWho
}

// person finds the person of a row, or gives a new one its id.
func (p *planner) person(c *planned, e contact.Entry, no int) (id uuid.UUID, unknown bool) {
	if e.Email != "" {
		for _, id := range p.byEmail[strings.ToLower(e.Email)] {
			if has := p.who[id].Given.Text; e.Given == "" || has == "" || key(has) == key(e.Given) {
				return id, false
			}
		}
		return derived(p.id, "person", no), true
	}
	for _, id := range c.people {
		d := p.who[id]
		if key(d.Given.Text) == key(e.Given) && key(d.Family.Text) == key(e.Family) {
			return id, false
		}
	}
	return derived(p.id, "person", no), true
}

// personEvents are what the row changes of its person. Of two rows that share somebody new either may be the first.
func (l line) personEvents(id uuid.UUID, c contact.Contact) ([]contact.Event, error) {
	events, err := c.Add(id, uuid.Nil, l.person)
	if err != nil || len(events) > 0 {
		return events, err
	}
	return c.Merge(id, l.person, false)
}

// clientEvents are what the row changes of its client.
func (l line) clientEvents(c client.Client, person uuid.UUID, now time.Time) (events []client.Event, err error) {
	add := func(more []client.Event, refusal error) {
		if err == nil && refusal == nil {
			for _, e := range more {
				c = c.Apply(e)
			}
			events = append(events, more...)
		}
		err = errors.Join(err, refusal)
	}
	add(c.Create(l.creating))
	if len(events) == 0 && err == nil {
		add(c.Merge(l.creating))
		if l.creating.Owner != uuid.Nil {
			add(c.SetOwner(l.creating.Owner))
		}
	}
	if len(l.tags) > 0 {
		add(c.SetTags(l.creating.Client, l.tags))
	}
	switch {
	case person == uuid.Nil:
	case len(l.rights) > 0:
		add(c.Link(person, l.rights, now))
	case !c.Linked(person):
		add(c.Link(person, DefaultRights, now))
	}
	if err != nil {
		return nil, err
	}
	return events, nil
}

// derived is the id of what a row makes: a UUIDv7 of the import's moment that only this import and row have.
func derived(id uuid.UUID, what string, no int) uuid.UUID {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s/%s/%d", id, what, no))
	out := id
	copy(out[6:], sum[:])
	out[6] = out[6]&0x0f | 0x70
	out[8] = out[8]&0x3f | 0x80
	return out
}

// sentence is what people read of a refusal, and of several the first.
func sentence(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.Message
	}
	return "This row can’t be taken: " + err.Error()
}
