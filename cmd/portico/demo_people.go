package main

import (
	"context"

	clientapp "portico/app/client"
	contactapp "portico/app/contact"
	"portico/app/es"
	"portico/domain/client"
	"portico/domain/contact"
)

// demoPerson is somebody whom the demo practice knows. Of are the clients, of demoClients, with what they may do there.
type demoPerson struct {
	given, family, email, phone, language, zone string
	of                                          []int
	rights                                      []client.Right
}

var everyRight = client.Rights

// demoPeople have their place as their id: new ones come at the end.
var demoPeople = []demoPerson{
	{given: "Rowan", family: "Ashdown", email: "rowan@ashdownjoinery.example", phone: "+442079460958", of: []int{0}, rights: everyRight},
	{given: "Beatrix", family: "Lindqvist", email: "beatrix@lindqvist.example", language: "en", zone: "Europe/Stockholm", of: []int{1}, rights: everyRight},
	{given: "Nia", family: "Calder", email: "nia@calderwye.example", of: []int{2}, rights: everyRight},
	{given: "Tomas", family: "Wye", email: "tomas@calderwye.example", of: []int{2}, rights: []client.Right{client.Files, client.Sign}},
	{given: "Marisol", family: "Delgado", email: "marisol@delgado.example", language: "es", zone: "Europe/Madrid", of: []int{3, 5}, rights: []client.Right{client.Files, client.Tasks, client.Sign}}, // one login, two clients
	{given: "Imogen", family: "Farrow", email: "imogen@farrow.example", of: []int{5}, rights: everyRight},
	{given: "Sam", family: "Eastgate", email: "sam@eastgatevets.example", of: []int{4}, rights: everyRight},
	{given: "Dele", family: "Adeyemi", email: "dele@adeyemibooks.example", of: []int{4}, rights: []client.Right{client.Files, client.Tasks}}, // the bookkeeper
	{given: "Ruth", family: "Hollis", email: "family@hollisbakery.example", of: []int{7}, rights: everyRight},
	{given: "Jonah", family: "Hollis", email: "family@hollisbakery.example", of: []int{7}, rights: []client.Right{client.Files}},   // a couple with one address (S3.i11)
	{given: "Yusuf", family: "Ibrahim", email: "", of: []int{8}, rights: everyRight},                                               // no address yet
	{given: "Katrin", family: "Tamm", email: "katrin@tamm.example", phone: "+37255512345", language: "et", zone: "Europe/Tallinn"}, // no client's (S3.9)
}

// demoTags are those of demoClients, by their place.
var demoTags = map[int][]string{0: {"VAT"}, 2: {"year end", "audit"}, 3: {"year end"}, 4: {"VAT", "payroll"}, 7: {"VAT"}, 9: {"audit"}}

// people gives the demo's clients their people and tags. Each command has an id of its own, so that it takes effect once,
// and what somebody has changed stays so after the next start.
func (d *demo) people(ctx context.Context) error {
	nth := 0x500
	by := func() es.By {
		nth++
		b := d.by(0)
		b.Command = demoID(nth)
		return b
	}
	for i, p := range demoPeople {
		id := demoID(0x400 + i)
		entry := contact.Entry{Given: p.given, Family: p.family, Email: p.email, Phone: p.phone, Language: p.language, Zone: p.zone}
		if _, err := d.contacts.Add(ctx, contactapp.Add{By: by(), ID: id, Details: entry}); err != nil {
			return err
		}
		for _, of := range p.of {
			if _, err := d.clients.LinkContact(ctx, clientapp.LinkContact{By: by(), Client: demoID(0x200 + of), Contact: id, Rights: p.rights}); err != nil {
				return err
			}
		}
	}
	for i := range demoClients {
		if _, err := d.clients.SetTags(ctx, clientapp.SetTags{By: by(), Client: demoID(0x200 + i), Tags: demoTags[i]}); err != nil {
			return err
		}
	}
	return nil
}
