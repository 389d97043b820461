package main

import (
	"context"
	"fmt"

	"portico/app/es"
	formapp "portico/app/form"
	taskapp "portico/app/task"
	"portico/domain/questionnaire"

	"github.com/google/uuid"
)

// demoForm is the id of the demo's questionnaire.
var demoForm = demoID(0x900)

// The parts of the questionnaire that something else speaks of.
const (
	demoName = iota + 1
	demoStatus
	demoPartner
	demoEmployed
	demoWages
	demoChildren
	demoChild
	demoBorn
	demoMore
	demoSingle
	demoMarried
	demoYou
	demoMoney
	demoFamily
	demoP60
	demoPDF
	demoJPG
)

func demoPart(n int) uuid.UUID { return demoID(0x940 + n) }

func demoIf(field int, value string) questionnaire.Condition {
	return questionnaire.Condition{Field: demoPart(field), Test: questionnaire.Is, Value: value}
}

// demoSections are what the questionnaire asks for, from top to bottom.
var demoSections = []questionnaire.Section{
	{ID: demoPart(demoYou), Title: "About you", Fields: []questionnaire.Field{
		{ID: demoPart(demoName), Kind: questionnaire.Text, Label: "Full name", Required: true},
		{ID: demoPart(demoStatus), Kind: questionnaire.One, Label: "On the last day of the tax year you were", Required: true, Options: []questionnaire.Option{
			{ID: demoPart(demoSingle), Text: "Single"}, {ID: demoPart(demoMarried), Text: "Married or in a civil partnership"},
		}},
		{ID: demoPart(demoPartner), Kind: questionnaire.Text, Label: "Full name of your partner", Required: true, If: demoIf(demoStatus, demoPart(demoMarried).String())},
	}},
	{ID: demoPart(demoMoney), Title: "Your income", Fields: []questionnaire.Field{
		{ID: demoPart(demoEmployed), Kind: questionnaire.YesNo, Label: "Were you employed?", Required: true},
		{ID: demoPart(demoWages), Kind: questionnaire.Money, Label: "Pay in the year, before tax", Help: "It is on your P60, as “pay in this employment”.", Currency: "GBP", Min: "0.00", Required: true, If: demoIf(demoEmployed, questionnaire.Yes)},
		{ID: demoPart(demoP60), Kind: questionnaire.File, Label: "Your P60", Help: "A photo of the whole page will do.", Most: 2, If: demoIf(demoEmployed, questionnaire.Yes), Options: []questionnaire.Option{
			{ID: demoPart(demoPDF), Text: "pdf"}, {ID: demoPart(demoJPG), Text: "jpg"},
		}},
	}},
	{ID: demoPart(demoFamily), Title: "Family and anything else", Fields: []questionnaire.Field{
		{ID: demoPart(demoChildren), Kind: questionnaire.Group, Label: "Children"},
		{ID: demoPart(demoChild), Kind: questionnaire.Text, Label: "First name", Required: true, Group: demoPart(demoChildren)},
		{ID: demoPart(demoBorn), Kind: questionnaire.Date, Label: "Born on", Required: true, Group: demoPart(demoChildren)},
		{ID: demoPart(demoMore), Kind: questionnaire.Long, Label: "What else should we know?"},
	}},
}

// questionnaire gives the demo practice one that is published. What somebody has changed stays so after the next start.
func (d *demo) questionnaire(ctx context.Context) error {
	forms, nth := formapp.Commands{Events: earlier{d.store, 30 * day}}, 0x900
	by := func() es.By {
		nth++
		b := d.by(0)
		b.Command = demoID(nth)
		return b
	}
	_, err := forms.Create(ctx, formapp.Create{By: by(), Form: demoForm, Title: "Your tax return", Intro: "It takes about ten minutes, and you can stop and come back at any time."})
	if err != nil {
		return fmt.Errorf("begin a questionnaire: %w", err)
	}
	for _, s := range demoSections {
		bare := s
		bare.Fields = nil
		if _, err := forms.PutSection(ctx, formapp.PutSection{By: by(), Form: demoForm, Section: bare, Last: true}); err != nil {
			return fmt.Errorf("add the section %q: %w", s.Title, err)
		}
		for _, f := range s.Fields {
			if _, err := forms.PutField(ctx, formapp.PutField{By: by(), Form: demoForm, Section: s.ID, Field: f, Last: true}); err != nil {
				return fmt.Errorf("add the question %q: %w", f.Label, err)
			}
		}
	}
	if _, err := forms.Publish(ctx, formapp.One{By: by(), Form: demoForm}); err != nil {
		return fmt.Errorf("publish a questionnaire: %w", err)
	}
	return nil
}

// wasPartlyFilled lets a contact answer a part of the questionnaire.
func wasPartlyFilled(contact int) func(context.Context, *demoAsked) error {
	return func(ctx context.Context, t *demoAsked) error {
		if _, err := t.See(ctx, t.act(contact)); err != nil {
			return err
		}
		child := questionnaire.Row{Group: demoPart(demoChildren), ID: t.part(0)}
		if _, err := t.AddRow(ctx, taskapp.FillRow{Act: t.act(contact), Row: child}); err != nil {
			return err
		}
		answer := func(field int, value string) questionnaire.Answer {
			return questionnaire.Answer{Place: questionnaire.Place{Field: demoPart(field)}, Value: value}
		}
		named := answer(demoChild, "Elsa")
		named.Row = child.ID
		_, err := t.Fill(ctx, taskapp.Fill{Act: t.act(contact), Answers: []questionnaire.Answer{
			answer(demoName, "Beatrix Lindqvist"), answer(demoStatus, demoPart(demoMarried).String()), answer(demoEmployed, questionnaire.Yes), answer(demoWages, "41,250"), named,
		}})
		return err
	}
}
