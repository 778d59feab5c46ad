//! One search: both legs over the same committed state, each filtered by permission, then fused.

use crate::error::RetrievalError;
use crate::fusion::{RankedList, fuse};
use crate::index::{Shared, State};
use crate::lexical::{self, Terms};
use crate::permission::Permission;
use crate::settings::IndexSettings;
use crate::vectors::best;
use appliance_core::id::PassageId;
use appliance_core::ranking::{Bm25Score, CosineSimilarity, HybridQuery, LegRank, Legs, RankedPassage, Ranking};
use std::collections::HashMap;

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

    let lexical = || match query.legs {
        Legs::Vector => Ok(Vec::new()),
        _ => lexical::search(&state.searcher, &shared.fields, &shared.settings, &terms, permission, depth),
    };
    let vector = || embedding.map_or_else(Vec::new, |e| nearest(&state, &shared.settings, e, permission, depth));
    let (lexical, vector) = (lexical()?, vector());
    let weights = lexical::weights(&state.searcher, &shared.fields, &terms)?;
    Ok(Ranking { passages: joined(&shared.settings, &lexical, &vector, query.limit), terms: weights })
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

/// Both legs' hits as one list.
fn joined(settings: &IndexSettings, lexical: &LexicalHits, vector: &VectorHits, limit: usize) -> Vec<RankedPassage> {
    let lists = [
        RankedList { weight: settings.lexical_weight, passages: lexical.iter().map(|(p, _)| *p).collect() },
        RankedList { weight: settings.vector_weight, passages: vector.iter().map(|(p, _)| *p).collect() },
    ];
    let (in_lexical, in_vector) = (ranks(lexical), ranks(vector));
    let passage = |(passage, score)| RankedPassage {
        passage,
        score,
        lexical: in_lexical.get(&passage).copied(),
        vector: in_vector.get(&passage).copied(),
    };
    fuse(settings.rank_constant, &lists).into_iter().take(limit).map(passage).collect()
}

fn ranks<S: Copy>(hits: &[(PassageId, S)]) -> HashMap<PassageId, LegRank<S>> {
    hits.iter().enumerate().map(|(i, (passage, score))| (*passage, LegRank { rank: i as u32 + 1, score: *score })).collect()
}
