package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	clientapp "portico/app/client"
	"portico/app/es"
	"portico/app/invitejob"
	"portico/domain/account"
	"portico/domain/event"
	"portico/domain/firm"
	"portico/domain/invite"
	jobdomain "portico/domain/invitejob"

	"github.com/google/uuid"
	"github.com/spf13/cobra"
)

func newInvites(where *place) *cobra.Command {
	invites := &cobra.Command{Use: "invites", Short: "Invitations into the portal", Args: cobra.NoArgs}
	invites.AddCommand(newInvitesSend(where), newInvitesStop(where))
	return invites
}

// inviteFilters are whom one can mean, by where they stand.
var inviteFilters = map[string]clientapp.Portal{
	"all": clientapp.AnyPortal, "without-portal": clientapp.WithoutPortal, "invited": clientapp.Invited, "bounced": clientapp.Bounced, "never-mailed": clientapp.Unmailed,
}

type invitesSend struct {
	staff, filter, tag, search, template, message, channels, access, dueOn, expiresOn string
	again, dryRun, detach, asJSON                                                     bool
	hold                                                                              time.Duration
}

func newInvitesSend(where *place) *cobra.Command {
	var c invitesSend
	cmd := &cobra.Command{
		Use:   "send --staff EMAIL --filter without-portal",
		Short: "Invite many people at once",
		Long: "Invites people of active clients, in the name of somebody of the practice: " + strings.Join(slices.Sorted(maps.Keys(inviteFilters)), ", ") + ".\n" +
			"The portal sends them, and goes on after a restart; this command starts it and shows how far it is. Ctrl-C within the hold\n" +
			"undoes all of it; later it leaves the portal at it, and `portico invites stop` ends it. Who was invited already, has\n" +
			"no address or bounced is passed by and counted with the reason.",
		Example: "  portico invites send --staff mary@harbour.example --filter without-portal --dry-run\n" +
			"  portico invites send --staff mary@harbour.example --filter without-portal --template Welcome --due-on 2026-12-20",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return withLists(cmd, where, func(ctx context.Context, h *house) error {
				return c.run(ctx, h, cmd.OutOrStdout(), cmd.ErrOrStderr())
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.staff, "staff", "", "the address of the person in whose name they go")
	f.StringVar(&c.filter, "filter", "", "whom to invite, by where they stand")
	f.StringVar(&c.tag, "tag", "", "only people of clients with this tag")
	f.StringVar(&c.search, "search", "", "only people of clients that a search finds")
	f.StringVar(&c.template, "template", "", "the name of a template for the message")
	f.StringVar(&c.message, "message", "", "the message, where it is no template")
	f.StringVar(&c.channels, "channels", "email", "email, text or both")
	f.StringVar(&c.access, "access", "", "account or link; what the practice has set where none is said")
	f.StringVar(&c.dueOn, "due-on", "", "please answer by, as 2026-12-20")
	f.StringVar(&c.expiresOn, "expires-on", "", "the last day, as 2026-12-20; as many days as the practice has set where none is said")
	f.BoolVar(&c.again, "again", false, "also who was invited and has not answered")
	f.DurationVar(&c.hold, "hold", invitejob.Hold, "how long all of it can be undone")
	f.BoolVar(&c.dryRun, "dry-run", false, "say who would be invited, and invite nobody")
	f.BoolVar(&c.detach, "detach", false, "start it and don’t wait")
	f.BoolVar(&c.asJSON, "json", false, "write the result as JSON")
	_, _ = cmd.MarkFlagRequired("staff"), cmd.MarkFlagRequired("filter") // the flags exist
	return cmd
}

// inviteResult is what --json writes.
type inviteResult struct {
	Job    uuid.UUID       `json:"job_id"`
	State  jobdomain.State `json:"state"`
	DryRun bool            `json:"dry_run"`
	People int             `json:"people"`
	Ready  int             `json:"ready"` // of a dry run: who would be invited
	Sent   int             `json:"sent"`
	Handed int             `json:"handed_over"`
	Failed int             `json:"failed"` // bounced ones included
	Left   int             `json:"left"`
	Passed map[string]int  `json:"passed_by"` // by reason
}

func (c invitesSend) run(ctx context.Context, h *house, out, errs io.Writer) error {
	staff, err := h.accounts.StaffByEmail(ctx, c.staff)
	if err != nil {
		return err
	}
	if err := staff.Role.Require(account.InviteMany); err != nil {
		return err
	}
	stand, ok := inviteFilters[c.filter]
	if !ok {
		return fmt.Errorf("--filter %s: choose one of %s", c.filter, strings.Join(slices.Sorted(maps.Keys(inviteFilters)), ", "))
	}
	settings, err := c.settings(ctx, h, staff.Firm)
	if err != nil {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	by := es.By{Firm: staff.Firm, Actor: event.Actor{Kind: event.Staff, ID: staff.ID}}
	d, err := h.jobs.Prepare(ctx, invitejob.Prepare{
		By: by, ID: id, Words: "By a command: " + c.filter, Settings: settings,
		Choice: invitejob.Choice{Stand: stand, Of: clientapp.Query{Tag: c.tag, Text: c.search}},
	})
	if err != nil {
		return err
	}
	if c.dryRun {
		return c.preview(ctx, h, staff.Firm, d, out)
	}
	if _, err := h.jobs.Start(ctx, by, id, c.hold); err != nil {
		return err
	}
	if !c.detach {
		if err := watchJob(ctx, h, by, id, errs); err != nil {
			return err
		}
	}
	p, err := h.jobs.Look(ctx, staff.Firm, id)
	if err != nil {
		return err
	}
	return c.tell(out, inviteResult{
		Job: id, State: p.State, People: p.People, Sent: p.Tally.Sent, Handed: p.Tally.HandedOver, Failed: p.Tally.Failed + p.Tally.Bounced, Left: p.Tally.Waiting, Passed: p.Tally.Reasons,
	})
}

func (c invitesSend) settings(ctx context.Context, h *house, no int32) (s invitejob.Settings, err error) {
	p, err := h.firmList.Portal(ctx, no)
	if err != nil {
		return s, err
	}
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		zone = time.UTC
	}
	s = invitejob.Settings{
		Channels: invite.Channels(c.channels), Message: c.message, Access: invite.Access(c.access), DueOn: c.dueOn, Zone: zone.String(), Again: c.again,
		ExpiresOn: time.Now().In(zone).AddDate(0, 0, p.Access.ExpiryDays),
	}
	if s.Access == "" {
		s.Access = invite.Access(p.Access.Access)
	}
	if c.expiresOn != "" {
		if s.ExpiresOn, err = time.Parse(time.DateOnly, c.expiresOn); err != nil {
			return s, fmt.Errorf("--expires-on %s: write it as 2026-12-20", c.expiresOn)
		}
	}
	if _, err := time.Parse(time.DateOnly, c.dueOn); c.dueOn != "" && err != nil {
		return s, fmt.Errorf("--due-on %s: write it as 2026-12-20", c.dueOn)
	}
	switch {
	case !s.Channels.Uses(invite.Email) && !s.Channels.Uses(invite.Text):
		return s, invite.ErrChannels
	case s.Access != invite.ByAccount && s.Access != invite.ByLink:
		return s, invite.ErrAccess
	case c.template == "":
		return s, nil
	}
	texts, err := h.firmList.Templates(ctx, no)
	if err != nil {
		return s, err
	}
	for _, t := range texts {
		if strings.EqualFold(t.Name, c.template) && t.Purpose == firm.ForInvitation {
			s.Message = t.Text
			return s, nil
		}
	}
	return s, fmt.Errorf("--template %s: the practice has no template for invitations of this name", c.template)
}

func (c invitesSend) preview(ctx context.Context, h *house, no int32, d invitejob.Draft, out io.Writer) error {
	plan, err := h.jobs.Preview(ctx, no, d)
	if err != nil {
		return err
	}
	r := inviteResult{Job: d.ID, State: jobdomain.Draft, DryRun: true, People: d.People, Passed: map[string]int{}}
	for _, p := range plan {
		if p.Why == nil {
			r.Ready++
			continue
		}
		r.Passed[p.Why.Code]++
	}
	return c.tell(out, r)
}

func (c invitesSend) tell(out io.Writer, r inviteResult) error {
	if c.asJSON {
		return json.NewEncoder(out).Encode(r)
	}
	if r.DryRun {
		fmt.Fprintf(out, "Would invite %d of %d people.\n", r.Ready, r.People)
	} else {
		fmt.Fprintf(out, "%s: %s. Of %d people %d were invited, %d of them handed over and %d failed; %d are left.\n", r.Job, r.State, r.People, r.Sent, r.Handed, r.Failed, r.Left)
	}
	for _, code := range slices.Sorted(maps.Keys(r.Passed)) {
		fmt.Fprintf(out, "  passed by, %s: %d\n", code, r.Passed[code])
	}
	return nil
}

// idle is how long nobody may have taken a job up before the command leaves it to the portal.
const idle = 15 * time.Second

// watchJob shows how far a job is until it ends, or until it is clear that no portal runs.
func watchJob(ctx context.Context, h *house, by es.By, id uuid.UUID, errs io.Writer) error {
	bar := newProgress(errs, "inviting")
	defer bar.end()
	look := time.NewTicker(200 * time.Millisecond)
	defer look.Stop()
	done, moved := -1, time.Now()
	for {
		p, err := h.jobs.Look(ctx, by.Firm, id)
		if err != nil && ctx.Err() == nil {
			return err
		}
		now := p.People - p.Tally.Waiting
		if now != done || p.State == jobdomain.Holding {
			done, moved = now, time.Now()
		}
		bar.set(int64(now), int64(p.People))
		switch {
		case p.State == jobdomain.Done, p.State == jobdomain.Halted, p.State == jobdomain.Undone:
			return nil
		case now == 0 && time.Since(moved) > idle:
			fmt.Fprintln(errs, "No portal has taken it up yet. It begins when one runs.")
			return nil
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return leaveJob(context.WithoutCancel(ctx), h, by, id)
		}
	}
}

// leaveJob undoes a job that is still held, and leaves the portal at any other.
func leaveJob(ctx context.Context, h *house, by es.By, id uuid.UUID) error {
	ctx, cancel := context.WithTimeout(ctx, operatorLimit)
	defer cancel()
	state, _, err := h.jobs.State(ctx, by.Firm, id)
	if err != nil {
		return err
	}
	if state == jobdomain.Holding {
		if _, err := h.jobs.Stop(ctx, by, id); err != nil {
			return err
		}
		return errors.New("undone: nobody was invited")
	}
	return fmt.Errorf("the portal goes on with it; end it with: portico invites stop %s --staff …", id)
}

func newInvitesStop(where *place) *cobra.Command {
	var staff string
	cmd := &cobra.Command{
		Use:   "stop JOB --staff EMAIL",
		Short: "Invite nobody further, and take back what has not left",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := uuid.Parse(args[0])
			if err != nil {
				return fmt.Errorf("%s is no id of invitations that are sent together", args[0])
			}
			return withHouse(cmd, where, func(ctx context.Context, h *house) error {
				s, err := h.accounts.StaffByEmail(ctx, staff)
				if err != nil {
					return err
				}
				if err := s.Role.Require(account.InviteMany); err != nil {
					return err
				}
				if _, err := h.jobs.Stop(ctx, es.By{Firm: s.Firm, Actor: event.Actor{Kind: event.Staff, ID: s.ID}}, id); err != nil {
					return err
				}
				state, _, err := h.jobs.State(ctx, s.Firm, id)
				fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", id, state)
				return err
			})
		},
	}
	cmd.Flags().StringVar(&staff, "staff", "", "the address of the person in whose name it is done")
	_ = cmd.MarkFlagRequired("staff") // the flag exists
	return cmd
}
