package main

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"html"
	"io/fs"
	"log/slog"
	"slices"
	"strings"
	"time"

	mailadapter "portico/adapters/mail"
	"portico/adapters/postgres"
	smsadapter "portico/adapters/sms"
	"portico/app/account"
	clientapp "portico/app/client"
	"portico/app/es"
	firmapp "portico/app/firm"
	inviteapp "portico/app/invite"
	"portico/app/message"
	"portico/app/notify"
	reminderapp "portico/app/reminder"
	taskapp "portico/app/task"
	"portico/app/transfer"
	linkapp "portico/app/uploadlink"
	accounts "portico/domain/account"
	"portico/domain/event"
	"portico/domain/firm"
	"portico/domain/receipt"
	"portico/domain/uploadlink"
	"portico/ports/web"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// linkHistory lets transfers ask the link that they came through. Modules don't know each other, so they meet here.
type linkHistory struct {
	links linkapp.Commands
	shown func(ctx context.Context, position int64) (bool, error) // returns when pages show what was written, or soon after
}

var _ transfer.Link = linkHistory{}

// by is an uploader who acts through a link.
func by(o transfer.Owner) es.By {
	return es.By{Firm: o.Firm, Actor: event.Actor{Kind: event.Uploader, ID: o.Recipient}}
}

func (l linkHistory) Admit(ctx context.Context, o transfer.Owner, generation int) (time.Time, error) {
	return l.links.Admit(ctx, o.Firm, o.Link, uploadlink.Holder{Recipient: o.Recipient, Generation: generation})
}

func (l linkHistory) Start(ctx context.Context, o transfer.Owner, f transfer.File) error {
	_, err := l.links.StartTransfer(ctx, linkapp.StartTransfer{
		By: by(o), Link: o.Link, Holder: uploadlink.Holder{Recipient: o.Recipient, Generation: f.Generation},
		File: f.ID, Name: f.Name, Size: f.Size,
	})
	return err
}

func (l linkHistory) Check(ctx context.Context, o transfer.Owner, id uuid.UUID) error {
	return l.links.TransferRight(ctx, o.Firm, o.Link, id)
}

func (l linkHistory) Receive(ctx context.Context, o transfer.Owner, id uuid.UUID, c transfer.Content) (int64, error) {
	r, err := l.links.Receive(ctx, linkapp.Receive{
		By: by(o), Link: o.Link, File: id, Size: c.Size, SHA256: hex.EncodeToString(c.SHA256[:]), Media: c.Media,
	})
	return r.Position, err
}

func (l linkHistory) Take(ctx context.Context, o transfer.Owner, f transfer.File, startedAt time.Time, c transfer.Content) (int64, error) {
	r, err := l.links.Take(ctx, linkapp.Take{
		StartTransfer: linkapp.StartTransfer{
			By: by(o), Link: o.Link, Holder: uploadlink.Holder{Recipient: o.Recipient, Generation: f.Generation}, File: f.ID, Name: f.Name, Size: c.Size,
		},
		StartedAt: startedAt, SHA256: hex.EncodeToString(c.SHA256[:]), Media: c.Media,
	})
	return r.Position, err
}

func (l linkHistory) Shown(ctx context.Context, at int64) {
	_, _ = l.shown(ctx, at) // what is recorded is recorded; a page that is late says so itself
}

// Abandon is the uploader's act only where they asked for it; everything else is the system's.
func (l linkHistory) Abandon(ctx context.Context, o transfer.Owner, id uuid.UUID, reason transfer.Reason) error {
	who := by(o)
	if reason != transfer.Cancelled {
		who.Actor = event.Actor{Kind: event.System}
	}
	_, err := l.links.Abandon(ctx, linkapp.Abandon{By: who, Link: o.Link, File: id, Reason: uploadlink.AbandonReason(reason)})
	return err
}

