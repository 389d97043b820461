package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"portico/adapters/blob"
	mailadapter "portico/adapters/mail"
	"portico/adapters/paper"
	"portico/adapters/postgres"
	"portico/adapters/sheet"
	"portico/app/account"
	"portico/app/clientimport"
	"portico/app/deadline"
	"portico/app/es"
	inviteapp "portico/app/invite"
	"portico/app/invitejob"
	"portico/app/notify"
	reminderapp "portico/app/reminder"
	taskapp "portico/app/task"
	filterapp "portico/app/taskfilter"
	"portico/app/taskjob"
	"portico/app/transfer"
	linkapp "portico/app/uploadlink"
	accounts "portico/domain/account"
	importdomain "portico/domain/clientimport"
	jobdomain "portico/domain/invitejob"
	"portico/domain/task"
	taskjobs "portico/domain/taskjob"
	"portico/domain/uploadlink"
	hookdomain "portico/domain/webhook"
	"portico/ports/api"
	"portico/ports/web"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"
)

// site is how one process shows the house to the world.
type site struct {
	listener     net.Listener
	baseURL      string // without a slash at its end
	files        string // folder of the uploaded bytes
	transport    mailadapter.Transport
	mailFrom     string
	mails        web.MailBox // what dev wrote instead of sending; nil: none
	texts        notify.Texter
	webhooks     web.Webhooks // without its reports: those are the house's
	inbound      inboundConfig
	callable     []netip.Prefix // networks inside that webhooks may call
	trusted      []netip.Prefix
	scan         scanning
	grace        time.Duration
	provider     account.Provider // of identity, for people of the practice; nil: none
	providerName string
	patience     web.Patience                                   // its zero is the standard
	begin        func(context.Context, *transfer.Service) error // runs before the first request; nil: nothing to do
	ready        func()                                         // is told when requests are answered
}

// serve runs everything until ctx ends: first what hears the log, then what answers people. It ends in the opposite
// order, so that a request that is under way still finds all that it needs.
func (h *house) serve(ctx context.Context, s site) error {
	blobs, err := blob.Open(s.files)
	if err != nil {
		return err
	}
	defer blobs.Close()
	logos, err := blob.Open(filepath.Join(s.files, "practice", "logos"))
	if err != nil {
		return err
	}
	defer logos.Close()
	films, err := blob.Open(filepath.Join(s.files, "practice", "films"))
	if err != nil {
		return err
	}
	defer films.Close()
	h.firms.Logos, h.firms.Films = blob.Whole{Store: logos}, blob.Whole{Store: films}
	h.links.Scans, h.tasks.Scans = s.scan.scanner != nil, s.scan.scanner != nil
	transfers := h.transfers(blobs)
	h.tasks.Bytes = taskBytes{transfers}
	h.taskJobs.Tasks, h.taskJobs.Bytes = h.tasks, h.tasks.Bytes
	transfers.Named = needed(h.tasks, h.taskJobs)
	mailer, err := mailadapter.NewMailer(s.transport, s.mailFrom)
	if err != nil {
		return err
	}
	metrics := prometheus.NewRegistry()
	metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	handler, err := h.handler(s, transfers, metrics)
	if err != nil {
		return err
	}

	// What hears the log outlives the requests by a moment: its context ends when the web server has.
	behind, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	group, failed := errgroup.WithContext(behind)
	messages := notify.Sender{
		Events: h.store, Keys: h.keys.links, Mailer: mailer, Texter: s.texts, BaseURL: s.baseURL, Staff: people(h.accounts, h.firmList), Practice: practices(h.firmList), Wording: wordings(h.firmList),
		Contact: addressBook{h.store}.addressees, Client: clientNames(h.clientList), House: manners(h.firmList),
		Holder: h.holderOf, Codes: h.factorRows(), TaskPeople: tasksPeople{h.store, h.contacts}.OfClient,
		ReplyDomain: strings.ToLower(s.inbound.Domain),
		Archived:    archived(h.store, h.contactList), CameBack: cameBack(h.store, postgres.MessageList{DB: h.db}), Reminders: h.reminders.Book,
	}
	acts := byKind{
		"mail":   messages,
		"sms":    messages,
		"scan":   byAggregate{uploadlink.Kind: s.scan.performer(h.store, transfers), task.Kind: s.scan.attachments(h.store, transfers)},
		"import": h.imports,
		"bulk":   byAggregate{jobdomain.Kind: h.jobs, taskjobs.Kind: h.taskJobs},

		"webhook": h.deliveries(s.callable),
		"plan":    reminderapp.Replanner{Commands: h.reminders, OfClient: tasksPeople{h.store, h.contacts}.OfClient},
	}
	if err := h.hear(failed, group, transfers, acts, metrics); err != nil {
		stop()
		return errors.Join(err, group.Wait())
	}
	group.Go(func() error { s.scan.greet(failed, h.log); return nil })
	group.Go(func() error {
		return postgres.LiveNews{DB: h.db, Tail: h.tail, Hub: &h.live, Tasks: h.taskList, Log: h.log}.Run(failed)
	})
	defer context.AfterFunc(ctx, h.live.Close)() // streams of pages end before the server waits for its requests
	group.Go(func() error {
		defer stop()
		if s.begin != nil {
			if err := s.begin(ctx, transfers); err != nil {
				return err
			}
		}
		return answer(ctx, failed, s, handler, h.log)
	})
	return group.Wait()
}

