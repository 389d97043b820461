package sms

import (
	"context"
	"slices"
	"strings"

	"portico/app/es"
	"portico/app/notify"
)

// The codes of texts that the operator's limits keep back. The ledger shows them.
const (
	WrongCountry = "country"
	DailyLimit   = "daily-limit"
)

// Guard lets through what the operator wants to pay for: texts to some countries, and so many within a day. What it keeps
// back is refused for good, so that the ledger says why; a code or an invitation is of no use tomorrow.
type Guard struct {
	notify.Texter
	Countries []string // calling codes, "+44"; none: all
	PerDay    int      // 0: any number
	// Left counts the texts that have left within the last 24 hours. Those that leave at this very moment aren't in it.
	Left func(ctx context.Context) (int, error)
}

var _ notify.Texter = Guard{}

// Text is notify.Texter.
func (g Guard) Text(ctx context.Context, m notify.TextMessage) (notify.Outcome, error) {
	refused := func(code, detail string) (notify.Outcome, error) {
		return notify.Outcome{Status: notify.Refused, Code: code, Detail: detail, IDs: es.Handed{m.ID}}, nil
	}
	if len(g.Countries) > 0 && !slices.ContainsFunc(g.Countries, func(code string) bool { return strings.HasPrefix(m.To, code) }) {
		return refused(WrongCountry, "texts to this country are switched off here")
	}
	if g.PerDay > 0 {
		n, err := g.Left(ctx)
		if err != nil {
			return notify.Outcome{}, err
		}
		if n >= g.PerDay {
			return refused(DailyLimit, "as many texts have left within a day as may")
		}
	}
	return g.Texter.Text(ctx, m)
}
