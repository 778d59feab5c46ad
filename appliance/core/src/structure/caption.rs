//! Captions of articles: 「（減免）」 on the line, before the article or after its name; titles after the name.

use super::marker::{Marker, marker};
use std::borrow::Cow;

/// Characters of a caption.
pub(super) const LONGEST_CAPTION: usize = 60;
/// Characters of an article's title on its own line.
const LONGEST_TITLE: usize = 40;

/// The caption or title at the start of what follows an article's name (empty where it has none), and the rest.
pub(super) fn of_article(body: &str) -> (String, &str) {
    if let Some(caption) = own_caption(body) {
        let rest =
            body.char_indices().skip(1).find(|(_, c)| matches!(c, '）' | ')' | '】')).map_or("", |(at, c)| &body[at + c.len_utf8()..]);
        return (caption, rest.trim_start());
    }
    let title = !body.is_empty() && body.chars().count() <= LONGEST_TITLE && !body.ends_with(['。', '、']) && !body.starts_with("削除");
    if title { (body.to_owned(), "") } else { (String::new(), body) }
}

/// What follows 附則 on its line, without the brackets around it: 「平成18年3月31日条例第25号　抄」.
pub(super) fn of_supplement(rest: &str) -> String {
    let rest = rest.trim();
    let Some(inner) = rest.strip_prefix(['(', '（', '〔', '［', '[']) else { return rest.to_owned() };
    let Some((inner, after)) = inner.split_once([')', '）', '〕', '］', ']']) else { return inner.to_owned() };
    if after.is_empty() { inner.to_owned() } else { format!("{inner}\u{3000}{}", after.trim()) }
}

/// A line without the emphasis of Markdown at its start: 「**第3条（減免）**」.
pub(super) fn unemphasised(line: &str) -> Cow<'_, str> {
    let rest = line.trim_start().strip_prefix("**");
    match rest.and_then(|rest| rest.split_once("**")) {
        Some((emphasised, rest)) => Cow::Owned(format!("{emphasised}{rest}")),
        None => Cow::Borrowed(line),
    }
}

/// A caption and an article on one line: 「（目的）第1条　…」.
pub(super) fn before_article(line: &str) -> (Option<String>, &str) {
    let line = line.trim();
    let Some(close) = line.starts_with(['（', '(']).then(|| line.find(['）', ')'])).flatten() else { return (None, line) };
    let end = close + line[close..].chars().next().map_or(0, char::len_utf8);
    let rest = line[end..].trim_start();
    match marker(rest) {
        Marker::Article { firm: true, .. } => {
            let open = line.chars().next().map_or(0, char::len_utf8);
            (Some(line[open..close].trim().to_owned()), rest)
        }
        _ => (None, line),
    }
}

/// The caption in brackets at the start of what follows an article's name: 「（減免）」, and not 「（以下略）の…」.
pub(super) fn own_caption(rest: &str) -> Option<String> {
    let mut characters = rest.char_indices();
    let close = match characters.next()?.1 {
        '（' => '）',
        '(' => ')',
        '【' => '】',
        _ => return None,
    };
    let (end, _) = characters.find(|(_, c)| *c == close)?;
    let open = rest.chars().next()?.len_utf8();
    let caption = &rest[open..end];
    let after = rest[end + close.len_utf8()..].chars().next();
    let ends = after.is_none_or(|c| c.is_whitespace() || !"のにをはがとでへもかま及又並若、，".contains(c));
    let plain = !caption.contains(['。', '、', '「']) || caption.chars().count() <= 30 && !caption.contains('。');
    let speaks = caption.contains("以下")
        || caption.contains("法律第")
        || caption.contains("条例第")
        || caption.contains("を除く")
        || caption.contains("を含む");
    (ends && plain && !speaks && (1..=LONGEST_CAPTION).contains(&caption.chars().count())).then(|| caption.trim().to_owned())
}
