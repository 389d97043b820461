package web

import (
	"crypto/sha256"
	"net/http"
	"slices"

	accounts "portico/domain/account"
	"portico/ports/web/views"
)

// noticeWords are the sorts of mails that a person can do without, as they read.
var noticeWords = map[accounts.NoticeSort]string{
	accounts.AskedNotices: "notices.settings.new", accounts.SettledNotices: "notices.settings.news", accounts.MessageNotices: "notices.settings.messages",
}

// noticeChoices are the sorts of mails about tasks, and which of them the person gets.
func (s *Server) noticeChoices(r *http.Request, in inPortal) (choices []views.PortalNotice, err error) {
	wanted, err := s.Notices.Wanted(r.Context(), in.Firm, in.Contact)
	for _, sort := range accounts.NoticeSorts() {
		choices = append(choices, views.PortalNotice{Value: string(sort), Word: in.words.T(noticeWords[sort]), On: slices.Contains(wanted, sort)})
	}
	return choices, err
}

// chooseNotices writes down which mails a person does without: those that aren't ticked.
func (s *Server) chooseNotices(w http.ResponseWriter, r *http.Request, in inPortal) error {
	if err := form(w, r); err != nil {
		return err
	}
	command, err := formID(r, "command")
	if err != nil {
		return err
	}
	by := in.by()
	by.Command, by.Fingerprint = command, sha256.Sum256([]byte(r.Pattern+"\n"+r.PostForm.Encode()))
	off := slices.DeleteFunc(accounts.NoticeSorts(), func(sort accounts.NoticeSort) bool { return slices.Contains(r.PostForm["notice"], string(sort)) })
	res, err := s.Notices.Choose(r.Context(), by, in.Contact, off)
	if err != nil {
		return err
	}
	in.savedSettings(w, r, res)
	return nil
}
