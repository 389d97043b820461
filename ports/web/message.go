package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"

	"portico/app/message"
	accounts "portico/domain/account"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// messageChips filter the ledger by what became of messages, in groups that people ask for.
var messageChips = []struct {
	word, value string
	states      []message.State
}{
	{"All", "", nil},
	{"On their way", "waiting", message.OnTheirWay()},
	{"Handed over", "handed_over", []message.State{message.HandedOver}},
	{"Delivered", "delivered", []message.State{message.Arrived}},
	{"Failed", "failed", []message.State{message.Failed, message.Refused, message.GaveUp}},
	{"Not sent", "not_sent", []message.State{message.NotSent}},
}

// messages is the ledger, searched and narrowed to a client or a person.
func (s *Server) messages(w http.ResponseWriter, r *http.Request) error {
	current, err := s.caughtUp(r)
	if err != nil {
		return err
	}
	in := r.URL.Query()
	q := message.Query{Text: in.Get("q"), Kind: in.Get("kind"), After: in.Get("after"), Limit: rowsOf(r)}
	page := views.Messages{Shell: s.shell(r, "Messages", "messages"), Query: q.Text, Kind: q.Kind, Kinds: messageKinds}
	page.Stale = !current
	for name, id := range map[string]*uuid.UUID{"client": &q.Client, "person": &q.Person} {
		if text := in.Get(name); text != "" {
			if *id, err = uuid.Parse(text); err != nil {
				return errNotFound
			}
			page.Hidden = append(page.Hidden, views.Field{Name: name, Value: text})
		}
	}
	if page.About, err = s.aboutWhom(r, q); err != nil {
		return err
	}
	for _, c := range messageChips {
		if c.value == in.Get("state") {
			q.States = c.states
		}
		narrowed := url.Values{}
		for _, name := range []string{"q", "kind", "client", "person"} {
			if v := in.Get(name); v != "" {
				narrowed.Set(name, v)
			}
		}
		if c.value != "" {
			narrowed.Set("state", c.value)
		}
		page.Chips = append(page.Chips, views.Chip{Word: c.word, Href: withQuery("/messages", narrowed), Current: c.value == in.Get("state")})
	}
	rows, next, err := s.Ledger.Messages(r.Context(), user(r).Firm, q)
	if err != nil {
		return err
	}
	page.Rows, page.Pager = s.messageLines(r, rows), pager(r, next, len(rows), "message", "messages")
	page.Empty = views.Empty{Icon: "mail", Title: "No messages yet", Text: "Mails and texts show here as soon as something asks for one.", Action: "Send an upload link", Href: "/upload-links/new"}
	if len(in) > 0 {
		page.Empty = views.Empty{Icon: "search", Title: "No message matches", Text: "Nothing was sent that fits what you look for.", Action: "Show all messages", Href: "/messages"}
	}
	return s.show(w, r, page)
}

// aboutWhom names the client that the list is narrowed to; a person is named by their messages.
func (s *Server) aboutWhom(r *http.Request, q message.Query) (string, error) {
	switch {
	case q.Client != uuid.Nil:
		c, err := s.ClientList.Client(r.Context(), user(r).Firm, q.Client)
		return c.Name, err
	case q.Person != uuid.Nil:
		rows, _, err := s.Ledger.Messages(r.Context(), user(r).Firm, message.Query{Person: q.Person, Limit: 1})
		if err != nil || len(rows) == 0 || rows[0].PersonName == "" {
			return "one person", err
		}
		return rows[0].PersonName, nil
	}
	return "", nil
}

func withQuery(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// partRows is how many messages the page of a client or a contact shows.
const partRows = 5

// messagesAbout is the part of a client's or a contact's page that tells of mails and texts; q has one of the two. It is
// nil for who may not see messages.
func (s *Server) messagesAbout(r *http.Request, whose string, q message.Query) (*views.MessagesPart, error) {
	if !user(r).Role.May(accounts.SeeMessages) {
		return nil, nil //nolint:nilnil // a page without that part is a page like others
	}
	q.Limit = partRows
	rows, next, err := s.Ledger.Messages(r.Context(), user(r).Firm, q)
	part := &views.MessagesPart{Whose: whose, Rows: s.messageLines(r, rows)}
	if next != "" {
		all := url.Values{}
		if q.Client != uuid.Nil {
			all.Set("client", q.Client.String())
		}
		if q.Person != uuid.Nil {
			all.Set("person", q.Person.String())
		}
		part.All = withQuery("/messages", all)
	}
	return part, err
}

func (s *Server) messageLines(r *http.Request, rows []message.Row) []views.MessageLine {
	z := zone(user(r).Practice.Zone)
	lines := make([]views.MessageLine, len(rows))
	for i, m := range rows {
		lines[i] = messageLine(m, z)
	}
	return lines
}

// messageKinds are the sorts that the list can be narrowed to, by their words.
var messageKinds = func() (choices []views.Choice) {
	for kind, k := range kindsOfMessages {
		choices = append(choices, views.Choice{Value: kind, Word: k.title})
	}
	slices.SortFunc(choices, func(a, b views.Choice) int {
		return cmp.Or(cmp.Compare(a.Word, b.Word), cmp.Compare(a.Value, b.Value))
	})
	return choices
}()
