//! Queries to the passage index, and what comes back: ranks and scores that keep their kind.

use crate::folding::holds_pair;
use crate::id::{CollectionId, DocumentId, PassageId};
use crate::locator::Span;
use crate::narrowing::Narrowing;
use crate::question::Question;
use crate::reference::{Address, Context};
use crate::validity::Day;
use crate::viewer::{Viewer, Visibility};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashSet};

macro_rules! scores {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub f32);

        impl $name {
            /// Orders by value, higher first; total, so that sorting is deterministic.
            pub fn descending(&self, other: &Self) -> Ordering {
                other.0.total_cmp(&self.0)
            }
        }
    )+};
}

scores! {
    /// A BM25 score (Robertson and Zaragoza 2009); comparable within one query only.
    Bm25Score,
    /// A cosine between two normalised vectors, −1 to 1.
    CosineSimilarity,
    /// A reciprocal-rank-fusion score (Cormack, Clarke and Büttcher 2009).
    FusedScore,
}

/// A unit vector that stands for a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Embedding(Vec<f32>);

impl Embedding {
    /// Scales `values` to length 1; `None` when that is impossible (all zero, or not finite).
    pub fn normalised(mut values: Vec<f32>) -> Option<Self> {
        let length = values.iter().map(|v| v * v).sum::<f32>().sqrt();
        if !length.is_finite() || length <= f32::EPSILON {
            return None;
        }
        for v in &mut values {
            *v /= length;
        }
        Some(Self(values))
    }

    /// The components.
    pub fn values(&self) -> &[f32] {
        &self.0
    }

    /// The cosine with another embedding of the same model.
    pub fn cosine(&self, other: &Self) -> CosineSimilarity {
        CosineSimilarity(self.0.iter().zip(&other.0).map(|(a, b)| a * b).sum())
    }
}

/// Which ways of searching take part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Legs {
    /// BM25 over words and character pairs only.
    Lexical,
    /// Nearest vectors only.
    Vector,
    /// Both, fused.
    #[default]
    Hybrid,
}

/// A search of the index. There is no way to make one without a [`Viewer`].
#[derive(Debug, Clone)]
pub struct HybridQuery {
    visibility: Visibility,
    collections: Vec<CollectionId>,
    text: String,
    narrowing: Narrowing,
    documents: Option<BTreeSet<DocumentId>>,
    without: BTreeSet<DocumentId>,
    synonyms: String,
    context: Option<Context>,
    embedding: Option<Embedding>,
    /// The day on which what is found must be in force. `None` finds texts of all days; only measurements ask so.
    pub as_of: Option<Day>,
    /// Which legs to run.
    pub legs: Legs,
    /// How many passages to return.
    pub limit: usize,
    /// Whether to say why passages rank where they do, which takes longer.
    pub explain: bool,
}

impl HybridQuery {
    /// A hybrid search for `question` among what `viewer` may see.
    pub fn new(viewer: &Viewer, question: &Question, embedding: Embedding, limit: usize) -> Self {
        Self { embedding: Some(embedding), legs: Legs::Hybrid, ..Self::lexical(viewer, question, limit) }
    }

    /// A search by words alone.
    pub fn lexical(viewer: &Viewer, question: &Question, limit: usize) -> Self {
        let (text, narrowing) = Narrowing::read(question.undated());
        Self {
            visibility: viewer.visibility().clone(),
            collections: question.collections.clone(),
            text,
            narrowing,
            documents: None,
            without: question.without.iter().copied().collect(),
            synonyms: String::new(),
            context: question.context.clone(),
            embedding: None,
            as_of: question.named_day(),
            legs: Legs::Lexical,
            limit,
            explain: false,
        }
    }

    /// The same search with other legs.
    pub fn with_legs(mut self, legs: Legs) -> Self {
        self.legs = legs;
        self
    }

    /// The same search among some documents only: those that meet what the question demands of them.
    pub fn among(mut self, documents: Option<BTreeSet<DocumentId>>) -> Self {
        self.documents = documents;
        self
    }

    /// The same search in all collections.
    pub fn everywhere(mut self) -> Self {
        self.collections.clear();
        self
    }

    /// The same search, widened by synonyms: groups of words parted by commas, a group a line.
    pub fn widened(mut self, synonyms: String) -> Self {
        self.synonyms = synonyms;
        self
    }

    /// The synonyms of the collections searched.
    pub fn synonyms(&self) -> &str {
        &self.synonyms
    }

    /// The documents to search; all visible ones when `None`.
    pub fn documents(&self) -> Option<&BTreeSet<DocumentId>> {
        self.documents.as_ref()
    }

    /// The documents to leave out.
    pub fn without(&self) -> &BTreeSet<DocumentId> {
        &self.without
    }

    /// What may be returned.
    pub fn visibility(&self) -> &Visibility {
        &self.visibility
    }

    /// The collections asked for; all visible ones when empty.
    pub fn collections(&self) -> &[CollectionId] {
        &self.collections
    }

    /// The words, without what the question demands besides.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the question demands besides its words.
    pub fn narrowing(&self) -> &Narrowing {
        &self.narrowing
    }

