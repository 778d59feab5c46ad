//! What can go wrong with models, and what an operator can do about it.

use appliance_core::ports::PortError;
use std::path::PathBuf;
use thiserror::Error;

/// Why a model cannot be used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum InferenceError {
    /// The processor is older than the build.
    #[error("this processor lacks {sets}, which the models need")]
    CpuLacks {
        /// The missing instruction sets.
        sets: String,
    },
    /// A file or folder could not be read or written.
    #[error("{action} {}", path.display())]
    Io {
        /// What was being done, as in "cannot read".
        action: &'static str,
        /// To which file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// The list of models is no such list.
    #[error("{} is not a list of models: {reason}", path.display())]
    ManifestInvalid {
        /// The file.
        path: PathBuf,
        /// Where and why.
        reason: String,
    },
    /// The file is no GGUF, or a broken one.
    #[error("{}: not a usable GGUF file: {reason}", path.display())]
    NoGguf {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The file ends before its last tensor does.
    #[error("{}: cut short: its tensors need {needed} bytes, it has {actual}", path.display())]
    CutShort {
        /// The file.
        path: PathBuf,
        /// Bytes that the header announces.
        needed: u64,
        /// Bytes that there are.
        actual: u64,
    },
    /// A part of a split model is not beside the others.
    #[error("part {missing} of {parts} is missing beside {}", path.display())]
    PartMissing {
        /// The part that was given.
        path: PathBuf,
        /// The missing part, from 1.
        missing: u32,
        /// How many there are.
        parts: u32,
    },
    /// The model cannot do what the role asks.
    #[error("{model} cannot be used as {role}: {reason}")]
    WrongRole {
        /// The model or file.
        model: String,
        /// The role.
        role: &'static str,
        /// What it lacks.
        reason: String,
    },
    /// The name cannot be given to a model.
    #[error("the name '{name}' cannot be used: {reason}")]
    NameRefused {
        /// The name.
        name: String,
        /// Why.
        reason: String,
    },
    /// No model of that name and role is on the shelf.
    #[error("there is no {role} named '{name}' (there is: {known})")]
    UnknownModel {
        /// The name asked for.
        name: String,
        /// The role asked for.
        role: &'static str,
        /// The names of that role.
        known: String,
    },
    /// No model has the role by default.
    #[error("no model is set as the {role}")]
    NoModel {
        /// The role.
        role: &'static str,
    },
    /// The model's file is not there.
    #[error("the file of model '{model}' is missing: {}", path.display())]
    ModelMissing {
        /// The model.
        model: String,
        /// Its file.
        path: PathBuf,
    },
    /// The model's file is not the one that was pinned.
    #[error("the file of model '{model}' has changed: {}: {reason}", path.display())]
    ModelAltered {
        /// The model.
        model: String,
        /// Its file.
        path: PathBuf,
        /// What differs.
        reason: String,
    },
    /// llama.cpp refused the model.
    #[error("model '{model}' cannot be loaded: {reason}")]
    LoadRefused {
        /// The model.
        model: String,
        /// What failed; llama.cpp's own words are in the log.
        reason: String,
    },
    /// The prompt leaves no room for an answer.
    #[error("the prompt has {tokens} tokens, the model's context holds {context}")]
    PromptTooLong {
        /// Tokens of the prompt.
        tokens: usize,
        /// Tokens of the context.
        context: u32,
    },
    /// Too many answers wait to be written.
    #[error("{waiting} answers are already waiting to be written")]
    TooManyWaiting {
        /// How many.
        waiting: usize,
    },
    /// The messages cannot be turned into a prompt.
    #[error("model '{model}' has no chat template that can be used")]
    NoTemplate {
        /// The model.
        model: String,
    },
    /// The worker thread ended.
    #[error("the worker of model '{model}' has stopped")]
    WorkerStopped {
        /// The model.
        model: String,
    },
    /// A computation failed.
    #[error("model '{model}' failed while {doing}: {reason}")]
    ComputationFailed {
        /// The model.
        model: String,
        /// As in "embedding".
        doing: &'static str,
        /// llama.cpp's reason.
        reason: String,
    },
    /// The model does not do its work.
    #[error("the self-test of model '{model}' failed: {reason}")]
    SelfTestFailed {
        /// The model.
        model: String,
        /// What was wrong.
        reason: String,
    },
}

impl InferenceError {
    /// What an operator can do.
    pub fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::CpuLacks { .. } => {
                "use a machine with an x86-64 processor of 2015 or later; in a virtual machine, pass the host's processor through"
            }
            Self::Io { .. } => "check that the file exists, the rights of its folder and the free space",
            Self::ManifestInvalid { .. } => "correct models.toml, or restore it from deploy/models/models.toml",
            Self::NoGguf { .. } => "take a file in GGUF format, version 2 or 3, from the model's publisher",
            Self::CutShort { .. } => "copy or download the file again",
            Self::PartMissing { .. } => "put all parts of the split model into one folder",
            Self::WrongRole { .. } => "choose another model for this role",
            Self::NameRefused { .. } => "give another name with --name",
            Self::UnknownModel { .. } => "see `kura models list`, or add one with `kura models add`",
            Self::NoModel { .. } => "add one with `kura models add`, or run deploy/models/fetch",
            Self::ModelMissing { .. } => "run deploy/models/fetch --to with the appliance's models folder, or add the model again",
            Self::ModelAltered { .. } => "restore the file, then run `kura models verify`",
            Self::LoadRefused { .. } => "see the log for llama.cpp's reason; the model may be newer than this build, or memory too small",
            Self::PromptTooLong { .. } => "ask a shorter question, or set a larger context for the model",
            Self::TooManyWaiting { .. } => "ask again in a moment",
            Self::NoTemplate { .. } => "set profile = \"plain\" for the model in models.toml",
            Self::WorkerStopped { .. } => "restart kura and see the log",
            Self::ComputationFailed { .. } => "see the log; restart kura if it happens again",
            Self::SelfTestFailed { .. } => "run `kura models verify`; if the files are right, choose another model",
        })
    }

    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}

impl From<InferenceError> for PortError {
    fn from(error: InferenceError) -> Self {
        let (message, hint) = (error.to_string(), error.hint());
        let port_error = match error {
            InferenceError::Io { source, .. } => Self::caused(message, source),
            _ => Self::new(message),
        };
        match hint {
            Some(hint) => port_error.with_hint(hint),
            None => port_error,
        }
    }
}
