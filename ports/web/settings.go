package web

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"portico/app/es"
	firmapp "portico/app/firm"
	pictures "portico/app/picture"
	accounts "portico/domain/account"
	"portico/domain/address"
	"portico/domain/fault"
	"portico/domain/firm"
	"portico/domain/uploadlink"
	"portico/ports/web/views"
)

// preset is a policy that people choose by a sentence (U2).
type preset struct {
	value, sentence string
	policy          firm.Policy
}

var presets = []preset{
	{"none", "No time for corrections: you see each file as soon as it has arrived.", firm.Policy{Deliver: firm.AtOnce}},
	{"after", "10 minutes: you see the files when the time is over.", firm.Policy{Window: 10 * time.Minute, Deliver: firm.After}},
	{"at_once", "30 minutes: you see each file at once, and its sender can still rename or delete it.", firm.Policy{Window: 30 * time.Minute, Deliver: firm.AtOnce}},
}

const otherPreset = "other"

// saved are the sentences that the page of settings says after a change, by the word in its address.
var saved = map[string]string{
	"policy":     "Saved. Files that arrive from now on have this time.",
	"tasks":      "Saved. It holds from now on.",
	"cadence":    "The cadence is saved. What is planned follows it.",
	"no-cadence": "The cadence is removed.",
	"quiet":      "Saved. What is planned follows it.",
	"limits":     "Saved. The limits hold for files that are sent from now on.",
	"wording":    "Saved. The next mails have this button.",
	"text":       "The template is saved.",
	"removal":    "The template is removed. Messages that were made from it stay.",

	"profile":   "Saved. Pages and mails have it from now on.",
	"sender":    "Saved. The next mails have it.",
	"factor":    "Saved.",
	"logo":      "Saved. This is your logo now.",
	"no-logo":   "The logo is removed.",
	"accent":    "Saved. All pages have this colour now.",
	"tabs":      "Saved. Your clients find these tabs at their next page.",
	"languages": "Saved.",
	"access":    "Saved. The next invitations follow it.",
	"contact":   "Saved. Your clients read it at once.",
	"article":   "The article is saved.",
	"unwritten": "The article is removed.",
	"video":     "Saved. The portal shows this film now.",
	"no-video":  "The film is removed.",
	"terms":     "Published. Everybody is asked to accept it at the next visit.",
}

// fieldOfSetting is the input that a rule is about.
var fieldOfSetting = map[string]string{
	firm.ErrWindow.Code: "minutes", firm.ErrDeliver.Code: "deliver", firm.ErrMaxFile.Code: "max_file", firm.ErrQuota.Code: "quota",
	firm.ErrButton.Code: "button", firm.ErrTemplateName.Code: "name", firm.ErrTemplateText.Code: "text", firm.ErrTemplates.Code: "name", firm.ErrPurpose.Code: "purpose",

	firm.ErrName.Code: "name", address.ErrInvalid.Code: "email", firm.ErrZone.Code: "zone", firm.ErrSender.Code: "sender",
	firm.ErrHue.Code: "hue", firm.ErrLanguages.Code: "offered", firm.ErrLanguage.Code: "language", firm.ErrTabs.Code: "tab",
	firm.ErrAccess.Code: "access", firm.ErrExpiry.Code: "days", firm.ErrPeople.Code: "people", firm.ErrPhone.Code: "phone",
	firm.ErrAddress.Code: "address", firm.ErrHours.Code: "hours", firm.ErrArticleTitle.Code: "title", firm.ErrArticleText.Code: "text",
	firm.ErrArticles.Code: "title", firm.ErrArticleLanguage.Code: "language", firm.ErrVideoTitle.Code: "video_title",
	firm.ErrVideoURL.Code: "video_url", firm.ErrTerms.Code: "text-en",
	firmapp.ErrFilmKind.Code: "film", firmapp.ErrFilmBytes.Code: "film", pictures.ErrKind.Code: "logo", pictures.ErrBytes.Code: "logo",
	pictures.ErrSize.Code: "logo", pictures.ErrBroken.Code: "logo", pictures.ErrEmpty.Code: "logo",
}

func (s *Server) uploadSettings(w http.ResponseWriter, r *http.Request) error {
	return s.settingsPage(w, r, http.StatusOK, nil, func(*views.UploadSettings) {})
}

