package questionnaire

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"portico/domain/fault"
	"portico/domain/filetype"

	"github.com/google/uuid"
)

// What can be wrong with a questionnaire.
var (
	ErrTitle = fault.New(fault.Invalid, "questionnaire.title",
		"Give it a title of 1 to 200 letters.")
	ErrLong = fault.New(fault.Invalid, "questionnaire.long",
		"This text is too long. Shorten it.")
	ErrFull = fault.New(fault.Invalid, "questionnaire.full",
		"A questionnaire has at most 50 sections and 300 fields.")
	ErrKind = fault.New(fault.Invalid, "questionnaire.kind",
		"Choose what sort of answer is wanted.")
	ErrOptions = fault.New(fault.Invalid, "questionnaire.options",
		"Write 1 to 100 answers to choose from, each different and of 1 to 200 letters.")
	ErrTypes = fault.New(fault.Invalid, "questionnaire.types",
		"Write endings of files, like pdf.")
	ErrCurrency = fault.New(fault.Invalid, "questionnaire.currency",
		"A currency is three letters, like EUR.")
	ErrLimits = fault.New(fault.Invalid, "questionnaire.limits",
		"The limits don’t fit this sort of answer.")
	ErrGroup = fault.New(fault.Invalid, "questionnaire.group",
		"A column stands below its group, in the same section, and is neither a group nor a file itself.")
	ErrCondition = fault.New(fault.Invalid, "questionnaire.condition",
		"What a condition asks for stands above what it shows.")
)

var currency = regexp.MustCompile(`^[A-Z]{3}$`)

// Check is the questionnaire with its texts as they are kept: no more spaces than there need to be, no characters that
// don't show (rules 1, 2). It refuses with ErrTitle, ErrLong, ErrFull, and as a field does, with its label.
func (q Questionnaire) Check() (Questionnaire, error) {
	q = q.Clone()
	var err error
	if q.Title, err = heading("The questionnaire", q.Title); err != nil {
		return q, err
	}
	if q.Intro, err = help("The introduction", q.Intro); err != nil {
		return q, err
	}
	if len(q.Sections) > MaxSections {
		return q, ErrFull.Withf("A questionnaire has at most %d sections; this would be %d.", MaxSections, len(q.Sections))
	}
	var above []Field
	taken := map[uuid.UUID]bool{}
	for i := range q.Sections {
		s := &q.Sections[i]
		if s.Title, err = heading("A section", s.Title); err != nil {
			return q, err
		}
		if s.Help, err = help("Section “"+s.Title+"”", s.Help); err != nil {
			return q, err
		}
		if err := s.If.check("Section “"+s.Title+"”", Field{}, above); err != nil {
			return q, err
		}
		if s.ID == uuid.Nil || taken[s.ID] {
			return q, ErrKind.Withf("Section “%s” has no id of its own.", s.Title)
		}
		taken[s.ID] = true
		for j := range s.Fields {
			f := &s.Fields[j]
			if *f, err = f.check(s.Fields[:j], above); err != nil {
				return q, err
			}
			if f.ID == uuid.Nil || taken[f.ID] {
				return q, ErrKind.Withf("“%s” has no id of its own.", f.Label)
			}
			taken[f.ID] = true
			above = append(above, *f)
		}
	}
	if len(above) > MaxFields {
		return q, ErrFull.Withf("A questionnaire has at most %d fields; this would be %d.", MaxFields, len(above))
	}
	return q, nil
}

// check is the field as it is kept. inSection are the fields above it there, above those of the whole questionnaire.
func (f Field) check(inSection, above []Field) (Field, error) {
	var err error
	if f.Label, err = heading("A field", f.Label); err != nil {
		return f, err
	}
	what := "“" + f.Label + "”"
	if f.Help, err = help(what, f.Help); err != nil {
		return f, err
	}
	if !slices.Contains(Kinds(), f.Kind) {
		return f, ErrKind.Withf("%s: choose what sort of answer is wanted; “%s” is none.", what, f.Kind)
	}
	if f.Options, err = f.checkOptions(what); err != nil {
		return f, err
	}
	if f.Kind != Money {
		f.Currency = ""
	} else if !currency.MatchString(f.Currency) {
		return f, ErrCurrency.Withf("%s: a currency is three capital letters, like EUR; “%s” is none.", what, f.Currency)
	}
	if f, err = f.checkLimits(what); err != nil {
		return f, err
	}
	if f.Group != uuid.Nil {
		group := slices.IndexFunc(inSection, func(g Field) bool { return g.ID == f.Group && g.Kind == Group })
		apart := group >= 0 && slices.ContainsFunc(inSection[group+1:], func(g Field) bool { return g.Group != f.Group })
		if group < 0 || apart || f.Kind == Group || f.Kind == File {
			return f, ErrGroup.Withf("%s: a column stands right below its group, in the same section, and is neither a group nor a file itself.", what)
		}
	}
	return f, f.If.check(what, f, above)
}

