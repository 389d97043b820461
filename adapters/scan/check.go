package scan

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"portico/domain/uploadlink"
)

// The test virus that every scanner knows. In two halves, so that this program is none. Source: eicar.org.
const (
	testHead = `X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR`
	testTail = `-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*`
)

// How deep the test virus is packed: deeper than any clamd looks by default (17). One that stops earlier has to say so.
const depth = 60

// Check proves that the daemon can be believed: it has to find a test virus by itself, at the head of a file of MaxSize
// bytes, and where it is packed deeper than the daemon looks it has to say that it didn't look. The last one fails
// unless clamd.conf says AlertExceedsMax yes: without it clamd answers OK to all that is beyond any of its limits.
// An error says what to change.
func (c *Clamd) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, c.patience())
	defer cancel()
	virus := testHead + testTail
	packed, err := deep(virus)
	if err != nil {
		return err
	}
	for _, probe := range []struct {
		file io.Reader
		size int64
		do   string
	}{
		{
			strings.NewReader(virus), int64(len(virus)),
			"it does not find the test virus: load its signatures (freshclam)",
		},
		{
			bytes.NewReader(packed), int64(len(packed)),
			"it answers OK to a test virus that is packed deeper than it looks: set AlertExceedsMax yes in clamd.conf",
		},
		{
			io.MultiReader(strings.NewReader(virus), io.LimitReader(spaces{}, c.MaxSize-int64(len(virus)))), c.MaxSize,
			fmt.Sprintf("it answers OK to a test virus at the head of %d bytes: set AlertExceedsMax yes in clamd.conf", c.MaxSize),
		},
	} {
		answer, err := c.stream(ctx, probe.file, probe.size)
		if err != nil {
			return err
		}
		if answer.Verdict == uploadlink.Clean || probe.size == int64(len(virus)) && answer.Verdict != uploadlink.Infected {
			return fmt.Errorf("clamd at %s can't be believed: %s", c.Address, probe.do)
		}
		if probe.size == c.MaxSize && strings.Contains(answer.Reason, "StreamMaxLength") {
			return fmt.Errorf("clamd at %s takes less than the %d bytes of PORTICO_SCAN_MAX: raise StreamMaxLength in clamd.conf, or lower PORTICO_SCAN_MAX",
				c.Address, c.MaxSize)
		}
	}
	return nil
}

// deep packs text into zips within zips, compressed, so that the packed bytes show nothing of it.
func deep(text string) ([]byte, error) {
	packed := []byte(text)
	for range depth {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		f, err := z.CreateHeader(&zip.FileHeader{Name: "a.zip", Method: zip.Deflate})
		if err == nil {
			_, err = f.Write(packed)
		}
		if err == nil {
			err = z.Close()
		}
		if err != nil {
			return nil, fmt.Errorf("pack the test virus: %w", err)
		}
		packed = b.Bytes()
	}
	return packed, nil
}

// spaces never ends.
type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
