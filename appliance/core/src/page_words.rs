//! The words of a page at the boxes where it shows them: what a viewer lays over the picture of a page, so that its text
//! can be selected, and what tells to the point which part of a line a quotation is.
//!
//! They are read from the file when somebody looks at the page; the catalog keeps lines alone.

use crate::locator::{PageLine, Rect, Span};
use serde::{Deserialize, Serialize};

/// The words of a page in reading order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PageWords {
    /// Its lines; a cell of a table has lines of its own.
    pub lines: Vec<WordLine>,
}

/// A line of a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WordLine {
    /// Whether it runs from top to bottom (縦書き).
    pub vertical: bool,
    /// Its words, in reading order.
    pub words: Vec<Word>,
}

/// Characters that follow each other evenly: a word of Latin writing, a run of Japanese type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Word {
    /// Its characters, without spaces.
    pub text: String,
    /// Its box, in points from the page's top left corner.
    pub rect: Rect,
    /// Whether a space stands before it.
    pub spaced: bool,
}

impl PageWords {
    /// Words of one page at most.
    pub const MOST: usize = 40_000;

    /// The boxes of `part` (bytes of the document's text) in a line that shows `text`: one for each row of type that it
    /// runs over. `None` where the page's words are not those of the line.
    pub fn boxes(&self, line: &PageLine, text: &str, part: Span) -> Option<Vec<Rect>> {
        let wanted: Vec<(usize, char)> = text.char_indices().filter(|(_, c)| !c.is_whitespace()).collect();
        let shown: Vec<Character> = self.characters_in(line.rect);
        let same = |run: &[Character]| run.iter().zip(&wanted).all(|(a, (_, b))| a.character == *b);
        let first = shown.windows(wanted.len().max(1)).position(same)?;
        let mut rows: Vec<Rect> = Vec::new();
        for ((at, _), character) in wanted.iter().zip(&shown[first..]) {
            let at = line.span.start + at;
            if !(part.start..part.end).contains(&at) {
                continue;
            }
            match rows.last_mut().filter(|row| on_one_row(row, &character.rect, line.vertical)) {
                Some(row) => *row = around(row, &character.rect),
                None => rows.push(character.rect),
            }
        }
        (!rows.is_empty()).then_some(rows)
    }

    /// The characters whose middle lies in a rectangle, each with its share of its word's box.
    fn characters_in(&self, rect: Rect) -> Vec<Character> {
        const SLACK: f32 = 0.5;
        let inside = |r: &Rect| {
            let (x, y) = (r.x + r.width / 2.0, r.y + r.height / 2.0);
            (rect.x - SLACK..=rect.x + rect.width + SLACK).contains(&x) && (rect.y - SLACK..=rect.y + rect.height + SLACK).contains(&y)
        };
        let words = self.lines.iter().flat_map(|line| line.words.iter().map(|word| (line.vertical, word)));
        words.flat_map(|(vertical, word)| word.characters(vertical)).filter(|c| inside(&c.rect)).collect()
    }
}

struct Character {
    character: char,
    rect: Rect,
}

impl Word {
    fn characters(&self, vertical: bool) -> impl Iterator<Item = Character> + '_ {
        let count = self.text.chars().count().max(1) as f32;
        self.text.chars().enumerate().map(move |(nth, character)| {
            let mut rect = self.rect;
            if vertical {
                rect.height /= count;
                rect.y += rect.height * nth as f32;
            } else {
                rect.width /= count;
                rect.x += rect.width * nth as f32;
            }
            Character { character, rect }
        })
    }
}

/// Whether two boxes stand on one row of type: across it, they share more than half of the smaller one.
fn on_one_row(a: &Rect, b: &Rect, vertical: bool) -> bool {
    let across = |r: &Rect| if vertical { (r.x, r.x + r.width) } else { (r.y, r.y + r.height) };
    let ((a0, a1), (b0, b1)) = (across(a), across(b));
    a1.min(b1) - a0.max(b0) > 0.5 * (a1 - a0).min(b1 - b0)
}

fn around(a: &Rect, b: &Rect) -> Rect {
    let (x, y) = (a.x.min(b.x), a.y.min(b.y));
    let (right, bottom) = ((a.x + a.width).max(b.x + b.width), (a.y + a.height).max(b.y + b.height));
    Rect { x, y, width: right - x, height: bottom - y }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str, x: f32, width: f32, spaced: bool) -> Word {
        Word { text: text.to_owned(), rect: Rect { x, y: 100.0, width, height: 10.0 }, spaced }
    }

    fn page() -> PageWords {
        let first = vec![word("Fees", 50.0, 20.0, false), word("illicit", 75.0, 15.0, true), word("WWW", 95.0, 45.0, true)];
        PageWords { lines: vec![WordLine { vertical: false, words: first }] }
    }

    fn line(text: &str) -> PageLine {
        let rect = Rect { x: 50.0, y: 100.0, width: 90.0, height: 10.0 };
        PageLine { page: 1, rect, span: Span::new(10, 10 + text.len()), vertical: false }
    }

    #[test]
    fn a_quotation_has_the_true_box_of_its_words() {
        let text = "Fees illicit WWW";
        let at = |word: &str| {
            let start = 10 + text.find(word).unwrap();
            page().boxes(&line(text), text, Span::new(start, start + word.len())).unwrap()
        };
        let [rect] = at("WWW")[..] else { panic!("one row") };
        assert_eq!((rect.x, rect.width), (95.0, 45.0));
        let [rect] = at("illicit WWW")[..] else { panic!("one row") };
        assert_eq!((rect.x, rect.width), (75.0, 65.0));
        let [rect] = at("W")[..] else { panic!("one row") };
        assert_eq!((rect.x, rect.width), (95.0, 15.0));
    }

    #[test]
    fn words_of_another_line_say_nothing() {
        assert_eq!(page().boxes(&line("Fees due"), "Fees due", Span::new(10, 14)), None);
        assert_eq!(page().boxes(&line(""), "", Span::new(10, 14)), None);
    }

    #[test]
    fn a_cell_of_two_rows_has_two_boxes() {
        let mut page = page();
        let second = Word { rect: Rect { x: 50.0, y: 112.0, width: 30.0, height: 10.0 }, ..word("手数料", 50.0, 30.0, false) };
        page.lines.push(WordLine { vertical: false, words: vec![second] });
        let rect = Rect { x: 50.0, y: 100.0, width: 90.0, height: 22.0 };
        let text = "Fees illicit WWW手数料";
        let line = PageLine { rect, ..line(text) };
        let boxes = page.boxes(&line, text, Span::new(10, 10 + text.len())).unwrap();
        assert_eq!(boxes.iter().map(|r| (r.x, r.y, r.width)).collect::<Vec<_>>(), [(50.0, 100.0, 90.0), (50.0, 112.0, 30.0)]);
    }
}
