//! Finding, in the section that an answer was taken from, the list or the table that the answer belongs to.

use super::Form;
use super::pieces::{Cell, Kind, Piece, pieces, sentences_of};
use crate::evidence::coverage;
use crate::id::PassageId;
use crate::locator::Span;
use crate::passage::StoredPassage;
use crate::ranking::TermWeight;
use crate::structure::ListMark;

/// Rows shown at most.
const MOST_ROWS: usize = 40;
/// Lines of text that may stand between two items of one list.
const BETWEEN_ITEMS: usize = 3;
/// What a list or table gains that holds the words of the answer, and one with numbers when steps are wanted.
const HOLDS_ANSWER: f32 = 0.3;
const NUMBERED: f32 = 0.15;
/// Characters of an item from which its line may have been broken.
const BROKEN_LINE: usize = 25;
/// Sentences of running text that are shown as rows, at most.
const MOST_SENTENCES: usize = 8;

/// A place in a section: a passage of it, and bytes of that passage's text.
pub type At = (usize, Span);

/// A list or a table, or the sentences of a paragraph, as found in a section.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// How much it bears on the question.
    pub score: f32,
    /// Whether the source itself is set out so.
    pub structured: bool,
    /// The words that announce it.
    pub lead: Option<At>,
    /// Names of the columns of a table.
    pub columns: Vec<String>,
    /// The rows: place, label, cells, and whether the answer rests on it.
    pub rows: Vec<RunRow>,
    /// Rows left out.
    pub left_out: usize,
}

/// A row of a [`Run`].
#[derive(Debug, Clone, PartialEq)]
pub struct RunRow {
    /// Where it stands.
    pub at: At,
    /// Its number, as it is written.
    pub label: String,
    /// Its values.
    pub cells: Vec<String>,
    /// Whether the answer rests on it.
    pub answers: bool,
}

/// The list or table of a section that bears most on the question, in a form; `None` where there is none, or none that holds the
/// answer or bears on the question by at least `sufficient`.
///
/// `section` holds passages that follow each other, `quotes` the words that the answer rests on.
pub fn arrange(form: Form, terms: &[TermWeight], quotes: &[(PassageId, Span)], section: &[StoredPassage], sufficient: f32) -> Option<Run> {
    let seen: Vec<(usize, Piece)> = section.iter().enumerate().flat_map(|(i, s)| pieces(s).into_iter().map(move |p| (i, p))).collect();
    let sight = Sight { form, terms, quotes, section };
    let mut runs: Vec<Run> = Vec::new();
    match form {
        Form::Plain => return None,
        Form::Steps => runs.extend(lists(&seen, &sight)),
        Form::List => {
            runs.extend(lists(&seen, &sight));
            runs.extend(tables(&seen, &sight).into_iter().map(|run| as_list(run, section)));
        }
        Form::Table => {
            runs.extend(tables(&seen, &sight));
            if runs.is_empty() {
                runs.extend(lists(&seen, &sight));
            }
        }
    }
    runs.retain(|r| r.score >= sufficient || r.rows.iter().any(|row| row.answers));
    // The first of those that bear alike.
    runs.into_iter().reduce(|best, next| if next.score > best.score { next } else { best })
}

/// The sentences around the answer's words as rows, for sources that are not set out as a list.
pub fn plain_rows(quotes: &[(PassageId, Span)], section: &[StoredPassage]) -> Option<Run> {
    let held = |index: usize, span: Span| quotes.iter().any(|(id, quote)| *id == section[index].id && quote.overlaps(span));
    let (index, piece) =
        section.iter().enumerate().flat_map(|(i, s)| pieces(s).into_iter().map(move |p| (i, p))).find(|(i, p)| held(*i, p.span))?;
    let text = &section[index].passage.text;
    // Of a row, the longest value is what is told; the others name it.
    let told = match &piece.kind {
        Kind::Row(cells) => cells.iter().map(|c| c.value).max_by_key(|v| v.len())?,
        _ => piece.span,
    };
    let all = sentences_of(text, told);
    let left_out = all.len().saturating_sub(MOST_SENTENCES);
    let row = |span: Span| RunRow { at: (index, span), label: String::new(), cells: vec![words(text, span)], answers: held(index, span) };
    let rows: Vec<RunRow> = all.into_iter().take(MOST_SENTENCES).map(row).collect();
    (!rows.is_empty()).then_some(Run { score: 0.0, structured: false, lead: None, columns: Vec::new(), rows, left_out })
}

