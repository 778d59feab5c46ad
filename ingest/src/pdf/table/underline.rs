//! Underlines: strokes under words, as links have them. One that is as long as its cell is wide would cut the cell in two.

use crate::pdf::frame::Frame;
use crate::pdf::glyphs::Glyph;
use crate::pdf::rules::Rule;

/// An underline begins and ends where its text does, this closely: points.
const EXACTLY: f32 = 1.5;
/// How far from the bottom of a glyph's box an underline stands, at most: points, and font sizes.
const NEAR: f32 = 3.0;
const NEAR_SIZE: f32 = 0.2;
/// Glyphs compared with strokes on one page.
const MOST_COMPARED: usize = 3_000_000;

/// The rules that are no underlines of horizontal text.
pub(super) fn without(rules: &[Rule], glyphs: &[Glyph]) -> Vec<Rule> {
    let mut inked: Vec<&Glyph> = glyphs.iter().filter(|g| g.frame == Frame::Right && !g.character.is_whitespace()).collect();
    inked.sort_by(|a, b| a.v.1.total_cmp(&b.v.1));
    let mut left = MOST_COMPARED;
    rules.iter().filter(|rule| !is_underline(rule, &inked, &mut left)).copied().collect()
}

fn is_underline(rule: &Rule, glyphs: &[&Glyph], left: &mut usize) -> bool {
    if !rule.horizontal {
        return false;
    }
    let first = glyphs.partition_point(|g| g.v.1 < rule.at - NEAR);
    let last = glyphs.partition_point(|g| g.v.1 <= rule.at + NEAR);
    if *left < last - first {
        return false;
    }
    *left -= last - first;
    let over = |g: &&&Glyph| {
        let inside = g.u.0 > rule.from - EXACTLY && g.u.1 < rule.to + EXACTLY;
        inside && (g.v.1 - rule.at).abs() < NEAR_SIZE * g.size
    };
    let extent = glyphs[first..last].iter().filter(over).fold((f32::MAX, f32::MIN), |u, g| (u.0.min(g.u.0), u.1.max(g.u.1)));
    (extent.0 - rule.from).abs() < EXACTLY && (extent.1 - rule.to).abs() < EXACTLY
}
