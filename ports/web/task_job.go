package web

import (
	"bytes"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"portico/app/clientimport"
	"portico/app/taskjob"
	jobs "portico/domain/taskjob"
	"portico/ports/web/views"
)

// taskJob is one job: what it would do, then how far it is, then what came of it.
func (s *Server) taskJob(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	current, err := s.caughtUp(r)
	if err != nil {
		return err
	}
	u := user(r)
	p, err := s.TaskJobs.Look(r.Context(), u.Firm, id)
	if err != nil {
		return err
	}
	z := zone(u.Practice.Zone)
	page := views.TaskJob{
		ID: id, Command: newID(), Chosen: p.Chosen, Total: p.Targets, At: views.At(p.CreatedAt, z), Reason: p.Reason,
		Draft: p.State == jobs.Draft, Holding: p.State == jobs.Holding, Running: p.State == jobs.Running, Stopping: p.State == jobs.Stopping,
		Undone: p.State == jobs.Undone, Halted: p.State == jobs.Halted, Assigns: p.Act == jobs.Assign,
		Did: p.Tally.Done, Refused: p.Tally.Refused, Waiting: p.Tally.Waiting, Seconds: int(p.HoldUntil.Sub(p.Now).Round(time.Second) / time.Second),
	}
	if page.What, err = s.actWords(r, p.Plan); err != nil {
		return err
	}
	title := page.What
	if page.Draft {
		title = "Look before you ask"
	}
	page.Shell = s.shell(r, title, "tasks")
	page.Stale = !current
	if page.Draft {
		err = s.taskJobPreview(r, &page, p)
	} else {
		err = s.taskJobRows(r, &page, p)
	}
	if err != nil {
		return err
	}
	return s.show(w, r, page)
}

// taskJobPreview says of each client what they would be asked, or why they are passed by, page by page.
func (s *Server) taskJobPreview(r *http.Request, page *views.TaskJob, p taskjob.Progress) error {
	plan, err := s.TaskJobs.Preview(r.Context(), user(r).Firm, p.Draft)
	if err != nil {
		return err
	}
	why := map[string]int{}
	for _, one := range plan {
		if one.Why == nil {
			page.Ready++
			continue
		}
		why[one.Why.Message]++
	}
	page.Reasons = whyNot(why)
	path, show, after := "/tasks/jobs/"+p.ID.String(), r.URL.Query().Get("show"), afterNo(r)
	page.Chips = []views.Chip{
		{Word: "All " + views.Number(len(plan)), Href: path, Current: show == ""},
		{Word: "Asked " + views.Number(page.Ready), Href: path + "?show=asked", Current: show == "asked"},
		{Word: "Passed by " + views.Number(len(plan)-page.Ready), Href: path + "?show=passed", Current: show == "passed"},
	}
	for _, one := range plan {
		if one.No <= after || show == "asked" && one.Why != nil || show == "passed" && one.Why == nil {
			continue
		}
		if len(page.Rows) == importRows {
			page.Pager.Next = path + "?" + url.Values{"show": {show}, "after": {strconv.Itoa(page.Rows[importRows-1].No)}}.Encode()
			break
		}
		row := views.TaskJobRow{No: one.No, Title: one.Title, Client: one.Chosen.Target, ClientName: one.Target.Name, Badge: views.Badge{Tone: "info", Icon: "send", Word: views.Count(len(one.Target.People), "person", "people")}}
		if one.Why != nil {
			row.Badge, row.Note = views.Badge{Icon: "circle-alert", Word: "Passed by"}, one.Why.Message
		}
		page.Rows = append(page.Rows, row)
	}
	page.Pager.Shown = views.Count(len(page.Rows), "client", "clients")
	return nil
}

// jobOutcomes are the parts of a job's list.
var jobOutcomes = []struct {
	name, word string
	outcome    taskjob.Outcome
	count      func(taskjob.Tally) int
}{
	{"done", "Done", taskjob.Done, func(n taskjob.Tally) int { return n.Done }},
	{"refused", "Refused", taskjob.Refused, func(n taskjob.Tally) int { return n.Refused }},
	{"waiting", "Not done", taskjob.Waits, func(n taskjob.Tally) int { return n.Waiting }},
}

