//! Remarks about answers, and the people in charge of documents.

use super::PortError;
use crate::feedback::{Charge, Contact, Feedback, FeedbackFilter, Remark};
use crate::id::{DocumentId, FeedbackId};
use crate::viewer::Viewer;
use async_trait::async_trait;

/// Takes remarks, and shows them to administrators and to whoever is in charge of the documents that they are about.
#[async_trait]
pub trait FeedbackBox: Send + Sync {
    /// Keeps a remark about one's own answer, in place of an earlier one about the same document; `false` when there is no
    /// such answer, or when it does not draw on that document.
    async fn say(&self, viewer: &Viewer, remark: &Remark) -> Result<bool, PortError>;

    /// Remarks, newest first: all of them for administrators, for others those about visible documents in their charge.
    async fn remarks(&self, viewer: &Viewer, filter: FeedbackFilter, limit: u32) -> Result<Vec<Feedback>, PortError>;

    /// Marks a remark as settled, or as open again; `false` when the viewer has none of that id in their list.
    async fn settle(&self, viewer: &Viewer, id: FeedbackId, settled: bool) -> Result<bool, PortError>;

    /// Whom to ask about each of these documents, as far as the viewer may see them and somebody is named.
    async fn contacts(&self, viewer: &Viewer, documents: &[DocumentId]) -> Result<Vec<(DocumentId, Contact)>, PortError>;

    /// Who is named for a charge itself; `None` also when the viewer may not see what it is about.
    async fn named(&self, viewer: &Viewer, charge: Charge) -> Result<Option<Contact>, PortError>;

    /// Names somebody, or nobody. `false` when the viewer may not see what it is about. The caller has checked that the
    /// viewer manages the appliance.
    async fn name(&self, by: &Viewer, charge: Charge, contact: Option<&Contact>) -> Result<bool, PortError>;

    /// Whether the viewer is in charge of anything.
    async fn in_charge(&self, viewer: &Viewer) -> Result<bool, PortError>;
}
