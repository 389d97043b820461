package main

import (
	"time"

	"portico/adapters/postgres"
	"portico/app/access"
)

// explainers tell why somebody sees something; a module that brings things of its own brings one for them here.
func (h *house) explainers() access.Explainers {
	history := postgres.History{DB: h.db, Tail: h.tail, Codec: h.codec, Vault: h.vault}
	portal := access.Portal{Events: h.store, History: history, People: h.contactList}
	tabs := access.TabsOf{Portal: portal, Firms: h.firmList}
	return access.Explainers{"portal": portal, "tab": tabs, "file": access.FilesOf{TabsOf: tabs, Links: h.linkList}, "task": access.TasksOf{TabsOf: tabs, Tasks: h.taskList, Now: time.Now}}
}
