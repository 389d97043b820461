package main

import (
	"context"
	"fmt"

	"portico/adapters/postgres"
	accountapp "portico/app/account"
	"portico/domain/account"
	"portico/domain/privacy"

	"github.com/jackc/pgx/v5"
)

// loginsOfHistory does once more to the rows of contacts' logins what their history says: whoever wrote the event may have
// died before the rows. Hearing it twice changes nothing.
func loginsOfHistory(visitors accountapp.Contacts) postgres.Subscription {
	return postgres.Subscription{
		Name: "logins_of_history", Version: 1, Types: []string{account.AddressChanged{}.EventType(), privacy.SubjectErased{}.EventType()},
		Handle: func(ctx context.Context, _ pgx.Tx, b postgres.Batch) (err error) {
			for _, r := range b.Events {
				switch e := r.Event.(type) {
				case account.AddressChanged:
					err = visitors.Moved(ctx, r.Firm, account.PersonOf(r.Stream.ID), e.Old.Text, e.New.Text)
				case privacy.SubjectErased:
					err = visitors.Rows.Forget(ctx, r.Firm, e.Subject)
				}
				if err != nil {
					return fmt.Errorf("do to a login what %s %d says: %w", r.Stream, r.Version, err)
				}
			}
			return nil
		},
	}
}
