package webhook

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	app "portico/app/webhook"
)

var message = app.Call{ID: "evt_1", Timestamp: "1614265330", Signature: "v1,abc v1,def", Body: []byte(`{"id":"evt_1"}`)}

func at(url string) app.Call {
	m := message
	m.URL = url
	return m
}

// loopback may be called in tests, as an operator may allow a network of their own.
var loopback = Caller{Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}}

func TestCall(t *testing.T) {
	t.Parallel()
	got := make(chan *http.Request, 1)
	var body string
	there := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		body = string(b)
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "a\x00\xff\x1b[31m"+strings.Repeat("b", 4000))
		got <- r
	}))
	t.Cleanup(there.Close)
	answer, err := loopback.Call(t.Context(), at(there.URL+"/x?k=1"))
	if err != nil || answer.Status != http.StatusTeapot || len(answer.Body) > app.MaxAnswer+4 || strings.ContainsAny(answer.Body, "\x00\x1b") {
		t.Fatalf("%+v, %v", answer, err)
	}
	r := <-got
	if r.Method != http.MethodPost || r.URL.String() != "/x?k=1" || body != string(message.Body) || r.Header.Get("Webhook-Id") != "evt_1" ||
		r.Header.Get("Webhook-Timestamp") != "1614265330" || r.Header.Get("Webhook-Signature") != "v1,abc v1,def" || r.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%+v %s", r, body)
	}
}

// A server that leads elsewhere leads nowhere, not even to itself.
func TestRedirection(t *testing.T) {
	t.Parallel()
	calls := 0
	there := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		http.Redirect(w, r, "http://169.254.169.254/latest/meta-data/", http.StatusTemporaryRedirect)
	}))
	t.Cleanup(there.Close)
	if answer, err := loopback.Call(t.Context(), at(there.URL)); err != nil || answer.Status != http.StatusTemporaryRedirect || calls != 1 {
		t.Errorf("%+v, %v, %d calls", answer, err, calls)
	}
}

// Whatever way the address is written, and whatever a name leads to, nothing inside is reached: the server counts.
func TestInside(t *testing.T) {
	t.Parallel()
	reached := 0
	there := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached++ }))
	t.Cleanup(there.Close)
	_, port, err := net.SplitHostPort(there.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0.0.0.0", "127.1", "2130706433", "0x7f.0.0.1", "[::]"} {
		for _, scheme := range []string{"http://", "https://"} {
			if answer, err := (Caller{}).Call(t.Context(), at(scheme+host+":"+port+"/")); err == nil || answer.Status != 0 {
				t.Errorf("%s%s: %+v", scheme, host, answer)
			} else if strings.Contains(err.Error(), "127") || strings.Contains(err.Error(), port) {
				t.Errorf("the refusal tells what is inside: %v", err)
			}
		}
	}
	if reached > 0 {
		t.Errorf("%d calls have arrived", reached)
	}
	// Where one network is allowed, another one isn't.
	other := Caller{Networks: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}}
	if _, err := other.Call(t.Context(), at(there.URL)); !errors.Is(err, errInside) {
		t.Error(err)
	}
}

// What is looked at is the address that the name led to at this very moment: a name that led elsewhere before counts for nothing.
func TestCheck(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]error{
		"93.184.216.34:443": nil, "93.184.216.34:8443": nil, "[2606:4700::1111]:443": nil, "93.184.216.34:22": errPort, "93.184.216.34:80": errPort,
		"127.0.0.1:443": errInside, "10.0.0.1:443": errInside, "169.254.169.254:443": errInside, "[::1]:443": errInside, "[::ffff:10.0.0.1]:443": errInside,
		"[fe80::1%eth0]:443": errInside, "[64:ff9b::a00:1]:443": errInside, "[2002:a00:1::]:443": errInside, "[fd00::1]:443": errInside, "nonsense": errInside,
	} {
		if err := (Caller{}).check(address, true); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", address, err, want)
		}
	}
	if err := (Caller{}).check("93.184.216.34:443", false); !errors.Is(err, errPlain) {
		t.Error("the internet without TLS:", err)
	}
	if err := loopback.check("[::ffff:127.0.0.1]:9000", false); err != nil {
		t.Error(err)
	}
	if err := loopback.check("10.0.0.1:443", true); !errors.Is(err, errInside) {
		t.Error(err)
	}
}

// A server has to be who its address says.
func TestCertificate(t *testing.T) {
	t.Parallel()
	there := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	there.Config.ErrorLog = log.New(io.Discard, "", 0)
	there.StartTLS()
	t.Cleanup(there.Close)
	if _, err := loopback.Call(t.Context(), at(there.URL)); !errors.Is(err, errTLS) {
		t.Error("a stranger's certificate:", err)
	}
	known := loopback
	known.Roots = &tls.Config{RootCAs: x509.NewCertPool()} //nolint:gosec // the newest version is the default
	known.Roots.RootCAs.AddCert(there.Certificate())
	if answer, err := known.Call(t.Context(), at(there.URL)); err != nil || answer.Status != http.StatusOK {
		t.Errorf("%+v, %v", answer, err)
	}
	for _, url := range []string{"https://nowhere.invalid/", "https://me:secret@127.0.0.1/", "https:///"} {
		if _, err := loopback.Call(t.Context(), at(url)); err == nil {
			t.Errorf("%s was called", url)
		}
	}
}
