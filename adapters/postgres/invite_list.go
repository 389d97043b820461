package postgres

import (
	"slices"
	"time"

	app "portico/app/invite"
	"portico/domain/event"
	"portico/domain/invite"

	"github.com/google/uuid"
)

// inviteModel owns portal.invite, portal.invite_life and portal.invite_of_job. It records what happened; that an expiry has come is decided
// when somebody reads (rule U6).
var inviteModel = Model{
	Name: "invite_list", Version: 3, Kinds: []event.Kind{invite.Kind},
	Tables: []Table{
		{
			Name: "invite",
			Columns: []string{
				"contact_id uuid NOT NULL", "id uuid NOT NULL", "firm_no integer NOT NULL", "client_id uuid NOT NULL", "state text NOT NULL", "access text NOT NULL", "is_in boolean NOT NULL",
				"nth integer NOT NULL", "sendings integer NOT NULL", "version integer NOT NULL", "name text NOT NULL", "email text NOT NULL", "phone text NOT NULL",
				"channels text NOT NULL", "message text NOT NULL", "due_on text NOT NULL", "expires_at timestamptz NOT NULL", "zone text NOT NULL", "job_id uuid NOT NULL",
				"sent_at timestamptz NOT NULL", "hold_until timestamptz", "handed_over_at timestamptz", "delivered_at timestamptz", "bounced_at timestamptz",
				"bounce_code text NOT NULL", "bounce_detail text NOT NULL", "opened_at timestamptz", "accepted_at timestamptz", "ended_at timestamptz", "removed_at timestamptz",
			},
			Key:     []string{"contact_id"},
			Own:     "contact_id IN (SELECT portal.own_contacts())",
			Indexes: []string{"firm_no, sent_at DESC, contact_id DESC", "client_id, sent_at DESC", "firm_no, job_id"},
		},
		{
			Name: "invite_life",
			Columns: []string{
				"contact_id uuid NOT NULL", "id uuid NOT NULL", "firm_no integer NOT NULL", "n integer NOT NULL", "at timestamptz NOT NULL", "what text NOT NULL", "nth integer NOT NULL",
				"channel text NOT NULL", "channels text NOT NULL", "version integer NOT NULL", "detail text NOT NULL", "until timestamptz", "client_id uuid NOT NULL",
			},
			Key: []string{"contact_id", "n"},
			Own: "contact_id IN (SELECT portal.own_contacts())",
		},
		{
			Name: "invite_of_job",
			Columns: []string{
				"contact_id uuid NOT NULL", "firm_no integer NOT NULL", "job_id uuid NOT NULL", "nth integer NOT NULL", "email text NOT NULL", "phone text NOT NULL",
				"created_at timestamptz NOT NULL", "handed_over_at timestamptz", "delivered_at timestamptz", "bounced_at timestamptz", "bounce_code text NOT NULL",
				"given_up boolean NOT NULL", "lost boolean NOT NULL", "accepted boolean NOT NULL",
			},
			Key:     []string{"contact_id", "job_id"},
			Own:     "contact_id IN (SELECT portal.own_contacts())",
			Indexes: []string{"job_id, contact_id"},
		},
	},
	New: func(s event.Stream, firm int32) View {
		return &inviteView{id: s.ID, contact: invite.ContactOf(s.ID), firm: firm}
	},
}

type inviteView struct {
	id       uuid.UUID
	contact  uuid.UUID
	firm     int32
	sendings []*sendingView // by number-1
	in       bool
	accepted time.Time // the newest acceptance
	removed  time.Time // the newest removal
	removals int       // how many sendings there were then
	life     []inviteLife
}

type sendingView struct {
	invite.Sent
	version                                       int
	handedOver, delivered, bounced, opened, ended time.Time
	state                                         app.State // how it ended; empty: it has not
	takenBack                                     bool
	code, detail                                  string
	failed                                        []invite.Channel
	gaveUp                                        bool
}

type inviteLife struct {
	app.LifeRow
	version int
}

func (v *inviteView) sending(n int) *sendingView {
	if n < 1 || n > len(v.sendings) {
		return &sendingView{} // an event about nothing changes nothing
	}
	return v.sendings[n-1]
}

