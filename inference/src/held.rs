//! Writing under constraint: of the tokens that a model finds likely, the likeliest that its request admits.

use appliance_core::quoting::{Progress, QuotationForm};
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::token::LlamaToken;
use std::sync::Arc;

/// Tokens looked at before all others are: nearly always one of them is admitted.
const FIRST_LOOK: usize = 128;

/// The bytes of each token of a vocabulary, one behind the other.
pub(crate) struct Pieces {
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

impl Pieces {
    /// Reads the whole vocabulary (262,144 tokens: a tenth of a second). Control tokens have no bytes.
    pub(crate) fn of(model: &LlamaModel) -> Self {
        let vocab = model.vocab();
        let count = vocab.n_tokens();
        let mut pieces = Self { bytes: Vec::new(), ends: Vec::with_capacity(count.max(0) as usize) };
        for id in 0..count {
            pieces.bytes.extend(vocab.token_to_piece(LlamaToken(id), false, None));
            pieces.ends.push(pieces.bytes.len() as u32);
        }
        pieces
    }

    fn get(&self, token: usize) -> &[u8] {
        let start = token.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end as usize);
        self.ends.get(token).and_then(|end| self.bytes.get(start..*end as usize)).unwrap_or(&[])
    }
}

/// An output that is held to a form.
pub(crate) struct Held {
    form: Arc<QuotationForm>,
    progress: Progress,
}

impl Held {
    /// Before anything is written.
    pub(crate) fn to(form: Arc<QuotationForm>) -> Self {
        let progress = form.begin();
        Self { form, progress }
    }

    /// What remains to be written, where the form leaves no choice any more.
    pub(crate) fn rest(&self) -> Option<&str> {
        self.form.rest(&self.progress)
    }

    /// The likeliest token that the form admits, by the logits of all; `None` when it admits none.
    pub(crate) fn take(&mut self, pieces: &Pieces, logits: &[f32]) -> Option<LlamaToken> {
        let first = self.form.first_bytes(&self.progress);
        let may_begin = |id: &usize| pieces.get(*id).first().is_some_and(|byte| first[usize::from(*byte)]);
        let mut candidates: Vec<usize> = (0..logits.len()).filter(may_begin).collect();
        let likelier = |a: &usize, b: &usize| logits[*b].total_cmp(&logits[*a]).then(a.cmp(b));
        let mut looked = 0;
        if candidates.len() > FIRST_LOOK {
            candidates.select_nth_unstable_by(FIRST_LOOK, likelier);
            candidates[..FIRST_LOOK].sort_unstable_by(likelier);
            if let Some(token) = self.first_admitted(pieces, &candidates[..FIRST_LOOK]) {
                return Some(token);
            }
            looked = FIRST_LOOK;
        }
        candidates[looked..].sort_unstable_by(likelier);
        self.first_admitted(pieces, &candidates[looked..])
    }

    fn first_admitted(&mut self, pieces: &Pieces, candidates: &[usize]) -> Option<LlamaToken> {
        let (token, progress) = candidates.iter().find_map(|id| Some((*id, self.form.advance(&self.progress, pieces.get(*id))?)))?;
        self.progress = progress;
        Some(LlamaToken(i32::try_from(token).ok()?))
    }
}