// transfers are those of files into blobs.
func (h *house) transfers(blobs *blob.Store) *transfer.Service {
	s := &transfer.Service{
		Rows: postgres.Transfers{DB: h.db}, Blobs: blobs,
		Limits: transfer.Standard(uploadlink.MaxFileSize, uploadlink.Extensions()), Allowed: allowances(h.firmList),
	}
	s.Link = h.histories(s)
	return s
}

// hear starts everything that follows the log or the clock.
func (h *house) hear(ctx context.Context, group *errgroup.Group, transfers *transfer.Service, acts es.Performer, metrics *prometheus.Registry) error {
	group.Go(func() error { return h.tail.Run(ctx) })
	if err := h.tail.Ready(ctx); err != nil {
		return fmt.Errorf("follow the log: %w", err)
	}
	rebuilder := &postgres.Rebuilder{DB: h.db, Codec: h.codec, Vault: h.vault, Tail: h.tail, Log: h.log}
	if err := rebuilder.Ensure(ctx, postgres.Models(), nil); err != nil {
		return fmt.Errorf("build the read models: %w", err)
	}
	var hearers []*postgres.Subscriber
	for _, model := range postgres.Models() {
		hearers = append(hearers, postgres.NewProjector(h.db, h.codec, h.vault, h.tail, h.log, model))
	}
	effects := postgres.NewEffects(h.db, h.tail, acts, h.log)
	for _, subscription := range []postgres.Subscription{
		effects.Reactor("upload_link_mails", []string{
			uploadlink.Issued{}.EventType(), uploadlink.Resent{}.EventType(), uploadlink.BatchReleased{}.EventType(), uploadlink.FileScanned{}.EventType(),
			uploadlink.AddressCorrected{}.EventType(), uploadlink.NewLinkRequested{}.EventType(),
			uploadlink.WithdrawalRequested{}.EventType(), uploadlink.WithdrawalAccepted{}.EventType(), uploadlink.WithdrawalRefused{}.EventType(),
		}, linkapp.Effects),
		effects.Reactor("second_factor_messages", account.FactorMailTypes(), account.FactorEffects),
		effects.Reactor("client_imports", []string{importdomain.Confirmed{}.EventType()}, clientimport.Effects),
		effects.Reactor("invite_jobs", []string{jobdomain.Started{}.EventType()}, invitejob.Effects),
		effects.Reactor("task_jobs", []string{taskjobs.Started{}.EventType()}, taskjob.Effects),
		effects.Reactor("upload_link_scans", []string{uploadlink.ScanAwaited{}.EventType()}, linkapp.Scans),
		effects.Reactor("invite_messages", inviteapp.Types(), inviteapp.Effects),
		effects.Reactor("attachment_scans", []string{task.AttachmentReceived{}.EventType(), task.AttachmentScanAsked{}.EventType()}, taskapp.Scans),
		bytesOfDeleted(transfers, h.log),
		bytesOfAttachments(transfers, h.log),
		bytesUsedAgain(transfers, h.tasks),
		bytesOfExamples(transfers),
		bytesOfReplaced(h.firms.Logos, h.firms.Films),
		invitesOfMoved(h.invites),
		loginsOfHistory(h.visitors),
		nextOfSeries(h.tasks),
		effects.Reactor("entry_mails", account.EntryMailTypes(), account.EntryMails),
		effects.Reactor("staff_mails", []string{accounts.StaffInvited{}.EventType()}, account.StaffMails),
		effects.AskingReactor("task_mails", taskapp.NoticeTypes(), taskapp.Notices{Events: h.store, People: tasksPeople{h.store, h.contacts}}.Effects),
		effects.Webhooks(),
		effects.Reactor("webhook_mails", []string{hookdomain.SwitchedOff{}.EventType()}, notify.WebhookMails),
		effects.Reactor("reminder_mails", reminderapp.MailTypes(), reminderapp.Effects),
		reminderPlans(h.reminders, reminderapp.People{Book: h.reminders.Book, OfClient: tasksPeople{h.store, h.contacts}.OfClient}, h.linkList.Wait),
		reminderReplans(effects, h.linkList.Wait),
		handOver(h.clients, h.clientList, h.linkList.Wait),
	} {
		hearers = append(hearers, postgres.NewSubscriber(h.db, h.codec, h.vault, h.tail, h.log, subscription))
	}
	for _, hearer := range hearers {
		group.Go(func() error { return hearer.Run(ctx) })
	}
	timers := postgres.NewTimers(h.db, h.store, h.tail, deadline.Deciders(), h.log)
	group.Go(func() error { return timers.Run(ctx) })
	group.Go(func() error { return effects.Run(ctx) })
	missing := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "portico_files_missing", Help: "Files of the practice whose bytes were gone or cut when they were last looked at, once a day.",
	})
	if err := metrics.Register(missing); err != nil {
		return err
	}
	group.Go(func() error {
		return transfers.Run(ctx, func(done transfer.Collected, err error) {
			level := slog.LevelInfo
			if done.Missing > 0 {
				level = slog.LevelError
				missing.Set(float64(done.Missing))
			}
			h.log.Log(ctx, level, "looked after transfers", "done", done, "err", err)
		})
	})
	group.Go(func() error { return h.dropRetired(ctx, rebuilder) })
	return h.measure(metrics, timers, hearers)
}

