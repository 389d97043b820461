package web

import (
	"time"

	clientapp "portico/app/client"
	linkapp "portico/app/uploadlink"
	"portico/domain/client"
	"portico/domain/uploadlink"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// sorts are the words for what a client is, in the order of forms.
var sorts = []views.Choice{
	{Value: string(client.Person), Word: "Person"}, {Value: string(client.Company), Word: "Company"},
	{Value: string(client.Partnership), Word: "Partnership"}, {Value: string(client.Trust), Word: "Trust"},
	{Value: string(client.Charity), Word: "Charity"},
}

func clientLine(c clientapp.ClientRow, z *time.Location) views.ClientLine {
	l := views.ClientLine{
		ID: c.ID, Name: c.Name, Email: c.Email, Reference: c.Reference, Sort: string(c.Sort), Owner: c.OwnerName,
		Links: c.Links, Files: c.Files, Active: views.At(c.LastActivity, z),
	}
	for _, s := range sorts {
		if s.Value == string(c.Sort) {
			l.Sort = s.Word
		}
	}
	return l
}

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
		Expires: views.At(l.ExpiresAt, z), Arriving: l.Arriving, Delivered: l.Delivered,
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
	if !r.BouncedAt.IsZero() {
		handed = views.Step{Icon: "mail-x", Word: "Bounced", At: views.At(r.BouncedAt, z), Bad: true, Detail: r.BounceCode}
	}
	name := r.Name
	if name == "" {
		name = r.Email
	}
	return views.PersonLine{ID: r.ID, Name: name, Email: r.Email, Life: []views.Step{
		mailed, handed, {Icon: "mail-open", Word: "Opened", At: views.At(r.RedeemedAt, z)}, {Icon: "upload", Word: "Used", At: views.At(r.UsedAt, z)},
	}}
}

func linkLines(rows []linkapp.LinkRow) []views.LinkLine {
	lines := make([]views.LinkLine, 0, len(rows))
	for _, r := range rows {
		lines = append(lines, linkLine(r))
	}
	return lines
}

func fileLine(f linkapp.FileRow, z *time.Location) views.FileLine {
	l := views.FileLine{
		ID: f.ID, Name: f.Name, Size: f.Size, SHA256: f.SHA256, Digest: f.SHA256[:min(12, len(f.SHA256))], Icon: fileIcon(f.Name),
		Client: f.ClientName, ClientID: f.Client, Link: f.Link, Sender: f.RecipientName, Released: views.At(f.ReleasedAt, z),
		Late: f.Late, Same: f.SameAs != uuid.Nil,
	}
	if l.Sender == "" {
		l.Sender = "A recipient without a name"
	}
	if f.SentAs != f.Name {
		l.SentAs = f.SentAs
	}
	return l
}

func fileLines(rows []linkapp.FileRow, z *time.Location) []views.FileLine {
	lines := make([]views.FileLine, 0, len(rows))
	for _, r := range rows {
		lines = append(lines, fileLine(r, z))
	}
	return lines
}

// fileIcon is the picture for a file's kind, by its name; words.js has the same list.
func fileIcon(name string) string {
	switch uploadlink.Extension(name) {
	case "bmp", "heic", "jp2", "jpeg", "jpg", "png", "tif", "tiff", "emf":
		return "image"
	case "mkv", "mov", "mp4":
		return "film"
	case "csv", "xls", "xlsm", "xlsx", "ods":
		return "file-spreadsheet"
	case "zip":
		return "file-archive"
	case "doc", "docx", "odt", "pdf", "rtf", "txt":
		return "file-text"
	case "eml", "msg":
		return "mail"
	}
	return "file"
}
