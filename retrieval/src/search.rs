//! One search: both legs over the same committed state, each filtered by permission, then fused.

use crate::error::RetrievalError;
use crate::fusion::{RankedList, fuse};
use crate::index::{Shared, State};
use crate::lexical::{Among, Lexical, Terms};
use crate::matched::{Matched, matched};
use crate::permission::Permission;
use crate::references::{self, Resolver};
use crate::rerank::{Candidate, Features, rerank, spread};
use crate::settings::IndexSettings;
use crate::synonyms::Synonyms;
use crate::vectors::{best, dot};
use appliance_core::id::PassageId;
use appliance_core::ranking::{
    Bm25Score, CosineSimilarity, Explanation, Feature, FusedScore, HybridQuery, LegRank, Legs, MatchedWords, RankedPassage, Ranking,
    StageTime,
};
use appliance_core::reference::naming;
use std::collections::{HashMap, HashSet};
use std::time::Instant;

/// Passages that are counted as what the question names.
const OPENINGS: usize = 10;

type LexicalHits = Vec<(PassageId, Bm25Score)>;
type VectorHits = Vec<(PassageId, CosineSimilarity)>;

/// Searches what `query` permits, as `settings` say.
pub(crate) fn search(shared: &Shared, settings: &IndexSettings, query: &HybridQuery) -> Result<Ranking, RetrievalError> {
    let _span = tracing::info_span!("index.search", legs = ?query.legs, limit = query.limit).entered();
    let embedding = wanted_embedding(shared, query)?;
    let depth = settings.leg_depth.max(query.limit);
    let state = shared.state.read();
    let mut watch = Stopwatch::start();
    let lexical = Lexical { searcher: &state.searcher, fields: &shared.fields, settings };
    let admitted = admitted(&state, shared, &lexical, query)?;
    let permission = match &admitted {
        Some(admitted) => Permission::of(query).narrowed(admitted),
        None => Permission::of(query),
    };
    watch.lap("demands");

    let resolver = Resolver { searcher: &state.searcher, fields: &shared.fields, names: &state.names, permission };
    let references = resolver.resolve(query)?;
    watch.lap("references");
    let terms = Terms::of(&shared.analyzer, query.text(), resolver.mentioned(query.text())?, &own_synonyms(query));
    watch.lap("analysis");
    let mut legs = Hits::default();
    if query.legs != Legs::Vector {
        legs.lexical = lexical.search(&terms, permission, Among::All, depth)?;
        legs.openings = lexical.search(&terms, permission, Among::Openings, OPENINGS)?;
    }
    watch.lap("lexical");
    if let Some(embedding) = embedding {
        legs.vector = nearest(&state, settings, embedding, permission, depth);
    }
    watch.lap("vector");
    let fused = legs.joined(settings);
    watch.lap("fusion");
    let (reranked, features) = match query.legs {
        // Alone, the vectors are to be seen as they are.
        Legs::Vector => (fused, HashMap::new()),
        _ => reranked(&state, shared, settings, &terms, embedding, fused)?,
    };
    watch.lap("reranking");
    let spread = match query.legs {
        Legs::Vector => reranked,
        _ => spread(reranked, |passage| state.vectors.of(passage).map(|(document, _)| document), settings),
    };
    let mut passages = references::first(&references, spread, query.limit);
    // What is asked for by its number must meet the other demands as well.
    passages.retain(|p| admitted.as_ref().is_none_or(|a| a.contains(&p.passage)));
    let unknown = |p: &PassageId| embedding.is_some() && state.vectors.of(*p).is_none_or(|(_, vector)| vector.is_none());
    let awaiting = passages.iter().map(|p| p.passage).filter(unknown).collect();
    let weights = lexical.weights(&terms)?;
    let explanation = match query.explain {
        true => Some(explain(&state, shared, &terms, permission, &passages, &features, watch)?),
        false => None,
    };
    Ok(Ranking { passages, terms: weights, references, awaiting, explanation })
}

/// The synonyms of the collections searched.
fn own_synonyms(query: &HybridQuery) -> Synonyms {
    let mut synonyms = Synonyms::default();
    synonyms.add(query.synonyms());
    synonyms
}

