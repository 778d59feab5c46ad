//! The [`FeedbackBox`] port: remarks about answers, and the people in charge of documents.

use super::audit::{self, Action};
use super::{Catalog, Doing, timestamp, to_json};
use appliance_core::feedback::{Charge, Contact, Feedback, FeedbackFilter, Judgement, Remark};
use appliance_core::id::{CollectionId, DocumentId, FeedbackId, UserId};
use appliance_core::ports::{FeedbackBox, PortError};
use appliance_core::viewer::{Role, Viewer};
use async_trait::async_trait;
use sqlx::SqliteConnection;

#[async_trait]
impl FeedbackBox for Catalog {
    async fn say(&self, viewer: &Viewer, remark: &Remark) -> Result<bool, PortError> {
        let mut tx = self.begin().await?;
        if !is_about(&mut tx, viewer, remark).await? {
            return Ok(false);
        }
        let document = remark.document.map(|d| d.0);
        sqlx::query("DELETE FROM feedback WHERE answer_id = ? AND user_id = ? AND document_id IS ?")
            .bind(remark.answer.0)
            .bind(viewer.user().0)
            .bind(document)
            .execute(&mut *tx)
            .await
            .doing("replace a remark")?;
        sqlx::query("INSERT INTO feedback (answer_id, user_id, document_id, judgement, words, said) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(remark.answer.0)
            .bind(viewer.user().0)
            .bind(document)
            .bind(remark.judgement.name())
            .bind(&remark.words)
            .bind(self.now())
            .execute(&mut *tx)
            .await
            .doing("keep a remark")?;
        let subject = format!("answer:{}", remark.answer);
        audit::note(&mut tx, self.now(), Some(viewer.user()), Action::FeedbackGiven, &subject, remark.judgement.name()).await?;
        tx.commit().await.doing("keep a remark")?;
        Ok(true)
    }

    async fn remarks(&self, viewer: &Viewer, filter: FeedbackFilter, limit: u32) -> Result<Vec<Feedback>, PortError> {
        let mut db = self.connection().await?;
        // Permission decides below, so the limit counts what is shown.
        let rows = listed(&mut db, filter, None).await?;
        rows.into_iter().filter(|row| row.is_shown_to(viewer)).take(limit as usize).map(|row| row.feedback(viewer)).collect()
    }

    async fn settle(&self, viewer: &Viewer, id: FeedbackId, settled: bool) -> Result<bool, PortError> {
        let mut tx = self.begin().await?;
        let everything = FeedbackFilter { settled: true, ..FeedbackFilter::default() };
        if !listed(&mut tx, everything, Some(id)).await?.iter().any(|row| row.is_shown_to(viewer)) {
            return Ok(false);
        }
        sqlx::query("UPDATE feedback SET settled = ? WHERE id = ?")
            .bind(settled.then(|| self.now()))
            .bind(id.0)
            .execute(&mut *tx)
            .await
            .doing("settle a remark")?;
        let what = if settled { "settled" } else { "opened" };
        audit::note(&mut tx, self.now(), Some(viewer.user()), Action::FeedbackSettled, &format!("feedback:{id}"), what).await?;
        tx.commit().await.doing("settle a remark")?;
        Ok(true)
    }

    async fn contacts(&self, viewer: &Viewer, documents: &[DocumentId]) -> Result<Vec<(DocumentId, Contact)>, PortError> {
        let mut db = self.connection().await?;
        let rows: Vec<ContactRow> = sqlx::query_as(
            "SELECT d.id, d.collection_id, coalesce(dc.name, cc.name, '') AS name, coalesce(dc.reach, cc.reach, '') AS reach,
                    CASE WHEN dc.document_id IS NULL THEN cc.user_id ELSE dc.user_id END AS user_id
             FROM documents d
             LEFT JOIN document_charges dc ON dc.document_id = d.id
             LEFT JOIN collection_charges cc ON cc.collection_id = d.collection_id
             WHERE d.id IN (SELECT value FROM json_each(?))",
        )
        .bind(to_json(&documents)?)
        .fetch_all(&mut *db)
        .await
        .doing("look for people in charge")?;
        let seen = rows.into_iter().filter(|r| viewer.can_see(CollectionId(r.collection_id), DocumentId(r.id)) && !r.name.is_empty());
        let mut found: Vec<_> = seen.map(|r| (DocumentId(r.id), r.contact())).collect();
        found.sort_by_key(|(document, _)| documents.iter().position(|d| d == document));
        Ok(found)
    }

    async fn named(&self, viewer: &Viewer, charge: Charge) -> Result<Option<Contact>, PortError> {
        let mut db = self.connection().await?;
        if !is_seen(&mut db, viewer, charge).await? {
            return Ok(None);
        }
        let (select, id) = match charge {
            Charge::Collection(c) => ("SELECT name, reach, user_id FROM collection_charges WHERE collection_id = ?", c.0),
            Charge::Document(d) => ("SELECT name, reach, user_id FROM document_charges WHERE document_id = ?", d.0),
        };
        let row: Option<(String, String, Option<i64>)> =
            sqlx::query_as(select).bind(id).fetch_optional(&mut *db).await.doing("look for who is in charge")?;
        Ok(Some(row.map(|(name, reach, user)| Contact { name, reach, user: user.map(UserId) }).unwrap_or_default()))
    }

    async fn name(&self, by: &Viewer, charge: Charge, contact: Option<&Contact>) -> Result<bool, PortError> {
        let mut tx = self.begin().await?;
        if !is_seen(&mut tx, by, charge).await? {
            return Ok(false);
        }
        let (delete, insert, id, subject) = match charge {
            Charge::Collection(c) => (
                "DELETE FROM collection_charges WHERE collection_id = ?",
                "INSERT INTO collection_charges (collection_id, name, reach, user_id) VALUES (?, ?, ?, ?)",
                c.0,
                format!("collection:{c}"),
            ),
            Charge::Document(d) => (
                "DELETE FROM document_charges WHERE document_id = ?",
                "INSERT INTO document_charges (document_id, name, reach, user_id) VALUES (?, ?, ?, ?)",
                d.0,
                format!("document:{d}"),
            ),
        };
        sqlx::query(delete).bind(id).execute(&mut *tx).await.doing("name who is in charge")?;
        if let Some(contact) = contact {
            let write = sqlx::query(insert).bind(id).bind(&contact.name).bind(&contact.reach).bind(contact.user.map(|u| u.0));
            write.execute(&mut *tx).await.doing("name who is in charge")?;
        }
        let user = contact.and_then(|c| c.user).map(|u| format!("user:{u}")).unwrap_or_default();
        audit::note(&mut tx, self.now(), Some(by.user()), Action::ChargeNamed, &subject, &user).await?;
        tx.commit().await.doing("name who is in charge")?;
        Ok(true)
    }

    async fn in_charge(&self, viewer: &Viewer) -> Result<bool, PortError> {
        sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM collection_charges WHERE user_id = ?1) OR EXISTS (SELECT 1 FROM document_charges WHERE user_id = ?1)",
        )
        .bind(viewer.user().0)
        .fetch_one(&mut *self.connection().await?)
        .await
        .doing("look for people in charge")
    }
}