    /// What the conversation spoke of before.
    pub fn context(&self) -> Option<&Context> {
        self.context.as_ref()
    }

    /// The question's embedding, when the vector leg takes part.
    pub fn embedding(&self) -> Option<&Embedding> {
        self.embedding.as_ref()
    }
}

/// A place in one leg's list.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LegRank<S> {
    /// Rank, from 1.
    pub rank: u32,
    /// The leg's own score.
    pub score: S,
}

/// A passage found, best first by `score`, with its place in each leg.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RankedPassage {
    /// The passage.
    pub passage: PassageId,
    /// The fused score.
    pub score: FusedScore,
    /// Its place among the lexical hits.
    pub lexical: Option<LegRank<Bm25Score>>,
    /// Its place among the nearest vectors.
    pub vector: Option<LegRank<CosineSimilarity>>,
    /// Whether the question names it: it stands at the very place that a reference of the question gives.
    #[serde(default)]
    pub named: bool,
}

/// How much a term of the question says: its inverse document frequency in the index, over character pairs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TermWeight {
    /// A folded term of [`character_pairs`](crate::folding::character_pairs).
    pub term: String,
    /// ln(1 + (N − n + 0.5) / (n + 0.5)) for N passages of which n hold the term.
    pub idf: f32,
}

impl TermWeight {
    /// Whether it is one of a text's [character pairs](crate::folding::pair_set), in whichever kana (ごみ, ゴミ).
    pub fn stands_in(&self, pairs: &HashSet<String>) -> bool {
        holds_pair(pairs, &self.term)
    }

    /// The weight of the term as evidence: its inverse document frequency, less for pairs of hiragana.
    ///
    /// Inflections and the wording of questions (いくらですか, 教えてください) are hiragana; they are rare in ordinances and
    /// manuals, so that their plain idf would drown the words that carry the question.
    pub fn evidence(&self) -> f32 {
        const ALL_HIRAGANA: f32 = 0.15;
        const PART_HIRAGANA: f32 = 0.5;
        let hiragana = self.term.chars().filter(|c| matches!(c, '\u{3041}'..='\u{309f}')).count();
        match hiragana {
            0 => self.idf,
            n if n == self.term.chars().count() => self.idf * ALL_HIRAGANA,
            _ => self.idf * PART_HIRAGANA,
        }
    }
}

/// The outcome of a search.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Ranking {
    /// What was found, best first.
    pub passages: Vec<RankedPassage>,
    /// The question's distinct character pairs and their weights.
    pub terms: Vec<TermWeight>,
    /// What became of the references that the question makes, in its order.
    #[serde(default)]
    pub references: Vec<ResolvedReference>,
    /// Those of the passages whose embeddings are still to be made: the vector leg could not find them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub awaiting: Vec<PassageId>,
    /// Why the passages rank where they do, where the query asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
}

/// Why passages rank where they do.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Explanation {
    /// The question's words as they were searched.
    pub words: Vec<String>,
    /// The names of regulations and documents that stand whole in the question.
    pub names: Vec<String>,
    /// Passages that the query was allowed to find.
    pub visible: u64,
    /// For each passage returned, in its order, the words that it holds.
    pub matched: Vec<MatchedWords>,
    /// How long each stage took.
    pub stages: Vec<StageTime>,
}

/// The question's words in one passage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MatchedWords {
    /// The passage.
    pub passage: PassageId,
    /// The share of the question's words that it covers, weighted by rarity, 0 to 1.
    pub coverage: f32,
    /// Each word that it holds, with the fields that hold it.
    pub words: BTreeMap<String, Vec<String>>,
    /// What it was ordered by; empty where it was too far behind to be looked at.
    #[serde(default)]
    pub features: Vec<Feature>,
}

/// What a passage is ordered by, beside others: its score is the sum of values by weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feature {
    /// Its name.
    pub name: String,
    /// Its value, 0 to 1 within one question.
    pub value: f32,
    /// Its weight, a setting.
    pub weight: f32,
}

/// How long a stage of a search took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageTime {
    /// Its name.
    pub stage: String,
    /// Microseconds.
    pub microseconds: u32,
}

/// A reference of the question, looked up among what the viewer may see.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResolvedReference {
    /// Its bytes in the question.
    pub span: Span,
    /// The regulation that is meant, as its title is compared; empty where none is known.
    pub name: String,
    /// The place in it.
    pub address: Address,
    /// The last place of a range.
    pub until: Option<Address>,
    /// What was found there.
    pub outcome: ReferenceOutcome,
}

/// What a reference leads to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ReferenceOutcome {
    /// These passages stand there, in the order of the text.
    Found {
        /// The passages.
        passages: Vec<PassageId>,
    },
    /// The regulation is known, and has no such place.
    NoSuchPlace {
        /// Places that it has, nearest first, each in its one spelling with its first passage.
        nearest: Vec<(String, PassageId)>,
    },
    /// No such regulation is known.
    NoSuchName {
        /// Names that are like it.
        nearest: Vec<String>,
    },
    /// The question does not say of which regulation, and more than one has such a place, or none.
    Unnamed,
}
