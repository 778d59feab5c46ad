//! Headings as Japanese documents write them: parts of ordinances, supplementary provisions, schedules, articles.

use appliance_core::folding::fold;
use appliance_core::structure;

/// What a line opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Opening {
    /// A part that holds others (編, 章, 節, 款, 目; 附則; 別表; 様式), with its depth from 1.
    Part(u8),
    /// An article (第9条の2): its name as written.
    Article(String),
    /// A caption in brackets on a line of its own: it belongs to the article that follows.
    Caption,
    /// An item of a list (項, 号, bullets).
    Item,
}

/// What the line opens, if anything.
pub(crate) fn opening(line: &str) -> Option<Opening> {
    let line = line.trim();
    let tight: String = fold(line).chars().filter(|c| !c.is_whitespace()).collect();
    let short = tight.chars().count() <= 45 && !line.ends_with(['。', '、']);
    let contents = structure::is_entry_of_contents(line);
    let short = short && !contents;
    if let Some((_, unit, _)) = numbered(&tight) {
        match unit {
            '編' if short => return Some(Opening::Part(1)),
            '章' if short => return Some(Opening::Part(2)),
            '節' if short => return Some(Opening::Part(3)),
            '款' if short => return Some(Opening::Part(4)),
            '目' if short => return Some(Opening::Part(5)),
            '条' if !contents && is_article(line) => return article_name(line).map(Opening::Article),
            _ => {}
        }
    }
    if short && (is_supplement(&tight) || is_schedule(&tight)) {
        return Some(Opening::Part(2));
    }
    if is_caption(line) {
        return Some(Opening::Caption);
    }
    is_item(line).then_some(Opening::Item)
}

/// Whether the line leads to a page number with dots.
pub(crate) fn has_leaders(line: &str) -> bool {
    let leaders = line.chars().filter(|c| matches!(c, '…' | '‥' | '・' | '.' | '･' | '．')).count();
    let end = line.trim_end().chars().next_back();
    (leaders >= 6 || line.contains("……")) && end.is_some_and(|c| c.is_numeric() || "ivxlcIVXLC-－）)".contains(c)) && !line.contains('円')
}

/// The name at the head of an article: 「第9条の2」 as written.
pub(crate) fn article_name(line: &str) -> Option<String> {
    let line = line.trim();
    let end = line.char_indices().find(|(_, c)| *c == '条').map(|(i, c)| i + c.len_utf8())?;
    let rest = &line[end..];
    let branch: usize = branches(rest);
    Some(line[..end + branch].to_owned())
}

/// Bytes of 「の2の3」 at the start of the text.
fn branches(text: &str) -> usize {
    let mut taken = 0;
    loop {
        let rest = &text[taken..];
        let Some(after) = rest.strip_prefix('の') else { return taken };
        let digits: usize = after.chars().take_while(|c| is_number(*c)).map(char::len_utf8).sum();
        if digits == 0 {
            return taken;
        }
        taken += 'の'.len_utf8() + digits;
    }
}

/// Whether the text is nothing but the marker of an item, an article or a part: 「２」「(1)」「ア」「第9条の2」「第2章」.
pub(crate) fn is_marker(text: &str) -> bool {
    if text.starts_with('第') {
        let whole = article_name(text).is_some_and(|name| name.len() == text.len());
        return whole || text.ends_with(['編', '章', '節', '款', '項', '号']) && numbered(text).is_some_and(|(_, _, rest)| rest.is_empty());
    }
    text.chars().count() <= 4 && !text.contains(char::is_whitespace) && is_item(&format!("{text}\u{3000}"))
}

/// Whether a line that starts with 第N条 opens the article, rather than naming it in running text: a space, a caption
/// or the end of the line follows.
fn is_article(line: &str) -> bool {
    let Some(name) = article_name(line) else { return false };
    match line.trim()[name.len()..].chars().next() {
        None => true,
        Some(c) => c.is_whitespace() || matches!(c, '（' | '(' | '【' | '及' | '削'),
    }
}

/// 「第12章」 at the start: the digits, the unit and the rest.
fn numbered(tight: &str) -> Option<(&str, char, &str)> {
    let rest = tight.strip_prefix('第')?;
    let digits: usize = rest.chars().take_while(|c| is_number(*c)).map(char::len_utf8).sum();
    if digits == 0 || digits > 18 {
        return None;
    }
    let unit = rest[digits..].chars().next()?;
    Some((&rest[..digits], unit, &rest[digits + unit.len_utf8()..]))
}

