package questionnaire_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"portico/domain/fault"
	"portico/domain/questionnaire"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

type (
	section = questionnaire.Section
	field   = questionnaire.Field
	option  = questionnaire.Option
	cond    = questionnaire.Condition
)

func id(n byte) uuid.UUID { return uuid.UUID{0: 1, 6: 0x70, 8: 0x80, 15: n} }

func at(f byte) questionnaire.Place { return questionnaire.Place{Field: id(f)} }

func cell(f, row byte) questionnaire.Place { return questionnaire.Place{Field: id(f), Row: id(row)} }

// tax asks who is married for their partner, and for each child its name and, of those who work, what they earn.
func tax() questionnaire.Questionnaire {
	return questionnaire.Questionnaire{
		Title: "Tax return",
		Sections: []section{
			{ID: id(1), Title: "You", Fields: []field{
				{ID: id(11), Kind: questionnaire.Text, Label: "Name", Required: true},
				{ID: id(12), Kind: questionnaire.One, Label: "Status", Required: true, Options: []option{{id(121), "single"}, {id(122), "married"}}},
				{ID: id(13), Kind: questionnaire.Text, Label: "Partner", Required: true, If: cond{id(12), questionnaire.Is, id(122).String()}},
			}},
			{ID: id(2), Title: "Children", If: cond{id(12), questionnaire.IsNot, id(121).String()}, Fields: []field{
				{ID: id(21), Kind: questionnaire.Group, Label: "Children"},
				{ID: id(22), Kind: questionnaire.Text, Label: "First name", Required: true, Group: id(21)},
				{ID: id(23), Kind: questionnaire.YesNo, Label: "Earns", Group: id(21)},
				{ID: id(24), Kind: questionnaire.Money, Label: "How much", Currency: "EUR", Required: true, Group: id(21), If: cond{id(23), questionnaire.Is, questionnaire.Yes}},
				{ID: id(25), Kind: questionnaire.Long, Label: "Anything else", If: cond{Field: id(21), Test: questionnaire.Answered}},
			}},
		},
	}
}

func wants(t *testing.T, err error, rule *fault.Error) {
	t.Helper()
	if !errors.Is(err, rule) {
		t.Errorf("refused with %v, want %q", err, rule)
	}
}

