package secret_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"portico/app/secret"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

var (
	link  = uuid.MustParse("01930000-0000-7000-8000-000000000001")
	ida   = uuid.MustParse("01930000-0000-7000-8000-000000000002")
	token = secret.UploadToken{Link: link, Recipient: ida, Generation: 3}
)

func key(id byte) secret.Key { return secret.Key{ID: id, Secret: bytes.Repeat([]byte{id + 1}, 32)} }

func ring(t testing.TB, newest secret.Key, older ...secret.Key) secret.KeyRing {
	t.Helper()
	r, err := secret.NewKeyRing(newest, older...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestUploadLinkIsWrittenAsStated(t *testing.T) {
	text := ring(t, key(7)).UploadLink(token).Reveal()
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(text) != 70 || len(b) != 52 {
		t.Fatalf("%q has %d letters and %d bytes (%v), want 70 and 52", text, len(text), len(b), err)
	}
	head := append([]byte{1, 7}, append(append([]byte{}, link[:]...), append(append([]byte{}, ida[:]...), 0, 3)...)...)
	if !bytes.Equal(b[:36], head) {
		t.Errorf("payload is %x, want %x", b[:36], head)
	}
	// A mail that has been sent must open its link for ever, so this text is fixed.
	if text != golden {
		t.Errorf("secret is %s, want %s", text, golden)
	}
}

// golden was made with Python's hmac from the package comment.
const golden = "AQcBkwAAAABwAIAAAAAAAAABAZMAAAAAcACAAAAAAAAAAgADgNt_o1j6x5LHOrJ04etxwg"

func TestRingVerifiesOldKeysAndSignsWithTheNewest(t *testing.T) {
	before := ring(t, key(1))
	mailed := before.UploadLink(token).Reveal()
	rotated := ring(t, key(2), key(1))
	if got, err := rotated.ParseUploadLink(mailed); err != nil || got != token {
		t.Errorf("after rotation: %v, %v; want the token", got, err)
	}
	if _, err := before.ParseUploadLink(rotated.UploadLink(token).Reveal()); !errors.Is(err, secret.ErrInvalid) {
		t.Errorf("a ring without key 2 answered %v, want ErrInvalid", err)
	}
	if _, err := ring(t, key(2)).ParseUploadLink(mailed); !errors.Is(err, secret.ErrInvalid) {
		t.Errorf("after key 1 was taken off the ring: %v, want ErrInvalid", err)
	}
}

func TestPurposesDoNotPassForEachOther(t *testing.T) {
	r := ring(t, key(1))
	if _, err := r.ParseUploadCookie(r.UploadLink(token).Reveal()); !errors.Is(err, secret.ErrInvalid) {
		t.Errorf("a mailed secret as cookie: %v, want ErrInvalid (L9)", err)
	}
	if _, err := r.ParseUploadLink(r.UploadCookie(token).Reveal()); !errors.Is(err, secret.ErrInvalid) {
		t.Errorf("a cookie as mailed secret: %v, want ErrInvalid (L9)", err)
	}
	if got, err := r.ParseUploadCookie(r.UploadCookie(token).Reveal()); err != nil || got != token {
		t.Errorf("own cookie: %v, %v", got, err)
	}
}

func TestAnyChangeOfOneLetterIsRefused(t *testing.T) {
	r := ring(t, key(1), key(0))
	text := r.UploadLink(token).Reveal()
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=\n. "
	for i := range text {
		for _, c := range letters {
			changed := text[:i] + string(c) + text[i+1:]
			if _, err := r.ParseUploadLink(changed); (err == nil) != (changed == text) {
				t.Fatalf("letter %d as %q: %v", i, c, err)
			}
		}
	}
	for _, bad := range []string{"", "x", text[:69], text + "A", text + "\n", "\n" + text, strings.Repeat("A", 70)} {
		if _, err := r.ParseUploadLink(bad); !errors.Is(err, secret.ErrInvalid) {
			t.Errorf("%q: %v, want ErrInvalid", bad, err)
		}
	}
}

func TestEveryTokenComesBack(t *testing.T) {
	r := ring(t, key(1), key(0))
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.Custom(func(t *rapid.T) uuid.UUID {
			return uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "uuid"))
		})
		want := secret.UploadToken{Link: id.Draw(t, "link"), Recipient: id.Draw(t, "recipient"), Generation: rapid.IntRange(1, 65535).Draw(t, "generation")}
		if got, err := r.ParseUploadLink(r.UploadLink(want).Reveal()); err != nil || got != want {
			t.Fatalf("%v came back as %v, %v", want, got, err)
		}
	})
}

