//! The generator: one worker thread with a context, behind a bounded queue.

use crate::backend::{at_work, backend, load_model};
use crate::chat::{ChatTemplate, Found};
use crate::courtesy::Courtesy;
use crate::held::{Held, Pieces};
use crate::pace::Pace;
use crate::utf8::Utf8Stream;
use crate::{EngineSettings, GeneratorModel, InferenceError};
use appliance_core::ports::PortError;
use appliance_core::ports::models::{Constraint, GenerationRequest, Generator, ModelIdentity, Prompt, PromptProfile, Token};
use async_trait::async_trait;
use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_2::context::session::LlamaStateSeqFlags;
use llama_cpp_2::llama_batch::LlamaBatch;
use llama_cpp_2::model::{LlamaLoraAdapter, LlamaModel};
use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::Instant;
use tokio::sync::mpsc;

/// Tokens of a prompt that are read at once; between two such pieces it is asked whether the reader is still there.
const PROMPT_PIECE: usize = 256;

/// A generating model in this process.
pub struct LlamaGenerator {
    identity: ModelIdentity,
    profile: PromptProfile,
    context_tokens: u32,
    waiting_answers: usize,
    model: Arc<LlamaModel>,
    template: Option<ChatTemplate>,
    queue: Option<SyncSender<Work>>,
    worker: Option<JoinHandle<()>>,
}

/// A prompt to be continued.
struct Work {
    prompt: Vec<LlamaToken>,
    max_tokens: usize,
    temperature: f32,
    seed: u32,
    constraint: Option<Constraint>,
    reply: mpsc::Sender<Token>,
}

impl LlamaGenerator {
    /// Loads the model with its adapter and starts its worker. Blocks for as long as that takes (the default model: half a second).
    /// It tells `courtesy` while it writes.
    pub fn load(model: &GeneratorModel, settings: &EngineSettings, courtesy: &Courtesy) -> Result<Self, InferenceError> {
        let name = &model.identity.name;
        let mut loaded = load_model(name, &model.path)?;
        let adapter = model.adapter.as_deref().map(|path| load_adapter(name, &mut loaded, path)).transpose()?;
        let (profile, template) = speech(name, model.profile, &loaded)?;
        let loaded = Arc::new(loaded);
        let wanted = if settings.generator_context == 0 { model.context } else { settings.generator_context };
        let context_tokens = wanted.min(loaded.n_ctx_train()).max(64);

        let (queue, work) = sync_channel(settings.waiting_answers.max(1));
        let (ready, started) = sync_channel(1);
        let shop = Workshop { name: name.clone(), model: Arc::clone(&loaded), context_tokens, courtesy: courtesy.clone() };
        let pace = Pace::new(settings);
        let worker = std::thread::Builder::new()
            .name("generator".to_owned())
            .spawn(move || shop.work(adapter, pace, &work, &ready))
            .map_err(InferenceError::io("cannot start a thread for", &model.path))?;
        started.recv().unwrap_or_else(|_| Err(InferenceError::WorkerStopped { model: name.clone() }))?;
        Ok(Self {
            identity: model.identity.clone(),
            profile,
            context_tokens,
            waiting_answers: settings.waiting_answers.max(1),
            model: loaded,
            template,
            queue: Some(queue),
            worker: Some(worker),
        })
    }

    /// The prompt as tokens. Control tokens come from the template and the tokenizer only, never from a text.
    fn tokens(&self, prompt: &Prompt) -> Result<Vec<LlamaToken>, InferenceError> {
        match prompt {
            Prompt::Raw(text) => {
                let vocab = self.model.vocab();
                let mut tokens = Vec::new();
                if vocab.should_add_bos() {
                    tokens.push(vocab.bos());
                }
                vocab.tokenize_into(text.as_bytes(), &mut tokens, false, false);
                Ok(tokens)
            }
            Prompt::Chat(messages) => self
                .template
                .as_ref()
                .and_then(|template| template.tokens(&self.model, messages))
                .ok_or_else(|| InferenceError::NoTemplate { model: self.identity.name.clone() }),
        }
    }

