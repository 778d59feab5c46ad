//! Numbers with what they count, in one spelling: 「第四十二条の二」 and 「第42条の2」 both give `42条の2`, 「五百円」
//! and 「500円」 both give `500円`.
//!
//! The dictionary cuts 「第四十二条」 into 第・四・十・二・条, which every ordinance is full of; as one term the
//! article can be found by its number. Tables and forms are numbered behind their name: 「別表第一」 gives `別表1`.

/// What kanji numerals must be followed by to be read as a number: 一般 and 三重 are not.
const COUNTERS: &str = "条項号章節款編年月日円人歳回点時分度割倍級種類件名台冊枚本個箇階";
/// The parts of a regulation that are numbered through.
const ARTICLES: [char; 5] = ['条', '章', '節', '款', '編'];
/// What may stand between a number and the branch number of an article (第九条の二).
const BRANCH: char = 'の';
/// Supplementary provisions: their articles are numbered anew.
pub(crate) const SUPPLEMENT: &str = "附則";
/// Characters of a line that its opening may take.
const LONGEST_OPENING: usize = 24;
/// What is numbered behind its name.
const NUMBERED: [&str; 2] = ["別表", "様式"];

/// The counted numbers in a folded text, in order, with repeats. A year of an era is followed by the year of the common
/// era (令和8年: `8年`, `2026年`), and a date in digits gives its year, month and day.
pub(crate) fn counted_numbers(folded: &str) -> Vec<String> {
    let chars: Vec<char> = folded.chars().collect();
    let mut terms = Vec::new();
    for (term, at) in counted(&chars) {
        let year = term.strip_suffix('年').and_then(|n| n.parse().ok()).and_then(|n| common_year(&chars[..at], n));
        terms.push(term);
        terms.extend(year.map(|y| format!("{y}年")));
    }
    terms.extend(first_years(folded));
    terms.extend(dates_in_digits(&chars));
    terms
}

/// The eras and the year before their first.
const ERAS: [(&str, char, u64); 5] =
    [("令和", 'r', 2018), ("平成", 'h', 1988), ("昭和", 's', 1925), ("大正", 't', 1911), ("明治", 'm', 1867)];
/// Years that an era can have had.
const LONGEST_ERA: u64 = 99;

/// The year of the common era of a year of the era whose name ends a text.
fn common_year(before: &[char], year: u64) -> Option<u64> {
    let ends = |era: &str| era.chars().rev().eq(before.iter().rev().filter(|c| !c.is_whitespace()).copied().take(era.chars().count()));
    let (_, _, base) = ERAS.iter().find(|(era, _, _)| ends(era))?;
    (1..=LONGEST_ERA).contains(&year).then_some(base + year)
}

/// 「令和元年」, which has no number.
fn first_years(folded: &str) -> Vec<String> {
    let count = |(era, _, base): &(&str, char, u64)| {
        let times = folded.matches(&format!("{era}元年")).count();
        std::iter::repeat_n([String::from("1年"), format!("{}年", base + 1)], times).flatten()
    };
    ERAS.iter().flat_map(count).collect()
}

/// 「2026/4/1」「2026-04-01」「r8.4.1」: year, month and day as they are counted elsewhere.
fn dates_in_digits(chars: &[char]) -> Vec<String> {
    let mut terms = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        match date_at(chars, at) {
            Some(([year, month, day], end)) => {
                terms.extend([format!("{year}年"), format!("{month}月"), format!("{day}日")]);
                at = end;
            }
            None => at += 1,
        }
    }
    terms
}

fn date_at(chars: &[char], at: usize) -> Option<([u64; 3], usize)> {
    if at > 0 && chars[at - 1].is_ascii_alphanumeric() {
        return None;
    }
    let era = ERAS.iter().find(|(_, letter, _)| letter == chars.get(at).unwrap_or(&' '));
    let (year, end) = digits_at(chars, at + usize::from(era.is_some()))?;
    let separator = chars.get(end).filter(|c| matches!(c, '/' | '-' | '.'))?;
    let (month, end) = digits_at(chars, end + 1)?;
    if chars.get(end) != Some(separator) {
        return None;
    }
    let (day, end) = digits_at(chars, end + 1)?;
    let year = match era {
        Some((_, _, base)) => Some(year).filter(|y| (1..=LONGEST_ERA).contains(y)).map(|y| base + y),
        None => Some(year).filter(|y| (1868..=2200).contains(y)),
    }?;
    let whole = (1..=12).contains(&month) && (1..=31).contains(&day) && !chars.get(end).is_some_and(char::is_ascii_alphanumeric);
    whole.then_some(([year, month, day], end))
}

