package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

func complete() []string {
	return []string{
		"DATABASE_URL=postgres://portico:s3cret-of-the-database@db/portico", "PORTICO_BASE_URL=https://portal.example",
		"PORTICO_DATA=/srv/portico", "PORTICO_MASTER_KEY=" + freshKey(), "PORTICO_LINK_KEYS=2:" + freshKey() + ",1:" + freshKey(),
		"PORTICO_RECEIPT_KEYS=" + freshReceiptKey(),
		"PORTICO_SMTP_HOST=mail.example", "PORTICO_SMTP_PASSWORD=s3cret-of-the-mail", "PORTICO_MAIL_FROM=portal@portal.example",
		"PORTICO_INBOUND_DOMAIN=in.portal.example", "PORTICO_INBOUND_SECRET=s3cret-of-who-hands-mails-over",
		"PORTICO_TRUSTED_PROXIES=10.0.0.0/8,::1/128",
	}
}

func TestConfig(t *testing.T) {
	c, err := readConfig(complete())
	if err != nil {
		t.Fatal(err)
	}
	k, err := c.serving()
	if err != nil {
		t.Fatal(err)
	}
	if c.SMTP.Port != 587 || c.SMTP.Encryption != "starttls" || len(c.TrustedProxies) != 2 || len(k.master) != 32 {
		t.Errorf("read %+v", c)
	}
}

func TestScannerConfiguration(t *testing.T) { // U8
	for _, set := range []struct{ vars, wrong string }{
		{"", ""},
		{"PORTICO_CLAMD=unix:/run/clamav/clamd.ctl PORTICO_SCAN_UNSCANNED=hold PORTICO_SCAN_MAX=2147483645", ""},
		{"PORTICO_CLAMD=scanner.example:3310", ""},
		{"PORTICO_CLAMD=unix:clamd.ctl", "PORTICO_CLAMD"},
		{"PORTICO_CLAMD=/run/clamav/clamd.ctl", "PORTICO_CLAMD"},
		{"PORTICO_CLAMD=:3310", "PORTICO_CLAMD"},
		{"PORTICO_SCAN_UNSCANNED=ignore", "PORTICO_SCAN_UNSCANNED"},
		{"PORTICO_SCAN_MAX=1048575", "PORTICO_SCAN_MAX"},
		{"PORTICO_SCAN_MAX=2147483646", "PORTICO_SCAN_MAX"},
	} {
		c, err := readConfig(append(complete(), strings.Fields(set.vars)...))
		if err != nil {
			t.Fatal(err)
		}
		if _, err = c.serving(); (err == nil) != (set.wrong == "") || err != nil && !strings.Contains(err.Error(), set.wrong) {
			t.Errorf("%q: %v", set.vars, err)
		}
	}
	c, err := readConfig(complete())
	if s := c.scanning(); err != nil || s.scanner != nil || s.hold {
		t.Errorf("nothing is set: %+v, %v", s, err)
	}
}

func TestTextConfiguration(t *testing.T) { // S4.4
	const account = "PORTICO_SMS_ACCOUNT=AC1 PORTICO_SMS_TOKEN=token PORTICO_SMS_FROM=+441234567890"
	for _, set := range []struct{ vars, wrong string }{
		{"PORTICO_SMS_PROVIDER=twilio " + account, ""},
		{"PORTICO_SMS_PROVIDER=twilio PORTICO_SMS_URL=https://sms.example " + account, ""},
		{"PORTICO_SMS_PROVIDER=webhook PORTICO_SMS_URL=https://sms.example PORTICO_SMS_TOKEN=0123456789abcdef", ""},
		{"PORTICO_WEBHOOK_SECRET=0123456789abcdef01234567", ""},
		{"PORTICO_SMS_COUNTRIES=+44,+353 PORTICO_SMS_PER_DAY=100", ""},
		{"PORTICO_SMS_COUNTRIES=+44,UK", "PORTICO_SMS_COUNTRIES"},
		{"PORTICO_SMS_PER_DAY=-1", "PORTICO_SMS_PER_DAY"},
		{"PORTICO_SMS_PROVIDER=pigeon", "PORTICO_SMS_PROVIDER"},
		{"PORTICO_SMS_PROVIDER=twilio", "PORTICO_SMS_"},
		{"PORTICO_SMS_PROVIDER=twilio PORTICO_SMS_URL=http://sms.example " + account, "https"},
		{"PORTICO_SMS_PROVIDER=webhook PORTICO_SMS_URL=https://sms.example PORTICO_SMS_TOKEN=short", "PORTICO_SMS_"},
		{"PORTICO_WEBHOOK_SECRET=0123456789abcdef0123456", "PORTICO_WEBHOOK_SECRET"},
	} {
		c, err := readConfig(append(complete(), strings.Fields(set.vars)...))
		if err != nil {
			t.Fatal(err)
		}
		if _, err = c.serving(); (err == nil) != (set.wrong == "") || err != nil && !strings.Contains(err.Error(), set.wrong) {
			t.Errorf("%q: %v", set.vars, err)
		}
		if strings.Contains(fmt.Sprintf("%+v %v", c, err), "0123456789abcdef") {
			t.Errorf("%q: a secret shows", set.vars)
		}
	}
	c, err := readConfig(append(complete(), "PORTICO_SMS_PROVIDER=twilio", "PORTICO_SMS_ACCOUNT=AC1", "PORTICO_SMS_TOKEN=token"))
	if w := c.webhooks(); err != nil || w.TwilioToken != "token" || w.Secret != "" {
		t.Errorf("%+v, %v", w, err)
	}
}

