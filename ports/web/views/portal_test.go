package views

import (
	"regexp"
	"strings"
	"testing"

	"portico/app/language"
	"portico/ports/web/views/viewstest"
)

// portalPages is every page of the portal with everything on it, in one language. What is data of a practice or a person
// stands in «angles», so that a test can tell it from the words of the page.
func portalPages(w *language.Words) []Page {
	frame := func(title string) PortalFrame {
		return PortalFrame{
			Title: title, Practice: "«Harbour & Vale»", W: w, Hue: 165, Lacking: w.T("portal.lacking", "«Polski»", "«English»"),
			Languages: []LanguageChoice{{"en", "«English»", true}, {"de", "«Deutsch»", false}, {"et", "«Eesti»", false}},
			Here:      "/portal/help", Help: "/portal/help", Manifest: "/portal/manifest.webmanifest", Writer: "contact/" + one.String(), Modules: []string{"sheets.js"},
		}
	}
	tab := func(key, icon string) PortalTab {
		return PortalTab{Key: key, Word: w.T("portal.tab." + key), Icon: icon, Href: "/portal/" + key}
	}
	page := func(nav string) Portal {
		p := Portal{
			PortalFrame: frame(w.T("portal.tab." + nav)), Nav: nav, Person: "«Ingrid»", Query: "?client=" + one.String(), Switched: true, Stale: true,
			Client: PortalClient{ID: one, Name: "«Solberg Boats»"}, Others: []PortalClient{{two, "«Solberg, Ingrid»", "/portal?client=" + two.String(), 2}},
			Tabs: []PortalTab{tab("home", "house"), tab("todos", "list-todo"), tab("files", "folder"), tab("requests", "clipboard-list"), tab("billing", "receipt"), tab("schedule", "calendar"), tab("contact", "phone"), tab("video", "circle-play")},
		}
		p.Tabs[1].Count = 2
		for i := range p.Tabs {
			p.Tabs[i].Chosen = p.Tabs[i].Key == nav
		}
		return p
	}
	empty := func(key, icon string) PortalEmpty {
		return PortalEmpty{Icon: icon, Title: w.T("portal." + key + ".empty"), Text: w.T("portal."+key+".empty.text", "«Harbour & Vale»")}
	}
	due := &Badge{"warn", "clock", w.N("portal.due.left", 3)}
	quiet := page("home")
	quiet.Client, quiet.Others, quiet.Switched, quiet.Stale, quiet.Lacking, quiet.Query = PortalClient{}, nil, false, false, "", ""
	parts := []PortalPart{
		{W: w, Head: w.T("portal.home.todos"), Href: "/portal/todos", Empty: empty("todos", "list-todo")},
		{W: w, Head: w.T("portal.home.files"), Href: "/portal/files", Empty: empty("files", "folder")},
	}
	outside := Portal{PortalFrame: frame(w.T("portal.tab.help"))}
	articles := []PortalArticleLine{{"«I can’t get in»", "/portal/help/enter"}, {"«I can’t send a file»", "/portal/help/upload"}}
	return []Page{
		PortalHome{Second: "/portal/settings/security", Portal: quiet, Parts: parts, Next: NextStep{Icon: "circle-check", Title: w.T("portal.home.nothing"), Text: w.T("portal.home.nothing.text", "«Harbour & Vale»", "«ingrid@solberg.example»")}},
		PortalHome{Portal: page("home"), Parts: parts, Next: NextStep{Icon: "clipboard-list", Title: w.T("portal.home.due", "«Harbour & Vale»"), Text: w.T("portal.home.due.text", "«12 May»"), Action: w.T("portal.home.due.action"), Href: "/portal/requests", Due: due}},
		PortalTodos{Portal: page("todos"), Open: todoLines(), Done: []TodoLine{{ID: two, Title: "«Sign»", Href: "/portal/todos/x", Badge: &Badge{"ok", "check", w.T("task.done")}}}},
		PortalTodo{Portal: page("todos"), Command: two, ID: one, Back: "/portal/todos", Description: Markdown("«All»"), Due: &Badge{"warn", "clock", w.T("portal.due.today")}, DueOn: "«2026»", Unseen: true, Open: true, Question: true, Again: true, Reason: "«March»", Typed: "«x»", Max: 10, Checklist: []TodoEntry{{one, two, "«January»", true}, {two, one, "«February»", false}}, Thread: threadSample(w), Files: taskFiles(w, false), Problems: Problems{{"note", "«Too long.»"}}},
		PortalTodo{Portal: page("todos"), Command: two, ID: one, Back: "/portal/todos", Sheet: &PortalSheet{W: w, Practice: "«Harbour»", Client: "«Farrow»", Intro: Markdown("«All»"), Sheet: sheetIn(w, "«Name»", true), Review: "/portal/todos/1/review", Open: true}},
		PortalTodo{Portal: page("todos"), Command: two, ID: one, Back: "/portal/todos", State: "«Done»", Undo: true, Sheet: &PortalSheet{W: w, Practice: "«Harbour»", Sheet: sheetIn(w, "«Name»", false)}},
		PortalReview{Portal: page("todos"), Command: two, ID: one, Back: "/portal/todos/1", Of: "«Tax»", Sheet: sheetIn(w, "«Name»", true), Open: true, Problems: Problems{{"missing", "«Missing»"}}},
		PortalReview{Portal: page("todos"), Command: two, ID: one, Back: "/portal/todos/1", Of: "«Tax»", Sheet: Sheet{W: w}, Open: true},
		PortalTodo{Portal: page("requests"), Command: two, ID: one, Back: "/portal/requests", Request: &PortalRequest{
			W: w, Practice: "«Harbour»", Action: "/portal/todos/x/items", Command: two, Count: w.T("request.count", "1", "0", "0", "1"), Max: 10, Open: true, Saved: true, Sent: true,
			Items: []PortalItem{
				{
					W: w, Practice: "«Harbour»", ID: one, Field: "note-" + one.String(), Title: "«Ledger»", Help: "«All»", Limits: []string{w.T("request.types", "«PDF»"), w.N("request.most", 2)}, Optional: true,
					Badge: Badge{"warn", "rotate-cw", w.T("request.sent_back")}, Examples: []TaskFile{{State: "received", Icon: "file", Name: "«Like this.pdf»", Brief: "«9 kB»", Href: "/x"}}, Takes: true, Max: 10, Sent: true, Others: []Choice{{two.String(), w.T("request.with", "«bank.pdf»", "«Bo»")}}, Typed: "«x»", Draft: w.T("request.draft", "«1 Nov»"), Problem: &Problem{"note-" + one.String(), "«Too long.»"},
					Rounds: []PortalRound{{Note: "«Post»", At: "«1 Nov»", Mine: true, Reason: "«Blank»", Old: true, Files: []TaskFile{{State: "received", Icon: "file", Name: "«Old.pdf»", Brief: "«9 kB»", Href: "/x"}}, Late: "«1 file»"}, {Note: "«None»", None: true, At: "«2 Nov»"}},
				},
				{W: w, ID: two, Field: "note-" + two.String(), Title: "«Bank»", Badge: Badge{"", "clipboard-list", w.T("request.open")}},
			},
		}, Problems: Problems{{"note-" + one.String(), "«Too long.»"}}},
		PortalTodo{Portal: page("todos"), Command: two, ID: one, Back: "/portal/todos", Closed: true, Files: &TaskFiles{W: w, Why: w.T("attach.off", "«Harbour»")}, State: w.T("task.closed.completed", "«Harbour»"), Reason: "«Thanks»", Note: "«There»", Checklist: []TodoEntry{{one, two, "«January»", true}}},
		PortalTodo{Portal: page("todos"), Command: two, ID: one, Back: "/portal/todos", State: w.T("task.done.on", "1"), Undo: true, Thread: &Thread{W: w, Practice: "«Harbour»", Writes: true, Box: ThreadBox{Hint: w.T("thread.alone", "«Harbour»")}}},
		PortalEarlier{
			Portal: page("requests"), Back: "/portal/todos/x", Of: "«Ledger»", Item: one, Action: "/portal/todos/x/earlier", Here: "/portal/todos/x/earlier", Whose: "«1»", Text: "«id»", Newer: "/a", Older: "/b", All: "/c",
			Files:    []EarlierFile{{ID: one, Task: two, New: two, Command: one, Icon: "file", Name: "«Passport.pdf»", Note: w.T("earlier.of", "«Tax»")}, {ID: two, Task: one, Icon: "file", Name: "«Bank.csv»", Why: w.T("earlier.here")}},
			Problems: Problems{{"files", w.T("fault.task.file_here")}},
		},
		PortalEarlier{Portal: page("requests"), Back: "/portal/todos/x", Of: "«Ledger»", Text: "«id»", All: "/c"},
		PortalTalks{Portal: page("requests"), Talks: []TalkLine{{ID: one, Title: "«Ledger»", Href: "/portal/todos/x#talk", News: w.N("thread.unread", 2), By: "«Priya»", At: "«4 Dec»", Text: "«Thanks»"}, {ID: two, Title: "«Bank»", Href: "/portal/todos/y#talk", By: w.T("talks.you"), At: "«3 Dec»", Deleted: true}}},
		PortalTodos{Portal: page("todos"), Empty: empty("todos", "list-todo"), Talks: TalksLink{"/portal/messages", w.T("talks.open"), w.N("thread.unread", 2)}},
		PortalFiles{Portal: page("files"), Empty: empty("files", "folder"), Sent: []PortalFile{{"file-text", "«Bank statement.pdf»", w.T("portal.files.sent.on", "«4 Dec»", w.Size(812_000))}}},
		PortalList{Portal: page("billing"), Empty: empty("billing", "receipt")},
		PortalList{Portal: page("schedule"), Empty: empty("schedule", "calendar")},
		PortalRequests{Portal: page("requests"), Due: due, DueOn: w.T("portal.due.on", "«12 May 2026»"), Empty: empty("requests", "clipboard-list")},
		PortalRequests{Portal: page("requests"), Count: 2, Numbers: []Figure{{"", w.T("request.open"), "«2»"}, {"warn", w.T("request.sent_back"), "«1»"}}, Open: []RequestLine{{
			TodoLine: TodoLine{ID: one, Title: "«Year end»", Href: "/portal/todos/x", Note: w.T("request.count", "2", "0", "0", "1"), Badge: due, Open: true},
			Items:    []RequestItem{{"«Ledger»", "/portal/todos/x#item-1", Badge{"warn", "rotate-cw", w.T("request.sent_back")}}}, More: w.N("request.more", 3),
		}}, Done: []RequestLine{{TodoLine: TodoLine{ID: two, Title: "«Payroll»", Href: "/portal/todos/y", Note: w.T("request.count", "0", "0", "1", "0"), Badge: &Badge{"ok", "check", w.T("task.completed")}}}}},
		PortalContact{
			Portal: page("contact"), Phone: "«+44 20 7946 0958»", Dial: Dial("+44 (0)20 7946 0958"), Email: "«office@harbour.example»", Address: "«12 Quay Street\nHarwich»", Hours: "«Mon to Fri\n9 to 17»",
			People: []PortalPerson{{"«Priya Nair»", "«Your adviser»", "«priya@harbour.example»", "«+44 20 7946 0959»", Dial("+44 20 7946 0959")}, {Name: "«Tom Okafor»", Role: "«Payroll»"}},
		},
		PortalHelp{Portal: page("help"), SignedIn: true, Articles: articles, Email: "«office@harbour.example»", Details: "«Firefox 132»", Probe: "/portal/help/probe"},
		PortalHelp{Portal: outside, Articles: articles, Email: "«office@harbour.example»", Details: "«Firefox 132»", Probe: "/portal/help/probe"},
		PortalArticle{Portal: page("help"), SignedIn: true, Heading: "«I can’t get in»", Lang: "en", Lacks: w.T("portal.help.untranslated", "«Deutsch»", "«English»"), Body: "<p>«Press the button»</p>", Back: "/portal/help"},
		PortalArticle{Portal: outside, Heading: "«I can’t get in»", Lang: "en", Body: "<p>«Press the button»</p>", Back: "/portal/help"},
		PortalVideo{Portal: page("video"), Heading: "«Welcome»", Source: "/portal/video/film", Media: "video/mp4"},
		PortalVideo{Portal: page("video"), Link: "https://film.example/1", Host: "«film.example»"},
		PortalSettings{
			Portal: page("settings"), Command: two, Saved: true, Choices: []Choice{{"", w.T("portal.settings.language.practice", "«English»")}, {"de", "«Deutsch»"}}, Language: "de",
			Zones: []Choice{{"", w.T("portal.settings.zone.practice", "«UK time»")}, {"Europe/Tallinn", "«Europe/Tallinn»"}}, Zone: "Europe/Tallinn",
			Themes: []Choice{{"", w.T("portal.settings.theme.auto")}, {"light", w.T("portal.settings.theme.light")}, {"dark", w.T("portal.settings.theme.dark")}},
			Mails:  w.T("portal.settings.mails.text", "«Harbour & Vale»", "«ingrid@solberg.example»"), Links: []PortalLink{{"shield-check", w.T("portal.settings.factors"), w.T("portal.settings.factors.text"), "/portal/settings/security"}},
			Notices: []PortalNotice{{"asked", w.T("notices.settings.new"), true}, {"messages", w.T("notices.settings.messages"), false}}, Chooses: two,
			Problems: Problems{{"language", w.T("portal.refused")}, {"zone", w.T("portal.refused")}},
		},
		PortalSecurity{Portal: page("settings"), Heading: w.T("factors.title"), Body: factorSample(w)},
		PortalApp{Portal: page("settings"), Heading: w.T("factors.add.app"), Body: AppBody{W: w, Base: "/portal/settings/security", Action: "/a", QRSize: 41, QRPath: "M4 4h1v1h-1z", Link: "otpauth://totp/x", Key: "ABCD", Code: CodeField{W: w, Label: w.T("factors.app.code"), Digits: true}}},
		PortalNumber{Portal: page("settings"), Heading: w.T("factors.text.title"), Body: NumberBody{W: w, To: "«+44»", Action: "/a", Again: "/b", Done: w.T("factors.done.sent"), Code: CodeField{W: w, Label: w.T("factors.code"), Digits: true, Problem: w.T("fault.account.code")}}},
		PortalCodes{Portal: page("settings"), Heading: w.T("factors.codes.title"), Body: CodesBody{W: w, Codes: []string{"«abcd»"}}},
		PortalStep{Entry: Entry{W: w, Title: w.T("factors.step.title"), Practice: "«Harbour & Vale»"}, Body: StepBody{W: w, Problem: w.T("factors.passkey.failed"), Passkey: &PasskeyForm{W: w, Button: w.T("factors.login.passkey.use"), Quiet: true}}},
		PortalSecond{Entry: Entry{W: w, Title: w.T("factors.login.title"), Practice: "«Harbour & Vale»"}, Body: SecondBody{W: w, Text: w.T("factors.login.app"), Code: &CodeField{W: w, Label: w.T("factors.code"), Digits: true}, Ask: "/a", Others: []Way{{w.T("factors.method.recovery"), "/b"}}, Helper: "«Harbour & Vale»", Done: w.T("factors.done.sent")}},
		PortalRefused{PortalPlain: PortalPlain{frame(w.T("portal.refused"))}, Heading: w.T("portal.refused"), Text: w.T("portal.refused.text"), Action: w.T("portal.refused.action"), Href: "/portal"},
	}
}

