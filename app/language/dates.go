package language

import (
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // zones on machines that have none
)

// calendar is how a language writes days. In its patterns W is the weekday, D the day, M the month's name, S its short
// one, Y the year and T the time of day.
type calendar struct {
	day, short, moment, brief, clock string
	firsts                           string // what the first of a month is instead of "1"
	weekdays                         [7]string
	months, shorts                   [12]string
}

var calendars = map[string]calendar{
	"en": {
		day: "W D M Y", short: "D S Y", moment: "W D M Y, T", brief: "D S, T", clock: "15:04",
		weekdays: [7]string{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
		months:   [12]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
		shorts:   [12]string{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
	},
	"es": {
		day: "W, D de M de Y", short: "D S Y", moment: "W, D de M de Y, T", brief: "D S, T", clock: "15:04",
		weekdays: [7]string{"domingo", "lunes", "martes", "miércoles", "jueves", "viernes", "sábado"},
		months:   [12]string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"},
		shorts:   [12]string{"ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sept", "oct", "nov", "dic"},
	},
	"de": {
		day: "W, D. M Y", short: "D. S Y", moment: "W, D. M Y, T Uhr", brief: "D. S, T Uhr", clock: "15:04",
		weekdays: [7]string{"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"},
		months:   [12]string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"},
		shorts:   [12]string{"Jan.", "Feb.", "März", "Apr.", "Mai", "Juni", "Juli", "Aug.", "Sept.", "Okt.", "Nov.", "Dez."},
	},
	"fr": {
		day: "W D M Y", short: "D S Y", moment: "W D M Y à T", brief: "D S à T", clock: "15:04", firsts: "1er",
		weekdays: [7]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"},
		months:   [12]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
		shorts:   [12]string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."},
	},
	"et": {
		day: "W, D. M Y", short: "D. S Y", moment: "W, D. M Y kell T", brief: "D. S kell T", clock: "15:04",
		weekdays: [7]string{"pühapäev", "esmaspäev", "teisipäev", "kolmapäev", "neljapäev", "reede", "laupäev"},
		months:   [12]string{"jaanuar", "veebruar", "märts", "aprill", "mai", "juuni", "juuli", "august", "september", "oktoober", "november", "detsember"},
		shorts:   [12]string{"jaan", "veebr", "märts", "apr", "mai", "juuni", "juuli", "aug", "sept", "okt", "nov", "dets"},
	},
}

// Date is a day in words: "Friday 4 December 2026". A zone that is nil is UTC; a time that is zero is "".
func (w *Words) Date(t time.Time, zone *time.Location) string {
	return w.write(t, zone, func(c calendar) string { return c.day })
}

// Month is the name of a month: "December".
func (w *Words) Month(m time.Month) string {
	return w.write(time.Date(2000, m, 1, 0, 0, 0, 0, time.UTC), nil, func(calendar) string { return "M" })
}

// ShortDate is "4 Dec 2026".
func (w *Words) ShortDate(t time.Time, zone *time.Location) string {
	return w.write(t, zone, func(c calendar) string { return c.short })
}

// Moment is "Friday 4 December 2026, 17:00".
func (w *Words) Moment(t time.Time, zone *time.Location) string {
	return w.write(t, zone, func(c calendar) string { return c.moment })
}

// ShortMoment is "4 Dec, 17:00".
func (w *Words) ShortMoment(t time.Time, zone *time.Location) string {
	return w.write(t, zone, func(c calendar) string { return c.brief })
}

// Time is "17:00".
func (w *Words) Time(t time.Time, zone *time.Location) string {
	return w.write(t, zone, func(calendar) string { return "T" })
}

// LastDay is the day that ends at t: what expires at the end of a day does so at the first instant of the next (L5).
func (w *Words) LastDay(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return w.Date(t.Add(-time.Millisecond), zone)
}

// Zone is a time zone as people say it: "UK time", "heure de Paris".
func (w *Words) Zone(zone *time.Location) string {
	if zone == nil {
		zone = time.UTC
	}
	if key := "unit.zone." + zone.String(); w.Has(key) {
		return w.T(key)
	}
	name := zone.String()
	return w.T("unit.zone", strings.ReplaceAll(name[strings.LastIndexByte(name, '/')+1:], "_", " "))
}

// Zones are the time zones that have words of their own, by name.
func Zones() []string {
	const prefix = "unit.zone."
	var names []string
	for key := range catalogues()[english].texts {
		if name, ok := strings.CutPrefix(key, prefix); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func (w *Words) write(t time.Time, zone *time.Location, pattern func(calendar) string) string {
	if t.IsZero() {
		return ""
	}
	if zone == nil {
		zone = time.UTC
	}
	t = t.In(zone)
	c := calendars[w.tag]
	day := strconv.Itoa(t.Day())
	if t.Day() == 1 && c.firsts != "" {
		day = c.firsts
	}
	var b strings.Builder
	for _, r := range pattern(c) {
		switch r {
		case 'W':
			b.WriteString(c.weekdays[t.Weekday()])
		case 'D':
			b.WriteString(day)
		case 'M':
			b.WriteString(c.months[t.Month()-1])
		case 'S':
			b.WriteString(c.shorts[t.Month()-1])
		case 'Y':
			b.WriteString(strconv.Itoa(t.Year()))
		case 'T':
			b.WriteString(t.Format(c.clock))
		default:
			b.WriteRune(r)
		}
	}
	if w.pseudo {
		return open + b.String() + shut
	}
	return b.String()
}
