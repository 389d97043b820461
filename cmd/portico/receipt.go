package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	receiptapp "portico/app/receipt"
	"portico/domain/receipt"

	"github.com/spf13/cobra"
)

// exitCodes are the answers of a check as exit codes. 1 is everything else that went wrong.
var exitCodes = map[receipt.Answer]answered{
	receipt.FileMismatch: 2, receipt.Altered: 3, receipt.UnknownKey: 4, receipt.NotAReceipt: 5,
}

func newReceipt(where *place) *cobra.Command {
	cmd := &cobra.Command{
		Use: "receipt", Short: "Check receipts and make the keys that sign them", Args: cobra.NoArgs,
	}
	cmd.AddCommand(newReceiptVerify(where), newReceiptKey(where))
	return cmd
}

func newReceiptVerify(where *place) *cobra.Command {
	var keyFile string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "verify RECEIPT.json [FILE…]",
		Short: "Check a receipt, and files against it, without a network",
		Long: "Checks that a practice has signed the receipt and that nothing in it was changed, and compares files with it by\n" +
			"their content. It needs no network and no database: --keys is the practice's public keys, saved once from\n" +
			"https://PORTAL/.well-known/portico-keys.json. Without it the keys of this installation count.\n\n" +
			"Exit codes:\n" +
			"  0  genuine, and every file given is one that was sent\n" +
			"  1  the check could not be made\n" +
			"  2  genuine, but a file given is not one that was sent\n" +
			"  3  altered: the signature does not fit\n" +
			"  4  signed by a key that is unknown here\n" +
			"  5  not a receipt",
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			trusted, err := trustedKeys(cmd.Context(), where, keyFile)
			if err != nil {
				return err
			}
			v, err := verifyReceipt(args[0], args[1:], trusted)
			if err != nil {
				return err
			}
			if asJSON {
				encoder := json.NewEncoder(cmd.OutOrStdout())
				encoder.SetIndent("", "  ")
				encoder.SetEscapeHTML(false)
				err = encoder.Encode(v)
			} else {
				err = v.tell(cmd.OutOrStdout())
			}
			if err != nil {
				return err
			}
			if v.Answer != receipt.Genuine {
				return exitCodes[v.Answer]
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&keyFile, "keys", "", "file with the practice's public keys, a JWK set")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON: {answer, key, why, receipt, files: [{path, size, sha256, answer, name}]}")
	return cmd
}

// trustedKeys are those of the file, or this installation's own: of the environment, or of dev's folder.
func trustedKeys(ctx context.Context, where *place, file string) (receipt.Keys, error) {
	if file != "" {
		raw, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("read the public keys: %w", err)
		}
		keys, err := receipt.ParseKeys(raw)
		if err != nil {
			return nil, fmt.Errorf("the public keys in %s: %w", file, err)
		}
		return keys, nil
	}
	ring, err := ownReceiptKeys(ctx, where)
	if err == nil && len(ring.Public()) == 0 {
		err = fmt.Errorf("no key is known to check with; save https://PORTAL/.well-known/portico-keys.json and name it with --keys")
	}
	return ring.Public(), err
}

// ownReceiptKeys are the environment's, or those that dev has made in its folder. None is no error.
func ownReceiptKeys(ctx context.Context, where *place) (receiptapp.Ring, error) {
	c, err := readConfig(environment(ctx))
	if err != nil {
		return receiptapp.Ring{}, err
	}
	text := string(c.ReceiptKeys)
	if text == "" {
		folder, err := where.folder(c)
		if err != nil {
			return receiptapp.Ring{}, err
		}
		kept, err := os.ReadFile(filepath.Join(folder, "keys", "receipts"))
		if os.IsNotExist(err) {
			return receiptapp.Ring{}, nil
		}
		if err != nil {
			return receiptapp.Ring{}, fmt.Errorf("read the keys of receipts: %w", err)
		}
		text = strings.TrimSpace(string(kept))
	}
	ring, err := receiptapp.ParseRing(text)
	if err != nil {
		return ring, fmt.Errorf("PORTICO_RECEIPT_KEYS: %w", err)
	}
	return ring, nil
}

// verdict is what a check of a receipt found. Receipt is nil unless it is genuine.
type verdict struct {
	Answer  receipt.Answer   `json:"answer"`
	Key     string           `json:"key,omitempty"`
	Why     string           `json:"why,omitempty"`
	Receipt *receipt.Receipt `json:"receipt,omitempty"`
	Files   []compared       `json:"files"`

	path string
}

// compared is one file at hand. Name is its name in the receipt.
type compared struct {
	Path   string        `json:"path"`
	Size   int64         `json:"size"`
	SHA256 string        `json:"sha256"`
	Answer receipt.Match `json:"answer"`
	Name   string        `json:"name,omitempty"`
}

