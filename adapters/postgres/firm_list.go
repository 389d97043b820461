package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	app "portico/app/firm"
	"portico/domain/event"
	"portico/domain/firm"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// firmModel owns portal.firm and portal.upload_policy.
var firmModel = Model{
	Name: "firm_list", Version: 1, Kinds: []event.Kind{firm.Kind},
	Tables: []Table{
		{
			Name:    "firm",
			Columns: []string{"id uuid NOT NULL", "firm_no integer NOT NULL", "name text NOT NULL", "email text NOT NULL", "zone text NOT NULL"},
			Key:     []string{"id"},
			Indexes: []string{"firm_no"},
		},
		{
			Name:    "upload_policy",
			Columns: []string{"firm_id uuid NOT NULL", "firm_no integer NOT NULL", "channel text NOT NULL", "window_ms bigint NOT NULL", "deliver text NOT NULL"},
			Key:     []string{"firm_id", "channel"},
		},
	},
	New: func(s event.Stream, no int32) View {
		return &firmView{id: s.ID, no: no, policies: map[firm.Channel]firm.UploadPolicySet{}}
	},
}

type firmView struct {
	id       uuid.UUID
	no       int32
	founded  firm.Founded
	policies map[firm.Channel]firm.UploadPolicySet
}

func (v *firmView) Apply(r event.Recorded) error {
	e, ok := r.Event.(firm.Event)
	if !ok {
		return unexpected(r)
	}
	switch e := e.(type) {
	case firm.Founded:
		v.founded = e
	case firm.UploadPolicySet:
		v.policies[e.Channel] = e
	}
	return nil
}

func (v *firmView) Rows() [][]Row {
	policies := make([]Row, 0, len(v.policies))
	for _, p := range v.policies {
		policies = append(policies, Row{v.id, v.no, string(p.Channel), p.WindowMS, string(p.Deliver)})
	}
	slices.SortFunc(policies, func(a, b Row) int { return strings.Compare(a[2].(string), b[2].(string)) })
	return [][]Row{{{v.id, v.no, v.founded.Name, v.founded.Email, v.founded.Zone}}, policies}
}

// FirmList reads the practices. It implements app/firm.Reader and app/uploadlink.Policies.
type FirmList struct{ DB *DB }

// Firm is one practice.
func (l FirmList) Firm(ctx context.Context, no int32) (p app.Practice, err error) {
	err = l.DB.scoped(ctx, no, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `SELECT firm_no, id, name, email, zone FROM portal.firm WHERE firm_no = $1`, no).
			Scan(&p.No, &p.ID, &p.Name, &p.Email, &p.Zone)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return p, firm.ErrNotFound
	}
	if err != nil {
		return p, fmt.Errorf("read practice %d: %w", no, err)
	}
	return p, nil
}

// UploadPolicy is a channel's rule as it stands.
func (l FirmList) UploadPolicy(ctx context.Context, no int32, channel firm.Channel) (firm.Policy, error) {
	if channel != firm.LinkChannel {
		return firm.Policy{}, firm.ErrChannel
	}
	var ms int64
	var deliver string
	err := l.DB.scoped(ctx, no, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, `SELECT window_ms, deliver FROM portal.upload_policy WHERE firm_no = $1 AND channel = $2`, no, string(channel)).
			Scan(&ms, &deliver)
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return firm.DefaultPolicy(channel), nil
	}
	if err != nil {
		return firm.Policy{}, fmt.Errorf("read the upload policy of practice %d: %w", no, err)
	}
	return firm.Policy{Window: time.Duration(ms) * time.Millisecond, Deliver: firm.Deliver(deliver)}, nil
}

// LinkPolicy is the rule for files that come in through mailed links.
func (l FirmList) LinkPolicy(ctx context.Context, no int32) (uploadlink.Policy, error) {
	p, err := l.UploadPolicy(ctx, no, firm.LinkChannel)
	return uploadlink.Policy{Window: p.Window, AtOnce: p.Deliver == firm.AtOnce}, err
}
