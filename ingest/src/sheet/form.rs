//! Forms: sheets ruled into small squares whose cells are merged into boxes (方眼紙), read as labels and values.
//!
//! Such a sheet has no columns to speak of: several tables stand side by side, each box as wide as it looks good. What a
//! value means is read as a person reads it: the labels to its left in its row, and the nearest label above that is as
//! wide as it. A title over the headers of several values is the section they stand in.

use super::grid::{Cell, Grid, Kind};
use appliance_core::locator::{CellRange, CellRef};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Cells of a sheet that is read so; larger ones are lists.
const MOST_CELLS: usize = 60_000;
/// Rows that a header may stand above its value.
const REACH: u32 = 200;
/// Levels of headers above a value, and of labels left of it.
const LEVELS: usize = 4;
/// Characters of a label; longer texts are notes.
const LONGEST_LABEL: usize = 40;
/// Characters of a unit behind a value.
const LONGEST_UNIT: usize = 4;
/// Rows at the top of a sheet where its title stands.
const TITLE_ROWS: u32 = 5;
/// Empty columns between labels of one row that belong together.
const GAP: u32 = 2;

/// A box of a form: a cell with the range it is merged over.
#[derive(Debug, Clone, Copy)]
struct Field<'g> {
    range: CellRange,
    cell: &'g Cell,
    role: Role,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// A number, a date, or a mark for none.
    Value,
    Label,
    /// What a value is counted in, or a bracket: says nothing alone.
    Unit,
    /// Running text.
    Note,
}

/// A value with the headers above it and the unit behind it.
#[derive(Debug)]
pub(crate) struct Entry<'g> {
    pub(crate) headers: Vec<&'g Cell>,
    pub(crate) value: &'g Cell,
    pub(crate) unit: Option<&'g Cell>,
}

/// One line of a form.
#[derive(Debug)]
pub(crate) enum Line<'g> {
    /// What the whole sheet is about: the texts at its top that belong to no value.
    Title(Vec<&'g Cell>),
    /// The titles of the lines after it, outermost first.
    Section(Vec<&'g Cell>),
    /// Values under the labels of their row, outermost first.
    Entries { labels: Vec<&'g Cell>, entries: Vec<Entry<'g>> },
    /// A label and a text beside it, or texts that belong to no value.
    Texts(Vec<&'g Cell>),
}

/// Whether most of a sheet's cells are merged over several columns, and its rows do not share these columns.
pub(crate) fn is_form(grid: &Grid, headed: f32) -> bool {
    let count = grid.len();
    if !(12..MOST_CELLS).contains(&count) || headed > 0.5 {
        return false;
    }
    let wide = |c: &Cell| grid.merged_at(c.at).is_some_and(|m| m.first == c.at && m.last.column > m.first.column);
    let merged = grid.filled_rows().flatten().filter(|c| wide(c)).count();
    merged * 2 > count
}

/// Reads a form.
pub(crate) fn lines(grid: &Grid) -> Vec<Line<'_>> {
    let form = Form::new(grid);
    form.lines()
}

struct Form<'g> {
    fields: Vec<Field<'g>>,
    /// The fields that reach each row, from left to right.
    rows: HashMap<u32, Vec<usize>>,
    /// The last column that a field reaches.
    right: u32,
}

/// A value on its way to its line.
#[derive(Debug)]
struct Found {
    value: usize,
    labels: Vec<usize>,
    headers: Vec<usize>,
    unit: Option<usize>,
}

impl<'g> Form<'g> {
    fn new(grid: &'g Grid) -> Self {
        let fields: Vec<Field<'g>> = grid
            .filled_rows()
            .flatten()
            .map(|cell| {
                let range = grid.merged_at(cell.at).filter(|m| m.first == cell.at).unwrap_or(CellRange { first: cell.at, last: cell.at });
                Field { range, cell, role: role(grid.text(cell), cell.kind) }
            })
            .collect();
        let mut rows: HashMap<u32, Vec<usize>> = HashMap::new();
        for (index, field) in fields.iter().enumerate() {
            for row in field.range.first.row..=field.range.last.row.min(field.range.first.row.saturating_add(REACH)) {
                rows.entry(row).or_default().push(index);
            }
        }
        for fields_of_row in rows.values_mut() {
            fields_of_row.sort_by_key(|i| fields[*i].range.first.column);
        }
        let right = fields.iter().map(|f| f.range.last.column).max().unwrap_or(0);
        Self { fields, rows, right }
    }

