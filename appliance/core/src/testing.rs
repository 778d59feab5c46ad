//! In-memory ports, for tests of the use cases and of other crates. None of them stands in where the real part can run.

use crate::answer::Source;
use crate::asking::{Asking, AskingPolicy};
use crate::document::Format;
use crate::evidence::Strength;
use crate::facets::is_of_kind;
use crate::folding::{character_pairs, pair_set};
use crate::id::{CollectionId, ContentHash, DocumentId, PassageId, UserId, VersionId};
use crate::locator::{Locator, Place, Span};
use crate::narrowing::Narrowing;
use crate::passage::{Passage, StoredPassage};
use crate::ports::index::IndexedPassage;
use crate::ports::models::{GenerationRequest, ModelIdentity, PromptProfile, TextRole, Token};
use crate::ports::{Clock, Embedder, Generator, PassageIndex, PassageStore, PortError};
use crate::ranking::{CosineSimilarity, Embedding, FusedScore, HybridQuery, LegRank, RankedPassage, Ranking, TermWeight};
use crate::validity::Days;
use crate::viewer::{Role, Viewer, Visibility};
use async_trait::async_trait;
use parking_lot::Mutex;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// A passage of collection 1 whose ids all equal `id`.
pub fn stored_passage(id: i64, title: &str, text: &str) -> StoredPassage {
    let locator = Locator { span: Span::new(0, text.len()), place: Place::Text { first_line: 1, last_line: 1 } };
    StoredPassage {
        id: PassageId(id),
        document: DocumentId(id),
        version: VersionId(id),
        collection: CollectionId(1),
        title: title.to_owned(),
        format: Format::Text,
        days: Days::ALWAYS,
        passage: Passage { ordinal: 0, heading_path: Vec::new(), text: text.to_owned(), locator, recognised: None },
    }
}

/// A source of that number.
pub fn source(number: u32, title: &str, text: &str) -> Source {
    Source {
        number,
        passage: stored_passage(i64::from(number), title, text),
        strength: Strength { coverage: 1.0, standing: 1.0, similarity: None, identifiers: true, owners: true },
        repeated: Vec::new(),
    }
}

/// A reader who sees collection 1.
pub fn viewer() -> Viewer {
    let visibility = Visibility { collections: [CollectionId(1)].into(), ..Visibility::default() };
    Viewer::new(UserId(1), "reader", Role::Reader, visibility)
}

/// Everything that asking needs, over `(title, text)` passages, with a [`HashEmbedder`] and no generator.
pub async fn asking(passages: &[(&str, &str)]) -> Asking {
    let stored: Vec<StoredPassage> =
        passages.iter().enumerate().map(|(i, (title, text))| stored_passage(i as i64 + 1, title, text)).collect();
    let index = MemoryIndex::default();
    index.hold(&stored);
    Asking {
        index: Arc::new(index),
        passages: Arc::new(MemoryPassages(stored)),
        embedder: Arc::new(HashEmbedder::new()),
        generator: None,
        reranker: None,
        clock: Arc::new(FixedClock),
        policy: AskingPolicy::default(),
    }
}

/// A clock that stands at 2026-04-01 00:00 UTC.
pub struct FixedClock;

impl Clock for FixedClock {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::constant(1_775_001_600, 0)
    }
}

fn identity(name: &str) -> ModelIdentity {
    ModelIdentity { name: name.to_owned(), hash: ContentHash::of(name.as_bytes()) }
}

/// An embedder of 64 dimensions whose vectors count hashed character pairs: texts that share pairs are near.
pub struct HashEmbedder(ModelIdentity);

impl HashEmbedder {
    /// The one there is.
    #[expect(clippy::new_without_default, reason = "a default embedder would hide which model a test uses")]
    pub fn new() -> Self {
        Self(identity("hash"))
    }

    /// The vector of a text.
    pub fn vector(text: &str) -> Embedding {
        let mut values = vec![0.001_f32; 64];
        for pair in character_pairs(text) {
            let hash = pair.bytes().fold(5381_u32, |h, b| h.wrapping_mul(33) ^ u32::from(b));
            values[(hash % 64) as usize] += 1.0;
        }
        Embedding::normalised(values).expect("a positive vector has a length")
    }
}

