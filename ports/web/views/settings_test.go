package views

// practiceSettings are the pages of a practice's settings, each with something wrong.
func practiceSettings(shell Shell) []Page {
	shell.Brand = Brand{Accent: "210", Logo: "/logo/" + one.String(), Width: 640, Height: 160}
	of := func(here string, problems ...Problem) Settings {
		return Settings{Shell: shell, Here: here, Command: two, Done: "Saved.", Problems: problems}
	}
	line := ArticleLine{Href: "/settings/help/" + one.String(), Title: "Which papers", Language: "All languages", Start: "All that you have"}
	look := Markdown("# Papers\n\n- one\n- two\n\n[us](https://a.example)")
	return []Page{
		SettingsPractice{Settings: of("practice", Problem{"name", "Enter it."}, Problem{"zone", "Choose one."}, Problem{"reply_to", "No address."}), Name: "Harbour & Vale", Email: "office@a.example", Zone: "UTC", Zones: []string{"UTC"}, Sender: "Care", ReplyTo: "x", Factor: true},
		SettingsBranding{Settings: of("branding", Problem{"logo", "Too large."}, Problem{"hue", "Choose one."}), Hue: "210", Kinds: "image/png"},
		SettingsPortal{Settings: of("portal", Problem{"offered", "Choose one."}, Problem{"language", "Choose one."}, Problem{"access", "Choose one."}, Problem{"days", "1 to 365."}), Languages: []Option{{"en", "English", "", true}, {"et", "Eesti", "", false}}, Language: "en", Tabs: []Option{{"video", "Video", "where there is a film", true}}, Access: "link", LinkPassword: true, Days: "30"},
		SettingsContact{Settings: of("contact", Problem{"phone", "Digits."}, Problem{"people", "Up to 20."}, Problem{"person-1-email", "No address."}), Phone: "1", Address: "1 Quay\nBristol", Hours: "9 to 5", People: []PersonFields{{1, one, "Ann", "Payroll", "x", "1"}, {N: 2, ID: two}}},
		SettingsHelp{Settings: of("help", Problem{"film", "No film."}, Problem{"film_title", "Enter it."}, Problem{"video_url", "https."}), Articles: []ArticleLine{line}, Most: 100, Shipped: []ArticleLine{line}, VideoTitle: "Tour", Film: "/settings/help/video/film", FilmMedia: "video/mp4", FilmSize: "5 MB", MostFilm: "500 MB"},
		SettingsHelp{Settings: of("help"), Shipped: []ArticleLine{line}, VideoTitle: "Tour", VideoURL: "https://films.example/1", Linked: true, MostFilm: "500 MB"},
		SettingsArticle{Settings: of("help", Problem{"title", "Enter it."}, Problem{"text", "Write it."}, Problem{"language", "Choose one."}), ID: one, Title: "Papers", Text: "# Papers", Languages: []Choice{{"", "All languages"}, {"et", "Eesti"}}, Language: "et", Look: look},
		SettingsArticle{Settings: of("help"), Fixed: true, Title: "I can’t get in", Look: look},
		SettingsTerms{Settings: of("terms", Problem{"text-en", "Write it."}), Version: 3, Published: noon, Texts: []TermsFields{{"en", "English", true, "Be kind.", look}, {"et", "Eesti", false, "", ""}}},
		SettingsWebhooks{Settings: of("webhooks"), Most: 20, Rows: []WebhookLine{{Href: "/settings/webhooks/" + one.String(), URL: "https://hooks.example/<b>x", Types: "task.*, file.received", Badge: Badge{"danger", "triangle-alert", "Off"}, Off: "Nothing reached it.", Added: noon}}},
		SettingsWebhookNew{Settings: of("webhooks", Problem{"url", "https."}, Problem{"types", "Choose."}), Form: webhookForm},
		SettingsWebhook{Settings: of("webhooks", Problem{"url", "https."}, Problem{"types", "Choose."}), ID: one, Form: webhookForm, Badge: Badge{"ok", "circle-check", "On"}, On: true, Earlier: noon, Chips: []Chip{{Word: "All", Href: "/settings/webhooks/" + one.String(), Current: true}}, Pager: Pager{Next: "/settings/webhooks/" + one.String() + "?after=x", Shown: "1 delivery"}, Deliveries: []DeliveryLine{
			{Key: "k", ID: "evt_1_1", Type: "task.done", Badge: Badge{"warn", "rotate-cw", "Trying again"}, At: noon, Next: noon, Tries: 2, Answer: "500 in 31 ms", Body: "<script>alert(1)</script>", Again: true},
			{Key: "l", ID: "evt_1_2", Type: "task.done", Replay: true, Badge: Badge{"info", "hourglass", "Waiting"}, At: noon},
		}},
		SettingsWebhook{Settings: of("webhooks"), ID: one, Form: webhookForm, Badge: Badge{"quiet", "pause", "Off"}, Off: "Switched off by somebody of the practice.", Narrowed: true},
		SettingsWebhookSecret{Settings: of("webhooks"), Back: "/settings/webhooks/" + one.String(), URL: "https://hooks.example/", Secret: "whsec_abc"},
		SettingsWebhookSecret{Settings: of("webhooks"), Back: "/settings/webhooks/" + one.String(), URL: "https://hooks.example/", Secret: "whsec_abc", Rotated: true, Earlier: noon},
	}
}

var webhookForm = WebhookForm{ID: one, URL: "https://hooks.example/<b>x", Groups: []WebhookGroup{
	{Name: "task", Legend: "events of tasks", All: Option{"task.*", "Everything", "", true}, Types: []Option{{"task.done", "Done", "", true}}, Some: true},
	{Name: "file", Legend: "events of files", All: Option{"file.*", "Everything", "", false}, Types: []Option{{"file.received", "Received", "", false}}},
}}

// bareSettings are the same pages with nothing on them, for somebody who may change nothing.
func bareSettings() []Page {
	return []Page{SettingsPractice{}, SettingsBranding{}, SettingsPortal{}, SettingsContact{}, SettingsHelp{}, SettingsArticle{New: true}, SettingsTerms{Standard: true}, SettingsWebhooks{}, SettingsWebhookNew{}, SettingsWebhook{}, SettingsWebhookSecret{}}
}
