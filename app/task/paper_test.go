package task_test

import (
	"testing"

	"portico/app/language"
	taskapp "portico/app/task"
	"portico/domain/questionnaire"

	"github.com/google/uuid"
)

// Money is written with the marks of each language, and read back as it was.
func TestShownMoney(t *testing.T) {
	f := questionnaire.Field{ID: uuid.Max, Kind: questionnaire.Money, Label: "Income", Currency: "EUR"}
	for _, tag := range language.Tags() {
		w := language.For(tag)
		for _, value := range []string{"0.00", "-0.50", "12.30", "999.00", "1234.00", "12345.67", "1234567.00", "-123456789012345.99"} {
			if back, err := f.Canonical(w.Decimal(value)); err != nil || back != value {
				t.Errorf("%s: %s is shown as %s, and read as %s, %v", tag, value, w.Decimal(value), back, err)
			}
			if back, err := f.Canonical(taskapp.Shown(w, f, value)); err != nil || back != value {
				t.Errorf("%s: %s is shown as %s, and read as %s, %v", tag, value, taskapp.Shown(w, f, value), back, err)
			}
		}
	}
	for tag, want := range map[string]string{"en": "-1,234,567.50", "de": "-1.234.567,50", "fr": "-1\u202f234\u202f567,50", "es": "-1\u00a0234\u00a0567,50", "et": "-1\u00a0234\u00a0567,50"} {
		if got := language.For(tag).Decimal("-1234567.50"); got != "−"+want[1:] {
			t.Errorf("%s: %s, want %s", tag, got, want)
		}
	}
	if got := taskapp.Shown(language.For("de"), f, ""); got != "" {
		t.Errorf("nothing is shown as %q", got)
	}
}
