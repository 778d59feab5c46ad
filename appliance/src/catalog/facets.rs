//! What searches are narrowed by: kinds, dates and departments of documents.

use super::{Catalog, Doing};
use appliance_core::document::Format;
use appliance_core::facets::{Facets, is_of_department, is_of_kind};
use appliance_core::id::{CollectionId, DocumentId, VersionId};
use appliance_core::narrowing::Narrowing;
use appliance_core::ports::PortError;
use appliance_core::viewer::Viewer;
use sqlx::SqliteConnection;
use std::collections::BTreeSet;

/// Characters of a department that is set.
const LONGEST: usize = 60;

impl Catalog {
    /// Says which department a document comes from, whatever its text says; `None` lets the text say it again.
    pub async fn set_document_department(&self, document: DocumentId, department: Option<&str>) -> Result<(), PortError> {
        let mut db = self.connection().await?;
        let delete = sqlx::query("DELETE FROM document_departments WHERE document_id = ?").bind(document.0);
        delete.execute(&mut *db).await.doing("clear a department")?;
        let Some(department) = department.and_then(shortened) else { return Ok(()) };
        let insert = sqlx::query("INSERT INTO document_departments (document_id, department) SELECT id, ? FROM documents WHERE id = ?");
        insert.bind(department).bind(document.0).execute(&mut *db).await.doing("set a department")?;
        Ok(())
    }

    /// Says which department the documents of a collection come from that do not say it themselves.
    pub async fn set_collection_department(&self, collection: CollectionId, department: Option<&str>) -> Result<(), PortError> {
        write_department(&mut *self.connection().await?, collection, department).await
    }
}

pub(super) async fn write_department(
    db: &mut SqliteConnection,
    collection: CollectionId,
    department: Option<&str>,
) -> Result<(), PortError> {
    let delete = sqlx::query("DELETE FROM collection_departments WHERE collection_id = ?").bind(collection.0);
    delete.execute(&mut *db).await.doing("clear a department")?;
    let Some(department) = department.and_then(shortened) else { return Ok(()) };
    let insert = sqlx::query("INSERT INTO collection_departments (collection_id, department) VALUES (?, ?)");
    insert.bind(collection.0).bind(department).execute(db).await.doing("set a department")?;
    Ok(())
}

fn shortened(department: &str) -> Option<String> {
    let department: String = department.trim().chars().take(LONGEST).collect();
    (!department.is_empty()).then_some(department)
}

/// Keeps what a version says; one that was deleted meanwhile says nothing.
pub(super) async fn store(db: &mut SqliteConnection, version: VersionId, facets: &Facets) -> Result<(), PortError> {
    sqlx::query(
        "INSERT INTO facets (version_id, dated, department) SELECT id, ?2, ?3 FROM versions WHERE id = ?1
         ON CONFLICT (version_id) DO UPDATE SET dated = excluded.dated, department = excluded.department",
    )
    .bind(version.0)
    .bind(&facets.dated)
    .bind(&facets.department)
    .execute(db)
    .await
    .doing("store a version's facets")?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    collection_id: i64,
    title: String,
    format: String,
    dated: Option<String>,
    department: Option<String>,
}

impl Row {
    fn meets(&self, narrowing: &Narrowing) -> bool {
        let of_kind = |kind: &String| Format::from_name(&self.format).is_some_and(|f| is_of_kind(kind, &self.title, f));
        let kind = narrowing.kinds.is_empty() || narrowing.kinds.iter().any(of_kind);
        let in_range = |date: &String| narrowing.dates.iter().any(|range| range.includes(date));
        let date = narrowing.dates.is_empty() || self.dated.as_ref().is_some_and(in_range);
        let from = |department: &String| narrowing.departments.iter().any(|wanted| is_of_department(wanted, department));
        let department = narrowing.departments.is_empty() || self.department.as_ref().is_some_and(from);
        kind && date && department
    }
}

/// The documents that a viewer may see and that meet what is demanded of them.
pub(super) async fn narrowed(db: &mut SqliteConnection, viewer: &Viewer, narrowing: &Narrowing) -> Result<BTreeSet<DocumentId>, PortError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT d.id, d.collection_id, coalesce(v.title, d.file_name) AS title, coalesce(v.format, '') AS format, f.dated,
                coalesce(dd.department, f.department, cd.department) AS department
         FROM documents d
         JOIN versions v ON v.id = d.searchable_version
         LEFT JOIN facets f ON f.version_id = v.id
         LEFT JOIN document_departments dd ON dd.document_id = d.id
         LEFT JOIN collection_departments cd ON cd.collection_id = d.collection_id",
    )
    .fetch_all(db)
    .await
    .doing("look for documents by kind, date and department")?;
    let seen = rows.into_iter().filter(|r| viewer.can_see(CollectionId(r.collection_id), DocumentId(r.id)));
    Ok(seen.filter(|r| r.meets(narrowing)).map(|r| DocumentId(r.id)).collect())
}
