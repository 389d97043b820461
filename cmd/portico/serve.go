package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"portico/adapters/postgres"
	"portico/adapters/postgres/cluster"
	"portico/migrations"

	"github.com/spf13/cobra"
)

func newServe(where *place) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Run the portal in production",
		Long: "Runs the portal, configured by the environment. All mistakes of the configuration are told at once.\n" +
			"Any number of nodes may serve one database. Run `portico migrate` before the first start and after each upgrade.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			ctx := cmd.Context()
			c, err := readConfig(environment(ctx))
			if err != nil {
				return err
			}
			if where.dir != "" {
				c.Data = where.dir
			}
			k, err := c.serving()
			if err != nil {
				return err
			}
			folder, err := where.folder(c)
			if err != nil {
				return err
			}
			db, err := openDatabase(ctx, c, folder, false, cmd.ErrOrStderr())
			if errors.Is(err, cluster.ErrMissing) {
				return fmt.Errorf("DATABASE_URL is not set, and %w", err)
			}
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, db.close(ctx)) }()
			if err := upToDate(ctx, db.url); err != nil {
				return err
			}
			log := newLog(cmd.ErrOrStderr(), c)
			h, err := build(ctx, k, db.url, log)
			if err != nil {
				return err
			}
			defer h.close()
			under, err := h.signing(ctx)
			if err != nil {
				return err
			}
			if missing := k.unsigned(under); missing != "" {
				log.Error("webhooks can't be signed; see: portico doctor", "missing", missing)
			}
			h.jobs.Pace.PerMinute = c.BulkPerMinute
			listener, err := net.Listen("tcp", c.Listen)
			if err != nil {
				return fmt.Errorf("listen: %w", err)
			}
			shown := site{
				listener: listener, baseURL: strings.TrimSuffix(c.BaseURL, "/"), files: filesFolder(folder),
				transport: c.SMTP.transport(), mailFrom: c.MailFrom, texts: c.SMS.texter(strings.TrimSuffix(c.BaseURL, "/"), postgres.MessageList{DB: h.db}.TextsOfADay), webhooks: c.webhooks(), callable: c.WebhookNetworks, trusted: c.TrustedProxies, scan: c.scanning(), grace: c.Grace,
				inbound: c.Inbound,
				ready: func() {
					log.Info("serving", "address", listener.Addr().String(), "base_url", c.BaseURL, "version", version())
				},
			}
			if p := c.provider(); p != nil {
				shown.provider, shown.providerName = p, c.OIDC.Name
			}
			return h.serve(ctx, shown)
		},
	}
}

// upToDate refuses a database that lacks what this program needs. One that is ahead is fine: during an upgrade the older
// program goes on beside the newer one, because migrations add before they take away.
func upToDate(ctx context.Context, url string) error {
	now, err := migrations.Look(ctx, url)
	if err != nil {
		return err
	}
	if len(now.Missing) > 0 {
		return fmt.Errorf("the database is at version %d and lacks %v of version %d, which this program needs. Run: portico migrate", now.Have, now.Missing, now.Want)
	}
	return nil
}
