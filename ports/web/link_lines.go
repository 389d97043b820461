package web

import (
	"fmt"
	"slices"
	"time"

	linkapp "portico/app/uploadlink"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// badges are the states of a link as icon, words and colour.
var badges = map[linkapp.LinkState]views.Badge{
	linkapp.LinkIssued:   {Tone: "quiet", Icon: "hourglass", Word: "Mail on its way"},
	linkapp.LinkMailed:   {Tone: "info", Icon: "mail-check", Word: "Mailed"},
	linkapp.LinkBounced:  {Tone: "danger", Icon: "mail-x", Word: "Bounced"},
	linkapp.LinkRedeemed: {Tone: "warn", Icon: "mail-open", Word: "Opened"},
	linkapp.LinkUsed:     {Tone: "ok", Icon: "circle-check", Word: "Used"},
	linkapp.LinkExpired:  {Tone: "quiet", Icon: "clock", Word: "Expired"},
	linkapp.LinkRevoked:  {Tone: "quiet", Icon: "ban", Word: "Revoked"},
}

func linkLine(l linkapp.LinkRow) views.LinkLine {
	z := zone(l.Zone)
	line := views.LinkLine{
		ID: l.ID, Client: l.ClientName, State: badges[l.State], Sender: l.SenderName, Issued: views.At(l.IssuedAt, z),
		Expires: views.At(l.ExpiresAt, z), Asked: views.At(l.AskedAt, z), Arriving: l.Arriving, Delivered: l.Delivered,
	}
	for _, r := range l.Recipients {
		line.Recipients = append(line.Recipients, personLine(r, z))
	}
	return line
}

// personLine is one recipient's life: what happened, and what hasn't yet (S1.i24).
func personLine(r linkapp.RecipientRow, z *time.Location) views.PersonLine {
	mailed := views.Step{Icon: "send", Word: "Mailed", At: views.At(r.MailedAt, z)}
	if r.Generation > 1 {
		mailed.Word = "Mailed again"
	}
	handed := views.Step{Icon: "mail-check", Word: "Handed over", At: views.At(r.HandedOverAt, z)}
	switch {
	case !r.BouncedAt.IsZero() && r.BounceCode == "":
		handed = views.Step{Icon: "mail-x", Word: "Given up", At: views.At(r.BouncedAt, z), Bad: true, Detail: "every try failed"}
	case !r.BouncedAt.IsZero():
		handed = views.Step{Icon: "mail-x", Word: "Bounced", At: views.At(r.BouncedAt, z), Bad: true, Detail: r.BounceCode}
	}
	return views.PersonLine{
		ID: r.ID, Name: nameOr(r.Name, r.Email), TypedName: r.Name, Email: r.Email, Bounced: handed.Bad, Correctable: r.UsedAt.IsZero(),
		OtherDevice: views.At(r.OtherAt, z), Asked: views.At(r.AskedAt, z), Note: r.Note, Life: []views.Step{
			mailed, handed, {Icon: "mail-open", Word: "Opened", At: views.At(r.RedeemedAt, z)}, {Icon: "upload", Word: "Used", At: views.At(r.UsedAt, z)},
		},
	}
}

func nameOr(name, email string) string {
	if name == "" {
		return email
	}
	return name
}

func linkLines(rows []linkapp.LinkRow) []views.LinkLine {
	lines := make([]views.LinkLine, 0, len(rows))
	for _, r := range rows {
		lines = append(lines, linkLine(r))
	}
	return lines
}

// recent is how much of a link's life its page shows at once.
const recent = 12

// lifeLines tell a link's life, newest first; the part that is folded away is apart (S1.i24).
func lifeLines(d linkapp.LinkDetail, z *time.Location) (lines, earlier []views.LifeLine) {
	names := map[uuid.UUID]string{}
	for _, r := range d.Recipients {
		names[r.ID] = nameOr(r.Name, r.Email)
	}
	for _, l := range slices.Backward(d.Life) {
		lines = append(lines, lifeLine(l, names[l.Recipient], z))
	}
	if len(lines) > recent {
		return lines[:recent], lines[recent:]
	}
	return lines, nil
}

func lifeLine(l linkapp.LifeRow, who string, z *time.Location) views.LifeLine {
	line := views.LifeLine{At: views.At(l.At, z), Detail: l.Detail}
	staff := "the practice"
	if l.ByName != "" {
		staff = l.ByName
	}
	say := func(icon, format string, args ...any) { line.Icon, line.Text = icon, fmt.Sprintf(format, args...) }
	switch until := views.At(l.Until, z); l.What {
	case linkapp.LifeIssued:
		say("send", "Sent by %s, to work until the end of %s", staff, until.LastDay())
	case linkapp.LifeResent:
		say("refresh-cw", "Sent again to %s by %s. The link before is replaced and works no more", who, staff)
	case linkapp.LifeExtended:
		say("calendar-plus", "Extended by %s, to the end of %s", staff, until.LastDay())
	case linkapp.LifeRevoked:
		say("ban", "Revoked by %s", staff)
	case linkapp.LifeExpired:
		say("clock", "Expired")
	case linkapp.LifeHandedOver:
		say("mail-check", "Mail to %s handed over", who)
	case linkapp.LifeDelivered:
		say("mail-check", "Mail to %s delivered", who)
	case linkapp.LifeBounced:
		say("mail-x", "Mail to %s bounced", who)
		line.Bad = true
	case linkapp.LifeGaveUp:
		say("mail-x", "Mail to %s given up: every try failed", who)
		line.Bad = true
	case linkapp.LifeRedeemed:
		say("mail-open", "Opened by %s", who)
	case linkapp.LifeOtherDevice:
		say("eye", "Link of %s opened on another device", who)
	case linkapp.LifeUsed:
		say("upload", "First file through the link of %s", who)
	case linkapp.LifeAsked:
		say("mail", "%s asked for a new link", who)
	case linkapp.LifeDismissed:
		say("x", "%s: request for a new link dismissed by %s", who, staff)
	case linkapp.LifeCopied:
		say("copy", "Link of %s copied by %s", who, staff)
	case linkapp.LifeCorrected:
		say("pencil", "Address of %s corrected by %s, and sent again. The link before works no more", who, staff)
		line.Detail = "It was " + l.Detail
	}
	return line
}
