package account

import (
	"context"
	"crypto/subtle"
	"net/netip"
	"slices"
	"time"

	"portico/app/secret"
	"portico/domain/account"
)

// Show is somebody's try to show their second factor.
type Show struct {
	Person Person
	Method account.Method // ByApp, ByMail, ByText or ByRecovery
	Code   string         // as it was typed
	From   netip.Addr
	Device Secret // the mark of a device on which it was shown before
}

// Show checks a code. Wrong ones are counted before they are looked at (F7). Errors: ErrCode, ErrMethod for one that the
// person doesn't have, ErrSlowDown with the wait in its sentence.
func (f Factors) Show(ctx context.Context, cmd Show) error {
	held, err := f.Rows.Factors(ctx, cmd.Person)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(held, func(k KeptFactor) bool { return k.Method == cmd.Method })
	if i < 0 && (cmd.Method != account.ByRecovery || len(held) == 0) {
		return account.ErrMethod
	}
	return f.counted(ctx, cmd.Person, cmd.Device, cmd.From, func() (bool, error) {
		switch cmd.Method {
		case account.ByApp:
			step, right, err := f.appStep(ctx, held[i].Secret, account.Code(cmd.Code))
			if err != nil || !right {
				return false, err
			}
			return f.Rows.UseStep(ctx, held[i].ID, step)
		case account.ByMail, account.ByText:
			return f.sentCode(ctx, cmd.Person, account.ForSignIn, account.Code(cmd.Code))
		case account.ByRecovery:
			return f.recovery(ctx, cmd.Person, account.RecoveryCode(cmd.Code))
		}
		return false, nil
	})
}

// counted lets check look at a code, unless too many were wrong before. ErrCode where it says no.
func (f Factors) counted(ctx context.Context, p Person, device Secret, from netip.Addr, check func() (bool, error)) error {
	own := ThrottleKey{Hash: throttleHash("second factor", p.ID.String()), Limit: account.Slow}
	if device != "" {
		known, err := f.Rows.Trusted(ctx, p.ID, device.Hash())
		if err != nil {
			return err
		}
		if known {
			own = ThrottleKey{Hash: throttleHash("second factor of device", p.ID.String()+string(device)), Limit: account.Shown}
		}
	}
	keys := []ThrottleKey{own, {Hash: throttleHash("network", Network(from)), Limit: account.PerNetwork}}
	wait, err := f.Throttle.Try(ctx, keys)
	if err != nil {
		return err
	}
	if wait > 0 {
		return &SlowDownError{Wait: wait}
	}
	right, err := check()
	if err != nil {
		return err
	}
	if !right {
		return account.ErrCode
	}
	return f.Throttle.Forgive(ctx, keys[0], keys[1])
}

// appStep finds the half minute that a code belongs to (F2).
func (f Factors) appStep(ctx context.Context, key []byte, code string) (step int64, right bool, err error) {
	now, err := f.Rows.Now(ctx)
	if err != nil {
		return 0, false, err
	}
	for _, s := range account.AppSteps(now) {
		if subtle.ConstantTimeCompare([]byte(HOTP(key, s)), []byte(code)) == 1 {
			step, right = s, true
		}
	}
	return step, right, nil
}

// sentCode checks a code that was mailed or texted, and uses it up (F1).
func (f Factors) sentCode(ctx context.Context, p Person, purpose account.Purpose, code string) (bool, error) {
	generation, ok, err := f.Rows.TryCode(ctx, p.ID, purpose)
	if err != nil || !ok || !f.Keys.IsCode(secret.CodeOf{Person: p.ID, Purpose: string(purpose), Generation: generation}, code) {
		return false, err
	}
	return f.Rows.SpendCode(ctx, p.ID, purpose, generation)
}

func (f Factors) recovery(ctx context.Context, p Person, code string) (bool, error) {
	if code == "" {
		return false, nil
	}
	left, ok, err := f.Rows.SpendRecovery(ctx, p.ID, recoveryHash(p.ID, code))
	if err != nil || !ok {
		return false, err
	}
	return true, f.record(ctx, p.by(), p.ID, func(_ account.Factors, now time.Time) []account.Event {
		return []account.Event{account.RecoveryCodeUsed{Left: left, At: now}}
	})
}

// AskCode sends a code to where a person's method says, or to a number that is to be proved. Errors: ErrMethod, ErrNoText,
// ErrSlowDown with the wait in its sentence.
func (f Factors) AskCode(ctx context.Context, p Person, purpose account.Purpose, channel account.Channel) error {
	if err := f.mayAsk(ctx, p, purpose, channel); err != nil {
		return err
	}
	return f.sendCode(ctx, p, purpose, channel)
}

func (f Factors) mayAsk(ctx context.Context, p Person, purpose account.Purpose, channel account.Channel) error {
	if channel == account.TextChannel && !f.Texts {
		return account.ErrNoText
	}
	if channel == account.MailChannel && p.Kind == account.OfStaff {
		return account.ErrMethod
	}
	key := ThrottleKey{Hash: throttleHash("codes for "+string(purpose), p.ID.String()), Limit: account.Asking}
	wait, err := f.Throttle.Try(ctx, []ThrottleKey{key})
	if err != nil {
		return err
	}
	if wait > 0 {
		return &SlowDownError{Wait: wait}
	}
	return nil
}

func (f Factors) sendCode(ctx context.Context, p Person, purpose account.Purpose, channel account.Channel) error {
	generation, err := f.Rows.NextCode(ctx, p.ID, purpose)
	if err != nil {
		return err
	}
	return f.record(ctx, p.by(), p.ID, func(_ account.Factors, now time.Time) []account.Event {
		return []account.Event{account.CodeRequested{Purpose: purpose, Generation: generation, Channel: channel, At: now}}
	})
}
