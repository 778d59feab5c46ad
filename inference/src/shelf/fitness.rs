//! Whether a GGUF file has what a role needs, judged by its header.

use super::manifest::ModelRole;
use crate::InferenceError;
use crate::gguf::{GgufError, Header};
use std::path::Path;

/// Architectures of llama.cpp that encode and do not generate.
const ENCODERS: [&str; 11] = [
    "bert",
    "modern-bert",
    "neo-bert",
    "eurobert",
    "nomic-bert",
    "nomic-bert-moe",
    "jina-bert-v2",
    "jina-bert-v3",
    "gemma-embedding",
    "llama-embed",
    "t5encoder",
];

/// `pooling_type` of a model that scores a pair of texts.
const POOLING_RANK: u64 = 4;
/// Tokens of context that a prompt with a single passage needs.
const LEAST_GENERATOR_CONTEXT: u64 = 512;
/// Tokens of context that a passage needs.
const LEAST_EMBEDDER_CONTEXT: u64 = 128;

/// Reads a model's header and refuses a file that is none, or cut short.
pub(super) fn whole_header(path: &Path) -> Result<Header, InferenceError> {
    let header = Header::read(path).map_err(|e| match e {
        GgufError::Io(source) => InferenceError::io("cannot read", path)(source),
        GgufError::Malformed(reason) => InferenceError::NoGguf { path: path.to_owned(), reason },
    })?;
    if !header.is_whole() {
        return Err(InferenceError::CutShort { path: path.to_owned(), needed: header.needed_bytes, actual: header.file_bytes });
    }
    Ok(header)
}

/// Refuses a model that cannot do what `role` asks; `model` names it in the message.
pub(super) fn check(model: &str, header: &Header, role: ModelRole) -> Result<(), InferenceError> {
    let refuse = |reason: String| Err(InferenceError::WrongRole { model: model.to_owned(), role: role.name(), reason });
    let Some(architecture) = header.architecture() else {
        return refuse("it names no architecture".to_owned());
    };
    if header.text("general.type") == Some("adapter") {
        return refuse("it is a LoRA adapter, which works only on top of its base model".to_owned());
    }
    if architecture == "clip" || header.text("general.type") == Some("mmproj") {
        return refuse("it is the image part of a model".to_owned());
    }
    if header.array_length("tokenizer.ggml.tokens").unwrap_or(0) == 0 {
        return refuse("it has no vocabulary".to_owned());
    }
    if header.tensors == 0 {
        return refuse("it has a vocabulary and no weights".to_owned());
    }
    let pooling = header.architecture_number("pooling_type");
    let encoder = ENCODERS.contains(&architecture);
    match role {
        ModelRole::Embedder if pooling == Some(POOLING_RANK) => {
            refuse("it scores pairs of texts (pooling \"rank\"): a reranker".to_owned())
        }
        ModelRole::Embedder if !encoder && pooling.unwrap_or(0) == 0 => {
            refuse(format!("its architecture {architecture} writes text, and it names no pooling that would make a vector of it"))
        }
        ModelRole::Generator if encoder => refuse(format!("its architecture {architecture} reads text and does not write any")),
        ModelRole::Generator if header.flag(&format!("{architecture}.attention.causal")) == Some(false) => {
            refuse("it attends to both sides (attention.causal is false), so it cannot write".to_owned())
        }
        ModelRole::Generator if pooling.is_some_and(|p| p != 0) => refuse("it is trained to embed or rank (it names a pooling)".to_owned()),
        ModelRole::Reranker if pooling != Some(POOLING_RANK) => {
            refuse("it does not score pairs of texts (its pooling is not \"rank\")".to_owned())
        }
        _ => check_context(header, role).or_else(refuse),
    }
}

fn check_context(header: &Header, role: ModelRole) -> Result<(), String> {
    let least = if role == ModelRole::Generator { LEAST_GENERATOR_CONTEXT } else { LEAST_EMBEDDER_CONTEXT };
    match header.architecture_number("context_length") {
        None => Err("it names no context length".to_owned()),
        Some(context) if context < least => Err(format!("its context is {context} tokens; at least {least} are needed")),
        Some(_) => Ok(()),
    }
}

/// What embedders of a family want in front of questions and passages, from their publishers' cards.
///
/// A wrong guess costs quality and breaks nothing; `models.toml` can be edited.
pub(super) fn prefixes(name: &str) -> (&'static str, &'static str) {
    let name = name.to_lowercase();
    let families = [
        ("ruri-v3", "検索クエリ: ", "検索文書: "),
        ("ruri", "クエリ: ", "文章: "),
        ("plamo-embedding", "", ""),
        ("e5", "query: ", "passage: "),
        ("nomic", "search_query: ", "search_document: "),
        ("embeddinggemma", "task: search result | query: ", "title: none | text: "),
        ("qwen3-embedding", "Instruct: Given a question, retrieve passages that answer it\nQuery:", ""),
    ];
    families.into_iter().find(|(family, ..)| name.contains(family)).map_or(("", ""), |(_, query, passage)| (query, passage))
}
