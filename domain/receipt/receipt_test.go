package receipt

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// seed makes the key that the files in testdata are signed with.
func seed(n byte) ed25519.PrivateKey { return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{n}, 32)) }

func keyOf(id string, private ed25519.PrivateKey) PublicKey {
	return PublicKey{ID: id, Key: private.Public().(ed25519.PublicKey)}
}

var trusted = Keys{keyOf("spring", seed(1)), keyOf("autumn", seed(2))}

func sample() Receipt {
	at := time.Date(2026, 11, 21, 12, 30, 0, 250_000_000, time.UTC)
	id := func(n byte) uuid.UUID { return uuid.UUID{0x01, 0x93, 6: 0x70, 8: 0x80, 15: n} }
	return Receipt{
		Version: Version, Practice: Practice{Name: "Harbour & Vale", Email: "office@harbourvale.example"}, Link: id(1), Batch: id(2),
		Recipient: Recipient{ID: id(3), Name: "Imogen Farrow"}, ReleasedAt: Time(at), Cause: "window_ended", Files: []File{
			{
				ID: id(4), Name: "Über-weisung \"März\" <1>.pdf", SentAs: "scan\u202e0001.pdf", Size: 5_368_002_597, SHA256: strings.Repeat("9f86d081", 8), Media: "application/pdf",
				StartedAt: Time(at.Add(-15 * time.Minute)), ReceivedAt: Time(at.Add(-10 * time.Minute)), Late: true,
			},
			{
				ID: id(5), Name: "😀 notes\u2028.txt", SentAs: "😀 notes\u2028.txt", Size: 1, SHA256: strings.Repeat("ab", 32), Media: "text/plain",
				StartedAt: Time(at.Add(-14 * time.Minute)), ReceivedAt: Time(at.Add(-13 * time.Minute)),
			},
		},
	}
}

func signedSample(t *testing.T) (Document, []byte) {
	t.Helper()
	d, err := sample().Sign("spring", seed(1))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return d, raw
}

// Receipts are for ever: one of version 1 has these bytes, and stays genuine under its key (rules 1, 4).
func TestVersionOneStaysAsItIs(t *testing.T) {
	_, raw := signedSample(t)
	golden, err := os.ReadFile("testdata/receipt-v1.json")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(raw, golden) {
		t.Errorf("the same batch under the same key gives\n%s\nand not\n%s", raw, golden)
	}
	set, err := os.ReadFile("testdata/keys.json")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := ParseKeys(set)
	if err != nil {
		t.Fatal(err)
	}
	f := Check(golden, keys)
	if f.Answer != Genuine || f.Key != "spring" || fmt.Sprint(f.Receipt) != fmt.Sprint(sample()) {
		t.Errorf("found %+v", f)
	}
	if again, err := keys.JSON(); err != nil || string(again)+"\n" != string(set) {
		t.Errorf("the keys are published as %s, %v", again, err)
	}
}

