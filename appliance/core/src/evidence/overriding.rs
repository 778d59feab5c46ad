//! Provisions that override others: 「前項の規定にかかわらず」, 「別表第1の規定にかかわらず」.
//!
//! A rule and what overrides it are read together: quoting one of them alone would answer with a fee that does not apply.

use super::unit;
use crate::answer::Source;
use crate::folding::fold_tight;
use crate::locator::Span;

const OVERRIDES: &str = "の規定にかかわらず";

/// What a provision overrides.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Overridden {
    /// 前項, 前2項: the paragraph before it in its article.
    Paragraph,
    /// 前条: the article before it.
    Article,
    /// A named article or table of the document (`第5条`, `別表第1`), folded.
    Named(String),
}

/// Where a unit stands: the index of its source, and the bytes of that passage's text.
pub(super) type At = (usize, Span);

/// The unit that the unit at `at` overrides, when it is among the sources; the first of `ranked` when it overrides a whole
/// article or table.
pub(super) fn base(sources: &[Source], ranked: &[At], at: At) -> Option<At> {
    let (index, span) = at;
    let stored = &sources[index].passage;
    let place = overridden(span.slice(&stored.passage.text)?)?;
    match place {
        Overridden::Paragraph => {
            let paragraphs = paragraphs(&stored.passage.text);
            let own = paragraphs.iter().position(|p| p.contains(span))?;
            let before = paragraphs[own.checked_sub(1)?];
            Some((index, unit::units(stored).into_iter().find(|u| before.contains(*u))?))
        }
        Overridden::Article => {
            let before = stored.passage.ordinal.checked_sub(1)?;
            first_unit(sources, |s| s.passage.version == stored.version && s.passage.passage.ordinal == before)
        }
        Overridden::Named(name) => ranked.iter().copied().find(|other| *other != at && is_in(sources, *other, index, &name)),
    }
}

/// The units among the sources that override the unit at `at`.
pub(super) fn overriding(sources: &[Source], at: At) -> Vec<At> {
    let own = &sources[at.0].passage;
    let mut found = Vec::new();
    for (index, source) in sources.iter().enumerate().filter(|(_, s)| s.passage.version == own.version) {
        for span in unit::units(&source.passage) {
            let Some(place) = span.slice(&source.passage.passage.text).and_then(overridden) else { continue };
            let overrides = match &place {
                Overridden::Paragraph | Overridden::Article => base(sources, &[], (index, span)) == Some(at),
                Overridden::Named(name) => (index, span) != at && is_in(sources, at, index, name),
            };
            if overrides {
                found.push((index, span));
            }
        }
    }
    found
}

/// Whether the unit at `at` belongs to the article or table of that name, in the document of the source at `index`.
fn is_in(sources: &[Source], at: At, index: usize, name: &str) -> bool {
    let (stored, other) = (&sources[at.0].passage, &sources[index].passage);
    stored.version == other.version && heads(stored.passage.heading_path.last(), name)
}

fn first_unit(sources: &[Source], is_it: impl Fn(&Source) -> bool) -> Option<At> {
    let index = sources.iter().position(is_it)?;
    Some((index, unit::units(&sources[index].passage).into_iter().next()?))
}

/// Whether the heading is that of the article or table: 第5条 heads 第5条（手数料）, not 第5条の2.
fn heads(heading: Option<&String>, name: &str) -> bool {
    let Some(rest) = heading.map(|h| fold_tight(h)).and_then(|h| h.strip_prefix(name).map(str::to_owned)) else { return false };
    !rest.starts_with(|c: char| c.is_ascii_digit() || matches!(c, 'の' | '条') || "一二三四五六七八九十".contains(c))
}

fn overridden(text: &str) -> Option<Overridden> {
    let folded = fold_tight(text);
    let before = &folded[..folded.find(OVERRIDES)?];
    if before.ends_with('項') && before.chars().rev().skip(1).take(2).any(|c| c == '前') {
        return Some(Overridden::Paragraph);
    }
    if before.ends_with("前条") {
        return Some(Overridden::Article);
    }
    let table = before.rfind("別表").filter(|at| is_own(before, *at));
    let article = before.rfind('条').and_then(|at| before[..at].rfind('第')).filter(|at| is_own(before, *at));
    let name = match (table, article) {
        (Some(at), _) if !before[at..].contains(['、', '。']) => &before[at..],
        (_, Some(at)) if !before[at..].contains(['、', '。']) => {
            let article = &before[at..];
            &article[..article.find('条').map_or(article.len(), |end| end + '条'.len_utf8())]
        }
        _ => return None,
    };
    Some(Overridden::Named(name.to_owned()))
}

/// Whether a reference at `at` means the document's own article or table, not another law's (法第5条).
fn is_own(before: &str, at: usize) -> bool {
    !before[..at].ends_with(['法', '令', '例', '則', ')', '」'])
}

/// The paragraphs (項) of an article's text: each begins at a line with the article's or its own number.
fn paragraphs(text: &str) -> Vec<Span> {
    let mut starts = vec![0];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let digits = fold_tight(line).chars().take_while(char::is_ascii_digit).count();
        if at > 0 && digits > 0 && digits <= 2 {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts.iter().copied().skip(1).chain([text.len()]);
    starts.iter().copied().zip(ends).map(|(start, end)| Span::new(start, end)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_overridden_is_read_from_the_wording() {
        let named = |name: &str| Some(Overridden::Named(name.to_owned()));
        assert_eq!(overridden("前項の規定にかかわらず、午前9時から"), Some(Overridden::Paragraph));
        assert_eq!(overridden("２ 前２項の規定にかかわらず、"), Some(Overridden::Paragraph));
        assert_eq!(overridden("場合には、前条の規定にかかわらず、"), Some(Overridden::Article));
        assert_eq!(overridden("手数料の額は、別表第1の規定にかかわらず、100円"), named("別表第1"));
        assert_eq!(overridden("第５条第１項の規定にかかわらず、"), named("第5条"));
        assert_eq!(overridden("法第5条の規定にかかわらず、"), None);
        assert_eq!(overridden("手数料は、100円とする。"), None);
    }

    #[test]
    fn an_article_is_not_its_branch() {
        let heading = |text: &str| Some(text.to_owned());
        assert!(heads(heading("第5条（手数料）").as_ref(), "第5条"));
        assert!(!heads(heading("第5条の2（特例）").as_ref(), "第5条"));
        assert!(!heads(heading("別表第12").as_ref(), "別表第1"));
    }
}
