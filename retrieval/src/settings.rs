//! How the index searches.
//!
//! The fusion's defaults were measured with multilingual-e5-small (hit@1 / nDCG@10; the constant 60 with equal weights
//! is the usual choice):
//!
//! | | lexical | vector | 60, 1 : 1 | 20, 1 : 0.7 | 10, 1 : 0.7 |
//! |---|---|---|---|---|---|
//! | assembly-qa | .306 / .411 | .317 / .436 | .338 / .465 | .345 / .471 | .345 / .469 |
//! | lawqa_jp | .771 / .748 | .614 / .714 | .757 / .748 | .786 / .760 | .786 / .762 |
//! | libreoffice-help (500 questions) | .570 / .737 | .466 / .644 | .536 / .713 | .544 / .725 | .550 / .732 |
//! | laws-municipal (16 statutes) | .951 / .978 | .507 / .677 | .958 / .982 | .963 / .984 | .963 / .984 |
//!
//! A weighted sum of scores scaled to 0…1 (0.3 for the vectors) did about as well (.338, .743, .558) and needs scores to
//! mean the same for every model, so ranks it is. Comparing every vector takes 6 ms for 50,000 passages and 23 ms for
//! 200,000 (`examples/vector_measure.rs`, two busy cores), less than embedding the question; the graph takes 3 ms, but
//! 2.6 ms for each passage put in, 16 ms a thousand to load, and the memory of all vectors once more.

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
    /// Weight of the number of an article, chapter or table where a passage opens with it, or its title or heading
    /// names it; 0 leaves these numbers out.
    pub articles_boost: f32,
    /// Weight of an article's caption, among words and pairs alike.
    pub caption_boost: f32,
    /// What a passage gains whose regulation's or document's name stands whole in the question.
    pub named_boost: f32,
    /// Weight of pairs of neighbouring words.
    pub phrases_boost: f32,
    /// Weight of a synonym of the question's words.
    pub synonyms_boost: f32,
    /// The constant of reciprocal rank fusion; smaller trusts the first ranks more.
    pub rank_constant: f32,
    /// Weight of the lexical leg in the fusion.
    pub lexical_weight: f32,
    /// Weight of the vector leg in the fusion.
    pub vector_weight: f32,
    /// Candidates that each leg brings to the fusion.
    pub leg_depth: usize,
    /// Candidates that are ordered anew by their features; 0 leaves the fused order.
    pub rerank_depth: usize,
    /// Weight of the lexical score among the features; the fused score has 1.
    pub rerank_lexical: f32,
    /// Weight of the cosine among the features.
    pub rerank_cosine: f32,
    /// Weight of the share of the question's words that a passage covers.
    pub rerank_coverage: f32,
    /// Weight of the share of the question's pairs of neighbouring words.
    pub rerank_phrases: f32,
    /// Weight of what other passages of the same document score.
    pub rerank_document: f32,
    /// Passages of one document that count in full; those beyond make room for other documents.
    pub crowd_size: usize,
    /// What each passage beyond them counts, of what the one before it does; 1 lets one document fill the list.
    pub crowd_fading: f32,
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
            articles_boost: 6.0,
            caption_boost: 1.0,
            named_boost: 3.0,
            phrases_boost: 0.3,
            synonyms_boost: 0.3,
            rank_constant: 10.0,
            lexical_weight: 1.0,
            vector_weight: 0.7,
            leg_depth: 100,
            rerank_depth: 50,
            rerank_lexical: 0.3,
            rerank_cosine: 0.5,
            rerank_coverage: 0.5,
            rerank_phrases: 0.4,
            rerank_document: 0.25,
            crowd_size: 4,
            crowd_fading: 0.95,
            exact_scan_limit: 100_000,
            graph_search_width: 128,
            graph_neighbours: 16,
            graph_build_width: 200,
            writer_memory_mib: 64,
        }
    }
}
