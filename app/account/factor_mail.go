package account

import (
	"fmt"

	"portico/app/es"
	"portico/domain/account"
	"portico/domain/event"
)

// The kinds of effects about second factors. Their words are stored.
const (
	MailCode         = "mail.code"          // args: Generation, Version
	TextCode         = "sms.code"           // args: Generation, Version
	MailFactorNotice = "mail.factor_notice" // args: Version
)

// FactorEffects are the messages that an event about second factors asks for: codes, and what a person must hear of (F11).
func FactorEffects(r event.Recorded) []es.Effect {
	person := account.PersonOf(r.Stream.ID)
	effect := func(kind string, generation int) []es.Effect {
		e := es.Effect{
			Kind: kind, Key: fmt.Sprintf("%s/%s/%d", kind, r.Stream.ID, r.Version), Firm: r.Firm, Stream: r.Stream,
			Args: es.EffectArgs{Generation: generation, Version: r.Version}, Person: person,
		}
		return []es.Effect{e}
	}
	switch e := r.Event.(type) {
	case account.CodeRequested:
		if e.Channel == account.TextChannel {
			return effect(TextCode, e.Generation)
		}
		return effect(MailCode, e.Generation)
	case account.FactorAdded, account.FactorRemoved, account.FactorsReset, account.RecoveryCodeUsed:
		return effect(MailFactorNotice, 0)
	}
	return nil
}

// FactorMailTypes are the events that ask for them.
func FactorMailTypes() []string {
	return []string{
		account.CodeRequested{}.EventType(), account.FactorAdded{}.EventType(), account.FactorRemoved{}.EventType(), account.FactorsReset{}.EventType(),
		account.RecoveryCodeUsed{}.EventType(),
	}
}
