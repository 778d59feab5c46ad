//! Stacked glyphs: vertical writing that a file sets glyph by glyph with horizontal fonts (官報 and old typesetters).

use super::frame::Frame;
use super::glyphs::Glyph;
use crate::script::is_cjk;

/// Glyphs under each other that make a column; a table's cells of one character each stand further apart.
const FEWEST: usize = 5;
const PITCH: std::ops::Range<f32> = 0.4..1.35;

/// Characters that are set side by side across a vertical line (縦中横: 「12」, 「!?」).
const MOST_ACROSS: usize = 4;

/// Puts short upright runs that stand in a vertical line into that line (縦中横).
pub(crate) fn set_across(glyphs: &mut [Glyph]) {
    let mut down: Vec<(f32, Glyph)> = glyphs.iter().filter(|g| g.frame == Frame::Down).map(|g| (g.u.0, *g)).collect();
    if down.is_empty() {
        return;
    }
    down.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut start = 0;
    while start < glyphs.len() {
        let length = across_at(&glyphs[start..]);
        if (1..=MOST_ACROSS).contains(&length) {
            let run = &mut glyphs[start..start + length];
            if let Some(line) = line_around(run, &down) {
                let (top, bottom) = run[0].v;
                let step = (bottom - top) / length as f32;
                for (i, glyph) in run.iter_mut().enumerate() {
                    let from = top + step * i as f32;
                    *glyph = Glyph { frame: Frame::Down, u: (from, from + step), v: line.v, size: line.size, ..*glyph };
                }
            }
        }
        start += length.max(1);
    }
}

/// How many glyphs, from the first, stand side by side upright.
fn across_at(glyphs: &[Glyph]) -> usize {
    let follows = |a: &Glyph, b: &Glyph| (a.v.0 - b.v.0).abs() < 0.2 * a.size && (-0.3 * a.size..0.5 * a.size).contains(&(b.u.0 - a.u.1));
    let upright = glyphs.iter().take_while(|g| g.frame == Frame::Right && !g.character.is_whitespace()).count();
    (1..=upright).find(|i| *i == upright || !follows(&glyphs[i - 1], &glyphs[*i])).unwrap_or(0)
}

/// A glyph of the vertical line that the run stands in the middle of, right above or below it.
fn line_around(run: &[Glyph], down: &[(f32, Glyph)]) -> Option<Glyph> {
    let (first, last) = (run.first()?, run.last()?);
    // In `Down`, v runs to the left.
    let middle = -(first.u.0 + last.u.1) / 2.0;
    let (top, bottom) = first.v;
    let from = down.partition_point(|(u, _)| *u < top - 3.0 * first.size);
    let near = |g: &&Glyph| {
        let beside = ((g.v.0 + g.v.1) / 2.0 - middle).abs() < 0.35 * g.size && last.u.1 - first.u.0 < 1.7 * g.size;
        let gap = (top - g.u.1).max(g.u.0 - bottom);
        beside && (-0.5 * g.size..0.8 * g.size).contains(&gap)
    };
    down[from..].iter().take_while(|(u, _)| *u < bottom + 1.5 * first.size).map(|(_, g)| g).find(near).copied()
}

/// Turns stacked glyphs into lines that run down, when most of the page is set so.
pub(crate) fn turn(glyphs: &mut [Glyph]) {
    let mut chains: Vec<(usize, usize)> = Vec::new();
    let mut start = 0;
    for index in 1..=glyphs.len() {
        if index < glyphs.len() && follows(&glyphs[start], &glyphs[index - 1], &glyphs[index]) {
            continue;
        }
        if index - start >= FEWEST {
            chains.push((start, index));
        }
        start = index;
    }
    let stacked: usize = chains.iter().map(|(from, to)| to - from).sum();
    let upright = glyphs.iter().filter(|g| g.frame == Frame::Right && is_cjk(g.character)).count();
    if stacked * 3 < upright || stacked == 0 {
        return;
    }
    // On such a page shorter columns are columns too.
    let mut start = 0;
    for index in 1..=glyphs.len() {
        if index < glyphs.len() && follows(&glyphs[start], &glyphs[index - 1], &glyphs[index]) {
            continue;
        }
        if index - start >= 2 || is_cjk(glyphs[start].character) && alone(glyphs, start) {
            let middle = middle_of(&glyphs[start..index]);
            glyphs[start..index].iter_mut().for_each(|g| turn_one(g, middle));
        }
        start = index;
    }
}

