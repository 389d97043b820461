package main

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"portico/adapters/oidc"
	accountapp "portico/app/account"
	"portico/app/transfer"
	"portico/domain/account"
	"portico/ports/web"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
)

// identities is a provider of identity: it gives codes to whom the test says, and redeems them.
type identities struct {
	*httptest.Server
	key *rsa.PrivateKey

	mu     sync.Mutex
	grants map[string]grant // by code
}

type grant struct {
	challenge string
	claims    map[string]any
}

func openIdentities(t *testing.T) *identities {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &identities{key: key, grants: map[string]grant{}}
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{
			"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"},
		})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"keys": []any{map[string]string{
			"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1", "n": b64(key.N.Bytes()), "e": b64(big.NewInt(int64(key.E)).Bytes()),
		}}})
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		g, ok := p.grants[r.PostFormValue("code")]
		delete(p.grants, r.PostFormValue("code"))
		p.mu.Unlock()
		if sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier"))); !ok || b64(sum[:]) != g.challenge {
			http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
			return
		}
		answer(w, map[string]any{"access_token": "x", "token_type": "Bearer", "id_token": p.signed(g.claims)})
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func (p *identities) signed(claims map[string]any) string {
	body, _ := json.Marshal(claims)
	text := b64([]byte(`{"alg":"RS256","kid":"1"}`)) + "." + b64(body)
	sum := sha256.Sum256([]byte(text))
	mac, _ := rsa.SignPKCS1v15(rand.Reader, p.key, crypto.SHA256, sum[:])
	return text + "." + b64(mac)
}

// visit is somebody's way to the provider and back: the address that they come back to.
func (p *identities) visit(b *browserless, from, subject, email string, verified any, change func(back url.Values, claims map[string]any)) string {
	b.t.Helper()
	to, err := url.Parse(b.send(from, 303, nil).Header.Get("Location"))
	if err != nil || !strings.HasPrefix(to.String(), p.URL+"/authorize?") {
		b.t.Fatalf("led to %s, %v", to, err)
	}
	q := to.Query()
	if q.Get("code_challenge_method") != "S256" || q.Get("response_type") != "code" || len(q.Get("state")) < 20 || len(q.Get("nonce")) < 20 {
		b.t.Fatalf("asked for %v", q)
	}
	claims := map[string]any{
		"iss": p.URL, "aud": q.Get("client_id"), "sub": subject, "email": email, "email_verified": verified, "nonce": q.Get("nonce"),
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(),
	}
	back := url.Values{"state": {q.Get("state")}, "code": {uuid.NewString()}}
	if change != nil {
		change(back, claims)
	}
	p.mu.Lock()
	p.grants[back.Get("code")] = grant{q.Get("code_challenge"), claims}
	p.mu.Unlock()
	return web.ProviderCallback + "?" + back.Encode()
}

