package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	receiptapp "portico/app/receipt"
	linkapp "portico/app/uploadlink"
	"portico/domain/receipt"
	"portico/domain/uploadlink"
	"portico/ports/web/views"

	"github.com/google/uuid"
)

// uploadReceipt is the proof of one batch for its uploader: a page, or the file itself for programs. The link may have
// expired meanwhile (L6).
func (s *Server) uploadReceipt(w http.ResponseWriter, r *http.Request) error {
	if !wantsPage(r, uploadPage) {
		return s.uploadReceiptFile(w, r)
	}
	a, _ := accessOf(r)
	doc, err := s.ownReceipt(r)
	if err != nil {
		return err
	}
	proof, err := s.proof(r, a.Firm, doc)
	if err != nil {
		return err
	}
	return s.show(w, r, views.Receipt{
		Public: views.Public{Title: "Receipt", Practice: proof.Practice, Brand: s.brand(r.Context(), a.Firm), Modules: []string{"page-print.js"}}, Proof: proof, Back: a.Base + "/",
	})
}

func (s *Server) uploadReceiptFile(w http.ResponseWriter, r *http.Request) error {
	doc, err := s.ownReceipt(r)
	if err != nil {
		return err
	}
	return receiptFile(w, doc)
}

// ownReceipt is the receipt in the address, if it is of the recipient whose secret this is.
func (s *Server) ownReceipt(r *http.Request) (receipt.Document, error) {
	a, _ := accessOf(r)
	batch, err := pathID(r, "batch")
	if err != nil {
		return receipt.Document{}, receiptapp.ErrNotFound
	}
	return s.Receipts.Of(r.Context(), a.Firm, a.Link, batch, a.Recipient)
}

// linkReceipt is the same proof for the practice.
func (s *Server) linkReceipt(w http.ResponseWriter, r *http.Request) error {
	doc, err := s.anyReceipt(r)
	if err != nil {
		return err
	}
	proof, err := s.proof(r, user(r).Firm, doc)
	if err != nil {
		return err
	}
	page := views.LinkReceipt{Shell: s.shell(r, "Receipt", "links"), Proof: proof, Link: doc.Receipt.Link}
	page.Modules = []string{"page-print.js"}
	return s.show(w, r, page)
}

func (s *Server) linkReceiptFile(w http.ResponseWriter, r *http.Request) error {
	doc, err := s.anyReceipt(r)
	if err != nil {
		return err
	}
	return receiptFile(w, doc)
}

func (s *Server) anyReceipt(r *http.Request) (receipt.Document, error) {
	link, err := pathID(r, "id")
	if err != nil {
		return receipt.Document{}, receiptapp.ErrNotFound
	}
	batch, err := pathID(r, "batch")
	if err != nil {
		return receipt.Document{}, receiptapp.ErrNotFound
	}
	return s.Receipts.Of(r.Context(), user(r).Firm, link, batch, uuid.Nil)
}

// receiptFile hands out the file that people keep.
func receiptFile(w http.ResponseWriter, doc receipt.Document) error {
	body, err := doc.Bytes()
	if err != nil {
		return err
	}
	name := "receipt-" + doc.Receipt.ReleasedAt.String()[:len(time.DateOnly)] + "-" + doc.Receipt.Batch.String()[24:] + ".json"
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", attachment(name))
	_, _ = w.Write(body) // the reader went away: nothing to do about it
	return nil
}

// causes are why a batch was released, as people say it.
var causes = map[uploadlink.ReleaseCause]string{
	uploadlink.WindowEnded: "when the time for changes was over", uploadlink.SentNow: "because the sender pressed “send now”", uploadlink.NoWindow: "at once",
}

// proof is doc as people read it, in the practice's time.
func (s *Server) proof(r *http.Request, firm int32, doc receipt.Document) (views.Proof, error) {
	practice, err := s.Firms.Firm(r.Context(), firm)
	if err != nil {
		return views.Proof{}, err
	}
	z, rc := zone(practice.Zone), doc.Receipt
	p := views.Proof{
		Practice: rc.Practice.Name, Email: rc.Practice.Email, Recipient: rc.Recipient.Name, Link: rc.Link, Batch: rc.Batch,
		Released: views.At(time.Time(rc.ReleasedAt), z), Cause: causes[uploadlink.ReleaseCause(rc.Cause)],
		Key: doc.Signature.Key, Signature: doc.Signature.Value, JSON: r.URL.Path + "/receipt.json", CheckAt: r.Host + "/verify",
	}
	for _, f := range rc.Files {
		row := views.ProofFile{
			Name: f.Name, Size: exactly(f.Size), SHA256: f.SHA256, Media: f.Media,
			Started: views.At(time.Time(f.StartedAt), z), Received: views.At(time.Time(f.ReceivedAt), z), Late: f.Late,
		}
		if f.SentAs != f.Name {
			row.SentAs = f.SentAs
		}
		p.Files = append(p.Files, row)
	}
	return p, nil
}

// exactly is a size to the byte: "812,345 bytes".
func exactly(bytes int64) string {
	if bytes == 1 {
		return "1 byte"
	}
	digits := strconv.FormatInt(bytes, 10)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String() + " bytes"
}

// released are the batches that have a receipt.
func released(batches []linkapp.BatchRow) []linkapp.BatchRow {
	return slices.DeleteFunc(slices.Clone(batches), func(b linkapp.BatchRow) bool { return b.State != linkapp.BatchReleased })
}

func receiptList(p linkapp.UploadPage, base string) views.ReceiptList {
	list := views.ReceiptList{Base: base}
	for _, b := range released(p.Batches) {
		list.Rows = append(list.Rows, views.ReceiptLine{
			Batch: b.ID, Href: base + "receipts/" + b.ID.String(), Released: views.At(b.ReleasedAt, zone(p.Zone)), Files: b.Files,
		})
	}
	return list
}

func linkReceipts(d linkapp.LinkDetail, z *time.Location) []views.ReceiptLine {
	names := map[uuid.UUID]string{}
	for _, r := range d.Recipients {
		names[r.ID] = r.Name
	}
	var rows []views.ReceiptLine
	for _, b := range released(d.Batches) {
		if b.Files == 0 { // nothing of it has reached the practice (U8), or not yet for certain (U6)
			continue
		}
		rows = append(rows, views.ReceiptLine{
			Batch: b.ID, Href: "/upload-links/" + d.ID.String() + "/receipts/" + b.ID.String(), Released: views.At(b.ReleasedAt, z), Files: b.Files, Sender: names[b.Recipient],
		})
	}
	return rows
}
