//! Quoting under constraint: the outputs that quote the sources to the letter, and no others.
//!
//! In the grounded format an output is ` 答え[2]⏎根拠[2]: 「その文」` or a refusal. Of all texts a model might write, a
//! [`QuotationForm`] admits those whose quotation is a sentence or row of the source that it names and whose short answer
//! stands in that quotation. A generator asks it before it takes a token, so that nothing else can be written. It works on
//! bytes, because tokens may cut characters.

use crate::answer::Source;
use crate::evidence::quotable;
use crate::folding::fold;
use crate::language::Language;
use crate::prompt::{REFUSAL_EN, REFUSAL_JA};

/// Bytes of a short answer; the quotation behind it may be longer.
const ANSWER_BYTES: u16 = 180;

/// The texts that may be written over some sources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotationForm {
    quotations: Vec<Quotable>,
    refusal: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Quotable {
    text: String,
    /// What follows an answer out of `text`: its number and itself.
    tail: String,
}

/// Where in a form an output is: every way on that is still open. Empty when the output leads out of the form.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress(Vec<Way>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    /// Nothing is written yet.
    Begin,
    /// The space is written that the format begins with.
    Space,
    /// An answer goes on at byte `at` of a quotation's text; `left` more bytes may follow.
    Answer { quotation: u32, at: u32, left: u16 },
    /// The tail of a quotation goes on at byte `at`.
    Tail { quotation: u32, at: u32 },
    /// The refusal goes on at byte `at`.
    Refusal { at: u32 },
}

impl QuotationForm {
    /// The form over `sources`, in the language of the question.
    pub fn new(sources: &[Source], language: Language) -> Self {
        let evidence = if language == Language::Ja { "根拠" } else { "Evidence" };
        let mut quotations: Vec<Quotable> = Vec::new();
        for source in sources {
            let text = &source.passage.passage.text;
            for span in quotable(&source.passage) {
                let Some(quoted) = span.slice(text) else { continue };
                // A model may write half width where a source has full width; both are found again in the source.
                for text in [quoted.to_owned(), fold(quoted)] {
                    let tail = format!("[{0}]\n{evidence}[{0}]: 「{text}」", source.number);
                    let quotable = Quotable { text, tail };
                    if !quotations.contains(&quotable) {
                        quotations.push(quotable);
                    }
                }
            }
        }
        let refusal = if language == Language::Ja { format!("{REFUSAL_JA}。") } else { format!("{REFUSAL_EN}.") };
        Self { quotations, refusal }
    }

    /// Before anything is written.
    pub fn begin(&self) -> Progress {
        Progress(vec![Way::Begin])
    }

    /// Where `piece` leads from `progress`; `None` when it leads out of the form.
    pub fn advance(&self, progress: &Progress, piece: &[u8]) -> Option<Progress> {
        let mut ways = progress.0.clone();
        for byte in piece {
            let mut next = Vec::with_capacity(ways.len());
            ways.iter().for_each(|way| self.step(*way, *byte, &mut next));
            next.sort_unstable();
            next.dedup();
            if next.is_empty() {
                return None;
            }
            ways = next;
        }
        Some(Progress(ways))
    }

    /// Whether the output may begin its next piece with each byte.
    pub fn first_bytes(&self, progress: &Progress) -> [bool; 256] {
        let mut first = [false; 256];
        let mut next = Vec::new();
        for byte in 0..=u8::MAX {
            next.clear();
            progress.0.iter().for_each(|way| self.step(*way, byte, &mut next));
            first[usize::from(byte)] = !next.is_empty();
        }
        first
    }

