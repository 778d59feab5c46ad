//! The reranker: a cross-encoder that reads a question and a passage together and says how well they go together.

use crate::backend::{at_work, backend, load_model};
use crate::lanes::{Lane, Lanes};
use crate::normalisation::nmt_nfkc;
use crate::pace::Pace;
use crate::shelf::RerankerModel;
use crate::{EngineSettings, InferenceError};
use appliance_core::ports::PortError;
use appliance_core::ports::models::{ModelIdentity, Reranker};
use async_trait::async_trait;
use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::{LlamaContextParams, LlamaPoolingType};
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::token::LlamaToken;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// A reranking model in this process.
pub struct LlamaReranker {
    model: RerankerModel,
    lanes: Arc<Lanes<Work>>,
    worker: Option<JoinHandle<()>>,
}

/// A question with the texts that it is to be read with, and when the asker will no longer wait.
struct Work {
    question: String,
    texts: Vec<String>,
    until: Instant,
    reply: oneshot::Sender<Result<Vec<f32>, InferenceError>>,
}

impl LlamaReranker {
    /// Loads the model and starts its worker. Blocks for as long as that takes.
    pub fn load(model: &RerankerModel, settings: &EngineSettings) -> Result<Self, InferenceError> {
        let name = model.identity.name.clone();
        let loaded = load_model(&name, &model.path)?;
        let lanes = Arc::new(Lanes::new(settings.waiting_questions, 1));
        let (ready, started) = std::sync::mpsc::sync_channel(1);
        let shop = Workshop { name: name.clone(), model: loaded, tokens: model.context.max(16) as usize };
        let pace = Pace::new(settings);
        let worker = std::thread::Builder::new()
            .name("reranker".to_owned())
            .spawn({
                let lanes = Arc::clone(&lanes);
                move || shop.work(pace, &lanes, &ready)
            })
            .map_err(InferenceError::io("cannot start a thread for", &model.path))?;
        started.recv().unwrap_or(Err(InferenceError::WorkerStopped { model: name }))?;
        Ok(Self { model: model.clone(), lanes, worker: Some(worker) })
    }
}

#[async_trait]
impl Reranker for LlamaReranker {
    fn identity(&self) -> &ModelIdentity {
        &self.model.identity
    }

    async fn score(&self, question: &str, texts: Vec<String>, time: Duration) -> Result<Vec<f32>, PortError> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let (reply, answer) = oneshot::channel();
        let stopped = || InferenceError::WorkerStopped { model: self.model.identity.name.clone() };
        let work = Work { question: question.to_owned(), texts, until: Instant::now() + time, reply };
        self.lanes.push(Lane::Question, work).await.map_err(|_| stopped())?;
        Ok(answer.await.unwrap_or_else(|_| Err(stopped()))?)
    }
}

impl Drop for LlamaReranker {
    fn drop(&mut self) {
        self.lanes.close();
        if let Some(worker) = self.worker.take() {
            // A worker that panicked has already left its trace in the log.
            let _ = worker.join();
        }
    }
}

/// What the worker thread owns.
struct Workshop {
    name: String,
    model: LlamaModel,
    /// Tokens of a question and a text together.
    tokens: usize,
}

impl Workshop {
    fn work(self, mut pace: Pace, lanes: &Lanes<Work>, ready: &std::sync::mpsc::SyncSender<Result<(), InferenceError>>) {
        let mut threads = pace.first();
        let mut context = match self.context(threads) {
            Ok(context) => context,
            Err(e) => {
                // The loader waits for this; when it is gone, nobody wants to know.
                let _ = ready.send(Err(e));
                return;
            }
        };
        let _ = ready.send(Ok(()));
        while let Some((_, work)) = lanes.pop() {
            let wanted = pace.next(threads);
            if wanted != threads
                && let Ok(other) = self.context(wanted)
            {
                (context, threads) = (other, wanted);
            }
            let scores = self.scores(&mut context, &work);
            let _ = work.reply.send(scores);
        }
        let _inside = at_work();
        drop(context);
    }

    fn context(&self, threads: u32) -> Result<LlamaContext<'_>, InferenceError> {
        let tokens = self.tokens as u32;
        let params = LlamaContextParams::default()
            .with_n_ctx(NonZeroU32::new(tokens))
            .with_n_batch(tokens)
            .with_n_ubatch(tokens)
            .with_n_seq_max(1)
            .with_n_threads(threads as i32)
            .with_n_threads_batch(threads as i32)
            .with_embeddings(true)
            .with_pooling_type(LlamaPoolingType::Rank)
            .with_no_perf(true);
        let _inside = at_work();
        self.model
            .new_context(backend()?, params)
            .map_err(|e| InferenceError::LoadRefused { model: self.name.clone(), reason: e.to_string() })
    }

    /// The scores of as many texts, from the first, as there is time for.
    fn scores(&self, context: &mut LlamaContext<'_>, work: &Work) -> Result<Vec<f32>, InferenceError> {
        let failed = |reason: String| InferenceError::ComputationFailed { model: self.name.clone(), doing: "reranking", reason };
        let vocab = self.model.vocab();
        let question = vocab.tokenize(nmt_nfkc(&work.question).as_bytes(), false, false);
        let mut batch = LlamaBatch::new(self.tokens, 1);
        let mut scores = Vec::with_capacity(work.texts.len());
        for text in &work.texts {
            if Instant::now() >= work.until || work.reply.is_closed() {
                break;
            }
            let text = vocab.tokenize(nmt_nfkc(text).as_bytes(), false, false);
            batch.clear();
            batch.add_sequence(&self.pair(&question, &text), 0, true).map_err(|e| failed(e.to_string()))?;
            let _inside = at_work();
            context.clear_kv_cache();
            context.decode(&mut batch).map_err(|e| failed(e.to_string()))?;
            let read = context.embeddings_seq_ith(0).map_err(|e| failed(e.to_string()))?;
            scores.push(read.first().copied().filter(|s| s.is_finite()).ok_or_else(|| failed("a pair has no score".to_owned()))?);
        }
        Ok(scores)
    }

    /// A question and a text as cross-encoders read them, each ended by the model's marks; the text is cut where both are
    /// longer than the model's context, the question where it would leave no room.
    fn pair(&self, question: &[LlamaToken], text: &[LlamaToken]) -> Vec<LlamaToken> {
        let vocab = self.model.vocab();
        let begin = vocab.should_add_bos().then(|| vocab.bos());
        let end = vocab.should_add_eos().then(|| vocab.eos());
        let part = vocab.should_add_sep().then(|| vocab.sep());
        let (between, last): (Vec<LlamaToken>, Option<LlamaToken>) = match (end, part) {
            (None, part) => (part.into_iter().collect(), part),
            (end, None) => (end.into_iter().chain(end).collect(), end),
            // The model's own end mark is its separator as often as not.
            (Some(end), Some(part)) if end == part => (vec![end], Some(end)),
            (Some(end), Some(part)) => (vec![end, part], Some(end)),
        };
        let marks = usize::from(begin.is_some()) + between.len() + usize::from(last.is_some());
        let room = self.tokens.saturating_sub(marks);
        let question = &question[..question.len().min(room / 2)];
        let text = &text[..text.len().min(room - question.len())];
        begin.into_iter().chain(question.iter().copied()).chain(between).chain(text.iter().copied()).chain(last).collect()
    }
}
