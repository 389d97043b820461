package postgres_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	accountapp "portico/app/account"
	"portico/app/es"
	"portico/app/es/estest"
	"portico/domain/account"
	"portico/domain/event"

	"github.com/google/uuid"
)

// hiring is a practice with an owner and an admin, and the commands on its people.
type hiring struct {
	doors
	people       accountapp.People
	store        *estest.Memory
	owner, admin accountapp.Staff
}

func hires(t *testing.T) *hiring {
	t.Helper()
	h := &hiring{doors: accounts(t), store: estest.NewMemory(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC))}
	h.people = accountapp.People{Rows: h.rows, Events: h.store, Hasher: h.Hasher, SignIn: h.SignIn}
	for role, to := range map[account.Role]*accountapp.Staff{account.Owner: &h.owner, account.Admin: &h.admin} {
		*to = accountapp.Staff{ID: uuid.Must(uuid.NewV7()), Firm: 1, Email: string(role) + "@example.com", Name: "Some " + string(role), Role: role}
		if err := h.AddStaff(t.Context(), accountapp.AddStaff{ID: to.ID, Firm: 1, Email: to.Email, Name: to.Name, Role: role, Password: "pebble orchard tram"}); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

func by(s accountapp.Staff) es.By {
	return es.By{Firm: s.Firm, Actor: event.Actor{Kind: event.Staff, ID: s.ID}, Command: uuid.Must(uuid.NewV7())}
}

func (h *hiring) invite(t *testing.T, role account.Role) uuid.UUID {
	t.Helper()
	id := uuid.Must(uuid.NewV7())
	if _, err := h.people.Invite(t.Context(), accountapp.InviteStaff{By: by(h.admin), Actor: h.admin, ID: id, Email: id.String()[24:] + "@Example.com", Name: "Nora New", Role: role}); err != nil {
		t.Fatal(err)
	}
	return id
}

func (h *hiring) facts() (types []string) {
	for _, r := range h.store.Log() {
		types = append(types, r.Event.EventType())
	}
	return types
}

// Rule 19: an invitation works once, is replaced by the next, and ends.
func TestStaffInvitation(t *testing.T) {
	h := hires(t)
	ctx := t.Context()
	id := h.invite(t, account.Assigned)
	if _, err := h.SignIn(ctx, accountapp.SignIn{Email: id.String()[24:] + "@example.com", Password: "pebble orchard tram"}); !errors.Is(err, account.ErrSignIn) {
		t.Errorf("who hasn't joined signs in: %v", err)
	}
	cmd := accountapp.InviteStaff{By: by(h.admin), Actor: h.admin, ID: uuid.Must(uuid.NewV7()), Email: "twice@example.com", Name: "Theo Twice", Role: account.Auditor}
	for range 2 { // a form sent twice
		if _, err := h.people.Invite(ctx, cmd); err != nil {
			t.Fatal(err)
		}
	}
	cmd.By, cmd.ID = by(h.admin), uuid.Must(uuid.NewV7())
	if _, err := h.people.Invite(ctx, cmd); !errors.Is(err, account.ErrEmailTaken) {
		t.Errorf("a second person with the address: %v", err)
	}
	cmd.Email, cmd.Role = "boss@example.com", account.Owner
	if _, err := h.people.Invite(ctx, cmd); !errors.Is(err, account.ErrOwners) {
		t.Errorf("an admin invites an owner: %v", err)
	}
	if _, err := h.people.InviteAgain(ctx, accountapp.InviteStaffAgain{By: by(h.admin), Actor: h.admin, Staff: id}); err != nil {
		t.Fatal(err)
	}
	join := accountapp.Join{Staff: id, Generation: 1, Password: "lantern quarry violin", Address: home}
	if _, err := h.people.Join(ctx, join); !errors.Is(err, account.ErrInvitationGone) {
		t.Errorf("the replaced invitation: %v", err)
	}
	join.Generation, join.Password = 2, "Nora New Nora New"
	if _, err := h.people.Join(ctx, join); !errors.Is(err, account.ErrPasswordWeak) {
		t.Errorf("a password made of one's name: %v", err)
	}
	join.Password = "lantern quarry violin"
	h.sql(t, `UPDATE account.staff SET invitation_expires_at = statement_timestamp() WHERE id = $1`, id)
	if _, err := h.people.Join(ctx, join); !errors.Is(err, account.ErrInvitationGone) {
		t.Errorf("an expired invitation: %v", err)
	}
	h.sql(t, `UPDATE account.staff SET invitation_expires_at = statement_timestamp() + interval '1 minute' WHERE id = $1`, id)
	var wg sync.WaitGroup
	joined := make(chan error, 4)
	for range 4 {
		wg.Go(func() {
			in, err := h.people.Join(ctx, join)
			if err == nil && (in.Staff.ID != id || in.Staff.Role != account.Assigned || in.Staff.Only() != id) {
				t.Errorf("joined as %+v", in.Staff)
			}
			joined <- err
		})
	}
	wg.Wait()
	close(joined)
	in := 0
	for err := range joined {
		if err == nil {
			in++
		} else if !errors.Is(err, account.ErrInvitationGone) {
			t.Error(err)
		}
	}
	if in != 1 {
		t.Errorf("%d of four at once have joined by one invitation", in)
	}
	if _, err := h.people.InviteAgain(ctx, accountapp.InviteStaffAgain{By: by(h.admin), Actor: h.admin, Staff: id}); !errors.Is(err, account.ErrJoined) {
		t.Errorf("inviting who has joined: %v", err)
	}
	want := []string{"account.staff_invited", "account.staff_invited", "account.staff_invited", "account.staff_joined"}
	if got := h.facts(); !slices.Equal(got, want) {
		t.Errorf("recorded %q, want %q", got, want)
	}
}

// Rules 9, 17, 20: who may be changed by whom, the last owner stays, and who leaves is out and has handed over.
func TestStaffComesAndGoes(t *testing.T) {
	h := hires(t)
	ctx := t.Context()
	role := func(actor accountapp.Staff, staff uuid.UUID, to account.Role) error {
		_, err := h.people.SetRole(ctx, accountapp.SetRole{By: by(actor), Actor: actor, Staff: staff, Role: to})
		return err
	}
	leave := func(actor accountapp.Staff, staff, to uuid.UUID) error {
		_, err := h.people.Deactivate(ctx, accountapp.Deactivate{By: by(actor), Actor: actor, Staff: staff, To: to})
		return err
	}
	invited := h.invite(t, account.Practitioner)
	for name, c := range map[string]struct{ got, want error }{
		"an admin unmakes an owner":        {role(h.admin, h.owner.ID, account.Admin), account.ErrOwners},
		"an admin makes an owner":          {role(h.admin, ann.ID, account.Owner), account.ErrOwners},
		"an owner changes themselves":      {role(h.owner, h.owner.ID, account.Admin), account.ErrSelf},
		"the last owner is unmade":         {role(accountapp.Staff{Firm: 1, Role: account.Owner}, h.owner.ID, account.Admin), account.ErrLastOwner},
		"the last owner leaves":            {leave(accountapp.Staff{Firm: 1, Role: account.Owner}, h.owner.ID, h.admin.ID), account.ErrLastOwner},
		"somebody of another practice":     {role(h.owner, bert.ID, account.Auditor), account.ErrUnknown},
		"handed to another practice":       {leave(h.owner, ann.ID, bert.ID), account.ErrColleague},
		"handed to oneself":                {leave(h.owner, ann.ID, ann.ID), account.ErrColleague},
		"handed to who hasn't joined":      {leave(h.owner, ann.ID, invited), account.ErrColleague},
		"an admin deactivates an owner":    {leave(h.admin, h.owner.ID, ann.ID), account.ErrOwners},
		"an admin deactivates themselves":  {leave(h.admin, h.admin.ID, ann.ID), account.ErrSelf},
		"no such role":                     {role(h.owner, ann.ID, "root"), account.ErrRole},
		"somebody who isn't there at all":  {leave(h.owner, uuid.Must(uuid.NewV7()), ann.ID), account.ErrUnknown},
		"an admin makes somebody an admin": {role(h.admin, ann.ID, account.Admin), nil},
	} {
		if !errors.Is(c.got, c.want) {
			t.Errorf("%s: %v, want %v", name, c.got, c.want)
		}
	}
	in := h.in(t, ann)
	if in.Staff.Role != account.Admin {
		t.Errorf("the role is %s", in.Staff.Role)
	}
	if err := role(h.owner, ann.ID, account.Auditor); err != nil {
		t.Fatal(err)
	}
	if s, err := h.Session(ctx, in.Session); err != nil || s.Role != account.Auditor {
		t.Errorf("the running session has %q, %v; a role holds from the next request on", s.Role, err)
	}
	if err := leave(h.owner, ann.ID, h.admin.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Session(ctx, in.Session); !errors.Is(err, account.ErrSession) {
		t.Errorf("the session of who has left: %v", err)
	}
	if err := role(h.owner, ann.ID, account.Admin); !errors.Is(err, account.ErrDeactivated) {
		t.Errorf("a role for who has left: %v", err)
	}
	rows, err := h.rows.Staff(ctx, 1, ann.ID)
	if err != nil || rows[0].HandedTo != h.admin.ID || rows[0].DeactivatedAt.IsZero() {
		t.Errorf("%+v, %v", rows, err)
	}
	if _, err := h.people.Reactivate(ctx, accountapp.Reactivate{By: by(h.owner), Actor: h.owner, Staff: ann.ID}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Session(ctx, in.Session); !errors.Is(err, account.ErrSession) {
		t.Errorf("the old session works again: %v", err)
	}
	h.in(t, ann)
}

// Rule 17: two owners who deactivate each other at the same moment leave one behind.
func TestOneOwnerStays(t *testing.T) {
	h := hires(t)
	for range 10 {
		other := accountapp.Staff{ID: uuid.Must(uuid.NewV7()), Firm: 1, Email: uuid.NewString() + "@example.com", Name: "Other Owner", Role: account.Owner}
		if err := h.rows.AddStaff(t.Context(), other, "$argon2id$"); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i, pair := range [][2]accountapp.Staff{{h.owner, other}, {other, h.owner}} {
			wg.Go(func() {
				_, errs[i] = h.people.Deactivate(t.Context(), accountapp.Deactivate{By: by(pair[0]), Actor: pair[0], Staff: pair[1].ID, To: h.admin.ID})
			})
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("of two owners who deactivate each other: %v", errs)
		}
		if errs[1] == nil { // the first one has left
			h.owner = other
		}
	}
}
