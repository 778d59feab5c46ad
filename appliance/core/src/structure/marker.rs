//! What a line begins with: the name of a part or an article, 附則, 別表, a caption, or the number of an item.

use super::attachment::{attaches, attachment};
use super::caption::{LONGEST_CAPTION, own_caption};
use super::enumerator::{Style, enumerator};
use super::numeral;
use super::{NodeKind, dates, preamble};

/// What a line begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Marker {
    /// 編, 章, 節, 款, 目.
    Division { kind: NodeKind, number: Vec<u32>, label: String, rest: String },
    /// 条. `firm` where what follows the name can only be the article itself.
    Article { number: Vec<u32>, until: Option<u32>, label: String, rest: String, firm: bool },
    /// 附則, with what follows on the line.
    Supplement { rest: String },
    /// 別表, 様式, 別記.
    Attachment { kind: NodeKind, number: Vec<u32>, label: String, rest: String },
    /// 目次
    Contents,
    /// 「（減免）」, without its brackets.
    Caption(String),
    /// 「【第1条　目的】」「（参考）」: what follows speaks about the regulation.
    Commentary,
    /// A number of a list, in the ways in which it can be read.
    Listed { readings: Vec<(Style, u32)>, label: String },
    /// None of these.
    Text,
}

/// Characters of a heading without its spaces.
pub(super) const LONGEST_HEADING: usize = 60;
/// What the line begins with.
pub(crate) fn marker(line: &str) -> Marker {
    let line = line.trim();
    let text: Vec<char> = line.chars().collect();
    if text.is_empty() {
        return Marker::Text;
    }
    let tight: String = line.chars().filter(|c| !c.is_whitespace()).collect();
    if tight == "目次" || tight == "もくじ" || tight == "【目次】" {
        return Marker::Contents;
    }
    let named = if text[0] == '第' { named(&text) } else { None };
    if let Some(marker) = named {
        return marker;
    }
    if let Some(rest) = supplement(&tight) {
        return Marker::Supplement { rest };
    }
    attachment(&text).or_else(|| bracketed(line, &text)).or_else(|| listed(&text)).unwrap_or(Marker::Text)
}

/// Whether the line is one of a table of contents: leaders, a page number after a gap, or the articles a part runs over.
pub fn is_entry_of_contents(line: &str) -> bool {
    let line = line.trim();
    let leader = |c: char| matches!(c, '…' | '‥' | '・' | '.' | '･' | '．');
    let run = line.chars().fold((0, 0), |(now, most), c| if leader(c) { (now + 1, most.max(now + 1)) } else { (0, most) }).1;
    let leaders = run >= 4 || run >= 1 && line.contains("……");
    let page = line
        .rsplit(['\u{3000}', '\t'])
        .next()
        .is_some_and(|last| last.len() < line.len() && !last.is_empty() && last.chars().all(char::is_numeric));
    let bracket = line.rfind(['（', '(']).map(|at| &line[at..]);
    let articles = line.starts_with('第')
        && (line.ends_with("条）")
            || line.ends_with("条)")
            || line.ends_with(['）', ')']) && bracket.is_some_and(|b| b.contains("条の") || b.contains("条・")))
        && bracket.is_some_and(|b| b.starts_with("（第") || b.starts_with("(第"))
        && !line.contains("関係");
    leaders || page || articles
}

/// Whether a line is the title of a regulation: 「○みなと市手数料条例」.
pub fn is_regulation(line: &str) -> bool {
    const KINDS: [&str; 16] =
        ["条例", "規則", "規程", "規約", "細則", "要綱", "要領", "法律", "政令", "省令", "内規", "学則", "会則", "定款", "訓令", "告示"];
    let line = line.trim().trim_start_matches(['○', '◯', '●', '◎']).trim();
    let short = (3..=80).contains(&line.chars().count()) && !line.contains(['。', '\n', '：', ':']);
    short && !line.starts_with('第') && !line.starts_with(['（', '(']) && KINDS.iter().any(|kind| line.ends_with(kind))
}

