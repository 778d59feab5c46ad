//! The shelf: the models an appliance has, in one folder, listed in its `models.toml`.
//!
//! The list pins each file by SHA-256 and size. Start-up compares sizes only, so that it stays fast; `verify` reads every
//! byte.

mod fitness;
mod manifest;

pub use manifest::{FetchRecipe, ModelEntry, ModelFile, ModelRole};

use crate::InferenceError;
use crate::backend::try_vocabulary;
use crate::gguf::Header;
use appliance_core::id::ContentHash;
use appliance_core::ports::models::{ModelIdentity, PromptProfile};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// The most context that an added model is given; its KV cache grows with it. `models.toml` can say more.
const USUAL_CONTEXT: u64 = 8192;

/// An embedder as it is loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmbedderModel {
    /// Its name and hash.
    pub identity: ModelIdentity,
    /// The GGUF file, or the first part of it.
    pub path: PathBuf,
    /// Tokens that a text may have.
    pub context: u32,
    /// What goes in front of a question.
    pub query_prefix: String,
    /// What goes in front of a passage.
    pub passage_prefix: String,
}

/// A generator as it is loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratorModel {
    /// Its name and hash.
    pub identity: ModelIdentity,
    /// The GGUF file, or the first part of it.
    pub path: PathBuf,
    /// The LoRA adapter's file.
    pub adapter: Option<PathBuf>,
    /// Tokens that prompt and answer may have together.
    pub context: u32,
    /// How it is spoken to, where the list says so.
    pub profile: Option<PromptProfile>,
}

/// A reranker as it is loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RerankerModel {
    /// Its name and hash.
    pub identity: ModelIdentity,
    /// The GGUF file, or the first part of it.
    pub path: PathBuf,
    /// Tokens that a question and a passage may have together.
    pub context: u32,
}

/// The most context that a reranker is given: a question and a passage are no longer, and every pair pays for it.
const RERANKER_CONTEXT: u32 = 512;

/// What came of verifying one model.
#[derive(Debug)]
pub struct Verification {
    /// The model's name.
    pub model: String,
    /// Whether its files are the pinned ones.
    pub outcome: Result<Soundness, InferenceError>,
}

/// A verified model's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Soundness {
    /// Size, SHA-256 and GGUF structure of every file are right.
    Sound,
    /// An optional model that was never fetched.
    NotFetched,
}

/// The models of an appliance.
#[derive(Debug, Clone)]
pub struct Shelf {
    folder: PathBuf,
    entries: Vec<ModelEntry>,
}