fn follows(first: &Glyph, last: &Glyph, next: &Glyph) -> bool {
    let size = last.size.max(next.size);
    let upright = last.frame == Frame::Right && next.frame == Frame::Right && is_cjk(next.character);
    let below = PITCH.contains(&((next.v.1 - last.v.1) / size));
    let aside = ((next.u.0 + next.u.1) - (first.u.0 + first.u.1)).abs() / 2.0;
    upright && below && aside < 0.65 * size && (last.size - next.size).abs() < 0.2 * size
}

/// Whether no neighbour stands on the same horizontal line right beside the glyph.
fn alone(glyphs: &[Glyph], index: usize) -> bool {
    let glyph = &glyphs[index];
    let beside = |other: Option<&Glyph>| {
        other.is_some_and(|o| (o.v.0 - glyph.v.0).abs() < 0.2 * glyph.size && (o.u.0 - glyph.u.0).abs() < 1.3 * glyph.size)
    };
    glyph.frame == Frame::Right && !beside(index.checked_sub(1).and_then(|i| glyphs.get(i))) && !beside(glyphs.get(index + 1))
}

/// The middle of a column: that of its kanji and kana, punctuation is set off it.
fn middle_of(column: &[Glyph]) -> f32 {
    let letters = || column.iter().filter(|g| g.character.is_alphanumeric());
    let (sum, count) = letters().fold((0.0, 0), |(s, c), g| (s + (g.u.0 + g.u.1) / 2.0, c + 1));
    if count > 0 { sum / count as f32 } else { (column[0].u.0 + column[0].u.1) / 2.0 }
}

fn turn_one(glyph: &mut Glyph, middle: f32) {
    let half = glyph.size / 2.0;
    *glyph = Glyph { frame: Frame::Down, u: glyph.v, v: (-(middle + half), -(middle - half)), ..*glyph };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_across_a_vertical_line_belong_to_it() {
        let down = |c, i: f32| Glyph { character: c, frame: Frame::Down, u: (i * 10.0, i * 10.0 + 10.0), v: (-110.0, -100.0), size: 10.0 };
        let across = |c, x: f32| Glyph { character: c, frame: Frame::Right, u: (x, x + 5.0), v: (20.0, 30.0), size: 10.0 };
        let mut glyphs = vec![down('平', 0.0), down('成', 1.0), across('1', 100.0), across('2', 105.0), down('年', 3.0)];
        set_across(&mut glyphs);
        let lines: Vec<String> =
            super::super::line::rows(glyphs).iter().filter_map(|r| r.line(Frame::Down, (0, 0.0, 0.0))).map(|l| l.text).collect();
        assert_eq!(lines, ["平成12年"]);
    }

    #[test]
    fn columns_of_upright_glyphs_run_down() {
        let column = |text: &str, x: f32| -> Vec<Glyph> {
            let glyph = |(i, character)| {
                let y = 100.0 + i as f32 * 11.0;
                Glyph { character, frame: Frame::Right, u: (x, x + 10.0), v: (y, y + 10.0), size: 10.0 }
            };
            text.chars().enumerate().map(glyph).collect()
        };
        let mut glyphs = column("道路交通法施行令", 200.0);
        glyphs.extend(column("内閣は、道路", 180.0));
        turn(&mut glyphs);
        assert!(glyphs.iter().all(|g| g.frame == Frame::Down));
        let lines: Vec<String> =
            super::super::line::rows(glyphs).iter().filter_map(|r| r.line(Frame::Down, (0, 0.0, 0.0))).map(|l| l.text).collect();
        assert_eq!(lines, ["道路交通法施行令", "内閣は、道路"]);
    }
}
