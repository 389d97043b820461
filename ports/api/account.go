package api

import (
	"context"
	"net/netip"

	accountapp "portico/app/account"
	"portico/domain/account"

	"github.com/danielgtaylor/huma/v2"
)

// Session is one live sign-in of the token's person.
type Session struct {
	ID         ID     `json:"id" doc:"Names the session; it opens nothing"`
	Device     string `json:"device" doc:"Like Firefox on Windows"`
	Address    string `json:"address" doc:"Where the sign-in came from; empty where that wasn't kept"`
	CreatedAt  Time   `json:"created_at"`
	LastSeenAt Time   `json:"last_seen_at" doc:"To a minute or so"`
}

func showSession(r accountapp.SessionRow) Session {
	return Session{ID: ID(r.ID), Device: r.Device, Address: r.Address, CreatedAt: Time(r.CreatedAt), LastSeenAt: Time(r.LastSeenAt)}
}

func (s *Server) listSessions(ctx context.Context, _ *struct{}) (*body[Page[Session]], error) {
	rows, err := s.Accounts.Sessions(ctx, from(ctx).ID, "")
	if err != nil {
		return nil, err
	}
	return page(rows, "", showSession), nil // a person has few
}

func (s *Server) endSession(ctx context.Context, in *ByID) (*struct{}, error) {
	id, err := in.parse(account.ErrSessionGone)
	if err != nil {
		return nil, err
	}
	return nil, s.Accounts.EndSession(ctx, from(ctx).ID, id)
}

func (s *Server) endSessions(ctx context.Context, _ *struct{}) (*struct{}, error) {
	return nil, s.Accounts.EndSessions(ctx, from(ctx).ID)
}

type changePassword struct {
	remote netip.Addr
	Body   struct {
		Present string `json:"present" doc:"The password that you have now; wrong ones are slowed down"`
		New     string `json:"new" doc:"15 to 128 characters"`
	}
}

// Resolve is huma.Resolver: wrong passwords are counted by where they come from, too.
func (in *changePassword) Resolve(ctx huma.Context) []error {
	if at, err := netip.ParseAddrPort(ctx.RemoteAddr()); err == nil {
		in.remote = at.Addr().Unmap()
	}
	return nil
}

func (s *Server) changePassword(ctx context.Context, in *changePassword) (*struct{}, error) {
	_, err := s.Accounts.ChangePassword(ctx, accountapp.ChangePassword{
		Staff: from(ctx).Staff, Present: in.Body.Present, New: in.Body.New, Address: in.remote,
	})
	return nil, err
}
