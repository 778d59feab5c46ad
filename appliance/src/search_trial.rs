//! Settings of the index tried out for single queries.

use appliance_core::ports::PortError;
use appliance_core::ports::trial::{SearchTrial, Setting};
use appliance_core::ranking::{HybridQuery, Ranking};
use async_trait::async_trait;
use retrieval::{HybridIndex, IndexSettings};
use serde_json::{Map, Value};
use std::sync::Arc;

/// Settings that shape what is stored, or only how fast it is found.
const NOT_TRIED: [&str; 5] = ["exact_scan_limit", "graph_search_width", "graph_neighbours", "graph_build_width", "writer_memory_mib"];

/// The index with the settings that the appliance searches with.
pub struct IndexTrial {
    /// The index.
    pub index: Arc<HybridIndex>,
    /// The configured settings.
    pub settings: IndexSettings,
}

#[async_trait]
impl SearchTrial for IndexTrial {
    fn settings(&self) -> Vec<Setting> {
        offered(&self.settings)
    }

    async fn search(&self, query: HybridQuery, changed: &[Setting]) -> Result<Ranking, PortError> {
        self.index.search_with(query, with(&self.settings, changed)?).await
    }
}

/// The settings that are numbers and can be tried.
fn offered(settings: &IndexSettings) -> Vec<Setting> {
    let tried = fields(settings).into_iter().filter(|(name, _)| !NOT_TRIED.contains(&name.as_str()));
    tried.filter_map(|(name, value)| Some(Setting { value: plain(value.as_f64()?), whole: value.is_u64(), name })).collect()
}

/// The settings with some of them changed.
fn with(settings: &IndexSettings, changed: &[Setting]) -> Result<IndexSettings, PortError> {
    let mut all = fields(settings);
    for setting in changed {
        let value = if setting.whole { Value::from(setting.value.clamp(0.0, 1e9) as u64) } else { Value::from(setting.value) };
        all.insert(setting.name.clone(), value);
    }
    let unfit = |e| PortError::caused("these settings cannot be tried", e).with_hint("see [index] in deploy/kura.example.toml");
    serde_json::from_value(Value::Object(all)).map_err(unfit)
}

fn fields(settings: &IndexSettings) -> Map<String, Value> {
    match serde_json::to_value(settings) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// A weight as it is configured: 0.3 is kept as a 32-bit float, and would else be shown as 0.30000001192092896.
fn plain(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_offered_as_configured_and_changed_for_one_query() {
        let settings = IndexSettings::default();
        let offered = offered(&settings);
        let of = |name: &str| offered.iter().find(|s| s.name == name).cloned().unwrap_or_else(|| panic!("{name} is offered"));
        assert_eq!((of("vector_weight").value, of("vector_weight").whole), (0.7, false));
        assert_eq!((of("leg_depth").value, of("leg_depth").whole), (100.0, true));
        assert!(offered.iter().all(|s| !NOT_TRIED.contains(&s.name.as_str())));
        let changed = [Setting { value: 0.0, ..of("vector_weight") }, Setting { value: 20.0, ..of("leg_depth") }];
        let tried = with(&settings, &changed).expect("settings");
        assert_eq!((tried.vector_weight, tried.leg_depth, tried.title_boost), (0.0, 20, settings.title_boost));
        assert_eq!(with(&settings, &[]).expect("settings"), settings);
        assert!(with(&settings, &[Setting { name: "unknown".to_owned(), value: 1.0, whole: false }]).is_err());
    }
}