// Rule 21 of accounts, and threats T14 and T15: who comes back from the provider.
func TestSignInByProvider(t *testing.T) {
	t.Parallel()
	p := openPortal(t)
	idp := openIdentities(t)
	server := httptest.NewUnstartedServer(nil)
	base := "http://" + server.Listener.Addr().String()
	pages, err := p.house.pages(site{
		baseURL: base, providerName: "Harbour ID",
		provider: &oidc.Provider{Issuer: idp.URL, ClientID: "portico", ClientSecret: "s", Callback: base + web.ProviderCallback},
	}, &transfer.Service{}, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	if server.Config.Handler, err = pages.Handler(); err != nil {
		t.Fatal(err)
	}
	server.Start()
	t.Cleanup(server.Close)
	browser := func() *browserless { return &browserless{t: t, base: base} }

	owner := accountapp.Staff{ID: newID(t), Firm: p.calm.firm, Role: account.Owner}
	id := newID(t)
	if _, err := p.house.people.Invite(t.Context(), accountapp.InviteStaff{
		By: p.calm.by(), Actor: owner, ID: id, Email: "theo@harbour.example", Name: "Theo Marsh", Role: account.Practitioner,
	}); err != nil {
		t.Fatal(err)
	}
	if page := browser().send("/login", 200, nil); !strings.Contains(page.text, `href="/login/provider"`) || !strings.Contains(page.text, "Harbour ID") {
		t.Error("the sign-in doesn't offer the provider")
	}
	refused := func(what, subject, email string, verified any, code int, change func(back url.Values, claims map[string]any)) {
		t.Helper()
		b := browser()
		b.send(idp.visit(b, "/login/provider", subject, email, verified, change), code, nil)
		if b.session != "" {
			t.Errorf("%s is signed in", what)
		}
	}
	refused("a stranger", "stranger", "stranger@harbour.example", true, 401, nil)
	refused("who says to be invited", "theo", "theo@harbour.example", false, 401, nil)
	refused("a truth that is a text", "theo", "theo@harbour.example", "true", 401, nil)
	refused("somebody of the practice by the address alone", "priya", p.calm.email, true, 401, nil)
	refused("another state", "theo", "theo@harbour.example", true, 422, func(back url.Values, _ map[string]any) { back.Set("state", "guessed") })
	refused("another nonce", "theo", "theo@harbour.example", true, 503, func(_ url.Values, claims map[string]any) { claims["nonce"] = "guessed" })
	refused("another audience", "theo", "theo@harbour.example", true, 503, func(_ url.Values, claims map[string]any) { claims["aud"] = "elsewhere" })
	refused("another issuer", "theo", "theo@harbour.example", true, 503, func(_ url.Values, claims map[string]any) { claims["iss"] = "https://evil.example" })
	refused("an old answer", "theo", "theo@harbour.example", true, 503, func(_ url.Values, claims map[string]any) { claims["exp"] = time.Now().Add(-time.Hour).Unix() })

	mine, theirs := browser(), browser() // a code that another browser's person was given
	stolen := idp.visit(theirs, "/login/provider", "theo", "theo@harbour.example", true, nil)
	back, _ := url.Parse(idp.visit(mine, "/login/provider", "x", "x@x.example", true, nil))
	q := back.Query()
	taken, _ := url.Parse(stolen)
	q.Set("code", taken.Query().Get("code"))
	mine.send(web.ProviderCallback+"?"+q.Encode(), 503, nil)
	browser().send(stolen, 422, nil) // the whole address, in a browser that never left

	theo := browser()
	at := idp.visit(theo, "/login/provider?next=/inbox", "theo", "Theo@Harbour.example", true, nil)
	if a := theo.send(at, 303, nil); a.Header.Get("Location") != "/inbox" || theo.session == "" {
		t.Fatalf("led to %s", a.Header.Get("Location"))
	}
	theo.send("/clients", 200, nil)
	theo.send(at, 422, nil) // once
	if _, err := p.house.account.SignIn(t.Context(), accountapp.SignIn{Email: "theo@harbour.example", Password: ""}); err == nil {
		t.Error("who has no password signs in without one")
	}
	again := browser()
	again.send(idp.visit(again, "/login/provider", "theo", "new.name@harbour.example", false, nil), 303, nil) // the subject is the name
	again.send("/clients", 200, nil)
	refused("another subject with the address", "theo2", "theo@harbour.example", true, 401, nil)

	boss := &browserless{t: t, base: base, session: p.calm.session}
	if a := boss.send(idp.visit(boss, "/account/provider", "theo", "theo@harbour.example", true, nil), 409, nil); !strings.Contains(a.text, account.ErrLinked.Message) {
		t.Errorf("somebody else's identity is linked: %s", a.text)
	}
	boss.send(idp.visit(boss, "/account/provider", "boss", "any@other.example", false, nil), 303, nil)
	in := browser()
	in.send(idp.visit(in, "/login/provider", "boss", "", nil, nil), 303, nil)
	if s, err := p.house.account.Session(t.Context(), accountapp.Secret(in.session)); err != nil || s.ID != p.calm.staff {
		t.Errorf("the linked identity is %+v, %v", s, err)
	}

	if _, err := p.house.people.Deactivate(t.Context(), accountapp.Deactivate{By: p.calm.by(), Actor: owner, Staff: id, To: p.calm.staff}); err != nil {
		t.Fatal(err)
	}
	refused("who has left", "theo", "theo@harbour.example", true, 401, nil)

	var facts []string
	rows, err := p.house.db.Work.Query(t.Context(), `SELECT type FROM es.events WHERE stream_id = $1 ORDER BY version`, account.ID(id))
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		facts = append(facts, name)
	}
	if want := []string{"account.staff_invited", "account.provider_linked", "account.staff_joined", "account.staff_deactivated"}; !slices.Equal(facts, want) {
		t.Errorf("recorded %q, want %q", facts, want)
	}
	if left := slices.Collect(maps.Keys(theo.other)); slices.Contains(left, "portico-provider") {
		t.Errorf("the attempt's cookie is still there: %q", left)
	}
}
