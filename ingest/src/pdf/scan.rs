//! Scans: pages whose text is missing or garbage, and what recognition makes of them.

use super::glyphs::{Glyph, Recorded};
use super::quality;
use super::recognised::{self, Placing, Tilt};
use super::render::{self, Fonts};
use crate::recognition::picture::{Direction, Picture};
use crate::recognition::strokes::{self, Stroke};
use crate::recognition::tesseract::{self, Refusal};
use crate::recognition::words::{self, WordLine};
use crate::recognition::{Recognition, Tesseract};
use crate::script::is_cjk;
use appliance_core::document::{PageReading, TextOrigin, Warning};
use appliance_core::ports::reader::Watch;
use appliance_core::quality::DOUBTFUL_PAGE;
use hayro_interpret::hayro_syntax::page::Page;
use std::cell::{Cell, OnceCell};
use std::time::{Duration, Instant};
use tracing::trace_span;

/// What pages are drawn at to be read. 240 reads large type as well and small type worse; 400 takes half as long again and
/// reads no more (docs/decisions/0006-recognition.md).
const DPI: f32 = 300.0;
/// What they are drawn at to see whether they show anything.
const GLANCE_DPI: f32 = 72.0;
/// Pixels of a picture at most: an A3 sheet at 300 dpi. Larger pages are drawn coarser.
const MOST_PIXELS: f32 = 18e6;
/// Drawing operations of a page, and pixels of its images, above which it is not drawn: maps and plans take minutes.
const MOST_OPERATIONS: usize = 400_000;
const MOST_IMAGE_PIXELS: u64 = 150_000_000;
/// The share of a page that is ink, under which it shows nothing: a speck or two.
const LEAST_INK: f32 = 2e-5;
/// A page with fewer characters, of which pictures cover more than this share, says most of what it says in pictures.
const FEW_CHARACTERS: usize = 120;
const MOSTLY_PICTURE: f32 = 0.5;
/// Characters that recognition must add to such a page to be worth its doubt.
const WORTH_ADDING: usize = 20;
/// Marks recognised with less confidence are specks and pieces of rules. Letters are kept whatever their confidence: of
/// the kanji that the recogniser gives none at all to, most are right.
const NOISE: f32 = 0.5;
/// What the score of a page is worth whose content breaks off: nobody knows how much is missing.
const PART: f32 = 0.6;
/// The score under which recognised text is noise as a whole.
const LEAST_RECOGNISED: f32 = 0.35;
/// The score from which other ways to read a page are not tried.
const CONFIDENT: f32 = 0.78;
/// Characters under which a reading proves nothing.
const FEW_FOUND: usize = 30;
/// The score under which a page may lie on its side.
const HARDLY: f32 = 0.6;

/// What recognition works with while one file is read.
pub(crate) struct Scanner<'r> {
    recognition: &'r Recognition,
    watch: &'r Watch,
    fonts: OnceCell<Fonts>,
    spent: Cell<Duration>,
}

/// What became of a page's text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outcome {
    pub(crate) reading: PageReading,
    pub(crate) tilt: Option<Tilt>,
}

/// Why a page goes to recognition.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Need {
    /// It shows something and holds no text.
    Text,
    /// Its text is garbage.
    BetterText,
    /// Its little text stands beside large pictures.
    MoreText,
}

/// The lines found in one picture.
struct Found {
    lines: Vec<WordLine>,
    strokes: Vec<Stroke>,
    placing: Placing,
    tilt: f32,
    confidence: f32,
    /// The confidence times how far the characters read as language.
    score: f32,
}

impl<'r> Scanner<'r> {
    /// A scanner for one file.
    pub(crate) fn new(recognition: &'r Recognition, watch: &'r Watch) -> Self {
        Self { recognition, watch, fonts: OnceCell::new(), spent: Cell::default() }
    }

    /// The time that recognition has taken so far.
    pub(crate) fn spent(&self) -> Duration {
        self.spent.get()
    }

