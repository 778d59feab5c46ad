//! A cross-encoder brought by an operator: a tiny one with weights of a seed, written here, because none is at hand.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by failing")]

use appliance_core::ports::models::Reranker;
use inference::shelf::{ModelRole, Shelf};
use inference::{EngineSettings, LlamaReranker};
use std::path::Path;
use std::time::Duration;

const WIDTH: usize = 16;
const INNER: usize = 32;
const CONTEXT: u32 = 128;
const LETTERS: &str = "手数料は円です休館日月曜何いくら粗大ごみの12345";

/// A file of GGUF version 3, built up in memory.
#[derive(Default)]
struct Gguf {
    pairs: Vec<u8>,
    pair_count: u64,
    tensors: Vec<(String, Vec<u64>, Vec<f32>)>,
    seed: u64,
}

impl Gguf {
    fn text(bytes: &mut Vec<u8>, text: &str) {
        bytes.extend((text.len() as u64).to_le_bytes());
        bytes.extend(text.as_bytes());
    }

    fn pair(&mut self, key: &str, kind: u32, value: &[u8]) {
        Self::text(&mut self.pairs, key);
        self.pairs.extend(kind.to_le_bytes());
        self.pairs.extend(value);
        self.pair_count += 1;
    }

    fn number(&mut self, key: &str, value: u32) {
        self.pair(key, 4, &value.to_le_bytes());
    }

    fn string(&mut self, key: &str, value: &str) {
        let mut bytes = Vec::new();
        Self::text(&mut bytes, value);
        self.pair(key, 8, &bytes);
    }

    fn weights(&mut self, name: &str, shape: &[u64], spread: f32, around: f32) {
        let count: u64 = shape.iter().product();
        let values = (0..count).map(|_| {
            self.seed = self.seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            around + ((self.seed >> 33) as f32 / (1u64 << 31) as f32 - 0.5) * spread
        });
        let values = values.collect();
        self.tensors.push((name.to_owned(), shape.to_vec(), values));
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend(b"GGUF");
        bytes.extend(3u32.to_le_bytes());
        bytes.extend((self.tensors.len() as u64).to_le_bytes());
        bytes.extend(self.pair_count.to_le_bytes());
        bytes.extend(&self.pairs);
        let mut offset = 0u64;
        for (name, shape, values) in &self.tensors {
            Self::text(&mut bytes, name);
            bytes.extend((shape.len() as u32).to_le_bytes());
            shape.iter().for_each(|n| bytes.extend(n.to_le_bytes()));
            bytes.extend(0u32.to_le_bytes());
            bytes.extend(offset.to_le_bytes());
            offset += (values.len() as u64 * 4).div_ceil(32) * 32;
        }
        let pad = |bytes: &mut Vec<u8>| bytes.resize(bytes.len().div_ceil(32) * 32, 0);
        pad(&mut bytes);
        for (_, _, values) in &self.tensors {
            values.iter().for_each(|v| bytes.extend(v.to_le_bytes()));
            pad(&mut bytes);
        }
        bytes
    }
}