// settingsPage is the page of settings as they stand; typed puts in what a refused form held.
func (s *Server) settingsPage(w http.ResponseWriter, r *http.Request, code int, problems views.Problems, typed func(*views.UploadSettings)) error {
	u := user(r)
	current, err := s.caughtUp(r)
	if err != nil {
		return err
	}
	practice, err := s.Firms.Firm(r.Context(), u.Firm) // the one of the session was read before the wait
	if err != nil {
		return err
	}
	policy, err := s.Firms.UploadPolicy(r.Context(), u.Firm, firm.LinkChannel)
	if err != nil {
		return err
	}
	onTasks, err := s.Firms.UploadPolicy(r.Context(), u.Firm, firm.TaskChannel)
	if err != nil {
		return err
	}
	texts, err := s.Firms.Templates(r.Context(), u.Firm)
	if err != nil {
		return err
	}
	used, err := s.Storage.Used(r.Context(), u.Firm)
	if err != nil {
		return err
	}
	page := views.UploadSettings{
		Settings: s.settings(r, "Upload settings", "uploads", current, problems),
		Other:    otherPreset, Minutes: strconv.FormatFloat(policy.Window.Minutes(), 'f', -1, 64), Deliver: string(policy.Deliver),
		MaxFile: amountText(practice.Limits.MaxFileBytes, megabyte), MostFile: binary(uploadlink.MaxFileSize, 6),
		Quota: amountText(practice.Limits.QuotaBytes, gigabyte), Use: useOf(used, practice.Limits.QuotaBytes),
		Button: practice.Button,
	}
	page.TasksOff = onTasks.Off
	page.Full = s.full(used, practice.Limits.QuotaBytes)
	page.Window = otherPreset
	for _, p := range presets {
		page.Presets = append(page.Presets, views.Choice{Value: p.value, Word: p.sentence})
		if p.policy == policy {
			page.Window = p.value
		}
	}
	page.Templates = s.templateList(r, texts, firm.ForLink)
	typed(&page)
	s.page(w, r, code, page)
	return nil
}

// start is the first words of a text.
func start(text string) string {
	words := []rune(strings.Join(strings.Fields(text), " "))
	if len(words) > 120 {
		return string(words[:119]) + "…"
	}
	return string(words)
}

func (s *Server) setUploadPolicy(w http.ResponseWriter, r *http.Request) error {
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	window, minutes, deliver := r.PostForm.Get("window"), r.PostForm.Get("minutes"), r.PostForm.Get("deliver")
	typed := func(p *views.UploadSettings) { p.Window, p.Minutes, p.Deliver = window, minutes, deliver }
	policy := firm.Policy{Deliver: firm.Deliver(deliver)}
	known := false
	for _, p := range presets {
		if p.value == window {
			policy, known = p.policy, true
		}
	}
	if !known {
		ms, ok := amount(minutes, time.Minute.Milliseconds())
		if !ok || strings.TrimSpace(minutes) == "" || ms > firm.MaxWindow.Milliseconds() {
			return s.settingsPage(w, r, http.StatusUnprocessableEntity, views.Problems{{Field: "minutes", Text: "Enter the minutes for corrections, 0 to 1440."}}, typed)
		}
		policy.Window = time.Duration(ms) * time.Millisecond
	}
	res, err := s.Settings.SetUploadPolicy(r.Context(), firmapp.SetUploadPolicy{
		By: by, ID: user(r).Practice.ID, Channel: firm.LinkChannel, Policy: policy,
	})
	return s.settled(w, r, "policy", res, err, typed)
}

// setTaskUploads says whether clients may put files on tasks (S2.2, S2.14). What else the channel's rule says stays.
func (s *Server) setTaskUploads(w http.ResponseWriter, r *http.Request) error {
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	policy, err := s.Firms.UploadPolicy(r.Context(), user(r).Firm, firm.TaskChannel)
	if err != nil {
		return err
	}
	policy.Off = r.PostForm.Get("taken") == ""
	res, err := s.Settings.SetUploadPolicy(r.Context(), firmapp.SetUploadPolicy{By: by, ID: user(r).Practice.ID, Channel: firm.TaskChannel, Policy: policy})
	return s.settled(w, r, "tasks", res, err, func(p *views.UploadSettings) { p.TasksOff = policy.Off })
}

