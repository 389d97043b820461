package account

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"portico/app/secret"
	"portico/domain/account"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
	"github.com/google/uuid"
)

// Passkeys know under which address passkeys work here. With the zero value they work nowhere: ErrPasskey.
type Passkeys struct{ party *webauthn.WebAuthn }

// Work tells whether passkeys work here at all.
func (p Passkeys) Work() bool { return p.party != nil }

// ceremonyLimit is how long a browser may take to answer.
const ceremonyLimit = 5 * time.Minute

// NewPasskeys takes the address of the pages, "https://portal.example". A passkey is bound to its host. Browsers know no
// passkeys for bare IP addresses: on a machine of one's own they work at localhost.
func NewPasskeys(baseURL string) (Passkeys, error) {
	u, err := url.Parse(baseURL)
	if err != nil {
		return Passkeys{}, fmt.Errorf("find the host of passkeys: %w", err)
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil {
		if !ip.IsLoopback() {
			return Passkeys{}, nil
		}
		u.Host = strings.TrimSuffix("localhost:"+u.Port(), ":")
	}
	limit := webauthn.TimeoutConfig{Enforce: true, Timeout: ceremonyLimit, TimeoutUVD: ceremonyLimit}
	party, err := webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: "Portico", RPOrigins: []string{u.Scheme + "://" + u.Host},
		AttestationPreference: protocol.PreferNoAttestation, // it would tell who made a person's device, and nothing that we act on
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(),
			UserVerification: protocol.VerificationRequired,
		},
		Timeouts: webauthn.TimeoutsConfig{Login: limit, Registration: limit},
	})
	if err != nil {
		return Passkeys{}, fmt.Errorf("set up passkeys at %s: %w", baseURL, err)
	}
	return Passkeys{party}, nil
}

// holder is a person as the library wants them.
type holder struct {
	Person
	credentials []webauthn.Credential
}

func (h holder) WebAuthnID() []byte                         { return h.ID[:] }
func (h holder) WebAuthnName() string                       { return h.Email }
func (h holder) WebAuthnDisplayName() string                { return h.Name }
func (h holder) WebAuthnCredentials() []webauthn.Credential { return h.credentials }

func (f Factors) holder(ctx context.Context, p Person) (holder, []KeptFactor, error) {
	kept, err := f.Rows.Factors(ctx, p)
	if err != nil {
		return holder{}, nil, err
	}
	kept = slices.DeleteFunc(kept, func(k KeptFactor) bool { return k.Method != account.ByPasskey })
	h := holder{Person: p}
	for _, k := range kept {
		var c webauthn.Credential
		if err := json.Unmarshal(k.Secret, &c); err != nil {
			return holder{}, nil, fmt.Errorf("read a passkey: %w", err)
		}
		h.credentials = append(h.credentials, c)
	}
	return h, kept, nil
}

// Challenge is what a browser asks a passkey with. Slip comes back with the answer.
type Challenge struct {
	PublicKey any    `json:"publicKey"`
	Slip      string `json:"slip"`
}

func (f Factors) slip(p secret.SlipPurpose, options any, session *webauthn.SessionData, err error) (Challenge, error) {
	if err != nil {
		return Challenge{}, fmt.Errorf("challenge a passkey: %w", err)
	}
	payload, err := json.Marshal(session)
	if err != nil {
		return Challenge{}, fmt.Errorf("challenge a passkey: %w", err)
	}
	return Challenge{PublicKey: options, Slip: f.Keys.Slip(p, payload)}, nil
}

// Answer is what a browser sends back: the slip as it was given, and the passkey's answer as JSON.
type Answer struct{ Slip, Credential string }

// open is the challenge behind an answer. It counts once (ErrPasskey).
func (f Factors) open(ctx context.Context, p secret.SlipPurpose, a Answer) (s webauthn.SessionData, err error) {
	payload, err := f.Keys.OpenSlip(p, a.Slip)
	if err != nil || f.Passkeys.party == nil {
		return s, account.ErrPasskey
	}
	if err := json.Unmarshal(payload, &s); err != nil || s.Expires.IsZero() {
		return s, account.ErrPasskey
	}
	fresh, err := f.Rows.Spend(ctx, sha256.Sum256([]byte(s.Challenge)))
	if err == nil && !fresh {
		err = account.ErrPasskey
	}
	return s, err
}

// ChallengeNew asks a browser for a new passkey of p. ErrFactorMany.
func (f Factors) ChallengeNew(ctx context.Context, p Person) (Challenge, error) {
	if f.Passkeys.party == nil {
		return Challenge{}, account.ErrPasskey
	}
	h, _, err := f.holder(ctx, p)
	if err != nil {
		return Challenge{}, err
	}
	options, session, err := f.Passkeys.party.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.credentials).CredentialDescriptors()))
	if err != nil {
		return Challenge{}, fmt.Errorf("challenge a passkey: %w", err)
	}
	return f.slip(secret.PasskeyAdding, options.Response, session, nil)
}

// AddPasskey makes a passkey a method of its person, and a way to sign in. codes as in Confirm. Errors: ErrLabel,
// ErrPasskey, ErrPasskeyTaken, ErrFactorMany.
func (f Factors) AddPasskey(ctx context.Context, p Person, label string, a Answer) (codes []string, err error) {
	made, err := f.newPasskey(ctx, p, label, a)
	if err != nil {
		return nil, err
	}
	return f.keepPasskey(ctx, p, made)
}

// madePasskey is a passkey that has answered for the first time and is kept nowhere yet.
type madePasskey struct {
	factor     KeptFactor
	credential Hash
}

