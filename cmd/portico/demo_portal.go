package main

import (
	"context"
	"errors"

	"portico/app/es"
	firmapp "portico/app/firm"
	"portico/domain/firm"
)

// demoLogo is drawn for the demo practice: a roof over water.
const demoLogo = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 48"><g fill="none" stroke="#1d4e6f" stroke-width="5" stroke-linecap="round" stroke-linejoin="round">
<path d="M10 24 30 8l20 16"/><path d="M18 20v16"/><path d="M42 20v16"/></g><g fill="none" stroke="#2f8f83" stroke-width="5" stroke-linecap="round"><path d="M56 20c5-5 10-5 15 0s10 5 15 0"/>
<path d="M56 34c5-5 10-5 15 0s10 5 15 0"/></g></svg>`

var demoContact = firm.Contact{
	People: []firm.Person{
		{ID: demoID(0x3c0), Name: "Priya Nair", Role: "Accounts and tax returns", Email: "priya@harbourvale.example", Phone: "+44 20 7946 0112"},
		{ID: demoID(0x3c1), Name: "Tom Okafor", Role: "Payroll", Email: "tom@harbourvale.example", Phone: "+44 20 7946 0113"},
	},
	Phone: "+44 20 7946 0110", Address: "Harbour & Vale\n4 Quay Street\nBristol BS1 4DJ", Hours: "Monday to Thursday, 9:00 to 17:30\nFriday, 9:00 to 16:00",
}

var demoArticles = []struct{ language, title, text string }{
	{"en", "How to photograph papers", "Photos are fine, as long as every page can be read.\n\n1. Lay the paper on a dark table, near a window.\n2. Hold the phone above it, so that all four corners are in the picture.\n" +
		"3. Look at the photo before you send it: can you read the smallest figures?\n\nSeveral pages are easier as one file. Most phones can *scan* them: on an iPhone in **Notes**, on Android in **Drive**."},
	{"en", "What we need each year", "## For your tax return\n\n- P60 or P45\n- interest certificates of your banks\n- rent that you received, and what you spent on the property\n- gifts to charities\n\n" +
		"## For your company\n\n- bank statements to the end of the year\n- sales and purchase invoices\n- what you owned and owed on the last day\n\nIf you are not sure about a paper, send it: we leave out what is not needed."},
	{"de", "Was wir jedes Jahr brauchen", "- Lohnbescheinigungen\n- Zinsbescheinigungen Ihrer Banken\n- Mieteinnahmen und Ausgaben für die Wohnung\n- Spendenbescheinigungen\n\nWenn Sie bei einem Papier unsicher sind, senden Sie es: Was nicht gebraucht wird, lassen wir weg."},
}

// portal sets up the demo practice's portal, each part once.
func (d *demo) portal(ctx context.Context) error {
	nth := 0x3e0
	by := func() es.By {
		nth++
		b := d.by(0)
		b.Command = demoID(nth)
		return b
	}
	id := demoID(0)
	_, contact := d.firms.SetContact(ctx, firmapp.SetContact{By: by(), ID: id, Contact: demoContact})
	_, accent := d.firms.SetAccent(ctx, firmapp.SetAccent{By: by(), ID: id, Hue: 200})
	_, video := d.firms.LinkVideo(ctx, firmapp.LinkVideo{By: by(), ID: id, Title: "Your portal in two minutes", URL: "https://films.harbourvale.example/portal"})
	err := errors.Join(contact, accent, video)
	if logo := by(); d.firms.Logos != nil {
		_, lerr := d.firms.SetLogo(ctx, firmapp.SetLogo{By: logo, ID: id, Logo: logo.Command, Source: []byte(demoLogo)})
		err = errors.Join(err, lerr)
	}
	for i, a := range demoArticles {
		_, aerr := d.firms.SaveArticle(ctx, firmapp.SaveArticle{By: by(), ID: id, Article: demoID(0x3d0 + i), Language: a.language, Title: a.title, Text: a.text})
		err = errors.Join(err, aerr)
	}
	return err
}