func TestCheck(t *testing.T) {
	q, err := tax().Check()
	if err != nil || !reflect.DeepEqual(q, tax()) {
		t.Fatalf("%+v, %v", q, err)
	}
	for name, c := range map[string]struct {
		change func(q *questionnaire.Questionnaire)
		want   *fault.Error
	}{
		"no title":              {func(q *questionnaire.Questionnaire) { q.Title = " \n" }, questionnaire.ErrTitle},
		"a field without label": {func(q *questionnaire.Questionnaire) { q.Sections[0].Fields[0].Label = "" }, questionnaire.ErrTitle},
		"an endless help":       {func(q *questionnaire.Questionnaire) { q.Sections[0].Fields[0].Help = strings.Repeat("a", 2001) }, questionnaire.ErrLong},
		"an unknown sort":       {func(q *questionnaire.Questionnaire) { q.Sections[0].Fields[0].Kind = "music" }, questionnaire.ErrKind},
		"the same id twice":     {func(q *questionnaire.Questionnaire) { q.Sections[0].Fields[1].ID = id(11) }, questionnaire.ErrKind},
		"nothing to choose":     {func(q *questionnaire.Questionnaire) { q.Sections[0].Fields[1].Options = nil }, questionnaire.ErrOptions},
		"the same to choose twice": {func(q *questionnaire.Questionnaire) {
			q.Sections[0].Fields[1].Options = []option{{id(121), "single"}, {id(122), " single"}}
		}, questionnaire.ErrOptions},
		"money of no currency": {func(q *questionnaire.Questionnaire) { q.Sections[1].Fields[3].Currency = "euros" }, questionnaire.ErrCurrency},
		"limits the wrong way round": {func(q *questionnaire.Questionnaire) {
			q.Sections[1].Fields[3].Min, q.Sections[1].Fields[3].Max = "10", "9"
		}, questionnaire.ErrLimits},
		"more rows than there can be": {func(q *questionnaire.Questionnaire) { q.Sections[1].Fields[0].Most = 101 }, questionnaire.ErrLimits},
		"a column of no group":        {func(q *questionnaire.Questionnaire) { q.Sections[0].Fields[2].Group = id(21) }, questionnaire.ErrGroup},
		"a group within a group":      {func(q *questionnaire.Questionnaire) { q.Sections[1].Fields[1].Kind = questionnaire.Group }, questionnaire.ErrGroup},
		"a condition on itself": {func(q *questionnaire.Questionnaire) {
			q.Sections[0].Fields[1].If = cond{id(12), questionnaire.Answered, ""}
		}, questionnaire.ErrCondition},
		"a condition on what comes later, which could lead back": {func(q *questionnaire.Questionnaire) {
			q.Sections[0].Fields[0].If = cond{id(13), questionnaire.Answered, ""}
		}, questionnaire.ErrCondition},
		"a condition on an answer that nobody can give": {func(q *questionnaire.Questionnaire) {
			q.Sections[0].Fields[2].If = cond{id(12), questionnaire.Is, id(99).String()}
		}, questionnaire.ErrCondition},
		"a condition on a column from outside": {func(q *questionnaire.Questionnaire) {
			q.Sections[1].Fields[4].If = cond{id(23), questionnaire.Is, questionnaire.Yes}
		}, questionnaire.ErrCondition},
	} {
		t.Run(name, func(t *testing.T) {
			q := tax()
			c.change(&q)
			_, err := q.Check()
			wants(t, err, c.want)
		})
	}
}

func TestCanonical(t *testing.T) {
	number, money := field{Kind: questionnaire.Number, Label: "n"}, field{Kind: questionnaire.Money, Label: "m", Currency: "EUR"}
	many := field{Kind: questionnaire.Many, Label: "c", Options: []option{{id(1), "a"}, {id(2), "b"}}}
	one := many
	one.Kind = questionnaire.One
	for _, c := range []struct {
		field       field
		typed, want string
		refused     *fault.Error
	}{
		{field{Kind: questionnaire.Text}, "  a \u202e b\n", "a b", nil},
		{field{Kind: questionnaire.Text, Most: 2}, "abc", "", questionnaire.ErrLength},
		{field{Kind: questionnaire.Text, Most: 3}, "äöü", "äöü", nil},
		{number, "", "", nil},
		{number, "-0", "0", nil},
		{number, "007", "7", nil},
		{number, "1 234,5", "1234.5", nil},
		{number, "1.234,56", "1234.56", nil},
		{number, "1,234.56", "1234.56", nil},
		{number, "1’234’567", "1234567", nil},
		{number, "1.234.567", "1234567", nil},
		{number, "1,234", "", questionnaire.ErrTwoWays},
		{number, "1.2340", "1.2340", nil},
		{number, "0.5", "0.5", nil},
		{number, "−3", "-3", nil},
		{number, "ten", "", questionnaire.ErrNumber},
		{number, "1e9", "", questionnaire.ErrNumber},
		{number, "0x10", "", questionnaire.ErrNumber},
		{money, "€ 1.234", "1234.00", nil},
		{money, "12,5 EUR", "12.50", nil},
		{money, "12.345,678", "", questionnaire.ErrNumber},
		{field{Kind: questionnaire.Number, Min: "2", Max: "10"}, "10.0", "10", nil},
		{field{Kind: questionnaire.Number, Min: "2", Max: "10"}, "10.01", "", questionnaire.ErrRange},
		{field{Kind: questionnaire.Number, Min: "2", Max: "10"}, "1", "", questionnaire.ErrRange},
		{field{Kind: questionnaire.Date}, "2024-02-29", "2024-02-29", nil},
		{field{Kind: questionnaire.Date}, "1.2.2024", "2024-02-01", nil},
		{field{Kind: questionnaire.Date}, "2023-02-29", "", questionnaire.ErrDay},
		{field{Kind: questionnaire.Date, Max: "2026-01-01"}, "2026-01-02", "", questionnaire.ErrRange},
		{field{Kind: questionnaire.YesNo}, "yes", "yes", nil},
		{field{Kind: questionnaire.YesNo}, "maybe", "", questionnaire.ErrChoice},
		{many, id(2).String() + "," + id(1).String() + "," + id(2).String(), id(1).String() + "," + id(2).String(), nil},
		{many, id(3).String(), "", questionnaire.ErrChoice},
		{one, id(1).String() + "," + id(2).String(), "", questionnaire.ErrChoice},
		{field{Kind: questionnaire.File, Most: 1}, id(1).String() + "," + id(2).String(), "", questionnaire.ErrFiles},
		{field{Kind: questionnaire.File}, "../../etc", "", questionnaire.ErrFiles},
		{field{Kind: questionnaire.Group}, "x", "", questionnaire.ErrRows},
	} {
		got, err := c.field.Canonical(c.typed)
		switch {
		case c.refused != nil:
			wants(t, err, c.refused)
		case err != nil || got != c.want:
			t.Errorf("%s %q is %q, %v, want %q", c.field.Kind, c.typed, got, err, c.want)
		}
	}
}