// factorSample has every method, and something wrong.
func factorSample(w *language.Words) SecurityBody {
	return SecurityBody{
		W: w, Base: "/portal/settings/security", Required: true, App: true, Text: true, Mail: "«ingrid@solberg.example»", Recovery: 3, Devices: 2, Done: w.T("factors.done.added"),
		Problem: w.T("fault.account.method"), Number: "12", NumberProblem: w.T("fault.account.number"),
		Methods: []MethodLine{{ID: one, Name: w.T("factors.method.passkey"), Label: "«Blue key»", Icon: "key-round", Added: "«21 Nov»", Used: "«21 Nov»"}, {ID: two, Name: w.T("factors.method.app"), Icon: "shield-check", Added: "«21 Nov»"}},
		Passkey: PasskeyForm{W: w, Button: w.T("factors.add.passkey"), New: true, Name: "«Firefox»", Problem: w.T("fault.account.label")},
	}
}

// barePortal is every page of the portal with nothing on it.
func barePortal() []Page {
	p := Portal{PortalFrame: PortalFrame{W: language.For("de")}}
	return []Page{
		PortalHome{Portal: p}, PortalList{Portal: p}, PortalTodos{Portal: p}, PortalTodo{Portal: p}, PortalEarlier{Portal: p}, PortalTalks{Portal: p}, PortalReview{Portal: p}, PortalFiles{Portal: p}, PortalRequests{Portal: p}, PortalContact{Portal: p}, PortalHelp{Portal: p}, PortalArticle{Portal: p, Heading: "x"},
		PortalVideo{Portal: p}, PortalSettings{Portal: p}, PortalRefused{PortalPlain: PortalPlain{p.PortalFrame}},
		PortalSecurity{Portal: p, Body: SecurityBody{W: p.W, Passkey: PasskeyForm{W: p.W}}}, PortalApp{Portal: p, Body: AppBody{W: p.W, Code: CodeField{W: p.W}}},
		PortalNumber{Portal: p, Body: NumberBody{W: p.W, Code: CodeField{W: p.W}}}, PortalCodes{Portal: p, Body: CodesBody{W: p.W}},
		PortalStep{Entry: Entry{W: p.W}, Body: StepBody{W: p.W}}, PortalSecond{Entry: Entry{W: p.W}, Body: SecondBody{W: p.W}},
	}
}

