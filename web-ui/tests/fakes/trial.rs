//! Settings tried out on the index in memory, which has none; they are written down for tests to see.

use appliance_core::ports::trial::{SearchTrial, Setting};
use appliance_core::ports::{PassageIndex, PortError};
use appliance_core::ranking::{Explanation, HybridQuery, MatchedWords, Ranking, StageTime};
use async_trait::async_trait;
use std::sync::Arc;

pub struct FakeTrial(pub Arc<dyn PassageIndex>);

#[async_trait]
impl SearchTrial for FakeTrial {
    fn settings(&self) -> Vec<Setting> {
        let setting = |name: &str, value, whole| Setting { name: name.to_owned(), value, whole };
        vec![setting("vector_weight", 0.7, false), setting("leg_depth", 100.0, true)]
    }

    async fn search(&self, query: HybridQuery, changed: &[Setting]) -> Result<Ranking, PortError> {
        let words = query.text().split(' ').map(str::to_owned).collect();
        let mut ranking = self.0.search(query).await?;
        let matched = ranking.passages.iter().map(|p| MatchedWords {
            passage: p.passage,
            coverage: 0.5,
            words: [("手数料".to_owned(), vec!["body".to_owned()])].into(),
            features: Vec::new(),
        });
        let tried: Vec<String> = changed.iter().map(|s| format!("{}={}", s.name, s.value)).collect();
        ranking.explanation = Some(Explanation {
            words,
            names: tried,
            visible: 1_234,
            matched: matched.collect(),
            stages: vec![StageTime { stage: "lexical".to_owned(), microseconds: 1_500 }],
        });
        Ok(ranking)
    }
}
