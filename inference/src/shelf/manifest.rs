//! The list of models as a file: `models.toml`.

use crate::InferenceError;
use appliance_core::id::ContentHash;
use appliance_core::ports::models::PromptProfile;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModelRole {
    /// Turns texts into vectors.
    Embedder,
    /// Writes answers.
    Generator,
    /// Orders passages by how well they answer.
    Reranker,
}

impl ModelRole {
    /// The name used in `models.toml` and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Embedder => "embedder",
            Self::Generator => "generator",
            Self::Reranker => "reranker",
        }
    }

    /// The role of that [`name`](Self::name).
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Embedder, Self::Generator, Self::Reranker].into_iter().find(|r| r.name() == name)
    }
}

/// A file that belongs to a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// Its name in the models folder.
    pub file: String,
    /// Its SHA-256.
    pub sha256: ContentHash,
    /// Its size.
    pub bytes: u64,
    /// Under which terms it may be used.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub licence: String,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub origin: String,
}

/// How `deploy/models/fetch` makes the file. The appliance itself fetches nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FetchRecipe {
    /// "join" or "e5".
    pub recipe: String,
    /// Pinned packages.
    pub packages: Vec<String>,
    /// Members of the packages, in order.
    pub members: Vec<String>,
}

/// One model of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelEntry {
    /// The name it is configured under.
    pub name: String,
    /// What it is for.
    pub role: ModelRole,
    /// Whether it is used when the configuration names none of its role.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub default: bool,
    /// Its file; of a split model, the first part.
    pub file: String,
    /// The file's SHA-256.
    pub sha256: ContentHash,
    /// The file's size.
    pub bytes: u64,
    /// Under which terms it may be used.
    #[serde(default)]
    pub licence: String,
    /// Where it comes from.
    #[serde(default)]
    pub origin: String,
    /// Tokens of context to use it with.
    pub context: u32,
    /// What an embedder wants in front of a question.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub query_prefix: String,
    /// What an embedder wants in front of a passage.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub passage_prefix: String,
    /// How a generator is spoken to; by its chat template, or plainly without one, when this is not set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<PromptProfile>,
    /// The further parts of a split model, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<ModelFile>,
    /// A LoRA adapter that is put onto a generator.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adapter: Option<ModelFile>,
    /// How the file is fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetch: Option<FetchRecipe>,
}

impl ModelEntry {
    /// All files of the model, with size and SHA-256.
    pub fn files(&self) -> impl Iterator<Item = (&str, u64, &ContentHash)> {
        let others = self.parts.iter().chain(&self.adapter);
        std::iter::once((self.file.as_str(), self.bytes, &self.sha256)).chain(others.map(|f| (f.file.as_str(), f.bytes, &f.sha256)))
    }

    /// The hash of all that makes the model what it is: the file's own, or, with parts or an adapter, the hash of all
    /// their names and hashes.
    pub fn identity_hash(&self) -> ContentHash {
        if self.parts.is_empty() && self.adapter.is_none() {
            return self.sha256.clone();
        }
        let all: String = self.files().map(|(file, _, hash)| format!("{file} {hash}\n")).collect();
        ContentHash::of(all.as_bytes())
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    format: u32,
    #[serde(default)]
    model: Vec<ModelEntry>,
}

/// Reads the list's text. `path` is for messages.
pub(super) fn parse(path: &Path, text: &str) -> Result<Vec<ModelEntry>, InferenceError> {
    let invalid = |reason: String| InferenceError::ManifestInvalid { path: path.to_owned(), reason };
    let manifest: Manifest = toml::from_str(text).map_err(|e| invalid(e.to_string().trim().to_owned()))?;
    if manifest.format != 1 {
        return Err(invalid(format!("its format is {}, this kura knows format 1", manifest.format)));
    }
    for (i, entry) in manifest.model.iter().enumerate() {
        if manifest.model[..i].iter().any(|other| other.name == entry.name) {
            return Err(invalid(format!("the name '{}' appears twice", entry.name)));
        }
        // A path out of the folder would let a list that was handed on name any file of the machine.
        if let Some((file, ..)) = entry.files().find(|(file, ..)| !is_file_name(file)) {
            return Err(invalid(format!("'{file}' of model '{}' is not a plain file name", entry.name)));
        }
        if ContentHash::parse(entry.sha256.as_str()).is_none() {
            return Err(invalid(format!("the SHA-256 of model '{}' is not 64 hexadecimal characters", entry.name)));
        }
    }
    Ok(manifest.model)
}

/// An entry as the text that is appended to the list.
pub(super) fn written(path: &Path, entry: &ModelEntry) -> Result<String, InferenceError> {
    #[derive(Serialize)]
    struct Appended<'a> {
        model: [&'a ModelEntry; 1],
    }
    toml::to_string(&Appended { model: [entry] })
        .map_err(|e| InferenceError::ManifestInvalid { path: path.to_owned(), reason: e.to_string() })
}

/// Whether a name stays within the folder it is looked up in.
pub(super) fn is_file_name(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0'])
}
