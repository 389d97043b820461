package api

import (
	"context"
	"time"

	firmapp "portico/app/firm"
	"portico/domain/firm"
)

// UploadPolicy is a channel's rule for files that come in.
type UploadPolicy struct {
	WindowMS int64  `json:"window_ms" doc:"How long an uploader may correct, in milliseconds"`
	Deliver  string `json:"deliver" doc:"after: the practice sees a file when the window has ended; at_once: when its last byte is in"`
	Off      bool   `json:"off,omitempty" doc:"Of the channel task: contacts send nothing"`
}

// ByChannel is the input of what concerns one channel.
type ByChannel struct {
	Channel string `path:"channel" doc:"link: mailed upload links; task: files that contacts put on tasks"`
}

func (s *Server) getPolicy(ctx context.Context, in *ByChannel) (*body[UploadPolicy], error) {
	p, err := s.FirmDB.UploadPolicy(ctx, from(ctx).Firm, firm.Channel(in.Channel))
	if err != nil {
		return nil, err
	}
	return &body[UploadPolicy]{Body: UploadPolicy{WindowMS: p.Window.Milliseconds(), Deliver: string(p.Deliver), Off: p.Off}}, nil
}

type putPolicy struct {
	ByChannel
	Idempotent
	Body UploadPolicy
}

func (s *Server) putPolicy(ctx context.Context, in *putPolicy) (*body[UploadPolicy], error) {
	who, err := by(ctx, in.Key, in.Body)
	if err != nil {
		return nil, err
	}
	practice, err := s.FirmDB.Firm(ctx, who.Firm)
	if err != nil {
		return nil, err
	}
	if in.Body.WindowMS < 0 || in.Body.WindowMS > firm.MaxWindow.Milliseconds() { // more would not fit a duration
		return nil, firm.ErrWindow
	}
	r, err := s.Firms.SetUploadPolicy(ctx, firmapp.SetUploadPolicy{
		By: who, ID: practice.ID, Channel: firm.Channel(in.Channel),
		Policy: firm.Policy{Window: time.Duration(in.Body.WindowMS) * time.Millisecond, Deliver: firm.Deliver(in.Body.Deliver), Off: in.Body.Off},
	})
	if err != nil {
		return nil, err
	}
	if err := s.shown(ctx, r); err != nil {
		return nil, err
	}
	return s.getPolicy(ctx, &in.ByChannel)
}
