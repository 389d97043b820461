package sms

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"portico/app/es"
	"portico/app/notify"
)

// Files writes each text as one JSON file into Dir and reads them for a page. It stands in for a provider.
type Files struct {
	Dir string
}

var _ notify.Texter = Files{}

// Written is one text in its file.
type Written struct {
	ID   string    `json:"id"`
	At   time.Time `json:"at"`
	To   string    `json:"to"`
	Body string    `json:"body"`
}

// Text is notify.Texter. A second try of a text writes the same file.
func (f Files) Text(ctx context.Context, m notify.TextMessage) (notify.Outcome, error) {
	if err := ctx.Err(); err != nil {
		return notify.Outcome{}, err
	}
	if o, is := refusal(m); is {
		return o, nil
	}
	if err := f.put(Written{ID: m.ID, At: m.At.UTC(), To: m.To, Body: m.Body}); err != nil {
		return passing("", err, es.Handed{m.ID}), nil
	}
	return notify.Outcome{Status: notify.HandedOver, IDs: es.Handed{m.ID}}, nil
}

// put makes the file appear whole or not at all.
func (f Files) put(w Written) error {
	content, err := json.MarshalIndent(w, "", "  ")
	if err != nil {
		return errors.New("a text can't be written as JSON")
	}
	if err := os.MkdirAll(f.Dir, 0o700); err != nil {
		return fmt.Errorf("make the folder of texts: %w", err)
	}
	tmp, err := os.CreateTemp(f.Dir, ".writing-*")
	if err != nil {
		return fmt.Errorf("write a text: %w", err)
	}
	defer os.Remove(tmp.Name()) // fails once it is renamed, which is what we want
	_, err = tmp.Write(append(content, '\n'))
	if e := tmp.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(tmp.Name(), filepath.Join(f.Dir, w.ID+".json"))
	}
	if err != nil {
		return fmt.Errorf("write a text: %w", err)
	}
	return nil
}

// List are the written texts, newest first. A folder that isn't there yet is empty.
func (f Files) List() ([]Written, error) {
	names, err := filepath.Glob(filepath.Join(f.Dir, "*.json"))
	if err != nil {
		return nil, fmt.Errorf("list texts: %w", err)
	}
	var all []Written
	for _, n := range names {
		w, err := f.Read(strings.TrimSuffix(filepath.Base(n), ".json"))
		if err != nil {
			return nil, err
		}
		all = append(all, w)
	}
	slices.SortFunc(all, func(a, b Written) int { return strings.Compare(b.ID, a.ID) })
	slices.SortStableFunc(all, func(a, b Written) int { return b.At.Compare(a.At) })
	return all, nil
}

// Read is one written text. fs.ErrNotExist for none.
func (f Files) Read(id string) (w Written, err error) {
	if !idShape.MatchString(id) {
		return w, fs.ErrNotExist
	}
	content, err := os.ReadFile(filepath.Join(f.Dir, id+".json"))
	if err != nil {
		return w, err
	}
	if err := json.Unmarshal(content, &w); err != nil {
		return w, fmt.Errorf("read text %s: %w", id, err)
	}
	return w, nil
}
