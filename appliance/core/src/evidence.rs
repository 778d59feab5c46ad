//! How well the passages found bear on the question, and which of their sentences bear on it most.
//!
//! No model takes part: this is what an answer falls back on, and what decides whether to answer at all.

use crate::asked::Asked;
use crate::folding::{fold_tight, pair_set};
use crate::locator::{CellSpan, Place, Span};
use crate::passage::StoredPassage;
use crate::printed;
use crate::ranking::{CosineSimilarity, TermWeight};
use crate::sentence::sentences;
use serde::{Deserialize, Serialize};

/// How strongly one passage bears on a question.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Strength {
    /// The share of the question's character pairs found in the passage, its title or its headings, weighted by
    /// how rare each is; 0 to 1.
    pub coverage: f32,
    /// The cosine between the question's and the passage's embeddings, when the vector leg ran.
    pub similarity: Option<CosineSimilarity>,
    /// Whether every code of the question (`LX-4200`) stands there.
    #[serde(default = "yes")]
    pub identifiers: bool,
    /// Whether everything that the question names as an owner (医学部の…) stands there.
    #[serde(default = "yes")]
    pub owners: bool,
}

fn yes() -> bool {
    true
}

/// Below which strength Kura refuses rather than guesses.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EvidenceThresholds {
    /// Coverage from which the words alone suffice.
    pub sufficient_coverage: f32,
    /// Coverage under which no similarity suffices.
    pub least_coverage: f32,
    /// Cosine that must be reached when the coverage lies between the two.
    pub least_similarity: f32,
}

impl Default for EvidenceThresholds {
    fn default() -> Self {
        Self { sufficient_coverage: 0.55, least_coverage: 0.2, least_similarity: 0.86 }
    }
}

impl Strength {
    /// Whether an answer may be built on it. A source without the code asked for never suffices; one that does not
    /// name the owner asked about must match in nearly all other words.
    pub fn suffices(&self, thresholds: &EvidenceThresholds) -> bool {
        if !self.identifiers {
            return false;
        }
        if self.coverage >= thresholds.sufficient_coverage {
            return true;
        }
        let near = self.similarity.is_some_and(|s| s.0 >= thresholds.least_similarity);
        self.owners && near && self.coverage >= thresholds.least_coverage
    }
}

/// The weighted share of the question's terms that occur in `text`, 0 to 1; 0 when the question has none.
pub fn coverage(terms: &[TermWeight], text: &str) -> f32 {
    let pairs = pair_set(text);
    let total: f32 = terms.iter().map(TermWeight::evidence).sum();
    let found: f32 = terms.iter().filter(|t| pairs.contains(&t.term)).map(TermWeight::evidence).sum();
    if total > 0.0 { found / total } else { 0.0 }
}

/// The strength of one passage for a question.
pub fn strength(asked: &Asked, terms: &[TermWeight], stored: &StoredPassage, similarity: Option<CosineSimilarity>) -> Strength {
    let text = stored.passage.with_headings(&stored.title);
    Strength {
        coverage: coverage(terms, &text),
        similarity,
        identifiers: asked.identifiers_in(&text) == asked.identifiers.len(),
        owners: asked.owners_stand_in(&text),
    }
}

/// A sentence or row chosen from a passage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quotation {
    /// Index into the passages given.
    pub source: usize,
    /// Bytes of that passage's text.
    pub span: Span,
    /// How much it bears on the question.
    pub weight: f32,
}

/// The sentences or rows of one passage that bear most on the question, in the order of the text.
///
/// Takes the heaviest, then further ones while they add terms that are not yet covered and all stay within
/// `max_chars` characters. Gives at least one when the passage has any text.
pub fn best_sentences(asked: &Asked, terms: &[TermWeight], passages: &[StoredPassage], source: usize, max_chars: usize) -> Vec<Quotation> {
    let Some(stored) = passages.get(source) else { return Vec::new() };
    let text = &stored.passage.text;
    let mut open = units(stored);
    let mut missing: Vec<&TermWeight> = terms.iter().collect();
    let mut chosen: Vec<Quotation> = Vec::new();
    let mut used = 0;
    while let Some((at, weight)) = heaviest(asked, text, &open, &missing) {
        let span = open.remove(at);
        let quoted = &text[span.start..span.end];
        let length = quoted.chars().count();
        if !chosen.is_empty() && (weight <= 0.0 || used + length > max_chars) {
            break;
        }
        used += length;
        let pairs = pair_set(quoted);
        missing.retain(|t| !pairs.contains(&t.term));
        chosen.push(Quotation { source, span, weight });
    }
    chosen.sort_by_key(|q| q.span);
    chosen
}

