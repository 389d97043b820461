package main

import "maps"

// The second factors of contacts. Who owes none is led on; who hasn't begun what these would confirm finds nothing there.
func init() {
	maps.Copy(pageRules, map[string]rule{
		"POST /contacts/{id}/second-factor/reset": staffOnly(303, 404),

		"POST /portal/login/passkey/options":    everybody(200),
		"POST /portal/login/passkey":            everybody(422),
		"GET /portal/login/code":                contactOnly(303),
		"POST /portal/login/code":               contactOnly(303),
		"POST /portal/login/code/message":       contactOnly(303),
		"POST /portal/login/code/passkey":       contactOnly(303),
		"GET /portal/settings/confirmation":     contactOnly(200),
		"POST /portal/settings/confirmation":    contactOnly(422),
		"GET /portal/settings/security":         contactOnly(200),
		"POST /portal/settings/security/app":    contactOnly(303),
		"POST /portal/settings/security/mail":   contactOnly(200), // shows recovery codes once
		"POST /portal/settings/security/number": contactOnly(422),

		"POST /portal/login/code/passkey/options":                 contactOnly(422),
		"POST /portal/settings/confirmation/passkey/options":      contactOnly(422),
		"POST /portal/settings/confirmation/passkey":              contactOnly(422),
		"GET /portal/settings/security/app/{id}":                  contactOnly(404),
		"POST /portal/settings/security/app/{id}/confirmation":    contactOnly(404),
		"GET /portal/settings/security/number/{id}":               contactOnly(404),
		"POST /portal/settings/security/number/{id}/code":         contactOnly(404),
		"POST /portal/settings/security/number/{id}/confirmation": contactOnly(404),
		"POST /portal/settings/security/passkey/options":          contactOnly(200),
		"POST /portal/settings/security/passkeys":                 contactOnly(422),
		"POST /portal/settings/security/methods/{id}/removal":     contactOnly(404),
		"POST /portal/settings/security/recovery-codes":           contactOnly(404),
		"POST /portal/settings/security/devices/end":              contactOnly(303),
	})
}
