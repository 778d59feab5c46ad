//! The sentences of a 附則 that put a regulation, or parts of it, into force.

use super::{Day, tight};
use crate::structure::{dates, numeral};
use jiff::ToSpan;

/// How such a sentence ends.
const ENDS: [&str; 5] = ["から施行", "からこれを施行", "より施行", "よりこれを施行", "から実施"];

/// What a 附則 says of the day from which something holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Commencement {
    /// The day of the whole.
    pub from: Option<Day>,
    /// Its sentence, where the day cannot be computed.
    pub uncomputed: Option<String>,
    /// What has a day of its own: 「第9条の改正規定」, and its day where that can be computed.
    pub parts: Vec<(String, Option<Day>)>,
    /// The first day on which the whole is no longer in force (「…限り、その効力を失う」).
    pub until: Option<Day>,
    /// The sentence that ends it, where the day cannot be computed.
    pub uncomputed_end: Option<String>,
    /// Whether there is such a sentence at all.
    pub said: bool,
}

/// Reads the blocks of a 附則; `promulgated` is the day of its own regulation.
pub(super) fn read(blocks: &[&str], promulgated: Option<Day>) -> Commencement {
    let mut found = Commencement::default();
    let mut listed = false;
    for block in blocks {
        let block = tight(block);
        if listed && let Some(part) = listed_part(&block, promulgated) {
            found.parts.push(part);
            continue;
        }
        for sentence in block.split('。') {
            let sentence = unnumbered(sentence);
            listed |= sentence.contains("当該各号に定める日から");
            match expiry(sentence) {
                Some(Some(until)) => found.until = Some(until),
                Some(None) => found.uncomputed_end = Some(sentence.to_owned()),
                None => {}
            }
            take(&mut found, sentence, promulgated);
        }
    }
    found
}

/// A sentence without the number of its paragraph or item, or of its article where it speaks of the whole regulation.
fn unnumbered(sentence: &str) -> &str {
    let bare = sentence.trim_start_matches(|c: char| c.is_numeric() || "()（）".contains(c));
    let article = bare.strip_prefix('第').and_then(|rest| rest.split_once('条'));
    match article.filter(|(number, rest)| number.chars().count() <= 4 && (rest.starts_with("この") || rest.starts_with('本'))) {
        Some((_, rest)) => rest,
        None if bare.starts_with(['年', '月', '日']) => sentence,
        None => bare,
    }
}

fn take(found: &mut Commencement, sentence: &str, promulgated: Option<Day>) {
    let mut rest = sentence.trim_start_matches("ただし、");
    while let Some((before, after)) = ENDS.iter().filter_map(|end| rest.split_once(end)).min_by_key(|(before, _)| before.len()) {
        rest = after;
        let before = before.trim_start_matches(['、', 'し', 'す', 'る']);
        // 「第3条の規定は令和8年4月1日から、第5条の規定は…」 has one end for two days.
        for clause in before.split("から、").flat_map(|c| c.split("から及び")) {
            match clause.rsplit_once("規定は") {
                Some((subject, when)) => found.parts.push((format!("{subject}規定"), day(when, promulgated))),
                None if found.said => {}
                None => {
                    found.said = true;
                    found.from = day(clause, promulgated);
                    found.uncomputed = found.from.is_none().then(|| sentence.to_owned());
                }
            }
        }
    }
}

/// 「(1)第5条の規定令和8年4月1日」, an item of a list of parts with their days.
fn listed_part(block: &str, promulgated: Option<Day>) -> Option<(String, Option<Day>)> {
    let (subject, when) = block.trim_end_matches('。').rsplit_once("規定")?;
    let bare = unnumbered(subject);
    (!bare.contains('。') && bare.starts_with(['第', '別', '目', '附'])).then(|| (format!("{bare}規定"), day(when, promulgated)))
}

/// The day that the end of a text without white space names: 「令和8年4月1日」「公布の日」「公布の日から起算して3月を経過した日」.
fn day(text: &str, promulgated: Option<Day>) -> Option<Day> {
    if text.ends_with("公布の日") {
        return promulgated;
    }
    if text.ends_with("公布の日の翌日") {
        return promulgated?.tomorrow().ok();
    }
    if let Some((before, period)) = text.rsplit_once("日から起算して") {
        let first = match before.ends_with("公布の") {
            true => promulgated?,
            false => ends_with_day(&format!("{before}日"))?,
        };
        return after(first, period);
    }
    ends_with_day(text)
}

/// The day at the very end of a text.
fn ends_with_day(text: &str) -> Option<Day> {
    let (date, _, end) = dates(text).into_iter().last()?;
    if end == text.len() { date.into() } else { None }
}

