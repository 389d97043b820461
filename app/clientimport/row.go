package clientimport

import (
	"errors"
	"slices"
	"strings"

	"portico/domain/client"
	"portico/domain/contact"
)

// line is a row with its cells in their places.
type line struct {
	creating client.Creating
	tags     []string
	person   contact.Entry
	rights   []client.Right
	someone  bool // it has a person
	done     bool // it was taken already
}

// read puts the cells of a row in their places.
func (p *planner) read(row Cells, m Mapping) (l line, err error) {
	for i, f := range m {
		cell := ""
		if i < len(row.Cells) {
			cell = row.Cells[i]
		}
		if cell == "" || f == "" {
			continue
		}
		err = errors.Join(err, p.put(&l, f, cell))
	}
	l.someone = l.person.Given != "" || l.person.Family != "" || l.person.Email != ""
	return l, err
}

func (p *planner) put(l *line, f Field, cell string) error {
	switch f {
	case Reference:
		l.creating.Reference = cell
	case Name:
		l.creating.Name = cell
	case Email:
		l.creating.Email = cell
	case Sort:
		sort, ok := sorts[key(cell)]
		if !ok {
			return errKind.Withf("“%s” is no kind of client. Use person, company, partnership, trust or charity.", cell)
		}
		l.creating.Sort = sort
	case Owner:
		id, ok := p.staff[strings.ToLower(cell)]
		if !ok {
			return errOwner.Withf("“%s” is nobody’s address in this practice. Give the e-mail address of the owner.", cell)
		}
		l.creating.Owner = id
	case Tags:
		l.tags = list(cell)
	case Given:
		l.person.Given = cell
	case Family:
		l.person.Family = cell
	case Address:
		l.person.Email = cell
	case Phone:
		l.person.Phone = cell
	case Language:
		l.person.Language = cell
	case Rights:
		for _, word := range list(cell) {
			right := client.Right(strings.ToLower(word))
			if !slices.Contains(client.Rights, right) {
				return errRights.Withf("“%s” is no right. Use files, tasks, billing, schedule, sign.", word)
			}
			l.rights = append(l.rights, right)
		}
	}
	return nil
}

// list are the parts of a cell.
func list(cell string) (parts []string) {
	for part := range strings.FieldsFuncSeq(cell, func(r rune) bool { return r == ',' || r == ';' || r == '|' }) {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// sorts are the words of other lists for what a client is.
var sorts = map[string]client.Sort{
	"person": client.Person, "individual": client.Person, "soletrader": client.Person, "privatperson": client.Person, "einzelunternehmen": client.Person,
	"persona": client.Person, "particulier": client.Person, "eraisik": client.Person,
	"company": client.Company, "limitedcompany": client.Company, "ltd": client.Company, "corporation": client.Company, "business": client.Company,
	"gmbh": client.Company, "firma": client.Company, "empresa": client.Company, "societe": client.Company, "ettevote": client.Company, "llc": client.Company,
	"partnership": client.Partnership, "llp": client.Partnership, "gbr": client.Partnership, "ohg": client.Partnership, "kg": client.Partnership,
	"trust": client.Trust, "estate": client.Trust,
	"charity": client.Charity, "nonprofit": client.Charity, "verein": client.Charity, "association": client.Charity,
}
