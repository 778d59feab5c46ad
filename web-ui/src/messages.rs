//! Every visible word, from one catalogue a language.

use appliance_core::language::Language;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::sync::LazyLock;
use unic_langid::langid;

const JA: &str = include_str!("../locales/ja.ftl");
const EN: &str = include_str!("../locales/en.ftl");

static JAPANESE: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle(langid!("ja"), JA));
static ENGLISH: LazyLock<FluentBundle<FluentResource>> = LazyLock::new(|| bundle(langid!("en"), EN));

/// The words under `key`, with `arguments` filled in. A key that no catalogue has gives itself; tests see to it that
/// this does not happen.
pub fn text(language: Language, key: &str, arguments: &[(&'static str, FluentValue<'_>)]) -> String {
    let bundle: &FluentBundle<FluentResource> = match language {
        Language::Ja => &JAPANESE,
        Language::En => &ENGLISH,
    };
    let Some(pattern) = bundle.get_message(key).and_then(|m| m.value()) else { return key.to_owned() };
    let mut named = FluentArgs::new();
    for (name, value) in arguments {
        named.set(*name, value.clone());
    }
    bundle.format_pattern(pattern, Some(&named), &mut Vec::new()).into_owned()
}

fn bundle(language: unic_langid::LanguageIdentifier, source: &str) -> FluentBundle<FluentResource> {
    let resource = FluentResource::try_new(source.to_owned()).unwrap_or_else(|(readable, _)| readable);
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // Isolation marks would end up in attributes, clipboards and file names.
    bundle.set_use_isolating(false);
    bundle.add_resource_overriding(resource);
    bundle
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    fn keys(source: &str) -> BTreeSet<String> {
        let is_message = |line: &&str| line.starts_with(|c: char| c.is_ascii_lowercase());
        source.lines().filter(is_message).filter_map(|l| l.split_once(" =")).map(|(key, _)| key.to_owned()).collect()
    }

    fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let mut open = vec![root];
        let mut found = Vec::new();
        while let Some(path) = open.pop() {
            for entry in std::fs::read_dir(&path).expect("a folder of the crate") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    open.push(path);
                } else if path.to_string_lossy().ends_with(ending) {
                    found.push((path.display().to_string(), std::fs::read_to_string(&path).expect("UTF-8")));
                }
            }
        }
        found
    }

    /// Every string literal that is shaped like a key.
    fn literals(text: &str) -> BTreeSet<String> {
        let shaped = |s: &&str| s.starts_with(|c: char| c.is_ascii_lowercase()) && s.bytes().all(is_key_byte);
        text.split('"').filter(shaped).map(str::to_owned).collect()
    }

    fn is_key_byte(b: u8) -> bool {
        b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'
    }

    /// The literals that are certainly keys: first arguments of `t`, `with` and `count`.
    fn used(text: &str) -> BTreeSet<String> {
        [".t(\"", ".with(\"", ".count(\""]
            .iter()
            .flat_map(|call| text.split(call).skip(1))
            .filter_map(|rest| rest.split('"').next())
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn both_catalogues_are_sound_and_have_the_same_keys() {
        for (source, name) in [(JA, "ja"), (EN, "en")] {
            if let Err((_, errors)) = FluentResource::try_new(source.to_owned()) {
                panic!("{name}.ftl: {errors:?}");
            }
        }
        assert_eq!(keys(JA), keys(EN));
    }

    #[test]
    fn every_key_that_is_used_exists_and_every_key_is_used() {
        let known = keys(JA);
        let mut mentioned = BTreeSet::new();
        for (path, text) in files("templates", ".html").into_iter().chain(files("src", ".rs")) {
            if path.ends_with("messages.rs") {
                continue;
            }
            for key in used(&text) {
                assert!(known.contains(&key), "{path} uses {key}, which no catalogue has");
            }
            mentioned.extend(literals(&text));
        }
        let idle: Vec<_> = known.iter().filter(|k| !mentioned.contains(*k)).collect();
        assert!(idle.is_empty(), "never used: {idle:?}");
    }

    #[test]
    fn the_words_stay_calm() {
        for line in JA.lines().chain(EN.lines()) {
            assert!(!line.contains('!') && !line.contains('！'), "{line}");
        }
    }

    #[test]
    fn arguments_are_filled_in() {
        assert!(text(Language::Ja, "stage-chosen", &[("found", 12.into()), ("chosen", 3.into())]).contains("12件から3件"));
    }
}
