//! Words: tesseract's table of boxes, one row a page, block, paragraph, line or word.

/// A word with its box in pixels.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Word {
    pub(crate) text: String,
    /// Left, top, right, bottom.
    pub(crate) corners: [f32; 4],
    /// From 0 to 1.
    pub(crate) confidence: f32,
}

/// A line of words in reading order.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct WordLine {
    /// Left, top, right, bottom.
    pub(crate) corners: [f32; 4],
    pub(crate) words: Vec<Word>,
}

/// The lines of a table as tesseract writes it (level, page, block, paragraph, line, word, left, top, width, height,
/// confidence, text). Rows that do not fit are passed over.
pub(crate) fn lines(table: &str) -> Vec<WordLine> {
    let mut lines: Vec<WordLine> = Vec::new();
    for row in table.lines() {
        let fields: Vec<&str> = row.splitn(12, '\t').collect();
        let number = |i: usize| fields.get(i).and_then(|f| f.trim().parse::<f32>().ok());
        let (Some(level), Some(left), Some(top), Some(width), Some(height)) = (number(0), number(6), number(7), number(8), number(9))
        else {
            continue;
        };
        let corners = [left, top, left + width, top + height];
        match level as u32 {
            4 => lines.push(WordLine { corners, words: Vec::new() }),
            5 => {
                let text: String = fields.get(11).map(|t| t.chars().filter(|c| !c.is_control()).collect()).unwrap_or_default();
                let text = text.trim().to_owned();
                let confidence = (number(10).unwrap_or(0.0) / 100.0).clamp(0.0, 1.0);
                if let Some(line) = lines.last_mut().filter(|_| !text.is_empty()) {
                    line.words.push(Word { text, corners, confidence });
                }
            }
            _ => {}
        }
    }
    lines.retain(|l| !l.words.is_empty());
    lines
}

/// Mean confidence of the words, weighted by their characters; `None` without any.
pub(crate) fn confidence(lines: &[WordLine]) -> Option<f32> {
    let (mut sum, mut count) = (0.0, 0.0);
    for word in lines.iter().flat_map(|l| &l.words) {
        let length = word.text.chars().count() as f32;
        sum += word.confidence * length;
        count += length;
    }
    (count > 0.0).then(|| sum / count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_becomes_lines_of_words() {
        let table = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n\
                     1\t1\t0\t0\t0\t0\t0\t0\t2481\t3508\t-1\t\n\
                     4\t1\t1\t1\t1\t0\t300\t282\t1364\t57\t-1\t\n\
                     5\t1\t1\t1\t1\t1\t300\t284\t52\t52\t88.9\tみなと\n\
                     5\t1\t1\t1\t1\t2\t362\t284\t98\t52\t96.9\t市\n\
                     4\t1\t1\t1\t2\t0\t300\t382\t1364\t57\t-1\t\n\
                     5\t1\t1\t1\t2\t1\t300\t384\t52\t52\t10\t \n\
                     nonsense\n";
        let lines = lines(table);
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>(), ["みなと", "市"]);
        assert_eq!(lines[0].words[1].corners, [362.0, 284.0, 460.0, 336.0]);
        let mean = confidence(&lines).expect("a mean");
        assert!((mean - (0.889 * 3.0 + 0.969) / 4.0).abs() < 1e-4, "{mean}");
        assert_eq!(confidence(&[]), None);
    }
}
