//! Glyphs: what a page shows, as hayro draws it for us.

use super::frame::Frame;
use super::rules::{self, Rule};
use super::truetype;
use crate::limits::Limits;
use hayro_interpret::font::{Glyph as Drawn, GlyphRun, PositionedGlyph};
use hayro_interpret::hayro_cmap::{BfString, WritingMode};
use hayro_interpret::kurbo::{Affine, BezPath, Point, Rect};
use hayro_interpret::{BlendMode, ClipPath, Device, DrawMode, DrawProps, Image, ImageDrawProps, SoftMask};
use std::collections::{HashMap, HashSet};
use std::panic::resume_unwind;
use std::time::{Duration, Instant};
use unicode_normalization::UnicodeNormalization;

/// Heights of a glyph's box over and under its baseline, in thousandths of the font size: those of Japanese fonts.
const ASCENT: f64 = 880.0;
const DESCENT: f64 = -120.0;

/// A character on a page, in its [`Frame`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Glyph {
    pub(crate) character: char,
    pub(crate) frame: Frame,
    /// From and to along the line.
    pub(crate) u: (f32, f32),
    /// From and to across it.
    pub(crate) v: (f32, f32),
    /// Font size in points.
    pub(crate) size: f32,
}

/// Takes down what a page draws.
#[derive(Debug)]
pub(crate) struct Recorder {
    pub(crate) glyphs: Vec<Glyph>,
    pub(crate) rules: Vec<Rule>,
    /// Glyphs that no map turns into Unicode.
    pub(crate) unknown: u32,
    /// Whether the page draws anything at all.
    pub(crate) marked: bool,
    bounds: (f64, f64),
    seen: HashSet<(char, i32, i32)>,
    fonts: HashMap<u128, HashMap<u32, char>>,
    operations_left: usize,
    most_glyphs: usize,
    started: Instant,
    time: Duration,
}

