package web

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"portico/app/es"
	reminderapp "portico/app/reminder"
	accounts "portico/domain/account"
	"portico/domain/fault"
	"portico/domain/reminder"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// reminderRoutes are the rules by which people are reminded, and what is to come of them.
func (s *Server) reminderRoutes(staff func(route string, right accounts.Right, h handler)) {
	staff("GET /settings/reminders", accounts.SeeSettings, s.reminderSettings)
	staff("GET /settings/reminders/new", accounts.ChangeSettings, s.newCadence)
	staff("POST /settings/reminders", accounts.ChangeSettings, s.saveCadence)
	staff("POST /settings/reminders/quiet", accounts.ChangeSettings, s.setQuiet)
	staff("GET /settings/reminders/{id}", accounts.SeeSettings, s.cadence)
	staff("POST /settings/reminders/{id}/removal", accounts.ChangeSettings, s.removeCadence)
	staff("GET /reminders", accounts.SeeTasks, s.reminders)
	staff("POST /reminders/{contact}/skip", accounts.ChangeTasks, s.skipReminder)
}

const reminderHome = "/settings/reminders"

// fieldOfCadence is the input that a rule is about.
var fieldOfCadence = map[string]string{
	reminder.ErrName.Code: "name", reminder.ErrTooMany.Code: "name", reminder.ErrDays.Code: "days", reminder.ErrEvery.Code: "every", reminder.ErrHour.Code: "hour", reminder.ErrQuiet.Code: "from",
}

func problemOfCadence(err error) (views.Problems, bool) {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || fieldOfCadence[f.Code] == "" {
		return nil, false
	}
	return views.Problems{{Field: fieldOfCadence[f.Code], Text: f.Message}}, true
}

func (s *Server) reminderSettings(w http.ResponseWriter, r *http.Request) error {
	return s.reminderSettingsPage(w, r, http.StatusOK, nil, func(*views.SettingsReminders) {})
}

func (s *Server) reminderSettingsPage(w http.ResponseWriter, r *http.Request, code int, problems views.Problems, typed func(*views.SettingsReminders)) error {
	rules, err := s.Reminders.Rules(r.Context(), user(r).Firm)
	if err != nil {
		return err
	}
	quiet := rules.Quiet()
	page := views.SettingsReminders{
		Settings: s.settings(r, "Reminders", "reminders", true, problems), Most: reminder.MaxCadences, Full: len(rules.Cadences()) >= reminder.MaxCadences,
		From: timeOfDay(quiet.From), To: timeOfDay(quiet.To), Weekends: quiet.Weekends,
	}
	for _, c := range rules.Cadences() {
		page.Cadences = append(page.Cadences, views.CadenceLine{ID: c.ID, Name: c.Name, When: cadenceWords(c), Usual: c.ID == rules.Default()})
	}
	typed(&page)
	s.page(w, r, code, page)
	return nil
}

// timeOfDay is a minute of the day, "09:00".
func timeOfDay(minute int) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }

// minuteOf reads what an input of a time sends; -1 is none.
func minuteOf(text string) int {
	hour, minute, ok := strings.Cut(strings.TrimSpace(text), ":")
	h, err := strconv.Atoi(hour)
	m, wrong := strconv.Atoi(minute)
	if !ok || err != nil || wrong != nil || h < 0 || h > 23 || m < 0 || m > 59 {
		return -1
	}
	return h*60 + m
}

// cadenceWords say when somebody is reminded: “7, 3 and 1 days before, on the day, then every 7 days, 8 times; at 09:00”.
func cadenceWords(c reminder.Cadence) string {
	var before, after, words []string
	on := false
	for _, d := range c.Days {
		switch {
		case d < 0:
			before = append(before, strconv.Itoa(-d))
		case d > 0:
			after = append(after, strconv.Itoa(d))
		default:
			on = true
		}
	}
	days := func(list []string, word string) {
		switch {
		case len(list) == 1 && list[0] == "1":
			words = append(words, "1 day "+word)
		case len(list) > 0:
			first, last := list[:len(list)-1], list[len(list)-1]
			if len(first) > 0 {
				last = strings.Join(first, ", ") + " and " + last
			}
			words = append(words, last+" days "+word)
		}
	}
	days(before, "before")
	if on {
		words = append(words, "on the day")
	}
	days(after, "after")
	if c.Every > 0 {
		words = append(words, "then every "+views.Count(c.Every, "day", "days")+", "+views.Count(c.Times, "time", "times"))
	}
	return strings.Join(words, ", ") + "; at " + timeOfDay(c.Minute)
}

func (s *Server) newCadence(w http.ResponseWriter, r *http.Request) error {
	s.cadencePage(w, r, http.StatusOK, views.CadenceForm{ID: newID(), Command: newID(), New: true, Days: "-7, -3, -1, 0", Hour: "09:00"})
	return nil
}