// bytesOfDeleted destroys the bytes of a file once its deletion or withdrawal is recorded (U4, U5), and what has come of
// a transfer that its link has ended, which stops a request that is still sending (L3). Those of an infected file it
// keeps apart until the quarantine is emptied (U8). Doing it twice is harmless, so the event is heard again when the node
// dies in between.
func bytesOfDeleted(transfers *transfer.Service, log *slog.Logger) postgres.Subscription {
	return postgres.Subscription{
		Name: "bytes_of_deleted", Version: 1, Types: []string{
			uploadlink.FileDeleted{}.EventType(), uploadlink.WithdrawalAccepted{}.EventType(), uploadlink.TransferAbandoned{}.EventType(),
			uploadlink.FileScanned{}.EventType(), uploadlink.QuarantineEmptied{}.EventType(),
		},
		Handle: func(ctx context.Context, _ pgx.Tx, b postgres.Batch) error {
			for _, r := range b.Events {
				var err error
				switch e := r.Event.(type) {
				case uploadlink.FileDeleted:
					err = transfers.Discard(ctx, r.Firm, e.File)
				case uploadlink.WithdrawalAccepted:
					err = transfers.Discard(ctx, r.Firm, e.File)
				case uploadlink.FileScanned:
					switch {
					case e.Held:
						log.Warn("a file could not be scanned and is held; see: portico scan list", "firm", r.Firm, "file", e.File, "reason", e.Reason)
					case e.Verdict == uploadlink.Infected:
						log.Warn("a virus was found; see: portico scan list", "firm", r.Firm, "file", e.File, "finding", e.Finding)
						err = transfers.Quarantine(ctx, r.Firm, e.File)
					}
				case uploadlink.QuarantineEmptied:
					err = transfers.Discard(ctx, r.Firm, e.File)
				case uploadlink.TransferAbandoned:
					err = transfers.End(ctx, r.Firm, e.File, transfer.Reason(e.Reason))
				}
				if err != nil {
					return fmt.Errorf("destroy bytes after %s: %w", r.Event.EventType(), err)
				}
			}
			return nil
		},
	}
}

// bytesOfReplaced destroys the bytes of a logo or film once another has taken its place, or nothing. Doing it twice is
// harmless.
func bytesOfReplaced(logos, films firmapp.Files) postgres.Subscription {
	return postgres.Subscription{
		Name: "bytes_of_replaced", Version: 1, Types: []string{
			firm.LogoSet{}.EventType(), firm.LogoRemoved{}.EventType(), firm.VideoLinked{}.EventType(), firm.VideoUploaded{}.EventType(), firm.VideoRemoved{}.EventType(),
		},
		Handle: func(_ context.Context, _ pgx.Tx, b postgres.Batch) error {
			for _, r := range b.Events {
				files, gone := films, uuid.Nil
				switch e := r.Event.(type) {
				case firm.LogoSet:
					files, gone = logos, e.Replaced
				case firm.LogoRemoved:
					files, gone = logos, e.Logo
				case firm.VideoLinked:
					gone = e.Replaced
				case firm.VideoUploaded:
					gone = e.Replaced
				case firm.VideoRemoved:
					gone = e.Replaced
				}
				if gone == uuid.Nil {
					continue
				}
				if err := files.Remove(gone); err != nil {
					return fmt.Errorf("destroy bytes after %s: %w", r.Event.EventType(), err)
				}
			}
			return nil
		},
	}
}

