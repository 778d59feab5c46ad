//! `kura trash`: documents that were deleted and can still be brought back.

use super::{ingest, output};
use crate::catalog::Catalog;
use crate::wiring::Place;
use anyhow::Result;
use appliance_core::id::DocumentId;
use appliance_core::ports::catalog::Decided;
use jiff::SignedDuration;
use std::process::ExitCode;

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List what lies in the trash, the last one first
    List {
        /// Print one JSON array
        #[arg(long)]
        json: bool,
    },
    /// Move a document to the trash: nothing finds, shows or quotes it any more
    Put(Named),
    /// Bring a document back, as it was
    Restore(Named),
    /// Remove what lies in the trash for good, with its files
    Empty {
        /// Only what has lain there for so many days
        #[arg(long, value_name = "DAYS", default_value_t = 0)]
        older_than: u32,
    },
}

#[derive(Debug, clap::Args)]
pub struct Named {
    /// The document's number, as `kura document list` or `kura trash list` prints it
    id: i64,
}

pub async fn run(place: &Place, command: Command) -> Result<ExitCode> {
    let catalog = place.catalog().await?;
    let operator = catalog.local_operator().await?;
    match command {
        Command::List { json } => list(&catalog, json).await?,
        // Nothing that the catalog does not answer for is found; the index follows with the server, or at its next start.
        Command::Put(Named { id }) => settled(id, catalog.discard(&operator, DocumentId(id)).await?.0, "kura document list")?,
        Command::Restore(Named { id }) => {
            settled(id, catalog.restore(&operator, DocumentId(id)).await?, "kura trash list")?;
            // A server that runs sees to the index by itself.
            let idle = place.data.lock()?.is_some();
            if idle {
                ingest::carry_out(place, &catalog, &[]).await?;
            }
        }
        Command::Empty { older_than } => {
            let removed = catalog.empty_trash(SignedDuration::from_hours(24 * i64::from(older_than))).await?;
            output::say(format!("{removed} documents were removed for good."));
        }
    }
    catalog.close().await;
    Ok(ExitCode::SUCCESS)
}

fn settled(id: i64, decided: Decided, list: &str) -> Result<()> {
    match decided {
        Decided::Done => Ok(()),
        Decided::Unknown | Decided::TooLate => Err(output::refusal(format!("there is no document {id} there"), format!("see `{list}`"))),
    }
}

async fn list(catalog: &Catalog, json: bool) -> Result<()> {
    let discarded = catalog.trash(&catalog.local_operator().await?).await?;
    if json {
        return output::json(&discarded);
    }
    for one in discarded {
        let by = one.by.map(|name| format!("\tby {name}")).unwrap_or_default();
        output::line(format!("{}\t{}\t{}\tsince {}{by}", one.id, one.collection_name, one.file_name, one.since))?;
    }
    Ok(())
}