func (s *Server) cadence(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	rules, err := s.Reminders.Rules(r.Context(), user(r).Firm)
	if err != nil {
		return err
	}
	c, ok := rules.Cadence(id)
	if !ok {
		return reminder.ErrUnknown
	}
	page := views.CadenceForm{ID: c.ID, Command: newID(), Name: c.Name, Hour: timeOfDay(c.Minute), Usual: c.ID == rules.Default()}
	for i, d := range c.Days {
		if i > 0 {
			page.Days += ", "
		}
		page.Days += strconv.Itoa(d)
	}
	if c.Every > 0 {
		page.Every, page.Times = strconv.Itoa(c.Every), strconv.Itoa(c.Times)
	}
	s.cadencePage(w, r, http.StatusOK, page)
	return nil
}

func (s *Server) cadencePage(w http.ResponseWriter, r *http.Request, code int, page views.CadenceForm) {
	title := page.Name
	if page.New {
		title = "New cadence"
	}
	if len(page.Problems) > 0 {
		title = "Error: " + title
	}
	page.Shell = s.shell(r, title, "settings")
	s.page(w, r, code, page)
}

// typedCadence reads a form; what is no number is refused by the rule that it belongs to.
func typedCadence(r *http.Request, id uuid.UUID) (c reminder.Cadence, err error) {
	f := r.PostForm
	c = reminder.Cadence{ID: id, Name: f.Get("name"), Minute: minuteOf(f.Get("hour"))}
	for _, text := range strings.FieldsFunc(f.Get("days"), func(r rune) bool { return r == ',' || r == ';' || r == ' ' }) {
		d, err := strconv.Atoi(strings.Replace(text, "−", "-", 1)) // as typesetters write it
		if err != nil {
			return c, reminder.ErrDays
		}
		c.Days = append(c.Days, d)
	}
	for name, to := range map[string]*int{"every": &c.Every, "times": &c.Times} {
		text := strings.TrimSpace(f.Get(name))
		if text == "" {
			continue
		}
		if *to, err = strconv.Atoi(text); err != nil {
			return c, reminder.ErrEvery
		}
	}
	return c, nil
}

// saveCadence makes a cadence or changes it. The form's ids make a form that is sent twice one cadence.
func (s *Server) saveCadence(w http.ResponseWriter, r *http.Request) error {
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	id, err := formID(r, "id")
	if err != nil {
		return err
	}
	f := r.PostForm
	var res es.Result
	c, err := typedCadence(r, id)
	if err == nil {
		res, err = s.Reminders.SaveCadence(r.Context(), reminderapp.SaveCadence{By: by, Cadence: c, Usual: f.Get("usual") != ""})
	}
	if p, ok := problemOfCadence(err); ok {
		rules, missing := s.Reminders.Rules(r.Context(), user(r).Firm)
		if missing != nil {
			return missing
		}
		_, known := rules.Cadence(id)
		s.cadencePage(w, r, http.StatusUnprocessableEntity, views.CadenceForm{
			ID: id, Command: by.Command, New: !known, Name: f.Get("name"), Days: f.Get("days"), Every: f.Get("every"), Times: f.Get("times"), Hour: f.Get("hour"), Usual: f.Get("usual") != "", Problems: p,
		})
		return nil
	}
	if err != nil {
		return err
	}
	backTo(w, r, reminderHome, "cadence", res)
	return nil
}

func (s *Server) removeCadence(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	res, err := s.Reminders.RemoveCadence(r.Context(), reminderapp.RemoveCadence{By: by, Cadence: id})
	if err != nil {
		return err
	}
	backTo(w, r, reminderHome, "no-cadence", res)
	return nil
}

func (s *Server) setQuiet(w http.ResponseWriter, r *http.Request) error {
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	f := r.PostForm
	q := reminder.Quiet{From: minuteOf(f.Get("from")), To: minuteOf(f.Get("to")), Weekends: f.Get("weekends") != ""}
	res, err := s.Reminders.SetQuiet(r.Context(), reminderapp.SetQuiet{By: by, Quiet: q})
	if p, ok := problemOfCadence(err); ok {
		return s.reminderSettingsPage(w, r, http.StatusUnprocessableEntity, p, func(page *views.SettingsReminders) {
			page.From, page.To, page.Weekends = f.Get("from"), f.Get("to"), q.Weekends
		})
	}
	if err != nil {
		return err
	}
	backTo(w, r, reminderHome, "quiet", res)
	return nil
}

// cadenceChoices are the cadences that a task can have, with the one that it has.
func (s *Server) cadenceChoices(r *http.Request, chosen string) (choices []views.Choice, usual string, err error) {
	rules, err := s.Reminders.Rules(r.Context(), user(r).Firm)
	if err != nil {
		return nil, "", err
	}
	choices = []views.Choice{{Word: "None"}}
	for _, c := range rules.Cadences() {
		choices = append(choices, views.Choice{Value: c.ID.String(), Word: c.Name + ": " + cadenceWords(c)})
	}
	if chosen != "" && !slices.ContainsFunc(choices, func(c views.Choice) bool { return c.Value == chosen }) {
		choices = append(choices, views.Choice{Value: chosen, Word: "One that was removed: no reminders"})
	}
	if id := rules.Default(); id != uuid.Nil {
		usual = id.String()
	}
	return choices, usual, nil
}
