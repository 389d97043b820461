// Package oidc asks a provider of identity who somebody is, by OpenID Connect: authorization code with PKCE, state and
// nonce.
package oidc

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"portico/app/account"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Provider is one provider of identity. It is account.Provider. Where it is and what its keys are is asked when the first
// person comes, so that the portal starts while the provider is away.
type Provider struct {
	Issuer       string // "https://login.example", as its own description calls it
	ClientID     string
	ClientSecret string
	Callback     string // our address that it sends people back to

	mu    sync.Mutex
	found *oidc.Provider
}

var _ account.Provider = (*Provider)(nil)

// patience bounds each question to the provider.
const patience = 10 * time.Second

var client = &http.Client{Timeout: patience}

// Check tells what is wrong with the configuration, as far as that can be known without asking anybody.
func (p *Provider) Check() error {
	u, err := url.Parse(p.Issuer)
	switch {
	case err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && u.Scheme != "http":
		return fmt.Errorf("the issuer is %q; it must be https://HOST", p.Issuer)
	case u.Scheme == "http" && u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1":
		return fmt.Errorf("the issuer is %q; only one on this machine may do without TLS", p.Issuer)
	case p.ClientID == "":
		return errors.New("the client id is not set")
	}
	return nil
}

// Begin is account.Provider.
func (p *Provider) Begin(ctx context.Context, a account.Attempt) (string, error) {
	config, _, err := p.configured(ctx)
	if err != nil {
		return "", err
	}
	return config.AuthCodeURL(string(a.State), oidc.Nonce(string(a.Nonce)), oauth2.S256ChallengeOption(string(a.Verifier))), nil
}

// Finish is account.Provider. What is told is believed where the provider has signed it for us, not long ago, in answer to
// this attempt.
func (p *Provider) Finish(ctx context.Context, a account.Attempt, code string) (account.Identity, error) {
	config, found, err := p.configured(ctx)
	if err != nil {
		return account.Identity{}, err
	}
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, client), patience)
	defer cancel()
	token, err := config.Exchange(ctx, code, oauth2.VerifierOption(string(a.Verifier)))
	if err != nil {
		return account.Identity{}, fmt.Errorf("redeem a provider's code: %w", err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return account.Identity{}, errors.New("the provider sent no id token")
	}
	id, err := found.Verifier(&oidc.Config{ClientID: p.ClientID}).Verify(ctx, raw)
	if err != nil {
		return account.Identity{}, fmt.Errorf("check an id token: %w", err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(a.Nonce)) != 1 {
		return account.Identity{}, errors.New("the id token answers another attempt")
	}
	var says struct {
		Email    string `json:"email"`
		Verified any    `json:"email_verified"` // some providers write it as a text; what is not plainly true is not
	}
	if err := id.Claims(&says); err != nil {
		return account.Identity{}, fmt.Errorf("read an id token: %w", err)
	}
	return account.Identity{Issuer: id.Issuer, Subject: id.Subject, Email: says.Email, Verified: says.Verified == true}, nil
}

func (p *Provider) configured(ctx context.Context) (*oauth2.Config, *oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found == nil {
		ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, client), patience)
		defer cancel()
		found, err := oidc.NewProvider(ctx, p.Issuer)
		if err != nil {
			return nil, nil, fmt.Errorf("ask the provider of identity where to go: %w", err)
		}
		p.found = found
	}
	return &oauth2.Config{
		ClientID: p.ClientID, ClientSecret: p.ClientSecret, RedirectURL: p.Callback, Endpoint: p.found.Endpoint(),
		Scopes: []string{oidc.ScopeOpenID, "email", "profile"},
	}, p.found, nil
}
