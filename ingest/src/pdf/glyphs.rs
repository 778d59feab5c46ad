//! Glyphs: what a page shows, as hayro draws it for us.

use super::fonts::{FileFonts, Verdict};
use super::frame::Frame;
use super::meaning::{Meaning, is_plain, meaning, shifted_kana};
use super::pictures::Pictures;
use super::rules::Rules;
use super::spelled::{self, Spelled, UNKNOWN};
use crate::limits::Limits;
use crate::script::is_cjk;
use hayro_interpret::font::{Glyph as Drawn, GlyphRun, PositionedGlyph};
use hayro_interpret::hayro_cmap::{BfString, WritingMode};
use hayro_interpret::hayro_syntax::object::Dict;
use hayro_interpret::kurbo::{Affine, BezPath, Point, Rect};
use hayro_interpret::{BlendMode, ClipPath, Device, DrawMode, DrawProps, Image, ImageDrawProps, SoftMask};
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};
use std::panic::resume_unwind;
use std::time::{Duration, Instant};

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

/// What a page draws, as far as text is concerned.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    pub(crate) glyphs: Vec<Glyph>,
    pub(crate) rules: Rules,
    /// Glyphs that nothing turns into Unicode.
    pub(crate) unknown: u32,
    /// Characters that were put right.
    pub(crate) mended: u32,
    /// Whether the page draws anything at all.
    pub(crate) marked: bool,
    /// Where its images lie.
    pub(crate) pictures: Pictures,
    /// Drawing operations.
    pub(crate) operations: usize,
}

/// Takes down what a page draws.
#[derive(Debug)]
pub(crate) struct Recorder<'f> {
    recorded: Recorded,
    fonts: &'f mut FileFonts,
    bounds: (f64, f64),
    /// Where characters stand, by squares of the page.
    seen: HashMap<(char, i32, i32), (f64, f64), BuildHasherDefault<Fold>>,
    /// Glyphs whose characters may be kana that the file shifted away.
    shifted: Vec<usize>,
    /// Stretches of marked content that are open, innermost last; the outermost that is spelled out counts.
    spelled: Vec<Option<Spelled>>,
    operations_left: usize,
    most_glyphs: usize,
    started: Instant,
    time: Duration,
}