    /// Judges what was recorded of a page, and replaces its glyphs by recognised ones where those are better.
    pub(crate) fn settle<'a>(
        &self,
        page: &'a Page<'a>,
        number: u32,
        recorded: &mut Recorded,
        broken: bool,
        warnings: &mut Vec<Warning>,
    ) -> Outcome {
        let mut score = trace_span!("ingest.score").in_scope(|| quality::score(&recorded.glyphs, recorded.unknown));
        if broken {
            score *= PART;
        }
        let count = recorded.glyphs.iter().filter(|g| !g.character.is_whitespace()).count();
        let covered = recorded.pictures.share();
        let need = match count {
            0 if broken => return Outcome::of(TextOrigin::Unread, 0.0),
            0 if !recorded.marked => return Outcome::of(TextOrigin::Blank, 1.0),
            0 => Need::Text,
            _ if score < DOUBTFUL_PAGE && !broken => Need::BetterText,
            n if n < FEW_CHARACTERS && covered > MOSTLY_PICTURE => Need::MoreText,
            _ => return Outcome::of(TextOrigin::Written, score),
        };
        let drawable = drawable(recorded);
        if need == Need::Text && drawable.is_ok() && trace_span!("ingest.drawing").in_scope(|| self.shows_nothing(page)) {
            return Outcome::of(TextOrigin::Blank, 1.0);
        }
        let foreign = need == Need::BetterText && is_foreign(&recorded.glyphs);
        let found = match (self.recognition, drawable) {
            (Recognition::Off, _) => Ok(None),
            (Recognition::Tesseract(_), _) if foreign => Ok(None),
            (Recognition::Missing { reason }, _) => Err(reason.clone()),
            (Recognition::Tesseract(_), Err(reason)) => Err(reason.to_owned()),
            (Recognition::Tesseract(tesseract), Ok(())) => trace_span!("ingest.recognition").in_scope(|| self.recognised(page, tesseract)),
        };
        let found = found.unwrap_or_else(|reason| {
            warnings.push(Warning::NotRecognised { page: number, reason });
            None
        });
        let taken = found.and_then(|found| self.taken(need, score, recorded, &found));
        taken.unwrap_or_else(|| self.left(need, score, covered, number, warnings))
    }

    /// Takes recognised text over, when it is worth it.
    fn taken(&self, need: Need, written: f32, recorded: &mut Recorded, found: &Found) -> Option<Outcome> {
        let glyphs = recognised::glyphs(&found.lines, found.placing);
        let glyphs = match need {
            Need::MoreText => beside(&recorded.glyphs, glyphs),
            _ => glyphs,
        };
        let score = found.confidence * quality::score(&glyphs, 0);
        let worth = match need {
            Need::Text => score >= LEAST_RECOGNISED,
            Need::BetterText => score >= LEAST_RECOGNISED && score > written,
            Need::MoreText => glyphs.len() >= WORTH_ADDING && score >= HARDLY,
        };
        if !worth {
            return None;
        }
        if need != Need::MoreText {
            recorded.glyphs.clear();
            recorded.unknown = 0;
            recorded.mended = 0;
        }
        if need == Need::Text && recorded.rules.strokes.is_empty() {
            recorded.rules.strokes = found.strokes.iter().map(|s| found.placing.rule(*s)).collect();
        }
        recorded.glyphs.extend(glyphs);
        let (width, height) = (found.placing.size.0 as f32, found.placing.size.1 as f32);
        let (width, height) = if found.placing.quarters % 2 == 1 { (height, width) } else { (width, height) };
        let middle = (width / 2.0 / found.placing.scale, height / 2.0 / found.placing.scale);
        let tilt = (found.tilt != 0.0 && need != Need::MoreText).then_some(Tilt { degrees: found.tilt, middle });
        let reading = PageReading { origin: TextOrigin::Recognised { confidence: found.confidence }, score };
        Some(Outcome { reading, tilt })
    }

    /// What is said of a page that recognition did not better.
    fn left(&self, need: Need, score: f32, covered: f32, number: u32, warnings: &mut Vec<Warning>) -> Outcome {
        match need {
            Need::Text => {
                warnings.push(Warning::PageWithoutText { page: number });
                Outcome::of(TextOrigin::Unread, 0.0)
            }
            Need::BetterText => {
                warnings.push(Warning::DoubtfulText { page: number });
                Outcome::of(TextOrigin::Written, score)
            }
            // Where nobody looked, what the pictures say is unknown; where somebody did, they say nothing in characters.
            Need::MoreText => match self.recognition {
                Recognition::Tesseract(_) => Outcome::of(TextOrigin::Written, score),
                _ => Outcome::of(TextOrigin::Written, score * (1.0 - 0.4 * covered)),
            },
        }
    }

    /// Whether the page, seen from afar, is all one colour.
    fn shows_nothing<'a>(&self, page: &'a Page<'a>) -> bool {
        self.draw(page, GLANCE_DPI).is_ok_and(|(picture, _)| picture.ink() < LEAST_INK)
    }

    /// The page as a picture at `dpi` or coarser, with its pixels a point.
    fn draw<'a>(&self, page: &'a Page<'a>, dpi: f32) -> Result<(Picture, f32), String> {
        let (width, height) = page.render_dimensions();
        let area = width * height;
        if !(area.is_finite() && width >= 1.0 && height >= 1.0) {
            return Err("its size is none".to_owned());
        }
        let scale = (dpi / 72.0).min((MOST_PIXELS / area).sqrt()).min(30_000.0 / width.max(height));
        let pixmap = render::draw(page, scale, self.fonts.get_or_init(Fonts::of_the_machine))?;
        let picture = Picture::from_rgba(pixmap.width().into(), pixmap.height().into(), pixmap.data_as_u8_slice());
        Ok((picture, scale))
    }

    /// Reads a page's picture; `Ok(None)` when it holds no characters.
    fn recognised<'a>(&self, page: &'a Page<'a>, tesseract: &Tesseract) -> Result<Option<Found>, String> {
        let spent = self.spent.get();
        if spent >= tesseract.file_time {
            return Err(format!("recognition of this file took longer than {} s", tesseract.file_time.as_secs()));
        }
        let started = Instant::now();
        let found = self.draw(page, DPI).and_then(|(picture, scale)| {
            self.best_reading(&picture, scale, tesseract, started).map_err(|refusal| match refusal {
                Refusal::Cancelled => "the reading was cancelled".to_owned(),
                Refusal::Failed(reason) => reason,
            })
        });
        self.spent.set(spent + started.elapsed());
        found
    }

    /// The time that one run may take on a page that was begun at `started`.
    fn time(&self, tesseract: &Tesseract, started: Instant) -> Duration {
        tesseract.page_time.min(tesseract.file_time.saturating_sub(self.spent.get() + started.elapsed()))
    }

    /// Tries the likely way to read a picture first, and others while the outcome leaves doubt.
    fn best_reading(&self, picture: &Picture, scale: f32, tesseract: &Tesseract, started: Instant) -> Result<Option<Found>, Refusal> {
        let mut best = self.reading(picture, 0, scale, tesseract, started)?;
        if best.as_ref().is_none_or(|b| b.is_doubtful(HARDLY)) {
            let dpi = (scale * 72.0) as u32;
            if let Some(quarters @ 1..=3) = tesseract::upright(picture, dpi, self.time(tesseract, started), tesseract, self.watch)? {
                let turned = self.reading(&picture.turned(quarters), quarters, scale, tesseract, started)?;
                best = better(best, turned);
            }
        }
        Ok(best)
    }

    /// The better of the readings of an upright picture: the direction its lines seem to have, then the other.
    fn reading(
        &self,
        picture: &Picture,
        quarters: u8,
        scale: f32,
        tesseract: &Tesseract,
        started: Instant,
    ) -> Result<Option<Found>, Refusal> {
        let lie = picture.lie();
        let straight;
        let picture = if lie.tilt == 0.0 {
            picture
        } else {
            straight = picture.straightened(lie.tilt);
            &straight
        };
        let read = |language: Option<&str>, direction: Direction| -> Result<Option<Found>, Refusal> {
            let Some(language) = language else { return Ok(None) };
            let mut lines =
                tesseract::read(picture, language, (scale * 72.0) as u32, self.time(tesseract, started), tesseract, self.watch)?;
            lines
                .iter_mut()
                .for_each(|l| l.words.retain(|w| w.confidence >= NOISE || w.text.chars().any(|c| c.is_alphanumeric() && c != 'ー')));
            lines.retain(|l| !l.words.is_empty());
            let placing = Placing { scale, quarters, size: (picture.width, picture.height), direction };
            Ok(Found::of(lines, placing, lie.tilt))
        };
        let (first, other) = match lie.direction {
            Direction::Across => ((tesseract.across(), Direction::Across), (tesseract.down(), Direction::Down)),
            Direction::Down => ((tesseract.down(), Direction::Down), (tesseract.across(), Direction::Across)),
        };
        let mut best = read(first.0, first.1)?;
        if best.as_ref().is_none_or(|b| b.is_doubtful(CONFIDENT)) {
            best = better(best, read(other.0, other.1)?);
        }
        if best.as_ref().is_some_and(|b| b.placing.direction == Direction::Across && b.is_latin()) {
            best = better(best, read(tesseract.latin(), Direction::Across)?);
        }
        Ok(best.map(|best| Found { strokes: strokes::strokes(picture), ..best }))
    }
}

