package web

import (
	"net/http"

	"portico/app/account"
	"portico/app/language"
	"portico/ports/web/views"
)

// devices shows a contact where they are signed in.
func (s *Server) devices(w http.ResponseWriter, r *http.Request) error {
	v := visitorOf(r)
	rows, err := s.Contacts.Visits(r.Context(), v.Visit, s.cookie(r, account.PortalCookie))
	if err != nil {
		return err
	}
	words, z := entryWords(r), zone(v.Practice.Zone)
	page := views.PortalDevices{Entry: views.Entry{W: words, Title: words.T("access.devices"), Practice: v.Practice.Name}}
	if r.URL.Query().Get("done") == "session" {
		page.Done = words.T("access.devices.done")
	}
	for _, row := range rows {
		line := views.DeviceLine{
			ID: row.ID, Name: deviceWords(words, row), Current: row.Current,
			Since: words.T("access.devices.since", words.ShortMoment(row.CreatedAt, z)), Seen: words.T("access.devices.seen", words.ShortMoment(row.LastSeenAt, z)),
		}
		if row.Address != "" {
			line.From = words.T("access.devices.from", row.Address)
		}
		page.Devices = append(page.Devices, line)
	}
	return s.show(w, r, page)
}

// deviceWords is a device as people call it.
func deviceWords(w *language.Words, row account.SessionRow) string {
	switch {
	case row.Browser != "" && row.System != "":
		return w.T("access.browser_on", row.Browser, row.System)
	case row.Browser+row.System != "":
		return row.Browser + row.System
	}
	return w.T("access.unknown_device")
}

func (s *Server) endDevice(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r, "id")
	if err != nil {
		return err
	}
	if err := s.Contacts.EndVisit(r.Context(), visitorOf(r).Visit, id); err != nil {
		return err
	}
	http.Redirect(w, r, "/portal/settings/devices?done=session", http.StatusSeeOther)
	return nil
}

// endDevices signs the contact out everywhere, here as well.
func (s *Server) endDevices(w http.ResponseWriter, r *http.Request) error {
	if err := s.Contacts.EndVisits(r.Context(), visitorOf(r).Visit); err != nil {
		return err
	}
	s.leavePortal(w, r)
	return nil
}
