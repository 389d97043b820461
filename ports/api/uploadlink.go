package api

import (
	"context"
	"fmt"
	"time"

	linkapp "portico/app/uploadlink"
	"portico/domain/client"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// UploadLink is one upload link as a list shows it.
type UploadLink struct {
	ID         ID          `json:"id"`
	ClientID   MaybeID     `json:"client_id" doc:"null: for nobody's client"`
	Client     string      `json:"client" doc:"The client's name"`
	SenderID   ID          `json:"sender_id"`
	Sender     string      `json:"sender" doc:"Who of the practice sent it"`
	Recipients []Recipient `json:"recipients" nullable:"false"`
	State      string      `json:"state" doc:"issued, mailed, bounced, redeemed, used, expired or revoked"`
	IssuedAt   Time        `json:"issued_at"`
	ExpiresAt  Time        `json:"expires_at" doc:"It works before this instant, the end of a day in zone"`
	Zone       string      `json:"zone" doc:"IANA"`
	AskedAt    MaybeTime   `json:"asked_at" doc:"Somebody asks for a new link and has no answer yet; the newest of them"`
	Arriving   int         `json:"arriving" doc:"Files on their way or still in their correction window; nothing more is known of them"`
	Delivered  int         `json:"delivered" doc:"Files that have reached the practice"`
}

// Recipient is one person with a secret of the link.
type Recipient struct {
	ID         ID        `json:"id"`
	Name       string    `json:"name"`
	Email      string    `json:"email"`
	RedeemedAt MaybeTime `json:"redeemed_at" doc:"A person pressed the button of the link's page"`
	OtherAt    MaybeTime `json:"other_device_at" doc:"A second device opened this person's link"`
	UsedAt     MaybeTime `json:"used_at" doc:"First file received"`
	AskedAt    MaybeTime `json:"asked_at" doc:"Asks for a new link and has no answer yet"`
	Note       string    `json:"note" doc:"Their own words with it"`
}

// UploadLinkDetail is one upload link with all that happened to it.
type UploadLinkDetail struct {
	UploadLink
	Message string   `json:"message"`
	Wanted  []string `json:"wanted" nullable:"false"`
	Mails   []Mail   `json:"mails" nullable:"false" doc:"The newest mail to each recipient"`
	Batches []Batch  `json:"batches" nullable:"false" doc:"Those of which files have reached the practice"`
	Files   []File   `json:"files" nullable:"false" doc:"The newest 200 files that have reached the practice; the list of files with upload_link_id has all of them"`
	Life    []Fact   `json:"life" nullable:"false" doc:"What happened to the link, oldest first"`
}

// Fact is one line of a link's life.
type Fact struct {
	At          Time      `json:"at"`
	What        string    `json:"what" doc:"issued, resent, extended, revoked, expired, handed_over, delivered, bounced, gave_up, redeemed, other_device, used, asked, dismissed, copied or corrected"`
	RecipientID MaybeID   `json:"recipient_id" doc:"null: it concerns the whole link"`
	Generation  int       `json:"generation" doc:"Of the secret that it is about; 0: of none"`
	StaffID     MaybeID   `json:"staff_id" doc:"Who of the practice did it"`
	Staff       string    `json:"staff"`
	Detail      string    `json:"detail" doc:"A mail server's words, a note, a reason, an address before its correction"`
	Until       MaybeTime `json:"until" doc:"The expiry that it set"`
}

// Mail is one mail with a secret.
type Mail struct {
	RecipientID  ID        `json:"recipient_id"`
	Generation   int       `json:"generation" doc:"1 for the first mail; each sending again counts on"`
	AskedAt      MaybeTime `json:"asked_at"`
	HandedOverAt MaybeTime `json:"handed_over_at" doc:"The mail server took it"`
	BouncedAt    MaybeTime `json:"bounced_at" doc:"It was refused for good, or all tries failed"`
	BounceCode   string    `json:"bounce_code" doc:"The server's status, like 550 or 5.1.1; empty where there is none"`
}

// Batch is files that share one correction window.
type Batch struct {
	ID          ID        `json:"id"`
	RecipientID ID        `json:"recipient_id"`
	State       string    `json:"state" doc:"open, released or cancelled"`
	Files       int       `json:"files" doc:"Those that have reached the practice"`
	OpenedAt    Time      `json:"opened_at"`
	Deadline    Time      `json:"deadline" doc:"When its window ends"`
	ReleasedAt  MaybeTime `json:"released_at"`
}

func showLink(l linkapp.LinkRow) UploadLink {
	u := UploadLink{
		ID: ID(l.ID), ClientID: MaybeID(l.Client), Client: l.ClientName, SenderID: ID(l.Sender), Sender: l.SenderName,
		Recipients: make([]Recipient, len(l.Recipients)), State: string(l.State),
		IssuedAt: Time(l.IssuedAt), ExpiresAt: Time(l.ExpiresAt), Zone: l.Zone, AskedAt: MaybeTime(l.AskedAt), Arriving: l.Arriving, Delivered: l.Delivered,
	}
	for i, r := range l.Recipients {
		u.Recipients[i] = Recipient{
			ID: ID(r.ID), Name: r.Name, Email: r.Email, RedeemedAt: MaybeTime(r.RedeemedAt), OtherAt: MaybeTime(r.OtherAt),
			UsedAt: MaybeTime(r.UsedAt), AskedAt: MaybeTime(r.AskedAt), Note: r.Note,
		}
	}
	return u
}

func showLinkDetail(l linkapp.LinkDetail) UploadLinkDetail {
	d := UploadLinkDetail{
		UploadLink: showLink(l.LinkRow), Message: l.Message, Wanted: append([]string{}, l.Wanted...),
		Mails: []Mail{}, Batches: []Batch{}, Files: []File{}, Life: []Fact{},
	}
	for _, r := range l.Recipients {
		d.Mails = append(d.Mails, Mail{
			RecipientID: ID(r.ID), Generation: r.Generation, AskedAt: MaybeTime(r.MailedAt), HandedOverAt: MaybeTime(r.HandedOverAt),
			BouncedAt: MaybeTime(r.BouncedAt), BounceCode: r.BounceCode,
		})
	}
	for _, b := range l.Batches {
		if b.Files == 0 { // the practice has nothing of it: all it may know is how much is arriving (U2, U8)
			continue
		}
		d.Batches = append(d.Batches, Batch{
			ID: ID(b.ID), RecipientID: ID(b.Recipient), State: string(b.State), Files: b.Files,
			OpenedAt: Time(b.OpenedAt), Deadline: Time(b.Deadline), ReleasedAt: MaybeTime(b.ReleasedAt),
		})
	}
	for _, f := range l.Files {
		d.Files = append(d.Files, showFile(f))
	}
	for _, f := range l.Life {
		d.Life = append(d.Life, Fact{
			At: Time(f.At), What: string(f.What), RecipientID: MaybeID(f.Recipient), Generation: f.Generation,
			StaffID: MaybeID(f.By), Staff: f.ByName, Detail: f.Detail, Until: MaybeTime(f.Until),
		})
	}
	return d
}

type listLinks struct {
	Paging
	Client string `query:"client_id"`
	State  string `query:"state" enum:"issued,mailed,bounced,redeemed,used,expired,revoked"`
	Asking bool   `query:"asking" doc:"Only links of which somebody asks for a new one"`
}

func (s *Server) listLinks(ctx context.Context, in *listLinks) (*body[Page[UploadLink]], error) {
	of, err := optionalID(in.Client, client.ErrNotFound)
	if err != nil {
		return nil, err
	}
	q := linkapp.LinkQuery{Client: of, State: linkapp.LinkState(in.State), Asking: in.Asking, After: in.Cursor, Limit: in.Limit}
	rows, next, err := s.LinkDB.Links(ctx, from(ctx).Firm, q)
	if err != nil {
		return nil, err
	}
	return page(rows, next, showLink), nil
}

type createLink struct {
	Idempotent
	Body struct {
		ClientID   string         `json:"client_id,omitempty" doc:"Leave out for a link for nobody's client"`
		Recipients []NewRecipient `json:"recipients" nullable:"false" minItems:"1" maxItems:"20"`
		Message    string         `json:"message,omitempty" doc:"Your own words in the mail"`
		Wanted     []string       `json:"wanted,omitempty" nullable:"false" doc:"What you ask for, a line each"`
		ExpiresOn  string         `json:"expires_on" doc:"The last day, in the practice's time zone: 2026-12-04"`
	}
}

// NewRecipient is a person to mail.
type NewRecipient struct {
	Name  string `json:"name"`
	Email string `json:"email"`
}

func (s *Server) createLink(ctx context.Context, in *createLink) (*body[UploadLinkDetail], error) {
	cmd := linkapp.Issue{Message: in.Body.Message, Wanted: in.Body.Wanted}
	var err error
	if cmd.By, err = by(ctx, in.Key, in.Body); err != nil {
		return nil, err
	}
	if cmd.ExpiresOn, err = day(in.Body.ExpiresOn); err != nil {
		return nil, err
	}
	if cmd.Zone, err = s.zone(ctx); err != nil {
		return nil, err
	}
	if cmd.Client, err = optionalID(in.Body.ClientID, client.ErrNotFound); err != nil {
		return nil, err
	}
	if cmd.Client != uuid.Nil { // another practice's client is unknown here
		if _, err := s.ClientDB.Client(ctx, cmd.By.Firm, cmd.Client); err != nil {
			return nil, err
		}
	}
	for _, r := range in.Body.Recipients {
		cmd.Recipients = append(cmd.Recipients, linkapp.NewRecipient{Name: r.Name, Email: r.Email})
	}
	if cmd.ID, err = uuid.NewV7(); err != nil {
		return nil, fmt.Errorf("draw a link's id: %w", err)
	}
	r, err := s.Links.Issue(ctx, cmd)
	if err != nil {
		return nil, err
	}
	if err := s.shown(ctx, r); err != nil {
		return nil, err
	}
	return s.link(ctx, r.Stream.ID) // of the first time, where the command is repeated
}

// zone is the practice's, in which days end (L5).
func (s *Server) zone(ctx context.Context) (*time.Location, error) {
	practice, err := s.FirmDB.Firm(ctx, from(ctx).Firm)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(practice.Zone)
	if err != nil {
		return nil, fmt.Errorf("load the practice's time zone: %w", err)
	}
	return zone, nil
}

func (s *Server) getLink(ctx context.Context, in *ByID) (*body[UploadLinkDetail], error) {
	id, err := in.parse(uploadlink.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return s.link(ctx, id)
}

func (s *Server) link(ctx context.Context, id uuid.UUID) (*body[UploadLinkDetail], error) {
	detail, err := s.LinkDB.Link(ctx, from(ctx).Firm, id)
	if err != nil {
		return nil, err
	}
	return &body[UploadLinkDetail]{Body: showLinkDetail(detail)}, nil
}

type resendLink struct {
	ByID
	Idempotent
	Body *struct {
		Recipients []string `json:"recipients,omitempty" nullable:"false" doc:"Ids; leave out for all"`
	}
}

func (s *Server) resendLink(ctx context.Context, in *resendLink) (*body[UploadLinkDetail], error) {
	cmd := linkapp.Resend{}
	var err error
	if cmd.Link, err = in.parse(uploadlink.ErrNotFound); err != nil {
		return nil, err
	}
	if cmd.By, err = by(ctx, in.Key, in.Body); err != nil {
		return nil, err
	}
	if in.Body != nil {
		if cmd.Recipients, err = recipientIDs(in.Body.Recipients); err != nil {
			return nil, err
		}
	}
	r, err := s.Links.Resend(ctx, cmd)
	if err != nil {
		return nil, err
	}
	if err := s.shown(ctx, r); err != nil {
		return nil, err
	}
	return s.link(ctx, cmd.Link)
}

type extendLink struct {
	ByID
	Idempotent
	Body struct {
		ExpiresOn string `json:"expires_on" doc:"The new last day, in the practice's time zone: 2026-12-04"`
	}
}

func (s *Server) extendLink(ctx context.Context, in *extendLink) (*body[UploadLinkDetail], error) {
	cmd := linkapp.Extend{}
	var err error
	if cmd.Link, err = in.parse(uploadlink.ErrNotFound); err != nil {
		return nil, err
	}
	if cmd.By, err = by(ctx, in.Key, in.Body); err != nil {
		return nil, err
	}
	if cmd.ExpiresOn, err = day(in.Body.ExpiresOn); err != nil {
		return nil, err
	}
	if cmd.Zone, err = s.zone(ctx); err != nil {
		return nil, err
	}
	r, err := s.Links.Extend(ctx, cmd)
	if err != nil {
		return nil, err
	}
	if err := s.shown(ctx, r); err != nil {
		return nil, err
	}
	return s.link(ctx, cmd.Link)
}

type revokeLink struct {
	ByID
	Idempotent
	Body *struct {
		Reason     string `json:"reason,omitempty" doc:"For the practice only"`
		Unreleased string `json:"unreleased,omitempty" enum:"keep,discard" doc:"What becomes of files still in their correction window: keep (where none is sent) releases them when it ends, discard deletes them at once"`
	}
}

func (s *Server) revokeLink(ctx context.Context, in *revokeLink) (*body[UploadLinkDetail], error) {
	cmd := linkapp.Revoke{Unreleased: uploadlink.Keep}
	var err error
	if cmd.Link, err = in.parse(uploadlink.ErrNotFound); err != nil {
		return nil, err
	}
	if cmd.By, err = by(ctx, in.Key, in.Body); err != nil {
		return nil, err
	}
	if in.Body != nil {
		cmd.Reason = in.Body.Reason
		if in.Body.Unreleased != "" {
			cmd.Unreleased = uploadlink.Unreleased(in.Body.Unreleased)
		}
	}
	r, err := s.Links.Revoke(ctx, cmd)
	if err != nil {
		return nil, err
	}
	if err := s.shown(ctx, r); err != nil {
		return nil, err
	}
	return s.link(ctx, cmd.Link)
}
