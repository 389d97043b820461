package language

import (
	"strconv"
	"strings"
)

// mark is what a language writes between thousands, before decimals, and from how many digits on it groups.
type mark struct {
	group, decimal string
	from           int
}

var marks = map[string]mark{
	"en": {",", ".", 4}, "es": {"\u00a0", ",", 5}, "de": {".", ",", 4}, "fr": {"\u202f", ",", 4}, "et": {"\u00a0", ",", 5},
}

// Number is a whole number as the language writes it: "12,345", "12 345".
func (w *Words) Number(n int64) string {
	return w.grouped(strconv.FormatInt(n, 10))
}

// Decimal is a number that is spelt with a dot, as the language writes it: "-1234.50" is "−1,234.50", "−1.234,50". Its
// digits stay as many as there are.
func (w *Words) Decimal(spelt string) string {
	whole, part, has := strings.Cut(spelt, ".")
	if has {
		part = marks[w.tag].decimal + part
	}
	return w.grouped(whole) + part
}

// grouped is a whole number with the marks between thousands.
func (w *Words) grouped(digits string) string {
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "−", digits[1:]
	}
	m := marks[w.tag]
	if len(digits) < m.from {
		return sign + digits
	}
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(m.group)
		}
		b.WriteRune(d)
	}
	return sign + b.String()
}

// Size is bytes as people say them: "812 KB", "1,5 MB", "2,4 Go".
func (w *Words) Size(bytes int64) string {
	const k = 1000
	switch {
	case bytes < k:
		return w.N("unit.bytes", int(bytes))
	case bytes < 999_500:
		return w.T("unit.kilobytes", w.decimal(float64(bytes)/k, 0))
	case bytes < 999_950_000:
		return w.T("unit.megabytes", w.decimal(float64(bytes)/k/k, 1))
	default:
		return w.T("unit.gigabytes", w.decimal(float64(bytes)/k/k/k, 2))
	}
}

func (w *Words) decimal(f float64, digits int) string {
	return strings.Replace(strconv.FormatFloat(f, 'f', digits, 64), ".", marks[w.tag].decimal, 1)
}