// TestPortalLookedInto: whoever looks into a portal sees so above every page of it, and can send no form of it (S4.i1).
func TestPortalLookedInto(t *testing.T) {
	for _, acting := range []bool{false, true} {
		f := PortalFrame{Title: "x", W: language.For("de"), Base: "/contacts/" + one.String() + "/portal"}
		f.View = &PortalView{Contact: one, Name: "<Ida>", Purpose: "<b>", Until: noon, Shut: true, Acting: acting, MayAct: true, Command: two}
		p := Portal{PortalFrame: f, Nav: "home"}
		for _, page := range []Page{
			PortalHome{Portal: p}, PortalSettings{Portal: p, Command: two}, PortalRefused{PortalPlain: PortalPlain{f}, Heading: "x"}, PortalHelp{Portal: p, SignedIn: true}, PortalArticle{Portal: p, SignedIn: true, Heading: "x"},
		} {
			out := rendered(t, page)
			if !strings.Contains(out, "&lt;Ida&gt;") || strings.Contains(out, `"/portal`) || strings.Contains(out, "<fieldset class=\"still\" disabled") == acting {
				t.Errorf("%s, acting %v: %s", page.File(), acting, out)
			}
		}
	}
}

// TestPortalSaysNothingByItself: every word that a client reads comes from a catalogue (issue 4, section 4).
func TestPortalSaysNothingByItself(t *testing.T) {
	for _, p := range portalPages(language.Pseudo()) {
		page := rendered(t, p)
		found, err := viewstest.HardCoded(page)
		if err != nil {
			t.Fatal(err)
		}
		if len(found) > 0 {
			t.Errorf("%s says by itself: %q", p.File(), found)
		}
		if n := strings.Count(page, "⟦"); n < 8 {
			t.Errorf("%s has %d texts of a catalogue only", p.File(), n)
		}
	}
	if Dial("") != "" || Dial("none") != "" {
		t.Error("nothing can be dialled")
	}
}

