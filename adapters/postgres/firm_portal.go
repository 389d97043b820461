package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	app "portico/app/firm"
	"portico/domain/firm"

	"github.com/jackc/pgx/v5"
)

// portalJSON is p as its column takes it.
func portalJSON(p app.Portal) string {
	text, err := json.Marshal(p)
	if err != nil {
		panic(err) // there are only texts and numbers in it
	}
	return string(text)
}

// Portal is how a practice's portal is set up.
func (l FirmList) Portal(ctx context.Context, no int32) (p app.Portal, err error) {
	err = l.DB.scopedRow(ctx, no, `SELECT portal FROM portal.firm WHERE firm_no = $1`, []any{no}, &p)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, firm.ErrNotFound
	}
	if err != nil {
		return p, fmt.Errorf("read practice %d: %w", no, err)
	}
	return p, nil
}

// Terms is the newest version of what people accept.
func (l FirmList) Terms(ctx context.Context, no int32) (t app.Terms, err error) {
	t.Version = firm.StandardTerms
	err = l.DB.scoped(ctx, no, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT language, body, version, published_at FROM portal.terms WHERE firm_no = $1`, no)
		if err != nil {
			return err
		}
		var text firm.TermsText
		_, err = pgx.ForEachRow(rows, []any{&text.Language, &text.Text, &t.Version, &t.PublishedAt}, func() error {
			t.Texts = append(t.Texts, text)
			return nil
		})
		return err
	})
	if err != nil {
		return t, fmt.Errorf("read the terms of practice %d: %w", no, err)
	}
	return t, nil
}

// Articles are a practice's own help articles.
func (l FirmList) Articles(ctx context.Context, no int32, language string) (list []app.Article, err error) {
	err = l.DB.scoped(ctx, no, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT id, language, title, body, saved_at FROM portal.help_article
			WHERE firm_no = $1 AND ($2 = '' OR language IN ('', $2)) ORDER BY lower(title), id`, no, language)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[app.Article])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the help of practice %d: %w", no, err)
	}
	return list, nil
}
