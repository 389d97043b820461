package postgres

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	app "portico/app/firm"
	"portico/domain/event"
	"portico/domain/firm"
	"portico/domain/task"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// firmModel owns portal.firm, portal.upload_policy, portal.message_template, portal.terms and portal.help_article. Its
// portal is what pages need of how a portal is set up, as JSON: they need all of it or nothing.
var firmModel = Model{
	Name: "firm_list", Version: 5, Kinds: []event.Kind{firm.Kind},
	Tables: []Table{
		{
			Name: "firm",
			Columns: []string{
				"id uuid NOT NULL", "firm_no integer NOT NULL", "name text NOT NULL", "email text NOT NULL", "zone text NOT NULL",
				"max_file_bytes bigint NOT NULL", "quota_bytes bigint NOT NULL", "button text NOT NULL",
				"portal jsonb NOT NULL",
			},
			Key:     []string{"id"},
			Indexes: []string{"firm_no"},
			Own:     ofPractice,
		},
		{
			Name:    "upload_policy",
			Columns: []string{"firm_id uuid NOT NULL", "firm_no integer NOT NULL", "channel text NOT NULL", "window_ms bigint NOT NULL", "deliver text NOT NULL", "off boolean NOT NULL"},
			Key:     []string{"firm_id", "channel"},
			Own:     ofPractice,
		},
		{
			Name: "message_template",
			Columns: []string{
				"firm_id uuid NOT NULL", "firm_no integer NOT NULL", "id uuid NOT NULL", "name text NOT NULL", "body text NOT NULL",
				"saved_at timestamptz NOT NULL", "purpose text NOT NULL",
			},
			Key: []string{"firm_id", "id"},
			Own: ofPractice,
		},
		{
			Name: "terms",
			Columns: []string{
				"firm_id uuid NOT NULL", "firm_no integer NOT NULL", "language text NOT NULL", "version integer NOT NULL", "body text NOT NULL",
				"published_at timestamptz NOT NULL",
			},
			Key: []string{"firm_id", "language"},
			Own: ofPractice,
		},
		{
			Name: "help_article",
			Columns: []string{
				"firm_id uuid NOT NULL", "firm_no integer NOT NULL", "id uuid NOT NULL", "language text NOT NULL", "title text NOT NULL", "body text NOT NULL",
				"saved_at timestamptz NOT NULL",
			},
			Key: []string{"firm_id", "id"},
			Own: ofPractice,
		},
	},
	New: func(s event.Stream, no int32) View {
		return &firmView{
			id: s.ID, no: no, policies: map[firm.Channel]firm.Policy{}, templates: map[uuid.UUID]app.Template{},
			articles: map[uuid.UUID]app.Article{}, portal: app.NewPortal(no, s.ID),
		}
	},
}

type firmView struct {
	id        uuid.UUID
	no        int32
	portal    app.Portal
	policies  map[firm.Channel]firm.Policy
	templates map[uuid.UUID]app.Template
	terms     firm.TermsPublished
	articles  map[uuid.UUID]app.Article
}

func (v *firmView) Apply(r event.Recorded) error {
	e, ok := r.Event.(firm.Event)
	if !ok {
		return unexpected(r)
	}
	v.portal = v.portal.Apply(e)
	switch e := event.Event(e).(type) { // the fold above has the whole list
	case firm.UploadPolicySet:
		v.policies[e.Channel] = firm.Policy{Window: time.Duration(e.WindowMS) * time.Millisecond, Deliver: e.Deliver, Off: v.policies[e.Channel].Off}
	case firm.UploadsSwitched:
		p, ok := v.policies[e.Channel]
		if !ok {
			p = firm.DefaultPolicy(e.Channel)
		}
		p.Off = e.Off
		v.policies[e.Channel] = p
	case firm.MessageTemplateSaved:
		v.templates[e.Template] = app.Template{
			ID: e.Template, Name: e.Name, Text: e.Text, SavedAt: r.At, Purpose: cmp.Or(v.templates[e.Template].Purpose, firm.ForLink),
		}
	case firm.MessageTemplatePurposeSet:
		if t, ok := v.templates[e.Template]; ok {
			t.Purpose = e.Purpose
			v.templates[e.Template] = t
		}
	case firm.MessageTemplateRemoved:
		delete(v.templates, e.Template)
	case firm.TermsPublished:
		v.terms = e
	case firm.ArticleSaved:
		v.articles[e.Article] = app.Article{ID: e.Article, Language: e.Language, Title: e.Title, Text: e.Text, SavedAt: r.At}
	case firm.ArticleRemoved:
		delete(v.articles, e.Article)
	}
	return nil
}

