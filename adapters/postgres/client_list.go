package postgres

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"portico/domain/client"
	"portico/domain/event"

	"github.com/google/uuid"
)

// clientModel owns portal.client, portal.client_contact, portal.client_tag and portal.client_word.
var clientModel = Model{
	Name: "client_list", Version: 2, Kinds: []event.Kind{client.Kind},
	Tables: []Table{
		{
			Name: "client",
			Columns: []string{
				"id uuid NOT NULL", "firm_no integer NOT NULL", "name text NOT NULL", `name_key text COLLATE "C" NOT NULL`, "email text NOT NULL", "sort text NOT NULL",
				"reference text NOT NULL", `reference_key text COLLATE "C" NOT NULL`, "owner_id uuid NOT NULL", "tags text[] NOT NULL",
				"active boolean NOT NULL", "created_at timestamptz NOT NULL", "archived_at timestamptz",
			},
			Key: []string{"id"},
			Indexes: []string{
				"firm_no, active, name_key, id", "firm_no, active, reference_key, id", "firm_no, active, created_at, id",
				"firm_no, owner_id, active, name_key, id", "firm_no, sort, active, name_key, id",
			},
			Own: "owner_id = portal.limited_to()",
		},
		{
			Name: "client_contact",
			Columns: []string{
				"client_id uuid NOT NULL", "firm_no integer NOT NULL", "contact_id uuid NOT NULL", "rights text[] NOT NULL", "linked_at timestamptz NOT NULL",
			},
			Key:     []string{"client_id", "contact_id"},
			Indexes: []string{"contact_id, client_id"},
		},
		{
			Name:    "client_tag",
			Columns: []string{"client_id uuid NOT NULL", "firm_no integer NOT NULL", `tag_key text COLLATE "C" NOT NULL`},
			Key:     []string{"client_id", "tag_key"},
			Indexes: []string{"firm_no, tag_key, client_id"},
		},
		{
			Name:    "client_word",
			Columns: []string{"client_id uuid NOT NULL", "firm_no integer NOT NULL", `word text COLLATE "C" NOT NULL`},
			Key:     []string{"client_id", "word"},
			Indexes: []string{"firm_no, word, client_id"},
		},
	},
	New: func(s event.Stream, firm int32) View { return &clientView{id: s.ID, firm: firm} },
}

type clientView struct {
	id       uuid.UUID
	firm     int32
	says     client.Changed
	owner    uuid.UUID
	tags     []event.Personal
	people   []clientPerson // in the order in which they were linked
	at       time.Time
	archived *time.Time
}

type clientPerson struct {
	contact uuid.UUID
	rights  []client.Right
	at      time.Time
}

func (v *clientView) Apply(r event.Recorded) error {
	e, ok := r.Event.(client.Event)
	if !ok {
		return unexpected(r)
	}
	switch e := e.(type) {
	case client.Created:
		v.says = client.Changed{Name: e.Name, Email: e.Email, Sort: e.Sort, Reference: e.Reference}
		v.owner, v.at = e.Owner, r.At
	case client.Changed:
		v.says = e
	case client.OwnerSet:
		v.owner = e.Owner
	case client.TagsSet:
		v.tags = e.Tags
	case client.Archived:
		v.archived = &e.At
	case client.Restored:
		v.archived = nil
	case client.ContactLinked:
		v.people = append(v.people, clientPerson{e.Contact, e.Rights, e.At})
	case client.ContactRightsSet:
		for i := range v.people {
			if v.people[i].contact == e.Contact {
				v.people[i].rights = e.Rights
			}
		}
	case client.ContactUnlinked:
		v.people = slices.DeleteFunc(v.people, func(p clientPerson) bool { return p.contact == e.Contact })
	}
	return nil
}

func (v *clientView) Rows() [][]Row {
	name, email := v.says.Name.String(), v.says.Email.String()
	tags, tagRows := make([]string, len(v.tags)), make([]Row, 0, len(v.tags))
	for i, t := range v.tags {
		tags[i] = t.String()
		if !t.Erased {
			tagRows = append(tagRows, Row{v.id, v.firm, tagKey(t.Text)})
		}
	}
	people := make([]Row, len(v.people))
	for i, p := range v.people {
		rights := make([]string, len(p.rights))
		for j, r := range p.rights {
			rights[j] = string(r)
		}
		people[i] = Row{v.id, v.firm, p.contact, rights, p.at}
	}
	var archived any
	if v.archived != nil {
		archived = *v.archived
	}
	return [][]Row{
		{{
			v.id, v.firm, name, fold(name), email, string(v.says.Sort), v.says.Reference, naturalKey(v.says.Reference), v.owner, tags,
			v.archived == nil, v.at, archived,
		}},
		people,
		tagRows,
		wordRows(v.id, v.firm, name, email, v.says.Reference),
	}
}

// tagKey is a tag as it is looked for.
func tagKey(tag string) string { return strings.ToLower(strings.TrimSpace(tag)) }

// naturalKey sorts numbers in a text by their value, and nothing at the end.
func naturalKey(text string) string {
	text = fold(text)
	if text == "" {
		return string(unicode.MaxRune)
	}
	return digits.ReplaceAllStringFunc(text, func(n string) string {
		n = strings.TrimLeft(n, "0")
		return strings.Repeat("0", max(0, 12-len(n))) + n
	})
}

var digits = regexp.MustCompile(`[0-9]+`)

// unexpected is the error of a fold that meets an event which is none of its own.
func unexpected(r event.Recorded) error {
	return fmt.Errorf("%s is no event of this model", r.Event.EventType())
}