    fn enqueue(&self, work: Work) -> Result<(), InferenceError> {
        let stopped = || InferenceError::WorkerStopped { model: self.identity.name.clone() };
        let queue = self.queue.as_ref().ok_or_else(stopped)?;
        queue.try_send(work).map_err(|e| match e {
            TrySendError::Full(_) => InferenceError::TooManyWaiting { waiting: self.waiting_answers },
            TrySendError::Disconnected(_) => stopped(),
        })
    }
}

#[async_trait]
impl Generator for LlamaGenerator {
    fn identity(&self) -> &ModelIdentity {
        &self.identity
    }

    fn profile(&self) -> PromptProfile {
        self.profile
    }

    fn context_tokens(&self) -> u32 {
        self.context_tokens
    }

    fn parameters_m(&self) -> u32 {
        u32::try_from(self.model.n_params() / 1_000_000).unwrap_or(u32::MAX)
    }

    async fn count_tokens(&self, text: &str) -> Result<u32, PortError> {
        let tokens = self.model.vocab().tokenize(text.as_bytes(), true, false);
        Ok(u32::try_from(tokens.len()).unwrap_or(u32::MAX))
    }

    async fn generate(&self, request: GenerationRequest) -> Result<mpsc::Receiver<Token>, PortError> {
        let prompt = self.tokens(&request.prompt)?;
        if prompt.len() >= self.context_tokens as usize {
            return Err(InferenceError::PromptTooLong { tokens: prompt.len(), context: self.context_tokens }.into());
        }
        if prompt.is_empty() {
            // Nothing to continue, as with an empty text and a tokenizer without a begin mark: the answer is empty too.
            return Ok(mpsc::channel(1).1);
        }
        let room = self.context_tokens as usize - prompt.len();
        let max_tokens = (request.max_tokens as usize).min(room);
        // Room for every piece there can be: the worker never waits for a slow reader while others wait for it.
        let (reply, answer) = mpsc::channel(max_tokens + 2);
        let GenerationRequest { temperature, seed, constraint, .. } = request;
        self.enqueue(Work { prompt, max_tokens, temperature, seed, constraint, reply })?;
        Ok(answer)
    }
}

impl Drop for LlamaGenerator {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(worker) = self.worker.take() {
            // A worker that panicked has already left its trace in the log.
            let _ = worker.join();
        }
    }
}

fn load_adapter(name: &str, model: &mut LlamaModel, path: &Path) -> Result<LlamaLoraAdapter, InferenceError> {
    if !path.is_file() {
        return Err(InferenceError::ModelMissing { model: name.to_owned(), path: path.to_owned() });
    }
    model
        .lora_adapter_init(path)
        .map_err(|e| InferenceError::LoadRefused { model: name.to_owned(), reason: format!("its adapter {}: {e}", path.display()) })
}

/// How the model is spoken to: as the list says, else through its template, else plainly.
fn speech(name: &str, listed: Option<PromptProfile>, model: &LlamaModel) -> Result<(PromptProfile, Option<ChatTemplate>), InferenceError> {
    match (listed, ChatTemplate::of(model)) {
        (Some(PromptProfile::Chat) | None, Found::Usable(template)) => Ok((PromptProfile::Chat, Some(template))),
        (Some(PromptProfile::Chat), _) => Err(InferenceError::NoTemplate { model: name.to_owned() }),
        (Some(profile), Found::Usable(template)) => Ok((profile, Some(template))),
        (Some(profile), _) => Ok((profile, None)),
        (None, Found::Unusable(reason)) => {
            tracing::warn!(model.name = name, reason, "this model's chat template cannot be used; it is spoken to in plain text");
            Ok((PromptProfile::Plain, None))
        }
        (None, Found::None) => Ok((PromptProfile::Plain, None)),
    }
}

/// What the worker thread owns.
struct Workshop {
    name: String,
    model: Arc<LlamaModel>,
    context_tokens: u32,
    courtesy: Courtesy,
}

