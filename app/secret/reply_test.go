package secret_test

import (
	"errors"
	"strings"
	"testing"

	"portico/app/secret"

	"github.com/google/uuid"
)

var replyTo = secret.ReplyTo{Task: link, Person: ida, Private: true}

// goldenReply was made with Python's hmac from the comment on ReplyAddress. What has been mailed works for ever.
const goldenReply = "amdqdeyaaaaaa4aaqaaaaaaaaaaacdwo4v7mh3xfmsicm"

func TestReplyAddressIsWrittenAsStated(t *testing.T) {
	if got := ring(t, key(7)).ReplyAddress(replyTo); got != goldenReply {
		t.Errorf("%s, want %s", got, goldenReply)
	}
}

// An address works in whatever case, under every key of the ring, for one person, one task and one talk (attack: an address
// made up, or made of another).
func TestReplyAddress(t *testing.T) {
	before := ring(t, key(1))
	address := before.ReplyAddress(replyTo)
	rotated := ring(t, key(2), key(1))
	for _, text := range []string{address, strings.ToUpper(address)} {
		p, err := rotated.ParseReplyAddress(text)
		if err != nil || p.Task != link || !p.Private || !p.Of(ida) || p.Of(link) || p.Of(uuid.Nil) {
			t.Errorf("%s: %+v, %v", text, p, err)
		}
	}
	if rotated.ReplyAddress(replyTo) == address {
		t.Error("an older key signs")
	}
	if _, err := ring(t, key(2)).ParseReplyAddress(address); !errors.Is(err, secret.ErrInvalid) {
		t.Error("a key that is off the ring still opens")
	}
	for i := range address {
		for _, letter := range "a7" {
			other := address[:i] + string(letter) + address[i+1:]
			if p, err := rotated.ParseReplyAddress(other); other != address && err == nil && p.Of(ida) {
				t.Errorf("with another letter at %d it still is Ida's", i)
			}
		}
	}
	for _, text := range []string{"", address[:44], address + "a", "postmaster", " " + address, address[:20] + "\n" + address[20:], strings.Repeat("a", 45), strings.Replace(address, "a", "ä", 1)} {
		if p, err := rotated.ParseReplyAddress(text); err == nil && p.Of(ida) {
			t.Errorf("%q is one", text)
		}
	}
	if (secret.ParsedReply{}).Of(uuid.Nil) {
		t.Error("nothing is somebody's")
	}
}
