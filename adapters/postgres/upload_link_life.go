package postgres

import (
	"context"
	"slices"
	"time"

	app "portico/app/uploadlink"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// lifeTable is the history of a link as its page tells it (S1.i24): what the other tables overwrite stays here. version is
// the event's place in the stream, whose record knows who acted; folds don't look at that.
var lifeTable = Table{
	Name: "upload_life",
	Columns: []string{
		"link_id uuid NOT NULL", "firm_no integer NOT NULL", "n integer NOT NULL", "at timestamptz NOT NULL", "what text NOT NULL",
		"recipient_id uuid NOT NULL", "generation integer NOT NULL", "version integer NOT NULL", "detail text NOT NULL", "until timestamptz",
	},
	Key: []string{"link_id", "n"},
	Own: ofOwnLinks,
}

type lifeView struct {
	at         time.Time
	what       app.LifeFact
	recipient  uuid.UUID
	generation int
	version    int
	detail     string
	until      time.Time
}

func (v *uploadLinkView) add(r event.Recorded, l lifeView) {
	l.version = r.Version
	v.life = append(v.life, l)
}

// live adds what e says to the link's life, before the rest of the view hears of it. A link may be opened and used as
// often as wanted: the first time with a secret counts, and the first file of a person.
func (v *uploadLinkView) live(r event.Recorded, e uploadlink.Event) {
	add := func(l lifeView) { v.add(r, l) }
	once := func(l lifeView) {
		if !slices.ContainsFunc(v.life, func(o lifeView) bool {
			return o.what == l.what && o.recipient == l.recipient && o.generation == l.generation
		}) {
			add(l)
		}
	}
	switch e := e.(type) {
	case uploadlink.Issued:
		add(lifeView{at: r.At, what: app.LifeIssued, until: e.ExpiresAt})
	case uploadlink.Resent:
		for _, s := range e.Secrets {
			add(lifeView{at: r.At, what: app.LifeResent, recipient: s.Recipient, generation: s.Generation})
		}
	case uploadlink.Extended:
		add(lifeView{at: r.At, what: app.LifeExtended, until: e.ExpiresAt})
	case uploadlink.Revoked:
		add(lifeView{at: e.At, what: app.LifeRevoked, detail: e.Reason.String()})
	case uploadlink.Expired:
		add(lifeView{at: e.At, what: app.LifeExpired})
	case uploadlink.MailHandedOver:
		add(lifeView{at: e.At, what: app.LifeHandedOver, recipient: e.Recipient, generation: e.Generation})
	case uploadlink.MailDelivered:
		add(lifeView{at: e.At, what: app.LifeDelivered, recipient: e.Recipient, generation: e.Generation})
	case uploadlink.MailBounced:
		add(lifeView{at: e.At, what: app.LifeBounced, recipient: e.Recipient, generation: e.Generation, detail: e.Detail.String()})
	case uploadlink.MailGaveUp:
		add(lifeView{at: e.At, what: app.LifeGaveUp, recipient: e.Recipient, generation: e.Generation})
	case uploadlink.Redeemed:
		once(lifeView{at: e.At, what: app.LifeRedeemed, recipient: e.Recipient, generation: e.Generation})
	case uploadlink.FileReceived:
		once(lifeView{at: e.ReceivedAt, what: app.LifeUsed, recipient: e.Recipient})
	case uploadlink.NewLinkRequested:
		add(lifeView{at: e.At, what: app.LifeAsked, recipient: e.Recipient, generation: e.Generation, detail: e.Note.String()})
	case uploadlink.NewLinkRequestDismissed:
		add(lifeView{at: e.At, what: app.LifeDismissed, recipient: e.Recipient})
	case uploadlink.Copied:
		add(lifeView{at: e.At, what: app.LifeCopied, recipient: e.Recipient, generation: e.Generation})
	case uploadlink.AddressCorrected:
		before := v.recipient(e.Recipient).Email
		add(lifeView{at: e.At, what: app.LifeCorrected, recipient: e.Recipient, generation: e.Generation, detail: before.String()})
	case uploadlink.TransferStarted, uploadlink.TransferAbandoned, uploadlink.BatchOpened, uploadlink.FileRenamed,
		uploadlink.FileDeleted, uploadlink.BatchReleased, uploadlink.BatchCancelled, uploadlink.ScanAwaited, uploadlink.FileScanned,
		uploadlink.BatchSealed, uploadlink.QuarantineEmptied, uploadlink.WithdrawalRequested, uploadlink.WithdrawalAccepted, uploadlink.WithdrawalRefused:
		// Files have their own lines.
	}
}

func (v *uploadLinkView) lifeRows() []Row {
	rows := make([]Row, len(v.life))
	for i, l := range v.life {
		rows[i] = Row{v.id, v.firm, int32(i + 1), l.at, string(l.what), l.recipient, int32(l.generation), int32(l.version), l.detail, nullable(l.until)}
	}
	return rows
}

// life reads a link's. An expiry counts from its instant on, whether or not the alarm has rung (rule U6).
func life(ctx context.Context, tx pgx.Tx, d app.LinkDetail) ([]app.LifeRow, error) {
	found, err := tx.Query(ctx, `
		SELECT f.at, f.what, f.recipient_id, f.generation, f.detail, f.until,
			CASE WHEN e.meta #>> '{actor,kind}' = 'staff' THEN (e.meta #>> '{actor,id}')::uuid END
		FROM portal.upload_life f LEFT JOIN es.events e ON e.stream_id = f.link_id AND e.version = f.version AND e.firm_no = f.firm_no
		WHERE f.link_id = $1 ORDER BY f.n`, d.ID)
	if err != nil {
		return nil, err
	}
	rows, err := pgx.CollectRows(found, func(r pgx.CollectableRow) (l app.LifeRow, err error) {
		var until *time.Time
		var by *uuid.UUID
		err = r.Scan(&l.At, &l.What, &l.Recipient, &l.Generation, &l.Detail, &until, &by)
		if l.Until = timeOr(until); by != nil {
			l.By = *by
		}
		return l, err
	})
	told := func(l app.LifeRow) bool { return l.What == app.LifeExpired && l.At.Equal(d.ExpiresAt) }
	if d.State == app.LinkExpired && !slices.ContainsFunc(rows, told) {
		rows = append(rows, app.LifeRow{At: d.ExpiresAt, What: app.LifeExpired})
	}
	return rows, err
}

func (l UploadLinkList) addNames(ctx context.Context, firm int32, rows []app.LifeRow) error {
	ids := make([]uuid.UUID, len(rows))
	for i := range rows {
		ids[i] = rows[i].By
	}
	names, err := l.DB.staffNames(ctx, firm, ids)
	for i := range rows {
		rows[i].ByName = names[rows[i].By]
	}
	return err
}