fn digits_at(chars: &[char], at: usize) -> Option<(u64, usize)> {
    let digits: String = chars.get(at..)?.iter().take_while(|c| c.is_ascii_digit()).take(5).collect();
    Some((digits.parse().ok()?, at + digits.len()))
}

/// The counted numbers with the places at which they begin.
fn counted(chars: &[char]) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        match named_at(chars, at).or_else(|| counted_at(chars, at)) {
            Some((term, end)) => {
                found.push((term, at));
                at = end;
            }
            // A number that counts nothing is passed over whole: the end of one is not another one.
            None => at = number_at(chars, at).map_or(at + 1, |n| n.end),
        }
    }
    found
}

/// Those of the counted numbers that name a part of a regulation by themselves: articles, chapters, tables, forms.
///
/// 項 and 号 do not: every article has its first. 「附則第2条」 gives `附則2条`, which is another article than `2条`.
pub(crate) fn articles(folded: &str) -> Vec<String> {
    let chars: Vec<char> = folded.chars().collect();
    let named = counted(&chars).into_iter().filter(|(term, _)| is_article(term));
    named.map(|(term, at)| if follows_supplement(&chars[..at]) { format!("{SUPPLEMENT}{term}") } else { term }).collect()
}

/// Whether a text ends with the name of supplementary provisions: 「附則第」「附則(令和7年条例第6号)の第」.
fn follows_supplement(before: &[char]) -> bool {
    let text: String = before.iter().filter(|c| !c.is_whitespace()).collect();
    let mut text = text.strip_suffix('第').unwrap_or(&text);
    text = text.strip_suffix('の').unwrap_or(text);
    if let Some(inner) = text.strip_suffix(')') {
        text = inner.rfind('(').map_or(text, |at| &text[..at]);
    }
    is_supplement_name(text)
}

fn is_supplement_name(text: &str) -> bool {
    text.ends_with(SUPPLEMENT) || text.ends_with("付則")
}

/// Whether a heading is that of supplementary provisions, or of a part of them.
pub(crate) fn is_supplement(heading: &str) -> bool {
    let tight: String = heading.chars().filter(|c| !c.is_whitespace()).take(2).collect();
    is_supplement_name(&tight)
}

/// The article, chapter or table that each line opens with (`第九条　市長は、…`), in order.
///
/// A passage that opens with an article is that article; others only mention it.
pub(crate) fn openings(folded: &str) -> Vec<String> {
    let opening = |line: &str| {
        let chars: Vec<char> = line.trim_start().chars().take(LONGEST_OPENING).collect();
        let counted = if chars.first() == Some(&'第') { counted_at(&chars, 1) } else { named_at(&chars, 0) };
        counted.map(|(term, _)| term).filter(|term| is_article(term))
    };
    folded.lines().filter_map(opening).collect()
}

fn is_article(term: &str) -> bool {
    NUMBERED.iter().any(|name| term.starts_with(name)) || term.contains(ARTICLES)
}

/// A table or form and its number at a place, with the place after them.
fn named_at(chars: &[char], at: usize) -> Option<(String, usize)> {
    let starts = |name: &&&str| name.chars().eq(chars[at..].iter().copied().take(name.chars().count()));
    let name = NUMBERED.iter().find(starts)?;
    let mut end = at + name.chars().count();
    if chars.get(end) == Some(&'第') {
        end += 1;
    }
    let number = number_at(chars, end)?;
    Some((format!("{name}{}", number.value), number.end))
}

/// A number, its counter and its branches at a place, with the place after them.
fn counted_at(chars: &[char], at: usize) -> Option<(String, usize)> {
    let number = number_at(chars, at)?;
    let counter = *chars.get(number.end)?;
    let counts = if number.kanji { COUNTERS.contains(counter) } else { is_ideograph(counter) };
    if !counts {
        return None;
    }
    let mut term = format!("{}{counter}", number.value);
    let mut end = number.end + 1;
    while counter == '条' && chars.get(end) == Some(&BRANCH) {
        let Some(branch) = number_at(chars, end + 1) else { break };
        term.push_str(&format!("{BRANCH}{}", branch.value));
        end = branch.end;
    }
    Some((term, end))
}

struct Number {
    value: u64,
    end: usize,
    kanji: bool,
}

fn number_at(chars: &[char], at: usize) -> Option<Number> {
    let first = *chars.get(at)?;
    if first.is_ascii_digit() {
        let glued = at > 0 && chars[at - 1].is_ascii_alphanumeric();
        return (!glued).then(|| arabic_at(chars, at)).flatten();
    }
    kanji_at(chars, at)
}

