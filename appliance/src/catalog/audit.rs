//! The audit trail: who did what to which thing. It never holds the text of a question, passage or answer.

use super::{Catalog, Doing, LOCAL_OPERATOR, timestamp};
use appliance_core::id::UserId;
use appliance_core::ports::PortError;
use jiff::Timestamp;
use sqlx::SqliteConnection;

/// What was done. The names are stable: exports and filters rely on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    SignedIn,
    SignInRefused,
    SignInDelayed,
    PasswordChanged,
    PersonAdded,
    PasswordReset,
    PersonActivated,
    PersonDeactivated,
    DocumentAdded,
    DocumentTrashed,
    DocumentRestored,
    DocumentDeleted,
    DocumentMoved,
    DocumentAccepted,
    DocumentRejected,
    DocumentCancelled,
    DocumentRetried,
    DocumentUnlocked,
    DocumentReadAgain,
    CollectionAdded,
    CollectionOpened,
    CollectionClosed,
    CollectionWorded,
    DocumentHidden,
    DocumentGranted,
    DocumentRuleCleared,
    GroupAdded,
    GroupRemoved,
    GroupMembersChanged,
    DaysSet,
    QuestionAsked,
    FeedbackGiven,
    FeedbackSettled,
    ChargeNamed,
    ConversationDeleted,
    ConversationRestored,
    ConversationRemoved,
    ConversationExpired,
    ConversationShared,
    ConversationUnshared,
}

impl Action {
    fn name(self) -> &'static str {
        match self {
            Self::SignedIn => "signed-in",
            Self::SignInRefused => "sign-in-refused",
            Self::SignInDelayed => "sign-in-delayed",
            Self::PasswordChanged => "password-changed",
            Self::PersonAdded => "person-added",
            Self::PasswordReset => "password-reset",
            Self::PersonActivated => "person-activated",
            Self::PersonDeactivated => "person-deactivated",
            Self::DocumentAdded => "document-added",
            Self::DocumentTrashed => "document-trashed",
            Self::DocumentRestored => "document-restored",
            Self::DocumentDeleted => "document-deleted",
            Self::DocumentMoved => "document-moved",
            Self::DocumentAccepted => "document-accepted",
            Self::DocumentRejected => "document-rejected",
            Self::DocumentCancelled => "document-cancelled",
            Self::DocumentRetried => "document-retried",
            Self::DocumentUnlocked => "document-unlocked",
            Self::DocumentReadAgain => "document-read-again",
            Self::CollectionAdded => "collection-added",
            Self::CollectionOpened => "collection-opened",
            Self::CollectionClosed => "collection-closed",
            Self::CollectionWorded => "collection-worded",
            Self::DocumentHidden => "document-hidden",
            Self::DocumentGranted => "document-granted",
            Self::DocumentRuleCleared => "document-rule-cleared",
            Self::GroupAdded => "group-added",
            Self::GroupRemoved => "group-removed",
            Self::GroupMembersChanged => "group-members-changed",
            Self::DaysSet => "days-set",
            Self::QuestionAsked => "question-asked",
            Self::FeedbackGiven => "feedback-given",
            Self::FeedbackSettled => "feedback-settled",
            Self::ChargeNamed => "charge-named",
            Self::ConversationDeleted => "conversation-deleted",
            Self::ConversationRestored => "conversation-restored",
            Self::ConversationRemoved => "conversation-removed",
            Self::ConversationExpired => "conversation-expired",
            Self::ConversationShared => "conversation-shared",
            Self::ConversationUnshared => "conversation-unshared",
        }
    }
}

/// A line of the trail.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who; `None` for the local operator and for people who are not signed in.
    pub actor: Option<UserId>,
    /// What was done.
    pub action: String,
    /// The thing it was done to (`document:12`).
    pub subject: String,
    /// More about it (a file's name, a login).
    pub detail: String,
}

impl Catalog {
    /// The newest lines of the trail, newest first.
    pub async fn audit_trail(&self, limit: u32) -> Result<Vec<AuditEntry>, PortError> {
        let mut db = self.connection().await?;
        let rows: Vec<(i64, Option<i64>, String, String, String)> =
            sqlx::query_as("SELECT at, actor, action, subject, detail FROM audit_trail ORDER BY id DESC LIMIT ?")
                .bind(limit)
                .fetch_all(&mut *db)
                .await
                .doing("read the audit trail")?;
        let entry = |(at, actor, action, subject, detail): (i64, Option<i64>, String, String, String)| AuditEntry {
            at: timestamp(at),
            actor: actor.map(UserId),
            action,
            subject,
            detail,
        };
        Ok(rows.into_iter().map(entry).collect())
    }
}

/// Writes a line. Called inside the transaction that does the thing, so that neither stands without the other.
pub(super) async fn note(
    db: &mut SqliteConnection,
    now: i64,
    actor: Option<UserId>,
    action: Action,
    subject: &str,
    detail: &str,
) -> Result<(), PortError> {
    sqlx::query("INSERT INTO audit_trail (at, actor, action, subject, detail) VALUES (?, ?, ?, ?, ?)")
        .bind(now)
        .bind(actor.filter(|a| *a != LOCAL_OPERATOR).map(|a| a.0))
        .bind(action.name())
        .bind(subject)
        .bind(detail)
        .execute(db)
        .await
        .doing("write the audit trail")?;
    Ok(())
}