func TestSecretsHideThemselves(t *testing.T) {
	r := ring(t, key(1))
	token := r.UploadLink(token)
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "token", token, "ring", r, "key", key(1))
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "token", token, "ring", r, "key", key(1))
	out, err := json.Marshal(map[string]any{"token": token})
	if err != nil {
		t.Fatal(err)
	}
	shown := log.String() + string(out)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		shown += fmt.Sprintf(verb, token) + fmt.Sprintf(verb, r) + fmt.Sprintf(verb, key(1))
	}
	for _, leak := range []string{token.Reveal(), fmt.Sprintf("%x", token.Reveal()), "020202", "AgIC", "[2 2 2"} {
		if strings.Contains(shown, leak) {
			t.Errorf("%q is in %s", leak, shown)
		}
	}
}

func TestKeyRingRefusesWhatIsUnsafe(t *testing.T) {
	short := secret.Key{ID: 1, Secret: make([]byte, 31)}
	same := secret.Key{ID: 2, Secret: key(1).Secret}
	for name, keys := range map[string][]secret.Key{
		"short": {short}, "same id": {key(1), {ID: 1, Secret: key(5).Secret}}, "same key": {key(1), same},
	} {
		if _, err := secret.NewKeyRing(keys[0], keys[1:]...); err == nil {
			t.Errorf("%s: taken, want an error", name)
		}
	}
}

func TestParseKeyRing(t *testing.T) {
	one, two := base64.StdEncoding.EncodeToString(key(1).Secret), base64.RawURLEncoding.EncodeToString(key(2).Secret)
	r, err := secret.ParseKeyRing("2:" + two + ", 1:" + one)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := r.UploadLink(token), ring(t, key(2)).UploadLink(token); got != want {
		t.Error("the first key of the text does not sign")
	}
	if _, err := r.ParseUploadLink(ring(t, key(1)).UploadLink(token).Reveal()); err != nil {
		t.Errorf("the second key does not verify: %v", err)
	}
	for _, bad := range []string{"", "1", one, "256:" + one, "-1:" + one, "1:***", "1:" + one[:20], "1:" + one + ",1:" + two} {
		if _, err := secret.ParseKeyRing(bad); err == nil {
			t.Errorf("%q was taken, want an error", bad)
		} else if strings.Contains(err.Error(), one[:8]) {
			t.Errorf("%q: the error shows the key: %v", bad, err)
		}
	}
}

func FuzzParseUploadLink(f *testing.F) {
	r := ring(f, key(1), key(0))
	f.Add(r.UploadLink(token).Reveal())
	f.Add(r.UploadCookie(token).Reveal())
	f.Add(ring(f, key(0)).UploadLink(token).Reveal())
	f.Add(strings.Repeat("A", 70))
	f.Fuzz(func(t *testing.T, text string) {
		got, err := r.ParseUploadLink(text)
		if err != nil {
			if !errors.Is(err, secret.ErrInvalid) || got != (secret.UploadToken{}) {
				t.Fatalf("%q: %v with %v, want ErrInvalid with nothing", text, err, got)
			}
			return
		}
		if text != r.UploadLink(got).Reveal() && text != ring(t, key(0)).UploadLink(got).Reveal() {
			t.Fatalf("%q was taken, and is not what the ring makes of %v", text, got)
		}
	})
}

// An invitation's secret is good for the door of invitations only, and each sending has its own.
func TestInvitation(t *testing.T) {
	r := ring(t, key(1), key(0))
	want := secret.InvitationToken{Invite: token.Link, Generation: 2}
	text := r.Invitation(want).Reveal()
	if got, err := r.ParseInvitation(text); err != nil || got != want || len(text) != 48 {
		t.Errorf("%q is read as %+v, %v", text, got, err)
	}
	if got, err := r.ParseInvitation(ring(t, key(0)).Invitation(want).Reveal()); err != nil || got != want {
		t.Errorf("under an older key: %+v, %v", got, err)
	}
	if _, err := r.ParseUploadLink(text); !errors.Is(err, secret.ErrInvalid) {
		t.Errorf("it opens an upload link: %v", err)
	}
	if _, err := r.ParseInvitation(r.UploadLink(token).Reveal()); !errors.Is(err, secret.ErrInvalid) {
		t.Errorf("a link's secret opens an invitation: %v", err)
	}
	for i := range text {
		for _, letter := range []byte("AQgw_") {
			bent := text[:i] + string(letter) + text[i+1:]
			if _, err := r.ParseInvitation(bent); err == nil && bent != text {
				t.Errorf("%q was taken", bent)
			}
		}
	}
	for _, bad := range []string{"", text[:47], text + "A", strings.Repeat("A", 48), text[:24] + "\n" + text[24:]} {
		if got, err := r.ParseInvitation(bad); !errors.Is(err, secret.ErrInvalid) || got != (secret.InvitationToken{}) {
			t.Errorf("%q: %+v, %v", bad, got, err)
		}
	}
}