// dropRetired removes, once an hour, the tables that a rebuild has replaced a day ago.
func (h *house) dropRetired(ctx context.Context, rebuilder *postgres.Rebuilder) error {
	hour := time.NewTicker(time.Hour)
	defer hour.Stop()
	for {
		if err := rebuilder.DropRetired(ctx, postgres.Models()); err != nil && ctx.Err() == nil {
			h.log.Error("dropping retired tables", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-hour.C:
		}
	}
}

// measure adds what only this process knows to its metrics. No label holds an id of a person.
func (h *house) measure(metrics *prometheus.Registry, timers *postgres.Timers, hearers []*postgres.Subscriber) error {
	gauge := func(name, help string, value func() float64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value)
	}
	var failed error
	for _, hearer := range hearers {
		named := prometheus.Labels{"subscription": hearer.Name()}
		failed = errors.Join(failed, metrics.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "portico_subscription_lag_seconds", Help: "How long the newest event took to this subscription.", ConstLabels: named,
		}, func() float64 {
			took, _ := hearer.Lag()
			return took.Seconds()
		})), metrics.Register(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "portico_subscription_behind", Help: "Positions of the log that this node has not handled or seen handled.", ConstLabels: named,
		}, func() float64 {
			_, behind := hearer.Lag()
			return float64(behind)
		})))
	}
	for _, c := range []prometheus.Collector{
		gauge("portico_tail_position", "Position up to which the log is complete.", func() float64 {
			position, _ := h.tail.Safe()
			return float64(position)
		}),
		gauge("portico_tail_held_seconds", "How long a gap in the log has been holding the tail.", func() float64 { return h.tail.Held().Seconds() }),
		gauge("portico_timer_queries", "Queries of the deadline saga since the start.", func() float64 { return float64(timers.Queries()) }),
		gauge("portico_app_connections", "Connections of pages and API.", func() float64 { return float64(h.db.App.Stat().AcquiredConns()) }),
		gauge("portico_work_connections", "Connections of saga and effects.", func() float64 { return float64(h.db.Work.Stat().AcquiredConns()) }),
		gauge("portico_projection_connections", "Connections of read models.", func() float64 { return float64(h.db.Proj.Stat().AcquiredConns()) }),
	} {
		failed = errors.Join(failed, metrics.Register(c))
	}
	return failed
}

// handler puts pages and API together.
func (h *house) handler(s site, transfers *transfer.Service, metrics *prometheus.Registry) (http.Handler, error) {
	pages, err := h.pages(s, transfers, metrics)
	if err != nil {
		return nil, err
	}
	handler, err := pages.Handler()
	if err != nil {
		return nil, err
	}
	return trusting(s.trusted, h.log, handler), nil
}