    fn row(&self, row: u32) -> &[usize] {
        self.rows.get(&row).map_or(&[], Vec::as_slice)
    }

    /// Columns that two fields share.
    fn shared(&self, a: usize, b: usize) -> u32 {
        let (a, b) = (&self.fields[a].range, &self.fields[b].range);
        (a.last.column.min(b.last.column) + 1).saturating_sub(a.first.column.max(b.first.column))
    }

    fn width(&self, field: usize) -> u32 {
        let range = &self.fields[field].range;
        range.last.column - range.first.column + 1
    }

    /// Whether a field stands over another as a header does: over half of it at least.
    fn covers(&self, above: usize, below: usize) -> bool {
        self.shared(above, below) * 2 > self.width(below)
    }

    /// The nearest header above a value, and the ones that stand on it, innermost first.
    fn headers(&self, value: usize) -> Vec<usize> {
        let top = self.fields[value].range.first.row;
        for row in (top.saturating_sub(REACH)..top).rev() {
            let Some(above) = self.row(row).iter().copied().filter(|f| self.shared(*f, value) > 0).max_by_key(|f| self.shared(*f, value))
            else {
                continue;
            };
            match self.fields[above].role {
                // Another value of the same column; one of another width ends the column.
                Role::Value if self.covers(above, value) && self.covers(value, above) => {}
                Role::Label if self.covers(above, value) => return self.climb(above),
                _ => return Vec::new(),
            }
        }
        Vec::new()
    }

    fn climb(&self, header: usize) -> Vec<usize> {
        let mut levels = vec![header];
        while levels.len() < LEVELS {
            let below = levels[levels.len() - 1];
            let Some(row) = self.fields[below].range.first.row.checked_sub(1) else { break };
            let fields = self.row(row);
            let Some(at) = fields.iter().position(|f| self.covers(*f, below)) else { break };
            let above = match self.fields[fields[at]].role {
                Role::Label => fields[at],
                // 「歳入の状況 （単位：千円）」: the unit stands beside the title it belongs to.
                Role::Unit => match at.checked_sub(1).map(|left| fields[left]).filter(|f| self.fields[*f].role == Role::Label) {
                    Some(title) if self.gap(title, fields[at]) <= GAP => title,
                    _ => break,
                },
                _ => break,
            };
            levels.push(above);
        }
        levels
    }

    /// Empty columns between a field and one to its right.
    fn gap(&self, left: usize, right: usize) -> u32 {
        self.fields[right].range.first.column.saturating_sub(self.fields[left].range.last.column + 1)
    }

    /// The labels to the left of a value, outermost first. Values between must stand under headers of the same row.
    fn labels(&self, value: usize, headers: &HashMap<usize, Vec<usize>>, heads: &HashSet<usize>) -> Vec<usize> {
        let header_row = |v: &usize| headers.get(v).and_then(|h| h.first()).map(|h| self.fields[*h].range.last.row);
        let row = self.row(self.fields[value].range.first.row);
        let Some(at) = row.iter().position(|f| *f == value) else { return Vec::new() };
        let mut labels: Vec<usize> = Vec::new();
        let mut right = value;
        for left in row[..at].iter().rev().copied() {
            match self.fields[left].role {
                Role::Value if !labels.is_empty() => break,
                Role::Value if header_row(&left) != header_row(&value) => break,
                Role::Value => {}
                // 「実質赤字比率 (％)」: the unit belongs to the label before it; a bracket to nothing.
                Role::Unit if labels.is_empty() || self.gap(left, right) <= GAP => {}
                // What stands over other values is no label of this one.
                Role::Label if heads.contains(&left) => break,
                Role::Label if labels.is_empty() || self.gap(left, right) <= GAP => labels.push(left),
                _ => break,
            }
            right = left;
            if labels.len() == LEVELS {
                break;
            }
        }
        labels.reverse();
        labels
    }

