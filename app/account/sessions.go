package account

import (
	"context"
	"net/netip"
	"strings"
	"time"
	"unicode"

	"portico/domain/account"

	"github.com/google/uuid"
)

// SessionRow is one live session of a person. What opens it isn't stored; ID only names it.
type SessionRow struct {
	ID         uuid.UUID
	Device     string // "Firefox on Windows"
	Browser    string // "Firefox", "" where nobody knows
	System     string // "Windows", likewise
	Address    string // where the sign-in came from; "" for sessions of before this was kept
	CreatedAt  time.Time
	LastSeenAt time.Time // rounded to a minute or so
	Current    bool      // it is the asker's own
}

// Sessions are the live sessions of staff, the newest sign-in first. own marks the asker's; "" marks none.
func (c Commands) Sessions(ctx context.Context, staff uuid.UUID, own Secret) ([]SessionRow, error) {
	return c.Rows.Sessions(ctx, staff, own.Hash())
}

// EndSession ends one session of staff at its next request. ErrSessionGone for one that has ended, or of somebody else.
func (c Commands) EndSession(ctx context.Context, staff, session uuid.UUID) error {
	return c.Rows.CloseOwn(ctx, staff, session)
}

// EndSessions ends all sessions of staff, the asker's own as well.
func (c Commands) EndSessions(ctx context.Context, staff uuid.UUID) error {
	return c.Rows.CloseAll(ctx, staff)
}

// ChangePassword is somebody's wish for another password, or, without New, to show that they know the present one.
type ChangePassword struct {
	Staff        Staff
	Present, New string
	Address      netip.Addr
	Session      Secret // of the browser that asks; "" for a program, which gets no new one
	Device       Secret
	Agent        string
}

// ChangePassword gives the person a new password and ends all their sessions (rule 7). A browser goes on with the
// session that is returned; for a program it is empty. Errors: ErrPassword, ErrPasswordWeak, ErrPresent, ErrSame,
// ErrSlowDown with the wait in its sentence, ErrBusy, ErrUnknown.
func (c Commands) ChangePassword(ctx context.Context, cmd ChangePassword) (SignedIn, error) {
	if err := account.CheckPassword(cmd.New, cmd.Staff.Email, cmd.Staff.Name); err != nil {
		return SignedIn{}, err
	}
	if err := c.present(ctx, cmd); err != nil {
		return SignedIn{}, err
	}
	if cmd.New == cmd.Present {
		return SignedIn{}, account.ErrSame
	}
	phc, err := c.Hasher.Hash(ctx, cmd.New)
	if err != nil {
		return SignedIn{}, err
	}
	if cmd.Session == "" {
		return SignedIn{}, c.Rows.Renew(ctx, cmd.Staff.ID, phc, nil)
	}
	in, row := newSession(cmd.Staff, SignIn{Address: cmd.Address, Session: cmd.Session, Device: cmd.Device, Agent: cmd.Agent})
	return in, c.Rows.Renew(ctx, cmd.Staff.ID, phc, &row)
}

// Reconfirm checks the password of somebody who signed in a while ago (F6). Errors: ErrPresent, ErrSlowDown with the wait
// in its sentence, ErrBusy, ErrSession.
func (c Commands) Reconfirm(ctx context.Context, cmd ChangePassword) error {
	if err := c.present(ctx, cmd); err != nil {
		return err
	}
	return c.Refresh(ctx, cmd.Session)
}

// present checks the present password; wrong tries are slowed down like those of a sign-in, so that an unattended screen
// is no place to guess.
func (c Commands) present(ctx context.Context, cmd ChangePassword) error {
	_, phc, ok, err := c.Rows.ByEmail(ctx, cmd.Staff.Email)
	if err != nil {
		return err
	}
	known, err := c.Rows.KnownDevice(ctx, cmd.Staff.ID, cmd.Device.Hash())
	if err != nil {
		return err
	}
	keys := throttleKeys(cmd.Staff.Email, cmd.Address, cmd.Device, known)
	wait, err := c.Rows.Try(ctx, keys)
	if err != nil {
		return err
	}
	if wait > 0 {
		return &SlowDownError{Wait: wait}
	}
	if len(cmd.Present) > 4*account.PasswordMax { // four bytes a character at most
		cmd.Present = ""
	}
	right, _, err := c.Hasher.Verify(ctx, phc, cmd.Present)
	if err != nil {
		return err
	}
	if !right || !ok {
		return account.ErrPresent
	}
	return c.Rows.Forgive(ctx, keys[0], keys[1])
}

// agent is what is kept of a browser's own name.
func agent(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, strings.ToValidUTF8(text, ""))
	if letters := []rune(text); len(letters) > 300 {
		text = string(letters[:300])
	}
	return text
}

// Words in browsers' own names, and what people call them. The first that is there counts: most browsers also claim to
// be the ones before them.
var (
	browsers = [][2]string{
		{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
		{"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"},
	}
	systems = [][2]string{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"CrOS", "ChromeOS"}, {"Macintosh", "Mac"}, {"Linux", "Linux"},
	}
)

// Device is a browser's own name in words that people know: "Firefox on Windows".
func Device(agent string) string {
	browser, system := Seen(agent)
	switch {
	case browser != "" && system != "":
		return browser + " on " + system
	case browser != "":
		return browser
	case system != "":
		return "A browser on " + system
	}
	return "An unknown device"
}

// Seen are the browser and the system of a browser's own name, "" where nobody knows.
func Seen(agent string) (browser, system string) {
	named := func(table [][2]string) string {
		for _, row := range table {
			if strings.Contains(agent, row[0]) {
				return row[1]
			}
		}
		return ""
	}
	return named(browsers), named(systems)
}
