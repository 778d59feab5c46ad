//! Strokes: the ruled lines of a picture, which say where the cells of a scanned table end.

use super::picture::Picture;

/// Pixels of the shortest stroke: 10 mm at 300 dpi. The bars of characters are shorter, and their lines have gaps.
const SHORTEST: usize = 120;
/// White pixels that a stroke may be broken by: dirt, and the threshold between ink and paper.
const GAP: usize = 4;
/// Pixels from the middle of a stroke at which there must be paper on both sides.
const THICKEST: usize = 14;
/// Rows by which the parts of one stroke may lie apart: the sheet is not quite straight.
const DRIFT: usize = 3;
/// Strokes of one picture; drawings have more.
const MOST: usize = 2_000;

/// A ruled line in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stroke {
    pub(crate) across: bool,
    /// Where it stands on the other axis.
    pub(crate) at: f32,
    pub(crate) from: f32,
    pub(crate) to: f32,
}

/// The ruled lines of a picture.
pub(crate) fn strokes(picture: &Picture) -> Vec<Stroke> {
    let Some(level) = picture.ink_level() else { return Vec::new() };
    let (width, height) = (picture.width, picture.height);
    let mut found = Vec::new();
    gather(true, height, width, |row, at| picture.grey[row * width + at] <= level, &mut found);
    gather(false, width, height, |column, at| picture.grey[at * width + column] <= level, &mut found);
    found
}

/// A stroke while its rows are gathered.
struct Open {
    from: usize,
    to: usize,
    last: usize,
    rows: usize,
    sum: usize,
}

fn gather(across: bool, rows: usize, length: usize, ink: impl Fn(usize, usize) -> bool, found: &mut Vec<Stroke>) {
    let mut open: Vec<Open> = Vec::new();
    for row in 0..rows {
        for (from, to) in runs(length, |at| ink(row, at)) {
            if !is_thin(row, from, to, rows, &ink) {
                continue;
            }
            match open.iter_mut().find(|o| row - o.last <= DRIFT && from <= o.to + GAP && o.from <= to + GAP) {
                Some(stroke) => {
                    *stroke =
                        Open { from: stroke.from.min(from), to: stroke.to.max(to), last: row, rows: stroke.rows + 1, sum: stroke.sum + row }
                }
                None => open.push(Open { from, to, last: row, rows: 1, sum: row }),
            }
        }
        let done = open.extract_if(.., |o| row - o.last > DRIFT);
        found.extend(done.map(|o| stroke(across, &o)));
        if found.len() + open.len() > MOST {
            found.clear();
            return;
        }
    }
    found.extend(open.iter().map(|o| stroke(across, o)));
}

fn stroke(across: bool, open: &Open) -> Stroke {
    Stroke { across, at: open.sum as f32 / open.rows as f32 + 0.5, from: open.from as f32, to: open.to as f32 }
}

/// Long stretches of ink.
fn runs(length: usize, ink: impl Fn(usize) -> bool) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let mut start = None;
    let mut last = 0;
    for at in 0..length {
        if ink(at) {
            start.get_or_insert(at);
            last = at;
        } else if let Some(from) = start.filter(|_| at - last > GAP) {
            if last - from >= SHORTEST {
                runs.push((from, last + 1));
            }
            start = None;
        }
    }
    if let Some(from) = start.filter(|from| last - from >= SHORTEST) {
        runs.push((from, last + 1));
    }
    runs
}

/// Whether there is paper on both sides of most of the run.
fn is_thin(row: usize, from: usize, to: usize, rows: usize, ink: &impl Fn(usize, usize) -> bool) -> bool {
    let (above, below) = (row.checked_sub(THICKEST), Some(row + THICKEST).filter(|r| *r < rows));
    let places = || (from..to).step_by(8);
    let free = |row: Option<usize>| row.is_none_or(|row| places().filter(|at| ink(row, *at)).count() * 4 < places().count());
    free(above) && free(below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_found_and_letters_and_bars_are_not() {
        let (width, height) = (800, 600);
        let mut picture = Picture { width, height, grey: vec![255; width * height] };
        let mut fill = |x: std::ops::Range<usize>, y: std::ops::Range<usize>| {
            for row in y {
                picture.grey[row * width + x.start..row * width + x.end].fill(10);
            }
        };
        fill(50..750, 100..103);
        fill(50..53, 100..500);
        // A line of type, a black bar.
        (0..12).for_each(|i| fill(100 + i * 40..130 + i * 40, 200..230));
        fill(100..700, 300..380);
        let found = strokes(&picture);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].across && (found[0].at - 101.5).abs() < 1.0 && found[0].from < 51.0 && found[0].to > 748.0, "{found:?}");
        assert!(!found[1].across && (found[1].at - 51.5).abs() < 1.0 && found[1].to > 498.0, "{found:?}");
    }
}
