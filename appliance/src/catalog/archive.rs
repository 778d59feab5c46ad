//! The [`Archive`] port: one's own questions and answers.

use super::audit::{self, Action};
use super::{Catalog, Doing, answers, from_json, timestamp};
use appliance_core::answer::{Answer, AnsweredQuestion};
use appliance_core::id::{AnswerId, CollectionId};
use appliance_core::ports::{Archive, PortError};
use appliance_core::question::Question;
use appliance_core::viewer::Viewer;
use async_trait::async_trait;
use jiff::Timestamp;

#[async_trait]
impl Archive for Catalog {
    async fn keep(&self, viewer: &Viewer, question: &Question, answer: &Answer) -> Result<AnswerId, PortError> {
        let mut tx = self.begin().await?;
        let id = answers::add(&mut tx, viewer.user(), question.text(), answer, self.now()).await?;
        audit::note(&mut tx, self.now(), Some(viewer.user()), Action::QuestionAsked, &format!("answer:{id}"), "").await?;
        tx.commit().await.doing("keep an answer")?;
        Ok(id)
    }

    async fn answer(&self, viewer: &Viewer, id: AnswerId) -> Result<Option<AnsweredQuestion>, PortError> {
        let mut db = self.connection().await?;
        let Some(row) = answers::of_user(&mut db, viewer.user(), id).await? else { return Ok(None) };
        let mut answer: Answer = from_json(&row.answer, "answer")?;
        let documents = answer.sources.iter().map(|s| s.passage.document).collect();
        let existing = answers::existing(&mut db, &documents).await?;
        answers::keep_sources(&mut answer, |d| existing.get(&d).is_some_and(|c| viewer.can_see(CollectionId(*c), d)));
        Ok(Some(AnsweredQuestion { id, question: row.question, answer, asked: timestamp(row.asked) }))
    }

    async fn recent(&self, viewer: &Viewer, limit: u32) -> Result<Vec<(AnswerId, String, Timestamp)>, PortError> {
        let mut db = self.connection().await?;
        let rows = answers::recent(&mut db, viewer.user(), limit).await?;
        Ok(rows.into_iter().map(|(id, question, asked)| (AnswerId(id), question, timestamp(asked))).collect())
    }
}
