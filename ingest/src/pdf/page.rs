//! One page: interpreted, bounded, turned into lines.

use super::column;
use super::frame::Frame;
use super::glyphs::{PastLimit, Recorder};
use super::line::{self, Line};
use super::{stacked, table};
use crate::limits::Limits;
use appliance_core::document::Warning;
use hayro_interpret::hayro_syntax::page::Page;
use hayro_interpret::kurbo::Rect;
use hayro_interpret::util::TransformExt;
use hayro_interpret::{Context, InterpreterCache, InterpreterSettings, interpret_page};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The lines of one page in reading order.
#[derive(Debug, Default)]
pub(crate) struct PageLines {
    pub(crate) number: u32,
    pub(crate) height: f32,
    pub(crate) lines: Vec<Line>,
    /// Lines that repeat from page to page.
    pub(crate) aside: Vec<Line>,
}

/// Reads a page. A page that breaks gives the lines read until then.
pub(crate) fn read<'a>(
    page: &'a Page<'a>,
    number: u32,
    cache: &InterpreterCache<'a>,
    settings: &InterpreterSettings,
    limits: &Limits,
    warnings: &mut Vec<Warning>,
) -> PageLines {
    let (width, height) = page.render_dimensions();
    let mut recorder = Recorder::new(width, height, limits);
    let interpreted = catch_unwind(AssertUnwindSafe(|| {
        let bounds = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
        let transform = page.initial_transform(true).to_kurbo();
        let mut context = Context::new(transform, bounds, cache, page.xref(), settings.clone());
        interpret_page(page, &mut context, &mut recorder);
    }));
    if let Err(panic) = interpreted {
        warnings.push(match panic.downcast_ref::<PastLimit>() {
            Some(PastLimit(limit)) => Warning::Truncated { limit: format!("{limit} (page {number})") },
            None => Warning::UnreadablePage { page: number, reason: "its content breaks off".to_owned() },
        });
    }
    if recorder.unknown > 0 {
        warnings.push(Warning::UnknownGlyphs { page: number, count: recorder.unknown });
    }
    let mut lines = Vec::new();
    let Recorder { mut glyphs, rules, marked, .. } = recorder;
    stacked::turn(&mut glyphs);
    for frame in Frame::ALL {
        let mut of_frame: Vec<_> = glyphs.iter().filter(|g| g.frame == frame).copied().collect();
        if of_frame.is_empty() {
            continue;
        }
        let tables = table::take(&mut of_frame, frame, &rules);
        let mut ordered = column::in_order(line::rows(of_frame), frame, &rules);
        for table in tables {
            column::insert(&mut ordered, table);
        }
        lines.append(&mut ordered);
    }
    if lines.is_empty() && marked {
        warnings.push(Warning::PageWithoutText { page: number });
    }
    PageLines { number, height, lines, aside: Vec::new() }
}
