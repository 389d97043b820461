package main

import (
	"context"
	"errors"
	"testing"

	firmapp "portico/app/firm"
	"portico/app/transfer"
	"portico/domain/firm"
	"portico/domain/uploadlink"
)

// One figure for two modules that don't know each other: a template fits the message that it is for.
func TestATemplateFitsAMessage(t *testing.T) {
	if firm.MaxTemplateText != uploadlink.MaxMessage {
		t.Errorf("a template has up to %d letters, a message %d", firm.MaxTemplateText, uploadlink.MaxMessage)
	}
}

// oneFirm is a reader that knows practice 1.
type oneFirm struct {
	firmapp.Reader
	down error
}

func (f oneFirm) Firm(_ context.Context, no int32) (firmapp.Practice, error) {
	if no != 1 {
		return firmapp.Practice{}, firm.ErrNotFound
	}
	return firmapp.Practice{Limits: firm.Limits{MaxFileBytes: 5, QuotaBytes: 7}, Button: "Send"}, f.down
}

func TestAllowances(t *testing.T) {
	down := errors.New("the database is gone")
	for _, c := range []struct {
		firms oneFirm
		no    int32
		want  transfer.Allowance
		err   error
	}{
		{oneFirm{}, 1, transfer.Allowance{MaxSize: 5, Quota: 7}, nil},
		{oneFirm{}, 2, transfer.Allowance{}, nil}, // founded a moment ago: the read model lags
		{oneFirm{down: down}, 1, transfer.Allowance{MaxSize: 5, Quota: 7}, down},
	} {
		if got, err := allowances(c.firms)(t.Context(), c.no); got != c.want || !errors.Is(err, c.err) {
			t.Errorf("practice %d: %+v, %v; want %+v, %v", c.no, got, err, c.want, c.err)
		}
	}
	if w, err := wordings(oneFirm{})(t.Context(), 1); err != nil || w.Button != "Send" {
		t.Errorf("%+v, %v", w, err)
	}
}
