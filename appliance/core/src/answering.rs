//! How freely a model may answer: the modes, and which of them a model of some strength is let.

use crate::ports::models::{Generator, PromptProfile};
use serde::{Deserialize, Serialize};

/// Millions of parameters from which a model is let compose, unless the operator says otherwise. Models of a few hundred
/// million invent amounts and forget their sources; the figure is chosen with care, not measured.
const COMPOSING_PARAMETERS_M: u32 = 1_500;

/// How an answer's words come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AnswerMode {
    /// Only words of the sources: the model selects among them, and its decoding is held to them.
    Quote,
    /// Free wording, each sentence checked.
    Compose,
    /// The fields of a given form, each value checked.
    Extract,
}

/// Which mode an operator wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModeChoice {
    /// By the model's strength.
    #[default]
    Auto,
    /// Quotations alone, whatever the model.
    Quote,
    /// Free wording.
    Compose,
}

/// What becomes of a sentence that failed the check, after it was asked for once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unsupported {
    /// It is left out; the answer says how many were.
    Drop,
    /// It is shown struck through, with the reason.
    #[default]
    Strike,
}

/// How models answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AnsweringPolicy {
    /// The mode.
    pub mode: ModeChoice,
    /// What becomes of sentences without support.
    pub unsupported: Unsupported,
}

impl AnsweringPolicy {
    /// The mode in which `generator` answers. A model that was trained on the grounded format knows no other.
    pub fn mode_of(&self, generator: &dyn Generator) -> AnswerMode {
        match (self.mode, generator.profile()) {
            (ModeChoice::Quote, _) | (_, PromptProfile::GroundedJa) => AnswerMode::Quote,
            (ModeChoice::Compose, _) => AnswerMode::Compose,
            // A model of unknown size stands on a server that an operator chose for it.
            (ModeChoice::Auto, _) => match generator.parameters_m() {
                0 | COMPOSING_PARAMETERS_M.. => AnswerMode::Compose,
                _ => AnswerMode::Quote,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::ScriptedGenerator;

    #[test]
    fn the_mode_follows_the_model_and_the_operator() {
        let with = |mode| AnsweringPolicy { mode, ..AnsweringPolicy::default() };
        let (small, strong) = (ScriptedGenerator::grounded(""), ScriptedGenerator::chat(""));
        assert_eq!(with(ModeChoice::Auto).mode_of(&small), AnswerMode::Quote);
        assert_eq!(with(ModeChoice::Auto).mode_of(&strong), AnswerMode::Compose);
        assert_eq!(with(ModeChoice::Quote).mode_of(&strong), AnswerMode::Quote);
        assert_eq!(with(ModeChoice::Compose).mode_of(&small), AnswerMode::Quote, "it was trained on nothing else");
    }
}
