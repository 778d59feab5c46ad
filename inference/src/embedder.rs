//! The embedder: one worker thread with a context, fed through two lanes.

use crate::backend::{at_work, backend, load_model};
use crate::courtesy::Courtesy;
use crate::gguf::Header;
use crate::lanes::{Lane, Lanes};
use crate::normalisation::nmt_nfkc;
use crate::pace::Pace;
use crate::{EmbedderModel, EngineSettings, InferenceError};
use appliance_core::ports::PortError;
use appliance_core::ports::models::{Embedder, ModelIdentity, TextRole};
use appliance_core::ranking::Embedding;
use async_trait::async_trait;
use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::{LlamaContextParams, LlamaPoolingType};
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::token::LlamaToken;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// Texts in one batch at most; llama.cpp keeps a slot for each.
const MAX_TEXTS: usize = 64;

/// An embedding model in this process.
pub struct LlamaEmbedder {
    model: EmbedderModel,
    dimension: usize,
    lanes: Arc<Lanes<Work>>,
    worker: Option<JoinHandle<()>>,
}

/// Texts to be embedded, prefix included.
struct Work {
    texts: Vec<String>,
    reply: oneshot::Sender<Result<Vec<Embedding>, InferenceError>>,
}

impl LlamaEmbedder {
    /// Loads the model and starts its worker. Blocks for as long as that takes (the default model: 0.3 seconds).
    /// Passages give way to answers that `courtesy` tells of.
    pub fn load(model: &EmbedderModel, settings: &EngineSettings, courtesy: &Courtesy) -> Result<Self, InferenceError> {
        let name = &model.identity.name;
        let loaded = load_model(name, &model.path)?;
        let dimension = usize::try_from(loaded.n_embd_out()).unwrap_or(0);
        let lanes = Arc::new(Lanes::new(settings.waiting_questions, settings.waiting_passages));
        let (ready, started) = std::sync::mpsc::sync_channel(1);
        let shop = Workshop {
            name: name.clone(),
            model: loaded,
            sizes: Sizes::of(model, settings),
            pooling: pooling(&model.path),
            courtesy: courtesy.clone(),
        };
        let pace = Pace::new(settings);
        let worker = std::thread::Builder::new()
            .name("embedder".to_owned())
            .spawn({
                let lanes = Arc::clone(&lanes);
                move || shop.work(pace, &lanes, &ready)
            })
            .map_err(InferenceError::io("cannot start a thread for", &model.path))?;
        started.recv().unwrap_or_else(|_| Err(InferenceError::WorkerStopped { model: name.clone() }))?;
        Ok(Self { model: model.clone(), dimension, lanes, worker: Some(worker) })
    }
}

#[async_trait]
impl Embedder for LlamaEmbedder {
    fn identity(&self) -> &ModelIdentity {
        &self.model.identity
    }

    fn dimension(&self) -> usize {
        self.dimension
    }

    async fn embed(&self, role: TextRole, texts: Vec<String>) -> Result<Vec<Embedding>, PortError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let (lane, prefix) = match role {
            TextRole::Query => (Lane::Question, &self.model.query_prefix),
            TextRole::Passage => (Lane::Passage, &self.model.passage_prefix),
            TextRole::Source => (Lane::Question, &self.model.passage_prefix),
        };
        let texts = texts.into_iter().map(|t| format!("{prefix}{t}")).collect();
        let (reply, answer) = oneshot::channel();
        let stopped = || InferenceError::WorkerStopped { model: self.model.identity.name.clone() };
        self.lanes.push(lane, Work { texts, reply }).await.map_err(|_| stopped())?;
        Ok(answer.await.unwrap_or_else(|_| Err(stopped()))?)
    }
}

impl Drop for LlamaEmbedder {
    fn drop(&mut self) {
        self.lanes.close();
        if let Some(worker) = self.worker.take() {
            // A worker that panicked has already left its trace in the log.
            let _ = worker.join();
        }
    }
}

/// How large things are.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    /// Tokens of one text.
    text: usize,
    /// Tokens that short texts are gathered to.
    batch: usize,
}

impl Sizes {
    /// Tokens that a context must take at once: an encoder cannot take a text in pieces.
    fn capacity(&self) -> usize {
        self.text.max(self.batch)
    }

    fn of(model: &EmbedderModel, settings: &EngineSettings) -> Self {
        Self { text: model.context.max(16) as usize, batch: settings.embedding_batch_tokens.max(1) as usize }
    }
}

/// What makes one vector of a text's many: what the file says, or the mean where it says nothing.
fn pooling(path: &std::path::Path) -> LlamaPoolingType {
    match Header::read(path).ok().and_then(|h| h.architecture_number("pooling_type")) {
        None | Some(0) => LlamaPoolingType::Mean,
        Some(_) => LlamaPoolingType::Unspecified,
    }
}

/// What the worker thread owns.
struct Workshop {
    name: String,
    model: LlamaModel,
    sizes: Sizes,
    pooling: LlamaPoolingType,
    courtesy: Courtesy,
}

impl Workshop {
    fn work(self, pace: Pace, lanes: &Lanes<Work>, ready: &std::sync::mpsc::SyncSender<Result<(), InferenceError>>) {
        let mut bench = match Bench::new(&self, pace) {
            Ok(bench) => bench,
            Err(e) => {
                // The loader waits for this; when it is gone, nobody wants to know.
                let _ = ready.send(Err(e));
                return;
            }
        };
        let _ = ready.send(Ok(()));
        while let Some((lane, work)) = lanes.pop() {
            match lane {
                Lane::Question => bench.answer(work, &mut || None),
                Lane::Passage => bench.answer(work, &mut || {
                    self.courtesy.give_way(|| lanes.question_waits());
                    lanes.pop_question()
                }),
            }
        }
        let _inside = at_work();
        drop(bench);
    }

