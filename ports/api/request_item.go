package api

import (
	"context"

	"portico/app/es"
	taskapp "portico/app/task"
	"portico/domain/contact"
	"portico/domain/task"

	"github.com/google/uuid"
)

// ByItem is the input of what concerns one item of a request.
type ByItem struct {
	ByID
	Item string `path:"item" doc:"UUID"`
}

type addItem struct {
	ByID
	Idempotent
	Body AskedItem
}

func (s *Server) addItem(ctx context.Context, in *addItem) (*body[RequestDetail], error) {
	return s.onRequest(ctx, in.Key, in.ByID, in.Body, func(who es.By, id uuid.UUID) (es.Result, error) {
		item, err := newID("item")
		if err != nil {
			return es.Result{}, err
		}
		return s.Tasks.AddItem(ctx, taskapp.Want{By: who, Task: id, Item: in.Body.asking(item)})
	})
}

type putItem struct {
	ByItem
	Body AskedItem
}

func (s *Server) putItem(ctx context.Context, in *putItem) (*body[RequestDetail], error) {
	return s.onItem(ctx, "", in.ByItem, in.Body, func(who es.By, id uuid.UUID, item taskapp.Item) (es.Result, error) {
		a := in.Body.asking(item.ID)
		a.Example = item.Example
		return s.Tasks.ChangeItem(ctx, taskapp.Want{By: who, Task: id, Item: a})
	})
}

type endItem struct {
	ByItem
	Idempotent
}

func (s *Server) cancelItem(ctx context.Context, in *endItem) (*body[RequestDetail], error) {
	return s.onItem(ctx, in.Key, in.ByItem, nil, func(who es.By, id uuid.UUID, item taskapp.Item) (es.Result, error) {
		return s.Tasks.CancelItem(ctx, taskapp.One{By: who, Task: id}, item.ID)
	})
}

type returnItem struct {
	ByItem
	Idempotent
	Body struct {
		Contact       string   `json:"contact_id" doc:"In whose place"`
		Note          string   `json:"note" maxLength:"5000"`
		NotApplicable bool     `json:"not_applicable,omitempty" doc:"The note says why"`
		Files         []string `json:"attachment_ids,omitempty" nullable:"false" doc:"That were sent for the item in their place"`
	}
}

// returnItem answers in a contact's place: what somebody has brought to the counter, or said on the phone.
func (s *Server) returnItem(ctx context.Context, in *returnItem) (*body[RequestDetail], error) {
	c, err := ByID{ID: in.Body.Contact}.parse(contact.ErrNotFound)
	if err != nil {
		return nil, err
	}
	files, err := enclosed(in.Body.Files)
	if err != nil {
		return nil, err
	}
	return s.onItem(ctx, in.Key, in.ByItem, in.Body, func(who es.By, id uuid.UUID, item taskapp.Item) (es.Result, error) {
		who.For = c
		return s.Tasks.Answer(ctx, taskapp.Answer{
			Act:   taskapp.Act{By: who, Task: id, Contact: c},
			Items: []taskapp.ItemAnswer{{Item: item.ID, Files: files, Note: in.Body.Note, NotApplicable: in.Body.NotApplicable}},
		})
	})
}

// JudgedRound names the answer that was looked at.
type JudgedRound struct {
	Contact string `json:"contact_id,omitempty" doc:"Whose own item it is; leave out for one that all share"`
	Nth     int    `json:"nth" minimum:"1" doc:"The round that was looked at. Where there is a newer one, nothing happens"`
}

type judgeItem struct {
	ByItem
	Idempotent
	Body JudgedRound
}

type sendBackItem struct {
	ByItem
	Idempotent
	Body struct {
		JudgedRound
		Reason string `json:"reason" maxLength:"1000" doc:"The client reads it"`
	}
}

func (s *Server) acceptItem(ctx context.Context, in *judgeItem) (*body[RequestDetail], error) {
	return s.judge(ctx, in.Key, in.ByItem, in.Body, in.Body, taskapp.Accept, "")
}

func (s *Server) reopenItem(ctx context.Context, in *judgeItem) (*body[RequestDetail], error) {
	return s.judge(ctx, in.Key, in.ByItem, in.Body, in.Body, taskapp.Unjudge, "")
}

func (s *Server) sendBackItem(ctx context.Context, in *sendBackItem) (*body[RequestDetail], error) {
	return s.judge(ctx, in.Key, in.ByItem, in.Body, in.Body.JudgedRound, taskapp.SendBack, in.Body.Reason)
}

// judge is what the practice makes of one round; of is the body that the command's key stands for.
func (s *Server) judge(ctx context.Context, key string, in ByItem, of any, round JudgedRound, as taskapp.Judgement, reason string) (*body[RequestDetail], error) {
	whose, err := optionalID(round.Contact, contact.ErrNotFound)
	if err != nil {
		return nil, err
	}
	return s.onItem(ctx, key, in, of, func(who es.By, id uuid.UUID, item taskapp.Item) (es.Result, error) {
		return s.Tasks.Review(ctx, taskapp.Review{By: who, Task: id, As: as, Reason: reason, Rounds: []task.Judging{{Item: item.ID, For: whose, Round: round.Nth}}})
	})
}

// onItem runs one command on an item that is there, and answers with its request.
func (s *Server) onItem(ctx context.Context, key string, in ByItem, of any, do func(who es.By, id uuid.UUID, item taskapp.Item) (es.Result, error)) (*body[RequestDetail], error) {
	item, err := ByID{ID: in.Item}.parse(task.ErrItem)
	if err != nil {
		return nil, err
	}
	return s.onRequest(ctx, key, in.ByID, of, func(who es.By, id uuid.UUID) (es.Result, error) {
		items, err := s.TaskItems.Items(ctx, who.Firm, id)
		if err != nil {
			return es.Result{}, err
		}
		for _, i := range items[id] {
			if i.ID == item {
				return do(who, id, i)
			}
		}
		return es.Result{}, task.ErrItem
	})
}

// onRequest runs one command on a request that is there, and answers with it.
func (s *Server) onRequest(ctx context.Context, key string, in ByID, of any, do func(who es.By, id uuid.UUID) (es.Result, error)) (*body[RequestDetail], error) {
	id, err := in.parse(errNoRequest)
	if err != nil {
		return nil, err
	}
	who, err := by(ctx, key, of)
	if err != nil {
		return nil, err
	}
	if _, err := s.request(ctx, id); err != nil { // another practice's, or one that the caller may not see
		return nil, err
	}
	r, err := do(who, id)
	if err != nil {
		return nil, err
	}
	if err := s.shown(ctx, r); err != nil {
		return nil, err
	}
	return s.request(ctx, id)
}
