//! How the appliance fares, for the status page: models, index, documents, disk, memory.

use crate::catalog::Catalog;
use crate::worker::Confinement;
use appliance_core::ports::catalog::VersionState;
use appliance_core::ports::models::ModelIdentity;
use appliance_core::ports::{PassageIndex, PortError};
use async_trait::async_trait;
use jiff::Timestamp;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use web_ui::{ApplianceStatus, DiskStatus, DocumentCounts, IndexStatus, MemoryStatus, ModelRole, ModelStatus, SandboxStatus, StatusSource};

/// A model that passed its self-test.
#[derive(Debug, Clone)]
pub struct ModelInUse {
    /// What it does.
    pub role: ModelRole,
    /// Which one it is.
    pub identity: ModelIdentity,
    /// Tokens that it takes at once.
    pub context_tokens: u32,
}

/// The status of this process on this machine.
pub struct MachineStatus {
    started: Timestamp,
    data: PathBuf,
    models: Vec<ModelInUse>,
    index: Arc<dyn PassageIndex>,
    catalog: Catalog,
    confinement: Confinement,
}

impl MachineStatus {
    /// Of a server started at `started` on the data folder `data`, whose readers are confined that far.
    pub fn new(
        started: Timestamp,
        data: &Path,
        models: Vec<ModelInUse>,
        index: Arc<dyn PassageIndex>,
        catalog: Catalog,
        confinement: Confinement,
    ) -> Self {
        Self { started, data: data.to_owned(), models, index, catalog, confinement }
    }
}

#[async_trait]
impl StatusSource for MachineStatus {
    async fn status(&self) -> Result<ApplianceStatus, PortError> {
        let model =
            |m: &ModelInUse| ModelStatus { role: m.role, identity: m.identity.clone(), context_tokens: m.context_tokens, ready: true };
        let embedder = self.models.iter().find(|m| m.role == ModelRole::Embedder);
        let generation = embedder.map(|m| format!("{} {}", m.identity.name, m.identity.hash.short())).unwrap_or_default();
        Ok(ApplianceStatus {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started: self.started,
            data_dir: self.data.display().to_string(),
            models: self.models.iter().map(model).collect(),
            index: IndexStatus {
                generation,
                passages: self.index.len().await?,
                awaiting_embeddings: self.catalog.embeddings_to_make().await?.passages,
            },
            documents: counts(&self.catalog.documents_by_state().await?),
            disk: disk(&self.data)?,
            memory: memory()?,
            outbound: Vec::new(),
            sandbox: SandboxStatus { whole: self.confinement.is_whole(), means: self.confinement.to_string() },
        })
    }
}

fn counts(by_state: &[(VersionState, u64)]) -> DocumentCounts {
    let of = |states: &[VersionState]| by_state.iter().filter(|(s, _)| states.contains(s)).map(|(_, n)| n).sum();
    DocumentCounts {
        searchable: of(&[VersionState::Searchable]),
        waiting: of(&[VersionState::Queued, VersionState::Ingesting]),
        held: of(&[VersionState::Held]),
        failed: of(&[VersionState::Failed, VersionState::Cancelled]),
    }
}

/// The space where `folder` lies.
pub fn disk(folder: &Path) -> Result<DiskStatus, PortError> {
    let stat =
        rustix::fs::statvfs(folder).map_err(|e| PortError::caused(format!("the space of {} cannot be read", folder.display()), e))?;
    Ok(DiskStatus { free: stat.f_bavail * stat.f_frsize, total: stat.f_blocks * stat.f_frsize })
}

fn memory() -> Result<MemoryStatus, PortError> {
    let read = |path: &str| std::fs::read_to_string(path).map_err(|e| PortError::caused(format!("{path} cannot be read"), e));
    let (own, machine) = (read("/proc/self/status")?, read("/proc/meminfo")?);
    Ok(MemoryStatus {
        resident: kilobytes(&own, "VmRSS:"),
        available: kilobytes(&machine, "MemAvailable:"),
        total: kilobytes(&machine, "MemTotal:"),
    })
}

/// The bytes of a line such as `MemTotal:  16384 kB`; 0 when there is none.
fn kilobytes(text: &str, key: &str) -> u64 {
    let line = text.lines().find_map(|l| l.strip_prefix(key));
    line.and_then(|l| l.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) * 1024
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_has_memory_and_disk() {
        let memory = memory().unwrap();
        assert!(memory.resident > 0 && memory.available <= memory.total);
        let disk = disk(Path::new("/")).unwrap();
        assert!(disk.free <= disk.total && disk.total > 0);
    }
}
