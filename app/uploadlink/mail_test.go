package uploadlink_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"portico/app/es"
	uploadlinkapp "portico/app/uploadlink"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

func TestEffects(t *testing.T) {
	ida, ben, batch, whose := uuid.UUID{15: 10}, uuid.UUID{15: 11}, uuid.UUID{15: 30}, uuid.UUID{15: 40}
	stream := uploadlink.Stream(link)
	mail := func(to uuid.UUID, generation int, suffix string, about uuid.UUID) es.Effect {
		return es.Effect{
			Kind: "mail.upload_link", Key: "mail.upload_link/" + link.String() + "/" + to.String() + suffix, Firm: firm, Stream: stream,
			Args: es.EffectArgs{Recipient: to, Generation: generation}, Person: to, Client: about,
		}
	}
	answer := func() es.Effect {
		kind := "mail.withdrawal_answer"
		return es.Effect{Kind: kind, Key: kind + "/" + link.String() + "/7", Firm: firm, Stream: stream, Args: es.EffectArgs{Version: 7, File: file}}
	}
	minute := time.Date(2026, 11, 22, 0, 41, 0, 0, time.UTC)
	people := []uploadlink.Recipient{
		{ID: ida, Name: event.Of(ida, "Ida"), Email: event.Of(ida, "ida@example.org")},
		{ID: ben, Name: event.Of(ben, "Ben"), Email: event.Of(ben, "ben@example.org")},
	}
	for _, c := range []struct {
		e    event.Event
		want []es.Effect
	}{
		{uploadlink.Issued{Client: whose, Recipients: people}, []es.Effect{mail(ida, 1, "/1", whose), mail(ben, 1, "/1", whose)}},
		{uploadlink.Resent{Secrets: []uploadlink.Secret{{Recipient: ben, Generation: 12}}}, []es.Effect{mail(ben, 12, "/12", uuid.Nil)}},
		{uploadlink.AddressCorrected{Recipient: ben, Generation: 2}, []es.Effect{mail(ben, 2, "/2", uuid.Nil)}}, // I6
		{uploadlink.NewLinkRequested{Recipient: ben, Generation: 1}, []es.Effect{{ // S1.i21: one mail a request
			Kind: "mail.new_link_request", Key: "mail.new_link_request/" + link.String() + "/7", Firm: firm, Stream: stream, Args: es.EffectArgs{Recipient: ben}, Person: ben,
		}}},
		{uploadlink.Copied{Recipient: ben, Generation: 1}, nil},
		{uploadlink.NewLinkRequestDismissed{Recipient: ben}, nil},
		{uploadlink.BatchReleased{Batch: batch, Files: []uuid.UUID{file, second}}, []es.Effect{{ // S1.i8: one, however many files
			Kind: "mail.batch_notice", Key: "mail.batch_notice/" + batch.String(), Firm: firm, Stream: stream, Args: es.EffectArgs{Batch: batch},
		}}},
		// U5: one for what one person asks in a minute, and then one each, named by its place in the stream, because a file
		// may be asked back twice
		{uploadlink.WithdrawalRequested{File: file, Reason: event.Of(ida, "ida@example.org is wrong"), At: minute.Add(17 * time.Second)}, []es.Effect{{
			Kind: "mail.withdrawal_request", Key: fmt.Sprintf("mail.withdrawal_request/%s/%d", link, minute.Unix()), Firm: firm, Stream: stream,
			Args: es.EffectArgs{Since: minute}, NotBefore: minute.Add(90 * time.Second),
		}}},
		{uploadlink.WithdrawalRefused{File: file, Reason: event.Of(ida, "Ida, no")}, []es.Effect{answer()}},
		{uploadlink.WithdrawalAccepted{File: file}, []es.Effect{answer()}},
		{uploadlink.BatchCancelled{Batch: batch}, nil}, // S1.i7: the practice hears nothing
		{uploadlink.FileReceived{File: file}, nil},     // S1.i1
		{uploadlink.Extended{}, nil},
		{stranger{}, nil},
	} {
		r := event.Recorded{Stream: stream, Version: 7, Firm: firm, Event: c.e}
		got := uploadlinkapp.Effects(r)
		if !reflect.DeepEqual(got, c.want) || !reflect.DeepEqual(uploadlinkapp.Effects(r), got) {
			t.Errorf("%s asks for\n%+v\nwant\n%+v", c.e.EventType(), got, c.want)
		}
		text, err := json.Marshal(got)
		if err != nil || strings.Contains(string(text), "example.org") || strings.Contains(string(text), "Ida") {
			t.Errorf("%s asks for %s, %v; want ids only", c.e.EventType(), text, err)
		}
	}
}

// Rule 7 of app/notify: forty requests within a minute are at most two mails; each is in the mail of its own minute, which
// leaves after it and within a minute and a half.
func TestFortyRequestsAreTwoMails(t *testing.T) {
	begin := time.Date(2026, 11, 22, 0, 41, 42, 0, time.UTC)
	mails := map[string]es.Effect{}
	for i := range 40 {
		at := begin.Add(time.Duration(i) * 1500 * time.Millisecond)
		r := event.Recorded{
			Stream: uploadlink.Stream(link), Version: 9 + i, Firm: firm, Event: uploadlink.WithdrawalRequested{File: uuid.UUID{15: byte(i)}, At: at},
		}
		e := uploadlinkapp.Effects(r)[0]
		if wait := e.NotBefore.Sub(at); at.Before(e.Args.Since) || wait < 30*time.Second || wait > 90*time.Second {
			t.Errorf("a request of %v is in a mail about what came since %v that leaves at %v", at, e.Args.Since, e.NotBefore)
		}
		if before, ok := mails[e.Key]; ok && !reflect.DeepEqual(before, e) {
			t.Errorf("%s is %+v and %+v", e.Key, before, e)
		}
		mails[e.Key] = e
	}
	if len(mails) != 2 {
		t.Errorf("%d mails", len(mails))
	}
}

// stranger is another aggregate's event.
type stranger struct{}

func (stranger) EventType() string { return "client.created" }
