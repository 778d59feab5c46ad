//! Versions that were read and are kept, the superseded ones too, for comparing.

use super::validities::DaysRow;
use super::{Catalog, Doing, documents, from_json, timestamp, validities, versions};
use appliance_core::document::Format;
use appliance_core::id::{DocumentId, VersionId};
use appliance_core::ports::PortError;
use appliance_core::ports::version::{VersionEntry, VersionText};
use appliance_core::validity::lineage::SetDays;
use appliance_core::viewer::Viewer;
use sqlx::SqliteConnection;
use std::collections::HashMap;

impl Catalog {
    /// The kept versions of a document, newest first; none when the viewer may not see it.
    pub async fn kept_versions(&self, viewer: &Viewer, id: DocumentId) -> Result<Vec<VersionEntry>, PortError> {
        let mut db = self.connection().await?;
        if !is_seen(&mut db, viewer, id).await? {
            return Ok(Vec::new());
        }
        let rows: Vec<Row> = sqlx::query_as(
            "SELECT v.id, v.state, coalesce(v.title, '') AS title, v.format, v.bytes, v.added, v.published, coalesce(a.answers, 0) AS answers,
                    a.valid_from, a.valid_until, a.ending, a.said, a.set_from, a.set_until, a.repealed
             FROM versions v LEFT JOIN validities a ON a.version_id = v.id
             WHERE v.document_id = ? AND v.read = 1 AND v.format IS NOT NULL AND v.state IN ('searchable', 'superseded', 'held')
             ORDER BY v.id DESC",
        )
        .bind(id.0)
        .fetch_all(&mut *db)
        .await
        .doing("list a document's versions")?;
        rows.into_iter().map(Row::entry).collect()
    }

    /// The kept versions of all documents, newest first. For callers that leave out what a viewer may not see.
    pub(super) async fn all_kept_versions(&self) -> Result<HashMap<DocumentId, Vec<VersionEntry>>, PortError> {
        let mut db = self.connection().await?;
        let rows: Vec<RowOfDocument> = sqlx::query_as(
            "SELECT v.document_id, v.id, v.state, coalesce(v.title, '') AS title, v.format, v.bytes, v.added, v.published,
                    coalesce(a.answers, 0) AS answers, a.valid_from, a.valid_until, a.ending, a.said, a.set_from, a.set_until, a.repealed
             FROM versions v LEFT JOIN validities a ON a.version_id = v.id
             WHERE v.read = 1 AND v.format IS NOT NULL AND v.state IN ('searchable', 'superseded', 'held')
             ORDER BY v.id DESC",
        )
        .fetch_all(&mut *db)
        .await
        .doing("list all versions")?;
        let mut all: HashMap<DocumentId, Vec<VersionEntry>> = HashMap::new();
        for row in rows {
            all.entry(DocumentId(row.document_id)).or_default().push(row.version.entry()?);
        }
        Ok(all)
    }

    /// The text of a kept version, with the headings above its parts.
    pub async fn kept_version_text(&self, viewer: &Viewer, id: DocumentId, version: VersionId) -> Result<Option<VersionText>, PortError> {
        let Some(entry) = self.kept_versions(viewer, id).await?.into_iter().find(|v| v.id == version) else { return Ok(None) };
        let mut db = self.connection().await?;
        let text: Option<String> = sqlx::query_scalar("SELECT text FROM versions WHERE id = ?")
            .bind(version.0)
            .fetch_optional(&mut *db)
            .await
            .doing("read a version's text")?;
        let parts: Vec<(i64, String)> = sqlx::query_as(
            "SELECT coalesce(json_extract(locator, '$.span.start'), 0), heading_path FROM passages WHERE version_id = ? ORDER BY ordinal",
        )
        .bind(version.0)
        .fetch_all(&mut *db)
        .await
        .doing("read a version's headings")?;
        let heading = |(start, path): (i64, String)| Ok((usize::try_from(start).unwrap_or(0), from_json(&path, "heading path")?));
        let headings = parts.into_iter().map(heading).collect::<Result<_, PortError>>()?;
        Ok(text.map(|text| VersionText { version: entry, text, headings }))
    }
}

async fn is_seen(db: &mut SqliteConnection, viewer: &Viewer, id: DocumentId) -> Result<bool, PortError> {
    Ok(documents::by_id(db, id).await?.is_some_and(|row| row.is_seen_by(viewer)))
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    state: String,
    title: String,
    format: String,
    bytes: i64,
    added: i64,
    published: Option<i64>,
    answers: bool,
    #[sqlx(flatten)]
    days: DaysRow,
    said: Option<String>,
    set_from: Option<String>,
    set_until: Option<String>,
    repealed: Option<String>,
}

#[derive(sqlx::FromRow)]
struct RowOfDocument {
    document_id: i64,
    #[sqlx(flatten)]
    version: Row,
}

impl Row {
    fn entry(self) -> Result<VersionEntry, PortError> {
        let unknown = || PortError::new(format!("catalog: no format is called {:?}", self.format));
        Ok(VersionEntry {
            id: VersionId(self.id),
            state: versions::state(&self.state)?,
            format: Format::from_name(&self.format).ok_or_else(unknown)?,
            title: self.title,
            bytes: u64::try_from(self.bytes).unwrap_or(0),
            added: timestamp(self.added),
            published: self.published.map(timestamp),
            days: if self.answers { Some(self.days.days()?) } else { None },
            said: self.said.map(|s| from_json(&s, "validity")).transpose()?.unwrap_or_default(),
            repealed: validities::day(self.repealed)?,
            set: SetDays { from: validities::day(self.set_from)?, until: validities::day(self.set_until)? },
        })
    }
}