struct Sight<'a> {
    form: Form,
    terms: &'a [TermWeight],
    quotes: &'a [(PassageId, Span)],
    section: &'a [StoredPassage],
}

impl Sight<'_> {
    fn text(&self, at: At) -> &str {
        at.1.slice(&self.section[at.0].passage.text).unwrap_or("")
    }

    fn answers(&self, at: At) -> bool {
        self.quotes.iter().any(|(id, quote)| *id == self.section[at.0].id && quote.overlaps(at.1))
    }

    /// Scores what was found, and cuts it to what is shown.
    fn run(&self, lead: Option<At>, columns: Vec<String>, mut rows: Vec<RunRow>, bonus: f32) -> Option<Run> {
        let first = &self.section[rows.first()?.at.0];
        let mut told = format!("{} {}", first.title, first.passage.heading_path.join(" "));
        for at in lead.into_iter().chain(rows.iter().map(|r| r.at)) {
            told.push('\n');
            told.push_str(self.text(at));
        }
        let answering = rows.iter().position(|r| r.answers);
        let score = coverage(self.terms, &told) + bonus + if answering.is_some() { HOLDS_ANSWER } else { 0.0 };
        let left_out = rows.len().saturating_sub(MOST_ROWS);
        if left_out > 0 {
            let from = answering.unwrap_or(0).saturating_sub(MOST_ROWS / 2).min(left_out);
            rows = rows.split_off(from);
            rows.truncate(MOST_ROWS);
        }
        Some(Run { score, structured: true, lead, columns, rows, left_out })
    }
}

/// An item of a list that is being read.
struct Entry {
    at: At,
    /// Its own words, without what is nested in it.
    own: Span,
    mark: ListMark,
}

#[derive(Default)]
struct List {
    lead: Option<At>,
    entries: Vec<Entry>,
    /// Text lines since its last item.
    since: Vec<At>,
}

/// The lists of a section, those within items too.
fn lists(seen: &[(usize, Piece)], sight: &Sight<'_>) -> Vec<Run> {
    let mut open: Vec<List> = Vec::new();
    let mut done: Vec<List> = Vec::new();
    let mut before: Option<At> = None;
    for (index, piece) in seen {
        let at = (*index, piece.span);
        match &piece.kind {
            Kind::Item(mark) => {
                take_item(&mut open, &mut done, at, mark, before, sight);
            }
            Kind::Text => {
                if let Some(list) = open.last_mut()
                    && !continues_line(list, at, sight)
                {
                    list.since.push(at);
                    if list.since.len() > BETWEEN_ITEMS {
                        close(&mut open, &mut done, 0);
                    }
                }
            }
            Kind::Row(_) => close(&mut open, &mut done, 0),
        }
        before = Some(at);
    }
    close(&mut open, &mut done, 0);
    // In the order of the text: lists within items end before those around them.
    done.sort_by_key(|l| l.entries.first().map(|e| e.at));
    done.into_iter().filter(|l| l.entries.len() > 1).filter_map(|l| list_run(&l, sight)).collect()
}

fn take_item(open: &mut Vec<List>, done: &mut Vec<List>, at: At, mark: &ListMark, before: Option<At>, sight: &Sight<'_>) {
    let entry = || Entry { at, own: at.1, mark: mark.clone() };
    let next_of = open.iter().rposition(|l| l.entries.last().is_some_and(|e| mark.follows(&e.mark)));
    if let Some(depth) = next_of {
        close(open, done, depth + 1);
        if let Some(list) = open.get_mut(depth) {
            // Lines between two items belong to the first.
            let since = std::mem::take(&mut list.since);
            if let (Some(last), Some(end)) = (list.entries.last_mut(), since.last())
                && end.0 == last.at.0
            {
                (last.at.1.end, last.own.end) = (end.1.end, end.1.end);
            }
            list.entries.push(entry());
        }
        return;
    }
    if !mark.begins() || open.last().is_some_and(|l| !l.since.is_empty()) {
        close(open, done, 0);
    }
    let around = open.last().and_then(|l| l.entries.last()).map(|e| (e.at.0, e.own));
    let lead = around.or(before).and_then(|at| announcement(at, sight));
    open.push(List { lead, entries: vec![entry()], since: Vec::new() });
}

/// Whether a line is the rest of the item before it, whose line was broken; it then belongs to it.
fn continues_line(list: &mut List, at: At, sight: &Sight<'_>) -> bool {
    let Some(last) = list.entries.last_mut().filter(|l| list.since.is_empty() && l.at.0 == at.0) else { return false };
    let text = sight.text(last.at);
    let broken = text.chars().count() >= BROKEN_LINE && !text.ends_with(['。', '.', '!', '?', '）', ')', '：', ':', '」']);
    if broken {
        (last.at.1.end, last.own.end) = (at.1.end, at.1.end);
    }
    broken
}

