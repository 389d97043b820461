package postgres

import "fmt"

// What the model of invitations says of a client's person k, as SQL for the census of clients. Who was invited and never
// came in, in time or not, is still to be asked again; who was taken back or has another address is as if never invited.
const joinInvite = `LEFT JOIN portal.invite i ON i.contact_id = k.contact_id`

var inviteBits = fmt.Sprintf(`CASE WHEN i.contact_id IS NULL THEN %d WHEN i.is_in THEN %d WHEN i.state = 'bounced' THEN %d
	WHEN i.state IN ('sent', 'delivered', 'opened', 'expired') THEN %d ELSE 0 END`,
	somebodyUnmailed, somebodyIn, somebodyInvited|somebodyBounced, somebodyInvited)