fn is_number(c: char) -> bool {
    c.is_ascii_digit() || ('０'..='９').contains(&c) || "一二三四五六七八九十百千〇".contains(c)
}

fn is_supplement(tight: &str) -> bool {
    ["附則", "付則"].iter().any(|word| {
        tight
            .strip_prefix(word)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('(') || rest.starts_with('抄') || rest.starts_with('〔'))
    })
}

fn is_schedule(tight: &str) -> bool {
    let word = ["別表", "様式", "別記", "別紙"].iter().find_map(|w| tight.strip_prefix(w));
    let numbered_form = || numbered(tight).is_some_and(|(_, unit, rest)| unit == '号' && rest.starts_with("様式"));
    match word {
        Some(rest) => {
            rest.is_empty()
                || rest.starts_with(['第', '(', '様', '1', '2', '3', '4', '5', '6', '7', '8', '9']) && !rest.contains("のとおり")
        }
        None => numbered_form(),
    }
}

/// 「（減免）」: brackets around the whole line, and short.
pub(crate) fn is_caption(line: &str) -> bool {
    let line = line.trim();
    let inner = line.strip_prefix(['（', '(']).and_then(|l| l.strip_suffix(['）', ')']));
    !structure::is_note_on_above(line)
        && inner.is_some_and(|inner| {
            (1..=40).contains(&inner.chars().count())
                && !inner.contains(['（', '(', '。'])
                && inner.chars().any(|c| !is_number(c) && c.is_alphabetic())
        })
}

/// A line that starts an item: 「２　」「(1)」「ア　」「・」「①」 and the like.
fn is_item(line: &str) -> bool {
    let mut characters = line.chars();
    let Some(first) = characters.next() else { return false };
    if "・○●◎□■◆◇▪▶▲△※★☆→－‐–—*•".contains(first) || ('①'..='⑳').contains(&first) || ('㈠'..='㈩').contains(&first)
    {
        return true;
    }
    let rest: Vec<char> = characters.take(6).collect();
    if matches!(first, '(' | '（') {
        let close = rest.iter().position(|c| matches!(c, ')' | '）'));
        return close.is_some_and(|at| at > 0 && rest[..at].iter().all(|c| is_number(*c) || c.is_ascii_lowercase() || is_iroha(*c)));
    }
    let digits = std::iter::once(first).chain(rest.iter().copied()).take_while(|c| is_number(*c)).count();
    if digits > 0 {
        let after = std::iter::once(&first).chain(&rest).nth(digits);
        return after.is_some_and(|c| c.is_whitespace() || matches!(c, '．' | '.' | '）' | ')' | '、')) && digits <= 3;
    }
    is_iroha(first) && rest.first().is_some_and(|c| c.is_whitespace() || matches!(c, '．' | '）'))
}

fn is_iroha(c: char) -> bool {
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワイロハニホヘト".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: impl Into<Option<Opening>>) {
        assert_eq!(opening(line), expected.into(), "{line}");
    }

    #[test]
    fn lines_of_ordinances_open_what_they_open() {
        let article = |name: &str| Some(Opening::Article(name.to_owned()));
        check("第２章　手数料", Some(Opening::Part(2)));
        check("第一節　総則", Some(Opening::Part(3)));
        check("第９条　市長は、手数料を減免することができる。", article("第９条"));
        check("第九条の二 前条の規定にかかわらず", article("第九条の二"));
        check("第9条（減免）", article("第9条"));
        check("第9条の規定により", None);
        check("第9条第2項の規定による", None);
        check("第一章　総則（第一条―第四条）", None);
        check("第３章　服務規律………………１６", None);
        check("（減免）", Some(Opening::Caption));
        check("（平成24条例21・一部改正）", None);
        check("（令和七年細則第五号）", None);
        check("(1) 粗大ごみ", Some(Opening::Item));
        check("（１）粗大ごみ", Some(Opening::Item));
        check("２　前項の規定", Some(Opening::Item));
        check("ア　市内に住所を有する者", Some(Opening::Item));
        check("附　則", Some(Opening::Part(2)));
        check("附則（令和8年条例第3号）", Some(Opening::Part(2)));
        check("別表第2（第12条関係）", Some(Opening::Part(2)));
        check("別表のとおりとする。", None);
        check("様式第1号（第3条関係）", Some(Opening::Part(2)));
        check("この条例は、公布の日から施行する。", None);
        check("2026年4月1日", None);
    }
}
