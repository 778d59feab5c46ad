//! Texts as they are kept in the repository, against which what Kura says today is held.

use crate::workspace;
use anyhow::{Context, Result, bail};

/// Whether `said` is what `tests/snapshots/NAME.txt` holds. What is said now lies under the same name among the artefacts, to be
/// copied over where it is right.
pub fn agrees(name: &str, said: &str) -> Result<()> {
    let said = format!("{}\n", said.trim_end());
    let now = workspace::artefacts()?.join("snapshots").join(format!("{name}.txt"));
    std::fs::create_dir_all(now.parent().context("a folder")?)?;
    std::fs::write(&now, &said)?;
    let kept = workspace::root().join("tests/snapshots").join(format!("{name}.txt"));
    let before = std::fs::read_to_string(&kept).with_context(|| kept.display().to_string())?;
    if before == said {
        return Ok(());
    }
    let mut lines = before.lines().zip(said.lines());
    let first = lines.find(|(a, b)| a != b).unwrap_or(("(its end)", "(its end)"));
    bail!("{name} is not as it was kept; what is said now is in {}. First: {:?} instead of {:?}", now.display(), first.1, first.0)
}

/// A text with the characters that a page writes as entities.
pub fn without_entities(text: &str) -> String {
    let entities = [("&#38;", "&"), ("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">")];
    entities.iter().fold(text.to_owned(), |words, (entity, character)| words.replace(entity, character))
}

/// The words of a page: what stands in its elements, one line for each, without what is hidden in attributes.
pub fn words_of_html(html: &str) -> String {
    let mut words = String::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        words.push_str(&rest[..start]);
        let end = rest[start..].find('>').map_or(rest.len(), |at| start + at + 1);
        let inline = ["<a", "</a", "<b>", "</b>", "<span", "</span", "<code", "</code", "<small", "</small"];
        if !inline.iter().any(|tag| rest[start..].starts_with(tag)) {
            words.push('\n');
        }
        rest = &rest[end..];
    }
    words.push_str(rest);
    without_entities(&words).lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}
