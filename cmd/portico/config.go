package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	mailadapter "portico/adapters/mail"
	"portico/adapters/oidc"
	"portico/ports/web"

	"github.com/caarlos0/env/v11"
)

// hidden is a secret of the configuration. It prints as (hidden) wherever it gets to by mistake; string(h) is the
// secret itself.
type hidden string

func (h hidden) String() string {
	if h == "" {
		return "(not set)"
	}
	return "(hidden)"
}

func (h hidden) GoString() string             { return h.String() }
func (h hidden) LogValue() slog.Value         { return slog.StringValue(h.String()) }
func (h hidden) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// config is the whole environment, read once. A field's comment is what the documentation says of its variable.
type config struct {
	// DatabaseURL is a Postgres 15 to 18, as postgres://user:password@host/database. Empty: the embedded one.
	DatabaseURL hidden `env:"DATABASE_URL"`
	// BaseURL is how people reach the portal; links in mails begin with it.
	BaseURL string `env:"PORTICO_BASE_URL"`
	// Listen is the address of the web server.
	Listen string `env:"PORTICO_LISTEN" envDefault:"127.0.0.1:8080"`
	// Data is the folder of everything that is kept outside of the database.
	Data string `env:"PORTICO_DATA"`
	// TrustedProxies are the networks whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix `env:"PORTICO_TRUSTED_PROXIES"`
	// MasterKey wraps the keys of personal data: 32 bytes in base64. Losing it is losing all names and addresses.
	MasterKey hidden `env:"PORTICO_MASTER_KEY"`
	// LinkKeys sign upload links, as ID:BASE64, the newest first. Taking one away ends all links under it.
	LinkKeys hidden `env:"PORTICO_LINK_KEYS"`
	// ReceiptKeys sign receipts, as ID:BASE64, the newest first; those behind it only check and may be ID:public:BASE64.
	// Taking one away makes its receipts unknown.
	ReceiptKeys hidden `env:"PORTICO_RECEIPT_KEYS"`
	// MailFrom is the address that mails come from.
	MailFrom string     `env:"PORTICO_MAIL_FROM"`
	SMTP     smtpConfig `envPrefix:"PORTICO_SMTP_"`
	SMS      smsConfig  `envPrefix:"PORTICO_SMS_"`
	// WebhookSecret is what whoever reports bounces and deliveries sends or signs with. Empty: nobody may.
	WebhookSecret hidden `env:"PORTICO_WEBHOOK_SECRET"`
	// Inbound is where answers to mails about tasks come in.
	Inbound inboundConfig `envPrefix:"PORTICO_INBOUND_"`
	// WebhookNetworks are networks inside that webhooks of practices may call all the same, as 10.1.0.0/16, and by http://.
	WebhookNetworks []netip.Prefix `env:"PORTICO_WEBHOOK_NETWORKS"`
	// BulkPerMinute is how many invitations in bulk this node sends a minute at most, where the mail server has a limit.
	// 0: as fast as it takes them.
	BulkPerMinute int `env:"PORTICO_BULK_PER_MINUTE"`
	// Clamd is the virus scanner that uploaded files wait for, as unix:/run/clamav/clamd.ctl or HOST:PORT. Empty: none.
	Clamd string     `env:"PORTICO_CLAMD"`
	Scan  scanConfig `envPrefix:"PORTICO_SCAN_"`
	// OIDC is a provider of identity that people of the practice may sign in by. Without an issuer there is none.
	OIDC oidcConfig `envPrefix:"PORTICO_OIDC_"`
	// Grace is how long requests may take to end when the process is told to stop.
	Grace time.Duration `env:"PORTICO_GRACE" envDefault:"20s"`
	// LogLevel is debug, info, warn or error. Not set: info, and warn in dev.
	LogLevel *slog.Level `env:"PORTICO_LOG_LEVEL"`
}

type oidcConfig struct {
	Issuer       string `env:"ISSUER"`
	ClientID     string `env:"CLIENT_ID"`
	ClientSecret hidden `env:"CLIENT_SECRET"`
	// Name is what the button of the sign-in calls it.
	Name string `env:"NAME" envDefault:"your organisation’s sign-in"`
}

// provider is the one that is configured, or nil.
func (c config) provider() *oidc.Provider {
	if c.OIDC.Issuer == "" {
		return nil
	}
	return &oidc.Provider{
		Issuer: c.OIDC.Issuer, ClientID: c.OIDC.ClientID, ClientSecret: string(c.OIDC.ClientSecret),
		Callback: strings.TrimSuffix(c.BaseURL, "/") + web.ProviderCallback,
	}
}

