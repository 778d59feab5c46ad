//! How long conversations are kept.

use crate::catalog::HistoryPolicy;
use serde::{Deserialize, Serialize};

/// How long conversations are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct History {
    /// Days after its last question for which a conversation is kept; 0 keeps it without end.
    pub keep_days: u32,
    /// Days for which a deleted conversation can be restored.
    pub trash_days: u32,
}

impl Default for History {
    fn default() -> Self {
        Self { keep_days: 365, trash_days: 30 }
    }
}

impl History {
    /// The rule for the catalog.
    pub fn policy(&self) -> HistoryPolicy {
        HistoryPolicy { keep_days: Some(self.keep_days).filter(|d| *d > 0), trash_days: self.trash_days }
    }
}
