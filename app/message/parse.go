package message

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"net/url"
	"strings"
)

// MaxReports is how many reports one request may hold.
const MaxReports = 1_000

// ParseJSON reads {"id": …, "status": …, "code": …, "detail": …}, a list of them, or {"reports": [them]}. The id may be
// named message_id, and be a whole Message-ID. Statuses are delivered, and bounced, failed or undelivered; a report with
// another one says nothing that is recorded, and is left out.
func ParseJSON(body []byte) ([]Report, error) {
	type told struct {
		ID        string `json:"id"`
		MessageID string `json:"message_id"`
		Status    string `json:"status"`
		Code      any    `json:"code"`
		Detail    string `json:"detail"`
	}
	var all []told
	switch body = bytes.TrimSpace(body); {
	case bytes.HasPrefix(body, []byte("[")):
		if err := json.Unmarshal(body, &all); err != nil {
			return nil, ErrReport
		}
	default:
		var one struct {
			told
			Reports []told `json:"reports"`
		}
		if err := json.Unmarshal(body, &one); err != nil {
			return nil, ErrReport
		}
		if all = one.Reports; one.told != (told{}) {
			all = append(all, one.told)
		}
	}
	if len(all) == 0 || len(all) > MaxReports {
		return nil, ErrReport.Withf("A request holds one to %d reports.", MaxReports)
	}
	var reports []Report
	for _, t := range all {
		if t.MessageID != "" {
			t.ID = t.MessageID
		}
		code, ok := codeOf(t.Code)
		id, named := cleanID(t.ID)
		if !ok || !named {
			return nil, ErrReport.Withf("A report needs the id of its message; its code is a text or a number.")
		}
		if fate, ok := fates[strings.ToLower(t.Status)]; ok {
			reports = append(reports, Report{ID: id, Fate: fate, Code: code, Detail: clean(t.Detail, maxDetail)})
		}
	}
	return reports, nil
}

// fates are the words of providers that mean one of ours.
var fates = map[string]Fate{
	"delivered": Delivered, "bounced": Bounced, "bounce": Bounced, "failed": Bounced, "undelivered": Bounced, "dropped": Bounced, "rejected": Bounced,
}

func codeOf(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", true
	case string:
		return clean(v, maxCode), true
	case float64:
		text, err := json.Marshal(v)
		return clean(string(text), maxCode), err == nil
	}
	return "", false
}

// ParseForm reads what a provider with Twilio's interface tells of one text.
func ParseForm(form url.Values) ([]Report, error) {
	id, ok := cleanID(form.Get("MessageSid"))
	if !ok {
		return nil, ErrReport.Withf("The form has no MessageSid.")
	}
	fate, ok := fates[strings.ToLower(form.Get("MessageStatus"))]
	if !ok {
		return nil, nil
	}
	return []Report{{ID: id, Fate: fate, Code: clean(form.Get("ErrorCode"), maxCode)}}, nil
}

// ParseDSN reads a delivery status notification: a mail of type multipart/report (RFC 3462, 3464) that returns ours, or
// its header. A delay is no fate and left out.
func ParseDSN(body []byte) ([]Report, error) {
	msg, err := mail.ReadMessage(bytes.NewReader(body))
	if err != nil {
		return nil, ErrReport
	}
	media, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil || media != "multipart/report" || params["boundary"] == "" {
		return nil, ErrReport.Withf("This mail is no delivery status notification.")
	}
	var n notification
	parts := multipart.NewReader(msg.Body, params["boundary"])
	for range maxParts {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, ErrReport
		}
		if err := n.read(part); err != nil {
			return nil, ErrReport
		}
	}
	if n.id == "" {
		return nil, ErrReport.Withf("The notification names no message: it returns neither the mail nor its header.")
	}
	if n.fate == "" {
		return nil, nil
	}
	return []Report{{ID: n.id, Fate: n.fate, Code: n.code, Detail: n.detail}}, nil
}

// A notification has three parts; one that has been passed around may have some more.
const (
	maxParts      = 20
	maxRecipients = 100
)

type notification struct {
	id           string
	fate         Fate
	code, detail string
}

func (n *notification) read(part *multipart.Part) error {
	media, _, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
	if err != nil {
		return nil //nolint:nilerr // a part of no type is the text for people
	}
	var content io.Reader = part
	switch strings.ToLower(part.Header.Get("Content-Transfer-Encoding")) {
	case "base64":
		content = base64.NewDecoder(base64.StdEncoding, part)
	case "quoted-printable":
		content = quotedprintable.NewReader(part)
	}
	switch media {
	case "message/delivery-status", "message/global-delivery-status":
		return n.status(textproto.NewReader(bufio.NewReader(content)))
	case "message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers", "message/global-headers":
		header, err := textproto.NewReader(bufio.NewReader(content)).ReadMIMEHeader()
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if id, ok := cleanID(header.Get("Message-Id")); ok {
			n.id = id
		}
	}
	return nil
}

// status reads the fields of the whole message, and then those of each recipient. One that failed is what counts.
func (n *notification) status(r *textproto.Reader) error {
	for range maxRecipients {
		fields, err := r.ReadMIMEHeader()
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		switch strings.ToLower(strings.TrimSpace(fields.Get("Action"))) {
		case "failed":
			n.fate, n.code = Bounced, clean(word(fields.Get("Status")), maxCode)
			_, words, _ := strings.Cut(fields.Get("Diagnostic-Code"), ";") // "smtp; 550 5.1.1 …"
			n.detail = clean(words, maxDetail)
		case "delivered", "relayed", "expanded":
			if n.fate == "" {
				n.fate = Delivered
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
	}
	return nil
}

// word is the first one: a status may have a comment behind it.
func word(text string) string {
	if all := strings.Fields(text); len(all) > 0 {
		return all[0]
	}
	return ""
}