func (v *firmView) Rows() [][]Row {
	policies := make([]Row, 0, len(v.policies))
	for channel, p := range v.policies {
		policies = append(policies, Row{v.id, v.no, string(channel), p.Window.Milliseconds(), string(p.Deliver), p.Off})
	}
	slices.SortFunc(policies, func(a, b Row) int { return strings.Compare(a[2].(string), b[2].(string)) })
	templates := make([]Row, 0, len(v.templates))
	for _, id := range slices.SortedFunc(maps.Keys(v.templates), func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }) {
		t := v.templates[id]
		templates = append(templates, Row{v.id, v.no, t.ID, t.Name, t.Text, t.SavedAt, string(t.Purpose)})
	}
	terms := make([]Row, 0, len(v.terms.Texts))
	for _, t := range v.terms.Texts {
		terms = append(terms, Row{v.id, v.no, t.Language, v.terms.Version, t.Text, v.terms.At})
	}
	articles := make([]Row, 0, len(v.articles))
	for _, id := range slices.SortedFunc(maps.Keys(v.articles), func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }) {
		a := v.articles[id]
		articles = append(articles, Row{v.id, v.no, a.ID, a.Language, a.Title, a.Text, a.SavedAt})
	}
	p := v.portal
	return [][]Row{
		{{v.id, v.no, p.Name, p.Email, p.Zone, p.Limits.MaxFileBytes, p.Limits.QuotaBytes, p.Button, portalJSON(p)}},
		policies, templates, terms, articles,
	}
}

// FirmList reads the practices. It implements app/firm.Reader and app/uploadlink.Policies and app/task.Policies.
type FirmList struct{ DB *DB }

// Firm is one practice.
func (l FirmList) Firm(ctx context.Context, no int32) (p app.Practice, err error) {
	full, err := l.Portal(ctx, no)
	return full.Practice, err
}

// UploadPolicy is a channel's rule as it stands.
func (l FirmList) UploadPolicy(ctx context.Context, no int32, channel firm.Channel) (firm.Policy, error) {
	if channel != firm.LinkChannel && channel != firm.TaskChannel {
		return firm.Policy{}, firm.ErrChannel
	}
	p, _, err := l.rules(ctx, no, channel)
	return p, err
}

// LinkPolicy is the rule for files that come in through mailed links.
func (l FirmList) LinkPolicy(ctx context.Context, no int32) (uploadlink.Policy, error) {
	p, limits, err := l.rules(ctx, no, firm.LinkChannel)
	return uploadlink.Policy{Window: p.Window, AtOnce: p.Deliver == firm.AtOnce, MaxFileSize: limits.MaxFileBytes}, err
}

// TaskPolicy is the rule for files that come in on tasks.
func (l FirmList) TaskPolicy(ctx context.Context, no int32) (task.FilePolicy, error) {
	p, _, err := l.rules(ctx, no, firm.TaskChannel)
	return task.FilePolicy{Window: p.Window, AtOnce: p.Deliver == firm.AtOnce, Off: p.Off}, err
}

// rules are all that decides on a file of the channel, in one round trip: each upload asks for them.
func (l FirmList) rules(ctx context.Context, no int32, channel firm.Channel) (p firm.Policy, limits firm.Limits, err error) {
	var ms *int64
	var deliver *string
	var off *bool
	err = l.DB.scopedRow(ctx, no, `
		SELECT p.window_ms, p.deliver, p.off, f.max_file_bytes, f.quota_bytes
		FROM portal.firm f LEFT JOIN portal.upload_policy p ON p.firm_id = f.id AND p.channel = $2
		WHERE f.firm_no = $1`, []any{no, string(channel)}, &ms, &deliver, &off, &limits.MaxFileBytes, &limits.QuotaBytes)
	p = firm.DefaultPolicy(channel)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return p, firm.Limits{}, nil
	case err != nil:
		return p, limits, fmt.Errorf("read the upload policy of practice %d: %w", no, err)
	case ms != nil && deliver != nil && off != nil:
		p = firm.Policy{Window: time.Duration(*ms) * time.Millisecond, Deliver: firm.Deliver(*deliver), Off: *off}
	}
	return p, limits, nil
}

// Templates are a practice's texts for messages, by name.
func (l FirmList) Templates(ctx context.Context, no int32) (list []app.Template, err error) {
	err = l.DB.scoped(ctx, no, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT id, name, body, saved_at, purpose FROM portal.message_template WHERE firm_no = $1 ORDER BY lower(name), id`, no)
		if err != nil {
			return err
		}
		list, err = pgx.CollectRows(rows, pgx.RowToStructByPos[app.Template])
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the templates of practice %d: %w", no, err)
	}
	return list, nil
}