/// What unwinds out of the interpreter when a page goes past its limits.
#[derive(Debug)]
pub(crate) struct PastLimit(pub(crate) &'static str);

impl Recorder {
    /// A recorder for a page of that width and height.
    pub(crate) fn new(width: f32, height: f32, limits: &Limits) -> Self {
        Self {
            glyphs: Vec::new(),
            rules: Vec::new(),
            unknown: 0,
            marked: false,
            bounds: (f64::from(width), f64::from(height)),
            seen: HashSet::new(),
            fonts: HashMap::new(),
            operations_left: limits.page_operations,
            most_glyphs: limits.page_glyphs,
            started: Instant::now(),
            time: limits.page_time,
        }
    }

    fn count_operation(&mut self) {
        // Invariant: the panic below is caught in `page::read`. The interpreter offers no other way out of a page.
        if self.operations_left == 0 {
            resume_unwind(Box::new(PastLimit("drawing operations of a page")));
        }
        self.operations_left -= 1;
        if self.operations_left.is_multiple_of(256) && self.started.elapsed() > self.time {
            resume_unwind(Box::new(PastLimit("time for a page")));
        }
    }

    fn glyph(&mut self, glyph: &PositionedGlyph<'_>, mode: WritingMode, to_page: Affine) {
        let transform = to_page * glyph.transform();
        let origin = transform * Point::ZERO;
        let x_axis = transform * Point::new(1000.0, 0.0) - origin;
        let y_axis = transform * Point::new(0.0, 1000.0) - origin;
        let size = y_axis.hypot();
        if !(0.2..5_000.0).contains(&size) || !x_axis.hypot().is_finite() {
            return;
        }
        let text = match glyph.as_unicode() {
            Some(BfString::Char(c)) => plain(c.encode_utf8(&mut [0; 4])),
            Some(BfString::String(s)) => plain(&s),
            None => self.by_font(glyph).map(String::from),
        };
        let Some(text) = text else {
            self.unknown += 1;
            return;
        };
        let upright = Frame::of_baseline(x_axis.x, x_axis.y);
        let advance = advance(glyph);
        let (frame, width) = match mode {
            WritingMode::Horizontal => (upright, advance),
            WritingMode::Vertical => (upright.turned(), 1000.0),
        };
        let corner = |x: f64, y: f64| {
            let p = transform * Point::new(x, y);
            upright.map(p.x, p.y)
        };
        // The slant of oblique type must not widen the box, so each axis is measured by itself.
        let (u0, _) = corner(0.0, 0.0);
        let (u1, _) = corner(width, 0.0);
        let (top, bottom) = (corner(0.0, ASCENT).1, corner(0.0, DESCENT).1);
        let rect = upright.rect((u0.min(u1), u0.max(u1)), (top.min(bottom), top.max(bottom)));
        let (a, b) =
            (frame.map(f64::from(rect.x), f64::from(rect.y)), frame.map(f64::from(rect.x + rect.width), f64::from(rect.y + rect.height)));
        let mut whole =
            Glyph { character: ' ', frame, u: (a.0.min(b.0), a.0.max(b.0)), v: (a.1.min(b.1), a.1.max(b.1)), size: size as f32 };
        if mode == WritingMode::Vertical {
            self.keep_to_line(&mut whole);
        }
        self.place(&text, whole, rect);
    }

    /// Moves a glyph of vertical writing to the middle of its line. The interpreter has moved it by half its horizontal
    /// width, which it does not tell; punctuation is often half as wide as the kanji before it.
    fn keep_to_line(&self, glyph: &mut Glyph) {
        let Some(last) = self.glyphs.last().filter(|l| l.frame == glyph.frame) else { return };
        let alike = (last.size - glyph.size).abs() < 0.1 * glyph.size;
        let follows = (-0.7..2.0).contains(&((glyph.u.0 - last.u.1) / glyph.size));
        let near = ((last.v.0 + last.v.1) - (glyph.v.0 + glyph.v.1)).abs() / 2.0 < 0.62 * glyph.size;
        if alike && follows && near {
            glyph.v = last.v;
        }
    }

    /// What the embedded font's own character map says about a glyph.
    fn by_font(&mut self, glyph: &PositionedGlyph<'_>) -> Option<char> {
        let Drawn::Outline(outline) = &**glyph else { return None };
        let font = outline.font_data()?;
        let characters = self.fonts.entry(font.cache_key).or_insert_with(|| {
            let bytes: &[u8] = (*font.data).as_ref();
            truetype::characters(bytes).unwrap_or_default()
        });
        characters.get(&outline.glyph_id().to_u32()).copied()
    }

    fn place(&mut self, text: &str, whole: Glyph, rect: appliance_core::locator::Rect) {
        let (x, y) = (f64::from(rect.x + rect.width / 2.0), f64::from(rect.y + rect.height / 2.0));
        if !(-2.0..=self.bounds.0 + 2.0).contains(&x) || !(-2.0..=self.bounds.1 + 2.0).contains(&y) {
            return;
        }
        let Some(first) = text.chars().next() else { return };
        // Bold type is often the same glyph drawn twice, a hair apart.
        let cell = f64::from(whole.size) * 0.15;
        let key = |dx: f64, dy: f64| (first, ((x + dx) / cell).floor() as i32, ((y + dy) / cell).floor() as i32);
        let twin = [(0.0, 0.0), (-cell, 0.0), (0.0, -cell), (-cell, -cell)].iter().any(|(dx, dy)| self.seen.contains(&key(*dx, *dy)));
        if twin && !first.is_whitespace() {
            return;
        }
        self.seen.insert(key(0.0, 0.0));
        if self.glyphs.len() >= self.most_glyphs {
            resume_unwind(Box::new(PastLimit("glyphs of a page")));
        }
        let count = text.chars().count() as f32;
        let step = (whole.u.1 - whole.u.0) / count;
        for (i, character) in text.chars().enumerate() {
            let from = whole.u.0 + step * i as f32;
            self.glyphs.push(Glyph { character, u: (from, from + step), ..whole });
        }
    }
}

fn advance(glyph: &PositionedGlyph<'_>) -> f64 {
    let advance = match &**glyph {
        Drawn::Outline(outline) => outline.advance_width(),
        Drawn::Type3(type3) => type3.advance_width(),
    };
    f64::from(advance.unwrap_or(500.0)).clamp(0.0, 4_000.0)
}

/// The characters a reader means: no control characters, radicals and ligatures as letters. `None` for a meaning
/// that is none (private use, replacement character).
fn plain(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{2e80}'..='\u{2fdf}' | '\u{fb00}'..='\u{fb06}' | '\u{f900}'..='\u{faff}' => out.extend(std::iter::once(c).nfkc()),
            '\t' | '\u{a0}' => out.push(' '),
            '\u{ad}' => out.push('-'),
            '\u{e000}'..='\u{f8ff}' | '\u{fffd}' | '\u{f0000}'..='\u{10ffff}' => {}
            c if c.is_control() || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}') => {}
            c => out.push(c),
        }
    }
    (!out.is_empty() || text.chars().all(char::is_control)).then_some(out)
}

impl<'a> Device<'a> for Recorder {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        self.count_operation();
        self.marked = true;
        match mode {
            DrawMode::Stroke(_) | DrawMode::FillAndStroke(..) => rules::stroked(&mut self.rules, path, props.transform),
            DrawMode::Fill(_) => rules::filled(&mut self.rules, path, props.transform),
            DrawMode::Invisible => {}
        }
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, _: &DrawMode) {
        self.count_operation();
        self.marked = true;
        for glyph in run.glyphs() {
            self.glyph(glyph, run.writing_mode(), props.transform);
        }
    }

    fn draw_image(&mut self, _: Image<'a, '_>, _: ImageDrawProps<'a>) {
        self.count_operation();
        self.marked = true;
    }

    fn push_clip_path(&mut self, _: &ClipPath) {
        self.count_operation();
    }

    fn push_clip_rect(&mut self, _: &Rect) {
        self.count_operation();
    }

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'a>>, _: BlendMode) {
        self.count_operation();
    }

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}
}
