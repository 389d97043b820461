package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"portico/app/account"
	taskapp "portico/app/task"
	accounts "portico/domain/account"
	tasks "portico/domain/task"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// seers are the people of the practice who may see a task: those can be mentioned on it, as a mention tells of it.
func (s *Server) seers(ctx context.Context, firm int32, t taskapp.Row) (people []account.StaffRow, err error) {
	all, err := s.Staff.Staff(ctx, firm)
	if err != nil {
		return nil, err
	}
	var owner uuid.UUID
	if t.Client != uuid.Nil && slices.ContainsFunc(all, func(p account.StaffRow) bool { return p.Role.AssignedOnly() }) {
		c, err := s.ClientList.Client(ctx, firm, t.Client)
		if err != nil {
			return nil, err
		}
		owner = c.Owner
	}
	for _, p := range all {
		if p.DeactivatedAt.IsZero() && p.Role.May(accounts.SeeTasks) && (!p.Role.AssignedOnly() || p.ID == owner) {
			people = append(people, p)
		}
	}
	return people, nil
}

// namesFor are the colleagues whom the box of a task offers after an @, but for its writer. Two of one name are told apart.
func (s *Server) namesFor(r *http.Request, t taskapp.Row) (names []views.Colleague, err error) {
	people, err := s.seers(r.Context(), user(r).Firm, t)
	for _, p := range people {
		if p.ID == user(r).ID {
			continue
		}
		c := views.Colleague{ID: p.ID, Name: p.Name, Chosen: slices.Contains(r.PostForm["mention"], p.ID.String())}
		if slices.ContainsFunc(people, func(o account.StaffRow) bool { return o.ID != p.ID && strings.EqualFold(o.Name, p.Name) }) {
			c.Email = p.Email
		}
		names = append(names, c)
	}
	return names, err
}

// namesOn is namesFor the task that a form names; of one that there isn't it is nobody.
func (s *Server) namesOn(r *http.Request, task string) ([]views.Colleague, error) {
	id, err := uuid.Parse(task)
	if err != nil {
		return nil, nil
	}
	t, err := s.TaskList.Task(r.Context(), user(r).Firm, id)
	if errors.Is(err, tasks.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return s.namesFor(r, t.Row)
}

// mentions are the colleagues whom a text on a task names: "@Priya Nair", or "@Priya" where there is one Priya; where
// several are called so, those whom the form names by their ids.
func (s *Server) mentions(r *http.Request, id uuid.UUID, text string) ([]uuid.UUID, error) {
	if !strings.Contains(text, "@") {
		return nil, nil
	}
	t, err := s.TaskList.Task(r.Context(), user(r).Firm, id)
	if err != nil {
		return nil, err
	}
	people, err := s.seers(r.Context(), user(r).Firm, t.Row)
	return mentionsIn(text, people, r.PostForm["mention"]), err
}

func mentionsIn(text string, people []account.StaffRow, chosen []string) (found []uuid.UUID) {
	names := map[string][]uuid.UUID{}
	for _, p := range people {
		name := strings.ToLower(p.Name)
		names[name] = append(names[name], p.ID)
		if first, _, several := strings.Cut(name, " "); several {
			names[first] = append(names[first], p.ID)
		}
	}
	text = strings.ToLower(text)
	for i := strings.IndexByte(text, '@'); i >= 0; i = strings.IndexByte(text, '@') {
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		text = text[i+1:]
		if letter(before) { // an address
			continue
		}
		var longest string
		for name := range names {
			after, _ := utf8.DecodeRuneInString(strings.TrimPrefix(text, name))
			if name != "" && strings.HasPrefix(text, name) && !letter(after) && len(name) > len(longest) {
				longest = name
			}
		}
		for _, id := range names[longest] {
			if (len(names[longest]) == 1 || slices.Contains(chosen, id.String())) && !slices.Contains(found, id) {
				found = append(found, id)
			}
		}
	}
	return found
}

func letter(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