impl Workshop {
    fn work(self, adapter: Option<LlamaLoraAdapter>, pace: Pace, queue: &Receiver<Work>, ready: &SyncSender<Result<(), InferenceError>>) {
        let mut desk = match Desk::new(&self, adapter, pace) {
            Ok(desk) => desk,
            Err(e) => {
                // The loader waits for this; when it is gone, nobody wants to know.
                let _ = ready.send(Err(e));
                return;
            }
        };
        let _ = ready.send(Ok(()));
        while let Ok(work) = queue.recv() {
            let _writing = self.courtesy.writing();
            if let Err(e) = desk.write(&work) {
                tracing::error!(model.name = self.name, error = %e, "generation failed");
                let _ = work.reply.try_send(Err(e.into()));
            }
        }
        let _inside = at_work();
        drop(desk);
    }

    fn context(&self, adapter: Option<&mut LlamaLoraAdapter>, threads: u32) -> Result<LlamaContext<'_>, InferenceError> {
        let refused = |reason: String| InferenceError::LoadRefused { model: self.name.clone(), reason };
        let params = LlamaContextParams::default()
            .with_n_ctx(NonZeroU32::new(self.context_tokens))
            .with_n_batch(PROMPT_PIECE as u32)
            .with_n_ubatch(PROMPT_PIECE as u32)
            .with_n_seq_max(1)
            .with_n_threads(threads as i32)
            .with_n_threads_batch(threads as i32)
            .with_no_perf(true);
        let _inside = at_work();
        let mut context = self.model.new_context(backend()?, params).map_err(|e| refused(e.to_string()))?;
        if let Some(adapter) = adapter {
            context.lora_adapter_set(adapter, 1.0).map_err(|e| refused(format!("its adapter: {e}")))?;
        }
        Ok(context)
    }

    fn failed(&self, reason: &dyn std::fmt::Display) -> InferenceError {
        InferenceError::ComputationFailed { model: self.name.clone(), doing: "writing", reason: reason.to_string() }
    }
}

/// The context and what goes into it.
struct Desk<'a> {
    shop: &'a Workshop,
    pace: Pace,
    threads: u32,
    // Declared before the adapter, which it points at, so that it is dropped before it.
    context: LlamaContext<'a>,
    batch: LlamaBatch<'a>,
    adapter: Option<LlamaLoraAdapter>,
    /// The vocabulary, once an output was held to a form.
    pieces: Option<Pieces>,
}

impl<'a> Desk<'a> {
    fn new(shop: &'a Workshop, mut adapter: Option<LlamaLoraAdapter>, pace: Pace) -> Result<Self, InferenceError> {
        let threads = pace.first();
        let context = shop.context(adapter.as_mut(), threads)?;
        Ok(Self { shop, pace, threads, context, batch: LlamaBatch::new(PROMPT_PIECE, 1), adapter, pieces: None })
    }

    /// Follows the machine's load. llama-cpp-2 sets threads only when it makes a context, so what was read and written so
    /// far moves from the old one to a new one: the same numbers, none of them computed again.
    fn keep_pace(&mut self, threads: u32) -> Result<(), InferenceError> {
        if threads == self.threads {
            return Ok(());
        }
        let begun = self.context.kv_cache_seq_pos_max(0) >= 0;
        let state =
            if begun { Some(self.context.state_seq_get(0, LlamaStateSeqFlags::empty()).map_err(|e| self.shop.failed(&e))?) } else { None };
        let mut context = self.shop.context(self.adapter.as_mut(), threads)?;
        if let Some(state) = state {
            context.state_seq_set(&state, 0).map_err(|e| self.shop.failed(&e))?;
        }
        tracing::debug!(threads, "generator keeps pace with the machine's load");
        (self.context, self.threads) = (context, threads);
        Ok(())
    }