    fn unit(&self, value: usize) -> Option<usize> {
        let row = self.row(self.fields[value].range.first.row);
        let at = row.iter().position(|f| *f == value)?;
        row.get(at + 1).copied().filter(|f| self.fields[*f].role == Role::Unit && self.gap(value, *f) <= GAP)
    }

    fn lines(&self) -> Vec<Line<'g>> {
        let values: Vec<usize> = (0..self.fields.len()).filter(|i| self.fields[*i].role == Role::Value).collect();
        let headers: HashMap<usize, Vec<usize>> = values.iter().map(|v| (*v, self.headers(*v))).collect();
        let mut used: HashSet<usize> = HashSet::new();
        let heads: HashSet<usize> = headers.values().flatten().copied().collect();
        // Values of one row that share their labels make one line.
        let mut rows: BTreeMap<(u32, Vec<usize>), Vec<Found>> = BTreeMap::new();
        for value in values {
            let above = headers.get(&value).cloned().unwrap_or_default();
            let labels = self.labels(value, &headers, &heads);
            let unit = self.unit(value);
            used.extend(above.iter().chain(&labels).copied().chain(unit).chain([value]));
            // Without a label or a header a value is told with what stands beside it.
            let found = Found { value, labels: labels.clone(), headers: above, unit };
            let key = if labels.is_empty() { vec![found.headers.first().copied().unwrap_or(value)] } else { labels };
            rows.entry((self.fields[value].range.first.row, key)).or_default().push(found);
        }
        let over_all = self.over_all(rows.values().map(|found| self.section(found)));
        let mut sections: BTreeMap<SectionKey, Vec<(SortKey, Line<'g>)>> = BTreeMap::new();
        for ((row, _), found) in rows {
            let mut section = self.section(&found);
            section.retain(|title| !over_all.contains(title));
            let table = found.iter().find_map(|f| f.headers.first()).map(|h| self.fields[*h].range.first);
            let first = found.first().map_or(0, |f| self.fields[*f.labels.first().unwrap_or(&f.value)].range.first.column);
            let place = table.map_or((row, first), |t| (t.row, t.column));
            let titles: Vec<usize> = section.iter().chain(&over_all).copied().collect();
            let line = ((place, row, first), self.entries(&found, &titles));
            let key = section.last().map(|s| (self.fields[*s].range.first, section.clone()));
            sections.entry(key).or_default().push(line);
        }
        let mut title = self.title(&used, &heads);
        title.extend(over_all);
        title.sort_by_key(|t| self.fields[*t].range.first);
        used.extend(&title);
        let mut lines: Vec<Line<'g>> = Vec::new();
        if !title.is_empty() {
            lines.push(Line::Title(title.iter().map(|t| self.fields[*t].cell).collect()));
        }
        lines.extend(self.texts(&used));
        for (section, mut rows) in sections {
            lines.extend(section.map(|(_, titles)| Line::Section(titles.iter().map(|s| self.fields[*s].cell).collect())));
            rows.sort_by_key(|(key, _)| *key);
            lines.extend(rows.into_iter().map(|(_, line)| line));
        }
        lines
    }

    /// The titles that stand over the headers of most values of a line, outermost first.
    fn section(&self, found: &[Found]) -> Vec<usize> {
        let Some(longest) = found.iter().map(|f| &f.headers).max_by_key(|h| h.len()).filter(|h| h.len() > 1) else { return Vec::new() };
        let shared = |title: &usize| found.iter().filter(|f| f.headers[1.min(f.headers.len())..].contains(title)).count();
        let wide = |title: &usize| found.iter().filter_map(|f| f.headers.first()).any(|h| self.width(*title) > self.width(*h));
        longest[1..].iter().rev().copied().filter(|t| wide(t) && shared(t) * 2 >= found.len().min(4)).collect()
    }