/// Closes the lists from a depth on; what was nested belongs to the item around it.
fn close(open: &mut Vec<List>, done: &mut Vec<List>, depth: usize) {
    while open.len() > depth {
        let Some(list) = open.pop() else { return };
        if let (Some(end), Some(around)) = (list.entries.last(), open.last_mut().and_then(|l| l.entries.last_mut()))
            && end.at.0 == around.at.0
        {
            around.at.1.end = around.at.1.end.max(end.at.1.end);
        }
        done.push(list);
    }
}

/// The sentence at the end of a text that announces what follows.
fn announcement(at: At, sight: &Sight<'_>) -> Option<At> {
    const WORDS: [&str; 11] =
        ["次の各号", "次に掲げる", "次のとおり", "次の", "下記の", "以下の", "左の各号", "following", "as follows", "以下に", "次に"];
    let text = &sight.section[at.0].passage.text;
    let last = *sentences_of(text, at.1).last()?;
    let words = last.slice(text)?;
    (WORDS.iter().any(|w| words.contains(w)) || words.ends_with(['：', ':'])).then_some((at.0, last))
}

fn list_run(list: &List, sight: &Sight<'_>) -> Option<Run> {
    let numbered = list.entries.iter().all(|e| e.mark.is_numbered());
    let rows = list.entries.iter().map(|entry| {
        let text = sight.text(entry.at);
        let own = text.get(entry.mark.taken..).unwrap_or(text).trim();
        RunRow {
            at: entry.at,
            label: entry.mark.label.clone(),
            cells: vec![own.to_owned()],
            answers: sight.answers((entry.at.0, entry.own)),
        }
    });
    let bonus = if numbered && sight.form == Form::Steps { NUMBERED } else { 0.0 };
    sight.run(list.lead, Vec::new(), rows.collect(), bonus)
}

/// The tables of a section.
fn tables(seen: &[(usize, Piece)], sight: &Sight<'_>) -> Vec<Run> {
    let mut groups: Vec<Vec<(At, &[Cell])>> = Vec::new();
    let mut between = usize::MAX;
    for (index, piece) in seen {
        let Kind::Row(cells) = &piece.kind else {
            between = between.saturating_add(1);
            continue;
        };
        let header = |row: &[Cell]| row.first().map(|c| c.header.clone());
        let at = (*index, piece.span);
        match groups.last_mut() {
            // One line between two rows may be the head of the table, printed again on the next page.
            Some(group) if between <= 1 && group.last().is_some_and(|(_, last)| header(last) == header(cells)) => group.push((at, cells)),
            _ => groups.push(vec![(at, cells)]),
        }
        between = 0;
    }
    groups
        .into_iter()
        .filter_map(|group| table_run(&group, sight))
        .filter(|r| r.rows.len() > 1 || r.rows.iter().any(|row| row.answers))
        .collect()
}

fn table_run(group: &[(At, &[Cell])], sight: &Sight<'_>) -> Option<Run> {
    let mut columns: Vec<(String, usize)> = Vec::new();
    let keys: Vec<Vec<(String, usize)>> = group.iter().map(|(_, cells)| column_keys(cells)).collect();
    for row in &keys {
        let mut last = 0;
        for key in row {
            match columns.iter().position(|c| c == key) {
                Some(at) => last = at + 1,
                // A column that only some rows have stands behind the one before it.
                None => {
                    columns.insert(last.min(columns.len()), key.clone());
                    last += 1;
                }
            }
        }
    }
    let rows = group.iter().zip(&keys).map(|((at, cells), keys)| {
        let text = &sight.section[at.0].passage.text;
        let value = |column| keys.iter().position(|k| k == column).map(|i| words(text, cells[i].value)).unwrap_or_default();
        RunRow { at: *at, label: String::new(), cells: columns.iter().map(value).collect(), answers: sight.answers(*at) }
    });
    let rows: Vec<RunRow> = rows.collect();
    let names = columns.iter().map(|(name, _)| name.clone()).collect();
    sight.run(None, names, rows, 0.0)
}

