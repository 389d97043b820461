package postgres

import (
	"portico/domain/account"
	"portico/domain/client"
	"portico/domain/clientimport"
	"portico/domain/contact"
	"portico/domain/firm"
	"portico/domain/form"
	"portico/domain/invite"
	"portico/domain/invitejob"
	"portico/domain/operation"
	"portico/domain/privacy"
	"portico/domain/reminder"
	"portico/domain/task"
	"portico/domain/taskfilter"
	"portico/domain/taskjob"
	"portico/domain/tasktemplate"
	"portico/domain/uploadlink"
	"portico/domain/viewing"
	"portico/domain/webhook"
)

// Events is every event that is stored, with the ways up from its older versions. A new event is a line here and a
// golden file in testdata/golden.
func Events() []EventSpec {
	return []EventSpec{
		{Event: firm.Founded{}},
		{Event: firm.UploadPolicySet{}},
		{Event: firm.UploadsSwitched{}},
		{Event: firm.UploadLimitsSet{}},
		{Event: firm.UploadWordingSet{}},
		{Event: firm.MessageTemplateSaved{}},
		{Event: firm.MessageTemplatePurposeSet{}},
		{Event: firm.MessageTemplateRemoved{}},
		{Event: firm.ProfileSet{}},
		{Event: firm.AccentSet{}},
		{Event: firm.LogoSet{}},
		{Event: firm.LogoRemoved{}},
		{Event: firm.LanguagesSet{}},
		{Event: firm.ContactTabSet{}},
		{Event: firm.ArticleSaved{}},
		{Event: firm.ArticleRemoved{}},
		{Event: firm.VideoLinked{}},
		{Event: firm.VideoUploaded{}},
		{Event: firm.VideoRemoved{}},
		{Event: firm.MailSenderSet{}},
		{Event: firm.TermsPublished{}},
		{Event: firm.TabsSet{}},
		{Event: firm.AccessSet{}},
		{Event: firm.StaffFactorSet{}},

		{Event: clientimport.Confirmed{}},
		{Event: clientimport.Stopped{}},
		{Event: clientimport.Ended{}},

		{Event: invitejob.Started{}},
		{Event: invitejob.Stopped{}},
		{Event: invitejob.Ended{}},
		{Event: taskjob.Started{}},
		{Event: taskjob.Stopped{}},
		{Event: taskjob.Ended{}},
		{Event: tasktemplate.Saved{}, Upcast: []Upcaster{asItWas}}, // 2: with examples
		{Event: tasktemplate.Removed{}},
		{Event: taskfilter.Saved{}},
		{Event: taskfilter.Removed{}},

		{Event: reminder.Planned{}},
		{Event: reminder.Due{}},
		{Event: reminder.Postponed{}},
		{Event: reminder.Sent{}},
		{Event: reminder.Withheld{}},
		{Event: reminder.Skipped{}},
		{Event: reminder.Delivered{}},
		{Event: reminder.Bounced{}},
		{Event: reminder.CadenceSaved{}},
		{Event: reminder.CadenceRemoved{}},
		{Event: reminder.DefaultSet{}},
		{Event: reminder.QuietSet{}},

		{Event: client.Created{}},
		{Event: client.Changed{}},
		{Event: client.OwnerSet{}},
		{Event: client.TagsSet{}},
		{Event: client.Archived{}},
		{Event: client.Restored{}},
		{Event: client.ContactLinked{}},
		{Event: client.ContactRightsSet{}},
		{Event: client.ContactUnlinked{}},

		{Event: contact.Added{}, Upcast: []Upcaster{asItWas}}, // 2: with who added them
		{Event: contact.Changed{}},

		{Event: account.PasswordSet{}},
		{Event: account.TermsAccepted{}},
		{Event: account.SignedIn{}},
		{Event: account.CodeRequested{}},
		{Event: account.ResetRequested{}},
		{Event: account.AddressChangeRequested{}},
		{Event: account.AddressChangeAgreed{}},
		{Event: account.AddressChangeRefused{}},
		{Event: account.AddressChanged{}},
		{Event: account.FactorAdded{}},
		{Event: account.FactorRemoved{}},
		{Event: account.FactorsReset{}},
		{Event: account.RecoveryCodesMade{}},
		{Event: account.RecoveryCodeUsed{}},
		{Event: account.SessionsEnded{}},
		{Event: account.StaffAdded{}},
		{Event: account.StaffInvited{}},
		{Event: account.StaffJoined{}},
		{Event: account.StaffRoleSet{}},
		{Event: account.StaffDeactivated{}},
		{Event: account.StaffReactivated{}},
		{Event: account.ProviderLinked{}},
		{Event: account.NoticesChosen{}},

		{Event: invite.Sent{}},
		{Event: invite.Told{}},
		{Event: invite.TakenBack{}},
		{Event: invite.HandedOver{}},
		{Event: invite.Delivered{}},
		{Event: invite.Bounced{}},
		{Event: invite.GaveUp{}},
		{Event: invite.Opened{}},
		{Event: invite.Accepted{}},
		{Event: invite.Expired{}},
		{Event: invite.Withdrawn{}},
		{Event: invite.Voided{}},
		{Event: invite.AccessRemoved{}},

		{Event: form.Created{}},
		{Event: form.Retitled{}},
		{Event: form.SectionPut{}},
		{Event: form.SectionRemoved{}},
		{Event: form.FieldPut{}},
		{Event: form.FieldRemoved{}},
		{Event: form.Published{}},
		{Event: form.Archived{}},
		{Event: form.Restored{}},

		{Event: webhook.Added{}},
		{Event: webhook.Changed{}},
		{Event: webhook.SecretRotated{}},
		{Event: webhook.SwitchedOff{}},
		{Event: webhook.SwitchedOn{}},
		{Event: webhook.Tested{}},
		{Event: webhook.Replayed{}},
		{Event: webhook.Removed{}},

		{Event: viewing.Began{}},
		{Event: viewing.Ended{}},
		{Event: viewing.ActingBegan{}},
		{Event: viewing.ActingEnded{}},

		{Event: privacy.SubjectErased{}},

		{Event: operation.EventSkipped{}},

		{Event: uploadlink.Issued{}},
		{Event: uploadlink.Resent{}, Upcast: []Upcaster{asItWas}}, // 2: with its time
		{Event: uploadlink.Extended{}},
		{Event: uploadlink.Revoked{}},
		{Event: uploadlink.Expired{}},
		{Event: uploadlink.MailHandedOver{}},
		{Event: uploadlink.MailDelivered{}},
		{Event: uploadlink.MailBounced{}},
		{Event: uploadlink.MailGaveUp{}},
		{Event: uploadlink.Redeemed{}, Upcast: []Upcaster{asItWas}}, // 2: with the browser's id
		{Event: uploadlink.NewLinkRequested{}},
		{Event: uploadlink.NewLinkRequestDismissed{}},
		{Event: uploadlink.Copied{}},
		{Event: uploadlink.AddressCorrected{}},
		{Event: uploadlink.TransferStarted{}},
		{Event: uploadlink.TransferAbandoned{}},
		{Event: uploadlink.BatchOpened{}},
		{Event: uploadlink.FileReceived{}},
		{Event: uploadlink.FileRenamed{}},
		{Event: uploadlink.FileDeleted{}},
		{Event: uploadlink.BatchReleased{}},
		{Event: uploadlink.BatchCancelled{}},
		{Event: uploadlink.ScanAwaited{}},
		{Event: uploadlink.FileScanned{}},
		{Event: uploadlink.BatchSealed{}},
		{Event: uploadlink.QuarantineEmptied{}},
		{Event: uploadlink.WithdrawalRequested{}},
		{Event: uploadlink.WithdrawalAccepted{}},
		{Event: uploadlink.WithdrawalRefused{}},
		{Event: task.Assigned{}, Upcast: []Upcaster{asItWas}}, // 2: with its texts as they were written
		{Event: task.TakenBack{}},
		{Event: task.Retitled{}},
		{Event: task.Described{}},
		{Event: task.DueSet{}},
		{Event: task.InternalDueSet{}},
		{Event: task.OwnerSet{}},
		{Event: task.AudienceSet{}},
		{Event: task.ContactAdded{}},
		{Event: task.ContactRemoved{}},
		{Event: task.PrioritySet{}},
		{Event: task.ChecklistSet{}},
		{Event: task.CadenceSet{}},
		{Event: task.RecurrenceSet{}},
		{Event: task.Repeated{}},
		{Event: task.Ticked{}},
		{Event: task.Unticked{}},
		{Event: task.Seen{}},
		{Event: task.DoneByClient{}},
		{Event: task.UndoneByClient{}},
		{Event: task.Confirmed{}},
		{Event: task.Reopened{}},
		{Event: task.Progressed{}},
		{Event: task.Closed{}},
		{Event: task.ItemAdded{}},
		{Event: task.ItemChanged{}},
		{Event: task.ItemCancelled{}},
		{Event: task.ItemReturned{}},
		{Event: task.ItemNotApplicable{}},
		{Event: task.ItemReviewBegun{}},
		{Event: task.ItemAccepted{}},
		{Event: task.ItemSentBack{}},
		{Event: task.ItemReopened{}},
		{Event: task.AttachmentStarted{}},
		{Event: task.AttachmentReceived{}, Upcast: []Upcaster{asItWas}}, // 2: with the file that it was taken from
		{Event: task.AttachmentAbandoned{}},
		{Event: task.AttachmentRenamed{}},
		{Event: task.AttachmentDiscarded{}},
		{Event: task.AttachmentScanned{}},
		{Event: task.AttachmentScanAsked{}},
		{Event: task.AttachmentReleased{}},
		{Event: task.AttachmentShared{}},
		{Event: task.AttachmentRemoved{}},
		{Event: task.AttachmentRestored{}},
		{Event: task.AttachmentDestroyed{}},
		{Event: task.Answered{}},
		{Event: task.AnswersPrefilled{}},
		{Event: task.AnswerCorrected{}},
		{Event: task.RowAdded{}},
		{Event: task.RowRemoved{}},
		{Event: task.SectionSentBack{}},
		{Event: task.FilesSubmitted{}},
		{Event: task.Posted{}},
		{Event: task.MessageEdited{}},
		{Event: task.MessageDeleted{}},
		{Event: task.MessagesRead{}},
		{Event: task.ReplyRefused{}},
		{Event: task.Notified{}},
		{Event: task.NoticeDelivered{}},
		{Event: task.NoticeFailed{}},
	}
}

// asItWas leads to a version that only has more: what the older one does not say is zero.
func asItWas(data map[string]any) (map[string]any, error) { return data, nil }
