package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	receiptapp "portico/app/receipt"
	"portico/app/secret"
)

// keys are the secrets that everything else hangs on, decoded. They stand apart from the configuration, because
// what prints a struct shows what lies in it.
type keys struct {
	master   []byte
	links    secret.KeyRing
	receipts receiptapp.Ring // empty where none is configured: only serve needs them
}

func (keys) String() string       { return "(hidden)" }
func (keys) GoString() string     { return "(hidden)" }
func (keys) LogValue() slog.Value { return slog.StringValue("(hidden)") }

// readKeys decodes what the environment holds.
func (c config) readKeys() (k keys, mistakes []error) {
	var err error
	switch k.master, err = base64.StdEncoding.DecodeString(string(c.MasterKey)); {
	case c.MasterKey == "":
		mistakes = append(mistakes, errors.New("PORTICO_MASTER_KEY is not set; make one with: openssl rand -base64 32"))
	case err != nil || len(k.master) != 32:
		mistakes = append(mistakes, errors.New("PORTICO_MASTER_KEY is not 32 bytes in base64; make one with: openssl rand -base64 32"))
	}
	if c.ReceiptKeys != "" {
		if k.receipts, err = receiptapp.ParseRing(string(c.ReceiptKeys)); err != nil {
			mistakes = append(mistakes, fmt.Errorf("PORTICO_RECEIPT_KEYS: %w", err))
		}
	}
	if c.LinkKeys == "" {
		return k, append(mistakes, errors.New(`PORTICO_LINK_KEYS is not set; make one with: echo "1:$(openssl rand -base64 32)"`))
	}
	if k.links, err = secret.ParseKeyRing(string(c.LinkKeys)); err != nil {
		mistakes = append(mistakes, fmt.Errorf("PORTICO_LINK_KEYS: %w", err))
	}
	return k, mistakes
}

// keysFor are the keys of an operator's command: the environment's, and for the embedded database also its folder's.
func (c config) keysFor(folder string, embedded bool) (keys, error) {
	if !embedded && c.MasterKey == "" && c.LinkKeys == "" {
		// dev with DATABASE_URL keeps its keys in the folder as well.
		if _, err := os.Stat(filepath.Join(folder, "keys", "master")); err == nil {
			embedded = true
		}
	}
	if embedded {
		return c.keptKeys(folder)
	}
	k, mistakes := c.readKeys()
	return k, joined(mistakes)
}

// keptKeys takes the keys that the environment lacks from dir/keys, and makes those that aren't there yet. What was
// sealed under one key opens under no other, so keys are made once and never replaced.
func (c config) keptKeys(dir string) (keys, error) {
	folder := filepath.Join(dir, "keys")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return keys{}, fmt.Errorf("make the folder of keys: %w", err)
	}
	for _, key := range []struct {
		value *hidden
		file  string
		fresh string
	}{
		{&c.MasterKey, "master", freshKey()},
		{&c.LinkKeys, "links", "1:" + freshKey()},
		{&c.ReceiptKeys, "receipts", freshReceiptKey()},
	} {
		if *key.value != "" {
			continue
		}
		value, err := keep(filepath.Join(folder, key.file), key.fresh)
		if err != nil {
			return keys{}, fmt.Errorf("keep a key: %w", err)
		}
		*key.value = hidden(value)
	}
	k, mistakes := c.readKeys()
	return k, joined(mistakes)
}

func freshKey() string {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails: the runtime ends the process instead
	return base64.StdEncoding.EncodeToString(key)
}

// freshReceiptKey is a key of its own name, so that nobody takes one practice's receipts for another's.
func freshReceiptKey() string {
	seed := make([]byte, ed25519.SeedSize)
	_, _ = rand.Read(seed) // never fails: the runtime ends the process instead
	return receiptapp.FormatKey([ed25519.SeedSize]byte(seed))
}

// keep returns what the file holds, and writes fresh into it where there is none. Two processes get the same value.
func keep(path, fresh string) (string, error) {
	raw, err := os.ReadFile(path)
	if err == nil {
		return strings.TrimSpace(string(raw)), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	unfinished, err := os.CreateTemp(filepath.Dir(path), ".key-*") // mode 0600
	if err != nil {
		return "", err
	}
	defer os.Remove(unfinished.Name())
	_, err = unfinished.WriteString(fresh + "\n")
	if err := errors.Join(err, unfinished.Sync(), unfinished.Close()); err != nil {
		return "", err
	}
	// A link, unlike a rename, doesn't replace what somebody else wrote meanwhile.
	if err := os.Link(unfinished.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	raw, err = os.ReadFile(path)
	return strings.TrimSpace(string(raw)), err
}
