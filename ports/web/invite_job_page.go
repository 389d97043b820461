package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/app/invitejob"
	"portico/app/language"
	"portico/domain/invite"
	jobs "portico/domain/invitejob"
	"portico/ports/web/views"
)

// inviteJob is one job: who would be invited, then how far it is, then what came of it.
func (s *Server) inviteJob(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	u := user(r)
	p, err := s.InviteJobs.Look(r.Context(), u.Firm, id)
	if err != nil {
		return err
	}
	v := jobView{views.InviteJob{
		Shell: s.shell(r, "Invitations", "clients"), ID: id, Command: newID(), State: string(p.State), Chosen: p.Chosen, Total: p.People,
		Draft: p.State == jobs.Draft, Holding: p.State == jobs.Holding, Running: p.State == jobs.Running, Stopping: p.State == jobs.Stopping,
		Undone: p.State == jobs.Undone, Halted: p.State == jobs.Halted, At: views.At(p.CreatedAt, zone(u.Practice.Zone)),
		Done: p.People - p.Tally.Waiting, Waiting: p.Tally.Waiting, Tally: jobTally(p.Tally), Message: p.Message, DueOn: dayShort(p.DueOn), Again: p.Again,
		Channels: channelWords[p.Channels], ByLink: p.Access == invite.ByLink,
		Seconds: int(p.HoldUntil.Sub(p.Now).Round(time.Second) / time.Second),
	}, zone(u.Practice.Zone)}
	if !p.ExpiresOn.IsZero() {
		v.Expires = dayShort(p.ExpiresOn.Format(time.DateOnly))
	}
	if v.Draft {
		v.Title = "Look before you send"
		err = s.jobPreview(r, &v, p)
	} else {
		err = s.jobRows(r, &v, p)
	}
	if err != nil {
		return err
	}
	return s.show(w, r, v.InviteJob)
}

type jobView struct {
	views.InviteJob
	zone *time.Location
}

var channelWords = map[invite.Channels]string{invite.ByEmail: "by e-mail", invite.ByText: "by text message", invite.ByBoth: "by e-mail and text message, as far as there are both"}

// jobPreview says of each person what would happen, page by page; those who are passed by on a page of their own.
func (s *Server) jobPreview(r *http.Request, v *jobView, p invitejob.Progress) error {
	plan, err := s.InviteJobs.Preview(r.Context(), user(r).Firm, p.Draft)
	if err != nil {
		return err
	}
	why := map[string]int{}
	for _, one := range plan {
		if one.Why == nil {
			v.Ready++
			continue
		}
		why[one.Why.Message]++
	}
	v.Reasons = whyNot(why)
	show := r.URL.Query().Get("show")
	passed := func(one invitejob.Planned) bool { return show == "" || (show == "passed") == (one.Why != nil) }
	if first := slices.IndexFunc(plan, func(one invitejob.Planned) bool { return one.Why == nil }); first >= 0 {
		if v.Sample, err = s.jobSample(r, p, plan[first].Candidate); err != nil {
			return err
		}
	}
	path := "/invitations/jobs/" + p.ID.String()
	v.Chips = []views.Chip{
		{Word: "All " + views.Number(len(plan)), Href: path, Current: show == ""},
		{Word: "Invited " + views.Number(v.Ready), Href: path + "?show=invited", Current: show == "invited"},
		{Word: "Passed by " + views.Number(len(plan)-v.Ready), Href: path + "?show=passed", Current: show == "passed"},
	}
	after := afterNo(r)
	for _, one := range plan {
		if one.No <= after || !passed(one) {
			continue
		}
		if len(v.Rows) == importRows {
			v.Pager.Next = path + "?" + url.Values{"show": {show}, "after": {strconv.Itoa(v.Rows[importRows-1].No)}}.Encode()
			break
		}
		line := views.JobRow{
			No: one.No, Contact: one.Contact, Name: one.Candidate.Name, Client: one.Client, ClientName: one.Candidate.ClientName,
			To: whereTo(p.Channels, one.Candidate.Email, one.Candidate.Phone), Badge: views.Badge{Tone: "info", Icon: "send", Word: "Invited"},
		}
		if one.Why != nil {
			line.Badge, line.Note = views.Badge{Icon: "circle-alert", Word: "Passed by"}, one.Why.Message
		}
		v.Rows = append(v.Rows, line)
	}
	v.Pager.Shown = views.Count(len(v.Rows), "person", "people")
	return nil
}

// whereTo is where an invitation goes.
func whereTo(c invite.Channels, email, phone string) string {
	var to []string
	if c.Uses(invite.Email) && email != "" {
		to = append(to, email)
	}
	if c.Uses(invite.Text) && phone != "" {
		to = append(to, phone)
	}
	return strings.Join(to, ", ")
}

// jobSample is what one of the people will read, in their language.
func (s *Server) jobSample(r *http.Request, p invitejob.Progress, c invitejob.Candidate) (*views.InvitePreview, error) {
	portal, err := s.Firms.Portal(r.Context(), user(r).Firm)
	if err != nil {
		return nil, err
	}
	words, practice := language.For(cmp.Or(c.Language, portal.Language)), cmp.Or(portal.MailSender, portal.Name)
	out := &views.InvitePreview{
		Lang: words.Tag(), Subject: words.T("invite.mail.title", practice), Hello: words.T("invite.mail.hello", c.Given), Message: p.Message,
		Lead: []string{words.T("invite.mail.lead", practice)}, Button: words.T("invite.mail.button.account"),
		Expires: words.T("invite.mail.expires", words.Date(p.ExpiresOn, time.UTC), words.Zone(zone(portal.Zone))),
	}
	if p.Access == invite.ByLink {
		out.Button = words.T("invite.mail.button.link")
	}
	if c.ClientName != c.Name {
		out.Lead = append(out.Lead, words.T("invite.mail.client", c.ClientName))
	}
	if due, ok := civilDate(p.DueOn); ok {
		out.Lead = append(out.Lead, words.T("invite.mail.due", words.Date(due, time.UTC)))
	}
	return out, nil
}