    /// Continues a prompt until the model ends, the limit is reached or the reader has left.
    fn write(&mut self, work: &Work) -> Result<(), InferenceError> {
        let span = tracing::debug_span!("generate", prompt.tokens = work.prompt.len());
        let _entered = span.enter();
        let started = Instant::now();
        self.context.clear_kv_cache();
        let threads = self.pace.settle(self.threads);
        self.keep_pace(threads)?;
        if !self.read_prompt(work)? {
            return Ok(());
        }
        let read = started.elapsed();
        let vocab = self.shop.model.vocab();
        let mut choosing = self.choosing(work)?;
        let mut text = Utf8Stream::default();
        let mut written = 0;
        while written < work.max_tokens && !work.reply.is_closed() {
            let Some(token) = self.choose(&mut choosing).filter(|token| !vocab.is_eog(*token)) else { break };
            written += 1;
            let piece = text.push(&vocab.token_to_piece(token, false, None));
            if !piece.is_empty() && work.reply.try_send(Ok(piece)).is_err() {
                break;
            }
            if let Some(rest) = choosing.rest() {
                // What the form leaves no choice about needs no model.
                let piece = text.push(rest.as_bytes());
                // The reader may have left.
                let _ = work.reply.try_send(Ok(piece));
                break;
            }
            if written < work.max_tokens {
                let threads = self.pace.next(self.threads);
                self.keep_pace(threads)?;
                self.decode(&[token], work.prompt.len() + written - 1, true)?;
            }
        }
        let rest = text.finish();
        if !rest.is_empty() {
            // The reader may have left; then nobody misses the half character.
            let _ = work.reply.try_send(Ok(rest));
        }
        tracing::debug!(
            answer.tokens = written,
            prompt.ms = read.as_millis() as u64,
            total.ms = started.elapsed().as_millis() as u64,
            "generated"
        );
        Ok(())
    }

    /// How this output's tokens are chosen.
    fn choosing(&mut self, work: &Work) -> Result<Choosing, InferenceError> {
        Ok(match &work.constraint {
            None => Choosing::Freely(sampler(work.temperature, work.seed)),
            Some(Constraint::Quotation(form)) => {
                self.pieces.get_or_insert_with(|| Pieces::of(&self.shop.model));
                Choosing::Held(Held::to(Arc::clone(form)))
            }
            Some(Constraint::Grammar(grammar)) => {
                let held = LlamaSampler::grammar(&self.shop.model, grammar, "root").map_err(|e| self.shop.failed(&e))?;
                Choosing::Freely(LlamaSampler::chain([held, sampler(work.temperature, work.seed)], true))
            }
        })
    }

    /// The next token; `None` when the form that the output is held to admits none.
    fn choose(&self, choosing: &mut Choosing) -> Option<LlamaToken> {
        let at = self.batch.n_tokens() - 1;
        match choosing {
            Choosing::Freely(sampler) => Some(sampler.sample(&self.context, at)),
            Choosing::Held(held) => held.take(self.pieces.as_ref()?, self.context.get_logits_ith(at)),
        }
    }

    /// Reads the prompt piece by piece; `false` when the reader left meanwhile.
    fn read_prompt(&mut self, work: &Work) -> Result<bool, InferenceError> {
        let pieces = work.prompt.chunks(PROMPT_PIECE);
        let last = pieces.len().saturating_sub(1);
        for (i, piece) in pieces.enumerate() {
            if work.reply.is_closed() {
                return Ok(false);
            }
            self.decode(piece, i * PROMPT_PIECE, i == last)?;
        }
        Ok(true)
    }

    /// Feeds tokens that begin at position `at`; with `speak`, the last one's successor can be sampled afterwards.
    fn decode(&mut self, tokens: &[LlamaToken], at: usize, speak: bool) -> Result<(), InferenceError> {
        self.batch.clear();
        for (i, token) in tokens.iter().enumerate() {
            let logits = speak && i + 1 == tokens.len();
            self.batch.add(*token, (at + i) as i32, &[0], logits).map_err(|e| self.shop.failed(&e))?;
        }
        let _inside = at_work();
        self.context.decode(&mut self.batch).map_err(|e| self.shop.failed(&e))
    }
}

/// How tokens are chosen.
enum Choosing {
    Freely(LlamaSampler),
    Held(Held),
}

impl Choosing {
    /// What remains to be written, where there is no choice any more.
    fn rest(&self) -> Option<&str> {
        match self {
            Self::Freely(_) => None,
            Self::Held(held) => held.rest(),
        }
    }
}

/// Temperature 0 takes the likeliest token; else tokens of at least a twentieth of its probability are drawn by seed.
fn sampler(temperature: f32, seed: u32) -> LlamaSampler {
    if temperature <= 0.0 {
        LlamaSampler::greedy()
    } else {
        LlamaSampler::chain([LlamaSampler::min_p(0.05, 1), LlamaSampler::temp(temperature), LlamaSampler::dist(seed)], true)
    }
}
