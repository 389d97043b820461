package clientimport

import (
	"slices"
	"strings"
	"unicode"

	"portico/domain/fault"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// Table is a file's content as it was read.
type Table struct {
	Header []string // what the columns are called; may be shorter than a row
	Rows   []Cells
}

// Cells are one row. No is the number that people see in their own program, 1 for the file's first row.
type Cells struct {
	No    int      `json:"no"`
	Cells []string `json:"cells"` // trailing empty ones are left out
}

// Field is something that a column can hold. Its word is what --map, the API and exports call it.
type Field string

// The fields, in the order of an export.
const (
	Reference Field = "reference" // the practice's own number of the client
	Name      Field = "name"      // of the client
	Sort      Field = "kind"
	Email     Field = "client_email" // of the client, not of a person
	Owner     Field = "owner"        // address of somebody of the practice
	Tags      Field = "tags"         // separated by commas
	Given     Field = "contact_given"
	Family    Field = "contact_family"
	Address   Field = "contact_email"
	Phone     Field = "contact_phone"
	Language  Field = "contact_language"
	Rights    Field = "contact_rights" // separated by commas
)

// Fields are all of them.
var Fields = []Field{Reference, Name, Sort, Email, Owner, Tags, Given, Family, Address, Phone, Language, Rights}

// What can be wrong with a mapping.
var (
	ErrField  = fault.New(fault.Invalid, "clientimport.field", "A column can hold one of: reference, name, kind, client_email, owner, tags, contact_given, contact_family, contact_email, contact_phone, contact_language, contact_rights.")
	ErrTwice  = fault.New(fault.Invalid, "clientimport.twice", "Two columns are chosen for the same thing. Leave one of them out.")
	ErrNoName = fault.New(fault.Invalid, "clientimport.no_name", "Choose the column that holds the client's name, or the one with the client number.")
)

// Mapping says what each column holds, by its place; "" is left out.
type Mapping []Field

// Check refuses a mapping that can't be meant: ErrField, ErrTwice, ErrNoName.
func (m Mapping) Check() error {
	for i, f := range m {
		switch {
		case f == "":
		case !slices.Contains(Fields, f):
			return ErrField
		case slices.Contains(m[:i], f):
			return ErrTwice.Withf("Two columns are chosen for “%s”. Leave one of them out.", f)
		}
	}
	if !slices.Contains(m, Name) && !slices.Contains(m, Reference) {
		return ErrNoName
	}
	return nil
}

// called are the names that lists of other programs give to the columns, as key writes them, each list with the surest
// first. English, Spanish, German, French, Estonian.
var called = map[Field][]string{
	Reference: {"reference", "clientreference", "clientnumber", "clientno", "clientcode", "clientid", "customernumber", "code", "ref", "number", "id", "kundennummer", "mandantennummer", "mandantnr", "referencia", "codigo", "numerodecliente", "numeroclient", "codeclient", "kliendikood", "kood"},
	Name:      {"name", "clientname", "client", "companyname", "company", "customer", "customername", "organisation", "organization", "business", "mandant", "kunde", "firma", "nombre", "cliente", "empresa", "razonsocial", "nom", "raisonsociale", "societe", "nimi", "klient", "ettevote"},
	Sort:      {"kind", "type", "clienttype", "entitytype", "entity", "legalform", "rechtsform", "art", "tipo", "formajuridica", "formejuridique", "liik"},
	Email:     {"clientemail", "companyemail", "officeemail"},
	Owner:     {"owner", "manager", "clientmanager", "accountmanager", "partner", "assignedto", "responsible", "zustandig", "betreuer", "sachbearbeiter", "responsable", "vastutaja", "haldur"},
	Tags:      {"tags", "tag", "labels", "groups", "group", "category", "categories", "gruppe", "etiquetas", "grupo", "etiquettes", "groupe", "sildid"},
	Given:     {"contactgiven", "contactfirstname", "firstname", "givenname", "forename", "first", "vorname", "nombredepila", "prenom", "eesnimi"},
	Family:    {"contactfamily", "contactlastname", "lastname", "surname", "familyname", "last", "nachname", "familienname", "apellidos", "apellido", "nomdefamille", "perekonnanimi"},
	Address:   {"contactemail", "email", "emailaddress", "mail", "primaryemail", "emailadresse", "correo", "correoelectronico", "courriel", "adressemail", "epost"},
	Phone:     {"contactphone", "phone", "mobile", "mobilephone", "cell", "telephone", "phonenumber", "telefon", "handy", "mobil", "telefono", "movil", "portable", "tel"},
	Language:  {"contactlanguage", "language", "lang", "sprache", "idioma", "langue", "keel"},
	Rights:    {"contactrights", "rights", "permissions", "rechte", "permisos", "droits", "oigused"},
}

// Guess is what the columns hold by their names. It leaves out what it doesn't know, and gives each field to one column.
func Guess(header []string) Mapping {
	m := make(Mapping, len(header))
	for _, f := range Fields {
		best := -1
		for i, name := range header {
			rank := slices.Index(called[f], key(name))
			if rank >= 0 && m[i] == "" && (best < 0 || rank < slices.Index(called[f], key(header[best]))) {
				best = i
			}
		}
		if best >= 0 {
			m[best] = f
		}
	}
	return m
}

// key is a name of a column or a client without what people write differently: case, accents, blanks and signs.
func key(name string) string {
	plain, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), norm.NFC), name)
	if err != nil {
		plain = name
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, plain)
}