func TestInboundConfiguration(t *testing.T) {
	for _, set := range []struct{ domain, wrong string }{
		{"in.portal.example", ""}, {"IN.portal.example", ""}, {"", "is not set"}, {"office@portal.example", "the domain"}, {"portal", "the domain"}, {"127.0.0.1", "the domain"}, {"a b.example", "the domain"},
	} {
		c, err := readConfig(append(complete(), "PORTICO_INBOUND_DOMAIN="+set.domain))
		if err != nil {
			t.Fatal(err)
		}
		if _, err = c.serving(); (err == nil) != (set.wrong == "") || err != nil && !strings.Contains(err.Error(), set.wrong) {
			t.Errorf("%q: %v", set.domain, err)
		}
	}
	if c := (config{}).inboundOfDev(); c.Domain == "" {
		t.Error("in dev no mail can be answered")
	}
}

func TestMistakesComeTogether(t *testing.T) {
	c, err := readConfig([]string{"PORTICO_BASE_URL=http://portal.example/path", "PORTICO_MASTER_KEY=c2hvcnQ=", "PORTICO_LISTEN=8080"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.serving()
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{
		"PORTICO_BASE_URL", "PORTICO_MASTER_KEY", "PORTICO_LINK_KEYS", "PORTICO_LISTEN", "PORTICO_SMTP_HOST", "PORTICO_MAIL_FROM", "PORTICO_DATA", "PORTICO_RECEIPT_KEYS",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s is not named in:\n%v", want, err)
		}
	}
	_, err = readConfig([]string{"PORTICO_SMTP_PORT=many", "PORTICO_GRACE=soon"})
	if err == nil || !strings.Contains(err.Error(), "Port") || !strings.Contains(err.Error(), "Grace") {
		t.Errorf("values that can't be read: %v", err)
	}
}

// A secret that is printed by mistake shows nothing (threat T38).
func TestSecretsHide(t *testing.T) {
	c, err := readConfig(complete())
	if err != nil {
		t.Fatal(err)
	}
	k, err := c.serving()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "%v\n%+v\n%#v\n%v %+v %#v\n", c, c, struct{ A, B hidden }{c.MasterKey, c.SMTP.Password}, k, k, k)
	slog.New(slog.NewTextHandler(&out, nil)).Info("start", "config", c, "key", c.MasterKey, "keys", k)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("start", "config", c, "key", c.MasterKey, "keys", k)
	asJSON, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	out.Write(asJSON)
	raw := fmt.Sprint(k.master)
	for name, secret := range map[string]string{
		"the database's password": "s3cret-of-the-database", "the mail's password": "s3cret-of-the-mail", "the inbound secret": "s3cret-of-who-hands-mails-over",
		"the master key": string(c.MasterKey), "the link keys": string(c.LinkKeys), "the receipt keys": string(c.ReceiptKeys), "the decoded key": raw[1:20],
		"the decoded key in hex": fmt.Sprintf("%x", k.master)[:20], "the key": base64.StdEncoding.EncodeToString(k.master)[:20],
	} {
		if strings.Contains(out.String(), secret) {
			t.Errorf("%s shows in:\n%s", name, out.String())
		}
	}
}

func TestKeysAreMadeOnce(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	found := make([]string, 8)
	for i := range found {
		wg.Go(func() {
			var c config
			k, err := c.keptKeys(dir)
			if err != nil {
				t.Error(err)
			}
			found[i] = string(k.master)
		})
	}
	wg.Wait()
	for _, key := range found {
		if key != found[0] {
			t.Fatal("two starts at once made two keys")
		}
	}
	for _, name := range []string{"master", "links", "receipts"} {
		if info, err := os.Stat(filepath.Join(dir, "keys", name)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info, err)
		}
	}
	c := config{MasterKey: hidden(freshKey())}
	k, err := c.keptKeys(dir)
	if err != nil || base64.StdEncoding.EncodeToString(k.master) != string(c.MasterKey) {
		t.Errorf("the environment's key is not the one that counts: %v", err)
	}
}