#[async_trait]
impl Embedder for HashEmbedder {
    fn identity(&self) -> &ModelIdentity {
        &self.0
    }

    fn dimension(&self) -> usize {
        64
    }

    async fn embed(&self, _role: TextRole, texts: Vec<String>) -> Result<Vec<Embedding>, PortError> {
        Ok(texts.iter().map(|t| Self::vector(t)).collect())
    }
}

/// A generator that says what it was told to say, a few characters at a time.
pub struct ScriptedGenerator {
    identity: ModelIdentity,
    profile: PromptProfile,
    output: String,
    pace: Duration,
}

impl ScriptedGenerator {
    /// Answers in the grounded format.
    pub fn grounded(output: &str) -> Self {
        Self { identity: identity("scripted"), profile: PromptProfile::GroundedJa, output: output.to_owned(), pace: Duration::ZERO }
    }

    /// Answers in free wording.
    pub fn chat(output: &str) -> Self {
        Self { profile: PromptProfile::Chat, ..Self::grounded(output) }
    }

    /// Takes this long for each few characters, and no processor.
    pub fn at_pace(self, pace: Duration) -> Self {
        Self { pace, ..self }
    }
}

#[async_trait]
impl Generator for ScriptedGenerator {
    fn identity(&self) -> &ModelIdentity {
        &self.identity
    }

    fn profile(&self) -> PromptProfile {
        self.profile
    }

    fn context_tokens(&self) -> u32 {
        4096
    }

    fn parameters_m(&self) -> u32 {
        0
    }

    async fn count_tokens(&self, text: &str) -> Result<u32, PortError> {
        Ok(text.chars().count() as u32)
    }

    async fn generate(&self, request: GenerationRequest) -> Result<mpsc::Receiver<Token>, PortError> {
        let (sender, receiver) = mpsc::channel(8);
        let output: Vec<char> = self.output.chars().take(request.max_tokens as usize * 4).collect();
        let pace = self.pace;
        tokio::spawn(async move {
            for piece in output.chunks(3) {
                if !pace.is_zero() {
                    tokio::time::sleep(pace).await;
                }
                if sender.send(Ok(piece.iter().collect())).await.is_err() {
                    break;
                }
            }
        });
        Ok(receiver)
    }
}

/// An index that compares everything with everything.
#[derive(Default)]
pub struct MemoryIndex(Mutex<Vec<IndexedPassage>>);

impl MemoryIndex {
    /// Holds these passages at once.
    pub fn hold(&self, stored: &[StoredPassage]) {
        self.hold_bare(stored);
        for (held, s) in self.0.lock().iter_mut().rev().zip(stored.iter().rev()) {
            held.embedding = Some(HashEmbedder::vector(&s.passage.with_headings(&s.title)));
        }
    }

    /// Holds these passages before their embeddings are made.
    pub fn hold_bare(&self, stored: &[StoredPassage]) {
        self.0.lock().extend(stored.iter().map(|s| IndexedPassage {
            id: s.id,
            version: s.version,
            document: s.document,
            collection: s.collection,
            title: s.title.clone(),
            heading_path: s.passage.heading_path.clone(),
            text: s.passage.text.clone(),
            days: s.days,
            embedding: None,
        }));
    }
}

#[async_trait]
impl PassageIndex for MemoryIndex {
    async fn upsert(&self, passages: Vec<IndexedPassage>) -> Result<(), PortError> {
        let mut held = self.0.lock();
        held.retain(|h| !passages.iter().any(|p| p.id == h.id));
        held.extend(passages);
        Ok(())
    }

    async fn embed(&self, made: Vec<(PassageId, Embedding)>) -> Result<(), PortError> {
        let mut held = self.0.lock();
        for (id, embedding) in made {
            held.iter_mut().filter(|h| h.id == id && h.embedding.is_none()).for_each(|h| h.embedding = Some(embedding.clone()));
        }
        Ok(())
    }

    async fn remove_version(&self, version: VersionId) -> Result<(), PortError> {
        self.0.lock().retain(|h| h.version != version);
        Ok(())
    }