    fn entries(&self, found: &[Found], section: &[usize]) -> Line<'g> {
        let cells = |fields: &[usize]| fields.iter().map(|f| self.fields[*f].cell).collect::<Vec<_>>();
        let entry = |f: &Found| {
            let headers: Vec<usize> = f.headers.iter().rev().copied().filter(|h| !section.contains(h)).collect();
            Entry { headers: cells(&headers), value: self.fields[f.value].cell, unit: f.unit.map(|u| self.fields[u].cell) }
        };
        let labels = found.first().map(|f| cells(&f.labels)).unwrap_or_default();
        Line::Entries { labels, entries: found.iter().map(entry).collect() }
    }

    /// Titles at the top left that stand over the title of a section: 「令和元年度 決算状況」 over 「歳入の状況」 is what the whole
    /// sheet is about, though only that section stands under it.
    fn over_all(&self, sections: impl Iterator<Item = Vec<usize>>) -> BTreeSet<usize> {
        let mut over_all = BTreeSet::new();
        for section in sections {
            let Some((_, outer)) = section.split_last() else { continue };
            over_all.extend(outer.iter().filter(|t| self.is_at_top(&self.fields[**t])));
        }
        over_all
    }

    /// Whether a field stands where the title of a sheet does.
    fn is_at_top(&self, field: &Field<'_>) -> bool {
        let top = self.fields.first().map_or(0, |f| f.range.first.row);
        field.range.first.row < top + TITLE_ROWS && field.range.first.column * 3 <= self.right
    }

    /// The labels at the top left that belong to no value.
    fn title(&self, used: &HashSet<usize>, heads: &HashSet<usize>) -> Vec<usize> {
        // The corner of a table stands beside its headers.
        let corner = |i: usize| {
            let row = self.row(self.fields[i].range.last.row);
            row.iter().position(|f| *f == i).and_then(|at| row.get(at + 1)).is_some_and(|next| heads.contains(next))
        };
        let labels = (0..self.fields.len())
            .filter(|i| self.fields[*i].role == Role::Label && !used.contains(i) && self.is_at_top(&self.fields[*i]) && !corner(*i));
        labels.take(LEVELS).collect()
    }

    /// Texts that no value uses: pairs of a label and a text beside it, titles, notes.
    fn texts(&self, used: &HashSet<usize>) -> Vec<Line<'g>> {
        let mut lines: Vec<Line<'g>> = Vec::new();
        let mut last: Option<usize> = None;
        for (index, field) in self.fields.iter().enumerate().filter(|(i, _)| !used.contains(i)) {
            let beside = last.filter(|l| {
                let before = &self.fields[*l];
                before.range.first.row == field.range.first.row && self.gap(*l, index) <= GAP && before.role != Role::Note
            });
            match (beside, lines.last_mut()) {
                (Some(_), Some(Line::Texts(cells))) => cells.push(field.cell),
                _ => lines.push(Line::Texts(vec![field.cell])),
            }
            last = Some(index);
        }
        lines
    }
}

/// Table, then row, then column.
type SortKey = ((u32, u32), u32, u32);

/// The titles that stand over a line of values, and where the innermost of them stands.
type SectionKey = Option<(CellRef, Vec<usize>)>;

/// Whether a text is a number kept as text, or a mark that stands for one.
pub(crate) fn is_figure(text: &str) -> bool {
    let marks = ["-", "－", "―", "—", "‐", "…", "＊", "*", "×", "○", "◯", "△"];
    marks.contains(&text) || text.chars().any(char::is_numeric) && !text.chars().any(char::is_alphabetic)
}

fn role(text: &str, kind: Kind) -> Role {
    let bare = text.trim();
    let count = bare.chars().count();
    let has_letters = bare.chars().any(char::is_alphabetic);
    match kind {
        Kind::Number | Kind::Date | Kind::Other => return Role::Value,
        Kind::Text if is_figure(bare) => return Role::Value,
        Kind::Text => {}
    }
    let bracketed = bare.starts_with(['(', '（']) && bare.ends_with([')', '）']);
    let unit_words =
        ["人", "％", "%", "円", "千円", "百万円", "件", "世帯", "㎡", "k㎡", "km", "ha", "戸", "台", "回", "名", "歳", "点", "日", "時間"];
    match () {
        () if bare.contains("単位") && (bracketed || count <= 16) => Role::Unit,
        () if count <= LONGEST_UNIT && (unit_words.contains(&bare.trim_matches(['(', '（', ')', '）'])) || !has_letters) => Role::Unit,
        () if count > LONGEST_LABEL || bare.ends_with('。') => Role::Note,
        () => Role::Label,
    }
}
