//! Headers: which rows of a table name its columns.
//!
//! A wrong header is worse than none, so several signs must agree: words where the rows below hold numbers, a colour of
//! its own, the nouns that offices head columns with, a place at the top of every page.

use super::cells::Shape;
use super::nouns;
use crate::pdf::line::Line;
use appliance_core::folding::fold_tight;
use std::collections::BTreeSet;
use std::ops::Range;

/// Rows that headers may take, and rows of titles above them.
const MOST_ROWS: usize = 4;
const MOST_TITLES: usize = 2;
/// Characters of a header; longer cells are values.
const LONGEST: usize = 40;
/// Rows under the header that are looked at.
const SAMPLE: usize = 60;
/// The header of a table.
#[derive(Debug, PartialEq)]
pub(super) struct Header {
    /// Its rows among those of the table.
    pub(super) rows: Range<usize>,
    /// For each column, the texts that stand over it, outermost first.
    pub(super) labels: Vec<Vec<String>>,
}

impl Header {
    /// What heads a cell of these columns; `None` where no one text does.
    pub(super) fn label(&self, columns: &Range<usize>) -> Option<String> {
        let mut over = self.labels.get(columns.clone())?.iter();
        let mut common: &[String] = over.next()?;
        for levels in over {
            let same = common.iter().zip(levels).take_while(|(a, b)| a == b).count();
            common = &common[..same];
        }
        (!common.is_empty()).then(|| common.join("／"))
    }
}

/// A filled cell as headers are looked for.
struct Filled<'l> {
    columns: Range<usize>,
    rows: Range<usize>,
    text: &'l str,
    u: (f32, f32),
}

fn filled(line: &Line) -> Vec<Filled<'_>> {
    let Some(row) = &line.table else { return Vec::new() };
    let cell = |c: &super::cells::RowCell| {
        let (first, last) = (line.cells.get(c.pieces.start)?, line.cells.get(c.pieces.end.checked_sub(1)?)?);
        let text = line.text.get(first.start..last.end)?;
        let u = line.cells[c.pieces.clone()].iter().fold((f32::MAX, f32::MIN), |u, p| (u.0.min(p.u.0), u.1.max(p.u.1)));
        Some(Filled { columns: c.columns.clone(), rows: c.rows.clone(), text, u })
    };
    row.cells.iter().filter_map(cell).collect()
}

/// The header of these rows. `repeated`: rows that also stand at the top of a later page.
pub(super) fn of(lines: &[&Line], shape: &Shape, repeated: Option<&Range<usize>>) -> Option<Header> {
    let columns = shape.columns();
    let rows: Vec<Vec<Filled<'_>>> = lines.iter().map(|l| filled(l)).collect();
    if columns < 2 {
        return None;
    }
    let titles = rows.iter().take(MOST_TITLES).take_while(|r| is_title(r, columns)).count();
    let extent = match repeated {
        Some(range) => range.clone(),
        None => titles..titles + extent(&rows[titles..], lines[titles..].iter().map(|l| number(l)).collect::<Vec<_>>().as_slice())?,
    };
    let (head, body) = (rows.get(extent.clone())?, rows.get(extent.end..)?);
    let header = Header { labels: labels(head, columns), rows: extent.clone() };
    let headed = header.labels.iter().filter(|l| !l.is_empty()).count();
    // The corner over the names of rows is often left blank.
    let corner = usize::from(header.labels.first().is_some_and(Vec::is_empty));
    if body.is_empty()
        || (headed + corner) * 4 < columns * 3
        || headed < 2
        || !may_head(head, columns)
        || !fits(&header, body, columns)
        || !tells_apart(&header, body)
    {
        return None;
    }
    let score = score(lines, &extent, head, body, shape) + if repeated.is_some() { 3 } else { 0 };
    let needed = 2 + i32::from(columns == 2 || headed == 2) + i32::from(!shape.ruled || body.len() < 2);
    (score >= needed).then_some(header)
}

/// The line's number among the rows of its table's grid.
fn number(line: &Line) -> usize {
    line.table.as_ref().map_or(0, |t| t.row)
}

