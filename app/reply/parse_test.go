package reply

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

const head = "From: Ida Ek <ida@ek.example>\r\nTo: abc@in.example\r\nSubject: Re: x\r\nMessage-ID: <m1@ek.example>\r\nMIME-Version: 1.0\r\n"

func read(t *testing.T, raw string) Mail {
	t.Helper()
	m, err := Parse([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// However a mail program writes it, the text is the text.
func TestText(t *testing.T) {
	part := func(media, text string) string { return "--b\r\nContent-Type: " + media + "\r\n\r\n" + text + "\r\n" }
	multi := func(kind string, parts ...string) string {
		return "Content-Type: multipart/" + kind + "; boundary=b\r\n\r\n" + strings.Join(parts, "") + "--b--\r\n"
	}
	for name, c := range map[string]struct{ body, want string }{
		"plain":                  {"\r\nHello\r\nthere", "Hello\nthere"},
		"utf-8":                  {"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nTäna", "Täna"},
		"latin 1, quoted":        {"Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nT=E4na=\r\n!", "Täna!"},
		"windows-1257, base64":   {"Content-Type: text/plain; charset=windows-1257\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString([]byte("T\xe4na \xf0")), "Täna š"},
		"koi8-r":                 {"Content-Type: text/plain; charset=koi8-r\r\n\r\n\xf0\xf2", "ПР"},
		"no charset that exists": {"Content-Type: text/plain; charset=x-none\r\n\r\nHello", "Hello"},
		"not of its charset":     {"Content-Type: text/plain; charset=utf-8\r\n\r\nT\xe4na", "T\uFFFDna"},
		"alternative":            {multi("alternative", part("text/plain", "plain"), part("text/html", "<p>rich</p>")), "plain"},
		"html alone":             {multi("alternative", part("text/plain", " "), part("text/html", "<p>rich</p>")), "rich"},
		"flowed":                 {"Content-Type: text/plain; format=flowed\r\n\r\nThis is one \r\nline.\r\n> quoted \r\n> line\r\n-- \r\nIda", "This is one line.\n> quoted line\n-- \nIda"},
		"flowed, delsp":          {"Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\nLand \r\nstrasse\r\n  indented", "Landstrasse\n indented"},
		"around a picture":       {multi("mixed", part("text/plain", "above"), "--b\r\nContent-Type: image/png; name=a.png\r\n\r\nPNG\r\n", part("text/plain", "below")), "above\nbelow"},
		"no end":                 {"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\ncut of", "cut of"},
		"no boundary":            {"Content-Type: multipart/mixed\r\n\r\nHello", ""},
		"no media":               {"Content-Type: ;;;\r\n\r\nHello", "Hello"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := read(t, head+c.body).Text; got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestHTML(t *testing.T) {
	for markup, want := range map[string]string{
		"<p>One</p><p>Two &amp; three</p>":                                           "One\n\nTwo & three",
		"a<br>b<div>c</div>\n  <div> d\n e </div>":                                   "a\nb\nc\nd e",
		"<style>p{}</style><title>t</title><script>x</script>seen<!-- c -->":         "seen",
		"<blockquote>a<blockquote>b</blockquote>c</blockquote>d":                     "> a\n>> b\n> c\nd",
		"<ul><li>a</li><li>b</li></ul>":                                              "- a\n- b",
		`<a href="https://x.example/y">here</a>`:                                     "here (https://x.example/y)",
		`<a href="https://x.example/">https://x.example/</a>`:                        "https://x.example/",
		`<a href="javascript:alert(1)">here</a>`:                                     "here",
		"<pre>a\n  b</pre>":                                                          "a\n  b",
		"<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>":            "a b\nc",
		`<div>Yes</div><div>On 1 May Harbour wrote:</div><blockquote>Q</blockquote>`: "Yes\nOn 1 May Harbour wrote:\n> Q",
		"</p></div></blockquote>a":                                                   "a",
		"":                                                                           "",
	} {
		if got := textOf(markup); got != want {
			t.Errorf("%s: %q, want %q", markup, got, want)
		}
	}
}

// What is enclosed is a file, by its own name; a logo in a signature and a proof of who wrote are none.
func TestFiles(t *testing.T) {
	file := func(header, content string) string { return "--b\r\n" + header + "\r\n\r\n" + content + "\r\n" }
	big := strings.Repeat("x", logo+1)
	m := read(t, head+"Content-Type: multipart/related; boundary=b\r\n\r\n"+
		file("Content-Type: text/html", "<p>See</p>")+
		file("Content-Type: image/png\r\nContent-ID: <logo>", "PNG")+
		file("Content-Type: image/png; name=screen.png\r\nContent-Disposition: inline", big)+
		file("Content-Type: application/pdf\r\nContent-Disposition: attachment; filename*=utf-8''k%C3%A4ive.pdf", "PDF")+
		file("Content-Type: text/plain; name=\"=?utf-8?q?m=C3=A4rkus.txt?=\"\r\nContent-Disposition: attachment", "note")+
		file("Content-Type: image/jpeg\r\nContent-Disposition: attachment; filename=\"..\\\\..\\\\etc/passwd\"", "JPG")+
		file("Content-Type: application/pdf", "PDF")+
		file("Content-Type: message/rfc822\r\nContent-Disposition: attachment", "Subject: inner\r\n\r\nInner")+
		file("Content-Type: application/pkcs7-signature; name=smime.p7s", "SIG")+
		file("Content-Type: application/pdf; name=empty.pdf", "")+
		"--b--\r\n")
	var names []string
	for _, f := range m.Files {
		names = append(names, f.Name)
	}
	if want := []string{"screen.png", "käive.pdf", "märkus.txt", "passwd", "attachment-5.pdf", "attachment-6.eml"}; !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
	if m.Text != "See" || string(m.Files[1].Bytes) != "PDF" {
		t.Errorf("%+v", m)
	}
}

func TestHeaders(t *testing.T) {
	m := read(t, "Delivered-To: ABC@in.example\r\nX-Original-To: <abc@in.example>\r\nAuthentication-Results: mx.example; spf=pass\r\nCc: \"Team\" <t@ek.example>, def@in.example\r\n"+head+"\r\nHi")
	if want := []string{"abc@in.example", "t@ek.example", "def@in.example", "ABC@in.example", "abc@in.example"}; !slices.Equal(m.To, want) {
		t.Errorf("%q, want %q", m.To, want)
	}
	if m.From != "ida@ek.example" || m.ID != "m1@ek.example" || !slices.Equal(m.Results, []string{"mx.example; spf=pass"}) || m.Machine != "" {
		t.Errorf("%+v", m)
	}
	if two := read(t, "From: a@ek.example, ida@ek.example\r\n\r\nHi"); two.From != "" {
		t.Errorf("of two senders %q", two.From)
	}
	// Attack: a line break in a header is no header.
	if evil := read(t, "From: =?utf-8?q?Ida=0D=0AX-Evil:_1?= <ida@ek.example>\r\nTo: =?utf-8?q?a=0D=0ABcc:_b=40c.example?= <abc@in.example>\r\n\r\nHi"); evil.From != "ida@ek.example" || !slices.Equal(evil.To, []string{"abc@in.example"}) {
		t.Errorf("%+v", evil)
	}
	for _, broken := range []string{"", "no mail", "\x00\x01\x02", ": empty\r\n\r\n"} {
		if m, err := Parse([]byte(broken)); err == nil && m.From != "" {
			t.Errorf("%q is a mail: %+v", broken, m)
		}
	}
}

// A mail without an id has the same one by whichever way it comes, and another mail has another.
func TestMadeUpID(t *testing.T) {
	id := func(raw string) string { return read(t, raw).ID }
	one := id("Received: from a\r\nFrom: ida@ek.example\r\n\r\nHi")
	if two := id("Received: from b\nFrom: ida@ek.example\n\nHi"); two != one || !strings.HasPrefix(one, "sha256:") {
		t.Errorf("%s and %s", one, two)
	}
	if id("From: ida@ek.example\r\n\r\nHo") == one || id("From: bo@ek.example\r\n\r\nHi") == one {
		t.Error("two mails have one id")
	}
}

// What no person has written is not heard (attack: two answering machines).
func TestMachines(t *testing.T) {
	for _, h := range []string{
		"Auto-Submitted: auto-replied", "Auto-Submitted: auto-generated; owner-email=x", "Precedence: bulk", "Precedence: Junk", "Precedence: list", "X-Autoreply: yes", "X-Autorespond: 1",
		"List-Id: <l.example>", "List-Unsubscribe: <mailto:x@l.example>", "Return-Path: <>", "X-Failed-Recipients: x@y.example", "Content-Type: multipart/report; boundary=b",
	} {
		if m := read(t, h+"\r\n"+head+"\r\nHi"); m.Machine == "" {
			t.Errorf("%s: somebody has written it", h)
		}
	}
	for _, from := range []string{"MAILER-DAEMON@mx.example", "postmaster@mx.example"} {
		if m := read(t, "From: "+from+"\r\n\r\nHi"); m.Machine == "" {
			t.Errorf("%s is somebody", from)
		}
	}
	for _, h := range []string{"Auto-Submitted: no", "Precedence: first-class", "Return-Path: <ida@ek.example>", "X-Priority: 1"} {
		if m := read(t, h+"\r\n"+head+"\r\nHi"); m.Machine != "" {
			t.Errorf("%s: %s says that nobody has written it", h, m.Machine)
		}
	}
}

// nested is a mail with a text within that many parts.
func nested(depth int) []byte {
	var b strings.Builder
	b.WriteString(head)
	for i := range depth {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	b.WriteString("Content-Type: text/plain\r\n\r\nDeep")
	return []byte(b.String())
}

// Attacks: parts within parts, too many of them, quotes within quotes, a header without end. Each is refused or read in
// little more than its own size.
func TestBombs(t *testing.T) {
	if m, err := Parse(nested(maxDepth)); err != nil || m.Text != "Deep" {
		t.Errorf("%v, %q", err, m.Text)
	}
	for name, bomb := range map[string][]byte{
		"depth":  nested(2000),
		"parts":  []byte(head + "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\n\r\nx\r\n", maxParts+1)),
		"header": append([]byte("X-A: "), bytes.Repeat([]byte("a"), 2<<20)...),
	} {
		if _, err := Parse(bomb); err == nil {
			t.Errorf("%s: it was read", name)
		}
	}
	deep := read(t, head+"Content-Type: text/html\r\n\r\n"+strings.Repeat("<blockquote>x", 50_000))
	if len(deep.Text) > 50*50_000 {
		t.Errorf("%d bytes of %d", len(deep.Text), 50_000*13)
	}
	Cut(deep.Text, "https://portal.example")
	Cut(strings.Repeat("On 22 November Harbour wrote:\n> x\n", 20_000)+"end", "https://portal.example")
}

// Whatever comes in is a mail or is refused, and its text can be stored.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		head + "\r\nHi", head + "Content-Type: text/html\r\n\r\n<p>Hi<blockquote>x", head + "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-16\r\n\r\n\xff\xfeH\x00\r\n--b--",
		head + "Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\n> a \r\n>> b ", head + "Content-Transfer-Encoding: base64\r\n\r\n!!!", string(nested(3)), "From: x", "",
		head + "Content-Type: multipart/mixed; boundary=\"\"\r\n\r\n--\r\n\r\n", head + "Content-Disposition: attachment; filename=\"a/\\\\b\"\r\n\r\nx",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		m, err := Parse(raw)
		if err != nil {
			return
		}
		if !utf8.ValidString(m.Text) || m.ID == "" {
			t.Errorf("%+v", m)
		}
		for _, file := range m.Files {
			if !utf8.ValidString(file.Name) || strings.ContainsAny(file.Name, `/\`) || len(file.Bytes) == 0 {
				t.Errorf("%+v", file)
			}
		}
		Cut(m.Text)
	})
}
