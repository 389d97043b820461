package account

import "testing"

// RFC 4226, appendix D.
func TestHOTP(t *testing.T) {
	for counter, want := range []string{"755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"} {
		if got := HOTP([]byte("12345678901234567890"), int64(counter)); got != want {
			t.Errorf("code %d is %s, want %s", counter, got, want)
		}
	}
}
