package account

import (
	"context"
	"time"

	"portico/app/es"
	"portico/domain/account"

	"github.com/google/uuid"
)

// Notices are which mails about tasks contacts get.
type Notices struct{ Events es.Store }

// Choose states anew which mails about tasks a contact does without.
func (n Notices) Choose(ctx context.Context, by es.By, contact uuid.UUID, off []account.NoticeSort) (es.Result, error) {
	return es.Execute(ctx, n.Events, by, account.Stream(contact), func(a account.Account, now time.Time) ([]account.Event, error) {
		return a.ChooseNotices(off, now)
	})
}

// Wanted are the sorts of mails about tasks that a contact gets.
func (n Notices) Wanted(ctx context.Context, firm int32, contact uuid.UUID) (sorts []account.NoticeSort, err error) {
	err = es.Look(ctx, n.Events, firm, account.Stream(contact), func(a account.Account, _ int, _ time.Time) error {
		for _, s := range account.NoticeSorts() {
			if a.Wants(s) {
				sorts = append(sorts, s)
			}
		}
		return nil
	})
	return sorts, err
}