func TestAnswers(t *testing.T) {
	_, raw := signedSample(t)
	edit := func(from, to string) []byte {
		if !bytes.Contains(raw, []byte(from)) {
			t.Fatalf("the sample has no %q", from)
		}
		return bytes.Replace(raw, []byte(from), []byte(to), 1)
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, raw); err != nil {
		t.Fatal(err)
	}
	rotated, err := sample().Sign("autumn", seed(2))
	if err != nil {
		t.Fatal(err)
	}
	later, err := rotated.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		raw  []byte
		keys Keys
		want Answer
	}{
		{"as it was made", raw, trusted, Genuine},
		{"without blanks", compact.Bytes(), trusted, Genuine},
		{"with what some editors put in front", append([]byte("\uFEFF"), raw...), trusted, Genuine},
		{"with lines of another system", bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n")), trusted, Genuine},
		{"with letters as escapes", edit("Ü", `\u00dc`), trusted, Genuine},
		{"with a size as a fraction", edit("5368002597", "5368002597.0"), trusted, Genuine},
		{"of the newer key", later, trusted, Genuine},
		{"of a key that only checks now", raw, Keys{keyOf("autumn", seed(2)), keyOf("spring", seed(1))}, Genuine},
		{"another size", edit("5368002597", "5368002598"), trusted, Altered},
		{"another digit", edit("9f86d081", "9f86d082"), trusted, Altered},
		{"another time", edit("12:30:00.250", "12:30:00.251"), trusted, Altered},
		{"another practice", edit("Harbour", "Harbor"), trusted, Altered},
		{"late no more", edit(`"late": true`, `"late": false`), trusted, Altered},
		{"a member more", edit(`"late": true`, `"late": true, "more": 1`), trusted, Altered},
		{"a member less", edit(`"cause": "window_ended",`, ``), trusted, Altered},
		{"another signature", edit(rotatedValue(t, raw), rotated.Signature.Value), trusted, Altered},
		{"a signature of no bytes", edit(rotatedValue(t, raw), ""), trusted, Altered},
		{"a padded signature", edit(rotatedValue(t, raw), rotatedValue(t, raw)+"=="), trusted, Altered},
		{"signed under a known name by somebody else", raw, Keys{keyOf("spring", seed(3))}, Altered},
		{"an unknown key", raw, Keys{keyOf("autumn", seed(2))}, UnknownKey},
		{"no key is known", raw, nil, UnknownKey},
		{"a file", []byte("%PDF-1.7"), trusted, NotAReceipt},
		{"nothing", nil, trusted, NotAReceipt},
		{"other JSON", []byte(`{"a":1}`), trusted, NotAReceipt},
		{"a list", []byte(`[]`), trusted, NotAReceipt},
		{"the receipt is no object", []byte(`{"receipt":1,"signature":{"algorithm":"Ed25519","key":"spring","value":""}}`), trusted, NotAReceipt},
		{"half of it", raw[:len(raw)/2], trusted, NotAReceipt},
		{"two of them", append(bytes.Clone(raw), raw...), trusted, NotAReceipt},
		{"something outside the signature", edit(`"signature": {`, `"more": 1, "signature": {`), trusted, NotAReceipt},
		{"something beside the signature's value", edit(`"algorithm"`, `"more": 1, "algorithm"`), trusted, NotAReceipt},
		{"a member twice", edit(`"size": 1,`, `"size": 2, "size": 1,`), trusted, NotAReceipt},
		{"another algorithm", edit(`"Ed25519"`, `"none"`), trusted, NotAReceipt},
		{"another version", edit(`"version": 1`, `"version": 2`), trusted, NotAReceipt},
		{"a version in words", edit(`"version": 1`, `"version": "1"`), trusted, NotAReceipt},
		{"no UTF-8", edit("Ü", "\xff"), trusted, NotAReceipt},
		{"deep", []byte(strings.Repeat(`{"receipt":`, 100_000)), trusted, NotAReceipt},
		{"too long", bytes.Repeat([]byte(" "), MaxBytes+1), trusted, NotAReceipt},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := Check(c.raw, c.keys)
			if f.Answer != c.want || (f.Answer == NotAReceipt) != (f.Why != "") || (f.Answer == Genuine) != (f.Receipt.Version == Version) {
				t.Errorf("found %s (%s), want %s", f.Answer, f.Why, c.want)
			}
		})
	}
}

// rotatedValue is the signature in raw.
func rotatedValue(t *testing.T, raw []byte) string {
	t.Helper()
	var d Document
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	return d.Signature.Value
}

// One flipped bit anywhere, and the receipt is not genuine any more.
func TestEveryBitCounts(t *testing.T) {
	_, raw := signedSample(t)
	for at := range raw {
		for bit := range 8 {
			bad := bytes.Clone(raw)
			bad[at] ^= 1 << bit
			if f := Check(bad, trusted); f.Answer == Genuine {
				t.Fatalf("genuine with bit %d of byte %d flipped: %q instead of %q", bit, at, bad[max(0, at-10):min(len(bad), at+10)], raw[max(0, at-10):min(len(raw), at+10)])
			}
		}
	}
	if f := Check(raw, trusted); f.Answer != Genuine {
		t.Error("the untouched one is not genuine, so nothing above was tested")
	}
}

