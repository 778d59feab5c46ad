//! Direction: lines of Hebrew and Arabic, which stand on the page from right to left, in the order in which they are read.
//!
//! Pages give the order seen; readers and search want the order spoken. This is the visual half of Unicode's
//! bidirectional algorithm (UAX 9) turned around, with two levels: enough for running text with numbers and names.

use crate::script::is_right_to_left;

/// Whether a line with these characters runs from right to left: most of its letters do.
pub(crate) fn runs_right_to_left(text: &str) -> bool {
    let right = text.chars().filter(|c| is_right_to_left(*c)).count();
    right > 0 && right * 2 >= text.chars().filter(|c| c.is_alphabetic()).count()
}

/// The characters, seen from left to right, as they are read.
pub(crate) fn read(seen: &str) -> String {
    let mut characters: Vec<char> = seen.chars().collect();
    if runs_right_to_left(seen) {
        turn(&mut characters);
    } else {
        let mut at = 0;
        while let Some(start) = (at..characters.len()).find(|i| is_right_to_left(characters[*i])) {
            // Spaces and digits between such letters belong to their run.
            let end =
                (start..characters.len()).take_while(|i| !is_left_to_right(characters[*i])).filter(|i| is_right_to_left(characters[*i]));
            let end = end.last().unwrap_or(start) + 1;
            turn(&mut characters[start..end]);
            at = end;
        }
    }
    characters.into_iter().collect()
}

/// Turns a run around, and numbers and words of other scripts in it back.
fn turn(run: &mut [char]) {
    run.reverse();
    let mut at = 0;
    while let Some(start) = (at..run.len()).find(|i| keeps_order(run[*i])) {
        let end = (start..run.len()).take_while(|i| !is_right_to_left(run[*i])).filter(|i| keeps_order(run[*i]));
        // Words stay together over spaces, numbers over the signs inside them.
        let words = run[start].is_alphabetic();
        let mut last = start;
        for i in end {
            let between = run.get(last + 1..i).unwrap_or_default();
            let together = between.iter().all(|c| if words { !c.is_control() } else { matches!(c, '.' | ',' | ':' | '/' | '٫' | '٬') });
            if !together {
                break;
            }
            last = i;
        }
        run[start..=last].reverse();
        at = last + 1;
    }
    for c in run.iter_mut().filter(|c| matches!(c, '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>' | '«' | '»')) {
        *c = mirrored(*c);
    }
}

fn is_left_to_right(c: char) -> bool {
    c.is_alphabetic() && !is_right_to_left(c)
}

fn keeps_order(c: char) -> bool {
    is_left_to_right(c) || c.is_numeric()
}

fn mirrored(c: char) -> char {
    const PAIRS: [(char, char); 5] = [('(', ')'), ('[', ']'), ('{', '}'), ('<', '>'), ('«', '»')];
    PAIRS.iter().find_map(|(a, b)| if c == *a { Some(*b) } else { (c == *b).then_some(*a) }).unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(seen: &str, expected: &str) {
        assert_eq!(read(seen), expected);
    }

    #[test]
    fn lines_are_read_in_the_order_spoken() {
        check("ةيبرعلا ةغللا", "اللغة العربية");
        check("٢٠٢٤ ماع", "عام ٢٠٢٤");
        check("word ةيبرعلا embedded", "word العربية embedded");
        check("12.5 ماع (PDF) ةغل", "لغة (PDF) عام 12.5");
        check("市長は、", "市長は、");
    }
}
