package web

import (
	"cmp"
	"encoding/json"
	"net/http"

	firmapp "portico/app/firm"
	"portico/app/language"
	pictures "portico/app/picture"

	"github.com/google/uuid"
)

// manifest lets phones keep the portal beside their other programs, under the practice's name.
func (s *Server) manifest(w http.ResponseWriter, r *http.Request) error {
	setup := firmapp.NewPortal(0, uuid.Nil)
	v, err := s.visit(r)
	if err == nil {
		setup, err = s.Firms.Portal(r.Context(), v.Firm)
	} else {
		setup, err = s.setupOf(r.Context(), r.URL.Query().Get("p"))
	}
	if err != nil {
		return err
	}
	words := language.For(setup.Language)
	name := cmp.Or(setup.Name, words.T("portal.title"))
	m := struct {
		Name       string    `json:"name"`
		Short      string    `json:"short_name"`
		Lang       string    `json:"lang"`
		ID         string    `json:"id"`
		Start      string    `json:"start_url"`
		Scope      string    `json:"scope"`
		Display    string    `json:"display"`
		Background string    `json:"background_color"`
		Theme      string    `json:"theme_color"`
		Icons      []appIcon `json:"icons"`
	}{Name: name, Short: name, Lang: setup.Language, ID: "/portal", Start: "/portal", Scope: "/portal", Display: "standalone", Background: "#f8fafc", Theme: "#f8fafc"}
	if m.Icons, err = s.appIcons(setup.Logo); err != nil {
		return err
	}
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/manifest+json")
	_, _ = w.Write(body) // the reader went away: nothing to do about it
	return nil
}

// appIcon is one picture of a manifest.
type appIcon struct {
	Src     string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose"`
}

// appIcons are the practice's logo in squares, or, where it has none, the portal's own picture.
func (s *Server) appIcons(logo firmapp.Logo) (icons []appIcon, err error) {
	at := "/logo/" + logo.ID.String() + "/"
	switch {
	case logo.ID != uuid.Nil && logo.Media == pictures.SVG:
		return []appIcon{{at + "512", "any", pictures.SVG, "any"}, {at + "maskable", "any", pictures.SVG, "maskable"}}, nil
	case logo.ID != uuid.Nil:
		return []appIcon{
			{at + "192", "192x192", pictures.PNG, "any"}, {at + "512", "512x512", pictures.PNG, "any"}, {at + "maskable", "512x512", pictures.PNG, "maskable"},
		}, nil
	}
	icons = []appIcon{
		{"app-192.png", "192x192", pictures.PNG, "any"}, {"app-512.png", "512x512", pictures.PNG, "any"}, {"app-full.png", "512x512", pictures.PNG, "maskable"},
	}
	for n := range icons {
		if icons[n].Src, err = s.static.URL(icons[n].Src); err != nil {
			return nil, err
		}
	}
	return icons, nil
}