/// Whether the answer is the viewer's own, and draws on the document that the remark is about.
async fn is_about(db: &mut SqliteConnection, viewer: &Viewer, remark: &Remark) -> Result<bool, PortError> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM answers a WHERE a.id = ?1 AND a.user_id = ?2
            AND (?3 IS NULL OR EXISTS (SELECT 1 FROM answer_documents ad WHERE ad.answer_id = a.id AND ad.document_id = ?3)))",
    )
    .bind(remark.answer.0)
    .bind(viewer.user().0)
    .bind(remark.document.map(|d| d.0))
    .fetch_one(db)
    .await
    .doing("look for an answer")
}

async fn is_seen(db: &mut SqliteConnection, viewer: &Viewer, charge: Charge) -> Result<bool, PortError> {
    match charge {
        Charge::Collection(collection) => Ok(viewer.visibility().collections.contains(&collection)),
        Charge::Document(document) => {
            let select = sqlx::query_scalar("SELECT collection_id FROM documents WHERE id = ?").bind(document.0);
            let collection: Option<i64> = select.fetch_optional(db).await.doing("look for a document")?;
            Ok(collection.is_some_and(|c| viewer.can_see(CollectionId(c), document)))
        }
    }
}

/// Remarks, newest first, whoever may see them.
async fn listed(db: &mut SqliteConnection, filter: FeedbackFilter, only: Option<FeedbackId>) -> Result<Vec<Row>, PortError> {
    sqlx::query_as(
        "SELECT f.id, f.judgement, f.words, f.said, f.settled, coalesce(u.name, '') AS by_name, a.question, f.document_id, d.collection_id,
                coalesce(v.title, d.file_name, '') AS title,
                CASE WHEN dc.document_id IS NULL THEN cc.user_id ELSE dc.user_id END AS charged
         FROM feedback f
         LEFT JOIN users u ON u.id = f.user_id
         LEFT JOIN answers a ON a.id = f.answer_id
         LEFT JOIN documents d ON d.id = f.document_id
         LEFT JOIN versions v ON v.id = d.searchable_version
         LEFT JOIN document_charges dc ON dc.document_id = d.id
         LEFT JOIN collection_charges cc ON cc.collection_id = d.collection_id
         WHERE (?1 IS NULL OR f.judgement = ?1) AND (?2 OR f.settled IS NULL) AND (?3 IS NULL OR f.id = ?3)
         ORDER BY f.id DESC",
    )
    .bind(filter.judgement.map(Judgement::name))
    .bind(filter.settled)
    .bind(only.map(|id| id.0))
    .fetch_all(db)
    .await
    .doing("list remarks")
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    judgement: String,
    words: String,
    said: i64,
    settled: Option<i64>,
    by_name: String,
    question: Option<String>,
    document_id: Option<i64>,
    collection_id: Option<i64>,
    title: String,
    charged: Option<i64>,
}

impl Row {
    fn sees_document(&self, viewer: &Viewer) -> bool {
        let at = self.collection_id.zip(self.document_id);
        at.is_some_and(|(collection, document)| viewer.can_see(CollectionId(collection), DocumentId(document)))
    }

    fn is_shown_to(&self, viewer: &Viewer) -> bool {
        viewer.role() == Role::Administrator || (self.charged == Some(viewer.user().0) && self.sees_document(viewer))
    }

    fn feedback(self, viewer: &Viewer) -> Result<Feedback, PortError> {
        let unknown = || PortError::new(format!("catalog: no judgement is called {:?}", self.judgement));
        let seen = self.sees_document(viewer);
        Ok(Feedback {
            id: FeedbackId(self.id),
            judgement: Judgement::from_name(&self.judgement).ok_or_else(unknown)?,
            document: self.document_id.filter(|_| seen).map(|d| (DocumentId(d), self.title)),
            words: self.words,
            by: self.by_name,
            question: self.question,
            said: timestamp(self.said),
            settled: self.settled.map(timestamp),
        })
    }
}

#[derive(sqlx::FromRow)]
struct ContactRow {
    id: i64,
    collection_id: i64,
    name: String,
    reach: String,
    user_id: Option<i64>,
}

impl ContactRow {
    fn contact(self) -> Contact {
        Contact { name: self.name, reach: self.reach, user: self.user_id.map(UserId) }
    }
}
