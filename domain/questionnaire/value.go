package questionnaire

import (
	"math/big"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"portico/domain/fault"

	"github.com/google/uuid"
)

// What can be wrong with an answer.
var (
	ErrLength = fault.New(fault.Invalid, "answer.length",
		"This answer is too long. Shorten it.")
	ErrNumber = fault.New(fault.Invalid, "answer.number",
		"Write a number, for instance 1234.50.")
	ErrTwoWays = fault.New(fault.Invalid, "answer.two_ways",
		"This number can be read in two ways. Write it without the mark between thousands.")
	ErrDay = fault.New(fault.Invalid, "answer.day",
		"Write a day of the calendar, like 2026-05-12.")
	ErrChoice = fault.New(fault.Invalid, "answer.choice",
		"Choose one of the answers given.")
	ErrRange = fault.New(fault.Invalid, "answer.range",
		"This answer is outside of what is asked for.")
	ErrFiles = fault.New(fault.Invalid, "answer.files",
		"One of the files is gone, or there are too many. Reload the page and choose again.")
	ErrRows = fault.New(fault.Invalid, "answer.rows",
		"This is answered by rows. Add one.")
)

// Problem is what is wrong with an answer, for whoever says it in another language: a fault's Code, the limit, and the
// value that was given.
type Problem struct {
	Rule         *fault.Error
	Limit, Value string
}

func (p *Problem) Error() string { return p.Rule.Message }

// Unwrap is the rule.
func (p *Problem) Unwrap() error { return p.Rule }

func (f Field) wrong(rule *fault.Error, limit, value, format string, args ...any) error {
	return &Problem{Rule: rule.Withf("“"+strings.ReplaceAll(f.Label, "%", "%%")+"”: "+format, args...), Limit: limit, Value: value}
}

// Canonical is an answer in its one spelling; "" is none (rules 4, 5). What it refuses with is a Problem of ErrLength,
// ErrNumber, ErrTwoWays, ErrDay, ErrChoice, ErrRange, ErrFiles or ErrRows.
func (f Field) Canonical(typed string) (string, error) {
	value := manyLines(typed)
	if value == "" {
		return "", nil
	}
	switch f.Kind {
	case Text:
		return f.letters(oneLine(value), MaxText)
	case Long:
		return f.letters(value, MaxLong)
	case Number, Money:
		return f.number(value)
	case Date:
		return f.day(value)
	case YesNo:
		if value == Yes || value == No {
			return value, nil
		}
	case One, Many:
		return f.choice(value)
	case File:
		return f.files(value)
	case Group:
		return "", f.wrong(ErrRows, "", value, "add a row.")
	}
	return "", f.wrong(ErrChoice, "", value, "choose one of the answers given.")
}

func (f Field) letters(value string, most int) (string, error) {
	if f.Most > 0 {
		most = f.Most
	}
	if n := utf8.RuneCountInString(value); n > most {
		return "", f.wrong(ErrLength, itoa(most), itoa(n), "this has %d letters; at most %d fit.", n, most)
	}
	return value, nil
}

func itoa(n int) string { return big.NewInt(int64(n)).String() }

var (
	digits  = regexp.MustCompile(`^-?[0-9]{1,15}(\.[0-9]{1,6})?$`)
	triples = regexp.MustCompile(`^-?[0-9]{1,3}([.,][0-9]{3})+$`)
	spaces  = strings.NewReplacer(" ", "", "\u00a0", "", "\u202f", "", "\u2009", "", "'", "", "’", "", "\t", "", "\u2212", "-")
)

