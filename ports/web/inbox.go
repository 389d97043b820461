package web

import (
	"net/http"
	"time"

	linkapp "portico/app/uploadlink"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

const batchPage = 30 // batches of the inbox on one page, each with its first files

// inbox is what has reached the practice, one entry a sending (S1.i8), and what is asked back. What is still in its
// window is not there, not even by name (S1.i1).
func (s *Server) inbox(w http.ResponseWriter, r *http.Request) error {
	u := user(r)
	current, err := s.caughtUp(r)
	if err != nil {
		return err
	}
	rows, next, err := s.LinkList.Inbox(r.Context(), u.Firm, linkapp.InboxQuery{After: r.URL.Query().Get("after"), Limit: batchPage})
	if err != nil {
		return err
	}
	asked, err := s.LinkList.Withdrawals(r.Context(), u.Firm)
	if err != nil {
		return err
	}
	z := zone(u.Practice.Zone)
	page := views.Inbox{
		Shell: s.shell(r, "Inbox", "inbox"), Asked: fileLines(asked, z), Days: byDay(rows, s.Now(), z), Pager: pager(r, next, len(rows), "sending", "sendings"),
		Empty: views.Empty{Icon: "inbox", Title: "Nothing has arrived yet", Text: "Files show here once their sender’s time for corrections is over.", Action: "New upload link", Href: "/upload-links/new"},
	}
	page.Modules, page.Stale = []string{"pick-files.js", "new-mark.js"}, !current
	if r.URL.Query().Get("after") != "" {
		page.Empty = views.Empty{Icon: "inbox", Title: "Nothing older", Text: "That was the last of it.", Action: "Back to the newest", Href: "/inbox"}
	}
	return s.show(w, r, page)
}

// byDay groups sendings by the day on which the practice got them.
func byDay(rows []linkapp.InboxRow, now time.Time, z *time.Location) []views.BatchDay {
	var days []views.BatchDay
	today := views.At(now, z).Day()
	yesterday := views.At(now.In(z).AddDate(0, 0, -1), z).Day()
	for _, row := range rows {
		line := batchLine(row, z)
		day := line.Arrived.Day()
		switch day {
		case today:
			day = "Today, " + day
		case yesterday:
			day = "Yesterday, " + day
		}
		if len(days) == 0 || days[len(days)-1].Day != day {
			days = append(days, views.BatchDay{Day: day})
		}
		last := &days[len(days)-1]
		last.Batches = append(last.Batches, line)
	}
	return days
}

func batchLine(b linkapp.InboxRow, z *time.Location) views.BatchLine {
	line := views.BatchLine{
		ID: b.ID, Link: b.Link, Client: b.ClientName, ClientID: b.Client, Sender: b.RecipientName, Arrived: views.At(b.ArrivedAt, z),
		Count: b.Count, Size: b.Size, Files: fileLines(b.Files, z), More: b.Count - len(b.Files),
	}
	if line.Sender == "" {
		line.Sender = nameless
	}
	for i := range line.Files {
		line.Files[i].Pick = true
	}
	return line
}

const filesPage = 200 // files of one sending on one page

// batch is one sending with all of its files.
func (s *Server) batch(w http.ResponseWriter, r *http.Request) error {
	u := user(r)
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	b, err := s.LinkList.Batch(r.Context(), u.Firm, id)
	if err != nil {
		return err
	}
	var next string
	b.Files, next, err = s.LinkList.Files(r.Context(), u.Firm, linkapp.FileQuery{Batch: id, After: r.URL.Query().Get("after"), Limit: filesPage})
	if err != nil {
		return err
	}
	line := batchLine(b, zone(u.Practice.Zone))
	page := views.Batch{
		Shell: s.shell(r, "Files from "+line.Sender, "inbox"), Batch: line,
		Pager: pager(r, next, len(b.Files), "file", "files"),
	}
	page.Batch.More, page.Batch.Alone, page.Modules = 0, true, []string{"pick-files.js"}
	return s.show(w, r, page)
}

// batchFiles are all files of a sending that the practice has, in order of arrival.
func (s *Server) batchFiles(r *http.Request, batch uuid.UUID) (all []linkapp.FileRow, err error) {
	for q := (linkapp.FileQuery{Batch: batch, Limit: filesPage}); ; {
		rows, next, err := s.LinkList.Files(r.Context(), user(r).Firm, q)
		if err != nil {
			return nil, err
		}
		if all = append(all, rows...); next == "" {
			return all, nil
		}
		q.After = next
	}
}
