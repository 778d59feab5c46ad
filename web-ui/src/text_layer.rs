//! The text over the picture of a page: transparent words at their boxes, as SVG text, whose places are attributes and need
//! no inline style. Each line is one text, so that what is selected and copied reads line by line.

use appliance_core::page_words::{PageWords, WordLine};
use std::fmt::Write as _;

/// The text of a page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TextLayer {
    /// The page in points, for `viewBox`.
    pub view_box: String,
    /// Its lines.
    pub lines: Vec<LayerLine>,
}

/// A line of text.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerLine {
    /// Whether it runs down the page.
    pub vertical: bool,
    /// The type's size.
    pub size: String,
    /// Its words.
    pub words: Vec<LayerWord>,
}

/// A word of it.
#[derive(Debug, Clone, PartialEq)]
pub struct LayerWord {
    /// Its characters.
    pub text: String,
    /// The attributes that put it into its box.
    pub x: String,
    /// Where its first character stands, down the page.
    pub y: String,
    /// How long it is along the line.
    pub length: String,
    /// Whether its characters are narrowed or widened to fill that; else the gaps between them are.
    pub stretched: bool,
    /// Whether a space stands before it.
    pub spaced: bool,
}

/// How far over the lower edge of a box its baseline lies, of its height.
const BASELINE: f32 = 0.12;

/// The text of a page of that size in points.
pub fn text_layer(width: f32, height: f32, words: &PageWords) -> TextLayer {
    TextLayer { view_box: format!("0 0 {width} {height}"), lines: words.lines.iter().filter_map(line).collect() }
}

fn line(line: &WordLine) -> Option<LayerLine> {
    let across = |w: &appliance_core::page_words::Word| if line.vertical { w.rect.width } else { w.rect.height };
    let size = line.words.iter().map(across).fold(0.0_f32, f32::max);
    let words = line.words.iter().enumerate().map(|(nth, word)| {
        let r = word.rect;
        let (x, y, length) =
            if line.vertical { (r.x + r.width / 2.0, r.y, r.height) } else { (r.x, r.y + r.height * (1.0 - BASELINE), r.width) };
        LayerWord {
            x: short(x),
            y: short(y),
            length: short(length.max(0.1)),
            stretched: word.text.is_ascii() || word.text.chars().count() < 2,
            spaced: word.spaced && nth > 0,
            text: word.text.clone(),
        }
    });
    (size > 0.0 && size.is_finite()).then(|| LayerLine { vertical: line.vertical, size: short(size), words: words.collect() })
}

/// A length to a tenth of a point.
fn short(length: f32) -> String {
    let mut written = String::new();
    // Writing to a string cannot fail.
    let _ = write!(written, "{length:.1}");
    written.strip_suffix(".0").map(str::to_owned).unwrap_or(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use appliance_core::locator::Rect;
    use appliance_core::page_words::Word;

    #[test]
    fn words_stand_in_their_boxes() {
        let word = |text: &str, x, spaced| Word { text: text.to_owned(), rect: Rect { x, y: 100.0, width: 30.0, height: 10.0 }, spaced };
        let words =
            PageWords { lines: vec![WordLine { vertical: false, words: vec![word("手数料", 50.0, true), word("500", 85.25, true)] }] };
        let layer = text_layer(595.0, 842.0, &words);
        assert_eq!(layer.view_box, "0 0 595 842");
        let [first, second] = &layer.lines[0].words[..] else { panic!("two words") };
        assert_eq!((first.x.as_str(), first.y.as_str(), first.length.as_str(), first.stretched), ("50", "108.8", "30", false));
        assert!(second.stretched && second.spaced && !first.spaced);
        let down = PageWords { lines: vec![WordLine { vertical: true, words: vec![word("縦書", 50.0, false)] }] };
        let line = &text_layer(595.0, 842.0, &down).lines[0];
        assert_eq!(
            (line.size.as_str(), line.words[0].x.as_str(), line.words[0].y.as_str(), line.words[0].length.as_str()),
            ("30", "65", "100", "10")
        );
    }
}
