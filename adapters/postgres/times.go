package postgres

import "time"

// nullable is NULL for the zero time.
func nullable(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}

// timeOr is the zero time for NULL.
func timeOr(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// latest is the later of two.
func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// earliest is the earlier of two; the zero time counts for none.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
