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
		Tags: c.Tags, Archived: views.At(c.ArchivedAt, z), Portal: standingBadge(c.Stand), Links: c.Links, Files: c.Files, Active: views.At(c.LastActivity, z),
	}
	for _, s := range sorts {
		if s.Value == string(c.Sort) {
			l.Sort = s.Word
		}
	}
	return l
}

// nameless stands for a recipient without a name.
const nameless = "A recipient without a name"

func fileLine(f linkapp.FileRow, z *time.Location) views.FileLine {
	kind := sortOf(f.Name)
	l := views.FileLine{
		ID: f.ID, Name: f.Name, Size: f.Size, SHA256: f.SHA256, Digest: f.SHA256[:min(12, len(f.SHA256))], Icon: kind.icon, Kind: kind.words,
		Client: f.ClientName, ClientID: f.Client, Link: f.Link, Batch: f.Batch, Sender: f.RecipientName, Released: views.At(f.ReleasedAt, z),
		Late: f.Late, Same: f.SameAs != uuid.Nil, SameName: f.SameName, SameID: f.SameAs, Unscanned: f.Scan == linkapp.ScanNone,
		Asked: f.Withdrawal.State == linkapp.WithdrawalAsked, Kept: f.Withdrawal.State == linkapp.WithdrawalRefused,
		AskedAt: views.At(f.Withdrawal.AskedAt, z), Reason: f.Withdrawal.Reason, AnsweredAt: views.At(f.Withdrawal.AnsweredAt, z), Answer: f.Withdrawal.Answer,
	}
	if l.Sender == "" {
		l.Sender = nameless
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

// fileKind is a sort of files as picture and words.
type fileKind struct{ icon, words string }

// sortOf tells a file's kind by its name; words.js has the same pictures.
func sortOf(name string) fileKind {
	extension := uploadlink.Extension(name)
	if words, ok := kindWords[extension]; ok {
		return words
	}
	return fileKind{"file", "File"}
}

var kindWords = map[string]fileKind{
	"bmp": {"image", "Picture (BMP)"}, "heic": {"image", "Photo (HEIC)"}, "jp2": {"image", "Picture (JPEG 2000)"}, "jpeg": {"image", "Photo (JPEG)"},
	"jpg": {"image", "Photo (JPEG)"}, "png": {"image", "Picture (PNG)"}, "tif": {"image", "Scan (TIFF)"}, "tiff": {"image", "Scan (TIFF)"}, "emf": {"image", "Drawing (EMF)"},
	"mkv": {"film", "Film (MKV)"}, "mov": {"film", "Film (QuickTime)"}, "mp4": {"film", "Film (MP4)"},
	"csv": {"file-spreadsheet", "Table (CSV)"}, "xls": {"file-spreadsheet", "Excel, old format"}, "xlsm": {"file-spreadsheet", "Excel with macros"},
	"xlsx": {"file-spreadsheet", "Excel"}, "ods": {"file-spreadsheet", "OpenDocument table"},
	"zip": {"file-archive", "Zip archive"},
	"doc": {"file-text", "Word, old format"}, "docx": {"file-text", "Word"}, "odt": {"file-text", "OpenDocument text"}, "pdf": {"file-text", "PDF"},
	"rtf": {"file-text", "Rich text"}, "txt": {"file-text", "Plain text"},
	"eml": {"mail", "E-mail"}, "msg": {"mail", "E-mail (Outlook)"},
	"htm": {"file", "Web page"}, "html": {"file", "Web page"}, "ppt": {"file", "PowerPoint, old format"}, "pptx": {"file", "PowerPoint"},
	"xod": {"file", "XOD document"}, "xps": {"file", "XPS document"},
}