impl Outcome {
    fn of(origin: TextOrigin, score: f32) -> Self {
        Self { reading: PageReading { origin, score }, tilt: None }
    }
}

impl Found {
    /// `None` without a word.
    fn of(lines: Vec<WordLine>, placing: Placing, tilt: f32) -> Option<Self> {
        let confidence = words::confidence(&lines)?;
        let score = confidence * quality::score(&recognised::glyphs(&lines, placing), 0);
        Some(Self { lines, strokes: Vec::new(), placing, tilt, confidence, score })
    }

    fn characters(&self) -> impl Iterator<Item = char> + '_ {
        self.lines.iter().flat_map(|l| &l.words).flat_map(|w| w.text.chars())
    }

    /// Whether another way to read the page is worth a try. A word or two prove nothing: they are what is found of a page
    /// that lies on its side.
    fn is_doubtful(&self, bound: f32) -> bool {
        self.score < bound || self.characters().count() < FEW_FOUND
    }

    /// How much was found, and how well: each character counts by what the score is over that of noise.
    fn weight(&self) -> f32 {
        (self.score - LEAST_RECOGNISED) * self.characters().count() as f32
    }

    fn is_latin(&self) -> bool {
        let latin = self.characters().filter(char::is_ascii_alphabetic).count();
        latin * 10 > self.characters().count() * 6
    }
}

