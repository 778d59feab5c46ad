//! Searches with other settings than the appliance's own, to see what they would change.

use super::PortError;
use crate::ranking::{HybridQuery, Ranking};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// A setting of the search that is a number.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    /// Its name in the configuration.
    pub name: String,
    /// Its value.
    pub value: f64,
    /// Whether it counts something, so that it has no fraction.
    pub whole: bool,
}

/// Tries settings out. Nothing that is tried stays.
#[async_trait]
pub trait SearchTrial: Send + Sync {
    /// The settings as they are, by name.
    fn settings(&self) -> Vec<Setting>;

    /// Searches with some settings changed for this query alone. Names that are no settings are an error.
    async fn search(&self, query: HybridQuery, changed: &[Setting]) -> Result<Ranking, PortError>;
}
