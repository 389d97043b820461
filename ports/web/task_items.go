package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"portico/app/es"
	taskapp "portico/app/task"
	"portico/domain/event"
	"portico/domain/fault"
	"portico/domain/task"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// roundBadges say where an answer stands, to the practice.
var roundBadges = map[taskapp.Stands]views.Badge{
	taskapp.Wanted: {Icon: "clipboard-list", Word: "Open"}, taskapp.Returned: {Tone: "warn", Icon: "send", Word: "Returned"},
	taskapp.InReview: {Tone: "warn", Icon: "search", Word: "In review"}, taskapp.Accepted: {Tone: "ok", Icon: "circle-check", Word: "Accepted"},
	taskapp.SentBack: {Tone: "info", Icon: "rotate-cw", Word: "Sent back"},
}

// errChooseRounds refuses a review of nothing.
var errChooseRounds = fault.New(fault.Invalid, "web.rounds", "Choose at least one answer first.")

// taskItems is what a request asks of who sees it, and what was answered.
func (s *Server) taskItems(r *http.Request, t taskapp.Detail, who []uuid.UUID, names map[uuid.UUID]string) (*views.TaskItems, error) {
	all, err := s.TaskItems.Items(r.Context(), user(r).Firm, t.ID)
	if err != nil {
		return nil, err
	}
	items, z := all[t.ID], zone(user(r).Practice.Zone)
	who = t.Asked(who)
	page := &views.TaskItems{Numbers: numbersOf(taskapp.Count(items, who...)), New: views.ItemFields{ID: newID()}}
	for _, c := range who {
		page.People = append(page.People, views.TaskNumbers{Name: names[c], Numbers: numbersOf(taskapp.Count(items, c))})
	}
	for _, i := range items {
		page.Items = append(page.Items, taskItem(t, i, who, names, z))
	}
	page.Waits = slices.ContainsFunc(page.Items, func(i views.TaskItem) bool {
		return slices.ContainsFunc(i.Answers, func(a views.TaskAnswer) bool { return a.Waits })
	})
	if r.Method == http.MethodPost { // what was typed and refused stays
		page.Typed(r.URL.Path, r.PostForm.Get("do"), r.PostForm.Get("reason"), typedItems(r.PostForm))
	}
	return page, nil
}

// audience are the contacts who see a task now.
func (s *Server) audience(r *http.Request, t taskapp.Detail) (who []uuid.UUID, err error) {
	if t.Client == uuid.Nil {
		return []uuid.UUID{t.Contact}, nil
	}
	people, err := s.ContactList.OfClient(r.Context(), user(r).Firm, t.Client)
	for _, p := range people {
		if p.Rights.May("tasks") {
			who = append(who, p.ID)
		}
	}
	return t.SeenBy(who), err
}

// whom are they to choose from, where there are several: a task can be closed for one alone (S4.i9).
func whom(who []uuid.UUID, names map[uuid.UUID]string) (choices []views.Choice) {
	if len(who) < 2 {
		return nil
	}
	for _, c := range who {
		choices = append(choices, views.Choice{Value: c.String(), Word: names[c]})
	}
	return choices
}

// numbersOf are the numbers that clients see as well (S4.i4).
func numbersOf(n taskapp.Numbers) []views.Figure {
	figure := func(tone, word string, n int) views.Figure {
		return views.Figure{Tone: tone, Word: word, Number: strconv.Itoa(n)}
	}
	return []views.Figure{figure("", "Open", n.Open), figure("warn", "Returned", n.Returned), figure("", "Accepted", n.Accepted), figure("", "Sent back", n.SentBack)}
}

func taskItem(t taskapp.Detail, i taskapp.Item, who []uuid.UUID, names map[uuid.UUID]string, z *time.Location) views.TaskItem {
	v := views.TaskItem{Fields: fieldsOf(i), Cancelled: i.Cancelled, Limits: limitsOf(i), Title: i.Title, Help: i.Help, ID: i.ID}
	whose := []uuid.UUID{uuid.Nil}
	if i.Own {
		whose = slices.Clone(who)
		for _, round := range i.Rounds { // of somebody who is asked no more, too
			if !slices.Contains(whose, round.For) {
				whose = append(whose, round.For)
			}
		}
	}
	open := t.Outcome == "" && !i.Cancelled
	for _, c := range whose {
		v.Answers = append(v.Answers, taskAnswer(i, c, names, z, open))
	}
	return v
}

func limitsOf(i taskapp.Item) (words []string) {
	if i.Optional {
		words = append(words, "Optional")
	}
	if i.Own {
		words = append(words, "Each person their own")
	}
	if len(i.Types) > 0 {
		words = append(words, strings.ToUpper(strings.Join(i.Types, ", ")))
	}
	if i.Most > 0 {
		words = append(words, "at most "+views.Count(i.Most, "file", "files"))
	}
	return words
}

