package clientimport_test

import (
	"testing"
	"time"

	"portico/domain/clientimport"
	"portico/domain/event"
	"portico/domain/event/eventtest"

	"github.com/google/uuid"
)

type (
	state = clientimport.Import
	ev    = clientimport.Event
)

var (
	id        = uuid.UUID{15: 1}
	noon      = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	confirmed = clientimport.Confirmed{File: event.Of(id, "Clients.xlsx"), SHA256: "ab", Rows: 10, At: noon}
	stopped   = clientimport.Stopped{At: noon}
	result    = clientimport.Ended{Created: 4, Changed: 3, Unchanged: 1, Refused: 2}
)

func given(t *testing.T, history ...ev) eventtest.Scenario[state, ev] {
	return eventtest.Given[state](t, history...)
}

func confirm(i state) ([]ev, error) { return i.Confirm(id, "Clients.xlsx", "ab", 10, noon) }
func stop(i state) ([]ev, error)    { return i.Stop(noon) }
func end(r clientimport.Ended) func(state) ([]ev, error) {
	return func(i state) ([]ev, error) { return i.End(r, noon) }
}

func TestImport(t *testing.T) {
	ended := result
	ended.At = noon
	given(t).When(confirm).Then(confirmed).When(confirm).ThenNothing().When(end(result)).Then(ended).When(end(result)).ThenNothing()
	given(t).When(stop).ThenError(clientimport.ErrNotConfirmed)
	given(t).When(end(result)).ThenError(clientimport.ErrNotConfirmed)
	given(t, confirmed).When(stop).Then(stopped).When(stop).ThenNothing()
	given(t, confirmed, ended).When(stop).ThenError(clientimport.ErrEnded)

	short := result
	short.Refused = 1
	given(t, confirmed).When(end(short)).ThenError(clientimport.ErrSum)
	short.Left = 1
	given(t, confirmed, stopped).When(end(short)).Then(clientimport.Ended{Created: 4, Changed: 3, Unchanged: 1, Refused: 1, Left: 1, At: noon})

	if (state{}).Stopping() || event.Fold[state, ev](state{}, confirmed).Stopping() || !event.Fold[state, ev](state{}, confirmed, stopped).Stopping() {
		t.Error("an import stops when somebody has said so")
	}
}
