package firm

import (
	"math"
	"strconv"

	"portico/domain/fault"
)

// The bounds of a practice's own limits (rule 4), in bytes.
const (
	LeastLimit int64 = 1 << 20 // 1 MB: less is a slip of the pen that would stop every upload
	MostQuota  int64 = 1 << 50 // 1 PB
)

// What can be wrong with limits.
var (
	ErrMaxFile = fault.New(fault.Invalid, "firm.max_file",
		"The largest file has at least 1 MB, and no more than the portal takes. Leave it empty for no limit of your own.")
	ErrQuota = fault.New(fault.Invalid, "firm.quota",
		"The storage limit is at least 1 MB and at most 1 PB. Leave it empty for no limit of your own.")
)

// Limits are how much may come in, in bytes. 0 is no limit of the practice's own.
type Limits struct {
	MaxFileBytes int64 // of one file
	QuotaBytes   int64 // of all files that are kept for the practice, those on their way with their announced size
}

// SetUploadLimits states how much may come in from now on (rule 4). most is the largest file that the product takes, in
// bytes. What stands already is no event. It refuses with ErrNotFound, ErrMaxFile, ErrQuota.
func (f Firm) SetUploadLimits(l Limits, most int64) ([]Event, error) {
	switch {
	case !f.founded:
		return nil, ErrNotFound
	case l.MaxFileBytes != 0 && (l.MaxFileBytes < LeastLimit || l.MaxFileBytes > most):
		return nil, ErrMaxFile.Withf("The largest file has 1 to %s MB; %s MB were entered. Leave it empty for no limit of your own.",
			in(most, 1<<20), in(l.MaxFileBytes, 1<<20))
	case l.QuotaBytes != 0 && (l.QuotaBytes < LeastLimit || l.QuotaBytes > MostQuota):
		return nil, ErrQuota.Withf("The storage limit is 0.001 to %s GB; %s GB were entered. Leave it empty for no limit of your own.",
			in(MostQuota, 1<<30), in(l.QuotaBytes, 1<<30))
	case l == f.limits:
		return nil, nil
	}
	return []Event{UploadLimitsSet(l)}, nil
}

// in is bytes as a number of units, with at most two decimals, rounded down.
func in(bytes, unit int64) string {
	return strconv.FormatFloat(math.Floor(float64(bytes)/float64(unit)*100)/100, 'f', -1, 64)
}
