package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"portico/app/es"
	"portico/app/transfer"
	linkapp "portico/app/uploadlink"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

const day = 24 * time.Hour

// story is one link of the demo and what has become of it.
type story struct {
	title   string
	client  int // of demoClients; -1: nobody's
	sender  int // of logins
	to      []linkapp.NewRecipient
	message string
	wanted  []string
	issued  time.Duration // ago
	days    int           // until it expires
	then    []step
}

// step is one thing that happened, some time ago.
type step struct {
	ago time.Duration
	do  func(ctx context.Context, t *telling) error
}

// telling is a story as it is being told.
type telling struct {
	*demo
	link      uuid.UUID
	holder    uploadlink.Holder
	links     linkapp.Commands  // as of the step's time
	transfers *transfer.Service // as of the step's time
	files     map[string]uuid.UUID
}

var demoStories = []story{
	{
		title: "on its way", client: 5, sender: 0, days: 14, to: onePerson("Imogen Farrow", "imogen@farrow.example"),
		message: "Welcome! Please send me what you have for the year so far.", wanted: []string{"P60", "Bank statements"},
	},
	{
		title: "mailed, not opened yet", client: 3, sender: 1, issued: 3 * day, days: 21, to: onePerson("Marisol Delgado", "trustees@delgado.example"),
		message: "For the trust's return, please.", wanted: []string{"Dividend vouchers", "Rental income"},
		then: []step{{3 * day, wasMailed}},
	},
	{
		title: "bounced", client: 8, sender: 1, issued: 2 * day, days: 14, to: onePerson("Yusuf Ibrahim", "yusuf@ibrahim.example"),
		then: []step{{2 * day, wasMailed}, {2*day - time.Hour, wasBounced}},
	},
	{
		title: "opened", client: 2, sender: 0, issued: 5 * day, days: 14, to: onePerson("Nia Calder", "finance@calderwye.example"),
		message: "The partnership's figures are due at the end of the month.", wanted: []string{"Trial balance", "Payroll summary"},
		then: []step{{5 * day, wasMailed}, {4 * day, wasOpened}, {3 * day, wasOpenedElsewhere}},
	},
	{
		title: "files arriving", client: 0, sender: 0, issued: 6 * day, days: 30, to: onePerson("Rowan Ashdown", "accounts@ashdownjoinery.example"),
		message: "Your VAT quarter: invoices and bank statements, please.", wanted: []string{"Sales invoices", "Bank statements"},
		then: []step{
			{6 * day, wasMailed}, {5 * day, wasOpened},
			{5 * day, wasUploaded("Sales invoices July.pdf", page("Sales invoices, July"))}, {5 * day, wasUploaded("Bank statement July.csv", table(1))},
			{5 * day, wasSentNow},
			{0, wasUploaded("Sales invoices August.pdf", page("Sales invoices, August"))}, {0, wasUploaded("Van lease.pdf", page("Van lease agreement"))},
			{0, wasUploaded("Sales invoices August.pdf", page("Sales invoices, August"))}, {0, wasBegun("Bank statement August.csv", table(5), 63)},
		},
	},
	{
		title: "delivered, one renamed, one deleted", client: 7, sender: 0, issued: 9 * day, days: 30, to: onePerson("Ruth Hollis", "ruth@hollisbakery.example"),
		then: []step{
			{9 * day, wasMailed}, {8 * day, wasOpened},
			{8 * day, wasUploaded("scan0001.pdf", page("Stock count"))}, {8 * day, wasUploaded("holiday.png", picture())},
			{8*day - 2*time.Minute, wasRenamed("scan0001.pdf", "Stock count 31 March.pdf")}, {8*day - 3*time.Minute, wasDeleted("holiday.png")},
			{6 * day, wasAskedBack("scan0001.pdf", "We have counted again, a newer list will follow.")}, {5 * day, wasKept("scan0001.pdf", "It is part of the accounts already. Send the newer list as well.")},
		},
	},
	{
		title: "delivered twice", client: 4, sender: 1, issued: 12 * day, days: 30, to: []linkapp.NewRecipient{
			{Name: "Sam Eastgate", Email: "office@eastgatevets.example"}, {Name: "Dele Adeyemi, bookkeeper", Email: "dele@adeyemibooks.example"},
		},
		message: "Dele can send the monthly figures straight to me.",
		then: []step{
			{12 * day, wasMailed}, {11 * day, wasOpened},
			{11 * day, wasUploaded("Payroll September.csv", table(2))}, {4 * day, wasUploaded("Payroll October.csv", table(3))},
			{4 * day, wasUploaded("Receipts October.zip", archive())},
			{2 * day, wasAskedBack("Payroll September.csv", "It holds the bank details of somebody who has left. Please use October only.")},
		},
	},
	{
		title: "checked for viruses", client: 10, sender: 1, issued: 14 * day, days: 30, to: onePerson("Jo Kestrel", "production@kestrelfilm.example"),
		message: "The invoices of the shoot, please.",
		then: []step{
			{14 * day, wasMailed}, {13 * day, wasOpened},
			{13 * day, wasScanned("Catering October.pdf", page("Catering, October"), uploadlink.FileScanned{Verdict: uploadlink.Clean})},
			{13 * day, wasScanned("Rushes day 1.zip", archive(), uploadlink.FileScanned{Verdict: uploadlink.NotScanned, Reason: "no verdict within 15m0s"})},
			{13 * day, wasScanned("Invoice 0815.pdf", page("Invoice 0815"), uploadlink.FileScanned{Verdict: uploadlink.Infected, Finding: "Pdf.Phishing.Demo-1"})},
		},
	},
	{
		title: "resent", client: 6, sender: 0, issued: 10 * day, days: 30, to: onePerson("Angus Gilchrist", "angus@gilchristroofing.example"),
		then: []step{{10 * day, wasMailed}, {2 * day, wasCopied}, {1 * day, wasResent}},
	},
	{
		title: "extended", client: 11, sender: 0, issued: 20 * day, days: 21, to: onePerson("Flora Lowther", "estates@lowther.example"),
		then: []step{{20 * day, wasMailed}, {2 * day, wasExtended(28)}},
	},
	{
		title: "expired with files", client: 9, sender: 1, issued: 50 * day, days: 14, to: onePerson("Priti Shah", "manager@juniperlane.example"),
		then: []step{{50 * day, wasMailed}, {45 * day, wasOpened}, {45 * day, wasUploaded("Grant letter.pdf", page("Grant letter"))}},
	},
	{
		title: "expired unused", client: 1, sender: 1, issued: 40 * day, days: 14, to: onePerson("Beatrix Lindqvist", "beatrix@lindqvist.example"),
		then: []step{{40 * day, wasMailed}, {1 * day, wasAsked("I was away until last week. May I still send you my statements?")}},
	},
	{
		title: "revoked", client: 10, sender: 0, issued: 7 * day, days: 30, to: onePerson("Jo Kestrel", "production@kestrelfilm.example"),
		then: []step{{7 * day, wasMailed}, {6 * day, wasRevoked}},
	},
	{
		title: "sent to a wrong address, then to the right one", client: 7, sender: 1, issued: 1 * day, days: 30, to: onePerson("Ruth Hollis", "ruth@hollisbakery.exmaple"),
		message: "The stock list of the second shop, please.",
		then:    []step{{1 * day, wasMailed}, {23 * time.Hour, wasBounced}, {22 * time.Hour, wasCorrected("Ruth Hollis", "ruth@hollisbakery.example")}},
	},
	{
		title: "for nobody's client", client: -1, sender: 1, issued: 15 * day, days: 60, to: onePerson("Dele Adeyemi", "dele@adeyemibooks.example"),
		message: "For the hand-over of the books.",
		then:    []step{{15 * day, wasMailed}, {14 * day, wasOpened}, {14 * day, wasUploaded("Ledger.csv", table(4))}, {14 * day, wasUploaded("Private letter.pdf", page("Private"))}, {13 * day, wasAskedBack("Private letter.pdf", "")}, {12 * day, wasGivenUp("Private letter.pdf")}},
	},
}

