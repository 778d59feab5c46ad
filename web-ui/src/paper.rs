//! Text on A4 pages, as PDF with an embedded subset of one font: what is printed, kept and signed.
//!
//! Deliberately little: one column, one font, three sizes. A character that the font does not have is shown as one that looks like
//! it, or as 〓.

use krilla::Data;
use krilla::Document;
use krilla::geom::Point;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::text::{Font, TextDirection};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};
use thiserror::Error;

/// A4, in points.
const WIDTH: f32 = 595.28;
const HEIGHT: f32 = 841.89;
const MARGIN: f32 = 56.0;
/// The foot with the page's number.
const FOOT: f32 = 30.0;
/// Pages of one sheet, at most.
const MOST_PAGES: usize = 200;
/// In place of characters that the font does not have.
const MISSING: char = '〓';
/// What is shown in place of signs that Japanese fonts seldom have: the sign that they have for it.
const STAND_INS: [(char, char); 6] = [('›', '＞'), ('‹', '＜'), ('•', '・'), ('–', '－'), ('✓', '○'), ('\u{a0}', ' ')];

/// Why there is no PDF.
#[derive(Debug, Error)]
pub enum PaperError {
    /// The font's file cannot be used.
    #[error("the font for printing cannot be used")]
    Font,
    /// The text is too long.
    #[error("the sheet would have more than {MOST_PAGES} pages")]
    TooLong,
    /// The PDF could not be written.
    #[error("the PDF could not be written: {0}")]
    Writing(String),
}

/// What stands on the paper, from top to bottom.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// The title.
    Title(String),
    /// A heading.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// A paragraph, moved to the right.
    Quotation(String),
    /// Small print.
    Small(String),
}

struct Style {
    size: f32,
    indent: f32,
    before: f32,
}

impl Block {
    fn style(&self) -> Style {
        match self {
            Self::Title(_) => Style { size: 18.0, indent: 0.0, before: 0.0 },
            Self::Heading(_) => Style { size: 13.0, indent: 0.0, before: 14.0 },
            Self::Text(_) => Style { size: 10.5, indent: 0.0, before: 4.0 },
            Self::Quotation(_) => Style { size: 10.5, indent: 16.0, before: 4.0 },
            Self::Small(_) => Style { size: 9.0, indent: 0.0, before: 2.0 },
        }
    }

    fn text(&self) -> &str {
        let (Self::Title(text) | Self::Heading(text) | Self::Text(text) | Self::Quotation(text) | Self::Small(text)) = self;
        text
    }
}

/// A line with its place.
struct Line {
    text: String,
    size: f32,
    x: f32,
    y: f32,
}

/// Writes the blocks as PDF. `language` is a BCP 47 tag.
pub fn pdf(font: &[u8], title: &str, language: &str, blocks: &[Block]) -> Result<Vec<u8>, PaperError> {
    let widths = Widths::of(font)?;
    let pages = pages(&widths, blocks)?;
    let font = Font::new(Data::from(font.to_vec()), 0).ok_or(PaperError::Font)?;
    let mut document = Document::new();
    document.set_metadata(Metadata::new().title(title.to_owned()).language(language.to_owned()).creator("Kura".to_owned()));
    let total = pages.len();
    for (number, lines) in (1..).zip(pages) {
        let settings = PageSettings::from_wh(WIDTH, HEIGHT).ok_or_else(|| PaperError::Writing("the paper has no size".to_owned()))?;
        let mut page = document.start_page_with(settings);
        let mut surface = page.surface();
        let foot = format!("{number} / {total}");
        let x = WIDTH - MARGIN - foot.chars().map(|c| widths.of_char(c)).sum::<f32>() * 9.0;
        let lines = lines.into_iter().chain([Line { text: foot, size: 9.0, x, y: HEIGHT - FOOT }]);
        for line in lines {
            surface.draw_text(Point::from_xy(line.x, line.y), font.clone(), line.size, &line.text, false, TextDirection::LeftToRight);
        }
        surface.finish();
        page.finish();
    }
    document.finish().map_err(|e| PaperError::Writing(format!("{e:?}")))
}

/// How wide characters are, as shares of the size.
struct Widths<'a> {
    font: FontRef<'a>,
}

impl<'a> Widths<'a> {
    fn of(font: &'a [u8]) -> Result<Self, PaperError> {
        Ok(Self { font: FontRef::from_index(font, 0).map_err(|_| PaperError::Font)? })
    }

    fn has(&self, c: char) -> bool {
        self.font.charmap().map(c).is_some_and(|glyph| glyph.to_u32() != 0)
    }