    fn context(&self, threads: u32) -> Result<LlamaContext<'_>, InferenceError> {
        let tokens = self.sizes.capacity() as u32;
        let params = LlamaContextParams::default()
            .with_n_ctx(NonZeroU32::new(tokens))
            .with_n_batch(tokens)
            .with_n_ubatch(tokens)
            .with_n_seq_max(MAX_TEXTS as u32)
            .with_kv_unified(true)
            .with_n_threads(threads as i32)
            .with_n_threads_batch(threads as i32)
            .with_embeddings(true)
            .with_pooling_type(self.pooling)
            .with_no_perf(true);
        let _inside = at_work();
        self.model
            .new_context(backend()?, params)
            .map_err(|e| InferenceError::LoadRefused { model: self.name.clone(), reason: e.to_string() })
    }
}

/// The context and what goes into it.
struct Bench<'a> {
    shop: &'a Workshop,
    pace: Pace,
    threads: u32,
    context: LlamaContext<'a>,
    batch: LlamaBatch<'a>,
}

impl<'a> Bench<'a> {
    fn new(shop: &'a Workshop, pace: Pace) -> Result<Self, InferenceError> {
        let threads = pace.first();
        let context = shop.context(threads)?;
        Ok(Self { shop, pace, threads, context, batch: LlamaBatch::new(shop.sizes.capacity(), 1) })
    }

    /// Follows the machine's load; llama-cpp-2 sets threads only when it makes a context.
    fn keep_pace(&mut self) -> Result<(), InferenceError> {
        let threads = self.pace.next(self.threads);
        if threads != self.threads {
            self.context = self.shop.context(threads)?;
            self.threads = threads;
            tracing::debug!(threads, "embedder keeps pace with the machine's load");
        }
        Ok(())
    }

    /// Does a piece of work batch by batch; before each batch, what `urgent` hands over is done first.
    fn answer(&mut self, work: Work, urgent: &mut dyn FnMut() -> Option<Work>) {
        let span = tracing::debug_span!("embed", texts.count = work.texts.len());
        let _entered = span.enter();
        let tokens: Vec<Vec<LlamaToken>> = work.texts.iter().map(|t| self.tokens(t)).collect();
        let mut embeddings = Vec::with_capacity(tokens.len());
        for range in packed(&tokens, self.shop.sizes.batch) {
            while let Some(question) = urgent() {
                self.answer(question, &mut || None);
            }
            if work.reply.is_closed() {
                return;
            }
            match self.embed(&tokens[range]) {
                Ok(batch) => embeddings.extend(batch),
                Err(e) => {
                    let _ = work.reply.send(Err(e));
                    return;
                }
            }
        }
        let _ = work.reply.send(Ok(embeddings));
    }

    /// A text's tokens, cut to the model's context with its end mark kept.
    fn tokens(&self, text: &str) -> Vec<LlamaToken> {
        let vocab = self.shop.model.vocab();
        let mut tokens = vocab.tokenize(nmt_nfkc(text).as_bytes(), true, false);
        if tokens.len() > self.shop.sizes.text {
            tokens.truncate(self.shop.sizes.text);
            if let (true, Some(last)) = (vocab.should_add_eos(), tokens.last_mut()) {
                *last = vocab.eos();
            }
        }
        if tokens.is_empty() {
            tokens.push(vocab.eos());
        }
        tokens
    }

    fn embed(&mut self, texts: &[Vec<LlamaToken>]) -> Result<Vec<Embedding>, InferenceError> {
        let failed = |reason: String| InferenceError::ComputationFailed { model: self.shop.name.clone(), doing: "embedding", reason };
        self.keep_pace()?;
        self.batch.clear();
        for (i, tokens) in texts.iter().enumerate() {
            self.batch.add_sequence(tokens, i as i32, true).map_err(|e| failed(e.to_string()))?;
        }
        let _inside = at_work();
        self.context.clear_kv_cache();
        self.context.decode(&mut self.batch).map_err(|e| failed(e.to_string()))?;
        (0..texts.len())
            .map(|i| {
                let values = self.context.embeddings_seq_ith(i as i32).map_err(|e| failed(e.to_string()))?;
                Embedding::normalised(values.to_vec()).ok_or_else(|| failed("a vector has no length".to_owned()))
            })
            .collect()
    }
}

/// Runs of texts that fill a batch each.
fn packed(texts: &[Vec<LlamaToken>], batch: usize) -> Vec<std::ops::Range<usize>> {
    let mut runs = Vec::new();
    let (mut start, mut held) = (0, 0);
    for (i, text) in texts.iter().enumerate() {
        if i > start && (held + text.len() > batch || i - start == MAX_TEXTS) {
            runs.push(start..i);
            (start, held) = (i, 0);
        }
        held += text.len();
    }
    if start < texts.len() {
        runs.push(start..texts.len());
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_filled_in_order_and_never_overfilled() {
        let texts: Vec<Vec<LlamaToken>> = [200, 200, 200, 512, 1, 1].iter().map(|&n| vec![LlamaToken(0); n]).collect();
        assert_eq!(packed(&texts, 512), [0..2, 2..3, 3..4, 4..6]);
        assert_eq!(packed(&vec![vec![LlamaToken(0)]; 100], 512), [0..64, 64..100]);
        assert!(packed(&[], 512).is_empty());
    }
}