func onePerson(name, email string) []linkapp.NewRecipient {
	return []linkapp.NewRecipient{{Name: name, Email: email}}
}

// tell issues the nth link and lets happen what happened to it, unless it is there already.
func (d *demo) tell(ctx context.Context, n int, s story) error {
	t := &telling{demo: d, link: demoIDBefore(0x300+n, s.issued), files: map[string]uuid.UUID{}}
	_, version, now, err := es.State[uploadlink.Link, uploadlink.Event](ctx, d.store, d.firm, uploadlink.Stream(t.link))
	if err != nil || version > 0 {
		return err
	}
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		return err
	}
	// Nobody's week has everything at the same minute: each story is moved by its own while. What is new stays new.
	moved := func(ago time.Duration) time.Duration {
		if ago > 0 {
			ago += time.Duration(n) * 47 * time.Minute
		}
		return ago
	}
	issue := linkapp.Issue{
		By: d.by(s.sender), ID: t.link, Recipients: s.to, Message: s.message, Wanted: s.wanted,
		ExpiresOn: now.In(zone).Add(-moved(s.issued)).AddDate(0, 0, s.days), Zone: zone,
	}
	if s.client >= 0 {
		issue.Client = demoID(0x200 + s.client)
	}
	t.links, _ = d.at(moved(s.issued))
	if _, err := t.links.Issue(ctx, issue); err != nil {
		return err
	}
	if t.holder, err = d.holder(ctx, t.link); err != nil {
		return err
	}
	for i, st := range s.then {
		t.links, t.transfers = d.at(moved(st.ago))
		if err := st.do(ctx, t); err != nil {
			return fmt.Errorf("step %d: %w", i+1, err)
		}
	}
	return nil
}

