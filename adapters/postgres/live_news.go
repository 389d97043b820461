package postgres

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"portico/app/live"
	"portico/domain/task"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// LiveNews tells the pages that this node serves what has changed, on whichever node: it follows the log as the read
// models do and speaks once they show it. It keeps nothing: who wasn't there has read the page since.
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
	for {
		if came := n.Hub.Came(); came != nil {
			select {
			case <-came:
			case <-ctx.Done():
				return nil
			}
			at, _ = n.Tail.Safe()
		}
		safe, moved := n.Tail.Safe()
		if safe == at {
			select {
			case <-moved:
				continue
			case <-ctx.Done():
				return nil
			}
		}
		if err := n.tell(ctx, at, safe); err != nil && ctx.Err() == nil {
			n.Log.WarnContext(ctx, "pages are not told what has changed", "err", err)
			n.Hub.Stir()
			sleep(ctx, time.Second)
		}
		at = safe
	}
}

// tell passes on what stands after one position and up to another, once the read models show it.
func (n LiveNews) tell(ctx context.Context, after, through int64) error {
	if _, err := n.DB.Wait(ctx, through, 2*time.Second, modelNames()...); err != nil { // a model that halts holds up no other
		return err
	}
	following := n.Hub.Contacts()
	firms := make([]int32, 0, len(following))
	for firm := range following {
		firms = append(firms, firm)
	}
	var news []live.News
	var tasks = map[int32][]uuid.UUID{}
	rows, err := n.DB.Proj.Query(ctx, `
		SELECT DISTINCT firm_no, split_part(type, '.', 1), stream_id FROM es.events
		WHERE position > $1 AND position <= $2 AND firm_no = ANY ($3) LIMIT $4`, after, through, firms, newsBatch+1)
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
