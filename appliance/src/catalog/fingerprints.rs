//! Fingerprints of texts, and the documents that are alike by them.

use super::{Catalog, Doing};
use appliance_core::id::{CollectionId, DocumentId, VersionId};
use appliance_core::likeness::{Fingerprint, FingerprintMaker, Likeness};
use appliance_core::ports::PortError;
use appliance_core::ports::version::Alike;
use appliance_core::viewer::{Role, Viewer};
use sqlx::SqliteConnection;

/// Documents named as like one other.
const MOST_ALIKE: usize = 10;
/// Lines folded before other tasks of the thread have their turn.
const LINES_AT_ONCE: usize = 20_000;

impl Catalog {
    /// The visible documents that say about the same as one of `ids`, the likest first for each. Only what answers is
    /// compared; of the documents asked about, for editors, also what is held.
    pub async fn alike_documents(&self, viewer: &Viewer, ids: &[DocumentId]) -> Result<Vec<Alike>, PortError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut db = self.connection().await?;
        let mut answering = answering(&mut db).await?;
        answering.retain(|p| viewer.can_see(p.collection, p.document));
        let mut asked: Vec<Print> = answering.iter().filter(|p| ids.contains(&p.document)).cloned().collect();
        if viewer.role() >= Role::Editor {
            let held = held(&mut db).await?.into_iter().filter(|p| ids.contains(&p.document) && viewer.can_see(p.collection, p.document));
            for print in held {
                asked.retain(|p| p.document != print.document);
                asked.push(print);
            }
        }
        Ok(asked.iter().flat_map(|own| like(own, &answering)).collect())
    }
}

/// The fingerprint of a text, giving way to other tasks in between: a workbook's text can be long.
pub(super) async fn of_text(text: &str) -> Option<Fingerprint> {
    let mut maker = FingerprintMaker::default();
    for (index, line) in text.lines().enumerate() {
        maker.take(line);
        if index % LINES_AT_ONCE == LINES_AT_ONCE - 1 {
            tokio::task::yield_now().await;
        }
    }
    maker.finish()
}

/// Keeps a version's fingerprint; one that was deleted meanwhile gets none.
pub(super) async fn store(db: &mut SqliteConnection, version: VersionId, print: &Fingerprint) -> Result<(), PortError> {
    sqlx::query(
        "INSERT INTO fingerprints (version_id, text_hash, sketch) SELECT id, ?2, ?3 FROM versions WHERE id = ?1
         ON CONFLICT (version_id) DO UPDATE SET text_hash = excluded.text_hash, sketch = excluded.sketch",
    )
    .bind(version.0)
    .bind(print.text.as_slice())
    .bind(print.sketch_bytes())
    .execute(db)
    .await
    .doing("store a fingerprint")?;
    Ok(())
}

/// Forgets a version's fingerprint.
pub(super) async fn remove(db: &mut SqliteConnection, version: VersionId) -> Result<(), PortError> {
    sqlx::query("DELETE FROM fingerprints WHERE version_id = ?").bind(version.0).execute(db).await.doing("remove a fingerprint")?;
    Ok(())
}

/// A document with the fingerprint of one of its versions.
#[derive(Debug, Clone)]
struct Print {
    document: DocumentId,
    collection: CollectionId,
    title: String,
    file_name: String,
    collection_name: String,
    file_hash: String,
    text: Option<Fingerprint>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    collection_id: i64,
    title: String,
    file_name: String,
    collection_name: String,
    file_hash: String,
    text_hash: Option<Vec<u8>>,
    sketch: Option<Vec<u8>>,
}

impl From<Row> for Print {
    fn from(row: Row) -> Self {
        Self {
            document: DocumentId(row.id),
            collection: CollectionId(row.collection_id),
            title: row.title,
            file_name: row.file_name,
            collection_name: row.collection_name,
            file_hash: row.file_hash,
            text: row.text_hash.and_then(|text| Fingerprint::stored(&text, row.sketch.as_deref())),
        }
    }
}

macro_rules! select_print {
    ($join:literal) => {
        concat!(
            "SELECT d.id, d.collection_id, coalesce(v.title, d.file_name) AS title, d.file_name, c.name AS collection_name, v.file_hash,
                    f.text_hash, f.sketch
             FROM documents d JOIN collections c ON c.id = d.collection_id ",
            $join,
            " LEFT JOIN fingerprints f ON f.version_id = v.id WHERE d.trashed IS NULL ORDER BY d.id"
        )
    };
}

async fn answering(db: &mut SqliteConnection) -> Result<Vec<Print>, PortError> {
    let rows: Vec<Row> = sqlx::query_as(select_print!("JOIN versions v ON v.id = d.searchable_version"))
        .fetch_all(db)
        .await
        .doing("look for documents that are alike")?;
    Ok(rows.into_iter().map(Print::from).collect())
}

async fn held(db: &mut SqliteConnection) -> Result<Vec<Print>, PortError> {
    let rows: Vec<Row> = sqlx::query_as(select_print!(
        "JOIN versions v ON v.id = (SELECT max(id) FROM versions WHERE document_id = d.id) AND v.state = 'held'"
    ))
    .fetch_all(db)
    .await
    .doing("look for documents that are alike")?;
    Ok(rows.into_iter().map(Print::from).collect())
}

/// The others that are like one document, the likest first.
fn like(own: &Print, others: &[Print]) -> Vec<Alike> {
    let mut found: Vec<Alike> = others
        .iter()
        .filter(|p| p.document != own.document)
        .filter_map(|p| {
            let likeness = if p.file_hash == own.file_hash {
                Some(Likeness::SameFile)
            } else {
                own.text.as_ref().zip(p.text.as_ref()).and_then(|(a, b)| a.likeness(b))
            };
            likeness.map(|likeness| Alike {
                document: own.document,
                other: p.document,
                title: p.title.clone(),
                file_name: p.file_name.clone(),
                collection_name: p.collection_name.clone(),
                likeness,
            })
        })
        .collect();
    let rank = |likeness: Likeness| match likeness {
        Likeness::SameFile => 2.0,
        Likeness::SameText => 1.5,
        Likeness::Near(share) => share,
    };
    found.sort_by(|a, b| rank(b.likeness).total_cmp(&rank(a.likeness)).then(a.other.cmp(&b.other)));
    found.truncate(MOST_ALIKE);
    found
}