func (v *inviteView) Apply(r event.Recorded) error {
	e, ok := r.Event.(invite.Event)
	if !ok {
		return unexpected(r)
	}
	add := func(l app.LifeRow) { v.life = append(v.life, inviteLife{l, r.Version}) }
	switch e := e.(type) {
	case invite.Sent:
		v.sendings = append(v.sendings, &sendingView{Sent: e, version: r.Version})
		add(app.LifeRow{At: e.At, What: app.LifeSent, Nth: e.Nth, Channels: e.Channels, Detail: whereTo(e.Channels, e.Email, e.Phone), Until: e.ExpiresAt, Client: e.Client})
	case invite.Told:
		add(app.LifeRow{At: e.At, What: app.LifeTold, Client: e.Client, Detail: e.Email.String()})
	case invite.TakenBack:
		v.sending(e.Nth).takenBack = true
		add(app.LifeRow{At: e.At, What: app.LifeTakenBack, Nth: e.Nth})
	case invite.HandedOver:
		s := v.sending(e.Nth)
		s.handedOver = latest(s.handedOver, e.At)
		add(app.LifeRow{At: e.At, What: app.LifeHandedOver, Nth: e.Nth, Channel: e.Channel})
	case invite.Delivered:
		s := v.sending(e.Nth)
		s.delivered = latest(s.delivered, e.At)
		add(app.LifeRow{At: e.At, What: app.LifeDelivered, Nth: e.Nth, Channel: e.Channel})
	case invite.Bounced:
		v.sending(e.Nth).fail(e.Channel, e.At, e.Code, e.Detail.String())
		add(app.LifeRow{At: e.At, What: app.LifeBounced, Nth: e.Nth, Channel: e.Channel, Detail: e.Detail.String()})
	case invite.GaveUp:
		s := v.sending(e.Nth)
		s.fail(e.Channel, e.At, "", "")
		s.gaveUp = true
		add(app.LifeRow{At: e.At, What: app.LifeGaveUp, Nth: e.Nth, Channel: e.Channel})
	case invite.Opened:
		v.sending(e.Nth).opened = e.At
		add(app.LifeRow{At: e.At, What: app.LifeOpened, Nth: e.Nth})
	case invite.Accepted:
		v.sending(e.Nth).state = app.Accepted
		v.in, v.accepted = true, e.At
		add(app.LifeRow{At: e.At, What: app.LifeAccepted, Nth: e.Nth})
	case invite.Expired:
		v.end(e.Nth, app.Expired, e.At)
		add(app.LifeRow{At: e.At, What: app.LifeExpired, Nth: e.Nth})
	case invite.Withdrawn:
		v.end(e.Nth, app.Withdrawn, e.At)
		add(app.LifeRow{At: e.At, What: app.LifeWithdrawn, Nth: e.Nth, Detail: e.Reason.String()})
	case invite.Voided:
		v.end(e.Nth, app.Voided, e.At)
		add(app.LifeRow{At: e.At, What: app.LifeVoided, Nth: e.Nth})
	case invite.AccessRemoved:
		v.in, v.removed, v.removals = false, e.At, len(v.sendings)
		add(app.LifeRow{At: e.At, What: app.LifeRemoved, Detail: e.Reason.String()})
	}
	return nil
}

func (v *inviteView) end(nth int, how app.State, at time.Time) {
	s := v.sending(nth)
	s.state, s.ended = how, at
}

func (s *sendingView) fail(c invite.Channel, at time.Time, code, detail string) {
	if at.After(s.bounced) {
		s.bounced, s.code, s.detail = at, code, detail
	}
	s.failed = append(s.failed, c)
}

// lost tells that every channel that it went by has failed.
func (s *sendingView) lost() bool {
	mailed, texted := (s.Channels.Uses(invite.Email) || s.Channels == invite.ByNone) && s.Email.Text != "", s.Channels.Uses(invite.Text) && s.Phone.Text != ""
	return (mailed || texted) && (!mailed || slices.Contains(s.failed, invite.Email)) && (!texted || slices.Contains(s.failed, invite.Text))
}

func whereTo(c invite.Channels, email, phone event.Personal) string {
	switch {
	case !c.Uses(invite.Text) || phone.Text == "" && !phone.Erased:
		return email.String()
	case !c.Uses(invite.Email) || email.Text == "" && !email.Erased:
		return phone.String()
	}
	return email.String() + ", " + phone.String()
}

// current is the sending that stands: the newest that was not taken back; nil for none.
func (v *inviteView) current() *sendingView {
	for i := len(v.sendings) - 1; i >= 0; i-- {
		if !v.sendings[i].takenBack {
			return v.sendings[i]
		}
	}
	return nil
}

// state is where the invitation stands, but for what the clock alone says.
func (v *inviteView) state(s *sendingView) app.State {
	switch {
	case v.in:
		return app.Accepted
	case v.removals >= s.Nth:
		return app.Removed
	case s.state != "":
		return s.state
	case !s.opened.IsZero():
		return app.Opened
	case s.lost():
		return app.Bounced
	case !s.delivered.IsZero():
		return app.Delivered
	case s.Channels == invite.ByNone && s.handedOver.IsZero():
		return app.Given
	}
	return app.Sent
}

func (v *inviteView) Rows() [][]Row {
	life := make([]Row, len(v.life))
	for i, l := range v.life {
		life[i] = Row{
			v.contact, v.id, v.firm, int32(i + 1), l.At, string(l.What), int32(l.Nth), string(l.Channel), string(l.Channels), int32(l.version), l.Detail,
			nullable(l.Until), l.Client,
		}
	}
	s := v.current()
	if s == nil {
		return [][]Row{{}, life, v.jobRows()}
	}
	count := 0
	for _, s := range v.sendings {
		if !s.takenBack {
			count++
		}
	}
	row := Row{
		v.contact, v.id, v.firm, s.Client, string(v.state(s)), string(s.Access), v.in, int32(s.Nth), int32(count), int32(s.version), s.Name.String(), s.Email.String(), s.Phone.String(),
		string(s.Channels), s.Message.String(), s.DueOn, s.ExpiresAt, s.Zone, s.Job,
		s.At, nullable(s.HoldUntil), nullable(s.handedOver), nullable(s.delivered), nullable(s.bounced),
		s.code, s.detail, nullable(s.opened), nullable(v.accepted), nullable(s.ended), nullable(v.removed),
	}
	return [][]Row{{row}, life, v.jobRows()}
}

// jobRows are the sendings of bulk jobs, each with what is known of it, whatever came after.
func (v *inviteView) jobRows() (rows []Row) {
	for _, s := range v.sendings {
		if s.Job == uuid.Nil || s.takenBack {
			continue
		}
		rows = append(rows, Row{
			v.contact, v.firm, s.Job, int32(s.Nth), s.Email.String(), s.Phone.String(), s.At, nullable(s.handedOver), nullable(s.delivered), nullable(s.bounced),
			s.code, s.gaveUp, s.lost(), s.state == app.Accepted,
		})
	}
	return rows
}