// newPasskey checks what a browser made. Its challenge is spent by that. Errors: ErrLabel, ErrPasskey.
func (f Factors) newPasskey(ctx context.Context, p Person, label string, a Answer) (made madePasskey, err error) {
	if label, err = account.CheckLabel(label); err != nil {
		return made, err
	}
	session, err := f.open(ctx, secret.PasskeyAdding, a)
	if err != nil {
		return made, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(a.Credential))
	if err != nil {
		return made, account.ErrPasskey
	}
	h, _, err := f.holder(ctx, p)
	if err != nil {
		return made, err
	}
	credential, err := f.Passkeys.party.CreateCredential(h, session, parsed) // refuses the challenge of another person
	if err != nil {
		return made, account.ErrPasskey
	}
	kept, err := json.Marshal(credential)
	if err != nil {
		return made, fmt.Errorf("write a passkey: %w", err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return made, fmt.Errorf("name a factor: %w", err)
	}
	made.factor = KeptFactor{Factor: Factor{ID: id, Method: account.ByPasskey, Label: label}, Secret: kept}
	made.credential = sha256.Sum256(credential.ID)
	return made, nil
}

// keepPasskey makes it a method of its person. Errors: ErrPasskeyTaken, ErrFactorMany.
func (f Factors) keepPasskey(ctx context.Context, p Person, made madePasskey) (codes []string, err error) {
	if err := f.Rows.AddPasskey(ctx, p, made.factor, made.credential); err != nil {
		return nil, err
	}
	return f.added(ctx, p, made.factor.ID, account.ByPasskey)
}

// ChallengeAny asks a browser for a passkey of anybody, to sign in by.
func (f Factors) ChallengeAny() (Challenge, error) {
	if f.Passkeys.party == nil {
		return Challenge{}, account.ErrPasskey
	}
	options, session, err := f.Passkeys.party.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Challenge{}, fmt.Errorf("challenge a passkey: %w", err)
	}
	return f.slip(secret.PasskeySignIn, options.Response, session, nil)
}

// SignIn tells whose passkey answered (F8). find is who that person is today, with ok false for nobody who may come in.
// ErrPasskey is all that anybody else hears.
func (f Factors) SignIn(ctx context.Context, kind account.PersonKind, a Answer, find func(ctx context.Context, firm int32, person uuid.UUID) (p Person, ok bool, err error)) (Person, error) {
	session, err := f.open(ctx, secret.PasskeySignIn, a)
	if err != nil {
		return Person{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(a.Credential))
	if err != nil {
		return Person{}, account.ErrPasskey
	}
	var broken error
	var h holder
	var kept []KeptFactor
	credential := func(rawID, handle []byte) (webauthn.User, error) {
		of, ok, err := f.Rows.Passkey(ctx, sha256.Sum256(rawID))
		if err != nil {
			broken = err
			return nil, err
		}
		if !ok || of.Kind != kind {
			return nil, account.ErrPasskey
		}
		p, ok, err := find(ctx, of.Firm, of.ID)
		if err == nil && ok {
			h, kept, err = f.holder(ctx, p)
		}
		if err != nil {
			broken = err
			return nil, err
		}
		if !ok {
			return nil, account.ErrPasskey
		}
		return h, nil
	}
	_, found, err := f.Passkeys.party.ValidatePasskeyLogin(credential, session, parsed)
	if broken != nil {
		return Person{}, broken
	}
	if err != nil {
		return Person{}, account.ErrPasskey
	}
	return h.Person, f.used(ctx, h.Person, kept, found)
}

// ChallengeOwn asks a browser for a passkey of p, for purpose. ErrMethod where p has none.
func (f Factors) ChallengeOwn(ctx context.Context, purpose secret.SlipPurpose, p Person) (Challenge, error) {
	if f.Passkeys.party == nil {
		return Challenge{}, account.ErrPasskey
	}
	h, _, err := f.holder(ctx, p)
	if err != nil {
		return Challenge{}, err
	}
	if len(h.credentials) == 0 {
		return Challenge{}, account.ErrMethod
	}
	options, session, err := f.Passkeys.party.BeginLogin(h, webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Challenge{}, fmt.Errorf("challenge a passkey: %w", err)
	}
	return f.slip(purpose, options.Response, session, nil)
}

// ShowPasskey checks that a passkey of p answered, for the purpose of its challenge. ErrPasskey.
func (f Factors) ShowPasskey(ctx context.Context, purpose secret.SlipPurpose, p Person, a Answer) error {
	session, err := f.open(ctx, purpose, a)
	if err != nil {
		return err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(a.Credential))
	if err != nil {
		return account.ErrPasskey
	}
	h, kept, err := f.holder(ctx, p)
	if err != nil {
		return err
	}
	found, err := f.Passkeys.party.ValidateLogin(h, session, parsed) // refuses the challenge and the passkey of another person
	if err != nil {
		return account.ErrPasskey
	}
	return f.used(ctx, p, kept, found)
}

// used stores what an answer changed in its passkey. A counter that goes backwards is a copy's (ErrPasskey).
func (f Factors) used(ctx context.Context, p Person, kept []KeptFactor, c *webauthn.Credential) error {
	if c.Authenticator.CloneWarning {
		return account.ErrPasskey
	}
	for _, k := range kept {
		var before webauthn.Credential
		if err := json.Unmarshal(k.Secret, &before); err != nil || !slices.Equal(before.ID, c.ID) {
			continue
		}
		after, err := json.Marshal(c)
		if err != nil {
			return fmt.Errorf("write a passkey: %w", err)
		}
		k.Secret = after
		return f.Rows.UsePasskey(ctx, p, k)
	}
	return errors.New("a passkey that answered is not there")
}
