//! The [`Archive`] port: one's own questions and answers.

use super::audit::{self, Action};
use super::{Catalog, Doing, answers, timestamp};
use appliance_core::answer::{Answer, AnsweredQuestion};
use appliance_core::conversation::Kept;
use appliance_core::id::AnswerId;
use appliance_core::ports::{Archive, PortError};
use appliance_core::question::Question;
use appliance_core::viewer::Viewer;
use async_trait::async_trait;
use jiff::Timestamp;

#[async_trait]
impl Archive for Catalog {
    async fn keep(&self, viewer: &Viewer, question: &Question, answer: &Answer) -> Result<Kept, PortError> {
        let mut tx = self.begin().await?;
        let kept = answers::add(&mut tx, viewer.user(), question, answer, self.now()).await?;
        let subject = format!("answer:{}", kept.answer);
        audit::note(&mut tx, self.now(), Some(viewer.user()), Action::QuestionAsked, &subject, "").await?;
        tx.commit().await.doing("keep an answer")?;
        Ok(kept)
    }

    async fn answer(&self, viewer: &Viewer, id: AnswerId) -> Result<Option<AnsweredQuestion>, PortError> {
        let mut db = self.connection().await?;
        match answers::of_user(&mut db, viewer.user(), id).await? {
            Some(row) => row.seen_by(&mut db, viewer).await.map(Some),
            None => Ok(None),
        }
    }

    async fn recent(&self, viewer: &Viewer, limit: u32) -> Result<Vec<(AnswerId, String, Timestamp)>, PortError> {
        let mut db = self.connection().await?;
        let rows = answers::recent(&mut db, viewer.user(), limit).await?;
        Ok(rows.into_iter().map(|(id, question, asked)| (AnswerId(id), question, timestamp(asked))).collect())
    }
}