impl Shelf {
    /// Opens a models folder by its `models.toml`.
    pub fn open(folder: &Path) -> Result<Self, InferenceError> {
        let path = folder.join("models.toml");
        let text = fs::read_to_string(&path).map_err(InferenceError::io("cannot read", &path))?;
        Ok(Self { folder: folder.to_owned(), entries: manifest::parse(&path, &text)? })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The models, in the list's order.
    pub fn list(&self) -> &[ModelEntry] {
        &self.entries
    }

    /// Whether all files of a model are there.
    pub fn is_present(&self, entry: &ModelEntry) -> bool {
        entry.files().all(|(file, ..)| self.folder.join(file).is_file())
    }

    /// The embedder of that name, or the default one.
    pub fn embedder(&self, name: Option<&str>) -> Result<EmbedderModel, InferenceError> {
        let entry = self.find(ModelRole::Embedder, name)?;
        self.check_sizes(entry)?;
        Ok(EmbedderModel {
            identity: identity(entry),
            path: self.folder.join(&entry.file),
            context: entry.context,
            query_prefix: entry.query_prefix.clone(),
            passage_prefix: entry.passage_prefix.clone(),
        })
    }

    /// The generator of that name, or the default one.
    pub fn generator(&self, name: Option<&str>) -> Result<GeneratorModel, InferenceError> {
        let entry = self.find(ModelRole::Generator, name)?;
        self.check_sizes(entry)?;
        Ok(GeneratorModel {
            identity: identity(entry),
            path: self.folder.join(&entry.file),
            adapter: entry.adapter.as_ref().map(|a| self.folder.join(&a.file)),
            context: entry.context,
            profile: entry.profile,
        })
    }

    /// The reranker of that name; without a name the default one, `None` where nobody brought any.
    pub fn reranker(&self, name: Option<&str>) -> Result<Option<RerankerModel>, InferenceError> {
        if name.is_none() && !self.entries.iter().any(|e| e.role == ModelRole::Reranker && e.default) {
            return Ok(None);
        }
        let entry = self.find(ModelRole::Reranker, name)?;
        self.check_sizes(entry)?;
        let path = self.folder.join(&entry.file);
        Ok(Some(RerankerModel { identity: identity(entry), path, context: entry.context.min(RERANKER_CONTEXT) }))
    }

    fn find(&self, role: ModelRole, name: Option<&str>) -> Result<&ModelEntry, InferenceError> {
        let mut of_role = self.entries.iter().filter(|e| e.role == role);
        match name {
            None => of_role.find(|e| e.default).ok_or(InferenceError::NoModel { role: role.name() }),
            Some(name) => of_role.clone().find(|e| e.name == name).ok_or_else(|| InferenceError::UnknownModel {
                name: name.to_owned(),
                role: role.name(),
                known: of_role.map(|e| e.name.as_str()).collect::<Vec<_>>().join(", "),
            }),
        }
    }

    fn check_sizes(&self, entry: &ModelEntry) -> Result<(), InferenceError> {
        for (file, bytes, _) in entry.files() {
            let path = self.folder.join(file);
            let Ok(metadata) = fs::metadata(&path) else {
                return Err(InferenceError::ModelMissing { model: entry.name.clone(), path });
            };
            if metadata.len() != bytes {
                let reason = format!("it has {} bytes, {bytes} were pinned", metadata.len());
                return Err(InferenceError::ModelAltered { model: entry.name.clone(), path, reason });
            }
        }
        Ok(())
    }

    /// Reads every byte of every model and compares it with the list. `progress` is told each file's name before it is read.
    pub fn verify(&self, mut progress: impl FnMut(&str)) -> Vec<Verification> {
        self.entries
            .iter()
            .map(|entry| Verification { model: entry.name.clone(), outcome: self.verify_entry(entry, &mut progress) })
            .collect()
    }

    fn verify_entry(&self, entry: &ModelEntry, progress: &mut impl FnMut(&str)) -> Result<Soundness, InferenceError> {
        if !entry.default && entry.fetch.is_some() && !self.folder.join(&entry.file).exists() {
            return Ok(Soundness::NotFetched);
        }
        self.check_sizes(entry)?;
        for (file, _, pinned) in entry.files() {
            progress(file);
            let path = self.folder.join(file);
            let found = hash_of(&path)?;
            if found != *pinned {
                let reason = format!("its SHA-256 begins {}, {} was pinned", found.short(), pinned.short());
                return Err(InferenceError::ModelAltered { model: entry.name.clone(), path, reason });
            }
            fitness::whole_header(&path)?;
        }
        Ok(Soundness::Sound)
    }

    /// Puts a GGUF file on the shelf: checks it for its role, links or copies it into the folder and lists it. Of a split
    /// model, any part may be given; the others are taken from beside it. Without a name, the file's is taken. It becomes
    /// the default of its role when there is none yet.
    pub fn add(&mut self, file: &Path, role: ModelRole, name: Option<&str>) -> Result<&ModelEntry, InferenceError> {
        let sources = parts_of(file)?;
        let stem = sources.stem.clone();
        let name = name.unwrap_or(&stem);
        self.check_name(name)?;
        let first = sources.paths.first().map_or(file, PathBuf::as_path);
        let mut header = fitness::whole_header(first)?;
        for part in sources.paths.iter().skip(1) {
            // The first part may hold the metadata alone.
            header.tensors += fitness::whole_header(part)?.tensors;
        }
        fitness::check(&first.display().to_string(), &header, role)?;
        // llama.cpp has the last word: it knows which architectures and tokenizers this build can read.
        try_vocabulary(name, first)?;

        let mut files = sources.paths.iter().map(|path| self.take_in(path)).collect::<Result<Vec<_>, _>>()?.into_iter();
        let Some(head) = files.next() else {
            return Err(InferenceError::NoGguf { path: file.to_owned(), reason: "it has no parts".to_owned() });
        };
        let entry = self.described(name, role, &header, head, files.collect());
        self.append(&entry)?;
        self.entries.push(entry);
        Ok(&self.entries[self.entries.len() - 1])
    }

    fn described(&self, name: &str, role: ModelRole, header: &Header, head: ModelFile, parts: Vec<ModelFile>) -> ModelEntry {
        let published = header.text("general.name").unwrap_or(name);
        let (query_prefix, passage_prefix) = match role {
            ModelRole::Embedder => fitness::prefixes(&format!("{published} {} {name}", head.file)),
            _ => ("", ""),
        };
        ModelEntry {
            name: name.to_owned(),
            role,
            default: !self.entries.iter().any(|e| e.role == role && e.default),
            file: head.file,
            sha256: head.sha256,
            bytes: head.bytes,
            licence: header.text("general.license").unwrap_or("not named in the file").to_owned(),
            origin: format!("{published}, added by an operator"),
            context: header.architecture_number("context_length").unwrap_or(USUAL_CONTEXT).min(USUAL_CONTEXT) as u32,
            query_prefix: query_prefix.to_owned(),
            passage_prefix: passage_prefix.to_owned(),
            profile: None,
            parts,
            adapter: None,
            fetch: None,
        }
    }

    fn check_name(&self, name: &str) -> Result<(), InferenceError> {
        let refuse = |reason: &str| Err(InferenceError::NameRefused { name: name.to_owned(), reason: reason.to_owned() });
        if !manifest::is_file_name(name) || name.chars().any(char::is_control) || name.len() > 100 {
            return refuse("a name has 1 to 100 bytes, no slashes and no control characters, and does not begin with a full stop");
        }
        if self.entries.iter().any(|e| e.name == name) {
            return refuse("another model has it");
        }
        Ok(())
    }

    /// Links or copies a file into the folder, hashing it on the way.
    fn take_in(&self, source: &Path) -> Result<ModelFile, InferenceError> {
        let file = source.file_name().and_then(|n| n.to_str()).unwrap_or_default().to_owned();
        if !manifest::is_file_name(&file) {
            return Err(InferenceError::NameRefused { name: source.display().to_string(), reason: "it is no plain file name".to_owned() });
        }
        let source = fs::canonicalize(source).map_err(InferenceError::io("cannot read", source))?;
        let sha256 = hash_of(&source)?;
        let target = self.folder.join(&file);
        let bytes = fs::metadata(&source).map_err(InferenceError::io("cannot read", &source))?.len();
        if target.exists() {
            if hash_of(&target)? != sha256 {
                return Err(InferenceError::NameRefused {
                    name: file,
                    reason: "another file of that name is in the models folder".to_owned(),
                });
            }
        } else {
            let temporary = self.folder.join(format!(".{file}.part"));
            link_or_copy(&source, &temporary).map_err(InferenceError::io("cannot write", &temporary))?;
            fs::rename(&temporary, &target).map_err(InferenceError::io("cannot write", &target))?;
        }
        Ok(ModelFile { file, sha256, bytes, licence: String::new(), origin: String::new() })
    }

    /// Adds an entry at the end of the list's text, whose comments and order stay as the operator left them.
    fn append(&self, entry: &ModelEntry) -> Result<(), InferenceError> {
        let path = self.folder.join("models.toml");
        let mut text = fs::read_to_string(&path).map_err(InferenceError::io("cannot read", &path))?;
        if !text.ends_with('\n') {
            text.push('\n');
        }
        text.push('\n');
        text.push_str(&manifest::written(&path, entry)?);
        manifest::parse(&path, &text)?;
        replace(&path, text.as_bytes()).map_err(InferenceError::io("cannot write", &path))
    }
}

fn identity(entry: &ModelEntry) -> ModelIdentity {
    ModelIdentity { name: entry.name.clone(), hash: entry.identity_hash() }
}

/// The files of a model, in order, and the name they share.
struct Parts {
    paths: Vec<PathBuf>,
    stem: String,
}

/// All parts of the model that `file` is, or is a part of (`…-00001-of-00003.gguf`).
fn parts_of(file: &Path) -> Result<Parts, InferenceError> {
    let stem = file.file_stem().and_then(|s| s.to_str()).unwrap_or_default().to_owned();
    let Some((base, _, count)) = split_name(&stem) else {
        return Ok(Parts { paths: vec![file.to_owned()], stem });
    };
    let paths: Vec<PathBuf> = (1..=count).map(|n| file.with_file_name(format!("{base}-{n:05}-of-{count:05}.gguf"))).collect();
    match paths.iter().position(|p| !p.is_file()) {
        Some(missing) => Err(InferenceError::PartMissing { path: file.to_owned(), missing: missing as u32 + 1, parts: count }),
        None => Ok(Parts { paths, stem: base.to_owned() }),
    }
}

/// Takes `name-00002-of-00003` apart into `name`, 2 and 3.
fn split_name(stem: &str) -> Option<(&str, u32, u32)> {
    let (rest, count) = stem.rsplit_once("-of-")?;
    let (base, number) = rest.rsplit_once('-')?;
    let five = |digits: &str| (digits.len() == 5).then(|| digits.parse().ok()).flatten();
    let (number, count): (u32, u32) = (five(number)?, five(count)?);
    (1..=count).contains(&number).then_some((base, number, count))
}

fn hash_of(path: &Path) -> Result<ContentHash, InferenceError> {
    let mut file = File::open(path).map_err(InferenceError::io("cannot read", path))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let read = file.read(&mut buffer).map_err(InferenceError::io("cannot read", path))?;
        if read == 0 {
            return Ok(ContentHash::from_digest(hasher.finalize().as_slice()));
        }
        hasher.update(&buffer[..read]);
    }
}

fn link_or_copy(source: &Path, target: &Path) -> io::Result<()> {
    match fs::remove_file(target) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    if fs::hard_link(source, target).is_ok() {
        return Ok(());
    }
    let copied = fs::copy(source, target).and_then(|_| File::open(target)?.sync_all());
    if copied.is_err() {
        // Half a model must not take up the space that was too small for it.
        let _ = fs::remove_file(target);
    }
    copied
}

fn replace(path: &Path, contents: &[u8]) -> io::Result<()> {
    let temporary = path.with_extension("toml.part");
    let mut file = File::create(&temporary)?;
    file.write_all(contents)?;
    file.sync_all()?;
    fs::rename(&temporary, path)
}

#[cfg(test)]
mod tests;