/// The day after a period that is counted with its first day (民法第140条ただし書, 第143条): of 3月 from 3月20日 on,
/// that is 6月20日; where the month has no such day, the first of the next.
fn after(first: Day, period: &str) -> Option<Day> {
    let period = period.strip_suffix("を経過した日").or_else(|| period.strip_suffix("を経過する日の翌日"))?;
    let letters: Vec<char> = period.chars().collect();
    let (count, taken) = numeral::number(&letters)?;
    let unit: String = letters[taken..].iter().collect();
    let span = match unit.as_str() {
        "日" => return first.checked_add(i32::try_from(count).ok()?.days()).ok(),
        "月" | "箇月" | "か月" | "ヶ月" | "カ月" | "ヵ月" => i32::try_from(count).ok()?.months(),
        "年" => i32::try_from(count).ok()?.years(),
        _ => return None,
    };
    let end = first.checked_add(span).ok()?;
    if end.day() < first.day() { end.tomorrow().ok() } else { Some(end) }
}

/// The first day after a whole regulation's time is over: 「この条例は、令和10年3月31日限り、その効力を失う」. `None` where the sentence says
/// no such thing, `Some(None)` where the day cannot be computed.
fn expiry(sentence: &str) -> Option<Option<Day>> {
    let whole = sentence.starts_with(['こ', '本']) && !sentence.contains("規定は");
    let (before, after) = sentence.split_once("限り")?;
    let ends = after.trim_start_matches('、').starts_with("その効力を失う") || after.trim_start_matches('、').starts_with("廃止する");
    (whole && ends).then(|| ends_with_day(before).and_then(|last| last.tomorrow().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let promulgated = Some(Day::constant(2025, 11, 30));
        let read = read(&[text], promulgated);
        assert_eq!(read.from.map(|d| d.to_string()).as_deref(), expected, "{text}");
        assert_eq!(read.uncomputed.is_some(), read.said && expected.is_none(), "{text}");
    }

    #[test]
    fn the_day_of_the_whole_is_read() {
        check("この条例は、令和8年4月1日から施行する。", Some("2026-04-01"));
        check("１　この規則は、公布の日から施行する。", Some("2025-11-30"));
        check("この条例は、公布の日の翌日から施行する。", Some("2025-12-01"));
        check("この条例は、公布の日から起算して20日を経過した日から施行する。", Some("2025-12-20"));
        check("この条例は、公布の日から起算して三月を経過した日から施行する。", Some("2026-03-01"));
        check("この条例は、公布の日から起算して１年を経過した日から施行する。", Some("2026-11-30"));
        check("この要綱は、令和 8 年 4 月 1 日から実施する。", Some("2026-04-01"));
        check("この条例は、公布の日から施行し、令和7年4月1日から適用する。", Some("2025-11-30"));
        check("令和八年四月一日から施行する。", Some("2026-04-01"));
        check("第一条 本規程は、令和八年四月一日よりこれを施行する。", Some("2026-04-01"));
    }

    #[test]
    fn what_cannot_be_computed_stays_unknown() {
        check("この条例は、規則で定める日から施行する。", None);
        check("この条例は、公布の日から起算して6月を超えない範囲内において規則で定める日から施行する。", None);
        check("この条例は、法の施行の日から施行する。", None);
        check("この条例は、令和8年4月1日又は公布の日のいずれか遅い日から施行する。", None);
        check("改正後の別表の規定は、令和8年4月1日以後の使用について適用する。", None);
    }

    #[test]
    fn parts_have_days_of_their_own() {
        let texts = [
            "この条例は、令和8年4月1日から施行する。ただし、第9条の改正規定は令和9年4月1日から、別表第2の改正規定は公布の日から施行する。",
        ];
        let parts = read(&texts, Some(Day::constant(2025, 12, 20))).parts;
        let parts: Vec<_> = parts.iter().map(|(p, d)| (p.as_str(), d.map(|d| d.to_string()).unwrap_or_default())).collect();
        assert_eq!(parts, [("第9条の改正規定", "2027-04-01".to_owned()), ("別表第2の改正規定", "2025-12-20".to_owned())]);
        let texts = [
            "この条例は、令和8年4月1日から施行する。ただし、次の各号に掲げる規定は、当該各号に定める日から施行する。",
            "(1)　第5条の規定　令和8年7月1日",
            "(2)　第6条の規定　規則で定める日",
        ];
        let read = read(&texts, None);
        assert_eq!(read.from.map(|d| d.to_string()).as_deref(), Some("2026-04-01"));
        assert!(read.parts.contains(&("第5条の規定".to_owned(), Some(Day::constant(2026, 7, 1)))), "{:?}", read.parts);
        assert!(read.parts.contains(&("第6条の規定".to_owned(), None)), "{:?}", read.parts);
    }

    #[test]
    fn an_end_is_read() {
        let until = |text: &str| read(&[text], None).until.map(|d| d.to_string());
        assert_eq!(until("この条例は、令和10年3月31日限り、その効力を失う。"), Some("2028-04-01".to_owned()));
        assert_eq!(until("第二条 この規程は、令和十年三月三十一日限り、その効力を失う。"), Some("2028-04-01".to_owned()));
        let unknown = read(&["第二条 この規程は、秋の選挙の終了の日限り、その効力を失う。"], None);
        assert_eq!((unknown.until, unknown.uncomputed_end.is_some()), (None, true));
        assert_eq!(until("附則第2項の規定は、令和10年3月31日限り、その効力を失う。"), None);
    }
}
