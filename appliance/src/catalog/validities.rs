//! When versions are in force, and which of a document's versions answer.
//!
//! Whatever changes the versions of a document or their days ends in [`settle`]: it computes anew when each version answers,
//! and remembers what must follow in the index.

use super::audit::{self, Action};
use super::{Catalog, Doing, documents, embeddings, from_json, passages, removals, to_json, trash, updates};
use appliance_core::id::{DocumentId, VersionId};
use appliance_core::ports::PortError;
use appliance_core::ports::catalog::Decided;
use appliance_core::reference::naming;
use appliance_core::validity::lineage::{Edition, Period, SetDays, periods};
use appliance_core::validity::{Day, Days, Ending, Repeal, Said, read_text, today};
use appliance_core::viewer::Viewer;
use sqlx::SqliteConnection;
use std::collections::HashSet;

/// Days as their columns hold them.
#[derive(sqlx::FromRow, Default)]
pub(super) struct DaysRow {
    pub valid_from: Option<String>,
    pub valid_until: Option<String>,
    pub ending: Option<String>,
}

impl DaysRow {
    pub(super) fn days(self) -> Result<Days, PortError> {
        let ending = match self.ending.as_deref() {
            None => None,
            Some("replaced") => Some(Ending::Replaced),
            Some("repealed") => Some(Ending::Repealed),
            Some("expired") => Some(Ending::Expired),
            Some(other) => return Err(PortError::new(format!("catalog: no ending is called {other:?}"))),
        };
        Ok(Days { from: day(self.valid_from)?, until: day(self.valid_until)?, ending })
    }
}

fn ending_name(ending: Option<Ending>) -> Option<&'static str> {
    ending.map(|e| match e {
        Ending::Replaced => "replaced",
        Ending::Repealed => "repealed",
        Ending::Expired => "expired",
    })
}

/// A stored day.
pub(super) fn day(stored: Option<String>) -> Result<Option<Day>, PortError> {
    stored.map(|text| text.parse().map_err(|e| PortError::caused(format!("catalog: {text:?} is no day"), e))).transpose()
}

fn written(day: Option<Day>) -> Option<String> {
    day.map(|d| d.to_string())
}

/// A version as [`settle`] looks at it.
#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    said: Option<String>,
    set_from: Option<String>,
    set_until: Option<String>,
    title: String,
    answers: bool,
    #[sqlx(flatten)]
    period: PeriodRow,
}

/// A period as its columns hold it.
#[derive(sqlx::FromRow)]
struct PeriodRow {
    #[sqlx(flatten)]
    days: DaysRow,
    parts: String,
}

impl PeriodRow {
    fn period(self) -> Result<Period, PortError> {
        Ok(Period { days: self.days.days()?, parts: from_json(&self.parts, "parts of a validity")? })
    }
}

/// A version with its days as they are and as they were.
struct Known {
    id: VersionId,
    title: String,
    edition: Edition,
    before: Option<Period>,
}

impl Row {
    fn known(self) -> Result<Known, PortError> {
        let said = self.said.map(|s| from_json(&s, "validity")).transpose()?.unwrap_or_default();
        let set = SetDays { from: day(self.set_from)?, until: day(self.set_until)? };
        let period = self.period.period()?;
        let edition = Edition { said, set, repealed: None };
        Ok(Known { id: VersionId(self.id), title: self.title, edition, before: self.answers.then_some(period) })
    }
}

/// The versions of a document that answer or answered, and `including`, in the order in which they were added.
async fn known(db: &mut SqliteConnection, document: DocumentId, including: Option<VersionId>) -> Result<Vec<Known>, PortError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT v.id, coalesce(v.title, '') AS title, a.said, a.set_from, a.set_until, coalesce(a.answers, 0) AS answers, a.valid_from, a.valid_until, a.ending,
                coalesce(a.parts, '[]') AS parts
         FROM versions v LEFT JOIN validities a ON a.version_id = v.id
         WHERE v.document_id = ?1 AND v.read = 1 AND (v.state IN ('searchable', 'superseded') AND v.published IS NOT NULL OR v.id = ?2)
         ORDER BY v.id",
    )
    .bind(document.0)
    .bind(including.map(|v| v.0))
    .fetch_all(&mut *db)
    .await
    .doing("read when versions are in force")?;
    let mut known: Vec<Known> = rows.into_iter().map(Row::known).collect::<Result<_, _>>()?;
    if !known.is_empty() {
        let repeals = repeals_beside(db, document).await?;
        for version in &mut known {
            let Known { title, edition, .. } = version;
            edition.repealed = repeals.iter().filter(|r| r.means(title, &edition.said)).map(|r| r.from).min();
        }
    }
    Ok(known)
}

/// What the other documents of a document's collection repeal.
async fn repeals_beside(db: &mut SqliteConnection, document: DocumentId) -> Result<Vec<Repeal>, PortError> {
    let rows: Vec<String> = sqlx::query_scalar(
        r#"SELECT a.said FROM validities a JOIN versions v ON v.id = a.version_id JOIN documents d ON d.id = v.document_id
           WHERE a.answers = 1 AND d.id <> ?1 AND a.said LIKE '%"repeals":[{%'
             AND d.collection_id = (SELECT collection_id FROM documents WHERE id = ?1)"#,
    )
    .bind(document.0)
    .fetch_all(db)
    .await
    .doing("look for what is repealed")?;
    let said: Vec<Said> = rows.iter().map(|s| from_json(s, "validity")).collect::<Result<_, _>>()?;
    Ok(said.into_iter().flat_map(|s| s.repeals).collect())
}

/// The documents beside one that its versions repeal, or would.
pub(super) async fn repealed_by(db: &mut SqliteConnection, document: DocumentId) -> Result<Vec<DocumentId>, PortError> {
    let said: Vec<String> = sqlx::query_scalar(
        r#"SELECT a.said FROM validities a JOIN versions v ON v.id = a.version_id WHERE v.document_id = ? AND a.said LIKE '%"repeals":[{%'"#,
    )
    .bind(document.0)
    .fetch_all(&mut *db)
    .await
    .doing("look for what is repealed")?;
    let said: Vec<Said> = said.iter().map(|s| from_json(s, "validity")).collect::<Result<_, _>>()?;
    let names: Vec<String> = said.iter().flat_map(|s| &s.repeals).map(|r| naming::key(&r.name)).collect();
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let beside: Vec<(i64, String)> = sqlx::query_as(
        "SELECT d.id, coalesce(v.title, '') FROM documents d JOIN versions v ON v.id = d.searchable_version
         WHERE d.id <> ?1 AND d.collection_id = (SELECT collection_id FROM documents WHERE id = ?1)",
    )
    .bind(document.0)
    .fetch_all(db)
    .await
    .doing("look for what is repealed")?;
    Ok(beside.into_iter().filter(|(_, title)| names.contains(&naming::key(title))).map(|(id, _)| DocumentId(id)).collect())
}

/// Stores what the text of a version says of its days.
pub(super) async fn store_said(db: &mut SqliteConnection, version: VersionId, said: &Said) -> Result<(), PortError> {
    sqlx::query("INSERT INTO validities (version_id, said) VALUES (?, ?) ON CONFLICT (version_id) DO UPDATE SET said = excluded.said")
        .bind(version.0)
        .bind(to_json(said)?)
        .execute(db)
        .await
        .doing("store when a version is in force")?;
    Ok(())
}

/// Stores what an operator sets for a version.
pub(super) async fn store_set(db: &mut SqliteConnection, version: VersionId, set: SetDays) -> Result<(), PortError> {
    sqlx::query(
        "INSERT INTO validities (version_id, set_from, set_until) VALUES (?, ?, ?)
         ON CONFLICT (version_id) DO UPDATE SET set_from = excluded.set_from, set_until = excluded.set_until",
    )
    .bind(version.0)
    .bind(written(set.from))
    .bind(written(set.until))
    .execute(db)
    .await
    .doing("set when a version is in force")?;
    Ok(())
}

/// What an operator set for a version.
pub(super) async fn set_of(db: &mut SqliteConnection, version: VersionId) -> Result<SetDays, PortError> {
    let row: Option<(Option<String>, Option<String>)> = sqlx::query_as("SELECT set_from, set_until FROM validities WHERE version_id = ?")
        .bind(version.0)
        .fetch_optional(db)
        .await
        .doing("read when a version is in force")?;
    let (from, until) = row.unwrap_or_default();
    Ok(SetDays { from: day(from)?, until: day(until)? })
}

/// When a version will answer once it is published; kept beside it, so that [`settle`] knows what the index was given.
pub(super) async fn foresee(db: &mut SqliteConnection, version: VersionId) -> Result<Period, PortError> {
    let document: Option<i64> = sqlx::query_scalar("SELECT document_id FROM versions WHERE id = ?")
        .bind(version.0)
        .fetch_optional(&mut *db)
        .await
        .doing("find a version")?;
    let Some(document) = document else { return Ok(Period::default()) };
    let known = known(db, DocumentId(document), Some(version)).await?;
    let editions: Vec<Edition> = known.iter().map(|k| k.edition.clone()).collect();
    let found = known.iter().zip(periods(&editions)).find(|(k, _)| k.id == version).and_then(|(_, period)| period);
    let period = found.unwrap_or_default();
    store_period(db, version, Some(&period), false).await?;
    Ok(period)
}

/// What changed when the versions of a document were settled.
#[derive(Default)]
pub(super) struct Settled {
    /// The last version in time of those that answer.
    pub last: Option<VersionId>,
    /// Versions that answer no more.
    pub leaving: Vec<VersionId>,
}

/// Computes when each version of a document answers, and remembers what must change in the index. `new` is a version that
/// is in the index already, as [`foresee`] said.
pub(super) async fn settle(db: &mut SqliteConnection, document: DocumentId, new: Option<VersionId>) -> Result<Settled, PortError> {
    if trash::holds(db, document).await? {
        return trash::settle(db, new).await;
    }
    let known = known(db, document, new).await?;
    let editions: Vec<Edition> = known.iter().map(|k| k.edition.clone()).collect();
    let (mut settled, mut last) = (Settled::default(), None);
    for (version, now) in known.iter().zip(periods(&editions)) {
        let before = match new {
            Some(new) if new == version.id => foreseen(db, new).await?,
            _ => version.before.clone(),
        };
        match &now {
            Some(period) => {
                if last.is_none_or(|from| from <= period.days.from) {
                    (last, settled.last) = (Some(period.days.from), Some(version.id));
                }
                if before.as_ref() != Some(period) {
                    updates::remember(db, version.id).await?;
                }
                removals::forget(db, version.id).await?;
            }
            None => {
                if version.before.is_some() || new == Some(version.id) {
                    settled.leaving.push(version.id);
                }
            }
        }
        let as_before = before == now && version.before == now;
        store_repealed(db, version.id, version.edition.repealed).await?;
        if !as_before {
            store_period(db, version.id, now.as_ref(), now.is_some()).await?;
            store_parts(db, version.id, now.as_ref()).await?;
        }
        let state = if now.is_some() { "searchable" } else { "superseded" };
        super::versions::set_state(db, version.id, state).await?;
    }
    for version in &settled.leaving {
        updates::forget(db, *version).await?;
        embeddings::remove_of_version(db, *version).await?;
        removals::remember(db, *version).await?;
    }
    documents::set_searchable(db, document, settled.last).await?;
    Ok(settled)
}

/// Settles the documents that one repeals, after its versions were settled.
pub(super) async fn settle_all(db: &mut SqliteConnection, by: DocumentId) -> Result<(), PortError> {
    for document in repealed_by(db, by).await? {
        settle(db, document, None).await?;
    }
    Ok(())
}

async fn foreseen(db: &mut SqliteConnection, version: VersionId) -> Result<Option<Period>, PortError> {
    let row: Option<PeriodRow> = sqlx::query_as("SELECT valid_from, valid_until, ending, parts FROM validities WHERE version_id = ?")
        .bind(version.0)
        .fetch_optional(db)
        .await
        .doing("read when a version is in force")?;
    row.map(PeriodRow::period).transpose()
}

pub(super) async fn store_period(
    db: &mut SqliteConnection,
    version: VersionId,
    period: Option<&Period>,
    answers: bool,
) -> Result<(), PortError> {
    let nothing = Period::default();
    let Period { days, parts } = period.unwrap_or(&nothing);
    sqlx::query(
        "INSERT INTO validities (version_id, answers, valid_from, valid_until, ending, parts) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (version_id) DO UPDATE SET answers = excluded.answers, valid_from = excluded.valid_from,
                valid_until = excluded.valid_until, ending = excluded.ending, parts = excluded.parts",
    )
    .bind(version.0)
    .bind(answers)
    .bind(written(days.from))
    .bind(written(days.until))
    .bind(ending_name(days.ending))
    .bind(to_json(parts)?)
    .execute(db)
    .await
    .doing("store when a version is in force")?;
    Ok(())
}

async fn store_repealed(db: &mut SqliteConnection, version: VersionId, day: Option<Day>) -> Result<(), PortError> {
    sqlx::query("UPDATE validities SET repealed = ?2 WHERE version_id = ?1 AND repealed IS NOT ?2")
        .bind(version.0)
        .bind(written(day))
        .execute(db)
        .await
        .doing("store when a version is repealed")?;
    Ok(())
}

/// Gives the passages of a version whose days differ from it their own.
async fn store_parts(db: &mut SqliteConnection, version: VersionId, period: Option<&Period>) -> Result<(), PortError> {
    sqlx::query("DELETE FROM passage_days WHERE passage_id IN (SELECT id FROM passages WHERE version_id = ?)")
        .bind(version.0)
        .execute(&mut *db)
        .await
        .doing("store the days of passages")?;
    let Some(period) = period.filter(|p| !p.parts.is_empty()) else { return Ok(()) };
    for stored in passages::of_any_version(db, version).await? {
        let days = period.of_passage(&stored.title, &stored.passage.heading_path, &stored.passage.text);
        if days == period.days {
            continue;
        }
        sqlx::query("INSERT INTO passage_days (passage_id, valid_from, valid_until, ending) VALUES (?, ?, ?, ?)")
            .bind(stored.id.0)
            .bind(written(days.from))
            .bind(written(days.until))
            .bind(ending_name(days.ending))
            .execute(&mut *db)
            .await
            .doing("store the days of passages")?;
    }
    Ok(())
}

/// The version of a document that is in force on a day: of several, the one that began last.
pub(super) async fn in_force(db: &mut SqliteConnection, document: DocumentId, day: Day) -> Result<Option<VersionId>, PortError> {
    let found: Option<i64> = sqlx::query_scalar(
        "SELECT a.version_id FROM validities a JOIN versions v ON v.id = a.version_id
         WHERE v.document_id = ?1 AND a.answers = 1 AND coalesce(a.valid_from, '') <= ?2 AND (a.valid_until IS NULL OR ?2 < a.valid_until)
         ORDER BY coalesce(a.valid_from, '') DESC, a.version_id DESC LIMIT 1",
    )
    .bind(document.0)
    .bind(day.to_string())
    .fetch_optional(db)
    .await
    .doing("find the version in force")?;
    Ok(found.map(VersionId))
}

/// The days on which a version answers; `None` when it answers on no day.
pub(super) async fn answering_days(db: &mut SqliteConnection, version: VersionId) -> Result<Option<Days>, PortError> {
    let row: Option<DaysRow> =
        sqlx::query_as("SELECT valid_from, valid_until, ending FROM validities WHERE version_id = ? AND answers = 1")
            .bind(version.0)
            .fetch_optional(db)
            .await
            .doing("read when a version is in force")?;
    row.map(DaysRow::days).transpose()
}

impl Catalog {
    /// The day that it is.
    pub(super) fn today(&self) -> Day {
        today(self.clock.as_ref())
    }

    /// Sets the days of a version, in place of what was set before.
    pub async fn set_days(&self, viewer: &Viewer, id: DocumentId, version: VersionId, days: SetDays) -> Result<Decided, PortError> {
        let mut tx = self.begin().await?;
        let Some(row) = documents::by_id(&mut tx, id).await?.filter(|r| r.is_seen_by(viewer)) else { return Ok(Decided::Unknown) };
        let kept: Option<i64> = sqlx::query_scalar("SELECT id FROM versions WHERE id = ? AND document_id = ?")
            .bind(version.0)
            .bind(id.0)
            .fetch_optional(&mut *tx)
            .await
            .doing("find a version")?;
        if kept.is_none() {
            return Ok(Decided::Unknown);
        }
        if days.from.zip(days.until).is_some_and(|(from, until)| from >= until) {
            return Ok(Decided::TooLate);
        }
        store_set(&mut tx, version, days).await?;
        settle(&mut tx, id, None).await?;
        settle_all(&mut tx, id).await?;
        let detail = format!("version {version}: {}..{}", written(days.from).unwrap_or_default(), written(days.until).unwrap_or_default());
        let detail = format!("{} ({detail})", row.entry()?.file_name);
        audit::note(&mut tx, self.now(), Some(viewer.user()), Action::DaysSet, &format!("document:{id}"), &detail).await?;
        tx.commit().await.doing("set when a version is in force")?;
        Ok(Decided::Done)
    }

    /// Reads what the versions say of their days that were read before that was looked at. Returns how many.
    pub async fn read_missing_validities(&self) -> Result<usize, PortError> {
        let (mut after, mut read, mut documents) = (0, 0, HashSet::new());
        loop {
            let mut db = self.connection().await?;
            let next: Option<(i64, i64, String, String)> = sqlx::query_as(
                "SELECT v.id, v.document_id, coalesce(v.title, ''), v.text FROM versions v JOIN validities a ON a.version_id = v.id
                 WHERE a.said IS NULL AND v.read = 1 AND v.id > ? ORDER BY v.id LIMIT 1",
            )
            .bind(after)
            .fetch_optional(&mut *db)
            .await
            .doing("look for versions whose validity was not read")?;
            drop(db);
            let Some((id, document, title, text)) = next else { break };
            let said = said(move || read_text(&title, &text)).await?;
            let mut tx = self.begin().await?;
            store_said(&mut tx, VersionId(id), &said).await?;
            tx.commit().await.doing("store when a version is in force")?;
            if said != Said::default() {
                documents.insert(DocumentId(document));
            }
            (after, read) = (id, read + 1);
        }
        for document in documents {
            let mut tx = self.begin().await?;
            settle(&mut tx, document, None).await?;
            settle_all(&mut tx, document).await?;
            tx.commit().await.doing("settle which versions are in force")?;
        }
        Ok(read)
    }
}

/// Reads a text where it does not hold up other tasks.
pub(super) async fn said(read: impl FnOnce() -> Said + Send + 'static) -> Result<Said, PortError> {
    tokio::task::spawn_blocking(read).await.map_err(|e| PortError::caused("reading a validity was broken off", e))
}
