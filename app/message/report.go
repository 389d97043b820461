// Package message is the ledger of all mails and texts: why each was created, and what became of it.
//
//  1. An entry comes only from a fact: an event that asked for a message, a server that took or refused it, a report of
//     the receiving side (T13).
//  2. A report names a message by the id that it was handed over under, and speaks for the channel that it came by only.
//  3. What a report says of a message with a place in somebody's history is recorded there first, and then in the ledger:
//     should the process die in between, the report comes again and changes nothing twice.
//  4. The first delivery and the first bounce count. One may follow the other, and both stand.
package message

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"portico/app/es"
	"portico/domain/fault"
)

// Channel is a way on which messages go: the word before the dot of an effect's kind.
type Channel string

// The channels.
const (
	Mail Channel = "mail"
	Text Channel = "sms"
)

// Fate is what a report says of a message.
type Fate string

// The fates.
const (
	Delivered Fate = "delivered" // the receiving side has accepted it
	Bounced   Fate = "bounced"   // it was refused for good after it had been handed over
)

// Report is what the outside world tells of one message.
type Report struct {
	ID     string // as in es.Handed
	Fate   Fate
	Code   string // of a bounce: "5.1.1", a provider's number
	Detail string // of a bounce: the server's words, which may quote the address
}

// Limits of what a report may hold, in bytes.
const (
	maxID     = 200
	maxCode   = 20
	maxDetail = 1_000
)

// What can be wrong with reports.
var (
	ErrUnknown = fault.New(fault.NotFound, "message.unknown", "None of these messages is known here. If they left only now, tell it again in a moment.")
	ErrReport  = fault.New(fault.Invalid, "message.report", "This is no report that can be read here.")
)

// Finder finds messages by what the outside world calls them, and notes their fate. Implementation: adapters/postgres.
type Finder interface {
	// Find are the effects that were handed over under this id, of all practices; none where nobody knows it.
	Find(ctx context.Context, channel Channel, id string) ([]es.Effect, error)
	// Note keeps what became of the effect with this key (rule 4).
	Note(ctx context.Context, key string, r Report) error
}

// Recorder records what a report says in the history that an effect belongs to. It changes nothing the second time.
type Recorder func(ctx context.Context, e es.Effect, r Report) error

// Reports takes what the outside world tells.
type Reports struct {
	Finder    Finder
	Recorders map[string]Recorder // by the kind of effect; what has none is noted in the ledger alone
}

// Take records reports and returns how many were about messages that are known. ErrUnknown where all are unknown.
func (c Reports) Take(ctx context.Context, channel Channel, reports []Report) (known int, err error) {
	for _, r := range reports {
		found, err := c.Finder.Find(ctx, channel, r.ID)
		if err != nil {
			return known, fmt.Errorf("find the message of a report: %w", err)
		}
		for _, e := range found {
			if err := c.take(ctx, e, r); err != nil {
				return known, err
			}
			known++
		}
	}
	if known == 0 && len(reports) > 0 {
		return 0, ErrUnknown
	}
	return known, nil
}

func (c Reports) take(ctx context.Context, e es.Effect, r Report) error {
	if record, ok := c.Recorders[e.Kind]; ok {
		err := record(ctx, e, r)
		// A history that knows nothing of it refuses: the ledger keeps the report all the same.
		if _, refused := errors.AsType[*fault.Error](err); err != nil && !refused {
			return fmt.Errorf("record what became of %s: %w", e.Key, err)
		}
	}
	if err := c.Finder.Note(ctx, e.Key, r); err != nil {
		return fmt.Errorf("note what became of %s: %w", e.Key, err)
	}
	return nil
}

// cleanID is a Message-ID without its brackets and domain, or a provider's id as it is; ok is false for what is neither.
func cleanID(text string) (id string, ok bool) {
	id, _, _ = strings.Cut(strings.Trim(strings.TrimSpace(text), "<>"), "@")
	if id == "" || len(id) > maxID {
		return "", false
	}
	for _, r := range id {
		if r <= ' ' || r > '~' {
			return "", false
		}
	}
	return id, true
}

// clean drops what isn't text, and cuts at max bytes.
func clean(text string, most int) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(strings.Map(printable, text), "")), " ")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "")
	}
	return text
}

func printable(r rune) rune {
	if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
		return -1
	}
	return r
}
