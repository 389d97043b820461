package webhook

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"portico/domain/event"
	"portico/domain/invite"
	"portico/domain/task"
	"portico/domain/uploadlink"
	"portico/domain/webhook"

	"github.com/google/uuid"
)

var (
	noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	acme = uuid.UUID{0: 1}
	ida  = uuid.UUID{0: 2}
	file = uuid.UUID{0: 3}
	note = uuid.UUID{0: 4}
	job  = uuid.UUID{0: 5}
)

// typed fills every text that people type with words that must not leave.
func typed(v reflect.Value) {
	switch {
	case v.Type() == reflect.TypeFor[event.Personal]():
		v.Set(reflect.ValueOf(event.Of(acme, "Imogen Farrow")))
	case v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[time.Time]():
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				typed(v.Field(i))
			}
		}
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() != reflect.Uint8:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		typed(v.Index(0))
	}
}

// Every event that is heard has a name of the list or is about endpoints; every name has an event; and none tells a text.
func TestNoTextLeaves(t *testing.T) {
	told := map[string]bool{}
	for _, zero := range heard() {
		v := reflect.New(reflect.TypeOf(zero)).Elem()
		typed(v)
		e, _ := v.Interface().(event.Event)
		kind, _, _ := strings.Cut(e.EventType(), ".")
		r := event.Recorded{Stream: event.Stream{Kind: event.Kind(kind), ID: job}, Version: 3, At: noon, Event: e}
		teller := teller{files: map[uuid.UUID]File{}, drafts: map[uuid.UUID]bool{}}
		teller.hear(e)
		m, ok := teller.tell(r)
		if !ok {
			if _, own := e.(webhook.Event); !own && e.EventType() != "task.attachment_received" {
				t.Errorf("%s is heard and never told", e.EventType())
			}
			continue
		}
		told[m.Type] = true
		body, err := m.body()
		if err != nil || strings.Contains(string(body), "Imogen") || !strings.Contains(string(body), `"type":"`+m.Type+`"`) {
			t.Errorf("%s: %s, %v", e.EventType(), body, err)
		}
		if known := slices.ContainsFunc(webhook.Types(), func(w webhook.Type) bool { return w.Name == m.Type }); !known && m.Type != webhook.Test {
			t.Errorf("%s is told as %s, which nobody can choose", e.EventType(), m.Type)
		}
	}
	for _, w := range webhook.Types() {
		if !told[w.Name] {
			t.Errorf("%s can be chosen and is never told", w.Name)
		}
	}
}

// What receivers have been promised: names and shapes stay.
func TestMessages(t *testing.T) {
	by := task.Who{Kind: event.Contact, ID: ida}
	received := func(p task.Place) task.AttachmentReceived {
		return task.AttachmentReceived{Attachment: file, By: by, Place: p, Size: 12, SHA256: "ab", Media: "application/pdf", Delivered: true, At: noon}
	}
	assigned := task.Assigned{Client: acme, Kind: task.Documents, DueOn: "2026-04-01", Sender: note, At: noon}
	aTask, aLink, anInvite := task.Stream(job), uploadlink.Stream(job), invite.Stream(ida)
	const about = `"data":{"task":"05000000-0000-0000-0000-000000000000","kind":"documents","client":"01000000-0000-0000-0000-000000000000"`
	const files = `"files":[{"id":"03000000-0000-0000-0000-000000000000","size":12,"sha256":"ab","media":"application/pdf"}]`
	const who = `"actor":{"kind":"contact","id":"02000000-0000-0000-0000-000000000000"}`
	const contact = `"contact":"02000000-0000-0000-0000-000000000000"`
	for _, c := range []struct {
		stream  event.Stream
		history []event.Event
		want    string // of the body, behind its timestamp; empty: nothing is told
	}{
		{aTask, []event.Event{assigned}, about + `,"actor":{"kind":"staff","id":"04000000-0000-0000-0000-000000000000"},"due_on":"2026-04-01"}}`},
		{aTask, []event.Event{assigned, task.DueSet{DueOn: "2026-05-01"}}, about + `,"changed":"due_on","due_on":"2026-05-01"}}`},
		{aTask, []event.Event{assigned, task.DoneByClient{Contact: ida, By: by}}, about + `,` + contact + `,` + who + `}}`},
		{aTask, []event.Event{assigned, task.Closed{Outcome: task.Completed, By: by}}, about + `,` + who + `,"outcome":"completed"}}`},
		{aTask, []event.Event{assigned, received(task.Place{})}, about + `,` + who + `,` + files + `}}`},
		{aTask, []event.Event{assigned, received(task.Place{Item: note})}, ``},
		{aTask, []event.Event{assigned, received(task.Place{Item: note}), task.AttachmentReleased{Attachment: file}}, ``},
		{
			aTask,
			[]event.Event{assigned, received(task.Place{Item: note}), task.ItemReturned{Item: note, For: ida, Round: 1, By: by, Files: []uuid.UUID{file}}},
			about + `,` + contact + `,` + who + `,"item":"04000000-0000-0000-0000-000000000000","round":1,` + files + `}}`,
		},
		{aTask, []event.Event{assigned, received(task.Place{Message: note}), task.AttachmentReleased{Attachment: file}}, ``},
		{
			aTask,
			[]event.Event{assigned, task.Posted{Message: note, By: by, Talk: task.Talk{With: ida}}},
			about + `,` + contact + `,` + who + `,"message":"04000000-0000-0000-0000-000000000000","private":true}}`,
		},
		{aTask, []event.Event{assigned, task.Posted{Message: note, By: by, Talk: task.Talk{Internal: true}}}, ``},
		{
			aLink,
			[]event.Event{uploadlink.Issued{Client: acme}, uploadlink.FileReceived{File: file, Size: 12, SHA256: "ab", Media: "application/pdf"}, uploadlink.BatchReleased{Files: []uuid.UUID{file}}},
			`"data":{"client":"01000000-0000-0000-0000-000000000000","upload_link":"05000000-0000-0000-0000-000000000000",` + files + `}}`,
		},
		{
			anInvite,
			[]event.Event{invite.Sent{Nth: 1, Contact: ida, Client: acme}, invite.Bounced{Nth: 1, Channel: invite.Email, Code: "550"}},
			`"data":{"client":"01000000-0000-0000-0000-000000000000",` + contact + `,"sending":1,"channel":"email","code":"550"}}`,
		},
	} {
		teller, last := teller{files: map[uuid.UUID]File{}, drafts: map[uuid.UUID]bool{}}, event.Recorded{}
		for i, e := range c.history {
			last = event.Recorded{Stream: c.stream, Version: i + 1, At: noon, Event: e}
			teller.hear(e)
		}
		m, ok := teller.tell(last)
		body, err := m.body()
		if _, got, _ := strings.Cut(string(body), `"timestamp":"2026-03-02T12:00:00Z",`); err != nil || ok != (c.want != "") || ok && got != c.want {
			t.Errorf("%s, %v, %v\n got %s\nwant %s", last.Event.EventType(), ok, err, got, c.want)
		}
	}
	if id := MessageID(task.Stream(job), 7); id != "evt_05000000000000000000000000000000_7" {
		t.Error(id)
	}
}