// A refusal says which field, what the limit is and what was given (rule 4).
func TestProblem(t *testing.T) {
	_, err := field{Kind: questionnaire.Number, Label: "Children 100%d", Max: "20"}.Canonical("21")
	p, ok := errors.AsType[*questionnaire.Problem](err)
	if !ok || p.Limit != "20" || p.Value != "21" || p.Rule.Message != "“Children 100%d”: the largest possible answer is 20; this is 21." {
		t.Errorf("%+v", err)
	}
}

// What was spelt once is spelt so again, whatever was typed.
func TestSpellingStays(t *testing.T) {
	kinds := questionnaire.Kinds()
	rapid.Check(t, func(t *rapid.T) {
		f := field{Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Label: "f", Currency: "EUR", Options: []option{{id(1), "a"}, {id(2), "b"}}}
		typed := rapid.OneOf(rapid.String(), rapid.StringMatching(`[-+ ]?[0-9]{0,7}[., ']?[0-9]{0,4}[.,]?[0-9]{0,4}`)).Draw(t, "typed")
		value, err := f.Canonical(typed)
		if err != nil {
			return
		}
		if again, err := f.Canonical(value); again != value || err != nil {
			t.Fatalf("%q is %q, and that %q, %v", typed, value, again, err)
		}
	})
}

func shown(parts []questionnaire.Part) (labels []string) {
	for _, p := range parts {
		for _, l := range p.Lines {
			labels = append(labels, l.Field.Label)
		}
	}
	return labels
}

func TestLines(t *testing.T) {
	q := tax()
	a := questionnaire.Answers{Values: map[questionnaire.Place]string{}, Unsure: map[questionnaire.Place]bool{}, Rows: map[uuid.UUID][]uuid.UUID{}}
	see := func(missing int, want ...string) {
		t.Helper()
		if got := shown(q.Lines(a)); !reflect.DeepEqual(got, want) {
			t.Errorf("shown %q, want %q", got, want)
		}
		if got := len(q.Missing(a)); got != missing {
			t.Errorf("%d missing, want %d", got, missing)
		}
	}
	see(2, "Name", "Status")
	a.Values[at(11)], a.Values[at(12)] = "Ida", id(121).String()
	see(0, "Name", "Status")
	a.Values[at(12)] = id(122).String()
	see(1, "Name", "Status", "Partner", "Children")
	a.Values[at(13)] = "Bo"
	a.Rows[id(21)] = []uuid.UUID{id(201), id(202)}
	a.Values[cell(22, 201)], a.Values[cell(23, 201)] = "Kim", questionnaire.Yes
	see(2, "Name", "Status", "Partner", "Children", "First name", "Earns", "How much", "First name", "Earns", "Anything else")
	// What is hidden counts for nothing, also where it was answered before (rule 3).
	a.Values[at(12)] = id(121).String()
	see(0, "Name", "Status")
	// What was taken from another year is looked at again (rule 6).
	a.Unsure[at(11)] = true
	see(1, "Name", "Status")
}

