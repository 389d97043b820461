package views

import (
	"html/template"

	"portico/app/language"

	"github.com/google/uuid"
)

// What people see of second factors is one set of parts, in the words of the reader; the practice's pages and the portal's
// put their own frames around them.

// SecurityBody is where people see and change their second factors.
type SecurityBody struct {
	W        *language.Words
	Base     string // "/account/security"
	Methods  []MethodLine
	Required bool // the practice demands one
	App      bool // one may be added
	Text     bool
	Mail     string // the address that codes would go to; "": not by mail
	Passkey  PasskeyForm
	Recovery int // codes that are left
	Devices  int // that are trusted
	Done     string
	Problem  string

	Number, NumberProblem string
}

// MethodLine is one method. Label says which one, where a person may have several.
type MethodLine struct {
	ID          uuid.UUID
	Name, Label string
	Icon        string
	Added, Used string
}

// PasskeyForm asks the browser for a passkey. It shows itself where script runs and the browser can do it.
type PasskeyForm struct {
	W       *language.Words
	Options string // where the challenge comes from
	Action  string
	Next    string
	Button  string
	New     bool // a new passkey, with a name
	Name    string
	Problem string
	Trust   bool // asks whether the device is to be trusted
	Primary bool
	Wide    bool
	Quiet   bool // says nothing where it can't be used
}

// CodeField is the box for a code.
type CodeField struct {
	W       *language.Words
	Label   string
	Digits  bool // six of them, and no recovery code
	Problem string
}

// AppBody is an authenticator app that is being set up.
type AppBody struct {
	W            *language.Words
	Base, Action string
	QRSize       int
	QRPath       string
	Link         template.URL // otpauth:, made by ourselves
	Key          string       // in groups of four
	Code         CodeField
}

// NumberBody is a telephone number that is being proved.
type NumberBody struct {
	W                   *language.Words
	Base, Action, Again string
	To                  string
	Done                string
	Code                CodeField
}

// CodesBody is recovery codes, shown once.
type CodesBody struct {
	W     *language.Words
	Codes []string
	Back  string
}

// StepBody asks who is there once more.
type StepBody struct {
	W            *language.Words
	Action, Next string
	Back         string
	Email        string
	Problem      string
	Bare         bool // there is no password to ask for
	Passkey      *PasskeyForm
}

// SecondBody asks for the second factor.
type SecondBody struct {
	W       *language.Words
	Action  string
	Next    string
	With    string // the method that is asked for
	Text    string
	Code    *CodeField
	Passkey *PasskeyForm
	Ask     string // where a code is asked for; "": nothing is sent
	Sent    bool
	Others  []Way
	Helper  string // who can take the second factor away
	Leave   string
	Done    string
}

// Way is another method.
type Way struct{ Name, Href string }

// Security, FactorApp, FactorNumber and FactorCodes are the practice's own pages around them.
type (
	Security struct {
		Shell
		Heading string
		Body    SecurityBody
	}
	FactorApp struct {
		Shell
		Heading string
		Body    AppBody
	}
	FactorNumber struct {
		Shell
		Heading string
		Body    NumberBody
	}
	FactorCodes struct {
		Shell
		Heading string
		Body    CodesBody
	}
)

// FactorStep and LoginCode are those in front of them.
type (
	FactorStep struct {
		Plain
		Body StepBody
	}
	LoginCode struct {
		Plain
		Body SecondBody
	}
)

// PortalSecurity, PortalApp, PortalNumber and PortalCodes are the portal's own pages around them, PortalStep and
// PortalSecond those in front of them.
type (
	PortalSecurity struct {
		Portal
		Heading string
		Body    SecurityBody
	}
	PortalApp struct {
		Portal
		Heading string
		Body    AppBody
	}
	PortalNumber struct {
		Portal
		Heading string
		Body    NumberBody
	}
	PortalCodes struct {
		Portal
		Heading string
		Body    CodesBody
	}
	PortalStep struct {
		Entry
		Body StepBody
	}
	PortalSecond struct {
		Entry
		Body SecondBody
	}
)

// File names the template.
func (PortalSecurity) File() string { return "portal_security.html" }

// File names the template.
func (PortalApp) File() string { return "portal_app.html" }

// File names the template.
func (PortalNumber) File() string { return "portal_number.html" }

// File names the template.
func (PortalCodes) File() string { return "portal_codes.html" }

// File names the template.
func (PortalStep) File() string { return "portal_step.html" }

// File names the template.
func (PortalSecond) File() string { return "portal_second.html" }

// File names the template.
func (Security) File() string { return "security.html" }

// File names the template.
func (FactorApp) File() string { return "factor_app.html" }

// File names the template.
func (FactorNumber) File() string { return "factor_number.html" }

// File names the template.
func (FactorCodes) File() string { return "factor_codes.html" }

// File names the template.
func (FactorStep) File() string { return "factor_step.html" }

// File names the template.
func (LoginCode) File() string { return "login_code.html" }
