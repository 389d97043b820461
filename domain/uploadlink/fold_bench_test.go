package uploadlink_test

import (
	"testing"
	"time"

	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// filesOf is the history of a link that took n files, one batch an hour.
func filesOf(n int) []ev {
	history := []ev{issuedToIdaAndBen}
	for i := range n {
		at := noon.Add(time.Duration(i) * time.Hour)
		file, batch := uuid.UUID{1, byte(i >> 8), byte(i)}, uuid.UUID{2, byte(i >> 8), byte(i)}
		history = append(history, started(file, "a.pdf", at), opened(batch, at), got(file, batch, "a.pdf", at), releasedAt(batch, at10(0), file))
	}
	return history
}

func BenchmarkFold(b *testing.B) {
	for name, n := range map[string]int{"50 events": 12, "10000 events": 2500} {
		b.Run(name, func(b *testing.B) {
			history := filesOf(n)
			b.ReportAllocs()
			for b.Loop() {
				event.Fold(uploadlink.Link{}, history...)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(history)), "ns/event")
		})
	}
}
