package firm_test

import (
	"errors"
	"strings"
	"testing"

	"portico/domain/firm"
)

const most = 5_368_002_597 // what the product takes

func limit(file, quota int64) decision {
	return func(f firm.Firm) ([]firm.Event, error) {
		return f.SetUploadLimits(firm.Limits{MaxFileBytes: file, QuotaBytes: quota}, most)
	}
}

func TestUploadLimits(t *testing.T) { // rule 4, S1.i11
	given(t, founded).When(limit(0, 0)).ThenNothing() // so it is at first
	for _, l := range []firm.Limits{
		{MaxFileBytes: 1 << 20}, {MaxFileBytes: most}, {QuotaBytes: 1 << 20}, {QuotaBytes: 1 << 50}, {MaxFileBytes: 20 << 20, QuotaBytes: 5 << 20},
	} {
		given(t, founded).When(limit(l.MaxFileBytes, l.QuotaBytes)).
			Then(firm.UploadLimitsSet(l)).
			When(limit(l.MaxFileBytes, l.QuotaBytes)).ThenNothing().
			When(limit(0, 0)).Then(firm.UploadLimitsSet{}) // none again
	}
	for _, bytes := range []int64{-1, 1, 1<<20 - 1, most + 1, 1 << 62} {
		given(t, founded).When(limit(bytes, 0)).ThenError(firm.ErrMaxFile)
	}
	for _, bytes := range []int64{-1, 1, 1<<20 - 1, 1<<50 + 1, 1 << 62} {
		given(t, founded).When(limit(0, bytes)).ThenError(firm.ErrQuota)
	}
	given(t).When(limit(0, 0)).ThenError(firm.ErrNotFound)

	_, err := given(t, founded).State().SetUploadLimits(firm.Limits{MaxFileBytes: 6_000 << 20}, most)
	if !errors.Is(err, firm.ErrMaxFile) || !strings.Contains(err.Error(), "1 to 5119.32 MB; 6000 MB were entered") {
		t.Errorf("it says %q, want limit and value", err)
	}
}
