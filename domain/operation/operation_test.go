package operation_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"portico/domain/event"
	"portico/domain/operation"

	"github.com/google/uuid"
)

// Rule 1.
func TestSkip(t *testing.T) {
	act, stream := uuid.UUID{15: 1}, uuid.UUID{15: 2}
	wish := func(change func(*operation.Skipping)) operation.Skipping {
		s := operation.Skipping{
			Act: act, Projection: "client_list", CodeVersion: 3, HaltedAt: 70, Position: 70, Stream: stream, Version: 4,
			Type: "client.created", Reason: " names a currency that is gone ",
		}
		if change != nil {
			change(&s)
		}
		return s
	}
	got, err := operation.Skip(wish(nil))
	want := []operation.Event{operation.EventSkipped{
		Projection: "client_list", CodeVersion: 3, Position: 70, Stream: stream, Version: 4, Type: "client.created",
		Reason: event.Of(act, "names a currency that is gone"),
	}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	for name, refused := range map[string]struct {
		change func(*operation.Skipping)
		want   error
	}{
		"a projection that goes on":       {func(s *operation.Skipping) { s.HaltedAt = 0 }, operation.ErrNotHalted},
		"an event before the halt":        {func(s *operation.Skipping) { s.Position = 69 }, operation.ErrNotHalted},
		"an event behind the halt":        {func(s *operation.Skipping) { s.Position = 71 }, operation.ErrNotHalted},
		"position 0 of one that goes on":  {func(s *operation.Skipping) { s.HaltedAt, s.Position = 0, 0 }, operation.ErrNotHalted},
		"no reason":                       {func(s *operation.Skipping) { s.Reason = " \t" }, operation.ErrReason},
		"a reason that goes on and on":    {func(s *operation.Skipping) { s.Reason = strings.Repeat("ä", 501) }, operation.ErrReason},
		"a reason in no letters that are": {func(s *operation.Skipping) { s.Reason = "\xff" }, operation.ErrReason},
	} {
		t.Run(name, func(t *testing.T) {
			if got, err := operation.Skip(wish(refused.change)); !errors.Is(err, refused.want) {
				t.Errorf("got %+v, %v; want %v", got, err, refused.want)
			}
		})
	}
}