func (f Field) checkOptions(what string) ([]Option, error) {
	if f.Kind == File {
		return f.checkTypes(what)
	}
	if f.Kind != One && f.Kind != Many {
		return nil, nil
	}
	if n := len(f.Options); n == 0 || n > MaxOptions {
		return nil, ErrOptions.Withf("%s: write 1 to %d answers to choose from; these are %d.", what, MaxOptions, n)
	}
	options := slices.Clone(f.Options)
	for i := range options {
		o := &options[i]
		o.Text = oneLine(o.Text)
		n := utf8.RuneCountInString(o.Text)
		switch {
		case n == 0 || n > MaxTitle:
			return nil, ErrOptions.Withf("%s: an answer to choose has 1 to %d letters; number %d has %d.", what, MaxTitle, i+1, n)
		case slices.ContainsFunc(options[:i], func(p Option) bool { return p.Text == o.Text || p.ID == o.ID }) || o.ID == uuid.Nil:
			return nil, ErrOptions.Withf("%s: “%s” stands there twice.", what, o.Text)
		}
	}
	return options, nil
}

// checkTypes are the types of files, each once.
func (f Field) checkTypes(what string) (types []Option, err error) {
	for _, o := range f.Options {
		o.Text = strings.ToLower(strings.TrimLeft(oneLine(o.Text), "*."))
		switch {
		case !filetype.Known(o.Text) || o.ID == uuid.Nil:
			return nil, ErrTypes.Withf("%s: “%s” is no type of file that can be sent. Write the endings of file names, like pdf, jpg or xlsx.", what, o.Text)
		case slices.ContainsFunc(types, func(p Option) bool { return p.Text == o.Text }):
			continue
		case len(types) == MaxTypes:
			return nil, ErrTypes.Withf("%s: name at most %d types of files.", what, MaxTypes)
		}
		types = append(types, o)
	}
	return types, nil
}

func (f Field) checkLimits(what string) (Field, error) {
	most := map[Kind]int{Text: MaxText, Long: MaxLong, File: MaxFiles, Group: MaxRows}[f.Kind]
	if most == 0 {
		f.Most = 0
	}
	if f.Most < 0 || f.Most > most {
		return f, ErrLimits.Withf("%s: at most %d can be asked for, not %d.", what, most, f.Most)
	}
	if f.Kind != Number && f.Kind != Money && f.Kind != Date {
		f.Min, f.Max = "", ""
		return f, nil
	}
	bare := f
	bare.Min, bare.Max = "", ""
	for _, limit := range []*string{&f.Min, &f.Max} {
		value, err := bare.Canonical(*limit)
		if err != nil {
			return f, ErrLimits.Withf("%s: the limit “%s” is no answer of this sort.", what, *limit)
		}
		*limit = value
	}
	if f.Min != "" && f.Max != "" && f.before(f.Max, f.Min) {
		return f, ErrLimits.Withf("%s: the smallest answer, %s, is above the largest, %s.", what, f.Min, f.Max)
	}
	return f, nil
}

// check refuses a condition on what does not stand above, or that no answer can meet. of is the field that it shows.
func (c Condition) check(what string, of Field, above []Field) error {
	if c == (Condition{}) {
		return nil
	}
	i := slices.IndexFunc(above, func(f Field) bool { return f.ID == c.Field })
	if i < 0 {
		return ErrCondition.Withf("%s: the field that its condition asks for must stand above it.", what)
	}
	asked := above[i]
	if asked.Group != uuid.Nil && asked.Group != of.Group {
		return ErrCondition.Withf("%s: “%s” is a column, so only columns of the same group can ask for it.", what, asked.Label)
	}
	known := false
	switch asked.Kind {
	case One, Many:
		_, known = asked.Option(c.Value)
	case YesNo:
		known = c.Value == Yes || c.Value == No
	case Text, Long, Number, Money, Date, File, Group:
	}
	switch {
	case c.Test == Answered && c.Value == "":
	case (c.Test == Is || c.Test == IsNot) && known:
	default:
		return ErrCondition.Withf("%s: choose which answer to “%s” its condition asks for.", what, asked.Label)
	}
	return nil
}

func heading(what, text string) (string, error) {
	text = oneLine(text)
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return text, ErrTitle.Withf("%s needs a text of 1 to %d letters.", what, MaxTitle)
	case n > MaxTitle:
		return text, ErrTitle.Withf("%s has a text of %d letters; at most %d fit.", what, n, MaxTitle)
	}
	return text, nil
}

func help(what, text string) (string, error) {
	text = manyLines(text)
	if n := utf8.RuneCountInString(text); n > MaxHelp {
		return text, ErrLong.Withf("%s: the explanation has %d letters; at most %d fit.", what, n, MaxHelp)
	}
	return text, nil
}

// oneLine is text with single spaces and without characters that don't show, trimmed.
func oneLine(text string) string { return strings.Join(strings.Fields(manyLines(text)), " ") }

// manyLines is text without characters that don't show but for line ends and tabs, trimmed.
func manyLines(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\r\n", "\n")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			return -1
		}
		return r
	}, text))
}

// String names the condition for a log.
func (c Condition) String() string { return fmt.Sprintf("%s %s %s", c.Field, c.Test, c.Value) }
