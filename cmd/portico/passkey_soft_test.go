package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/url"
	"testing"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"
)

// softKey is a passkey that is kept in memory, and does what its test wants of it.
type softKey struct {
	t      *testing.T
	origin string
	host   string
	id     []byte
	holder []byte
	key    *ecdsa.PrivateKey
	count  uint32
	synced bool // lives on several devices, and counts nothing
}

// challenge is what a page is given to ask a passkey with.
type challenge struct {
	PublicKey struct {
		Challenge string `json:"challenge"`
		RPID      string `json:"rpId"`
		RP        struct {
			ID string `json:"id"`
		} `json:"rp"`
		User struct {
			ID string `json:"id"`
		} `json:"user"`
	} `json:"publicKey"`
	Slip string `json:"slip"`
}

var plain64 = base64.RawURLEncoding

// challenged asks for one.
func (b *surfer) challenged(path string) (c challenge) {
	b.t.Helper()
	text, _ := b.want(200, "POST", path, nil)
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		b.t.Fatalf("%v: %s", err, text)
	}
	return c
}

func newSoftKey(t *testing.T, origin, host string) *softKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 32)
	_, _ = rand.Read(id) // never fails
	return &softKey{t: t, origin: origin, host: host, id: id, key: key}
}

func (k *softKey) clientData(kind, of string) []byte {
	k.t.Helper()
	data, err := json.Marshal(map[string]any{"type": kind, "challenge": of, "origin": k.origin, "crossOrigin": false})
	if err != nil {
		k.t.Fatal(err)
	}
	return data
}

// device is what the authenticator says of itself: whose pages, that its holder was there and was made sure of, and how
// often it has signed.
func (k *softKey) device(flags byte) []byte {
	host := sha256.Sum256([]byte(k.host))
	return binary.BigEndian.AppendUint32(append(host[:], flags|0x05), k.count)
}

func (k *softKey) form(slip string, response map[string]any) url.Values {
	k.t.Helper()
	id := plain64.EncodeToString(k.id)
	credential, err := json.Marshal(map[string]any{"id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": map[string]any{}})
	if err != nil {
		k.t.Fatal(err)
	}
	return url.Values{"slip": {slip}, "credential": {string(credential)}}
}

// made answers a challenge for a new passkey.
func (k *softKey) made(c challenge) url.Values {
	k.t.Helper()
	holder, err := plain64.DecodeString(c.PublicKey.User.ID)
	if err != nil {
		k.t.Fatal(err)
	}
	k.holder = holder
	raw, err := k.key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		k.t.Fatal(err)
	}
	public, err := webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: raw[1:33], -3: raw[33:]})
	if err != nil {
		k.t.Fatal(err)
	}
	device := append(k.device(0x40), make([]byte, 16)...)
	device = append(binary.BigEndian.AppendUint16(device, uint16(len(k.id))), k.id...)
	attestation, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": append(device, public...)})
	if err != nil {
		k.t.Fatal(err)
	}
	return k.form(c.Slip, map[string]any{
		"clientDataJSON": plain64.EncodeToString(k.clientData("webauthn.create", c.PublicKey.Challenge)), "attestationObject": plain64.EncodeToString(attestation),
	})
}

// shown answers a challenge of a passkey that is known.
func (k *softKey) shown(c challenge) url.Values {
	k.t.Helper()
	if !k.synced {
		k.count++
	}
	data, device := k.clientData("webauthn.get", c.PublicKey.Challenge), k.device(0)
	hash := sha256.Sum256(data)
	signed := sha256.Sum256(append(append([]byte{}, device...), hash[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, k.key, signed[:])
	if err != nil {
		k.t.Fatal(err)
	}
	return k.form(c.Slip, map[string]any{
		"clientDataJSON": plain64.EncodeToString(data), "authenticatorData": plain64.EncodeToString(device),
		"signature": plain64.EncodeToString(signature), "userHandle": plain64.EncodeToString(k.holder),
	})
}
