package account

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"portico/domain/account"
)

// light is cheap on purpose: these tests are about the rules around the hash.
var light = Cost{Memory: 64, Time: 1, Threads: 1}

func TestHashAndVerify(t *testing.T) {
	h := NewHasher(light)
	phc, err := h.Hash(t.Context(), "pebble orchard tram")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(phc, "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Errorf("PHC string %q", phc)
	}
	for _, c := range []struct {
		phc, password string
		right         bool
	}{
		{phc, "pebble orchard tram", true},
		{phc, "pebble orchard tran", false},
		{phc, "", false},
		{"", "pebble orchard tram", false},
	} {
		right, stale, err := h.Verify(t.Context(), c.phc, c.password)
		if right != c.right || stale || err != nil {
			t.Errorf("Verify(%q) = %v, %v, %v; want %v", c.password, right, stale, err, c.right)
		}
	}
	if _, stale, _ := NewHasher(Cost{Memory: 128, Time: 1, Threads: 1}).Verify(t.Context(), phc, "pebble orchard tram"); !stale {
		t.Error("a hash of another cost isn't called stale")
	}
}

// reliability.md 4.2: 19 MiB, two passes, one lane, or stronger.
func TestStandardCost(t *testing.T) {
	if StandardCost.Memory < 19*1024 || StandardCost.Time < 2 || StandardCost.Threads < 1 {
		t.Errorf("the standard cost is weaker than OWASP's least: %+v", StandardCost)
	}
}

func TestDamagedHashIsAnError(t *testing.T) {
	h := NewHasher(light)
	for _, phc := range []string{
		"x", "$argon2id$v=19$m=64,t=1,p=1$AAAA", "$argon2i$v=19$m=64,t=1,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=4294967295,t=1,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAAAA", "$argon2id$v=19$m=64,t=0,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAAAA",
		"$argon2id$v=19$m=64,t=1,p=0$AAAA$AAAAAAAAAAAAAAAAAAAAAAAA", "$argon2id$v=19$m=64,t=1,p=1$AAAA$AAAA",
	} {
		if right, _, err := h.Verify(t.Context(), phc, "x"); right || err == nil {
			t.Errorf("%q: right %v, err %v", phc, right, err)
		}
	}
}

// A flood of sign-ins is refused after five seconds, and never hashes more at once than there are cores.
func TestQueueForHashing(t *testing.T) {
	h := NewHasher(light)
	synctest.Test(t, func(t *testing.T) {
		h := &Hasher{cost: h.cost, turns: make(chan struct{}, cap(h.turns)), wait: h.wait, dummy: h.dummy}
		for range cap(h.turns) {
			h.turns <- struct{}{}
		}
		start := time.Now()
		_, err := h.Hash(t.Context(), "pebble orchard tram")
		if !errors.Is(err, account.ErrBusy) || time.Since(start) != queueLimit {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
	})
}

func TestSecretsHide(t *testing.T) {
	s := newSecret(TokenPrefix)
	for _, text := range []string{fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %s", s, s, s, s), fmt.Sprint(SignedIn{Session: s}), s.LogValue().String()} {
		if strings.Contains(text, string(s)) {
			t.Errorf("the secret shows in %q", text)
		}
	}
	if !s.shaped(TokenPrefix) || s.shaped("") || newSecret(TokenPrefix) == s {
		t.Error("a secret must have its prefix's shape and be new each time")
	}
}

func TestNetwork(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.7":            "192.0.2.7",
		"::ffff:192.0.2.7":     "192.0.2.7",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64",
		"fe80::1%eth0":         "fe80::/64",
	} {
		if got := Network(netip.MustParseAddr(in)); got != want {
			t.Errorf("Network(%s) = %s, want %s", in, got, want)
		}
	}
	if Network(netip.Addr{}) != "unknown" {
		t.Error("no address is a network of its own")
	}
}

func FuzzParsePHC(f *testing.F) {
	f.Add(light.hash("x"))
	f.Add("$argon2id$v=19$m=64,t=1,p=1$AAAA$AAAAAAAAAAAAAAAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, phc string) {
		if c, _, key, err := parsePHC(phc); err == nil && (c.Memory > 1<<20 || c.Time > 64 || len(key) > 128) {
			t.Errorf("%q costs too much: %+v", phc, c)
		}
	})
}

// Several logins of one address take as long as one: they share a salt.
func TestVerifyEach(t *testing.T) {
	h := NewHasher(light)
	one, err := h.HashBeside(t.Context(), []string{"", ""}, "pebble orchard tram")
	if err != nil {
		t.Fatal(err)
	}
	two, err := h.HashBeside(t.Context(), []string{"", one}, "lantern quarry violin")
	if err != nil {
		t.Fatal(err)
	}
	_, salt, _, _ := parsePHC(one)
	if _, other, _, _ := parsePHC(two); string(salt) != string(other) || one == two {
		t.Errorf("%s and %s share no salt", one, two)
	}
	old := Cost{Memory: 32, Time: 1, Threads: 1}.hash("pebble orchard tram")
	for _, c := range []struct {
		phcs         []string
		right, stale []bool
	}{
		{[]string{one, two}, []bool{true, false}, []bool{false, false}},
		{[]string{two, "", old}, []bool{false, false, true}, []bool{false, false, true}},
		{[]string{""}, []bool{false}, []bool{false}},
		{nil, []bool{}, []bool{}},
	} {
		right, stale, err := h.VerifyEach(t.Context(), c.phcs, "pebble orchard tram")
		if !slices.Equal(right, c.right) || !slices.Equal(stale, c.stale) || err != nil {
			t.Errorf("%v: %v, %v, %v", c.phcs, right, stale, err)
		}
	}
}
