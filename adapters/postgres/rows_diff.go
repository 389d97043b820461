package postgres

import (
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/google/uuid"
)

// diff calls put for each row that is new or changed, and drop for each that is gone. Most rows stay where they were, so
// they are compared place by place as far as their keys go together; what comes after is found by its key.
func diff(before, now []Row, key []int, put, drop func(Row)) {
	for len(before) > 0 && len(now) > 0 && sameKey(before[0], now[0], key) {
		if !sameRow(before[0], now[0]) {
			put(now[0])
		}
		before, now = before[1:], now[1:]
	}
	old := make(map[string]Row, len(before))
	for _, r := range before {
		old[fmt.Sprint(pick(r, key)...)] = r
	}
	for _, r := range now {
		if len(old) == 0 {
			put(r)
			continue
		}
		k := fmt.Sprint(pick(r, key)...)
		if o, ok := old[k]; !ok || !sameRow(o, r) {
			put(r)
		}
		delete(old, k)
	}
	for _, r := range old {
		drop(r)
	}
}

func sameKey(a, b Row, key []int) bool {
	for _, i := range key {
		if !sameCell(a[i], b[i]) {
			return false
		}
	}
	return true
}

func sameRow(a, b Row) bool { return slices.EqualFunc(a, b, sameCell) }

// sameCell is reflect.DeepEqual, without its cost for the types of nearly all cells.
func sameCell(a, b any) bool {
	switch a := a.(type) {
	case nil:
		return b == nil
	case string:
		b, ok := b.(string)
		return ok && a == b
	case uuid.UUID:
		b, ok := b.(uuid.UUID)
		return ok && a == b
	case int32:
		b, ok := b.(int32)
		return ok && a == b
	case int64:
		b, ok := b.(int64)
		return ok && a == b
	case bool:
		b, ok := b.(bool)
		return ok && a == b
	case time.Time:
		if b, ok := b.(time.Time); ok && a == b {
			return true
		}
	}
	return reflect.DeepEqual(a, b)
}
