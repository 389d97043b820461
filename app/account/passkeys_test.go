package account

import "testing"

// A passkey is bound to the host of the pages; bare addresses have none, but for one's own machine.
func TestPasskeysKnowTheirHost(t *testing.T) {
	for base, want := range map[string]string{
		"https://portal.example": "portal.example https://portal.example", "http://127.0.0.1:8080": "localhost http://localhost:8080",
		"http://localhost": "localhost http://localhost", "http://[::1]:9": "localhost http://localhost:9", "https://192.0.2.7": "",
	} {
		p, err := NewPasskeys(base)
		got := ""
		if p.party != nil {
			got = p.party.Config.RPID + " " + p.party.Config.RPOrigins[0]
		}
		if got != want || err != nil {
			t.Errorf("%s: %q, %v", base, got, err)
		}
	}
}