func (f Field) number(typed string) (string, error) {
	value := spaces.Replace(typed)
	value = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(value, f.Currency), f.Currency))
	value = strings.Trim(value, "€$£")
	dot, comma := strings.LastIndex(value, "."), strings.LastIndex(value, ",")
	several := strings.Count(value, ".") > 1 || strings.Count(value, ",") > 1
	switch {
	case dot >= 0 && comma >= 0 && dot > comma:
		value = strings.ReplaceAll(value, ",", "")
	case dot >= 0 && comma >= 0:
		value = strings.ReplaceAll(strings.ReplaceAll(value, ".", ""), ",", ".")
	case triples.MatchString(value) && (several || f.Kind == Money): // money has two digits behind its point
		value = strings.NewReplacer(".", "", ",", "").Replace(value)
	case triples.MatchString(value):
		return "", f.wrong(ErrTwoWays, "", typed, "“%s” can be read in two ways. Write %s, or %s.", typed,
			strings.NewReplacer(".", "", ",", "").Replace(value), strings.ReplaceAll(value, ",", ".")+"0")
	default:
		value = strings.ReplaceAll(value, ",", ".")
	}
	if !digits.MatchString(value) {
		return "", f.wrong(ErrNumber, "", typed, "“%s” is no number. Write one, for instance 1234.50.", typed)
	}
	whole, part, _ := strings.Cut(strings.TrimPrefix(value, "-"), ".")
	part = strings.TrimRight(part, "0")
	if f.Kind == Money && len(part) > 2 {
		return "", f.wrong(ErrNumber, "", typed, "“%s” has more than two digits behind the point.", typed)
	}
	if f.Kind == Money {
		part = (part + "00")[:2]
	}
	if len(part) == 3 {
		part += "0" // so that what was written down can be read again in one way only
	}
	whole = strings.TrimLeft(whole, "0")
	if whole == "" {
		whole = "0"
	}
	if part != "" {
		whole += "." + part
	}
	if strings.HasPrefix(value, "-") && strings.Trim(whole, "0.") != "" {
		whole = "-" + whole
	}
	return whole, f.within(whole)
}

func (f Field) day(typed string) (string, error) {
	for _, layout := range []string{time.DateOnly, "2.1.2006"} {
		if d, err := time.Parse(layout, typed); err == nil && d.Year() >= 1800 && d.Year() <= 9999 {
			value := d.Format(time.DateOnly)
			return value, f.within(value)
		}
	}
	return "", f.wrong(ErrDay, "", typed, "“%s” is no day of the calendar. Write it like 2026-05-12.", typed)
}

// within refuses a number or a day outside of the limits.
func (f Field) within(value string) error {
	switch {
	case f.Min != "" && f.before(value, f.Min):
		return f.wrong(ErrRange, f.Min, value, "the smallest possible answer is %s; this is %s.", f.Min, value)
	case f.Max != "" && f.before(f.Max, value):
		return f.wrong(ErrRange, f.Max, value, "the largest possible answer is %s; this is %s.", f.Max, value)
	}
	return nil
}

// before compares two spelt answers.
func (f Field) before(a, b string) bool {
	if f.Kind == Date {
		return a < b
	}
	x, _ := new(big.Rat).SetString(a)
	y, _ := new(big.Rat).SetString(b)
	return x != nil && y != nil && x.Cmp(y) < 0
}

func (f Field) choice(typed string) (string, error) {
	chosen := List(typed)
	for _, id := range chosen {
		if _, ok := f.Option(id); !ok {
			return "", f.wrong(ErrChoice, "", id, "choose one of the answers given.")
		}
	}
	var ids []string
	for _, o := range f.Options {
		if slices.Contains(chosen, o.ID.String()) {
			ids = append(ids, o.ID.String())
		}
	}
	if f.Kind == One && len(ids) > 1 {
		return "", f.wrong(ErrChoice, "1", itoa(len(ids)), "choose one of the answers given, not %d.", len(ids))
	}
	return strings.Join(ids, ","), nil
}

func (f Field) files(typed string) (string, error) {
	most := MaxFiles
	if f.Most > 0 {
		most = f.Most
	}
	var ids []string
	for _, text := range List(typed) {
		id, err := uuid.Parse(text)
		if err != nil {
			return "", f.wrong(ErrFiles, "", text, "“%s” is no file.", text)
		}
		if !slices.Contains(ids, id.String()) {
			ids = append(ids, id.String())
		}
	}
	if len(ids) > most {
		return "", f.wrong(ErrFiles, itoa(most), itoa(len(ids)), "these are %d files; at most %d are taken.", len(ids), most)
	}
	return strings.Join(ids, ","), nil
}

// List takes an answer of several ids apart.
func List(value string) []string {
	return strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == '\n' || r == ' ' })
}
