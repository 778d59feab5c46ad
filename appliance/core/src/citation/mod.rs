//! Checking what a model wrote against what it cites.
//!
//! This is the only place that calls a sentence supported. What it proves: the citation points at a source that was
//! shown; a quotation stands there to the letter; the figures, days, articles and names of a composed sentence stand there, in
//! the place of the same words; its denials, limits and exceptions are those of the rule that it repeats. What it does not
//! prove: that a composed sentence means what its source means.

mod alignment;
mod comparison;
mod fault;
mod marks;
mod token;
mod wording;

pub use comparison::LEAST_OVERLAP;
pub use fault::{Criterion, Fault};

use crate::answer::{AnswerSentence, Citation, Source, Support};
use crate::evidence::{Quotation, whole_units};
use crate::figure;
use crate::folding::{Folded, fold};
use crate::locator::Span;
use crate::prompt::{REFUSAL_EN, REFUSAL_JA};
use crate::sentence::sentences;
use marks::{marks_before_full_stops, take_citations};

/// What the checks made of free wording.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// Sentences, each marked.
    Checked(Vec<AnswerSentence>),
    /// The model says that the sources do not hold the answer.
    Refusal,
    /// None of its sentences holds.
    Rejected(Vec<AnswerSentence>),
}

/// What the checks made of an output in the grounded format.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Grounded {
    /// The sentence or row that was quoted, whole, and the short answer in it where it may stand in front.
    Quoted {
        /// The whole sentence or row.
        quotation: Quotation,
        /// The short answer, in bytes of the passage's text.
        short: Option<Span>,
    },
    /// The model says that the sources do not hold the answer.
    Refusal,
    /// Nothing in it can be shown.
    Rejected,
}

/// Checks the output of a model that answers in the grounded format, ` 答え[2]⏎根拠[2]: 「その文」`.
///
/// Accepted when the quotation stands in the cited source and the short answer stands in the quotation, both
/// compared folded. What is given back are places in the source's own words, not the model's copy of them. A value that
/// is one of several of its kind in the quotation (the fees of a table's row) is not put in front: nothing here can tell
/// whether the model took it from the right column. A short answer that cuts a figure or a word is shown with the rest of it.
pub fn verify_grounded(output: &str, sources: &[Source]) -> Grounded {
    if is_refusal(output) {
        return Grounded::Refusal;
    }
    grounded(output, sources).unwrap_or(Grounded::Rejected)
}

fn grounded(output: &str, sources: &[Source]) -> Option<Grounded> {
    let (answer, quotation) = output.split_once("根拠[").or_else(|| output.split_once("Evidence["))?;
    let (number, quotation) = quotation.split_once(']')?;
    let (answer, cited) = take_citations(answer.trim());
    let number: u32 = number.trim().parse().ok()?;
    let source = sources.iter().position(|s| s.number == number)?;
    if cited.iter().any(|&n| n != number) {
        return None;
    }
    let quotation = quotation.trim_start_matches([':', '：', ' ']).trim().trim_start_matches('「').trim_end_matches('」');
    if quotation.is_empty() || answer.is_empty() {
        return None;
    }
    let passage = &sources[source].passage;
    let text = &passage.passage.text;
    let whole = whole_units(passage, Folded::new(text).find(quotation)?);
    let quoted = whole.slice(text)?;
    let short = whole_words(quoted, Folded::new(quoted).find(&answer)?);
    let alone = !is_one_of_several_values(short.slice(quoted)?, quoted);
    let short = Span::new(whole.start + short.start, whole.start + short.end);
    Some(Grounded::Quoted { quotation: Quotation { source, span: whole }, short: (alone && short != whole).then_some(short) })
}

/// Checks free wording, each sentence against the passages that it cites.
pub fn verify_composed(output: &str, sources: &[Source]) -> Verdict {
    if is_refusal(output) {
        return Verdict::Refusal;
    }
    let output = marks_before_full_stops(output.trim());
    let spans = sentences(&output).into_iter().filter_map(|span| span.slice(&output));
    let written: Vec<(String, Vec<u32>)> = spans.map(take_citations).filter(|(text, _)| !text.is_empty()).collect();
    let besides = |i: usize, numbers: &[u32]| -> String {
        let others = written.iter().enumerate().filter(|(j, (_, n))| *j != i && n.iter().any(|n| numbers.contains(n)));
        others.map(|(_, (text, _))| text.as_str()).collect()
    };
    let checked: Vec<AnswerSentence> =
        written.iter().enumerate().map(|(i, (text, numbers))| check(text, numbers, sources, &besides(i, numbers))).collect();
    if checked.iter().any(|s| s.support == Support::Supported) { Verdict::Checked(checked) } else { Verdict::Rejected(checked) }
}

