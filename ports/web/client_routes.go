package web

import accounts "portico/domain/account"

// clientRoutes are those of clients, of the people who belong to them, and of their way into the portal.
func (s *Server) clientRoutes(staff func(string, accounts.Right, handler)) {
	staff("GET /clients", accounts.SeeClients, s.clients)
	staff("GET /clients/new", accounts.ChangeClients, s.newClient)
	staff("POST /clients", accounts.ChangeClients, s.createClient)
	staff("GET /clients/imports", accounts.ImportClients, s.imports)
	staff("POST /clients/imports", accounts.ImportClients, s.uploadImport)
	staff("GET /clients/imports/{id}", accounts.ImportClients, s.clientImport)
	staff("POST /clients/imports/{id}/mapping", accounts.ImportClients, s.mapImport)
	staff("POST /clients/imports/{id}/confirmation", accounts.ImportClients, s.confirmImport)
	staff("POST /clients/imports/{id}/stop", accounts.ImportClients, s.stopImport)
	staff("GET /clients/imports/{id}/result.csv", accounts.ImportClients, s.importReport)
	staff("GET /clients/export.csv", accounts.ImportClients, s.exportClients)
	staff("GET /clients/export.xlsx", accounts.ImportClients, s.exportClients)
	staff("GET /clients/{id}", accounts.SeeClients, s.client)
	staff("GET /clients/{id}/edit", accounts.ChangeClients, s.editClient)
	staff("POST /clients/{id}/details", accounts.ChangeClients, s.changeClient)
	staff("POST /clients/{id}/archival", accounts.ChangeClients, s.archiveClient)
	staff("POST /clients/{id}/restoration", accounts.ChangeClients, s.restoreClient)
	staff("POST /clients/{id}/contacts", accounts.ChangeClients, s.addPerson)
	staff("POST /clients/{id}/contacts/{contact}/rights", accounts.ChangeClients, s.setPersonsRights)
	staff("POST /clients/{id}/contacts/{contact}/removal", accounts.ChangeClients, s.removePerson)

	staff("GET /contacts", accounts.SeeClients, s.contacts)
	staff("GET /contacts/new", accounts.ChangeClients, s.newContact)
	staff("POST /contacts", accounts.ChangeClients, s.addContact)
	staff("GET /contacts/{id}", accounts.SeeClients, s.contact)
	staff("POST /contacts/{id}/details", accounts.ChangeClients, s.changeContact)

	staff("GET /clients/{id}/invitations/new", accounts.Invite, s.newInvitations)
	staff("POST /clients/{id}/invitations", accounts.Invite, s.sendInvitations)
	staff("POST /clients/{id}/invitations/draft", accounts.Invite, s.draftInvitations)

	staff("GET /invitations", accounts.InviteMany, s.invitations)
	staff("GET /invitations/export.csv", accounts.InviteMany, s.exportInvitations)
	staff("GET /invitations/new", accounts.InviteMany, s.newInviteJob)
	staff("POST /invitations", accounts.InviteMany, s.prepareInviteJob)
	staff("POST /invitations/draft", accounts.InviteMany, s.draftInviteJob)
	staff("GET /invitations/jobs/{id}", accounts.InviteMany, s.inviteJob)
	staff("POST /invitations/jobs/{id}/confirmation", accounts.InviteMany, s.startInviteJob)
	staff("POST /invitations/jobs/{id}/stop", accounts.InviteMany, s.stopInviteJob)
	staff("GET /invitations/jobs/{id}/report.csv", accounts.InviteMany, s.inviteJobReport)

	staff("GET /contacts/{id}/access", accounts.SeeClients, s.contactAccess)
	staff("POST /contacts/{id}/access/removal", accounts.Invite, s.removeAccess)
	staff("POST /contacts/{id}/second-factor/reset", accounts.Invite, s.resetFactors)
	staff("POST /contacts/{id}/invitation", accounts.Invite, s.sendInvitation)
	staff("POST /contacts/{id}/invitation/corrections", accounts.Invite, s.correctInvitation)
	staff("POST /contacts/{id}/invitation/retraction", accounts.Invite, s.takeBackInvitation)
	staff("POST /contacts/{id}/invitation/withdrawal", accounts.Invite, s.withdrawInvitation)
}
