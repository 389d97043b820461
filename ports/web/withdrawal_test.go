package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	linkapp "portico/app/uploadlink"
	"portico/domain/event"
	"portico/domain/uploadlink"

	"github.com/google/uuid"
)

// released puts a file into the practice's hands.
func (h *house) released() {
	h.arrived(noon)
	h.store.Given(1, uploadlink.Stream(link), uploadlink.BatchReleased{Batch: batch, Files: []uuid.UUID{statem}, Cause: uploadlink.WindowEnded, At: noon})
	h.shelf.upload.Files[0].State = linkapp.FileReleased
}

// U5: asked from the page, from its form without script, or by a program; twice is once.
func TestAskWithdrawal(t *testing.T) {
	file := "/files/" + statem.String() + "/withdrawal"
	for _, base := range []string{"/u/", "/up/"} {
		open := func(t *testing.T) (*house, string) {
			h := newHouse(t).redeemed()
			h.released()
			if base == "/u/" {
				h.jar = nil
				return h, base + h.token()
			}
			return h, base + link.String()
		}
		t.Run(base+" by form", func(t *testing.T) {
			h, path := open(t)
			page := "/up/" + link.String() + "/"
			if base == "/u/" {
				page = path
			} else {
				h.get(page).want(t, 200, "Ask to withdraw", `href="`+page+`files/`+statem.String()+`/withdrawal"`)
			}
			h.get(path+file).want(t, 200, "Ask to withdraw this file?", "scan.pdf", `action="`+path+`/files/`+statem.String()+`/withdrawal" method="post"`)
			long := strings.Repeat("x", uploadlink.MaxReason+1)
			h.post(path+file, url.Values{"reason": {long}}).want(t, http.StatusUnprocessableEntity, "at most 1000 fit", long+"</textarea>", `id="reason-problem"`)
			for range 2 {
				if a := h.post(path+file, url.Values{"reason": {"Wrong month"}}).want(t, http.StatusSeeOther); a.Header().Get("Location") != path+"/" {
					t.Errorf("leads to %q", a.Header().Get("Location"))
				}
			}
			if got := h.events(uploadlink.Stream(link), 5); got != "uploadlink.withdrawal_requested" {
				t.Errorf("events %q", got)
			}
			all := h.store.Stream(uploadlink.Stream(link))
			if e := all[len(all)-1].(uploadlink.WithdrawalRequested); e.Reason.Text != "Wrong month" || e.File != statem {
				t.Errorf("recorded %+v", e)
			}
		})
		t.Run(base+" by a program", func(t *testing.T) {
			h, path := open(t)
			ask := func(body string) reply {
				return h.do(http.MethodPost, path+file, strings.NewReader(body), "Accept", "application/json", "Content-Type", "application/json")
			}
			for _, bad := range []string{``, `[]`, `{"reason":1}`, `{"reason":"a"}x`} {
				ask(bad).want(t, http.StatusUnprocessableEntity, "/problems/web.form")
			}
			ask(`{"reason":"`+strings.Repeat("x", uploadlink.MaxReason+1)+`"}`).want(t, http.StatusUnprocessableEntity, "/problems/uploadlink.text")
			ask(`{}`).want(t, http.StatusNoContent)
			h.do(http.MethodPost, path+"/files/"+uuid.NewString()+"/withdrawal", nil, "Accept", "*/*").want(t, http.StatusNotFound, "/problems/uploadlink.file_not_found")
			h.do(http.MethodPost, path+"/files/x/withdrawal", nil, "Accept", "*/*").want(t, http.StatusNotFound)
			h.store.Given(1, uploadlink.Stream(link), uploadlink.WithdrawalAccepted{File: statem, At: noon})
			ask(`{}`).want(t, http.StatusGone, "/problems/uploadlink.withdrawn")
			h.post(path+file, nil).want(t, http.StatusSeeOther) // a person is led to where it says so
		})
	}
}

func TestAskWithdrawalOfWhat(t *testing.T) {
	path := "/up/" + link.String()
	file := path + "/files/" + statem.String() + "/withdrawal"
	t.Run("in its window it is deleted instead", func(t *testing.T) {
		h := newHouse(t).redeemed()
		h.arrived(noon.Add(10 * time.Minute))
		h.get(file).want(t, http.StatusConflict, "delete it")
		h.post(file, nil).want(t, http.StatusConflict, "delete it")
		h.get(path+"/").want(t, 200, `<div class="file__ask" hidden>`)
	})
	t.Run("of somebody else it is unknown", func(t *testing.T) {
		h := newHouse(t).redeemed()
		h.get(file).want(t, http.StatusNotFound)
		h.post(file, nil).want(t, http.StatusNotFound)
	})
	t.Run("after the expiry, from the receipt", func(t *testing.T) {
		h := newHouse(t)
		h.released()
		h.store.SetNow(expiry)
		h.shelf.upload.State, h.shelf.upload.Now = linkapp.LinkExpired, expiry
		base := "/u/" + h.token()
		h.get(base).want(t, http.StatusGone, "What you sent", `href="`+base+`/files/`+statem.String()+`/withdrawal"`)
		h.get(base+"/files/"+statem.String()+"/withdrawal").want(t, 200, "Ask to withdraw this file?")
		h.post(base+"/files/"+statem.String()+"/withdrawal", nil).want(t, http.StatusSeeOther)
		if got := h.events(uploadlink.Stream(link), 5); got != "uploadlink.expired uploadlink.withdrawal_requested" {
			t.Errorf("events %q", got)
		}
	})
	t.Run("through a revoked or replaced link it is not", func(t *testing.T) {
		for _, e := range []uploadlink.Event{
			uploadlink.Revoked{Unreleased: uploadlink.Keep, At: noon}, uploadlink.Resent{Secrets: []uploadlink.Secret{{Recipient: imogen, Generation: 2}}},
		} {
			h := newHouse(t).redeemed()
			h.released()
			h.store.Given(1, uploadlink.Stream(link), e)
			h.get(file).want(t, http.StatusGone)
			h.post(file, nil).want(t, http.StatusGone)
			if got := h.events(uploadlink.Stream(link), 6); got != "" {
				t.Errorf("events %q", got)
			}
		}
	})
}

