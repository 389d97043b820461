package uploadlink_test

import (
	"testing"
	"time"

	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// Rule 16: whoever presses, from however many browsers, what is recorded of one secret is one press of a browser and 20
// in all within an hour; what is not recorded is what would break that, and is no refusal.
func TestVisitsAreBounded(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		l, now, gen := given(t, issuedToIdaAndBen).State(), noon, 1
		var recorded []uploadlink.Redeemed // with the newest secret
		pauses := []time.Duration{0, 0, 0, time.Second, time.Second, time.Minute, 2 * time.Minute, 20 * time.Minute}
		for range rapid.IntRange(60, 150).Draw(rt, "presses") {
			now = now.Add(rapid.SampledFrom(pauses).Draw(rt, "later"))
			if rapid.IntRange(0, 99).Draw(rt, "resend") == 99 {
				events, err := l.Resend([]uuid.UUID{ida}, now)
				if err != nil {
					rt.Fatal(err)
				}
				l, gen, recorded = event.Fold(l, events...), gen+1, nil
			}
			var device uuid.UUID
			device[15] = byte(rapid.IntRange(0, 60).Draw(rt, "device")) // 0: not known
			hour, same := 0, false
			for _, e := range recorded {
				if now.Sub(e.At) < time.Hour {
					hour, same = hour+1, same || e.DeviceID == device
				}
			}
			events, err := l.Redeem(uploadlink.Holder{Recipient: ida, Generation: gen}, uploadlink.Visitor{DeviceID: device}, now)
			if err != nil {
				rt.Fatal(err)
			}
			if want := !same && hour < 20; (len(events) == 1) != want {
				rt.Fatalf("%s pressed at %s after %d in an hour, same browser %t: %d events", device, now, hour, same, len(events))
			}
			for _, e := range events {
				recorded = append(recorded, e.(uploadlink.Redeemed))
			}
			l = event.Fold(l, events...)
		}
	})
}
