// Package firmtest reads a practice's settings from a store in memory, for tests of what stands on them.
package firmtest

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"portico/app/es/estest"
	app "portico/app/firm"
	"portico/domain/event"
	"portico/domain/firm"

	"github.com/google/uuid"
)

// Reader reads what Store holds of one practice. Other numbers are unknown.
type Reader struct {
	Store *estest.Memory
	No    int32
	ID    uuid.UUID
}

var _ app.Reader = Reader{}

// events are those of the practice.
func (r Reader) events(no int32) (all []firm.Event) {
	if no != r.No {
		return nil
	}
	for _, e := range r.Store.Stream(firm.Stream(r.ID)) {
		all = append(all, e.(firm.Event))
	}
	return all
}

// log is events with what the store added.
func (r Reader) log(no int32) []event.Recorded {
	return slices.DeleteFunc(r.Store.Log(), func(e event.Recorded) bool { return no != r.No || e.Stream != firm.Stream(r.ID) })
}

// Portal implements app.Reader.
func (r Reader) Portal(_ context.Context, no int32) (app.Portal, error) {
	all := r.events(no)
	if len(all) == 0 {
		return app.Portal{}, firm.ErrNotFound
	}
	return event.Fold(app.NewPortal(r.No, r.ID), all...), nil
}

// Firm implements app.Reader.
func (r Reader) Firm(ctx context.Context, no int32) (app.Practice, error) {
	p, err := r.Portal(ctx, no)
	return p.Practice, err
}

// UploadPolicy implements app.Reader.
func (r Reader) UploadPolicy(_ context.Context, no int32, c firm.Channel) (firm.Policy, error) {
	if c != firm.LinkChannel && c != firm.TaskChannel {
		return firm.Policy{}, firm.ErrChannel
	}
	return event.Fold(firm.Firm{}, r.events(no)...).Policy(c), nil
}

// Templates implements app.Reader.
func (r Reader) Templates(_ context.Context, no int32) (list []app.Template, err error) {
	for _, r := range r.log(no) {
		switch e := r.Event.(type) {
		case firm.MessageTemplateSaved:
			saved := app.Template{ID: e.Template, Name: e.Name, Text: e.Text, SavedAt: r.At, Purpose: firm.ForLink}
			list = slices.DeleteFunc(list, func(t app.Template) bool {
				if t.ID == e.Template {
					saved.Purpose = t.Purpose
				}
				return t.ID == e.Template
			})
			list = append(list, saved)
		case firm.MessageTemplatePurposeSet:
			for i := range list {
				if list[i].ID == e.Template {
					list[i].Purpose = e.Purpose
				}
			}
		case firm.MessageTemplateRemoved:
			list = slices.DeleteFunc(list, func(t app.Template) bool { return t.ID == e.Template })
		}
	}
	return list, nil
}

// Terms implements app.Reader.
func (r Reader) Terms(_ context.Context, no int32) (app.Terms, error) {
	t := app.Terms{Version: firm.StandardTerms}
	for _, e := range r.events(no) {
		if e, ok := e.(firm.TermsPublished); ok {
			t = app.Terms{Version: e.Version, Texts: e.Texts, PublishedAt: e.At}
		}
	}
	return t, nil
}

// Articles implements app.Reader.
func (r Reader) Articles(_ context.Context, no int32, language string) (list []app.Article, err error) {
	for _, r := range r.log(no) {
		switch e := r.Event.(type) {
		case firm.ArticleSaved:
			list = slices.DeleteFunc(list, func(a app.Article) bool { return a.ID == e.Article })
			list = append(list, app.Article{ID: e.Article, Language: e.Language, Title: e.Title, Text: e.Text, SavedAt: r.At})
		case firm.ArticleRemoved:
			list = slices.DeleteFunc(list, func(a app.Article) bool { return a.ID == e.Article })
		}
	}
	list = slices.DeleteFunc(list, func(a app.Article) bool { return language != "" && a.Language != "" && a.Language != language })
	slices.SortFunc(list, func(a, b app.Article) int { return cmp.Compare(strings.ToLower(a.Title), strings.ToLower(b.Title)) })
	return list, nil
}