/// 「第2章」「第9条の2」「第1号様式」 at the start.
fn named(text: &[char]) -> Option<Marker> {
    let spaces = |at: usize| text[at.min(text.len())..].iter().take_while(|c| c.is_whitespace()).count();
    let mut at = 1 + spaces(1);
    let (number, taken) = numeral::number(&text[at..])?;
    at += taken;
    at += spaces(at);
    let unit = *text.get(at)?;
    at += 1;
    let mut numbers = vec![number];
    let end = at + branches(&text[at..], &mut numbers);
    let label: String = text[..end].iter().filter(|c| !c.is_whitespace()).collect();
    let rest: String = text[end..].iter().collect();
    let kind = match unit {
        '編' => NodeKind::Part,
        '章' => NodeKind::Chapter,
        '節' => NodeKind::Section,
        '款' => NodeKind::Subsection,
        '目' => NodeKind::Division,
        '条' => return Some(article(numbers, label, &rest)),
        '号' => {
            let form = rest.trim_start().strip_prefix("様式")?;
            return attaches(form).then(|| Marker::Attachment {
                kind: NodeKind::Form,
                number: numbers,
                label: format!("{label}様式"),
                rest: form.trim().to_owned(),
            });
        }
        _ => return None,
    };
    let short = rest.chars().filter(|c| !c.is_whitespace()).count() <= LONGEST_HEADING && !rest.ends_with(['。', '、', '，']);
    let begins = rest.chars().next().is_none_or(|c| c.is_whitespace() || !"のにをはがとでへもかま及又並若、，から中各".contains(c));
    (short && begins).then(|| Marker::Division { kind, number: numbers, label, rest: rest.trim().to_owned() })
}

/// How many characters 「の2の3」 at the start takes; its numbers go to `numbers`.
pub(super) fn branches(text: &[char], numbers: &mut Vec<u32>) -> usize {
    let mut taken = 0;
    while text.get(taken) == Some(&'の') {
        let Some((number, digits)) = numeral::number(&text[taken + 1..]) else { break };
        // 「第2条の1項目」「第9条の5日前」 count something else.
        if text.get(taken + 1 + digits).is_some_and(|c| "項号日月年人回円つ個".contains(*c)) {
            break;
        }
        numbers.push(number);
        taken += 1 + digits;
    }
    taken
}

fn article(number: Vec<u32>, label: String, rest: &str) -> Marker {
    let (until, rest_after) = range(rest);
    let label = match until {
        Some(_) => format!("{label}{}", rest[..rest.len() - rest_after.len()].trim()),
        None => label,
    };
    let next = rest_after.chars().next();
    let firm = match next {
        None => true,
        Some(c) if c.is_whitespace() || c == '【' => true,
        Some('（' | '(') => own_caption(rest_after).is_some(),
        Some('削') => rest_after.starts_with("削除"),
        _ => false,
    };
    // A number that something is said of, and not the article itself.
    let mentioned = next.is_some_and(|c| "のにをはがとでへもかま及又並若、，第中各ただ・〜～".contains(c));
    if !firm && mentioned && until.is_none() {
        return Marker::Text;
    }
    Marker::Article { number, until, label, rest: rest_after.trim().to_owned(), firm: firm || until.is_some() }
}

/// 「から第5条まで」「及び第4条」 after the name of an article that was repealed with others, if 削除 follows.
fn range(rest: &str) -> (Option<u32>, &str) {
    let Some(deleted) = rest.find("削除").filter(|at| *at <= 60) else { return (None, rest) };
    let between: Vec<char> = rest[..deleted].chars().collect();
    let joined = ["から", "及び", "・", "、", "～", "〜", "ないし"].iter().any(|j| rest.starts_with(j));
    let last = between.iter().rposition(|c| *c == '第').and_then(|at| numeral::number(&between[at + 1..]));
    match (joined, last) {
        (true, Some((number, _))) => (Some(number), &rest[deleted..]),
        _ => (None, rest),
    }
}

fn supplement(tight: &str) -> Option<String> {
    let rest = ["附則", "付則"].iter().find_map(|word| tight.strip_prefix(word))?;
    let begins =
        rest.is_empty() || rest.starts_with(['(', '（', '〔', '［', '[', '抄']) || !dates(rest).is_empty() && rest.chars().count() < 40;
    (begins && rest.chars().count() <= LONGEST_HEADING && !rest.ends_with('。')).then(|| rest.to_owned())
}

/// Whether words in brackets tell how the text above came to be: 「平成24条例21・一部改正」「昭51規則8・旧第3条繰下」.
pub(crate) fn is_history(inner: &str) -> bool {
    const ENDS: [&str; 9] = ["改正", "追加", "繰下", "繰下げ", "繰上", "繰上げ", "全改", "削除", "改称"];
    const KINDS: [&str; 9] = ["条例", "規則", "規程", "告示", "訓令", "要綱", "法律", "法", "令"];
    let inner = inner.trim();
    let dated = inner.chars().any(char::is_numeric) && KINDS.iter().any(|kind| inner.contains(kind));
    dated && ENDS.iter().any(|end| inner.ends_with(end))
}