/// How much a piece of text bears on the question: the rarity of the terms it holds, more when it holds a value of the
/// kind asked for or a code that the question names.
pub fn weight(asked: &Asked, terms: &[&TermWeight], text: &str) -> f32 {
    // A sentence with the right value and half of the words beats one with more of the words and no value.
    const VALUE: f32 = 0.35;
    const IDENTIFIER: f32 = 0.6;
    let pairs = pair_set(text);
    let total: f32 = terms.iter().map(|t| t.evidence()).sum();
    let held: f32 = terms.iter().filter(|t| pairs.contains(&t.term)).map(|t| t.evidence()).sum();
    if held <= 0.0 {
        return 0.0;
    }
    let value = if asked.is_answered_by(text) { VALUE * total } else { 0.0 };
    held + value + IDENTIFIER * total * asked.identifiers_in(text) as f32
}

fn heaviest(asked: &Asked, text: &str, open: &[Span], missing: &[&TermWeight]) -> Option<(usize, f32)> {
    open.iter()
        .enumerate()
        .map(|(i, span)| (i, weight(asked, missing, &text[span.start..span.end])))
        .max_by(|(i, a), (j, b)| a.total_cmp(b).then(j.cmp(i)))
}

/// The sentences or rows of a passage that `part` of its text touches, as one span: what a quotation shows whole.
pub fn whole_units(stored: &StoredPassage, part: Span) -> Span {
    let touched = units(stored).into_iter().filter(|u| u.overlaps(part));
    touched.fold(part, |whole, u| Span::new(whole.start.min(u.start), whole.end.max(u.end)))
}

/// The weight of the passage's heaviest sentence or row, as a share of all the question's terms; a value of the kind
/// asked for and codes can take it above 1.
pub fn best_share(asked: &Asked, terms: &[TermWeight], stored: &StoredPassage) -> f32 {
    let all: Vec<&TermWeight> = terms.iter().collect();
    let total: f32 = terms.iter().map(TermWeight::evidence).sum();
    let best = heaviest(asked, &stored.passage.text, &units(stored), &all).map_or(0.0, |(_, weight)| weight);
    if total > 0.0 { best / total } else { 0.0 }
}

/// What can be quoted of a passage by itself: the rows of a sheet, else the labelled rows of tables and the sentences
/// that are no headings. All of its sentences when it holds nothing but headings.
fn units(stored: &StoredPassage) -> Vec<Span> {
    let text = &stored.passage.text;
    if let Place::Cells { cells, .. } = &stored.passage.locator.place {
        let rows = rows(text, cells, stored.passage.locator.span.start);
        if !rows.is_empty() {
            return rows;
        }
    }
    let headings: Vec<String> = stored.passage.heading_path.iter().map(|h| fold_tight(h)).collect();
    let labels = labels(stored);
    let is_heading = |span: &Span| {
        let unit = fold_tight(&text[span.start..span.end]);
        (unit.starts_with('(') && unit.ends_with(')'))
            || headings.iter().any(|h| h.contains(&unit))
            || heads_rows(&text[span.start..span.end], &labels)
    };
    let all = whole_rows(stored, whole_items(text, sentences(text)));
    let running: Vec<Span> = all.iter().copied().filter(|s| !is_heading(s)).collect();
    if running.is_empty() { all } else { running }
}