/// Headers may repeat in a row (区分, 区分): each with how often it stood before.
fn column_keys(cells: &[Cell]) -> Vec<(String, usize)> {
    let mut keys: Vec<(String, usize)> = Vec::new();
    for (i, cell) in cells.iter().enumerate() {
        let before = match cell.header.is_empty() {
            true => i,
            false => keys.iter().filter(|(name, _)| *name == cell.header).count(),
        };
        keys.push((cell.header.clone(), before));
    }
    keys
}

/// The rows of a table, each as one item.
fn as_list(mut run: Run, section: &[StoredPassage]) -> Run {
    for row in &mut run.rows {
        row.cells = vec![words(&section[row.at.0].passage.text, row.at.1)];
    }
    run.columns.clear();
    run
}

fn words(text: &str, span: Span) -> String {
    span.slice(text).unwrap_or("").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folding::character_pairs;
    use crate::testing::stored_passage;

    fn terms(question: &str) -> Vec<TermWeight> {
        character_pairs(question).into_iter().map(|term| TermWeight { term, idf: 1.0 }).collect()
    }

    fn section(texts: &[&str], heading: &str) -> Vec<StoredPassage> {
        let stored = texts.iter().enumerate().map(|(i, text)| {
            let mut stored = stored_passage(i as i64 + 1, "手引", text);
            stored.passage.heading_path = vec![heading.to_owned()];
            stored
        });
        stored.collect()
    }

    fn shown(run: &Run) -> Vec<String> {
        run.rows.iter().map(|r| format!("{}|{}", r.label, r.cells.join("|"))).collect()
    }

    #[test]
    fn steps_that_run_over_two_passages_are_one_list() {
        let section = section(
            &[
                "When it shows Replace toner, printing stops. Do as follows:\n1. Open the cover.\n2. Pull out the cartridge.",
                "3. Insert the new one.\nReturn empty ones.",
            ],
            "Replacing the toner",
        );
        let run = arrange(Form::Steps, &terms("How to replace the toner"), &[], &section, 0.2).expect("steps");
        assert_eq!(shown(&run), ["1|Open the cover.", "2|Pull out the cartridge.", "3|Insert the new one."]);
        assert_eq!(run.lead.and_then(|(i, s)| s.slice(&section[i].passage.text)), Some("Do as follows:"));
    }

    #[test]
    fn the_list_that_holds_the_answer_is_taken() {
        let text = "2 用語の意義は、次の各号に定める。\n(1) 粗大ごみ　大きいもの\n(2) 資源物　びん、缶\n3 市長は、別に定める。";
        let section = section(&[text], "第2条（定義）");
        let at = text.find("資源物").expect("it stands there");
        let run = arrange(Form::List, &terms("用語"), &[(section[0].id, Span::new(at, at + 9))], &section, 0.9).expect("a list");
        assert_eq!(shown(&run)[0], "(1)|粗大ごみ　大きいもの");
        assert_eq!(run.rows.iter().map(|r| r.answers).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn rows_with_their_headers_are_a_table_and_empty_cells_stay_empty() {
        let text = "駐車場: 東口、30分: 150円、定期: 16,500円\n駐車場: 公園、30分: 0円\n駐車場: 西口、30分: 100円、定期: 11,000円";
        let section = section(&[text], "料金");
        let run = arrange(Form::Table, &terms("駐車場の料金"), &[], &section, 0.2).expect("a table");
        assert_eq!(run.columns, ["駐車場", "30分", "定期"]);
        assert_eq!(shown(&run), ["|東口|150円|16,500円", "|公園|0円|", "|西口|100円|11,000円"]);
    }

    #[test]
    fn rows_with_bars_take_their_columns_from_the_heading() {
        let section = section(&["コード | 対処\nA-1 | 待つ", "A-2 | 呼ぶ"], "コード | 対処");
        let run = arrange(Form::Table, &terms("コードの対処"), &[], &section, 0.2).expect("a table");
        assert_eq!((run.columns.join("/"), shown(&run)), ("コード/対処".to_owned(), vec!["|A-1|待つ".to_owned(), "|A-2|呼ぶ".to_owned()]));
    }

    #[test]
    fn a_paragraph_is_shown_by_its_sentences_and_said_to_be_one() {
        let text = "質問: 廃車の手続は、回答: 標識をお持ちください。手数料はかかりません。";
        let section = section(&[text], "FAQ");
        let run = plain_rows(&[(section[0].id, Span::new(0, text.len()))], &section).expect("sentences");
        assert!(!run.structured);
        assert_eq!(shown(&run), ["|標識をお持ちください。", "|手数料はかかりません。"]);
        assert_eq!(arrange(Form::Steps, &terms("廃車の手続"), &[], &section, 0.2), None);
    }
}