// Whatever is answered, a condition that isn't met hides, and each section's numbers are those of its lines.
func TestNumbersOfParts(t *testing.T) {
	q := tax()
	rapid.Check(t, func(t *rapid.T) {
		a := questionnaire.Answers{Values: map[questionnaire.Place]string{}, Rows: map[uuid.UUID][]uuid.UUID{}}
		for range rapid.IntRange(0, 3).Draw(t, "rows") {
			a.Rows[id(21)] = append(a.Rows[id(21)], id(byte(200+len(a.Rows[id(21)]))))
		}
		for _, f := range q.Fields {
			p := questionnaire.Place{Field: f.ID}
			if f.Group != uuid.Nil && len(a.Rows[f.Group]) > 0 {
				p.Row = rapid.SampledFrom(a.Rows[f.Group]).Draw(t, "row")
			}
			if v := rapid.SampledFrom([]string{"", questionnaire.Yes, id(121).String(), id(122).String()}).Draw(t, "value"); v != "" {
				a.Values[p] = v
			}
		}
		married := a.Values[at(12)] != "" && a.Values[at(12)] != id(121).String()
		if parts := q.Lines(a); (len(parts) == 2) != married {
			t.Fatalf("%d parts with %q", len(parts), a.Values[at(12)])
		}
		for _, p := range q.Lines(a) {
			given, missing := 0, 0
			for _, l := range p.Lines {
				if l.Value != "" || len(l.Rows) > 0 {
					given++
				}
				if l.Missing {
					missing++
				}
			}
			if given != p.Given || missing != p.Missing || p.Missing > p.Wanted {
				t.Fatalf("%+v", p)
			}
		}
	})
}

func TestKept(t *testing.T) {
	a := questionnaire.Answers{
		Values: map[questionnaire.Place]string{
			at(11): "Ida", at(12): id(122).String(), at(13): "Bo", cell(22, 201): "Kim", cell(24, 201): "5.00",
		},
		Rows: map[uuid.UUID][]uuid.UUID{id(21): {id(201)}},
	}
	now := tax()
	now.Sections[0].Fields[0].Most = 2                  // the name doesn't fit any more
	now.Sections[0].Fields[2].Kind = questionnaire.Long // the partner is asked for otherwise
	now.Sections[0].Fields[1].Options = append(now.Sections[0].Fields[1].Options, option{id(123), "widowed"})
	values, rows := now.Kept(tax(), a)
	wantValues := []questionnaire.Answer{{Place: at(12), Value: id(122).String()}, {Place: cell(22, 201), Value: "Kim"}}
	wantRows := []questionnaire.Row{{Group: id(21), ID: id(201)}}
	if !reflect.DeepEqual(values, wantValues) || !reflect.DeepEqual(rows, wantRows) {
		t.Errorf("%+v, %+v", values, rows)
	}
}

func FuzzCanonical(f *testing.F) {
	f.Add("number", "1.234,5")
	f.Fuzz(func(t *testing.T, kind, typed string) {
		one := field{Kind: questionnaire.Kind(kind), Label: "f", Currency: "EUR", Options: []option{{id(1), "a"}}}
		value, err := one.Canonical(typed)
		if again, err2 := one.Canonical(value); err == nil && (again != value || err2 != nil) {
			t.Fatalf("%q is %q, and that %q, %v", typed, value, again, err2)
		}
	})
}