/// A title inside the table's frame: one cell over most columns.
fn is_title(row: &[Filled<'_>], columns: usize) -> bool {
    matches!(row, [cell] if cell.columns.len() * 3 > columns * 2)
}

/// How many rows at the start are headers, if the first is one: those that a header cell spans, and those that part a
/// header over several columns.
fn extent(rows: &[Vec<Filled<'_>>], numbers: &[usize]) -> Option<usize> {
    let first = rows.first().filter(|r| r.len() >= 2 && r.iter().all(|c| is_header_like(c.text)))?;
    // What a header spans is header too.
    let end = first.iter().map(|c| c.rows.end).max().filter(|end| end - numbers[0] <= MOST_ROWS)?;
    let mut count = numbers.iter().take_while(|n| **n < end).count().max(1);
    while count < MOST_ROWS.min(rows.len()) {
        let above: Vec<&Filled<'_>> = rows[..count].iter().flatten().filter(|c| c.columns.len() > 1).collect();
        let under = |c: &&Filled<'_>| {
            above.iter().any(|w| w.columns.start <= c.columns.start && c.columns.end <= w.columns.end && c.columns != w.columns)
        };
        let parts = &rows[count];
        let words = parts.len() >= 2 && parts.iter().all(|c| is_header_like(c.text)) && numbers[count] == numbers[count - 1] + 1;
        let all_under = parts.iter().all(|c| under(&c));
        if words && (all_under || parts.iter().filter(under).count() >= 2 && over_numbers(parts, &rows[count + 1..])) {
            count += 1;
        } else {
            break;
        }
    }
    Some(count)
}

fn labels(head: &[Vec<Filled<'_>>], columns: usize) -> Vec<Vec<String>> {
    let mut labels: Vec<Vec<String>> = vec![Vec::new(); columns];
    for cell in head.iter().flatten().filter(|c| c.columns.len() < columns) {
        let text: String = cell.text.split(['\u{3000}', ' ']).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(separator(cell.text));
        for levels in labels.get_mut(cell.columns.clone()).into_iter().flatten() {
            if levels.last() != Some(&text) {
                levels.push(text.clone());
            }
        }
    }
    labels
}

/// Whether a row of words stands over numbers: most cells under its own hold some.
fn over_numbers(row: &[Filled<'_>], below: &[Vec<Filled<'_>>]) -> bool {
    let digits = |c: &Filled<'_>| c.text.chars().any(char::is_numeric);
    let under: Vec<&Filled<'_>> = below.iter().take(5).flatten().filter(|c| row.iter().any(|r| r.columns == c.columns)).collect();
    !row.iter().any(digits) && !under.is_empty() && under.iter().filter(|c| digits(c)).count() * 10 >= under.len() * 6
}

/// Whether the rows may be headers: words in the first, words or the hours and sizes that part them below.
fn may_head(head: &[Vec<Filled<'_>>], columns: usize) -> bool {
    let mut rows = head.iter().map(|row| row.iter().filter(|c| c.columns.len() < columns));
    let words = rows.next().is_some_and(|mut row| row.all(|c| is_header_like(c.text)));
    words && rows.flatten().all(|c| c.text.chars().count() <= LONGEST && !is_value(c.text))
}

/// Headers are often set wide (「備　　考」): Japanese ones are written without the spaces.
fn separator(text: &str) -> &'static str {
    let wide = text.split('\u{3000}').all(|w| w.chars().count() <= 2);
    if wide && !text.is_ascii() { "" } else { " " }
}

fn is_header_like(text: &str) -> bool {
    let characters = text.chars().count();
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    characters <= LONGEST
        && !text.ends_with(['。', '．'])
        && (digits == 0 || digits * 3 <= characters || names_a_class(text))
        && !is_value(text)
}

/// Numbers that name columns: years, months, ages, levels.
fn names_a_class(text: &str) -> bool {
    ["年度", "年", "月", "級", "号", "回", "期", "歳", "以上", "未満", "階", "以下", "日目", "次"].iter().any(|end| text.ends_with(end))
}

fn is_value(text: &str) -> bool {
    let folded = fold_tight(text);
    let after_digit = |unit: char| {
        let mut before = None;
        folded.chars().any(|c| {
            let found = c == unit && before.is_some_and(|b: char| b.is_ascii_digit());
            before = Some(c);
            found
        })
    };
    after_digit('円') || after_digit('%') || after_digit(':') || folded.contains('@') || folded.contains("http")
}

/// Whether most cells under the header stand under one header each.
fn fits(header: &Header, body: &[Vec<Filled<'_>>], columns: usize) -> bool {
    let cells = || body.iter().take(SAMPLE).flatten().filter(|c| c.columns.len() < columns);
    let all = cells().count();
    let headed = cells().filter(|c| header.label(&c.columns).is_some()).count();
    all > 0 && headed * 10 >= all * 7
}

/// Whether the headers tell the columns apart: not two wide ones over many.
fn tells_apart(header: &Header, body: &[Vec<Filled<'_>>]) -> bool {
    let columns: BTreeSet<usize> = body.iter().take(SAMPLE).flatten().map(|c| c.columns.start).collect();
    let labels: BTreeSet<&[String]> = header.labels.iter().filter(|l| !l.is_empty()).map(Vec::as_slice).collect();
    labels.len() * 5 >= columns.len() * 2
}

fn score(lines: &[&Line], extent: &Range<usize>, head: &[Vec<Filled<'_>>], body: &[Vec<Filled<'_>>], shape: &Shape) -> i32 {
    let columns = shape.columns();
    let mut score = 0;
    if head.len() > 1 && head[0].iter().any(|c| c.columns.len() > 1 && c.columns.len() < columns) {
        score += 2;
    }
    score += shading(lines, extent);
    score += nouns(head, body, columns);
    score += contrast(head, body, columns);
    score += i32::from(is_centred(head, body, shape));
    score
}

/// A colour behind the header that the rows below do not have.
fn shading(lines: &[&Line], extent: &Range<usize>) -> i32 {
    let shade = |l: &&Line| l.table.as_ref().and_then(|t| t.shade);
    let Some(own) = lines[extent.clone()].first().and_then(shade) else { return 0 };
    let body = &lines[extent.end..];
    let alike = body.iter().filter(|l| shade(l) == Some(own)).count();
    if lines[extent.clone()].iter().all(|l| shade(l) == Some(own)) && alike * 4 <= body.len() { 2 } else { 0 }
}

fn nouns(head: &[Vec<Filled<'_>>], body: &[Vec<Filled<'_>>], columns: usize) -> i32 {
    let known = nouns::head_columns;
    let heads: Vec<&Filled<'_>> = head.iter().flatten().collect();
    let count = heads.iter().filter(|c| known(c.text)).count();
    // A form names its fields in the first column: what stands beside the first name is a value.
    let first: Vec<&Filled<'_>> = body.iter().filter_map(|r| r.first()).filter(|c| c.columns.start == 0).collect();
    let fields = first.iter().filter(|c| known(c.text)).count();
    if columns == 2 && fields * 2 > first.len() {
        return -2;
    }
    match count {
        c if c * 10 >= heads.len() * 6 => 2,
        c if c * 10 >= heads.len() * 3 => 1,
        _ => 0,
    }
}

/// Columns that are headed by words and hold numbers, or much longer texts.
fn contrast(head: &[Vec<Filled<'_>>], body: &[Vec<Filled<'_>>], columns: usize) -> i32 {
    let mut numbers = 0;
    let mut longer = 0;
    for column in 0..columns {
        let heads: Vec<&str> = head.iter().flatten().filter(|c| c.columns.contains(&column)).map(|c| c.text).collect();
        let under: Vec<&str> = body.iter().take(SAMPLE).flatten().filter(|c| c.columns == (column..column + 1)).map(|c| c.text).collect();
        if under.is_empty() || heads.is_empty() {
            continue;
        }
        let digits = |text: &str| text.chars().any(char::is_numeric);
        let longest = heads.iter().map(|h| h.chars().count()).max().unwrap_or(0).max(4);
        numbers += usize::from(!heads.iter().any(|h| digits(h)) && under.iter().filter(|t| digits(t)).count() * 10 >= under.len() * 6);
        longer += usize::from(under.iter().filter(|t| t.chars().count() > 3 * longest).count() * 2 >= under.len());
    }
    let numeric = if numbers * 2 >= columns { 2 } else { i32::from(numbers > 0) };
    numeric + i32::from(longer > 0)
}

/// Whether the headers stand in the middle of their columns, and the cells below do not.
fn is_centred(head: &[Vec<Filled<'_>>], body: &[Vec<Filled<'_>>], shape: &Shape) -> bool {
    let centred = |c: &Filled<'_>| {
        let (left, right) = (shape.us[c.columns.start], shape.us[c.columns.end.min(shape.us.len() - 1)]);
        ((c.u.0 + c.u.1) - (left + right)).abs() / 2.0 < 0.08 * (right - left)
    };
    let cells = || body.iter().take(SAMPLE).flatten();
    shape.ruled && head.iter().flatten().all(centred) && cells().filter(|c| centred(c)).count() * 10 <= cells().count() * 6
}
