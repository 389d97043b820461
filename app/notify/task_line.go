package notify

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"portico/app/es"
	"portico/domain/event"
	"portico/domain/task"

	"github.com/google/uuid"
)

// gathered is one task of a mail: as it is now, and the events that asked for the mail.
type gathered struct {
	id     uuid.UUID
	state  task.Task
	causes []event.Event
	people []uuid.UUID // who could see it now
	now    time.Time
}

// lineOf is what there is to say of one task, or why there is nothing. Of several things the one that says most: a new task
// is new whatever else has become of it, and what was sent back is reopened.
func lineOf(g gathered, contact uuid.UUID) (line TaskLine, about task.Notice, why string) {
	says := g.state.Says()
	line = TaskLine{Title: says.Title.Text}
	if due, err := time.Parse(time.DateOnly, says.DueOn); err == nil {
		line.DueOn = due
	}
	if !slices.Contains(g.people, contact) {
		return line, about, "they have no right to the client’s tasks any more"
	}
	best := -1
	for _, c := range g.causes {
		n, rank := noticeOf(c)
		silent := g.silent(c, task.Who{Kind: event.Contact, ID: contact})
		switch {
		case silent != "":
			why = cmp.Or(why, silent)
		case rank > best:
			best, about = rank, n
		}
	}
	if best < 0 {
		return line, about, why
	}
	if line.About = about; about == task.OfSendBack {
		for _, i := range g.state.SentBackTo(contact) {
			line.Items = append(line.Items, i.Title.Text)
		}
	}
	return line, about, ""
}

// silent tells why somebody is told nothing because of an event; "": they are.
func (g gathered) silent(e event.Event, to task.Who) string {
	if posted, ok := e.(task.Posted); ok {
		return g.state.SilentOn(posted.Message, to, g.now)
	}
	if changed, ok := e.(task.MessageEdited); ok { // which may have been read before it named anybody
		if !slices.Contains(g.state.Named(changed.Message), to.ID) {
			return "they are not named any more"
		}
		return ""
	}
	about, _ := noticeOf(e)
	return g.state.Silent(about, to.ID, g.people, g.now)
}

// noticeOf is what a mail says because of an event, and how much that says.
func noticeOf(e event.Event) (about task.Notice, rank int) {
	switch e.(type) {
	case task.Closed:
		return task.OfClosing, 0
	case task.ItemAccepted:
		return task.OfAcceptance, 1
	case task.Reopened:
		return task.OfReopening, 2
	case task.ItemSentBack:
		return task.OfSendBack, 3
	case task.Posted:
		return task.OfMessage, 5
	}
	return task.OfAssignment, 4 // it was assigned, or came to them
}

// addLine puts what there is to say of a task where its client is.
func (s Sender) addLine(ctx context.Context, e es.Effect, g gathered, gate gate, line TaskLine, m *taskMail) error {
	client, name := g.state.Client(), ""
	if client != uuid.Nil {
		var err error
		if name, err = s.Client(ctx, e.Firm, client); err != nil {
			return fmt.Errorf("find whose task it is: %w", err)
		}
	}
	if name == gate.contact.Name { // their own
		name = ""
	}
	if m.Messages {
		var err error
		if line.From, err = s.authors(ctx, e.Firm, g, task.Who{Kind: event.Contact, ID: e.Args.Recipient}); err != nil {
			return err
		}
	}
	line.URL = gate.page(g)
	i := slices.IndexFunc(m.Clients, func(c ClientNotice) bool { return c.Client == name })
	if i < 0 {
		m.Clients, i = append(m.Clients, ClientNotice{Client: name}), len(m.Clients)
	}
	m.Clients[i].Tasks = append(m.Clients[i].Tasks, line)
	return nil
}

// authors are the names of who has written what somebody is told of, each once.
func (s Sender) authors(ctx context.Context, firm int32, g gathered, to task.Who) (names []string, err error) {
	for _, c := range g.causes {
		by, ok := g.author(c)
		if !ok || g.silent(c, to) != "" {
			continue
		}
		name, err := s.authorOf(ctx, firm, by)
		if err != nil {
			return nil, fmt.Errorf("find who has written: %w", err)
		}
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// author is who has written or changed a message.
func (g gathered) author(e event.Event) (by task.Who, ok bool) {
	switch e := e.(type) {
	case task.Posted:
		return e.By, true
	case task.MessageEdited:
		by, _, ok = g.state.Message(e.Message)
	}
	return by, ok
}

func (s Sender) authorOf(ctx context.Context, firm int32, by task.Who) (string, error) {
	if contact := by.Contact(); contact != uuid.Nil {
		c, err := s.Contact(ctx, firm, contact)
		return c.Name, err
	}
	if by.Kind != event.Staff {
		p, err := s.Practice(ctx, firm)
		return p.Name, err
	}
	p, err := s.Staff(ctx, firm, by.ID)
	return p.Name, err
}
