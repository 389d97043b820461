package views

import "portico/app/language"

func taskFiles(w *language.Words, staff bool) *TaskFiles {
	return &TaskFiles{
		W: w, Practice: "«Harbour»", Base: "/tasks/x/", Accept: ".pdf", MaxBytes: 10, Limit: "«5 GB»", PlainLimit: "«100 MB»", Staff: staff, Words: `{"x":"y"}`,
		Rows: []TaskFile{
			{ID: one, State: "received", Icon: "file-text", Name: "«Bank.pdf»", Note: "«Ida»", Href: "/tasks/x/files/y/content", Acts: []TaskFileAct{{w.T("attach.remove"), "/tasks/x/files/y/removal", two, true}}},
			{ID: two, State: "removed", Icon: "trash-2", Name: "«Old.pdf»", Note: w.T("attach.destroyed")},
		},
		Blank: TaskFile{Icon: "file"}, Problem: &Problem{"task-files", "«Too large.»"},
	}
}