// verifyReceipt reads the receipt and, where it is genuine, the files, one after the other and never a whole one at once.
func verifyReceipt(path string, files []string, trusted receipt.Keys) (verdict, error) {
	v := verdict{path: path, Files: []compared{}}
	f, err := os.Open(path)
	if err != nil {
		return v, fmt.Errorf("read the receipt: %w", err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, receipt.MaxBytes+1))
	if err != nil {
		return v, fmt.Errorf("read the receipt: %w", err)
	}
	found := receipt.Check(raw, trusted)
	v.Answer, v.Key, v.Why = found.Answer, found.Key, found.Why
	if found.Answer != receipt.Genuine {
		return v, nil
	}
	v.Receipt = &found.Receipt
	for _, path := range files {
		c := compared{Path: path}
		if c.Size, c.SHA256, err = digest(path); err != nil {
			return v, fmt.Errorf("read a file to compare: %w", err)
		}
		sent, match := found.Receipt.Match(filepath.Base(path), c.Size, c.SHA256)
		c.Answer, c.Name = match, sent.Name
		if match != receipt.Matches {
			v.Answer = receipt.FileMismatch
		}
		v.Files = append(v.Files, c)
	}
	return v, nil
}

func digest(path string) (size int64, sum string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer f.Close()
	hash := sha256.New()
	size, err = io.Copy(hash, f)
	return size, hex.EncodeToString(hash.Sum(nil)), err
}

// tell says it in words.
func (v verdict) tell(out io.Writer) error {
	w := &strings.Builder{}
	switch v.Answer {
	case receipt.Genuine:
		fmt.Fprintf(w, "GENUINE: %s was signed with the key %s and nothing in it was changed.\n", v.path, v.Key)
	case receipt.FileMismatch:
		fmt.Fprintf(w, "A FILE DOES NOT MATCH: %s is genuine (key %s), but not every file given is one that was sent.\n", v.path, v.Key)
	case receipt.Altered:
		fmt.Fprintf(w, "ALTERED: the signature of %s (key %s) does not fit. Something in it was changed since it was made.\n", v.path, v.Key)
	case receipt.UnknownKey:
		fmt.Fprintf(w, "UNKNOWN KEY: %s says that the key %q has signed it, and there is no such key here. "+
			"Get the public keys of the practice that gave it to you.\n", v.path, v.Key)
	case receipt.NotAReceipt:
		fmt.Fprintf(w, "NOT A RECEIPT: %s: %s.\n", v.path, v.Why)
	}
	if r := v.Receipt; r != nil {
		fmt.Fprintf(w, "\n%s, %s, received from %s at %s, through link %s, batch %s:\n",
			printable(r.Practice.Name), printable(r.Practice.Email), printable(someone(r.Recipient)), time.Time(r.ReleasedAt).Format("2006-01-02 15:04:05.000 MST"), r.Link, r.Batch)
		table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, f := range r.Files {
			fmt.Fprintf(table, "  %s\t%d bytes\t%s\n", printable(f.Name), f.Size, f.SHA256)
		}
		if err := table.Flush(); err != nil {
			return err
		}
	}
	for _, f := range v.Files {
		switch f.Answer {
		case receipt.Matches:
			fmt.Fprintf(w, "\nok     %s is %s, byte for byte.\n", f.Path, printable(f.Name))
		case receipt.Differs:
			fmt.Fprintf(w, "\nWRONG  %s is not the %s that was sent: it has %d bytes with SHA-256 %s.\n", f.Path, printable(f.Name), f.Size, f.SHA256)
		case receipt.NotInReceipt:
			fmt.Fprintf(w, "\nWRONG  %s is not in this receipt: neither its content (SHA-256 %s) nor its name.\n", f.Path, f.SHA256)
		}
	}
	_, err := io.WriteString(out, w.String())
	return err
}

func someone(r receipt.Recipient) string {
	if r.Name == "" {
		return "recipient " + r.ID.String()
	}
	return r.Name
}

// printable is text of people for a terminal, which must not be steered by it.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || (r >= 0x80 && r < 0xa0) || (r >= 0x202a && r <= 0x202e) || (r >= 0x2066 && r <= 0x2069) {
			return '\uFFFD'
		}
		return r
	}, text)
}

func newReceiptKey(where *place) *cobra.Command {
	cmd := &cobra.Command{Use: "key", Short: "Make and list the keys that sign receipts", Args: cobra.NoArgs}
	cmd.AddCommand(&cobra.Command{
		Use:   "new",
		Short: "Print a new key for PORTICO_RECEIPT_KEYS",
		Long: "Prints a new key, as ID:BASE64. Put it in front of those that PORTICO_RECEIPT_KEYS has, with a comma between: the\n" +
			"first signs, the others are published, so that older receipts stay genuine. Keep it like a password.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintln(cmd.OutOrStdout(), freshReceiptKey())
			return err
		},
	}, &cobra.Command{
		Use:   "list",
		Short: "List the keys of this installation, without their secrets",
		Long: "Lists the keys, each as it may stand in PORTICO_RECEIPT_KEYS once it signs no more: the public half is enough to keep\n" +
			"its receipts genuine, and the secret half can be destroyed.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ring, err := ownReceiptKeys(cmd.Context(), where)
			if err != nil {
				return err
			}
			for i, key := range ring.Public() {
				role := "checks"
				if i == 0 {
					role = "signs"
				}
				if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%s\t%s\n", role, receiptapp.FormatPublic(key)); err != nil {
					return err
				}
			}
			return nil
		},
	})
	return cmd
}