// taskAnswer is how an item stands for one contact, or for all where contact is zero.
func taskAnswer(i taskapp.Item, contact uuid.UUID, names map[uuid.UUID]string, z *time.Location, open bool) views.TaskAnswer {
	newest, answered := i.Newest(contact)
	a := views.TaskAnswer{Badge: roundBadges[newest.Stands], Key: roundKey(i.ID, contact, newest.Nth)}
	if contact != uuid.Nil {
		a.Name = cmp.Or(names[contact], "Somebody who is linked no more")
	}
	if !answered {
		return a
	}
	a.Waits = open && (newest.Stands == taskapp.Returned || newest.Stands == taskapp.InReview)
	a.Fresh = a.Waits && newest.Stands == taskapp.Returned && !newest.NotApplicable
	a.Judged = open && (newest.Stands == taskapp.Accepted || newest.Stands == taskapp.SentBack)
	for _, round := range i.Rounds {
		if i.Own && round.For != contact {
			continue
		}
		by := names[round.By.ID]
		if round.By.Kind == event.Staff {
			by = "the practice, for " + cmp.Or(names[round.By.For], "somebody")
		}
		a.Rounds = append(a.Rounds, views.TaskRound{
			Nth: round.Nth, Note: round.Note, None: round.NotApplicable, By: cmp.Or(by, "somebody who is linked no more"), At: views.At(round.At, z),
			Reason: round.Reason, Named: round.Files, Old: round.Nth < newest.Nth,
		})
	}
	return a
}

// roundFiles puts the files of each round beside it (T6), and the examples beside their items.
func roundFiles(page *views.TaskItems, files *views.TaskFiles) {
	for n := range page.Items {
		i := &page.Items[n]
		i.W, i.Examples = files.W, files.Examples[i.ID]
		if files.Base != "" && files.Why == "" && !i.Cancelled {
			i.Attach = &views.ItemAttach{Base: files.Base, Accept: files.Accept}
		}
		for _, a := range i.Answers {
			for n := range a.Rounds {
				r := &a.Rounds[n]
				r.Files, r.Late = filesNamed(files, r.Named)
			}
		}
	}
}

// filesNamed are those of some files that a page shows, and what it says of the others.
func filesNamed(files *views.TaskFiles, ids []uuid.UUID) (rows []views.TaskFile, late string) {
	missing := 0
	for _, id := range ids {
		if row, ok := files.Shown[id]; ok {
			rows = append(rows, row)
		} else {
			missing++
		}
	}
	if missing > 0 {
		late = files.W.N("attach.late", missing)
	}
	return rows, late
}

// roundKey names one round in a form.
func roundKey(item, contact uuid.UUID, nth int) string {
	return item.String() + "." + contact.String() + "." + strconv.Itoa(nth)
}

// roundOf reads it.
func roundOf(key string) (j task.Judging, err error) {
	part := strings.Split(key, ".")
	if len(part) != 3 {
		return j, errForm
	}
	if j.Item, err = uuid.Parse(part[0]); err != nil {
		return j, errForm
	}
	if j.For, err = uuid.Parse(part[1]); err != nil {
		return j, errForm
	}
	if j.Round, err = strconv.Atoi(part[2]); err != nil {
		return j, errForm
	}
	return j, nil
}

// reviewTask is what the practice makes of what was returned: of one answer, whose key the button carries behind a colon,
// or of all that are ticked.
func (s *Server) reviewTask(r *http.Request, by es.By, id uuid.UUID) (es.Result, error) {
	as, one, alone := strings.Cut(r.PostForm.Get("do"), ":")
	keys := r.PostForm["round"]
	if alone {
		keys = []string{one}
	}
	if len(keys) == 0 {
		return es.Result{}, errChooseRounds
	}
	cmd := taskapp.Review{By: by, Task: id, As: taskapp.Judgement(as), Reason: r.PostForm.Get("reason")}
	for _, key := range keys {
		j, err := roundOf(key)
		if err != nil {
			return es.Result{}, err
		}
		cmd.Rounds = append(cmd.Rounds, j)
	}
	return s.Tasks.Review(r.Context(), cmd)
}

// oneItem is the item that a form states.
func oneItem(f url.Values) (task.Asking, error) {
	if len(f["item"]) != 1 {
		return task.Asking{}, errForm
	}
	rows := typedItems(f)
	rows[0].Title = strings.TrimSpace(rows[0].Title)
	asked := askingOf(rows)
	if len(asked) == 0 {
		return task.Asking{}, task.ErrItemTitle
	}
	return asked[0], nil
}

// addItem asks for one thing more.
func (s *Server) addItem(r *http.Request, by es.By, id uuid.UUID) (es.Result, error) {
	a, err := oneItem(r.PostForm)
	if err != nil {
		return es.Result{}, err
	}
	return s.Tasks.AddItem(r.Context(), taskapp.Want{By: by, Task: id, Item: a})
}

// changeItem states anew what an item asks for.
func (s *Server) changeItem(r *http.Request, by es.By, id uuid.UUID) (es.Result, error) {
	a, err := oneItem(r.PostForm)
	if err != nil {
		return es.Result{}, err
	}
	if a.ID, err = pathID(r, "item"); err != nil {
		return es.Result{}, err
	}
	items, err := s.TaskItems.Items(r.Context(), by.Firm, id)
	if err != nil {
		return es.Result{}, err
	}
	for _, i := range items[id] {
		if i.ID == a.ID {
			a.Example = i.Example // no form has it
		}
	}
	return s.Tasks.ChangeItem(r.Context(), taskapp.Want{By: by, Task: id, Item: a})
}

// cancelItem says that an item is no longer wanted.
func (s *Server) cancelItem(r *http.Request, by es.By, id uuid.UUID) (es.Result, error) {
	item, err := pathID(r, "item")
	if err != nil {
		return es.Result{}, err
	}
	return s.Tasks.CancelItem(r.Context(), taskapp.One{By: by, Task: id}, item)
}
