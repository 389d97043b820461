package account

import (
	"crypto/sha256"
	"fmt"
	"math"
	"net/netip"
	"time"

	"portico/domain/account"
)

// SlowDownError is ErrSlowDown with the time to wait, for a Retry-After header.
type SlowDownError struct{ Wait time.Duration }

// Error is the sentence for the person.
func (e *SlowDownError) Error() string { return e.Unwrap().Error() }

// Unwrap is the rule's fault, with the seconds in its sentence.
func (e *SlowDownError) Unwrap() error {
	return account.ErrSlowDown.Withf("Too many tries. Wait %d seconds and try again.", e.Seconds())
}

// Seconds is the wait, rounded up to whole seconds.
func (e *SlowDownError) Seconds() int { return int(math.Ceil(e.Wait.Seconds())) }

// throttleKeys are what one try is counted by: its account, or its device where that is known, and its network.
func throttleKeys(email string, from netip.Addr, device Secret, known bool) []ThrottleKey {
	who := ThrottleKey{Hash: throttleHash("account", email), Limit: account.PerAccount}
	if known {
		who.Hash = throttleHash("device", string(device))
	}
	return []ThrottleKey{who, {Hash: throttleHash("network", Network(from)), Limit: account.PerNetwork}}
}

// Network is what one subscriber usually holds: an IPv4 address or an IPv6 /64; "unknown" for no address.
func Network(a netip.Addr) string {
	a = a.Unmap().WithZone("")
	if !a.IsValid() {
		return "unknown"
	}
	if a.Is4() {
		return a.String()
	}
	p, _ := a.Prefix(64) // 64 fits every IPv6 address
	return p.String()
}

func throttleHash(kind, value string) Hash {
	return sha256.Sum256(fmt.Appendf(nil, "%s\x00%s", kind, value))
}
