package web

import (
	"math"
	"strconv"
	"strings"

	"portico/ports/web/views"
)

// The units that people give limits in. The published limit counts in binary gigabytes (S1.i11), so all of them do.
const (
	megabyte int64 = 1 << 20
	gigabyte int64 = 1 << 30
)

// amount reads a number that a person typed, in units. Nothing is 0; more than fits is the most that does, which every
// rule refuses.
func amount(text string, unit int64) (n int64, ok bool) {
	text = strings.Replace(strings.TrimSpace(text), ",", ".", 1)
	if text == "" {
		return 0, true
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(f) || f < 0 || strings.ContainsAny(text, "xXpPeE_") {
		return 0, false
	}
	return int64(math.Round(min(f*float64(unit), 1<<61))), true
}

// amountText is what amount reads as n; "" for 0.
func amountText(n, unit int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatFloat(float64(n)/float64(unit), 'f', -1, 64)
}

// binary says bytes in binary units with at most so many decimals. The published limit has six, rounded; with fewer it is
// rounded down, so that no limit is promised larger than it is.
func binary(n int64, decimals int) string {
	unit, word := gigabyte, "GB"
	switch {
	case n < 1000:
		return views.Size(n)
	case n < megabyte:
		unit, word = 1<<10, "KB"
	case n < gigabyte:
		unit, word = megabyte, "MB"
	}
	millionths := math.Round(float64(n) / float64(unit) * 1e6)
	step := math.Pow10(6 - decimals)
	return strconv.FormatFloat(math.Floor(millionths/step)*step/1e6, 'f', -1, 64) + " " + word
}
