package account

import (
	"slices"
	"testing"
	"time"

	"portico/domain/event"
	"portico/domain/event/eventtest"

	"github.com/google/uuid"
)

// F5: mail is the first choice of contacts (S3.25), and no method of staff.
func TestOfferedMethods(t *testing.T) {
	if Offered(OfContact)[0] != ByMail || slices.Contains(Offered(OfStaff), ByMail) {
		t.Errorf("contacts %v, staff %v", Offered(OfContact), Offered(OfStaff))
	}
	for _, m := range []Method{ByMail, ByPassword, ByRecovery, ByLink, "x"} {
		if CheckMethod(OfStaff, m) != ErrMethod {
			t.Errorf("staff may add %s", m)
		}
	}
	if err := CheckMethod(OfStaff, ByPasskey); err != nil {
		t.Error(err)
	}
}

func TestCanonicalNumber(t *testing.T) {
	for in, want := range map[string]string{
		" +44 7700 900123 ": "+447700900123", "+49 (151) 234-567/89": "+4915123456789", "0044 7700 900123": "+447700900123",
		"+44 (0)7700 900123": "+447700900123", "07700 900123": "", "+44": "", "+0447700900123": "", "+4477009001234567": "",
		"+44 7700 900123 ext 4": "", "": "", "+44\u202e7700900123": "", "++447700900123": "", "+44 7700+900123": "",
	} {
		if got, err := CanonicalNumber(in); got != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q, %v", in, got, err)
		}
	}
	if got := MaskedNumber("+447700900123"); got != "+44 ••• 123" {
		t.Error(got)
	}
}

func TestCodesAsPeopleTypeThem(t *testing.T) {
	for in, want := range map[string]string{"123456": "123456", " 123 456 ": "123456", "123-456": "123456", "12345": "", "1234567": "", "12345a": "", "１２３４５６": "", "": ""} {
		if got := Code(in); got != want {
			t.Errorf("%q is %q", in, got)
		}
	}
	for in, want := range map[string]string{
		"abcd-efgh-ijkl-mnop": "abcdefghijklmnop", "ABCD EFGH IJKL MNO7": "abcdefghijklmno7", "abcdefghijklmn01": "abcdefghijklmnol", "abcd-efgh": "", "abcdefghijklmno8": "", "": "",
	} {
		if got := RecoveryCode(in); got != want {
			t.Errorf("%q is %q", in, got)
		}
	}
}

// F2: its own half minute and the one before; none that is still to come.
func TestAppSteps(t *testing.T) {
	for at, want := range map[int64][]int64{59: {1, 0}, 60: {2, 1}, 89: {2, 1}, 90: {3, 2}} {
		if got := AppSteps(time.Unix(at, 0)); !slices.Equal(got, want) {
			t.Errorf("at second %d: %v, want %v", at, got, want)
		}
	}
}

func TestLabels(t *testing.T) {
	if got, err := CheckLabel("  Blue key "); got != "Blue key" || err != nil {
		t.Error(got, err)
	}
	for _, bad := range []string{"", "  ", "a\nb", string(make([]rune, 61))} {
		if _, err := CheckLabel(bad); err != ErrLabel {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

var (
	noon    = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	phone   = uuid.MustParse("0197f000-0000-7000-8000-0000000000a1")
	blueKey = uuid.MustParse("0197f000-0000-7000-8000-0000000000a2")
)

// What is heard twice is one fact.
func TestMethodsAreRecordedOnce(t *testing.T) {
	added := FactorAdded{Factor: phone, Method: ByApp, At: noon}
	removed := FactorRemoved{Factor: phone, At: noon}
	reset := FactorsReset{Reason: event.Of(phone, "lost"), At: noon}
	add := func(f Factors) ([]Event, error) { return f.Add(phone, ByApp, noon), nil }
	remove := func(f Factors) ([]Event, error) { return f.Remove(phone, noon), nil }
	given := eventtest.Given[Factors, Event]
	given(t).When(add).Then(added)
	given(t, added).When(add).Then()
	given(t, added, removed).When(add).Then(added)
	given(t, added).When(remove).Then(removed)
	given(t, added, reset).When(remove).Then()
	given(t, FactorAdded{Factor: blueKey, Method: ByPasskey, At: noon}).When(remove).Then()
}
