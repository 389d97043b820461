package mail

import (
	"cmp"
	"context"
	"fmt"

	"portico/app/notify"
)

// withdrawalRequestBody is what bodies/withdrawal_request.* show.
type withdrawalRequestBody struct {
	notify.WithdrawalRequest
	Title string
	Who   string // "Ingrid (ingrid@solberg.example)"
	Lines []pleaLine
}

type pleaLine struct {
	fileLine
	URL        string
	Paragraphs []string // of the reason
}

// WithdrawalRequest is notify.Mailer: one mail for what somebody asks back within a short time (U5).
func (m *Mailer) WithdrawalRequest(ctx context.Context, r notify.WithdrawalRequest) (notify.Outcome, error) {
	b := withdrawalRequestBody{WithdrawalRequest: r, Title: "Somebody asks to withdraw a file", Who: who(r.From)}
	if len(r.Pleas) > 1 {
		b.Title = fmt.Sprintf("Somebody asks to withdraw %d files", len(r.Pleas))
	}
	for _, p := range r.Pleas {
		line := fileLine{Name: visible(p.File.Name), Note: size(p.File.Size)}
		b.Lines = append(b.Lines, pleaLine{fileLine: line, URL: p.URL, Paragraphs: paragraphs(p.Reason)})
	}
	return m.send(ctx, "withdrawal_request", b, Mail{
		ID: r.ID, At: r.At, To: r.To,
		From:    notify.Person{Name: r.Practice.Name, Email: m.From},
		Subject: b.Title,
	})
}

// withdrawalAnswerBody is what bodies/withdrawal_answer.* show.
type withdrawalAnswerBody struct {
	notify.WithdrawalAnswer
	Title      string
	Line       fileLine
	Paragraphs []string // of the reason
}

// WithdrawalAnswer is notify.Mailer: the practice's decision, to the person who asked (U5).
func (m *Mailer) WithdrawalAnswer(ctx context.Context, a notify.WithdrawalAnswer) (notify.Outcome, error) {
	b := withdrawalAnswerBody{
		WithdrawalAnswer: a, Title: "Your file is kept",
		Line: fileLine{Name: visible(a.File.Name), Note: size(a.File.Size)}, Paragraphs: paragraphs(a.Reason),
	}
	if a.Accepted {
		b.Title = "Your file has been withdrawn"
	}
	return m.send(ctx, "withdrawal_answer", b, Mail{
		ID: a.ID, At: a.At, To: a.To, ReplyTo: cmp.Or(a.ReplyTo, a.Sender),
		From:    notify.Person{Name: inTheNameOf(a.Sender, a.Practice), Email: m.From},
		Subject: b.Title,
	})
}

// who is a person with an address, as far as either is known.
func who(p notify.Person) string {
	switch {
	case p.Name != "" && p.Email != "":
		return fmt.Sprintf("%s (%s)", visible(p.Name), p.Email)
	case p.Email != "":
		return p.Email
	}
	return "The person who sent it"
}
