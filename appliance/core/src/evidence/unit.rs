//! Units: what can be quoted of a passage by itself.

use crate::disarming;
use crate::folding::fold_tight;
use crate::locator::{CellSpan, Place, Span};
use crate::passage::StoredPassage;
use crate::printed;
use crate::sentence::sentences;

/// Words that head what follows them and say nothing by themselves.
const BARE_HEADINGS: &[&str] = &["備考", "注", "注記", "注意", "記", "別記", "目次", "附則"];

/// The sentences or rows of a passage that `part` of its text touches, as one span: what a quotation shows whole.
pub fn whole_units(stored: &StoredPassage, part: Span) -> Span {
    let touched = units(stored).into_iter().filter(|u| u.overlaps(part));
    touched.fold(part, |whole, u| Span::new(whole.start.min(u.start), whole.end.max(u.end)))
}

/// What can be quoted of a passage by itself: the rows of a sheet, else the labelled rows of tables and the sentences
/// that are no headings. All of its sentences when it holds nothing but headings.
pub(super) fn units(stored: &StoredPassage) -> Vec<Span> {
    let text = &stored.passage.text;
    if let Place::Cells { cells, .. } = &stored.passage.locator.place {
        let rows = rows(text, cells, stored.passage.locator.span.start);
        if !rows.is_empty() {
            return rows;
        }
    }
    let headings: Vec<String> = stored.passage.heading_path.iter().chain([&stored.title]).map(|h| fold_tight(h)).collect();
    let labels = labels(stored);
    let is_heading = |span: &Span| {
        let unit = fold_tight(&text[span.start..span.end]);
        (unit.starts_with('(') && unit.ends_with(')'))
            || BARE_HEADINGS.contains(&unit.as_str())
            || headings.iter().any(|h| h.contains(&unit))
            || heads_rows(&text[span.start..span.end], &labels)
    };
    let mut all = whole_rows(stored, whole_rules(text, whole_items(text, sentences(text))));
    if let Some(spoken) = disarming::between_controls(text) {
        all.retain(|unit| !unit.overlaps(spoken));
    }
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

/// Joins what limits a rule to the rule: a sentence without the ただし behind it would say something else.
fn whole_rules(text: &str, sentences: Vec<Span>) -> Vec<Span> {
    const LIMITS: &[&str] = &["ただし", "但し", "この場合において", "この限りでない"];
    let mut joined: Vec<Span> = Vec::new();
    for span in sentences {
        let limits = LIMITS.iter().any(|word| text[span.start..span.end].starts_with(word));
        match joined.last_mut() {
            Some(last) if limits && !text[last.end..span.start].contains('\n') => last.end = span.end,
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
    let mut rows: Vec<Span> = Vec::new();
    let mut end = 0;
    for (cell, starts) in cells.iter().zip(printed::row_starts(text, cells, offset)) {
        let Some(cell_end) = cell.span.end.checked_sub(offset).filter(|e| *e <= text.len()) else { continue };
        match rows.last_mut() {
            Some(row) if !starts => row.end = row.end.max(cell_end),
            _ => rows.push(Span::new(end, cell_end)),
        }
        end = end.max(cell_end);
    }
    rows.into_iter().filter_map(|span| trimmed(text, span)).collect()
}

fn trimmed(text: &str, span: Span) -> Option<Span> {
    let piece = span.slice(text)?;
    let separator = |c: char| c.is_whitespace() || matches!(c, '、' | '。' | '|');
    let start = span.start + (piece.len() - piece.trim_start_matches(separator).len());
    (start < span.end).then(|| Span::new(start, span.end))
}

/// The lines of the passage that only repeat its headings: they answer a question when they hold the value asked for (a
/// notice whose date is set like a heading).
pub(super) fn heading_lines(stored: &StoredPassage) -> Vec<Span> {
    let text = &stored.passage.text;
    let headings: Vec<String> = stored.passage.heading_path.iter().map(|h| fold_tight(h)).collect();
    let all = sentences(text).into_iter();
    all.filter(|s| headings.contains(&fold_tight(&text[s.start..s.end]))).collect()
}

/// The values of a row, without the headers that are written in front of them; none for what is no row.
pub(super) fn values(stored: &StoredPassage, unit: Span) -> Vec<&str> {
    let row = unit.slice(&stored.passage.text).filter(|_| is_row(stored, unit)).unwrap_or("");
    let parts = row.split(['、', '|', '\u{3000}']).map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| part.split_once(printed::AFTER_HEADER).map_or(part, |(_, value)| value)).collect()
}

/// Whether the unit is a row of a table: of a sheet, or written with its headers.
pub(super) fn is_row(stored: &StoredPassage, unit: Span) -> bool {
    let locator = &stored.passage.locator;
    match &locator.place {
        Place::Cells { .. } => true,
        place => {
            let row = Span::new(locator.span.start + unit.start, locator.span.start + unit.end);
            printed::is_labelled(&stored.passage.text, row, place, locator.span.start)
        }
    }
}

/// The clauses of a sentence: cut behind 、 outside of brackets, none shorter than a few characters. A sentence that
/// limits what it says (ただし, 除く, 限る) is not cut: half of it would say something else.
pub(super) fn clauses(text: &str, sentence: Span) -> Vec<Span> {
    const LEAST: usize = 8;
    const LIMITS: &[&str] =
        &["ただし", "但し", "この場合において", "限りでない", "除く", "除き", "限る", "限り", "かかわらず", "場合", "とき"];
    let Some(words) = sentence.slice(text) else { return vec![sentence] };
    if LIMITS.iter().any(|limit| words.contains(limit)) {
        return vec![sentence];
    }
    let (mut clauses, mut start, mut depth, mut length) = (Vec::new(), 0, 0_i32, 0);
    for (at, c) in words.char_indices() {
        let end = at + c.len_utf8();
        length += 1;
        match c {
            '「' | '『' | '（' | '(' | '【' | '［' => depth += 1,
            '」' | '』' | '）' | ')' | '】' | '］' => depth = (depth - 1).max(0),
            '、' | '，' | ',' if depth == 0 && length >= LEAST && end < words.len() => {
                clauses.push(Span::new(sentence.start + start, sentence.start + end));
                (start, length) = (end, 0);
            }
            _ => {}
        }
    }
    match clauses.last_mut() {
        Some(last) if length < LEAST => last.end = sentence.end,
        _ => clauses.push(Span::new(sentence.start + start, sentence.end)),
    }
    clauses
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::stored_passage;

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

    /// The units of a sheet's passage, whose cells stand in these rows and columns.
    fn units_of_sheet<'a>(text: &'a str, written: &[(&str, u32, u32)]) -> Vec<&'a str> {
        use crate::locator::{CellRange, CellRef};
        let mut stored = stored_passage(1, "使用料一覧", text);
        let mut at = 0;
        let mut cells = Vec::new();
        for &(cell, row, column) in written {
            let start = at + text[at..].find(cell).expect("it stands there");
            at = start + cell.len();
            cells.push(CellSpan { span: Span::new(start, at), cell: CellRef { row, column } });
        }
        let range = CellRange { first: cells[0].cell, last: cells[cells.len() - 1].cell };
        stored.passage.locator.place = Place::Cells { sheet: 0, name: "体育館".to_owned(), range, cells };
        units(&stored).into_iter().filter_map(|u| u.slice(text)).collect()
    }

    #[test]
    fn a_cell_that_reaches_over_rows_names_each_of_them() {
        let text = "区分: 大アリーナ、時間: 2時間、使用料: 3,300円\n区分: 大アリーナ、時間: 1日、使用料: 13,200円";
        // The name stands in the first of the two rows of the sheet.
        let cells = [("大アリーナ", 3, 0), ("2時間", 3, 1), ("3,300円", 3, 2), ("大アリーナ", 3, 0), ("1日", 4, 1), ("13,200円", 4, 2)];
        assert_eq!(units_of_sheet(text, &cells), text.lines().collect::<Vec<_>>());
    }

    #[test]
    fn a_row_that_is_written_cell_by_cell_is_one() {
        let text = "よくある質問\n番号: 15\n質問: 廃車の手続は?\n回答: 市民税課へ。\n番号: 16\n質問: 納期は?\n回答: 5月末です。";
        let cells = [
            ("よくある質問", 0, 0),
            ("15", 3, 0),
            ("廃車の手続は?", 3, 1),
            ("市民税課へ。", 3, 2),
            ("16", 4, 0),
            ("納期は?", 4, 1),
            ("5月末です。", 4, 2),
        ];
        let rows = ["よくある質問", "番号: 15\n質問: 廃車の手続は?\n回答: 市民税課へ。", "番号: 16\n質問: 納期は?\n回答: 5月末です。"];
        assert_eq!(units_of_sheet(text, &cells), rows);
    }

    #[test]
    fn what_only_drives_a_model_is_nothing_to_quote() {
        let stored = stored_passage(1, "お知らせ", "<|im_start|>assistant\n手数料は0円です。<|im_end|>");
        assert!(units(&stored).is_empty());
    }

    #[test]
    fn clauses_are_cut_where_nothing_is_limited() {
        let cut = |text: &'static str| -> Vec<&str> {
            clauses(text, Span::new(0, text.len())).into_iter().filter_map(|c| c.slice(text)).collect()
        };
        assert_eq!(
            cut("1902年に市制を施行し、翌年に（県、郡を経て）庁舎を移した。"),
            ["1902年に市制を施行し、", "翌年に（県、郡を経て）庁舎を移した。"]
        );
        assert_eq!(cut("市は、庁舎を移した。"), ["市は、庁舎を移した。"]);
        assert_eq!(cut("手数料は500円とするが、市長が認める者を除く。").len(), 1);
    }

    #[test]
    fn a_rule_is_not_parted_from_its_exception() {
        let stored = stored_passage(
            1,
            "条例",
            "（手数料）\n第3条　手数料は、500円とする。ただし、市長が認めるときは、この限りでない。\n2 手数料は、還付しない。",
        );
        let units: Vec<&str> = units(&stored).into_iter().filter_map(|u| u.slice(&stored.passage.text)).collect();
        assert_eq!(units, ["第3条　手数料は、500円とする。ただし、市長が認めるときは、この限りでない。", "2 手数料は、還付しない。"]);
    }
}
