package uploadlink_test

import (
	"reflect"
	"testing"
	"time"

	"portico/app/es"
	uploadlinkapp "portico/app/uploadlink"
	"portico/domain/event"
	"portico/domain/uploadlink"
)

// U8: each request for a scan is one effect, and an infected file two mails.
func TestScanEffects(t *testing.T) {
	stream := uploadlink.Stream(link)
	effect := func(kind, key string) es.Effect {
		return es.Effect{Kind: kind, Key: key, Firm: firm, Stream: stream, Args: es.EffectArgs{File: file}}
	}
	all := func(r event.Recorded) []es.Effect { return append(uploadlinkapp.Effects(r), uploadlinkapp.Scans(r)...) }
	for _, c := range []struct {
		e    event.Event
		want []es.Effect
	}{
		{uploadlink.ScanAwaited{File: file}, []es.Effect{effect("scan.file", "scan.file/"+file.String()+"/7")}},
		{uploadlink.FileScanned{File: file, Verdict: uploadlink.Clean}, nil},
		{uploadlink.FileScanned{File: file, Verdict: uploadlink.NotScanned}, nil},
		{uploadlink.FileScanned{File: file, Verdict: uploadlink.NotScanned, Held: true}, []es.Effect{effect("mail.held", "mail.held/"+file.String())}},
		{uploadlink.FileScanned{File: file, Verdict: uploadlink.Infected}, []es.Effect{
			effect("mail.infected", "mail.infected/"+file.String()), effect("mail.not_sent", "mail.not_sent/"+file.String()),
		}},
		{uploadlink.BatchSealed{Batch: second}, nil}, // S1.i8: the notice comes with the release
		{uploadlink.QuarantineEmptied{File: file}, nil},
	} {
		if got := all(event.Recorded{Stream: stream, Firm: firm, Version: 7, Event: c.e}); len(got) != len(c.want) || len(got) > 0 && !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s asks for\n%+v\nwant\n%+v", c.e.EventType(), got, c.want)
		}
	}
}

// U8: where a scanner is configured files wait for it, and the operator can ask again, let go and destroy.
func TestOperatorsActsOnScans(t *testing.T) {
	h := open(t)
	h.Scans = true
	h.upload(file, "a.pdf")
	of := uploadlinkapp.OfFile{By: system, Link: link, File: file}
	h.ok(h.ScanAgain(t.Context(), of))
	h.store.SetNow(noon.Add(time.Hour))
	h.ok(h.LetGo(t.Context(), of))
	h.refused(uploadlink.ErrNoScan)(h.LetGo(t.Context(), of))
	h.refused(uploadlink.ErrNotInfected)(h.EmptyQuarantine(t.Context(), of))
	h.wants("issued", "transfer_started", "batch_opened", "file_received", "scan_awaited",
		"scan_awaited", "batch_sealed", "file_scanned", "batch_released")
	h.ok(h.Take(t.Context(), uploadlinkapp.Take{ // a file that came whole waits as well
		StartTransfer: uploadlinkapp.StartTransfer{By: h.by(), Link: link, Holder: h.holder, File: second, Name: "b.pdf", Size: 3},
		SHA256:        digest, Media: "application/pdf",
	}))
	if types := h.types(); types[len(types)-1] != "scan_awaited" {
		t.Errorf("a file that came whole: %v", types[9:])
	}
}
