package api

import (
	"context"

	accessapp "portico/app/access"
	"portico/domain/client"
	"portico/domain/contact"

	"github.com/google/uuid"
)

// Explanation is whether a person sees something of the portal, by which rule, and because of which event.
type Explanation struct {
	Sees   bool             `json:"sees"`
	Rule   string           `json:"rule" doc:"Of the specification, S3.i23"`
	Text   string           `json:"text" doc:"A sentence or two in English, for the practice"`
	Event  *DecidingEvent   `json:"event,omitempty" doc:"Absent: nothing has ever been recorded of it"`
	Repair *SuggestedRepair `json:"repair,omitempty" doc:"Absent: nothing would mend it, or nothing has to"`
}

// DecidingEvent is the event that decides.
type DecidingEvent struct {
	Position int64   `json:"position"`
	Stream   string  `json:"stream"`
	Version  int     `json:"version"`
	Type     string  `json:"type"`
	At       Time    `json:"at"`
	Actor    Actor   `json:"actor"`
	For      MaybeID `json:"on_behalf_of" doc:"The contact for whom somebody of the practice acted; null: nobody"`
}

// SuggestedRepair is what would mend it.
type SuggestedRepair struct {
	Act      string   `json:"act" doc:"invite, restore, grant, use_tab, or look: a person has to decide on a page"`
	Right    string   `json:"right" doc:"That whoever does it must have"`
	May      bool     `json:"may" doc:"You have it"`
	ClientID MaybeID  `json:"client_id" doc:"restore: which; grant: for whom"`
	Rights   []string `json:"rights" nullable:"false" doc:"grant: all that the person has then"`
	Tab      string   `json:"tab" doc:"use_tab: which"`
	Page     string   `json:"page" doc:"look: its address"`
}

type explainAccess struct {
	Person string `query:"person" required:"true" doc:"A contact's id"`
	Object string `query:"object" required:"true" maxLength:"200" doc:"portal, tab:files, or task: or file: with its id"`
	Client string `query:"client_id" doc:"For which of their clients; empty: for any of them"`
}

func (s *Server) explainAccess(ctx context.Context, in *explainAccess) (*body[Explanation], error) {
	object, err := accessapp.ParseObject(in.Object)
	if err != nil {
		return nil, err
	}
	who := from(ctx)
	q := accessapp.Question{Firm: who.Firm, Object: object}
	if q.Person, err = (ByID{ID: in.Person}).parse(contact.ErrNotFound); err != nil {
		return nil, err
	}
	if _, err := s.ContactDB.Contact(ctx, who.Firm, q.Person); err != nil { // one that this person may see
		return nil, err
	}
	if q.Client, err = optionalID(in.Client, client.ErrNotFound); err != nil {
		return nil, err
	}
	if q.Client != uuid.Nil {
		if _, err := s.ClientDB.Client(ctx, who.Firm, q.Client); err != nil {
			return nil, err
		}
	}
	a, err := s.Access.Explain(ctx, q)
	if err != nil {
		return nil, err
	}
	out := Explanation{Sees: a.Sees, Rule: a.Rule, Text: a.Text}
	if b := a.Because; !b.None() {
		out.Event = &DecidingEvent{
			Position: b.Position, Stream: b.Stream.String(), Version: b.Version, Type: b.Type, At: Time(b.At), For: MaybeID(b.For),
			Actor: Actor{Kind: string(b.Actor.Kind), ID: MaybeID(b.Actor.ID)},
		}
	}
	if r := a.Repair; r.Act != "" {
		out.Repair = &SuggestedRepair{
			Act: string(r.Act), Right: string(r.Right), May: who.Role.May(r.Right), ClientID: MaybeID(r.Client), Rights: append([]string{}, r.Rights...), Tab: r.Tab, Page: r.Page,
		}
	}
	return &body[Explanation]{Body: out}, nil
}
