package reminder

import (
	"fmt"
	"time"

	"portico/app/es"
	"portico/domain/event"
	"portico/domain/reminder"

	"github.com/google/uuid"
)

// MailReminder is the kind of the effect that is a reminder; Args: Recipient, Since (the slot). Its word is stored.
const MailReminder = "mail.reminder"

// MailTypes are the stored names of the events that ask for mails.
func MailTypes() []string { return []string{reminder.Due{}.EventType()} }

// Effects is the mail that a slot asks for when it comes. What it says, and whether it says anything, is found when it is
// written.
func Effects(r event.Recorded) []es.Effect {
	e, ok := r.Event.(reminder.Due)
	if !ok {
		return nil
	}
	return []es.Effect{{
		Kind: MailReminder, Key: fmt.Sprintf("%s/%s/%s/%d", MailReminder, e.Contact, e.Slot.UTC().Format(time.RFC3339), e.Nth), Firm: r.Firm, Stream: r.Stream,
		Args: es.EffectArgs{Recipient: e.Contact, Since: e.Slot}, Person: e.Contact,
	}}
}

// MailID is the id of the reminder of a slot, however often it is tried.
func MailID(contact uuid.UUID, slot time.Time) uuid.UUID {
	return uuid.NewSHA1(contact, []byte(MailReminder+"/"+slot.UTC().Format(time.RFC3339)))
}
