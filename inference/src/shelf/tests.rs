use super::*;
use crate::gguf::testing::Draft;
use tempfile::TempDir;

const EMPTY: &str = "# An operator's note.\nformat = 1\n";

fn shelf_with(manifest: &str) -> (TempDir, Shelf) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("models.toml"), manifest).unwrap();
    let shelf = Shelf::open(folder.path()).unwrap();
    (folder, shelf)
}

fn bert() -> Draft {
    Draft::default()
        .text("general.architecture", "bert")
        .number("bert.context_length", 512)
        .number("bert.pooling_type", 1)
        .texts("tokenizer.ggml.tokens", &["a", "b"])
        .tensor("token_embd.weight", 64)
}

fn llama() -> Draft {
    Draft::default()
        .text("general.architecture", "llama")
        .number("llama.context_length", 4096)
        .texts("tokenizer.ggml.tokens", &["a", "b"])
        .tensor("token_embd.weight", 64)
}

#[track_caller]
fn check_refusal(bytes: &[u8], role: ModelRole, expected: &str) {
    let (folder, mut shelf) = shelf_with(EMPTY);
    let file = folder.path().join("brought.gguf");
    fs::write(&file, bytes).unwrap();
    let refusal = shelf.add(&file, role, Some("mine")).unwrap_err().to_string();
    assert!(refusal.contains(expected), "{refusal:?} does not say {expected:?}");
    assert_eq!(fs::read_to_string(folder.path().join("models.toml")).unwrap(), EMPTY);
}

#[test]
fn a_file_that_cannot_do_its_work_is_refused_with_the_reason() {
    use ModelRole::{Embedder, Generator, Reranker};
    check_refusal(b"%PDF-1.7", Generator, "letters GGUF");
    let whole = llama().bytes();
    check_refusal(&whole[..whole.len() - 100], Generator, "cut short");
    check_refusal(&llama().bytes(), Embedder, "names no pooling");
    check_refusal(&bert().bytes(), Generator, "does not write");
    check_refusal(&bert().bytes(), Reranker, "not \"rank\"");
    check_refusal(&bert().text("general.type", "adapter").bytes(), Embedder, "LoRA adapter");
    let ranker = Draft::default()
        .text("general.architecture", "bert")
        .number("bert.context_length", 512)
        .number("bert.pooling_type", 4)
        .texts("tokenizer.ggml.tokens", &["a"])
        .tensor("t", 32);
    check_refusal(&ranker.bytes(), Embedder, "a reranker");
    let short = Draft::default()
        .text("general.architecture", "llama")
        .number("llama.context_length", 64)
        .texts("tokenizer.ggml.tokens", &["a"])
        .tensor("t", 32);
    check_refusal(&short.bytes(), Generator, "its context is 64 tokens");
    check_refusal(&Draft::default().text("general.architecture", "llama").bytes(), Generator, "no vocabulary");
    let vocabulary_only = Draft::default().text("general.architecture", "llama").texts("tokenizer.ggml.tokens", &["a"]);
    check_refusal(&vocabulary_only.bytes(), Generator, "no weights");
}

#[test]
fn a_model_that_llama_cpp_does_not_know_is_refused_and_leaves_no_trace() {
    let unknown = Draft::default()
        .text("general.architecture", "tomorrow")
        .number("tomorrow.context_length", 4096)
        .texts("tokenizer.ggml.tokens", &["a", "b"])
        .tensor("token_embd.weight", 64);
    check_refusal(&unknown.bytes(), ModelRole::Generator, "cannot be loaded");
}

#[test]
fn a_split_model_needs_all_its_parts() {
    let (folder, mut shelf) = shelf_with(EMPTY);
    let part = folder.path().join("big-00002-of-00003.gguf");
    fs::write(&part, llama().bytes()).unwrap();
    let refusal = shelf.add(&part, ModelRole::Generator, None).unwrap_err();
    assert!(matches!(refusal, InferenceError::PartMissing { missing: 1, parts: 3, .. }), "{refusal}");
    assert_eq!(split_name("big-00002-of-00003"), Some(("big", 2, 3)));
    assert_eq!(split_name("big-2-of-3"), None);
    assert_eq!(split_name("one-of-a-kind"), None);
}

#[test]
fn names_that_would_leave_the_folder_are_refused() {
    let (_folder, mut shelf) = shelf_with(EMPTY);
    for name in ["", "../x", "a/b", ".hidden", "a\nb"] {
        let refusal = shelf.add(Path::new("/nowhere.gguf"), ModelRole::Generator, Some(name)).unwrap_err();
        assert!(matches!(refusal, InferenceError::NameRefused { .. }), "{name:?}: {refusal}");
    }
    let escaping = format!(
        "format = 1\n[[model]]\nname = \"a\"\nrole = \"embedder\"\nfile = \"../a\"\nsha256 = \"{}\"\nbytes = 1\ncontext = 512\n",
        "0".repeat(64)
    );
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("models.toml"), escaping).unwrap();
    assert!(Shelf::open(folder.path()).unwrap_err().to_string().contains("plain file name"));
}

#[test]
fn a_missing_or_changed_file_is_named() {
    let listed = |sha256: &ContentHash| {
        format!(
            "format = 1\n[[model]]\nname = \"m\"\nrole = \"embedder\"\ndefault = true\nfile = \"m.gguf\"\nsha256 = \"{sha256}\"\nbytes = {}\ncontext = 512\n",
            bert().bytes().len()
        )
    };
    let (folder, shelf) = shelf_with(&listed(&ContentHash::of(&bert().bytes())));
    assert!(matches!(shelf.embedder(None), Err(InferenceError::ModelMissing { .. })));
    assert!(matches!(shelf.embedder(Some("other")), Err(InferenceError::UnknownModel { .. })));
    assert!(matches!(shelf.generator(None), Err(InferenceError::NoModel { .. })));

    let file = folder.path().join("m.gguf");
    fs::write(&file, b"short").unwrap();
    assert!(matches!(shelf.embedder(None), Err(InferenceError::ModelAltered { .. })));

    fs::write(&file, bert().bytes()).unwrap();
    assert_eq!(shelf.embedder(None).unwrap().identity.hash, ContentHash::of(&bert().bytes()));
    assert!(matches!(shelf.verify(|_| {})[0].outcome, Ok(Soundness::Sound)));

    let mut changed = bert().bytes();
    *changed.last_mut().unwrap() ^= 1;
    fs::write(&file, changed).unwrap();
    assert!(matches!(shelf.verify(|_| {})[0].outcome, Err(InferenceError::ModelAltered { .. })));
}

#[test]
fn an_adapter_is_part_of_a_generators_identity() {
    let text = include_str!("../../../deploy/models/models.toml");
    let entries = manifest::parse(Path::new("deploy/models/models.toml"), text).unwrap();
    let mut generator = entries.iter().find(|e| e.role == ModelRole::Generator && e.default).unwrap().clone();
    assert_eq!(generator.profile, Some(PromptProfile::GroundedJa));
    let with = generator.identity_hash();
    generator.adapter = None;
    assert_eq!(generator.identity_hash(), generator.sha256);
    assert_ne!(with, generator.sha256);
}