func (t *telling) secret() uploadlink.Secret {
	return uploadlink.Secret{Recipient: t.holder.Recipient, Generation: t.holder.Generation}
}

func (t *telling) system() es.By {
	return es.By{Firm: t.firm, Actor: event.Actor{Kind: event.System}}
}

func (t *telling) uploader() es.By {
	return es.By{Firm: t.firm, Actor: event.Actor{Kind: event.Uploader, ID: t.holder.Recipient}}
}

func wasMailed(ctx context.Context, t *telling) error {
	_, err := t.links.RecordMail(ctx, linkapp.MailOutcome{By: t.system(), Link: t.link, Secret: t.secret(), HandedOver: true})
	return err
}

func wasBounced(ctx context.Context, t *telling) error {
	bounce := &linkapp.Bounce{Code: "5.1.1", Detail: "550 5.1.1 there is no such mailbox here"}
	_, err := t.links.RecordMail(ctx, linkapp.MailOutcome{By: t.system(), Link: t.link, Secret: t.secret(), Bounced: bounce})
	return err
}

func wasOpened(ctx context.Context, t *telling) error {
	_, err := t.links.Redeem(ctx, linkapp.Redeem{
		By: t.uploader(), Link: t.link, Holder: t.holder,
		Visitor: uploadlink.Visitor{Device: "Mozilla/5.0 (demo)", Address: "192.0.2.17", DeviceID: uuid.NewSHA1(t.link, []byte("phone"))},
	})
	return err
}

// wasOpenedElsewhere is wasOpened on a second device (L10).
func wasOpenedElsewhere(ctx context.Context, t *telling) error {
	_, err := t.links.Redeem(ctx, linkapp.Redeem{
		By: t.uploader(), Link: t.link, Holder: t.holder,
		Visitor: uploadlink.Visitor{Device: "Mozilla/5.0 (demo)", Address: "198.51.100.4", DeviceID: uuid.NewSHA1(t.link, []byte("laptop"))},
	})
	return err
}

func wasAsked(note string) func(context.Context, *telling) error {
	return func(ctx context.Context, t *telling) error {
		_, err := t.links.RequestNewLink(ctx, linkapp.RequestNewLink{By: t.uploader(), Link: t.link, Holder: t.holder, Note: note})
		return err
	}
}

func wasCopied(ctx context.Context, t *telling) error {
	_, _, err := t.links.Copy(ctx, linkapp.Copy{By: t.by(0), Link: t.link, Recipient: t.holder.Recipient})
	return err
}

func wasCorrected(name, email string) func(context.Context, *telling) error {
	return func(ctx context.Context, t *telling) error {
		_, err := t.links.CorrectAddress(ctx, linkapp.CorrectAddress{By: t.by(1), Link: t.link, Recipient: t.holder.Recipient, Name: name, Email: email})
		return err
	}
}

func wasSentNow(ctx context.Context, t *telling) error {
	_, err := t.links.SendNow(ctx, linkapp.SendNow{By: t.uploader(), Link: t.link, Holder: t.holder})
	return err
}

func wasResent(ctx context.Context, t *telling) error {
	_, err := t.links.Resend(ctx, linkapp.Resend{By: t.by(0), Link: t.link})
	return err
}

func wasRevoked(ctx context.Context, t *telling) error {
	_, err := t.links.Revoke(ctx, linkapp.Revoke{By: t.by(0), Link: t.link, Reason: "sent to the wrong person", Unreleased: uploadlink.Discard})
	return err
}

// wasExtended moves the expiry to so many days from now.
func wasExtended(days int) func(context.Context, *telling) error {
	return func(ctx context.Context, t *telling) error {
		now, err := t.store.Now(ctx)
		if err != nil {
			return err
		}
		zone, err := time.LoadLocation("Europe/London")
		if err != nil {
			return err
		}
		_, err = t.links.Extend(ctx, linkapp.Extend{By: t.by(0), Link: t.link, ExpiresOn: now.In(zone).AddDate(0, 0, days), Zone: zone})
		return err
	}
}

func wasUploaded(name string, content []byte) func(context.Context, *telling) error {
	return func(ctx context.Context, t *telling) error {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		t.files[name] = id
		_, err = t.transfers.Whole(ctx, transfer.Owner{Firm: t.firm, Link: t.link, Recipient: t.holder.Recipient}, transfer.File{
			ID: id, Name: name, Size: int64(len(content)), Generation: t.holder.Generation,
		}, int64(len(content)), bytes.NewReader(content))
		return err
	}
}

