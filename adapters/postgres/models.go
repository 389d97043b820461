package postgres

import "sync"

// Models are the read models of the house. A new one is a file of its own and a line here.
func Models() []Model {
	return []Model{firmModel, clientModel, contactModel, uploadLinkModel, inviteModel, taskModel, threadModel, taskItemModel, taskFileModel, taskTemplateModel, taskFilterModel, formModel, formAnswerModel, reminderModel, webhookModel}
}

// modelNames are what a page may read: who has just written something waits for all of them.
var modelNames = sync.OnceValue(func() (names []string) {
	for _, m := range Models() {
		names = append(names, m.Name)
	}
	return names
})
