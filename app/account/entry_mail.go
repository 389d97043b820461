package account

import (
	"fmt"

	"portico/app/es"
	"portico/domain/account"
	"portico/domain/event"

	"github.com/google/uuid"
)

// The kinds of effects that contacts' accounts ask for. Their words are stored.
const (
	MailPasswordReset   = "mail.password_reset"   // a link that sets a new password; Args: Generation
	MailAddressOld      = "mail.address_old"      // a link that agrees to another address, to the present one; Args: Generation
	MailAddressNew      = "mail.address_new"      // likewise, to the new one
	MailNewDevice       = "mail.new_device"       // somebody signed in on a device that wasn't known; Args: Version
	MailPasswordChanged = "mail.password_changed" // there is another password; Args: Version
)

// EntryMailTypes are the events that EntryMails hears.
func EntryMailTypes() []string {
	return []string{
		account.ResetRequested{}.EventType(), account.AddressChangeRequested{}.EventType(), account.SignedIn{}.EventType(), account.PasswordSet{}.EventType(),
	}
}

// EntryMails are the mails that one event of a contact's account asks for; the practice's people have none of these events.
// It is pure: the same event asks for the same
// effects under the same keys.
func EntryMails(r event.Recorded) []es.Effect {
	switch e := r.Event.(type) {
	case account.ResetRequested:
		return []es.Effect{entryMail(r, MailPasswordReset, es.EffectArgs{Generation: e.Generation})}
	case account.AddressChangeRequested:
		return []es.Effect{entryMail(r, MailAddressOld, es.EffectArgs{Generation: e.Generation}), entryMail(r, MailAddressNew, es.EffectArgs{Generation: e.Generation})}
	case account.SignedIn:
		if e.New {
			return []es.Effect{entryMail(r, MailNewDevice, es.EffectArgs{Version: r.Version})}
		}
	case account.PasswordSet:
		if e.Cause == account.ByChange || e.Cause == account.ByReset {
			return []es.Effect{entryMail(r, MailPasswordChanged, es.EffectArgs{Version: r.Version})}
		}
	}
	return nil
}

func entryMail(r event.Recorded, kind string, args es.EffectArgs) es.Effect {
	return es.Effect{
		Kind: kind, Key: fmt.Sprintf("%s/%s/%d", kind, r.Stream.ID, args.Generation+args.Version), Firm: r.Firm, Stream: r.Stream, Args: args,
		Person: account.PersonOf(r.Stream.ID), Client: uuid.Nil,
	}
}
