package account

import (
	"errors"
	"testing"

	"github.com/google/uuid"
)

// Rule 17.
func TestOwnersMakeOwners(t *testing.T) {
	for _, c := range []struct {
		actor, from, to Role
		want            error
	}{
		{Owner, "", Owner, nil}, {Owner, Admin, Owner, nil}, {Owner, Owner, Assigned, nil}, {Admin, "", Admin, nil}, {Admin, Admin, Auditor, nil},
		{Admin, "", Owner, ErrOwners}, {Admin, Practitioner, Owner, ErrOwners}, {Admin, Owner, Admin, ErrOwners}, {Admin, Owner, Owner, nil},
		{Owner, Admin, "root", ErrRole}, {Owner, Admin, "", ErrRole},
	} {
		if err := MayGive(c.actor, c.from, c.to); !errors.Is(err, c.want) {
			t.Errorf("%s makes %q %q: %v, want %v", c.actor, c.from, c.to, err, c.want)
		}
	}
	if !errors.Is(MayDeactivate(Admin, Owner), ErrOwners) || MayDeactivate(Owner, Owner) != nil || MayDeactivate(Admin, Admin) != nil {
		t.Error("an owner is deactivated by somebody else than an owner, or by nobody")
	}
	ann := uuid.UUID{15: 1}
	if bert := (uuid.UUID{15: 2}); !errors.Is(MayReset(ann, Owner, ann, Owner), ErrOwnFactors) || !errors.Is(MayReset(ann, Admin, bert, Owner), ErrOwners) ||
		MayReset(ann, Owner, bert, Owner) != nil || MayReset(ann, Admin, bert, Admin) != nil {
		t.Error("S3.i15: second factors are taken away by their person, or an owner's by an admin, or by nobody")
	}
	if !errors.Is(NotOneself(ann, ann), ErrSelf) || NotOneself(ann, uuid.UUID{15: 2}) != nil {
		t.Error("people change themselves, or not others")
	}
}