/// Whether words in brackets are the number of the regulation itself: 「令和七年細則第五号」, and no more.
pub(crate) fn is_number_of_regulation(inner: &str) -> bool {
    let tight: String = inner.chars().filter(|c| !c.is_whitespace()).collect();
    tight.chars().count() <= 30 && preamble::is_number(&tight) && tight.chars().any(|c| matches!(c, '年' | '和' | '平' | '昭'))
}

/// A line in brackets: a caption, or the beginning of commentary.
fn bracketed(line: &str, text: &[char]) -> Option<Marker> {
    let inner = |open: char, close: char| line.strip_prefix(open).and_then(|l| l.strip_suffix(close));
    if let Some(inner) = inner('【', '】').or_else(|| inner('［', '］')) {
        return (inner.chars().count() <= LONGEST_CAPTION).then_some(Marker::Commentary);
    }
    // The two widths of brackets are mixed often enough.
    let inner = line.strip_prefix(['（', '(']).and_then(|l| l.strip_suffix(['）', ')']))?;
    let counted = numeral::number(&inner.chars().collect::<Vec<_>>()).is_some_and(|(_, taken)| taken == inner.chars().count());
    let single = inner.chars().count() <= 1;
    if counted
        || single
        || is_history(inner)
        || is_number_of_regulation(inner)
        || text.len() > LONGEST_CAPTION
        || inner.contains('。')
        || inner.contains(['（', '）', '(', ')']) && inner.chars().count() > 40
    {
        return None;
    }
    let about = ["参考", "解説", "注", "備考", "例", "説明"];
    if about.contains(&inner.trim_end_matches(|c: char| c.is_numeric())) {
        return Some(Marker::Commentary);
    }
    Some(Marker::Caption(inner.trim().to_owned()))
}

fn listed(text: &[char]) -> Option<Marker> {
    enumerator(text).map(|(readings, label)| Marker::Listed { readings, label })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(line: &str) -> String {
        match marker(line) {
            Marker::Division { kind, number, rest, .. } => format!("{} {number:?} {rest}", kind.name()),
            Marker::Article { number, until, firm, .. } => format!("条 {number:?} {until:?} {firm}"),
            Marker::Supplement { rest } => format!("附則 {rest}"),
            Marker::Attachment { kind, number, label, .. } => format!("{} {number:?} {label}", kind.name()),
            Marker::Caption(caption) => format!("({caption})"),
            Marker::Listed { readings, .. } => format!("{readings:?}"),
            other => format!("{other:?}"),
        }
    }

    #[track_caller]
    fn check(line: &str, expected: &str) {
        assert_eq!(name(line), expected, "{line}");
    }

    #[test]
    fn lines_of_regulations_are_told_apart() {
        check("第２章　手数料", "章 [2] 手数料");
        check("第一章の二 雑則", "章 [1, 2] 雑則");
        check("第2章の規定により", "Text");
        check("第９条　市長は", "条 [9] None true");
        check("第九条の二 前条の規定にかかわらず", "条 [9, 2] None true");
        check("第9条の規定により", "Text");
        check("第9条第2項の規定による", "Text");
        check("第9条（減免）", "条 [9] None true");
        check("第9条（同条の規定を除く。）の規定", "条 [9] None false");
        check("第3条から第5条まで　削除", "条 [3] Some(5) true");
        check("第7条　削除", "条 [7] None true");
        check("附　則", "附則 ");
        check("附則(平成10年3月30日条例第5号)抄", "附則 (平成10年3月30日条例第5号)抄");
        check("附則第2項の規定", "Text");
        check("別表第2（第12条関係）", "別表 [2] 別表第2");
        check("別表第１の２ 使用料", "別表 [1, 2] 別表第１の２");
        check("別表のとおりとする。", "Text");
        check("別　表", "別表 [] 別表");
        check("第1号様式（第3条関係）", "様式 [1] 第1号様式");
        check("様式第3号の2(第5条関係)", "様式 [3, 2] 様式第3号の2");
        check("（減免）", "(減免)");
        check("（令和元年条例第3号・一部改正）", "Text");
        check("(平24条例21・旧第4条繰下)", "Text");
        check("（令和七年細則第五号）", "Text");
        check("（条例の改正）", "(条例の改正)");
        check("（1）", "[(BracketedDigit, 1)]");
        check("２　前項", "[(Digit, 2)]");
        check("２前項の規定", "[(Digit, 2)]");
        check("２月１日から", "Text");
        check("1.5倍", "Text");
        check("イ　市内", "[(Aiueo, 2), (Iroha, 1)]");
        check("（カ） 会費", "[(BracketedAiueo, 6), (BracketedIroha, 14)]");
        check("一　戸籍", "[(Kanji, 1)]");
        check("① 書類", "[(Circled, 1)]");
        check("一般廃棄物", "Text");
        check("2026年4月1日", "Text");
    }
}