/// The respects in which a sentence says something else than the sources it cites; none when it holds.
pub fn faults(sentence: &str, cited: &[&Source]) -> Vec<Fault> {
    comparison::faults(sentence, cited, "")
}

/// The sources' own sentences as an answer.
pub fn quote(quotations: &[Quotation], sources: &[Source]) -> Vec<AnswerSentence> {
    quotations
        .iter()
        .filter_map(|q| {
            let source = sources.get(q.source)?;
            let text = q.span.slice(&source.passage.passage.text)?.to_owned();
            let citations = vec![Citation { source: source.number, quote: Some(q.span) }];
            Some(AnswerSentence { text, citations, support: Support::Supported, verbatim: true, faults: Vec::new() })
        })
        .collect()
}

/// Whether the output is a refusal and nothing else of weight.
pub fn is_refusal(output: &str) -> bool {
    let trimmed = output.trim();
    trimmed.starts_with(REFUSAL_JA) || trimmed.starts_with(REFUSAL_EN)
}

/// One sentence with the numbers that it cites. `besides` is what the other sentences say that cite the same.
fn check(text: &str, numbers: &[u32], sources: &[Source], besides: &str) -> AnswerSentence {
    let cited: Vec<&Source> = numbers.iter().filter_map(|n| sources.iter().find(|s| s.number == *n)).collect();
    let resolvable = !numbers.is_empty() && cited.len() == numbers.len();
    let faults = if resolvable { comparison::faults(text, &cited, besides) } else { vec![Fault::new(Criterion::Citation, "")] };
    let support = if faults.is_empty() { Support::Supported } else { Support::Unsupported };
    let citations = cited.iter().map(|s| Citation { source: s.number, quote: None }).collect();
    AnswerSentence { text: text.to_owned(), citations, support, verbatim: false, faults }
}

/// A part of a text with the rest of the figures and words that it cuts: 300円 of 1,300円, スプ of スプレー, 2水曜 of 第2水曜日.
fn whole_words(text: &str, part: Span) -> Span {
    let is_figure = |c: char| c.is_numeric() || "〇一二三四五六七八九十百千万億".contains(c);
    let is_point = |c: char| matches!(c, ',' | '.' | '，' | '．');
    let is_katakana = |c: char| matches!(c, '\u{30a1}'..='\u{30fa}' | 'ー' | '\u{ff66}'..='\u{ff9f}');
    let is_latin = |c: char| c.is_ascii_alphanumeric() || matches!(c, '\u{ff10}'..='\u{ff5a}');
    let is_one = |a: char, b: char| {
        let either = |is: &dyn Fn(char) -> bool| is(a) && is(b);
        let (figure, point) = (is_figure(a) || is_figure(b), is_point(a) || is_point(b));
        either(&is_figure)
            || either(&is_katakana)
            || either(&is_latin)
            || (figure && point)
            || (a == '第' && is_figure(b))
            || (a, b) == ('曜', '日')
    };
    let mut whole = part;
    while let (Some(a), Some(b)) = (text[..whole.start].chars().next_back(), text[whole.start..].chars().next()) {
        if !is_one(a, b) {
            break;
        }
        whole.start -= a.len_utf8();
    }
    while let (Some(a), Some(b)) = (text[..whole.end].chars().next_back(), text[whole.end..].chars().next()) {
        let continues = text[whole.end + b.len_utf8()..].starts_with(is_figure);
        if !is_one(a, b) || (is_point(b) && !continues) {
            break;
        }
        whole.end += b.len_utf8();
    }
    whole
}

/// Whether `quoted` holds another number with the counter that follows the number in `short` (3,300円 beside 3,960円).
fn is_one_of_several_values(short: &str, quoted: &str) -> bool {
    let values = counted(quoted);
    counted(short).iter().any(|(number, counter)| values.iter().any(|(n, c)| c == counter && n != number))
}

