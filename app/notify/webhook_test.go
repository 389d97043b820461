package notify

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"portico/app/es"
	"portico/domain/event"
	"portico/domain/webhook"

	"github.com/google/uuid"
)

func (o *outbox) WebhookOff(_ context.Context, m WebhookOff) (Outcome, error) {
	o.off = append(o.off, m)
	return o.answer()
}

// Who set a webhook up hears that it was switched off by itself, while it is; nobody hears of what the practice did.
func TestWebhookOff(t *testing.T) {
	practice := Person{"Harbour", "office@harbour.example"}
	hook := uuid.MustParse("0197f000-0000-7000-8000-0000000000e1")
	added := webhook.Added{URL: event.Of(hook, "https://hooks.example.com/x?key=1"), Types: []string{"task.*"}, Secret: webhook.Secret{Nth: 1}}
	failing := webhook.SwitchedOff{Cause: webhook.Failing, Tell: boats}
	for name, c := range map[string]struct {
		history []event.Event
		want    *WebhookOff
	}{
		"failing":    {[]event.Event{added, failing}, &WebhookOff{}},
		"gone":       {[]event.Event{added, webhook.SwitchedOff{Cause: webhook.Gone, Tell: boats}}, &WebhookOff{Gone: true}},
		"on again":   {[]event.Event{added, failing, webhook.SwitchedOn{}}, nil},
		"removed":    {[]event.Event{added, failing, webhook.Removed{}}, nil},
		"nobody set": {[]event.Event{added, webhook.SwitchedOff{Cause: webhook.Failing}}, &WebhookOff{To: practice}},
	} {
		t.Run(name, func(t *testing.T) {
			var out outbox
			s, events := inviting(t, &out)
			events.Given(1, webhook.Stream(hook), c.history...)
			asked := WebhookMails(event.Recorded{Stream: webhook.Stream(hook), Version: 2, Firm: 1, Event: c.history[1]})
			if len(asked) != 1 {
				t.Fatalf("%+v", asked)
			}
			_, err := s.Perform(t.Context(), asked[0])
			if c.want == nil {
				if !errors.Is(err, es.ErrWithdrawn) || len(out.off) > 0 {
					t.Errorf("%v, %+v", err, out.off)
				}
				return
			}
			want := *c.want
			want.ID, want.At, want.Practice, want.Address = "webhook-off."+hook.String()+".2", noon, practice, "https://hooks.example.com/x"
			want.URL = s.BaseURL + "/settings/webhooks/" + hook.String()
			if want.To == (Person{}) {
				want.To = Person{"Mary", "mary@harbour.example"}
			}
			if err != nil || len(out.off) != 1 || !reflect.DeepEqual(out.off[0], want) {
				t.Errorf("%v\n got %+v\nwant %+v", err, out.off, want)
			}
		})
	}
	if asked := WebhookMails(event.Recorded{Event: webhook.SwitchedOff{Cause: webhook.ByPractice}}); len(asked) > 0 {
		t.Errorf("%+v", asked)
	}
}