// A signature under the receipts' key on anything else is none on a receipt (rule 4).
func TestSignaturesOfOtherThingsDontCount(t *testing.T) {
	d, _ := signedSample(t)
	raw, err := json.Marshal(d.Receipt)
	if err != nil {
		t.Fatal(err)
	}
	message, err := signed(raw)
	if err != nil {
		t.Fatal(err)
	}
	for _, other := range [][]byte{raw, message[len(prefix):], append([]byte("portico receipt v2\n"), message[len(prefix):]...)} {
		bad := d
		bad.Signature.Value = base64.RawURLEncoding.EncodeToString(ed25519.Sign(seed(1), other))
		file, err := bad.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		if f := Check(file, trusted); f.Answer != Altered {
			t.Errorf("a signature on %.30q: %s", other, f.Answer)
		}
	}
}

func TestMatch(t *testing.T) {
	r := sample()
	a, b := r.Files[0], r.Files[1]
	r.Files = append(r.Files, File{ID: uuid.UUID{15: 9}, Name: "copy.pdf", SentAs: "copy.pdf", Size: a.Size, SHA256: a.SHA256})
	for _, c := range []struct {
		what, name string
		size       int64
		digest     string
		want       Match
		file       uuid.UUID
	}{
		{"the file", a.Name, a.Size, a.SHA256, Matches, a.ID},
		{"under another name", "x.pdf", a.Size, a.SHA256, Matches, a.ID},
		{"the one of that name, of two alike", "copy.pdf", a.Size, a.SHA256, Matches, uuid.UUID{15: 9}},
		{"other content", b.Name, b.Size, a.SHA256, Differs, b.ID},
		{"another size", b.Name, b.Size + 1, b.SHA256, Differs, b.ID},
		{"other content under the name it was sent with", a.SentAs, 7, b.SHA256, Differs, a.ID},
		{"a decomposed name", "U\u0308ber-weisung \"Ma\u0308rz\" <1>.pdf", 7, b.SHA256, Differs, a.ID},
		{"a stranger", "y.pdf", 7, strings.Repeat("cd", 32), NotInReceipt, uuid.Nil},
	} {
		if f, m := r.Match(c.name, c.size, c.digest); m != c.want || f.ID != c.file {
			t.Errorf("%s: %s, file %s", c.what, m, f.ID)
		}
	}
}

func TestKeySetsThatAreNone(t *testing.T) {
	good, err := trusted.JSON()
	if err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string]string{
		"no JSON": "x", "nothing": "{}", "another kind": `{"keys":[{"kty":"RSA","kid":"a"}]}`,
		"a short key": `{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"AAAA"}]}`,
		"no id":       strings.Replace(string(good), "spring", "", 1), "an id twice": strings.Replace(string(good), "autumn", "spring", 1),
	} {
		if keys, err := ParseKeys([]byte(raw)); err == nil {
			t.Errorf("%s: read %v", name, keys)
		}
	}
	mixed := strings.Replace(string(good), `{"keys":[`, `{"keys":[{"kty":"RSA","kid":"other"},`, 1)
	if keys, err := ParseKeys([]byte(mixed)); err != nil || len(keys) != 2 {
		t.Errorf("a set with other kinds: %v, %v", keys, err)
	}
}

func FuzzCheck(f *testing.F) {
	d, err := sample().Sign("spring", seed(1))
	if err != nil {
		f.Fatal(err)
	}
	raw, err := d.Bytes()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte(`{"receipt":{"version":1},"signature":{"algorithm":"Ed25519","key":"spring","value":"AA"}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		found := Check(raw, trusted)
		if found.Answer == Genuine && fmt.Sprint(found.Receipt) != fmt.Sprint(sample()) {
			t.Errorf("genuine: %+v", found)
		}
	})
}

// Whatever is read as a set of keys is written as one that reads the same.
func FuzzParseKeys(f *testing.F) {
	good, err := trusted.JSON()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"keys":[{"kty":"RSA"},{"kty":"OKP","crv":"Ed25519","kid":"a","x":"AA"}]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		keys, err := ParseKeys(raw)
		if err != nil {
			return
		}
		again, err := keys.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if read, err := ParseKeys(again); err != nil || fmt.Sprint(read) != fmt.Sprint(keys) {
			t.Errorf("%v became %v, %v", keys, read, err)
		}
	})
}