func whyNot(count map[string]int) (out []views.Reason) {
	for text, n := range count {
		out = append(out, views.Reason{Text: text, Count: views.Number(n), N: n})
	}
	slices.SortFunc(out, func(a, b views.Reason) int { return cmp.Or(cmp.Compare(b.N, a.N), strings.Compare(a.Text, b.Text)) })
	return out
}

func jobTally(n invitejob.Tally) []views.Fact {
	fact := func(word string, n int) views.Fact { return views.Fact{Word: word, Count: views.Number(n)} }
	facts := []views.Fact{
		fact("Invitations created", n.Sent), fact("Handed over", n.HandedOver), fact("Delivered, where anybody tells", n.Delivered), fact("Bounced", n.Bounced),
		fact("Accepted", n.Accepted), fact("Passed by", n.Skipped),
	}
	if n.Failed > 0 {
		facts = append(facts, fact("Failed", n.Failed))
	}
	return append(facts, fact("Not sent yet", n.Waiting), fact("Total", n.People))
}

// jobParts are the parts of a job's list, each with the number of those in it.
var jobParts = []struct {
	part  invitejob.Part
	word  string
	count func(invitejob.Tally) int
}{
	{invitejob.All, "All", func(n invitejob.Tally) int { return n.People }},
	{invitejob.PartOnWay, "On their way", func(n invitejob.Tally) int { return n.Sent }},
	{invitejob.PartHanded, "Handed over", func(n invitejob.Tally) int { return n.HandedOver }},
	{invitejob.PartBounced, "Bounced", func(n invitejob.Tally) int { return n.Bounced }},
	{invitejob.PartSkipped, "Passed by", func(n invitejob.Tally) int { return n.Skipped }},
	{invitejob.PartFailed, "Failed", func(n invitejob.Tally) int { return n.Failed }},
	{invitejob.PartWaiting, "Not sent", func(n invitejob.Tally) int { return n.Waiting }},
}

func (s *Server) jobRows(r *http.Request, v *jobView, p invitejob.Progress) error {
	show := invitejob.Part(r.URL.Query().Get("show"))
	path := "/invitations/jobs/" + p.ID.String()
	known := false
	for _, part := range jobParts {
		known = known || part.part == show
		if part.count(p.Tally) == 0 {
			continue
		}
		href, word := path, part.word
		if part.part != invitejob.All {
			href += "?show=" + string(part.part)
		}
		v.Chips = append(v.Chips, views.Chip{Word: word, Href: href, Current: part.part == show})
	}
	if !known {
		show = invitejob.All
	}
	rows, err := s.InviteJobs.Page(r.Context(), user(r).Firm, p.ID, show, afterNo(r), importRows+1)
	if err != nil {
		return err
	}
	if len(rows) > importRows {
		rows = rows[:importRows]
		v.Pager.Next = path + "?" + url.Values{"show": {string(show)}, "after": {strconv.Itoa(rows[importRows-1].No)}}.Encode()
	}
	for _, row := range rows {
		v.Rows = append(v.Rows, v.line(row))
	}
	v.Pager.Shown = views.Count(len(rows), "person", "people")
	return nil
}

// afterNo is the number of the last person on the page before; 0 on the first one.
func afterNo(r *http.Request) int {
	n, err := strconv.Atoi(r.URL.Query().Get("after"))
	if err != nil {
		return 0
	}
	return n
}

// line is one person with the three facts (I2).
func (v jobView) line(r invitejob.Row) views.JobRow {
	line := views.JobRow{
		No: r.No, Contact: r.Contact, Name: r.Name, Client: r.Client, ClientName: r.ClientName, To: strings.Trim(r.Email+", "+r.Phone, ", "), Note: r.Reason(),
		Created: views.At(r.CreatedAt, v.zone), HandedOver: views.At(r.HandedOverAt, v.zone), Delivered: views.At(r.DeliveredAt, v.zone), Bounced: views.At(r.BouncedAt, v.zone),
	}
	switch {
	case r.Accepted:
		line.Badge = views.Badge{Tone: "ok", Icon: "circle-check", Word: "Accepted"}
	case r.Lost:
		line.Badge = views.Badge{Tone: "danger", Icon: "mail-x", Word: "Failed"}
	case r.Outcome == invitejob.Sent && !r.HandedOverAt.IsZero():
		line.Badge = views.Badge{Tone: "ok", Icon: "mail-check", Word: "Sent"}
	case r.Outcome == invitejob.Sent:
		line.Badge = views.Badge{Tone: "info", Icon: "send", Word: "On its way"}
	case r.Outcome == invitejob.Skipped:
		line.Badge = views.Badge{Icon: "circle-alert", Word: "Passed by"}
	case r.Outcome == invitejob.Failed:
		line.Badge = views.Badge{Tone: "danger", Icon: "circle-alert", Word: "Failed"}
	case v.Undone || v.Halted:
		line.Badge = views.Badge{Icon: "circle-alert", Word: "Not sent"}
	default:
		line.Badge = views.Badge{Icon: "hourglass", Word: "Waits"}
	}
	return line
}