/// Digits, with commas between groups of three (`1,500`).
fn arabic_at(chars: &[char], at: usize) -> Option<Number> {
    let mut value: u64 = 0;
    let mut end = at;
    while let Some(c) = chars.get(end) {
        if let Some(digit) = c.to_digit(10) {
            value = value.checked_mul(10)?.checked_add(u64::from(digit))?;
        } else if !(*c == ',' && groups_follow(&chars[end + 1..])) {
            break;
        }
        end += 1;
    }
    Some(Number { value, end, kanji: false })
}

fn groups_follow(chars: &[char]) -> bool {
    chars.len() >= 3 && chars[..3].iter().all(char::is_ascii_digit) && !chars.get(3).is_some_and(char::is_ascii_digit)
}

/// Kanji numerals, by place (二〇二六) or by unit (二千二十六).
fn kanji_at(chars: &[char], at: usize) -> Option<Number> {
    let mut total: u64 = 0;
    let mut section: u64 = 0;
    let mut digits: Option<u64> = None;
    let mut end = at;
    while let Some(c) = chars.get(end) {
        if let Some(digit) = kanji_digit(*c) {
            digits = Some(digits.unwrap_or(0).checked_mul(10)?.checked_add(digit)?);
        } else if let Some(unit) = kanji_unit(*c) {
            section = section.checked_add(digits.take().unwrap_or(1).checked_mul(unit)?)?;
        } else if *c == '万' && (section > 0 || digits.is_some()) {
            total = section.checked_add(digits.take().unwrap_or(0))?.checked_mul(10_000)?;
            section = 0;
        } else {
            break;
        }
        end += 1;
    }
    let value = total.checked_add(section)?.checked_add(digits.unwrap_or(0))?;
    (end > at).then_some(Number { value, end, kanji: true })
}

fn kanji_digit(c: char) -> Option<u64> {
    "〇一二三四五六七八九".chars().position(|d| d == c).map(|d| d as u64)
}

fn kanji_unit(c: char) -> Option<u64> {
    match c {
        '十' => Some(10),
        '百' => Some(100),
        '千' => Some(1_000),
        _ => None,
    }
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | 'つ' | 'か' | 'ヶ' | 'ヵ')
}

#[cfg(test)]
mod tests {
    use super::*;
    use appliance_core::folding::fold;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(counted_numbers(&fold(text)), expected, "{text}");
    }

    #[test]
    fn both_spellings_of_an_article_are_one_term() {
        check("第四十二条の二第三項", &["42条の2", "3項"]);
        check("第42条の2第3項", &["42条の2", "3項"]);
        check("第四十八条の四の三", &["48条の4の3"]);
        check("第九条に規定する", &["9条"]);
        check("第百二十三条", &["123条"]);
        check("別表第二（第四条関係）、様式第3号", &["別表2", "4条", "様式3"]);
    }

    #[test]
    fn amounts_and_dates() {
        check("１，５００円（千五百円）", &["1500円", "1500円"]);
        check("二〇二六年四月一日から12か月", &["2026年", "4月", "1日", "12か"]);
        check("令和８年度と平成十年", &["8年", "2026年", "10年", "1998年"]);
        check("令和元年", &["1年", "2019年"]);
        check("R8.4.1 から 2026-12-31", &["2026年", "4月", "1日", "2026年", "12月", "31日"]);
        check("2026.13.1 1.2.3 192.168.1.1 x2026/4/1", &[]);
        check("十万円、二万三千人", &["100000円", "23000人"]);
    }

    #[test]
    fn other_numbers_are_left_alone() {
        check("一般に三重県では第一に", &[]);
        check("e5条 3.14 10", &[]);
        check("99999999999999999999999円", &[]);
        check("", &[]);
    }

    #[test]
    fn a_line_opens_with_its_article() {
        assert_eq!(openings(&fold("（減免）\n第九条　市長は、第七条の手数料を\n２　前項の\n第十条の二　市は")), ["9条", "10条の2"]);
        assert_eq!(openings(&fold("第２章　手数料\n別表第１（第９条関係）")), ["2章", "別表1"]);
        assert!(openings(&fold("市長は、第九条の\n第一項\n第2回")).is_empty());
    }

    #[test]
    fn a_paragraph_is_no_article() {
        assert_eq!(articles(&fold("第２５条第１項の五百円、別表第３")), ["25条", "別表3"]);
    }

    #[test]
    fn an_article_of_a_supplement_is_another_one() {
        assert_eq!(articles(&fold("附則第２条と第2条、附則（令和7年条例第6号）第３条")), ["附則2条", "2条", "附則3条"]);
        assert!(is_supplement("附　則（平成10年）") && is_supplement("附則第2条（経過措置）") && !is_supplement("第2条（附則）"));
    }

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in "[0-9,〇一二三四五六七八九十百千万条のa第 ]{0,60}") {
            counted_numbers(&text);
            openings(&text);
        }
    }
}
