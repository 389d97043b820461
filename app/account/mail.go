package account

import (
	"fmt"

	"portico/app/es"
	"portico/domain/account"
	"portico/domain/event"
)

// MailStaffInvitation is the kind of effect that invites somebody to join the practice; Args: Generation. Its word is
// stored.
const MailStaffInvitation = "mail.staff_invitation"

// StaffMails are the mails that one event asks for: one for each invitation to join the practice. It is pure.
func StaffMails(r event.Recorded) []es.Effect {
	e, ok := r.Event.(account.StaffInvited)
	if !ok {
		return nil
	}
	return []es.Effect{{
		Kind: MailStaffInvitation, Key: fmt.Sprintf("%s/%s/%d", MailStaffInvitation, r.Stream.ID, e.Generation),
		Firm: r.Firm, Stream: r.Stream, Args: es.EffectArgs{Generation: e.Generation},
	}}
}