type scanConfig struct {
	// Unscanned is what becomes of a file that can't be scanned: release it with a mark, or hold it for the operator.
	Unscanned unscanned `env:"UNSCANNED" envDefault:"release"`
	// Max is the largest file in bytes that is sent to the scanner; clamd.conf must allow as much.
	Max int64 `env:"MAX" envDefault:"104857600"`
}

type smtpConfig struct {
	Host       string                 `env:"HOST"`
	Port       int                    `env:"PORT" envDefault:"587"`
	User       string                 `env:"USER"`
	Password   hidden                 `env:"PASSWORD"`
	Encryption mailadapter.Encryption `env:"ENCRYPTION" envDefault:"starttls"` // starttls, tls or none
	Hello      string                 `env:"HELLO"`
}

func (c smtpConfig) transport() mailadapter.SMTP {
	return mailadapter.SMTP{
		Host: c.Host, Port: c.Port, Encryption: c.Encryption, Username: c.User, Password: string(c.Password), Hello: c.Hello,
	}
}

// readConfig reads environ, which is "NAME=value" each, and reports everything that can't be read at once.
func readConfig(environ []string) (config, error) {
	var c config
	err := env.ParseWithOptions(&c, env.Options{Environment: env.ToMap(environ)})
	var wrong env.AggregateError
	if errors.As(err, &wrong) {
		return c, joined(wrong.Errors)
	}
	return c, err
}

// joined puts all mistakes into one error, a line each.
func joined(mistakes []error) error {
	if len(mistakes) == 0 {
		return nil
	}
	lines := make([]string, len(mistakes))
	for i, err := range mistakes {
		lines[i] = "  " + err.Error()
	}
	return fmt.Errorf("the configuration has mistakes:\n%s", strings.Join(lines, "\n"))
}

// serving checks everything that production needs and reads the keys. All mistakes come together.
func (c config) serving() (keys, error) {
	k, mistakes := c.readKeys()
	return k, joined(append(mistakes, c.checkServing()...))
}

// checkServing checks what only a server for others needs.
func (c config) checkServing() (mistakes []error) {
	complain := func(format string, args ...any) { mistakes = append(mistakes, fmt.Errorf(format, args...)) }
	if u, err := url.Parse(c.BaseURL); c.BaseURL == "" {
		complain("PORTICO_BASE_URL is not set; it is the address that people type, as https://portal.example.com")
	} else if err != nil || u.Host == "" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil ||
		(u.Scheme != "https" && (u.Scheme != "http" || !isLocal(u.Hostname()))) {
		complain("PORTICO_BASE_URL is %q; it must be https://HOST and nothing behind it", c.BaseURL)
	}
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		complain("PORTICO_LISTEN is %q; it must be HOST:PORT, or :PORT for all addresses", c.Listen)
	}
	if c.SMTP.Host == "" {
		complain("PORTICO_SMTP_HOST is not set; it is the mail server that sends the portal's mails")
	} else if err := c.SMTP.transport().Check(); err != nil {
		complain("PORTICO_SMTP_…: %w", err)
	}
	if a, err := mail.ParseAddress(c.MailFrom); err != nil || a.Address != c.MailFrom {
		complain("PORTICO_MAIL_FROM is %q; it must be one address, as portal@example.com", c.MailFrom)
	}
	mistakes = append(mistakes, c.checkScanner()...)
	if p := c.provider(); p != nil {
		if err := p.Check(); err != nil {
			complain("PORTICO_OIDC_…: %w", err)
		}
	}
	mistakes = append(mistakes, c.checkTexts()...)
	mistakes = append(mistakes, c.checkInbound()...)
	if c.Data == "" {
		complain("PORTICO_DATA is not set; it is the folder that uploaded files are kept in")
	}
	if c.ReceiptKeys == "" {
		complain("PORTICO_RECEIPT_KEYS is not set; make one with: portico receipt key new")
	}
	return mistakes
}

func isLocal(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || (err == nil && ip.IsLoopback())
}

// environmentKey finds the environment that a context has instead of the process's.
type environmentKey struct{}

// environment is os.Environ, which nothing else in this package reads, or the context's own: so commands run side by side
// in one process, each as if it were alone.
func environment(ctx context.Context) []string {
	if own, ok := ctx.Value(environmentKey{}).([]string); ok {
		return own
	}
	return os.Environ()
}
