//! One search: both legs over the same committed state, each filtered by permission, then fused.

use crate::error::RetrievalError;
use crate::fusion::{RankedList, fuse};
use crate::index::{Shared, State};
use crate::lexical::{Among, Lexical, Terms};
use crate::permission::Permission;
use crate::settings::IndexSettings;
use crate::vectors::best;
use appliance_core::id::PassageId;
use appliance_core::ranking::{Bm25Score, CosineSimilarity, HybridQuery, LegRank, Legs, RankedPassage, Ranking};
use std::collections::HashMap;

/// Passages that are counted as what the question names.
const OPENINGS: usize = 10;

type LexicalHits = Vec<(PassageId, Bm25Score)>;
type VectorHits = Vec<(PassageId, CosineSimilarity)>;

/// Searches what `query` permits.
pub(crate) fn search(shared: &Shared, query: &HybridQuery) -> Result<Ranking, RetrievalError> {
    let _span = tracing::info_span!("index.search", legs = ?query.legs, limit = query.limit).entered();
    let embedding = wanted_embedding(shared, query)?;
    let terms = Terms::of(&shared.analyzer, query.text());
    let depth = shared.settings.leg_depth.max(query.limit);
    let permission = Permission::of(query);
    let state = shared.state.read();

    let lexical = Lexical { searcher: &state.searcher, fields: &shared.fields, settings: &shared.settings };
    let mut legs = Hits::default();
    if query.legs != Legs::Vector {
        legs.lexical = lexical.search(&terms, permission, Among::All, depth)?;
        legs.openings = lexical.search(&terms, permission, Among::Openings, OPENINGS)?;
    }
    if let Some(embedding) = embedding {
        legs.vector = nearest(&state, &shared.settings, embedding, permission, depth);
    }
    Ok(Ranking { passages: legs.joined(&shared.settings, query.limit), terms: lexical.weights(&terms)? })
}

/// What each leg found, best first.
#[derive(Default)]
struct Hits {
    lexical: LexicalHits,
    /// Those of the lexical leg that are what the question names. Rank alone says nothing of how sure a leg is: without
    /// this list, vectors that know nothing of numbers outvote the article that was asked for (hit@1 on laws-municipal
    /// .81 against .96).
    openings: LexicalHits,
    vector: VectorHits,
}

impl Hits {
    /// All legs' hits as one list.
    fn joined(&self, settings: &IndexSettings, limit: usize) -> Vec<RankedPassage> {
        let lists = [
            RankedList { weight: settings.lexical_weight, passages: passages(&self.lexical) },
            RankedList { weight: settings.lexical_weight, passages: passages(&self.openings) },
            RankedList { weight: settings.vector_weight, passages: passages(&self.vector) },
        ];
        let (lexical, vector) = (ranks(&self.lexical), ranks(&self.vector));
        let ranked = |(passage, score)| RankedPassage {
            passage,
            score,
            lexical: lexical.get(&passage).copied(),
            vector: vector.get(&passage).copied(),
        };
        fuse(settings.rank_constant, &lists).into_iter().take(limit).map(ranked).collect()
    }
}

fn passages<S>(hits: &[(PassageId, S)]) -> Vec<PassageId> {
    hits.iter().map(|(passage, _)| *passage).collect()
}

/// The question's embedding, when the query's legs need it.
fn wanted_embedding<'a>(shared: &Shared, query: &'a HybridQuery) -> Result<Option<&'a [f32]>, RetrievalError> {
    if query.legs == Legs::Lexical {
        return Ok(None);
    }
    let values = query.embedding().ok_or(RetrievalError::EmbeddingMissing)?.values();
    if values.len() != shared.dimension {
        return Err(RetrievalError::Dimension { expected: shared.dimension, given: values.len() });
    }
    Ok(Some(values))
}

/// The vector leg: exact where little is visible, through the graph where much is.
fn nearest(state: &State, settings: &IndexSettings, query: &[f32], permission: Permission<'_>, depth: usize) -> VectorHits {
    let vectors = &state.vectors;
    let sight = vectors.sight(permission);
    let all = 0..vectors.slots();
    let graph = match &state.graph {
        Some(graph) if sight.visible > settings.exact_scan_limit => graph,
        _ => return vectors.nearest_exactly(query, &sight, all, depth),
    };
    // What the graph covers now; it may grow while it is searched.
    let covered = graph.covered();
    let near = graph.nearest(query, depth, settings.graph_search_width, &|slot| slot < covered && vectors.seen(&sight, slot).is_some());
    let score = |slot: usize| Some((vectors.seen(&sight, slot)?, CosineSimilarity(crate::vectors::dot(vectors.vector(slot), query))));
    let mut found: VectorHits = near.into_iter().filter_map(score).collect();
    found.extend(vectors.nearest_exactly(query, &sight, covered..vectors.slots(), depth));
    if found.len() < depth.min(sight.visible) {
        // The graph can lose its way where most of it is hidden; a result list must not be short for that.
        return vectors.nearest_exactly(query, &sight, all, depth);
    }
    best(found, depth)
}

fn ranks<S: Copy>(hits: &[(PassageId, S)]) -> HashMap<PassageId, LegRank<S>> {
    hits.iter().enumerate().map(|(i, (passage, score))| (*passage, LegRank { rank: i as u32 + 1, score: *score })).collect()
}