// U5: the person who asked sees how it stands, on the page and as JSON.
func TestWithdrawalOnTheUploadPage(t *testing.T) {
	h := newHouse(t).redeemed()
	h.released()
	path := "/up/" + link.String() + "/"
	file := path + "files/" + statem.String() + "/withdrawal"
	for name, c := range map[string]struct {
		state linkapp.FileState
		w     linkapp.Withdrawal
		says  string
		json  string
		may   bool
	}{
		"not asked":   {linkapp.FileReleased, linkapp.Withdrawal{}, "Sent to Harbour &amp; Vale", `{"state":"","may_ask":true}`, true},
		"asked":       {linkapp.FileReleased, linkapp.Withdrawal{State: linkapp.WithdrawalAsked, Asks: 1}, "has not answered yet", `{"state":"asked","may_ask":false}`, false},
		"kept":        {linkapp.FileReleased, linkapp.Withdrawal{State: linkapp.WithdrawalRefused, Asks: 1, Answer: "In the return"}, "keeps it: In the return", `{"state":"refused","answer":"In the return","may_ask":true}`, true},
		"kept twice":  {linkapp.FileReleased, linkapp.Withdrawal{State: linkapp.WithdrawalRefused, Asks: 2, Answer: "Still"}, "keeps it: Still", `{"state":"refused","answer":"Still","may_ask":false}`, false},
		"withdrawn":   {linkapp.FileWithdrawn, linkapp.Withdrawal{State: linkapp.WithdrawalAccepted, Asks: 1}, "Withdrawn: Harbour &amp; Vale has destroyed it.", `{"state":"accepted","may_ask":false}`, false},
		"in a window": {linkapp.FileReceived, linkapp.Withdrawal{}, "Received", ``, false},
	} {
		t.Run(name, func(t *testing.T) {
			h.shelf.upload.Files[0].State, h.shelf.upload.Files[0].Withdrawal = c.state, c.w
			h.shelf.upload.Files[0].Deadline = noon.Add(time.Minute)
			a := h.get(path).want(t, 200, c.says, "scan.pdf")
			if shown := strings.Contains(a.text, `<div class="file__ask"><a class="link file__withdraw" href="`+file+`"`); shown != c.may {
				t.Errorf("the link to ask is shown: %t", shown)
			}
			var got struct {
				Files []struct {
					State      string
					Withdrawal json.RawMessage
				}
			}
			if err := json.Unmarshal([]byte(h.get(path, "Accept", "application/json").want(t, 200).text), &got); err != nil {
				t.Fatal(err)
			}
			if len(got.Files) != 1 || got.Files[0].State != string(c.state) || string(got.Files[0].Withdrawal) != c.json {
				t.Errorf("as JSON %+v, %s", got, got.Files[0].Withdrawal)
			}
			switch want := http.StatusSeeOther; {
			case c.may:
				h.get(file).want(t, 200)
			case c.state != linkapp.FileReceived:
				h.get(file).want(t, want)
			}
		})
	}
	h.shelf.upload.Files[0].Withdrawal = linkapp.Withdrawal{State: linkapp.WithdrawalRefused, Asks: 1, Answer: "In the return"}
	h.shelf.upload.Files[0].State = linkapp.FileReleased
	h.get(file).want(t, 200, "You asked before, and it was kept: In the return")
}

// The reasons of either side are no part of the log.
func TestReasonsStayOutOfTheLog(t *testing.T) {
	h := newHouse(t).redeemed()
	h.released()
	h.post("/up/"+link.String()+"/files/"+statem.String()+"/withdrawal", url.Values{"reason": {"a private matter"}}).want(t, http.StatusSeeOther)
	if log := h.log.String(); strings.Contains(log, "private matter") {
		t.Error(log)
	}
	all := h.store.Stream(uploadlink.Stream(link))
	if e := all[len(all)-1].(uploadlink.WithdrawalRequested); e.Reason != event.Of(farrow, "a private matter") {
		t.Errorf("recorded %+v; want it sealed as the link's subject is", e)
	}
}
