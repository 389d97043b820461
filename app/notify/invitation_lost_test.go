package notify

import (
	"context"
	"testing"

	"portico/app/es"
	"portico/domain/event"
	"portico/domain/invite"

	"github.com/google/uuid"
)

func (o *outbox) InvitationLost(_ context.Context, m InvitationLost) (Outcome, error) {
	o.lost = append(o.lost, m)
	return o.answer()
}

// S4.i2: the sender hears it once, when the last channel has failed; before that, of an older invitation and of one that
// a job's report tells, nobody is mailed.
func TestSenderHearsOfALostInvitation(t *testing.T) {
	bounced := invite.Bounced{Nth: 1, Channel: invite.Email, Code: "550", At: noon}
	gaveUp := invite.GaveUp{Nth: 1, Channel: invite.Text, Tries: 5, At: noon}
	nobodys := func(e *invite.Sent) { e.Sender = uuid.Nil }
	ofJob := func(e *invite.Sent) { e.Job = boats }
	byMail := func(e *invite.Sent) { e.Channels = invite.ByEmail }
	told := InvitationLost{
		ID: "invitation-lost." + invite.ID(ida).String() + ".1", At: noon, To: Person{"Mary", "mary@harbour.example"}, Practice: Person{"Harbour", "office@harbour.example"},
		Contact: "Ida Berg", Email: "ida@example.org", Phone: "+4791234567", URL: "https://portal.example/contacts/" + ida.String() + "/access",
	}
	changed := func(change func(*InvitationLost)) *InvitationLost {
		m := told
		change(&m)
		return &m
	}
	for name, c := range map[string]struct {
		history []event.Event
		version int
		want    *InvitationLost // nil: none
	}{
		"the first of two channels": {[]event.Event{sentTo(1), bounced}, 2, nil},
		"the last":                  {[]event.Event{sentTo(1), bounced, gaveUp}, 3, &told},
		"the first, told late":      {[]event.Event{sentTo(1), bounced, gaveUp}, 2, nil},
		"the only one":              {[]event.Event{sentTo(1, byMail), bounced}, 2, changed(func(m *InvitationLost) { m.Phone = "" })},
		"nobody's":                  {[]event.Event{sentTo(1, nobodys, byMail), bounced}, 2, changed(func(m *InvitationLost) { m.To, m.Phone = m.Practice, "" })},
		"of a job":                  {[]event.Event{sentTo(1, ofJob), bounced, gaveUp}, 3, nil},
		"of an older sending":       {[]event.Event{sentTo(1), bounced, gaveUp, sentTo(2)}, 3, nil},
		"no failure":                {[]event.Event{sentTo(1), bounced, gaveUp}, 1, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var box outbox
			s, store := inviting(t, &box, c.history...)
			e := es.Effect{Kind: InvitationLostMail, Key: "k", Firm: 1, Stream: invite.Stream(ida), Args: es.EffectArgs{Version: c.version}, Person: ida}
			o, err := s.Send(t.Context(), e)
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case c.want == nil && (len(box.lost) != 0 || o.Status != Withdrawn || o.Detail == ""):
				t.Errorf("%+v, mailed %+v", o, box.lost)
			case c.want != nil && (len(box.lost) != 1 || box.lost[0] != *c.want):
				t.Errorf("mailed %+v, want %+v", box.lost, *c.want)
			}
			if n := len(store.Stream(invite.Stream(ida))); n != len(c.history) {
				t.Errorf("%d events, want %d: a notice is no fact about the invite", n, len(c.history))
			}
		})
	}
}