    /// All that can still follow, where only one thing can; empty at the end of the form.
    pub fn rest<'a>(&'a self, progress: &Progress) -> Option<&'a str> {
        let mut rests = progress.0.iter().map(|way| match *way {
            Way::Tail { quotation, at } => self.quotations.get(quotation as usize)?.tail.get(at as usize..),
            Way::Refusal { at } => self.refusal.get(at as usize..),
            Way::Begin | Way::Space | Way::Answer { .. } => None,
        });
        let first = rests.next()??;
        rests.all(|rest| rest == Some(first)).then_some(first)
    }

    fn step(&self, way: Way, byte: u8, next: &mut Vec<Way>) {
        match way {
            Way::Begin if byte == b' ' => next.push(Way::Space),
            Way::Begin | Way::Space => self.begin_with(byte, next),
            Way::Refusal { at } => {
                if self.refusal.as_bytes().get(at as usize) == Some(&byte) {
                    next.push(Way::Refusal { at: at + 1 });
                }
            }
            Way::Tail { quotation, at } => {
                let tail = self.quotations.get(quotation as usize).map(|q| q.tail.as_bytes());
                if tail.and_then(|t| t.get(at as usize)) == Some(&byte) {
                    next.push(Way::Tail { quotation, at: at + 1 });
                }
            }
            Way::Answer { quotation, at, left } => {
                let Some(quotable) = self.quotations.get(quotation as usize) else { return };
                if left > 0 && quotable.text.as_bytes().get(at as usize) == Some(&byte) {
                    next.push(Way::Answer { quotation, at: at + 1, left: left - 1 });
                }
                if quotable.text.is_char_boundary(at as usize) && quotable.tail.as_bytes().first() == Some(&byte) {
                    next.push(Way::Tail { quotation, at: 1 });
                }
            }
        }
    }

    fn begin_with(&self, byte: u8, next: &mut Vec<Way>) {
        if self.refusal.as_bytes().first() == Some(&byte) {
            next.push(Way::Refusal { at: 1 });
        }
        for (quotation, quotable) in (0_u32..).zip(&self.quotations) {
            let begins = quotable.text.char_indices().filter(|(_, c)| !c.is_whitespace());
            let begins = begins.filter(|(at, _)| quotable.text.as_bytes().get(*at) == Some(&byte));
            next.extend(begins.map(|(at, _)| Way::Answer { quotation, at: at as u32 + 1, left: ANSWER_BYTES }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::source;

    fn form() -> QuotationForm {
        let sources = [
            source(1, "廃棄物条例", "手数料は、５００円とする。ただし、天災のときは免除する。\n2 届出をする。"),
            source(2, "施設規則", "休館日は、月曜日とする。"),
        ];
        QuotationForm::new(&sources, Language::Ja)
    }

    /// What is left of the output when its longest admitted beginning is taken off.
    #[track_caller]
    fn check(output: &str, refused: &str) {
        let form = form();
        let mut progress = form.begin();
        for (at, byte) in output.bytes().enumerate() {
            match form.advance(&progress, &[byte]) {
                Some(next) => progress = next,
                None => {
                    let at = (0..=at).rev().find(|at| output.is_char_boundary(*at)).unwrap_or(0);
                    return assert_eq!(&output[at..], refused);
                }
            }
        }
        assert_eq!(refused, "");
        assert_eq!(form.rest(&progress), Some(""), "{output}");
    }

    #[test]
    fn only_words_of_the_sources_are_admitted() {
        check(" 月曜日[2]\n根拠[2]: 「休館日は、月曜日とする。」", "");
        check(" 500円[1]\n根拠[1]: 「手数料は、500円とする。ただし、天災のときは免除する。」", "");
        check(" ５００円[1]\n根拠[1]: 「手数料は、５００円とする。ただし、天災のときは免除する。」", "");
        check(" 資料からは確認できません。", "");
        check(" 900円[1]", "900円[1]");
        check(" 月曜日[1]", "1]");
        check(" 500円[1]\n根拠[1]: 「届出をする。」", "届出をする。」");
        check(" 500円です[1]", "です[1]");
    }

    #[test]
    fn what_can_only_go_on_in_one_way_is_known() {
        let form = form();
        let progress = form.advance(&form.begin(), " 月曜日[".as_bytes()).expect("a beginning");
        assert_eq!(form.rest(&progress), Some("2]\n根拠[2]: 「休館日は、月曜日とする。」"));
        assert_eq!(form.rest(&form.begin()), None);
        assert!(form.first_bytes(&form.begin())[usize::from(b' ')] && !form.first_bytes(&form.begin())[usize::from(b'z')]);
    }
}
