// Package web serves the pages: the practice's own behind a session, and the ones that a mailed link opens, which need
// no login. Whatever changes something is a POST, PUT, PATCH or DELETE; looking changes nothing (spec L1).
package web

import (
	"context"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	accessapp "portico/app/access"
	"portico/app/account"
	clientapp "portico/app/client"
	contactapp "portico/app/contact"
	firmapp "portico/app/firm"
	formapp "portico/app/form"
	inviteapp "portico/app/invite"
	"portico/app/live"
	"portico/app/message"
	receiptapp "portico/app/receipt"
	reminderapp "portico/app/reminder"
	"portico/app/secret"
	taskapp "portico/app/task"
	filterapp "portico/app/taskfilter"
	"portico/app/taskjob"
	"portico/app/transfer"
	linkapp "portico/app/uploadlink"
	viewingapp "portico/app/viewing"
	webhookapp "portico/app/webhook"
	accounts "portico/domain/account"
	"portico/domain/event"
	"portico/ports/web/static"
	"portico/ports/web/views"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Server is what the pages need. Every field is set, but for those that say otherwise.
type Server struct {
	Accounts     Accounts
	Contacts     Contacts
	Notices      account.Notices
	Person       People
	Colleagues   Colleagues
	Provider     account.Provider // of identity, by which people of the practice can come; nil: none
	ProviderName string           // what its button says

	// Own refuses a thing that is none of the clients of who is limited to their own; kind is what stands before the id in its address.
	Own     func(ctx context.Context, firm int32, kind string, id uuid.UUID) error
	Staff   account.Reader
	Factors account.Factors
	Clients clientapp.Commands
	Links   linkapp.Commands

	People   contactapp.Commands
	Invites  inviteapp.Commands
	Viewings viewingapp.Commands
	Access   accessapp.Explainers
	DueOn    DueOn
	Sendings linkapp.Sendings

	ClientList  clientapp.Reader
	ContactList contactapp.Reader
	InviteList  inviteapp.Reader
	Seen        Seen
	LinkList    linkapp.Reader
	Tasks       taskapp.Commands
	TaskList    taskapp.Reader
	TaskFiles   taskapp.Files
	TaskItems   taskapp.RequestReader
	TaskDrafts  taskapp.Drafts
	Threads     taskapp.Threads
	Forms       formapp.Commands
	FormList    formapp.Reader
	Answers     taskapp.AnswerReader
	Paper       func(w io.Writer, p taskapp.Paper) error                                               // prints answers to a questionnaire as PDF
	Table       func(w io.Writer, kind string, header []string, rows iter.Seq2[[]string, error]) error // writes a table that opens in a spreadsheet
	Reminders   reminderapp.Commands
	Firms       firmapp.Reader
	Settings    firmapp.Commands
	Storage     firmapp.Storage
	Logos       firmapp.Files
	Films       firmapp.Files

	Keys   secret.KeyRing
	FirmOf func(ctx context.Context, stream event.Stream) (firm int32, ok bool, err error) // which practice a link belongs to
	Blobs  Blobs

	Uploads Uploads
	Live    *live.Hub

	Receipts receiptapp.Receipts
	Imports  Imports

	InviteJobs InviteJobs
	TaskJobs   TaskJobs

	TaskTemplates taskjob.TemplateList
	TaskFilters   filterapp.Reader
	FilterActs    filterapp.Commands

	Hooks    webhookapp.Commands
	Webhooks Webhooks
	Inbound  Inbound
	Ledger   message.Reader

	// API answers below /api/. nil: none.
	API http.Handler
	// Mails are the mails that were written instead of sent. nil: /dev/mail isn't there.
	Mails MailBox

	// SecondRequired tells whether a practice demands a second factor of its people. nil: none does.
	SecondRequired func(ctx context.Context, firm int32) (bool, error)

	// Patience bounds requests; its zero is Standard.
	Patience Patience
	// BaseURL is where browsers find all this, "https://portal.example" without a slash at its end.
	BaseURL string
	// Secure says that browsers come by HTTPS: cookies are bound to it then.
	Secure bool
	// Ready tells why no traffic should come here just now.
	Ready   func(ctx context.Context) error
	Metrics *prometheus.Registry
	Log     *slog.Logger
	Now     func() time.Time // for the dates that forms suggest; decides nothing

	static *static.Set
	views  *views.Views
	seen   *prometheus.HistogramVec
	paces  *paces
	routes chi.Routes
	rights map[string]accounts.Right // that the practice's routes ask for
	looks  *prometheus.CounterVec    // at links, by who looks
}

// Accounts let people in. Implementation: account.Commands.
type Accounts interface {
	SignIn(ctx context.Context, cmd account.SignIn) (account.SignedIn, error)
	Session(ctx context.Context, id account.Secret) (account.Staff, error)
	Token(ctx context.Context, token account.Secret) (account.Staff, error)
	SignOut(ctx context.Context, id account.Secret) error
	Ended(ctx context.Context, id account.Secret) (staff uuid.UUID, err error)
	Enter(ctx context.Context, staff uuid.UUID, cmd account.SignIn) (account.SignedIn, error)
	ByID(ctx context.Context, firm int32, staff uuid.UUID) (account.Person, bool, error)
	Pass(ctx context.Context, id account.Secret) (account.Secret, error)
	Refresh(ctx context.Context, id account.Secret) error
	Reconfirm(ctx context.Context, cmd account.ChangePassword) error

	Sessions(ctx context.Context, staff uuid.UUID, own account.Secret) ([]account.SessionRow, error)
	EndSession(ctx context.Context, staff, session uuid.UUID) error
	EndSessions(ctx context.Context, staff uuid.UUID) error
	ChangePassword(ctx context.Context, cmd account.ChangePassword) (account.SignedIn, error)
}

// Seen tells when contacts were last in the portal; who never was is left out.
type Seen interface {
	LastSeen(ctx context.Context, contacts []uuid.UUID) (map[uuid.UUID]time.Time, error)
}

// Blobs are the bytes of files that have arrived.
type Blobs interface {
	Open(id uuid.UUID) (transfer.Reader, error)
}

// Handler is every route. It fails on a template or a static file that is broken.
func (s *Server) Handler() (http.Handler, error) {
	if err := s.load(); err != nil {
		return nil, err
	}
	mux := chi.NewRouter()
	mux.Use(s.observe, s.guard, s.bounded, middleware.GetHead)
	s.routes = mux
	on := func(route string, h http.Handler) {
		method, pattern, _ := strings.Cut(route, " ")
		mux.Method(method, pattern, h)
	}
	open := func(route string, h handler) { on(route, s.handle(appPage, h)) }
	s.rights = map[string]accounts.Right{}
	staff := func(route string, right accounts.Right, h handler) {
		s.rights[route] = right
		on(route, s.handle(appPage, s.signedIn(s.entitled(right, h))))
	}
	// scripted is staff, and for programs with an API token.
	scripted := func(route string, right accounts.Right, h handler) {
		s.rights[route] = right
		h = s.entitled(right, h)
		on(route, s.handle(appPage, s.byAPIToken(h, s.signedIn(h))))
	}
	// portal is for contacts who are in; before is for those who aren't yet.
	portal := func(route string, h handler) { on(route, s.handle(portalPage, s.entered(h))) }
	visiting := func(route string, h handler) { on(route, s.handle(portalPage, s.visiting(h))) }
	before := func(route string, h handler) { on(route, s.handle(portalPage, h)) }

	on("GET "+static.Prefix+"*", s.static)
	on("GET /healthz", http.HandlerFunc(s.healthy))
	on("GET /readyz", http.HandlerFunc(s.ready))
	on("GET /metrics", s.inside(promhttp.HandlerFor(s.Metrics, promhttp.HandlerOpts{})))
	if s.API != nil {
		mux.Handle("/api/*", s.API)
	}

	mux.NotFound(s.handle(appPage, s.notFound).ServeHTTP)
	mux.MethodNotAllowed(s.handle(appPage, s.notFound).ServeHTTP)
	open("GET /", s.signedInOrNot(s.home))
	open("GET /login", s.login)
	open("POST /session", s.signIn)
	open("POST /session/end", s.signOut)
	on("POST /webhooks/mail", s.handle(program, s.mailWebhook))
	on("POST /webhooks/sms", s.handle(program, s.textWebhook))
	on("POST /hooks/mail", s.handle(program, s.mailReplied))
	open("POST /login/passkey/options", s.passkeyOptions)
	open("POST /login/passkey", s.passkeySignIn)
	open("GET "+staffProvider, s.signInByProvider)
	open("GET "+ProviderCallback, s.fromProvider)
	open("GET /verify", s.verify)
	open("GET /.well-known/portico-keys.json", s.publicKeys)

	before("POST /portal/session/end", s.portalSignOut)
	before("POST /portal/session", s.portalSignIn)
	before("GET /portal/login", s.portalLogin)
	before("GET /portal/help", s.portalHelp)
	before("GET /portal/help/{article}", s.portalArticle)
	before("PATCH /portal/help/probe", s.probe)
	before("GET /portal/manifest.webmanifest", s.manifest)
	before("POST /portal/language", s.chooseLanguage)
	// room is a page of the portal, for its contact and for who looks into it; deed is what may be done there for them, too.
	room := func(path, key string, h portalHandler) {
		portal("GET /portal"+path, s.within(key, h))
		staff("GET /contacts/{id}/portal"+path, accounts.ViewAsClient, s.viewed(s.within(key, h)))
	}
	deed := func(path string, h portalHandler) {
		portal("POST /portal"+path, s.within("", h))
		staff("POST /contacts/{id}/portal"+path, accounts.ActForClient, s.acting(h))
	}
	portal("GET /portal/live", s.within("", s.livePortal))
	room("", "", s.portalStart)
	room("/home", "home", s.portalHome)
	portal("POST /portal/home/second-step/dismissal", s.within("home", s.dismissSecond))
	room("/todos", "todos", s.portalTodos)
	room("/todos/{todo}", "", s.portalTodo) // or of the tab of requests
	portal("POST /portal/todos/{todo}/opening", s.within("", s.act(s.seeTodo)))
	deed("/todos/{todo}/completion", s.act(s.finishTodo))
	room("/todos/{todo}/review", "", s.reviewTodo)
	room("/todos/{todo}/answers.pdf", "", s.todoPaper)
	deed("/todos/{todo}/answers", s.fillTodo)
	deed("/todos/{todo}/submission", s.submitTodo)
	deed("/todos/{todo}/reopening", s.act(s.undoTodo))
	deed("/todos/{todo}/ticks", s.act(s.tickTodo))
	deed("/todos/{todo}/items", s.answerItems)
	deed("/todos/{todo}/messages", s.act(s.postInTodo))
	deed("/todos/{todo}/messages/{message}/text", s.act(s.changeInTodo))
	deed("/todos/{todo}/messages/{message}/removal", s.act(s.deleteInTodo))
	portal("POST /portal/todos/{todo}/reading", s.within("", s.act(s.readTodo)))
	room("/messages", "", s.portalTalks)
	room("/files", "files", s.portalFiles)
	room("/requests", "requests", s.portalRequests)
	room("/billing", "billing", s.portalList("billing"))
	room("/schedule", "schedule", s.portalList("schedule"))
	room("/contact", "contact", s.portalContact)
	room("/video", "video", s.portalVideo)
	room("/video/film", "video", s.portalFilm)
	room("/settings", "", s.portalSettings)
	deed("/settings", s.savePortalSettings)
	deed("/settings/notices", s.chooseNotices)
	s.viewRoutes(staff)
	s.contactTalkRoutes(staff)
	before("GET /portal/forgotten", s.forgottenForm)
	before("POST /portal/forgotten", s.forgotten)
	on("GET /i/{token}/acceptance", s.handle(entryPage, s.entrance))
	on("POST /i/{token}/acceptance", s.handle(entryPage, s.acceptInvitation))
	on("POST /i/{token}/acceptance/passkey/options", s.handle(entryPage, s.entrancePasskey))
	on("POST /i/{token}/code", s.handle(entryPage, s.sendLinkCode))
	on("POST /i/{token}/visit", s.handle(entryPage, s.enterByLink))
	on("GET /portal/reset/{token}", s.handle(entryPage, s.resetForm))
	on("POST /portal/reset/{token}", s.handle(entryPage, s.reset))
	on("GET /portal/address/{token}", s.handle(entryPage, s.moveDoor))
	on("POST /portal/address/{token}/agreement", s.handle(entryPage, s.agreeMove))
	on("POST /portal/address/{token}/refusal", s.handle(entryPage, s.refuseMove))
	visiting("GET /portal/terms", s.terms)
	visiting("POST /portal/terms", s.acceptTerms)
	visiting("GET /portal/settings/password", s.passwordForm)
	visiting("POST /portal/settings/password", s.setPassword)
	portal("GET /portal/settings/address", s.addressForm)
	portal("POST /portal/settings/address", s.requestAddress)
	portal("POST /portal/settings/address/refusal", s.callOffAddress)
	before("POST /portal/login/passkey/options", s.passkeyOptions)
	before("POST /portal/login/passkey", s.portalPasskey)
	onTheWay := func(route string, h handler) { on(route, s.handle(portalPage, s.onTheWay(h))) }
	s.factorRoutes(portal, onTheWay, portalSecurity, portalSecond, portalStep, s.portalDesk)
	portal("GET /portal/settings/devices", s.devices)
	portal("POST /portal/settings/devices/end", s.endDevices)
	portal("POST /portal/settings/devices/{id}/end", s.endDevice)

	s.clientRoutes(staff)

	staff("GET /upload-links", accounts.SeeFiles, s.links)
	staff("GET /upload-links/new", accounts.ChangeFiles, s.newLink)
	staff("POST /upload-links", accounts.ChangeFiles, s.issueLink)
	staff("POST /upload-links/draft", accounts.ChangeFiles, s.draftLink)
	staff("GET /upload-links/{id}", accounts.SeeFiles, s.link)
	staff("POST /upload-links/{id}/resend", accounts.ChangeFiles, s.resendLink)
	staff("POST /upload-links/{id}/renewal", accounts.ChangeFiles, s.renewLink)
	staff("POST /upload-links/{id}/extension", accounts.ChangeFiles, s.extendLink)
	staff("POST /upload-links/{id}/corrections", accounts.ChangeFiles, s.correctAddress)
	staff("POST /upload-links/{id}/dismissal", accounts.ChangeFiles, s.dismissRequest)
	staff("GET /upload-links/{id}/copies", accounts.SeeFiles, s.backToLink)
	staff("POST /upload-links/{id}/copies", accounts.ChangeFiles, s.copyLink)
	staff("POST /upload-links/{id}/revocation", accounts.ChangeFiles, s.revokeLink)
	staff("GET /upload-links/{id}/receipts/{batch}", accounts.SeeFiles, s.linkReceipt)
	staff("GET /upload-links/{id}/receipts/{batch}/receipt.json", accounts.SeeFiles, s.linkReceiptFile)

	s.taskRoutes(staff)
	s.formRoutes(staff)
	s.reminderRoutes(staff)
	s.taskFileRoutes(staff, scripted, portal, room, deed)

	staff("GET /messages", accounts.SeeMessages, s.messages)

	staff("GET /live", accounts.SeeClients, s.liveStaff)
	staff("GET /account", accounts.OwnAccount, s.account)
	staff("GET /account/provider", accounts.OwnAccount, s.linkProvider)
	staff("POST /account/password", accounts.OwnAccount, s.changePassword)
	staff("POST /account/sessions/end", accounts.OwnAccount, s.endSessions)
	staff("POST /account/sessions/{id}/end", accounts.OwnAccount, s.endSession)

	whole := func(route string, h handler) {
		s.rights[route] = accounts.OwnAccount
		on(route, s.handle(appPage, s.whole(s.entitled(accounts.OwnAccount, h))))
	}
	half := func(route string, h handler) { on(route, s.handle(appPage, s.half(h))) }
	s.factorRoutes(whole, half, staffSecurity, staffSecond, staffStep, s.staffDesk)

	s.settingRoutes(open, staff)
	s.uploadSettingRoutes(staff)
	s.webhookRoutes(staff)

	s.peopleRoutes(staff)
	on("GET /staff-invitation/{token}", s.handle(tokenPage, s.staffDoor))
	on("POST /staff-invitation/{token}/acceptance", s.handle(tokenPage, s.joinStaff))

	staff("GET /inbox", accounts.SeeFiles, s.inbox)
	staff("GET /batches/{id}", accounts.SeeFiles, s.batch)
	staff("GET /batches/{id}/content.zip", accounts.SeeFiles, s.batchContent)
	staff("POST /files/archive", accounts.SeeFiles, s.chosenFiles)
	staff("GET /files/{id}", accounts.SeeFiles, s.file)
	staff("GET /files/{id}/content", accounts.SeeFiles, s.fileContent)
	staff("POST /files/{id}/withdrawal/acceptance", accounts.ChangeFiles, s.acceptWithdrawal)
	staff("POST /files/{id}/withdrawal/refusal", accounts.ChangeFiles, s.refuseWithdrawal)

	if s.Mails != nil {
		on("GET /dev/mail", s.handle(framingPage, s.signedInOrNot(s.mails)))
		on("GET /dev/mail/{id}", s.handle(framingPage, s.signedInOrNot(s.mail)))
		on("GET /dev/mail/{id}/html", s.handle(framedMail, s.mailHTML))
		on("POST /dev/mail/{id}/answer", s.handle(framingPage, s.signedInOrNot(s.answerMail)))
	}

	on("GET /i/{token}", s.handle(entryPage, s.invitationDoor))
	on("POST /i/{token}/opening", s.handle(entryPage, s.openInvitation))

	on("GET /u/{token}", s.handle(tokenPage, s.door))
	on("GET /u/{token}/", s.handle(tokenPage, s.door))
	on("POST /u/{token}/redemption", s.handle(tokenPage, s.redeem))
	s.uploadRoutes(mux, "/u/{token}", tokenPage, s.byToken)
	s.uploadRoutes(mux, "/up/{link}", uploadPage, s.byCookie)
	on("GET /up/{link}", s.handle(uploadPage, s.slash))
	on("GET /up/{link}/", s.handle(uploadPage, s.right(s.byCookie, s.upload)))

	return mux, nil
}

// Routes are all that Handler has registered, "GET /clients" each, sorted. A test holds them against the rights that
// were declared for them.
func (s *Server) Routes() (routes []string, err error) {
	err = chi.Walk(s.routes, func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		routes = append(routes, method+" "+route)
		return nil
	})
	slices.Sort(routes)
	return routes, err
}

// Rights are what the routes of the practice's people ask for. A test holds them against every role.
func (s *Server) Rights() map[string]accounts.Right { return s.rights }
