package account

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// Rule 16: what each role may.
func TestPresets(t *testing.T) {
	all := Rights()
	for role, missing := range map[Role][]Right{
		Owner: nil, Admin: nil,
		Practitioner:          {ChangeSettings, ChangePeople, ReadLog, ActForClient},
		PractitionerNoBilling: {ChangeSettings, ChangePeople, ReadLog, ActForClient, SeeBilling, ChangeBilling},
		Assigned:              {ChangeSettings, ChangePeople, ReadLog, ActForClient, InviteMany, AssignMany, ImportClients},
		AssignedNoBilling:     {ChangeSettings, ChangePeople, ReadLog, ActForClient, InviteMany, AssignMany, ImportClients, SeeBilling, ChangeBilling},
	} {
		for _, right := range all {
			if role.May(right) == slices.Contains(missing, right) {
				t.Errorf("%s: may %s is %t", role, right, role.May(right))
			}
		}
	}
	for _, right := range all {
		reads := strings.HasSuffix(string(right), ".see") || right == OwnAccount || right == ReadLog
		if Auditor.May(right) != reads {
			t.Errorf("an auditor, who reads everything and changes nothing: may %s is %t", right, Auditor.May(right))
		}
		if ofClients := !slices.Contains([]Right{OwnAccount, SeeSettings, SeePeople}, right); ofClients && Operator.May(right) {
			t.Errorf("an operator may %s", right)
		}
	}
	for _, word := range []Role{"", "Owner", "root"} {
		if CheckRole(word) == nil || slices.ContainsFunc(all, word.May) || !errors.Is(word.Require(OwnAccount), ErrRight) {
			t.Errorf("%q is taken for a role", word)
		}
	}
	if len(Roles()) != len(presets) || slices.ContainsFunc(Roles(), func(r Role) bool { return CheckRole(r) != nil }) {
		t.Error("Roles are not all roles")
	}
}

// Rule 18.
func TestAssignedOnly(t *testing.T) {
	for _, role := range Roles() {
		if want := role == Assigned || role == AssignedNoBilling; role.AssignedOnly() != want {
			t.Errorf("%s: limited to own clients is %t", role, role.AssignedOnly())
		}
	}
}
