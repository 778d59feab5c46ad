//! Remarks and people in charge, in memory.

use appliance_core::feedback::{Charge, Contact, Feedback, FeedbackFilter, Remark};
use appliance_core::id::{DocumentId, FeedbackId, UserId};
use appliance_core::ports::Clock;
use appliance_core::ports::{FeedbackBox, PortError};
use appliance_core::testing::FixedClock;
use appliance_core::viewer::{Role, Viewer};
use async_trait::async_trait;
use parking_lot::Mutex;

/// What was said, by whom; and who is named for what.
#[derive(Default)]
pub struct FakeFeedback {
    said: Mutex<Vec<(UserId, Feedback)>>,
    named: Mutex<Vec<(Charge, Contact)>>,
}

#[async_trait]
impl FeedbackBox for FakeFeedback {
    async fn say(&self, viewer: &Viewer, remark: &Remark) -> Result<bool, PortError> {
        let mut said = self.said.lock();
        let feedback = Feedback {
            id: FeedbackId(said.len() as i64 + 1),
            judgement: remark.judgement,
            words: remark.words.clone(),
            by: viewer.name().to_owned(),
            question: None,
            document: remark.document.map(|d| (d, format!("document {d}"))),
            said: FixedClock.now(),
            settled: None,
        };
        said.push((viewer.user(), feedback));
        Ok(true)
    }

    async fn remarks(&self, viewer: &Viewer, filter: FeedbackFilter, limit: u32) -> Result<Vec<Feedback>, PortError> {
        let said = self.said.lock();
        let shown = |f: &&Feedback| filter.judgement.is_none_or(|j| j == f.judgement) && (filter.settled || f.settled.is_none());
        let all = said.iter().rev().map(|(_, f)| f).filter(|_| viewer.role() == Role::Administrator);
        Ok(all.filter(shown).take(limit as usize).cloned().collect())
    }

    async fn settle(&self, viewer: &Viewer, id: FeedbackId, settled: bool) -> Result<bool, PortError> {
        let mut said = self.said.lock();
        let found = said.iter_mut().find(|(_, f)| f.id == id && viewer.role() == Role::Administrator);
        Ok(found.map(|(_, f)| f.settled = settled.then(|| FixedClock.now())).is_some())
    }

    async fn contacts(&self, _: &Viewer, documents: &[DocumentId]) -> Result<Vec<(DocumentId, Contact)>, PortError> {
        let named = self.named.lock();
        let of = |d: &DocumentId| named.iter().find(|(charge, _)| *charge == Charge::Document(*d)).map(|(_, c)| (*d, c.clone()));
        Ok(documents.iter().filter_map(of).collect())
    }

    async fn named(&self, _: &Viewer, charge: Charge) -> Result<Option<Contact>, PortError> {
        Ok(Some(self.named.lock().iter().find(|(c, _)| *c == charge).map(|(_, c)| c.clone()).unwrap_or_default()))
    }

    async fn name(&self, _: &Viewer, charge: Charge, contact: Option<&Contact>) -> Result<bool, PortError> {
        let mut named = self.named.lock();
        named.retain(|(c, _)| *c != charge);
        named.extend(contact.map(|c| (charge, c.clone())));
        Ok(true)
    }

    async fn in_charge(&self, viewer: &Viewer) -> Result<bool, PortError> {
        Ok(self.named.lock().iter().any(|(_, c)| c.user == Some(viewer.user())))
    }
}
