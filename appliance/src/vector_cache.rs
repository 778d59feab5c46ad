//! Vectors kept between measurements: one file a model, records of the SHA-256 of a text in its role and its vector.

use anyhow::{Context as _, Result, bail};
use appliance_core::id::ContentHash;
use appliance_core::ports::Embedder;
use appliance_core::ports::models::TextRole;
use appliance_core::ranking::Embedding;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

type TextHash = [u8; 32];

/// An embedder whose vectors are remembered in a file.
pub struct VectorCache {
    known: HashMap<TextHash, Embedding>,
    file: File,
    /// Vectors taken from the file instead of the model.
    pub reused: usize,
}

impl VectorCache {
    /// Opens the file of a model in `folder`, or makes it. A record cut short by a crash is dropped.
    pub fn open(folder: &Path, model: &ContentHash, dimension: usize) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("folder {} cannot be made", folder.display()))?;
        let path = folder.join(format!("{model}.vectors"));
        let bytes = if path.exists() { fs::read(&path)? } else { Vec::new() };
        let record = 32 + dimension * 4;
        let whole = bytes.len() - bytes.len() % record;
        let mut known = HashMap::new();
        for record in bytes[..whole].chunks_exact(record) {
            let (hash, vector) = record.split_at(32);
            let Some(embedding) = crate::catalog::from_bytes(vector) else { bail!("{} is damaged; remove it", path.display()) };
            known.insert(TextHash::try_from(hash)?, embedding);
        }
        let file =
            File::options().create(true).append(true).open(&path).with_context(|| format!("{} cannot be written", path.display()))?;
        file.set_len(whole as u64)?;
        Ok(Self { known, file, reused: 0 })
    }

    /// The vectors of texts in a role, from the file where it has them.
    pub async fn embed(&mut self, embedder: &dyn Embedder, role: TextRole, texts: Vec<String>) -> Result<Vec<Embedding>> {
        let key = |text: &String| match role {
            TextRole::Passage | TextRole::Source => Sha256::digest(text).into(),
            // A byte that no text holds keeps the roles apart.
            TextRole::Query => Sha256::new().chain_update([0xff]).chain_update(text).finalize().into(),
        };
        let hashes: Vec<TextHash> = texts.iter().map(key).collect();
        let missing: Vec<(TextHash, String)> = hashes.iter().copied().zip(texts).filter(|(h, _)| !self.known.contains_key(h)).collect();
        self.reused += hashes.len() - missing.len();
        if !missing.is_empty() {
            let (new, texts): (Vec<TextHash>, Vec<String>) = missing.into_iter().unzip();
            for (hash, embedding) in new.into_iter().zip(embedder.embed(role, texts).await?) {
                self.file.write_all(&[hash.as_slice(), &crate::catalog::to_bytes(&embedding)].concat())?;
                self.known.insert(hash, embedding);
            }
        }
        hashes.iter().map(|h| self.known.get(h).cloned().context("the embedder gave too few vectors")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use appliance_core::testing::HashEmbedder;

    #[tokio::test]
    async fn a_second_opening_asks_the_model_for_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let embedder = HashEmbedder::new();
        let texts = vec!["粗大ごみ".to_owned(), "手数料".to_owned()];
        let open = || VectorCache::open(folder.path(), &embedder.identity().hash, embedder.dimension()).unwrap();
        let first = open().embed(&embedder, TextRole::Passage, texts.clone()).await.unwrap();
        let mut again = open();
        let second = again.embed(&embedder, TextRole::Passage, texts).await.unwrap();
        assert_eq!(again.reused, 2);
        assert!((first[0].cosine(&second[0]).0 - 1.0).abs() < 1e-6);
    }
}