fn better(a: Option<Found>, b: Option<Found>) -> Option<Found> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if b.weight() > a.weight() { b } else { a }),
        (a, b) => a.or(b),
    }
}

/// Whether most letters of a page belong to writing that recognition in Japanese and English cannot read: it would turn
/// Arabic into kana, with confidence.
fn is_foreign(glyphs: &[Glyph]) -> bool {
    let letters = || glyphs.iter().map(|g| g.character).filter(|c| c.is_alphabetic());
    let known = |c: &char| is_cjk(*c) || matches!(*c as u32, 0..=0x52f | 0x1e00..=0x1fff | 0x2c60..=0x2c7f | 0xa720..=0xa7ff);
    let foreign = letters().filter(|c| !known(c)).count();
    foreign * 2 > letters().count()
}

/// Whether the page may be drawn at all.
fn drawable(recorded: &Recorded) -> Result<(), &'static str> {
    if recorded.operations > MOST_OPERATIONS || recorded.pictures.pixels() > MOST_IMAGE_PIXELS {
        return Err("it draws too much to be drawn for recognition");
    }
    Ok(())
}

/// The recognised glyphs that stand where the page has no text of its own.
fn beside(written: &[Glyph], recognised: Vec<Glyph>) -> Vec<Glyph> {
    let rects: Vec<_> = written.iter().map(|g| g.frame.rect(g.u, g.v)).collect();
    let covered = |glyph: &Glyph| {
        let rect = glyph.frame.rect(glyph.u, glyph.v);
        let (x, y) = (rect.x + rect.width / 2.0, rect.y + rect.height / 2.0);
        rects.iter().any(|r| (r.x..r.x + r.width).contains(&x) && (r.y..r.y + r.height).contains(&y))
    };
    recognised.into_iter().filter(|g| !covered(g)).collect()
}
