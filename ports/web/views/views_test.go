package views

import (
	"bytes"
	"html"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/app/language"
	"portico/domain/account"
	"portico/ports/web/static"

	"github.com/google/uuid"
)

var (
	london = mustZone("Europe/London")
	noon   = At(time.Date(2026, 11, 21, 12, 30, 0, 0, time.UTC), london)
	expiry = At(time.Date(2026, 12, 5, 0, 0, 0, 0, time.UTC), london)
	one    = uuid.MustParse("0190d8f2-0000-7000-8000-000000000001")
	two    = uuid.MustParse("0190d8f2-0000-7000-8000-000000000002")
)

func mustZone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

// loaded is parsed once for all tests.
var loaded = sync.OnceValues(func() (*Views, error) {
	set, err := static.Load()
	if err != nil {
		return nil, err
	}
	return New(set.URL)
})

func rendered(t *testing.T, p Page) string {
	t.Helper()
	v, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := v.Render(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// full is every page with everything on it.
func full() []Page {
	shell := func(title, nav string) Shell {
		return Shell{Title: title, Practice: "Harbour & Vale", Staff: "Priya Nair", Writer: "staff/" + one.String(), Role: account.Owner, Nav: nav, DevMail: true}
	}
	public := Public{
		Title: "Send files", Practice: "Harbour & Vale", For: "Imogen Farrow", Scripts: []string{"tus.js"}, Modules: []string{"upload-desk.js"},
	}
	life := []Step{
		{Icon: "send", Word: "Mailed", At: noon},
		{Icon: "mail-check", Word: "Handed over", At: noon},
		{Icon: "mail-open", Word: "Opened"},
		{Icon: "upload", Word: "Used"},
	}
	bounced := []Step{{Icon: "send", Word: "Mailed", At: noon}, {Icon: "mail-x", Word: "Bounced", At: noon, Bad: true, Detail: "550"}}
	person := PersonLine{ID: one, Name: "Imogen Farrow", Email: "imogen@example.org", Life: life}
	line := LinkLine{
		ID: one, Client: "Farrow, Imogen", Recipients: []PersonLine{person, {ID: two, Name: "Sam Ode", Email: "books@example.org", Life: bounced}, person},
		State: Badge{"info", "mail-check", "Mailed"}, Sender: "Priya Nair", Issued: noon, Expires: expiry, Arriving: 2, Delivered: 3,
	}
	expired := line
	expired.ID, expired.Client, expired.State, expired.Arriving = two, "", Badge{"quiet", "clock", "Expired"}, 0
	file := FileLine{
		ID: one, Name: "Bank statement March.pdf", SentAs: "scan0001.pdf", Size: 812_345, Digest: "9f86d081884c", SHA256: strings.Repeat("9f86d081", 8),
		Icon: "file-text", Client: "Farrow, Imogen", ClientID: one, Link: one, Sender: "Imogen Farrow", Released: noon, Late: true, Same: true,
	}
	photo := file
	photo.ID, photo.Name, photo.SentAs, photo.Icon, photo.Size, photo.Late, photo.Same = two, "IMG_2041.jpeg", "", "image", 2_400_000, false, false
	photo.Kind, photo.Pick, photo.Asked, photo.AskedAt, photo.Reason = "Photo (JPEG)", true, true, noon, "Somebody else is in it.\nSorry!"
	kept := file
	kept.Kept, kept.AnsweredAt, kept.Answer, kept.Pick = true, noon, "It is in the return already.", true
	kept.Kind, kept.SameName, kept.SameID = "PDF", "Statement March.pdf", two
	sending := BatchLine{ID: one, Link: one, Client: "Farrow, Imogen", ClientID: one, Sender: "Imogen Farrow", Arrived: noon, Count: 40, Size: 9_812_345, Files: []FileLine{photo, kept}, More: 38}
	nobodys := BatchLine{ID: two, Link: one, Sender: "Sam Ode", Arrived: noon, Count: 1, Size: 12, Files: []FileLine{file}}
	base := "/up/" + one.String() + "/"
	rows := []UploadRow{
		{Base: base, ID: two, State: "receiving", Icon: "hourglass", Name: "IMG_2041.jpeg", Note: "Not complete yet. Choose it again to go on."},
		{Base: base, ID: one, State: "received", Icon: "check", Name: "Bank statement March.pdf", Note: "Received · 812 KB", Editable: true, Deadline: noon, Left: "9:42"},
		{Base: base, ID: one, State: "released", Icon: "check", Name: "P60 2025.pdf", Note: "Sent · 143 KB", Askable: true},
	}
	problems := Problems{{"recipients", "Enter at least one recipient."}, {"recipient-1-email", "Enter an e-mail address like name@example.com."}, {"expires_on", "Choose a later day."}}
	receipts := []ReceiptLine{{Batch: one, Href: base + "receipts/" + one.String(), Released: noon, Files: 2}, {Batch: two, Href: base + "receipts/" + two.String(), Released: noon, Sender: "Imogen Farrow"}}
	proof := Proof{
		Practice: "Harbour & Vale", Email: "office@harbourvale.example", Recipient: "Imogen Farrow", Link: one, Batch: two, Released: noon, Cause: "when the time for changes was over",
		Key: "5f2a1c9e", Signature: strings.Repeat("aB3-", 21) + "Zw", JSON: base + "receipts/" + two.String() + "/receipt.json", CheckAt: "portal.example/verify",
		Files: []ProofFile{
			{Name: "Bank statement March.pdf", SentAs: "scan0001.pdf", Size: "812,345 bytes", SHA256: strings.Repeat("9f86d081", 8), Media: "application/pdf", Started: noon, Received: noon, Late: true},
			{Name: "IMG_2041.jpeg", Size: "2,400,000 bytes", SHA256: strings.Repeat("9f86d081", 8), Media: "image/jpeg", Started: noon, Received: noon},
		},
	}
	return []Page{
		Receipt{Public: public, Proof: proof, Back: base},
		LinkReceipt{Shell: shell("Receipt", "links"), Proof: proof, Link: one},
		Verify{Public: Public{Title: "Check a receipt", Modules: []string{"receipt-check.js"}}, Keys: `{"keys":[]}`},
		Login{Plain: Plain{Title: "Sign in", Practice: "Portico"}, Provider: ProviderChoice{"Harbour ID", "/login/provider"}, Passkey: PasskeyForm{W: language.For("en"), Options: "/o", Action: "/a", Button: "Use", Quiet: true}, Email: "priya@example.org", Next: "/inbox", Problem: "This e-mail address and password don't belong together."},
		Failure{Plain: Plain{Title: "Not found"}, Code: "404", Text: "There is nothing at this address.", Action: "Go to clients", Href: "/clients"},
		Clients{Shell: shell("Clients", "clients"), Query: "far", Found: "1,234 clients", Kept: []Choice{{"portal", "bounced"}}, Filters: [][]Filter{{{"Bounced", "/clients", "3", true}}, {{"Mine", "/clients?mine=1&portal=bounced", "1", false}}}, Orders: []Filter{{"By name", "/clients", "", true}}, Pager: Pager{Next: "/clients?after=x", Shown: "50 clients"}, Rows: []ClientLine{
			{ID: one, Name: "Ashdown Joinery Ltd", Email: "office@ashdown.example", Reference: "C-00412", Sort: "Company", Owner: "Priya Nair", Tags: []string{"audit"}, Portal: Badge{"ok", "circle-check", "Signed in"}, Links: 3, Files: 18, Active: noon},
			{ID: two, Name: "Farrow, Imogen", Email: "imogen@example.org", Reference: "C-00601", Sort: "Person", Owner: "Hanna Weiss", Links: 1, Active: noon, Archived: noon, Portal: Badge{"", "user", "No people"}},
		}},
		ClientNew{Shell: shell("New client", "clients"), ID: one, Command: two, Name: "x", Email: "y", Reference: "z", Sort: "trust", Sorts: []Choice{{"person", "Person"}, {"trust", "Trust"}}, Problems: Problems{{"name", "Enter a name."}, {"email", "Enter an address."}, {"reference", "Too long."}}},
		Client{Shell: shell("Farrow, Imogen", "clients"), Client: ClientLine{ID: two, Name: "Farrow, Imogen", Email: "imogen@example.org", Reference: "C-00601", Sort: "Person", Owner: "Hanna Weiss", Links: 1, Active: noon}, Tasks: taskLines(), Links: []LinkLine{line}, Files: []FileLine{kept, photo}, Name: "statement", Later: true, Messages: &MessagesPart{Whose: "Farrow, Imogen", Rows: messageLines(), All: "/messages?client=" + one.String()}},
		clientWithPeople(shell("Farrow, Imogen", "clients")),
		ClientEdit{Shell: shell("Edit Farrow", "clients"), ID: one, Command: two, Was: "Farrow", Name: "Farrow", Sort: "trust", Sorts: []Choice{{"person", "Person"}, {"trust", "Trust"}}, Owner: two.String(), Owners: []Choice{{two.String(), "Priya"}}, Tags: "audit", Problems: Problems{{"name", "Enter a name."}, {"email", "No."}, {"sort", "No."}, {"reference", "No."}, {"tags", "No."}}},
		tasks(shell("Tasks", "tasks")), taskBoard(shell("Tasks", "tasks")), taskMany(shell("New task", "tasks")), taskTemplates(shell("Templates of tasks", "tasks")), taskJobs(shell("Done to many at once", "tasks")), TaskJobs{Shell: shell("Done to many at once", "tasks"), Empty: Empty{Icon: "history", Title: "Nothing yet"}}, Tasks{Shell: shell("Tasks", "tasks"), Empty: Empty{Icon: "search", Title: "No task matches", Text: "None."}}, taskNew(shell("New task", "tasks")), TaskNew{Shell: shell("New task", "tasks"), Clients: []ClientChoice{{one.String(), "Farrow", ""}}}, taskSample(shell("Send the ledger", "tasks")), taskDocuments(shell("New document request", "tasks")), taskRequest(shell("Year end", "tasks")), reminderSettings(shell("Reminders", "settings")), cadenceForm(shell("Change", "settings")), reminders(shell("Reminders", "tasks")),
		Contacts{Shell: shell("Contacts", "contacts"), Query: "x", Filters: []Filter{{"No client", "/contacts?of=nobody", "", true}}, Rows: []ContactLine{{one, "Ida", "ida@example.org", "+4791234567", 2}, {two, "Sam", "", "", 0}}, Pager: Pager{Next: "/contacts?after=x", Shown: "50 people"}},
		ContactNew{Shell: shell("New contact", "contacts"), ID: one, Command: two, ContactFields: contactFields()},
		Why{
			Shell: shell("Why", "contacts"), Contact: one, Name: "Ida", Command: two, Objects: []Choice{{"portal", "The portal"}, {"tab:files", "Tab: Files"}}, Object: "file:x", Clients: []Choice{{one.String(), "Acme"}}, Client: one.String(),
			Answer:   &WhyAnswer{Rule: "S3.i23", Text: "Acme is archived.", Event: &WhyEvent{Type: "client.archived", By: "Priya", At: noon, Position: 12, Stream: "client-x", Version: 4, Behalf: true}, Repair: &WhyRepair{Act: "restore", Word: "Restore Acme", Right: account.ChangeClients}},
			Problems: Problems{{"object", "This has changed."}},
		},
		Why{Shell: shell("Why", "contacts"), Name: "Ida", Answer: &WhyAnswer{Sees: true, Rule: "S3.18", Text: "Yes.", Repair: &WhyRepair{Word: "Add a film", Page: "/settings/branding", Right: account.ChangeClients}}},
		Why{Shell: shell("Why", "contacts"), Name: "Ida", Answer: &WhyAnswer{Rule: "S3.18", Text: "No.", Repair: &WhyRepair{Word: "Use the tab"}}},
		View{
			Shell: shell("See the portal of Ida", "contacts"), Contact: one, Name: "Ida", ID: two, Command: two, Purpose: "tax", Min: 3, Max: 200, Shut: true,
			Clients: []ViewClient{{one, "Acme", false, true}, {two, "Farrow", true, false}}, Problems: Problems{{"purpose", "Say what for."}},
			Before: []ViewLine{{By: "Priya Nair", Purpose: "She called", Client: "Acme", Acted: true, Open: true, At: noon, Until: noon}, {By: "Tom", At: noon, Until: noon}},
		},
		ContactTalk{
			Shell: shell("Messages with Ida", "contacts"), Contact: one, Name: "«Ida»", Older: "/a", Newest: "/b", Unread: 1, Reads: []string{"«x»"}, Command: one, Message: two, Max: 10, Typed: "«Hello»",
			Lines: []ContactTalkLine{
				{ThreadLine: ThreadLine{ID: one, By: "«Ida»", Text: Said("«Hi»", nil), At: "2026-11-21T12:00:00Z", Moment: "«21 Nov»", New: true, Hand: "«Mary»", With: "«Only Ida and us»", Edited: true}, Task: two, Title: "«Ledger»"},
				{ThreadLine: ThreadLine{ID: two, By: "«Mary»", Practice: true, Deleted: true, At: "2026-11-21T12:00:00Z", Moment: "«21 Nov»"}, Task: two, Title: "«Ledger»"},
			},
			People: []Colleague{{one, "<b>Tom", "t@example.org", false}}, About: []Choice{{two.String(), "«Ledger»"}}, Talks: []Choice{{one.String(), "Only «Ida» and us"}, {"all", "Everybody on the task"}}, Task: two.String(), Talk: "all", Problems: Problems{{"text", "«Too long.»"}},
		},
		Contact{Shell: shell("Ida", "contacts"), ID: one, Command: two, Heading: "Ida", Added: noon, ContactFields: contactFields(), Clients: []MembershipLine{{one, "Farrow", []string{"Files", "Sign"}, true}, {two, "Acme", nil, false}}},
		Links{Shell: shell("Upload links", "links"), Chips: []Chip{{"All", "/upload-links", true}, {"Bounced", "/upload-links?state=bounced", false}}, Rows: []LinkLine{line, expired}, Pager: Pager{Next: "/upload-links?after=x", Shown: "50 links"}},
		LinkNew{Shell: shell("New upload link", "links"), ID: one, Command: two, ClientID: one.String(), Clients: []ClientChoice{{one.String(), "Farrow, Imogen", "imogen@example.org"}}, Recipients: []RecipientFields{{1, "Imogen", "imogen"}, {2, "", ""}}, Templates: []TemplateChoice{{one.String(), "Year end", "Dear client,\nplease."}}, Template: one.String(), Drafted: true, Message: "Hello", Wanted: "P60", ExpiresOn: "2026-12-04", MinExpires: "2026-11-21", Zone: "UK time (Europe/London)", Problems: problems},
		Link{Shell: shell("Upload link", "links"), Link: line, ClientID: one, Message: "Please send these.\nThank you", Wanted: []string{"P60", "Bank statements"}, Open: true, Command: two, ExtendTo: "2026-12-04", MinExpires: "2026-11-21", Problems: Problems{{"expires_on", "Choose a later day."}}, Files: []FileLine{file}, Pager: Pager{Next: "/upload-links/x?after=y", Shown: "200 of 1234 files"}, Later: true, Receipts: receipts, Withdrawn: 2},
		uploadSettings(shell("Upload settings", "settings")),
		clientImports(shell("Import clients", "clients")), clientImport(shell("Import Clients.xlsx", "clients")), ClientImport{Shell: shell("Import", "clients"), Under: true, Total: 3},
		Template{Shell: shell("Change template", "settings"), ID: one, Command: two, Name: "Year end", Text: "Dear client,\nplease send your papers.", Problems: Problems{{"name", "Give it a name."}, {"text", "Write the text."}}},
		Inbox{Shell: shell("Inbox", "inbox"), Asked: []FileLine{photo}, Days: []BatchDay{{"Today", []BatchLine{sending}}, {"Friday 20 November 2026", []BatchLine{nobodys}}}, Pager: Pager{Next: "/inbox?after=x", Shown: "30 sendings"}},
		Batch{Shell: shell("Files", "inbox"), Batch: sending, Pager: Pager{Next: "/batches/x?after=y", Shown: "200 files"}},
		FileDetail{Shell: shell("IMG_2041.jpeg", "inbox"), Row: photo, Started: noon, Received: noon, Command: one, Typed: "Because", MaxReason: 1000, Problems: Problems{{"reason", "Say why."}}},
		FileDetail{Shell: shell("P60", "inbox"), Row: kept, Started: noon, Received: noon, Command: one},
		Account{Shell: shell("Your account", "account"), Provider: "Harbour ID", Email: "priya@example.org", Done: "Your password is changed.", Problems: Problems{{"present", "This is not your present password."}, {"new", "Choose a password of 15 to 128 characters."}}, Sessions: []SessionLine{
			{ID: one, Device: "Firefox on Windows", Address: "192.0.2.7", Since: noon, Seen: noon, Current: true}, {ID: two, Device: "Safari on iPhone", Since: noon, Seen: noon},
		}},
		Security{Shell: shell("Sign-in and security", "account"), Heading: "Sign-in and security", Body: securitySample(noon.Short())},
		FactorApp{Shell: shell("Set up", "account"), Heading: "Set up", Body: AppBody{W: language.For("de"), Base: "/account/security", Action: "/account/security/app/x/confirmation", QRSize: 41, QRPath: "M4 4h1v1h-1z", Link: "otpauth://totp/x?secret=y", Key: "ABCD EFGH", Code: CodeField{W: language.For("de"), Label: "Code", Digits: true, Problem: "Wrong."}}},
		FactorNumber{Shell: shell("Confirm", "account"), Heading: "Confirm", Body: NumberBody{W: language.For("fr"), Base: "/account/security", Action: "/a", Again: "/b", To: "+447700900123", Done: "Sent.", Code: CodeField{W: language.For("fr"), Label: "Code", Digits: true}}},
		FactorCodes{Shell: shell("Codes", "account"), Heading: "Codes", Body: CodesBody{W: language.For("et"), Codes: []string{"abcd-efgh-ijkl-mnop"}, Back: "/account/security"}},
		FactorStep{Plain: Plain{Title: "Is it still you?", Modules: []string{"passkey-form.js"}}, Body: StepBody{W: language.For("en"), Action: "/account/confirmation", Next: "/account/security", Back: "/account/security", Email: "priya@example.org", Problem: "Wrong.", Passkey: &PasskeyForm{W: language.For("en"), Options: "/o", Action: "/a", Button: "Use"}}},
		LoginCode{Plain: Plain{Title: "One more step"}, Body: SecondBody{W: language.For("en"), Action: "/login/code", Next: "/inbox", With: "text", Text: "Type it.", Code: &CodeField{W: language.For("en"), Label: "Code", Digits: true}, Ask: "/login/code/message", Sent: true, Others: []Way{{"Recovery code", "/login/code?with=recovery"}}, Helper: "an admin", Leave: "/session/end", Done: "Sent."}},
		LoginCode{Plain: Plain{Title: "One more step"}, Body: SecondBody{W: language.For("es"), With: "passkey", Passkey: &PasskeyForm{W: language.For("es"), Options: "/o", Action: "/a", Button: "Use", Trust: true, Primary: true, Wide: true}}},
		People{Shell: shell("People", "settings"), Done: "The invitation is on its way.", Rows: []StaffLine{
			{ID: one, Name: "Priya Nair", Email: "priya@example.org", Role: "Owner", State: Badge{"ok", "circle-check", "Active"}, Seen: noon, You: true},
			{ID: two, Name: "Theo Marsh", Email: "theo@example.org", Role: "Auditor", State: Badge{"info", "mail", "Invited"}},
		}},
		StaffNew{Shell: shell("Invite somebody", "settings"), ID: one, Command: two, Name: "Theo", Email: "theo", Chosen: "auditor", Roles: []RoleChoice{{"admin", "Admin", "Everything."}, {"auditor", "Auditor", "Reads everything."}}, Days: 7, Problems: Problems{{"name", "Enter a name."}, {"email", "Enter an address."}, {"role", "Choose a role."}}},
		StaffMember{Shell: shell("Theo Marsh", "settings"), Person: StaffLine{ID: two, Name: "Theo Marsh", Email: "theo@example.org", Role: "Auditor", State: Badge{"info", "mail", "Invited"}}, Command: one, Done: "Done.", Problems: Problems{{"role", "Choose a role."}, {"to", "Choose a colleague."}, {"factors_reason", "Shorten it."}}, Factors: []string{"Authenticator app", "Passkey"}, MayReset: true, FactorsReason: "They called.", Chosen: "auditor", Roles: []RoleChoice{{"admin", "Admin", "Everything."}, {"auditor", "Auditor", "Reads everything."}}, Added: noon, Joined: noon, Until: expiry, Invited: true, Colleagues: []Choice{{one.String(), "Priya Nair"}}, Colleague: one.String(), Clients: "12 clients", CanLeave: true},
		StaffMember{Shell: shell("Hanna Weiss", "settings"), Person: StaffLine{ID: two, Name: "Hanna Weiss", Email: "hanna@example.org", Role: "Practitioner", State: Badge{"quiet", "ban", "Deactivated"}}, Command: one, Added: noon, Joined: noon, Left: noon, Gone: true, HandedTo: "Priya Nair", CanLeave: true},
		StaffDoor{Plain: Plain{Title: "Join Harbour & Vale", Practice: "Harbour & Vale"}, Action: "/staff-invitation/x", Email: "theo@example.org", Name: "Theo Marsh", Provider: ProviderChoice{"Harbour ID", "/login/provider"}, Problems: Problems{{"new", "Choose a longer one."}}},
		Mails{Shell: shell("Outgoing mail", "mail"), Rows: []MailLine{{"m1", "imogen@example.org", "Harbour & Vale asks you for files", noon}}},
		Mail{Shell: shell("Mail", "mail"), Mail: MailLine{"m1", "imogen@example.org", "Harbour & Vale asks you for files", noon}, From: "Harbour & Vale <portal@example.org>", Text: "Hello", Answer: MailAnswer{To: "abc@in.example", Command: "c1", Said: "It was taken."}},
		Door{Public: public, Sender: "Priya Nair", Expires: expiry, Token: "abc-DEF_123"},
		Upload{Public: public, Base: base, Sender: "Priya Nair", Message: "Dear Imogen, these are the papers for your 2025 return. Photos are fine.", Wanted: []string{"Bank statements", "P60", "Receipts over £50", "Pension letter"}, Expires: expiry, Open: true, Accept: ".pdf,.jpg,.jpeg", MaxBytes: 5_368_002_597, MaxWords: "4.999342 GB", LimitWords: "4.99 GB", PlainLimit: "100 MB", Rows: rows, Earlier: 1234, Receipts: ReceiptList{base, receipts}, Editable: true, Left: "9:42", Blank: UploadRow{Base: base}},
		FileName{Public: public, Base: base, ID: one, Name: "a.pdf", Typed: "b", Problem: "Type a name."},
		FileDeletion{Public: public, Base: base, ID: one, Name: "a.pdf"},
		Withdrawal{Public: public, Base: base, ID: one, Name: "a.pdf", Kept: "It is in the return.", Typed: "But", Problem: "Shorten it.", MaxReason: 1000},
		PortalLogin{Entry: entry("Sign in"), Passkey: PasskeyForm{W: language.For("en"), Button: "Use", Quiet: true}, P: one.String(), Next: "/portal/files", Email: "ingrid@example.org", Who: []PersonChoice{{one, "Ingrid Solberg", "Harbour & Vale"}, {two, "Olav Solberg", ""}}},
		Entrance{Entry: entry("Welcome"), Mode: "account", Base: "/i/x", Command: one, Name: "Ingrid Solberg", Email: "ingrid@example.org", Terms: TermsText{2, Markdown("Be **kind**.\nAlways."), "de"}, Agreed: true, Field: "agree", Passkey: true},
		EntranceCodes{Entry: entry("Recovery codes"), Body: CodesBody{W: language.For("et"), Codes: []string{"abcd-efgh-ijkl-mnop"}, Back: "/portal"}},
		PortalStep{Entry: entry("Is it still you?"), Body: StepBody{W: language.For("de"), Back: "/b", Bare: true, Problem: "Wrong.", Passkey: &PasskeyForm{W: language.For("de"), Options: "/o", Action: "/a", Button: "Use"}}},
		Entrance{Entry: entry("Welcome"), Mode: "link", Base: "/i/x", Command: one, Optional: true, Field: "new"},
		Entrance{Entry: entry("Open"), Mode: "password", Base: "/i/x"}, Entrance{Entry: entry("Open"), Mode: "open", Base: "/i/x"},
		Entrance{Entry: entry("Open"), Mode: "code", Base: "/i/x"}, Entrance{Entry: entry("Open"), Mode: "code", Base: "/i/x", Sent: true, Field: "code"},
		PortalTerms{Entry: entry("Terms"), Terms: TermsText{3, "Be kind.", "en"}, Next: "/portal/files"}, PortalTerms{Entry: entry("Terms"), Terms: TermsText{3, "Be kind.", "en"}, Accepted: true},
		Forgotten{Entry: entry("Password"), P: one.String(), Email: "ingrid@example.org"}, Forgotten{Entry: entry("Password"), Sent: true},
		Reset{Entry: entry("Password"), Token: "abc-DEF_123", Email: "ingrid@example.org", Name: "Ingrid", Field: "new"},
		PortalPassword{Entry: entry("Password"), Has: true, Asked: true, Email: "ingrid@example.org", Next: "/portal", Field: "present"},
		PortalAddress{Entry: entry("Address"), Email: "ingrid@example.org", Password: true, Wanted: "solberg@example.org", AtOld: true, AtNew: true, Typed: "x", Field: "email"},
		PortalAddress{Entry: entry("Address"), Wanted: "solberg@example.org", Field: "present"},
		Move{Entry: entry("Address"), Token: "abc-DEF_123", From: "ingrid@example.org", To: "solberg@example.org"}, Move{Entry: entry("Address"), Token: "abc", AtNew: true, Agreed: true},
		PortalClosed{Entry: entry("Your access"), Text: "Your access has ended.", Action: "Sign in", Href: "/portal/login"},
		PortalDevices{Entry: entry("Devices"), Devices: []DeviceLine{{one, "Firefox on Windows", "from 192.0.2.7", "Signed in 4 Dec, 17:00", "Last seen 4 Dec, 17:00", true}, {two, "Safari", "", "Signed in 4 Dec, 17:00", "", false}}},
		Messages{
			Shell: shell("Messages", "messages"), Query: "far", About: "Farrow, Imogen", Hidden: []Field{{"client", one.String()}}, Chips: []Chip{{"All", "/messages", true}, {"Failed", "/messages?state=failed", false}},
			Kinds: []Choice{{"mail.upload_link", "Upload link"}}, Kind: "mail.upload_link", Rows: messageLines(), Pager: Pager{"/messages?after=x", "50 messages"},
		},
		LinkClosed{Public: public, Icon: "clock", Heading: "This link has expired", Text: "It worked until the end of Friday 4 December 2026.", Advice: "Ask Harbour & Vale for a new one.", Back: base, Rows: rows[2:], Earlier: 1, Receipts: ReceiptList{base, receipts[:1]}},
	}
}

func contactFields() ContactFields {
	return ContactFields{
		Given: "Ida", Family: "Berg", Email: "ida@example.org", Phone: "+4791234567", Language: "de", Zone: "Europe/Oslo", Languages: []Choice{{"de", "German"}}, Same: []ContactLine{{ID: two, Name: "Ola", Email: "ida@example.org", Clients: 1}},
		Problems: Problems{{"given", "No."}, {"family", "No."}, {"email", "No."}, {"phone", "No."}, {"language", "No."}, {"zone", "No."}, {"rights", "No."}},
	}
}

// clientWithPeople has a person in each state, and a form that was refused.
func clientWithPeople(shell Shell) Client {
	line := func(id uuid.UUID) ContactLine {
		return ContactLine{ID: id, Name: "Ida", Email: "ida@example.org", Phone: "+4791234567", Clients: 1}
	}
	boxes := func(prefix string) []Box {
		return []Box{{prefix + "files", "files", "Files", "see files", true}, {prefix + "sign", "sign", "Sign", "sign", false}}
	}
	return Client{
		Shell: shell, Client: ClientLine{ID: one, Name: "Farrow, Imogen", Sort: "Person", Tags: []string{"audit"}, Archived: noon}, Command: two,
		People: []PersonOf{
			{ContactLine: line(one), Rights: []string{"Files", "Sign"}, Boxes: boxes("a-"), Added: noon, Sendable: true, Count: 2, Mailed: noon, Problem: "Came back."},
			{ContactLine: line(two), Boxes: boxes("b-"), Added: noon, Count: 1, Mailed: noon, Accepted: noon, In: true, Seen: noon},
			{ContactLine: ContactLine{ID: uuid.MustParse("0190d8f2-0000-7000-8000-000000000003"), Name: "Sam"}, Boxes: boxes("c-"), Added: noon, Why: "Enter an address."},
		},
		Person: PersonForm{ID: one, Command: two, ContactFields: contactFields(), Rights: boxes("new-"), Open: true},
	}
}

// uploadSettings has a storage that is nearly full, and something wrong with each form.
func uploadSettings(shell Shell) UploadSettings {
	shell.Full = &StorageFull{Fill: 93, Words: "46.5 GB of 50 GB"}
	return UploadSettings{
		Settings: Settings{
			Shell: shell, Here: "uploads", Command: two, Done: "Saved.",
			Problems: Problems{{"minutes", "0 to 1440."}, {"deliver", "After or at once."}, {"max_file", "A number."}, {"quota", "A number."}, {"button", "Up to 40 letters."}},
		},
		Presets: []Choice{{"none", "No time for corrections."}, {"after", "10 minutes."}}, Other: "other", Window: "other", Minutes: "45", Deliver: "at_once",
		MaxFile: "250", MostFile: "4.999342 GB", Quota: "50", Use: StorageUse{Words: "46.5 GB of 50 GB used (93 %)", Limited: true, Fill: 93},
		Button: "Upload Files", Templates: TemplateList{Purpose: "link", Heading: "Message templates", Lead: "Texts.", Lines: []TemplateLine{{one, "Year end", "Dear client, please send"}}, Most: 100, Role: account.Admin},
	}
}

func clientImports(shell Shell) ClientImports {
	return ClientImports{
		Shell: shell, ID: one, Fields: []Choice{{"name", "Client name"}}, Problems: Problems{{"file", "Choose the file first."}},
		Recent: []ImportLine{{ID: two, Name: "Clients.xlsx", Rows: "12 rows", At: At(time.Date(2026, 12, 4, 12, 0, 0, 0, time.UTC), time.UTC)}},
	}
}

func clientImport(shell Shell) ClientImport {
	return ClientImport{
		Shell: shell, ID: one, Command: two, Name: "Clients.xlsx", Total: 3, State: "draft", Draft: true, Problems: Problems{{"columns", "Choose the name."}},
		Columns: []ImportColumn{{0, "Name", []string{"Acme", "Bell"}, "name"}, {1, "Column 2", nil, ""}}, Fields: []Choice{{"name", "Client name"}},
		Ready: 2, NewClients: 1, NewPeople: 1, Changing: 1, Refused: 1, Waiting: 3, Chips: []Chip{{"All 3", "/clients/imports/1", true}},
		Rows:  []ImportRow{{2, "Acme", "/clients/1", "Ida", true, Badge{"ok", "plus", "New client"}, ""}, {3, "Club", "", "", false, Badge{"danger", "circle-alert", "Can’t be taken"}, "“club” is no kind."}},
		Pager: Pager{Next: "?after=3", Shown: "2 rows"},
	}
}

// messageLines are one to a person, and one to the practice.
func messageLines() []MessageLine {
	noon := At(time.Date(2026, 12, 4, 12, 0, 0, 0, time.UTC), time.UTC)
	return []MessageLine{
		{"a", "send", "Upload link", "/upload-links/" + one.String(), "Priya sent the link, and 2 more events merged into it", "Imogen", "/contacts/" + two.String(), false,
			"Farrow, Imogen", one, Badge{"danger", "mail-x", "Bounced"}, "with 5.1.1", []Step{{Word: "Asked for", At: noon}, {Word: "Bounced", At: noon}}, noon},
		{ID: "b", Icon: "inbox", Title: "Files have arrived", ToPractice: true, Who: "Imogen", State: Badge{"quiet", "ban", "Not sent"}, Asked: noon},
		{ID: "c", Icon: "inbox", Title: "Files have arrived", Asked: noon},
	}
}

// entry has all that a page on the way into the portal can have around it.
func entry(title string) Entry {
	return Entry{W: language.For("en"), Title: title, Practice: "Harbour & Vale", Problem: "Check it.", Done: "Done.", Modules: []string{"copy-button.js"}, Wide: true}
}

var nothing = Entry{W: language.For("en")}

// securitySample has every method, and something wrong in each form.
func securitySample(day string) SecurityBody {
	w := language.For("en")
	return SecurityBody{
		W: w, Base: "/account/security", Required: true, App: true, Text: true, Mail: "ingrid@example.org", Recovery: 3, Devices: 2, Done: "Done.", Problem: "Wrong.", Number: "12", NumberProblem: "Enter a number.",
		Methods: []MethodLine{{ID: one, Name: "Passkey", Label: "Blue key", Icon: "key-round", Added: day, Used: day}, {ID: two, Name: "Authenticator app", Icon: "shield-check", Added: day}},
		Passkey: PasskeyForm{W: w, Options: "/o", Action: "/a", Button: "Add a passkey", New: true, Name: "Firefox on Windows", Problem: "Give it a name."},
	}
}

// noFactors are the pages of second factors with nothing on them but words.
func noFactors() []Page {
	w := language.For("en")
	return []Page{
		Security{Body: SecurityBody{W: w, Passkey: PasskeyForm{W: w}}}, FactorApp{Body: AppBody{W: w, Code: CodeField{W: w}}}, FactorNumber{Body: NumberBody{W: w, Code: CodeField{W: w}}},
		FactorCodes{Body: CodesBody{W: w}}, FactorStep{Body: StepBody{W: w}}, LoginCode{Body: SecondBody{W: w}},
	}
}

// empty is every page with nothing on it.
func empty() []Page {
	return []Page{
		TaskJob{}, TaskJobs{}, TaskTemplates{},
		Login{Passkey: PasskeyForm{W: language.For("en")}}, Failure{}, Clients{Empty: Empty{"users", "No clients yet", "Add the first one.", "New client", "/clients/new"}}, ClientNew{}, Client{}, ClientEdit{}, Contacts{Empty: Empty{"user", "No contacts yet", "Add the first one.", "New contact", "/contacts/new"}}, ContactNew{}, Contact{}, ContactTalk{}, View{}, Tasks{Empty: Empty{"list-todo", "No tasks yet", "Assign one.", "New task", "/tasks/new"}}, TaskNew{}, Task{}, Reminders{Empty: Empty{"clock", "No reminder", "None.", "Open tasks", "/tasks"}}, SettingsReminders{}, CadenceForm{}, Why{},
		Links{}, LinkNew{}, Link{}, UploadSettings{}, Template{}, Inbox{}, Batch{}, FileDetail{}, Withdrawal{}, Account{}, People{}, StaffNew{}, StaffMember{}, StaffDoor{}, Mails{}, Mail{}, Door{}, Upload{}, FileName{}, FileDeletion{}, LinkClosed{},
		ClientImports{}, ClientImport{}, Messages{Empty: Empty{"mail", "No messages yet", "They show here.", "Send a link", "/upload-links/new"}},
		Receipt{}, LinkReceipt{}, Verify{}, PortalLogin{Entry: nothing, Passkey: PasskeyForm{W: language.For("en")}}, PortalClosed{Entry: nothing}, PortalDevices{Entry: nothing},
		Entrance{Entry: nothing}, EntranceCodes{Entry: nothing, Body: CodesBody{W: language.For("en")}}, PortalTerms{Entry: nothing}, Forgotten{Entry: nothing}, Reset{Entry: nothing}, PortalPassword{Entry: nothing}, PortalAddress{Entry: nothing}, Move{Entry: nothing},
	}
}

// A misspelt field or part fails here and not in front of a reader.
func TestEveryPageRendersFullAndEmpty(t *testing.T) {
	names, err := fs.Glob(sources, "*.html")
	if err != nil {
		t.Fatal(err)
	}
	for what, pages := range map[string][]Page{"full": everyPage(), "empty": slices.Concat(empty(), emptyLinks(), noFactors(), barePortal(), noInvitations(), bareSettings(), noForms())} {
		seen := map[string]bool{}
		for _, p := range pages {
			seen[p.File()] = true
			out := rendered(t, p)
			if n := strings.Count(out, "<h1"); n != 1 {
				t.Errorf("%s %s: %d h1, want one", what, p.File(), n)
			}
			if strings.Contains(out, "ZgotmplZ") || strings.Contains(out, "<no value>") {
				t.Errorf("%s %s: a value did not fit its place", what, p.File())
			}
			if !strings.HasPrefix(strings.TrimSpace(out), "<!doctype html>") {
				t.Errorf("%s %s is no page: %.60q", what, p.File(), out)
			}
		}
		for _, n := range names {
			if !seen[n] {
				t.Errorf("%s: %s is never rendered here", what, n)
			}
		}
	}
}

// Ids are there once, labels and descriptions point at something.
func TestReferencesInsidePagesHold(t *testing.T) {
	id := regexp.MustCompile(`\sid="([^"]+)"`)
	ref := regexp.MustCompile(`\s(?:for|aria-describedby|aria-labelledby)="([^"]+)"`)
	for _, p := range everyPage() {
		out := rendered(t, p)
		ids := map[string]int{}
		for _, m := range id.FindAllStringSubmatch(out, -1) {
			ids[m[1]]++
		}
		for name, n := range ids {
			if n > 1 && !strings.HasPrefix(name, "recipient-") && !strings.HasPrefix(name, "file-") && !strings.HasPrefix(name, "asks-") && !strings.HasPrefix(name, "correct-") { // the sample repeats people and files
				t.Errorf("%s: id %q is there %d times", p.File(), name, n)
			}
		}
		for _, m := range ref.FindAllStringSubmatch(out, -1) {
			for _, name := range strings.Fields(html.UnescapeString(m[1])) {
				if ids[name] == 0 {
					t.Errorf("%s: nothing has the id %q", p.File(), name)
				}
			}
		}
	}
}

// The content security policy refuses what runs or dresses inline; a page with it would be broken.
func TestPagesHoldNoInlineScriptOrStyle(t *testing.T) {
	inline := regexp.MustCompile(`(?i)\sstyle=|\son[a-z]+=|<style|<script(?:\s+type="module"|\s+defer)?>|javascript:`)
	for _, p := range everyPage() {
		if m := inline.FindString(rendered(t, p)); m != "" {
			t.Errorf("%s holds %q", p.File(), m)
		}
	}
}

// Hostile names come out as text (threat T21).
func TestPagesEscapeWhatPeopleTyped(t *testing.T) {
	evil := `"><script>alert(1)</script><img src=x onerror=alert(1)>`
	row := UploadRow{Base: "/up/x/", ID: one, State: "received", Icon: "check", Name: evil, Note: evil}
	pages := []Page{
		Upload{Public: Public{Practice: evil, For: evil}, Message: evil, Sender: evil, Wanted: []string{evil}, Rows: []UploadRow{row}, Open: true},
		Clients{Shell: Shell{Practice: evil, Staff: evil}, Query: evil, Rows: []ClientLine{{Name: evil, Email: evil, Reference: evil, Tags: []string{evil}}}},
		Inbox{Asked: []FileLine{{Name: evil, Sender: evil, Client: evil}}, Days: []BatchDay{{evil, []BatchLine{{Client: evil, Sender: evil, Files: []FileLine{{Name: evil, SentAs: evil, SameName: evil}}}}}}},
		FileDetail{Row: FileLine{Name: evil, SentAs: evil, Sender: evil, Client: evil, Asked: true, Reason: evil, Same: true, SameName: evil}, Typed: evil},
		FileDetail{Row: FileLine{Kept: true, Answer: evil, Sender: evil}},
		Withdrawal{Name: evil, Kept: evil, Typed: evil, Problem: evil},
		Door{Token: "../../" + evil},
		FileName{Name: evil, Typed: evil, Problem: evil},
		UploadSettings{Minutes: evil, MaxFile: evil, Quota: evil, Button: evil, Templates: TemplateList{Heading: evil, Lead: evil, Lines: []TemplateLine{{Name: evil, Start: evil}}}},
		Template{Name: evil, Text: evil},
		ClientImport{
			Name: evil, Draft: true, Columns: []ImportColumn{{Name: evil, Sample: []string{evil}}}, Rows: []ImportRow{{Client: evil, Who: evil, Note: evil, Badge: Badge{"danger", "x", "No"}}},
		},
		LinkNew{Templates: []TemplateChoice{{evil, evil, evil}}, Template: evil},
		Receipt{Proof: Proof{Practice: evil, Email: evil, Recipient: evil, Cause: evil, Files: []ProofFile{{Name: evil, SentAs: evil, Media: evil}}}}, Verify{Keys: evil},
	}
	for _, p := range slices.Concat(pages, evilLinks(evil), evilInvitations(evil), evilForms(evil)) {
		if out := rendered(t, p); strings.Contains(out, "<script>alert") || strings.Contains(out, "<img") {
			t.Errorf("%s lets markup through", p.File())
		}
	}
}

// Every icon that a page names is in the sprite.
func TestIconsAreInTheSprite(t *testing.T) {
	set, err := static.Load()
	if err != nil {
		t.Fatal(err)
	}
	svg, err := set.Body("icons.svg")
	if err != nil {
		t.Fatal(err)
	}
	use := regexp.MustCompile(`#([a-z0-9-]+)"></use>`)
	for _, p := range everyPage() {
		for _, m := range use.FindAllStringSubmatch(rendered(t, p), -1) {
			if !bytes.Contains(svg, []byte(`id="`+m[1]+`"`)) {
				t.Errorf("%s: no icon %q", p.File(), m[1])
			}
		}
	}
}

func TestSize(t *testing.T) {
	for bytes, want := range map[int64]string{0: "0 bytes", 1: "1 byte", 999: "999 bytes", 812_345: "812 KB", 999_600: "1.0 MB", 2_400_000: "2.4 MB", 5_368_002_597: "5.37 GB"} {
		if got := Size(bytes); got != want {
			t.Errorf("Size(%d) = %q, want %q", bytes, got, want)
		}
	}
}

// S1.10, L5: a link that ends with a day names that day, not the next one.
func TestWhenNamesTheLastDay(t *testing.T) {
	if got := expiry.LastDay(); got != "Friday 4 December 2026" {
		t.Errorf("LastDay = %q", got)
	}
	if got := noon.Text(); got != "Sat 21 Nov 2026, 12:30 GMT" {
		t.Errorf("Text = %q", got)
	}
	if got := noon.ISO(); got != "2026-11-21T12:30:00.000Z" {
		t.Errorf("ISO = %q", got)
	}
}
