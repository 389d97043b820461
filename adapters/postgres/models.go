package postgres

// Models are the read models of the house. A new one is a file of its own and a line here.
func Models() []Model {
	return []Model{firmModel, clientModel, contactModel, uploadLinkModel, inviteModel, taskModel, threadModel, taskItemModel}
}
