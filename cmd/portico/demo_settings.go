package main

import (
	"context"
	"errors"

	"portico/app/es"
	firmapp "portico/app/firm"
	"portico/domain/firm"
)

// demoTemplates are texts that a practice writes again and again.
var demoTemplates = []struct {
	name, text string
	purpose    firm.Purpose
}{
	{name: "Year end papers", text: "It is time for your year-end accounts. Please send us your bank statements to the end of March, your sales and purchase " +
		"invoices, and payroll summaries.\n\nPhotos are fine, as long as every page can be read."},
	{name: "VAT quarter", text: "Your VAT return is due soon. Please send us your sales and purchase records for the quarter, as a spreadsheet or as scans."},
	{name: "Self assessment", text: "To prepare your tax return we need your P60, interest certificates, and anything else that shows income or tax paid in the year.\n\n" +
		"If you are not sure about a paper, send it: we leave out what is not needed."},
	{name: "Welcome to the portal", purpose: firm.ForInvitation, text: "From now on you find everything that we have for you in our portal, and you can send us papers there " +
		"without e-mail.\n\nSetting it up takes two minutes."},
}

// settings gives the demo practice texts and a quota. Each command has an id of its own, so that it takes effect once, and
// what somebody has changed or removed stays so after the next start.
func (d *demo) settings(ctx context.Context) error {
	nth := 0x300
	by := func() es.By {
		nth++
		b := d.by(0)
		b.Command = demoID(nth)
		return b
	}
	_, err := d.firms.SetUploadLimits(ctx, firmapp.SetUploadLimits{By: by(), ID: demoID(0), Limits: firm.Limits{QuotaBytes: 100 << 30}})
	for i, t := range demoTemplates {
		_, terr := d.firms.SaveTemplate(ctx, firmapp.SaveTemplate{By: by(), ID: demoID(0), Template: demoID(0x380 + i), Name: t.name, Text: t.text, Purpose: t.purpose})
		err = errors.Join(err, terr)
	}
	return err
}