/// The passages that meet what the question demands besides its words; `None` where it demands nothing.
fn admitted(
    state: &State,
    shared: &Shared,
    lexical: &Lexical<'_>,
    query: &HybridQuery,
) -> Result<Option<HashSet<PassageId>>, RetrievalError> {
    let narrowing = query.narrowing();
    if !narrowing.is_of_passages() {
        return Ok(None);
    }
    let wanted: Vec<String> = narrowing.titles.iter().map(|t| naming::key(t)).collect();
    let held = |name: &&String| wanted.iter().all(|w| name.contains(w.as_str()));
    let titles = (!wanted.is_empty()).then(|| state.names.iter().filter(held).cloned().collect());
    Ok(Some(lexical.admitted(&shared.analyzer, narrowing, titles, Permission::of(query))?))
}

/// The fused list with its best ordered anew by their features.
fn reranked(
    state: &State,
    shared: &Shared,
    settings: &IndexSettings,
    terms: &Terms,
    embedding: Option<&[f32]>,
    mut fused: Vec<RankedPassage>,
) -> Result<(Vec<RankedPassage>, HashMap<PassageId, Features>), RetrievalError> {
    if settings.rerank_depth == 0 || fused.is_empty() {
        return Ok((fused, HashMap::new()));
    }
    let rest = fused.split_off(settings.rerank_depth.min(fused.len()));
    let ids: Vec<PassageId> = fused.iter().map(|r| r.passage).collect();
    let mut held = matched(&state.searcher, &shared.fields, terms, &ids)?;
    let candidate = |ranked: RankedPassage| {
        let known = state.vectors.of(ranked.passage);
        Candidate {
            ranked,
            document: known.map(|(document, _)| document),
            cosine: known.and_then(|(_, vector)| vector).zip(embedding).map(|(vector, query)| dot(vector, query)),
            matched: held.remove(&ranked.passage).unwrap_or_default(),
        }
    };
    let candidates: Vec<Candidate> = fused.into_iter().map(candidate).collect();
    let (mut ranked, features): (Vec<RankedPassage>, Vec<Features>) = rerank(&candidates, settings).into_iter().unzip();
    let features = ranked.iter().map(|r| r.passage).zip(features).collect();
    // What was not looked at stays below, with scores that go on falling.
    let least = ranked.last().map_or(0.0, |r| r.score.0);
    let top = rest.first().map_or(1.0, |r| r.score.0).max(f32::MIN_POSITIVE);
    ranked.extend(rest.into_iter().map(|r| RankedPassage { score: FusedScore(least * r.score.0 / top), ..r }));
    Ok((ranked, features))
}

/// Why the passages rank where they do.
fn explain(
    state: &State,
    shared: &Shared,
    terms: &Terms,
    permission: Permission<'_>,
    passages: &[RankedPassage],
    features: &HashMap<PassageId, Features>,
    watch: Stopwatch,
) -> Result<Explanation, RetrievalError> {
    let ids: Vec<PassageId> = passages.iter().map(|r| r.passage).collect();
    let mut held = matched(&state.searcher, &shared.fields, terms, &ids)?;
    let mut place = |passage: &PassageId| {
        let Matched { coverage, words, .. } = held.remove(passage).unwrap_or_default();
        let words = words.into_iter().map(|(word, fields)| (word, fields.into_iter().map(str::to_owned).collect())).collect();
        let features = features.get(passage).into_iter().flatten();
        let features = features.map(|(name, value, weight)| Feature { name: (*name).to_owned(), value: *value, weight: *weight }).collect();
        MatchedWords { passage: *passage, coverage, words, features }
    };
    Ok(Explanation {
        words: terms.words.keys().cloned().collect(),
        names: terms.names.clone(),
        visible: (state.vectors.sight(permission).visible + state.vectors.bare_seen(permission)) as u64,
        matched: ids.iter().map(&mut place).collect(),
        stages: watch.laps,
    })
}

/// How long each stage took.
struct Stopwatch {
    last: Instant,
    laps: Vec<StageTime>,
}

impl Stopwatch {
    fn start() -> Self {
        Self { last: Instant::now(), laps: Vec::new() }
    }

    fn lap(&mut self, stage: &'static str) {
        let microseconds = u32::try_from(self.last.elapsed().as_micros()).unwrap_or(u32::MAX);
        self.laps.push(StageTime { stage: stage.to_owned(), microseconds });
        self.last = Instant::now();
    }
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
    fn joined(&self, settings: &IndexSettings) -> Vec<RankedPassage> {
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
            named: false,
        };
        fuse(settings.rank_constant, &lists).into_iter().map(ranked).collect()
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
    let score = |slot: usize| Some((vectors.seen(&sight, slot)?, CosineSimilarity(dot(vectors.vector(slot), query))));
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
