package main

import (
	"encoding/base64"
	"maps"
)

// What programs do with the practice's settings.
func init() {
	maps.Copy(callRules, map[string]called{
		"GET /settings":                    {"", 200, 200},
		"PUT /settings/profile":            {`{"name":"Hill","email":"office@hill.example","zone":"Europe/London"}`, 200, 200},
		"PUT /settings/accent":             {`{"hue":20}`, 200, 200},
		"PUT /settings/languages":          {`{"offered":["en","et"],"default":"en"}`, 200, 200},
		"PUT /settings/tabs":               {`{"tabs":["files","requests","contact","todos"]}`, 200, 200},
		"PUT /settings/contact":            {`{"people":[{"name":"Ann"}],"phone":"1","address":"","hours":""}`, 200, 200},
		"PUT /settings/mail":               {`{"sender":"Care","reply_to":""}`, 200, 200},
		"PUT /settings/access":             {`{"access":"account","link_password":true,"expiry_days":20}`, 200, 200},
		"PUT /settings/second-factor":      {`{"required":false}`, 200, 200},
		"PUT /settings/logo":               {`{"picture":"` + base64.StdEncoding.EncodeToString([]byte(demoLogo)) + `"}`, 200, 200},
		"PUT /settings/video":              {`{"title":"Tour","url":"https://films.example/1"}`, 200, 200},
		"DELETE /settings/logo":            {"", 200, 200},
		"DELETE /settings/video":           {"", 200, 200},
		"GET /settings/terms":              {"", 200, 200},
		"POST /settings/terms":             {`{"texts":[{"language":"en","text":"Be kind."}]}`, 200, 200},
		"GET /webhook-types":               {"", 403, 200},
		"GET /webhooks":                    {"", 403, 200},
		"POST /webhooks":                   {`{"url":"https://hooks.example.com/","types":["invite.failed"]}`, 201, 201},
		"GET /webhooks/{id}":               {"", 403, 404},
		"PUT /webhooks/{id}":               {`{"url":"https://hooks.example.com/","types":["invite.failed"]}`, 200, 404},
		"DELETE /webhooks/{id}":            {"", 204, 404},
		"POST /webhooks/{id}/secrets":      {`{}`, 201, 404},
		"POST /webhooks/{id}/activation":   {"", 200, 404},
		"POST /webhooks/{id}/deactivation": {"", 200, 404},
		"POST /webhooks/{id}/tests":        {"", 200, 404},
		"GET /webhooks/{id}/deliveries":    {"", 403, 404},
		"POST /webhooks/{id}/replays":      {`{"key":"x"}`, 404, 404},
		"GET /help-articles":               {"", 200, 200},
		"PUT /help-articles/{id}":          {`{"title":"RANDOM","text":"Hello"}`, 200, 0}, // one that isn't there is made
		"DELETE /help-articles/{id}":       {"", 204, 404},
	})
}
