package postgres_test

import (
	"fmt"
	"slices"
	"time"
)

// spread says how durations lie: "p50 1ms, p99 5ms, max 7ms of 120".
func spread(d []time.Duration) string {
	if len(d) == 0 {
		return "of nothing"
	}
	return fmt.Sprintf("p50 %v, p99 %v, max %v of %d", at(d, 50), at(d, 99), at(d, 100), len(d))
}

// at is the pth percentile.
func at(d []time.Duration, p int) time.Duration {
	d = slices.Sorted(slices.Values(d))
	return d[min(len(d)*p/100, len(d)-1)].Round(10 * time.Microsecond)
}
