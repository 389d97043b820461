package uitest

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Request is one that the page has sent.
type Request struct {
	Method, URL string
	Header      map[string]string // as the page set them
	Status      int64             // 0: no answer yet
	Failed      string            // why there is none
}

// record is everything that a page has sent and complained of.
type record struct {
	sync.Mutex
	requests   map[network.RequestID]*Request
	order      []*Request
	complaints []string
	allowed    []string
}

func newRecord() *record { return &record{requests: map[network.RequestID]*Request{}} }

func (r *record) hear(event any) {
	r.Lock()
	defer r.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		q := &Request{Method: e.Request.Method, URL: e.Request.URL, Header: map[string]string{}}
		for name, value := range e.Request.Headers {
			q.Header[strings.ToLower(name)] = fmt.Sprint(value)
		}
		r.requests[e.RequestID] = q
		r.order = append(r.order, q)
	case *network.EventResponseReceived:
		if q := r.requests[e.RequestID]; q != nil {
			q.Status = e.Response.Status
			if q.Status >= 400 {
				r.complain("%s %s: %d", q.Method, q.URL, q.Status)
			}
		}
	case *page.EventJavascriptDialogOpening:
		if e.Type != page.DialogTypeBeforeunload {
			r.complain("dialog: %s %q", e.Type, e.Message)
		}
	case *network.EventLoadingFailed:
		q := r.requests[e.RequestID]
		if q == nil {
			return
		}
		q.Failed = e.ErrorText
		if e.BlockedReason != "" {
			q.Failed += " " + string(e.BlockedReason)
		}
		if !e.Canceled && e.ErrorText != "net::ERR_ABORTED" { // a page that is left, and a download, cancel
			r.complain("%s %s: %s", q.Method, q.URL, q.Failed)
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning || e.Type == runtime.ConsoleAPICalledTypeAssert {
			var words []string
			for _, a := range e.Args {
				words = append(words, string(a.Value)+a.Description)
			}
			r.complain("console: %s", strings.Join(words, " "))
		}
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
		r.complain("exception: %s", text)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning {
			r.complain("log: %s %s", e.Entry.Text, e.Entry.URL)
		}
	}
}

func (r *record) complain(format string, args ...any) {
	r.complaints = append(r.complaints, fmt.Sprintf(format, args...))
}

// Allow says which complaints belong to the test: those that hold one of the texts, as "410" or "ERR_INTERNET".
func (p *Page) Allow(texts ...string) {
	p.log.Lock()
	defer p.log.Unlock()
	p.log.allowed = append(p.log.allowed, texts...)
}

// Requests are those sent so far of one of the methods, all without one, whose address holds part.
func (p *Page) Requests(part string, methods ...string) (found []Request) {
	p.log.Lock()
	defer p.log.Unlock()
	for _, q := range p.log.order {
		if strings.Contains(q.URL, part) && (len(methods) == 0 || slices.Contains(methods, q.Method)) {
			found = append(found, *q)
		}
	}
	return found
}

// complaints are those that the test did not allow.
func (r *record) unexpected() (found []string) {
	r.Lock()
	defer r.Unlock()
	for _, c := range r.complaints {
		if !slices.ContainsFunc(r.allowed, func(a string) bool { return strings.Contains(c, a) }) {
			found = append(found, c)
		}
	}
	return found
}

// Offline cuts the connection, and gives it back. The page's complaints about it are allowed.
func (p *Page) Offline(off bool) {
	p.t.Helper()
	p.Allow("ERR_INTERNET_DISCONNECTED")
	throughput := -1.0
	if off {
		throughput = 1 // what is on its way must not slip through
	}
	p.conditions(network.Conditions{Offline: off, DownloadThroughput: throughput, UploadThroughput: throughput})
	p.must("change the state of the connection", call(p.ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{
		Offline: off, DownloadThroughput: -1, UploadThroughput: -1,
	}))
}

// Slow limits how many bytes leave in a second; 0 ends it.
func (p *Page) Slow(bytesPerSecond float64) {
	p.t.Helper()
	if bytesPerSecond == 0 {
		bytesPerSecond = -1
	}
	p.conditions(network.Conditions{DownloadThroughput: -1, UploadThroughput: bytesPerSecond})
}

func (p *Page) conditions(c network.Conditions) {
	p.t.Helper()
	_, err := chromedp.Call(p.ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
		MatchedNetworkConditions: []*network.Conditions{&c},
	})
	p.must("change the connection", err)
}
