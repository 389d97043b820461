package webhook

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"portico/domain/event"
	"portico/domain/invite"
	"portico/domain/task"
	"portico/domain/uploadlink"
	"portico/domain/webhook"

	"github.com/google/uuid"
)

var none uuid.UUID

// Message is what an endpoint is sent, as JSON. It holds ids and facts and no text of a person: no name, no address, no
// title, no message, no file's name. Who needs those asks the API, under rights of their own. Fields are added; none of
// them changes its meaning or goes.
type Message struct {
	ID        string    `json:"id" doc:"As in webhook-id: the same one for all deliveries of one event"`
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp" doc:"When it happened"`
	Data      Data      `json:"data"`
}

// Data is what a message is about. What its type doesn't need is left out.
type Data struct {
	Task      uuid.UUID `json:"task,omitzero"`
	Kind      string    `json:"kind,omitempty" doc:"Of the task: todo, documents, question, form, signature"`
	Client    uuid.UUID `json:"client,omitzero"`
	Contact   uuid.UUID `json:"contact,omitzero" doc:"Whom it is about; of a task that is for all alike: nobody in particular"`
	Actor     *Actor    `json:"actor,omitempty" doc:"Who did it"`
	Changed   string    `json:"changed,omitempty" doc:"Of task.changed: title, description, due_on, internal_due_on, owner, audience, priority, checklist, recurrence, items"`
	DueOn     string    `json:"due_on,omitempty" doc:"2026-05-12"`
	State     string    `json:"state,omitempty" doc:"Of task.progressed: open, doing, waiting, done"`
	Outcome   string    `json:"outcome,omitempty" doc:"Of task.closed: completed, cancelled"`
	Item      uuid.UUID `json:"item,omitzero" doc:"Of the request"`
	Round     int       `json:"round,omitempty" doc:"The how manieth answer to the item: 1, 2, 3"`
	Nothing   bool      `json:"not_applicable,omitempty" doc:"Of task.item_returned: there is nothing to send"`
	Message   uuid.UUID `json:"message,omitzero"`
	Private   bool      `json:"private,omitempty" doc:"Of task.message: between the contact and the practice"`
	Link      uuid.UUID `json:"upload_link,omitzero"`
	Files     []File    `json:"files,omitempty"`
	Sending   int       `json:"sending,omitempty" doc:"Of an invitation: 1, 2, 3"`
	Channel   string    `json:"channel,omitempty" doc:"Of an invitation: email, text"`
	Code      string    `json:"code,omitempty" doc:"With which the invitation was refused"`
	Reason    string    `json:"reason,omitempty" doc:"Of invite.ended: expired, withdrawn, voided, taken_back"`
	Reference string    `json:"webhook,omitempty" doc:"Of webhook.test: the webhook"`
}

// Actor is who did it, and for whom, where somebody of the practice did it in their place.
type Actor struct {
	Kind string    `json:"kind" doc:"staff, contact, system, operator"`
	ID   uuid.UUID `json:"id,omitzero"`
	For  uuid.UUID `json:"for,omitzero" doc:"The contact in whose place somebody of the practice did it"`
}

// File is one file.
type File struct {
	ID     uuid.UUID `json:"id"`
	Size   int64     `json:"size" doc:"Bytes"`
	SHA256 string    `json:"sha256" doc:"Of the bytes, hex"`
	Media  string    `json:"media" doc:"Found by the content: application/pdf"`
}

// MessageID is the id of the message about an event: the same one for every endpoint and every delivery.
func MessageID(source event.Stream, version int) string {
	return fmt.Sprintf("evt_%s_%d", strings.ReplaceAll(source.ID.String(), "-", ""), version)
}

// teller reads a history up to the event that it tells of.
type teller struct {
	stream event.Stream
	kind   string
	client uuid.UUID
	files  map[uuid.UUID]File
	drafts map[uuid.UUID]bool // files of a task that belong to an item or a message
}

// hear takes down what later events are told with.
func (t *teller) hear(e event.Event) {
	switch e := e.(type) {
	case task.Assigned:
		t.kind, t.client = string(e.Kind), e.Client
	case task.AttachmentReceived:
		t.keep(File{ID: e.Attachment, Size: e.Size, SHA256: e.SHA256, Media: e.Media})
		t.drafts[e.Attachment] = !standsAlone(e.Place)
	case uploadlink.Issued:
		t.client = e.Client
	case uploadlink.FileReceived:
		t.keep(File{ID: e.File, Size: e.Size, SHA256: e.SHA256, Media: e.Media})
	case invite.Sent:
		t.client = e.Client
	}
}

func (t *teller) keep(f File) { t.files[f.ID] = f }

func (t *teller) of(ids ...uuid.UUID) (files []File) {
	for _, id := range ids {
		if f, ok := t.files[id]; ok {
			files = append(files, f)
		}
	}
	return files
}