// wasScanned is wasUploaded where a virus scanner is configured, and its verdict.
func wasScanned(name string, content []byte, verdict uploadlink.FileScanned) func(context.Context, *telling) error {
	return func(ctx context.Context, t *telling) error {
		scanned := *t
		scanned.transfers = &transfer.Service{
			Rows: t.transfers.Rows, Blobs: t.transfers.Blobs, Link: scannedHistory{linkHistory{t.links, t.linkList.Wait}, verdict},
			Limits: t.transfers.Limits, Allowed: t.transfers.Allowed,
		}
		return wasUploaded(name, content)(ctx, &scanned)
	}
}

// scannedHistory gives the verdict with the file, before any scanner hears of it. The file isn't the first of its batch.
type scannedHistory struct {
	linkHistory
	verdict uploadlink.FileScanned
}

func (s scannedHistory) Take(ctx context.Context, o transfer.Owner, f transfer.File, startedAt time.Time, c transfer.Content) (int64, error) {
	batch, err := uuid.NewV7()
	if err != nil {
		return 0, err
	}
	s.verdict.File, s.verdict.Engine = f.ID, "ClamAV (demo)"
	policy := uploadlink.Policy{Window: 10 * time.Minute, Scan: true}
	r, err := es.Execute(ctx, s.links.Events, by(o), uploadlink.Stream(o.Link), func(l uploadlink.Link, now time.Time) ([]uploadlink.Event, error) {
		events, err := l.Take(uploadlink.Holder{Recipient: o.Recipient, Generation: f.Generation},
			uploadlink.Starting{File: f.ID, Name: f.Name, Size: c.Size, StartedAt: startedAt},
			uploadlink.Receipt{File: f.ID, Batch: batch, Size: c.Size, SHA256: hex.EncodeToString(c.SHA256[:]), Media: c.Media}, policy, now)
		if err != nil {
			return nil, err
		}
		s.verdict.At = now
		return append(events, s.verdict), nil
	})
	return r.Position, err
}

// wasBegun is a transfer that stopped when so many per cent were there.
func wasBegun(name string, content []byte, percent int) func(context.Context, *telling) error {
	return func(ctx context.Context, t *telling) error {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		owner := transfer.Owner{Firm: t.firm, Link: t.link, Recipient: t.holder.Recipient}
		if _, err := t.transfers.Create(ctx, owner, transfer.File{ID: id, Name: name, Size: int64(len(content)), Generation: t.holder.Generation}); err != nil {
			return err
		}
		part := content[:len(content)*percent/100]
		_, err = t.transfers.Append(ctx, owner, id, 0, int64(len(part)), stopped{bytes.NewReader(part)})
		return err
	}
}

// stopped is a body that ends by itself.
type stopped struct{ *bytes.Reader }

func (stopped) Stop() {}

func wasRenamed(name, to string) func(context.Context, *telling) error {
	return func(ctx context.Context, t *telling) error {
		_, err := t.links.Rename(ctx, linkapp.Rename{By: t.uploader(), Link: t.link, Holder: t.holder, File: t.files[name], Name: to})
		return err
	}
}

func wasDeleted(name string) func(context.Context, *telling) error {
	return func(ctx context.Context, t *telling) error {
		_, err := t.links.Delete(ctx, linkapp.Delete{By: t.uploader(), Link: t.link, Holder: t.holder, File: t.files[name]})
		return err
	}
}

func wasAskedBack(name, reason string) func(context.Context, *telling) error {
	return func(ctx context.Context, t *telling) error {
		_, err := t.links.AskWithdrawal(ctx, linkapp.AskWithdrawal{By: t.uploader(), Link: t.link, Holder: t.holder, File: t.files[name], Reason: reason})
		return err
	}
}

func wasKept(name, reason string) func(context.Context, *telling) error {
	return func(ctx context.Context, t *telling) error {
		_, err := t.links.RefuseWithdrawal(ctx, linkapp.RefuseWithdrawal{By: t.by(0), Link: t.link, File: t.files[name], Reason: reason})
		return err
	}
}

func wasGivenUp(name string) func(context.Context, *telling) error {
	return func(ctx context.Context, t *telling) error {
		_, err := t.links.AcceptWithdrawal(ctx, linkapp.AcceptWithdrawal{By: t.by(1), Link: t.link, File: t.files[name]})
		return err
	}
}

// table is the nth file of comma-separated values.
func table(n int) []byte {
	var b strings.Builder
	b.WriteString("date,what,net,vat\r\n")
	for i := range 24 {
		fmt.Fprintf(&b, "2026-%02d-%02d,Invoice %d,%d.00,%d.00\r\n", i%12+1, i+3, 1000*n+i, 100*n+i*7, 20*n+i)
	}
	return []byte(b.String())
}
