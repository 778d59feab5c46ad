//! The words of one page at their boxes, for whoever looks at it: its lines as ingest reads them, and under each the glyphs
//! that make it.

use super::glyphs::Glyph;
use super::line::{self, Cell, Line};
use super::{opening, page, scan};
use crate::limits::Limits;
use crate::recognition::Recognition;
use crate::script::is_cjk;
use appliance_core::page_words::{PageWords, Word, WordLine};
use appliance_core::ports::reader::Watch;
use hayro_interpret::InterpreterCache;
use std::sync::Arc;

/// A gap wider than this many font sizes parts two runs of type.
const GAP: f32 = 0.12;
/// Glyphs are of one row when their middles differ by less than this many font sizes.
const SAME_ROW: f32 = 0.5;
/// How far the advances of one run may differ, in font sizes: its characters share its box evenly.
const EVEN: f32 = 0.06;
/// Glyphs that may be passed over to find the next character of a line: accents and marks that became one with a letter.
const PASSED_OVER: usize = 6;

/// The words of page `number` (from 1); `None` when there is no such page.
pub(crate) fn page_words(bytes: &Arc<Vec<u8>>, number: u32, limits: &Limits) -> Result<Option<PageWords>, String> {
    let opening::Opened { pdf, mut fonts, .. } = opening::open(bytes).map_err(|e| e.named("the file").to_string())?;
    let Some(shown) = (number as usize).checked_sub(1).and_then(|i| pdf.pages().get(i)) else { return Ok(None) };
    let (settings, cache, watch) = (opening::settings(), InterpreterCache::new(), Watch::default());
    let scanner = scan::Scanner::new(&Recognition::Off, &watch);
    let means = page::Means { cache: &cache, settings: &settings, limits, scanner: &scanner, keeps_glyphs: true };
    let page = page::read(shown, number, &means, &mut fonts, &mut Vec::new());
    let mut words = PageWords::default();
    let mut count = 0;
    for line in &page.lines {
        for cell in &line.cells {
            let of_cell = of_cell(line, cell, &page.glyphs);
            count += of_cell.iter().map(|l| l.words.len()).sum::<usize>();
            if count > PageWords::MOST {
                return Ok(Some(words));
            }
            words.lines.extend(of_cell);
        }
    }
    Ok(Some(words))
}

/// The rows of type of one cell. Where the glyphs do not spell its text (writing from right to left, a comment), the cell
/// is one word.
fn of_cell(line: &Line, cell: &Cell, glyphs: &[Glyph]) -> Vec<WordLine> {
    let Some(text) = line.text.get(cell.start..cell.end) else { return Vec::new() };
    let middle = |(from, to): (f32, f32)| (from + to) / 2.0;
    let within = |(from, to): (f32, f32), at: f32| (from - 0.5..=to + 0.5).contains(&at);
    let inside = |g: &&Glyph| g.frame == line.frame && within(cell.u, middle(g.u)) && within(cell.v, middle(g.v));
    let own: Vec<Glyph> = glyphs.iter().filter(inside).copied().collect();
    let own: Vec<Glyph> = line::rows(own).into_iter().flat_map(|r| r.segments).flat_map(|s| s.inks).map(|i| i.glyph).collect();
    spelled(text, &own).map_or_else(|| vec![whole(line, cell, text)], |runs| rows(line, runs))
}

fn whole(line: &Line, cell: &Cell, text: &str) -> WordLine {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ").replace(char::is_control, "\u{fffd}");
    WordLine { vertical: line.frame.vertical(), words: vec![Word { text, rect: line.frame.rect(cell.u, cell.v), spaced: false }] }
}

/// A run of glyphs that stand evenly.
struct Run {
    text: String,
    u: (f32, f32),
    v: (f32, f32),
    size: f32,
    /// The advance of its characters, once it has two.
    advance: Option<f32>,
    last: char,
    last_u: f32,
    spaced: bool,
}

/// The runs that spell `text`; `None` where the glyphs do not.
fn spelled(text: &str, glyphs: &[Glyph]) -> Option<Vec<Run>> {
    let mut runs: Vec<Run> = Vec::new();
    let (mut at, mut spaced) = (0, false);
    for character in text.chars() {
        if character.is_whitespace() {
            spaced = true;
            continue;
        }
        let passed =
            glyphs.get(at..)?.iter().take(PASSED_OVER).position(|g| g.character == character || is_part_of(g.character, character))?;
        let glyph = glyphs[at + passed];
        at += passed + 1;
        match runs.last_mut().filter(|run| !spaced && run.goes_on(&glyph)) {
            Some(run) => run.push(character, &glyph),
            None => runs.push(Run::of(character, &glyph, spaced)),
        }
        spaced = false;
    }
    Some(runs)
}

/// Whether a glyph is the letter under an accent that the text writes as one character.
fn is_part_of(glyph: char, character: char) -> bool {
    use unicode_normalization::UnicodeNormalization;
    !character.is_ascii() && std::iter::once(character).nfd().next() == Some(glyph)
}

impl Run {
    fn of(character: char, glyph: &Glyph, spaced: bool) -> Self {
        let (u, v, size) = (glyph.u, glyph.v, glyph.size);
        Self { text: character.to_string(), u, v, size, advance: None, last: character, last_u: u.0, spaced }
    }

    fn goes_on(&self, glyph: &Glyph) -> bool {
        let middle = |(from, to): (f32, f32)| (from + to) / 2.0;
        let one_row = (middle(self.v) - middle(glyph.v)).abs() < SAME_ROW * self.size;
        let gap = glyph.u.0 - self.u.1;
        let close = (-0.5 * self.size..GAP * self.size).contains(&gap);
        let alike = is_cjk(self.last) == is_cjk(glyph.character) && (self.size - glyph.size).abs() < 0.1 * self.size;
        let step = glyph.u.0 - self.last_u;
        let wide = (glyph.u.1 - glyph.u.0) - self.advance.unwrap_or(step);
        let even = !is_cjk(glyph.character)
            || self.advance.is_none_or(|a| (a - step).abs() < EVEN * self.size) && wide.abs() < 2.0 * EVEN * self.size;
        one_row && close && alike && even
    }

    fn push(&mut self, character: char, glyph: &Glyph) {
        self.advance = self.advance.or(Some(glyph.u.0 - self.last_u));
        (self.last, self.last_u) = (character, glyph.u.0);
        self.text.push(character);
        self.u.1 = self.u.1.max(glyph.u.1);
        self.v = (self.v.0.min(glyph.v.0), self.v.1.max(glyph.v.1));
    }
}

/// The runs by the rows that they stand in.
fn rows(line: &Line, runs: Vec<Run>) -> Vec<WordLine> {
    let mut rows: Vec<WordLine> = Vec::new();
    let mut before: Option<(f32, f32, f32)> = None;
    for run in runs {
        let middle = (run.v.0 + run.v.1) / 2.0;
        let text = run.text.replace(char::is_control, "\u{fffd}");
        let word = Word { rect: line.frame.rect(run.u, run.v), text, spaced: run.spaced };
        let goes_on = before.is_some_and(|(row, end, size)| (row - middle).abs() < SAME_ROW * size && run.u.0 > end - size);
        match rows.last_mut().filter(|_| goes_on) {
            Some(row) => row.words.push(word),
            None => rows.push(WordLine { vertical: line.frame.vertical(), words: vec![word] }),
        }
        before = Some((middle, run.u.1, run.size));
    }
    rows
}