/// What unwinds out of the interpreter when a page goes past its limits.
#[derive(Debug)]
pub(crate) struct PastLimit(pub(crate) &'static str);

impl<'f> Recorder<'f> {
    /// A recorder for a page of that width and height.
    pub(crate) fn new(width: f32, height: f32, limits: &Limits, fonts: &'f mut FileFonts) -> Self {
        Self {
            recorded: Recorded::default(),
            fonts,
            bounds: (f64::from(width), f64::from(height)),
            seen: HashMap::default(),
            shifted: Vec::new(),
            spelled: Vec::new(),
            operations_left: limits.page_operations,
            most_glyphs: limits.page_glyphs,
            started: Instant::now(),
            time: limits.page_time,
        }
    }

    /// What was taken down.
    pub(crate) fn finish(mut self) -> Recorded {
        while !self.spelled.is_empty() {
            self.end_stretch();
        }
        let kana = |c: char| ('\u{3041}'..='\u{30fe}').contains(&c);
        let distinct: HashSet<char> = self.shifted.iter().map(|i| self.recorded.glyphs[*i].character).collect();
        // One such kanji among kana may be meant; several never are.
        if distinct.len() > 1 || !self.recorded.glyphs.iter().any(|g| kana(g.character)) {
            for index in &self.shifted {
                let glyph = &mut self.recorded.glyphs[*index];
                if let Some(kana) = shifted_kana(glyph.character) {
                    glyph.character = kana;
                    self.recorded.mended += 1;
                }
            }
        }
        self.recorded
    }

    fn count_operation(&mut self) {
        // Invariant: the panic below is caught in `page::read`. The interpreter offers no other way out of a page.
        if self.operations_left == 0 {
            resume_unwind(Box::new(PastLimit("drawing operations of a page")));
        }
        self.operations_left -= 1;
        self.recorded.operations += 1;
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
        let text = match self.text(glyph) {
            Some(text) => text,
            None if self.spells() => Text::One(UNKNOWN),
            None => {
                self.recorded.unknown += 1;
                return;
            }
        };
        let upright = Frame::of_baseline(x_axis.x, x_axis.y);
        let width = match mode {
            WritingMode::Horizontal => advance(glyph),
            WritingMode::Vertical => 1000.0,
        };
        let corner = |x: f64, y: f64| {
            let p = transform * Point::new(x, y);
            upright.map(p.x, p.y)
        };
        // The slant of oblique type must not widen the box, so each axis is measured by itself.
        let (u0, u1) = (corner(0.0, 0.0).0, corner(width, 0.0).0);
        let (top, bottom) = (corner(0.0, ASCENT).1, corner(0.0, DESCENT).1);
        let (u, v) = ((u0.min(u1), u0.max(u1)), (top.min(bottom), top.max(bottom)));
        let mut whole = Glyph { character: ' ', frame: upright, u, v, size: size as f32 };
        if mode == WritingMode::Vertical {
            whole = Glyph { frame: upright.turned(), u: v, v: (-u.1, -u.0), ..whole };
            self.keep_to_line(&mut whole);
        }
        let middle = transform * Point::new(width / 2.0, (ASCENT + DESCENT) / 2.0);
        self.place(&text, whole, middle);
    }

    /// What a glyph means to a reader; empty for nothing to read, `None` for what cannot be known.
    fn text(&mut self, glyph: &PositionedGlyph<'_>) -> Option<Text> {
        let said = glyph.as_unicode();
        if said == Some(BfString::Char('\u{ad}')) && !leaves_ink(glyph) {
            return Some(Text::of(""));
        }
        let distrusted = self.fonts.distrusted() > 0 && self.fonts.distrusts_font_of(glyph);
        if let Some(BfString::Char(c)) = said
            && is_plain(c)
            && !distrusted
        {
            return Some(Text::One(c));
        }
        let said = said.map(|s| match s {
            BfString::Char(c) => meaning(c.encode_utf8(&mut [0; 4])),
            BfString::String(s) => meaning(&s),
        });
        if distrusted && let Some(Verdict { character, .. }) = self.fonts.ask(glyph) {
            let known = meaning(character.encode_utf8(&mut [0; 4]));
            self.recorded.mended += u32::from(said.is_some_and(|s| s.text() != known.text()));
            return known.text().map(Text::of);
        }
        match said {
            Some(Meaning::Text(text, mended)) => {
                self.recorded.mended += u32::from(mended);
                Some(Text::of(&text))
            }
            Some(Meaning::Nothing) => Some(Text::of("")),
            Some(Meaning::Doubtful(text)) => Some(self.doubted(glyph, &text)),
            Some(Meaning::None) => self.asked(glyph, true),
            None => self.asked(glyph, false),
        }
    }

    /// A character that could be meant, unless the font says it means a Japanese one.
    fn doubted(&mut self, glyph: &PositionedGlyph<'_>, text: &str) -> Text {
        let Some(Verdict { character, certain }) = self.fonts.ask(glyph) else {
            if text.chars().next().and_then(shifted_kana).is_some() {
                self.shifted.push(self.recorded.glyphs.len());
            }
            return Text::of(text);
        };
        let known = meaning(character.encode_utf8(&mut [0; 4]));
        match known.text() {
            Some(better) if better != text && (certain || is_cjk(character)) => {
                self.recorded.mended += 1;
                self.fonts.strike(glyph);
                Text::of(better)
            }
            _ => Text::of(text),
        }
    }

    /// The character of a glyph whose file gives none, or none that can be meant.
    fn asked(&mut self, glyph: &PositionedGlyph<'_>, mapped: bool) -> Option<Text> {
        if let Some(Verdict { character, .. }) = self.fonts.ask(glyph)
            && let Some(text) = meaning(character.encode_utf8(&mut [0; 4])).text()
        {
            if mapped {
                self.recorded.mended += 1;
                self.fonts.strike(glyph);
            }
            return Some(Text::of(text));
        }
        (!leaves_ink(glyph)).then(|| Text::of(""))
    }

    /// Moves a glyph of vertical writing to the middle of its line. The interpreter has moved it by half its horizontal
    /// width, which it does not tell; punctuation is often half as wide as the kanji before it.
    fn keep_to_line(&self, glyph: &mut Glyph) {
        let Some(last) = self.recorded.glyphs.last().filter(|l| l.frame == glyph.frame) else { return };
        let alike = (last.size - glyph.size).abs() < 0.1 * glyph.size;
        let follows = (-0.7..2.0).contains(&((glyph.u.0 - last.u.1) / glyph.size));
        let near = ((last.v.0 + last.v.1) - (glyph.v.0 + glyph.v.1)).abs() / 2.0 < 0.62 * glyph.size;
        if alike && follows && near {
            glyph.v = last.v;
        }
    }

    fn place(&mut self, text: &Text, whole: Glyph, middle: Point) {
        if !(-2.0..=self.bounds.0 + 2.0).contains(&middle.x) || !(-2.0..=self.bounds.1 + 2.0).contains(&middle.y) {
            return;
        }
        let Some(first) = text.first() else { return };
        if !first.is_whitespace() && self.stands_already(first, &whole, middle) {
            return;
        }
        if self.recorded.glyphs.len() >= self.most_glyphs {
            resume_unwind(Box::new(PastLimit("glyphs of a page")));
        }
        let text = match text {
            Text::One(character) => {
                self.recorded.glyphs.push(Glyph { character: *character, ..whole });
                return;
            }
            Text::Several(text) => text,
        };
        self.recorded.glyphs.extend(spelled::spread(text, text.chars().count(), whole));
    }

    /// Whether the content is in a stretch that the file spells out.
    fn spells(&self) -> bool {
        self.spelled.iter().any(Option::is_some)
    }

    /// Ends the innermost stretch of marked content.
    fn end_stretch(&mut self) {
        let Some(Some(spelled)) = self.spelled.pop() else { return };
        let drawn = self.recorded.glyphs.split_off(spelled.from.min(self.recorded.glyphs.len()));
        self.shifted.retain(|i| *i < spelled.from);
        let silent = drawn.clone();
        let read = spelled.read(drawn);
        if let Some(first) = silent.first().filter(|_| read.is_empty()) {
            spelled::close(self.recorded.glyphs.last_mut(), &silent, first.frame);
        }
        self.recorded.unknown += read.iter().filter(|g| g.character == UNKNOWN).count() as u32;
        self.recorded.glyphs.extend(read.into_iter().filter(|g| g.character != UNKNOWN));
    }

    /// Whether the same character was drawn at the same place: bold type is often a glyph drawn twice, a hair apart.
    fn stands_already(&mut self, character: char, whole: &Glyph, middle: Point) -> bool {
        let width = f64::from(whole.u.1 - whole.u.0);
        // Narrow letters stand close by right («ll», «//»).
        let near = (f64::from(whole.size) * 0.15).min(if width > 0.0 { width * 0.35 } else { f64::INFINITY }).max(0.01);
        // Squares of twice that side: whatever is near stands in one of the four that the corners around the middle are in.
        let key = |dx: f64, dy: f64| {
            (character, ((middle.x + dx) / (2.0 * near)).floor() as i32, ((middle.y + dy) / (2.0 * near)).floor() as i32)
        };
        let corners = [key(-near, -near), key(near, -near), key(-near, near), key(near, near)];
        let is_near = |(x, y): &(f64, f64)| (x - middle.x).abs() <= near && (y - middle.y).abs() <= near;
        let stands = corners.iter().any(|corner| self.seen.get(corner).is_some_and(is_near));
        if !stands {
            self.seen.insert(key(0.0, 0.0), (middle.x, middle.y));
        }
        stands
    }
}

/// The characters of a glyph: one, nearly always.
#[derive(Debug, PartialEq, Eq)]
enum Text {
    One(char),
    Several(String),
}

impl Text {
    fn of(text: &str) -> Self {
        let mut characters = text.chars();
        match (characters.next(), characters.next()) {
            (Some(one), None) => Self::One(one),
            _ => Self::Several(text.to_owned()),
        }
    }

    fn first(&self) -> Option<char> {
        match self {
            Self::One(c) => Some(*c),
            Self::Several(text) => text.chars().next(),
        }
    }
}

/// Whether a glyph draws anything. The box of a missing glyph under the code of a line feed is none that was meant.
fn leaves_ink(glyph: &PositionedGlyph<'_>) -> bool {
    match &**glyph {
        Drawn::Outline(outline) if outline.glyph_id().to_u32() == 0 && outline.char_code() < 0x20 => false,
        Drawn::Outline(outline) => outline.outline().segments().next().is_some(),
        Drawn::Type3(_) => true,
    }
}

/// A hash for keys that nobody chooses in order to collide: multiply and turn.
#[derive(Debug, Default)]
struct Fold(u64);

impl Hasher for Fold {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|b| self.write_u32(u32::from(*b)));
    }

    fn write_u32(&mut self, value: u32) {
        self.0 = (self.0.rotate_left(5) ^ u64::from(value)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    fn write_i32(&mut self, value: i32) {
        self.write_u32(value as u32);
    }
}

fn advance(glyph: &PositionedGlyph<'_>) -> f64 {
    let advance = match &**glyph {
        Drawn::Outline(outline) => outline.advance_width(),
        Drawn::Type3(type3) => type3.advance_width(),
    };
    f64::from(advance.unwrap_or(500.0)).clamp(0.0, 4_000.0)
}

impl<'a> Device<'a> for Recorder<'_> {
    fn draw_path(&mut self, path: &BezPath, props: DrawProps<'a>, mode: &DrawMode) {
        self.count_operation();
        self.recorded.marked = true;
        match mode {
            DrawMode::Stroke(_) => self.recorded.rules.stroked(path, props.transform),
            DrawMode::Fill(_) => self.recorded.rules.filled(path, props.transform, &props.paint),
            DrawMode::FillAndStroke(..) => {
                self.recorded.rules.stroked(path, props.transform);
                self.recorded.rules.filled(path, props.transform, &props.paint);
            }
            DrawMode::Invisible => {}
        }
    }

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, 'a>, props: DrawProps<'a>, _: &DrawMode) {
        self.count_operation();
        self.recorded.marked = true;
        for glyph in run.glyphs() {
            self.glyph(glyph, run.writing_mode(), props.transform);
        }
    }

    fn draw_image(&mut self, image: Image<'a, '_>, props: ImageDrawProps<'a>) {
        self.count_operation();
        self.recorded.marked = true;
        self.recorded.pictures.add(image.width(), image.height(), props.transform, self.bounds);
    }

    fn begin_marked_content(&mut self, _: &[u8], properties: Option<&Dict<'_>>) {
        let from = self.recorded.glyphs.len();
        let spelled = properties.filter(|_| !self.spells()).and_then(|p| Spelled::begun(p, from));
        self.spelled.push(spelled);
    }

    fn end_marked_content(&mut self) {
        self.end_stretch();
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