    fn of_char(&self, c: char) -> f32 {
        let metrics = self.font.glyph_metrics(Size::new(1.0), LocationRef::default());
        self.font.charmap().map(c).and_then(|glyph| metrics.advance_width(glyph)).unwrap_or(1.0)
    }

    fn stand_in(&self, c: char) -> Option<char> {
        STAND_INS.iter().find(|(from, to)| *from == c && self.has(*to)).map(|(_, to)| *to)
    }

    /// The text with characters that the font has.
    fn shown(&self, text: &str) -> String {
        let shown = |c: char| match c {
            '\t' => ' ',
            c if c.is_control() => ' ',
            c if self.has(c) => c,
            c => self.stand_in(c).unwrap_or(MISSING),
        };
        text.chars().map(shown).collect()
    }
}

fn pages(widths: &Widths<'_>, blocks: &[Block]) -> Result<Vec<Vec<Line>>, PaperError> {
    let mut pages: Vec<Vec<Line>> = vec![Vec::new()];
    let mut y = MARGIN;
    for block in blocks {
        let style = block.style();
        y += style.before;
        let room = (WIDTH - 2.0 * MARGIN - style.indent) / style.size;
        let lines: Vec<String> = block.text().lines().flat_map(|paragraph| broken(widths, &widths.shown(paragraph), room)).collect();
        let height = lines.len() as f32 * style.size * 1.6;
        // What fits on a page is not parted by its end: a quotation is read in one piece.
        if y + height > HEIGHT - MARGIN && height <= HEIGHT - 2.0 * MARGIN && y > MARGIN {
            pages.push(Vec::new());
            y = MARGIN;
        }
        for text in lines {
            y += style.size * 1.6;
            if y > HEIGHT - MARGIN {
                pages.push(Vec::new());
                y = MARGIN + style.size * 1.6;
            }
            if let Some(page) = pages.last_mut() {
                page.push(Line { text, size: style.size, x: MARGIN + style.indent, y });
            }
        }
        if pages.len() > MOST_PAGES {
            return Err(PaperError::TooLong);
        }
    }
    Ok(pages)
}

/// The lines of a paragraph that are no wider than `room` times the size. Words of Latin letters stay whole where they fit, and no
/// line begins with a mark that belongs to the one before.
fn broken(widths: &Widths<'_>, text: &str, room: f32) -> Vec<String> {
    const NOT_FIRST: &str = "、。，．,.）)」』】］]〉》・：；:;！？!?ゃゅょっャュョッー々%％円";
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0.0;
    for c in text.chars() {
        let width = widths.of_char(c);
        if used + width > room && !line.is_empty() {
            let mut rest = String::new();
            let keep = |line: &str, c: char, rest: &str| {
                let next = rest.chars().next().unwrap_or(c);
                let last = line.chars().last().unwrap_or(' ');
                NOT_FIRST.contains(next) || (next.is_ascii_alphanumeric() && last.is_ascii_alphanumeric()) || "（(「『【［".contains(last)
            };
            // Never more than a third of the line is carried over.
            let most = line.chars().count() / 3;
            while keep(&line, c, &rest) && rest.chars().count() < most {
                if let Some(last) = line.pop() {
                    rest.insert(0, last);
                }
            }
            lines.push(std::mem::take(&mut line));
            line = rest.trim_start_matches(' ').to_owned();
            used = line.chars().map(|c| widths.of_char(c)).sum();
        }
        line.push(c);
        used += width;
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn font() -> Option<Vec<u8>> {
        ["/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf", "/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf"]
            .iter()
            .find_map(|path| std::fs::read(path).ok())
    }

    #[test]
    fn long_texts_fill_several_pages_and_lines_stay_on_the_paper() {
        let Some(font) = font() else {
            eprintln!("skipped: no Japanese font is installed");
            return;
        };
        let widths = Widths::of(&font).expect("a font");
        let text = "市長は、次の各号のいずれかに該当するときは、手数料を免除することができる（第6条）。".repeat(20);
        let lines = broken(&widths, &text, 46.0);
        assert_eq!(lines.concat(), text);
        for line in &lines {
            assert!(line.chars().map(|c| widths.of_char(c)).sum::<f32>() <= 46.01);
            assert!(!line.starts_with(['、', '。', '）']), "{line}");
        }
        let blocks: Vec<Block> = (0..30).map(|_| Block::Text(text.clone())).collect();
        assert!(pages(&widths, &blocks).expect("pages").len() > 3);
        let pdf = pdf(&font, "題", "ja", &blocks).expect("a PDF");
        assert!(pdf.starts_with(b"%PDF-") && pdf.len() < 200_000, "{} bytes", pdf.len());
    }

    #[test]
    fn what_is_no_font_is_told() {
        assert!(matches!(pdf(b"no font", "", "ja", &[]), Err(PaperError::Font)));
    }
}
