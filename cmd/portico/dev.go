package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	mailadapter "portico/adapters/mail"
	"portico/adapters/postgres/cluster"
	smsadapter "portico/adapters/sms"
	"portico/app/transfer"
	"portico/migrations"

	"github.com/spf13/cobra"
)

func newDev(where *place) *cobra.Command {
	var addr string
	cmd := &cobra.Command{
		Use:   "dev",
		Short: "Run everything on this machine, with a demo practice",
		Long: "Runs the whole portal on this machine: its own Postgres in --data, migrations, a demo practice, the web server.\n" +
			"Mails and texts are written to mail/ and sms/ in --data instead of being sent, and can be read at /dev/mail.\n" +
			"A second start finds everything as it was. With DATABASE_URL set that database is used instead.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return dev(cmd.Context(), where, addr, cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "", "HOST:PORT to listen on (default 127.0.0.1:8080, or any free port)")
	return cmd
}

func dev(ctx context.Context, where *place, addr string, out, errs io.Writer) (err error) {
	c, err := readConfig(environment(ctx))
	if err != nil {
		return err
	}
	folder, err := where.folder(c)
	if err != nil {
		return err
	}
	release, err := cluster.Lock(folder)
	if err != nil {
		return err
	}
	defer release()
	listener, err := listen(addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	db, err := openDatabase(ctx, c, folder, true, errs)
	if err != nil {
		return interrupted(ctx, err)
	}
	defer func() { err = errors.Join(err, db.stop(ctx)) }()
	ctx, whole := db.whileItRuns(ctx, folder)
	defer func() { err = whole(err) }()
	if _, err := migrations.Up(ctx, db.url); err != nil {
		return interrupted(ctx, err)
	}
	k, err := c.keptKeys(folder)
	if err != nil {
		return err
	}
	logins, err := keepLogins(folder)
	if err != nil {
		return err
	}
	if c.LogLevel == nil { // the terminal is for the address and what is wrong
		quiet := slog.LevelWarn
		c.LogLevel = &quiet
	}
	if err := joined(c.checkScanner()); err != nil {
		return err
	}
	h, err := build(ctx, k, db.url, newLog(errs, c))
	if err != nil {
		return interrupted(ctx, err)
	}
	defer h.close()
	mails, texts := mailadapter.Files{Dir: filepath.Join(folder, "mail")}, smsadapter.Files{Dir: filepath.Join(folder, "sms")}
	base := baseURL(c, listener)
	return interrupted(ctx, h.serve(ctx, site{
		listener: listener, baseURL: base, files: filesFolder(folder),
		transport: mails, mailFrom: "portal@harbourvale.example", mails: mailbox{mails, texts}, texts: texts, webhooks: c.webhooks(), callable: append(c.WebhookNetworks, ownMachine...), trusted: c.TrustedProxies, scan: c.scanning(), grace: 5 * time.Second,
		inbound: c.inboundOfDev(),
		begin:   func(ctx context.Context, transfers *transfer.Service) error { return h.seed(ctx, transfers, logins) },
		ready: func() {
			fmt.Fprintf(out, "Portico is running at %s\n", base)
			for _, l := range logins {
				fmt.Fprintf(out, "%s %s\n", l.Email, string(l.Password))
			}
			fmt.Fprintf(out, "Mails are at %s/dev/mail, everything else is in %s\nCtrl-C stops it.\n", base, folder)
		},
	}))
}

// inboundOfDev makes mails answerable at /dev/mail, where nothing is configured.
func (c config) inboundOfDev() inboundConfig {
	if c.Inbound.Domain == "" {
		c.Inbound.Domain = "answers.harbourvale.example"
	}
	return c.Inbound
}

// interrupted is nil for what only a Ctrl-C has caused: that is no error.
func interrupted(ctx context.Context, err error) error {
	if ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, ctx.Err())) {
		return nil
	}
	return err
}

// preferred is the port that dev takes where it is free.
const preferred = "127.0.0.1:8080"

func listen(addr string) (net.Listener, error) {
	if addr != "" {
		listener, err := net.Listen("tcp", addr)
		if err != nil {
			return nil, fmt.Errorf("listen: %w", err)
		}
		return listener, nil
	}
	listener, err := net.Listen("tcp", preferred)
	if errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, syscall.EACCES) {
		listener, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return listener, nil
}

// baseURL is how this machine reaches the listener: PORTICO_BASE_URL where it is set.
func baseURL(c config, listener net.Listener) string {
	if c.BaseURL != "" {
		return strings.TrimSuffix(c.BaseURL, "/")
	}
	host, port, err := net.SplitHostPort(listener.Addr().String())
	if ip := net.ParseIP(host); err == nil && (ip == nil || ip.IsUnspecified()) {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// login is one person of the demo practice.
type login struct {
	Name, Email string
	Password    hidden
}

// keepLogins are the demo's people. Their passwords are made once and kept beside the keys: dev may listen on an address
// that others reach, so a password that everybody knows would not do.
func keepLogins(folder string) ([]login, error) {
	logins := []login{
		{Name: "Priya Nair", Email: "priya@harbourvale.example"},
		{Name: "Tom Okafor", Email: "tom@harbourvale.example"},
	}
	for i, l := range logins {
		name, _, _ := strings.Cut(l.Email, "@")
		kept, err := keep(filepath.Join(folder, "keys", "login-"+name), freshPassword())
		if err != nil {
			return nil, fmt.Errorf("keep a demo login: %w", err)
		}
		logins[i].Password = hidden(kept)
	}
	return logins, nil
}

// freshPassword is 80 random bits in four groups that can be typed.
func freshPassword() string {
	text := strings.ToLower(rand.Text())
	return strings.Join([]string{text[:4], text[4:8], text[8:12], text[12:16]}, "-")
}