func (s *Server) setUploadLimits(w http.ResponseWriter, r *http.Request) error {
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	file, quota := r.PostForm.Get("max_file"), r.PostForm.Get("quota")
	typed := func(p *views.UploadSettings) { p.MaxFile, p.Quota = file, quota }
	var limits firm.Limits
	var problems views.Problems
	var ok bool
	if limits.MaxFileBytes, ok = amount(file, megabyte); !ok {
		problems = append(problems, views.Problem{Field: "max_file", Text: "Enter the largest file as a number of MB, like 250. Leave it empty for no limit of your own."})
	}
	if limits.QuotaBytes, ok = amount(quota, gigabyte); !ok {
		problems = append(problems, views.Problem{Field: "quota", Text: "Enter the storage limit as a number of GB, like 50. Leave it empty for no limit."})
	}
	if len(problems) > 0 {
		return s.settingsPage(w, r, http.StatusUnprocessableEntity, problems, typed)
	}
	res, err := s.Settings.SetUploadLimits(r.Context(), firmapp.SetUploadLimits{By: by, ID: user(r).Practice.ID, Limits: limits})
	return s.settled(w, r, "limits", res, err, typed)
}

func (s *Server) setUploadWording(w http.ResponseWriter, r *http.Request) error {
	by, err := posted(w, r)
	if err != nil {
		return err
	}
	button := r.PostForm.Get("button")
	res, err := s.Settings.SetUploadWording(r.Context(), firmapp.SetUploadWording{By: by, ID: user(r).Practice.ID, Button: button})
	return s.settled(w, r, "wording", res, err, func(p *views.UploadSettings) { p.Button = button })
}

// posted reads a form that a person of the practice has sent.
func posted(w http.ResponseWriter, r *http.Request) (es.By, error) {
	if err := form(w, r); err != nil {
		return es.By{}, err
	}
	return by(r)
}

// settled leads back to the settings, or shows them again with why a change was refused and what was typed.
func (s *Server) settled(w http.ResponseWriter, r *http.Request, word string, res es.Result, err error, typed func(*views.UploadSettings)) error {
	if p, ok := problemOfSetting(err); ok {
		return s.settingsPage(w, r, http.StatusUnprocessableEntity, views.Problems{p}, typed)
	}
	if err != nil {
		return err
	}
	backTo(w, r, "/settings/uploads", word, res)
	return nil
}

// problemOfSetting is the refusal of a rule that has its input on a page.
func problemOfSetting(err error) (views.Problem, bool) { return problemIn(fieldOfSetting, err) }

// problemIn is the refusal of a rule that has its input among fields.
func problemIn(fields map[string]string, err error) (views.Problem, bool) {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || fields[f.Code] == "" {
		return views.Problem{}, false
	}
	return views.Problem{Field: fields[f.Code], Text: f.Message}, true
}

// useOf is how much of the storage is used.
func useOf(used, quota int64) views.StorageUse {
	use := views.StorageUse{Words: binary(used, 1) + " used. There is no limit but the disk’s."}
	if quota > 0 {
		use.Fill = firmapp.Fill(used, quota)
		use.Words = fmt.Sprintf("%s of %s used (%d %%)", binary(used, 1), binary(quota, 1), use.Fill)
		use.Limited = true
	}
	return use
}

// full is the warning that every page of a practice has from 90 % of its quota on; nil below.
func (s *Server) full(used, quota int64) *views.StorageFull {
	fill := firmapp.Fill(used, quota)
	if fill < firmapp.NearlyFull {
		return nil
	}
	return &views.StorageFull{Over: fill >= 100, Fill: fill, Words: binary(used, 1) + " of " + binary(quota, 1)}
}

// uploadSettingRoutes are the settings of uploads, and the texts for messages.
func (s *Server) uploadSettingRoutes(staff func(route string, right accounts.Right, h handler)) {
	staff("GET /settings/uploads", accounts.SeeSettings, s.uploadSettings)
	staff("POST /settings/uploads/policy", accounts.ChangeSettings, s.setUploadPolicy)
	staff("POST /settings/uploads/tasks", accounts.ChangeSettings, s.setTaskUploads)
	staff("POST /settings/uploads/limits", accounts.ChangeSettings, s.setUploadLimits)
	staff("POST /settings/uploads/wording", accounts.ChangeSettings, s.setUploadWording)
	staff("GET /settings/templates/new", accounts.ChangeTexts, s.newTemplate)
	staff("POST /settings/templates", accounts.ChangeTexts, s.saveTemplate)
	staff("GET /settings/templates/{id}", accounts.SeeSettings, s.template)
	staff("POST /settings/templates/{id}/removal", accounts.ChangeTexts, s.removeTemplate)
}