/// Joins the sentences of a 号 that stand on one line: 「(2) …するとき。 5割を減額」says nothing when it is cut at its 。
fn whole_items(text: &str, sentences: Vec<Span>) -> Vec<Span> {
    let is_item = |span: &Span| {
        let folded = fold_tight(&text[span.start..span.end]);
        folded.strip_prefix('(').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    let mut joined: Vec<Span> = Vec::new();
    for span in sentences {
        match joined.last_mut() {
            Some(last) if is_item(last) && !text[last.end..span.start].contains('\n') => last.end = span.end,
            _ => joined.push(span),
        }
    }
    joined
}

/// Joins the sentences of a labelled row of a paged table, which is one line of the text: a value says nothing without
/// the row it stands in.
fn whole_rows(stored: &StoredPassage, sentences: Vec<Span>) -> Vec<Span> {
    let text = &stored.passage.text;
    let offset = stored.passage.locator.span.start;
    let mut joined: Vec<Span> = Vec::new();
    for span in sentences {
        match joined.last_mut() {
            Some(last)
                if !text[last.end..span.start].contains('\n') && {
                    let row = Span::new(offset + last.start, offset + last.end);
                    printed::is_labelled(text, row, &stored.passage.locator.place, offset)
                } =>
            {
                last.end = span.end;
            }
            _ => joined.push(span),
        }
    }
    joined
}

/// The headers that are written into the passage's rows, folded.
fn labels(stored: &StoredPassage) -> Vec<String> {
    let Place::Pages { lines } = &stored.passage.locator.place else { return Vec::new() };
    let locator = &stored.passage.locator;
    let gaps = printed::gaps(locator.span, lines);
    gaps.into_iter().filter_map(|gap| printed::header(&stored.passage.text, gap, locator.span.start)).map(fold_tight).collect()
}

/// Whether a text is the header row of rows with these labels.
fn heads_rows(unit: &str, labels: &[String]) -> bool {
    let mut cells = unit.split('\u{3000}').map(fold_tight).filter(|c| !c.is_empty());
    !labels.is_empty() && cells.all(|cell| labels.iter().any(|label| label.contains(&cell)))
}

/// One span for each row of the sheet: from the end of the row before to the end of its last cell.
fn rows(text: &str, cells: &[CellSpan], offset: usize) -> Vec<Span> {
    let mut rows: Vec<(u32, Span)> = Vec::new();
    let mut end = 0;
    for cell in cells {
        let Some(cell_end) = cell.span.end.checked_sub(offset).filter(|e| *e <= text.len()) else { continue };
        match rows.last_mut() {
            Some((row, span)) if *row == cell.cell.row => span.end = span.end.max(cell_end),
            _ => rows.push((cell.cell.row, Span::new(end, cell_end))),
        }
        end = end.max(cell_end);
    }
    rows.into_iter().filter_map(|(_, span)| trimmed(text, span)).collect()
}

fn trimmed(text: &str, span: Span) -> Option<Span> {
    let piece = span.slice(text)?;
    let separator = |c: char| c.is_whitespace() || matches!(c, '、' | '。' | '|');
    let start = span.start + (piece.len() - piece.trim_start_matches(separator).len());
    (start < span.end).then(|| Span::new(start, span.end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folding::character_pairs;
    use crate::testing::stored_passage;

    fn terms(question: &str) -> Vec<TermWeight> {
        character_pairs(question).into_iter().map(|term| TermWeight { term, idf: 1.0 }).collect()
    }

    #[test]
    fn the_sentence_with_the_questions_words_is_quoted() {
        let passages = [stored_passage(1, "廃棄物条例", "市は、処理施設を設ける。粗大ごみの手数料は、500円とする。届出は10日以内にする。")];
        let chosen =
            best_sentences(&Asked::of("粗大ごみの手数料はいくらですか"), &terms("粗大ごみの手数料はいくらですか"), &passages, 0, 30);
        let text = &passages[0].passage.text;
        assert_eq!(chosen.len(), 1);
        assert_eq!(chosen[0].span.slice(text), Some("粗大ごみの手数料は、500円とする。"));
    }

    #[test]
    fn the_value_asked_for_outweighs_more_of_the_words() {
        let passages = [stored_passage(
            1,
            "公民館条例",
            "（使用料の減免）\n社会教育関係団体の使用料の減免は、次のとおりとする。\n(2) 社会教育関係団体が使用するとき。 5割を減額",
        )];
        let question = "社会教育関係団体の使用料の減免は何割ですか";
        let chosen = best_sentences(&Asked::of(question), &terms(question), &passages, 0, 30);
        let text = &passages[0].passage.text;
        assert_eq!(chosen[0].span.slice(text), Some("(2) 社会教育関係団体が使用するとき。 5割を減額"));
    }

    #[test]
    fn a_labelled_row_is_quoted_whole_and_its_header_row_is_not() {
        let text = "品目　手数料　備考\n品目: ふとん、手数料: 500円、備考: 束ねてください。乾いたものに限る。\n品目: 机、手数料: 900円";
        let mut stored = stored_passage(1, "手数料表", text);
        let rect = crate::locator::Rect { x: 0.0, y: 0.0, width: 1.0, height: 1.0 };
        let mut at = 0;
        let cells = ["品目", "手数料", "備考", "ふとん", "500円", "束ねてください。乾いたものに限る。", "机", "900円"];
        let lines = cells.map(|cell| {
            let start = at + text[at..].find(cell).expect("it stands there");
            at = start + cell.len();
            // The passage begins at byte 100 of its document.
            crate::locator::PageLine { page: 1, rect, span: Span::new(100 + start, 100 + at), vertical: false }
        });
        stored.passage.locator =
            crate::locator::Locator { span: Span::new(100, 100 + text.len()), place: Place::Pages { lines: lines.to_vec() } };
        let units: Vec<&str> = units(&stored).into_iter().filter_map(|u| u.slice(text)).collect();
        assert_eq!(units, text.lines().skip(1).collect::<Vec<_>>());
    }

    #[test]
    fn a_foreign_question_is_not_covered() {
        assert!(coverage(&terms("月の裏側の気温"), "粗大ごみの手数料は、500円とする。") < 0.2);
        assert_eq!(coverage(&[], "何か"), 0.0);
    }
}
