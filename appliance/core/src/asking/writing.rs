//! Letting the model write: in its mode, held to the sources where it only quotes, and once more where a sentence of its
//! own failed the check.

use super::{AskError, AskEvent, Walk};
use crate::answer::{AnswerSentence, Source, Stage, Support};
use crate::answering::{AnswerMode, Unsupported};
use crate::citation::{self, Verdict};
use crate::passage::StoredPassage;
use crate::ports::models::{Constraint, GenerationRequest, Generator, Prompt};
use crate::prompt;
use crate::question::Question;
use crate::quoting::QuotationForm;
use std::sync::Arc;

/// What a model is given to write with.
pub(super) struct Desk<'a> {
    pub generator: &'a dyn Generator,
    pub mode: AnswerMode,
    pub question: &'a Question,
    /// The sources that fit into the prompt.
    pub shown: &'a [Source],
    /// Passages found, for the reader's progress.
    pub found: usize,
}

/// What the model wrote, and how its sentences fared.
pub(super) struct Written {
    /// The output, where it is in the grounded format.
    pub output: String,
    /// The check of free wording.
    pub verdict: Option<Verdict>,
    /// Whether it was asked once more.
    pub rewritten: bool,
}

impl Desk<'_> {
    /// Lets the model write. Free wording with a sentence that fails the check is asked for once more, with what failed
    /// named; the better of the two is kept.
    pub(super) async fn write(&self, walk: &mut Walk<'_>) -> Result<Written, AskError> {
        let prompt = self.prompt();
        let output = self.generate(prompt.clone(), walk).await?;
        if self.mode != AnswerMode::Compose {
            return Ok(Written { output, verdict: None, rewritten: false });
        }
        let verdict = citation::verify_composed(&output, self.shown);
        let Some(failed) = failed(&verdict) else { return Ok(Written { output, verdict: Some(verdict), rewritten: false }) };
        let again = prompt::again(prompt, &output, &failed, self.question.language());
        if !self.fits(&again).await? {
            return Ok(Written { output, verdict: Some(verdict), rewritten: false });
        }
        walk.enter(Stage::Writing, self.found, self.shown.len()).await?;
        let second = self.generate(again, walk).await?;
        let verdict = better(verdict, citation::verify_composed(&second, self.shown));
        Ok(Written { output, verdict: Some(verdict), rewritten: true })
    }

    fn prompt(&self) -> Prompt {
        let passages: Vec<StoredPassage> = self.shown.iter().map(|s| s.passage.clone()).collect();
        prompt::build(self.generator.profile(), self.mode, self.question.language(), &passages, &self.question.words())
    }

    /// Whether a prompt leaves room for an answer.
    async fn fits(&self, prompt: &Prompt) -> Result<bool, AskError> {
        let tokens = self.generator.count_tokens(&prompt.text()).await?;
        Ok(tokens <= prompt::prompt_tokens(self.generator.profile(), self.generator.context_tokens()))
    }

    async fn generate(&self, prompt: Prompt, walk: &mut Walk<'_>) -> Result<String, AskError> {
        let language = self.question.language();
        let quoting = || Constraint::Quotation(Arc::new(QuotationForm::new(self.shown, language)));
        let request = GenerationRequest {
            prompt,
            max_tokens: prompt::answer_tokens(self.generator.profile()),
            temperature: 0.0,
            seed: self.question.seed,
            constraint: (self.mode == AnswerMode::Quote).then(quoting),
        };
        let mut tokens = self.generator.generate(request).await?;
        let mut output = String::new();
        while let Some(token) = tokens.recv().await {
            let text = token?;
            output.push_str(&text);
            walk.send(AskEvent::Token { text }).await?;
        }
        Ok(output)
    }
}

/// The sentences that failed; `None` when there is nothing to ask for once more.
fn failed(verdict: &Verdict) -> Option<Vec<AnswerSentence>> {
    let (Verdict::Checked(sentences) | Verdict::Rejected(sentences)) = verdict else { return None };
    let failed: Vec<AnswerSentence> = sentences.iter().filter(|s| s.support == Support::Unsupported).cloned().collect();
    (!failed.is_empty()).then_some(failed)
}

/// The second check where it leaves no more sentences without support, and supports something or refuses; else the first.
fn better(first: Verdict, second: Verdict) -> Verdict {
    let unsupported = |verdict: &Verdict| failed(verdict).map_or(0, |f| f.len());
    match (&first, &second) {
        (Verdict::Checked(_), Verdict::Checked(_)) if unsupported(&second) <= unsupported(&first) => second,
        (Verdict::Rejected(_), Verdict::Checked(_) | Verdict::Refusal) => second,
        _ => first,
    }
}

/// The sentences as they are shown, and how many were left out.
pub(super) fn shown(sentences: Vec<AnswerSentence>, unsupported: Unsupported) -> (Vec<AnswerSentence>, u32) {
    let before = sentences.len();
    let kept: Vec<AnswerSentence> = match unsupported {
        Unsupported::Strike => sentences,
        Unsupported::Drop => sentences.into_iter().filter(|s| s.support == Support::Supported).collect(),
    };
    let dropped = (before - kept.len()) as u32;
    (kept, dropped)
}