func (s *Server) taskJobRows(r *http.Request, page *views.TaskJob, p taskjob.Progress) error {
	path, show := "/tasks/jobs/"+p.ID.String(), r.URL.Query().Get("show")
	page.Chips = []views.Chip{{Word: "All " + views.Number(p.Targets), Href: path, Current: true}}
	var only *taskjob.Outcome
	for _, o := range jobOutcomes {
		if n := o.count(p.Tally); n > 0 {
			page.Chips = append(page.Chips, views.Chip{Word: o.word + " " + views.Number(n), Href: path + "?show=" + o.name, Current: show == o.name})
		}
		if show == o.name {
			only, page.Chips[0].Current = &o.outcome, false
		}
	}
	rows, err := s.TaskJobs.Page(r.Context(), user(r).Firm, p.Draft, only, afterNo(r), importRows+1)
	if err != nil {
		return err
	}
	if len(rows) > importRows {
		rows = rows[:importRows]
		page.Pager.Next = path + "?" + url.Values{"show": {show}, "after": {strconv.Itoa(rows[importRows-1].No)}}.Encode()
	}
	for _, row := range rows {
		line := views.TaskJobRow{No: row.No, Title: row.Title, Client: row.Client, ClientName: row.ClientName, Note: row.Note}
		if row.Title != "" {
			line.Href = "/tasks/" + row.Task.String()
		}
		switch {
		case row.Outcome == taskjob.Done:
			line.Badge = views.Badge{Tone: "ok", Icon: "circle-check", Word: "Done"}
		case row.Outcome == taskjob.Refused:
			line.Badge = views.Badge{Tone: "warn", Icon: "circle-alert", Word: "Refused"}
		case page.Undone || page.Halted:
			line.Badge = views.Badge{Icon: "circle-alert", Word: "Not done"}
		default:
			line.Badge = views.Badge{Icon: "hourglass", Word: "Waits"}
		}
		page.Rows = append(page.Rows, line)
	}
	page.Pager.Shown = views.Count(len(rows), "row", "rows")
	return nil
}

// recentTaskJobs are what was done to many lately.
func (s *Server) recentTaskJobs(w http.ResponseWriter, r *http.Request) error {
	all, err := s.TaskJobs.Recent(r.Context(), user(r).Firm)
	if err != nil {
		return err
	}
	page := views.TaskJobs{Shell: s.shell(r, "Done to many at once", "tasks"), Empty: views.Empty{Icon: "history", Title: "Nothing yet", Text: "Tick several tasks in the list, or choose clients, to do the same to many."}}
	for _, d := range all {
		what, err := s.actWords(r, d.Plan)
		if err != nil {
			return err
		}
		page.Rows = append(page.Rows, views.TaskJobLine{ID: d.ID, What: what, Assigns: d.Act == jobs.Assign, Chosen: d.Chosen, Targets: d.Targets, At: views.At(d.CreatedAt, zone(user(r).Practice.Zone))})
	}
	return s.show(w, r, page)
}

// taskJobReport is the list of a job as a table.
func (s *Server) taskJobReport(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := s.TaskJobs.Report(r.Context(), user(r).Firm, id, &b); err != nil {
		return err
	}
	sendSheet(w, "Tasks", clientimport.CSV, b.Bytes())
	return nil
}

// startTaskJob lets a job be done that was looked at; for half a minute all of it can be undone (T5).
func (s *Server) startTaskJob(w http.ResponseWriter, r *http.Request) error {
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	res, err := s.TaskJobs.Start(r.Context(), by, id, taskjob.Hold)
	if err != nil {
		return err
	}
	seeOther(w, r, "/tasks/jobs/"+id.String(), res.Position)
	return nil
}

func (s *Server) stopTaskJob(w http.ResponseWriter, r *http.Request) error {
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	res, err := s.TaskJobs.Stop(r.Context(), by, id)
	if err != nil {
		return err
	}
	seeOther(w, r, "/tasks/jobs/"+id.String(), res.Position)
	return nil
}
