//! One page: interpreted, bounded, turned into lines.

use super::column;
use super::fonts::FileFonts;
use super::frame::Frame;
use super::glyphs::{Glyph, PastLimit, Recorded, Recorder};
use super::line::{self, Line};
use super::notes::{self, Notes};
use super::recognised::Tilt;
use super::scan::{Outcome, Scanner};
use super::{ruby, stacked, table};
use crate::limits::Limits;
use appliance_core::document::{Link, PageReading, Warning};
use hayro_interpret::hayro_syntax::object::Array;
use hayro_interpret::hayro_syntax::page::Page;
use hayro_interpret::kurbo::Rect;
use hayro_interpret::util::TransformExt;
use hayro_interpret::{Context, InterpreterCache, InterpreterSettings, interpret_page};
use std::panic::{AssertUnwindSafe, catch_unwind};
use tracing::trace_span;

/// The lines of one page in reading order.
#[derive(Debug, Default)]
pub(crate) struct PageLines {
    pub(crate) number: u32,
    pub(crate) height: f32,
    pub(crate) lines: Vec<Line>,
    /// Ruby, and lines that repeat from page to page.
    pub(crate) aside: Vec<Line>,
    /// Comments that hang on the page.
    pub(crate) comments: Vec<Line>,
    /// Where its links lead.
    pub(crate) links: Vec<Link>,
    /// How its text came to be known.
    pub(crate) reading: PageReading,
    /// How the picture leans that its text was recognised in.
    pub(crate) tilt: Option<Tilt>,
    /// Its glyphs, where the [`Means`] keep them.
    pub(crate) glyphs: Vec<Glyph>,
}

/// What all pages of a file are read with.
pub(crate) struct Means<'m, 'a> {
    pub(crate) cache: &'m InterpreterCache<'a>,
    pub(crate) settings: &'m InterpreterSettings,
    pub(crate) limits: &'m Limits,
    pub(crate) scanner: &'m Scanner<'m>,
    /// Whether the glyphs are wanted beside the lines.
    pub(crate) keeps_glyphs: bool,
}

/// Reads a page. A page that breaks gives the lines read until then.
pub(crate) fn read<'a>(
    page: &'a Page<'a>,
    number: u32,
    means: &Means<'_, 'a>,
    fonts: &mut FileFonts,
    warnings: &mut Vec<Warning>,
) -> PageLines {
    let (_, height) = page.render_dimensions();
    let interpreting = trace_span!("ingest.glyphs").entered();
    let distrusted = fonts.distrusted();
    let (mut recorder, mut outcome) = recorded(page, means, fonts);
    // A map that was found wrong on the way was believed until then.
    if fonts.distrusted() > distrusted {
        (recorder, outcome) = recorded(page, means, fonts);
    }
    drop(interpreting);
    let mut broken = outcome.is_err();
    if let Err(panic) = outcome {
        warnings.push(match panic.downcast_ref::<PastLimit>() {
            Some(PastLimit(limit)) => Warning::Truncated { limit: format!("{limit} (page {number})") },
            None => Warning::UnreadablePage { page: number, reason: "its content breaks off".to_owned() },
        });
    }
    if !recorder.marked && content_is_lost(page) {
        broken = true;
        warnings.push(Warning::UnreadablePage { page: number, reason: "its content is missing or cannot be unpacked".to_owned() });
    }
    let Outcome { reading, tilt } = means.scanner.settle(page, number, &mut recorder, broken, warnings);
    if recorder.unknown > 0 {
        warnings.push(Warning::UnknownGlyphs { page: number, count: recorder.unknown });
    }
    if recorder.mended > 0 {
        warnings.push(Warning::MendedCharacters { page: number, count: recorder.mended });
    }
    let _arranging = trace_span!("ingest.layout").entered();
    let mut lines = Vec::new();
    let Recorded { mut glyphs, mut rules, .. } = recorder;
    stacked::turn(&mut glyphs);
    stacked::set_across(&mut glyphs);
    let kept = if means.keeps_glyphs { glyphs.clone() } else { Vec::new() };
    let mut aside = Vec::new();
    for frame in Frame::present(glyphs.iter().map(|g| g.frame)) {
        aside.extend(ruby::take(&mut glyphs, frame));
    }
    let tables = trace_span!("ingest.tables").in_scope(|| {
        rules.finish();
        table::take(&mut glyphs, &rules)
    });
    let frames = glyphs.iter().map(|g| g.frame).chain(tables.iter().map(|(frame, _)| *frame));
    for frame in Frame::present(frames) {
        let of_frame: Vec<_> = glyphs.iter().filter(|g| g.frame == frame).copied().collect();
        let ordered = column::in_order(line::rows(of_frame), frame, &rules.strokes);
        let mut ordered = trace_span!("ingest.tables").in_scope(|| table::gathered(ordered));
        for (_, table) in tables.iter().filter(|(of, _)| *of == frame) {
            column::insert(&mut ordered, table.clone());
        }
        lines.append(&mut ordered);
    }
    let Notes { entries, comments, links } = notes::of(page, &lines);
    lines.extend(entries);
    PageLines { number, height, lines, aside, comments, links, reading, tilt, glyphs: kept }
}

/// What the page draws, and whether it could be drawn to its end.
fn recorded<'a>(page: &'a Page<'a>, means: &Means<'_, 'a>, fonts: &mut FileFonts) -> (Recorded, std::thread::Result<()>) {
    let (width, height) = page.render_dimensions();
    let mut recorder = Recorder::new(width, height, means.limits, fonts);
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let bounds = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
        let transform = page.initial_transform(true).to_kurbo();
        let mut context = Context::new(transform, bounds, means.cache, page.xref(), means.settings.clone());
        interpret_page(page, &mut context, &mut recorder);
    }));
    (recorder.finish(), outcome)
}

/// Whether the page names content that is not there or cannot be unpacked. An empty one is a blank page.
fn content_is_lost(page: &Page<'_>) -> bool {
    let several = |page: &Page<'_>| page.raw().get::<Array<'_>>("Contents").is_some_and(|parts| parts.raw_iter().next().is_some());
    match page.page_stream() {
        None => page.raw().contains_key("Contents"),
        Some(content) => content.is_empty() && several(page),
    }
}
