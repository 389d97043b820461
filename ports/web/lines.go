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

func fileLine(f linkapp.FileRow, z *time.Location) views.FileLine {
	l := views.FileLine{
		ID: f.ID, Name: f.Name, Size: f.Size, SHA256: f.SHA256, Digest: f.SHA256[:min(12, len(f.SHA256))], Icon: fileIcon(f.Name),
		Client: f.ClientName, ClientID: f.Client, Link: f.Link, Sender: f.RecipientName, Released: views.At(f.ReleasedAt, z),
		Late: f.Late, Same: f.SameAs != uuid.Nil, Unscanned: f.Scan == linkapp.ScanNone,
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
