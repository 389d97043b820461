package account_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"portico/domain/account"
	"portico/domain/event"
)

// Rule 22: who says nothing gets everything, and what is chosen twice is no event.
func TestChooseNotices(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	var a account.Account
	for _, sort := range account.NoticeSorts() {
		if !a.Wants(sort) {
			t.Errorf("%s is off by itself", sort)
		}
	}
	choose := func(off ...account.NoticeSort) []account.Event {
		t.Helper()
		events, err := a.ChooseNotices(off, now)
		if err != nil {
			t.Fatal(err)
		}
		a = event.Fold(a, events...)
		return events
	}
	if e := choose(); len(e) > 0 {
		t.Errorf("nothing was chosen, and yet %+v", e)
	}
	e := choose(account.MessageNotices, account.AskedNotices, account.MessageNotices)
	if len(e) != 1 || !slices.Equal(e[0].(account.NoticesChosen).Off, []account.NoticeSort{account.AskedNotices, account.MessageNotices}) {
		t.Errorf("%+v", e)
	}
	if a.Wants(account.MessageNotices) || a.Wants(account.AskedNotices) || !a.Wants(account.SettledNotices) {
		t.Errorf("%+v", a)
	}
	if e := choose(account.AskedNotices, account.MessageNotices); len(e) > 0 {
		t.Errorf("the same again: %+v", e)
	}
	if e := choose(); len(e) != 1 || !a.Wants(account.MessageNotices) {
		t.Errorf("%+v", e)
	}
	if _, err := a.ChooseNotices([]account.NoticeSort{"security"}, now); !errors.Is(err, account.ErrNotices) {
		t.Errorf("what can't be switched off: %v", err)
	}
}
