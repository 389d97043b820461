package mail

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/app/notify"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// server is a mail server that answers as it is told and keeps what it takes.
type server struct {
	mu    sync.Mutex
	rcpt  []error // what the next RCPTs get; none left: OK
	data  []error // likewise for the end of DATA
	taken []string
	to    []string
}

func next(errs *[]error) error {
	if len(*errs) == 0 {
		return nil
	}
	err := (*errs)[0]
	*errs = (*errs)[1:]
	return err
}

func (s *server) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{server: s}, nil }

type session struct {
	server *server
	user   string
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "portico" || password != "right" {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "no"}
		}
		s.user = user
		return nil
	}), nil
}

func (s *session) Reset()                               {}
func (s *session) Logout() error                        { return nil }
func (s *session) Mail(string, *smtp.MailOptions) error { return nil }

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.to = append(s.server.to, to)
	return next(&s.server.rcpt)
}

func (s *session) Data(r io.Reader) error {
	body, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	if err := next(&s.server.data); err != nil {
		return err
	}
	s.server.taken = append(s.server.taken, string(body))
	return nil
}

// start runs a mail server on a free port; conf is what it encrypts with.
func start(t *testing.T, s *server, how Encryption) SMTP {
	t.Helper()
	cert, roots := certificate(t)
	srv := smtp.NewServer(s)
	srv.Domain, srv.AllowInsecureAuth = "localhost", how == None
	conf := &tls.Config{Certificates: []tls.Certificate{cert}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	switch how {
	case StartTLS:
		srv.TLSConfig = conf
	case Implicit:
		l = tls.NewListener(l, conf)
	case None:
	}
	go func() { _ = srv.Serve(l) }() // ends with Close
	t.Cleanup(func() { _ = srv.Close() })
	return SMTP{
		Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port, Encryption: how, Timeout: 5 * time.Second,
		Username: "portico", Password: "right",
		TLS: &tls.Config{RootCAs: roots, ServerName: "127.0.0.1", MinVersion: tls.VersionTLS12},
	}
}

func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

func TestSMTPHandsOver(t *testing.T) {
	for _, how := range []Encryption{StartTLS, Implicit, None} {
		t.Run(string(how), func(t *testing.T) {
			s := &server{}
			via := start(t, s, how)
			if err := via.Ping(t.Context()); err != nil {
				t.Fatal(err)
			}
			o, err := mailer(t, via).UploadLink(t.Context(), link())
			if o.Status != notify.HandedOver || err != nil {
				t.Fatal(o, err)
			}
			if len(s.taken) != 1 || len(s.to) != 1 || s.to[0] != "ingrid@solberg.example" {
				t.Fatalf("taken %d mails for %v", len(s.taken), s.to)
			}
			l, err := parse(strings.NewReader(s.taken[0]))
			if err != nil || !strings.Contains(l.Text, link().URL) || !strings.Contains(l.HTML, link().URL) {
				t.Errorf("both parts must hold the link: %v\n%s", err, s.taken[0])
			}
			if !strings.Contains(s.taken[0], "Message-ID: <upload-link.1.2.1@harbour.example>") {
				t.Error("a second try must have the same Message-ID")
			}
		})
	}
}

// 451 now and OK later; 550 for good; what isn't the mail's fault never refuses it.
func TestSMTPOutcomes(t *testing.T) {
	code := func(c int, e ...int) error {
		return &smtp.SMTPError{Code: c, EnhancedCode: smtp.EnhancedCode{e[0], e[1], e[2]}, Message: "ingrid@solberg.example: no"}
	}
	for _, c := range []struct {
		name  string
		s     *server
		spoil func(*SMTP)
		want  notify.Status
		code  string
	}{
		{"greylisted", &server{rcpt: []error{code(451, 4, 7, 1)}}, nil, notify.Passing, "4.7.1"},
		{"no such person", &server{rcpt: []error{code(550, 5, 1, 1)}}, nil, notify.Refused, "5.1.1"},
		{"taken for spam", &server{data: []error{code(554, 5, 7, 1)}}, nil, notify.Refused, "5.7.1"},
		{"mailbox full at the end", &server{data: []error{code(452, 4, 2, 2)}}, nil, notify.Passing, "4.2.2"},
		{"wants authentication", &server{rcpt: []error{code(530, 5, 7, 0)}}, nil, notify.Passing, "5.7.0"},
		{"wrong password", &server{}, func(s *SMTP) { s.Password = "wrong" }, notify.Passing, ""},
		{"nobody there", &server{}, func(s *SMTP) { s.Port = 1 }, notify.Passing, ""},
		{"unknown certificate", &server{}, func(s *SMTP) { s.TLS = nil }, notify.Passing, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			via := start(t, c.s, StartTLS)
			if c.spoil != nil {
				c.spoil(&via)
			}
			m := mailer(t, via)
			o, err := m.UploadLink(t.Context(), link())
			if err != nil || o.Status != c.want || o.Code != c.code {
				t.Fatalf("%+v, %v; want %s %s", o, err, c.want, c.code)
			}
			if o.Status == notify.Passing && strings.Contains(o.Detail, "ingrid") {
				t.Errorf("a detail that may be logged quotes the address: %s", o.Detail)
			}
			if c.spoil == nil {
				if o, err := m.UploadLink(t.Context(), link()); o.Status != notify.HandedOver || err != nil {
					t.Errorf("the next try: %+v, %v", o, err)
				}
			}
		})
	}
}

// StartTLS never falls back to plain text.
func TestSMTPDemandsEncryption(t *testing.T) {
	s := &server{}
	via := start(t, s, None)
	via.Encryption = StartTLS
	o, err := mailer(t, via).UploadLink(t.Context(), link())
	if err != nil || o.Status != notify.Passing || len(s.taken) != 0 {
		t.Errorf("%+v, %v, %d taken", o, err, len(s.taken))
	}
}

func TestSMTPSettings(t *testing.T) {
	for want, s := range map[string]SMTP{
		"host and a port": {Host: "", Port: 25, Encryption: StartTLS},
		"between 1":       {Host: "mail.example", Port: 70000, Encryption: StartTLS},
		"choose starttls": {Host: "mail.example", Port: 25, Encryption: "ssl"},
		"this machine":    {Host: "mail.example", Port: 25, Encryption: None},
	} {
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v", s, err)
		}
	}
}

// A recipient that can't be written ends as a refusal, not as an endless retry.
func TestUnwritableIsRefused(t *testing.T) {
	l := link()
	l.To.Email = `"a b"@example.com`
	o, err := mailer(t, Files{Dir: t.TempDir()}).UploadLink(t.Context(), l)
	if err != nil || o.Status != notify.Refused || o.Code != unwritable {
		t.Errorf("%+v, %v", o, err)
	}
	if _, err := (Files{Dir: t.TempDir()}).Send(t.Context(), Mail{}); !errors.Is(err, ErrMail) {
		t.Errorf("an empty mail: %v", err)
	}
}