func (h *house) pages(s site, transfers *transfer.Service, metrics *prometheus.Registry) (*web.Server, error) {
	factors, err := h.secondFactors(s.baseURL, s.texts != nil)
	if err != nil {
		return nil, err
	}
	reminders := h.reminders
	reminders.Blocked = h.blocked(s.baseURL)
	visitors := h.visitors
	visitors.Codes = factors
	programs := &api.Server{
		Tokens: h.account, Accounts: h.account, People: h.people, Staff: h.accounts, Own: h.own, Clients: h.clients, Links: h.links, Firms: h.firms,
		Invites: h.invites, InviteDB: h.inviteList, Contacts: h.contacts, ContactDB: h.contactList, Tasks: h.tasks, TaskDB: h.taskList, TaskItems: h.taskList, Threads: h.taskThreads, TaskFiles: postgres.TaskFiles{DB: h.db}, Incoming: transfers,
		Forms: h.forms, FormDB: h.formList, Answers: h.formAnswers,
		Paper: paper.Write, Logos: h.firms.Logos,
		ClientDB: h.clientList, LinkDB: h.linkList, FirmDB: h.firmList, Storage: transfers.Rows,
		Reminders: reminders,
		TaskJobs:  h.taskJobs, Templates: postgres.TaskJobs{DB: h.db}, Filters: postgres.TaskFilters{DB: h.db}, FilterActs: filterapp.Commands{Events: h.store},
		Access: h.explainers(), History: postgres.History{DB: h.db, Tail: h.tail, Codec: h.codec, Vault: h.vault},
		Ledger: postgres.MessageList{DB: h.db}, Hooks: h.hooks(s.callable),
		Content: transfers, Receipts: h.receipts, Imports: h.imports, InviteJobs: h.jobs, Factors: factors, Keys: h.keys.links, BaseURL: s.baseURL, Version: version(), Log: h.log,
	}
	apiHandler, err := programs.Handler()
	if err != nil {
		return nil, err
	}
	webhooks := s.webhooks
	webhooks.Reports = h.reports()
	return &web.Server{
		Colleagues: h.people, Staff: h.accounts, Own: h.own, Provider: s.provider, ProviderName: s.providerName,
		Accounts: h.account, Factors: factors, SecondRequired: h.secondRequired, Contacts: visitors, Notices: account.Notices{Events: h.store}, Person: h.nameOf, Clients: h.clients, Links: h.links, People: h.contacts, DueOn: h.door.DueOn, Sendings: h.linkList,
		Invites: h.invites, Viewings: h.viewings, Access: h.explainers(), InviteList: h.inviteList, Seen: postgres.ContactAccess{Pool: h.db.Work},
		ClientList: h.clientList, ContactList: h.contactList, LinkList: h.linkList, Tasks: h.tasks, TaskList: h.taskList, TaskFiles: postgres.TaskFiles{DB: h.db}, Threads: h.taskThreads, Forms: h.forms, FormList: h.formList, Answers: h.formAnswers, Table: sheet.Write,
		Paper:     paper.Write,
		Reminders: reminders, TaskItems: h.taskList, TaskDrafts: postgres.TaskDrafts{DB: h.db, Vault: h.vault}, Firms: h.firmList, Settings: h.firms, Logos: h.firms.Logos, Films: h.firms.Films, Storage: transfers.Rows,
		Live: &h.live,
		Keys: h.keys.links, FirmOf: h.store.FirmOf, Blobs: transfers, Uploads: web.Uploads{Transfers: transfers, Log: h.log}, API: apiHandler, Mails: s.mails,
		Receipts: h.receipts, Imports: h.imports, InviteJobs: h.jobs, TaskJobs: h.taskJobs, TaskTemplates: postgres.TaskJobs{DB: h.db}, TaskFilters: postgres.TaskFilters{DB: h.db}, FilterActs: filterapp.Commands{Events: h.store}, BaseURL: s.baseURL, Webhooks: webhooks, Hooks: h.hooks(s.callable), Ledger: postgres.MessageList{DB: h.db},
		Inbound:  web.Inbound{Desk: h.replies(s.inbound, s.baseURL, transfers), Domain: strings.ToLower(s.inbound.Domain), Secret: string(s.inbound.Secret)},
		Patience: s.patience, Secure: strings.HasPrefix(s.baseURL, "https:"), Metrics: metrics, Log: h.log, Now: time.Now,
		Ready: func(ctx context.Context) error {
			ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
			defer cancel()
			return h.db.App.Ping(ctx)
		},
	}, nil
}

// answer runs the web server until ctx or the house ends, then gives requests the time to end.
func answer(ctx, house context.Context, s site, handler http.Handler, log *slog.Logger) error {
	var busy sync.WaitGroup
	counted := func(w http.ResponseWriter, r *http.Request) {
		busy.Add(1)
		defer busy.Done()
		handler.ServeHTTP(w, r)
	}
	server := s.patience.Server(http.HandlerFunc(counted), log)
	served := make(chan error, 1)
	go func() { served <- server.Serve(s.listener) }()
	if s.ready != nil {
		s.ready()
	}
	select {
	case err := <-served:
		return fmt.Errorf("serve pages: %w", err)
	case <-ctx.Done():
	case <-house.Done():
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.grace)
	defer cancel()
	if err := server.Shutdown(ending); err != nil {
		log.Warn("requests were cut off", "err", err)
		err = server.Close()
		settle(&busy)
		return err
	}
	return nil
}

// settle gives uploads that were cut off a moment to record how far they have come, so that they go on from there.
func settle(busy *sync.WaitGroup) {
	settled := make(chan struct{})
	go func() {
		busy.Wait()
		close(settled)
	}()
	select {
	case <-settled:
	case <-time.After(settling):
	}
}

const settling = 5 * time.Second
