package notify

import (
	"context"
	"fmt"

	"portico/app/es"
	"portico/app/secret"
	"portico/domain/uploadlink"
)

// sendLink mails one secret (rules 1, 2).
func (s Sender) sendLink(ctx context.Context, e es.Effect) (Outcome, error) {
	l, version, now, err := es.State[letters, uploadlink.Event](ctx, s.Events, e.Firm, e.Stream)
	if err != nil {
		return Outcome{}, fmt.Errorf("read %s: %w", e.Stream, err)
	}
	args := e.Args
	r := l.recipients[args.Recipient]
	id := fmt.Sprintf("upload-link.%s.%s.%d", e.Stream.ID, args.Recipient, args.Generation)
	switch {
	case version == 0, r == nil:
		return withdrawn("there is no such link or recipient")
	case args.Generation <= r.handedOver:
		return Outcome{Status: HandedOver, IDs: es.Handed{id}}, nil
	case args.Generation != r.generation:
		return withdrawn("a newer mail replaces it")
	case l.revoked:
		return withdrawn("the link is revoked")
	case !now.Before(l.expiresAt):
		return withdrawn("the link has expired")
	case r.person.Email == "":
		return withdrawn("the recipient was erased")
	}
	sender, practice, err := s.house(ctx, e.Firm, l.sender)
	if err != nil {
		return Outcome{}, err
	}
	sender, practice, reply, err := s.signed(ctx, e.Firm, sender, practice)
	if err != nil {
		return Outcome{}, err
	}
	wording, err := s.wording(ctx, e.Firm)
	if err != nil {
		return Outcome{}, err
	}
	token := s.Keys.UploadLink(secret.UploadToken{Link: e.Stream.ID, Recipient: args.Recipient, Generation: args.Generation})
	return s.Mailer.UploadLink(ctx, UploadLink{
		ID: id, At: now, To: r.person, Sender: sender, ReplyTo: reply, Practice: practice,
		Message: l.message, Wanted: l.wanted,
		URL:       s.BaseURL + "/u/" + token.Reveal(),
		ExpiresAt: l.expiresAt, Zone: l.zone, Wording: wording,
	})
}

func (s Sender) wording(ctx context.Context, firm int32) (MailWording, error) {
	if s.Wording == nil {
		return MailWording{}, nil
	}
	w, err := s.Wording(ctx, firm)
	if err != nil {
		return w, fmt.Errorf("find the practice's own words: %w", err)
	}
	return w, nil
}

// sendNotice tells the link's sender of one batch (rule 3).
func (s Sender) sendNotice(ctx context.Context, e es.Effect) (Outcome, error) {
	l, _, now, err := es.State[letters, uploadlink.Event](ctx, s.Events, e.Firm, e.Stream)
	if err != nil {
		return Outcome{}, fmt.Errorf("read %s: %w", e.Stream, err)
	}
	uploader, files := l.delivered(e.Args.Batch)
	if len(files) == 0 {
		return withdrawn("the batch holds nothing that has reached the practice")
	}
	sender, practice, err := s.house(ctx, e.Firm, l.sender)
	if err != nil {
		return Outcome{}, err
	}
	return s.Mailer.BatchNotice(ctx, BatchNotice{
		ID: fmt.Sprintf("batch-notice.%s", e.Args.Batch),
		At: now, To: sender, Practice: practice, From: uploader, Files: files, URL: s.BaseURL + "/inbox",
	})
}

// sendRequest tells the practice of one request for a new link (rule 6).
func (s Sender) sendRequest(ctx context.Context, e es.Effect) (Outcome, error) {
	l, _, now, err := es.State[letters, uploadlink.Event](ctx, s.Events, e.Firm, e.Stream)
	if err != nil {
		return Outcome{}, fmt.Errorf("read %s: %w", e.Stream, err)
	}
	r := l.recipients[e.Args.Recipient]
	if r == nil || r.askedAt.IsZero() {
		return withdrawn("the request has its answer")
	}
	sender, practice, err := s.house(ctx, e.Firm, l.sender)
	if err != nil {
		return Outcome{}, err
	}
	m := NewLinkRequest{
		ID: fmt.Sprintf("new-link-request.%s.%s.%d", e.Stream.ID, e.Args.Recipient, r.askedAt.UnixMilli()),
		At: now, To: sender, Practice: practice, From: r.person, AskedAt: r.askedAt, Note: r.note,
		URL: s.BaseURL + "/upload-links/" + e.Stream.ID.String(), Zone: l.zone, Revoked: l.revoked,
	}
	o, err := s.Mailer.NewLinkRequest(ctx, m)
	if err == nil && o.Status == Refused { // one dead address of two stops the mail: the practice must hear of it all the same
		m.To = practice
		o, err = s.Mailer.NewLinkRequest(ctx, m)
	}
	return o, err
}
