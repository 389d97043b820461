package main

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"strconv"
	"testing"
)

// photo: a phone's photo is stored as it was sent, byte for byte, and comes back as what it is (S1.i25).
func photo(t *testing.T, w *routesWorld) {
	f := w.fixture(t)
	rest := make([]byte, 300_000)
	_, _ = rand.Read(rest) // never fails
	content := append([]byte("\x00\x00\x00\x24ftypheic\x00\x00\x00\x00mif1MiHEmiafMiHBheic"), rest...)
	base := w.base + "/u/" + w.secretOf(f, holder)
	anyone := program{t: t}
	anyone.ask("POST", base+"/uploads/", 201, content, "Tus-Resumable", "1.0.0", "Content-Type", "application/offset+octet-stream",
		"Upload-Length", strconv.Itoa(len(content)), "Upload-Metadata", "filename "+base64.StdEncoding.EncodeToString([]byte("IMG_0042.HEIC")))
	anyone.ask("POST", base+"/release", 204, nil)

	_, raw := program{t, f.token}.ask("GET", w.base+"/api/v1/upload-links/"+f.link.String(), 200, nil)
	id := ""
	type sent struct {
		ID, Name string
		Media    string `json:"media_type"`
	}
	for _, file := range read[struct{ Files []sent }](t, raw).Files {
		if file.Name == "IMG_0042.HEIC" && file.Media == "image/heic" {
			id = file.ID
		}
	}
	if id == "" {
		t.Fatalf("no photo of that name and kind has reached the practice: %s", raw)
	}
	response, raw := program{t, f.token}.ask("GET", w.base+"/api/v1/files/"+id+"/content", 200, nil)
	if got := response.Header.Get("Content-Type"); got != "image/heic" || !bytes.Equal(raw, content) {
		t.Errorf("the API gives %d bytes of %s, not the %d of image/heic that were sent", len(raw), got, len(content))
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.base+"/files/"+id+"/content", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(&http.Cookie{Name: "portico", Value: w.calm.session})
	page := w.do(t, r)
	if got := page.Header.Get("Content-Type"); page.StatusCode != 200 || got != "image/heic" || page.text != string(content) {
		t.Errorf("the page gives %d, %d bytes of %s, not the %d of image/heic that were sent", page.StatusCode, len(page.text), got, len(content))
	}
}