    async fn commit(&self) -> Result<(), PortError> {
        Ok(())
    }

    async fn search(&self, query: HybridQuery) -> Result<Ranking, PortError> {
        let held = self.0.lock();
        let pairs: Vec<_> = held.iter().map(|h| pair_set(&format!("{} {}", h.title, h.text))).collect();
        let terms: Vec<TermWeight> = pair_set(query.text())
            .into_iter()
            .map(|term| {
                let n = pairs.iter().filter(|p| p.contains(&term)).count() as f32;
                let idf = (1.0 + (held.len() as f32 - n + 0.5) / (n + 0.5)).ln();
                TermWeight { term, idf }
            })
            .collect();
        let mut scored: Vec<(Option<CosineSimilarity>, PassageId)> = held
            .iter()
            .filter(|h| query.visibility().includes(h.collection, h.document))
            .filter(|h| query.documents().is_none_or(|documents| documents.contains(&h.document)))
            .filter(|h| !query.without().contains(&h.document))
            .filter(|h| query.as_of.is_none_or(|day| h.days.include(day)))
            .map(|h| (query.embedding().zip(h.embedding.as_ref()).map(|(q, e)| q.cosine(e)), h.id))
            .collect();
        let height = |score: Option<CosineSimilarity>| score.map_or(0.0, |s| s.0);
        scored.sort_by(|a, b| height(b.0).total_cmp(&height(a.0)).then(a.1.cmp(&b.1)));
        let passages = scored
            .into_iter()
            .take(query.limit)
            .enumerate()
            .map(|(i, (score, passage))| RankedPassage {
                passage,
                score: FusedScore(1.0 / (60.0 + i as f32 + 1.0)),
                lexical: None,
                vector: score.map(|score| LegRank { rank: i as u32 + 1, score }),
                named: false,
            })
            .collect();
        let awaiting = held.iter().filter(|h| h.embedding.is_none()).map(|h| h.id).collect();
        Ok(Ranking { passages, terms, references: Vec::new(), awaiting, explanation: None })
    }

    async fn clear(&self) -> Result<(), PortError> {
        self.0.lock().clear();
        Ok(())
    }

    async fn len(&self) -> Result<u64, PortError> {
        Ok(self.0.lock().len() as u64)
    }

    async fn generation(&self) -> Result<u64, PortError> {
        Ok(1)
    }
}

/// Passages that are all searchable.
pub struct MemoryPassages(pub Vec<StoredPassage>);

#[async_trait]
impl PassageStore for MemoryPassages {
    async fn visible_passages(&self, viewer: &Viewer, ids: &[PassageId]) -> Result<Vec<StoredPassage>, PortError> {
        let by_id = |id: &PassageId| self.0.iter().find(|s| s.id == *id && viewer.can_see(s.collection, s.document)).cloned();
        Ok(ids.iter().filter_map(by_id).collect())
    }

    async fn narrowed(&self, viewer: &Viewer, narrowing: &Narrowing) -> Result<Option<BTreeSet<DocumentId>>, PortError> {
        let of_kind = |s: &&StoredPassage| narrowing.kinds.iter().any(|kind| is_of_kind(kind, &s.title, s.format));
        let seen = self.0.iter().filter(|s| viewer.can_see(s.collection, s.document));
        Ok(narrowing.is_of_documents().then(|| seen.filter(of_kind).map(|s| s.document).collect()))
    }

    async fn synonyms(&self, _: &Viewer, _: &[CollectionId]) -> Result<String, PortError> {
        Ok(String::new())
    }

    async fn neighbours(&self, viewer: &Viewer, ids: &[PassageId]) -> Result<Vec<StoredPassage>, PortError> {
        let of: Vec<&StoredPassage> = self.0.iter().filter(|s| ids.contains(&s.id)).collect();
        let next = |a: &StoredPassage, b: &StoredPassage| a.version == b.version && a.passage.ordinal.abs_diff(b.passage.ordinal) == 1;
        let near = self.0.iter().filter(|s| viewer.can_see(s.collection, s.document) && of.iter().any(|o| next(o, s)));
        Ok(near.cloned().collect())
    }
}
