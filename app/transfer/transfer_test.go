package transfer_test

import (
	"testing"

	"portico/app/transfer/transfertest"
)

func memory(*testing.T) *transfertest.World {
	return transfertest.NewWorld(&transfertest.Rows{}, &transfertest.Blobs{})
}

func TestFaults(t *testing.T) { transfertest.Faults(t, memory) }

func TestRowsInMemory(t *testing.T) {
	rows := &transfertest.Rows{}
	transfertest.Conformance(t, rows, rows.Age)
}
