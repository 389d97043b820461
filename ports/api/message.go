package api

import (
	"context"

	"portico/app/message"
	"portico/domain/client"
	"portico/domain/contact"
)

// Message is one mail or text of the ledger. It has neither its words nor an address.
type Message struct {
	ID          string         `json:"id"`
	Channel     string         `json:"channel" doc:"mail or sms"`
	Kind        string         `json:"kind" doc:"For instance mail.upload_link"`
	State       string         `json:"state" doc:"held, waiting, retrying, handed_over, delivered, bounced, refused, gave_up or not_sent"`
	To          string         `json:"to" doc:"person, or practice where the practice is told about that person"`
	PersonID    MaybeID        `json:"person_id" doc:"A contact, the recipient of an upload link, or somebody of the practice"`
	Person      string         `json:"person" doc:"Their name; empty where it is unknown or was erased"`
	ClientID    MaybeID        `json:"client_id" doc:"Whose matter it is"`
	Client      string         `json:"client" doc:"That client's name"`
	Stream      string         `json:"stream" doc:"The history whose events asked for it: KIND-UUID"`
	Causes      []MessageCause `json:"causes" nullable:"false" doc:"Events that asked for it, the first first; where there are several, they were merged into one message"`
	CreatedAt   Time           `json:"created_at" doc:"The event was heard"`
	HeldUntil   MaybeTime      `json:"held_until" doc:"Null: it was due at once"`
	NextAt      MaybeTime      `json:"next_at" doc:"Of what is held or comes again: when"`
	EndedAt     MaybeTime      `json:"ended_at" doc:"It was handed over, refused, given up or called off"`
	DeliveredAt MaybeTime      `json:"delivered_at" doc:"The receiving side told so"`
	BouncedAt   MaybeTime      `json:"bounced_at" doc:"It was refused after it had been handed over"`
	Tries       int            `json:"tries"`
	Code        string         `json:"code" doc:"With which it was refused or bounced"`
	Why         string         `json:"why" doc:"Why it was not sent, or has not been yet"`
}

// MessageCause is one event that asked for a message.
type MessageCause struct {
	Version int    `json:"version" doc:"Its place in the stream"`
	Type    string `json:"type"`
	At      Time   `json:"at"`
	Actor   Actor  `json:"actor"`
}

func showMessage(m message.Row) Message {
	out := Message{
		ID: m.Key, Channel: string(m.Channel()), Kind: m.Kind, State: string(m.State), To: "person", PersonID: MaybeID(m.Person), Person: m.PersonName,
		ClientID: MaybeID(m.Client), Client: m.ClientName, Stream: m.Stream.String(), Causes: []MessageCause{}, CreatedAt: Time(m.CreatedAt),
		HeldUntil: MaybeTime(m.HeldUntil), NextAt: MaybeTime(m.NextAt), EndedAt: MaybeTime(m.EndedAt), DeliveredAt: MaybeTime(m.Delivered),
		BouncedAt: MaybeTime(m.Bounced), Tries: m.Tries, Code: m.Code, Why: m.Why,
	}
	if m.ToPractice() {
		out.To = "practice"
	}
	for _, c := range m.Causes {
		out.Causes = append(out.Causes, MessageCause{Version: c.Version, Type: c.Type, At: Time(c.At), Actor: Actor{Kind: string(c.Actor.Kind), ID: MaybeID(c.Actor.ID)}})
	}
	return out
}

type listMessages struct {
	Paging
	Query   string `query:"query" maxLength:"200" doc:"The beginnings of words in names and addresses of the person and the client"`
	Client  string `query:"client_id" doc:"Only messages about this client"`
	Person  string `query:"person_id" doc:"Only messages to or about this person"`
	Channel string `query:"channel" enum:"mail,sms"`
	Kind    string `query:"kind" maxLength:"100"`
	State   string `query:"state" doc:"Only messages in this state"`
}

func (s *Server) listMessages(ctx context.Context, in *listMessages) (*body[Page[Message]], error) {
	q := message.Query{Text: in.Query, Channel: message.Channel(in.Channel), Kind: in.Kind, After: in.Cursor, Limit: in.Limit}
	var err error
	if q.Client, err = optionalID(in.Client, client.ErrNotFound); err != nil {
		return nil, err
	}
	if q.Person, err = optionalID(in.Person, contact.ErrNotFound); err != nil {
		return nil, err
	}
	if in.State != "" {
		state := message.State(in.State)
		if err := message.CheckState(state); err != nil {
			return nil, err
		}
		q.States = []message.State{state}
	}
	rows, next, err := s.Ledger.Messages(ctx, from(ctx).Firm, q)
	if err != nil {
		return nil, err
	}
	return page(rows, next, showMessage), nil
}