// people tells mails who sent a link. For somebody who has left the practice it is the colleague who goes on with their
// work, or the practice itself where there is none: what clients send goes to nobody who left.
func people(rows account.Reader, firms firmapp.Reader) func(ctx context.Context, firm int32, staff uuid.UUID) (notify.Person, error) {
	return func(ctx context.Context, firm int32, staff uuid.UUID) (notify.Person, error) {
		found, err := rows.Staff(ctx, firm, staff)
		if err != nil {
			return notify.Person{}, err
		}
		if len(found) == 0 {
			return notify.Person{}, fmt.Errorf("there is no person %s in practice %d", staff, firm)
		}
		for range mostHands { // whoever took over may have left, too
			if found[0].DeactivatedAt.IsZero() || found[0].HandedTo == uuid.Nil {
				break
			}
			if found, err = rows.Staff(ctx, firm, found[0].HandedTo); err != nil || len(found) == 0 {
				return notify.Person{}, fmt.Errorf("find who goes on with the work of %s: %w", staff, err)
			}
		}
		if !found[0].DeactivatedAt.IsZero() {
			return practices(firms)(ctx, firm)
		}
		return notify.Person{Name: found[0].Name, Email: found[0].Email}, nil
	}
}

// mostHands is how often work is handed on before it is the practice's.
const mostHands = 20

// handOver puts the colleague in charge of the clients of somebody who has left (rule 20 of accounts). Being heard twice
// it changes nothing. What the read model says of the time of leaving is waited for.
func handOver(clients clientapp.Commands, list clientapp.Reader, shown func(ctx context.Context, position int64) (bool, error)) postgres.Subscription {
	return postgres.Subscription{
		Name: "hand_over", Version: 1, Types: []string{accounts.StaffDeactivated{}.EventType()},
		Handle: func(ctx context.Context, _ pgx.Tx, b postgres.Batch) error {
			for _, r := range b.Events {
				e, ok := r.Event.(accounts.StaffDeactivated)
				if !ok || e.To == uuid.Nil {
					continue
				}
				if ok, err := shown(ctx, r.Position); err != nil || !ok {
					return fmt.Errorf("wait for the list of clients: %w", cmp.Or(err, errors.New("it is behind")))
				}
				q := clientapp.Query{Owner: accounts.PersonOf(r.Stream.ID), Shelf: clientapp.Everywhere, Limit: 200}
				for {
					rows, next, err := list.Clients(ctx, r.Firm, q)
					if err != nil {
						return err
					}
					for _, c := range rows {
						by := es.By{Firm: r.Firm, Actor: event.Actor{Kind: event.System}}
						if _, err := clients.SetOwner(ctx, clientapp.SetOwner{By: by, Client: c.ID, Owner: e.To}); err != nil {
							return fmt.Errorf("hand over client %s: %w", c.ID, err)
						}
					}
					if q.After = next; next == "" {
						break
					}
				}
			}
			return nil
		},
	}
}

// practices tells mails in whose name they go out.
func practices(firms firmapp.Reader) func(ctx context.Context, firm int32) (notify.Person, error) {
	return func(ctx context.Context, firm int32) (notify.Person, error) {
		p, err := firms.Firm(ctx, firm)
		return notify.Person{Name: p.Name, Email: p.Email}, err
	}
}

// wordings tells mails what a practice calls its button, and whether it leaves any time to rename and delete.
func wordings(firms firmapp.Reader) func(ctx context.Context, firm int32) (notify.MailWording, error) {
	return func(ctx context.Context, no int32) (notify.MailWording, error) {
		p, err := firms.Firm(ctx, no)
		if err != nil {
			return notify.MailWording{}, err
		}
		policy, err := firms.UploadPolicy(ctx, no, firm.LinkChannel)
		return notify.MailWording{Button: p.Button, Final: policy.Window == 0}, err
	}
}

// allowances tells transfers what a practice takes. One that is so new that its settings can't be read has none.
func allowances(firms firmapp.Reader) func(ctx context.Context, no int32) (transfer.Allowance, error) {
	return func(ctx context.Context, no int32) (transfer.Allowance, error) {
		p, err := firms.Firm(ctx, no)
		if errors.Is(err, firm.ErrNotFound) {
			return transfer.Allowance{}, nil
		}
		return transfer.Allowance{MaxSize: p.Limits.MaxFileBytes, Quota: p.Limits.QuotaBytes}, err
	}
}