// tell is what a message says of r, which was heard; ok is false where there is nothing to say.
func (t *teller) tell(r event.Recorded) (m Message, ok bool) {
	name, ok := Public(r.Event)
	if _, test := r.Event.(webhook.Tested); test {
		name, ok = webhook.Test, true
	}
	if !ok {
		return m, false
	}
	m = Message{ID: MessageID(r.Stream, r.Version), Type: name, Timestamp: r.At.UTC(), Data: Data{Client: t.client}}
	switch r.Stream.Kind {
	case task.Kind:
		m.Data.Task, m.Data.Kind = r.Stream.ID, t.kind
		ok = t.ofTask(&m.Data, r.Event)
	case uploadlink.Kind:
		m.Data.Link = r.Stream.ID
		t.ofLink(&m.Data, r.Event)
	case invite.Kind:
		m.Data.Contact = invite.ContactOf(r.Stream.ID)
		ofInvite(&m.Data, r.Event)
	case webhook.Kind:
		m.Data.Reference = r.Stream.ID.String()
	}
	return m, ok
}

func actor(w task.Who) *Actor { return &Actor{Kind: string(w.Kind), ID: w.ID, For: w.For} }

func (t *teller) ofTask(d *Data, e event.Event) (ok bool) {
	d.Changed, _ = changed(e)
	switch e := e.(type) {
	case task.Assigned:
		d.DueOn = e.DueOn
		if e.Sender != none {
			d.Actor = &Actor{Kind: string(event.Staff), ID: e.Sender}
		}
	case task.TakenBack:
		d.Actor = actor(e.By)
	case task.DueSet:
		d.DueOn = e.DueOn
	case task.InternalDueSet:
		d.DueOn = e.DueOn
	case task.ContactAdded:
		d.Contact = e.Contact
	case task.ContactRemoved:
		d.Contact = e.Contact
	case task.Ticked:
		d.Actor = actor(e.By)
	case task.Unticked:
		d.Actor = actor(e.By)
	case task.ItemAdded:
		d.Item = e.Item.ID
	case task.ItemChanged:
		d.Item = e.Item.ID
	case task.ItemCancelled:
		d.Item, d.Actor = e.Item, actor(e.By)
	case task.Seen:
		d.Contact = e.Contact
	case task.DoneByClient:
		d.Contact, d.Actor = e.Contact, actor(e.By)
	case task.UndoneByClient:
		d.Contact, d.Actor = e.Contact, actor(e.By)
	case task.Confirmed:
		d.Contact, d.Actor = e.Contact, actor(e.By)
	case task.Reopened:
		d.Contact, d.Actor = e.Contact, actor(e.By)
	case task.Progressed:
		d.State, d.Actor = string(e.State), actor(e.By)
	case task.Closed:
		d.Contact, d.Outcome, d.Actor = e.Contact, string(e.Outcome), actor(e.By)
	case task.ItemReturned:
		d.Item, d.Contact, d.Round, d.Actor, d.Files = e.Item, e.For, e.Round, actor(e.By), t.of(e.Files...)
	case task.ItemNotApplicable:
		d.Item, d.Contact, d.Round, d.Actor, d.Nothing = e.Item, e.For, e.Round, actor(e.By), true
	case task.ItemAccepted:
		d.Item, d.Contact, d.Round, d.Actor = e.Item, e.For, e.Round, actor(e.By)
	case task.ItemSentBack:
		d.Item, d.Contact, d.Round, d.Actor = e.Item, e.For, e.Round, actor(e.By)
	case task.Posted:
		d.Message, d.Contact, d.Private, d.Actor, d.Files = e.Message, e.Talk.With, e.Talk.With != none, actor(e.By), t.of(e.Files...)
	case task.AttachmentReceived:
		d.Actor, d.Files = actor(e.By), t.of(e.Attachment)
	case task.AttachmentReleased:
		d.Files = t.of(e.Attachment)
		return !t.drafts[e.Attachment]
	case task.AttachmentRemoved:
		d.Actor, d.Files = actor(e.By), t.of(e.Attachment)
	case task.AttachmentRestored:
		d.Actor, d.Files = actor(e.By), t.of(e.Attachment)
	}
	return true
}

func (t *teller) ofLink(d *Data, e event.Event) {
	switch e := e.(type) {
	case uploadlink.BatchReleased:
		d.Files = t.of(e.Files...)
	case uploadlink.WithdrawalAccepted:
		d.Files = t.of(e.File)
	}
}

func ofInvite(d *Data, e event.Event) {
	switch e := e.(type) {
	case invite.Sent:
		d.Sending, d.DueOn = e.Nth, e.DueOn
		if e.Sender != none {
			d.Actor = &Actor{Kind: string(event.Staff), ID: e.Sender}
		}
	case invite.Delivered:
		d.Sending, d.Channel = e.Nth, string(e.Channel)
	case invite.Bounced:
		d.Sending, d.Channel, d.Code = e.Nth, string(e.Channel), e.Code
	case invite.GaveUp:
		d.Sending, d.Channel = e.Nth, string(e.Channel)
	case invite.Opened:
		d.Sending = e.Nth
	case invite.Accepted:
		d.Sending = e.Nth
	case invite.Expired:
		d.Sending, d.Reason = e.Nth, "expired"
	case invite.Withdrawn:
		d.Sending, d.Reason = e.Nth, "withdrawn"
	case invite.Voided:
		d.Sending, d.Reason = e.Nth, "voided"
	case invite.TakenBack:
		d.Sending, d.Reason = e.Nth, "taken_back"
	}
}

func (m Message) body() ([]byte, error) {
	b, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("write a message: %w", err)
	}
	return b, nil
}
