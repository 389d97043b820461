package mail

import (
	"cmp"
	"context"
	"time"

	"portico/app/language"
	"portico/app/notify"
)

// codeBody is what bodies/code.* show.
type codeBody struct {
	notify.Code
	W     *language.Words
	Title string
	Spelt string // "123 456"
}

// Code is notify.Mailer: a code of six digits, in the person's language. The subject doesn't hold it: locked screens show
// subjects.
func (m *Mailer) Code(ctx context.Context, c notify.Code) (notify.Outcome, error) {
	w := language.For(c.Language)
	b := codeBody{Code: c, W: w, Title: w.T("factors.mail.code.title", c.Practice.Name), Spelt: c.Code[:len(c.Code)/2] + " " + c.Code[len(c.Code)/2:]}
	return m.send(ctx, "code", b, Mail{
		ID: c.ID, At: c.At, To: c.To, From: notify.Person{Name: cmp.Or(c.Sender, c.Practice.Name), Email: m.From}, Subject: b.Title,
	})
}

// factorBody is what bodies/factor_notice.* show.
type factorBody struct {
	notify.FactorNotice
	W     *language.Words
	Title string
	Lead  string
	When  string
}

// FactorNotice is notify.Mailer: what has changed in how somebody signs in (S3.i15).
func (m *Mailer) FactorNotice(ctx context.Context, n notify.FactorNotice) (notify.Outcome, error) {
	w := language.For(n.Language)
	b := factorBody{FactorNotice: n, W: w, Title: w.T("factors.mail.notice.title", n.Practice.Name)}
	switch n.What {
	case notify.MethodAdded:
		b.Lead = w.T("factors.mail.notice.added", w.T("factors.method."+string(n.Method)))
	case notify.MethodRemoved:
		b.Lead = w.T("factors.mail.notice.removed")
	case notify.MethodsReset:
		b.Lead = w.T("factors.mail.notice.reset", n.By)
	case notify.RecoveryUsed:
		b.Lead = w.T("factors.mail.notice.recovery") + " " + w.N("factors.recovery.left", n.Left)
	}
	zone, err := time.LoadLocation(n.Zone)
	if err != nil {
		zone = time.UTC
	}
	b.When = w.T("factors.mail.notice.when", w.Moment(n.When, zone))
	return m.send(ctx, "factor_notice", b, Mail{
		ID: n.ID, At: n.At, To: n.To, From: notify.Person{Name: cmp.Or(n.Sender, n.Practice.Name), Email: m.From}, Subject: b.Title,
	})
}