// signatories tells receipts whose word they are: a practice by the name and address that it had at the time, so a receipt
// stays as it was.
func signatories(firms firmapp.Reader, events es.Store) func(ctx context.Context, firm int32, at time.Time) (receipt.Practice, error) {
	return func(ctx context.Context, no int32, at time.Time) (was receipt.Practice, err error) {
		p, err := firms.Firm(ctx, no)
		if err != nil {
			return was, err
		}
		for r, err := range events.Load(ctx, no, firm.Stream(p.ID), 0) {
			if err != nil {
				return was, fmt.Errorf("read how practice %d was called: %w", no, err)
			}
			switch e := r.Event.(type) {
			case firm.Founded:
				was = receipt.Practice{Name: e.Name, Email: e.Email}
			case firm.ProfileSet:
				if !e.At.After(at) {
					was = receipt.Practice{Name: e.Name, Email: e.Email}
				}
			}
		}
		return was, nil
	}
}

// reports takes what the outside world tells of mails and texts, and records it where the message has its history.
func (h *house) reports() message.Reports {
	return message.Reports{Finder: postgres.MessageReports{DB: h.db}, Recorders: map[string]message.Recorder{
		linkapp.MailUploadLink: func(ctx context.Context, e es.Effect, r message.Report) error {
			o := linkapp.MailOutcome{
				By: es.By{Firm: e.Firm, Actor: event.Actor{Kind: event.System}}, Link: e.Stream.ID,
				Secret:    uploadlink.Secret{Recipient: e.Args.Recipient, Generation: e.Args.Generation},
				Delivered: r.Fate == message.Delivered,
			}
			if r.Fate == message.Bounced {
				o.Bounced = &linkapp.Bounce{Code: r.Code, Detail: r.Detail}
			}
			_, err := h.links.RecordMail(ctx, o)
			return err
		},
		inviteapp.MailInvitation: h.recordInvitation,
		inviteapp.TextInvitation: h.recordInvitation,
		taskapp.MailTask:         h.recordTaskMail,
		taskapp.MailMessage:      h.recordTaskMail,
		reminderapp.MailReminder: h.recordReminder,
	}}
}

// mailbox shows what dev wrote instead of sending: mails, and texts among them. Adapters and ports don't know each
// other's types.
type mailbox struct {
	mailadapter.Files
	texts smsadapter.Files
}

func (m mailbox) List() ([]web.Letter, error) {
	written, err := m.Files.List()
	if err != nil {
		return nil, err
	}
	texts, err := m.texts.List()
	if err != nil {
		return nil, err
	}
	letters := make([]web.Letter, 0, len(written)+len(texts))
	for _, l := range written {
		letters = append(letters, web.Letter(l))
	}
	for _, t := range texts {
		l := textLetter(t)
		l.Text, l.HTML = "", ""
		letters = append(letters, l)
	}
	slices.SortStableFunc(letters, func(a, b web.Letter) int { return b.Date.Compare(a.Date) })
	return letters, nil
}

// textLetter shows a text as a letter whose links can be followed.
func textLetter(w smsadapter.Written) web.Letter {
	words := strings.Split(html.EscapeString(w.Body), " ")
	for i, word := range words {
		if strings.HasPrefix(word, "https://") || strings.HasPrefix(word, "http://") {
			words[i] = `<a href="` + word + `">` + word + `</a>`
		}
	}
	return web.Letter{
		ID: w.ID, Date: w.At, From: "the practice", To: w.To, Subject: "Text message", Text: w.Body,
		HTML: `<!doctype html><html lang="en"><head><title>Text message</title></head><body><p>` + strings.Join(words, " ") + `</p></body></html>`,
	}
}

func (m mailbox) Read(id string) (web.Letter, error) {
	l, err := m.Files.Read(id)
	if !errors.Is(err, fs.ErrNotExist) {
		return web.Letter(l), err
	}
	t, err := m.texts.Read(id)
	return textLetter(t), err
}