// TestPortalInEveryLanguage: no key is left without a text, and the page says which language it is in.
func TestPortalInEveryLanguage(t *testing.T) {
	for _, tag := range language.Tags() {
		for _, p := range portalPages(language.For(tag)) {
			page := rendered(t, p)
			if !strings.Contains(page, `<html lang="`+tag+`"`) {
				t.Errorf("%s doesn't say that it is in %s", p.File(), tag)
			}
			if key := regexp.MustCompile(`[> "]portal\.[a-z_.]+[< "]`).FindString(page); key != "" {
				t.Errorf("%s in %s shows the key %q", p.File(), tag, key)
			}
			if regexp.MustCompile(`\{(\d|n)\}`).MatchString(page) {
				t.Errorf("%s in %s lacks an argument", p.File(), tag)
			}
		}
	}
}

// TestPortalTabs: a phone shows three tabs, those first where something waits, and the rest behind one more, which is marked
// when the page is among them.
func TestPortalTabs(t *testing.T) {
	w := language.For("en")
	var contact, home Page
	for _, p := range portalPages(w) {
		switch p := p.(type) {
		case PortalContact:
			contact = p
		case PortalHome:
			home = p
		}
	}
	if page := rendered(t, contact); !strings.Contains(page, `<summary class="tabs__one" data-chosen>`) || strings.Count(page, `aria-current="page"`) != 2 {
		t.Error("Contact is one of the rest, and isn't marked in both lists")
	}
	if page := rendered(t, home); strings.Contains(page, "data-chosen") || !strings.Contains(page, `<a class="tabs__one" href="/portal/home" aria-current="page">`) {
		t.Error("Home is no tab of its own")
	}
	if p := (Portal{Tabs: []PortalTab{{Key: "home"}}}); len(p.First()) != 1 || len(p.Rest()) != 0 {
		t.Error("few tabs are too few")
	}
	keys := func(tabs []PortalTab) (keys string) {
		for _, t := range tabs {
			keys += t.Key + " "
		}
		return keys
	}
	p := Portal{Tabs: []PortalTab{{Key: "home"}, {Key: "todos"}, {Key: "files"}, {Key: "requests", Count: 2}, {Key: "contact"}}}
	if first, rest := keys(p.First()), keys(p.Rest()); first != "home todos requests " || rest != "files contact " {
		t.Errorf("where requests wait a phone shows %sand hides %s", first, rest)
	}
	p.Tabs[0].Count, p.Tabs[1].Count, p.Tabs[2].Count = 0, 1, 1
	if first := keys(p.First()); first != "home todos files " {
		t.Errorf("where much waits a phone shows %s", first)
	}
}