/// The figures of a text with what they count, or the character that follows them.
fn counted(text: &str) -> Vec<(f64, String)> {
    let folded = fold(text);
    let counter = |end: usize| match figure::unit_at(&folded, end) {
        Some((unit, _)) => unit.to_owned(),
        None => folded[end..].chars().take(1).collect(),
    };
    figure::figures(&folded).iter().map(|f| (f.value, counter(f.span.end))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::source;

    fn sources() -> Vec<Source> {
        vec![
            source(1, "廃棄物条例", "粗大ごみの手数料は、1点につき５００円とする。ただし、天災のときは免除する。"),
            source(2, "施設規則", "休館日は、月曜日とする。"),
        ]
    }

    #[track_caller]
    fn supported(verdict: &Verdict) -> Vec<(String, Support)> {
        let Verdict::Checked(sentences) = verdict else { panic!("not checked: {verdict:?}") };
        sentences.iter().map(|s| (s.text.clone(), s.support)).collect()
    }

    #[track_caller]
    fn quoted(output: &str, sources: &[Source]) -> (String, Option<String>) {
        let Grounded::Quoted { quotation, short } = verify_grounded(output, sources) else { panic!("nothing quoted of {output}") };
        let text = &sources[quotation.source].passage.passage.text;
        let words = |span: Span| span.slice(text).expect("a place in the text").to_owned();
        (words(quotation.span), short.map(words))
    }

    #[test]
    fn a_short_answer_cuts_neither_figures_nor_words() {
        let whole = |text: &'static str, part: &str| {
            let start = text.find(part).expect("it stands there");
            whole_words(text, Span::new(start, start + part.len())).slice(text).expect("a part")
        };
        assert_eq!(whole("手数料は1,300円です。", "300円"), "1,300円");
        assert_eq!(whole("面積は12.5ヘクタール。", "12"), "12.5");
        assert_eq!(whole("毎月第2水曜日に回収します。", "2水曜"), "第2水曜日");
        assert_eq!(whole("スプレー缶は、別に出す。", "スプ"), "スプレー");
        assert_eq!(whole("二十五日までに", "五日"), "二十五日");
        assert_eq!(whole("合計は300. 次の", "300"), "300");
        assert_eq!(whole("１，３００円を納める", "３００円"), "１，３００円");
        assert_eq!(whole("みなと市の市長が定める", "市長"), "市長");
    }

    #[test]
    fn a_true_quotation_is_shown_in_the_sources_own_words_with_its_exception() {
        let (whole, short) = quoted(" 500円[1]\n根拠[1]: 「粗大ごみの手数料は、1点につき500円とする。」", &sources());
        assert_eq!(short.as_deref(), Some("５００円"));
        assert_eq!(whole, "粗大ごみの手数料は、1点につき５００円とする。ただし、天災のときは免除する。");
    }

    #[test]
    fn a_changed_amount_a_foreign_source_or_another_number_is_rejected() {
        for output in [
            " 600円[1]\n根拠[1]: 「粗大ごみの手数料は、1点につき600円とする。」",
            " 600円[1]\n根拠[1]: 「粗大ごみの手数料は、1点につき500円とする。」",
            " 月曜日[1]\n根拠[1]: 「休館日は、月曜日とする。」",
            " 500円[2]\n根拠[1]: 「粗大ごみの手数料は、1点につき500円とする。」",
            " 500円[7]\n根拠[7]: 「粗大ごみの手数料は、1点につき500円とする。」",
            "そうですね。",
        ] {
            assert_eq!(verify_grounded(output, &sources()), Grounded::Rejected, "{output}");
        }
        assert_eq!(verify_grounded(" 資料からは確認できません。", &sources()), Grounded::Refusal);
    }

    #[test]
    fn a_fee_among_several_is_shown_only_with_its_row() {
        let row = [source(1, "使用料", "大アリーナ（半面）、平日: 3,300円、土日祝: 3,960円")];
        let (_, short) = quoted(" 3,300円[1]\n根拠[1]: 「大アリーナ（半面）、平日: 3,300円、土日祝: 3,960円」", &row);
        assert_eq!(short, None);
    }

    #[test]
    fn a_composed_sentence_needs_its_citation_and_its_numbers() {
        let output = "手数料は500円です。[1] ただし、天災のときは免除します。[1]休館日は月曜日です[2]。税は10%です[1]。以上です。";
        let marks: Vec<Support> = supported(&verify_composed(output, &sources())).into_iter().map(|(_, s)| s).collect();
        let (yes, no) = (Support::Supported, Support::Unsupported);
        assert_eq!(marks, [yes, yes, yes, no, no]);
        let without_its_exception = verify_composed("手数料は500円です。[1]", &sources());
        assert!(matches!(without_its_exception, Verdict::Rejected(_)), "{without_its_exception:?}");
    }
}
