package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"time"

	"portico/app/notify"

	gomail "github.com/wneessen/go-mail"
)

// Encryption is how the connection to the mail server is protected.
type Encryption string

// The ways.
const (
	StartTLS Encryption = "starttls" // on port 587 by custom; refused where the server doesn't offer it
	Implicit Encryption = "tls"      // from the first byte, on port 465 by custom
	None     Encryption = "none"     // to a server on this machine only
)

// SMTP hands mails to one mail server, each on a connection of its own.
type SMTP struct {
	Host       string
	Port       int
	Encryption Encryption
	Username   string // empty: no authentication
	Password   string
	Hello      string        // our name in EHLO; empty: this machine's
	Timeout    time.Duration // of connecting, and of each step; zero: 30 s
	TLS        *tls.Config   // nil: the machine's certificates, Host's name, TLS 1.2 or newer
}

// Check tells what is wrong with the settings, without connecting.
func (s SMTP) Check() error {
	switch {
	case s.Host == "" || s.Port < 1 || s.Port > 65535:
		return fmt.Errorf("SMTP needs a host and a port between 1 and 65535, not %q and %d", s.Host, s.Port)
	case !slices.Contains([]Encryption{StartTLS, Implicit, None}, s.Encryption):
		return fmt.Errorf("SMTP encryption is %q; choose starttls, tls or none", s.Encryption)
	case s.Encryption == None && !local(s.Host):
		return fmt.Errorf("SMTP without encryption is for a server on this machine only, not for %s", s.Host)
	}
	return nil
}

func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// Ping connects, greets, encrypts and authenticates, and sends nothing.
func (s SMTP) Ping(ctx context.Context) error {
	c, err := s.client()
	if err != nil {
		return err
	}
	if err := c.DialWithContext(ctx); err != nil {
		return fmt.Errorf("reach the mail server %s: %w", s.address(), err)
	}
	return c.Close()
}

// Send is Transport. Only a reply of the 500s to the mail itself refuses it for good; a server that can't be reached,
// that doesn't let us in or that breaks off is a passing failure.
func (s SMTP) Send(ctx context.Context, m Mail) (notify.Outcome, error) {
	msg, err := m.message()
	if err != nil {
		return notify.Outcome{}, err
	}
	c, err := s.client()
	if err != nil {
		return notify.Outcome{}, err
	}
	err = c.DialAndSendWithContext(ctx, msg)
	if err == nil || msg.IsDelivered() { // what follows the server's OK changes nothing any more
		return notify.Outcome{Status: notify.HandedOver}, nil
	}
	return outcome(err), nil
}

// outcome reads the library's error. Only a refusal's detail quotes the server, which may quote the address: a passing
// failure's detail may be logged.
func outcome(err error) notify.Outcome {
	o := notify.Outcome{Status: notify.Passing, Detail: err.Error()}
	refused, ok := errors.AsType[*gomail.SendError](err)
	if !ok {
		return o
	}
	o.Detail = refused.Reason.String()
	if refused.ErrorCode() == 0 {
		return o
	}
	o.Code = strconv.Itoa(refused.ErrorCode())
	// 530, 534, 535, 538: the server wants us to authenticate otherwise. That is for the operator to mend, not the mail's fault.
	if refused.ErrorCode() >= 500 && !slices.Contains([]int{530, 534, 535, 538}, refused.ErrorCode()) {
		o.Status, o.Detail = notify.Refused, err.Error()
	}
	if enhanced := refused.EnhancedStatusCode(); enhanced != "" {
		o.Code = enhanced
	}
	return o
}

func (s SMTP) client() (*gomail.Client, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	timeout := s.Timeout
	if timeout == 0 {
		timeout = 30 * time.Second
	}
	conf := s.TLS
	if conf == nil {
		conf = &tls.Config{ServerName: s.Host, MinVersion: tls.VersionTLS12}
	}
	opts := []gomail.Option{gomail.WithPort(s.Port), gomail.WithTimeout(timeout), gomail.WithTLSConfig(conf)}
	switch s.Encryption {
	case Implicit:
		opts = append(opts, gomail.WithSSL())
	case StartTLS:
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case None:
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if s.Hello != "" {
		opts = append(opts, gomail.WithHELO(s.Hello))
	}
	if s.Username != "" {
		auth := gomail.SMTPAuthAutoDiscover
		if s.Encryption == None {
			auth = gomail.SMTPAuthPlainNoEnc
		}
		opts = append(opts, gomail.WithSMTPAuth(auth), gomail.WithUsername(s.Username), gomail.WithPassword(s.Password))
	}
	c, err := gomail.NewClient(s.Host, opts...)
	if err != nil {
		return nil, fmt.Errorf("set up SMTP to %s: %w", s.address(), err)
	}
	return c, nil
}

func (s SMTP) address() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }
