//! What an older Kura did not read from the texts of versions: fingerprints and facets, made up for in one walk.

use super::{Catalog, Doing, facets, fingerprints};
use appliance_core::facets::Facets;
use appliance_core::id::VersionId;
use appliance_core::ports::PortError;

/// A version whose text has to be looked at again.
#[derive(sqlx::FromRow)]
struct Unread {
    id: i64,
    text: String,
    has_print: bool,
    has_facets: bool,
}

impl Catalog {
    /// Makes the fingerprints and reads the facets of versions that were read before there were any, each text once. Returns
    /// for how many.
    pub async fn read_what_is_missing(&self) -> Result<usize, PortError> {
        let (mut after, mut read) = (0, 0);
        loop {
            let mut db = self.connection().await?;
            let next: Option<Unread> = sqlx::query_as(
                "SELECT v.id, v.text, p.version_id IS NOT NULL AS has_print, f.version_id IS NOT NULL AS has_facets
                 FROM versions v LEFT JOIN fingerprints p ON p.version_id = v.id LEFT JOIN facets f ON f.version_id = v.id
                 WHERE (p.version_id IS NULL OR f.version_id IS NULL) AND v.read = 1 AND v.id > ? ORDER BY v.id LIMIT 1",
            )
            .bind(after)
            .fetch_optional(&mut *db)
            .await
            .doing("look for versions that were not read whole")?;
            let Some(unread) = next else { return Ok(read) };
            let version = VersionId(unread.id);
            let mut made = false;
            // A text of next to nothing has no fingerprint, now as before.
            if !unread.has_print
                && let Some(print) = fingerprints::of_text(&unread.text).await
            {
                fingerprints::store(&mut db, version, &print).await?;
                made = true;
            }
            if !unread.has_facets {
                facets::store(&mut db, version, &Facets::read(&unread.text)).await?;
                made = true;
            }
            (after, read) = (unread.id, read + usize::from(made));
        }
    }
}