/// A cross-encoder of one layer in the architecture of BERT.
fn cross_encoder() -> Vec<u8> {
    let mut file = Gguf { seed: 7, ..Gguf::default() };
    file.string("general.architecture", "bert");
    file.string("general.name", "tiny-cross-encoder");
    for (key, value) in [
        ("context_length", CONTEXT),
        ("embedding_length", WIDTH as u32),
        ("feed_forward_length", INNER as u32),
        ("block_count", 1),
        ("attention.head_count", 2),
        ("pooling_type", 4),
    ] {
        file.number(&format!("bert.{key}"), value);
    }
    file.pair("bert.attention.layer_norm_epsilon", 6, &1e-12f32.to_le_bytes());
    file.pair("bert.attention.causal", 7, &[0]);
    file.string("tokenizer.ggml.model", "bert");
    let mut tokens: Vec<String> = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"].map(str::to_owned).to_vec();
    tokens.extend(LETTERS.chars().flat_map(|c| [format!("\u{2581}{c}"), c.to_string()]));
    let (mut names, mut kinds): (Vec<u8>, Vec<u8>) = (Vec::new(), Vec::new());
    names.extend(8u32.to_le_bytes());
    kinds.extend(5u32.to_le_bytes());
    names.extend((tokens.len() as u64).to_le_bytes());
    kinds.extend((tokens.len() as u64).to_le_bytes());
    for (i, token) in tokens.iter().enumerate() {
        Gguf::text(&mut names, token);
        kinds.extend(
            match i {
                1 => 2i32,
                0 | 2..=4 => 3,
                _ => 1,
            }
            .to_le_bytes(),
        );
    }
    file.pair("tokenizer.ggml.tokens", 9, &names);
    file.pair("tokenizer.ggml.token_type", 9, &kinds);
    file.number("tokenizer.ggml.token_type_count", 2);
    for (key, id) in [("padding", 0), ("unknown", 1), ("bos", 2), ("cls", 2), ("eos", 3), ("seperator", 3), ("mask", 4)] {
        file.number(&format!("tokenizer.ggml.{key}_token_id"), id);
    }
    let (width, inner) = (WIDTH as u64, INNER as u64);
    file.weights("token_embd.weight", &[width, tokens.len() as u64], 2.0, 0.0);
    file.weights("position_embd.weight", &[width, u64::from(CONTEXT)], 0.5, 0.0);
    file.weights("token_types.weight", &[width, 2], 0.1, 0.0);
    for norm in ["token_embd_norm", "blk.0.attn_output_norm", "blk.0.layer_output_norm"] {
        file.weights(&format!("{norm}.weight"), &[width], 0.2, 1.0);
        file.weights(&format!("{norm}.bias"), &[width], 0.2, 0.0);
    }
    for (name, from, to) in [
        ("blk.0.attn_q", width, width),
        ("blk.0.attn_k", width, width),
        ("blk.0.attn_v", width, width),
        ("blk.0.attn_output", width, width),
        ("blk.0.ffn_up", width, inner),
        ("blk.0.ffn_down", inner, width),
        ("cls", width, width),
        ("cls.output", width, 1),
    ] {
        file.weights(&format!("{name}.weight"), &[from, to], 1.5, 0.0);
        file.weights(&format!("{name}.bias"), &[to], 0.1, 0.0);
    }
    file.bytes()
}

fn shelf(folder: &Path) -> Shelf {
    std::fs::write(folder.join("models.toml"), "format = 1\n").unwrap();
    Shelf::open(folder).unwrap()
}

#[tokio::test]
async fn a_cross_encoder_is_added_and_scores_pairs() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tiny.gguf");
    std::fs::write(&file, cross_encoder()).unwrap();
    let models = tempfile::tempdir().unwrap();
    let mut shelf = shelf(models.path());
    assert!(shelf.add(&file, ModelRole::Embedder, None).is_err(), "a reranker is no embedder");
    assert!(shelf.reranker(None).unwrap().is_none(), "nobody brought one yet");
    assert!(shelf.add(&file, ModelRole::Reranker, None).unwrap().default);
    let model = shelf.reranker(None).unwrap().unwrap();
    let reranker = LlamaReranker::load(&model, &EngineSettings::default()).unwrap();
    let texts =
        || ["手数料は12円です", "休館日は月曜です", "粗大ごみの手数料", "何日です", &"手数料".repeat(200)].map(str::to_owned).to_vec();
    let long = Duration::from_secs(60);
    let scores = reranker.score("手数料はいくら", texts(), long).await.unwrap();
    assert_eq!(scores.len(), 5);
    let mut different = scores.clone();
    different.sort_by(f32::total_cmp);
    different.dedup();
    assert_eq!(different.len(), 5, "each pair has a score of its own: {scores:?}");
    assert_eq!(scores, reranker.score("手数料はいくら", texts(), long).await.unwrap(), "the same pairs, the same scores");
    assert_ne!(scores, reranker.score("休館日は何曜日", texts(), long).await.unwrap(), "the question is read too");
    assert!(reranker.score("手数料はいくら", texts(), Duration::ZERO).await.unwrap().is_empty(), "no time, no scores");
    let one = reranker.score("手数料はいくら", vec!["休館日は月曜です".to_owned()], long).await.unwrap();
    assert_eq!(one[0], scores[1], "a score does not depend on what is read beside it");
}
