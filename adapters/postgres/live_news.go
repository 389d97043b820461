package postgres

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"portico/app/live"
	"portico/domain/task"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// LiveNews tells the pages that this node serves what has changed, on whichever node: it follows the log as the read
// models do and speaks once they show it. That the hold of a task has ended is in no log: it looks when the next one does.
// It keeps nothing: who wasn't there has read the page since.
type LiveNews struct {
	DB    *DB
	Tail  *Tail
	Hub   *live.Hub
	Tasks TaskList
	Log   *slog.Logger
}

// newsBatch is how many events are told one by one; after more, pages look at everything.
const newsBatch = 1000

// Run returns nil when ctx ends. It never stops for what fails: pages look by themselves now and then.
func (n LiveNews) Run(ctx context.Context) error {
	at, _ := n.Tail.Safe()
	var looked time.Time // for holds, by the database's clock; zero: nobody has followed
	for {
		if came := n.Hub.Came(); came != nil {
			select {
			case <-came:
			case <-ctx.Done():
				return nil
			}
			at, _ = n.Tail.Safe()
			looked = time.Time{}
		}
		safe, moved := n.Tail.Safe()
		var err error
		if safe == at {
			var next time.Time
			if looked, next, err = n.unheld(ctx, looked); err == nil {
				hold, stop := until(looked, next)
				select {
				case <-moved:
				case <-hold:
				case <-ctx.Done():
				}
				stop()
			}
		} else {
			err = n.tell(ctx, at, safe)
			at = safe
		}
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			n.Log.WarnContext(ctx, "pages are not told what has changed", "err", err)
			n.Hub.Stir()
			sleep(ctx, time.Second)
		}
	}
}

// until rings when it is next, from now on; zero is never.
func until(now, next time.Time) (ring <-chan time.Time, stop func()) {
	if next.IsZero() {
		return nil, func() {}
	}
	t := time.NewTimer(next.Sub(now) + time.Millisecond) // what it asks the database then is asked after it
	return t.C, func() { t.Stop() }
}

// unheld tells of tasks whose hold has ended since it was last looked, and says when that was, and when the next one ends.
func (n LiveNews) unheld(ctx context.Context, since time.Time) (now, next time.Time, err error) {
	if now, next, err = n.Tasks.nextHold(ctx); err != nil || since.IsZero() {
		return now, next, err
	}
	following := n.Hub.Contacts()
	ids, many, err := n.Tasks.unheld(ctx, slices.Collect(maps.Keys(following)), since, now, newsBatch)
	if err != nil {
		return since, next, err
	}
	if many {
		n.Hub.Stir()
		return now, next, nil
	}
	var news []live.News
	for firm, list := range ids {
		for _, id := range list {
			news = append(news, live.News{Firm: firm, Change: live.Change{Kind: string(task.Kind), ID: id}})
		}
	}
	return now, next, n.pass(ctx, following, news, ids)
}

// tell passes on what stands after one position and up to another, once the read models show it.
func (n LiveNews) tell(ctx context.Context, after, through int64) error {
	if _, err := n.DB.Wait(ctx, through, 2*time.Second, modelNames()...); err != nil { // a model that halts holds up no other
		return err
	}
	following := n.Hub.Contacts()
	var news []live.News
	var tasks = map[int32][]uuid.UUID{}
	rows, err := n.DB.Proj.Query(ctx, `
		SELECT DISTINCT firm_no, split_part(type, '.', 1), stream_id FROM es.events
		WHERE position > $1 AND position <= $2 AND firm_no = ANY ($3) LIMIT $4`, after, through, slices.Collect(maps.Keys(following)), newsBatch+1)
	if err != nil {
		return fmt.Errorf("read what has changed: %w", err)
	}
	var one live.News
	if _, err := pgx.ForEachRow(rows, []any{&one.Firm, &one.Change.Kind, &one.Change.ID}, func() error {
		news = append(news, one)
		if one.Change.Kind == string(task.Kind) {
			tasks[one.Firm] = append(tasks[one.Firm], one.Change.ID)
		}
		return nil
	}); err != nil {
		return fmt.Errorf("read what has changed: %w", err)
	}
	if len(news) > newsBatch {
		n.Hub.Stir()
		return nil
	}
	return n.pass(ctx, following, news, tasks)
}

// pass tells news, that of tasks to the contacts who see them.
func (n LiveNews) pass(ctx context.Context, following map[int32][]uuid.UUID, news []live.News, tasks map[int32][]uuid.UUID) error {
	for firm, ids := range tasks {
		contacts := following[firm]
		if len(contacts) == 0 {
			continue
		}
		see, err := n.Tasks.seenBy(ctx, firm, ids, contacts)
		if err != nil {
			return err
		}
		for i := range news {
			if news[i].Firm == firm && news[i].Change.Kind == string(task.Kind) {
				news[i].Contacts = see[news[i].Change.ID]
			}
		}
	}
	n.Hub.Tell(news...)
	return nil
}
