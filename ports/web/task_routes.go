package web

import accounts "portico/domain/account"

// taskRoutes are what the practice does with tasks, their items and the talk on them; those of files stand with them.
func (s *Server) taskRoutes(staff func(route string, right accounts.Right, h handler)) {
	staff("GET /tasks", accounts.SeeTasks, s.tasks)
	staff("GET /tasks/new", accounts.ChangeTasks, s.newTask)
	staff("POST /tasks", accounts.ChangeTasks, s.assignTask)
	staff("GET /tasks/templates", accounts.SeeTasks, s.taskTemplates)
	staff("POST /tasks/templates", accounts.ChangeTexts, s.saveTaskTemplate)
	staff("POST /tasks/templates/{id}/removal", accounts.ChangeTexts, s.removeTaskTemplate)
	staff("POST /tasks/filters", accounts.ChangeTasks, s.saveTaskFilter)
	staff("POST /tasks/filters/{id}", accounts.ChangeTasks, s.renameTaskFilter)
	staff("POST /tasks/filters/{id}/removal", accounts.ChangeTasks, s.removeTaskFilter)
	staff("GET /tasks/many/new", accounts.AssignMany, s.newManyTask)
	staff("POST /tasks/many", accounts.AssignMany, s.prepareManyTask)
	staff("POST /tasks/acts", accounts.ChangeTasks, s.actOnTasks)
	staff("GET /tasks/jobs", accounts.SeeTasks, s.recentTaskJobs)
	staff("GET /tasks/jobs/{id}", accounts.SeeTasks, s.taskJob)
	staff("POST /tasks/jobs/{id}/confirmation", accounts.AssignMany, s.startTaskJob)
	staff("POST /tasks/jobs/{id}/stop", accounts.ChangeTasks, s.stopTaskJob)
	staff("GET /tasks/{id}", accounts.SeeTasks, s.task)
	staff("POST /tasks/{id}/details", accounts.ChangeTasks, s.changeTask)
	staff("GET /tasks/{id}/answers.csv", accounts.SeeTasks, s.answersCSV)
	staff("POST /tasks/{id}/answers", accounts.ChangeTasks, s.onTaskAt("answers", s.correctAnswer))
	staff("POST /tasks/{id}/answers/sections", accounts.ChangeTasks, s.onTaskAt("answers", s.sendBackSections))
	staff("POST /tasks/{id}/retraction", accounts.ChangeTasks, s.onTask(s.takeBackTask))
	staff("POST /tasks/{id}/confirmation", accounts.ChangeTasks, s.onTask(s.confirmTask))
	staff("POST /tasks/{id}/reopening", accounts.ChangeTasks, s.onTask(s.reopenTask))
	staff("POST /tasks/{id}/progress", accounts.ChangeTasks, s.onTask(s.progressTask))
	staff("POST /tasks/{id}/closing", accounts.ChangeTasks, s.onTask(s.closeTask))
	staff("POST /tasks/{id}/people", accounts.ChangeTasks, s.onTaskAt("reader", s.addReader))
	staff("POST /tasks/{id}/people/{contact}/removal", accounts.ChangeTasks, s.onTaskAt("reader", s.removeReader))
	staff("POST /tasks/{id}/audience", accounts.ChangeTasks, s.onTaskAt("reader", s.showToAll))
	staff("POST /tasks/{id}/messages", accounts.ChangeTasks, s.onThread(s.postMessage))
	staff("POST /tasks/{id}/messages/{message}/text", accounts.ChangeTasks, s.onThread(s.changeMessage))
	staff("POST /tasks/{id}/messages/{message}/removal", accounts.ChangeTasks, s.onThread(s.deleteMessage))
	staff("POST /tasks/{id}/reading", accounts.ChangeTasks, s.onThread(s.readMessages)) // what an auditor reads the practice has not
	staff("POST /tasks/{id}/review", accounts.ChangeTasks, s.onTask(s.reviewTask))
	staff("POST /tasks/{id}/items", accounts.ChangeTasks, s.onTask(s.addItem))
	staff("POST /tasks/{id}/items/{item}", accounts.ChangeTasks, s.onTask(s.changeItem))
	staff("POST /tasks/{id}/items/{item}/cancellation", accounts.ChangeTasks, s.onTask(s.cancelItem))
}
