//! How the index searches.

use serde::{Deserialize, Serialize};

/// How the index searches. None of it changes what is stored, so every value can be changed without a reindex.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IndexSettings {
    /// Weight of a document's title among the words.
    pub title_boost: f32,
    /// Weight of the headings above a passage among the words.
    pub headings_boost: f32,
    /// Weight of a passage's text among the words.
    pub body_boost: f32,
    /// Weight of the character pairs of all three.
    pub pairs_boost: f32,
    /// Weight of an article's, chapter's or table's number where a passage or a heading opens with it.
    pub articles_boost: f32,
    /// The constant of reciprocal rank fusion; smaller trusts the first ranks more.
    pub rank_constant: f32,
    /// Weight of the lexical leg in the fusion.
    pub lexical_weight: f32,
    /// Weight of the vector leg in the fusion.
    pub vector_weight: f32,
    /// Candidates that each leg brings to the fusion.
    pub leg_depth: usize,
    /// Visible passages up to which every vector is compared; above, the graph of neighbours is searched.
    pub exact_scan_limit: usize,
    /// Candidates that a search of the graph keeps in view.
    pub graph_search_width: usize,
    /// Neighbours of a vector in each layer of the graph.
    pub graph_neighbours: usize,
    /// Candidates kept in view while a vector is put into the graph.
    pub graph_build_width: usize,
    /// Memory for passages on their way into the lexical leg, in MiB.
    pub writer_memory_mib: usize,
}

impl Default for IndexSettings {
    fn default() -> Self {
        Self {
            title_boost: 1.0,
            headings_boost: 1.0,
            body_boost: 1.0,
            pairs_boost: 1.0,
            articles_boost: 4.0,
            rank_constant: 60.0,
            lexical_weight: 1.0,
            vector_weight: 1.0,
            leg_depth: 100,
            exact_scan_limit: 50_000,
            graph_search_width: 128,
            graph_neighbours: 16,
            graph_build_width: 200,
            writer_memory_mib: 64,
        }
    }
}
